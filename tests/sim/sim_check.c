// What must hold, seen from outside: after every step, and at rest.
#include "sim/sim.h"

#include <string.h>

static bool is_active(struct sim_world *w, struct inc_id inc)
{
    for (int i = 0; i < SIM_KIOSKS; i++) {
        if (sim_same(&w->kiosks[i].disk.now.self.inc.id, &inc.id)) return true;
    }
    return false;
}

// I2: a kiosk's file holds a seat only where the centre says that this very life owns it, under this
// very epoch.
static void check_rights(struct sim_world *w, struct sim_kiosk *k)
{
    const struct sim_centre_inc *inc = sim_centre_inc(&w->centre, k->disk.now.self.inc);
    bool is_lost = inc && inc->inc.state != CENTRE_INC_ACTIVE; // and will hear of it
    if (w->centre.now.is_recovering || is_lost) return;
    for (int i = 0; i < k->disk.now.right_count; i++) {
        const struct ledger_right *r = &k->disk.now.rights[i];
        const struct centre_seat *seat = sim_centre_seat(&w->centre, r->sitting, r->seat);
        bool is_owner =
            sim_same(&seat->owner.id, &k->disk.now.self.inc.id) && seat->epoch == r->epoch;
        if (!is_owner) sim_violate(w, "I2: kiosk %d holds a seat it does not own", k->index);
    }
}

// `heard` never lies: what counts as acknowledged has its answer on the kiosk's disk.
static void check_heard(struct sim_world *w, struct sim_kiosk *k)
{
    for (int64_t i = k->disk.now.self.acked; i > k->disk.now.self.safe; i--) {
        if (!k->disk.ops[i - 1].is_answered)
            sim_violate(w, "kiosk %d counts an answer as heard that it never stored", k->index);
    }
}

// Whoever waits waits for an answer that can still come.
static void check_asked(struct sim_world *w, struct sim_kiosk *k)
{
    for (int i = 0; i < k->disk.now.booking_count; i++) {
        const struct ledger_booking *b = &k->disk.bookings[i];
        if (b->state == BOOKING_ASKED && b->op_seq <= k->disk.now.self.acked)
            sim_violate(w, "kiosk %d waits for an answer that it has had", k->index);
    }
}

// What was committed survives every crash, and a kiosk that failed comes back within minutes.
static void check_life(struct sim_world *w, struct sim_kiosk *k)
{
    const struct ledger_self *self = &k->disk.now.self;
    bool same_life = sim_same(&k->seen_inc.id, &self->inc.id);
    if (same_life && self->op_seq < k->seen_op_seq)
        sim_violate(w, "kiosk %d has lost operations", k->index);
    if (k->plan.not_before_ms - env_mono_ms(&k->env) > SYNC_RETRY_MS_MAX)
        sim_violate(w, "kiosk %d stays away for too long", k->index);
    k->seen_op_seq = self->op_seq;
}

// I6: the position goes forward only, in one life.
static void check_position(struct sim_world *w, struct sim_kiosk *k)
{
    const struct ledger_self *self = &k->disk.now.self;
    bool same_life = sim_same(&k->seen_inc.id, &self->inc.id) && sim_same(&k->seen_gen, &self->gen);
    for (int s = 0; s < FEED_STREAMS && same_life; s++) {
        if (self->position.seq[s] < k->seen.seq[s])
            sim_violate(w, "I6: kiosk %d reads the feed backwards", k->index);
    }
    k->seen = self->position;
    k->seen_inc = self->inc;
    k->seen_gen = self->gen;
}

// I4: a seat's booking lives, and a living booking has its seat.
static void check_seats(struct sim_world *w)
{
    struct sim_centre *c = &w->centre;
    int live = 0;
    for (int i = 0; i < SIM_SITTINGS * SIM_SEATS; i++) {
        const struct centre_seat *seat = &c->now.seats[i / SIM_SEATS][i % SIM_SEATS];
        if (id_is_none(seat->booking.id)) continue;
        const struct sim_centre_booking *b = sim_centre_booking(c, seat->booking);
        bool is_displaced = b && b->b.state == BOOKING_DISPLACED;
        bool is_live = b && booking_holds_seat(b->b.state);
        if (!is_live && !is_displaced) sim_violate(w, "I4: a seat is kept by a dead booking");
        if (is_live && b->basis == OP_POOL && !id_is_none(seat->owner.id))
            sim_violate(w, "I3: the pool has sold a seat it does not own");
        if (is_live && b->basis == OP_RIGHT && !sim_same(&seat->owner.id, &b->source.id))
            sim_violate(w, "I3: a kiosk has sold a seat it does not own");
        live += is_live;
    }
    if (live != c->now.live_count) sim_violate(w, "I4: a living booking has lost its seat");
}

// An epoch is never used twice, not even by a history that has been forgotten. What is learned again
// has been told before.
static void check_epochs(struct sim_world *w)
{
    for (int i = 0; i < SIM_SITTINGS * SIM_SEATS; i++) {
        int sitting = i / SIM_SEATS;
        const struct centre_seat *now = &w->centre.now.seats[sitting][i % SIM_SEATS];
        const struct centre_seat *seen = &w->seen_seats[sitting][i % SIM_SEATS];
        int64_t *max = &w->epoch_max[sitting][i % SIM_SEATS];
        bool moves = !sim_same(&now->owner.id, &seen->owner.id);
        bool sells = id_is_none(now->owner.id) && id_is_none(seen->booking.id) &&
                     !id_is_none(now->booking.id);
        bool is_new = (moves || sells) && !w->seen_recovers[sitting];
        if (is_new && now->epoch <= *max)
            sim_violate(w, "epoch %lld is used twice", (long long)now->epoch);
        if (now->epoch > *max) *max = now->epoch;
    }
    memcpy(w->seen_seats, w->centre.now.seats, sizeof(w->seen_seats));
    memcpy(w->seen_recovers, w->centre.now.recovers, sizeof(w->seen_recovers));
}

// A slip that the centre knows nothing of: its seat is that kiosk's, or that of a life that is over, from
// which nothing comes back; or it is in quarantine, or a recovery goes on in which it may yet be heard of.
static void check_unknown_slip(struct sim_world *w, const struct sim_slip *slip)
{
    const struct centre_seat *seat = &w->centre.now.seats[slip->sitting][slip->seat - 1];
    const struct sim_centre_inc *owner = sim_centre_inc(&w->centre, seat->owner);
    bool is_over = owner && owner->inc.state != CENTRE_INC_ACTIVE;
    bool is_safe = w->centre.now.recovers[slip->sitting] ||
                   sim_same(&seat->owner.id, &slip->inc.id) || is_over ||
                   seat->state == CENTRE_SEAT_QUARANTINED;
    if (!is_safe)
        sim_violate(w, "I1: seat %d of sitting %d can be sold twice", slip->seat, slip->sitting);
}

static const struct sim_centre_booking *booking_of(struct sim_world *w, struct sim_slip *slip)
{
    struct sim_centre *c = &w->centre;
    const struct sim_centre_booking *b = &c->bookings[slip->centre_index];
    bool is_there =
        slip->centre_index < c->now.booking_count && sim_same(&b->b.id.id, &slip->booking.id);
    if (is_there) return b;
    b = sim_centre_booking(c, slip->booking);
    if (b) slip->centre_index = (int)(b - c->bookings);
    return b;
}

// A promise is never lost: each live slip is known to the centre, or lies in its kiosk's log.
static void check_slips(struct sim_world *w)
{
    for (int i = 0; i < w->slip_count; i++) {
        struct sim_slip *slip = &w->slips[i];
        if (!slip->is_live) continue;
        const struct sim_centre_booking *b = booking_of(w, slip);
        if (b && (booking_holds_seat(b->b.state) || b->b.state == BOOKING_DISPLACED)) continue;
        if (b) sim_violate(w, "a slip's booking is %s", booking_state_code(b->b.state));
        if (!b) check_unknown_slip(w, slip);
        if (!is_active(w, slip->inc)) continue; // gone with its kiosk's disk, as is stated
        const struct sim_kiosk *k = &w->kiosks[slip->kiosk];
        bool in_log = false;
        for (int o = k->disk.now.op_count - 1; o >= 0 && !in_log; o--) {
            in_log = sim_same(&k->disk.ops[o].booking.id, &slip->booking.id);
        }
        if (!in_log) sim_violate(w, "a slip is known to nobody");
    }
}

void sim_check_step(struct sim_world *w)
{
    for (int i = 0; i < SIM_KIOSKS; i++) {
        check_rights(w, &w->kiosks[i]);
        check_heard(w, &w->kiosks[i]);
        check_asked(w, &w->kiosks[i]);
        check_life(w, &w->kiosks[i]);
        check_position(w, &w->kiosks[i]);
    }
    check_seats(w);
    check_epochs(w);
    check_slips(w);
}

// ---- At rest

static int64_t head(const struct sim_world *w, const struct sim_centre_inc *inc, int stream)
{
    const struct sim_centre *c = &w->centre;
    if (stream == FEED_COUNTY) return c->now.county_head;
    if (stream == FEED_SITE_STREAM)
        return c->now.site_head[inc->inc.site.z[SITE_CODE_DIGITS - 1] - '0'];
    return c->now.inc_head[inc - c->now.incs];
}

bool sim_is_at_rest(struct sim_world *w)
{
    if (w->centre.now.is_recovering) return false;
    for (int i = 0; i < SIM_KIOSKS; i++) {
        const struct ledger_self *self = &w->kiosks[i].disk.now.self;
        const struct sim_centre_inc *inc = sim_centre_inc(&w->centre, self->inc);
        bool is_full = w->kiosks[i].disk.now.op_count + 8 > SIM_OPS_MAX;
        if (is_full) continue; // an accident of the fixed pools here
        if (!w->kiosks[i].is_up || !inc || self->acked != self->op_seq) return false;
        if (inc->inc.state != CENTRE_INC_ACTIVE || !sim_same(&self->gen, &w->centre.gen))
            return false;
        if (inc->inc.last_seq != self->op_seq || self->applied != self->op_seq) return false;
        for (int s = 0; s < FEED_STREAMS; s++) {
            if (self->position.seq[s] != head(w, inc, s)) return false;
        }
    }
    return true;
}

// L3: what the centre says a kiosk owns, the kiosk has, with the same booking on it.
static void check_equal(struct sim_world *w, struct sim_kiosk *k)
{
    struct sim_centre *c = &w->centre;
    const struct ledger_self *self = &k->disk.now.self;
    int owned = 0;
    for (int i = 0; i < SIM_SITTINGS * SIM_SEATS; i++) {
        const struct centre_seat *seat = &c->now.seats[i / SIM_SEATS][i % SIM_SEATS];
        if (!sim_same(&seat->owner.id, &self->inc.id)) continue;
        owned++;
        bool found = false;
        for (int r = 0; r < k->disk.now.right_count; r++) {
            const struct ledger_right *right = &k->disk.now.rights[r];
            if (right->seat != seat->seat || !sim_same(&right->sitting.id, &seat->sitting.id))
                continue;
            found = right->epoch == seat->epoch && sim_same(&right->booking.id, &seat->booking.id);
        }
        if (!found)
            sim_violate(w, "L3: kiosk %d and the centre differ over seat %d of sitting %d (%.4s)",
                        k->index, seat->seat, i / SIM_SEATS, seat->booking.id.hex);
    }
    if (owned != k->disk.now.right_count)
        sim_violate(w, "L3: kiosk %d holds %d seats, the centre says %d", k->index,
                    k->disk.now.right_count, owned);
}

// What a kiosk would show of seats and of its site's bookings is what the centre knows.
static void check_screens(struct sim_world *w, const struct sim_kiosk *k)
{
    struct sim_centre *c = &w->centre;
    for (int i = 0; i < k->disk.now.avail_count; i++) {
        const struct feed_avail *shown = &k->disk.now.avail[i];
        uint64_t pool = 0;
        for (int seat = 1; seat <= SIM_SEATS; seat++) {
            const struct centre_seat *s = sim_centre_seat(c, shown->sitting, seat);
            bool is_free = s->state == CENTRE_SEAT_OPEN && id_is_none(s->booking.id);
            if (is_free && id_is_none(s->owner.id)) pool |= UINT64_C(1) << (seat - 1);
        }
        if (shown->pool != pool)
            sim_violate(w, "L3: kiosk %d shows other seats of sitting %d than there are", k->index,
                        sim_sitting_index(w, shown->sitting));
    }
    for (int i = 0; i < k->disk.now.foreign_count; i++) {
        const struct feed_booking *shown = &k->disk.foreign[i];
        const struct sim_centre_booking *b = sim_centre_booking(c, shown->booking);
        if (!b || b->b.state != shown->state)
            sim_violate(w, "L3: kiosk %d shows a booking in another state", k->index);
    }
}

// The feed tells a kiosk of the seats it owns and of no others: who reads it from its start, after a
// restore, is told nothing that is over.
static void check_told_rights(struct sim_world *w, const struct sim_kiosk *k)
{
    struct sim_centre *c = &w->centre;
    for (int i = 0; i < c->now.feed_count; i++) {
        const struct feed_row *row = &c->feed[i].row;
        const struct feed_right *told = &row->value.right;
        if (row->kind != FEED_RIGHT || row->is_dead) continue;
        if (!str_eq_z(id_str(&k->disk.now.self.inc.id), c->feed[i].stream_key)) continue;
        const struct centre_seat *seat = sim_centre_seat(c, told->sitting, told->seat);
        bool is_true = sim_same(&seat->owner.id, &k->disk.now.self.inc.id) &&
                       seat->epoch == told->epoch && sim_same(&seat->booking.id, &told->booking.id);
        if (!is_true) sim_violate(w, "the feed tells kiosk %d of a seat as it is not", k->index);
    }
}

// L4 and its other half: live slips and living bookings are the same set.
static void check_same_set(struct sim_world *w)
{
    struct sim_centre *c = &w->centre;
    for (int i = 0; i < w->slip_count; i++) {
        const struct sim_slip *slip = &w->slips[i];
        bool known = sim_centre_booking(c, slip->booking) != NULL;
        if (slip->is_live && !known && is_active(w, slip->inc))
            sim_violate(w, "L4: a slip has not arrived at the centre");
    }
    for (int i = 0; i < c->now.booking_count; i++) {
        const struct sim_centre_booking *b = &c->bookings[i];
        if (!booking_holds_seat(b->b.state) || !is_active(w, b->source)) continue;
        bool has_slip = false;
        for (int s = 0; s < w->slip_count && !has_slip; s++) {
            const struct sim_slip *slip = &w->slips[s];
            if (!sim_same(&slip->booking.id, &b->b.id.id)) continue;
            has_slip = slip->is_live || !is_active(w, slip->cancelled_by);
        }
        if (!has_slip)
            sim_violate(w, "booking %.4s has a seat and nobody has a slip for it", b->b.id.id.hex);
    }
}

void sim_check_rest(struct sim_world *w)
{
    if (!sim_is_at_rest(w)) {
        sim_violate(w, "L1: the system does not come to rest");
        return;
    }
    for (int i = 0; i < SIM_KIOSKS; i++) {
        check_equal(w, &w->kiosks[i]);
        check_screens(w, &w->kiosks[i]);
        check_told_rights(w, &w->kiosks[i]);
    }
    check_same_set(w);
}
