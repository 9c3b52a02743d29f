// A county in one process: kiosks and the centre with the products' own booking code (model, sync,
// core), a network that loses, doubles, delays and reorders, crashes at every commit boundary, wrong
// clocks. One thread, one seed: the same seed gives the same run, byte for byte.
//
// After every step the invariants I1-I8 of the protocol are checked from outside, against the slips
// that visitors hold in their hands. Then the faults stop, and everything must come to rest: the logs
// empty, both sides equal, each slip known to the centre.
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include "base/mutant.h"
#include "core/centre.h"
#include "sync/sync_hear.h"
#include "sync/sync_plan.h"
#include "sync/sync_recover.h"
#include "sync/sync_stage.h"
#include "wire/wire_op.h"

#include <stdio.h>
#include <string.h>

#define SIM_KIOSKS           4
#define SIM_INSTANCES        2
#define SIM_SITES            2
#define SIM_SITTINGS         5 // the last one begins to exist with the first restore
#define SIM_SEATS            3 // of a sitting
#define SIM_STEPS            1100
#define SIM_STEPS_CALM       4000 // at most, to come to rest
#define SIM_OPS_MAX          1024 // of one incarnation
#define SIM_BOOKINGS_MAX     2048
#define SIM_INCS_MAX         64
#define SIM_RIGHTS_MAX       32
#define SIM_GIVEN_MAX        SIM_SITTINGS *SIM_SEATS
#define SIM_UNDO_MAX         512
#define SIM_FEED_MAX         4096
#define SIM_MESSAGES_MAX     64
#define SIM_SLIPS_MAX        2048
#define SIM_PAGE_ROWS_MAX    4  // small, so that catch-ups have several pages
#define SIM_LAST_ROWS_MAX    24 // … and the last word is a whole one
#define SIM_MESSAGE_ROWS_MAX 56 // a page does not split what one transaction told
#define SIM_BATCH_MAX        8
#define SIM_PHONES           6
#define SIM_ROGUE            -1 // in the place of a kiosk's index

enum sim_fault {
#define FAULT(id, words) FAULT_##id,
#include "sim/faults.def"
#undef FAULT
    FAULT_COUNT
};

enum sim_outcome {
#define OUTCOME(id, words) OUTCOME_##id,
#include "sim/outcomes.def"
#undef OUTCOME
    OUTCOME_COUNT
};

struct sim_counts {
    int64_t faults[FAULT_COUNT];
    int64_t outcomes[OUTCOME_COUNT];
    int64_t seeds;
    int64_t steps;
    int64_t violations;
};

// ---- Randomness (sim_random.c)

struct sim_random {
    uint64_t state;
};

uint32_t sim_roll(struct sim_random *r, uint32_t below);
bool sim_chance(struct sim_random *r, int per_mille);
struct id sim_id(struct sim_random *r);

// id_eq of two whole ids, or none, in one comparison: half of a run's time went into the other.
static inline bool sim_same(const struct id *a, const struct id *b)
{
    return memcmp(a->hex, b->hex, sizeof(a->hex)) == 0;
}

// ---- A kiosk's disk (sim_ledger.c)

struct sim_op {
    struct crypt_hash hash;
    enum op_kind kind;
    struct booking_id booking;
    int len;
    char bytes[512];
    bool is_answered;
    int64_t had_epoch; // of a pool sale that was answered
};

struct sim_given {
    struct sitting_id sitting;
    int seat;
    int64_t epoch;
};

// Everything a transaction may change, but the log and the bookings, which have an undo list.
struct sim_disk {
    struct ledger_self self;
    struct ledger_right rights[SIM_RIGHTS_MAX];
    int right_count;
    struct sim_given given[SIM_GIVEN_MAX];
    int given_count;
    struct sitting sittings[SIM_SITTINGS];
    int sitting_count;
    struct feed_avail avail[SIM_SITTINGS];
    int avail_count;
    int op_count;
    int booking_count;
    int foreign_count;
};

struct sim_ledger {
    struct ledger ledger; // first
    struct sim_world *world;
    struct sim_disk now;
    struct sim_disk saved; // as of the last commit, while a transaction runs
    struct sim_op ops[SIM_OPS_MAX];
    struct ledger_booking bookings[SIM_BOOKINGS_MAX / 2];
    struct feed_booking foreign[SIM_BOOKINGS_MAX]; // the site's `bk` rows
    struct {
        int index;
        struct ledger_booking old;
    } undo[SIM_UNDO_MAX];
    int undo_count;
    struct {
        int index;
        struct feed_booking old;
    } foreign_undo[SIM_UNDO_MAX];
    int foreign_undo_count;
    struct {
        int index;
        bool was_answered;
        int64_t had_epoch;
    } answer_undo[SIM_BATCH_MAX];
    int answer_undo_count;
    bool in_transaction;
    bool crash_next_end; // at the next commit, before or after it
    bool has_crashed;
};

void sim_ledger_init(struct sim_ledger *l, struct sim_world *world, struct inc_id inc);
void sim_ledger_power_cut(struct sim_ledger *l); // keeps what was committed

// ---- The centre's disk (sim_centre.c)

struct sim_centre_inc {
    struct centre_inc inc;
    int kiosk;
};

struct sim_answer {
    struct inc_id inc;
    int64_t seq;
    struct crypt_hash hash;
    struct op_result result;
};

struct sim_centre_booking {
    struct centre_booking b;
    int phone; // -1: none
    enum topic topic;
    enum op_basis basis;
    struct inc_id source;
};

struct sim_feed_row {
    struct feed_row row;
    char stream_key[40];
    char key[40];
};

struct sim_centre_disk {
    struct sim_centre_inc incs[SIM_INCS_MAX];
    int inc_count;
    struct sitting sittings[SIM_SITTINGS];
    int sitting_count;
    bool recovers[SIM_SITTINGS];
    bool is_recovering;
    bool has_written_off;
    struct centre_seat seats[SIM_SITTINGS][SIM_SEATS];
    int booking_count;
    int answer_count;
    int ticket_count;
    int feed_count;
    int64_t county_head;
    int64_t site_head[SIM_SITES];
    int64_t inc_head[SIM_INCS_MAX];
    int live_count; // bookings that hold a seat
};

struct sim_centre {
    struct centre_store store; // first
    struct sim_world *world;
    struct id gen;
    struct sim_centre_disk now;
    struct sim_centre_disk saved;
    struct sim_centre_booking bookings[SIM_BOOKINGS_MAX];
    struct sim_answer answers[SIM_OPS_MAX * SIM_KIOSKS];
    struct centre_ticket tickets[SIM_BOOKINGS_MAX];
    struct sim_feed_row feed[SIM_FEED_MAX];
    struct {
        int index;
        enum booking_state old;
    } undo[SIM_UNDO_MAX];
    int undo_count;
    struct sim_feed_row put[SIM_UNDO_MAX]; // told in this transaction, numbered at its end
    int put_count;
    bool in_transaction;
    // with MUTANT_FEED_SEQ_BEFORE_COMMIT: rows whose number readers may have passed
    struct sim_feed_row late[SIM_UNDO_MAX];
    int late_count;
};

// A copy of the centre's disk, elsewhere.
struct sim_backup {
    struct sim_centre_disk disk;
    struct sim_centre_booking bookings[SIM_BOOKINGS_MAX];
    struct sim_answer answers[SIM_OPS_MAX * SIM_KIOSKS];
    struct centre_ticket tickets[SIM_BOOKINGS_MAX];
    struct sim_feed_row feed[SIM_FEED_MAX];
};

void sim_centre_init(struct sim_centre *c, struct sim_world *world);
void sim_centre_begin(struct sim_centre *c);
void sim_centre_end(struct sim_centre *c, enum err e); // commits on ERR_OK
struct sim_centre_booking *sim_centre_booking(struct sim_centre *c, struct booking_id id);
struct centre_seat *sim_centre_seat(struct sim_centre *c, struct sitting_id id, int seat);
struct sim_centre_inc *sim_centre_inc(struct sim_centre *c, struct inc_id inc);

// The page of a kiosk's three streams since `from`.
void sim_centre_page(struct sim_centre *c, struct inc_id inc_id, const struct feed_position *from,
                     int rows_max, struct feed_page *out, struct feed_row *rows);

// ---- Messages (sim_net.c)

enum sim_message_kind {
    SIM_HELLO,
    SIM_HELLO_REPLY,
    SIM_PUSH,
    SIM_PUSH_REPLY,
    SIM_PULL,
    SIM_PULL_REPLY,
    SIM_REPORT,
    SIM_REPORT_REPLY,
    SIM_LATER,       // 503 to any of the four
    SIM_TURNED_AWAY, // retired, forked, gap, another generation
};

struct sim_message {
    bool is_used;
    enum sim_message_kind kind;
    enum sync_talk talk;
    int kiosk;
    int64_t request; // number of the request it belongs to
    struct inc_id inc;
    int64_t deliver_ms; // not before, monotonic
    struct id gen;
    int64_t heard;
    int64_t from;
    bool is_fork; // a copy of the kiosk's file would send this
    int count;
    struct op_result results[SIM_BATCH_MAX];
    int64_t acked;
    int64_t safe;
    int64_t now_ms; // of the centre
    char letter;
    struct site_code site;
    struct feed_position position;
    struct feed_position to;
    bool more;
    int64_t applied;
    struct feed_row rows[SIM_MESSAGE_ROWS_MAX];
    enum centre_push_status status;
    struct sim_op ops[SIM_BATCH_MAX];
    bool wants_report;
    struct feed_right rights[SIM_RIGHTS_MAX];
};

// ---- A kiosk (sim_kiosk.c)

struct sim_spooled {
    struct booking_id booking;
    struct booking_id instead_of; // the slip that is void once this one is out
    int sitting;
    int seat;
};

struct sim_kiosk {
    struct sim_ledger disk;
    struct env env;  // its clock
    int64_t boot_ms; // its monotonic clock begins with its power
    struct sim_world *world;
    int index;
    int site;
    bool is_up;
    int64_t clock_off_ms;
    enum op_trust trust;
    struct sync_plan plan;
    struct sync_stage stage;
    int64_t request[SYNC_TALKS]; // number of the request under way
    int64_t started_ms[SYNC_TALKS];
    bool is_cut_up, is_cut_down;
    int clogged_from, clogged_to; // steps
    int full_to;                  // the step until which its disk is full
    bool is_turned_away;
    struct booking_id waiting; // the visitor at the screen waits for this pool booking
    struct booking_id moving;  // … to leave this one; none where it is a new one
    int64_t waiting_since_ms;
    int64_t again_ms; // when to ask once more for a seat that is called back; 0: not now
    int again_count;
    struct sim_spooled spool[4]; // in memory that outlives the program, not the power
    int spool_count;
    struct ledger_booking seatless; // the last wish or refused sale; its visitor may come back
    int64_t seen_op_seq;
    struct feed_position seen; // for I6
    struct inc_id seen_inc;
    struct id seen_gen;
};

// ---- The world (sim_world.c)

// A slip in a visitor's hand.
struct sim_slip {
    struct booking_id booking;
    int sitting; // index
    int seat;
    bool is_live;               // false once the visitor has cancelled it
    int kiosk;                  // where it was printed
    struct inc_id inc;          // of its sale
    int centre_index;           // where the centre had its booking last
    struct inc_id cancelled_by; // of its cancel; none where the kiosk fell silent over it
};

// What is played: a seed, less what a shortened run leaves out. Each step has dice of its own, so the
// others fall as before.
struct sim_script {
    int64_t seed;
    bool has_no_fault[FAULT_COUNT];
    bool skips[SIM_STEPS + 1]; // the step of that number, from 1
};

struct sim_options { // drawn from the seed: which faults there are in this run
    int per_mille[FAULT_COUNT];
    int visitors;
};

struct sim_world {
    struct sim_random random;
    struct sim_options options;
    struct sim_counts *counts;
    FILE *trace; // NULL: silent
    int64_t mono_ms;
    int64_t civil_ms;
    bool is_calm; // faults have stopped
    int instance; // of the centre: who answers now
    int64_t clock_off_ms[SIM_INSTANCES];
    int full_to; // the step until which the centre's disk is full
    int64_t next_request;
    struct sim_centre centre;
    struct sim_backup backups[2]; // the older first
    int backup_count;
    uint32_t gen_count;
    struct centre_seat seen_seats[SIM_SITTINGS][SIM_SEATS]; // after the last step
    bool seen_recovers[SIM_SITTINGS];
    int64_t epoch_max[SIM_SITTINGS][SIM_SEATS]; // ever told, also by a history that is over
    struct sim_kiosk kiosks[SIM_KIOSKS];
    struct sim_message messages[SIM_MESSAGES_MAX];
    struct sim_slip slips[SIM_SLIPS_MAX];
    int slip_count;
    struct centre_ticket given_tickets[SIM_SLIPS_MAX]; // in visitors' hands
    int given_ticket_count;
    struct inc_id rogue;
    struct booking_id rogue_booking;
    char violation[160]; // empty: none
    int step;
};

// One run. Answers true where nothing was violated; else world->violation says what.
bool sim_run(struct sim_world *w, const struct sim_script *script, struct sim_counts *counts,
             FILE *trace);
// The script as options of the program, there and back (sim_script.c).
bool sim_script_steps(struct sim_script *script, const char *list);
bool sim_script_faults(struct sim_script *script, const char *list);
void sim_script_print(const struct sim_script *script, FILE *to);

struct sim_world *sim_world_new(void);
void sim_world_free(struct sim_world *w);

// Leaves out of a failing run what its failure does not need; a minute at most. Answers false where the
// run does not fail. (sim_shorten.c)
bool sim_shorten(struct sim_script *script);

bool sim_fault(struct sim_world *w, enum sim_fault fault); // does it happen now? counts it
void sim_wait(struct sim_world *w, enum sim_fault slowness);
bool sim_ledger_is_full(const struct sim_ledger *l); // the disk of the kiosk that it lies on
int64_t sim_centre_ms(const struct sim_world *w);    // what the instance at hand takes for the time
void sim_came(struct sim_world *w, enum sim_outcome outcome);
PRINTF_LIKE(2, 3) void sim_trace(struct sim_world *w, const char *format, ...);
PRINTF_LIKE(2, 3) void sim_violate(struct sim_world *w, const char *format, ...);
void sim_slip(struct sim_world *w, struct sim_kiosk *k, struct booking_id booking, int sitting,
              int seat);
void sim_slip_cancelled(struct sim_world *w, struct booking_id booking, struct inc_id by);
int sim_sitting_index(const struct sim_world *w, struct sitting_id id);

void sim_kiosk_init(struct sim_kiosk *k, struct sim_world *w, int index);
void sim_kiosk_power_on(struct sim_kiosk *k);
void sim_kiosk_power_cut(struct sim_kiosk *k);
struct sync_now sim_kiosk_now(struct sim_kiosk *k);
struct ledger *sim_kiosk_ledger(struct sim_kiosk *k);
bool sim_kiosk_is_full(const struct sim_kiosk *k); // its fixed pools, an accident of this place
void sim_kiosk_visit(struct sim_kiosk *k);         // somebody does something at its screen
void sim_kiosk_run(struct sim_kiosk *k);           // its own thread gets a turn
void sim_kiosk_hear(struct sim_kiosk *k, const struct sim_message *m);
void sim_kiosk_lose_disk(struct sim_kiosk *k);
// A booking as this kiosk knows it, its own or one of the feed; false where it does not.
bool sim_kiosk_knows(struct sim_kiosk *k, struct booking_id id, struct ledger_booking *out);

void sim_send(struct sim_world *w, const struct sim_message *m, int64_t delay_ms);
void sim_deliver_one(struct sim_world *w);
void sim_centre_hear(struct sim_world *w, const struct sim_message *m);
void sim_last_words(struct sim_world *w); // pages that are on the line when the centre ends
void sim_minute(struct sim_world *w);

// The generation's name: they are ordered (sync_recover.h).
struct id sim_gen(struct sim_world *w, uint32_t number);
void sim_backup(struct sim_world *w);  // (sim_restore.c)
void sim_restore(struct sim_world *w); // where the dice say so
void sim_write_off(struct sim_world *w);
int64_t sim_safe(const struct sim_world *w, struct inc_id inc);
MUST_USE enum err sim_tell_sitting(struct sim_centre *c, const struct sitting *s);

enum err sim_sitting_recovers(struct centre_store *s, struct sitting_id id, bool *out);
enum err sim_sitting_recovered(struct centre_store *s, struct sitting_id id);
enum err sim_sittings_recovering(struct centre_store *s, struct sitting *out, int *count);
enum err sim_recovery_get(struct centre_store *s, struct centre_recovery *out);
enum err sim_recovery_put(struct centre_store *s, const struct centre_recovery *r);

void sim_rogue(struct sim_world *w); // a broken kiosk sends an operation (sim_rogue.c)

void sim_check_step(struct sim_world *w);
void sim_check_rest(struct sim_world *w);
bool sim_is_at_rest(struct sim_world *w);

// ---- Mutants (sim_mutant.c)

void mutant_choose(enum mutant m); // before any run; MUTANT_NONE takes it back
bool mutant_find(const char *name, enum mutant *out);
const char *mutant_name(enum mutant m);

// ---- Catching them (sim_catch.c)

// Runs each mutant, or `only` one, over 20,000 seeds until a check says no: "name seed violation".
// Answers 0 where all are caught. A run that aborts is no catch: it would hide what the checks miss;
// nor is one that fails without the mutant, too.
int sim_mutants_run(enum mutant only, int jobs);
int sim_mutants_list(void);

// ---- The log (sim_log.c)

void sim_log_to(FILE *file); // NULL: nowhere

#endif
