#include "sync/sync_stage.h"

#include "base/log.h"
#include "base/mutant.h"

#define TEXTS_BYTES_MAX (2 * FEED_ROW_BYTES_MAX) // of one row, with room for alignment

void sync_stage_init(struct sync_stage *s, int rows_max, size_t bytes_max)
{
    CHECK(rows_max >= FEED_PAGE_ROWS_MAX);
    *s = (struct sync_stage){.rows_max = rows_max};
    arena_init(&s->arena, bytes_max + sizeof(struct feed_row) * (size_t)rows_max);
    s->rows = arena_array(&s->arena, struct feed_row, (size_t)rows_max);
    s->texts = arena_mark(&s->arena);
    sync_stage_clear(s);
}

void sync_stage_deinit(struct sync_stage *s)
{
    arena_deinit(&s->arena);
    *s = (struct sync_stage){0};
}

void sync_stage_clear(struct sync_stage *s)
{
    arena_rewind(&s->arena, s->texts);
    s->count = 0;
    s->is_open = false;
}

static bool is_at(const struct feed_position *a, const struct feed_position *b)
{
    bool same = true;
    for (int i = 0; i < FEED_STREAMS; i++) {
        same = same && a->seq[i] == b->seq[i];
    }
    return same;
}

struct feed_position sync_stage_next(const struct sync_stage *s, struct feed_position otherwise)
{
    return s->is_open ? s->to : otherwise;
}

static void own_texts(struct arena *a, struct feed_row *row)
{
    row->key = str_copy(a, row->key);
    row->body = str_copy(a, row->body);
    if (row->is_dead) return;
    if (row->kind == FEED_SITE) {
        row->value.site.name = str_copy(a, row->value.site.name);
        row->value.site.full_name = str_copy(a, row->value.site.full_name);
        row->value.site.phone = str_copy(a, row->value.site.phone);
    }
    if (row->kind == FEED_COUNSELLOR)
        row->value.counsellor.name = str_copy(a, row->value.counsellor.name);
    if (row->kind == FEED_SITTING) row->value.sitting.desk = str_copy(a, row->value.sitting.desk);
    if (row->kind == FEED_CALL) row->value.call.name = str_copy(a, row->value.call.name);
}

// A page fits where its rows do and every text of it would.
static bool fits(const struct sync_stage *s, const struct feed_page *page)
{
    if (page->count > s->rows_max - s->count) return false;
    return arena_free_bytes(&s->arena) >= FEED_PAGE_BYTES_MAX + TEXTS_BYTES_MAX;
}

enum err sync_stage_add(struct sync_stage *s, const struct feed_page *page, bool *is_complete,
                        struct feed_page *complete)
{
    *is_complete = false;
    bool is_next = is_at(&page->from, &s->to) || MUTANT(STAGE_JOINS_ANY_PAGE);
    bool is_same = id_eq(page->gen, s->gen) || MUTANT(STAGE_MIXES_GENERATIONS);
    bool follows = s->is_open && is_next && is_same;
    if (!follows) {
        sync_stage_clear(s);
        s->is_open = true;
        s->from = page->from;
        s->gen = page->gen;
    }
    if (!fits(s, page)) {
        log_error("the feed's catch-up is over its limit");
        sync_stage_clear(s);
        return ERR_TOO_BIG;
    }
    for (int i = 0; i < page->count; i++) {
        s->rows[s->count] = page->rows[i];
        s->rows[s->count].applied = page->applied;
        own_texts(&s->arena, &s->rows[s->count++]);
    }
    s->to = page->to;
    s->applied = page->applied;
    if (page->more) return ERR_OK;
    *is_complete = true;
    *complete = (struct feed_page){.gen = s->gen,
                                   .from = s->from,
                                   .to = s->to,
                                   .applied = s->applied,
                                   .rows = s->rows,
                                   .count = s->count};
    return ERR_OK;
}
