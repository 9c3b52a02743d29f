#include "cache/cache_column.h"

#include "base/log.h"

#include <string.h>

void cache_column_bad(struct db_rows *rows, int column)
{
    if (rows->err) return;
    log_error("cache: column %d is not of our form", column);
    rows->err = ERR_CORRUPT;
}

void cache_column_text(struct db_rows *rows, int column, char *out, size_t room)
{
    memset(out, 0, room);
    if (db_is_null(rows, column)) return;
    struct str text = db_text_borrow(rows, column);
    if (text.len >= room) {
        cache_column_bad(rows, column);
    } else if (text.len > 0) {
        memcpy(out, text.ptr, text.len);
    }
}

int cache_column_int(struct db_rows *rows, int column, int min, int max)
{
    int64_t value = db_int(rows, column);
    if (!rows->err && (value < min || value > max)) cache_column_bad(rows, column);
    return rows->err ? min : (int)value;
}

struct crypt_hash cache_column_hash(struct db_rows *rows, int column)
{
    struct crypt_hash hash = {{0}};
    struct str text = db_text_borrow(rows, column);
    if (!rows->err && !crypt_hash_parse(text, &hash)) cache_column_bad(rows, column);
    return hash;
}

enum booking_state cache_column_state(struct db_rows *rows, int column)
{
    enum booking_state state = BOOKING_REFUSED;
    struct str text = db_text_borrow(rows, column);
    if (!rows->err && !booking_state_parse(text, &state)) cache_column_bad(rows, column);
    return state;
}

void cache_column_sitting(struct db_rows *rows, int column, struct arena *arena,
                          struct sitting *out)
{
    *out = (struct sitting){.id.id = db_id(rows, column)};
    cache_column_text(rows, column + 1, out->site.z, sizeof(out->site.z));
    out->counsellor.id = db_id(rows, column + 2);
    out->start_ms = db_int(rows, column + 3);
    out->end_ms = db_int(rows, column + 4);
    out->seat_minutes =
        cache_column_int(rows, column + 5, SITTING_SEAT_MINUTES_MIN, SITTING_SEAT_MINUTES_MAX);
    out->seat_count = cache_column_int(rows, column + 6, 1, SITTING_SEATS_MAX);
    out->topics = (unsigned)db_int(rows, column + 7);
    struct str state = db_text_borrow(rows, column + 8);
    if (!rows->err && !sitting_state_parse(state, &out->state)) cache_column_bad(rows, column + 8);
    if (arena) out->desk = db_text(rows, column + 9, arena);
}
