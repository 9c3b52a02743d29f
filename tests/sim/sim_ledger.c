// The kiosk's ledger over memory, with a disk that fails, and power that goes before or after a commit.
#include "sim/sim.h"

#include <string.h>

static struct sim_ledger *of(struct ledger *l)
{
    return (struct sim_ledger *)l;
}

// Every call may fail: the disk is full, or broken.
static enum err disk(struct sim_ledger *l)
{
    if (!l->in_transaction) return ERR_IO;
    return sim_fault(l->world, FAULT_KIOSK_DISK) ? ERR_FULL : ERR_OK;
}

static enum err ledger_begin(struct ledger *ledger)
{
    struct sim_ledger *l = of(ledger);
    CHECK(!l->in_transaction);
    if (sim_fault(l->world, FAULT_KIOSK_DISK)) return ERR_FULL;
    l->in_transaction = true;
    l->saved = l->now;
    l->undo_count = 0;
    l->foreign_undo_count = 0;
    l->answer_undo_count = 0;
    return ERR_OK;
}

static void undo(struct sim_ledger *l)
{
    l->now = l->saved;
    while (l->undo_count > 0) {
        l->undo_count--;
        l->bookings[l->undo[l->undo_count].index] = l->undo[l->undo_count].old;
    }
    while (l->foreign_undo_count > 0) {
        l->foreign_undo_count--;
        l->foreign[l->foreign_undo[l->foreign_undo_count].index] =
            l->foreign_undo[l->foreign_undo_count].old;
    }
    while (l->answer_undo_count > 0) {
        l->answer_undo_count--;
        struct sim_op *op = &l->ops[l->answer_undo[l->answer_undo_count].index];
        op->is_answered = l->answer_undo[l->answer_undo_count].was_answered;
        op->had_epoch = l->answer_undo[l->answer_undo_count].had_epoch;
    }
}

static enum err ledger_end(struct ledger *ledger, enum err e)
{
    struct sim_ledger *l = of(ledger);
    CHECK(l->in_transaction);
    sim_wait(l->world, FAULT_KIOSK_SLOW);
    if (!e && sim_ledger_is_full(l)) e = ERR_FULL;
    bool saved = !e;
    if (saved && l->crash_next_end) {
        saved = sim_roll(&l->world->random, 2) == 0;
        l->world->counts->faults[saved ? FAULT_KIOSK_CRASH_SAVED : FAULT_KIOSK_CRASH_UNSAVED]++;
        l->has_crashed = true;
        e = ERR_STOPPED;
    }
    if (!saved) undo(l);
    l->in_transaction = false;
    return e;
}

void sim_ledger_power_cut(struct sim_ledger *l)
{
    bool loses_commit = MUTANT(KIOSK_SYNC_NORMAL) && !l->in_transaction;
    if (l->in_transaction || loses_commit) undo(l);
    l->undo_count = 0;
    l->foreign_undo_count = 0;
    l->answer_undo_count = 0;
    l->in_transaction = false;
    l->crash_next_end = false;
    l->has_crashed = false;
}

static enum err self_get(struct ledger *ledger, struct ledger_self *out)
{
    struct sim_ledger *l = of(ledger);
    enum err e = disk(l);
    if (!e) *out = l->now.self;
    return e;
}

static enum err self_put(struct ledger *ledger, const struct ledger_self *self)
{
    struct sim_ledger *l = of(ledger);
    enum err e = disk(l);
    if (e) return e;
    bool is_order = 0 <= self->safe && self->safe <= self->acked && self->acked <= self->op_seq;
    bool is_whole = self->op_seq == l->now.op_count;
    if (!is_order) sim_violate(l->world, "a kiosk has heard what it never said");
    if (!is_whole) sim_violate(l->world, "a kiosk's log has a hole");
    if (!is_order || !is_whole) return ERR_CONFLICT;
    l->now.self = *self;
    return ERR_OK;
}

static enum err op_add(struct ledger *ledger, int64_t seq, const struct ledger_op *op)
{
    struct sim_ledger *l = of(ledger);
    enum err e = disk(l);
    if (e) return e;
    CHECK(seq == l->now.op_count + 1);
    CHECK(seq <= SIM_OPS_MAX);
    CHECK(op->len <= sizeof(l->ops[0].bytes));
    struct sim_op *entry = &l->ops[l->now.op_count++];
    *entry = (struct sim_op){
        .hash = op->hash, .kind = op->kind, .booking = op->booking, .len = (int)op->len};
    memcpy(entry->bytes, op->bytes, op->len);
    sim_trace(l->world, "log %.4s: %.*s", l->now.self.inc.id.hex, entry->len, entry->bytes);
    return ERR_OK;
}

static enum err op_get(struct ledger *ledger, int64_t seq, struct ledger_op *out)
{
    struct sim_ledger *l = of(ledger);
    enum err e = disk(l);
    if (e) return e;
    // What is safe is erased.
    if (seq <= l->now.self.safe || seq > l->now.op_count) return ERR_NOT_FOUND;
    const struct sim_op *entry = &l->ops[seq - 1];
    out->hash = entry->hash;
    out->kind = entry->kind;
    out->booking = entry->booking;
    out->len = (size_t)entry->len;
    memcpy(out->bytes, entry->bytes, out->len);
    return ERR_OK;
}

static enum err op_answer(struct ledger *ledger, const struct op_result *result)
{
    struct sim_ledger *l = of(ledger);
    enum err e = disk(l);
    if (e) return e;
    CHECK(l->answer_undo_count < SIM_BATCH_MAX);
    struct sim_op *op = &l->ops[result->seq - 1];
    l->answer_undo[l->answer_undo_count].index = (int)result->seq - 1;
    l->answer_undo[l->answer_undo_count].was_answered = op->is_answered;
    l->answer_undo[l->answer_undo_count++].had_epoch = op->had_epoch;
    op->is_answered = true;
    op->had_epoch = result->seat > 0 ? result->epoch : 0;
    return ERR_OK;
}

static struct ledger_right *find_right(struct sim_ledger *l, struct sitting_id sitting, int seat)
{
    for (int i = 0; i < l->now.right_count; i++) {
        struct ledger_right *r = &l->now.rights[i];
        if (r->seat == seat && id_eq(r->sitting.id, sitting.id)) return r;
    }
    return NULL;
}

static enum err right_get(struct ledger *ledger, struct sitting_id sitting, int seat,
                          struct ledger_right *out)
{
    struct sim_ledger *l = of(ledger);
    enum err e = disk(l);
    if (e) return e;
    const struct ledger_right *r = find_right(l, sitting, seat);
    if (r) *out = *r;
    return r ? ERR_OK : ERR_NOT_FOUND;
}

// The log's last line is why this booking has left its seat.
static bool explains(const struct sim_ledger *l, struct booking_id id)
{
    const struct sim_op *last = &l->ops[l->now.op_count - 1];
    if (l->now.op_count == 0) return false;
    return last->kind == OP_MOVE || (last->kind == OP_CANCEL && id_eq(last->booking.id, id.id));
}

static enum err right_put(struct ledger *ledger, const struct ledger_right *right)
{
    struct sim_ledger *l = of(ledger);
    enum err e = disk(l);
    if (e) return e;
    struct ledger_right *r = find_right(l, right->sitting, right->seat);
    if (!r) {
        CHECK(l->now.right_count < SIM_RIGHTS_MAX);
        r = &l->now.rights[l->now.right_count++];
        *r = *right;
    }
    bool is_cleared = !id_is_none(r->booking.id) && !id_eq(r->booking.id, right->booking.id);
    if (is_cleared && !explains(l, r->booking))
        sim_violate(l->world, "a log does not say why a seat is free again");
    *r = *right;
    return ERR_OK;
}

static enum err right_drop(struct ledger *ledger, struct sitting_id sitting, int seat)
{
    struct sim_ledger *l = of(ledger);
    enum err e = disk(l);
    if (e) return e;
    struct ledger_right *r = find_right(l, sitting, seat);
    CHECK(r);
    if (!id_is_none(r->booking.id)) sim_violate(l->world, "a kiosk gives back a seat it has sold");
    *r = l->now.rights[--l->now.right_count];
    return ERR_OK;
}

static struct sim_given *find_given(struct sim_ledger *l, struct sitting_id sitting, int seat)
{
    for (int i = 0; i < l->now.given_count; i++) {
        struct sim_given *g = &l->now.given[i];
        if (g->seat == seat && id_eq(g->sitting.id, sitting.id)) return g;
    }
    return NULL;
}

static enum err given_get(struct ledger *ledger, struct sitting_id sitting, int seat,
                          int64_t *epoch)
{
    struct sim_ledger *l = of(ledger);
    enum err e = disk(l);
    if (e) return e;
    const struct sim_given *g = find_given(l, sitting, seat);
    *epoch = g ? g->epoch : 0;
    return ERR_OK;
}

static enum err given_put(struct ledger *ledger, struct sitting_id sitting, int seat, int64_t epoch)
{
    struct sim_ledger *l = of(ledger);
    enum err e = disk(l);
    if (e) return e;
    struct sim_given *g = find_given(l, sitting, seat);
    if (!g) {
        CHECK(l->now.given_count < SIM_GIVEN_MAX);
        g = &l->now.given[l->now.given_count++];
    }
    *g = (struct sim_given){sitting, seat, epoch};
    return ERR_OK;
}

static int find_booking(const struct sim_ledger *l, struct booking_id id)
{
    for (int i = l->now.booking_count - 1; i >= 0; i--) {
        if (id_eq(l->bookings[i].id.id, id.id)) return i;
    }
    return -1;
}

static enum err booking_get(struct ledger *ledger, struct booking_id id, struct ledger_booking *out)
{
    struct sim_ledger *l = of(ledger);
    enum err e = disk(l);
    if (e) return e;
    int i = find_booking(l, id);
    if (i >= 0) *out = l->bookings[i];
    return i >= 0 ? ERR_OK : ERR_NOT_FOUND;
}

static enum err booking_put(struct ledger *ledger, const struct ledger_booking *booking)
{
    struct sim_ledger *l = of(ledger);
    enum err e = disk(l);
    if (e) return e;
    int i = find_booking(l, booking->id);
    if (i < 0) {
        CHECK(l->now.booking_count < SIM_BOOKINGS_MAX / 2);
        i = l->now.booking_count++;
    } else {
        CHECK(l->undo_count < SIM_UNDO_MAX);
        l->undo[l->undo_count].index = i;
        l->undo[l->undo_count++].old = l->bookings[i];
    }
    l->bookings[i] = *booking;
    return ERR_OK;
}

static enum err asked(struct ledger *ledger, struct booking_id *out, int *count)
{
    struct sim_ledger *l = of(ledger);
    enum err e = disk(l);
    *count = 0;
    for (int i = 0; !e && i < l->now.booking_count && *count < LEDGER_ASKED_MAX; i++) {
        if (l->bookings[i].state == BOOKING_ASKED) out[(*count)++] = l->bookings[i].id;
    }
    return e;
}

static const struct sitting *find_sitting(const struct sim_ledger *l, struct sitting_id id)
{
    for (int i = 0; i < l->now.sitting_count; i++) {
        if (id_eq(l->now.sittings[i].id.id, id.id)) return &l->now.sittings[i];
    }
    return NULL;
}

static enum err sitting_get(struct ledger *ledger, struct sitting_id id, struct sitting *out)
{
    struct sim_ledger *l = of(ledger);
    enum err e = disk(l);
    if (e) return e;
    const struct sitting *s = find_sitting(l, id);
    if (s) *out = *s;
    return s ? ERR_OK : ERR_NOT_FOUND;
}

static enum err idle_rights(struct ledger *ledger, struct ledger_right *out, int max, int *count)
{
    struct sim_ledger *l = of(ledger);
    enum err e = disk(l);
    *count = 0;
    for (int i = 0; !e && i < l->now.right_count && *count < max; i++) {
        const struct ledger_right *r = &l->now.rights[i];
        const struct sitting *s = find_sitting(l, r->sitting);
        bool is_idle = r->is_recalled || (s && s->state != SITTING_OPEN);
        if (is_idle && id_is_none(r->booking.id)) out[(*count)++] = *r;
    }
    return e;
}

static enum err rights(struct ledger *ledger, struct ledger_right *out, int *count)
{
    struct sim_ledger *l = of(ledger);
    enum err e = disk(l);
    *count = e ? 0 : l->now.right_count;
    memcpy(out, l->now.rights, sizeof(*out) * (size_t)*count);
    return e;
}

static void put_foreign(struct sim_ledger *l, const struct feed_booking *b)
{
    int i = 0;
    while (i < l->now.foreign_count && !id_eq(l->foreign[i].booking.id, b->booking.id)) {
        i++;
    }
    CHECK(i < SIM_BOOKINGS_MAX);
    if (i == l->now.foreign_count) l->now.foreign_count++;
    if (i < l->saved.foreign_count) {
        CHECK(l->foreign_undo_count < SIM_UNDO_MAX);
        l->foreign_undo[l->foreign_undo_count].index = i;
        l->foreign_undo[l->foreign_undo_count++].old = l->foreign[i];
    }
    l->foreign[i] = *b;
}

static void put_sitting(struct sim_ledger *l, const struct sitting *s)
{
    int i = 0;
    while (i < l->now.sitting_count && !id_eq(l->now.sittings[i].id.id, s->id.id)) {
        i++;
    }
    if (i == l->now.sitting_count) l->now.sitting_count++;
    l->now.sittings[i] = *s;
}

static void put_avail(struct sim_ledger *l, const struct feed_avail *a)
{
    int i = 0;
    while (i < l->now.avail_count && !id_eq(l->now.avail[i].sitting.id, a->sitting.id)) {
        i++;
    }
    if (i == l->now.avail_count) l->now.avail_count++;
    l->now.avail[i] = *a;
}

static enum err row_put(struct ledger *ledger, const struct feed_row *row)
{
    struct sim_ledger *l = of(ledger);
    enum err e = disk(l);
    if (e) return e;
    if (row->kind == FEED_SITTING) put_sitting(l, &row->value.sitting);
    if (row->kind == FEED_AVAIL) put_avail(l, &row->value.avail);
    if (row->kind == FEED_BOOKING) put_foreign(l, &row->value.booking);
    return ERR_OK;
}

static enum err rows_drop(struct ledger *ledger, enum feed_stream stream)
{
    struct sim_ledger *l = of(ledger);
    enum err e = disk(l);
    if (e) return e;
    if (stream == FEED_COUNTY) {
        l->now.sitting_count = 0;
        l->now.avail_count = 0;
    }
    if (stream == FEED_SITE_STREAM) l->now.foreign_count = 0;
    return ERR_OK;
}

static const struct ledger_ops ops = {
    .begin = ledger_begin,
    .end = ledger_end,
    .self_get = self_get,
    .self_put = self_put,
    .op_add = op_add,
    .op_get = op_get,
    .op_answer = op_answer,
    .right_get = right_get,
    .right_put = right_put,
    .right_drop = right_drop,
    .given_get = given_get,
    .given_put = given_put,
    .booking_get = booking_get,
    .booking_put = booking_put,
    .asked = asked,
    .sitting_get = sitting_get,
    .idle_rights = idle_rights,
    .rights = rights,
    .row_put = row_put,
    .rows_drop = rows_drop,
};

void sim_ledger_init(struct sim_ledger *l, struct sim_world *world, struct inc_id inc)
{
    memset(&l->now, 0, sizeof(l->now));
    l->ledger = (struct ledger){&ops};
    l->world = world;
    l->now.self.inc = inc;
    l->undo_count = 0;
    l->foreign_undo_count = 0;
    l->answer_undo_count = 0;
    l->in_transaction = false;
    l->crash_next_end = false;
    l->has_crashed = false;
    l->saved = l->now;
}
