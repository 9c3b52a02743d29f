// The pictures of assets/icons, rasterised by SDL2_image once for each size and kept: icons as masks
// that are tinted while painting, drawings with their colours. The cache is bounded and forgets all
// at once when full. A picture that cannot be read is logged once and paints nothing.
#ifndef PLATFORM_IMAGES_H
#define PLATFORM_IMAGES_H

#include "platform/canvas.h"

#define IMAGE_SLOTS_MAX       160
#define IMAGE_PIXEL_BYTES_MAX (6u << 20)
#define IMAGE_SIDE_PX_MAX     1200

struct image_slot {
    enum draw_image image;
    int box_w, box_h; // asked for
    int w, h;         // got: the picture keeps its proportions; 0: unreadable
    size_t start;
};

struct images {
    const char *assets; // kept
    struct image_slot slots[IMAGE_SLOTS_MAX];
    int count;
    struct arena pixels; // bytes of masks, uint32_t of drawings
};

void images_init(struct images *im, const char *assets); // keeps the folder's name
void images_deinit(struct images *im);

// In the middle of the command's rectangle.
void images_paint(struct images *im, const struct canvas *c, const struct draw_command *image);

#endif
