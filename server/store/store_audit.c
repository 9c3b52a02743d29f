#include "crypt/hash.h"
#include "store/store_own.h"

static const char LAST[] = "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1 @FOR_UPDATE@";
static const char ADD[] =
    "INSERT INTO audit (seq, at_ms, actor, action, object, detail, prev_hash, hash) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
static const char ALL[] = "SELECT seq, at_ms, actor, action, object, detail, prev_hash, hash "
                          "FROM audit ORDER BY seq";

struct link {
    int64_t seq;
    int64_t at_ms;
    struct store_audit row;
};

// The lengths keep two rows with shifted borders apart.
static struct crypt_hash hash_of(struct arena *a, const struct crypt_hash *prev,
                                 const struct link *link)
{
    const struct store_audit *row = &link->row;
    struct str text = str_printf(
        a, "%lld %lld %zu %zu %zu %zu\n%.*s\n%.*s\n%.*s\n%.*s\n", (long long)link->seq,
        (long long)link->at_ms, row->actor.len, row->action.len, row->object.len, row->detail.len,
        STR_ARG(row->actor), STR_ARG(row->action), STR_ARG(row->object), STR_ARG(row->detail));
    return crypt_chain(prev, text);
}

static enum err last_link(struct store *s, int64_t *seq, struct crypt_hash *hash)
{
    struct db_rows row;
    enum err e = db_one(&row, s->db, DB_QUERY(LAST));
    if (e == ERR_NOT_FOUND) return ERR_OK;
    if (e) return e;
    *seq = db_int(&row, 0);
    *hash = store_hash_column(&row, 1);
    return db_rows_close(&row);
}

enum err store_audit(struct store *s, const struct store_audit *row)
{
    CHECK(row->actor.len + row->action.len + row->object.len + row->detail.len <=
          STORE_AUDIT_TEXT_MAX);
    struct crypt_hash prev = {0};
    struct link link = {.at_ms = store_now(s), .row = *row};
    enum err e = last_link(s, &link.seq, &prev);
    if (e) return e;
    link.seq++;
    size_t mark = arena_mark(&s->scratch);
    struct crypt_hash hash = hash_of(&s->scratch, &prev, &link);
    e = db_run(s->db,
               DB_QUERY(ADD, DB_INT(link.seq), DB_INT(link.at_ms), DB_TEXT(row->actor),
                        DB_TEXT(row->action), DB_TEXT(row->object), DB_TEXT(row->detail),
                        DB_TEXT(crypt_hash_str(&s->scratch, &prev)),
                        DB_TEXT(crypt_hash_str(&s->scratch, &hash))),
               NULL);
    arena_rewind(&s->scratch, mark);
    return e;
}

enum err store_audit_check(struct store *s, store_violation_fn *fn, void *context, int *violations)
{
    struct crypt_hash prev = {0};
    struct db_rows rows;
    size_t mark = arena_mark(&s->scratch);
    db_rows_open(&rows, s->db, DB_QUERY(ALL));
    for (int64_t seq = 1; db_rows_next(&rows); seq++) {
        arena_rewind(&s->scratch, mark);
        struct link link = {.seq = db_int(&rows, 0), .at_ms = db_int(&rows, 1)};
        link.row.actor = db_text(&rows, 2, &s->scratch);
        link.row.action = db_text(&rows, 3, &s->scratch);
        link.row.object = db_text(&rows, 4, &s->scratch);
        link.row.detail = db_text(&rows, 5, &s->scratch);
        struct crypt_hash told_prev = store_hash_column(&rows, 6);
        struct crypt_hash told = store_hash_column(&rows, 7);
        struct crypt_hash hash = hash_of(&s->scratch, &prev, &link);
        bool fits =
            link.seq == seq && crypt_hash_eq(&told_prev, &prev) && crypt_hash_eq(&told, &hash);
        if (!fits) {
            (*violations)++;
            fn(context,
               str_printf(&s->scratch, "audit: the chain breaks at row %lld", (long long)seq));
            break;
        }
        prev = told;
    }
    arena_rewind(&s->scratch, mark);
    return db_rows_close(&rows);
}
