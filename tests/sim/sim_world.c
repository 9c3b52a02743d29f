// The scheduler: what happens next, drawn from the seed.
#include "sim/sim.h"

#include <stdarg.h>
#include <string.h>

#define START_MS INT64_C(1772584800000) // 2026-03-04 08:40 in China

// How often each fault comes where a run has it, per mille of its occasions.
static const int usual_per_mille[FAULT_COUNT] = {
    [FAULT_DROP] = 60,
    [FAULT_DOUBLE] = 60,
    [FAULT_DELAY] = 60,
    [FAULT_REORDER] = 200,
    [FAULT_CUT_UP] = 800,
    [FAULT_CUT_DOWN] = 800,
    [FAULT_ROGUE] = 700,
    [FAULT_KIOSK_POWER] = 300,
    [FAULT_KIOSK_CRASH] = 15,
    [FAULT_KIOSK_LOST] = 150,
    [FAULT_KIOSK_DISK] = 6,
    [FAULT_CENTRE_CRASH_UNSAVED] = 20,
    [FAULT_CENTRE_DISK] = 5,
    [FAULT_CENTRE_CRASH_SAVED] = 20,
    [FAULT_CENTRE_LATER] = 20,
    [FAULT_GAP] = 15,
    [FAULT_FORK] = 4,
    [FAULT_CLOCK_JUMP] = 300,
    [FAULT_CLOCK_UNKNOWN] = 150,
    [FAULT_LATE_ANSWER] = 500,
};

bool sim_fault(struct sim_world *w, enum sim_fault fault)
{
    if (w->is_calm || w->options.per_mille[fault] == 0) return false;
    if (!sim_chance(&w->random, w->options.per_mille[fault])) return false;
    w->counts->faults[fault]++;
    return true;
}

void sim_came(struct sim_world *w, enum sim_outcome outcome)
{
    w->counts->outcomes[outcome]++;
}

void sim_trace(struct sim_world *w, const char *format, ...)
{
    if (!w->trace) return;
    va_list args;
    va_start(args, format);
    fprintf(w->trace, "%5d %9lld ", w->step, (long long)w->mono_ms);
    vfprintf(w->trace, format, args);
    fputc('\n', w->trace);
    va_end(args);
}

void sim_violate(struct sim_world *w, const char *format, ...)
{
    if (w->violation[0] != '\0') return;
    va_list args;
    va_start(args, format);
    vsnprintf(w->violation, sizeof(w->violation), format, args);
    va_end(args);
    sim_trace(w, "VIOLATION %s", w->violation);
}

int sim_sitting_index(const struct sim_world *w, struct sitting_id id)
{
    for (int i = 0; i < SIM_SITTINGS; i++) {
        if (id_eq(w->centre.now.sittings[i].id.id, id.id)) return i;
    }
    CHECK(false);
    return 0;
}

void sim_slip(struct sim_world *w, struct sim_kiosk *k, struct booking_id booking, int sitting,
              int seat)
{
    sim_trace(w, "kiosk %d prints a slip for seat %d of sitting %d", k->index, seat, sitting);
    for (int i = 0; i < w->slip_count; i++) {
        const struct sim_slip *s = &w->slips[i];
        if (s->is_live && s->sitting == sitting && s->seat == seat &&
            !id_eq(s->booking.id, booking.id))
            sim_violate(w, "I1: two live slips for seat %d of sitting %d", seat, sitting);
    }
    CHECK(w->slip_count < SIM_SLIPS_MAX);
    w->slips[w->slip_count++] = (struct sim_slip){.booking = booking,
                                                  .sitting = sitting,
                                                  .seat = seat,
                                                  .is_live = true,
                                                  .kiosk = k->index,
                                                  .inc = k->disk.now.self.inc};
}

void sim_slip_cancelled(struct sim_world *w, struct booking_id booking, struct inc_id by)
{
    for (int i = 0; i < w->slip_count; i++) {
        struct sim_slip *s = &w->slips[i];
        if (!id_eq(s->booking.id, booking.id)) continue;
        s->is_live = false;
        s->cancelled_by = by;
    }
}

// ---- What may happen besides visits and messages

static enum err tell_sitting(struct sim_centre *c, const struct sitting *s)
{
    struct feed_row row = {.stream = FEED_COUNTY, .kind = FEED_SITTING, .value.sitting = *s};
    enum err e = c->store.ops->feed_put(&c->store, site_county(&s->site), &row);
    return e ? e : centre_tell_avail(&c->store, s);
}

// The roster closes a sitting, or opens it again; seats nobody has out follow.
static void change_roster(struct sim_world *w)
{
    struct sim_centre *c = &w->centre;
    sim_centre_begin(c);
    int i = (int)sim_roll(&w->random, SIM_SITTINGS);
    struct sitting *s = &c->now.sittings[i];
    s->state = s->state == SITTING_OPEN ? SITTING_CLOSING : SITTING_OPEN;
    for (int k = 0; k < SIM_SEATS; k++) {
        struct centre_seat *seat = &c->now.seats[i][k];
        if (id_is_none(seat->owner.id) && id_is_none(seat->booking.id))
            seat->is_open = s->state == SITTING_OPEN;
    }
    enum err e = s->state == SITTING_OPEN ? ERR_OK : centre_close(&c->store, s->id);
    sim_centre_end(c, e ? e : tell_sitting(c, s));
}

// Seats for kiosks, as each minute brings them.
static void minute(struct sim_world *w)
{
    struct sim_centre *c = &w->centre;
    int recalls[2] = {0};
    sim_centre_begin(c);
    enum err e = centre_lease(&c->store, c->now.sittings[0].site, w->civil_ms, &recalls[0]);
    if (!e)
        e = centre_lease(&c->store, c->now.sittings[SIM_SITTINGS - 1].site, w->civil_ms,
                         &recalls[1]);
    sim_centre_end(c, e);
}

static void trouble_a_kiosk(struct sim_world *w)
{
    struct sim_kiosk *k = &w->kiosks[sim_roll(&w->random, SIM_KIOSKS)];
    switch (sim_roll(&w->random, 6)) {
    case 0: k->is_cut_up = w->options.per_mille[FAULT_CUT_UP] > 0 && !k->is_cut_up; break;
    case 1: k->is_cut_down = w->options.per_mille[FAULT_CUT_DOWN] > 0 && !k->is_cut_down; break;
    case 2:
        if (w->centre.now.inc_count < SIM_INCS_MAX - SIM_KIOSKS && sim_fault(w, FAULT_KIOSK_LOST))
            sim_kiosk_lose_disk(k);
        break;
    case 3:
        if (sim_fault(w, FAULT_CLOCK_JUMP))
            k->clock_off_ms = ((int64_t)sim_roll(&w->random, 7) - 3) * INT64_C(3600000) *
                              (sim_chance(&w->random, 200) ? 29220 : 3);
        break;
    case 4:
        k->trust = sim_fault(w, FAULT_CLOCK_UNKNOWN) ? OP_TRUST_UNKNOWN : OP_TRUST_SYNCED;
        break;
    default:
        if (sim_fault(w, FAULT_KIOSK_POWER)) sim_kiosk_power_cut(k);
        break;
    }
}

static void pass_time(struct sim_world *w)
{
    int64_t ms = 200 + sim_roll(&w->random, 4000);
    if (sim_chance(&w->random, 20)) ms += sim_roll(&w->random, 3600000);
    w->mono_ms += ms;
    w->civil_ms += ms;
}

static void one_step(struct sim_world *w)
{
    uint32_t what = sim_roll(&w->random, 100);
    int visitors = w->is_calm ? 0 : w->options.visitors;
    if ((int)what < visitors) {
        sim_kiosk_visit(&w->kiosks[sim_roll(&w->random, SIM_KIOSKS)]);
    } else if (what < 60) {
        sim_deliver_one(w);
    } else if (what < 90) {
        sim_kiosk_run(&w->kiosks[sim_roll(&w->random, SIM_KIOSKS)]);
    } else if (what < 96 || w->is_calm) {
        pass_time(w);
    } else if (what < 97) {
        sim_chance(&w->random, 300) ? change_roster(w) : minute(w);
        sim_rogue(w);
    } else {
        trouble_a_kiosk(w);
    }
}

// ---- A run

static void draw_options(struct sim_world *w)
{
    for (int f = 0; f < FAULT_COUNT; f++) {
        bool is_here = sim_chance(&w->random, 600);
        w->options.per_mille[f] = is_here ? usual_per_mille[f] : 0;
    }
    w->options.visitors = 12 + (int)sim_roll(&w->random, 20);
}

static struct site_code site_code(int site)
{
    struct site_code code;
    CHECK(site_code_parse(site == 0 ? STR("141182000") : STR("141182001"), &code));
    return code;
}

static enum err tell_place(struct sim_centre *c, struct site_code site)
{
    struct feed_row place = {.stream = FEED_COUNTY,
                             .kind = FEED_SITE,
                             .value.site = {.code = site, .name = STR("site")}};
    struct feed_row person = {.stream = FEED_COUNTY,
                              .kind = FEED_COUNSELLOR,
                              .value.counsellor = {.name = STR("somebody")}};
    enum err e = c->store.ops->feed_put(&c->store, site_county(&site), &place);
    return e ? e : c->store.ops->feed_put(&c->store, site_county(&site), &person);
}

static void make_sittings(struct sim_world *w)
{
    struct sim_centre *c = &w->centre;
    sim_centre_begin(c);
    enum err e = ERR_OK;
    for (int i = 0; i < SIM_SITTINGS; i++) {
        int64_t start_ms = START_MS + (int64_t)(i * 30 + 2) * 3600000 / (i == 0 ? 2 : 1);
        c->now.sittings[i] = (struct sitting){.id.id = sim_id(&w->random),
                                              .site = site_code(i == SIM_SITTINGS - 1),
                                              .start_ms = start_ms,
                                              .end_ms = start_ms + SIM_SEATS * 30 * DATE_MINUTE_MS,
                                              .seat_minutes = 30,
                                              .seat_count = SIM_SEATS,
                                              .topics = TOPICS_ALL};
        for (int k = 0; k < SIM_SEATS; k++) {
            c->now.seats[i][k] = (struct centre_seat){
                .sitting = c->now.sittings[i].id, .seat = k + 1, .is_open = true};
        }
        if (!e) e = tell_sitting(c, &c->now.sittings[i]);
    }
    if (!e) e = tell_place(c, c->now.sittings[0].site);
    sim_centre_end(c, e);
}

static void make_world(struct sim_world *w, int64_t seed, struct sim_counts *counts, FILE *trace)
{
    w->random.state = (uint64_t)seed * UINT64_C(0xD1342543DE82EF95) + 1;
    w->counts = counts;
    w->trace = trace;
    w->seed = seed;
    w->mono_ms = 1000;
    w->civil_ms = START_MS;
    w->is_calm = true; // the world itself comes about without faults
    w->next_request = 0;
    w->slip_count = 0;
    w->given_ticket_count = 0;
    w->violation[0] = '\0';
    w->step = 0;
    for (int i = 0; i < SIM_MESSAGES_MAX; i++) {
        w->messages[i].is_used = false;
    }
    draw_options(w);
    w->rogue.id = sim_id(&w->random);
    w->rogue_booking = (struct booking_id){0};
    sim_centre_init(&w->centre, w);
    make_sittings(w);
    for (int i = 0; i < SIM_KIOSKS; i++) {
        sim_kiosk_init(&w->kiosks[i], w, i);
        w->kiosks[i].seen_inc = (struct inc_id){0};
    }
    w->is_calm = false;
}

static void heal(struct sim_world *w)
{
    w->is_calm = true;
    sim_trace(w, "faults stop");
    for (int i = 0; i < SIM_KIOSKS; i++) {
        w->kiosks[i].is_cut_up = false;
        w->kiosks[i].is_cut_down = false;
        w->kiosks[i].clock_off_ms = 0;
        w->kiosks[i].trust = OP_TRUST_SYNCED;
    }
}

bool sim_run(struct sim_world *w, int64_t seed, struct sim_counts *counts, FILE *trace)
{
    make_world(w, seed, counts, trace);
    for (int i = 0; i < SIM_STEPS && w->violation[0] == '\0'; i++) {
        w->step++;
        one_step(w);
        sim_check_step(w);
    }
    heal(w);
    bool rests = false;
    for (int i = 0; i < SIM_STEPS_CALM && !rests && w->violation[0] == '\0'; i++) {
        w->step++;
        one_step(w);
        sim_check_step(w);
        rests = i % 64 == 63 && sim_is_at_rest(w);
    }
    if (w->violation[0] == '\0') sim_check_rest(w);
    counts->seeds++;
    counts->steps += w->step;
    if (w->violation[0] != '\0') counts->violations++;
    return w->violation[0] == '\0';
}
