// What a minute brings.
#include "store/store_own.h"

#define ROWS_MAX 5000 // of one kind; the rest comes with the next minute

static const char MISSED[] =
    "SELECT b.id, b.site, b.sitting, b.seat, b.code, b.pin_hash, "
    "t.start_ms + (b.seat - 1) * t.seat_minutes * 60000 FROM booking b "
    "JOIN sitting t ON t.id = b.sitting WHERE b.state = 'confirmed' AND t.start_ms < $1 LIMIT $2";
static const char CLOSING_DONE[] =
    "SELECT " STORE_SITTING_COLUMNS " FROM sitting WHERE state = 'closing' AND (end_ms < $1 "
    "OR (NOT EXISTS (SELECT 1 FROM seat s WHERE s.sitting = sitting.id AND s.owner IS NOT NULL) "
    "AND NOT EXISTS (SELECT 1 FROM booking b WHERE b.sitting = sitting.id "
    "AND b.state IN ('confirmed', 'checked_in', 'displaced')))) LIMIT $2";
static const char CLOSE[] = "UPDATE sitting SET state = 'closed' WHERE id = $1";

// Nobody came: the seat is not sold again, but the phone is free for another booking.
static enum err missed(struct store *s)
{
    struct db_rows rows;
    enum err e = ERR_OK;
    db_rows_open(
        &rows, s->db,
        DB_QUERY(MISSED, DB_INT(store_now(s) - BOOKING_CHECKIN_AFTER_MS), DB_INT(ROWS_MAX)));
    while (!e && db_rows_next(&rows)) {
        struct feed_row row = {.stream = FEED_SITE_STREAM, .kind = FEED_BOOKING};
        struct feed_booking *b = &row.value.booking;
        b->booking.id = db_id(&rows, 0);
        b->sitting.id = db_id(&rows, 2);
        b->seat = (int)db_int(&rows, 3);
        b->state = BOOKING_NO_SHOW;
        store_hex_column(&rows, 4, b->code.z, sizeof(b->code.z) - 1);
        store_hex_column(&rows, 5, b->pin_hash.hex, sizeof(b->pin_hash.hex) - 1);
        struct site_code site = store_site_column(&rows, 1);
        if (rows.err || !booking_is_missed(BOOKING_CONFIRMED, db_int(&rows, 6), store_now(s)))
            continue;
        e = store_booking_state(&s->centre, b->booking, BOOKING_NO_SHOW, store_now(s));
        if (!e) e = store_tell(s, site_code_str(&site), &row);
    }
    enum err closed = db_rows_close(&rows);
    return e ? e : closed;
}

static enum err closing_done(struct store *s)
{
    struct db_rows rows;
    enum err e = ERR_OK;
    db_rows_open(&rows, s->db, DB_QUERY(CLOSING_DONE, DB_INT(store_now(s)), DB_INT(ROWS_MAX)));
    while (!e && db_rows_next(&rows)) {
        struct feed_row row = {.stream = FEED_COUNTY, .kind = FEED_SITTING};
        size_t mark = arena_mark(&s->scratch);
        store_sitting_of_row(&rows, &s->scratch, &row.value.sitting);
        row.value.sitting.state = SITTING_CLOSED;
        if (rows.err) break;
        e = db_run(s->db, DB_QUERY(CLOSE, DB_TEXT(id_str(&row.value.sitting.id.id))), NULL);
        if (!e) e = store_tell(s, site_county(&row.value.sitting.site), &row);
        arena_rewind(&s->scratch, mark);
    }
    enum err closed = db_rows_close(&rows);
    return e ? e : closed;
}

enum err store_minute(struct store *s)
{
    enum err e = missed(s);
    if (!e) e = closing_done(s);
    return e ? e : store_lease_all(s, true);
}
