// What visitors ask for, over the ledger.
#include "base/log.h"
#include "crypt/base64.h"
#include "crypt/seal.h"
#include "keeper/keeper_own.h"
#include "wire/wire_contact.h"

#include <string.h>

#define CONTACT_BYTES_MAX 256
#define WITHDRAW_AGAIN_MS 1000

static void answer(struct keeper *k, const struct keeper_answer *answer)
{
    keeper_queue_answer(&k->queue, answer);
    k->wake->wake(k->wake);
}

static struct keeper_answer answer_to(const struct keeper_request *request)
{
    return (struct keeper_answer){
        .ask = request->ask, .token = request->token, .sitting = request->sitting};
}

// Machinery first, then rules.
static void settle(struct keeper_answer *a, enum err e, enum verdict v)
{
    a->verdict = v;
    a->outcome = e ? KEEPER_FAILED : v != VERDICT_OK ? KEEPER_REFUSED : KEEPER_DONE;
}

// Closes the box only the centre opens. `sealed` lives in the message arena.
static enum err seal(struct keeper *k, const struct keeper_request *request,
                     struct booking_id booking, struct str *sealed)
{
    struct buf plain;
    struct ledger_self self;
    struct seal_public_key to;
    struct seal_box box;
    if (!keeper_content_box(k->content, &to)) return ERR_NOT_FOUND;
    enum err e = keeper_self(k, &self);
    if (e) return e;
    struct wire_contact contact = {.booking = booking,
                                   .inc = self.inc,
                                   .phone = str_from_z(request->visitor.phone),
                                   .surname = str_from_z(request->visitor.surname),
                                   .title = request->visitor.title,
                                   .topic = request->topic};
    buf_init(&plain, CONTACT_BYTES_MAX);
    e = wire_contact_write(&contact, &plain);
    if (!e) e = seal_close(k->env, &to, buf_str(&plain), &box);
    buf_deinit(&plain); // wipes
    if (!e) *sealed = base64_text(&k->message, box.bytes, sizeof(box.bytes));
    return e;
}

static struct pin_hash pin_hash_of(const struct crypt_key *key, const struct booking_id *booking,
                                   const struct ticket_pin *pin)
{
    struct pin_hash out;
    struct crypt_pin_hash h = crypt_pin_hash(key, id_str(&booking->id), str_from_z(pin->z));
    hex_from_bytes(h.bytes, sizeof(h.bytes), out.hex);
    return out;
}

static enum err make_sale(struct keeper *k, const struct keeper_request *request,
                          struct keeper_answer *a, struct sync_sale *sale)
{
    struct crypt_key pin_key;
    a->booking.id = id_new(k->env);
    a->code = ticket_code_new(k->env);
    a->pin = ticket_pin_new(k->env);
    a->seat = request->ask == KEEPER_WISH ? 0 : request->offer.seat;
    *sale = (struct sync_sale){
        .booking = a->booking, .sitting = request->sitting, .seat = a->seat, .code = a->code};
    enum err e = cache_ledger_pin_key(k->ledger, &pin_key);
    // Who moves has left name and phone with the centre already.
    if (!e && request->ask != KEEPER_MOVE) e = seal(k, request, a->booking, &sale->sealed);
    if (e) return e;
    sale->pin_hash = pin_hash_of(&pin_key, &a->booking, &a->pin);
    memory_wipe(&pin_key, sizeof(pin_key));
    return ERR_OK;
}

static enum err planned(struct keeper *k, struct keeper_answer *a)
{
    struct sitting sitting;
    if (a->seat == 0) return ERR_OK;
    enum err e = k->ledger->ledger.ops->sitting_get(&k->ledger->ledger, a->sitting, &sitting);
    if (!e && a->seat <= sitting.seat_count) a->planned_ms = sitting_seat_ms(&sitting, a->seat);
    return e;
}

// Kept in memory that outlives the program before anything is promised, so that a slip is printed even
// where the program dies between the promise and the printer.
static enum err spool(struct keeper *k, const struct keeper_answer *a)
{
    const struct cache_slip slip = {.booking = a->booking,
                                    .sitting = a->sitting,
                                    .code = a->code,
                                    .pin = a->pin,
                                    .seat = a->seat,
                                    .planned_ms = a->planned_ms};
    return cache_spool_put(&k->fs, k->config.spool_dir, &slip);
}

static void forget_slip(struct keeper *k, struct booking_id booking)
{
    enum err e = cache_spool_drop(&k->fs, k->config.spool_dir, booking);
    if (e) log_warn("the spool of slips: %s", err_text(e));
}

static enum err move(struct keeper *k, const struct keeper_request *request,
                     const struct sync_sale *sale, enum verdict *verdict)
{
    struct ledger_booking old;
    const struct sync_move to = {request->offer.kind == OFFER_RIGHT ? OP_RIGHT : OP_POOL, *sale};
    enum err e = cache_ledger_find(k->ledger, request->booking, &old);
    if (!e) return sync_move(&k->ledger->ledger, &old, &to, keeper_sync_now(k), verdict);
    *verdict = VERDICT_NOT_FOUND;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err sell(struct keeper *k, const struct keeper_request *request,
                     const struct sync_sale *sale, enum verdict *verdict)
{
    struct ledger *l = &k->ledger->ledger;
    struct sync_now now = keeper_sync_now(k);
    bool is_right = request->offer.kind == OFFER_RIGHT;
    if (request->ask == KEEPER_MOVE) return move(k, request, sale, verdict);
    if (request->ask == KEEPER_WISH) return sync_wish(l, sale, now, verdict);
    if (is_right) return sync_book_right(l, sale, now, verdict);
    return sync_book_pool(l, sale, now, verdict);
}

static struct keeper_waiting *free_place(struct keeper *k)
{
    for (int i = 0; i < KEEPER_QUEUE_MAX; i++) {
        if (!k->waiting[i].is_used) return &k->waiting[i];
    }
    return NULL;
}

static enum verdict check_visitor(const struct keeper_request *request)
{
    struct str phone = str_from_z(request->visitor.phone);
    struct str surname = str_from_z(request->visitor.surname);
    enum verdict v = surname.len > 0 ? visitor_check_surname(surname) : VERDICT_OK;
    if (v == VERDICT_OK && phone.len > 0) v = visitor_check_phone(phone);
    if (v == VERDICT_OK && request->ask == KEEPER_WISH) v = booking_check_wish(phone.len > 0);
    return v;
}

static void book(struct keeper *k, const struct keeper_request *request)
{
    struct sync_sale sale;
    struct keeper_answer a = answer_to(request);
    enum verdict v = check_visitor(request);
    enum err e = ERR_OK;
    struct keeper_waiting *place = free_place(k);
    if (v == VERDICT_OK && !place) v = VERDICT_LETTER_NONE;
    if (v == VERDICT_OK) {
        e = make_sale(k, request, &a, &sale);
        // Without the centre's keys nothing can be sealed: this kiosk has never been online.
        if (e == ERR_NOT_FOUND) v = VERDICT_LETTER_NONE;
        if (e == ERR_NOT_FOUND) e = ERR_OK;
    }
    if (!e && v == VERDICT_OK) {
        e = planned(k, &a);
        // A printer that has long been dead fills the spool; the visitor still has the screen.
        enum err spooled = e ? e : spool(k, &a);
        if (!e && spooled) log_warn("a slip is not in the spool: %s", err_text(spooled));
        if (!e) e = sell(k, request, &sale, &v);
        if (e || v != VERDICT_OK) forget_slip(k, a.booking);
    }
    settle(&a, e, v);
    bool is_asked = a.outcome == KEEPER_DONE && request->ask != KEEPER_WISH &&
                    request->offer.kind == OFFER_POOL;
    if (is_asked) {
        int64_t until_ms = env_mono_ms(k->env) + KEEPER_ANSWER_WAIT_MS;
        *place = (struct keeper_waiting){.is_used = true, .until_ms = until_ms, .answer = a};
    } else {
        answer(k, &a);
    }
    memory_wipe(&a, sizeof(a));
    keeper_changed(k);
}

void keeper_decided(struct keeper *k, const struct sync_decided *d)
{
    for (int i = 0; i < KEEPER_QUEUE_MAX; i++) {
        struct keeper_waiting *w = &k->waiting[i];
        bool is_it = w->is_used && !w->is_told && id_eq(w->answer.booking.id, d->booking.id);
        if (!is_it) continue;
        // Asked again as long as the answer can still come in time.
        int64_t again_ms = env_mono_ms(k->env) + KEEPER_AGAIN_MS;
        bool is_again = d->verdict == VERDICT_TRY_AGAIN && w->again_count < KEEPER_AGAIN_MAX &&
                        again_ms < w->until_ms;
        if (is_again) {
            w->again_ms = again_ms;
            w->again_count++;
            continue;
        }
        settle(&w->answer, ERR_OK, d->verdict);
        w->answer.next_seat = d->next_seat;
        if (d->verdict != VERDICT_OK) forget_slip(k, d->booking);
        answer(k, &w->answer);
        memory_wipe(w, sizeof(*w));
    }
}

void keeper_ask_again(struct keeper *k)
{
    int64_t mono_ms = env_mono_ms(k->env);
    for (int i = 0; i < KEEPER_QUEUE_MAX; i++) {
        struct keeper_waiting *w = &k->waiting[i];
        bool asked = false;
        if (!w->is_used || w->again_ms == 0 || mono_ms < w->again_ms) continue;
        w->again_ms = 0;
        enum err e =
            sync_ask_again(&k->ledger->ledger, w->answer.booking, keeper_sync_now(k), &asked);
        // It is given up in time, then.
        if (e) log_error("a seat is not asked for again: %s", err_text(e));
    }
}

// A withdrawal that the disk refused at first: its answer may have come meanwhile, for nobody.
static enum err withdraw_late(struct keeper *k, struct booking_id id)
{
    struct ledger_booking booking;
    enum verdict v = VERDICT_OK;
    enum err e = cache_ledger_find(k->ledger, id, &booking);
    if (!e)
        e = sync_cancel(&k->ledger->ledger, &booking, OP_WHY_UNANSWERED, keeper_sync_now(k), &v);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static void give_up(struct keeper *k, struct keeper_waiting *w)
{
    bool withdrawn = false;
    enum err e = w->is_told ? withdraw_late(k, w->answer.booking)
                            : sync_give_up(&k->ledger->ledger, w->answer.booking,
                                           keeper_sync_now(k), &withdrawn);
    if (!w->is_told) {
        w->answer.outcome = KEEPER_UNANSWERED;
        forget_slip(k, w->answer.booking);
        answer(k, &w->answer);
        w->is_told = true;
    }
    if (!e) {
        memory_wipe(w, sizeof(*w));
        return;
    }
    log_error("a booking without an answer is not withdrawn yet: %s", err_text(e));
    w->until_ms = env_mono_ms(k->env) + WITHDRAW_AGAIN_MS;
}

void keeper_give_up_late(struct keeper *k)
{
    int64_t mono_ms = env_mono_ms(k->env);
    for (int i = 0; i < KEEPER_QUEUE_MAX; i++) {
        struct keeper_waiting *w = &k->waiting[i];
        if (w->is_used && mono_ms >= w->until_ms) give_up(k, w);
    }
}

int64_t keeper_wait_left_ms(const struct keeper *k)
{
    int64_t mono_ms = env_mono_ms(k->env);
    int64_t left_ms = -1;
    for (int i = 0; i < KEEPER_QUEUE_MAX; i++) {
        if (!k->waiting[i].is_used) continue;
        int64_t next_ms = k->waiting[i].again_ms;
        if (next_ms == 0) next_ms = k->waiting[i].until_ms;
        int64_t ms = next_ms - mono_ms;
        if (ms < 0) ms = 0;
        if (left_ms < 0 || ms < left_ms) left_ms = ms;
    }
    return left_ms;
}

static void change_booking(struct keeper *k, const struct keeper_request *request)
{
    struct ledger_booking booking;
    struct keeper_answer a = answer_to(request);
    enum verdict v = VERDICT_NOT_FOUND;
    struct ledger *l = &k->ledger->ledger;
    a.booking = request->booking;
    enum err e = cache_ledger_find(k->ledger, request->booking, &booking);
    if (!e && request->ask == KEEPER_CANCEL)
        e = sync_cancel(l, &booking, OP_WHY_VISITOR, keeper_sync_now(k), &v);
    if (!e && request->ask == KEEPER_CHECKIN) e = sync_checkin(l, &booking, keeper_sync_now(k), &v);
    settle(&a, e == ERR_NOT_FOUND ? ERR_OK : e, v);
    if (request->ask == KEEPER_CANCEL && a.outcome == KEEPER_DONE) forget_slip(k, a.booking);
    answer(k, &a);
    keeper_changed(k);
}

static void walk_in(struct keeper *k, const struct keeper_request *request)
{
    struct keeper_answer a = answer_to(request);
    enum verdict v = VERDICT_OK;
    enum err e = sync_walkin(&k->ledger->ledger, keeper_sync_now(k), &v, &a.letter, &a.number);
    settle(&a, e, v);
    answer(k, &a);
}

// Stopped by the centre: nothing is begun that it would not hear of.
static bool is_stopped(struct keeper *k, const struct keeper_request *request)
{
    bool is_act = request->ask != KEEPER_SLIP_PRINTED && request->ask != KEEPER_TOUCHED;
    if (!k->is_refused || !is_act) return false;
    struct keeper_answer a = answer_to(request);
    settle(&a, ERR_OK, VERDICT_STOPPED);
    answer(k, &a);
    return true;
}

void keeper_forget_visitors(struct keeper *k)
{
    struct cache_slips *slips = &k->spooled;
    for (int i = 0; i < KEEPER_QUEUE_MAX; i++) {
        struct keeper_waiting *w = &k->waiting[i];
        if (!w->is_used) continue;
        w->answer.outcome = KEEPER_UNANSWERED;
        if (!w->is_told) answer(k, &w->answer);
        memory_wipe(w, sizeof(*w));
    }
    enum err e = cache_spool_list(&k->fs, k->config.spool_dir, slips);
    if (e) log_warn("the spool of slips cannot be read: %s", err_text(e));
    for (int i = 0; i < slips->count; i++) {
        forget_slip(k, slips->items[i].booking);
    }
    memory_wipe(slips, sizeof(*slips));
}

void keeper_act(struct keeper *k, const struct keeper_request *request)
{
    if (is_stopped(k, request)) return;
    size_t mark = arena_mark(&k->message);
    switch (request->ask) {
    case KEEPER_BOOK:
    case KEEPER_MOVE:
    case KEEPER_WISH: book(k, request); break;
    case KEEPER_CANCEL:
    case KEEPER_CHECKIN: change_booking(k, request); break;
    case KEEPER_WALKIN: walk_in(k, request); break;
    case KEEPER_SLIP_PRINTED: forget_slip(k, request->booking); break;
    case KEEPER_TOUCHED: break; // the line is tried again, which is no act
    }
    arena_wipe(&k->message, mark);
}

// ---- Slips a stop of the program kept from the printer

void keeper_load_spool(struct keeper *k)
{
    struct cache_slips *slips = &k->spooled;
    int kept = 0;
    enum err e = cache_spool_list(&k->fs, k->config.spool_dir, slips);
    if (e) log_warn("the spool of slips cannot be read: %s", err_text(e));
    for (int i = 0; i < slips->count; i++) {
        struct ledger_booking booking;
        e = cache_ledger_find(k->ledger, slips->items[i].booking, &booking);
        bool is_promised =
            !e && (booking.state == BOOKING_CONFIRMED || booking.state == BOOKING_WISH);
        if (is_promised || (e && e != ERR_NOT_FOUND)) {
            slips->items[kept++] = slips->items[i]; // what cannot be read now is not thrown away
        } else {
            forget_slip(k, slips->items[i].booking);
        }
    }
    slips->count = kept;
}

bool keeper_next_spooled(struct keeper *k, struct keeper_answer *out)
{
    if (k->spooled.count == 0) return false;
    struct cache_slip *s = &k->spooled.items[--k->spooled.count];
    *out = (struct keeper_answer){.ask = s->seat > 0 ? KEEPER_BOOK : KEEPER_WISH,
                                  .outcome = KEEPER_DONE,
                                  .booking = s->booking,
                                  .sitting = s->sitting,
                                  .code = s->code,
                                  .pin = s->pin,
                                  .seat = s->seat,
                                  .planned_ms = s->planned_ms};
    memory_wipe(s, sizeof(*s));
    return true;
}
