// The centre's data, in the words of the service: sites, rosters, kiosks, bookings, the feed. SQL is
// written once, for every driver of `db`, and nowhere else in the server.
//
// A store is one connection: the writer, or a reader for each thread that only asks. Writes go in
// groups (one flush for many):
//
//     store_begin → (store_command_begin → operations → store_command_end)* → store_commit
//
// A command that fails is undone alone. What the feed shall say is only collected while the commands
// run; store_commit numbers and writes it as the last statements of the transaction, so the order of
// sequence numbers is the order of commits and no reader sees n + 1 before n. A stream gets one number
// a transaction, or several where more than STORE_SEQ_ROWS_MAX rows changed, so that a page of the
// feed, which never splits a number, stays bounded.
//
// Operations below say [write] (between store_begin and store_commit) or [read] (either kind of store,
// inside or outside a transaction). Errors: ERR_BUSY begin the whole transaction again; ERR_FULL no
// space, everything undone; ERR_CONFLICT a wall of the database; ERR_NOT_FOUND. What an operation may
// answer besides is an enum of its own. All strings a call fills in live in the arena it is given.
// Time and new ids come from the store's env. Threads: one at a time to a store.
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/env.h"
#include "base/fs.h"
#include "core/centre.h"
#include "crypt/sign.h"
#include "db/db.h"
#include "model/roster.h"
#include "model/visitor.h"

#define STORE_HORIZON_DAYS      21    // sittings exist for today and so far ahead
#define STORE_PENDING_ROWS_MAX  65536 // feed rows of one transaction
#define STORE_PENDING_BYTES_MAX (32 * 1024 * 1024)
#define STORE_SEQ_ROWS_MAX      200 // rows under one sequence number of a stream
#define STORE_SEQ_BYTES_MAX     (128 * 1024)
#define STORE_SITES_MAX         SITE_COUNTY_SITES_MAX
#define STORE_COUNSELLORS_MAX   2000
#define STORE_HEADS_MAX         4096
#define STORE_REFUSALS_MAX      100
#define STORE_ENROL_LIVE_MAX    50
#define STORE_ENROL_MS          (10 * DATE_MINUTE_MS)
#define STORE_ENROL_INTERVAL_S  5
#define STORE_LETTER_REST_MS    (2 * DATE_DAY_MS) // a letter is not given again so soon
#define STORE_AUDIT_TEXT_MAX    512
#define STORE_CONTACT_BYTES_MAX 256

struct store;

// Secrets of the centre. They are files of the server's; the database never holds them.
struct store_keys {
    struct crypt_key data;  // contacts at rest
    struct id data_key_id;  // which key that is; stands beside the data
    struct crypt_key phone; // a phone number is looked up by its MAC
    struct crypt_key pins;  // every site's PIN key is derived from it
};

struct store_setup {
    enum db_access access;  // as the connection was opened
    struct env *env;        // kept
    struct store_keys keys; // copied, wiped by store_close
    struct fs *fs;          // kept; of the journal
    const char *journal;    // kept; its path. NULL: none
};

// Takes `db`, also on an error. The writer brings the schema up to date; to a reader a file without
// one is an error. Lives in `arena`; needs about 24 MB of address space of its own.
MUST_USE enum err store_open(struct arena *arena, struct db *db, const struct store_setup *setup,
                             struct store **out);
void store_close(struct store *s); // leaves quietly on NULL

// The decisions of `core` over this store: centre_push, centre_hear, centre_lease. [write]
struct centre_store *store_centre(struct store *s);
struct db *store_db(struct store *s); // for fault loops and tests

// ---- Transactions

MUST_USE enum err store_begin(struct store *s);
MUST_USE enum err store_command_begin(struct store *s);
// Keeps the command where `e` is ERR_OK, else undoes it alone. Answers like db_release.
MUST_USE enum err store_command_end(struct store *s, enum err e);
// Writes the feed and commits where `e` is ERR_OK, else rolls back. Answers like db_end.
MUST_USE enum err store_commit(struct store *s, enum err e);

// A transaction of one piece of work, begun anew on ERR_BUSY. `work` bears being run twice.
typedef enum err store_work_fn(struct store *s, void *context);
MUST_USE enum err store_transact(struct store *s, store_work_fn *work, void *context);

// ---- The centre itself

// Makes the county's data once; ERR_CONFLICT where there are some. [write]
MUST_USE enum err store_init(struct store *s, struct str county);

struct store_meta {
    struct id gen; // this life of the database; a restore gives it a new one
    char county[SITE_COUNTY_DIGITS + 1];
    struct id data_key_id;
    int nightly_day; // civil day of the last nightly run, 0 before the first
    int64_t turn;    // how often this history was gone on with: store_turn_next
};

// Writes what means nothing: whether the commit goes well says whether a kiosk's would. [write]
MUST_USE enum err store_touch(struct store *s);

MUST_USE enum err store_meta(struct store *s,
                             struct store_meta *out); // [read] ERR_NOT_FOUND: no init
// A copy taken before has a lower turn than what went on. [write]
MUST_USE enum err store_turn_next(struct store *s);

// What was done, by whom, to what: a hash chain. `detail` holds no personal data. [write]
struct store_audit {
    struct str actor;  // a staff name, "server", "kiosk"
    struct str action; // "import-sites", "enrol", …
    struct str object;
    struct str detail;
};
MUST_USE enum err store_audit(struct store *s, const struct store_audit *row);

// ---- Restored from a backup
//
// The journal is a file outside of the database, best on another disk: who the kiosks are, the roster
// and the sittings as of the last commit that changed them. Kiosks tell the rest (core/centre.h).

#define STORE_JOURNAL_BYTES_MAX ((size_t)64 * 1024 * 1024)
#define STORE_JOURNAL_DAYS      40 // sittings that ended before are not in it

struct store_journal {
    struct str lines; // borrowed
    int64_t no;       // rises with each writing
    struct id gen;
    struct id data_key_id; // of the centre it belongs to
    struct id lost;        // the last history that began without a journal; none: it was never lost
    char county[SITE_COUNTY_DIGITS + 1];
    int64_t since_ms;
};

// Keeps `text`. False where it is not a whole journal.
MUST_USE bool store_journal_open(struct str text, struct store_journal *out);

struct store_restore {
    struct id expected;                  // the history that the folder expects; none where unknown
    const struct store_journal *journal; // NULL: it is lost
    struct str actor;
};

enum store_restored {
    STORE_RESTORED,
    STORE_RESTORE_JOURNAL_FOREIGN, // of another county, or another centre
    STORE_RESTORE_JOURNAL_OLD,     // older than the database
};

// Does this journal belong to this database? [read]
MUST_USE enum err store_journal_fits(struct store *s, const struct store_journal *j,
                                     enum store_restored *answer);

// This database is older than what kiosks have seen: puts in what the journal knows, begins a new history
// and the recovery. Nothing was changed where the answer is not STORE_RESTORED; ERR_BAD_INPUT where the
// journal holds what this program does not know. Without a journal, or with one that begins after such a
// day which the database does not remember, all that nobody owns in the end stays unsold. [write]
MUST_USE enum err store_restore(struct store *s, const struct store_restore *r,
                                enum store_restored *answer);

// ---- Imports. A refused row is an answer, with the index of the row in what was given.

enum store_refused {
    STORE_REFUSED_COUNTY,     // a site of another county
    STORE_REFUSED_TEXT,       // a name is empty or too long
    STORE_REFUSED_TWICE,      // the same thing as row `other`
    STORE_REFUSED_SITE,       // a rule names an unknown site
    STORE_REFUSED_COUNSELLOR, // a rule names a counsellor who is not in the list
    STORE_REFUSED_RULE,       // roster_check says `fault`
    STORE_REFUSED_CLASH,      // one counsellor in two places on `day`, with row `other`
    STORE_REFUSED_DAY_FULL,   // more sittings on `day` than ROSTER_DAY_SITTINGS_MAX
    STORE_REFUSED_LIST_FULL,
};

struct store_refusal {
    int row; // -1: none in particular
    enum store_refused why;
    int other; // -1: none
    int day;
    enum roster_fault fault;
};

struct store_import {
    int imported; // unchanged ones count
    int refused;
    int refusal_count; // of those listed here
    struct store_refusal refusals[STORE_REFUSALS_MAX];
};

const char *store_refused_text(enum store_refused why); // English, for command lines

// Adds and changes; takes none away. Their order in the list becomes their order on boards. [write]
MUST_USE enum err store_sites_import(struct store *s, const struct site *sites, int count,
                                     struct str actor, struct store_import *out);
// Adds and changes days, then plans the sittings anew. [write]
MUST_USE enum err store_workdays_import(struct store *s, const struct workday_entry *days,
                                        int count, struct str actor, struct store_import *out);

// The days that notices name. [read]
MUST_USE enum err store_workdays(struct store *s, struct workday_list *out);

// A counsellor is known by name and kind: the same two give the same id in every import.
struct counsellor_id store_counsellor_id(struct str name, enum counsellor_kind kind);

struct store_roster {
    const struct counsellor *counsellors; // with ids of store_counsellor_id
    int counsellor_count;                 // at most STORE_COUNSELLORS_MAX
    const struct roster_rule *rules;
    int rule_count; // at most ROSTER_RULES_MAX
};

// The whole roster of the county, all or nothing: with one refused row nothing changes. Then the
// sittings are planned anew and their seats handed out. [write]
MUST_USE enum err store_roster_replace(struct store *s, const struct store_roster *roster,
                                       struct str actor, struct store_import *out);

// Sittings from rules and working days for today and STORE_HORIZON_DAYS more, and seats for kiosks.
// A sitting that is planned no more goes when no seat of it was ever granted or sold; else it is
// closing until its rights are back and its bookings moved. Done again, it changes nothing. [write]
MUST_USE enum err store_materialise(struct store *s);

// What a minute brings: seats for kiosks, and some asked back; bookings whose visitor has not come; an end
// to closing sittings whose seats are back and whose bookings are gone. [write]
MUST_USE enum err store_minute(struct store *s);

// Once a civil day: materialise; old rows leave the feed; contacts that
// are kept no longer. `*did` is false where this day's run was done already. [write]
MUST_USE enum err store_nightly(struct store *s, bool *did);

// The content release in force, told to the county. Never lower: ERR_CONFLICT. [write]
MUST_USE enum err store_release_set(struct store *s, int64_t version, struct str actor);
MUST_USE enum err store_release_get(struct store *s, int64_t *version); // [read] 0: none

// ---- Asking about sites and sittings [read]

MUST_USE enum err store_site_get(struct store *s, struct site_code code, struct arena *a,
                                 struct site *out);
// In order. `out` has room for STORE_SITES_MAX.
MUST_USE enum err store_sites(struct store *s, struct arena *a, struct site *out, int *count);

// ---- Kiosks

enum store_role { STORE_ROLE_DESK, STORE_ROLE_DISPLAY };
enum store_kiosk_state { STORE_KIOSK_ACTIVE, STORE_KIOSK_SUSPENDED, STORE_KIOSK_REVOKED };

struct store_kiosk {
    struct id id;
    struct site_code site;
    enum store_role role;
    enum store_kiosk_state state;
    struct crypt_public_key key;
    struct inc_id inc; // the active one; none after a retirement
    char letter;       // of that incarnation; 0 for a display
    int64_t last_op;   // of that incarnation
    int64_t heard;
    int64_t safe; // operations up to here lie in a backup elsewhere
    int64_t last_seen_ms;
    char model[65];
    bool owes_report; // since the centre was restored it has not told what it owns
};

const char *store_role_code(enum store_role role); // "desk", "display"
MUST_USE bool store_role_parse(struct str code, enum store_role *out);
const char *store_kiosk_state_code(enum store_kiosk_state state);

MUST_USE enum err store_kiosk_get(struct store *s, struct id kiosk,
                                  struct store_kiosk *out); // [read]
typedef enum err store_kiosk_fn(void *context, const struct store_kiosk *kiosk);
MUST_USE enum err store_kiosks(struct store *s, store_kiosk_fn *fn,
                               void *context);                        // [read] by site
MUST_USE enum err store_kiosk_seen(struct store *s, struct id kiosk); // last_seen is now [write]

// Suspended: its requests are refused, nothing else changes. ERR_NOT_FOUND. [write]
MUST_USE enum err store_kiosk_suspend(struct store *s, struct id kiosk, struct str actor);
MUST_USE enum err store_kiosk_resume(struct store *s, struct id kiosk, struct str actor);
// Written off for good: its key is refused, its incarnation retired, its seats stay where they are,
// because nobody knows what its file has sold. A recovery does not wait for it any longer. [write]
MUST_USE enum err store_kiosk_retire(struct store *s, struct id kiosk, struct str actor);

// Enrolment (RFC 8628 in shape).

struct store_enrol_ask {
    struct crypt_public_key key;
    struct str model;
    struct inc_id inc;
    enum store_role role; // a display has no letter and is given no seats
};

struct store_enrol_codes {
    char device_code[65]; // secret of the kiosk that asks; the database holds its hash
    char user_code[10];   // "BCDF-GHJK"
    int64_t expires_s;
};

enum store_enrol {
    STORE_ENROL_OK,
    STORE_ENROL_PENDING, // nobody has typed the code yet
    STORE_ENROL_CROWDED, // STORE_ENROL_LIVE_MAX wait already
    STORE_ENROL_UNKNOWN, // no such code, or its ten minutes are over
    STORE_ENROL_NO_SITE,
    STORE_ENROL_NO_LETTER, // all 26 are in use at the site, or rest
    STORE_ENROL_REVOKED,   // the kiosk was written off, or the life of its file is over
};

struct store_enrolled {
    enum store_enrol answer;
    struct id kiosk; // with STORE_ENROL_OK
    struct site_code site;
    char letter;
};

// [write]
MUST_USE enum err store_enrol_start(struct store *s, const struct store_enrol_ask *ask,
                                    struct store_enrol_codes *codes, enum store_enrol *answer);
// `user_code` as staff type it: blanks, hyphens and small letters are forgiven. A known key keeps its
// kiosk id and gets a new incarnation. Seats are handed out in the same transaction. [write]
MUST_USE enum err store_enrol_approve(struct store *s, struct str user_code, struct site_code site,
                                      struct str actor, struct store_enrolled *out);
// Waiting enrolments, for the console and the command line. [read]
struct store_enrol_waiting {
    char user_code[10];
    char model[65];
    struct crypt_public_key key;
    int64_t expires_ms;
};
MUST_USE enum err store_enrols(struct store *s, struct store_enrol_waiting *out,
                               int *count); // at most STORE_ENROL_LIVE_MAX
MUST_USE enum err store_enrol_poll(struct store *s, struct str device_code,
                                   struct store_enrolled *out); // [read]

enum store_hello {
    STORE_HELLO_OK,      // `kiosk` is as it stands now
    STORE_HELLO_NEW,     // an unknown incarnation: the old one is retired, this one begins
    STORE_HELLO_RETIRED, // this incarnation is retired or forked: the file must be given up
    STORE_HELLO_NO_LETTER,
};

// For an active kiosk; the caller has looked at its state. [write]
MUST_USE enum err store_hello(struct store *s, struct id kiosk, struct inc_id inc,
                              enum store_hello *answer, struct store_kiosk *out);

// ---- The feed [read]

struct store_feed_ask {
    struct inc_id inc;
    struct site_code site;
    struct feed_position from;
};

struct store_feed_row {
    enum feed_stream stream;
    struct str kind;
    struct str key;
    int64_t seq;
    bool is_dead;
    struct str value; // stored JSON; empty where dead
};

enum store_feed {
    STORE_FEED_PAGE,
    STORE_FEED_AHEAD, // the reader stands past our head: this database is older than what it knows
};

struct store_feed_page {
    enum store_feed answer;
    struct feed_position from;
    struct feed_position to;
    bool more;
    int64_t applied; // last operation of the incarnation, in the same snapshot
    int count;
    struct store_feed_row rows[FEED_PAGE_ROWS_MAX];
};

// At most FEED_PAGE_ROWS_MAX rows and about FEED_PAGE_BYTES_MAX in all, by stream, then by number.
// All of it from one snapshot, so outside a transaction. ERR_NOT_FOUND: no such incarnation. Texts
// live in `a`, which has FEED_PAGE_BYTES_MAX free.
MUST_USE enum err store_feed_read(struct store *s, const struct store_feed_ask *ask,
                                  struct arena *a, struct store_feed_page *out);

// Where the three streams of one reader stand.
MUST_USE enum err store_feed_heads(struct store *s, struct inc_id inc, struct site_code site,
                                   struct feed_position *out);

// All streams that somebody may still read, for whoever wakes waiting readers: a change of a number is a
// change of that stream. Lives of a kiosk that are over do not count: they would only grow in number.
struct store_head {
    char stream[FEED_STREAM_BYTES_MAX]; // "c:141182", "s:141182001", "d:<incarnation>"
    int64_t seq;
};
MUST_USE enum err store_heads(struct store *s, struct store_head *out, int max, int *count);

// ---- Personal data

// What a visitor left, as it came out of the sealed box.
struct store_contact {
    struct str surname; // empty: none
    enum visitor_title title;
    struct str phone; // empty: none
    enum topic topic;
};

// Makes what `core` and the database see of it: the phone's MAC and a box under the data key that is
// bound to the booking. Texts live in `a`.
MUST_USE enum err store_contact_seal(struct store *s, struct booking_id booking,
                                     const struct store_contact *contact, struct arena *a,
                                     struct centre_contact *out);

// The PIN key of a site, as kiosks get it in their stream.
struct crypt_key store_pin_key(const struct store *s, struct site_code site);

// ---- Bookings for staff

struct store_booking {
    struct booking_id id;
    struct site_code site;
    struct sitting_id sitting; // none for a cancel that came first
    int seat;                  // 0 for a wish
    int64_t planned_ms;        // of the seat, or the sitting's start for a wish; 0: no sitting
    enum booking_state state;
    struct ticket_code code;
    enum topic topic;
    struct str counsellor; // name; empty without a sitting
    struct str name;       // masked: the surname and *; empty where there is none
    struct str phone;      // masked
    int64_t made_ms;
    struct inc_id source_inc;
    int64_t source_op;
};

struct store_booking_filter {
    struct site_code site; // empty: all
    int day;               // civil day of the sitting; 0: all
    bool has_state;
    enum booking_state state;
    bool
        is_task; // whose visitor staff must call: displaced, on a sitting that is closing, or a wish
};

// By planned time, then by id. The row and its texts live until `fn` returns. [read]
typedef enum err store_booking_fn(void *context, const struct store_booking *booking);
MUST_USE enum err store_bookings(struct store *s, const struct store_booking_filter *filter,
                                 store_booking_fn *fn, void *context);

// ---- The queue of a site, today

struct store_queue_entry {
    struct str key; // in the database: the ticket, or the booking's id
    struct queue_place place;
    struct booking_id booking; // none: a walk-in
    struct str code;           // of the booking
    struct str name;           // of a booking, masked; only where one entry is answered
    enum queue_state state;
    int calls;
    bool has_priority;
    int64_t arrived_ms;
    int64_t rung_ms; // the last call
    struct sitting_id called_by;
    struct str desk; // of called_by
};

struct store_queue_answer {
    enum verdict
        verdict; // other than VERDICT_OK: nothing was changed, but for CALLED_ENOUGH: missed
    struct store_queue_entry entry; // texts live to the end of the command
};

// The sitting that calls at this desk now: the one that is on, else the last one that was; an empty
// `desk` is any. ERR_NOT_FOUND. [read]
MUST_USE enum err store_queue_desk(struct store *s, struct site_code site, struct str desk,
                                   struct sitting_id *out);

// [write]. `by` is the caller's sitting. One person is called by one desk, and a desk has one at a
// time.
MUST_USE enum err store_queue_call(struct store *s, struct site_code site, struct sitting_id by,
                                   struct store_queue_answer *out);
MUST_USE enum err store_queue_again(struct store *s, struct site_code site, struct sitting_id by,
                                    struct store_queue_answer *out);
// QUEUE_SERVED or QUEUE_MISSED.
MUST_USE enum err store_queue_end(struct store *s, struct site_code site, struct sitting_id by,
                                  enum queue_state state, struct store_queue_answer *out);

// `name`: a ticket ("A037") or a booking's code. ERR_NOT_FOUND. [write]
MUST_USE enum err store_queue_back(struct store *s, struct site_code site, struct str name,
                                   struct store_queue_answer *out);
MUST_USE enum err store_queue_prefer(struct store *s, struct site_code site, struct str name,
                                     struct store_queue_answer *out);

// Everybody who came today, by arrival, at most QUEUE_WAITING_MAX; without names. [read]
typedef enum err store_queue_fn(void *context, const struct store_queue_entry *entry);
MUST_USE enum err store_queue(struct store *s, struct site_code site, store_queue_fn *fn,
                              void *context);

// ---- Care of the whole

// A verified copy in the new file `path`. The three steps make `safe` true: the writer marks what the
// copy will surely hold [write], a reader copies (outside a transaction), the writer records that the
// copy is there [write].
MUST_USE enum err store_backup_mark(struct store *s);
MUST_USE enum err store_backup(struct store *s, const char *path);
MUST_USE enum err store_backup_done(struct store *s);

// What a table holds, as numbers that do not depend on the order of its rows: two tables with the same
// rows have the same total, whichever database they lie in.
#define STORE_TABLES_MAX 64
struct store_total {
    char table[64];
    int64_t row_count;
    uint64_t sum[4]; // of the rows' hashes
};
MUST_USE enum err store_totals(struct store *s, struct store_total *out,
                               int *count); // [read] by name

enum store_copy { STORE_COPIED, STORE_COPY_NOT_EMPTY, STORE_COPY_DIFFERS };

// Carries every row of every table over into the empty tables of `to` and compares the totals; one that
// is not STORE_COPIED must not be committed. [read] on `from`, [write] on `to`
MUST_USE enum err store_copy(struct store *from, struct store *to, enum store_copy *answer);

// Every violated invariant (one live booking a seat, seats and bookings agree, answers without a gap,
// the audit chain, nobody in two places, rights told as owned, …) is told in one English line without
// personal data. [read], one snapshot of its own.
typedef void store_violation_fn(void *context, struct str line);
MUST_USE enum err store_check(struct store *s, store_violation_fn *fn, void *context,
                              int *violations);

#endif
