// What a visitor does at the kiosk, as changes of the ledger: each function is one transaction that
// writes the change and the operation that tells the centre of it. When it answers ERR_OK the whole is
// durable; only then may anything be promised. A rule that says no comes back as the verdict, with
// nothing changed.
//
// The only owner of a seat sells it: a right is sold here at once, a pool seat is only asked for.
#ifndef SYNC_SYNC_ACT_H
#define SYNC_SYNC_ACT_H

#include "cache/ledger.h"

struct sync_now {
    int64_t ms; // civil time as this kiosk believes it
    enum op_trust trust;
};

struct sync_sale {
    struct booking_id booking;
    struct sitting_id sitting;
    int seat; // 0 for a wish
    struct ticket_code code;
    struct pin_hash pin_hash;
    struct str sealed; // base64; borrowed
};

// Once at the start of the program: what was asked and not answered is withdrawn, because nobody waits
// for it any more. Gives back the rights of sittings that have closed.
MUST_USE enum err sync_start(struct ledger *l, struct sync_now now);

MUST_USE enum err sync_book_right(struct ledger *l, const struct sync_sale *sale,
                                  struct sync_now now, enum verdict *verdict);
MUST_USE enum err sync_book_pool(struct ledger *l, const struct sync_sale *sale,
                                 struct sync_now now, enum verdict *verdict);
MUST_USE enum err sync_wish(struct ledger *l, const struct sync_sale *sale, struct sync_now now,
                            enum verdict *verdict);

// `booking` as the cache knows it; one sold elsewhere is marked is_foreign. An own right is free to
// sell again at once.
MUST_USE enum err sync_cancel(struct ledger *l, const struct ledger_booking *booking,
                              enum op_why why, struct sync_now now, enum verdict *verdict);

struct sync_move {
    enum op_basis basis;
    struct sync_sale sale; // without a box: the centre keeps the contact it has
};

// `old` goes for another seat, and is never gone before the other is certain. Onto an own right both
// happens at once, as one operation. A pool seat is asked for, and `old` stands; the answer that brings
// it writes the cancel of `old` in the same transaction.
MUST_USE enum err sync_move(struct ledger *l, const struct ledger_booking *old,
                            const struct sync_move *to, struct sync_now now, enum verdict *verdict);

// The visitor waited long enough: withdraws a booking that is still asked for. Answers true in
// `withdrawn` where it was; false where its answer had come.
MUST_USE enum err sync_give_up(struct ledger *l, struct booking_id booking, struct sync_now now,
                               bool *withdrawn);

// The centre has said "try again": it calls the seat back from another kiosk. Asks anew, under a new
// number; false in `asked` where nothing was refused.
MUST_USE enum err sync_ask_again(struct ledger *l, struct booking_id booking, struct sync_now now,
                                 bool *asked);

MUST_USE enum err sync_checkin(struct ledger *l, const struct ledger_booking *booking,
                               struct sync_now now, enum verdict *verdict);

// The next walk-in number of the civil day. With an untrusted clock the series of the last known day
// goes on under the small letter.
MUST_USE enum err sync_walkin(struct ledger *l, struct sync_now now, enum verdict *verdict,
                              char *letter, int *number);

// Gives an unsold right back to the pool. ERR_NOT_FOUND where it is not held or is sold, and while a
// restored centre waits for our report (sync_recover.h).
MUST_USE enum err sync_return(struct ledger *l, struct sitting_id sitting, int seat,
                              struct sync_now now);

#endif
