#include "platform/paint.h"

#include <string.h>

#define BAND_ROWS     64
#define BAND_WIDTH_PX 1024
#define BLACK_BELOW \
    140 // of 255: soft edges lean to black, a thermal head prints thin strokes thinner

static int measure(void *fonts, const struct draw_command *text)
{
    return glyphs_measure(fonts, text);
}

void painter_forget(struct painter *p)
{
    p->frames[p->now].complete = false;
}

static void paint_item(struct painter *p, const struct canvas *c, const struct frame_item *item)
{
    const struct draw_command *d = &item->command;
    switch (d->kind) {
    case DRAW_FILL: shape_fill(&p->shapes, c, d->rect, d->color, d->radius); break;
    case DRAW_RULE:
        shape_rule(&p->shapes, c,
                   (struct shape_rule){d->rect, d->color, d->radius, d->width, d->dashed});
        break;
    case DRAW_TEXT: glyphs_paint(&p->glyphs, c, d); break;
    case DRAW_IMAGE: images_paint(&p->images, c, d); break;
    case DRAW_BITMAP: canvas_bits(c, d->rect, d->bits); break;
    case DRAW_CLIP:
    case DRAW_UNCLIP: CHECK(false);
    }
}

static void paint_rect(struct painter *p, struct canvas *c, const struct frame *f, struct rect r)
{
    int first = 0;
    bool covered = false;
    for (int i = f->count - 1; i >= 0 && !covered; i--) {
        covered = frame_item_covers(&f->items[i], r);
        if (covered) first = i;
    }
    c->clip = rect_cut_to(r, c->area);
    if (!covered) canvas_fill(c, r, 0x000000); // soft edges must not be painted on themselves
    for (int i = first; i < f->count; i++) {
        const struct frame_item *item = &f->items[i];
        struct rect part = rect_cut_to(rect_cut_to(item->bounds, r), c->area);
        if (rect_is_empty(part)) continue;
        c->clip = part;
        paint_item(p, c, item);
    }
}

void painter_paint(struct painter *p, struct canvas *c, const struct draw_list *d,
                   struct frame_change *out)
{
    struct frame *old = &p->frames[p->now];
    struct frame *now = &p->frames[1 - p->now];
    frame_take(now, d, measure, &p->glyphs);
    frame_compare(old, now, out);
    if (!rect_is_empty(out->moved)) canvas_shift(c, out->moved, out->moved_by);
    for (int i = 0; i < out->count; i++)
        paint_rect(p, c, now, out->rects[i]);
    frame_forget(old); // texts may be what a visitor typed
    p->now = 1 - p->now;
}

// ---- One bit a pixel

static bool is_black(uint32_t color)
{
    uint32_t light = (color >> 16 & 0xFF) * 77 + (color >> 8 & 0xFF) * 150 + (color & 0xFF) * 29;
    return light >> 8 < BLACK_BELOW;
}

static void band_to_bits(const struct canvas *c, unsigned char *bytes, int bytes_a_row)
{
    for (int y = 0; y < c->area.h; y++) {
        unsigned char *row = bytes + (ptrdiff_t)(c->area.y + y) * bytes_a_row;
        memset(row, 0, (size_t)bytes_a_row);
        const uint32_t *from = c->pixels + (ptrdiff_t)y * c->stride_px;
        for (int x = 0; x < c->area.w; x++) {
            if (is_black(from[x])) row[x / 8] |= (unsigned char)(0x80 >> (x % 8));
        }
    }
}

static void paint_one_bit(struct draw_painter *one_bit, const struct draw_list *d,
                          unsigned char *bytes)
{
    struct painter *p = (struct painter *)one_bit;
    struct rect canvas = d->canvas;
    CHECK(canvas.x == 0 && canvas.y == 0 && canvas.w <= BAND_WIDTH_PX);
    frame_take(&p->slip, d, measure, &p->glyphs);
    for (int y = 0; y < canvas.h; y += BAND_ROWS) {
        struct rect area = rect_cut_to((struct rect){0, y, canvas.w, BAND_ROWS}, canvas);
        struct canvas c = {.stride_px = canvas.w, .area = area};
        arena_rewind(&p->band, 0);
        c.pixels = arena_array(&p->band, uint32_t, (size_t)area.w * (size_t)area.h);
        c.clip = area;
        canvas_fill(&c, area, 0xFFFFFF);
        for (int i = 0; i < p->slip.count; i++) {
            c.clip = rect_cut_to(p->slip.items[i].bounds, area);
            if (!rect_is_empty(c.clip)) paint_item(p, &c, &p->slip.items[i]);
        }
        band_to_bits(&c, bytes, (canvas.w + 7) / 8);
    }
    frame_forget(&p->slip);
    arena_wipe(&p->band, 0);
}

static const struct draw_painter_ops one_bit_ops = {.paint = paint_one_bit};

// ---- Life

enum err painter_init(struct painter *p, struct paint_fonts fonts, const char *assets)
{
    *p = (struct painter){.one_bit = {.ops = &one_bit_ops}};
    images_init(&p->images, assets);
    shapes_init(&p->shapes);
    frame_init(&p->frames[0]);
    frame_init(&p->frames[1]);
    frame_init(&p->slip);
    arena_init(&p->band, BAND_ROWS * BAND_WIDTH_PX * sizeof(uint32_t));
    return glyphs_init(&p->glyphs, fonts.medium, fonts.bold, fonts.fallback);
}

void painter_deinit(struct painter *p)
{
    glyphs_deinit(&p->glyphs);
    images_deinit(&p->images);
    shapes_deinit(&p->shapes);
    frame_deinit(&p->frames[0]);
    frame_deinit(&p->frames[1]);
    frame_deinit(&p->slip);
    arena_deinit(&p->band);
}
