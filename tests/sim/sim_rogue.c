// A broken or hostile kiosk: properly enrolled, and its operations are nonsense. It may burn what is its
// own and nothing else.
#include "sim/sim.h"

#include <string.h>

static struct sitting_id some_sitting(struct sim_world *w)
{
    if (sim_chance(&w->random, 200)) return (struct sitting_id){sim_id(&w->random)}; // of nowhere
    return w->centre.now.sittings[sim_roll(&w->random, (uint32_t)w->centre.now.sitting_count)].id;
}

static struct booking_id some_booking(struct sim_world *w)
{
    if (sim_chance(&w->random, 500) && !id_is_none(w->rogue_booking.id)) return w->rogue_booking;
    w->rogue_booking.id = sim_id(&w->random);
    return w->rogue_booking;
}

// The one seat it owns, so that it can also misuse what is its own.
static struct centre_seat *own_seat(struct sim_world *w)
{
    for (int i = 0; i < SIM_SITTINGS * SIM_SEATS; i++) {
        struct centre_seat *seat = &w->centre.now.seats[i / SIM_SEATS][i % SIM_SEATS];
        if (id_eq(seat->owner.id, w->rogue.id)) return seat;
    }
    return NULL;
}

static enum err take_a_seat(struct sim_world *w)
{
    struct sim_centre *c = &w->centre;
    int sitting = (int)sim_roll(&w->random, (uint32_t)c->now.sitting_count);
    struct centre_seat *seat = &c->now.seats[sitting][0];
    bool is_free = id_is_none(seat->owner.id) && id_is_none(seat->booking.id);
    if (!is_free || seat->state != CENTRE_SEAT_OPEN) return ERR_OK;
    seat->owner = w->rogue;
    seat->epoch++;
    return sim_tell_sitting(c, &c->now.sittings[sitting]);
}

static struct centre_op some_op(struct sim_world *w, int64_t seq)
{
    static const char nonsense[OP_BYTES_MAX + 1] = "nonsense";
    struct centre_op op = {.bytes = {nonsense, 8}, .contact.phone_mac = "-"};
    op.op = (struct op){.kind = (enum op_kind)sim_roll(&w->random, OP_KIND_UNKNOWN + 1),
                        .seq = seq,
                        .at_ms = w->civil_ms + 86400000,
                        .booking = some_booking(w),
                        .instead_of = some_booking(w),
                        .sitting = some_sitting(w),
                        .seat = 1 + (int)sim_roll(&w->random, SIM_SEATS + 2),
                        .epoch = sim_roll(&w->random, 3),
                        .basis = sim_chance(&w->random, 500) ? OP_RIGHT : OP_POOL,
                        .day = 20516,
                        .letter = "RrABC"[sim_roll(&w->random, 5)],
                        .number = 1 + (int)sim_roll(&w->random, 3)};
    const struct centre_seat *own = own_seat(w);
    if (own && sim_chance(&w->random, 500)) {
        op.op.sitting = own->sitting;
        op.op.seat = own->seat;
        op.op.epoch = own->epoch - (sim_chance(&w->random, 100) ? 1 : 0);
        op.op.basis = OP_RIGHT;
        op.op.kind = sim_chance(&w->random, 800) ? OP_BOOK : OP_RETURN;
        op.op.booking.id = sim_id(&w->random);
        w->rogue_booking = op.op.booking;
    }
    if (sim_chance(&w->random, 300)) {
        op.contact.has_phone = true;
        op.contact.phone_mac[0] = (char)('0' + sim_roll(&w->random, SIM_PHONES));
        op.contact.topic = (enum topic)sim_roll(&w->random, 3);
    }
    if (sim_chance(&w->random, 20)) op.bytes.len = OP_BYTES_MAX + sim_roll(&w->random, 2);
    op.is_malformed = sim_chance(&w->random, 20);
    return op;
}

static enum err enrol(struct sim_world *w, int64_t *last_seq)
{
    struct sim_centre *c = &w->centre;
    const struct sim_centre_inc *inc = sim_centre_inc(c, w->rogue);
    *last_seq = inc ? inc->inc.last_seq : 0;
    if (inc) return ERR_OK;
    c->now.incs[c->now.inc_count++] = (struct sim_centre_inc){
        .inc = {.inc = w->rogue, .site = c->now.sittings[0].site, .letter = 'R'},
        .kiosk = SIM_ROGUE};
    return take_a_seat(w);
}

void sim_rogue(struct sim_world *w)
{
    static struct centre_push_reply reply;
    struct sim_centre *c = &w->centre;
    // While the centre recovers it believes what kiosks say: who lies then can take seats. That is
    // outside of what is promised, and nobody lies here.
    if (c->now.inc_count == SIM_INCS_MAX || c->now.is_recovering) return;
    if (!sim_fault(w, FAULT_ROGUE)) return;
    sim_centre_begin(c);
    int64_t seq;
    enum err e = enrol(w, &seq);
    seq++;
    if (sim_chance(&w->random, 50)) seq = 0;
    struct centre_op op = some_op(w, seq);
    struct centre_push push = {.inc = w->rogue,
                               .heard = seq + 1 - (int64_t)sim_roll(&w->random, 4),
                               .from = seq,
                               .ops = &op,
                               .count = 1};
    if (!e) e = centre_push(&c->store, &push, sim_centre_ms(w), &reply);
    bool is_large = op.bytes.len > OP_BYTES_MAX;
    bool is_kept = !e && reply.status == CENTRE_PUSHED;
    if (is_large && is_kept && reply.results[0].verdict != VERDICT_OP_TOO_LARGE)
        sim_violate(w, "an operation past its limit is applied");
    if (op.is_malformed && is_kept && reply.results[0].outcome != OP_REFUSED)
        sim_violate(w, "an operation that cannot be read is applied");
    if (!e) e = centre_hear(&c->store, w->rogue, push.heard);
    sim_centre_end(c, e);
}
