#include "platform/glyphs.h"

#include "base/log.h"

#include <SDL_ttf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

// ---- Fonts

struct glyph_font {
    const char *path; // kept; NULL: there is none
    TTF_Font *ttf;    // NULL until needed
    void *map;
    size_t map_bytes;
    bool failed; // logged once
    int size_px;
};

static enum err font_map(struct glyph_font *f)
{
    int fd = open(f->path, O_RDONLY | O_CLOEXEC);
    struct stat s;
    if (fd < 0 || fstat(fd, &s) || s.st_size <= 0) {
        log_error("font %s: %s", f->path, log_errno());
        if (fd >= 0) close(fd);
        return ERR_IO;
    }
    f->map_bytes = (size_t)s.st_size;
    f->map = mmap(NULL, f->map_bytes, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (f->map != MAP_FAILED) return ERR_OK;
    f->map = NULL;
    log_error("font %s: %s", f->path, log_errno());
    return ERR_IO;
}

static enum err font_open(struct glyph_font *f)
{
    enum err e = font_map(f);
    if (e) return e;
    int face = str_ends(str_from_z(f->path), STR(".ttc")) ? GLYPH_SC_FACE : 0;
    SDL_RWops *rw = SDL_RWFromConstMem(f->map, (int)f->map_bytes);
    f->size_px = 44;
    f->ttf = rw ? TTF_OpenFontIndexRW(rw, 1, f->size_px, face) : NULL;
    if (!f->ttf) {
        log_error("font %s: %s", f->path, SDL_GetError());
        return ERR_CORRUPT;
    }
    TTF_SetFontHinting(f->ttf, TTF_HINTING_LIGHT);
    TTF_SetFontKerning(f->ttf, 0);
    return ERR_OK;
}

static void font_close(struct glyph_font *f)
{
    if (f->ttf) TTF_CloseFont(f->ttf);
    if (f->map) munmap(f->map, f->map_bytes);
    *f = (struct glyph_font){0};
}

static bool font_has(struct glyph_font *f, uint32_t character)
{
    return f->ttf && TTF_GlyphIsProvided32(f->ttf, character);
}

// The font that shows the character: the weight's own, else the fallback, else its own with a box.
static struct glyph_font *font_for(struct glyphs *g, uint32_t character, enum draw_weight weight,
                                   bool *found)
{
    struct glyph_font *own = &g->fonts[weight == DRAW_BOLD ? FACE_BOLD : FACE_MEDIUM];
    *found = true;
    if (font_has(own, character)) return own;
    struct glyph_font *fallback = &g->fonts[FACE_FALLBACK];
    if (fallback->path && !fallback->ttf && !fallback->failed)
        fallback->failed = font_open(fallback) != ERR_OK;
    if (font_has(fallback, character)) return fallback;
    *found = false;
    return own;
}

static void font_size(struct glyph_font *f, int size_px)
{
    if (f->size_px == size_px) return;
    f->size_px = size_px;
    if (TTF_SetFontSize(f->ttf, size_px)) log_error("font size %d: %s", size_px, SDL_GetError());
}

// ---- Advances

static uint32_t key_of(uint32_t character, int size_px, enum draw_weight weight)
{
    CHECK(size_px > 0 && size_px <= GLYPH_SIZE_PX_MAX);
    uint32_t c = character <= 0x10FFFF ? character : 0xFFFD;
    return c << 10 | (uint32_t)size_px << 1 | (weight == DRAW_BOLD);
}

static uint32_t slot_of(uint32_t key, uint32_t slots)
{
    return (key * 2654435761U) >> 7 & (slots - 1);
}

static bool is_digit(uint32_t character)
{
    return character >= '0' && character <= '9';
}

static int advance_ask(struct glyphs *g, uint32_t character, int size_px, enum draw_weight weight)
{
    bool found = false;
    struct glyph_font *f = font_for(g, character, weight, &found);
    font_size(f, size_px);
    int px = size_px;
    if (TTF_GlyphMetrics32(f->ttf, character, NULL, NULL, NULL, NULL, &px)) return size_px;
    return px;
}

static int advance_get(struct draw_metrics *m, uint32_t character, int size_px,
                       enum draw_weight weight)
{
    struct glyphs *g = (struct glyphs *)m;
    uint32_t same = is_digit(character) ? '0' : character; // tabular digits
    uint32_t key = key_of(same, size_px, weight);
    uint32_t i = slot_of(key, GLYPH_ADVANCE_SLOTS);
    while (g->advances[i].key && g->advances[i].key != key)
        i = (i + 1) & (GLYPH_ADVANCE_SLOTS - 1);
    if (g->advances[i].key) return g->advances[i].px;
    int px = advance_ask(g, same, size_px, weight);
    if (g->advance_count >= GLYPH_ADVANCE_SLOTS / 4 * 3) {
        for (int k = 0; k < GLYPH_ADVANCE_SLOTS; k++)
            g->advances[k] = (struct glyph_advance){0};
        g->advance_count = 0;
        i = slot_of(key, GLYPH_ADVANCE_SLOTS);
    }
    g->advances[i] = (struct glyph_advance){key, px};
    g->advance_count++;
    return px;
}

static bool glyph_is_there(struct draw_metrics *m, uint32_t character)
{
    bool found = false;
    font_for((struct glyphs *)m, character, DRAW_MEDIUM, &found);
    return found;
}

// ---- Masks

static void glyphs_forget(struct glyphs *g)
{
    for (int i = 0; i < GLYPH_SLOTS; i++)
        g->slots[i] = (struct glyph){0};
    g->glyph_count = 0;
    arena_rewind(&g->masks, 0);
}

// The ink of a surface as SDL_ttf makes it (alpha in the top byte), without the empty margin.
static struct rect ink_of(const SDL_Surface *s)
{
    struct rect ink = {0};
    for (int y = 0; y < s->h; y++) {
        const uint32_t *row = (const uint32_t *)((const char *)s->pixels + (ptrdiff_t)y * s->pitch);
        int from = 0;
        int to = s->w;
        while (from < to && !(row[from] >> 24))
            from++;
        while (to > from && !(row[to - 1] >> 24))
            to--;
        if (to > from) ink = rect_union(ink, (struct rect){from, y, to - from, 1});
    }
    return ink;
}

static void mask_store(struct glyphs *g, const SDL_Surface *s, struct rect ink, struct glyph *out)
{
    size_t bytes = (size_t)ink.w * (size_t)ink.h;
    if (bytes > arena_free_bytes(&g->masks)) glyphs_forget(g);
    unsigned char *to = arena_push(&g->masks, bytes, 1);
    for (int y = 0; y < ink.h; y++) {
        const uint32_t *row =
            (const uint32_t *)((const char *)s->pixels + (ptrdiff_t)(ink.y + y) * s->pitch);
        for (int x = 0; x < ink.w; x++)
            to[y * ink.w + x] = (unsigned char)(row[ink.x + x] >> 24);
    }
    out->start = (uint32_t)(to - g->masks.bytes);
    out->w = (int16_t)ink.w;
    out->h = (int16_t)ink.h;
}

static struct glyph glyph_make(struct glyphs *g, uint32_t character, int size_px,
                               enum draw_weight weight)
{
    struct glyph made = {.key = key_of(character, size_px, weight)};
    bool found = false;
    struct glyph_font *f = font_for(g, character, weight, &found);
    font_size(f, size_px);
    int left = 0;
    int high = 0;
    if (TTF_GlyphMetrics32(f->ttf, character, &left, NULL, NULL, &high, NULL)) return made;
    SDL_Surface *s = TTF_RenderGlyph32_Blended(f->ttf, character, (SDL_Color){255, 255, 255, 255});
    if (!s) return made;
    struct rect ink = ink_of(s);
    if (!rect_is_empty(ink)) {
        mask_store(g, s, ink, &made);
        // SDL_ttf widens its surface to the left and upwards when ink would fall outside.
        int ascent = TTF_FontAscent(f->ttf);
        int origin_x = left < 0 ? -left : 0;
        int origin_y = high > ascent ? high : ascent;
        made.left = (int16_t)(ink.x - origin_x);
        made.top = (int16_t)(ink.y - origin_y);
    }
    SDL_FreeSurface(s);
    return made;
}

static struct glyph glyph_get(struct glyphs *g, uint32_t character, int size_px,
                              enum draw_weight weight)
{
    uint32_t key = key_of(character, size_px, weight);
    uint32_t i = slot_of(key, GLYPH_SLOTS);
    while (g->slots[i].key && g->slots[i].key != key)
        i = (i + 1) & (GLYPH_SLOTS - 1);
    if (g->slots[i].key) return g->slots[i];
    if (g->glyph_count >= GLYPH_SLOTS / 4 * 3) glyphs_forget(g);
    struct glyph made = glyph_make(g, character, size_px, weight); // may forget the others
    i = slot_of(key, GLYPH_SLOTS);
    while (g->slots[i].key)
        i = (i + 1) & (GLYPH_SLOTS - 1);
    g->slots[i] = made;
    g->glyph_count++;
    return made;
}

// ---- Text

int glyphs_measure(struct glyphs *g, const struct draw_command *text)
{
    int x = 0;
    struct str rest = text->text;
    while (rest.len) {
        uint32_t character = str_utf8_next(&rest);
        x += advance_get(&g->metrics, character, text->size_px, text->weight) + text->spacing_px;
    }
    return x;
}

void glyphs_paint(struct glyphs *g, const struct canvas *c, const struct draw_command *text)
{
    // A Han face lies between 0.88 em above and 0.12 em below the baseline, digits between 0.73 and
    // 0: with the baseline 3/8 em below the middle of the line box, both look centred in it.
    int baseline = text->rect.y + text->rect.h / 2 + text->size_px * 3 / 8;
    int x = text->rect.x;
    struct str rest = text->text;
    while (rest.len && x < c->clip.x + c->clip.w) {
        uint32_t character = str_utf8_next(&rest);
        int advance = advance_get(&g->metrics, character, text->size_px, text->weight);
        if (x + advance + text->size_px > c->clip.x) {
            struct glyph glyph = glyph_get(g, character, text->size_px, text->weight);
            struct canvas_mask mask = {g->masks.bytes + glyph.start, glyph.w, glyph.h};
            canvas_mask(c, x + glyph.left, baseline + glyph.top, mask, text->color);
        }
        x += advance + text->spacing_px;
    }
}

// ---- Life

static const struct draw_metrics_ops glyph_ops = {.advance = advance_get,
                                                  .has_glyph = glyph_is_there};

enum err glyphs_init(struct glyphs *g, const char *medium, const char *bold, const char *fallback)
{
    *g = (struct glyphs){.metrics = {.ops = &glyph_ops}};
    arena_init(&g->tables, FACE_COUNT * sizeof(struct glyph_font) +
                               GLYPH_SLOTS * sizeof(struct glyph) +
                               GLYPH_ADVANCE_SLOTS * sizeof(struct glyph_advance) + 64);
    g->fonts = arena_array(&g->tables, struct glyph_font, FACE_COUNT);
    g->fonts[FACE_MEDIUM].path = medium;
    g->fonts[FACE_BOLD].path = bold;
    g->fonts[FACE_FALLBACK].path = fallback;
    g->slots = arena_array(&g->tables, struct glyph, GLYPH_SLOTS);
    g->advances = arena_array(&g->tables, struct glyph_advance, GLYPH_ADVANCE_SLOTS);
    arena_init(&g->masks, GLYPH_MASK_BYTES_MAX);
    if (TTF_Init()) {
        log_error("SDL_ttf: %s", SDL_GetError());
        return ERR_IO;
    }
    enum err e = font_open(&g->fonts[FACE_MEDIUM]);
    if (e) return e;
    return font_open(&g->fonts[FACE_BOLD]);
}

void glyphs_deinit(struct glyphs *g)
{
    for (int i = 0; g->fonts && i < FACE_COUNT; i++)
        font_close(&g->fonts[i]);
    if (TTF_WasInit()) TTF_Quit();
    arena_deinit(&g->tables);
    arena_deinit(&g->masks);
    *g = (struct glyphs){0};
}
