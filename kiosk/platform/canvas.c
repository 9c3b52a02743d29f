#include "platform/canvas.h"

#include <stdlib.h>
#include <string.h>

static uint32_t *pixel_at(const struct canvas *c, int x, int y)
{
    return c->pixels + (ptrdiff_t)(y - c->area.y) * c->stride_px + (x - c->area.x);
}

void canvas_fill(const struct canvas *c, struct rect r, uint32_t color)
{
    struct rect part = rect_cut_to(r, c->clip);
    if (rect_is_empty(part)) return;
    uint32_t *first = pixel_at(c, part.x, part.y);
    for (int x = 0; x < part.w; x++)
        first[x] = color;
    uint32_t *row = first;
    for (int y = 1; y < part.h; y++) {
        row += c->stride_px;
        memcpy(row, first, (size_t)part.w * sizeof *row);
    }
}

// Two channels in one multiplication; alpha is spread to 0 … 256 so that 255 covers fully.
static uint32_t blend(uint32_t ground, uint32_t color, uint32_t alpha)
{
    uint32_t a = alpha + (alpha >> 7);
    uint32_t rb = ground & 0xFF00FF;
    uint32_t g = ground & 0x00FF00;
    rb += (((color & 0xFF00FF) - rb) * a) >> 8;
    g += (((color & 0x00FF00) - g) * a) >> 8;
    return (rb & 0xFF00FF) | (g & 0x00FF00);
}

void canvas_mask(const struct canvas *c, int x, int y, struct canvas_mask mask, uint32_t color)
{
    struct rect part = rect_cut_to((struct rect){x, y, mask.w, mask.h}, c->clip);
    for (int row = 0; row < part.h; row++) {
        uint32_t *to = pixel_at(c, part.x, part.y + row);
        const unsigned char *from =
            mask.alpha + (ptrdiff_t)(part.y + row - y) * mask.w + (part.x - x);
        for (int i = 0; i < part.w; i++) {
            if (from[i] == 255) {
                to[i] = color;
            } else if (from[i]) {
                to[i] = blend(to[i], color, from[i]);
            }
        }
    }
}

void canvas_picture(const struct canvas *c, int x, int y, const uint32_t *argb, int w, int h)
{
    struct rect part = rect_cut_to((struct rect){x, y, w, h}, c->clip);
    for (int row = 0; row < part.h; row++) {
        uint32_t *to = pixel_at(c, part.x, part.y + row);
        const uint32_t *from = argb + (ptrdiff_t)(part.y + row - y) * w + (part.x - x);
        for (int i = 0; i < part.w; i++)
            to[i] = blend(to[i], from[i] & 0xFFFFFF, from[i] >> 24);
    }
}

void canvas_bits(const struct canvas *c, struct rect r, struct draw_bits bits)
{
    struct rect part = rect_cut_to(r, c->clip);
    int bytes_a_row = (bits.width_px + 7) / 8;
    for (int row = 0; row < part.h; row++) {
        uint32_t *to = pixel_at(c, part.x, part.y + row);
        int from_y = (int)((int64_t)(part.y + row - r.y) * bits.height_px / r.h);
        const unsigned char *from = bits.bytes + (ptrdiff_t)from_y * bytes_a_row;
        for (int i = 0; i < part.w; i++) {
            int from_x = (int)((int64_t)(part.x + i - r.x) * bits.width_px / r.w);
            bool black = from[from_x / 8] & (0x80 >> (from_x % 8));
            to[i] = black ? 0x000000 : 0xFFFFFF;
        }
    }
}

void canvas_shift(const struct canvas *c, struct rect r, int dy)
{
    struct rect part = rect_cut_to(r, c->area);
    int rows = part.h - abs(dy);
    for (int i = 0; i < rows; i++) {
        // From the far end, so that no row is overwritten before it has moved.
        int to_y = dy > 0 ? part.y + part.h - 1 - i : part.y + i;
        memcpy(pixel_at(c, part.x, to_y), pixel_at(c, part.x, to_y - dy),
               (size_t)part.w * sizeof(uint32_t));
    }
}
