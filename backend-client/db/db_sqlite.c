#include "base/log.h"
#include "db/db_driver.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STATEMENTS_MAX 128 // compiled and kept; the one unused for longest gives way
#define PATH_BYTES_MAX 4096

struct statement {
    uint64_t hash;
    uint64_t used_at;
    sqlite3_stmt *stmt;
    bool busy; // its rows are open
};

struct db_sqlite {
    struct db db; // first, so the two pointers are one
    sqlite3 *handle;
    struct buf expanded;
    uint64_t clock; // counts uses, for used_at
    struct statement statements[STATEMENTS_MAX];
};

static struct db_sqlite *self(struct db *db)
{
    return (struct db_sqlite *)db;
}

static enum err err_of(int rc)
{
    switch (rc & 0xFF) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE: return ERR_OK;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return ERR_BUSY;
    case SQLITE_CONSTRAINT: return ERR_CONFLICT;
    case SQLITE_FULL: return ERR_FULL;
    case SQLITE_TOOBIG: return ERR_TOO_BIG;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return ERR_CORRUPT;
    default: return ERR_IO;
    }
}

// The generic text of the code, not sqlite3_errmsg: the latter can quote values.
static enum err fail(struct db_sqlite *me, int rc, const char *sql)
{
    enum err e = err_of(rc);
    int code = me->handle ? sqlite3_extended_errcode(me->handle) : rc;
    if (e && e != ERR_CONFLICT) log_error("sqlite: %s (%d): %s", sqlite3_errstr(rc), code, sql);
    return e;
}

static uint64_t hash_of(const char *sql) // FNV-1a
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (; *sql; sql++) {
        hash = (hash ^ (unsigned char)*sql) * UINT64_C(1099511628211);
    }
    return hash;
}

static enum err prepare(struct db_sqlite *me, const char *sql, unsigned flags, sqlite3_stmt **out)
{
    const char *tail = NULL;
    int rc = sqlite3_prepare_v3(me->handle, sql, -1, flags, out, &tail);
    if (rc == SQLITE_OK) {
        CHECK(*out && *tail == '\0'); // one statement, nothing after it
        return ERR_OK;
    }
    // No value is bound yet, so this message quotes nothing but the statement.
    log_error("sqlite: %s: %s", sqlite3_errmsg(me->handle), sql);
    return err_of(rc);
}

// The place for a new statement: a free one, else the one unused for longest. -1 where all are open.
static int place(const struct db_sqlite *me)
{
    int best = -1;
    for (int i = 0; i < STATEMENTS_MAX; i++) {
        const struct statement *s = &me->statements[i];
        if (!s->stmt) return i;
        if (!s->busy && (best < 0 || s->used_at < me->statements[best].used_at)) best = i;
    }
    return best;
}

// `*slot` is -1 for a statement that is not kept: the same text is open already, or all places are.
static enum err statement_get(struct db_sqlite *me, const char *sql, sqlite3_stmt **out,
                              int64_t *slot)
{
    sql = db_expand(me->db.driver, sql, &me->expanded);
    uint64_t hash = hash_of(sql);
    *slot = -1;
    for (int i = 0; i < STATEMENTS_MAX; i++) {
        struct statement *s = &me->statements[i];
        if (!s->stmt || s->hash != hash || strcmp(sqlite3_sql(s->stmt), sql) != 0) continue;
        if (s->busy) return prepare(me, sql, 0, out);
        s->busy = true;
        s->used_at = ++me->clock;
        *slot = i;
        *out = s->stmt;
        return ERR_OK;
    }
    int free_slot = place(me);
    enum err e = prepare(me, sql, free_slot < 0 ? 0 : SQLITE_PREPARE_PERSISTENT, out);
    if (e || free_slot < 0) return e;
    struct statement *s = &me->statements[free_slot];
    sqlite3_finalize(s->stmt);
    *s = (struct statement){.hash = hash, .used_at = ++me->clock, .stmt = *out, .busy = true};
    *slot = free_slot;
    return ERR_OK;
}

static int bind_value(sqlite3_stmt *stmt, int index, const struct db_value *value)
{
    switch (value->kind) {
    case DB_KIND_INT: return sqlite3_bind_int64(stmt, index, value->i);
    case DB_KIND_TEXT:
        // A NULL pointer would bind NULL, and the empty text is not NULL.
        return sqlite3_bind_text64(stmt, index, value->text.ptr ? value->text.ptr : "",
                                   value->text.len, SQLITE_STATIC, SQLITE_UTF8);
    case DB_KIND_NULL:
    case DB_KIND_OTHER: break;
    }
    return sqlite3_bind_null(stmt, index);
}

static void sqlite_rows_close(struct db_rows *rows)
{
    sqlite3_stmt *stmt = rows->cursor;
    if (rows->at < 0) {
        sqlite3_finalize(stmt);
        return;
    }
    sqlite3_reset(stmt);
    sqlite3_clear_bindings(stmt);
    self(rows->db)->statements[rows->at].busy = false;
}

static enum err sqlite_rows_open(struct db_rows *rows, const struct db_query *query)
{
    struct db_sqlite *me = self(rows->db);
    sqlite3_stmt *stmt = NULL;
    enum err e = statement_get(me, query->sql, &stmt, &rows->at);
    if (e) return e;
    rows->cursor = stmt;
    CHECK(sqlite3_bind_parameter_count(stmt) == query->count);
    int rc = SQLITE_OK;
    for (int i = 0; i < query->count && rc == SQLITE_OK; i++) {
        char name[16];
        snprintf(name, sizeof(name), "$%d", i + 1);
        int index = sqlite3_bind_parameter_index(stmt, name);
        CHECK(index > 0);
        rc = bind_value(stmt, index, &query->params[i]);
    }
    if (rc == SQLITE_OK) return ERR_OK;
    sqlite_rows_close(rows);
    return fail(me, rc, query->sql);
}

static enum err sqlite_rows_next(struct db_rows *rows, bool *more)
{
    int rc = sqlite3_step(rows->cursor);
    *more = rc == SQLITE_ROW;
    return fail(self(rows->db), rc, sqlite3_sql(rows->cursor));
}

static struct db_value sqlite_column(struct db_rows *rows, int column)
{
    sqlite3_stmt *stmt = rows->cursor;
    CHECK(column >= 0 && column < sqlite3_column_count(stmt));
    switch (sqlite3_column_type(stmt, column)) {
    case SQLITE_NULL: return DB_NULL;
    case SQLITE_INTEGER: return DB_INT(sqlite3_column_int64(stmt, column));
    case SQLITE_TEXT: break;
    default: return (struct db_value){.kind = DB_KIND_OTHER};
    }
    const char *text = (const char *)sqlite3_column_text(stmt, column);
    return DB_TEXT(((struct str){text, (size_t)sqlite3_column_bytes(stmt, column)}));
}

static int64_t sqlite_changed(struct db_rows *rows)
{
    return sqlite3_changes64(self(rows->db)->handle);
}

static enum err sqlite_script(struct db *db, const char *sql)
{
    struct db_sqlite *me = self(db);
    sql = db_expand(db->driver, sql, &me->expanded);
    int rc = sqlite3_exec(me->handle, sql, NULL, NULL, NULL);
    // Only schema texts come here, so the message quotes nobody's data.
    if (rc != SQLITE_OK) log_error("sqlite: %s", sqlite3_errmsg(me->handle));
    return err_of(rc);
}

static enum err step_once(struct db *db, const char *sql)
{
    struct db_rows rows = {.db = db};
    enum err e = sqlite_rows_open(&rows, &(struct db_query){.sql = sql});
    if (e) return e;
    bool more = true;
    while (more && !e) {
        e = sqlite_rows_next(&rows, &more);
    }
    sqlite_rows_close(&rows);
    return e;
}

static bool sqlite_is_in_transaction(struct db *db)
{
    return !sqlite3_get_autocommit(self(db)->handle);
}

static enum err sqlite_control(struct db *db, enum db_control c)
{
    switch (c) {
    case DB_CONTROL_BEGIN_READ: return step_once(db, "BEGIN");
    case DB_CONTROL_BEGIN_WRITE: return step_once(db, "BEGIN IMMEDIATE");
    case DB_CONTROL_COMMIT: return step_once(db, "COMMIT");
    case DB_CONTROL_ROLLBACK:
        return sqlite_is_in_transaction(db) ? step_once(db, "ROLLBACK") : ERR_OK;
    case DB_CONTROL_SAVEPOINT: return step_once(db, "SAVEPOINT piece");
    case DB_CONTROL_RELEASE: return step_once(db, "RELEASE piece");
    case DB_CONTROL_UNDO: break;
    }
    enum err e = step_once(db, "ROLLBACK TO piece");
    return e ? e : step_once(db, "RELEASE piece");
}

// The first line is "ok", or names the first thing that is wrong.
static enum err check_with(struct db *db, const char *pragma)
{
    struct db_rows rows = {.db = db};
    enum err e = sqlite_rows_open(&rows, &(struct db_query){.sql = pragma});
    if (e) return e;
    bool more = false;
    e = sqlite_rows_next(&rows, &more);
    if (!e && (!more || !str_eq_z(sqlite_column(&rows, 0).text, "ok"))) {
        log_error("sqlite: %s found damage", pragma);
        e = ERR_CORRUPT;
    }
    sqlite_rows_close(&rows);
    return e;
}

static enum err sqlite_check(struct db *db)
{
    return check_with(db, "PRAGMA quick_check(1)");
}

static void sqlite_close(struct db *db)
{
    struct db_sqlite *me = self(db);
    for (int i = 0; i < STATEMENTS_MAX; i++) {
        CHECK(!me->statements[i].busy);
        sqlite3_finalize(me->statements[i].stmt);
    }
    int rc = sqlite3_close(me->handle);
    CHECK(rc == SQLITE_OK);
    buf_deinit(&me->expanded);
    *me = (struct db_sqlite){0};
}

// A whole page of a file is on the disk, and so is its name.
static enum err flush(const char *path)
{
    char folder[PATH_BYTES_MAX];
    const char *slash = strrchr(path, '/');
    size_t len = slash ? (size_t)(slash - path) : 0;
    if (len >= sizeof(folder)) return ERR_TOO_BIG;
    snprintf(folder, sizeof(folder), "%.*s", slash ? (int)len : 1, slash ? path : ".");
    const char *const names[] = {path, len == 0 && slash ? "/" : folder};
    for (size_t i = 0; i < 2; i++) {
        int fd = open(names[i], O_RDONLY | O_CLOEXEC);
        bool flushed = fd >= 0 && fsync(fd) == 0;
        if (!flushed) log_error("%s: cannot flush: %s", names[i], log_errno());
        if (fd >= 0) close(fd);
        if (!flushed) return ERR_IO;
    }
    return ERR_OK;
}

static enum err verify(const char *path)
{
    struct arena arena;
    arena_init(&arena, sizeof(struct db_sqlite) + 64);
    struct db *copy = NULL;
    enum err e = db_open_sqlite(&arena, path, DB_READER, &copy);
    if (!e) e = check_with(copy, "PRAGMA integrity_check(1)");
    db_close(copy);
    arena_deinit(&arena);
    return e;
}

static enum err copy_into(struct db *db, const char *path)
{
    struct db_value target = DB_TEXT(str_from_z(path));
    struct db_rows rows = {.db = db};
    enum err e = sqlite_rows_open(
        &rows, &(struct db_query){.sql = "VACUUM INTO $1", .params = &target, .count = 1});
    if (e) return e;
    bool more = false;
    e = sqlite_rows_next(&rows, &more);
    sqlite_rows_close(&rows);
    return e;
}

static enum err sqlite_backup(struct db *db, const char *path)
{
    // Made here so that nobody else can ever read it; SQLite accepts an empty file.
    int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0) {
        log_error("%s: cannot make the copy: %s", path, log_errno());
        return ERR_IO;
    }
    close(fd);
    // query_only forbids VACUUM INTO, which changes nothing here; the file stays opened read-only.
    bool is_reader = sqlite3_db_readonly(self(db)->handle, "main") == 1;
    enum err e = is_reader ? step_once(db, "PRAGMA query_only = 0") : ERR_OK;
    if (!e) e = copy_into(db, path);
    enum err restored = is_reader ? step_once(db, "PRAGMA query_only = 1") : ERR_OK;
    if (!e) e = restored;
    if (!e) e = verify(path);
    if (!e) e = flush(path);
    if (e) unlink(path);
    return e;
}

static const char columns[] =
    "SELECT m.rowid AS place, m.name AS table_name, c.cid AS position, c.name AS column_name "
    "FROM sqlite_schema m JOIN pragma_table_info(m.name) c "
    "WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'";

static const struct db_token tokens[] = {
    {"@FOR_UPDATE@", ""}, {"@SKIP_LOCKED@", ""}, {"@COLUMNS@", columns}};

static const struct db_driver driver = {
    .name = "sqlite",
    .is_file = true,
    .tokens = tokens,
    .token_count = sizeof(tokens) / sizeof(tokens[0]),
    .control = sqlite_control,
    .is_in_transaction = sqlite_is_in_transaction,
    .script = sqlite_script,
    .rows_open = sqlite_rows_open,
    .rows_next = sqlite_rows_next,
    .column = sqlite_column,
    .changed = sqlite_changed,
    .rows_close = sqlite_rows_close,
    .check = sqlite_check,
    .backup = sqlite_backup,
    .close = sqlite_close,
};

// A file that is there is never opened here: closing any descriptor of a file drops every lock that this
// process holds on it (POSIX), and without SQLite's locks another program that looks into the database
// takes itself for the last one and removes the log beside it, with all that stands only there.
static enum err make_file(const char *path, enum db_access access)
{
    struct stat st;
    if (stat(path, &st) == 0) return ERR_OK;
    if (errno == ENOENT && access == DB_READER) return ERR_NOT_FOUND;
    int fd = errno == ENOENT ? open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600) : -1;
    if (fd < 0 && errno == EEXIST) return ERR_OK;
    if (fd < 0) {
        log_error("%s: cannot open: %s", path, log_errno());
        return ERR_IO;
    }
    close(fd);
    return ERR_OK;
}

// The first statement reads the file's head, so a file that is no database is found here.
static enum err set_up(struct db_sqlite *me, enum db_access access)
{
    static const char *const both[] = {
        "PRAGMA foreign_keys = 1",
        "PRAGMA trusted_schema = 0",
        "PRAGMA cell_size_check = 1",
        "PRAGMA mmap_size = 0",
        // What a savepoint would put back stays in memory: a file each time costs a booking half as much again.
        "PRAGMA temp_store = MEMORY",
    };
    static const char *const writer[] = {
        "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL",
        "PRAGMA journal_size_limit = 16777216", // bytes the log keeps after a checkpoint
    };
    static const char *const reader[] = {
        "SELECT count(*) FROM sqlite_schema",
        "PRAGMA query_only = 1",
    };
    sqlite3_busy_timeout(me->handle, DB_BUSY_WAIT_MS);
    sqlite3_limit(me->handle, SQLITE_LIMIT_LENGTH, DB_TEXT_BYTES_MAX);
    sqlite3_db_config(me->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(me->handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(me->handle, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    enum err e = ERR_OK;
    for (size_t i = 0; i < sizeof(both) / sizeof(both[0]) && !e; i++) {
        e = step_once(&me->db, both[i]);
    }
    const char *const *own = access == DB_WRITER ? writer : reader;
    size_t own_count = access == DB_WRITER ? sizeof(writer) / sizeof(writer[0])
                                           : sizeof(reader) / sizeof(reader[0]);
    for (size_t i = 0; i < own_count && !e; i++) {
        e = step_once(&me->db, own[i]);
    }
    return e;
}

enum err db_open_sqlite(struct arena *arena, const char *path, enum db_access access,
                        struct db **out)
{
    enum err e = make_file(path, access);
    if (e) return e;
    struct db_sqlite *me = arena_new(arena, struct db_sqlite);
    me->db.driver = &driver;
    buf_init(&me->expanded, DB_SQL_BYTES_MAX);
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                (access == DB_WRITER ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);
    int rc = sqlite3_open_v2(path, &me->handle, flags, NULL);
    e = fail(me, rc, path);
    if (!e) e = set_up(me, access);
    if (e) {
        sqlite_close(&me->db);
    } else {
        *out = &me->db;
    }
    return e;
}
