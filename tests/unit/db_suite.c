// What every driver of `db` promises.
#include "unit/db_suite.h"

#include "db_suite/test_schema.h"

#include <stdio.h>

const char SEAT_TAKE[] = "UPDATE seat SET owner = $2 WHERE no = $1 AND owner IS NULL";
const char SEAT_OWNERS[] = "SELECT count(*) FROM seat WHERE owner IS NOT NULL";
const char SALE_ADD[] = "INSERT INTO sale (seat, made_ms, who) VALUES ($1, $2, $3)";
const char SALE_COUNT[] = "SELECT count(*) FROM sale";

int db_suite_setup(void **state)
{
    struct db_fixture *f = test_calloc(1, sizeof(*f));
    f->driver = *state;
    arena_init(&f->arena, 1 << 20);
    f->driver->make(f);
    f->db = f->driver->open(f, DB_SUITE_MAIN, DB_WRITER);
    assert_int_equal(db_migrate(f->db, test_schema, test_schema_count), ERR_OK);
    *state = f;
    return 0;
}

int db_suite_teardown(void **state)
{
    struct db_fixture *f = *state;
    db_close(f->db);
    f->driver->drop(f);
    arena_deinit(&f->arena);
    test_free(f);
    return 0;
}

int64_t db_count(struct db *db, const char *sql)
{
    int64_t n = -1;
    assert_int_equal(db_one_int(db, DB_QUERY(sql), &n), ERR_OK);
    return n;
}

static int64_t table_count(const struct db_fixture *f, struct db *db, const char *name)
{
    int64_t n = -1;
    struct str table = str_from_z(name);
    assert_int_equal(db_one_int(db, DB_QUERY(f->driver->table_count, DB_TEXT(table)), &n), ERR_OK);
    return n;
}

static void parameters_are_bound_by_name(void **state)
{
    struct db_fixture *f = *state;
    struct db_rows row;
    // $2 appears first: bound by position the two would change places.
    struct db_query query = DB_QUERY("SELECT $2, $1, $2", DB_INT(1), DB_TEXT(STR("two")));
    assert_int_equal(db_one(&row, f->db, query), ERR_OK);
    assert_str(db_text(&row, 0, &f->arena), "two");
    assert_int_equal(db_int(&row, 1), 1);
    assert_str(db_text_borrow(&row, 2), "two");
    assert_int_equal(db_rows_close(&row), ERR_OK);
}

static void values_come_back_as_they_went_in(void **state)
{
    struct db_fixture *f = *state;
    struct id id = {"00112233445566778899aabbccddeeff"};
    struct id none = {0};
    struct db_rows row;
    struct db_query query = DB_QUERY("SELECT $1, $2, $3, $4, $5, $6", DB_INT(INT64_MIN), DB_NULL,
                                     DB_TEXT(((struct str){NULL, 0})), DB_TEXT(STR("汾阳'; --")),
                                     DB_ID(&id), DB_ID(&none));
    assert_int_equal(db_one(&row, f->db, query), ERR_OK);
    assert_true(db_int(&row, 0) == INT64_MIN);
    assert_true(db_is_null(&row, 1));
    assert_false(db_is_null(&row, 2));
    assert_str(db_text_borrow(&row, 2), "");
    assert_str(db_text_borrow(&row, 3), "汾阳'; --");
    assert_true(id_eq(db_id(&row, 4), id));
    assert_true(id_is_none(db_id(&row, 5)));
    assert_int_equal(db_rows_close(&row), ERR_OK);
}

static void a_text_with_nul_is_refused(void **state)
{
    struct db_fixture *f = *state;
    struct db_value text = DB_TEXT(((struct str){"a\0b", 3}));
    assert_int_equal(db_run(f->db, DB_QUERY(SALE_ADD, DB_INT(1), DB_INT(1), text), NULL),
                     ERR_BAD_INPUT);
    assert_int_equal(db_count(f->db, SALE_COUNT), 0);
}

static void a_column_of_another_kind_is_damage(void **state)
{
    struct db_fixture *f = *state;
    static const char *const rows[] = {"SELECT 'text'", "SELECT NULL", "SELECT 1.5",
                                       "SELECT x'00'"};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t n = 7;
        assert_int_equal(db_one_int(f->db, DB_QUERY(rows[i]), &n), ERR_CORRUPT);
        assert_int_equal(n, 7);
    }
    struct db_rows row;
    assert_int_equal(db_one(&row, f->db, DB_QUERY("SELECT 'not an id'")), ERR_OK);
    assert_true(id_is_none(db_id(&row, 0)));
    assert_int_equal(db_rows_close(&row), ERR_CORRUPT);
}

static void no_row_is_not_found(void **state)
{
    struct db_fixture *f = *state;
    int64_t n = 7;
    assert_int_equal(db_one_int(f->db, DB_QUERY("SELECT no FROM seat WHERE no = 99"), &n),
                     ERR_NOT_FOUND);
    assert_int_equal(n, 7);
}

static void a_guarded_update_takes_the_seat_once(void **state)
{
    struct db_fixture *f = *state;
    int64_t changed = -1;
    struct db_query first = DB_QUERY(SEAT_TAKE, DB_INT(1), DB_TEXT(STR("a")));
    struct db_query second = DB_QUERY(SEAT_TAKE, DB_INT(1), DB_TEXT(STR("b")));
    assert_int_equal(db_run(f->db, first, &changed), ERR_OK);
    assert_int_equal(changed, 1);
    assert_int_equal(db_run(f->db, second, &changed), ERR_OK);
    assert_int_equal(changed, 0);
}

static void a_constraint_is_a_conflict(void **state)
{
    struct db_fixture *f = *state;
    struct str a = STR("a");
    assert_int_equal(db_run(f->db, DB_QUERY(SEAT_TAKE, DB_INT(1), DB_TEXT(a)), NULL), ERR_OK);
    assert_int_equal(db_run(f->db, DB_QUERY(SEAT_TAKE, DB_INT(2), DB_TEXT(a)), NULL), ERR_CONFLICT);
    assert_int_equal(db_run(f->db, DB_QUERY(SALE_ADD, DB_INT(99), DB_INT(1), DB_NULL), NULL),
                     ERR_CONFLICT); // foreign keys are on
}

static void a_transaction_ended_with_an_error_leaves_nothing(void **state)
{
    struct db_fixture *f = *state;
    assert_int_equal(db_begin(f->db, DB_WRITE), ERR_OK);
    assert_int_equal(db_run(f->db, DB_QUERY(SEAT_TAKE, DB_INT(1), DB_TEXT(STR("a"))), NULL),
                     ERR_OK);
    assert_int_equal(db_end(f->db, ERR_TOO_BIG), ERR_TOO_BIG);
    assert_int_equal(db_count(f->db, SEAT_OWNERS), 0);
}

static void a_savepoint_undoes_its_piece_alone(void **state)
{
    struct db_fixture *f = *state;
    assert_int_equal(db_begin(f->db, DB_WRITE), ERR_OK);
    for (int i = 1; i <= 3; i++) {
        assert_int_equal(db_savepoint(f->db), ERR_OK);
        enum err e = db_run(f->db, DB_QUERY(SALE_ADD, DB_INT(1), DB_INT(i), DB_NULL), NULL);
        // The second piece fails after it has written.
        if (!e && i == 2)
            e = db_run(f->db, DB_QUERY(SALE_ADD, DB_INT(99), DB_INT(i), DB_NULL), NULL);
        assert_int_equal(db_release(f->db, e), i == 2 ? ERR_CONFLICT : ERR_OK);
    }
    assert_int_equal(db_end(f->db, ERR_OK), ERR_OK);
    assert_int_equal(db_count(f->db, SALE_COUNT), 2);
    assert_int_equal(db_count(f->db, "SELECT count(*) FROM sale WHERE made_ms = 2"), 0);
}

static void a_reader_cannot_write_and_sees_only_what_is_committed(void **state)
{
    struct db_fixture *f = *state;
    struct db *reader = f->driver->open(f, DB_SUITE_MAIN, DB_READER);
    struct db_query take = DB_QUERY(SEAT_TAKE, DB_INT(1), DB_TEXT(STR("a")));
    assert_int_equal(db_run(reader, take, NULL), ERR_IO);
    assert_int_equal(db_begin(f->db, DB_WRITE), ERR_OK);
    assert_int_equal(db_run(f->db, take, NULL), ERR_OK);
    assert_int_equal(db_count(reader, SEAT_OWNERS), 0);
    assert_int_equal(db_end(f->db, ERR_OK), ERR_OK);
    assert_int_equal(db_count(reader, SEAT_OWNERS), 1);
    db_close(reader);
}

static void after_an_error_nothing_of_the_transaction_is_kept(void **state)
{
    struct db_fixture *f = *state;
    struct db_query good = DB_QUERY(SALE_ADD, DB_INT(1), DB_INT(1), DB_NULL);
    struct db_query bad = DB_QUERY(SALE_ADD, DB_INT(99), DB_INT(1), DB_NULL);
    int64_t n = 0;
    assert_int_equal(db_begin(f->db, DB_WRITE), ERR_OK);
    assert_int_equal(db_run(f->db, good, NULL), ERR_OK);
    assert_int_equal(db_run(f->db, bad, NULL), ERR_CONFLICT);
    // Whoever swallows the error gets it again from everything that follows.
    assert_int_equal(db_run(f->db, good, NULL), ERR_CONFLICT);
    assert_int_equal(db_one_int(f->db, DB_QUERY(SALE_COUNT), &n), ERR_CONFLICT);
    assert_int_equal(db_end(f->db, ERR_OK), ERR_CONFLICT);
    assert_int_equal(db_count(f->db, SALE_COUNT), 0);
    // A piece takes its error with it, and only its own.
    assert_int_equal(db_begin(f->db, DB_WRITE), ERR_OK);
    assert_int_equal(db_run(f->db, good, NULL), ERR_OK);
    assert_int_equal(db_savepoint(f->db), ERR_OK);
    assert_int_equal(db_run(f->db, bad, NULL), ERR_CONFLICT);
    assert_int_equal(db_release(f->db, ERR_OK), ERR_CONFLICT);
    assert_int_equal(db_end(f->db, ERR_OK), ERR_OK);
    assert_int_equal(db_count(f->db, SALE_COUNT), 1);
}

static enum err sell(struct db *db, void *context)
{
    int64_t *runs = context;
    (*runs)++;
    int64_t changed = 0;
    enum err e = db_run(db, DB_QUERY(SEAT_TAKE, DB_INT(1), DB_TEXT(STR("a"))), &changed);
    if (!e && changed == 0) e = ERR_CONFLICT;
    if (!e) e = db_savepoint(db);
    if (e) return e;
    return db_release(db, db_run(db, DB_QUERY(SALE_ADD, DB_INT(1), DB_INT(5), DB_NULL), NULL));
}

static void whatever_call_fails_the_sale_is_whole_or_absent(void **state)
{
    struct db_fixture *f = *state;
    enum err e = ERR_IO;
    int64_t n = 0;
    int64_t runs = 0;
    while (e && n < 100) {
        db_set_fault(f->db, ++n);
        e = db_transact(f->db, DB_WRITE, sell, &runs);
        bool hit = !db_fault_is_pending(f->db);
        db_set_fault(f->db, 0);
        assert_int_equal(e, hit ? ERR_IO : ERR_OK);
        assert_int_equal(db_count(f->db, SEAT_OWNERS), e ? 0 : 1);
        assert_int_equal(db_count(f->db, SALE_COUNT), e ? 0 : 1);
    }
    // begin, update (open, step), savepoint, insert (open, step), release, commit
    assert_int_equal(n, 9);
}

static void a_migration_is_whole_or_absent_whatever_call_fails(void **state)
{
    struct db_fixture *f = *state;
    struct db *db = f->driver->open(f, DB_SUITE_OTHER, DB_WRITER);
    enum err e = ERR_IO;
    for (int64_t n = 1; e && n < 100; n++) {
        db_set_fault(db, n);
        e = db_migrate(db, test_schema, test_schema_count);
        db_set_fault(db, 0);
        int64_t tables = table_count(f, db, "seat") + table_count(f, db, "sale");
        int64_t version = 0;
        if (table_count(f, db, "schema_version") == 1)
            version = db_count(db, "SELECT coalesce(max(version), 0) FROM schema_version");
        assert_int_equal(tables, version);
    }
    assert_int_equal(e, ERR_OK);
    assert_int_equal(db_count(db, "SELECT count(*) FROM schema_version"), 2);
    assert_int_equal(db_migrate(db, test_schema, test_schema_count),
                     ERR_OK); // again: nothing to do
    assert_int_equal(db_count(db, "SELECT count(*) FROM seat"), 2);
    db_close(db);
}

static void a_broken_migration_leaves_the_last_good_version(void **state)
{
    struct db_fixture *f = *state;
    struct db_migration three[] = {
        test_schema[0], test_schema[1], {3, "CREATE TABLE x (y TEXT); NONSENSE"}};
    assert_int_equal(db_migrate(f->db, three, 3), ERR_IO);
    assert_int_equal(db_count(f->db, "SELECT max(version) FROM schema_version"), 2);
    assert_int_equal(table_count(f, f->db, "x"), 0);
}

static void a_file_of_a_newer_program_is_left_alone(void **state)
{
    struct db_fixture *f = *state;
    assert_int_equal(db_migrate(f->db, test_schema, 1), ERR_BAD_INPUT);
    assert_int_equal(db_count(f->db, "SELECT max(version) FROM schema_version"), 2);
}

static void the_same_statement_may_be_open_twice(void **state)
{
    struct db_fixture *f = *state;
    static const char seats[] = "SELECT no FROM seat ORDER BY no";
    struct db_rows outer, inner;
    int64_t pairs = 0;
    db_rows_open(&outer, f->db, DB_QUERY(seats));
    while (db_rows_next(&outer)) {
        db_rows_open(&inner, f->db, DB_QUERY(seats));
        while (db_rows_next(&inner)) {
            pairs += db_int(&outer, 0) * 10 + db_int(&inner, 0);
        }
        assert_int_equal(db_rows_close(&inner), ERR_OK);
    }
    assert_int_equal(db_rows_close(&outer), ERR_OK);
    assert_int_equal(pairs, 11 + 12 + 21 + 22);
}

static void more_statements_than_places_all_work(void **state)
{
    struct db_fixture *f = *state;
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 300; i++) {
            char sql[64];
            snprintf(sql, sizeof(sql), "SELECT %d + $1", i);
            int64_t n = -1;
            assert_int_equal(db_one_int(f->db, DB_QUERY(sql, DB_INT(round)), &n), ERR_OK);
            assert_int_equal(n, i + round);
        }
    }
}

static void a_token_is_what_the_database_says_there(void **state)
{
    struct db_fixture *f = *state;
    struct str text;
    static const char sql[] = "SELECT 'a@b.cn' FROM seat WHERE no = $1 @FOR_UPDATE@";
    assert_int_equal(db_one_text(f->db, DB_QUERY(sql, DB_INT(1)), &f->arena, &text), ERR_OK);
    assert_str(text, "a@b.cn");
}

static void a_reading_transaction_is_one_snapshot(void **state)
{
    struct db_fixture *f = *state;
    struct db *reader = f->driver->open(f, DB_SUITE_MAIN, DB_READER);
    assert_int_equal(db_begin(reader, DB_READ), ERR_OK);
    assert_int_equal(db_count(reader, SALE_COUNT), 0);
    assert_int_equal(db_run(f->db, DB_QUERY(SALE_ADD, DB_INT(1), DB_INT(1), DB_NULL), NULL),
                     ERR_OK);
    assert_int_equal(db_count(reader, SALE_COUNT), 0);
    assert_int_equal(db_end(reader, ERR_OK), ERR_OK);
    assert_int_equal(db_count(reader, SALE_COUNT), 1);
    db_close(reader);
}

// More than a driver would keep of a result at once, with other statements between its rows.
static void a_long_result_comes_whole_whatever_else_is_asked(void **state)
{
    struct db_fixture *f = *state;
    static const char numbers[] =
        "WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL "
        "SELECT i + 1 FROM n WHERE i < 30000) SELECT i, 'row ' || i FROM n";
    for (int64_t every = 1000; every <= 100000; every *= 100) {
        struct db_rows rows;
        int64_t last = 0;
        db_rows_open(&rows, f->db, DB_QUERY(numbers));
        while (db_rows_next(&rows)) {
            assert_int_equal(db_int(&rows, 0), ++last);
            if (last % every == 0) assert_int_equal(db_count(f->db, SALE_COUNT), 0);
            struct str text = db_text_borrow(&rows, 1);
            assert_true(str_starts(text, STR("row ")) && text.len <= 9);
        }
        assert_int_equal(db_rows_close(&rows), ERR_OK);
        assert_int_equal(last, 30000);
    }
    // Left early: the next statement finds a free connection.
    struct db_rows rows;
    db_rows_open(&rows, f->db, DB_QUERY(numbers));
    assert_true(db_rows_next(&rows));
    assert_int_equal(db_rows_close(&rows), ERR_OK);
    assert_int_equal(db_count(f->db, SALE_COUNT), 0);
}

static void an_error_in_the_middle_of_a_result_is_told_at_its_end(void **state)
{
    struct db_fixture *f = *state;
    struct db_rows rows;
    db_rows_open(&rows, f->db, DB_QUERY(f->driver->fails_late));
    int64_t seen = 0;
    while (db_rows_next(&rows)) {
        seen++;
    }
    assert_int_not_equal(db_rows_close(&rows), ERR_OK);
    assert_true(seen > 0);
    assert_int_equal(db_count(f->db, SALE_COUNT), 0);
}

int db_suite(struct db_suite_driver *driver)
{
    const struct CMUnitTest tests[] = {
        DB_SUITE_CASE(parameters_are_bound_by_name),
        DB_SUITE_CASE(values_come_back_as_they_went_in),
        DB_SUITE_CASE(a_text_with_nul_is_refused),
        DB_SUITE_CASE(a_column_of_another_kind_is_damage),
        DB_SUITE_CASE(no_row_is_not_found),
        DB_SUITE_CASE(a_guarded_update_takes_the_seat_once),
        DB_SUITE_CASE(a_constraint_is_a_conflict),
        DB_SUITE_CASE(a_transaction_ended_with_an_error_leaves_nothing),
        DB_SUITE_CASE(a_savepoint_undoes_its_piece_alone),
        DB_SUITE_CASE(a_reader_cannot_write_and_sees_only_what_is_committed),
        DB_SUITE_CASE(after_an_error_nothing_of_the_transaction_is_kept),
        DB_SUITE_CASE(whatever_call_fails_the_sale_is_whole_or_absent),
        DB_SUITE_CASE(a_migration_is_whole_or_absent_whatever_call_fails),
        DB_SUITE_CASE(a_broken_migration_leaves_the_last_good_version),
        DB_SUITE_CASE(a_file_of_a_newer_program_is_left_alone),
        DB_SUITE_CASE(the_same_statement_may_be_open_twice),
        DB_SUITE_CASE(more_statements_than_places_all_work),
        DB_SUITE_CASE(a_token_is_what_the_database_says_there),
        DB_SUITE_CASE(a_reading_transaction_is_one_snapshot),
        DB_SUITE_CASE(a_long_result_comes_whole_whatever_else_is_asked),
        DB_SUITE_CASE(an_error_in_the_middle_of_a_result_is_told_at_its_end),
    };
    return cmocka_run_group_tests_name("db", tests, NULL, NULL);
}
