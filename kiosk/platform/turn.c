#include "platform/turn.h"

#define TILE 32 // squares of this side fit the first-level cache in both directions

void turn_to_window(const struct turn *t, int x, int y, int *window_x, int *window_y)
{
    int right = t->width_px - 1 - x;
    int low = t->height_px - 1 - y;
    switch (t->by) {
    case TURN_0: *window_x = x, *window_y = y; break;
    case TURN_90: *window_x = low, *window_y = x; break;
    case TURN_180: *window_x = right, *window_y = low; break;
    case TURN_270: *window_x = y, *window_y = right; break;
    }
}

void turn_to_canvas(const struct turn *t, int window_x, int window_y, int *x, int *y)
{
    switch (t->by) {
    case TURN_0: *x = window_x, *y = window_y; break;
    case TURN_90: *x = window_y, *y = t->height_px - 1 - window_x; break;
    case TURN_180: *x = t->width_px - 1 - window_x, *y = t->height_px - 1 - window_y; break;
    case TURN_270: *x = t->width_px - 1 - window_y, *y = window_x; break;
    }
}

struct rect turn_rect(const struct turn *t, struct rect r)
{
    struct rect out = {0};
    int x2 = 0;
    int y2 = 0;
    turn_to_window(t, r.x, r.y, &out.x, &out.y);
    turn_to_window(t, r.x + r.w - 1, r.y + r.h - 1, &x2, &y2);
    struct rect a = {out.x, out.y, 1, 1};
    return rect_union(a, (struct rect){x2, y2, 1, 1});
}

static void copy_tile(const struct turn *t, const struct canvas *from, const struct canvas *to,
                      struct rect tile)
{
    int step_x = 0;
    int step_y = 0;
    int x0 = 0;
    int y0 = 0;
    turn_to_window(t, tile.x, tile.y, &x0, &y0);
    turn_to_window(t, tile.x + 1, tile.y, &step_x, &step_y);
    ptrdiff_t step = (ptrdiff_t)(step_y - y0) * to->stride_px + (step_x - x0);
    for (int y = tile.y; y < tile.y + tile.h; y++) {
        turn_to_window(t, tile.x, y, &x0, &y0);
        const uint32_t *in = from->pixels + (ptrdiff_t)y * from->stride_px + tile.x;
        uint32_t *out = to->pixels + (ptrdiff_t)y0 * to->stride_px + x0;
        for (int x = 0; x < tile.w; x++) {
            *out = in[x];
            out += step;
        }
    }
}

void turn_copy(const struct turn *t, const struct canvas *from, const struct canvas *to,
               struct rect r)
{
    for (int y = r.y; y < r.y + r.h; y += TILE) {
        for (int x = r.x; x < r.x + r.w; x += TILE)
            copy_tile(t, from, to, rect_cut_to((struct rect){x, y, TILE, TILE}, r));
    }
}
