#include "ui/text.h"

#include "base/check.h"

#include <linebreak.h>
#include <string.h>

#define HAN_FIRST           0x4E00
#define HAN_LAST            0x9FFF
#define ELLIPSIS            0x2026

// One Han and the marks after it: only an end as short as this can be too lonely for a line.
#define SHORT_END_BYTES_MAX 12

// ---- Widths

void text_init(struct text *t, struct draw_metrics *metrics, struct arena *scratch)
{
    CHECK(metrics != NULL);
    memset(t, 0, sizeof(*t));
    t->metrics = metrics;
    t->scratch = scratch;
    init_linebreak();
}

// Sizes stay below 1024 pixels, characters below 2^21: a key of 32 bits says all. Never 0.
static uint32_t advance_key(uint32_t character, struct text_font font)
{
    return character << 11 | (uint32_t)(font.size_px & 1023) << 1 |
           (font.weight == DRAW_BOLD ? 1 : 0);
}

static int advance(struct text *t, uint32_t character, struct text_font font)
{
    uint32_t key = advance_key(character, font);
    uint32_t slot = (key * UINT32_C(2654435761)) >> 19 & (TEXT_CACHE_SLOTS - 1);
    struct text_advance *known = &t->cache[slot];
    if (known->key != key) {
        known->key = key;
        known->advance_px =
            t->metrics->ops->advance(t->metrics, character, font.size_px, font.weight);
    }
    return known->advance_px + font.spacing_px;
}

int text_width_px(struct text *t, struct str line, struct text_font font)
{
    CHECK(font.size_px > 0 && font.size_px < 1024);
    int width = 0;
    while (line.len) {
        width += advance(t, str_utf8_next(&line), font);
    }
    return width;
}

// ---- The rules of breaks.def

static bool may_not_start(uint32_t c)
{
    switch (c) {
#define NO_START(code, character) case code:
#define NO_END(code, character)
#define UNIT(code, character)
#include "ui/breaks.def"
#undef NO_START
#undef NO_END
#undef UNIT
        return true;
    default: return false;
    }
}

static bool may_not_end(uint32_t c)
{
    switch (c) {
#define NO_START(code, character)
#define NO_END(code, character) case code:
#define UNIT(code, character)
#include "ui/breaks.def"
#undef NO_START
#undef NO_END
#undef UNIT
        return true;
    default: return false;
    }
}

static bool is_unit(uint32_t c)
{
    switch (c) {
#define NO_START(code, character)
#define NO_END(code, character)
#define UNIT(code, character) case code:
#include "ui/breaks.def"
#undef NO_START
#undef NO_END
#undef UNIT
        return true;
    default: return false;
    }
}

static bool is_digit(uint32_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_dash(uint32_t c)
{
    return c == '-' || c == 0x2013 || c == 0x2014 || c == 0xFF5E;
}

static bool is_han(uint32_t c)
{
    return c >= HAN_FIRST && c <= HAN_LAST;
}

bool text_may_break(uint32_t before, uint32_t a, uint32_t b)
{
    if (is_han(a) && is_han(b)) return true;
    if (may_not_start(b) || may_not_end(a)) return false;
    if (is_digit(a) && is_unit(b)) return false;
    if (a == ' ' && is_digit(before) && is_unit(b)) return false;
    return !(is_dash(a) && is_digit(before) && is_digit(b));
}

// ---- Breaking a paragraph

// A piece of text that holds no '\n', with a verdict of libunibreak after each byte.
struct paragraph {
    struct str text;
    char *breaks;
    struct text_font font;
    int width_px; // of the lines
};

static bool break_is_allowed(const struct paragraph *p, size_t end, uint32_t before, uint32_t a)
{
    if (end >= p->text.len) return true;
    char verdict = p->breaks[end - 1];
    if (verdict != LINEBREAK_ALLOWBREAK && verdict != LINEBREAK_MUSTBREAK) return false;
    struct str rest = str_sub(p->text, end, 4);
    return text_may_break(before, a, str_utf8_next(&rest));
}

static struct str without_blanks_at_end(struct str s)
{
    while (s.len && s.ptr[s.len - 1] == ' ') {
        s.len--;
    }
    return s;
}

// The length of the first line of the paragraph from `from` on.
static size_t line_len(struct text *t, const struct paragraph *p, size_t from)
{
    struct str rest = str_sub(p->text, from, p->text.len);
    size_t best = 0, end = 0;
    int width = 0;
    uint32_t before = 0;
    while (rest.len) {
        size_t left = rest.len;
        uint32_t c = str_utf8_next(&rest);
        size_t next_end = end + (left - rest.len);
        width += advance(t, c, p->font);
        if (width > p->width_px && c != ' ' && end > 0) return best ? best : end;
        end = next_end;
        if (break_is_allowed(p, from + end, before, c)) best = end;
        before = c;
    }
    return end;
}

static size_t char_start(struct str s, size_t end)
{
    do {
        end--;
    } while (end > 0 && ((unsigned char)s.ptr[end] & 0xC0) == 0x80);
    return end;
}

static int han_count(struct str s)
{
    int count = 0;
    while (s.len) {
        count += is_han(str_utf8_next(&s));
    }
    return count;
}

// Where the line before the last one should end so that the last holds two Han; `end` where there
// is no such place. `start` is where the line before the last begins.
static size_t pull_down(const struct paragraph *p, size_t start, size_t end)
{
    if (han_count(str_sub(p->text, end, p->text.len)) != 1) return end;
    size_t at = end;
    for (int tries = 0; tries < 4; tries++) {
        at = char_start(p->text, at);
        if (at <= start) return end;
        size_t a_start = char_start(p->text, at);
        if (a_start <= start) return end;
        struct str a = str_sub(p->text, a_start, 4);
        size_t before_start = char_start(p->text, a_start);
        struct str before = str_sub(p->text, before_start, 4);
        bool is_second = han_count(str_sub(p->text, at, p->text.len)) >= 2;
        uint32_t before_c = str_utf8_next(&before);
        if (is_second && break_is_allowed(p, at, before_c, str_utf8_next(&a))) return at;
    }
    return end;
}

static void line_put(struct text *t, struct str line, struct text_font font, struct text_line *out)
{
    out->text = without_blanks_at_end(line);
    out->width_px = text_width_px(t, out->text, font);
}

// Fills lines from one paragraph; answers how many and takes off `*used` what they hold.
static int paragraph_wrap(struct text *t, const struct paragraph *p, struct text_line *lines,
                          int lines_max, size_t *used)
{
    int count = 0;
    size_t from = 0;
    while (from < p->text.len && count < lines_max) {
        size_t len = line_len(t, p, from);
        size_t end = from + len;
        bool is_short_end = p->text.len > end && p->text.len - end <= SHORT_END_BYTES_MAX;
        if (is_short_end) end = pull_down(p, from, end);
        line_put(t, str_sub(p->text, from, end - from), p->font, &lines[count++]);
        from = end;
    }
    *used = from;
    return count;
}

static struct str paragraph_cut(struct str *text)
{
    size_t end = str_find(*text, STR("\n"), 0);
    size_t len = end == SIZE_MAX ? text->len : end;
    if (len <= TEXT_PARAGRAPH_BYTES_MAX) return str_sub(*text, 0, len);
    len = char_start(*text, TEXT_PARAGRAPH_BYTES_MAX);
    return str_sub(*text, 0, len);
}

int text_wrap(struct text *t, struct str *text, struct text_font font, int width_px,
              struct text_line *lines, int lines_max)
{
    CHECK(font.size_px > 0 && font.size_px < 1024);
    int count = 0;
    while (text->ptr && count < lines_max) {
        struct str piece = paragraph_cut(text);
        size_t used = 0;
        if (piece.len == 0) {
            lines[count++] = (struct text_line){.text = piece};
        } else {
            size_t mark = arena_mark(t->scratch);
            struct paragraph p = {piece, arena_push(t->scratch, piece.len, 1), font, width_px};
            memset(p.breaks, LINEBREAK_NOBREAK, piece.len);
            set_linebreaks_utf8((const utf8_t *)piece.ptr, piece.len, "zh", p.breaks);
            count += paragraph_wrap(t, &p, lines + count, lines_max - count, &used);
            arena_rewind(t->scratch, mark);
        }
        bool at_newline = used == piece.len && text->len > used && text->ptr[used] == '\n';
        *text = str_sub(*text, used + at_newline, text->len);
        if (text->len == 0) *text = (struct str){0};
    }
    return count;
}

struct str text_fit(struct text *t, struct arena *arena, struct str line, struct text_font font,
                    int width_px)
{
    if (text_width_px(t, line, font) <= width_px) return line;
    int room = width_px - advance(t, ELLIPSIS, font);
    struct str rest = line;
    size_t end = 0;
    while (rest.len) {
        room -= advance(t, str_utf8_next(&rest), font);
        if (room < 0) break;
        end = line.len - rest.len;
    }
    return str_printf(arena, "%.*s\xE2\x80\xA6", (int)end, line.ptr);
}
