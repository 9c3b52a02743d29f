#include "sync/sync_act.h"

#include "base/mutant.h"
#include "sync/sync_log.h"
#include "sync/sync_recover.h"
#include "wire/wire_op.h"

#define RETURNS_MAX 64 // given back at one start; the rest follows with the next

// Every change has this shape: read the positions, decide and change, put the positions back.
static enum err begin(struct ledger *l, struct ledger_self *self)
{
    enum err e = l->ops->begin(l);
    if (e) return e;
    e = l->ops->self_get(l, self);
    return e ? l->ops->end(l, e) : ERR_OK;
}

static enum err end(struct ledger *l, const struct ledger_self *self, enum err e)
{
    if (!e) e = l->ops->self_put(l, self);
    return l->ops->end(l, e);
}

static bool log_is_full(const struct ledger_self *self)
{
    return self->op_seq - self->acked >= OP_UNSENT_MAX;
}

static struct op op_of_sale(const struct sync_sale *sale, enum op_kind kind)
{
    return (struct op){.kind = kind,
                       .booking = sale->booking,
                       .sitting = sale->sitting,
                       .seat = sale->seat,
                       .code = sale->code,
                       .pin_hash = sale->pin_hash,
                       .sealed = sale->sealed};
}

static struct ledger_booking booking_of(const struct sync_sale *sale, int64_t op_seq,
                                        enum booking_state state)
{
    return (struct ledger_booking){.id = sale->booking,
                                   .sitting = sale->sitting,
                                   .seat = sale->seat,
                                   .sold_seq = op_seq,
                                   .op_seq = op_seq,
                                   .code = sale->code,
                                   .pin_hash = sale->pin_hash,
                                   .state = state};
}

// May this seat be sold now, as far as this kiosk can say?
static enum err check_sale(struct ledger *l, const struct ledger_self *self,
                           const struct sync_sale *sale, struct sync_now now, enum verdict *verdict)
{
    struct sitting sitting;
    *verdict = VERDICT_OK;
    if (log_is_full(self)) *verdict = VERDICT_LOG_FULL;
    bool knows_day = now.trust != OP_TRUST_UNKNOWN || MUTANT(UNKNOWN_CLOCK_SELLS);
    if (!knows_day) *verdict = VERDICT_CLOCK_UNKNOWN;
    if (*verdict != VERDICT_OK) return ERR_OK;
    enum err e = l->ops->sitting_get(l, sale->sitting, &sitting);
    if (e == ERR_NOT_FOUND) *verdict = VERDICT_SITTING_CLOSED;
    if (e) return e == ERR_NOT_FOUND ? ERR_OK : e;
    struct booking_ask ask = {.sitting = &sitting, .seat = sale->seat};
    *verdict = booking_check(&ask, now.ms);
    return ERR_OK;
}

static enum err sell_right(struct ledger *l, struct ledger_self *self, const struct sync_sale *sale,
                           struct op op, struct sync_now now, enum verdict *verdict)
{
    struct ledger_right right;
    enum err e = l->ops->right_get(l, sale->sitting, sale->seat, &right);
    if (e && e != ERR_NOT_FOUND) return e;
    bool is_sold = !e && !id_is_none(right.booking.id) && !MUTANT(RIGHT_SOLD_TWICE);
    if (e == ERR_NOT_FOUND || is_sold) {
        *verdict = VERDICT_SITTING_FULL;
        return ERR_OK;
    }
    op.basis = OP_RIGHT;
    op.epoch = right.epoch;
    e = sync_log_add(l, self, &op, now);
    right.booking = sale->booking;
    struct ledger_booking booking = booking_of(sale, op.seq, BOOKING_CONFIRMED);
    booking.basis = OP_RIGHT;
    if (!e) e = l->ops->right_put(l, &right);
    if (!e) e = l->ops->booking_put(l, &booking);
    return e;
}

enum err sync_book_right(struct ledger *l, const struct sync_sale *sale, struct sync_now now,
                         enum verdict *verdict)
{
    struct ledger_self self;
    enum err e = begin(l, &self);
    if (e) return e;
    e = check_sale(l, &self, sale, now, verdict);
    if (!e && *verdict == VERDICT_OK)
        e = sell_right(l, &self, sale, op_of_sale(sale, OP_BOOK), now, verdict);
    return end(l, &self, e);
}

static enum err ask_pool(struct ledger *l, struct ledger_self *self, const struct sync_sale *sale,
                         struct op op, struct sync_now now)
{
    op.basis = OP_POOL;
    enum err e = sync_log_add(l, self, &op, now);
    bool early = MUTANT(POOL_SLIP_BEFORE_ANSWER);
    struct ledger_booking booking =
        booking_of(sale, op.seq, early ? BOOKING_CONFIRMED : BOOKING_ASKED);
    booking.basis = OP_POOL;
    booking.instead_of = op.instead_of;
    return e ? e : l->ops->booking_put(l, &booking);
}

enum err sync_book_pool(struct ledger *l, const struct sync_sale *sale, struct sync_now now,
                        enum verdict *verdict)
{
    struct ledger_self self;
    enum err e = begin(l, &self);
    if (e) return e;
    e = check_sale(l, &self, sale, now, verdict);
    if (!e && *verdict == VERDICT_OK) e = ask_pool(l, &self, sale, op_of_sale(sale, OP_BOOK), now);
    return end(l, &self, e);
}

enum err sync_wish(struct ledger *l, const struct sync_sale *sale, struct sync_now now,
                   enum verdict *verdict)
{
    struct ledger_self self;
    CHECK(sale->seat == 0);
    enum err e = begin(l, &self);
    if (e) return e;
    *verdict = log_is_full(&self) ? VERDICT_LOG_FULL : VERDICT_OK;
    if (*verdict == VERDICT_OK) {
        struct op op = op_of_sale(sale, OP_WISH);
        e = sync_log_add(l, &self, &op, now);
        struct ledger_booking booking = booking_of(sale, op.seq, BOOKING_WISH);
        if (!e) e = l->ops->booking_put(l, &booking);
    }
    return end(l, &self, e);
}

// What this kiosk has written about a booking wins over what the feed says of it.
static enum err latest(struct ledger *l, const struct ledger_booking *given,
                       struct ledger_booking *out)
{
    enum err e = l->ops->booking_get(l, given->id, out);
    if (e == ERR_NOT_FOUND) *out = *given;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err sync_cancel(struct ledger *l, const struct ledger_booking *given, enum op_why why,
                     struct sync_now now, enum verdict *verdict)
{
    struct ledger_self self;
    struct ledger_booking booking;
    enum err e = begin(l, &self);
    if (e) return e;
    e = latest(l, given, &booking);
    if (!e) {
        bool is_gone = booking.state == BOOKING_CANCELLED || booking.state == BOOKING_REFUSED;
        *verdict = is_gone ? VERDICT_ALREADY_CANCELLED : VERDICT_OK;
        if (!is_gone) e = sync_log_cancel(l, &self, booking, why, now);
    }
    return end(l, &self, e);
}

static enum err check_old(struct ledger *l, const struct ledger_booking *old, struct sync_now now,
                          enum verdict *verdict)
{
    struct sitting sitting;
    enum err e = old->seat > 0 ? l->ops->sitting_get(l, old->sitting, &sitting) : ERR_NOT_FOUND;
    *verdict = VERDICT_NOT_FOUND;
    if (e) return e == ERR_NOT_FOUND ? ERR_OK : e;
    *verdict = booking_check_move(old->state, sitting_seat_ms(&sitting, old->seat), now.ms);
    return ERR_OK;
}

// Onto a right: both at once, so the centre hears of both or of neither. Onto a pool seat nothing is
// certain yet: the old booking stands.
static enum err move(struct ledger *l, struct ledger_self *self, struct ledger_booking old,
                     const struct sync_move *to, struct sync_now now, enum verdict *verdict)
{
    const struct sync_sale *sale = &to->sale;
    enum op_basis basis = to->basis;
    struct op op = op_of_sale(sale, OP_MOVE);
    op.instead_of = old.id;
    enum err e = basis == OP_RIGHT ? sell_right(l, self, sale, op, now, verdict)
                                   : ask_pool(l, self, sale, op, now);
    if (e || *verdict != VERDICT_OK) return e;
    if (basis == OP_POOL && MUTANT(MOVE_CANCELS_FIRST))
        return sync_log_cancel(l, self, old, OP_WHY_MOVED, now);
    old.op_seq = self->op_seq;
    if (basis == OP_RIGHT) {
        old.state = BOOKING_CANCELLED;
        e = sync_log_free(l, &old);
    }
    return e ? e : l->ops->booking_put(l, &old);
}

enum err sync_move(struct ledger *l, const struct ledger_booking *given, const struct sync_move *to,
                   struct sync_now now, enum verdict *verdict)
{
    struct ledger_self self;
    struct ledger_booking old;
    enum err e = begin(l, &self);
    if (e) return e;
    e = latest(l, given, &old);
    if (!e) e = check_old(l, &old, now, verdict);
    if (!e && *verdict == VERDICT_OK) e = check_sale(l, &self, &to->sale, now, verdict);
    if (!e && *verdict == VERDICT_OK) e = move(l, &self, old, to, now, verdict);
    return end(l, &self, e);
}

enum err sync_give_up(struct ledger *l, struct booking_id id, struct sync_now now, bool *withdrawn)
{
    struct ledger_self self;
    struct ledger_booking booking;
    enum err e = begin(l, &self);
    if (e) return e;
    e = l->ops->booking_get(l, id, &booking);
    *withdrawn = !e && booking.state == BOOKING_ASKED;
    if (*withdrawn && !MUTANT(GIVE_UP_WITHOUT_CANCEL))
        e = sync_log_cancel(l, &self, booking, OP_WHY_UNANSWERED, now);
    return end(l, &self, e);
}

// The line of the log once more, under a new number: the old one has its answer for good.
static enum err ask_again(struct ledger *l, struct ledger_self *self, struct ledger_booking booking,
                          struct sync_now now)
{
    struct ledger_op old;
    struct op op;
    unsigned char room[OP_BYTES_MAX];
    struct arena a = {.bytes = room, .bytes_max = sizeof(room)};
    enum err e = l->ops->op_get(l, booking.sold_seq, &old);
    if (!e) e = wire_op_parse((struct str){old.bytes, old.len}, &a, &op);
    if (e) return e;
    if (!MUTANT(TRY_AGAIN_SAME_OP)) e = sync_log_add(l, self, &op, now);
    booking.op_seq = op.seq;
    booking.sold_seq = op.seq;
    booking.state = BOOKING_ASKED;
    return e ? e : l->ops->booking_put(l, &booking);
}

enum err sync_ask_again(struct ledger *l, struct booking_id id, struct sync_now now, bool *asked)
{
    struct ledger_self self;
    struct ledger_booking booking;
    enum err e = begin(l, &self);
    if (e) return e;
    e = l->ops->booking_get(l, id, &booking);
    *asked = !e && booking.state == BOOKING_REFUSED && booking.basis == OP_POOL;
    if (*asked) e = ask_again(l, &self, booking, now);
    return end(l, &self, e);
}

enum err sync_checkin(struct ledger *l, const struct ledger_booking *given, struct sync_now now,
                      enum verdict *verdict)
{
    struct ledger_self self;
    struct sitting sitting;
    struct ledger_booking booking;
    enum err e = begin(l, &self);
    if (e) return e;
    e = latest(l, given, &booking);
    if (!e) e = l->ops->sitting_get(l, booking.sitting, &sitting);
    *verdict = VERDICT_NOT_FOUND;
    if (e == ERR_NOT_FOUND || (!e && booking.seat == 0)) return end(l, &self, ERR_OK);
    if (!e) {
        *verdict = site_code_eq(sitting.site, self.site) || MUTANT(CHECKIN_ANYWHERE)
                       ? booking_check_checkin(booking.state,
                                               sitting_seat_ms(&sitting, booking.seat), now.ms)
                       : VERDICT_CHECKIN_ELSEWHERE;
    }
    if (!e && *verdict == VERDICT_OK) {
        struct op op = {.kind = OP_CHECKIN, .booking = booking.id};
        e = sync_log_add(l, &self, &op, now);
        booking.state = BOOKING_CHECKED_IN;
        booking.op_seq = op.seq;
        if (!e) e = l->ops->booking_put(l, &booking);
    }
    return end(l, &self, e);
}

// Moves `self` to the next number. The series starts again each civil day; while the clock is not
// trusted the day is not known, so the last series goes on with the small letter.
static bool next_number(struct ledger_self *self, struct sync_now now)
{
    bool is_small = now.trust == OP_TRUST_UNKNOWN;
    int day = is_small ? self->ticket_day : date_day_from_ms(now.ms);
    if (day < self->ticket_day) day = self->ticket_day;
    if (day > self->ticket_day) self->ticket_number = 0;
    if (self->ticket_number >= TICKET_NUMBER_MAX) return false;
    self->ticket_day = day;
    self->ticket_small = is_small;
    if (!MUTANT(TICKET_NUMBER_NOT_KEPT)) self->ticket_number++;
    return true;
}

enum err sync_walkin(struct ledger *l, struct sync_now now, enum verdict *verdict, char *letter,
                     int *number)
{
    struct ledger_self self;
    enum err e = begin(l, &self);
    if (e) return e;
    *verdict = VERDICT_OK;
    if (self.letter == 0) {
        *verdict = VERDICT_LETTER_NONE;
    } else if (!next_number(&self, now)) {
        *verdict = VERDICT_TICKETS_OUT;
    } else {
        *letter = (char)(self.ticket_small ? self.letter - 'A' + 'a' : self.letter);
        *number = self.ticket_number > 0 ? self.ticket_number : 1;
        struct op op = {
            .kind = OP_TICKET, .day = self.ticket_day, .letter = *letter, .number = *number};
        e = sync_log_add(l, &self, &op, now);
    }
    return end(l, &self, e);
}

// What is sold until the report is heard, is sold on rights that it names: none goes before.
static bool owes_report(const struct ledger_self *self)
{
    return sync_must_report(self) && !MUTANT(RETURNS_BEFORE_REPORT);
}

// The seat stops being ours in the same transaction that says so, before anything is sent.
static enum err give_back(struct ledger *l, struct ledger_self *self, struct ledger_right right,
                          struct sync_now now)
{
    struct op op = {
        .kind = OP_RETURN, .sitting = right.sitting, .seat = right.seat, .epoch = right.epoch};
    enum err e = sync_log_add(l, self, &op, now);
    if (!e && !MUTANT(RIGHT_KEPT_UNTIL_ANSWER))
        e = l->ops->right_drop(l, right.sitting, right.seat);
    if (!e) e = l->ops->given_put(l, right.sitting, right.seat, right.epoch);
    return e;
}

enum err sync_return(struct ledger *l, struct sitting_id sitting, int seat, struct sync_now now)
{
    struct ledger_self self;
    struct ledger_right right;
    enum err e = begin(l, &self);
    if (e) return e;
    e = l->ops->right_get(l, sitting, seat, &right);
    bool is_sold = !e && !id_is_none(right.booking.id) && !MUTANT(SOLD_SEAT_RETURNED);
    if (!e && (is_sold || owes_report(&self))) e = ERR_NOT_FOUND;
    if (!e) e = give_back(l, &self, right, now);
    return end(l, &self, e);
}

enum err sync_start(struct ledger *l, struct sync_now now)
{
    struct ledger_self self;
    struct booking_id asked[LEDGER_ASKED_MAX];
    struct ledger_right idle[RETURNS_MAX];
    int asked_count = 0;
    int idle_count = 0;
    enum err e = begin(l, &self);
    if (e) return e;
    e = l->ops->asked(l, asked, &asked_count);
    for (int i = 0; !e && i < asked_count; i++) {
        struct ledger_booking booking;
        e = l->ops->booking_get(l, asked[i], &booking);
        if (!e && !MUTANT(ASKED_SURVIVES_RESTART))
            e = sync_log_cancel(l, &self, booking, OP_WHY_UNANSWERED, now);
    }
    if (!e && !owes_report(&self)) e = l->ops->idle_rights(l, idle, RETURNS_MAX, &idle_count);
    for (int i = 0; !e && i < idle_count; i++) {
        e = give_back(l, &self, idle[i], now);
    }
    return end(l, &self, e);
}
