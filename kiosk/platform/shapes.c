#include "platform/shapes.h"

#define SAMPLES 4 // a pixel of a corner is looked at in 4 x 4 places

void shapes_init(struct shapes *s)
{
    *s = (struct shapes){0};
    arena_init(&s->arena, SHAPE_CORNERS_MAX * (sizeof(struct shape_corner) + alignof(max_align_t)));
}

void shapes_deinit(struct shapes *s)
{
    arena_deinit(&s->arena);
    *s = (struct shapes){0};
}

static int min_int(int a, int b)
{
    return a < b ? a : b;
}

// Is a place within the quarter circle of `radius` whose square begins at `start` on both axes?
// All in units of 1 / (2 * SAMPLES) pixel.
static bool within_corner(int x, int y, int start, int radius)
{
    if (x < start || y < start) return false;
    int dx = start + radius - x;
    int dy = start + radius - y;
    if (dx <= 0 || dy <= 0) return true;
    return dx * dx + dy * dy <= radius * radius;
}

static unsigned char coverage(int x, int y, int radius, int width)
{
    const int unit = 2 * SAMPLES;
    int inner = radius > width ? radius - width : 0;
    int hits = 0;
    for (int i = 0; i < SAMPLES * SAMPLES; i++) {
        int px = x * unit + 2 * (i % SAMPLES) + 1;
        int py = y * unit + 2 * (i / SAMPLES) + 1;
        bool in = within_corner(px, py, 0, radius * unit);
        bool hollow = width > 0 && within_corner(px, py, width * unit, inner * unit);
        if (in && !hollow) hits++;
    }
    return (unsigned char)(hits * 255 / (SAMPLES * SAMPLES));
}

static void corner_make(struct shape_corner *k, int radius, int width)
{
    int size = radius > width ? radius : width;
    k->radius = radius;
    k->width = width;
    k->size_px = size;
    for (int y = 0; y < size; y++) {
        for (int x = 0; x < size; x++) {
            unsigned char a = coverage(x, y, radius, width);
            int right = size - 1 - x;
            int low = size - 1 - y;
            k->alpha[TURN_UPPER_LEFT][y * size + x] = a;
            k->alpha[TURN_UPPER_RIGHT][y * size + right] = a;
            k->alpha[TURN_LOWER_LEFT][low * size + x] = a;
            k->alpha[TURN_LOWER_RIGHT][low * size + right] = a;
        }
    }
}

static const struct shape_corner *corner_get(struct shapes *s, int radius, int width)
{
    for (int i = 0; i < s->corner_count; i++) {
        if (s->corners[i]->radius == radius && s->corners[i]->width == width) return s->corners[i];
    }
    int place = s->next;
    if (s->corner_count < SHAPE_CORNERS_MAX) {
        place = s->corner_count++;
        s->corners[place] = arena_new(&s->arena, struct shape_corner);
    } else {
        s->next = (s->next + 1) % SHAPE_CORNERS_MAX;
    }
    corner_make(s->corners[place], radius, width);
    return s->corners[place];
}

static void paint_corners(const struct canvas *c, struct rect r, const struct shape_corner *k,
                          uint32_t color)
{
    int size = k->size_px;
    for (int turn = 0; turn < TURN_COUNT; turn++) {
        bool right = turn == TURN_UPPER_RIGHT || turn == TURN_LOWER_RIGHT;
        bool low = turn == TURN_LOWER_LEFT || turn == TURN_LOWER_RIGHT;
        canvas_mask(c, right ? r.x + r.w - size : r.x, low ? r.y + r.h - size : r.y,
                    (struct canvas_mask){k->alpha[turn], size, size}, color);
    }
}

static int fitting_radius(struct rect r, int radius)
{
    int fits = min_int(min_int(r.w, r.h) / 2, SHAPE_RADIUS_PX_MAX);
    return min_int(radius, fits);
}

void shape_fill(struct shapes *s, const struct canvas *c, struct rect r, uint32_t color, int radius)
{
    int round = fitting_radius(r, radius);
    if (round <= 0) {
        canvas_fill(c, r, color);
        return;
    }
    canvas_fill(c, (struct rect){r.x + round, r.y, r.w - 2 * round, round}, color);
    canvas_fill(c, (struct rect){r.x, r.y + round, r.w, r.h - 2 * round}, color);
    canvas_fill(c, (struct rect){r.x + round, r.y + r.h - round, r.w - 2 * round, round}, color);
    paint_corners(c, r, corner_get(s, round, 0), color);
}

// One side, whole or in dashes of three widths with gaps of about two. `bar` is the side's rectangle.
static void paint_side(const struct canvas *c, struct rect bar, const struct shape_rule *rule)
{
    bool level = bar.w > bar.h;
    int length = level ? bar.w : bar.h;
    int dash = 3 * rule->width;
    int gap = 2 * rule->width;
    int count = (length + gap + (dash + gap) / 2) / (dash + gap);
    if (!rule->dashed || count < 2) {
        canvas_fill(c, bar, rule->color);
        return;
    }
    for (int i = 0; i < count; i++) {
        int at = (length - dash) * i / (count - 1);
        struct rect piece = level ? (struct rect){bar.x + at, bar.y, dash, bar.h}
                                  : (struct rect){bar.x, bar.y + at, bar.w, dash};
        canvas_fill(c, piece, rule->color);
    }
}

void shape_rule(struct shapes *s, const struct canvas *c, struct shape_rule rule)
{
    struct rect r = rule.rect;
    if (2 * rule.width >= min_int(r.w, r.h) || rule.width > SHAPE_RADIUS_PX_MAX) {
        shape_fill(s, c, r, rule.color, rule.radius);
        return;
    }
    int round = fitting_radius(r, rule.radius);
    const struct shape_corner *corner = corner_get(s, round, rule.width);
    int size = corner->size_px;
    int w = rule.width;
    paint_side(c, (struct rect){r.x + size, r.y, r.w - 2 * size, w}, &rule);
    paint_side(c, (struct rect){r.x + size, r.y + r.h - w, r.w - 2 * size, w}, &rule);
    paint_side(c, (struct rect){r.x, r.y + size, w, r.h - 2 * size}, &rule);
    paint_side(c, (struct rect){r.x + r.w - w, r.y + size, w, r.h - 2 * size}, &rule);
    paint_corners(c, r, corner, rule.color);
}
