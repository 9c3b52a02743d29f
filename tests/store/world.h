// A small county over a real store: a clock that stands still until it is moved, randomness from a
// seed, two sites, two counsellors. Every file of the suite builds on it, on whichever database the
// driver opens.
#ifndef STORE_WORLD_H
#define STORE_WORLD_H

#include "harness/test.h"

#include "store/store.h"

struct world;

// How a database of the suite is opened.
struct world_driver {
    void (*make)(struct world *w); // an empty database
    void (*drop)(struct world *w);
    struct db *(*open)(struct world *w, enum db_access access);
    bool (*limit)(struct world *w, int64_t pages_more); // no more space than that; false: cannot
    bool has_copies;                                    // store_backup makes them
};

extern const struct world_driver world_sqlite;
extern const struct world_driver world_postgres;
void world_postgres_use(const char *conninfo); // kept; before the first world over it

struct world_env {
    struct env env; // first
    int64_t now_ms;
    uint64_t seed;
};

struct world {
    const struct world_driver *driver;
    struct world_env env;
    struct arena arena;
    char dir[64];
    bool is_second;      // beside another world
    const char *journal; // NULL: none is kept
    struct fs fs;
    struct store *store;
    struct store *reader;
};

struct world_kiosk {
    struct id kiosk;
    struct inc_id inc;
    char letter;
    int64_t seq; // of the next operation, less one
    struct crypt_key_pair keys;
};

// A shared start: Monday 2026-03-02, 8:00.
void world_env_init(struct world_env *env);
int world_setup(void **state); // *state: the driver before, the world after
int world_teardown(void **state);

struct site_code world_site(int index);        // 0, 1
struct counsellor world_counsellor(int index); // 0 … 2
struct roster_rule world_rule(int index);      // 0, 1: every working day at site `index`
struct sitting_id world_sitting(struct world *w, int site, int day, int start_minute);
int world_today(const struct world *w);

// An empty world beside the one at hand; the journal of both is at `journal`. world_close.
struct world *world_beside(struct world *w, const char *journal);
void world_close(struct world *w);
void world_keep_journal(struct world *w, const char *path); // from now on; kept

// Runs in a transaction of its own and wants ERR_OK.
void world_init(struct world *w); // county, sites, roster
enum err world_roster(struct world *w, const struct roster_rule *rules, int count,
                      struct store_import *out);
void world_enrol(struct world *w, int site, enum store_role role, struct world_kiosk *out);
enum err world_enrol_try(struct world *w, int site, enum store_role role, struct world_kiosk *out,
                         struct store_enrolled *answer);

// Pushes one operation; fills in its number and hash chain.
struct op world_book(struct world *w, struct sitting_id sitting, int seat, enum op_basis basis,
                     int64_t epoch);
enum err world_push(struct world *w, struct world_kiosk *kiosk, struct op op, const char *phone,
                    struct op_result *result);
// Told again, as it was answered; the kiosk's numbers stay. Answers the result.
struct op_result world_push_again(struct world *w, struct world_kiosk *kiosk, struct op op,
                                  int64_t had_epoch);

void world_seen(struct world *w, const struct world_kiosk *kiosk); // it was heard of just now
void world_minute(struct world *w);                                // a minute's work

int64_t world_count(struct world *w, const char *sql); // one number
enum err world_sql(struct world *w, const char *sql);  // a statement without parameters
void world_is_sound(struct world *w);                  // store_check finds nothing
int world_violations(struct world *w);

int suite_walls(struct world_driver *driver);
int suite_feed(struct world_driver *driver);
int suite_roster(struct world_driver *driver);
int suite_kiosk(struct world_driver *driver);
int suite_booking(struct world_driver *driver);
int suite_queue(struct world_driver *driver);
int suite_minute(struct world_driver *driver);
int suite_recovery(struct world_driver *driver);
int suite_check(struct world_driver *driver);
int suite_faults(struct world_driver *driver);
int suite_all(struct world_driver *driver);

// In a function that has a `driver`.
#define WORLD_TEST(claim) \
    cmocka_unit_test_prestate_setup_teardown(claim, world_setup, world_teardown, driver)

#endif
