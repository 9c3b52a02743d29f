// Pixels and what can be done to them: the bottom of the painter. 32 bits a pixel, 0xRRGGBB with the
// top byte without meaning, as SDL's window surface has them. Everything is cut to `clip`.
#ifndef PLATFORM_CANVAS_H
#define PLATFORM_CANVAS_H

#include "draw/draw.h"

struct canvas {
    uint32_t *pixels; // borrowed; the first is the upper left of `area`
    int stride_px;    // from one row to the next
    struct rect area; // the part of the frame that the pixels hold
    struct rect clip; // within `area`
};

void canvas_fill(const struct canvas *c, struct rect r, uint32_t color);

// A mask of `w` times `h` coverages (0 … 255), row after row, painted in `color`.
struct canvas_mask {
    const unsigned char *alpha;
    int w, h;
};

void canvas_mask(const struct canvas *c, int x, int y, struct canvas_mask mask, uint32_t color);

// Pixels with alpha (0xAARRGGBB, not premultiplied), row after row.
void canvas_picture(const struct canvas *c, int x, int y, const uint32_t *argb, int w, int h);

// Black and white, scaled to `r` by the nearest dot so that edges stay sharp.
void canvas_bits(const struct canvas *c, struct rect r, struct draw_bits bits);

// Moves what lies in `r` (within `area`) down by `dy` pixels, up where it is negative. The band it
// leaves keeps its old pixels.
void canvas_shift(const struct canvas *c, struct rect r, int dy);

#endif
