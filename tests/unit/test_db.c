#include "harness/test.h"

#include "db/db.h"
#include "db/db_driver.h"
#include "test_db/test_schema.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct fixture {
    char dir[64];
    char path[96];
    char other[96];
    struct arena arena;
    struct db *db;
};

static int setup(void **state)
{
    struct fixture *f = test_calloc(1, sizeof(*f));
    snprintf(f->dir, sizeof(f->dir), "/tmp/test_db.XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    snprintf(f->path, sizeof(f->path), "%s/a.db", f->dir);
    snprintf(f->other, sizeof(f->other), "%s/b.db", f->dir);
    arena_init(&f->arena, 1 << 20);
    assert_int_equal(db_open_sqlite(&f->arena, f->path, DB_WRITER, &f->db), ERR_OK);
    assert_int_equal(db_migrate(f->db, test_schema, test_schema_count), ERR_OK);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    db_close(f->db);
    arena_deinit(&f->arena);
    static const char *const names[] = {"a.db", "a.db-wal", "a.db-shm",
                                        "b.db", "b.db-wal", "b.db-shm"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char path[128];
        snprintf(path, sizeof(path), "%s/%s", f->dir, names[i]);
        unlink(path);
    }
    assert_int_equal(rmdir(f->dir), 0);
    test_free(f);
    return 0;
}

static const char seat_take[] = "UPDATE seat SET owner = $2 WHERE no = $1 AND owner IS NULL";
static const char seat_owners[] = "SELECT count(*) FROM seat WHERE owner IS NOT NULL";
static const char sale_add[] = "INSERT INTO sale (seat, made_ms, who) VALUES ($1, $2, $3)";
static const char sale_count[] = "SELECT count(*) FROM sale";

static int64_t count(struct db *db, const char *sql)
{
    int64_t n = -1;
    assert_int_equal(db_one_int(db, DB_QUERY(sql), &n), ERR_OK);
    return n;
}

static void parameters_are_bound_by_name(void **state)
{
    struct fixture *f = *state;
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
    struct fixture *f = *state;
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
    struct fixture *f = *state;
    struct db_value text = DB_TEXT(((struct str){"a\0b", 3}));
    assert_int_equal(db_run(f->db, DB_QUERY(sale_add, DB_INT(1), DB_INT(1), text), NULL),
                     ERR_BAD_INPUT);
    assert_int_equal(count(f->db, sale_count), 0);
}

static void a_column_of_another_kind_is_damage(void **state)
{
    struct fixture *f = *state;
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
    struct fixture *f = *state;
    int64_t n = 7;
    assert_int_equal(db_one_int(f->db, DB_QUERY("SELECT no FROM seat WHERE no = 99"), &n),
                     ERR_NOT_FOUND);
    assert_int_equal(n, 7);
}

static void a_guarded_update_takes_the_seat_once(void **state)
{
    struct fixture *f = *state;
    int64_t changed = -1;
    struct db_query first = DB_QUERY(seat_take, DB_INT(1), DB_TEXT(STR("a")));
    struct db_query second = DB_QUERY(seat_take, DB_INT(1), DB_TEXT(STR("b")));
    assert_int_equal(db_run(f->db, first, &changed), ERR_OK);
    assert_int_equal(changed, 1);
    assert_int_equal(db_run(f->db, second, &changed), ERR_OK);
    assert_int_equal(changed, 0);
}

static void a_constraint_is_a_conflict(void **state)
{
    struct fixture *f = *state;
    struct str a = STR("a");
    assert_int_equal(db_run(f->db, DB_QUERY(seat_take, DB_INT(1), DB_TEXT(a)), NULL), ERR_OK);
    assert_int_equal(db_run(f->db, DB_QUERY(seat_take, DB_INT(2), DB_TEXT(a)), NULL), ERR_CONFLICT);
    assert_int_equal(db_run(f->db, DB_QUERY(sale_add, DB_INT(99), DB_INT(1), DB_NULL), NULL),
                     ERR_CONFLICT); // foreign keys are on
}

static void a_transaction_ended_with_an_error_leaves_nothing(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(db_begin(f->db, DB_WRITE), ERR_OK);
    assert_int_equal(db_run(f->db, DB_QUERY(seat_take, DB_INT(1), DB_TEXT(STR("a"))), NULL),
                     ERR_OK);
    assert_int_equal(db_end(f->db, ERR_TOO_BIG), ERR_TOO_BIG);
    assert_int_equal(count(f->db, seat_owners), 0);
}

static void a_savepoint_undoes_its_piece_alone(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(db_begin(f->db, DB_WRITE), ERR_OK);
    for (int i = 1; i <= 3; i++) {
        assert_int_equal(db_savepoint(f->db), ERR_OK);
        enum err e = db_run(f->db, DB_QUERY(sale_add, DB_INT(1), DB_INT(i), DB_NULL), NULL);
        // The second piece fails after it has written.
        if (!e && i == 2)
            e = db_run(f->db, DB_QUERY(sale_add, DB_INT(99), DB_INT(i), DB_NULL), NULL);
        assert_int_equal(db_release(f->db, e), i == 2 ? ERR_CONFLICT : ERR_OK);
    }
    assert_int_equal(db_end(f->db, ERR_OK), ERR_OK);
    assert_int_equal(count(f->db, sale_count), 2);
    assert_int_equal(count(f->db, "SELECT count(*) FROM sale WHERE made_ms = 2"), 0);
}

static void a_reader_cannot_write_and_sees_only_what_is_committed(void **state)
{
    struct fixture *f = *state;
    struct db *reader = NULL;
    assert_int_equal(db_open_sqlite(&f->arena, f->path, DB_READER, &reader), ERR_OK);
    struct db_query take = DB_QUERY(seat_take, DB_INT(1), DB_TEXT(STR("a")));
    assert_int_equal(db_run(reader, take, NULL), ERR_IO);
    assert_int_equal(db_begin(f->db, DB_WRITE), ERR_OK);
    assert_int_equal(db_run(f->db, take, NULL), ERR_OK);
    assert_int_equal(count(reader, seat_owners), 0);
    assert_int_equal(db_end(f->db, ERR_OK), ERR_OK);
    assert_int_equal(count(reader, seat_owners), 1);
    db_close(reader);
}

static void a_reader_of_no_file_is_told_so(void **state)
{
    struct fixture *f = *state;
    struct db *reader = NULL;
    assert_int_equal(db_open_sqlite(&f->arena, f->other, DB_READER, &reader), ERR_NOT_FOUND);
    assert_null(reader);
}

static void the_file_is_for_its_owner_only(void **state)
{
    struct fixture *f = *state;
    struct stat st;
    assert_int_equal(stat(f->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    char wal[128];
    snprintf(wal, sizeof(wal), "%s-wal", f->path);
    assert_int_equal(stat(wal, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void the_pragmas_are_set(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *sql;
        int64_t value;
    } rows[] = {{"PRAGMA synchronous", 2},    {"PRAGMA foreign_keys", 1},
                {"PRAGMA trusted_schema", 0}, {"PRAGMA cell_size_check", 1},
                {"PRAGMA mmap_size", 0},      {"PRAGMA busy_timeout", 5000}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(count(f->db, rows[i].sql), rows[i].value);
    }
    struct str mode;
    assert_int_equal(db_one_text(f->db, DB_QUERY("PRAGMA journal_mode"), &f->arena, &mode), ERR_OK);
    assert_str(mode, "wal");
}

// Fills the file with rows, closes it and writes over its middle.
static void damage(struct fixture *f)
{
    static const char fill[] =
        "INSERT INTO sale (seat, made_ms, who) WITH RECURSIVE n(i) AS (SELECT 1 "
        "UNION ALL SELECT i + 1 FROM n WHERE i < 5000) SELECT 1, i, 'row ' || i FROM n";
    assert_int_equal(db_run(f->db, DB_QUERY(fill), NULL), ERR_OK);
    assert_int_equal(db_check(f->db), ERR_OK);
    db_close(f->db);
    f->db = NULL;
    int fd = open(f->path, O_RDWR);
    assert_true(fd >= 0);
    char junk[4096];
    memset(junk, 0x5a, sizeof(junk));
    for (int page = 6; page < 12; page++) {
        assert_int_equal(pwrite(fd, junk, sizeof(junk), page * 4096), sizeof(junk));
    }
    close(fd);
}

static void a_damaged_page_is_found(void **state)
{
    struct fixture *f = *state;
    damage(f);
    assert_int_equal(db_open_sqlite(&f->arena, f->path, DB_WRITER, &f->db), ERR_OK);
    assert_int_equal(db_check(f->db), ERR_CORRUPT);
    int64_t n;
    assert_int_equal(db_one_int(f->db, DB_QUERY("SELECT sum(length(who)) FROM sale"), &n),
                     ERR_CORRUPT);
}

static void a_file_that_is_no_database_does_not_open(void **state)
{
    struct fixture *f = *state;
    FILE *file = fopen(f->other, "w");
    for (int i = 0; i < 1000; i++) {
        fprintf(file, "this is a letter, not a database\n");
    }
    fclose(file);
    struct db *db = NULL;
    assert_int_equal(db_open_sqlite(&f->arena, f->other, DB_WRITER, &db), ERR_CORRUPT);
    assert_int_equal(db_open_sqlite(&f->arena, f->other, DB_READER, &db), ERR_CORRUPT);
    assert_null(db);
}

static void a_full_disk_is_said_and_the_group_is_not_half_committed(void **state)
{
    struct fixture *f = *state;
    int64_t pages;
    assert_int_equal(db_one_int(f->db, DB_QUERY("PRAGMA max_page_count = 12"), &pages), ERR_OK);
    char big[20000];
    memset(big, 'x', sizeof(big));
    struct db_value text = DB_TEXT(((struct str){big, sizeof(big)}));
    assert_int_equal(db_begin(f->db, DB_WRITE), ERR_OK);
    assert_int_equal(db_savepoint(f->db), ERR_OK);
    assert_int_equal(
        db_release(f->db, db_run(f->db, DB_QUERY(sale_add, DB_INT(1), DB_INT(1), DB_NULL), NULL)),
        ERR_OK);
    assert_int_equal(db_savepoint(f->db), ERR_OK);
    enum err e = ERR_OK;
    for (int i = 0; i < 4 && !e; i++) {
        e = db_run(f->db, DB_QUERY(sale_add, DB_INT(1), DB_INT(2), text), NULL);
    }
    assert_int_equal(e, ERR_FULL);
    assert_int_equal(db_release(f->db, e), ERR_FULL);
    // Whether SQLite kept the transaction or dropped it: nothing is committed piecemeal.
    bool lost = f->db->lost != ERR_OK;
    enum err later = db_run(f->db, DB_QUERY(sale_add, DB_INT(1), DB_INT(3), DB_NULL), NULL);
    enum err ended = db_end(f->db, ERR_OK);
    assert_int_equal(later, lost ? ERR_FULL : ERR_OK);
    assert_int_equal(ended, lost ? ERR_FULL : ERR_OK);
    assert_int_equal(count(f->db, sale_count), lost ? 0 : 2);
}

static void a_dropped_transaction_takes_no_further_statement(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(db_begin(f->db, DB_WRITE), ERR_OK);
    assert_int_equal(db_savepoint(f->db), ERR_OK);
    // ON CONFLICT ROLLBACK makes SQLite drop the transaction, as a broken disk would.
    static const char drop[] = "INSERT OR ROLLBACK INTO seat (no) VALUES (1)";
    enum err e = db_run(f->db, DB_QUERY(drop), NULL);
    assert_int_equal(e, ERR_CONFLICT);
    assert_int_equal(db_release(f->db, e), ERR_CONFLICT);
    assert_int_equal(db_run(f->db, DB_QUERY(sale_add, DB_INT(1), DB_INT(1), DB_NULL), NULL),
                     ERR_CONFLICT);
    assert_int_equal(db_savepoint(f->db), ERR_CONFLICT);
    assert_int_equal(db_end(f->db, ERR_OK), ERR_CONFLICT);
    assert_int_equal(count(f->db, sale_count), 0);
    assert_int_equal(db_run(f->db, DB_QUERY(sale_add, DB_INT(1), DB_INT(1), DB_NULL), NULL),
                     ERR_OK);
}

static void after_an_error_nothing_of_the_transaction_is_kept(void **state)
{
    struct fixture *f = *state;
    struct db_query good = DB_QUERY(sale_add, DB_INT(1), DB_INT(1), DB_NULL);
    struct db_query bad = DB_QUERY(sale_add, DB_INT(99), DB_INT(1), DB_NULL);
    int64_t n = 0;
    assert_int_equal(db_begin(f->db, DB_WRITE), ERR_OK);
    assert_int_equal(db_run(f->db, good, NULL), ERR_OK);
    assert_int_equal(db_run(f->db, bad, NULL), ERR_CONFLICT);
    // Whoever swallows the error gets it again from everything that follows.
    assert_int_equal(db_run(f->db, good, NULL), ERR_CONFLICT);
    assert_int_equal(db_one_int(f->db, DB_QUERY(sale_count), &n), ERR_CONFLICT);
    assert_int_equal(db_end(f->db, ERR_OK), ERR_CONFLICT);
    assert_int_equal(count(f->db, sale_count), 0);
    // A piece takes its error with it, and only its own.
    assert_int_equal(db_begin(f->db, DB_WRITE), ERR_OK);
    assert_int_equal(db_run(f->db, good, NULL), ERR_OK);
    assert_int_equal(db_savepoint(f->db), ERR_OK);
    assert_int_equal(db_run(f->db, bad, NULL), ERR_CONFLICT);
    assert_int_equal(db_release(f->db, ERR_OK), ERR_CONFLICT);
    assert_int_equal(db_end(f->db, ERR_OK), ERR_OK);
    assert_int_equal(count(f->db, sale_count), 1);
}

static enum err sell(struct db *db, void *context)
{
    int64_t *runs = context;
    (*runs)++;
    int64_t changed = 0;
    enum err e = db_run(db, DB_QUERY(seat_take, DB_INT(1), DB_TEXT(STR("a"))), &changed);
    if (!e && changed == 0) e = ERR_CONFLICT;
    if (!e) e = db_savepoint(db);
    if (e) return e;
    return db_release(db, db_run(db, DB_QUERY(sale_add, DB_INT(1), DB_INT(5), DB_NULL), NULL));
}

static void whatever_call_fails_the_sale_is_whole_or_absent(void **state)
{
    struct fixture *f = *state;
    enum err e = ERR_IO;
    int64_t n = 0;
    int64_t runs = 0;
    while (e && n < 100) {
        db_set_fault(f->db, ++n);
        e = db_transact(f->db, DB_WRITE, sell, &runs);
        bool hit = !db_fault_is_pending(f->db);
        db_set_fault(f->db, 0);
        assert_int_equal(e, hit ? ERR_IO : ERR_OK);
        assert_int_equal(count(f->db, seat_owners), e ? 0 : 1);
        assert_int_equal(count(f->db, sale_count), e ? 0 : 1);
    }
    // begin, update (open, step), savepoint, insert (open, step), release, commit
    assert_int_equal(n, 9);
}

static void a_migration_is_whole_or_absent_whatever_call_fails(void **state)
{
    struct fixture *f = *state;
    struct db *db = NULL;
    assert_int_equal(db_open_sqlite(&f->arena, f->other, DB_WRITER, &db), ERR_OK);
    enum err e = ERR_IO;
    for (int64_t n = 1; e && n < 100; n++) {
        db_set_fault(db, n);
        e = db_migrate(db, test_schema, test_schema_count);
        db_set_fault(db, 0);
        int64_t tables =
            count(db, "SELECT count(*) FROM sqlite_schema WHERE name IN ('seat', 'sale')");
        int64_t version = 0;
        if (count(db, "SELECT count(*) FROM sqlite_schema WHERE name = 'schema_version'") == 1)
            version = count(db, "SELECT coalesce(max(version), 0) FROM schema_version");
        assert_int_equal(tables, version);
    }
    assert_int_equal(e, ERR_OK);
    assert_int_equal(count(db, "SELECT count(*) FROM schema_version"), 2);
    assert_int_equal(db_migrate(db, test_schema, test_schema_count),
                     ERR_OK); // again: nothing to do
    assert_int_equal(count(db, "SELECT count(*) FROM seat"), 2);
    db_close(db);
}

static void a_broken_migration_leaves_the_last_good_version(void **state)
{
    struct fixture *f = *state;
    struct db_migration three[] = {
        test_schema[0], test_schema[1], {3, "CREATE TABLE x (y TEXT); NONSENSE"}};
    assert_int_equal(db_migrate(f->db, three, 3), ERR_IO);
    assert_int_equal(count(f->db, "SELECT max(version) FROM schema_version"), 2);
    assert_int_equal(count(f->db, "SELECT count(*) FROM sqlite_schema WHERE name = 'x'"), 0);
}

static void a_file_of_a_newer_program_is_left_alone(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(db_migrate(f->db, test_schema, 1), ERR_BAD_INPUT);
    assert_int_equal(count(f->db, "SELECT max(version) FROM schema_version"), 2);
}

static void the_same_statement_may_be_open_twice(void **state)
{
    struct fixture *f = *state;
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
    struct fixture *f = *state;
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

static void tokens_of_the_other_database_vanish(void **state)
{
    struct fixture *f = *state;
    struct str text;
    static const char sql[] = "SELECT 'a@b.cn' FROM seat WHERE no = $1 @FOR_UPDATE@";
    assert_int_equal(db_one_text(f->db, DB_QUERY(sql, DB_INT(1)), &f->arena, &text), ERR_OK);
    assert_str(text, "a@b.cn");
}

static void a_backup_is_whole_private_and_never_overwrites(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(db_run(f->db, DB_QUERY(sale_add, DB_INT(1), DB_INT(8), DB_NULL), NULL),
                     ERR_OK);
    struct db *reader = NULL;
    assert_int_equal(db_open_sqlite(&f->arena, f->path, DB_READER, &reader), ERR_OK);
    assert_int_equal(db_backup(reader, f->other), ERR_OK);
    assert_int_equal(db_backup(f->db, f->other), ERR_IO);
    db_close(reader);
    struct stat st;
    assert_int_equal(stat(f->other, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    struct db *copy = NULL;
    assert_int_equal(db_open_sqlite(&f->arena, f->other, DB_READER, &copy), ERR_OK);
    assert_int_equal(count(copy, sale_count), 1);
    db_close(copy);
}

static void a_backup_of_damaged_pages_fails_and_leaves_no_file(void **state)
{
    struct fixture *f = *state;
    damage(f);
    assert_int_equal(db_open_sqlite(&f->arena, f->path, DB_WRITER, &f->db), ERR_OK);
    assert_int_equal(db_backup(f->db, f->other), ERR_CORRUPT);
    assert_int_equal(access(f->other, F_OK), -1);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(parameters_are_bound_by_name),
        CASE(values_come_back_as_they_went_in),
        CASE(a_text_with_nul_is_refused),
        CASE(a_column_of_another_kind_is_damage),
        CASE(no_row_is_not_found),
        CASE(a_guarded_update_takes_the_seat_once),
        CASE(a_constraint_is_a_conflict),
        CASE(a_transaction_ended_with_an_error_leaves_nothing),
        CASE(a_savepoint_undoes_its_piece_alone),
        CASE(a_reader_cannot_write_and_sees_only_what_is_committed),
        CASE(a_reader_of_no_file_is_told_so),
        CASE(the_file_is_for_its_owner_only),
        CASE(the_pragmas_are_set),
        CASE(a_damaged_page_is_found),
        CASE(a_file_that_is_no_database_does_not_open),
        CASE(a_full_disk_is_said_and_the_group_is_not_half_committed),
        CASE(a_dropped_transaction_takes_no_further_statement),
        CASE(after_an_error_nothing_of_the_transaction_is_kept),
        CASE(whatever_call_fails_the_sale_is_whole_or_absent),
        CASE(a_migration_is_whole_or_absent_whatever_call_fails),
        CASE(a_broken_migration_leaves_the_last_good_version),
        CASE(a_file_of_a_newer_program_is_left_alone),
        CASE(the_same_statement_may_be_open_twice),
        CASE(more_statements_than_places_all_work),
        CASE(tokens_of_the_other_database_vanish),
        CASE(a_backup_is_whole_private_and_never_overwrites),
        CASE(a_backup_of_damaged_pages_fails_and_leaves_no_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
