// Statements with parameters, and their rows.
#include "base/log.h"
#include "pg/pg_own.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NULL_CELL    INT32_C(-1)

// Built-in types of PostgreSQL, fixed in its catalogue.
#define TYPE_NAME    19
#define TYPE_INT8    20
#define TYPE_INT2    21
#define TYPE_INT4    23
#define TYPE_TEXT    25
#define TYPE_VARCHAR 1043

// ---- Statements

static uint64_t hash_of(const char *sql) // FNV-1a
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (; *sql; sql++) {
        hash = (hash ^ (unsigned char)*sql) * UINT64_C(1099511628211);
    }
    return hash;
}

static void name_of(uint64_t number, char out[32])
{
    snprintf(out, 32, "s%llu", (unsigned long long)number);
}

// A type that the kind of the value settles; what is NULL the server finds out from the text.
static Oid type_of(const struct db_value *value)
{
    switch (value->kind) {
    case DB_KIND_INT: return TYPE_INT8;
    case DB_KIND_TEXT: return TYPE_TEXT;
    case DB_KIND_NULL:
    case DB_KIND_OTHER: break;
    }
    return 0;
}

static enum err drop(struct db_pg *me, struct pg_statement *s)
{
    char sql[64];
    char name[32];
    name_of(s->number, name);
    s->number = 0;
    buf_clear(&s->sql);
    snprintf(sql, sizeof(sql), "DEALLOCATE %s", name);
    return pg_simple(me, sql);
}

static enum err prepare(struct db_pg *me, const struct db_query *query, struct pg_statement *s)
{
    Oid types[DB_PARAMS_MAX];
    char name[32];
    for (int i = 0; i < query->count; i++) {
        types[i] = type_of(&query->params[i]);
    }
    name_of(++me->number, name);
    const char *sql = db_expand(me->db.driver, query->sql, &me->expanded);
    PGresult *result = PQprepare(me->conn, name, sql, query->count, types);
    if (PQresultStatus(result) != PGRES_COMMAND_OK) {
        // No value is bound yet, so this message quotes nothing but the statement.
        log_error("postgres: %s", PQerrorMessage(me->conn));
        return pg_fail(me, result, query->sql);
    }
    PQclear(result);
    s->number = me->number;
    s->hash = hash_of(query->sql);
    buf_init(&s->sql, DB_SQL_BYTES_MAX);
    buf_add_z(&s->sql, query->sql);
    return buf_err(&s->sql);
}

static enum err statement_get(struct db_pg *me, const struct db_query *query,
                              struct pg_statement **out)
{
    uint64_t hash = hash_of(query->sql);
    struct pg_statement *place = &me->statements[0];
    for (int i = 0; i < PG_STATEMENTS_MAX; i++) {
        struct pg_statement *s = &me->statements[i];
        bool is_it = s->number && s->hash == hash && str_eq_z(buf_str(&s->sql), query->sql);
        if (is_it) {
            s->used_at = ++me->clock;
            *out = s;
            return ERR_OK;
        }
        if (place->number && (!s->number || s->used_at < place->used_at)) place = s;
    }
    enum err e = place->number ? drop(me, place) : ERR_OK;
    buf_deinit(&place->sql);
    if (!e) e = prepare(me, query, place);
    place->used_at = ++me->clock;
    *out = place;
    return e;
}

// Numbers travel as text and texts as they are, which needs no NUL behind them.
static enum err send(struct db_pg *me, const struct pg_statement *s, const struct db_query *query)
{
    char name[32];
    char numbers[DB_PARAMS_MAX][24];
    const char *values[DB_PARAMS_MAX];
    int lengths[DB_PARAMS_MAX];
    int formats[DB_PARAMS_MAX];
    for (int i = 0; i < query->count; i++) {
        const struct db_value *v = &query->params[i];
        values[i] = NULL;
        lengths[i] = 0;
        formats[i] = 0;
        if (v->kind == DB_KIND_INT) {
            snprintf(numbers[i], sizeof(numbers[i]), "%lld", (long long)v->i);
            values[i] = numbers[i];
        } else if (v->kind == DB_KIND_TEXT) {
            if (v->text.len > DB_TEXT_BYTES_MAX) return ERR_TOO_BIG;
            values[i] = v->text.ptr ? v->text.ptr : "";
            lengths[i] = (int)v->text.len;
            formats[i] = 1;
        }
    }
    name_of(s->number, name);
    int sent = PQsendQueryPrepared(me->conn, name, query->count, values, lengths, formats, 0);
    if (sent && PQsetSingleRowMode(me->conn)) return ERR_OK;
    return pg_fail(me, NULL, query->sql);
}

// ---- Rows

static enum db_kind kind_of(Oid type)
{
    switch (type) {
    case TYPE_INT2:
    case TYPE_INT4:
    case TYPE_INT8: return DB_KIND_INT;
    case TYPE_NAME:
    case TYPE_TEXT:
    case TYPE_VARCHAR: return DB_KIND_TEXT;
    default: return DB_KIND_OTHER;
    }
}

static void keep_shape(struct pg_cursor *c, const PGresult *result)
{
    c->column_count = PQnfields(result);
    CHECK(c->column_count <= PG_COLUMNS_MAX);
    for (int i = 0; i < c->column_count; i++) {
        c->kinds[i] = kind_of(PQftype(result, i));
    }
}

// A cell is its length and its bytes; a number's are those of the machine.
static void keep_cell(struct buf *to, int32_t len, const void *bytes)
{
    buf_add(to, (struct str){(const char *)&len, sizeof(len)});
    if (len > 0) buf_add(to, (struct str){bytes, (size_t)len});
}

static void keep_row(const struct pg_cursor *c, const PGresult *result, struct buf *to)
{
    for (int i = 0; i < c->column_count; i++) {
        const char *text = PQgetvalue(result, 0, i); // ends in NUL
        if (PQgetisnull(result, 0, i)) {
            keep_cell(to, NULL_CELL, NULL);
        } else if (c->kinds[i] == DB_KIND_INT) {
            int64_t number = strtoll(text, NULL, 10); // as the server writes its own
            keep_cell(to, sizeof(number), &number);
        } else {
            keep_cell(to, PQgetlength(result, 0, i), text);
        }
    }
}

static void take_result(struct db_pg *me, struct pg_cursor *c, PGresult *result, struct buf *to)
{
    ExecStatusType status = PQresultStatus(result);
    bool is_row = status == PGRES_SINGLE_TUPLE;
    bool is_end = status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
    if (!is_row && !is_end) {
        enum err e = pg_fail(me, result, c->sql);
        if (!c->err) c->err = e;
        return;
    }
    if (c->column_count == 0) keep_shape(c, result);
    if (is_row && !c->err) keep_row(c, result, to);
    if (!c->err) c->err = buf_err(to);
    int64_t changed = 0;
    if (is_end && str_to_int(str_from_z(PQcmdTuples(result)), 0, INT64_MAX, &changed))
        c->changed = changed;
    PQclear(result);
}

// Reads on until there are that many bytes, or all of it.
static void fetch(struct db_pg *me, struct pg_cursor *c, struct buf *to, size_t bytes)
{
    while (c->live && to->len < bytes) {
        PGresult *result = PQgetResult(me->conn);
        if (result) {
            take_result(me, c, result, to);
        } else {
            c->live = false;
            me->live = NULL;
        }
    }
}

void pg_settle(struct db_pg *me)
{
    if (me->live) fetch(me, me->live, &me->live->rest, SIZE_MAX);
}

static struct pg_cursor *cursor_new(struct db_pg *me)
{
    for (int i = 0; i < PG_CURSORS_MAX; i++) {
        struct pg_cursor *c = &me->cursors[i];
        if (c->open) continue;
        *c = (struct pg_cursor){.open = true};
        buf_init(&c->cells, PG_RESULT_BYTES_MAX);
        buf_init(&c->rest, PG_RESULT_BYTES_MAX);
        return c;
    }
    CHECK(false);
    return NULL;
}

enum err pg_rows_open(struct db_rows *rows, const struct db_query *query)
{
    struct db_pg *me = pg_self(rows->db);
    struct pg_statement *s = NULL;
    enum err e = pg_ready(me);
    if (!e) e = statement_get(me, query, &s);
    if (!e) e = send(me, s, query);
    if (e) return e;
    struct pg_cursor *c = cursor_new(me);
    c->sql = query->sql;
    c->live = true;
    me->live = c;
    rows->cursor = c;
    fetch(me, c, &c->cells, PG_CHUNK_BYTES);
    e = c->err;
    if (e) pg_rows_close(rows);
    return e;
}

static struct db_value cell_of(struct pg_cursor *c, int column)
{
    int32_t len;
    memcpy(&len, c->cells.bytes + c->at, sizeof(len));
    c->at += sizeof(len);
    if (len == NULL_CELL) return DB_NULL;
    struct db_value value = {.kind = c->kinds[column],
                             .text = {c->cells.bytes + c->at, (size_t)len}};
    if (value.kind == DB_KIND_INT) memcpy(&value.i, value.text.ptr, sizeof(value.i));
    c->at += (size_t)len;
    return value;
}

// What is here has been handed out; the next piece takes its place.
static void turn_over(struct db_pg *me, struct pg_cursor *c)
{
    struct buf spent = c->cells;
    c->cells = c->rest;
    c->rest = spent;
    buf_clear(&c->rest);
    c->at = 0;
    fetch(me, c, &c->cells, PG_CHUNK_BYTES);
}

enum err pg_rows_next(struct db_rows *rows, bool *more)
{
    struct db_pg *me = pg_self(rows->db);
    struct pg_cursor *c = rows->cursor;
    if (c->at == c->cells.len) turn_over(me, c);
    *more = !c->err && c->at < c->cells.len;
    for (int i = 0; *more && i < c->column_count; i++) {
        c->row[i] = cell_of(c, i);
    }
    return c->err;
}

struct db_value pg_column(struct db_rows *rows, int column)
{
    const struct pg_cursor *c = rows->cursor;
    CHECK(column >= 0 && column < c->column_count);
    return c->row[column];
}

int64_t pg_changed(struct db_rows *rows)
{
    const struct pg_cursor *c = rows->cursor;
    return c->changed;
}

// Rows that nobody wants any more are still on their way; they are taken off the line one by one.
void pg_rows_close(struct db_rows *rows)
{
    struct db_pg *me = pg_self(rows->db);
    struct pg_cursor *c = rows->cursor;
    while (c->live) {
        buf_clear(&c->cells);
        fetch(me, c, &c->cells, PG_CHUNK_BYTES);
    }
    buf_deinit(&c->cells);
    buf_deinit(&c->rest);
    *c = (struct pg_cursor){0};
}
