#include "scenes/paper.h"

#include "base/date.h"
#include "base/log.h"
#include "scenes/text.h"
#include "scenes/when.h"

#define PIN_GROUP 3

void paper_init(struct paper *p)
{
    arena_init(&p->arena, PAPER_BYTES_MAX);
}

void paper_deinit(struct paper *p)
{
    arena_deinit(&p->arena);
}

void paper_forget(struct paper *p)
{
    arena_wipe(&p->arena, 0);
    p->bits = (struct draw_bits){0};
}

bool paper_can_print(const struct paper *p)
{
    return p->printer && p->painter && printer_is_there(p->printer);
}

// ---- Words

static void head(struct slip *s, enum text_id kind, enum text_id number_label)
{
    slip_add(s, SLIP_TITLE, TEXT(SERVICE));
    slip_add(s, SLIP_CENTER, text_of(kind));
    slip_add(s, SLIP_RULE, STR(""));
    slip_add(s, SLIP_CENTER, text_of(number_label));
}

static struct str pin_words(struct arena *a, const struct ticket_pin *pin)
{
    struct str digits = str_from_z(pin->z);
    return str_printf(a, "%.*s %.*s", STR_ARG(str_sub(digits, 0, PIN_GROUP)),
                      STR_ARG(str_sub(digits, PIN_GROUP, PIN_GROUP)));
}

static void place(struct arena *a, struct slip *s, const struct visit_slip *v)
{
    if (v->site.len) slip_add(s, SLIP_ROW, v->site);
    if (v->name.len) slip_add(s, SLIP_ROW, TEXT_FILL(a, SLIP_NAME, v->name));
    if (v->phone.len) slip_add(s, SLIP_ROW, TEXT_FILL(a, SLIP_PHONE, v->phone));
}

static void code_and_pin(struct arena *a, struct slip *s, const struct visit_slip *v)
{
    slip_add(s, SLIP_NUMBER, ticket_code_spaced(a, &v->code));
    if (v->pin.z[0]) slip_add(s, SLIP_CENTER, TEXT_FILL(a, SLIP_PIN, pin_words(a, &v->pin)));
}

static void booking_words(struct arena *a, struct slip *s, const struct visit_slip *v)
{
    head(s, TEXT_SLIP_BOOKING, TEXT_CODE);
    code_and_pin(a, s, v);
    struct str day = when_date_and_weekday(a, date_day_from_ms(v->planned_ms));
    slip_add(s, SLIP_STRONG, TEXT_FILL(a, DAY_TIME, day, when_clock(a, v->planned_ms)));
    place(a, s, v);
    slip_add(s, SLIP_DASHES, STR(""));
    if (!v->pin.z[0]) return;
    s->qr = ticket_qr(a, &v->code, &v->pin);
    slip_add_beside(s, SLIP_ROW, TEXT(SLIP_SCAN));
    slip_add_beside(s, SLIP_ROW, TEXT(SLIP_SCAN_2));
    slip_add_beside(s, SLIP_STRONG,
                    when_span(a, v->planned_ms - BOOKING_CHECKIN_BEFORE_MS,
                              v->planned_ms + BOOKING_CHECKIN_AFTER_MS));
}

static void wish_words(struct arena *a, struct slip *s, const struct visit_slip *v)
{
    head(s, TEXT_SLIP_WISH, TEXT_WISH_CODE);
    code_and_pin(a, s, v);
    slip_add(s, SLIP_STRONG, TEXT(WISH_NOT_CERTAIN));
    slip_add(s, SLIP_ROW, TEXT(WISH_CALL));
    place(a, s, v);
    slip_add(s, SLIP_DASHES, STR(""));
    if (v->pin.z[0]) s->qr = ticket_qr(a, &v->code, &v->pin);
}

static void walkin_words(struct arena *a, struct slip *s, const struct visit_slip *v)
{
    head(s, TEXT_SLIP_WALKIN, TEXT_WALKIN_NUMBER);
    slip_add(s, SLIP_NUMBER, ticket_walkin(a, v->letter, v->number));
    struct str day = when_date_and_weekday(a, date_day_from_ms(v->made_ms));
    slip_add(s, SLIP_STRONG, TEXT_FILL(a, DAY_TIME, day, when_clock(a, v->made_ms)));
    if (v->desk.len) slip_add(s, SLIP_ROW, v->desk);
    place(a, s, v);
    slip_add(s, SLIP_NOTE, TEXT(WALKIN_RULE));
}

bool paper_make(struct paper *p, const struct visit_slip *v)
{
    paper_forget(p);
    if (!p->painter) return false;
    struct slip slip = {0};
    switch (v->kind) {
    case SLIP_BOOKING: booking_words(&p->arena, &slip, v); break;
    case SLIP_WISH: wish_words(&p->arena, &slip, v); break;
    case SLIP_WALKIN: walkin_words(&p->arena, &slip, v); break;
    }
    return slip_make(&slip, p->metrics, p->painter, &p->arena, &p->bits) == ERR_OK;
}

// ---- The printer

// Public, and the same whenever this slip is printed: the number on it, with the day where numbers
// begin anew every morning.
static struct str key_of(struct arena *a, const struct visit_slip *v)
{
    if (v->kind != SLIP_WALKIN) return str_from_z(v->code.z);
    struct str day = date_iso(a, date_day_from_ms(v->made_ms));
    return str_printf(a, "%.*s-%.*s", STR_ARG(day),
                      STR_ARG(ticket_walkin(a, v->letter, v->number)));
}

bool paper_print(struct paper *p, const struct visit_slip *v)
{
    if (!paper_can_print(p) || p->job_count == PRINTER_JOBS_MAX) return false;
    if (!paper_make(p, v)) return false;
    struct paper_job job = {.booking = v->booking};
    if (printer_put(p->printer, p->bits, key_of(&p->arena, v), &job.job)) return false;
    p->jobs[p->job_count++] = job;
    return true;
}

bool paper_result(struct paper *p, enum printer_outcome *outcome, struct booking_id *booking)
{
    struct printer_result result;
    if (!p->printer || !printer_result(p->printer, &result)) return false;
    *outcome = result.outcome;
    *booking = (struct booking_id){0};
    for (int i = 0; i < p->job_count; i++) {
        if (p->jobs[i].job != result.job) continue;
        *booking = p->jobs[i].booking;
        p->jobs[i] = p->jobs[--p->job_count];
        break;
    }
    return true;
}
