// The centre's store over memory: guarded seat changes, a feed numbered at commit, a disk that fails.
#include "sim/sim.h"

#include <string.h>

static struct sim_centre *of(struct centre_store *s)
{
    return (struct sim_centre *)s;
}

static enum err disk(struct sim_centre *c)
{
    bool is_full = !c->world->is_calm && c->world->step < c->world->full_to;
    return is_full || sim_fault(c->world, FAULT_CENTRE_DISK) ? ERR_FULL : ERR_OK;
}

// ---- Finding

struct sim_centre_inc *sim_centre_inc(struct sim_centre *c, struct inc_id inc)
{
    for (int i = 0; i < c->now.inc_count; i++) {
        if (sim_same(&c->now.incs[i].inc.inc.id, &inc.id)) return &c->now.incs[i];
    }
    return NULL;
}

static int sitting_index(const struct sim_centre *c, struct sitting_id id)
{
    for (int i = 0; i < c->now.sitting_count; i++) {
        if (sim_same(&c->now.sittings[i].id.id, &id.id)) return i;
    }
    return -1;
}

struct centre_seat *sim_centre_seat(struct sim_centre *c, struct sitting_id id, int seat)
{
    int i = sitting_index(c, id);
    return i >= 0 && seat >= 1 && seat <= SIM_SEATS ? &c->now.seats[i][seat - 1] : NULL;
}

static int booking_index(const struct sim_centre *c, struct booking_id id)
{
    for (int i = c->now.booking_count - 1; i >= 0; i--) {
        if (sim_same(&c->bookings[i].b.id.id, &id.id)) return i;
    }
    return -1;
}

struct sim_centre_booking *sim_centre_booking(struct sim_centre *c, struct booking_id id)
{
    int i = booking_index(c, id);
    return i >= 0 ? &c->bookings[i] : NULL;
}

// ---- The store's operations

static enum err inc_get(struct centre_store *s, struct inc_id inc, struct centre_inc *out)
{
    enum err e = disk(of(s));
    const struct sim_centre_inc *found = sim_centre_inc(of(s), inc);
    if (e) return e;
    if (found) *out = found->inc;
    return found ? ERR_OK : ERR_NOT_FOUND;
}

static enum err inc_put(struct centre_store *s, const struct centre_inc *inc)
{
    struct sim_centre *c = of(s);
    struct centre_inc *old = &sim_centre_inc(c, inc->inc)->inc;
    enum err e = disk(c);
    if (e) return e;
    if (inc->heard < old->heard || inc->last_seq < old->last_seq)
        sim_violate(c->world, "the centre forgets what a kiosk has heard or said");
    if (inc->heard > inc->last_seq) sim_violate(c->world, "a kiosk has heard what nobody said");
    *old = *inc;
    return ERR_OK;
}

static enum err kiosks_active(struct centre_store *s, struct site_code site,
                              struct centre_kiosk *out, int *count)
{
    struct sim_centre *c = of(s);
    enum err e = disk(c);
    *count = 0;
    for (int i = 0; !e && i < c->now.inc_count; i++) {
        const struct centre_inc *inc = &c->now.incs[i].inc;
        bool is_rogue = c->now.incs[i].kiosk == SIM_ROGUE; // it is given nothing
        if (!is_rogue && inc->state == CENTRE_INC_ACTIVE && site_code_eq(inc->site, site))
            out[(*count)++] = (struct centre_kiosk){inc->inc, inc->seen_ms};
    }
    return e;
}

static const struct sim_answer *find_answer(struct sim_centre *c, struct inc_id inc, int64_t seq)
{
    for (int i = c->now.answer_count - 1; i >= 0; i--) {
        const struct sim_answer *a = &c->answers[i];
        if (a->seq == seq && id_eq(a->inc.id, inc.id)) return a;
    }
    return NULL;
}

static enum err answer_get(struct centre_store *s, struct inc_id inc, int64_t seq,
                           struct crypt_hash *hash, struct op_result *out)
{
    enum err e = disk(of(s));
    if (e) return e;
    const struct sim_answer *found = find_answer(of(s), inc, seq);
    if (!found) return ERR_NOT_FOUND;
    *hash = found->hash;
    *out = found->result;
    return ERR_OK;
}

static enum err answer_add(struct centre_store *s, struct inc_id inc, const struct op *op,
                           struct crypt_hash hash, const struct op_result *result)
{
    struct sim_centre *c = of(s);
    enum err e = disk(c);
    if (e) return e;
    if (find_answer(c, inc, op->seq)) {
        sim_violate(c->world, "I5: operation %lld applied twice", (long long)op->seq);
        return ERR_CONFLICT;
    }
    bool is_rogue = id_eq(inc.id, c->world->rogue.id);
    bool is_sale = op->kind == OP_BOOK || op->kind == OP_MOVE;
    if (is_sale && op->basis == OP_RIGHT && result->outcome == OP_REFUSED && !is_rogue)
        sim_violate(c->world, "I7: a booking on a right is refused: %s",
                    verdict_code(result->verdict));
    CHECK(c->now.answer_count < SIM_OPS_MAX * SIM_KIOSKS);
    sim_trace(c->world, "centre answers %.4s %lld: %s %s", inc.id.hex, (long long)op->seq,
              op_outcome_code(result->outcome), verdict_code(result->verdict));
    c->answers[c->now.answer_count++] = (struct sim_answer){inc, op->seq, hash, *result};
    if (op->kind == OP_CANCEL && op->why == OP_WHY_LEARNED) sim_came(c->world, OUTCOME_LEARNED);
    if (op->kind == OP_BOOK && result->verdict == VERDICT_RECOVERING)
        sim_came(c->world, OUTCOME_FROZEN);
    if (op->kind == OP_BOOK && result->outcome == OP_REFUSED)
        sim_came(c->world, OUTCOME_POOL_REFUSED);
    if (result->verdict == VERDICT_TRY_AGAIN) sim_came(c->world, OUTCOME_TRY_AGAIN);
    if (op->kind == OP_MOVE && result->outcome == OP_REFUSED)
        sim_came(c->world, OUTCOME_MOVE_REFUSED);
    if (op->kind == OP_BOOK && result->verdict == VERDICT_LIMIT_PHONE)
        sim_came(c->world, OUTCOME_WARNED);
    return ERR_OK;
}

static enum err sitting_get(struct centre_store *s, struct sitting_id id, struct sitting *out)
{
    struct sim_centre *c = of(s);
    enum err e = disk(c);
    if (e) return e;
    int i = sitting_index(c, id);
    if (i >= 0) *out = c->now.sittings[i];
    return i >= 0 ? ERR_OK : ERR_NOT_FOUND;
}

static enum err sittings(struct centre_store *s, struct site_code site, int64_t from_ms,
                         int64_t to_ms, struct sitting *out, int *count)
{
    struct sim_centre *c = of(s);
    enum err e = disk(c);
    *count = 0;
    for (int i = 0; !e && i < c->now.sitting_count; i++) {
        const struct sitting *sitting = &c->now.sittings[i];
        bool is_within = sitting->end_ms > from_ms && sitting->start_ms < to_ms;
        if (is_within && site_code_eq(sitting->site, site)) out[(*count)++] = *sitting;
    }
    return e;
}

static enum err seats(struct centre_store *s, struct sitting_id id, struct centre_seat *out,
                      int *count)
{
    struct sim_centre *c = of(s);
    enum err e = disk(c);
    if (e) return e;
    int i = sitting_index(c, id);
    CHECK(i >= 0);
    memcpy(out, c->now.seats[i], sizeof(c->now.seats[i]));
    *count = SIM_SEATS;
    return ERR_OK;
}

static enum err seat_get(struct centre_store *s, struct sitting_id id, int seat,
                         struct centre_seat *out)
{
    enum err e = disk(of(s));
    if (e) return e;
    const struct centre_seat *found = sim_centre_seat(of(s), id, seat);
    if (found) *out = *found;
    return found ? ERR_OK : ERR_NOT_FOUND;
}

// What may become of a seat in one step; the walls a database has, and the facts' total order.
static void check_change(struct sim_world *w, const struct centre_seat *from,
                         const struct centre_seat *to, bool recovers)
{
    if (to->epoch < from->epoch) sim_violate(w, "an epoch goes back");
    if (recovers) return; // what is learned again may skip what lay between
    bool moves = !id_eq(from->owner.id, to->owner.id);
    bool sells = id_is_none(from->booking.id) && !id_is_none(to->booking.id);
    bool is_pool_sale = sells && id_is_none(to->owner.id);
    if ((moves || is_pool_sale) && to->epoch <= from->epoch)
        sim_violate(w, "a seat changes hands or is sold from the pool under one epoch");
    if (moves && !id_is_none(from->booking.id))
        sim_violate(w, "I8: a seat moves while it is booked");
    if (moves && !id_is_none(from->owner.id) && !id_is_none(to->owner.id))
        sim_violate(w, "a seat goes from one kiosk to another without a return");
    if (moves && !id_is_none(to->owner.id)) sim_came(w, OUTCOME_GRANTED);
    if (to->is_recalled && !from->is_recalled) sim_came(w, OUTCOME_RECALLED);
}

static enum err seat_change(struct centre_store *s, const struct centre_seat *from,
                            const struct centre_seat *to)
{
    struct sim_centre *c = of(s);
    enum err e = disk(c);
    if (e) return e;
    struct centre_seat *seat = sim_centre_seat(c, from->sitting, from->seat);
    bool is_same = id_eq(seat->owner.id, from->owner.id) && seat->epoch == from->epoch &&
                   id_eq(seat->booking.id, from->booking.id) &&
                   seat->is_recalled == from->is_recalled;
    if (!is_same) return ERR_CONFLICT;
    check_change(c->world, from, to, c->now.recovers[sitting_index(c, from->sitting)]);
    *seat = *to;
    return ERR_OK;
}

static enum err booking_get(struct centre_store *s, struct booking_id id,
                            struct centre_booking *out)
{
    enum err e = disk(of(s));
    if (e) return e;
    const struct sim_centre_booking *found = sim_centre_booking(of(s), id);
    if (found) *out = found->b;
    return found ? ERR_OK : ERR_NOT_FOUND;
}

// I3, at the moment of the sale: whoever sells owns the seat, under this epoch, and it is on sale.
static void check_sale(struct sim_centre *c, const struct centre_booking *b, struct inc_id source,
                       const struct op *op)
{
    const struct centre_seat *seat = sim_centre_seat(c, b->sitting, b->seat);
    bool is_right = op->basis == OP_RIGHT;
    bool is_owner = is_right ? id_eq(seat->owner.id, source.id) : id_is_none(seat->owner.id);
    if (!is_owner) sim_violate(c->world, "I3: a seat is sold by who does not own it");
    if (is_right && seat->epoch != op->epoch)
        sim_violate(c->world, "I3: a seat is sold under an epoch that is over");
    if (!id_is_none(seat->booking.id)) sim_violate(c->world, "I3: a seat is sold that is booked");
    bool recovers = c->now.recovers[sitting_index(c, b->sitting)];
    if (!is_right && !recovers && seat->state != CENTRE_SEAT_OPEN)
        sim_violate(c->world, "I3: the pool sells a seat that is not on sale");
}

static enum err booking_add(struct centre_store *s, const struct centre_booking *b,
                            struct inc_id source, const struct centre_op *op)
{
    struct sim_centre *c = of(s);
    enum err e = disk(c);
    if (e) return e;
    if (sim_centre_booking(c, b->id)) {
        sim_violate(c->world, "I5: a booking is added twice");
        return ERR_CONFLICT;
    }
    if (booking_holds_seat(b->state)) check_sale(c, b, source, &op->op);
    CHECK(c->now.booking_count < SIM_BOOKINGS_MAX);
    int phone = op->contact.has_phone ? op->contact.phone_mac[0] - '0' : -1;
    c->bookings[c->now.booking_count++] =
        (struct sim_centre_booking){*b, phone, op->contact.topic, op->op.basis, source};
    if (booking_holds_seat(b->state)) c->now.live_count++;
    if (b->state == BOOKING_CANCELLED && b->seat > 0) sim_came(c->world, OUTCOME_HISTORY);
    if (op->had_epoch > 0 && booking_holds_seat(b->state))
        sim_came(c->world, OUTCOME_POOL_SOLD_AGAIN);
    int sitting = sitting_index(c, b->sitting);
    if (op->op.basis == OP_POOL && booking_holds_seat(b->state) && sitting == SIM_SITTINGS - 1)
        sim_came(c->world, OUTCOME_SOLD_NEW);
    if (b->state == BOOKING_DISPLACED) sim_came(c->world, OUTCOME_DISPLACED);
    return ERR_OK;
}

static enum err booking_state(struct centre_store *s, struct booking_id id,
                              enum booking_state state, int64_t now_ms)
{
    struct sim_centre *c = of(s);
    enum err e = disk(c);
    (void)now_ms;
    if (e) return e;
    int i = booking_index(c, id);
    CHECK(i >= 0 && c->undo_count < SIM_UNDO_MAX);
    c->undo[c->undo_count].index = i;
    c->undo[c->undo_count++].old = c->bookings[i].b.state;
    c->now.live_count += booking_holds_seat(state) - booking_holds_seat(c->bookings[i].b.state);
    c->bookings[i].b.state = state;
    return ERR_OK;
}

static enum err phone_open(struct centre_store *s, const struct centre_contact *contact,
                           struct booking_id besides, int *same_topic, int *in_all)
{
    struct sim_centre *c = of(s);
    enum err e = disk(c);
    *same_topic = 0;
    *in_all = 0;
    for (int i = 0; !e && i < c->now.booking_count; i++) {
        const struct sim_centre_booking *b = &c->bookings[i];
        if (!booking_is_open(b->b.state) || b->phone != contact->phone_mac[0] - '0') continue;
        if (id_eq(b->b.id.id, besides.id)) continue;
        (*in_all)++;
        if (b->topic == contact->topic) (*same_topic)++;
    }
    return e;
}

static enum err contact_carry(struct centre_store *s, struct booking_id from, struct booking_id to,
                              struct centre_contact *out)
{
    enum err e = disk(of(s));
    (void)to;
    if (e) return e;
    const struct sim_centre_booking *b = sim_centre_booking(of(s), from);
    if (!b) return ERR_NOT_FOUND;
    *out = (struct centre_contact){
        .is_readable = true, .has_phone = b->phone >= 0, .topic = b->topic, .phone_mac = "-"};
    if (out->has_phone) out->phone_mac[0] = (char)('0' + b->phone);
    return ERR_OK;
}

static enum err ticket_add(struct centre_store *s, const struct centre_ticket *t,
                           struct inc_id source)
{
    struct sim_centre *c = of(s);
    enum err e = disk(c);
    if (e) return e;
    const struct sim_centre_inc *giver = sim_centre_inc(c, source);
    if ((t->letter | 0x20) != (giver->inc.letter | 0x20))
        sim_violate(c->world, "a walk-in number under another kiosk's letter is kept");
    for (int i = 0; i < c->now.ticket_count; i++) {
        const struct centre_ticket *o = &c->tickets[i];
        if (o->day == t->day && o->letter == t->letter && o->number == t->number &&
            site_code_eq(o->site, t->site))
            return ERR_CONFLICT;
    }
    CHECK(c->now.ticket_count < SIM_BOOKINGS_MAX);
    c->tickets[c->now.ticket_count++] = *t;
    return ERR_OK;
}

static void key_of(const struct feed_row *row, char out[40])
{
    struct str key = {0};
    int seat = 0;
    switch (row->kind) {
    case FEED_SITTING: key = id_str(&row->value.sitting.id.id); break;
    case FEED_AVAIL: key = id_str(&row->value.avail.sitting.id); break;
    case FEED_BOOKING: key = id_str(&row->value.booking.booking.id); break;
    case FEED_RIGHT:
        key = id_str(&row->value.right.sitting.id);
        seat = row->value.right.seat;
        break;
    case FEED_SITE: key = site_code_str(&row->value.site.code); break;
    case FEED_COUNSELLOR: key = row->value.counsellor.name; break;
    case FEED_WORKDAY:
    case FEED_RELEASE:
    case FEED_PIN_KEY:
    case FEED_QUEUE:
    case FEED_CALL:
    case FEED_KIND_UNKNOWN: CHECK(false); break;
    }
    snprintf(out, 40, "%.*s-%d", STR_ARG(key), seat);
}

static enum err feed_put(struct centre_store *s, struct str stream_key, const struct feed_row *row)
{
    struct sim_centre *c = of(s);
    enum err e = disk(c);
    if (e) return e;
    CHECK(c->put_count < SIM_UNDO_MAX);
    struct sim_feed_row *put = &c->put[c->put_count++];
    put->row = *row;
    put->row.key = (struct str){0};
    key_of(row, put->key);
    snprintf(put->stream_key, sizeof(put->stream_key), "%.*s", STR_ARG(stream_key));
    return ERR_OK;
}

static const struct centre_store_ops ops = {
    .inc_get = inc_get,
    .inc_put = inc_put,
    .kiosks_active = kiosks_active,
    .answer_get = answer_get,
    .answer_add = answer_add,
    .sitting_get = sitting_get,
    .sittings = sittings,
    .seats = seats,
    .seat_get = seat_get,
    .seat_change = seat_change,
    .booking_get = booking_get,
    .booking_add = booking_add,
    .booking_state = booking_state,
    .phone_open = phone_open,
    .sitting_recovers = sim_sitting_recovers,
    .sitting_recovered = sim_sitting_recovered,
    .sittings_recovering = sim_sittings_recovering,
    .recovery_get = sim_recovery_get,
    .recovery_put = sim_recovery_put,
    .contact_carry = contact_carry,
    .ticket_add = ticket_add,
    .feed_put = feed_put,
};

// ---- Transactions

void sim_centre_init(struct sim_centre *c, struct sim_world *world)
{
    memset(&c->now, 0, sizeof(c->now));
    c->store = (struct centre_store){&ops};
    c->world = world;
    c->gen = sim_gen(world, ++world->gen_count);
    c->undo_count = 0;
    c->put_count = 0;
    c->late_count = 0;
    c->in_transaction = false;
}

void sim_centre_begin(struct sim_centre *c)
{
    CHECK(!c->in_transaction);
    c->in_transaction = true;
    c->saved = c->now;
    c->undo_count = 0;
    c->put_count = 0;
}

static int64_t *head_of(struct sim_centre *c, const struct sim_feed_row *row)
{
    if (row->row.stream == FEED_COUNTY) return &c->now.county_head;
    if (row->row.stream == FEED_SITE_STREAM)
        return &c->now.site_head[row->stream_key[SITE_CODE_DIGITS - 1] - '0'];
    struct inc_id inc;
    CHECK(id_parse(str_from_z(row->stream_key), &inc.id));
    return &c->now.inc_head[sim_centre_inc(c, inc) - c->now.incs];
}

static void store_row(struct sim_centre *c, const struct sim_feed_row *row)
{
    for (int i = 0; i < c->now.feed_count; i++) {
        struct sim_feed_row *old = &c->feed[i];
        if (old->row.kind == row->row.kind && strcmp(old->key, row->key) == 0 &&
            strcmp(old->stream_key, row->stream_key) == 0) {
            *old = *row;
            return;
        }
    }
    CHECK(c->now.feed_count < SIM_FEED_MAX);
    c->feed[c->now.feed_count++] = *row;
}

// One number a stream and transaction, given as the last thing of it.
static void number_rows(struct sim_centre *c)
{
    int64_t *heads[SIM_INCS_MAX];
    int head_count = 0;
    for (int i = 0; i < c->put_count; i++) {
        int64_t *head = head_of(c, &c->put[i]);
        bool is_counted = false;
        for (int k = 0; k < head_count; k++) {
            is_counted = is_counted || heads[k] == head;
        }
        if (!is_counted) {
            heads[head_count++] = head;
            (*head)++;
        }
        c->put[i].row.seq = *head;
        bool is_late = MUTANT(FEED_SEQ_BEFORE_COMMIT) && sim_roll(&c->world->random, 4) == 0 &&
                       c->late_count < SIM_UNDO_MAX;
        if (is_late) {
            c->late[c->late_count++] = c->put[i];
        } else {
            store_row(c, &c->put[i]);
        }
    }
}

void sim_centre_end(struct sim_centre *c, enum err e)
{
    CHECK(c->in_transaction);
    c->in_transaction = false;
    if (!e) {
        sim_wait(c->world, FAULT_CENTRE_SLOW);
        for (int i = 0; i < c->late_count; i++) {
            store_row(c, &c->late[i]);
        }
        c->late_count = 0;
        number_rows(c);
        return;
    }
    c->now = c->saved;
    while (c->undo_count > 0) {
        c->undo_count--;
        c->bookings[c->undo[c->undo_count].index].b.state = c->undo[c->undo_count].old;
    }
}

// ---- Reading the feed

static bool is_in(const struct sim_feed_row *row, enum feed_stream stream, struct str stream_key)
{
    return row->row.stream == stream && str_eq_z(stream_key, row->stream_key);
}

// Adds what follows `from` of one stream by number, whole numbers only, while there is room.
static bool add_stream(struct sim_centre *c, enum feed_stream stream, struct str stream_key,
                       struct feed_page *page, struct feed_row *rows, int rows_max)
{
    for (int64_t at = page->from.seq[stream];;) {
        int64_t next = INT64_MAX;
        for (int i = 0; i < c->now.feed_count; i++) {
            const struct sim_feed_row *r = &c->feed[i];
            if (is_in(r, stream, stream_key) && r->row.seq > at && r->row.seq < next)
                next = r->row.seq;
        }
        if (next == INT64_MAX) return true;
        if (page->count >= rows_max) return false;
        for (int i = 0; i < c->now.feed_count; i++) {
            const struct sim_feed_row *r = &c->feed[i];
            if (!is_in(r, stream, stream_key) || r->row.seq != next) continue;
            CHECK(page->count < SIM_MESSAGE_ROWS_MAX);
            rows[page->count++] = r->row;
        }
        at = next;
        page->to.seq[stream] = at;
    }
}

void sim_centre_page(struct sim_centre *c, struct inc_id inc_id, const struct feed_position *from,
                     int rows_max, struct feed_page *out, struct feed_row *rows)
{
    const struct sim_centre_inc *inc = sim_centre_inc(c, inc_id);
    struct str keys[FEED_STREAMS] = {[FEED_COUNTY] = site_county(&inc->inc.site),
                                     [FEED_SITE_STREAM] = site_code_str(&inc->inc.site),
                                     [FEED_DEVICE] = id_str(&inc->inc.inc.id)};
    int64_t heads[FEED_STREAMS] = {
        [FEED_COUNTY] = c->now.county_head,
        [FEED_SITE_STREAM] = c->now.site_head[inc->inc.site.z[SITE_CODE_DIGITS - 1] - '0'],
        [FEED_DEVICE] = c->now.inc_head[inc - c->now.incs]};
    *out = (struct feed_page){
        .gen = c->gen, .from = *from, .to = *from, .applied = inc->inc.last_seq, .rows = rows};
    bool is_whole = true;
    for (int s = 0; s < FEED_STREAMS; s++) {
        bool all = add_stream(c, (enum feed_stream)s, keys[s], out, rows, rows_max);
        if (all) out->to.seq[s] = heads[s];
        is_whole = is_whole && all;
    }
    out->more = !is_whole;
}
