// Rounded rectangles, filled or outlined, with soft corners. A corner's coverage is computed once
// for each radius and rule width and kept, so painting a card is fills and four small masks.
#ifndef PLATFORM_SHAPES_H
#define PLATFORM_SHAPES_H

#include "platform/canvas.h"

#define SHAPE_RADIUS_PX_MAX 64 // larger ones are painted with this
#define SHAPE_CORNERS_MAX   24 // kept; the one made first gives way

enum shape_turn {
    TURN_UPPER_LEFT,
    TURN_UPPER_RIGHT,
    TURN_LOWER_LEFT,
    TURN_LOWER_RIGHT,
    TURN_COUNT
};

struct shape_corner {
    int radius, width; // width 0: filled
    int size_px;
    unsigned char alpha[TURN_COUNT][SHAPE_RADIUS_PX_MAX * SHAPE_RADIUS_PX_MAX];
};

struct shapes {
    struct arena arena; // the corners, made when first needed
    struct shape_corner *corners[SHAPE_CORNERS_MAX];
    int corner_count;
    int next; // to be replaced
};

void shapes_init(struct shapes *s);
void shapes_deinit(struct shapes *s);

void shape_fill(struct shapes *s, const struct canvas *c, struct rect r, uint32_t color,
                int radius);

// Drawn inside `r`. Dashes divide each side evenly; corners stay whole.
struct shape_rule {
    struct rect rect;
    uint32_t color;
    int radius, width;
    bool dashed;
};

void shape_rule(struct shapes *s, const struct canvas *c, struct shape_rule rule);

#endif
