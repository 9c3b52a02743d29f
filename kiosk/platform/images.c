#include "platform/images.h"

#include "base/log.h"

#include <SDL_image.h>

#define PATH_BYTES_MAX 512

void images_init(struct images *im, const char *assets)
{
    *im = (struct images){.assets = assets};
    arena_init(&im->pixels, IMAGE_PIXEL_BYTES_MAX);
}

void images_deinit(struct images *im)
{
    arena_deinit(&im->pixels);
    *im = (struct images){0};
}

static SDL_Surface *load(const char *assets, enum draw_image image, int w, int h)
{
    char path[PATH_BYTES_MAX];
    SDL_snprintf(path, sizeof path, "%s/%s", assets, draw_image_file(image));
    SDL_RWops *file = SDL_RWFromFile(path, "rb");
    SDL_Surface *loaded = file ? IMG_LoadSizedSVG_RW(file, w, h) : NULL;
    if (file) SDL_RWclose(file);
    SDL_Surface *s = loaded ? SDL_ConvertSurfaceFormat(loaded, SDL_PIXELFORMAT_ARGB8888, 0) : NULL;
    if (loaded) SDL_FreeSurface(loaded);
    if (!s) log_error("picture %s: %s", path, SDL_GetError());
    return s;
}

static void store(struct images *im, const SDL_Surface *s, struct image_slot *slot)
{
    bool drawing = draw_image_is_drawing(slot->image);
    size_t count = (size_t)s->w * (size_t)s->h;
    size_t bytes = drawing ? count * sizeof(uint32_t) : count;
    if (bytes + alignof(uint32_t) > arena_free_bytes(&im->pixels)) {
        arena_rewind(&im->pixels, 0);
        im->count = 0;
    }
    unsigned char *to = arena_push(&im->pixels, bytes, alignof(uint32_t));
    slot->start = (size_t)(to - im->pixels.bytes);
    slot->w = s->w;
    slot->h = s->h;
    for (int y = 0; y < s->h; y++) {
        const uint32_t *row = (const uint32_t *)((const char *)s->pixels + (ptrdiff_t)y * s->pitch);
        for (int x = 0; x < s->w; x++) {
            size_t at = (size_t)y * (size_t)s->w + (size_t)x;
            if (drawing) {
                ((uint32_t *)(void *)to)[at] = row[x];
            } else {
                to[at] = (unsigned char)(row[x] >> 24);
            }
        }
    }
}

static struct image_slot slot_get(struct images *im, enum draw_image image, int w, int h)
{
    for (int i = 0; i < im->count; i++) {
        struct image_slot *have = &im->slots[i];
        if (have->image == image && have->box_w == w && have->box_h == h) return *have;
    }
    struct image_slot slot = {.image = image, .box_w = w, .box_h = h};
    if (w <= IMAGE_SIDE_PX_MAX && h <= IMAGE_SIDE_PX_MAX) {
        SDL_Surface *s = load(im->assets, image, w, h);
        if (s) store(im, s, &slot);
        if (s) SDL_FreeSurface(s);
    }
    if (im->count == IMAGE_SLOTS_MAX) {
        // Masks of the forgotten ones stay in the arena until it is full; the newest must not go.
        im->count = 0;
    }
    im->slots[im->count++] = slot;
    return slot;
}

void images_paint(struct images *im, const struct canvas *c, const struct draw_command *image)
{
    struct image_slot slot = slot_get(im, image->image, image->rect.w, image->rect.h);
    if (slot.w == 0) return;
    int x = image->rect.x + (image->rect.w - slot.w) / 2;
    int y = image->rect.y + (image->rect.h - slot.h) / 2;
    const unsigned char *bytes = im->pixels.bytes + slot.start;
    if (draw_image_is_drawing(image->image)) {
        canvas_picture(c, x, y, (const uint32_t *)(const void *)bytes, slot.w, slot.h);
    } else {
        canvas_mask(c, x, y, (struct canvas_mask){bytes, slot.w, slot.h}, image->color);
    }
}
