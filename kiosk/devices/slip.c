#include "devices/slip.h"

#include "devices/qr.h"

#define INK         0x000000
#define PAPER       0xFFFFFF
#define INNER_PX    (SLIP_WIDTH_PX - 2 * SLIP_MARGIN_PX)
#define TOP_PX      24
#define BOTTOM_PX   24
#define RULE_PX     3
#define RULE_GAP_PX 14
#define QR_SIDE_PX  300 // wanted, quiet zone included: version 3 gets 8 dots (1 mm) a module
#define QR_DOTS_MIN 4

struct slip_style {
    int size_px, line_px;
    enum draw_weight weight;
    bool centred;
    int spacing_px;
};

static const struct slip_style slip_styles[] = {
    [SLIP_TITLE] = {.size_px = 40, .line_px = 56, .weight = DRAW_BOLD, .centred = true},
    [SLIP_CENTER] = {.size_px = 36, .line_px = 50, .weight = DRAW_MEDIUM, .centred = true},
    [SLIP_NUMBER] =
        {.size_px = 76, .line_px = 96, .weight = DRAW_BOLD, .centred = true, .spacing_px = 2},
    [SLIP_STRONG] = {.size_px = 38, .line_px = 54, .weight = DRAW_BOLD},
    [SLIP_ROW] = {.size_px = 36, .line_px = 52, .weight = DRAW_MEDIUM},
    [SLIP_NOTE] = {.size_px = 30, .line_px = 42, .weight = DRAW_MEDIUM},
    [SLIP_RULE] = {.line_px = RULE_PX + 2 * RULE_GAP_PX},
    [SLIP_DASHES] = {.line_px = RULE_PX + 2 * RULE_GAP_PX},
};

static void line_add(struct slip_line *lines, int *count, int max, struct slip_line line)
{
    CHECK(*count < max);
    lines[(*count)++] = line;
}

void slip_add(struct slip *s, enum slip_kind kind, struct str text)
{
    line_add(s->lines, &s->line_count, SLIP_LINES_MAX, (struct slip_line){kind, text});
}

void slip_add_beside(struct slip *s, enum slip_kind kind, struct str text)
{
    line_add(s->beside, &s->beside_count, SLIP_BESIDE_MAX, (struct slip_line){kind, text});
}

// ---- Layout

struct slip_pen {
    struct draw_list *list;
    struct draw_metrics *metrics;
    int left, width; // of the column
    int y;
};

// May a line break before this character? Between Han, yes, but not before a mark that closes; within
// words and numbers, no: a phone number stays whole.
static bool may_break(uint32_t before, uint32_t after)
{
    static const uint32_t closing[] = {0x3001, 0x3002, 0xFF0C, 0xFF1B, 0xFF1A, 0xFF09,
                                       0xFF01, 0xFF1F, 0x201D, 0x300B, 0x3011};
    for (size_t i = 0; i < sizeof closing / sizeof *closing; i++) {
        if (after == closing[i]) return false;
    }
    return before == ' ' || before >= 0x2E80 || after >= 0x2E80;
}

// Takes the next line off `rest`, at most `pen->width` wide where a break allows it.
static struct str line_take(const struct slip_pen *pen, const struct slip_style *style,
                            struct str *rest, int *width_px)
{
    struct str left = *rest;
    int width = 0;
    int fits_width = 0;
    size_t fits = 0;
    uint32_t before = 0;
    while (left.len) {
        size_t at = rest->len - left.len;
        uint32_t c = str_utf8_next(&left);
        if (at > 0 && may_break(before, c)) {
            fits = at;
            fits_width = width;
        }
        int advance = pen->metrics->ops->advance(pen->metrics, c, style->size_px, style->weight) +
                      style->spacing_px;
        if (width + advance > pen->width && at > 0) {
            size_t cut = fits ? fits : at;
            *width_px = fits ? fits_width : width;
            struct str line = str_sub(*rest, 0, cut);
            *rest = str_sub(*rest, cut, rest->len);
            return line;
        }
        width += advance;
        before = c;
    }
    struct str line = *rest;
    *rest = (struct str){0};
    *width_px = width;
    return line;
}

static void put_text(struct slip_pen *pen, const struct slip_line *line)
{
    const struct slip_style *style = &slip_styles[line->kind];
    struct str rest = line->text;
    while (rest.len && pen->y < SLIP_HEIGHT_PX_MAX) {
        int width = 0;
        struct str piece = line_take(pen, style, &rest, &width);
        int x = pen->left + (style->centred ? (pen->width - width) / 2 : 0);
        draw_text(pen->list, (struct rect){x, pen->y, width, style->line_px},
                  (struct draw_text){.text = piece,
                                     .size_px = style->size_px,
                                     .weight = style->weight,
                                     .color = INK,
                                     .spacing_px = style->spacing_px});
        pen->y += style->line_px;
    }
}

static void put_line(struct slip_pen *pen, const struct slip_line *line)
{
    struct rect bar = {pen->left, pen->y + RULE_GAP_PX, pen->width, RULE_PX};
    switch (line->kind) {
    case SLIP_RULE:
        draw_fill(pen->list, bar, INK, 0);
        pen->y += slip_styles[SLIP_RULE].line_px;
        return;
    case SLIP_DASHES:
        for (int x = 0; x < bar.w; x += 4 * RULE_PX) {
            struct rect dash = {bar.x + x, bar.y, 2 * RULE_PX, bar.h};
            draw_fill(pen->list, rect_cut_to(dash, bar), INK, 0);
        }
        pen->y += slip_styles[SLIP_DASHES].line_px;
        return;
    case SLIP_TITLE:
    case SLIP_CENTER:
    case SLIP_NUMBER:
    case SLIP_STRONG:
    case SLIP_ROW:
    case SLIP_NOTE: put_text(pen, line); return;
    }
}

// Words beside the code stand in the middle of its height.
static void put_beside(struct slip_pen *pen, const struct slip *s, struct rect code)
{
    struct slip_pen beside = *pen;
    beside.left = code.x + code.w;
    beside.width = SLIP_WIDTH_PX - SLIP_MARGIN_PX - beside.left;
    int height = 0;
    for (int i = 0; i < s->beside_count; i++)
        height += slip_styles[s->beside[i].kind].line_px;
    beside.y = code.y + (code.h > height ? (code.h - height) / 2 : 0);
    for (int i = 0; i < s->beside_count; i++)
        put_line(&beside, &s->beside[i]);
    if (beside.y > pen->y) pen->y = beside.y;
}

static enum err put_qr(struct slip_pen *pen, const struct slip *s, struct arena *arena)
{
    struct draw_bits bits;
    enum err e = qr_make(arena, s->qr, &bits);
    if (e) return e;
    int dots = QR_SIDE_PX / bits.width_px;
    if (dots < QR_DOTS_MIN) dots = QR_DOTS_MIN;
    int side = bits.width_px * dots;
    struct rect code = {0, pen->y, side, side}; // its quiet zone is margin enough
    draw_bitmap(pen->list, code, bits);
    pen->y += side;
    put_beside(pen, s, code);
    return ERR_OK;
}

enum err slip_make(const struct slip *s, struct draw_metrics *metrics, struct draw_painter *painter,
                   struct arena *arena, struct draw_bits *out)
{
    struct draw_list *list = arena_new(arena, struct draw_list);
    struct slip_pen pen = {list, metrics, SLIP_MARGIN_PX, INNER_PX, TOP_PX};
    draw_begin(list, (struct rect){0, 0, SLIP_WIDTH_PX, SLIP_HEIGHT_PX_MAX});
    draw_fill(list, list->canvas, PAPER, 0);
    for (int i = 0; i < s->line_count; i++)
        put_line(&pen, &s->lines[i]);
    enum err e = s->qr.len ? put_qr(&pen, s, arena) : ERR_OK;
    if (e) return e;
    draw_end(list);
    int height = pen.y + BOTTOM_PX;
    if (height > SLIP_HEIGHT_PX_MAX) return ERR_TOO_BIG;
    list->canvas.h = height;
    *out = (struct draw_bits){NULL, SLIP_WIDTH_PX, height};
    unsigned char *bytes = arena_push(arena, draw_bits_bytes(*out), 1);
    painter->ops->paint(painter, list, bytes);
    out->bytes = bytes;
    return ERR_OK;
}
