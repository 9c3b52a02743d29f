#include "ui/widgets.h"

#include "base/check.h"

static struct text_font font_of(const struct ui *ui, const struct label *l)
{
    bool bold = l->bold || l->type >= TYPE_L;
    return (struct text_font){.size_px = theme_text_px(&ui->theme, l->type),
                              .weight = bold ? DRAW_BOLD : DRAW_MEDIUM,
                              .spacing_px = l->spacing_dp ? ui_dp(ui, l->spacing_dp) : 0};
}

uint32_t ground_at(const struct ui *ui, struct rect r)
{
    int x = r.x + r.w / 2, y = r.y + r.h / 2;
    for (int i = ui->draw->command_count - 1; i >= 0; i--) {
        const struct draw_command *c = &ui->draw->commands[i];
        if (c->kind == DRAW_FILL && rect_has(c->rect, x, y)) return c->color;
        if (c->kind == DRAW_BITMAP && rect_has(c->rect, x, y)) return ui_color(ui, COLOR_WHITE);
    }
    return ui_color(ui, COLOR_PAGE);
}

// The largest type up to the wanted one in which the text fits on one line; never below TYPE_S, so
// that it stays readable.
static enum theme_type shrunk(struct ui *ui, const struct label *l)
{
    static const enum theme_type smaller[TYPE_COUNT] = {
        [TYPE_S] = TYPE_S,        [TYPE_M] = TYPE_S,     [TYPE_L] = TYPE_M,
        [TYPE_XL] = TYPE_L,       [TYPE_XXL] = TYPE_XL,  [TYPE_KEY] = TYPE_KEY,
        [TYPE_DATE] = TYPE_XXL,   [TYPE_NUM] = TYPE_NUM, [TYPE_PLACE] = TYPE_DATE,
        [TYPE_CALL] = TYPE_PLACE,
    };
    struct label tried = *l;
    while (label_width_px(ui, &tried) > l->rect.w && smaller[tried.type] != tried.type) {
        tried.type = smaller[tried.type];
    }
    return tried.type;
}

static int lines_of(struct ui *ui, const struct label *l, struct text_line *lines, bool *fits)
{
    struct text_font font = font_of(ui, l);
    int lines_max = l->lines_max ? l->lines_max : 1;
    CHECK(lines_max <= LABEL_LINES_MAX);
    if (lines_max == 1) {
        lines[0].text = text_fit(&ui->text, ui->frame, l->text, font, l->rect.w);
        lines[0].width_px = text_width_px(&ui->text, lines[0].text, font);
        if (lines[0].text.ptr != l->text.ptr) *fits = false;
        return 1;
    }
    struct str rest = l->text;
    int count = text_wrap(&ui->text, &rest, font, l->rect.w, lines, lines_max);
    if (rest.ptr) {
        *fits = false;
        struct text_line *last = &lines[count - 1];
        struct str tail = {last->text.ptr, last->text.len + rest.len};
        last->text = text_fit(&ui->text, ui->frame, tail, font, l->rect.w);
        last->width_px = text_width_px(&ui->text, last->text, font);
    }
    return count;
}

int label_width_px(struct ui *ui, const struct label *l)
{
    return text_width_px(&ui->text, l->text, font_of(ui, l));
}

int label_height_px(struct ui *ui, const struct label *l)
{
    struct text_line lines[LABEL_LINES_MAX];
    bool fits = true;
    return lines_of(ui, l, lines, &fits) * theme_line_px(&ui->theme, l->type);
}

static int line_x(const struct label *l, int width)
{
    switch (l->align) {
    case ALIGN_LEFT: return l->rect.x;
    case ALIGN_CENTER: return l->rect.x + (l->rect.w - width) / 2;
    case ALIGN_RIGHT: return l->rect.x + l->rect.w - width;
    }
    return l->rect.x;
}

static int first_y(const struct label *l, int height)
{
    switch (l->valign) {
    case VALIGN_MIDDLE: return l->rect.y + (l->rect.h - height) / 2;
    case VALIGN_TOP: return l->rect.y;
    case VALIGN_BOTTOM: return l->rect.y + l->rect.h - height;
    }
    return l->rect.y;
}

struct rect label_draw(struct ui *ui, const struct label *wanted, bool *fits)
{
    struct label chosen = *wanted;
    if (wanted->may_shrink) {
        chosen.bold = wanted->bold || wanted->type >= TYPE_L;
        chosen.type = shrunk(ui, &chosen);
    }
    const struct label *l = &chosen;
    struct text_line lines[LABEL_LINES_MAX];
    bool all_fits = true;
    int count = l->text.len ? lines_of(ui, l, lines, &all_fits) : 0;
    int line_h = theme_line_px(&ui->theme, l->type);
    int y = first_y(l, count * line_h);
    struct text_font font = font_of(ui, l);
    struct rect took = {0};
    for (int i = 0; i < count; i++, y += line_h) {
        struct rect box = {line_x(l, lines[i].width_px), y, lines[i].width_px, line_h};
        draw_text(ui->draw, box,
                  (struct draw_text){.text = lines[i].text,
                                     .size_px = font.size_px,
                                     .weight = font.weight,
                                     .color = ui_color(ui, l->ink),
                                     .spacing_px = font.spacing_px});
        took = rect_union(took, box);
    }
    // The letters themselves need no more than the em; a line box may stand out of its place.
    int letters_h = count ? (count - 1) * line_h + font.size_px : 0;
    if (letters_h > l->rect.h) all_fits = false;
    if (fits) {
        *fits = *fits && all_fits;
    } else if (!all_fits && ui->draw->node_count > 0) {
        ui->draw->nodes[ui->draw->node_count - 1].text_fits = false;
    }
    return took;
}

struct rect label(struct ui *ui, const struct label *l)
{
    uint32_t ground = ground_at(ui, l->rect);
    bool fits = true;
    struct rect took = label_draw(ui, l, &fits);
    enum draw_role role = l->role == ROLE_SCREEN ? ROLE_TEXT : l->role;
    struct draw_node *n = draw_node(ui->draw, role, rect_cut_to(took, ui->draw->canvas), l->text);
    n->text_px = theme_text_px(&ui->theme, l->may_shrink ? shrunk(ui, l) : l->type);
    n->ink = ui_color(ui, l->ink);
    n->ground = ground;
    n->text_fits = fits;
    n->spoken = l->spoken;
    return took;
}
