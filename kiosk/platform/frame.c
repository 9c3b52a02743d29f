#include "platform/frame.h"

#include <stdlib.h>
#include <string.h>

#define LOOK_AHEAD       24   // items to look for where two frames agree again
#define MERGE_WASTE_PX   4096 // pixels painted for nothing that one rectangle less is worth
#define SCROLL_VOTES_MIN 2    // texts that moved alike before a move is believed

void frame_init(struct frame *f)
{
    *f = (struct frame){0};
    arena_init(&f->items_arena, DRAW_COMMANDS_MAX * sizeof(struct frame_item));
    arena_init(&f->bytes, FRAME_BYTES_MAX);
}

void frame_deinit(struct frame *f)
{
    arena_deinit(&f->items_arena);
    arena_deinit(&f->bytes);
    *f = (struct frame){0};
}

// ---- Taking a list

static uint32_t sum_add(uint32_t sum, const void *bytes, size_t count)
{
    const unsigned char *b = bytes;
    // Items come zeroed out of their arena, which the analyser does not see.
    for (size_t i = 0; i < count; i++)
        sum = (sum ^ b[i]) * 16777619U; // NOLINT(clang-analyzer-core.UndefinedBinaryOperatorResult)
    return sum;
}

static uint32_t sum_of(const struct frame_item *item)
{
    const struct draw_command *c = &item->command;
    int fields[] = {c->kind,      c->rect.x,     c->rect.y,    c->rect.w,    c->rect.h,
                    c->radius,    (int)c->color, c->width,     c->dashed,    c->image,
                    c->weight,    c->size_px,    item->clip.x, item->clip.y, item->clip.w,
                    item->clip.h, c->spacing_px};
    uint32_t sum = sum_add(2166136261U, fields, sizeof fields);
    return sum_add(sum, c->text.ptr, c->text.len);
}

// Ink may stand out of the line box: faces hang over a little at the sides, and a tight box cuts
// neither accents nor descenders.
static struct rect ink_bounds(const struct draw_command *c, int width_px)
{
    struct rect r = c->rect;
    int side = c->size_px / 4;
    int half = c->size_px;
    int middle = r.y + r.h / 2;
    return (struct rect){r.x - side, middle - half, width_px + 2 * side, 2 * half};
}

static bool is_clip(const struct draw_command *c)
{
    return c->kind == DRAW_CLIP || c->kind == DRAW_UNCLIP;
}

static bool keep_bytes(struct frame *f, struct draw_command *c)
{
    size_t bits_bytes = c->bits.bytes ? draw_bits_bytes(c->bits) : 0;
    if (c->text.len + bits_bytes > arena_free_bytes(&f->bytes)) return false;
    if (c->text.len) c->text = str_copy(&f->bytes, c->text);
    if (bits_bytes) {
        unsigned char *copy = arena_push(&f->bytes, bits_bytes, 1);
        memcpy(copy, c->bits.bytes, bits_bytes);
        c->bits.bytes = copy;
    }
    return true;
}

void frame_forget(struct frame *f)
{
    arena_wipe(&f->items_arena, 0);
    arena_wipe(&f->bytes, 0);
    f->items = NULL;
    f->count = 0;
    f->complete = false;
}

void frame_take(struct frame *f, const struct draw_list *d, frame_measure_fn *measure, void *fonts)
{
    frame_forget(f);
    f->items = (struct frame_item *)(void *)f->items_arena.bytes;
    f->canvas = d->canvas;
    f->complete = true;
    struct rect clips[DRAW_CLIPS_MAX + 1] = {d->canvas};
    int depth = 0;
    for (int i = 0; i < d->command_count; i++) {
        const struct draw_command *c = &d->commands[i];
        if (c->kind == DRAW_CLIP) {
            CHECK(depth < DRAW_CLIPS_MAX);
            clips[depth + 1] = rect_cut_to(c->rect, clips[depth]);
            depth++;
        } else if (c->kind == DRAW_UNCLIP) {
            CHECK(depth > 0);
            depth--;
        }
        struct rect reach = c->kind == DRAW_TEXT ? ink_bounds(c, measure(fonts, c)) : c->rect;
        struct rect bounds = rect_cut_to(reach, clips[depth]);
        if (is_clip(c) || rect_is_empty(bounds)) continue;
        struct frame_item *item = arena_new(&f->items_arena, struct frame_item);
        *item = (struct frame_item){.command = *c, .clip = clips[depth], .bounds = bounds};
        if (!keep_bytes(f, &item->command)) f->complete = false;
        item->sum = sum_of(item);
        f->count++;
    }
}

bool frame_item_covers(const struct frame_item *item, struct rect r)
{
    if (item->command.kind != DRAW_FILL) return false;
    struct rect level = rect_inset(item->command.rect, item->command.radius);
    struct rect body = item->command.radius > 0 ? level : item->command.rect;
    return rect_eq(rect_cut_to(r, body), r) && rect_eq(rect_cut_to(r, item->clip), r);
}

static bool item_eq(const struct frame_item *a, const struct frame_item *b)
{
    return a->sum == b->sum && rect_eq(a->clip, b->clip) &&
           draw_command_eq(&a->command, &b->command);
}

// ---- The rectangles to paint

static int64_t area(struct rect r)
{
    return rect_is_empty(r) ? 0 : (int64_t)r.w * r.h;
}

static void change_drop(struct frame_change *out, int i)
{
    out->rects[i] = out->rects[--out->count];
}

// Adds `r`, joined with those that it touches or nearly covers.
static void change_add(struct frame_change *out, struct rect r)
{
    if (rect_is_empty(r)) return;
    int i = 0;
    while (i < out->count) {
        struct rect joined = rect_union(out->rects[i], r);
        if (area(joined) <= area(out->rects[i]) + area(r) + MERGE_WASTE_PX) {
            r = joined;
            change_drop(out, i);
            i = 0; // the larger one may join with those before
        } else {
            i++;
        }
    }
    if (out->count == FRAME_RECTS_MAX) {
        r = rect_union(r, out->rects[out->count - 1]);
        out->count--;
    }
    out->rects[out->count++] = r;
}

// ---- Moves

struct move {
    struct rect clip;
    int dy;
};

static bool same_but_for_y(const struct frame_item *old, const struct frame_item *now)
{
    struct draw_command moved = old->command;
    moved.rect.y = now->command.rect.y;
    return rect_eq(old->clip, now->clip) && draw_command_eq(&moved, &now->command);
}

// The item of `old` that is `now`, perhaps at another height.
static const struct frame_item *find_moved(const struct frame *old, const struct frame_item *now)
{
    const struct frame_item *found = NULL;
    for (int i = 0; i < old->count; i++) {
        const struct frame_item *item = &old->items[i];
        if (item->command.kind != DRAW_TEXT || !same_but_for_y(item, now)) continue;
        if (item->command.rect.y == now->command.rect.y) return item;
        if (!found) found = item;
    }
    return found;
}

// Looks at the first texts within a clip. Any answer is safe: what it does not explain is painted.
static bool move_find(const struct frame *old, const struct frame *now, struct move *out)
{
    int votes = 0;
    int looked = 0;
    for (int i = 0; i < now->count && looked < 4 * SCROLL_VOTES_MIN; i++) {
        const struct frame_item *item = &now->items[i];
        if (item->command.kind != DRAW_TEXT || rect_eq(item->clip, now->canvas)) continue;
        looked++;
        const struct frame_item *before = find_moved(old, item);
        if (!before) continue;
        int dy = item->command.rect.y - before->command.rect.y;
        if (dy == 0) return false;
        bool agrees = votes > 0 && dy == out->dy && rect_eq(out->clip, item->clip);
        if (!agrees) *out = (struct move){item->clip, dy};
        votes = agrees ? votes + 1 : 1;
        if (votes >= SCROLL_VOTES_MIN) return abs(dy) < item->clip.h;
    }
    return false;
}

static void move_items(struct frame *old, const struct move *move)
{
    for (int i = 0; i < old->count; i++) {
        struct frame_item *item = &old->items[i];
        if (!rect_eq(item->clip, move->clip) || frame_item_covers(item, move->clip)) continue;
        item->command.rect.y += move->dy;
        item->bounds.y += move->dy;
        item->sum = sum_of(item);
    }
}

// What stands still over or under the moved region shows its ghost there.
static void add_ghosts(const struct frame *f, const struct move *move, struct frame_change *out)
{
    for (int i = 0; i < f->count; i++) {
        const struct frame_item *item = &f->items[i];
        if (rect_eq(item->clip, move->clip) || frame_item_covers(item, move->clip)) continue;
        struct rect here = rect_cut_to(item->bounds, move->clip);
        if (rect_is_empty(here)) continue;
        struct rect ghost = here;
        ghost.y += move->dy;
        change_add(out, here);
        change_add(out, rect_cut_to(ghost, move->clip));
    }
}

static void apply_move(struct frame *old, const struct frame *now, const struct move *move,
                       struct frame_change *out)
{
    out->moved = move->clip;
    out->moved_by = move->dy;
    add_ghosts(old, move, out);
    add_ghosts(now, move, out);
    move_items(old, move);
    struct rect band = move->clip;
    band.h = abs(move->dy);
    if (move->dy < 0) band.y = move->clip.y + move->clip.h - band.h;
    change_add(out, band);
}

// ---- Comparing

struct step {
    int old_skip, now_skip;
};

// How far to go on in both so that they agree again; both by one where nothing near agrees.
static struct step resync(const struct frame *old, int i, const struct frame *now, int j)
{
    for (int sum = 1; sum <= LOOK_AHEAD; sum++) {
        for (int k = 0; k <= sum; k++) {
            int a = i + k;
            int b = j + sum - k;
            if (a >= old->count || b >= now->count) continue;
            if (item_eq(&old->items[a], &now->items[b])) return (struct step){k, sum - k};
        }
    }
    return (struct step){1, 1};
}

static void compare_items(const struct frame *old, const struct frame *now,
                          struct frame_change *out)
{
    int i = 0;
    int j = 0;
    while (i < old->count || j < now->count) {
        struct step step = {old->count - i, now->count - j};
        if (i < old->count && j < now->count) {
            if (item_eq(&old->items[i], &now->items[j])) {
                i++;
                j++;
                continue;
            }
            step = resync(old, i, now, j);
        }
        for (int k = 0; k < step.old_skip; k++)
            change_add(out, rect_cut_to(old->items[i + k].bounds, now->canvas));
        for (int k = 0; k < step.now_skip; k++)
            change_add(out, now->items[j + k].bounds);
        i += step.old_skip;
        j += step.now_skip;
    }
}

void frame_compare(struct frame *old, const struct frame *now, struct frame_change *out)
{
    *out = (struct frame_change){0};
    if (!old->complete || !rect_eq(old->canvas, now->canvas)) {
        change_add(out, now->canvas);
        return;
    }
    struct move move = {0};
    if (move_find(old, now, &move)) apply_move(old, now, &move, out);
    compare_items(old, now, out);
}
