#include "base/log.h"
#include "store/store_own.h"

#include <string.h>

void store_column_bad(struct db_rows *rows, const char *what)
{
    if (rows->err) return;
    log_error("store: a stored %s cannot be read", what);
    rows->err = ERR_CORRUPT;
}

struct site_code store_site_column(struct db_rows *rows, int column)
{
    struct site_code code = {0};
    struct str text = db_text_borrow(rows, column);
    if (!rows->err && text.len > 0 && !site_code_parse(text, &code))
        store_column_bad(rows, "site code");
    return code;
}

struct crypt_hash store_hash_column(struct db_rows *rows, int column)
{
    struct crypt_hash hash = {0};
    struct str text = db_text_borrow(rows, column);
    if (!rows->err && !crypt_hash_parse(text, &hash)) store_column_bad(rows, "hash");
    return hash;
}

void store_hex_column(struct db_rows *rows, int column, char *out, size_t count)
{
    struct str text = db_text_borrow(rows, column);
    out[0] = '\0';
    if (rows->err) return;
    if (text.len > count) {
        store_column_bad(rows, "text");
        return;
    }
    if (text.len > 0) memcpy(out, text.ptr, text.len);
    out[text.len] = '\0';
}

void store_sitting_of_row(struct db_rows *rows, struct arena *a, struct sitting *out)
{
    *out = (struct sitting){.id.id = db_id(rows, 0),
                            .site = store_site_column(rows, 1),
                            .counsellor.id = db_id(rows, 2),
                            .start_ms = db_int(rows, 3),
                            .end_ms = db_int(rows, 4),
                            .seat_minutes = (int)db_int(rows, 5),
                            .seat_count = (int)db_int(rows, 6),
                            .topics = (unsigned)db_int(rows, 7),
                            .desk = db_text(rows, 9, a)};
    struct str state = db_text_borrow(rows, 8);
    if (!rows->err && !sitting_state_parse(state, &out->state))
        store_column_bad(rows, "state of a sitting");
}
