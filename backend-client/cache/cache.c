#include "cache/cache.h"

#include "base/log.h"
#include "cache/cache_column.h"
#include "cache/cache_file.h"

#include <stdio.h>

#define CANDIDATES_MAX 32 // bookings under one code; it is random, so there is hardly ever a second

struct cache {
    struct arena arena; // holds this struct and the connection
    struct db *db;
};

static const char is_ready[] =
    "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'feed_other'";
static const char has_self[] = "SELECT count(*) FROM self";
static const char own_site_select[] =
    "SELECT t.code, t.name, t.full_name, t.phone, t.place FROM site t JOIN self ON t.code = "
    "self.site";
static const char sites_select[] =
    "SELECT code, name, full_name, phone, place FROM site ORDER BY place, code LIMIT $1";
static const char site_count[] = "SELECT count(*) FROM site";
static const char workdays_select[] = "SELECT day, is_off FROM workday ORDER BY day DESC LIMIT $1";

static const char queue_select[] = "SELECT day, waiting, desks, minutes_each FROM queue";
static const char lines_select[] =
    "SELECT ticket, planned_ms FROM queue_line WHERE kind = $1 ORDER BY place LIMIT $2";
static const char calls_select[] = "SELECT by, ticket, planned_ms, name, calls, at_ms FROM call "
                                   "ORDER BY at_ms DESC, by LIMIT $1";

// The + keeps SQLite from going through all free seats instead of those of the sitting.
#define WITH_SITTING                                                                      \
    CACHE_SITTING_COLUMNS                                                                 \
    ", c.name, c.kind, a.pool, a.elsewhere, (SELECT coalesce(sum(1 << (h.seat - 1)), 0) " \
    "FROM held h WHERE h.sitting = s.id AND +h.booking IS NULL) "
#define FROM_SITTING                                 \
    "LEFT JOIN counsellor c ON c.id = s.counsellor " \
    "LEFT JOIN avail a ON a.sitting = s.id "

static const char sittings_at_site[] =
    "SELECT " WITH_SITTING "FROM sitting s " FROM_SITTING "WHERE s.site = $3 AND s.gone = 0 AND "
    "s.end_ms > $1 AND s.start_ms < $2 ORDER BY s.start_ms, s.id LIMIT $4";
static const char sittings_everywhere[] =
    "SELECT " WITH_SITTING "FROM sitting s " FROM_SITTING "LEFT JOIN site t ON t.code = s.site "
    "WHERE s.gone = 0 AND s.end_ms > $1 AND s.start_ms < $2 "
    "ORDER BY s.start_ms, t.place, s.site, s.id LIMIT $3";
static const char count_at_site[] = "SELECT count(*) FROM sitting WHERE site = $3 AND gone = 0 "
                                    "AND end_ms > $1 AND start_ms < $2";
static const char count_everywhere[] =
    "SELECT count(*) FROM sitting WHERE gone = 0 AND end_ms > $1 AND start_ms < $2";
static const char sitting_one[] =
    "SELECT " WITH_SITTING "FROM sitting s " FROM_SITTING "WHERE s.id = $1 AND s.gone = 0";

// Both words on a booking, and which of them is the later one: ours, as long as the centre has not
// said that it has seen our last operation about it; else the centre's, where there is one.
#define BOTH_WORDS                                                              \
    "SELECT b.id AS id, b.sitting AS sitting, b.seat AS seat, b.code AS code, " \
    "b.pin_hash AS pin_hash, b.state AS state FROM booking b "                  \
    "WHERE (b.op_seq > (SELECT applied FROM self) "                             \
    "OR NOT EXISTS (SELECT 1 FROM site_booking f WHERE f.id = b.id)) AND b."
#define CENTRES_WORD                                                                              \
    " UNION ALL SELECT f.id, f.sitting, f.seat, f.code, f.pin_hash, f.state FROM site_booking f " \
    "WHERE NOT EXISTS (SELECT 1 FROM booking b WHERE b.id = f.id "                                \
    "AND b.op_seq > (SELECT applied FROM self)) AND f."

static const char booking_by_code[] =
    "SELECT x.id, x.code, x.pin_hash, x.seat, x.state, " WITH_SITTING "FROM (" BOTH_WORDS
    "code = $1" CENTRES_WORD "code = $1) x JOIN sitting s ON s.id = x.sitting " FROM_SITTING
    "ORDER BY x.id LIMIT $2";
static const char booking_by_id[] =
    "SELECT x.id, x.code, x.pin_hash, x.seat, x.state, " WITH_SITTING "FROM (" BOTH_WORDS
    "id = $1" CENTRES_WORD "id = $1) x JOIN sitting s ON s.id = x.sitting " FROM_SITTING;
#define BOOKING_COLUMN_COUNT 5

static enum err begin_reading(struct cache *c)
{
    int64_t count = 0;
    enum err e = db_one_int(c->db, DB_QUERY(is_ready), &count);
    if (!e && count == 1) e = db_one_int(c->db, DB_QUERY(has_self), &count);
    return !e && count == 0 ? ERR_NOT_FOUND : e;
}

enum err cache_open(struct cache **out, const char *data_dir)
{
    char path[FS_PATH_BYTES_MAX];
    int len = snprintf(path, sizeof(path), "%s/" CACHE_FILE, data_dir);
    if (len < 0 || (size_t)len >= sizeof(path)) return ERR_TOO_BIG;
    struct arena arena;
    arena_init(&arena, CACHE_LEDGER_ARENA_BYTES);
    struct cache *c = arena_new(&arena, struct cache);
    enum err e = db_open_sqlite(&arena, path, DB_READER, &c->db);
    if (e) {
        arena_deinit(&arena);
        return e;
    }
    c->arena = arena;
    e = begin_reading(c);
    if (e) {
        cache_close(c);
        return e;
    }
    *out = c;
    return ERR_OK;
}

void cache_close(struct cache *c)
{
    if (!c) return;
    db_close(c->db);
    struct arena arena = c->arena;
    arena_deinit(&arena);
}

enum err cache_begin(struct cache *c)
{
    return db_begin(c->db, DB_READ);
}

void cache_end(struct cache *c)
{
    enum err e = db_end(c->db, ERR_OK);
    if (e) log_warn("cache: the end of a read failed: %s", err_text(e)); // nothing to be lost by it
}

static struct site site_of(struct db_rows *rows, struct arena *a)
{
    struct site site = {.name = db_text(rows, 1, a),
                        .full_name = db_text(rows, 2, a),
                        .phone = db_text(rows, 3, a)};
    cache_column_text(rows, 0, site.code.z, sizeof(site.code.z));
    site.order = cache_column_int(rows, 4, 0, INT32_MAX);
    return site;
}

enum err cache_own_site(struct cache *c, struct arena *a, struct site *out)
{
    struct db_rows row;
    enum err e = db_one(&row, c->db, DB_QUERY(own_site_select));
    if (e) return e;
    *out = site_of(&row, a);
    return db_rows_close(&row);
}

enum err cache_sites(struct cache *c, struct arena *a, struct cache_sites *out)
{
    struct db_rows rows;
    int64_t count = 0;
    *out = (struct cache_sites){0};
    enum err e = db_one_int(c->db, DB_QUERY(site_count), &count);
    if (e) return e;
    if (count > SITE_COUNTY_SITES_MAX) count = SITE_COUNTY_SITES_MAX;
    out->items = arena_array(a, struct site, (size_t)count);
    db_rows_open(&rows, c->db, DB_QUERY(sites_select, DB_INT(SITE_COUNTY_SITES_MAX)));
    while (out->count < count && db_rows_next(&rows)) {
        out->items[out->count++] = site_of(&rows, a);
    }
    return db_rows_close(&rows);
}

static void read_sitting(struct db_rows *rows, int column, struct arena *a,
                         struct cache_sitting *out)
{
    *out = (struct cache_sitting){0};
    cache_column_sitting(rows, column, a, &out->sitting);
    column += CACHE_SITTING_COLUMN_COUNT;
    out->counsellor.id = out->sitting.counsellor;
    if (!db_is_null(rows, column)) {
        out->counsellor.name = db_text(rows, column, a);
        struct str kind = db_text_borrow(rows, column + 1);
        if (!rows->err && !counsellor_kind_parse(kind, &out->counsellor.kind))
            cache_column_bad(rows, column + 1);
    }
    out->avail.sitting = out->sitting.id;
    if (!db_is_null(rows, column + 2)) {
        out->avail.pool = (uint64_t)db_int(rows, column + 2);
        out->avail.elsewhere = (uint64_t)db_int(rows, column + 3);
    }
    out->rights = (uint64_t)db_int(rows, column + 4);
}

// Counted first, inside the same moment, so that the rows stand one after another with the texts
// behind them.
static enum err read_sittings(struct cache *c, struct arena *a, struct db_query counting,
                              struct db_query reading, struct cache_sittings *out)
{
    struct db_rows rows;
    int64_t count = 0;
    *out = (struct cache_sittings){0};
    enum err e = db_one_int(c->db, counting, &count);
    if (e) return e;
    if (count > CACHE_SITTINGS_MAX) count = CACHE_SITTINGS_MAX;
    out->items = arena_array(a, struct cache_sitting, (size_t)count);
    db_rows_open(&rows, c->db, reading);
    while (out->count < count && db_rows_next(&rows)) {
        read_sitting(&rows, 0, a, &out->items[out->count++]);
    }
    return db_rows_close(&rows);
}

enum err cache_sittings(struct cache *c, struct arena *a, const struct site_code *site,
                        int64_t from_ms, int64_t to_ms, struct cache_sittings *out)
{
    struct db_value from = DB_INT(from_ms);
    struct db_value to = DB_INT(to_ms);
    struct db_value max = DB_INT(CACHE_SITTINGS_MAX);
    if (!site) {
        return read_sittings(c, a, DB_QUERY(count_everywhere, from, to),
                             DB_QUERY(sittings_everywhere, from, to, max), out);
    }
    struct db_value at = DB_TEXT(site_code_str(site));
    return read_sittings(c, a, DB_QUERY(count_at_site, from, to, at),
                         DB_QUERY(sittings_at_site, from, to, at, max), out);
}

enum err cache_sitting(struct cache *c, struct arena *a, struct sitting_id id,
                       struct cache_sitting *out)
{
    struct db_rows row;
    enum err e = db_one(&row, c->db, DB_QUERY(sitting_one, DB_ID(&id.id)));
    if (e) return e;
    read_sitting(&row, 0, a, out);
    return db_rows_close(&row);
}

enum err cache_workdays(struct cache *c, struct workday_list *out)
{
    struct db_rows rows;
    *out = (struct workday_list){0};
    db_rows_open(&rows, c->db, DB_QUERY(workdays_select, DB_INT(WORKDAY_ENTRIES_MAX)));
    while (db_rows_next(&rows)) {
        struct workday_entry entry = {cache_column_int(&rows, 0, 0, INT32_MAX),
                                      db_int(&rows, 1) != 0};
        if (!workday_put(out, entry)) cache_column_bad(&rows, 0);
    }
    return db_rows_close(&rows);
}

static struct queue_place read_place(struct db_rows *rows, int column)
{
    struct queue_place place = {.planned_ms = db_int(rows, column + 1)};
    cache_column_text(rows, column, place.ticket, sizeof(place.ticket));
    return place;
}

static enum err read_lines(struct cache *c, struct str kind, int max, struct queue_place *out,
                           int *count)
{
    struct db_rows rows;
    db_rows_open(&rows, c->db, DB_QUERY(lines_select, DB_TEXT(kind), DB_INT(max)));
    for (*count = 0; *count < max && db_rows_next(&rows); (*count)++) {
        out[*count] = read_place(&rows, 0);
    }
    return db_rows_close(&rows);
}

static enum err read_calls(struct cache *c, struct arena *a, struct cache_queue *out)
{
    struct db_rows rows;
    out->calls = arena_array(a, struct feed_call, CACHE_CALLS_MAX);
    db_rows_open(&rows, c->db, DB_QUERY(calls_select, DB_INT(CACHE_CALLS_MAX)));
    for (; out->call_count < CACHE_CALLS_MAX && db_rows_next(&rows); out->call_count++) {
        out->calls[out->call_count] =
            (struct feed_call){.by.id = db_id(&rows, 0),
                               .place = read_place(&rows, 1),
                               .name = db_text(&rows, 3, a),
                               .calls = cache_column_int(&rows, 4, 1, QUEUE_CALLS_MAX),
                               .at_ms = db_int(&rows, 5)};
    }
    return db_rows_close(&rows);
}

enum err cache_queue(struct cache *c, struct arena *a, struct cache_queue *out)
{
    struct db_rows row;
    *out = (struct cache_queue){0};
    struct feed_queue *q = &out->queue;
    enum err e = db_one(&row, c->db, DB_QUERY(queue_select));
    if (e) return e == ERR_NOT_FOUND ? ERR_OK : e;
    q->day = cache_column_int(&row, 0, 0, INT32_MAX);
    q->waiting = cache_column_int(&row, 1, 0, QUEUE_WAITING_MAX);
    q->desks = cache_column_int(&row, 2, 0, INT32_MAX);
    q->minutes_each = cache_column_int(&row, 3, QUEUE_MINUTES_MIN, QUEUE_MINUTES_MAX);
    e = db_rows_close(&row);
    if (!e) e = read_lines(c, STR("next"), QUEUE_NEXT_SHOWN, q->next, &q->next_count);
    if (!e) e = read_lines(c, STR("last"), QUEUE_LAST_SHOWN, q->last, &q->last_count);
    if (!e) e = read_calls(c, a, out);
    out->is_known = !e;
    return e;
}

static void read_booking(struct db_rows *rows, struct arena *a, struct cache_booking *out)
{
    *out = (struct cache_booking){.id.id = db_id(rows, 0)};
    cache_column_text(rows, 1, out->code.z, sizeof(out->code.z));
    out->seat = cache_column_int(rows, 3, 0, SITTING_SEATS_MAX);
    out->state = cache_column_state(rows, 4);
    read_sitting(rows, BOOKING_COLUMN_COUNT, a, &out->at);
    if (!rows->err && out->seat > 0) out->planned_ms = sitting_seat_ms(&out->at.sitting, out->seat);
}

static bool pin_fits(struct db_rows *rows, const struct crypt_key *key,
                     const struct ticket_pin *pin)
{
    struct crypt_pin_hash stored;
    struct id booking = db_id(rows, 0);
    struct crypt_pin_hash made = crypt_pin_hash(key, id_str(&booking), str_from_z(pin->z));
    struct str hex = db_text_borrow(rows, 2);
    if (rows->err || !hex_to_bytes(hex, stored.bytes, sizeof(stored.bytes))) return false;
    return crypt_pin_hash_eq(&stored, &made);
}

static enum err find_by_pin(struct cache *c, struct arena *a, const struct ticket_code *code,
                            const struct crypt_key *key, const struct ticket_pin *pin,
                            struct cache_booking *out)
{
    struct db_rows rows;
    bool found = false;
    struct db_value text = DB_TEXT(str_from_z(code->z));
    db_rows_open(&rows, c->db, DB_QUERY(booking_by_code, text, DB_INT(CANDIDATES_MAX)));
    while (!found && db_rows_next(&rows)) {
        found = pin_fits(&rows, key, pin);
        if (found) read_booking(&rows, a, out);
    }
    enum err e = db_rows_close(&rows);
    return !e && !found ? ERR_NOT_FOUND : e;
}

enum err cache_lookup(struct cache *c, struct arena *a, const struct ticket_code *code,
                      const struct ticket_pin *pin, struct cache_booking *out)
{
    struct crypt_key key;
    enum err e = cache_pin_key(c->db, &key);
    if (!e) e = find_by_pin(c, a, code, &key, pin, out);
    memory_wipe(&key, sizeof(key));
    return e;
}

enum err cache_booking(struct cache *c, struct arena *a, struct booking_id id,
                       struct cache_booking *out)
{
    struct db_rows row;
    enum err e = db_one(&row, c->db, DB_QUERY(booking_by_id, DB_ID(&id.id)));
    if (e) return e;
    read_booking(&row, a, out);
    return db_rows_close(&row);
}
