// Whole tables, known from the database's own list of them, so that no table and no column is forgotten.
#include "base/log.h"
#include "store/store_own.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SQL_BYTES_MAX 8192
#define VERSION_TABLE "schema_version" // of both sides alike, or they would not be open

static const char COLUMNS[] =
    "SELECT table_name, column_name FROM (@COLUMNS@) AS c ORDER BY place, position";

struct table {
    struct str name;
    struct str columns[DB_PARAMS_MAX];
    int column_count;
};

struct table_list {
    struct table tables[STORE_TABLES_MAX];
    int count;
};

// In the order of their making, in which a table comes after those it refers to.
static enum err tables_read(struct store *s, struct arena *a, struct table_list *out)
{
    struct db_rows rows;
    struct table *t = NULL;
    bool fits = true;
    db_rows_open(&rows, s->db, DB_QUERY(COLUMNS));
    while (fits && db_rows_next(&rows)) {
        struct str name = db_text(&rows, 0, a);
        if (!t || !str_eq(t->name, name)) {
            fits = out->count < STORE_TABLES_MAX;
            if (!fits) break;
            t = &out->tables[out->count++];
            *t = (struct table){.name = name};
        }
        fits = t->column_count < DB_PARAMS_MAX;
        if (fits) t->columns[t->column_count++] = db_text(&rows, 1, a);
    }
    enum err e = db_rows_close(&rows);
    if (!e && !fits) log_error("store: more tables or columns than a copy can take");
    return !e && !fits ? ERR_TOO_BIG : e;
}

// The names are those of our own schema, and quoted.
static void add_columns(struct buf *sql, const struct table *t)
{
    for (int i = 0; i < t->column_count; i++) {
        buf_addf(sql, "%s\"%.*s\"", i > 0 ? ", " : "", STR_ARG(t->columns[i]));
    }
}

static enum err end_text(struct buf *sql)
{
    buf_add(sql, (struct str){"", 1});
    return buf_err(sql);
}

static enum err select_write(const struct table *t, struct buf *sql)
{
    buf_clear(sql);
    buf_add_z(sql, "SELECT ");
    add_columns(sql, t);
    buf_addf(sql, " FROM \"%.*s\"", STR_ARG(t->name));
    return end_text(sql);
}

static enum err insert_write(const struct table *t, struct buf *sql)
{
    buf_clear(sql);
    buf_addf(sql, "INSERT INTO \"%.*s\" (", STR_ARG(t->name));
    add_columns(sql, t);
    buf_add_z(sql, ") VALUES (");
    for (int i = 0; i < t->column_count; i++) {
        buf_addf(sql, "%s$%d", i > 0 ? ", " : "", i + 1);
    }
    buf_add_z(sql, ")");
    return end_text(sql);
}

// ---- Totals

// The lengths keep two rows with shifted borders apart.
static struct crypt_hash hash_of(struct buf *text, const struct db_value *values, int count)
{
    buf_clear(text);
    for (int i = 0; i < count; i++) {
        const struct db_value *v = &values[i];
        if (v->kind == DB_KIND_INT) {
            buf_addf(text, "i%lld ", (long long)v->i);
        } else if (v->kind == DB_KIND_TEXT) {
            buf_addf(text, "t%zu ", v->text.len);
            buf_add(text, v->text);
        } else {
            buf_add_z(text, "n ");
        }
    }
    return crypt_sha256(buf_str(text));
}

static void total_add(struct store_total *total, struct crypt_hash hash)
{
    total->row_count++;
    for (int lane = 0; lane < 4; lane++) {
        uint64_t n;
        memcpy(&n, hash.bytes + (size_t)lane * sizeof(n), sizeof(n));
        total->sum[lane] += n;
    }
}

struct buffers {
    struct buf read;
    struct buf insert;
    struct buf row;
};

static void buffers_init(struct buffers *b)
{
    buf_init(&b->read, SQL_BYTES_MAX);
    buf_init(&b->insert, SQL_BYTES_MAX);
    buf_init(&b->row, 2 * DB_TEXT_BYTES_MAX);
}

static void buffers_deinit(struct buffers *b)
{
    buf_deinit(&b->read);
    buf_deinit(&b->insert);
    buf_deinit(&b->row);
}

// Reads a table, and writes each row into the same table of `to`, where that is given.
static enum err table_read(struct store *s, const struct table *t, struct store *to,
                           struct buffers *b, struct store_total *total)
{
    struct db_rows rows;
    snprintf(total->table, sizeof(total->table), "%.*s", STR_ARG(t->name));
    enum err e = select_write(t, &b->read);
    if (!e) e = insert_write(t, &b->insert);
    if (e) return e;
    db_rows_open(&rows, s->db, DB_QUERY(b->read.bytes));
    while (!e && db_rows_next(&rows)) {
        struct db_value values[DB_PARAMS_MAX];
        for (int i = 0; i < t->column_count; i++) {
            values[i] = db_column(&rows, i);
            if (values[i].kind == DB_KIND_OTHER) store_column_bad(&rows, "value");
        }
        total_add(total, hash_of(&b->row, values, t->column_count));
        e = buf_err(&b->row);
        if (to && !e)
            e = db_run(to->db, (struct db_query){b->insert.bytes, values, t->column_count}, NULL);
    }
    enum err closed = db_rows_close(&rows);
    return e ? e : closed;
}

static int by_name(const void *a, const void *b)
{
    const struct store_total *x = a;
    const struct store_total *y = b;
    return strcmp(x->table, y->table);
}

enum err store_totals(struct store *s, struct store_total *out, int *count)
{
    struct buffers b;
    size_t mark = arena_mark(&s->scratch);
    struct table_list *list = arena_new(&s->scratch, struct table_list);
    buffers_init(&b);
    memset(out, 0, sizeof(*out) * STORE_TABLES_MAX);
    enum err e = tables_read(s, &s->scratch, list);
    for (int i = 0; !e && i < list->count; i++) {
        e = table_read(s, &list->tables[i], NULL, &b, &out[i]);
    }
    *count = list->count;
    qsort(out, (size_t)list->count, sizeof(*out), by_name);
    buffers_deinit(&b);
    arena_rewind(&s->scratch, mark);
    return e;
}

// ---- Copies

static bool is_empty(const struct store_total *totals, int count)
{
    for (int i = 0; i < count; i++) {
        if (totals[i].row_count > 0 && strcmp(totals[i].table, VERSION_TABLE) != 0) return false;
    }
    return true;
}

static enum err tables_copy(struct store *from, struct store *to)
{
    struct buffers b;
    struct store_total total = {0};
    size_t mark = arena_mark(&from->scratch);
    struct table_list *list = arena_new(&from->scratch, struct table_list);
    buffers_init(&b);
    enum err e = tables_read(from, &from->scratch, list);
    for (int i = 0; !e && i < list->count; i++) {
        if (str_eq_z(list->tables[i].name, VERSION_TABLE)) continue;
        e = table_read(from, &list->tables[i], to, &b, &total);
    }
    buffers_deinit(&b);
    arena_rewind(&from->scratch, mark);
    return e;
}

enum err store_copy(struct store *from, struct store *to, enum store_copy *answer)
{
    size_t mark = arena_mark(&from->scratch);
    struct store_total *ours = arena_array(&from->scratch, struct store_total, STORE_TABLES_MAX);
    struct store_total *theirs = arena_array(&from->scratch, struct store_total, STORE_TABLES_MAX);
    int our_count = 0;
    int their_count = 0;
    *answer = STORE_COPY_NOT_EMPTY;
    enum err e = store_totals(to, theirs, &their_count);
    if (!e && is_empty(theirs, their_count)) {
        *answer = STORE_COPY_DIFFERS;
        e = tables_copy(from, to);
        if (!e) e = store_totals(from, ours, &our_count);
        if (!e) e = store_totals(to, theirs, &their_count);
        bool is_same = !e && our_count == their_count &&
                       memcmp(ours, theirs, sizeof(*ours) * (size_t)our_count) == 0;
        if (is_same) *answer = STORE_COPIED;
    }
    arena_rewind(&from->scratch, mark);
    return e;
}
