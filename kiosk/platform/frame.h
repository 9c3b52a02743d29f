// A painted frame remembered, and what differs between two of them. Commands are copied with their
// texts, so the lists may die; each knows the clip in force and the pixels it can touch.
//
// Why the difference is right: outside the rectangles answered, the same commands in the same order
// touch a pixel in both frames, so it already has its colour. A region whose content moved up or
// down is found first and answered as a move, so a scrolled page paints only what came into view.
#ifndef PLATFORM_FRAME_H
#define PLATFORM_FRAME_H

#include "draw/draw.h"

#define FRAME_BYTES_MAX (512u << 10) // texts and bitmaps of one frame
#define FRAME_RECTS_MAX 24

struct frame_item {
    struct draw_command command; // text and bits live in the frame's arena
    struct rect clip;
    struct rect bounds; // within `clip`
    uint32_t sum;
};

struct frame {
    struct arena items_arena; // the items, one after the other
    struct arena bytes;
    struct frame_item *items;
    int count;
    struct rect canvas;
    bool complete; // false: nothing painted yet, or it did not fit; the next one is painted whole
};

void frame_init(struct frame *f);
void frame_deinit(struct frame *f);

// How far right text goes; the fonts answer, so frames know no SDL.
typedef int frame_measure_fn(void *fonts, const struct draw_command *text);

void frame_take(struct frame *f, const struct draw_list *d, frame_measure_fn *measure, void *fonts);

void frame_forget(struct frame *f); // overwrites it

struct frame_change {
    struct rect rects[FRAME_RECTS_MAX]; // to be painted again
    int count;
    struct rect moved; // empty: nothing moved. Its pixels go down by `moved_by` before painting.
    int moved_by;
};

// Changes `old`: where something moved, its items move too.
void frame_compare(struct frame *old, const struct frame *now, struct frame_change *out);

// Is every pixel of `r` painted by this one item, in one colour?
bool frame_item_covers(const struct frame_item *item, struct rect r);

#endif
