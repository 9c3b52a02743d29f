#include "db/db.h"

#include "base/log.h"
#include "db/db_driver.h"

#include <string.h>

// After a full disk or a broken one SQLite rolls back by itself; statements that came after it would
// then each be committed alone. After any other error it would let the transaction go on, which
// PostgreSQL does not.
static enum err leave(struct db *db, enum err e)
{
    if (!e || !db->in_transaction) return e;
    if (db->driver->is_in_transaction(db)) {
        db->spoiled = e;
    } else {
        db->lost = e;
    }
    return e;
}

// Every way into the driver that may fail passes here first.
static enum err enter(struct db *db)
{
    if (db->lost) return db->lost;
    if (db->spoiled) return db->spoiled;
    bool fault = db->fault_in > 0 && --db->fault_in == 0;
    return fault ? leave(db, ERR_IO) : ERR_OK;
}

static enum err control(struct db *db, enum db_control c)
{
    enum err e = enter(db);
    return e ? e : leave(db, db->driver->control(db, c));
}

const char *db_expand(const struct db_driver *driver, const char *sql, struct buf *buf)
{
    if (!strchr(sql, '@')) return sql;
    buf_clear(buf);
    while (*sql) {
        size_t plain = strcspn(sql + 1, "@") + 1; // at least one character, so this ends
        const struct db_token *found = NULL;
        for (size_t i = 0; i < driver->token_count && *sql == '@'; i++) {
            const struct db_token *token = &driver->tokens[i];
            if (strncmp(sql, token->name, strlen(token->name)) == 0) found = token;
        }
        if (found) {
            buf_add_z(buf, found->text);
            plain = strlen(found->name);
        } else {
            buf_add(buf, (struct str){sql, plain});
        }
        sql += plain;
    }
    buf_add(buf, (struct str){"", 1});
    CHECK(buf_err(buf) == ERR_OK);
    return buf->bytes;
}

enum err db_script(struct db *db, const char *sql)
{
    enum err e = enter(db);
    return e ? e : leave(db, db->driver->script(db, sql));
}

struct db_value db_id_value(const struct id *id)
{
    return id_is_none(*id) ? DB_NULL : DB_TEXT(id_str(id));
}

void db_close(struct db *db)
{
    if (db) db->driver->close(db);
}

bool db_is_file(const struct db *db)
{
    return db->driver->is_file;
}

enum err db_check(struct db *db)
{
    enum err e = enter(db);
    return e ? e : db->driver->check(db);
}

enum err db_backup(struct db *db, const char *path)
{
    CHECK(!db->in_transaction);
    enum err e = enter(db);
    return e ? e : db->driver->backup(db, path);
}

enum err db_begin(struct db *db, enum db_mode mode)
{
    CHECK(!db->in_transaction);
    enum err e = control(db, mode == DB_WRITE ? DB_CONTROL_BEGIN_WRITE : DB_CONTROL_BEGIN_READ);
    db->in_transaction = e == ERR_OK;
    return e;
}

enum err db_end(struct db *db, enum err e)
{
    CHECK(db->in_transaction && !db->in_savepoint);
    if (!e) e = control(db, DB_CONTROL_COMMIT);
    // A refused commit leaves the transaction open.
    enum err undone = e ? db->driver->control(db, DB_CONTROL_ROLLBACK) : ERR_OK;
    db->in_transaction = false;
    db->lost = ERR_OK;
    db->spoiled = ERR_OK;
    return e ? e : undone;
}

enum err db_savepoint(struct db *db)
{
    CHECK(db->in_transaction && !db->in_savepoint);
    enum err e = control(db, DB_CONTROL_SAVEPOINT);
    db->in_savepoint = e == ERR_OK;
    return e;
}

enum err db_release(struct db *db, enum err e)
{
    CHECK(db->in_savepoint);
    db->in_savepoint = false;
    if (!e) e = control(db, DB_CONTROL_RELEASE);
    if (!e || db->lost) return e;
    db->spoiled = ERR_OK;
    enum err undone = db->driver->control(db, DB_CONTROL_UNDO);
    // What could not be undone must not be committed with the rest of the group.
    if (undone) db->lost = undone;
    return e;
}

enum err db_transact(struct db *db, enum db_mode mode, db_work_fn *work, void *context)
{
    enum err e = ERR_BUSY;
    for (int i = 0; i < DB_BUSY_TRIES_MAX && e == ERR_BUSY; i++) {
        e = db_begin(db, mode);
        if (!e) e = db_end(db, work(db, context));
    }
    return e;
}

void db_rows_open(struct db_rows *rows, struct db *db, struct db_query query)
{
    CHECK(query.count <= DB_PARAMS_MAX);
    *rows = (struct db_rows){.db = db, .err = enter(db)};
    for (int i = 0; i < query.count && !rows->err; i++) {
        const struct db_value *v = &query.params[i];
        bool is_text = v->kind == DB_KIND_TEXT && v->text.len > 0;
        if (is_text && memchr(v->text.ptr, 0, v->text.len)) rows->err = ERR_BAD_INPUT;
    }
    if (rows->err) return;
    rows->err = leave(db, db->driver->rows_open(rows, &query));
    rows->opened = rows->err == ERR_OK;
}

bool db_rows_next(struct db_rows *rows)
{
    bool more = false;
    if (!rows->err) rows->err = enter(rows->db);
    if (!rows->err) rows->err = leave(rows->db, rows->db->driver->rows_next(rows, &more));
    return more && !rows->err;
}

enum err db_rows_close(struct db_rows *rows)
{
    if (rows->opened) rows->db->driver->rows_close(rows);
    rows->opened = false;
    return rows->err;
}

enum err db_run(struct db *db, struct db_query query, int64_t *changed)
{
    struct db_rows rows;
    db_rows_open(&rows, db, query);
    while (db_rows_next(&rows)) {
    }
    if (!rows.err && changed) *changed = db->driver->changed(&rows);
    return db_rows_close(&rows);
}

static struct db_value column_of(struct db_rows *rows, int column, enum db_kind kind)
{
    if (rows->err) return (struct db_value){.kind = kind};
    struct db_value value = rows->db->driver->column(rows, column);
    if (value.kind == kind) return value;
    log_error("db: column %d is not of the kind asked for", column);
    rows->err = ERR_CORRUPT;
    return (struct db_value){.kind = kind};
}

int64_t db_int(struct db_rows *rows, int column)
{
    return column_of(rows, column, DB_KIND_INT).i;
}

struct str db_text_borrow(struct db_rows *rows, int column)
{
    return column_of(rows, column, DB_KIND_TEXT).text;
}

struct str db_text(struct db_rows *rows, int column, struct arena *arena)
{
    return str_copy(arena, db_text_borrow(rows, column));
}

struct db_value db_column(struct db_rows *rows, int column)
{
    return rows->err ? DB_NULL : rows->db->driver->column(rows, column);
}

bool db_is_null(struct db_rows *rows, int column)
{
    return !rows->err && rows->db->driver->column(rows, column).kind == DB_KIND_NULL;
}

struct id db_id(struct db_rows *rows, int column)
{
    struct id id = {0};
    if (rows->err || db_is_null(rows, column)) return id;
    struct str text = db_text_borrow(rows, column);
    if (!rows->err && !id_parse(text, &id)) {
        log_error("db: column %d is no id", column);
        rows->err = ERR_CORRUPT;
    }
    return id;
}

enum err db_one(struct db_rows *rows, struct db *db, struct db_query query)
{
    db_rows_open(rows, db, query);
    if (db_rows_next(rows)) return ERR_OK;
    enum err e = db_rows_close(rows);
    return e ? e : ERR_NOT_FOUND;
}

enum err db_one_int(struct db *db, struct db_query query, int64_t *out)
{
    struct db_rows row;
    enum err e = db_one(&row, db, query);
    if (e) return e;
    int64_t value = db_int(&row, 0);
    e = db_rows_close(&row);
    if (!e) *out = value;
    return e;
}

enum err db_one_text(struct db *db, struct db_query query, struct arena *arena, struct str *out)
{
    struct db_rows row;
    enum err e = db_one(&row, db, query);
    if (e) return e;
    struct str value = db_text(&row, 0, arena);
    e = db_rows_close(&row);
    if (!e) *out = value;
    return e;
}

void db_set_fault(struct db *db, int64_t n)
{
    db->fault_in = n;
}

bool db_fault_is_pending(const struct db *db)
{
    return db->fault_in > 0;
}
