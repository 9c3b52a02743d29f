// The kiosk's ledger: what it owns, what it has promised and what it owes the centre. An interface,
// because the rules of `sync` run over it twice: in the kiosk over SQLite (cache_ledger.c), in the
// simulator over memory.
//
// Every change happens between ledger_begin and ledger_end; ledger_end with ERR_OK makes the whole
// durable or answers why not, with anything else it undoes all. Between the two, reads see the
// changes. One thread at a time (the keeper).
#ifndef CACHE_LEDGER_H
#define CACHE_LEDGER_H

#include "base/err.h"
#include "crypt/hash.h"
#include "model/feed.h"

#define LEDGER_RIGHTS_MAX 2000
#define LEDGER_ASKED_MAX  64

// Positions of this incarnation, one row.
struct ledger_self {
    struct inc_id inc;
    struct id gen; // the centre's history; none before the first hello
    // The history that follows, once heard of and until our report to it is answered (sync_recover.h).
    struct id new_gen;
    int64_t report_seq; // the last operation written when we heard of it
    struct site_code site;
    int64_t op_seq; // last operation written
    struct crypt_hash op_hash;
    int64_t acked;   // last operation whose answer is stored: 0 <= safe <= acked <= op_seq
    int64_t safe;    // last operation that an off-machine copy of the centre holds
    int64_t applied; // last own operation seen in the feed
    struct feed_position position;
    int64_t floor_ms; // the clock has passed this, by the centre's last hello and all since
    char letter;      // of walk-in numbers; 0 before the first hello
    int ticket_day;   // civil day of the last walk-in number
    int ticket_number;
    bool ticket_small; // it was written with the small letter
};

struct ledger_op {
    struct crypt_hash hash;
    enum op_kind kind;
    struct booking_id booking;
    size_t len;
    char bytes[OP_BYTES_MAX]; // as sent
};

// A seat this incarnation owns.
struct ledger_right {
    struct sitting_id sitting;
    int seat;
    int64_t epoch;
    struct booking_id booking; // none: free to sell
    bool is_recalled;          // goes back once it is free
};

// A booking made, cancelled or checked in here.
struct ledger_booking {
    struct booking_id id;
    struct sitting_id sitting;
    int seat; // 0 for a wish
    enum op_basis basis;
    bool is_foreign;  // sold elsewhere, only touched here
    int64_t sold_seq; // the operation that sold it here; 0 where it is foreign
    int64_t op_seq;   // the last operation of this kiosk about it
    struct ticket_code code;
    struct pin_hash pin_hash;
    enum booking_state state;
    struct booking_id instead_of; // the booking that goes once this one is confirmed; mostly none
};

struct ledger;

// Every op is mandatory. `get` answers ERR_NOT_FOUND where there is none.
struct ledger_ops {
    enum err (*begin)(struct ledger *l);
    enum err (*end)(struct ledger *l, enum err e);
    enum err (*self_get)(struct ledger *l, struct ledger_self *out);
    enum err (*self_put)(struct ledger *l, const struct ledger_self *self);
    // Adds operation self.op_seq + 1; the log has no gaps and is never rewritten.
    enum err (*op_add)(struct ledger *l, int64_t seq, const struct ledger_op *op);
    enum err (*op_get)(struct ledger *l, int64_t seq, struct ledger_op *out);
    enum err (*op_answer)(struct ledger *l, const struct op_result *result);
    enum err (*right_get)(struct ledger *l, struct sitting_id sitting, int seat,
                          struct ledger_right *out);
    enum err (*right_put)(struct ledger *l, const struct ledger_right *right);
    enum err (*right_drop)(struct ledger *l, struct sitting_id sitting, int seat);
    // The highest epoch of that seat this incarnation has given back; 0 where none was.
    enum err (*given_get)(struct ledger *l, struct sitting_id sitting, int seat, int64_t *epoch);
    enum err (*given_put)(struct ledger *l, struct sitting_id sitting, int seat, int64_t epoch);
    enum err (*booking_get)(struct ledger *l, struct booking_id id, struct ledger_booking *out);
    enum err (*booking_put)(struct ledger *l, const struct ledger_booking *booking);
    // Bookings still waiting for the centre's word, at most LEDGER_ASKED_MAX.
    enum err (*asked)(struct ledger *l, struct booking_id *out, int *count);
    enum err (*sitting_get)(struct ledger *l, struct sitting_id id, struct sitting *out);
    // The unsold rights that are recalled or of sittings that are no longer open, at most `max`.
    enum err (*idle_rights)(struct ledger *l, struct ledger_right *out, int max, int *count);
    // Every seat this incarnation owns, at most LEDGER_RIGHTS_MAX.
    enum err (*rights)(struct ledger *l, struct ledger_right *out, int *count);
    // Stores what the feed says of a thing other than a right; a dead row removes it.
    enum err (*row_put)(struct ledger *l, const struct feed_row *row);
    // Forgets all rows of a stream but the rights: it is being told from the start.
    enum err (*rows_drop)(struct ledger *l, enum feed_stream stream);
};

struct ledger {
    const struct ledger_ops *ops;
};

#endif
