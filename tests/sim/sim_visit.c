// A visitor at a kiosk: books, cancels, checks in, takes a number; and holds the slip.
#include "sim/sim.h"

#include "model/offer.h"

#include <string.h>

bool sim_kiosk_knows(struct sim_kiosk *k, struct booking_id id, struct ledger_booking *out)
{
    for (int i = 0; i < k->disk.now.booking_count; i++) {
        if (!id_eq(k->disk.bookings[i].id.id, id.id)) continue;
        *out = k->disk.bookings[i];
        return true;
    }
    for (int i = 0; i < k->disk.now.foreign_count; i++) {
        const struct feed_booking *b = &k->disk.foreign[i];
        if (!id_eq(b->booking.id, id.id)) continue;
        *out = (struct ledger_booking){.id = id,
                                       .sitting = b->sitting,
                                       .seat = b->seat,
                                       .is_foreign = true,
                                       .code = b->code,
                                       .pin_hash = b->pin_hash,
                                       .state = b->state};
        return true;
    }
    return false;
}

static uint64_t own_seats(const struct sim_kiosk *k, struct sitting_id sitting)
{
    uint64_t seats = 0;
    for (int i = 0; i < k->disk.now.right_count; i++) {
        const struct ledger_right *r = &k->disk.now.rights[i];
        bool is_free = id_is_none(r->booking.id) || MUTANT(RIGHT_SOLD_TWICE);
        if (is_free && id_eq(r->sitting.id, sitting.id)) seats |= UINT64_C(1) << (r->seat - 1);
    }
    return seats;
}

static struct feed_avail avail_of(const struct sim_kiosk *k, struct sitting_id sitting)
{
    for (int i = 0; i < k->disk.now.avail_count; i++) {
        if (id_eq(k->disk.now.avail[i].sitting.id, sitting.id)) return k->disk.now.avail[i];
    }
    return (struct feed_avail){.sitting = sitting};
}

static struct sync_sale sale_of(struct sim_kiosk *k, struct sitting_id sitting, int seat)
{
    static char sealed[2] = {0}; // stands for the sealed box: which phone and topic
    struct sim_random *r = &k->world->random;
    struct sync_sale sale = {.booking.id = sim_id(r),
                             .sitting = sitting,
                             .seat = seat,
                             .code = ticket_code_new(&k->env)};
    struct id hash = sim_id(r);
    memcpy(sale.pin_hash.hex, hash.hex, sizeof(sale.pin_hash.hex));
    bool has_phone = sim_chance(r, 400);
    sealed[0] = (char)(has_phone ? '0' + sim_roll(r, SIM_PHONES) : '-');
    sealed[1] = (char)('a' + sim_roll(r, 3));
    sale.sealed = (struct str){sealed, 2};
    return sale;
}

static void spool(struct sim_kiosk *k, const struct sync_sale *sale, struct booking_id instead_of)
{
    CHECK(k->spool_count < 4);
    k->spool[k->spool_count++] =
        (struct sim_spooled){.booking = sale->booking,
                             .instead_of = instead_of,
                             .sitting = sim_sitting_index(k->world, sale->sitting),
                             .seat = sale->seat};
}

static void book_right(struct sim_kiosk *k, const struct sync_sale *sale)
{
    struct sim_world *w = k->world;
    enum verdict v = VERDICT_OK;
    spool(k, sale, (struct booking_id){0});
    if (MUTANT(TICKET_BEFORE_COMMIT))
        sim_slip(w, k, sale->booking, sim_sitting_index(w, sale->sitting), sale->seat);
    enum err e = sync_book_right(sim_kiosk_ledger(k), sale, sim_kiosk_now(k), &v);
    if (k->disk.has_crashed) {
        sim_kiosk_power_cut(k);
        return;
    }
    k->spool_count--;
    if (e || v != VERDICT_OK) {
        sim_came(w, OUTCOME_SALE_REFUSED);
        return;
    }
    sim_came(w, OUTCOME_RIGHT_SOLD);
    if (k->trust == OP_TRUST_UNKNOWN) sim_violate(w, "kiosk %d sells without a clock", k->index);
    if (MUTANT(TICKET_BEFORE_COMMIT)) return;
    sim_slip(w, k, sale->booking, sim_sitting_index(w, sale->sitting), sale->seat);
}

static void book_pool(struct sim_kiosk *k, const struct sync_sale *sale)
{
    enum verdict v = VERDICT_OK;
    spool(k, sale, (struct booking_id){0});
    enum err e = sync_book_pool(sim_kiosk_ledger(k), sale, sim_kiosk_now(k), &v);
    if (k->disk.has_crashed) {
        sim_kiosk_power_cut(k);
        return;
    }
    if (e || v != VERDICT_OK) {
        k->spool_count--;
        sim_came(k->world, OUTCOME_SALE_REFUSED);
        return;
    }
    if (MUTANT(POOL_SLIP_BEFORE_ANSWER)) {
        k->spool_count--;
        sim_slip(k->world, k, sale->booking, sim_sitting_index(k->world, sale->sitting),
                 sale->seat);
        return;
    }
    k->waiting = sale->booking;
    k->waiting_since_ms = k->world->mono_ms;
    k->again_ms = 0;
    k->again_count = 0;
}

static void book(struct sim_kiosk *k)
{
    struct sim_world *w = k->world;
    if (k->disk.now.sitting_count == 0) return;
    const struct sitting *s =
        &k->disk.now.sittings[sim_roll(&w->random, (uint32_t)k->disk.now.sitting_count)];
    struct feed_avail avail = avail_of(k, s->id);
    struct offer offer = offer_choose(s, &avail, own_seats(k, s->id), sync_plan_is_online(&k->plan),
                                      sim_kiosk_now(k).ms);
    struct sync_sale sale = sale_of(k, s->id, offer.seat);
    enum verdict v = VERDICT_OK;
    switch (offer.kind) {
    case OFFER_RIGHT: book_right(k, &sale); break;
    case OFFER_POOL: book_pool(k, &sale); break;
    case OFFER_WISH:
        sale.seat = 0;
        if (sync_wish(sim_kiosk_ledger(k), &sale, sim_kiosk_now(k), &v) == ERR_OK)
            sim_came(w, OUTCOME_WISH);
        (void)sim_kiosk_knows(k, sale.booking, &k->seatless);
        break;
    case OFFER_NONE:
        // Somebody taps a screen that is out of date: whatever seat it is, the ledger decides.
        sale.seat = 1 + (int)sim_roll(&w->random, SIM_SEATS);
        if (sim_chance(&w->random, 300)) book_right(k, &sale);
        break;
    }
}

static struct sim_slip *some_slip(struct sim_world *w)
{
    if (w->slip_count == 0) return NULL;
    struct sim_slip *s = &w->slips[sim_roll(&w->random, (uint32_t)w->slip_count)];
    for (int tries = 0; tries < 4 && !s->is_live; tries++) {
        s = &w->slips[sim_roll(&w->random, (uint32_t)w->slip_count)];
    }
    return s;
}

static void cancel(struct sim_kiosk *k)
{
    struct sim_world *w = k->world;
    struct ledger_booking booking;
    struct sim_slip *slip = some_slip(w);
    if (!slip || !sim_kiosk_knows(k, slip->booking, &booking)) return;
    enum verdict v = VERDICT_OK;
    enum err e = sync_cancel(sim_kiosk_ledger(k), &booking, OP_WHY_VISITOR, sim_kiosk_now(k), &v);
    // Who asked to cancel does not come, even where the kiosk fell silent over it and forgot.
    if (k->disk.has_crashed) sim_slip_cancelled(w, slip->booking, (struct inc_id){0});
    if (!e && v == VERDICT_OK) sim_slip_cancelled(w, slip->booking, k->disk.now.self.inc);
    if (!e && v == VERDICT_OK)
        sim_came(w, booking.is_foreign ? OUTCOME_CANCELLED_ELSEWHERE : OUTCOME_CANCELLED);
}

// The visitor takes another seat in the place of the one on the slip, as the offer has it.
static void move(struct sim_kiosk *k)
{
    struct sim_world *w = k->world;
    struct ledger_booking old;
    struct sim_slip *slip = some_slip(w);
    if (!slip || k->disk.now.sitting_count == 0) return;
    if (!sim_kiosk_knows(k, slip->booking, &old)) return;
    const struct sitting *s =
        &k->disk.now.sittings[sim_roll(&w->random, (uint32_t)k->disk.now.sitting_count)];
    struct feed_avail avail = avail_of(k, s->id);
    struct offer offer = offer_choose(s, &avail, own_seats(k, s->id), sync_plan_is_online(&k->plan),
                                      sim_kiosk_now(k).ms);
    if (offer.kind != OFFER_RIGHT && offer.kind != OFFER_POOL) return;
    struct sync_move to = {offer.kind == OFFER_RIGHT ? OP_RIGHT : OP_POOL,
                           sale_of(k, s->id, offer.seat)};
    enum verdict v = VERDICT_OK;
    spool(k, &to.sale, old.id);
    enum err e = sync_move(sim_kiosk_ledger(k), &old, &to, sim_kiosk_now(k), &v);
    if (k->disk.has_crashed) return; // the spool tells after the next start
    if (e || v != VERDICT_OK) {
        k->spool_count--;
        return;
    }
    if (to.basis == OP_POOL) {
        k->waiting = to.sale.booking;
        k->moving = old.id;
        k->waiting_since_ms = w->mono_ms;
        k->again_ms = 0;
        k->again_count = 0;
        return;
    }
    k->spool_count--;
    sim_came(w, OUTCOME_MOVED_RIGHT);
    sim_slip_cancelled(w, old.id, k->disk.now.self.inc);
    sim_slip(w, k, to.sale.booking, sim_sitting_index(w, to.sale.sitting), to.sale.seat);
}

// A visitor whose booking has no seat (a wish, or a sale that was refused) takes it back, or means to
// check in with it.
static void use_seatless(struct sim_kiosk *k)
{
    enum verdict v = VERDICT_OK;
    if (id_is_none(k->seatless.id.id)) return;
    bool takes_back = sim_chance(&k->world->random, 500);
    enum err e = takes_back ? sync_cancel(sim_kiosk_ledger(k), &k->seatless, OP_WHY_VISITOR,
                                          sim_kiosk_now(k), &v)
                            : sync_checkin(sim_kiosk_ledger(k), &k->seatless, sim_kiosk_now(k), &v);
    if (!e && v == VERDICT_OK && !takes_back) sim_violate(k->world, "checked in without a seat");
    bool withdrawn = false;
    struct booking_id id = sim_chance(&k->world->random, 500)
                               ? k->seatless.id
                               : (struct booking_id){sim_id(&k->world->random)};
    e = sync_give_up(sim_kiosk_ledger(k), id, sim_kiosk_now(k), &withdrawn);
    if (!e && withdrawn) sim_violate(k->world, "what was not asked for is withdrawn");
}

// A screen that is far out of date sells or checks in on a sitting this kiosk knows nothing of.
static void use_unknown_sitting(struct sim_kiosk *k)
{
    struct sitting_id nowhere = {sim_id(&k->world->random)};
    struct sync_sale sale = sale_of(k, nowhere, 1);
    struct ledger_booking booking = {
        .id = sale.booking, .sitting = nowhere, .seat = 1, .is_foreign = true};
    enum verdict v = VERDICT_OK;
    bool sells = sim_chance(&k->world->random, 500);
    enum err e = sells ? sync_book_right(sim_kiosk_ledger(k), &sale, sim_kiosk_now(k), &v)
                       : sync_checkin(sim_kiosk_ledger(k), &booking, sim_kiosk_now(k), &v);
    if (!e && v == VERDICT_OK) sim_violate(k->world, "an unknown sitting is used");
}

static void check_in(struct sim_kiosk *k)
{
    struct sim_world *w = k->world;
    struct ledger_booking booking;
    struct sim_slip *slip = some_slip(w);
    if (!slip || !sim_kiosk_knows(k, slip->booking, &booking)) return;
    enum verdict v = VERDICT_OK;
    enum err e = sync_checkin(sim_kiosk_ledger(k), &booking, sim_kiosk_now(k), &v);
    if (e || v != VERDICT_OK) return;
    sim_came(w, OUTCOME_CHECKED_IN);
    const struct sitting *s = &w->centre.now.sittings[slip->sitting];
    if (!site_code_eq(s->site, k->disk.now.self.site))
        sim_violate(w, "kiosk %d checks a visitor in who belongs elsewhere", k->index);
}

static void walk_in(struct sim_kiosk *k)
{
    struct sim_world *w = k->world;
    enum verdict v = VERDICT_OK;
    struct centre_ticket t = {.site = k->disk.now.self.site};
    enum err e = sync_walkin(sim_kiosk_ledger(k), sim_kiosk_now(k), &v, &t.letter, &t.number);
    if (e || v != VERDICT_OK) return;
    t.day = k->disk.now.self.ticket_day;
    sim_came(w, OUTCOME_WALKIN);
    for (int i = 0; i < w->given_ticket_count; i++) {
        const struct centre_ticket *o = &w->given_tickets[i];
        if (o->day == t.day && o->letter == t.letter && o->number == t.number &&
            site_code_eq(o->site, t.site))
            sim_violate(w, "walk-in number %c%03d given twice on one day", t.letter, t.number);
    }
    CHECK(w->given_ticket_count < SIM_SLIPS_MAX);
    w->given_tickets[w->given_ticket_count++] = t;
}

// One, or all that are free: those of a kiosk that owes its report must stay.
static void give_back(struct sim_kiosk *k)
{
    struct sim_world *w = k->world;
    struct ledger_right rights[LEDGER_RIGHTS_MAX];
    int count = k->disk.now.right_count;
    if (count == 0) return;
    memcpy(rights, k->disk.now.rights, sizeof(rights[0]) * (size_t)count);
    int first = (int)sim_roll(&w->random, (uint32_t)count);
    bool is_all = sync_must_report(&k->disk.now.self);
    for (int i = is_all ? 0 : first; i < (is_all ? count : first + 1); i++) {
        const struct ledger_right *r = &rights[i];
        if (sync_return(sim_kiosk_ledger(k), r->sitting, r->seat, sim_kiosk_now(k)) == ERR_OK)
            sim_came(w, OUTCOME_RETURNED);
        if (k->disk.has_crashed) return;
    }
}

void sim_kiosk_visit(struct sim_kiosk *k)
{
    if (!k->is_up || sim_kiosk_is_full(k)) return;
    if (!id_is_none(k->waiting.id)) return; // the screen is taken
    k->disk.crash_next_end = sim_fault(k->world, FAULT_KIOSK_CRASH);
    uint32_t what = sim_roll(&k->world->random, 100);
    if (what < 42) {
        book(k);
    } else if (what < 55) {
        move(k);
    } else if (what < 75) {
        cancel(k);
    } else if (what < 83) {
        check_in(k);
    } else if (what < 86) {
        sim_chance(&k->world->random, 800) ? use_seatless(k) : use_unknown_sitting(k);
    } else if (what < 92) {
        walk_in(k);
    } else {
        give_back(k);
    }
    if (k->disk.has_crashed) sim_kiosk_power_cut(k);
    k->disk.crash_next_end = false;
}
