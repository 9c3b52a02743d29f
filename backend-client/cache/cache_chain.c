#include "base/log.h"
#include "cache/cache_column.h"
#include "cache/cache_file.h"

static const char self_count[] = "SELECT count(*) FROM self";
static const char any_count[] = "SELECT (SELECT count(*) FROM op) + (SELECT count(*) FROM held) + "
                                "(SELECT count(*) FROM booking)";
static const char self_insert[] =
    "INSERT INTO self (one, inc, gen, site, op_seq, op_hash, acked, safe, applied, base_seq, "
    "base_hash, pos_county, pos_site, pos_device, floor_ms, letter, ticket_day, ticket_number, "
    "ticket_small) VALUES (1, $1, NULL, '', 0, $2, 0, 0, 0, 0, $2, 0, 0, 0, 0, '', 0, 0, 0)";
static const char ends_select[] = "SELECT base_seq, base_hash, op_seq, op_hash FROM self";
static const char ops_select[] = "SELECT seq, hash, bytes FROM op ORDER BY seq";

// No rule of the schema names these, so SQLite does not miss one whose name is damaged.
static const char answer_columns[] = "SELECT count(*) FROM pragma_table_info('op') WHERE name IN "
                                     "('outcome', 'verdict', 'seat', 'epoch', 'next_seat')";

// The first row of a new file. A file with a log and without this row has lost it.
static enum err begin_life(struct db *db, struct env *env)
{
    int64_t count = 0;
    enum err e = db_one_int(db, DB_QUERY(any_count), &count);
    if (e) return e;
    if (count > 0) {
        log_error("cache: the file has lost its positions");
        return ERR_CORRUPT;
    }
    struct id inc = id_new(env);
    struct crypt_hash zero = {{0}};
    char hash[CRYPT_HASH_HEX_BYTES + 1];
    crypt_hash_hex(&zero, hash);
    return db_run(db, DB_QUERY(self_insert, DB_ID(&inc), DB_TEXT(str_from_z(hash))), NULL);
}

struct chain {
    int64_t seq;
    struct crypt_hash hash;
};

static enum err walk(struct db *db, struct chain *at)
{
    struct db_rows rows;
    bool fits = true;
    db_rows_open(&rows, db, DB_QUERY(ops_select));
    while (fits && db_rows_next(&rows)) {
        struct crypt_hash stored = cache_column_hash(&rows, 1);
        int64_t seq = db_int(&rows, 0);
        struct crypt_hash made = crypt_chain(&at->hash, db_text_borrow(&rows, 2));
        fits = rows.err || (seq == at->seq + 1 && crypt_hash_eq(&stored, &made));
        *at = (struct chain){seq, stored};
    }
    enum err e = db_rows_close(&rows);
    return !e && !fits ? ERR_CORRUPT : e;
}

enum err cache_chain_check(struct db *db, struct env *env, bool *is_new)
{
    int64_t count = 0;
    enum err e = db_one_int(db, DB_QUERY(self_count), &count);
    *is_new = !e && count == 0;
    if (!e) e = db_one_int(db, DB_QUERY(answer_columns), &count);
    if (!e && count != 5) e = ERR_CORRUPT;
    if (*is_new) e = begin_life(db, env);
    if (e) return e;
    struct db_rows row;
    e = db_one(&row, db, DB_QUERY(ends_select));
    if (e) return e;
    struct chain at = {db_int(&row, 0), cache_column_hash(&row, 1)};
    struct chain end = {db_int(&row, 2), cache_column_hash(&row, 3)};
    e = db_rows_close(&row);
    if (!e) e = walk(db, &at);
    bool fits = at.seq == end.seq && crypt_hash_eq(&at.hash, &end.hash);
    if (!e && !fits) e = ERR_CORRUPT;
    if (e == ERR_CORRUPT) log_error("cache: the operation log does not fit its hash");
    return e;
}
