#include "sync/sync_hear.h"

#include "base/log.h"
#include "base/mutant.h"
#include "sync/sync_log.h"
#include "sync/sync_recover.h"

static enum err end(struct ledger *l, const struct ledger_self *self, enum err e)
{
    if (!e) e = l->ops->self_put(l, self);
    return l->ops->end(l, e);
}

struct hearing {
    struct ledger *ledger;
    struct ledger_self self;
    struct sync_now now;
    struct sync_decided *decided;
    int *count;
};

// The booking that moved onto a pool seat goes now that the seat is certain.
static enum err leave(struct hearing *h, struct booking_id id)
{
    struct ledger_booking old;
    enum err e = h->ledger->ops->booking_get(h->ledger, id, &old);
    bool is_gone = e == ERR_NOT_FOUND || (!e && old.state == BOOKING_CANCELLED);
    if (is_gone || MUTANT(MOVED_KEEPS_OLD)) return ERR_OK;
    return e ? e : sync_log_cancel(h->ledger, &h->self, old, OP_WHY_MOVED, h->now);
}

// A booking that still waits is decided by its result. One that was withdrawn meanwhile stays so: its
// cancel is in the log behind it, and the pair nets to nothing.
static enum err decide(struct hearing *h, struct booking_id id, const struct op_result *result)
{
    struct ledger_booking booking;
    struct ledger *l = h->ledger;
    enum err e = l->ops->booking_get(l, id, &booking);
    if (e == ERR_NOT_FOUND) return ERR_OK;
    bool is_waiting = booking.state == BOOKING_ASKED ||
                      (MUTANT(LATE_ANSWER_CONFIRMS) && booking.state == BOOKING_CANCELLED);
    if (e || booking.basis != OP_POOL || !is_waiting) return e;
    bool is_taken = result->outcome == OP_REFUSED;
    booking.state = is_taken ? BOOKING_REFUSED : BOOKING_CONFIRMED;
    h->decided[(*h->count)++] =
        (struct sync_decided){.booking = id,
                              .verdict = is_taken ? result->verdict : VERDICT_OK,
                              .next_seat = result->next_seat};
    e = l->ops->booking_put(l, &booking);
    bool is_moved = !is_taken && !id_is_none(booking.instead_of.id);
    return e || !is_moved ? e : leave(h, booking.instead_of);
}

static enum err store_result(struct hearing *h, const struct op_result *result)
{
    struct ledger_op op;
    enum err e = h->ledger->ops->op_get(h->ledger, result->seq, &op);
    if (!e) e = h->ledger->ops->op_answer(h->ledger, result);
    if (e) return e;
    bool is_sale = op.kind == OP_BOOK || op.kind == OP_MOVE;
    return is_sale ? decide(h, op.booking, result) : ERR_OK;
}

// What lies in a backup may be erased here; but nothing whose answer we have not heard.
static void hear_safe(struct ledger_self *self, int64_t safe)
{
    if (safe > self->acked && !MUTANT(SAFE_PAST_ACKED)) safe = self->acked;
    if (safe > self->safe) self->safe = safe;
}

enum err sync_hear_answer(struct ledger *l, const struct sync_answer *answer, struct sync_now now,
                          struct sync_decided *decided, int *decided_count)
{
    struct hearing h = {.ledger = l, .now = now, .decided = decided, .count = decided_count};
    struct ledger_self *self = &h.self;
    CHECK(answer->count >= 0 && answer->count <= OP_BATCH_MAX);
    *decided_count = 0;
    enum err e = l->ops->begin(l);
    if (e) return e;
    e = l->ops->self_get(l, self);
    bool follows = answer->from <= self->acked + 1 || MUTANT(ANSWER_AHEAD_ACCEPTED);
    bool is_now = id_eq(answer->gen, sync_gen(self)) || MUTANT(ANSWER_OF_ANY_GENERATION);
    bool is_ours = !e && is_now && follows;
    for (int i = 0; !e && is_ours && i < answer->count; i++) {
        const struct op_result *result = &answer->results[i];
        if (result->seq != answer->from + i || result->seq > self->op_seq) break;
        if (result->seq <= self->acked) continue;
        e = store_result(&h, result);
        self->acked = result->seq;
    }
    if (MUTANT(ACK_SKIPS_RESULTS) && answer->acked <= self->op_seq && answer->acked > self->acked)
        self->acked = answer->acked;
    if (!e && is_ours) hear_safe(self, answer->safe);
    return end(l, self, e);
}

// The centre has cleared a booking on a seat of ours (a visitor cancelled elsewhere). Only what it has
// already seen counts, and the clearing goes into the log so that the log alone explains a later sale.
static enum err learn_cleared(struct ledger *l, struct ledger_self *self, struct ledger_right right,
                              int64_t applied, struct sync_now now)
{
    struct ledger_booking booking;
    enum err e = l->ops->booking_get(l, right.booking, &booking);
    if (e == ERR_NOT_FOUND) {
        // Its booking was swept long ago; the seat is only history.
        right.booking = (struct booking_id){0};
        return l->ops->right_put(l, &right);
    }
    if (e) return e;
    if (booking.sold_seq > applied && !MUTANT(CLEAR_UNSYNCED_BOOKING)) return ERR_OK;
    struct op op = {.kind = OP_CANCEL,
                    .booking = booking.id,
                    .sitting = booking.sitting,
                    .why = OP_WHY_LEARNED};
    if (!MUTANT(LEARNED_WITHOUT_LOG)) e = sync_log_add(l, self, &op, now);
    booking.state = BOOKING_CANCELLED;
    booking.op_seq = op.seq;
    right.booking = (struct booking_id){0};
    if (!e) e = l->ops->booking_put(l, &booking);
    if (!e) e = l->ops->right_put(l, &right);
    return e;
}

// The centre knows of a sale on our seat that our file does not: the file is older than its sale. The
// seat is not sold a second time. (A booking we know and have cleared is only told late.)
static enum err adopt(struct ledger *l, struct ledger_right right, struct booking_id id)
{
    struct ledger_booking known;
    enum err e = l->ops->booking_get(l, id, &known);
    if (e != ERR_NOT_FOUND) return e;
    right.booking = id;
    return l->ops->right_put(l, &right);
}

// Of a seat that is ours already: its booking, or that it is asked back.
static enum err merge_known(struct ledger *l, struct ledger_self *self, struct ledger_right right,
                            const struct feed_row *row, int64_t applied, struct sync_now now)
{
    const struct feed_right *told = &row->value.right;
    if (told->epoch != right.epoch) {
        log_error("a seat of ours is told with another epoch");
        return ERR_OK;
    }
    if (told->is_recalled && !right.is_recalled) {
        right.is_recalled = true;
        enum err e = l->ops->right_put(l, &right);
        if (e) return e;
    }
    if (id_is_none(right.booking.id) && !id_is_none(told->booking.id))
        return adopt(l, right, told->booking);
    bool is_cleared = !id_is_none(right.booking.id) && id_is_none(told->booking.id);
    return is_cleared ? learn_cleared(l, self, right, applied, now) : ERR_OK;
}

static enum err merge_right(struct ledger *l, struct ledger_self *self, const struct feed_row *row,
                            int64_t applied, struct sync_now now)
{
    const struct feed_right *told = &row->value.right;
    struct ledger_right right;
    int64_t given = 0;
    if (row->is_dead) return ERR_OK; // the answer to our own return
    enum err e = l->ops->given_get(l, told->sitting, told->seat, &given);
    if (e) return e;
    if (told->epoch <= given && !MUTANT(NO_EPOCH_FENCE)) return ERR_OK; // told before our return
    e = l->ops->right_get(l, told->sitting, told->seat, &right);
    if (!e) return merge_known(l, self, right, row, applied, now);
    if (e != ERR_NOT_FOUND) return e;
    right = (struct ledger_right){told->sitting, told->seat, told->epoch, told->booking,
                                  told->is_recalled};
    e = l->ops->right_put(l, &right);
    if (e != ERR_TOO_BIG) return e;
    log_error("the centre gives more seats than a kiosk may own; one is not sold here");
    return ERR_OK;
}

static enum err merge_rows(struct ledger *l, struct ledger_self *self, const struct feed_page *page,
                           struct sync_now now)
{
    enum err e = ERR_OK;
    for (int s = 0; !e && s < FEED_STREAMS; s++) {
        bool is_whole =
            page->from.seq[s] == 0 && (page->to.seq[s] > 0 || !MUTANT(EMPTY_STREAM_STAYS));
        if (is_whole && !MUTANT(OLD_ROWS_STAY)) e = l->ops->rows_drop(l, (enum feed_stream)s);
    }
    for (int i = 0; !e && i < page->count; i++) {
        const struct feed_row *row = &page->rows[i];
        // Pages of one catch-up are of different moments: each row has seen what its own page says.
        int64_t applied = MUTANT(ROWS_SHARE_APPLIED) ? page->applied : row->applied;
        e = row->kind == FEED_RIGHT ? merge_right(l, self, row, applied, now)
                                    : l->ops->row_put(l, row);
    }
    return e;
}

static bool is_at(const struct feed_position *a, const struct feed_position *b)
{
    for (int s = 0; s < FEED_STREAMS; s++) {
        if (a->seq[s] != b->seq[s]) return false;
    }
    return true;
}

static enum err merge(struct ledger *l, struct ledger_self *self, const struct feed_page *page,
                      struct sync_now now, enum sync_page_fate *fate)
{
    bool is_next = is_at(&page->from, &self->position) || MUTANT(NO_CURSOR_CAS);
    *fate = SYNC_PAGE_MERGED;
    if (!is_next) *fate = SYNC_PAGE_STALE;
    bool is_over = sync_must_report(self) && !MUTANT(OLD_GENERATION_ACCEPTED);
    if (is_over || !id_eq(page->gen, self->gen)) *fate = SYNC_PAGE_OTHER_GENERATION;
    if (*fate != SYNC_PAGE_MERGED) return ERR_OK;
    enum err e = merge_rows(l, self, page, now);
    self->position = page->to;
    if (page->applied > self->applied) self->applied = page->applied;
    sync_log_passed(self, now);
    return e;
}

enum err sync_hear_page(struct ledger *l, const struct feed_page *page, struct sync_now now,
                        enum sync_page_fate *fate)
{
    struct ledger_self self;
    CHECK(!page->more);
    enum err e = l->ops->begin(l);
    if (e) return e;
    e = l->ops->self_get(l, &self);
    if (!e) e = merge(l, &self, page, now, fate);
    return end(l, &self, e);
}

enum err sync_hear_hello(struct ledger *l, const struct sync_hello *hello,
                         enum sync_hello_fate *fate)
{
    struct ledger_self self;
    enum err e = l->ops->begin(l);
    if (e) return e;
    *fate = SYNC_HELLO_STALE;
    e = l->ops->self_get(l, &self);
    if (!e) e = sync_follow(l, &self, hello, fate);
    if (!e && *fate == SYNC_HELLO_HEARD) {
        self.site = hello->site;
        self.letter = hello->letter;
        // Its clock rules, backwards too: a floor out of a time when it was wrong would be one for ever.
        self.floor_ms = hello->now_ms;
        hear_safe(&self, hello->safe);
    }
    return end(l, &self, e);
}
