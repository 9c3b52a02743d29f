#include "cache/cache_column.h"
#include "cache/cache_file.h"

static const char self_ends[] = "SELECT base_seq, base_hash, safe, acked, floor_ms FROM self";
static const char op_hash[] = "SELECT hash FROM op WHERE seq = $1";
// A damaged answer counts as none.
static const char ops_select[] =
    "SELECT bytes, CASE WHEN seat > 0 AND typeof(epoch) = 'integer' THEN epoch ELSE 0 END "
    "FROM op WHERE seq >= $1 AND seq < $1 + $2 ORDER BY seq";
static const char unsent_select[] = "SELECT op_seq - acked FROM self";
static const char number_select[] = "SELECT number FROM fact WHERE name = $1";
static const char text_select[] = "SELECT text FROM fact WHERE name = $1";

enum err cache_op_hash(struct db *db, int64_t seq, struct crypt_hash *out)
{
    struct db_rows row;
    enum err e = db_one(&row, db, DB_QUERY(op_hash, DB_INT(seq)));
    if (e) return e;
    *out = cache_column_hash(&row, 0);
    return db_rows_close(&row);
}

enum err cache_ends_get(struct db *db, struct cache_ends *out)
{
    struct db_rows row;
    enum err e = db_one(&row, db, DB_QUERY(self_ends));
    if (e) return e;
    *out = (struct cache_ends){db_int(&row, 0), cache_column_hash(&row, 1), db_int(&row, 2),
                               db_int(&row, 3), db_int(&row, 4)};
    return db_rows_close(&row);
}

static enum err read_ops(struct db *db, struct arena *arena, int count_max, size_t bytes_max,
                         struct cache_batch *out)
{
    struct db_rows rows;
    size_t bytes = 0;
    bool fits = true;
    db_rows_open(&rows, db, DB_QUERY(ops_select, DB_INT(out->from), DB_INT(count_max)));
    while (fits && db_rows_next(&rows)) {
        struct str text = db_text_borrow(&rows, 0);
        bytes += text.len;
        fits = out->count == 0 || bytes <= bytes_max;
        if (text.len > OP_BYTES_MAX) cache_column_bad(&rows, 0);
        if (!fits || rows.err) continue;
        out->had_epoch[out->count] = db_int(&rows, 1);
        out->ops[out->count++] = str_copy(arena, text);
    }
    return db_rows_close(&rows);
}

enum err cache_ledger_batch(struct cache_ledger *l, struct arena *arena, int64_t from,
                            int count_max, size_t bytes_max, struct cache_batch *out)
{
    CHECK(from >= 1 && count_max >= 1 && count_max <= OP_BATCH_MAX);
    struct cache_ends ends;
    *out = (struct cache_batch){.from = from};
    enum err e = db_begin(l->db, DB_READ);
    if (e) return e;
    e = cache_ends_get(l->db, &ends);
    if (!e && from <= ends.base_seq) e = ERR_NOT_FOUND;
    out->prev = ends.base_hash;
    if (!e && from > ends.base_seq + 1) e = cache_op_hash(l->db, from - 1, &out->prev);
    if (!e) e = read_ops(l->db, arena, count_max, bytes_max, out);
    return db_end(l->db, e);
}

enum err cache_ledger_unsent(struct cache_ledger *l, int64_t *count)
{
    return db_one_int(l->db, DB_QUERY(unsent_select), count);
}

static enum err number_get(struct cache_ledger *l, struct str name, int64_t *out)
{
    enum err e = db_one_int(l->db, DB_QUERY(number_select, DB_TEXT(name)), out);
    if (e != ERR_NOT_FOUND) return e;
    *out = 0;
    return ERR_OK;
}

enum err cache_ledger_release(struct cache_ledger *l, int64_t *version)
{
    return number_get(l, STR("release"), version);
}

enum err cache_ledger_pin_key(struct cache_ledger *l, struct crypt_key *out)
{
    return cache_pin_key(l->db, out);
}

enum err cache_pin_key(struct db *db, struct crypt_key *out)
{
    struct db_rows row;
    enum err e = db_one(&row, db, DB_QUERY(text_select, DB_TEXT(STR("pin_key"))));
    if (e) return e;
    struct str hex = db_text_borrow(&row, 0);
    if (!row.err && !hex_to_bytes(hex, out->bytes, sizeof(out->bytes))) cache_column_bad(&row, 0);
    return db_rows_close(&row);
}
