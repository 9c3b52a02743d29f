// Columns of the kiosk's database as the rules' values, for the files of this layer. Internal.
#ifndef CACHE_CACHE_COLUMN_H
#define CACHE_CACHE_COLUMN_H

#include "crypt/hash.h"
#include "db/db.h"
#include "model/feed.h"

// What is stored in another form than ours becomes ERR_CORRUPT in db_rows_close.
void cache_column_bad(struct db_rows *rows, int column);

// Into `room` bytes with the NUL; the empty text where the column is NULL.
void cache_column_text(struct db_rows *rows, int column, char *out, size_t room);
int cache_column_int(struct db_rows *rows, int column, int min, int max);
struct crypt_hash cache_column_hash(struct db_rows *rows, int column);
enum booking_state cache_column_state(struct db_rows *rows, int column);

// CACHE_SITTING_COLUMNS of a SELECT over `sitting s`, from `column` on. The desk lives in `arena`, and
// is left out where that is NULL.
#define CACHE_SITTING_COLUMNS                                                                    \
    "s.id, s.site, s.counsellor, s.start_ms, s.end_ms, s.seat_minutes, s.seat_count, s.topics, " \
    "s.state, s.desk"
#define CACHE_SITTING_COLUMN_COUNT 10
void cache_column_sitting(struct db_rows *rows, int column, struct arena *arena,
                          struct sitting *out);

#endif
