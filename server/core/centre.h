// The centre's booking decisions, over a small store interface: the same code runs over the database
// in the server and over memory in the simulator.
//
// A seat is a row with one owner: the pool or one incarnation. Only the owner sells it. Time never
// moves ownership: a seat leaves an incarnation only by that incarnation's own return. An operation is
// applied once; told again, it gets its stored answer. Every function here runs inside a transaction
// its caller has begun, and on an error the caller rolls all of it back. Sequence numbers of the feed
// are given by the store as the last thing of the transaction.
#ifndef CORE_CENTRE_H
#define CORE_CENTRE_H

#include "base/err.h"
#include "crypt/hash.h"
#include "model/feed.h"

#define CENTRE_KIOSKS_MAX         26   // active ones with a letter at one site
#define CENTRE_GRANT_SITTINGS_MAX 400  // of one site within the days of rights
#define CENTRE_RIGHTS_GIVEN_MAX   1500 // to one incarnation; it keeps 2,000 (LEDGER_RIGHTS_MAX)
#define CENTRE_NEAR_MS            (15 * DATE_MINUTE_MS) // who was heard of lately answers a recall
#define CENTRE_RIGHTS_KEPT_MS     (3 * DATE_DAY_MS) // past sittings whose rights a kiosk may still hold
#define CENTRE_REPORT_RIGHTS_MAX  2000              // LEDGER_RIGHTS_MAX
#define CENTRE_RECOVER_AT_ONCE    64                // sittings read at once when a recovery ends

// ---- What the store holds, as far as booking goes

enum centre_inc_state { CENTRE_INC_ACTIVE, CENTRE_INC_RETIRED, CENTRE_INC_FORKED };

struct centre_inc {
    struct inc_id inc;
    struct site_code site;
    enum centre_inc_state state;
    int64_t last_seq; // last operation applied
    struct crypt_hash last_hash;
    char letter;       // begins its walk-in numbers; 0 of a display. Read only
    int64_t heard;     // last operation whose answer the kiosk is known to have stored
    bool has_reported; // since the centre was last restored
    int64_t seen_ms;   // when its kiosk was last heard of; read only, 0 where the kiosk may not ask
};

struct centre_kiosk {
    struct inc_id inc;
    int64_t seen_ms; // when it was last heard of
};

enum centre_seat_state {
    CENTRE_SEAT_OPEN,
    CENTRE_SEAT_CLOSED,      // not for sale: its sitting is not open
    CENTRE_SEAT_QUARANTINED, // perhaps sold by a kiosk that was written off: centre_report
};

struct centre_seat {
    struct sitting_id sitting;
    int seat;
    struct inc_id owner; // none: the pool
    int64_t epoch;       // +1 at every change of owner and at every sale from the pool
    struct booking_id booking;
    enum centre_seat_state state;
    bool is_recalled; // its owner is asked to give it back
};

struct centre_booking {
    struct booking_id id;
    struct sitting_id sitting;
    struct site_code site;
    int seat; // 0: a wish, or a cancel that came before its booking
    struct ticket_code code;
    struct pin_hash pin_hash;
    enum booking_state state;
};

struct centre_ticket {
    struct site_code site;
    int day;
    char letter;
    int number;
    int64_t at_ms;
};

// The centre was put back from a backup and has forgotten what came after it (centre_report).
struct centre_recovery {
    bool is_on;
    bool has_written_off; // a kiosk whose last word will never come
    int missing;          // active kiosks that have not reported; read only
    // Epochs of this history begin here, past those of every history before it; read only.
    int64_t epoch_floor;
};

// What the sealed box of an operation held, opened before the core sees it. The phone is a keyed hash.
struct centre_contact {
    bool is_readable; // false: the box could not be opened; nothing is known
    bool has_phone;
    char phone_mac[65];
    enum topic topic;
    struct str sealed_for_store; // the store's own sealed form; borrowed
};

struct centre_op {
    struct op op;      // of one past OP_BYTES_MAX, or malformed, only `seq`
    struct str bytes;  // as sent: what is hashed
    bool is_malformed; // not an operation, or not of the number its place gives
    int64_t had_epoch; // told again after a restore: what a pool sale was answered with, else 0
    struct centre_contact contact;
};

// ---- The store

struct centre_store;

// Every op is mandatory. `get` answers ERR_NOT_FOUND where there is none; a write that the walls of the
// database refuse answers ERR_CONFLICT.
struct centre_store_ops {
    enum err (*inc_get)(struct centre_store *s, struct inc_id inc, struct centre_inc *out);
    enum err (*inc_put)(struct centre_store *s, const struct centre_inc *inc);
    enum err (*kiosks_active)(struct centre_store *s, struct site_code site,
                              struct centre_kiosk *out,
                              int *count); // at most CENTRE_KIOSKS_MAX, by letter; no displays
    enum err (*answer_get)(struct centre_store *s, struct inc_id inc, int64_t seq,
                           struct crypt_hash *hash, struct op_result *out);
    enum err (*answer_add)(struct centre_store *s, struct inc_id inc, const struct op *op,
                           struct crypt_hash hash, const struct op_result *result);
    enum err (*sitting_get)(struct centre_store *s, struct sitting_id id, struct sitting *out);
    enum err (*sittings)(struct centre_store *s, struct site_code site, int64_t from_ms,
                         int64_t to_ms, struct sitting *out, int *count); // by start
    enum err (*seats)(struct centre_store *s, struct sitting_id id, struct centre_seat *out,
                      int *count); // by number, at most SITTING_SEATS_MAX
    enum err (*seat_get)(struct centre_store *s, struct sitting_id id, int seat,
                         struct centre_seat *out);
    // Writes `to` only where the row still is `from`; ERR_CONFLICT otherwise.
    enum err (*seat_change)(struct centre_store *s, const struct centre_seat *from,
                            const struct centre_seat *to);
    enum err (*booking_get)(struct centre_store *s, struct booking_id id,
                            struct centre_booking *out);
    // Adds it. `source` is the incarnation whose operation it came from; none: only a note that this
    // booking is cancelled.
    enum err (*booking_add)(struct centre_store *s, const struct centre_booking *b,
                            struct inc_id source, const struct centre_op *op);
    enum err (*booking_state)(struct centre_store *s, struct booking_id id,
                              enum booking_state state, int64_t now_ms);
    // Open bookings of that phone, but `besides`.
    enum err (*phone_open)(struct centre_store *s, const struct centre_contact *contact,
                           struct booking_id besides, int *same_topic, int *in_all);
    // What the visitor of booking `from` left, as the contact of booking `to`.
    enum err (*contact_carry)(struct centre_store *s, struct booking_id from, struct booking_id to,
                              struct centre_contact *out);
    enum err (*ticket_add)(struct centre_store *s, const struct centre_ticket *t,
                           struct inc_id source);
    // Since the centre was restored: does this sitting wait for what kiosks know of it?
    enum err (*sitting_recovers)(struct centre_store *s, struct sitting_id id, bool *out);
    enum err (*sitting_recovered)(struct centre_store *s, struct sitting_id id); // no longer
    // Those that do, at most CENTRE_RECOVER_AT_ONCE.
    enum err (*sittings_recovering)(struct centre_store *s, struct sitting *out, int *count);
    enum err (*recovery_get)(struct centre_store *s, struct centre_recovery *out);
    enum err (*recovery_put)(struct centre_store *s, const struct centre_recovery *r);
    // Puts a row into a stream: `key` is the county, the site or the incarnation.
    enum err (*feed_put)(struct centre_store *s, struct str stream_key, const struct feed_row *row);
};

struct centre_store {
    const struct centre_store_ops *ops;
};

// ---- Operations of kiosks

enum centre_push_status {
    CENTRE_PUSHED,
    CENTRE_RETIRED, // this incarnation's rights are void
    CENTRE_GAP,     // operations are missing: send again from `acked` + 1
    CENTRE_FORK,    // the same number with other bytes: two copies of one file exist
};

struct centre_push {
    struct inc_id inc;
    int64_t heard;
    int64_t from; // number of the first operation
    const struct centre_op *ops;
    int count; // 0 … OP_BATCH_MAX
};

struct centre_push_reply {
    enum centre_push_status status;
    int64_t acked;
    struct crypt_hash acked_hash;
    int64_t fork_seq;
    struct op_result results[OP_BATCH_MAX]; // with CENTRE_PUSHED: one for each operation
};

MUST_USE enum err centre_push(struct centre_store *s, const struct centre_push *push,
                              int64_t now_ms, struct centre_push_reply *reply);

// `heard` of a request that brings no operations (the feed's).
MUST_USE enum err centre_hear(struct centre_store *s, struct inc_id inc, int64_t heard);

// ---- Recovering from a backup
//
// A restored centre knows less than visitors hold in their hands. Until every active kiosk has sent
// again what the centre forgot, and then reported which seats it owns, nothing of the sittings from
// before is sold from the pool or granted. What is told meanwhile is put in order by one rule: the
// newer epoch of a seat wins, the older is history, and a cancelled booking stays cancelled. That is
// enough because on every other day an epoch rises only over a seat without a living booking. Then, when
// all is known, the epochs of the pool go past everything that was ever told, and the pool sells again.
// (By a fixed step they would meet those of an earlier recovery, where the backup is older than that; the
// simulator found it.) A kiosk that is written off takes its sales with it: what is unowned in the end
// might be one of them, and stays in quarantine.
//
// Sittings that came after the restore are nobody's memory and are sold at once.

struct centre_report {
    struct inc_id inc;
    int64_t op_seq; // the last operation its rights include
    const struct feed_right *rights;
    int count;
};

// CENTRE_GAP where operations up to op_seq are missing. Told again, it changes nothing. A seat that the
// centre thinks is this kiosk's, and that is not in its report, stays its own: it was granted, the
// kiosk has never heard of it, and hears of it in the new history.
MUST_USE enum err centre_report(struct centre_store *s, const struct centre_report *report,
                                int64_t now_ms, enum centre_push_status *status);

// Ends the recovery where nobody is missing: of a centre without kiosks there is nothing to learn.
MUST_USE enum err centre_recover_end(struct centre_store *s);

// An incarnation has ended that might have sold what nobody else knows. Ends the recovery where it was
// the last one missing.
MUST_USE enum err centre_write_off(struct centre_store *s);

// ---- Handing out seats

// Hands the free seats of the site's sittings within the days of rights to its kiosks, and asks for
// seats back, as model/lease.h has it. `recalls` is how many were asked back in this hour already, and
// counts on; NULL: none is asked back now. Takes nothing back by itself.
MUST_USE enum err centre_lease(struct centre_store *s, struct site_code site, int64_t now_ms,
                               int *recalls);

// A sitting is closing: whoever owns a seat of it is asked to give it back.
MUST_USE enum err centre_close(struct centre_store *s, struct sitting_id id);

// What the feed says of a sitting's free seats, and of a booking; for whoever changes them outside this
// layer (the roster, the desk).
MUST_USE enum err centre_tell_avail(struct centre_store *s, const struct sitting *sitting);
MUST_USE enum err centre_tell_booking(struct centre_store *s, const struct centre_booking *b);

#endif
