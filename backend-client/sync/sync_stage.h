// Pages of one catch-up, collected until the last has come: a screen never shows half a roster. Kept in
// memory only; a crash starts the catch-up again from the position on disk.
#ifndef SYNC_SYNC_STAGE_H
#define SYNC_SYNC_STAGE_H

#include "base/err.h"
#include "model/feed.h"

#define SYNC_STAGE_ROWS_MAX  20000
#define SYNC_STAGE_BYTES_MAX (32 * 1024 * 1024)

struct sync_stage {
    struct arena arena;    // rows and their texts
    struct feed_row *rows; // at the arena's start
    size_t texts;          // where texts begin in it
    int count;
    bool is_open; // a first page has come
    struct id gen;
    struct feed_position from; // of the first page
    struct feed_position to;   // of the last
    int64_t applied;
    int rows_max;
};

void sync_stage_init(struct sync_stage *s, int rows_max, size_t bytes_max);
void sync_stage_deinit(struct sync_stage *s);
void sync_stage_clear(struct sync_stage *s);

// Where the next page must start: the end of the last one, or `otherwise` where none has come.
struct feed_position sync_stage_next(const struct sync_stage *s, struct feed_position otherwise);

// Copies the page. `complete` is then the whole catch-up as one page (it lives in the stage until the
// next clear) and true is answered in `is_complete` when the last page has come. A page that does not
// follow the one before clears the stage. ERR_TOO_BIG past the limits.
MUST_USE enum err sync_stage_add(struct sync_stage *s, const struct feed_page *page,
                                 bool *is_complete, struct feed_page *complete);

#endif
