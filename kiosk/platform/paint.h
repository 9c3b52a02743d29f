// Draw lists as pixels. Only what differs from the frame painted before is painted, from the topmost
// command that covers it upwards, so that a pixel is rarely painted twice.
#ifndef PLATFORM_PAINT_H
#define PLATFORM_PAINT_H

#include "platform/frame.h"
#include "platform/glyphs.h"
#include "platform/images.h"
#include "platform/shapes.h"

struct painter {
    struct draw_painter one_bit; // first: its op gets back to this struct
    struct glyphs glyphs;
    struct images images;
    struct shapes shapes;
    struct frame frames[2];
    int now; // which of them is on the canvas
    struct frame slip;
    struct arena band; // pixels of a slip's part
};

struct paint_fonts {
    const char *medium, *bold;
    const char *fallback; // may be NULL
};

// Keeps the names.
MUST_USE enum err painter_init(struct painter *p, struct paint_fonts fonts, const char *assets);
void painter_deinit(struct painter *p);

// The canvas has other pixels than those painted last (new size, new window): paint all next time.
void painter_forget(struct painter *p);

// Paints `d` on a canvas that holds the frame painted before; `out` says which pixels changed.
void painter_paint(struct painter *p, struct canvas *c, const struct draw_list *d,
                   struct frame_change *out);

#endif
