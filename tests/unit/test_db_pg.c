// The suite on PostgreSQL, and what only a server can do. Its argument is the conninfo of a server
// that is this program's alone (e2e/postgres.py).
#include "unit/db_suite.h"

#include "harness/postgres.h"
#include "pg/pg.h"

#include <pthread.h>
#include <stdio.h>

#define LOOKS_MAX 5000

static const char *server; // conninfo of the database that is always there

static void on_server(const char *sql)
{
    postgres_run(server, "postgres", sql);
}

static void drop(struct db_fixture *f)
{
    (void)f;
    postgres_empty(server, "suite_main");
    postgres_empty(server, "suite_other");
}

static void make(struct db_fixture *f)
{
    (void)f;
}

static struct db *open_db(struct db_fixture *f, enum db_suite_which which, enum db_access access)
{
    const char *database = which == DB_SUITE_MAIN ? "suite_main" : "suite_other";
    return postgres_open(&f->arena, server, database, access);
}

static struct db_query sale(int64_t made_ms)
{
    static struct db_value values[3];
    values[0] = DB_INT(1);
    values[1] = DB_INT(made_ms);
    values[2] = DB_NULL;
    return (struct db_query){SALE_ADD, values, 3};
}

// ---- Writers take turns

static void a_second_writer_waits_and_then_is_told_so(void **state)
{
    struct db_fixture *f = *state;
    struct db *other = open_db(f, DB_SUITE_MAIN, DB_WRITER);
    assert_int_equal(db_begin(f->db, DB_WRITE), ERR_OK);
    assert_int_equal(db_begin(other, DB_WRITE), ERR_BUSY);
    assert_int_equal(db_end(f->db, ERR_OK), ERR_OK);
    // Nothing is left over from the refusal.
    assert_int_equal(db_begin(other, DB_WRITE), ERR_OK);
    assert_int_equal(db_run(other, sale(1), NULL), ERR_OK);
    assert_int_equal(db_end(other, ERR_OK), ERR_OK);
    assert_int_equal(db_count(f->db, SALE_COUNT), 1);
    db_close(other);
}

struct seller {
    struct db *db;
    int sold;
    enum err err;
};

// Reads and then writes, which goes wrong wherever two do it at a time.
static enum err sell_next(struct db *db, void *context)
{
    int64_t count = 0;
    (void)context;
    enum err e = db_one_int(db, DB_QUERY(SALE_COUNT), &count);
    if (e) return e;
    return db_run(db, DB_QUERY(SALE_ADD, DB_INT(1), DB_INT(count), DB_NULL), NULL);
}

static void *sell(void *context)
{
    struct seller *s = context;
    while (s->sold < 100 && !s->err) {
        s->err = db_transact(s->db, DB_WRITE, sell_next, NULL);
        if (!s->err) s->sold++;
    }
    return NULL;
}

static void two_writers_read_and_write_as_if_one_after_the_other(void **state)
{
    struct db_fixture *f = *state;
    struct seller a = {.db = f->db};
    struct seller b = {.db = open_db(f, DB_SUITE_MAIN, DB_WRITER)};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, sell, &b), 0);
    sell(&a);
    pthread_join(thread, NULL);
    assert_int_equal(a.err, ERR_OK);
    assert_int_equal(b.err, ERR_OK);
    assert_int_equal(db_count(f->db, "SELECT count(DISTINCT made_ms) FROM sale"), 200);
    db_close(b.db);
}

// ---- Connections that are lost

static const char GO_DOWN[] = "SELECT pg_terminate_backend(pg_backend_pid())";
static const char PUT_DOWN[] = "SELECT count(*) FROM (SELECT pg_terminate_backend(pid, 5000) FROM "
                               "pg_stat_activity WHERE datname = 'suite_main') AS gone";

static void a_lost_connection_ends_its_transaction_and_the_next_begins_anew(void **state)
{
    struct db_fixture *f = *state;
    assert_int_equal(db_begin(f->db, DB_WRITE), ERR_OK);
    assert_int_equal(db_run(f->db, sale(1), NULL), ERR_OK);
    assert_int_equal(db_savepoint(f->db), ERR_OK);
    enum err e = db_run(f->db, DB_QUERY(GO_DOWN), NULL);
    assert_int_equal(e, ERR_IO);
    assert_int_equal(db_release(f->db, e), ERR_IO);
    assert_int_equal(db_run(f->db, sale(2), NULL), ERR_IO);
    assert_int_equal(db_end(f->db, ERR_OK), ERR_IO);
    assert_int_equal(db_begin(f->db, DB_WRITE), ERR_OK);
    assert_int_equal(db_run(f->db, sale(3), NULL), ERR_OK);
    assert_int_equal(db_end(f->db, ERR_OK), ERR_OK);
    assert_int_equal(db_count(f->db, SALE_COUNT), 1);
}

static void a_connection_lost_between_transactions_is_not_noticed(void **state)
{
    struct db_fixture *f = *state;
    assert_int_equal(db_count(f->db, SALE_COUNT), 0);
    on_server(PUT_DOWN);
    assert_int_equal(db_begin(f->db, DB_READ), ERR_OK);
    assert_int_equal(db_end(f->db, ERR_OK), ERR_OK);
    on_server(PUT_DOWN);
    // The statement is the one that was prepared over the connection that is gone.
    assert_int_equal(db_count(f->db, SALE_COUNT), 0);
}

static void a_commit_over_a_lost_connection_is_an_error(void **state)
{
    struct db_fixture *f = *state;
    assert_int_equal(db_begin(f->db, DB_WRITE), ERR_OK);
    assert_int_equal(db_run(f->db, sale(1), NULL), ERR_OK);
    on_server(PUT_DOWN);
    assert_int_equal(db_end(f->db, ERR_OK), ERR_IO);
    assert_int_equal(db_count(f->db, SALE_COUNT), 0);
}

// ---- Durable elsewhere

static void *commit(void *context)
{
    struct seller *s = context;
    s->err = db_end(s->db, ERR_OK);
    return NULL;
}

static const char WAITING[] = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
static const char REQUIRED[] = "SELECT count(*) FROM pg_settings WHERE setting = 'nobody'";
static const char GIVE_UP[] = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity "
                              "WHERE wait_event = 'SyncRep'";

static bool comes_to(struct db *db, const char *sql, int64_t count)
{
    for (int i = 0; i < LOOKS_MAX; i++) {
        if (db_count(db, sql) == count) return true;
    }
    return false;
}

// Two commits, one of which has written nothing: neither may be answered while the standby is missing.
static void a_commit_that_no_standby_has_is_not_vouched_for(void **state)
{
    struct db_fixture *f = *state;
    struct db *other = open_db(f, DB_SUITE_MAIN, DB_READER);
    struct seller s[2] = {{.db = f->db}, {.db = f->db}};
    on_server("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
    on_server("SELECT pg_reload_conf()");
    assert_true(comes_to(other, REQUIRED, 1));
    bool waits = true;
    for (int i = 0; i < 2; i++) {
        pthread_t thread;
        assert_int_equal(db_begin(f->db, DB_WRITE), ERR_OK);
        if (i == 0) assert_int_equal(db_run(f->db, sale(1), NULL), ERR_OK);
        if (i == 1) assert_int_equal(db_count(f->db, SALE_COUNT), 1);
        assert_int_equal(pthread_create(&thread, NULL, commit, &s[i]), 0);
        waits = comes_to(other, WAITING, 1) && waits;
        on_server(GIVE_UP);
        pthread_join(thread, NULL);
    }
    on_server("ALTER SYSTEM RESET synchronous_standby_names");
    on_server("SELECT pg_reload_conf()");
    assert_true(comes_to(other, REQUIRED, 0));
    db_close(other);
    assert_true(waits);
    assert_int_equal(s[0].err, ERR_IO);
    assert_int_equal(s[1].err, ERR_IO);
}

// ---- Databases that do not fit

static void a_database_of_another_kind_is_refused(void **state)
{
    struct db_fixture *f = *state;
    struct db *db = NULL;
    struct str conninfo = str_printf(&f->arena, "%s dbname=suite_odd", server);
    const char *odd = str_to_z(&f->arena, conninfo);
    on_server("CREATE DATABASE suite_odd TEMPLATE template0 ENCODING 'SQL_ASCII'");
    assert_int_equal(db_open_pg(&f->arena, odd, DB_WRITER, &db), ERR_BAD_INPUT);
    on_server("DROP DATABASE suite_odd");
    assert_int_equal(db_open_pg(&f->arena, odd, DB_WRITER, &db), ERR_IO);
    on_server("CREATE DATABASE suite_odd TEMPLATE template0");
    on_server("ALTER DATABASE suite_odd SET synchronous_commit = local");
    assert_int_equal(db_open_pg(&f->arena, odd, DB_WRITER, &db), ERR_BAD_INPUT);
    assert_null(db);
}

static void a_text_that_is_not_utf8_is_bad_input(void **state)
{
    struct db_fixture *f = *state;
    struct db_query query =
        DB_QUERY(SALE_ADD, DB_INT(1), DB_INT(1), DB_TEXT(((struct str){"\xff", 1})));
    assert_int_equal(db_run(f->db, query, NULL), ERR_BAD_INPUT);
    assert_int_equal(db_count(f->db, SALE_COUNT), 0);
}

static void the_session_has_its_limits(void **state)
{
    struct db_fixture *f = *state;
    static const struct {
        const char *sql;
        const char *value;
    } rows[] = {{"SHOW statement_timeout", "5s"},
                {"SHOW lock_timeout", "2s"},
                {"SHOW idle_in_transaction_session_timeout", "10s"},
                {"SHOW client_encoding", "UTF8"},
                {"SHOW default_transaction_read_only", "off"}};
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
            struct str value;
            assert_int_equal(db_one_text(f->db, DB_QUERY(rows[i].sql), &f->arena, &value), ERR_OK);
            assert_str(value, rows[i].value);
        }
        on_server(PUT_DOWN); // also after it was opened again
    }
}

static void a_copy_is_the_operators_business(void **state)
{
    struct db_fixture *f = *state;
    assert_int_equal(db_check(f->db), ERR_OK);
    assert_int_equal(db_backup(f->db, "/tmp/test_db_pg.copy"), ERR_BAD_INPUT);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: test_db_pg CONNINFO (tests/e2e/postgres.py gives one)\n");
        return 2;
    }
    server = argv[1];
    on_server("CREATE DATABASE suite_main TEMPLATE template0");
    on_server("CREATE DATABASE suite_other TEMPLATE template0");
    struct db_suite_driver postgres = {
        .make = make,
        .drop = drop,
        .open = open_db,
        .table_count = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public' "
                       "AND tablename = $1",
        .fails_late = "SELECT 1 / (20000 - i) FROM generate_series(1, 20000) AS n(i)"};
    struct db_suite_driver *driver = &postgres;
    const struct CMUnitTest tests[] = {
        DB_SUITE_CASE(a_second_writer_waits_and_then_is_told_so),
        DB_SUITE_CASE(two_writers_read_and_write_as_if_one_after_the_other),
        DB_SUITE_CASE(a_lost_connection_ends_its_transaction_and_the_next_begins_anew),
        DB_SUITE_CASE(a_connection_lost_between_transactions_is_not_noticed),
        DB_SUITE_CASE(a_commit_over_a_lost_connection_is_an_error),
        DB_SUITE_CASE(a_commit_that_no_standby_has_is_not_vouched_for),
        DB_SUITE_CASE(a_database_of_another_kind_is_refused),
        DB_SUITE_CASE(a_text_that_is_not_utf8_is_bad_input),
        DB_SUITE_CASE(the_session_has_its_limits),
        DB_SUITE_CASE(a_copy_is_the_operators_business),
    };
    int failed = db_suite(driver);
    return failed + cmocka_run_group_tests_name("db on a server", tests, NULL, NULL);
}
