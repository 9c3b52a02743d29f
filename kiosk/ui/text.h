// Lines of Chinese: where a paragraph breaks, how wide it is, where it is cut off.
//
// Break opportunities come from libunibreak (UAX 14); over them lie the rules it does not know
// (breaks.def, from GB/T 15834): no line begins with a closing mark or ends with an opening one,
// a number keeps its unit, a dash of two characters stays whole, and a paragraph's last line holds
// at least two Han. Widths are sums of advances that are asked for once and remembered, so a whole
// statute is broken in milliseconds.
//
// Threads: the UI thread only. The work is O(characters).
#ifndef UI_TEXT_H
#define UI_TEXT_H

#include "draw/draw.h"

#define TEXT_CACHE_SLOTS         8192  // a power of two
#define TEXT_PARAGRAPH_BYTES_MAX 65536 // longer paragraphs are broken in pieces of this size

struct text_advance {
    uint32_t key;
    int32_t advance_px;
};

struct text {
    struct draw_metrics *metrics; // kept
    struct arena *scratch;        // kept; rewound to where it was before a function returns
    struct text_advance cache[TEXT_CACHE_SLOTS];
};

struct text_font {
    int size_px;
    enum draw_weight weight;
    int spacing_px; // after each character
};

struct text_line {
    struct str text; // borrowed from the wrapped text, without blanks at its end
    int width_px;
};

void text_init(struct text *t, struct draw_metrics *metrics, struct arena *scratch);

// Width of one line. Damaged bytes count as U+FFFD.
int text_width_px(struct text *t, struct str line, struct text_font font);

// Breaks `text` into lines of at most `width_px`; '\n' ends a paragraph, an empty paragraph is an
// empty line. Answers how many of `lines` it filled; `*text` is what did not fit in `lines_max`
// (empty with ptr == NULL when everything did). Only a line of a single character that is wider
// than `width_px` can be too wide.
int text_wrap(struct text *t, struct str *text, struct text_font font, int width_px,
              struct text_line *lines, int lines_max);

// The longest beginning of `line` that fits, followed by an ellipsis if anything was cut; lives in
// `arena` then. Never cuts within a character.
struct str text_fit(struct text *t, struct arena *arena, struct str line, struct text_font font,
                    int width_px);

// May a line end after `a` when `b` follows? `before` is what stands before `a`, 0 for nothing. The
// rules of breaks.def only, without libunibreak's.
bool text_may_break(uint32_t before, uint32_t a, uint32_t b);

#endif
