#include "base/log.h"
#include "store/store_own.h"
#include "wire/wire_feed.h"
#include "wire/wire_row.h"

#include <stdlib.h>
#include <string.h>

static const char HEAD_RISE[] =
    "INSERT INTO feed_head (stream, seq) VALUES ($1, $2) "
    "ON CONFLICT (stream) DO UPDATE SET seq = feed_head.seq + excluded.seq RETURNING seq";
static const char ROW_PUT[] =
    "INSERT INTO feed_row (stream, kind, key, seq, dead, body) VALUES ($1, $2, $3, $4, $5, $6) "
    "ON CONFLICT (stream, kind, key) DO UPDATE "
    "SET seq = excluded.seq, dead = excluded.dead, body = excluded.body";

void store_pending_init(struct store *s)
{
    s->pending.rows = arena_array(&s->scratch, struct store_pending_row, STORE_PENDING_ROWS_MAX);
    buf_init(&s->pending.text, STORE_PENDING_BYTES_MAX);
}

void store_pending_deinit(struct store *s)
{
    buf_deinit(&s->pending.text);
}

void store_pending_clear(struct store *s)
{
    s->pending.count = 0;
    buf_clear(&s->pending.text);
    store_pending_mark(s);
}

void store_pending_mark(struct store *s)
{
    s->pending.command_count = s->pending.count;
    s->pending.command_bytes = s->pending.text.len;
}

void store_pending_undo(struct store *s)
{
    s->pending.count = s->pending.command_count;
    s->pending.text.len = s->pending.command_bytes;
    s->pending.text.overflowed = false;
}

struct str store_stream(struct arena *a, enum feed_stream stream, struct str key)
{
    return str_printf(a, "%s:%.*s", wire_stream_letter(stream), STR_ARG(key));
}

static enum err too_many(void)
{
    log_error("store: a transaction changes more of the feed than one may");
    return ERR_TOO_BIG;
}

static enum err add(struct store *s, struct str stream, enum feed_kind kind, struct str key,
                    const struct feed_row *row)
{
    struct store_pending *p = &s->pending;
    CHECK(p->rows && s->db && stream.len < FEED_STREAM_BYTES_MAX && key.len <= FEED_KEY_BYTES_MAX);
    if (p->count == STORE_PENDING_ROWS_MAX) return too_many();
    struct store_pending_row pending = {.at = p->text.len,
                                        .stream_bytes = (int)stream.len,
                                        .key_bytes = (int)key.len,
                                        .kind = kind,
                                        .is_dead = !row};
    buf_add(&p->text, stream);
    buf_add(&p->text, key);
    size_t value_at = p->text.len;
    enum err e = row ? wire_row_value_write(row, &p->text) : ERR_OK;
    if (e && e != ERR_TOO_BIG) return e;
    if (e || buf_err(&p->text)) return too_many();
    pending.value_bytes = p->text.len - value_at;
    CHECK(pending.value_bytes <= FEED_ROW_BYTES_MAX);
    p->rows[p->count++] = pending;
    return ERR_OK;
}

enum err store_tell(struct store *s, struct str stream_key, const struct feed_row *row)
{
    size_t mark = arena_mark(&s->scratch);
    struct str stream = store_stream(&s->scratch, row->stream, stream_key);
    struct str key = wire_row_key(row, &s->scratch);
    enum err e = add(s, stream, row->kind, key, row->is_dead ? NULL : row);
    arena_rewind(&s->scratch, mark);
    return e;
}

enum err store_tell_gone(struct store *s, struct str stream, enum feed_kind kind, struct str key)
{
    return add(s, stream, kind, key, NULL);
}

// ---- Writing, at the end of the transaction

struct told {
    struct str stream;
    struct str key;
    struct str value;
    enum feed_kind kind;
    bool is_dead;
    int order;  // of the calls
    int number; // its sequence number, counted from the first of this transaction
};

static int by_key(const struct told *a, const struct told *b)
{
    int by_stream = str_compare(a->stream, b->stream);
    if (by_stream != 0) return by_stream;
    if (a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
    return str_compare(a->key, b->key);
}

static int by_key_then_order(const void *a, const void *b)
{
    const struct told *x = a;
    const struct told *y = b;
    int order = by_key(x, y);
    return order != 0 ? order : x->order - y->order;
}

static void tell_of(const struct store_pending *p, int index, struct told *out)
{
    const struct store_pending_row *row = &p->rows[index];
    const char *at = p->text.bytes + row->at;
    size_t stream = (size_t)row->stream_bytes;
    size_t key = (size_t)row->key_bytes;
    *out = (struct told){.stream = {at, stream},
                         .key = {at + stream, key},
                         .value = {at + stream + key, row->value_bytes},
                         .kind = row->kind,
                         .is_dead = row->is_dead,
                         .order = index};
}

// Keeps the last word on each key. The list is sorted.
static int without_doubles(struct told *list, int count)
{
    int kept = 0;
    for (int i = 0; i < count; i++) {
        if (i + 1 < count && by_key(&list[i], &list[i + 1]) == 0) continue;
        list[kept++] = list[i];
    }
    return kept;
}

// Gives the rows of one stream their numbers; answers how many numbers it takes.
static int numbers(struct told *list, int count)
{
    int number = 0;
    int rows = 0;
    size_t bytes = 0;
    for (int i = 0; i < count; i++) {
        if (rows == STORE_SEQ_ROWS_MAX || bytes > STORE_SEQ_BYTES_MAX) {
            number++;
            rows = 0;
            bytes = 0;
        }
        list[i].number = number;
        rows++;
        bytes += list[i].value.len;
    }
    return number + 1;
}

static enum err write_stream(struct store *s, struct told *list, int count)
{
    int64_t taken = numbers(list, count);
    int64_t last = 0;
    struct db_query rise = DB_QUERY(HEAD_RISE, DB_TEXT(list[0].stream), DB_INT(taken));
    enum err e = db_one_int(s->db, rise, &last);
    for (int i = 0; !e && i < count; i++) {
        const struct told *t = &list[i];
        struct str kind = str_from_z(feed_kind_code(t->kind));
        e = db_run(s->db,
                   DB_QUERY(ROW_PUT, DB_TEXT(t->stream), DB_TEXT(kind), DB_TEXT(t->key),
                            DB_INT(last - taken + 1 + t->number), DB_INT(t->is_dead ? 1 : 0),
                            DB_TEXT(t->value)),
                   NULL);
    }
    return e;
}

enum err store_pending_write(struct store *s)
{
    struct store_pending *p = &s->pending;
    if (p->count == 0) return ERR_OK;
    size_t mark = arena_mark(&s->scratch);
    struct told *list = arena_array(&s->scratch, struct told, (size_t)p->count);
    for (int i = 0; i < p->count; i++) {
        tell_of(p, i, &list[i]);
    }
    qsort(list, (size_t)p->count, sizeof(*list), by_key_then_order);
    int count = without_doubles(list, p->count);
    enum err e = ERR_OK;
    for (int from = 0; !e && from < count;) {
        int to = from + 1;
        while (to < count && str_eq(list[to].stream, list[from].stream)) {
            to++;
        }
        e = write_stream(s, &list[from], to - from);
        from = to;
    }
    arena_rewind(&s->scratch, mark);
    return e;
}
