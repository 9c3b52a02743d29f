#include "cache/cache_file.h"

static const char base_update[] = "UPDATE self SET base_seq = $1, base_hash = $2";
static const char ops_delete[] = "DELETE FROM op WHERE seq <= $1";

// What hangs on a sitting that is long over; the sitting itself goes when nothing does.
static const char held_delete[] =
    "DELETE FROM held WHERE rowid IN (SELECT h.rowid FROM held h JOIN sitting s "
    "ON s.id = h.sitting WHERE s.end_ms < $1 LIMIT $2)";
static const char given_delete[] =
    "DELETE FROM given WHERE rowid IN (SELECT g.rowid FROM given g JOIN sitting s "
    "ON s.id = g.sitting WHERE s.end_ms < $1 LIMIT $2)";
static const char booking_delete[] =
    "DELETE FROM booking WHERE rowid IN (SELECT b.rowid FROM booking b JOIN sitting s "
    "ON s.id = b.sitting WHERE s.end_ms < $1 AND b.op_seq <= $3 AND b.state <> 'asked' "
    "AND NOT EXISTS (SELECT 1 FROM held h WHERE h.booking = b.id) LIMIT $2)";
static const char site_booking_delete[] =
    "DELETE FROM site_booking WHERE rowid IN (SELECT b.rowid FROM site_booking b JOIN sitting s "
    "ON s.id = b.sitting WHERE s.end_ms < $1 LIMIT $2)";
static const char sitting_delete[] =
    "DELETE FROM sitting WHERE id IN (SELECT s.id FROM sitting s "
    "WHERE (s.end_ms < $1 OR s.gone = 1) "
    "AND NOT EXISTS (SELECT 1 FROM held h WHERE h.sitting = s.id) "
    "AND NOT EXISTS (SELECT 1 FROM given g WHERE g.sitting = s.id) "
    "AND NOT EXISTS (SELECT 1 FROM booking b WHERE b.sitting = s.id) "
    "AND NOT EXISTS (SELECT 1 FROM site_booking c WHERE c.sitting = s.id) LIMIT $2)";
static const char avail_delete[] =
    "DELETE FROM avail WHERE sitting IN (SELECT a.sitting FROM avail a JOIN sitting s "
    "ON s.id = a.sitting WHERE s.end_ms < $1 LIMIT $2)";

static enum err forget_ops(struct db *db, const struct cache_ends *ends, bool *more)
{
    struct crypt_hash hash;
    char hex[CRYPT_HASH_HEX_BYTES + 1];
    int64_t to = ends->base_seq + CACHE_SWEEP_MAX;
    if (to > ends->safe) to = ends->safe;
    if (to <= ends->base_seq) return ERR_OK;
    *more = *more || to < ends->safe;
    enum err e = cache_op_hash(db, to, &hash);
    if (e) return e;
    crypt_hash_hex(&hash, hex);
    e = db_run(db, DB_QUERY(base_update, DB_INT(to), DB_TEXT(str_from_z(hex))), NULL);
    if (!e) e = db_run(db, DB_QUERY(ops_delete, DB_INT(to)), NULL);
    return cache_refused(e, "forget operations");
}

static enum err forget_rows(struct db *db, struct db_query query, bool *more)
{
    int64_t changed = 0;
    enum err e = db_run(db, query, &changed);
    if (changed >= CACHE_SWEEP_MAX) *more = true;
    return cache_refused(e, "forget what is over");
}

static enum err forget_sittings(struct db *db, int64_t passed_ms, int64_t acked, bool *more)
{
    struct db_value before = DB_INT(passed_ms - CACHE_KEEP_MS);
    struct db_value long_before = DB_INT(passed_ms - CACHE_KEEP_SITTING_MS);
    struct db_value max = DB_INT(CACHE_SWEEP_MAX);
    enum err e = forget_rows(db, DB_QUERY(held_delete, before, max), more);
    if (!e) e = forget_rows(db, DB_QUERY(given_delete, before, max), more);
    if (!e) e = forget_rows(db, DB_QUERY(booking_delete, before, max, DB_INT(acked)), more);
    if (!e) e = forget_rows(db, DB_QUERY(site_booking_delete, before, max), more);
    if (!e) e = forget_rows(db, DB_QUERY(avail_delete, before, max), more);
    if (!e) e = forget_rows(db, DB_QUERY(sitting_delete, long_before, max), more);
    return e;
}

enum err cache_ledger_sweep(struct cache_ledger *l, int64_t now_ms, bool *more)
{
    struct cache_ends ends;
    *more = false;
    enum err e = db_begin(l->db, DB_WRITE);
    if (e) return e;
    e = cache_ends_get(l->db, &ends);
    if (!e) e = forget_ops(l->db, &ends, more);
    int64_t passed_ms = !e && ends.floor_ms < now_ms ? ends.floor_ms : now_ms;
    if (!e) e = forget_sittings(l->db, passed_ms, ends.acked, more);
    return db_end(l->db, e);
}
