// A panel that is mounted turned: the logical canvas is painted into memory of its own and copied
// turned to the window; touches come back the other way.
#ifndef PLATFORM_TURN_H
#define PLATFORM_TURN_H

#include "platform/canvas.h"
#include "platform/platform.h"

struct turn {
    enum platform_turn by;
    int width_px, height_px; // of the logical canvas
};

// The place in the window where the canvas pixel x, y is shown, and back.
void turn_to_window(const struct turn *t, int x, int y, int *window_x, int *window_y);
void turn_to_canvas(const struct turn *t, int window_x, int window_y, int *x, int *y);

struct rect turn_rect(const struct turn *t, struct rect r); // a canvas rectangle in the window

// Copies the pixels of `r` from the logical canvas to the window's.
void turn_copy(const struct turn *t, const struct canvas *from, const struct canvas *to,
               struct rect r);

#endif
