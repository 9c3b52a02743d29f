// One suite over every driver of `db`. A driver is a test_db*.c, which adds what only it has.
#ifndef UNIT_DB_SUITE_H
#define UNIT_DB_SUITE_H

#include "harness/test.h"

#include "db/db.h"
#include "db/db_driver.h"

struct db_fixture;

enum db_suite_which { DB_SUITE_MAIN, DB_SUITE_OTHER }; // two databases, empty after `make`

struct db_suite_driver {
    void (*make)(struct db_fixture *f);
    void (*drop)(struct db_fixture *f);
    struct db *(*open)(struct db_fixture *f, enum db_suite_which which, enum db_access access);
    const char *table_count; // tables of the name $1
    const char *fails_late;  // gives rows, then an error
};

struct db_fixture {
    const struct db_suite_driver *driver;
    char dir[64];
    char path[96];
    char other[96];
    struct arena arena;
    struct db *db; // of DB_SUITE_MAIN, with the two tables of unit/sql
};

int db_suite_setup(void **state); // *state: the driver before, the fixture after
int db_suite_teardown(void **state);
int db_suite(struct db_suite_driver *driver);

extern const char SEAT_TAKE[];   // $1 number, $2 owner
extern const char SEAT_OWNERS[]; // how many are taken
extern const char SALE_ADD[];    // $1 seat, $2 made_ms, $3 who
extern const char SALE_COUNT[];

int64_t db_count(struct db *db, const char *sql); // one number

// In a function that has a `driver`.
#define DB_SUITE_CASE(claim) \
    cmocka_unit_test_prestate_setup_teardown(claim, db_suite_setup, db_suite_teardown, driver)

#endif
