#include "core/centre_apply.h"

#include "base/log.h"
#include "base/mutant.h"

static void refuse(struct op_result *result, enum verdict why)
{
    result->outcome = OP_REFUSED;
    result->verdict = why;
}

static void warn(struct op_result *result, enum verdict why)
{
    result->outcome = OP_OK_WARN;
    result->verdict = why;
}

enum err centre_seat_becomes(struct centre_store *s, const struct sitting *sitting,
                             const struct centre_seat *from, const struct centre_seat *to)
{
    bool leaves = !id_is_none(from->owner.id) && !id_eq(from->owner.id, to->owner.id);
    struct feed_row gone = {.stream = FEED_DEVICE,
                            .kind = FEED_RIGHT,
                            .is_dead = true,
                            .value.right = {.sitting = from->sitting, .seat = from->seat}};
    enum err e = s->ops->seat_change(s, from, to);
    if (!e && leaves && !MUTANT(OLD_OWNER_NOT_TOLD))
        e = s->ops->feed_put(s, id_str(&from->owner.id), &gone);
    if (!e) e = centre_tell_seat(s, to);
    if (!e && !MUTANT(AVAIL_NOT_TOLD)) e = centre_tell_avail(s, sitting);
    return e;
}

// A booking is told to the site of its sitting: there the visitor checks in.
static struct centre_booking booking_of(struct site_code site, const struct op *op,
                                        enum booking_state state)
{
    return (struct centre_booking){.id = op->booking,
                                   .sitting = op->sitting,
                                   .site = site,
                                   .seat = op->seat,
                                   .code = op->code,
                                   .pin_hash = op->pin_hash,
                                   .state = state};
}

static enum err keep(struct centre_store *s, const struct centre_inc *inc,
                     const struct centre_op *op, struct centre_booking b)
{
    enum err e = s->ops->booking_add(s, &b, inc->inc, op);
    return e ? e : centre_tell_booking(s, &b);
}

// A sale told again that the seat has outlived: its epoch could rise only because this was cancelled.
static enum err keep_as_history(struct centre_store *s, const struct centre_inc *inc,
                                const struct centre_op *op, struct site_code site,
                                struct op_result *result)
{
    warn(result, VERDICT_ALREADY_CANCELLED);
    return keep(s, inc, op, booking_of(site, &op->op, BOOKING_CANCELLED));
}

// The limits of a phone (what is left for this one does not count), the time and the sitting's state:
// the very rule the kiosk asked.
static enum err check(struct centre_store *s, const struct centre_op *op,
                      const struct sitting *sitting, int64_t now_ms, enum verdict *verdict)
{
    struct booking_ask ask = {
        .sitting = sitting, .seat = op->op.seat, .has_phone = op->contact.has_phone};
    enum err e = ERR_OK;
    if (ask.has_phone)
        e = s->ops->phone_open(s, &op->contact, op->op.instead_of, &ask.open_same_topic,
                               &ask.open_in_all);
    if (!e) *verdict = booking_check(&ask, now_ms);
    return e;
}

// A seat the incarnation owned when it sold it: never refused (rule P1). What the rules would have
// said becomes a warning; on a sitting that is closing the promise stands and staff find another time.
static enum err book_right(struct centre_store *s, const struct centre_inc *inc,
                           const struct centre_op *op, const struct sitting *sitting,
                           int64_t now_ms, struct op_result *result)
{
    struct centre_seat seat;
    const struct centre_claim claim = {inc->inc, op->op.epoch, now_ms};
    enum centre_fact fact = CENTRE_FACT_OURS;
    enum err e = s->ops->seat_get(s, op->op.sitting, op->op.seat, &seat);
    if (!e) e = centre_learn(s, sitting, &seat, claim, &fact);
    if (e && e != ERR_NOT_FOUND) return e;
    if (fact == CENTRE_FACT_OLDER) return keep_as_history(s, inc, op, sitting->site, result);
    bool is_owner = !e && (id_eq(seat.owner.id, inc->inc.id) || MUTANT(ANY_OWNER_SELLS)) &&
                    (seat.epoch == op->op.epoch || MUTANT(ANY_EPOCH_SELLS));
    if (!is_owner) {
        log_error("incarnation %s sells a seat it does not own", inc->inc.id.hex);
        refuse(result, VERDICT_NOT_YOURS);
        return ERR_OK;
    }
    enum verdict v;
    e = check(s, op, sitting, op->op.at_ms < now_ms ? op->op.at_ms : now_ms, &v);
    if (e) return e;
    if (MUTANT(RIGHT_REFUSED_BY_LIMITS) && v != VERDICT_OK) {
        refuse(result, v);
        return ERR_OK;
    }
    if (v != VERDICT_OK) warn(result, v);
    bool is_open = sitting->state == SITTING_OPEN;
    if (!is_open) warn(result, VERDICT_SITTING_CLOSED);
    if (!id_is_none(seat.booking.id) && !MUTANT(SECOND_SALE_OVERWRITES)) {
        // Only a broken kiosk sells one right twice. The first promise keeps the seat.
        warn(result, VERDICT_SITTING_FULL);
        return keep(s, inc, op, booking_of(sitting->site, &op->op, BOOKING_DISPLACED));
    }
    struct centre_seat sold = seat;
    sold.booking = op->op.booking;
    e = keep(s, inc, op,
             booking_of(sitting->site, &op->op, is_open ? BOOKING_CONFIRMED : BOOKING_DISPLACED));
    return e ? e : centre_seat_becomes(s, sitting, &seat, &sold);
}

// The lowest seat of the pool that is still on sale, 0 where there is none.
static enum err lowest_pool_seat(struct centre_store *s, const struct sitting *sitting,
                                 int64_t now_ms, int *out)
{
    struct centre_seat seats[SITTING_SEATS_MAX];
    int count = 0;
    *out = 0;
    enum err e = s->ops->seats(s, sitting->id, seats, &count);
    for (int i = 0; !e && i < count && *out == 0; i++) {
        bool is_free = id_is_none(seats[i].owner.id) && id_is_none(seats[i].booking.id);
        if (is_free && seats[i].state == CENTRE_SEAT_OPEN &&
            sitting_check_sale(sitting, seats[i].seat, now_ms) == 0)
            *out = seats[i].seat;
    }
    return e;
}

// A sale that this kiosk was told of before the centre was restored. Without that no slip was printed.
static enum err book_pool_again(struct centre_store *s, const struct centre_inc *inc,
                                const struct centre_op *op, const struct sitting *sitting,
                                int64_t now_ms, struct op_result *result)
{
    struct centre_seat seat;
    const struct centre_claim claim = {.epoch = op->had_epoch, .now_ms = now_ms};
    enum centre_fact fact;
    bool was_sold = op->had_epoch > 0 && !MUTANT(RESTORE_FORGETS_POOL_SALES);
    enum err e = was_sold ? s->ops->seat_get(s, op->op.sitting, op->op.seat, &seat) : ERR_NOT_FOUND;
    if (e == ERR_NOT_FOUND) {
        refuse(result, VERDICT_RECOVERING);
        return ERR_OK;
    }
    if (!e) e = centre_learn(s, sitting, &seat, claim, &fact);
    if (e) return e;
    if (fact != CENTRE_FACT_NEWER) return keep_as_history(s, inc, op, sitting->site, result);
    struct centre_seat sold = seat;
    sold.booking = op->op.booking;
    result->seat = sold.seat;
    result->epoch = sold.epoch;
    e = keep(s, inc, op, booking_of(sitting->site, &op->op, BOOKING_CONFIRMED));
    return e ? e : centre_seat_becomes(s, sitting, &seat, &sold);
}

// A free seat that another kiosk owns is called back, and the visitor's kiosk asks again. A kiosk that
// was not heard of lately would not answer in time.
static enum err call_back(struct centre_store *s, const struct centre_inc *inc,
                          const struct centre_seat *seat, int64_t now_ms, bool *is_called)
{
    struct centre_inc owner;
    bool is_others = !id_is_none(seat->owner.id) && !id_eq(seat->owner.id, inc->inc.id);
    *is_called = false;
    if (!is_others || seat->state != CENTRE_SEAT_OPEN || !id_is_none(seat->booking.id))
        return ERR_OK;
    enum err e = s->ops->inc_get(s, seat->owner, &owner);
    *is_called = !e && owner.state == CENTRE_INC_ACTIVE && now_ms - owner.seen_ms <= CENTRE_NEAR_MS;
    return *is_called ? centre_recall(s, seat) : e;
}

static enum err book_pool(struct centre_store *s, const struct centre_inc *inc,
                          const struct centre_op *op, const struct sitting *sitting, int64_t now_ms,
                          struct op_result *result)
{
    enum verdict v;
    bool recovers = false;
    enum err e = s->ops->sitting_recovers(s, sitting->id, &recovers);
    if (!e && recovers && !MUTANT(RESTORE_WITHOUT_FREEZE))
        return book_pool_again(s, inc, op, sitting, now_ms, result);
    if (!e) e = check(s, op, sitting, now_ms, &v);
    if (e) return e;
    struct centre_seat seat = {0};
    if (v == VERDICT_OK) e = s->ops->seat_get(s, op->op.sitting, op->op.seat, &seat);
    if (e && e != ERR_NOT_FOUND) return e;
    bool is_pool = !e && (id_is_none(seat.owner.id) || MUTANT(POOL_IGNORES_OWNER));
    bool is_called = false;
    bool is_on_sale = seat.state == CENTRE_SEAT_OPEN || MUTANT(CLOSED_SEAT_SOLD);
    bool is_free = is_pool && is_on_sale && id_is_none(seat.booking.id);
    if (v == VERDICT_OK && !is_free) {
        v = VERDICT_SITTING_FULL;
        e = call_back(s, inc, &seat, now_ms, &is_called);
        if (e) return e;
    }
    if (v != VERDICT_OK) {
        refuse(result, is_called ? VERDICT_TRY_AGAIN : v);
        return lowest_pool_seat(s, sitting, now_ms, &result->next_seat);
    }
    struct centre_seat sold = seat;
    sold.booking = op->op.booking;
    if (!MUTANT(POOL_SALE_KEEPS_EPOCH)) sold.epoch++;
    result->seat = sold.seat;
    result->epoch = sold.epoch;
    e = keep(s, inc, op, booking_of(sitting->site, &op->op, BOOKING_CONFIRMED));
    return e ? e : centre_seat_becomes(s, sitting, &seat, &sold);
}

static enum err book(struct centre_store *s, const struct centre_inc *inc,
                     const struct centre_op *op, int64_t now_ms, struct op_result *result)
{
    struct centre_booking known;
    enum err e = s->ops->booking_get(s, op->op.booking, &known);
    if (e && e != ERR_NOT_FOUND) return e;
    if (!e) {
        // A cancel of this id came first, from another kiosk of the site: it wins.
        warn(result, VERDICT_ALREADY_CANCELLED);
        return ERR_OK;
    }
    struct sitting sitting;
    e = s->ops->sitting_get(s, op->op.sitting, &sitting);
    if (e == ERR_NOT_FOUND) {
        refuse(result, VERDICT_SITTING_CLOSED);
        return ERR_OK;
    }
    if (e) return e;
    return op->op.basis == OP_RIGHT ? book_right(s, inc, op, &sitting, now_ms, result)
                                    : book_pool(s, inc, op, &sitting, now_ms, result);
}

static enum err wish(struct centre_store *s, const struct centre_inc *inc,
                     const struct centre_op *op, struct op_result *result)
{
    struct centre_booking known;
    enum err e = s->ops->booking_get(s, op->op.booking, &known);
    if (!e) warn(result, VERDICT_ALREADY_CANCELLED);
    if (e != ERR_NOT_FOUND) return e;
    struct centre_booking b = booking_of(inc->site, &op->op, BOOKING_WISH);
    b.seat = 0;
    return keep(s, inc, op, b);
}

// Clears the seat but never moves it: its owner sells it again.
static enum err free_seat(struct centre_store *s, const struct centre_booking *b)
{
    struct sitting sitting;
    struct centre_seat seat;
    enum err e = s->ops->sitting_get(s, b->sitting, &sitting);
    if (!e) e = s->ops->seat_get(s, b->sitting, b->seat, &seat);
    if (e) return e;
    if (!id_eq(seat.booking.id, b->id.id) && !MUTANT(CANCEL_FREES_ANOTHERS)) return ERR_OK;
    struct centre_seat cleared = seat;
    cleared.booking = (struct booking_id){0};
    if (MUTANT(CANCEL_FREES_TO_POOL) && !id_is_none(seat.owner.id)) {
        cleared.owner = (struct inc_id){0};
        cleared.epoch++;
    }
    return centre_seat_becomes(s, &sitting, &seat, &cleared);
}

// Never refused for reasons of time: a kiosk sells its own right again at once after a cancel.
static enum err cancel(struct centre_store *s, const struct centre_inc *inc,
                       const struct centre_op *op, struct booking_id id, int64_t now_ms,
                       struct op_result *result)
{
    struct centre_booking b;
    enum err e = s->ops->booking_get(s, id, &b);
    if (e == ERR_NOT_FOUND) {
        struct centre_booking gone = {.id = id, .site = inc->site, .state = BOOKING_CANCELLED};
        struct centre_op note = {.op.seq = op->op.seq};
        warn(result, VERDICT_NOT_FOUND);
        if (MUTANT(CANCEL_BEFORE_BOOK_LOST)) return ERR_OK;
        return s->ops->booking_add(s, &gone, (struct inc_id){0}, &note);
    }
    if (e) return e;
    if (b.state == BOOKING_CANCELLED) return ERR_OK;
    if (MUTANT(REFUSES_LATE_CANCEL) && op->op.seq % 4 == 0) {
        refuse(result, VERDICT_CANCEL_TOO_LATE);
        return ERR_OK;
    }
    bool held = booking_holds_seat(b.state) || b.state == BOOKING_DISPLACED;
    b.state = BOOKING_CANCELLED;
    e = s->ops->booking_state(s, b.id, b.state, now_ms);
    if (!e && held) e = free_seat(s, &b);
    return e ? e : centre_tell_booking(s, &b);
}

// Of what is still asked for the old booking stands, and the kiosk cancels it when it has heard the yes.
// A right was sold, and the old booking left, in one stroke: so it is here.
static enum err move(struct centre_store *s, const struct centre_inc *inc,
                     const struct centre_op *op, int64_t now_ms, struct op_result *result)
{
    struct centre_op carried = *op;
    struct centre_booking old = {0};
    struct booking_id from = op->op.instead_of;
    enum err e = s->ops->booking_get(s, from, &old);
    bool is_known = e == ERR_OK;
    if (is_known) e = s->ops->contact_carry(s, from, op->op.booking, &carried.contact);
    if (e && e != ERR_NOT_FOUND) return e;
    bool is_gone = !is_known || old.state == BOOKING_CANCELLED;
    // Told again after a restore, the yes was given, whatever is known here of the old booking by now.
    bool is_asked = op->op.basis == OP_POOL && (op->had_epoch == 0 || MUTANT(MOVE_TOLD_AGAIN_ASKS));
    if (is_gone && is_asked) {
        refuse(result, is_known ? VERDICT_ALREADY_CANCELLED : VERDICT_NOT_FOUND);
        return ERR_OK;
    }
    e = book(s, inc, &carried, now_ms, result);
    bool is_done = op->op.basis == OP_RIGHT && result->outcome != OP_REFUSED;
    return e || !is_done || MUTANT(MOVE_KEEPS_OLD_SEAT) ? e
                                                        : cancel(s, inc, op, from, now_ms, result);
}

// The visitor was there: recorded whatever the clocks say, and harmless twice.
static enum err checkin(struct centre_store *s, const struct centre_op *op, int64_t now_ms,
                        struct op_result *result)
{
    struct centre_booking b;
    enum err e = s->ops->booking_get(s, op->op.booking, &b);
    if (e == ERR_NOT_FOUND) {
        refuse(result, VERDICT_NOT_FOUND);
        return ERR_OK;
    }
    if (e) return e;
    if (b.state == BOOKING_CANCELLED) refuse(result, VERDICT_ALREADY_CANCELLED);
    bool is_expected = b.state == BOOKING_CONFIRMED || b.state == BOOKING_NO_SHOW;
    if (!is_expected && !MUTANT(CHECKIN_REVIVES)) return ERR_OK;
    b.state = BOOKING_CHECKED_IN;
    e = s->ops->booking_state(s, b.id, b.state, now_ms);
    return e ? e : centre_tell_booking(s, &b);
}

// A letter is one kiosk's of the site, so that no two visitors get one number; small while the clock is
// not trusted.
static bool is_own_letter(const struct centre_inc *inc, char letter)
{
    bool is_own = letter == inc->letter || letter == inc->letter - 'A' + 'a';
    return (inc->letter != 0 && is_own) || MUTANT(TICKET_OF_ANY_LETTER);
}

static enum err ticket(struct centre_store *s, const struct centre_inc *inc,
                       const struct centre_op *op, struct op_result *result)
{
    if (!is_own_letter(inc, op->op.letter)) {
        log_error("incarnation %s gives numbers under a letter that is not its own",
                  inc->inc.id.hex);
        refuse(result, VERDICT_NOT_YOURS);
        return ERR_OK;
    }
    struct centre_ticket t = {.site = inc->site,
                              .day = op->op.day,
                              .letter = op->op.letter,
                              .number = op->op.number,
                              .at_ms = op->op.at_ms};
    enum err e = s->ops->ticket_add(s, &t, inc->inc);
    if (e != ERR_CONFLICT) return e;
    warn(result, VERDICT_TICKETS_OUT);
    return ERR_OK;
}

static enum err give_back(struct centre_store *s, const struct centre_inc *inc,
                          const struct centre_op *op, int64_t now_ms, struct op_result *result)
{
    struct sitting sitting;
    struct centre_seat seat;
    const struct centre_claim claim = {inc->inc, op->op.epoch, now_ms};
    enum centre_fact fact = CENTRE_FACT_OURS;
    enum err e = s->ops->sitting_get(s, op->op.sitting, &sitting);
    if (!e) e = s->ops->seat_get(s, op->op.sitting, op->op.seat, &seat);
    if (!e) e = centre_learn(s, &sitting, &seat, claim, &fact);
    if (e && e != ERR_NOT_FOUND) return e;
    if (fact == CENTRE_FACT_OLDER) return ERR_OK;
    bool is_owner = !e && id_eq(seat.owner.id, inc->inc.id) && seat.epoch == op->op.epoch;
    bool is_sold = !id_is_none(seat.booking.id) && !MUTANT(RETURN_OF_SOLD_ACCEPTED);
    if (!is_owner || is_sold) {
        refuse(result, VERDICT_NOT_YOURS);
        return ERR_OK;
    }
    struct centre_seat pooled = seat;
    pooled.owner = (struct inc_id){0};
    pooled.is_recalled = false;
    pooled.epoch++;
    pooled.state = sitting.state == SITTING_OPEN ? CENTRE_SEAT_OPEN : CENTRE_SEAT_CLOSED;
    return centre_seat_becomes(s, &sitting, &seat, &pooled);
}

enum err centre_apply(struct centre_store *s, const struct centre_inc *inc,
                      const struct centre_op *op, int64_t now_ms, struct op_result *result)
{
    if (op->bytes.len > OP_BYTES_MAX && !MUTANT(OP_OF_ANY_SIZE)) {
        refuse(result, VERDICT_OP_TOO_LARGE);
        return ERR_OK;
    }
    if (op->is_malformed && !MUTANT(OP_OF_ANY_FORM)) {
        log_error("incarnation %s: operation %lld cannot be read", inc->inc.id.hex,
                  (long long)op->op.seq);
        refuse(result, VERDICT_OP_MALFORMED);
        return ERR_OK;
    }
    switch (op->op.kind) {
    case OP_BOOK: return book(s, inc, op, now_ms, result);
    case OP_MOVE: return move(s, inc, op, now_ms, result);
    case OP_CANCEL: return cancel(s, inc, op, op->op.booking, now_ms, result);
    case OP_CHECKIN: return checkin(s, op, now_ms, result);
    case OP_TICKET: return ticket(s, inc, op, result);
    case OP_RETURN: return give_back(s, inc, op, now_ms, result);
    case OP_WISH: return wish(s, inc, op, result);
    case OP_KIND_UNKNOWN: refuse(result, VERDICT_UNKNOWN_KIND); return ERR_OK;
    }
    return ERR_OK;
}
