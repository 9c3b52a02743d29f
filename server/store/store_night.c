// Once a civil day: the next days, and an end to what is over.
#include "base/log.h"
#include "store/store_own.h"

#include <string.h>

// Of one kind in one night, far below STORE_PENDING_ROWS_MAX; the rest goes the night after.
#define SWEEP_ROWS_MAX 5000

static const char OLD_SITTINGS[] =
    "SELECT f.stream, f.kind, f.key FROM feed_row f JOIN sitting t ON t.id = f.key "
    "WHERE f.stream = $1 AND f.kind IN ('sitting', 'avail') AND f.dead = 0 AND t.end_ms < $2 "
    "LIMIT $3";
static const char OLD_BOOKINGS[] =
    "SELECT f.stream, f.kind, f.key FROM booking b JOIN sitting t ON t.id = b.sitting "
    "JOIN feed_row f ON f.stream = 's:' || b.site AND f.kind = 'bk' AND f.key = b.id "
    "WHERE f.dead = 0 AND t.end_ms < $1 LIMIT $2";
static const char OLD_RIGHTS[] = "SELECT f.stream, f.kind, f.key FROM feed_row f "
                                 "JOIN sitting t ON t.id = substr(f.key, 1, 32) "
                                 "WHERE f.kind = 'right' AND f.dead = 0 AND t.end_ms < $1 LIMIT $2";
static const char TICKS_DROP[] = "DELETE FROM counsellor_tick WHERE tick < $1";
static const char CONTACTS_DROP[] =
    "UPDATE booking SET contact = NULL, data_key = '', phone_mac = '' "
    "WHERE (contact IS NOT NULL OR phone_mac <> '') "
    "AND coalesce((SELECT end_ms FROM sitting WHERE id = booking.sitting), made_ms) < $1";

// Rows of sittings that are over leave the feed; what they stood for stays in its tables.
static enum err leave_feed(struct store *s, struct db_query query)
{
    struct db_rows rows;
    enum err e = ERR_OK;
    db_rows_open(&rows, s->db, query);
    while (!e && db_rows_next(&rows)) {
        struct str kind = db_text_borrow(&rows, 1);
        if (rows.err) break;
        e = store_tell_gone(s, db_text_borrow(&rows, 0), feed_kind_parse(kind),
                            db_text_borrow(&rows, 2));
    }
    enum err closed = db_rows_close(&rows);
    return e ? e : closed;
}

static enum err sweep(struct store *s, const struct store_meta *meta, int today)
{
    int64_t yesterday_ms = date_ms(today - 1, 0);
    struct str county = store_stream(&s->scratch, FEED_COUNTY, str_from_z(meta->county));
    enum err e = leave_feed(
        s, DB_QUERY(OLD_SITTINGS, DB_TEXT(county), DB_INT(yesterday_ms), DB_INT(SWEEP_ROWS_MAX)));
    if (!e) e = leave_feed(s, DB_QUERY(OLD_BOOKINGS, DB_INT(yesterday_ms), DB_INT(SWEEP_ROWS_MAX)));
    if (!e) e = leave_feed(s, DB_QUERY(OLD_RIGHTS, DB_INT(yesterday_ms), DB_INT(SWEEP_ROWS_MAX)));
    int64_t tick = yesterday_ms / (SITTING_GRANULE_MINUTES * DATE_MINUTE_MS);
    if (!e) e = db_run(s->db, DB_QUERY(TICKS_DROP, DB_INT(tick)), NULL);
    if (!e) e = store_queue_over(s);
    int64_t kept_since_ms = date_ms(today - VISITOR_CONTACT_DAYS, 0);
    return e ? e : db_run(s->db, DB_QUERY(CONTACTS_DROP, DB_INT(kept_since_ms)), NULL);
}

enum err store_nightly(struct store *s, bool *did)
{
    struct store_meta meta;
    int today = date_day_from_ms(store_now(s));
    *did = false;
    enum err e = store_meta(s, &meta);
    if (e || meta.nightly_day >= today) return e;
    e = sweep(s, &meta, today);
    if (!e) e = store_materialise(s);
    struct str day = str_printf(&s->scratch, "%d", today);
    if (!e) e = store_meta_put(s, STR("nightly_day"), day);
    *did = !e;
    return e;
}
