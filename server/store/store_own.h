// What the files of this layer share. Internal to `store`.
#ifndef STORE_STORE_OWN_H
#define STORE_STORE_OWN_H

#include "base/buf.h"
#include "store/store.h"

#define STORE_SCRATCH_BYTES (24 * 1024 * 1024)

// One row that the feed shall have, in the order of the calls; of two with one key the later counts.
struct store_pending_row {
    size_t at; // stream, key and value lie one behind the other in the text
    size_t value_bytes;
    int stream_bytes;
    int key_bytes;
    enum feed_kind kind;
    bool is_dead;
};

struct store_pending {
    struct store_pending_row *rows; // STORE_PENDING_ROWS_MAX; NULL in a reader
    int count;
    struct buf text;
    int command_count; // where the command at hand began
    size_t command_bytes;
};

struct store {
    struct centre_store centre; // first: core's ops get back to this struct
    struct db *db;
    struct env *env;
    struct store_keys keys;
    struct arena scratch;  // rewound where a transaction or a command begins
    size_t scratch_ground; // what lies below lives as long as the store
    struct store_pending pending;
    struct fs *fs;
    const char *journal_path; // NULL: none is kept
    bool journal_is_due;      // the transaction at hand changes what stands in it
    bool journal_is_ahead;    // it tells of a commit that failed
    // Seats asked back of kiosks in this hour, by the place of the site. A start forgets it.
    int64_t recall_hour;
    int recalls[STORE_SITES_MAX];
};

int64_t store_now(const struct store *s);

// ---- The feed of the transaction at hand (store_pending.c)

void store_pending_init(struct store *s);
void store_pending_deinit(struct store *s);
void store_pending_clear(struct store *s);
void store_pending_mark(struct store *s); // a command begins
void store_pending_undo(struct store *s); // … and takes its rows with it
MUST_USE enum err store_pending_write(struct store *s);

// ERR_TOO_BIG past the limits of a transaction.
MUST_USE enum err store_tell(struct store *s, struct str stream_key, const struct feed_row *row);
// `stream` in full ("c:141182"): that key is gone.
MUST_USE enum err store_tell_gone(struct store *s, struct str stream, enum feed_kind kind,
                                  struct str key);

// "c:141182", "s:141182001", "d:<incarnation>"; lives in `a`.
struct str store_stream(struct arena *a, enum feed_stream stream, struct str key);

// ---- Shared reading

#define STORE_SITTING_COLUMNS \
    "id, site, counsellor, start_ms, end_ms, seat_minutes, seats, topics, state, desk"

// The row at hand of a SELECT that begins with STORE_SITTING_COLUMNS; `desk` lives in `a`.
void store_sitting_of_row(struct db_rows *rows, struct arena *a, struct sitting *out);

// Columns that become something narrower; what does not fit is ERR_CORRUPT in db_rows_close.
struct site_code store_site_column(struct db_rows *rows, int column);
struct crypt_hash store_hash_column(struct db_rows *rows, int column);
void store_hex_column(struct db_rows *rows, int column, char *out, size_t count); // NUL-terminated
void store_column_bad(struct db_rows *rows, const char *what);

extern const struct centre_store_ops store_centre_ops;

// Those of the ops above that deal with bookings (store_booking.c).
MUST_USE enum err store_booking_get(struct centre_store *centre, struct booking_id id,
                                    struct centre_booking *out);
MUST_USE enum err store_booking_add(struct centre_store *centre, const struct centre_booking *b,
                                    struct inc_id source, const struct centre_op *op);
MUST_USE enum err store_booking_state(struct centre_store *centre, struct booking_id id,
                                      enum booking_state state, int64_t now_ms);
MUST_USE enum err store_phone_open(struct centre_store *centre,
                                   const struct centre_contact *contact, struct booking_id besides,
                                   int *same_topic, int *in_all);
MUST_USE enum err store_contact_carry(struct centre_store *centre, struct booking_id from,
                                      struct booking_id to, struct centre_contact *out);

// … and with a restored database (store_recover.c).
MUST_USE enum err store_sitting_recovers(struct centre_store *centre, struct sitting_id id,
                                         bool *out);
MUST_USE enum err store_sitting_recovered(struct centre_store *centre, struct sitting_id id);
MUST_USE enum err store_sittings_recovering(struct centre_store *centre, struct sitting *out,
                                            int *count);
MUST_USE enum err store_recovery_get(struct centre_store *centre, struct centre_recovery *out);
MUST_USE enum err store_recovery_put(struct centre_store *centre, const struct centre_recovery *r);

// The name of a history that begins now, after all that are known: names rise with time.
MUST_USE enum err store_generation_name(struct store *s, const struct id *known, int count,
                                        struct id *out);

// ---- The journal (store_journal.c)

// Writes it where it is due. Before the commit: what is committed stands in it.
MUST_USE enum err store_journal_write(struct store *s);
MUST_USE enum err store_journal_number(struct store *s,
                                       int64_t *no); // of the last one; 0: none yet
MUST_USE enum err store_journal_lost(struct store *s, struct id *out);
// Marks the sittings it knows as recovering; then puts its rows in. `has_lost` becomes true where a life
// has ended that the database thinks goes on, or has never heard of. ERR_BAD_INPUT: not our words.
MUST_USE enum err store_journal_mark(struct store *s, const struct store_journal *j);
MUST_USE enum err store_journal_replay(struct store *s, const struct store_journal *j,
                                       bool *has_lost);

// ---- Sittings (store_plan.c)

// Was a seat of it ever granted or sold?
MUST_USE enum err store_sitting_is_touched(struct store *s, struct sitting_id id, bool *out);
MUST_USE enum err store_sitting_tell(struct store *s, const struct sitting *sitting);
MUST_USE enum err store_sitting_drop(struct store *s,
                                     const struct sitting *sitting); // an untouched one
// One of the pool, open, where there is none of this number yet.
MUST_USE enum err store_seat_add(struct store *s, struct sitting_id id, int seat);
MUST_USE enum err store_ticks_add(struct store *s, const struct sitting *sitting);

// ---- The queue follows what kiosks tell (store_queue.c). [write]

MUST_USE enum err store_queue_ticket(struct store *s, const struct centre_ticket *t);
MUST_USE enum err store_queue_booking(struct store *s, struct booking_id booking,
                                      struct site_code site, enum booking_state state);
MUST_USE enum err store_queue_over(struct store *s); // those of the days before have left

// The masked name of a booking's visitor, empty where none is known; lives in the scratch.
MUST_USE enum err store_booking_name(struct store *s, struct booking_id id, struct str *out);

// ---- Between the files

MUST_USE enum err store_meta_get(struct store *s, struct str name, struct arena *a,
                                 struct str *out);
MUST_USE enum err store_meta_put(struct store *s, struct str name, struct str value);

// Seats for the kiosks of every site. `asks_back` also lets the plan ask rich kiosks for some.
MUST_USE enum err store_lease_all(struct store *s, bool asks_back);

// The rules as stored; `out` has room for ROSTER_RULES_MAX, texts live in `a`.
MUST_USE enum err store_rules(struct store *s, struct arena *a, struct roster_rule *out,
                              int *count);

// Adds a refusal; past STORE_REFUSALS_MAX it is only counted.
void store_refuse(struct store_import *out, struct store_refusal refusal);

// One counsellor in two places on `day`: marks the later sitting in `skipped` and, where `out` is not
// NULL, lists it with the rules that collide.
int store_clashes(const struct store_roster *rules, const struct workday_list *workdays,
                  const struct roster_sitting *sittings, int count, bool *skipped,
                  struct store_import *out);

// The first letter that nobody at the site uses or used lately; 0 where there is none.
MUST_USE enum err store_letter_choose(struct store *s, struct site_code site, char *out);

MUST_USE enum err store_pin_key_tell(struct store *s, struct site_code site, struct inc_id inc);

enum store_begin_inc { STORE_INC_BEGUN, STORE_INC_NO_LETTER };

// A new life of a kiosk: retires the one before, chooses a letter, tells the PIN key, hands out seats.
MUST_USE enum err store_inc_begin(struct store *s, const struct store_kiosk *kiosk,
                                  struct inc_id inc, enum store_begin_inc *answer, char *letter);

MUST_USE enum err store_audit_check(struct store *s, store_violation_fn *fn, void *context,
                                    int *violations);

#endif
