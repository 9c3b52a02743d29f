// When nobody touches it: the windows of all sites, lit where somebody sits. Any touch leaves.
#include "scenes/say.h"
#include "scenes/when.h"

enum { ID_ANYWHERE = 1 };

static void head(struct stage *s, struct rect r)
{
    struct ui *ui = &s->ui;
    int64_t now_ms = stage_now_ms(s);
    icon(ui, cut_left(ui, &r, 96), 84, IMAGE_MARK, COLOR_WHITE);
    cut_left(ui, &r, 20);
    label(ui, &(struct label){.rect = cut_right(ui, &r, 220),
                              .text = when_clock(ui->frame, now_ms),
                              .type = TYPE_XL,
                              .ink = COLOR_WHITE,
                              .align = ALIGN_RIGHT});
    label(ui, &(struct label){.rect = cut_right(ui, &r, 330),
                              .text = when_date_and_weekday(ui->frame, date_day_from_ms(now_ms)),
                              .type = TYPE_S,
                              .ink = COLOR_Q200,
                              .align = ALIGN_RIGHT});
    label(ui, &(struct label){.rect = r,
                              .text = s->view.site.name,
                              .type = TYPE_L,
                              .ink = COLOR_WHITE,
                              .role = ROLE_HEADING});
}

static void window_of(struct stage *s, struct rect r, const struct site *site)
{
    struct ui *ui = &s->ui;
    int64_t now_ms = stage_now_ms(s);
    const struct cache_sitting *on = view_on(&s->view, site->code, now_ms);
    const struct cache_sitting *later =
        view_first_on_day(&s->view, site->code, date_day_from_ms(now_ms), now_ms);
    struct rect name = cut_bottom(ui, &r, 72);
    struct rect pane = r;
    if (pane.w > ui_dp(ui, 180)) {
        pane.x += (pane.w - ui_dp(ui, 180)) / 2;
        pane.w = ui_dp(ui, 180);
    }
    enum window_light light = on ? WINDOW_LIT : later ? WINDOW_HALF : WINDOW_DARK;
    window_big(ui, pane, light);
    if (light != WINDOW_DARK) {
        struct rect plate = centered(ui, pane, 150, 84);
        draw_fill(ui->draw, plate, ui_color(ui, COLOR_Q900), ui_dp(ui, 8));
        label(ui, &(struct label){.rect = plate,
                                  .text = on ? TEXT(NOW)
                                             : when_clock(ui->frame, later->sitting.start_ms),
                                  .type = TYPE_M,
                                  .ink = COLOR_WHITE,
                                  .bold = true,
                                  .align = ALIGN_CENTER});
    }
    label(ui, &(struct label){.rect = inset_xy(ui, name, -9, 0),
                              .text = site->name,
                              .type = TYPE_S,
                              .ink = light == WINDOW_DARK ? COLOR_Q200 : COLOR_WHITE,
                              .bold = light != WINDOW_DARK,
                              .align = ALIGN_CENTER,
                              .spacing_dp = -2});
}

static void here_now(struct stage *s, struct rect r)
{
    struct ui *ui = &s->ui;
    const struct cache_sitting *on = view_on(&s->view, s->view.site.code, stage_now_ms(s));
    const struct cache_sitting *next = view_next(&s->view, s->view.site.code, stage_now_ms(s));
    card(ui, r, on ? CARD_LIT : CARD_UNLIT);
    struct rect in = inset_xy(ui, r, 36, 24);
    icon(ui, cut_left(ui, &in, 96), 88, on ? IMAGE_LAMP_ON : IMAGE_LAMP_OFF, COLOR_Q700);
    cut_left(ui, &in, 30);
    struct str title = TEXT(NONE_PLANNED), second = STR("");
    if (on) {
        title = TEXT_FILL(ui->frame, HERE_NOW, say_person(s, on));
        second = TEXT_FILL(ui->frame, UNTIL, when_clock(ui->frame, on->sitting.end_ms));
    } else if (next) {
        title = TEXT_FILL(ui->frame, HERE_NEXT, say_when(s, next->sitting.start_ms));
        second = say_person(s, next);
    }
    label(ui, &(struct label){.rect = column_of(ui, in, 2, 0, 0), .text = title, .type = TYPE_L});
    label(ui, &(struct label){.rect = column_of(ui, in, 2, 0, 1),
                              .text = second,
                              .type = TYPE_M,
                              .ink = COLOR_INK2});
}

static void attract_frame(struct stage *s, void *state, const struct page *page)
{
    (void)state;
    struct ui *ui = &s->ui;
    draw_fill(ui->draw, page->canvas, ui_color(ui, COLOR_Q900), 0);
    unsigned press = ui_press(ui, ID_ANYWHERE, page->canvas, UI_PRESS_BUTTON);
    if (press & UI_PRESS_TAPPED || ui_tapped_elsewhere(ui)) stage_pop(s);
    bool wide = page->is_landscape;
    struct rect rest = page->canvas;
    struct rect strip = cut_bottom(ui, &rest, wide ? 130 : 168);
    rest = inset_xy(ui, rest, 48, 28);
    head(s, cut_top(ui, &rest, 100));
    label(ui, &(struct label){.rect = cut_top(ui, &rest, wide ? 90 : 130),
                              .text = TEXT(MOTTO),
                              .type = wide ? TYPE_XL : TYPE_XXL,
                              .ink = COLOR_WHITE,
                              .role = ROLE_HEADING});
    label(ui, &(struct label){.rect = cut_top(ui, &rest, 72),
                              .text = TEXT(LEGEND),
                              .type = TYPE_L,
                              .ink = COLOR_X200});
    cut_top(ui, &rest, 24);
    here_now(s, cut_bottom(ui, &rest, 200));
    cut_bottom(ui, &rest, 30);
    int columns = wide ? 8 : 5;
    int count = s->view.sites.count;
    if (count > columns * 3) count = columns * 3;
    int rows = (count + columns - 1) / columns;
    struct grid g = {rest, columns, rows > 0 ? rows : 1, 20, 16};
    for (int i = 0; i < count; i++) {
        window_of(s, grid_cell(ui, &g, i), &s->view.sites.items[i]);
    }
    draw_fill(ui->draw, strip, ui_color(ui, COLOR_X500), 0);
    struct label touch = {.rect = strip,
                          .text = TEXT(TOUCH_TO_START),
                          .type = TYPE_XL,
                          .ink = COLOR_ON_X500,
                          .align = ALIGN_CENTER,
                          .role = ROLE_BUTTON};
    label(ui, &touch);
    struct draw_node *n = &ui->draw->nodes[ui->draw->node_count - 1];
    n->rect = strip;
    struct rect hand = {n->rect.x + ui_dp(ui, 60), strip.y, ui_dp(ui, 120), strip.h};
    icon(ui, hand, 96, IMAGE_TOUCH, COLOR_ON_X500);
}

const struct scene_type attract_scene = {.is_bare = true, .frame = attract_frame};
