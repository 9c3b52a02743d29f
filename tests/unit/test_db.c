// The suite on SQLite, and what only a file can do.
#include "unit/db_suite.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void make(struct db_fixture *f)
{
    snprintf(f->dir, sizeof(f->dir), "/tmp/test_db.XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    snprintf(f->path, sizeof(f->path), "%s/a.db", f->dir);
    snprintf(f->other, sizeof(f->other), "%s/b.db", f->dir);
}

static void drop(struct db_fixture *f)
{
    static const char *const names[] = {"a.db", "a.db-wal", "a.db-shm",
                                        "b.db", "b.db-wal", "b.db-shm"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char path[128];
        snprintf(path, sizeof(path), "%s/%s", f->dir, names[i]);
        unlink(path);
    }
    assert_int_equal(rmdir(f->dir), 0);
}

static struct db *open_db(struct db_fixture *f, enum db_suite_which which, enum db_access access)
{
    struct db *db = NULL;
    const char *path = which == DB_SUITE_MAIN ? f->path : f->other;
    assert_int_equal(db_open_sqlite(&f->arena, path, access, &db), ERR_OK);
    return db;
}

static void a_reader_of_no_file_is_told_so(void **state)
{
    struct db_fixture *f = *state;
    struct db *reader = NULL;
    assert_int_equal(db_open_sqlite(&f->arena, f->other, DB_READER, &reader), ERR_NOT_FOUND);
    assert_null(reader);
}

static void the_file_is_for_its_owner_only(void **state)
{
    struct db_fixture *f = *state;
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
    struct db_fixture *f = *state;
    static const struct {
        const char *sql;
        int64_t value;
    } rows[] = {{"PRAGMA synchronous", 2},    {"PRAGMA foreign_keys", 1},
                {"PRAGMA trusted_schema", 0}, {"PRAGMA cell_size_check", 1},
                {"PRAGMA mmap_size", 0},      {"PRAGMA busy_timeout", 5000}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(db_count(f->db, rows[i].sql), rows[i].value);
    }
    struct str mode;
    assert_int_equal(db_one_text(f->db, DB_QUERY("PRAGMA journal_mode"), &f->arena, &mode), ERR_OK);
    assert_str(mode, "wal");
}

// Fills the file with rows, closes it and writes over its middle.
static void damage(struct db_fixture *f)
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
    struct db_fixture *f = *state;
    damage(f);
    assert_int_equal(db_open_sqlite(&f->arena, f->path, DB_WRITER, &f->db), ERR_OK);
    assert_int_equal(db_check(f->db), ERR_CORRUPT);
    int64_t n;
    assert_int_equal(db_one_int(f->db, DB_QUERY("SELECT sum(length(who)) FROM sale"), &n),
                     ERR_CORRUPT);
}

static void a_file_that_is_no_database_does_not_open(void **state)
{
    struct db_fixture *f = *state;
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
    struct db_fixture *f = *state;
    int64_t pages;
    assert_int_equal(db_one_int(f->db, DB_QUERY("PRAGMA max_page_count = 12"), &pages), ERR_OK);
    char big[20000];
    memset(big, 'x', sizeof(big));
    struct db_value text = DB_TEXT(((struct str){big, sizeof(big)}));
    assert_int_equal(db_begin(f->db, DB_WRITE), ERR_OK);
    assert_int_equal(db_savepoint(f->db), ERR_OK);
    assert_int_equal(
        db_release(f->db, db_run(f->db, DB_QUERY(SALE_ADD, DB_INT(1), DB_INT(1), DB_NULL), NULL)),
        ERR_OK);
    assert_int_equal(db_savepoint(f->db), ERR_OK);
    enum err e = ERR_OK;
    for (int i = 0; i < 4 && !e; i++) {
        e = db_run(f->db, DB_QUERY(SALE_ADD, DB_INT(1), DB_INT(2), text), NULL);
    }
    assert_int_equal(e, ERR_FULL);
    assert_int_equal(db_release(f->db, e), ERR_FULL);
    // Whether SQLite kept the transaction or dropped it: nothing is committed piecemeal.
    bool lost = f->db->lost != ERR_OK;
    enum err later = db_run(f->db, DB_QUERY(SALE_ADD, DB_INT(1), DB_INT(3), DB_NULL), NULL);
    enum err ended = db_end(f->db, ERR_OK);
    assert_int_equal(later, lost ? ERR_FULL : ERR_OK);
    assert_int_equal(ended, lost ? ERR_FULL : ERR_OK);
    assert_int_equal(db_count(f->db, SALE_COUNT), lost ? 0 : 2);
}

static void a_dropped_transaction_takes_no_further_statement(void **state)
{
    struct db_fixture *f = *state;
    assert_int_equal(db_begin(f->db, DB_WRITE), ERR_OK);
    assert_int_equal(db_savepoint(f->db), ERR_OK);
    // ON CONFLICT ROLLBACK makes SQLite drop the transaction, as a broken disk would.
    static const char drop[] = "INSERT OR ROLLBACK INTO seat (no) VALUES (1)";
    enum err e = db_run(f->db, DB_QUERY(drop), NULL);
    assert_int_equal(e, ERR_CONFLICT);
    assert_int_equal(db_release(f->db, e), ERR_CONFLICT);
    assert_int_equal(db_run(f->db, DB_QUERY(SALE_ADD, DB_INT(1), DB_INT(1), DB_NULL), NULL),
                     ERR_CONFLICT);
    assert_int_equal(db_savepoint(f->db), ERR_CONFLICT);
    assert_int_equal(db_end(f->db, ERR_OK), ERR_CONFLICT);
    assert_int_equal(db_count(f->db, SALE_COUNT), 0);
    assert_int_equal(db_run(f->db, DB_QUERY(SALE_ADD, DB_INT(1), DB_INT(1), DB_NULL), NULL),
                     ERR_OK);
}

static void a_backup_is_whole_private_and_never_overwrites(void **state)
{
    struct db_fixture *f = *state;
    assert_int_equal(db_run(f->db, DB_QUERY(SALE_ADD, DB_INT(1), DB_INT(8), DB_NULL), NULL),
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
    assert_int_equal(db_count(copy, SALE_COUNT), 1);
    db_close(copy);
}

static void a_backup_of_damaged_pages_fails_and_leaves_no_file(void **state)
{
    struct db_fixture *f = *state;
    damage(f);
    assert_int_equal(db_open_sqlite(&f->arena, f->path, DB_WRITER, &f->db), ERR_OK);
    assert_int_equal(db_backup(f->db, f->other), ERR_CORRUPT);
    assert_int_equal(access(f->other, F_OK), -1);
}

int main(void)
{
    struct db_suite_driver sqlite = {
        .make = make,
        .drop = drop,
        .open = open_db,
        .table_count = "SELECT count(*) FROM sqlite_schema WHERE name = $1",
        .fails_late = "SELECT abs(i) FROM (SELECT 1 AS i UNION ALL SELECT -9223372036854775808)"};
    struct db_suite_driver *driver = &sqlite;
    const struct CMUnitTest tests[] = {
        DB_SUITE_CASE(a_reader_of_no_file_is_told_so),
        DB_SUITE_CASE(the_file_is_for_its_owner_only),
        DB_SUITE_CASE(the_pragmas_are_set),
        DB_SUITE_CASE(a_damaged_page_is_found),
        DB_SUITE_CASE(a_file_that_is_no_database_does_not_open),
        DB_SUITE_CASE(a_full_disk_is_said_and_the_group_is_not_half_committed),
        DB_SUITE_CASE(a_dropped_transaction_takes_no_further_statement),
        DB_SUITE_CASE(a_backup_is_whole_private_and_never_overwrites),
        DB_SUITE_CASE(a_backup_of_damaged_pages_fails_and_leaves_no_file),
    };
    int failed = db_suite(driver);
    return failed + cmocka_run_group_tests_name("db on a file", tests, NULL, NULL);
}
