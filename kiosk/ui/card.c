#include "ui/widgets.h"

#include "base/check.h"

#define CARD_RADIUS_DP 24
#define CHIP_RADIUS_DP 10
#define PANE_RADIUS_DP 6

static int rule_dp(const struct ui *ui, int dp)
{
    return ui->theme.mode == THEME_CONTRAST && dp < 4 ? 4 : dp;
}

void page_ground(struct ui *ui, const struct page *page)
{
    draw_fill(ui->draw, page->canvas, ui_color(ui, COLOR_PAGE), 0);
}

struct card_skin {
    enum theme_color fill, rule;
    int rule_dp;
    bool dashed;
};

static struct card_skin card_skin(enum card_look look)
{
    switch (look) {
    case CARD_PLAIN: return (struct card_skin){COLOR_CARD, COLOR_LINE, 2, false};
    case CARD_LIT: return (struct card_skin){COLOR_X100, COLOR_X600, 4, false};
    case CARD_UNLIT: return (struct card_skin){COLOR_SUNKEN, COLOR_CTL, 2, false};
    case CARD_CHOSEN: return (struct card_skin){COLOR_CARD, COLOR_Q700, 4, false};
    case CARD_PENDING: return (struct card_skin){COLOR_CARD, COLOR_X600, 6, true};
    case CARD_REFUSED: return (struct card_skin){COLOR_CARD, COLOR_R700, 4, false};
    }
    return (struct card_skin){COLOR_CARD, COLOR_LINE, 2, false};
}

void card(struct ui *ui, struct rect r, enum card_look look)
{
    struct card_skin s = card_skin(look);
    int radius = ui_dp(ui, CARD_RADIUS_DP), width = ui_dp(ui, rule_dp(ui, s.rule_dp));
    draw_fill(ui->draw, r, ui_color(ui, s.fill), radius);
    if (s.dashed) {
        draw_dashed(ui->draw, r, ui_color(ui, s.rule), radius, width);
    } else {
        draw_rule(ui->draw, r, ui_color(ui, s.rule), radius, width);
    }
}

void icon(struct ui *ui, struct rect r, int dp, enum draw_image image, enum theme_color tint)
{
    draw_image(ui->draw, centered(ui, r, dp, dp), image, ui_color(ui, tint));
}

void line_across(struct ui *ui, struct rect r)
{
    int h = ui_dp(ui, 2);
    struct rect line = {r.x, r.y + (r.h - h) / 2, r.w, h};
    draw_fill(ui->draw, line, ui_color(ui, COLOR_LINE), 0);
}

// ---- Chips

static void chip_surface(struct ui *ui, struct rect r, enum chip_look look, enum theme_color *ink)
{
    int radius = ui_dp(ui, CHIP_RADIUS_DP), rule = ui_dp(ui, 3);
    switch (look) {
    case CHIP_LIT:
        draw_fill(ui->draw, r, ui_color(ui, COLOR_X500), radius);
        *ink = COLOR_ON_X500;
        return;
    case CHIP_UNLIT:
        draw_rule(ui->draw, r, ui_color(ui, COLOR_CTL), radius, rule);
        *ink = COLOR_INK;
        return;
    case CHIP_DONE:
        draw_fill(ui->draw, r, ui_color(ui, COLOR_Q700), radius);
        *ink = COLOR_ON_Q700;
        return;
    case CHIP_PENDING:
        draw_dashed(ui->draw, r, ui_color(ui, COLOR_X600), radius, rule);
        *ink = COLOR_X800;
        return;
    case CHIP_REFUSED:
        draw_rule(ui->draw, r, ui_color(ui, COLOR_R700), radius, rule);
        *ink = COLOR_R700;
        return;
    }
}

struct rect chip(struct ui *ui, struct rect r, enum chip_look look, enum draw_image image,
                 struct str text)
{
    int pad = ui_dp(ui, 18), icon_px = ui_dp(ui, 48), gap = ui_dp(ui, 12);
    struct label l = {.text = text, .type = TYPE_M, .bold = true, .role = ROLE_STATUS};
    int width = 2 * pad + icon_px + gap + label_width_px(ui, &l);
    if (width < r.w) r.w = width;
    chip_surface(ui, r, look, &l.ink);
    struct rect in = {r.x + pad, r.y, r.w - 2 * pad, r.h};
    struct rect picture = cut_left_px(&in, icon_px);
    draw_image(ui->draw, centered(ui, picture, 48, 48), image, ui_color(ui, l.ink));
    cut_left_px(&in, gap);
    l.rect = in;
    label(ui, &l);
    return r;
}

// ---- Headers and notices

void step_header(struct ui *ui, const struct step_header *h)
{
    CHECK(h->step >= 1 && h->step <= h->steps);
    struct rect r = h->rect;
    struct rect bars = cut_bottom(ui, &r, 14);
    cut_bottom(ui, &r, 8);
    struct label counter = {
        .rect = r, .text = h->counter, .type = TYPE_M, .bold = true, .align = ALIGN_RIGHT};
    int counter_w = label_width_px(ui, &counter);
    struct rect title_rect = {r.x, r.y, r.w - counter_w - ui_dp(ui, 16), r.h};
    label(ui, &(struct label){
                  .rect = title_rect, .text = h->title, .type = TYPE_XL, .role = ROLE_HEADING});
    label(ui, &counter);
    for (int i = 0; i < h->steps; i++) {
        struct rect bar = row_of(ui, bars, h->steps, 10, i);
        enum theme_color fill = i + 1 < h->step    ? COLOR_Q700
                                : i + 1 == h->step ? COLOR_X500
                                                   : COLOR_PAGE;
        draw_fill(ui->draw, bar, ui_color(ui, fill), 0);
        bool to_come = i + 1 > h->step;
        draw_rule(ui->draw, bar, ui_color(ui, to_come ? COLOR_CTL : COLOR_Q700), 0, ui_dp(ui, 3));
    }
}

void notice(struct ui *ui, struct rect r, enum notice_look look, enum draw_image image,
            struct str text)
{
    draw_fill(ui->draw, r, ui_color(ui, COLOR_CARD), 0);
    struct rect in = r;
    struct rect bar = cut_left(ui, &in, 12);
    enum theme_color tint = look == NOTICE_NEWS ? COLOR_Q500 : COLOR_X600;
    draw_fill(ui->draw, bar, ui_color(ui, tint), 0);
    cut_left(ui, &in, 24);
    cut_right(ui, &in, 20);
    if (image != IMAGE_NONE) {
        icon(ui, cut_left(ui, &in, 48), 48, image, look == NOTICE_NEWS ? COLOR_Q700 : COLOR_X800);
        cut_left(ui, &in, 20);
    }
    int lines = in.h / theme_line_px(&ui->theme, TYPE_S);
    label(ui, &(struct label){.rect = in,
                              .text = text,
                              .type = TYPE_S,
                              .lines_max = lines < 1   ? 1
                                           : lines > 8 ? 8
                                                       : lines,
                              .role = look == NOTICE_NEWS ? ROLE_TEXT : ROLE_STATUS});
}

void fact(struct ui *ui, struct rect r, enum draw_image image, struct str text)
{
    icon(ui, cut_left(ui, &r, 48), 48, image, COLOR_Q700);
    cut_left(ui, &r, 18);
    label(ui, &(struct label){.rect = r, .text = text, .type = TYPE_M, .may_shrink = true});
}

// ---- Confirmation sheet

bool sheet_row(struct ui *ui, const struct sheet_row *row)
{
    struct rect r = row->rect;
    if (!row->last) line_across(ui, cut_bottom(ui, &r, 2));
    bool large = ui->theme.large;
    bool tapped = false;
    if (row->id) {
        struct rect place =
            centered(ui, cut_right(ui, &r, large ? 180 : 170), large ? 180 : 170, 88);
        tapped = button(ui, &(struct button){.id = row->id,
                                             .rect = place,
                                             .look = BUTTON_SMALL,
                                             .label = row->change,
                                             .value = row->label,
                                             .icon = large ? IMAGE_NONE : IMAGE_EDIT});
        cut_right(ui, &r, 16);
    }
    struct rect name = cut_left(ui, &r, large ? 236 : 186);
    cut_left(ui, &r, 20);
    label(ui, &(struct label){.rect = name, .text = row->label, .type = TYPE_M, .ink = COLOR_INK2});
    struct label value = {.rect = r, .text = row->value, .type = TYPE_L, .may_shrink = true};
    if (row->second.len == 0) {
        label(ui, &value);
        return tapped;
    }
    int value_h = theme_line_px(&ui->theme, TYPE_L), second_h = theme_line_px(&ui->theme, TYPE_S);
    cut_top_px(&r, (r.h - value_h - second_h) / 2);
    value.rect = cut_top_px(&r, value_h);
    label(ui, &value);
    label(ui, &(struct label){.rect = cut_top_px(&r, second_h),
                              .text = row->second,
                              .type = TYPE_S,
                              .ink = COLOR_INK2});
    return tapped;
}

// ---- Seats and windows

void seat_squares(struct ui *ui, struct rect r, int free_count, int seat_count)
{
    if (seat_count > 8) return;
    for (int i = 0; i < seat_count; i++) {
        struct rect square = centered(ui, cut_left(ui, &r, 30), 30, 38);
        cut_left(ui, &r, 6);
        if (i < free_count) {
            draw_fill(ui->draw, square, ui_color(ui, COLOR_Q700), 0);
        } else {
            draw_rule(ui->draw, square, ui_color(ui, COLOR_CTL), 0, ui_dp(ui, 3));
        }
    }
}

void window_small(struct ui *ui, struct rect r, enum window_light light)
{
    int rule = ui_dp(ui, 3);
    enum theme_color dark = ui->theme.mode == THEME_CONTRAST ? COLOR_PAGE : COLOR_Q100;
    draw_fill(ui->draw, r, ui_color(ui, light == WINDOW_LIT ? COLOR_X500 : dark), 0);
    struct rect rest = r;
    struct rect lower = cut_bottom(ui, &rest, 21);
    if (light == WINDOW_HALF) draw_fill(ui->draw, lower, ui_color(ui, COLOR_X500), 0);
    enum theme_color frame = ui->theme.mode == THEME_CONTRAST ? COLOR_INK : COLOR_Q700;
    draw_rule(ui->draw, r, ui_color(ui, frame), 0, rule);
    struct rect upright = {r.x + (r.w - rule) / 2, r.y, rule, r.h};
    struct rect cross = {r.x, r.y + (r.h - rule) / 2, r.w, rule};
    draw_fill(ui->draw, upright, ui_color(ui, frame), 0);
    draw_fill(ui->draw, cross, ui_color(ui, frame), 0);
}

void window_big(struct ui *ui, struct rect r, enum window_light light)
{
    int rule = ui_dp(ui, 6), radius = ui_dp(ui, PANE_RADIUS_DP);
    enum theme_color pane = COLOR_Q700, frame = COLOR_Q500;
    if (ui->theme.mode == THEME_CONTRAST) pane = COLOR_PAGE;
    if (light == WINDOW_LIT) pane = COLOR_X500;
    if (light != WINDOW_DARK) frame = light == WINDOW_LIT ? COLOR_X200 : COLOR_X500;
    draw_fill(ui->draw, r, ui_color(ui, pane), radius);
    if (light == WINDOW_HALF) {
        struct rect lower = r;
        cut_top_px(&lower, r.h * 2 / 3);
        draw_fill(ui->draw, lower, ui_color(ui, COLOR_X500), radius);
    }
    draw_rule(ui->draw, r, ui_color(ui, frame), radius, rule);
    struct rect upright = {r.x + (r.w - rule) / 2, r.y, rule, r.h};
    draw_fill(ui->draw, upright, ui_color(ui, frame), 0);
    for (int i = 1; i < 3; i++) {
        struct rect cross = {r.x, r.y + r.h * i / 3 - rule / 2, r.w, rule};
        draw_fill(ui->draw, cross, ui_color(ui, frame), 0);
    }
}

void toast(struct ui *ui, struct rect r, struct str text)
{
    draw_fill(ui->draw, r, ui_color(ui, COLOR_Q900), ui_dp(ui, 16));
    struct rect in = inset_xy(ui, r, 30, 0);
    icon(ui, cut_left(ui, &in, 60), 60, IMAGE_CHECK, COLOR_WHITE);
    cut_left(ui, &in, 20);
    label(ui, &(struct label){.rect = in,
                              .text = text,
                              .type = TYPE_M,
                              .ink = COLOR_WHITE,
                              .bold = true,
                              .lines_max = 2,
                              .role = ROLE_STATUS});
}
