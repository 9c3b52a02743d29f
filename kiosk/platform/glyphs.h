// Characters as coverage masks, rasterised by SDL_ttf once for each character, size and weight and
// kept; text is put together here, so that measuring and painting use the same advances and every
// digit is as wide as the next. Shaping is not needed: Han, Latin and digits stand one by one.
//
// Both caches are bounded and forget everything at once when full: a page holds far less than they
// do. Font files are mapped, not read (FreeType asks a .ttc thousands of small questions). A character
// that neither face has is looked for in the fallback font, which is opened when first needed.
#ifndef PLATFORM_GLYPHS_H
#define PLATFORM_GLYPHS_H

#include "platform/canvas.h"

#define GLYPH_SIZE_PX_MAX    511
#define GLYPH_SLOTS          8192 // power of two
#define GLYPH_ADVANCE_SLOTS  16384
#define GLYPH_MASK_BYTES_MAX (4u << 20)
#define GLYPH_SC_FACE        2 // Simplified Chinese within Noto's .ttc

enum glyph_face { FACE_MEDIUM, FACE_BOLD, FACE_FALLBACK, FACE_COUNT };

struct glyph_font; // an open file of SDL_ttf

struct glyph {
    uint32_t key; // 0: free
    uint32_t start;
    int16_t w, h;
    int16_t left, top; // from the pen on the baseline to the mask; down is positive
};

struct glyph_advance {
    uint32_t key;
    int32_t px;
};

struct glyphs {
    struct draw_metrics metrics; // first: its ops get back to this struct
    struct glyph_font *fonts;    // FACE_COUNT of them
    struct glyph *slots;
    int glyph_count;
    struct glyph_advance *advances;
    int advance_count;
    struct arena tables;
    struct arena masks;
};

// Keeps the paths; `fallback` may be NULL. Opens Medium and Bold.
MUST_USE enum err glyphs_init(struct glyphs *g, const char *medium, const char *bold,
                              const char *fallback);
void glyphs_deinit(struct glyphs *g);

// As far right as the pen goes.
int glyphs_measure(struct glyphs *g, const struct draw_command *text);

void glyphs_paint(struct glyphs *g, const struct canvas *c, const struct draw_command *text);

#endif
