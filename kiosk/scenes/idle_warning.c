// Nobody has touched the screen for a while: what was on it is covered, and forgotten in 30 seconds
// unless somebody goes on. Who reads slowly gets all the time in the world by one touch.
#include "scenes/scene.h"
#include "scenes/when.h"

enum { ID_ANYWHERE = 1, ID_CONTINUE, ID_CLEAR };

#define SQUARES 10

static void countdown(struct stage *s, struct rect r, int seconds)
{
    struct ui *ui = &s->ui;
    struct label number = {.rect = cut_left_px(&r, r.w * 2 / 5),
                           .text = text_number(ui->frame, seconds),
                           .type = TYPE_NUM,
                           .align = ALIGN_CENTER,
                           .role = ROLE_STATUS};
    label(ui, &number);
    struct rect words = cut_top_px(&r, r.h / 2);
    label(ui, &(struct label){.rect = words,
                              .text = TEXT(IDLE_SECONDS),
                              .type = TYPE_M,
                              .bold = true,
                              .valign = VALIGN_BOTTOM,
                              .lines_max = 2});
    cut_top(ui, &r, 16);
    struct rect bar = cut_top(ui, &r, 60);
    int filled = (seconds * SQUARES * 1000 + STAGE_WARNING_MS - 1) / STAGE_WARNING_MS;
    for (int i = 0; i < SQUARES; i++) {
        struct rect square = row_of(ui, bar, SQUARES, 6, i);
        if (i < filled) draw_fill(ui->draw, square, ui_color(ui, COLOR_Q700), 0);
        draw_rule(ui->draw, square, ui_color(ui, COLOR_Q700), 0, ui_dp(ui, 3));
    }
}

static void idle_warning_frame(struct stage *s, void *state, const struct page *page)
{
    (void)state;
    struct ui *ui = &s->ui;
    draw_fill(ui->draw, page->canvas, ui_color(ui, COLOR_Q900), 0);
    unsigned anywhere = ui_press(ui, ID_ANYWHERE, page->canvas, UI_PRESS_BUTTON);
    bool wide = page->is_landscape;
    struct rect rest = inset_xy(ui, page->reachable, 48, 28);
    if (wide) rest = inset_xy(ui, rest, 380, 0);
    struct rect low = cut_bottom(ui, &rest, wide ? 90 : 200);
    int card_h = wide ? 760 : 930;
    struct rect top = rest;
    top.h = (rest.h - ui_dp(ui, card_h)) * (wide ? 1 : 3) / (wide ? 2 : 4);
    cut_top_px(&rest, top.h);
    if (!wide) icon(ui, cut_top_px(&top, top.h / 2), 140, IMAGE_LAMP_ON, COLOR_X200);
    label(ui, &(struct label){.rect = top,
                              .text = TEXT(IDLE_COVERED),
                              .type = TYPE_M,
                              .ink = COLOR_X200,
                              .align = ALIGN_CENTER,
                              .lines_max = 2});
    struct rect box = cut_top(ui, &rest, card_h);
    draw_fill(ui->draw, box, ui_color(ui, COLOR_CARD), ui_dp(ui, 24));
    draw_rule(ui->draw, box, ui_color(ui, COLOR_X500), ui_dp(ui, 24), ui_dp(ui, 6));
    struct rect in = inset_xy(ui, box, 54, 44);
    label(ui, &(struct label){.rect = cut_top(ui, &in, 120),
                              .text = TEXT(IDLE_TITLE),
                              .type = TYPE_XXL,
                              .align = ALIGN_CENTER,
                              .role = ROLE_ALERT});
    struct rect clear = cut_bottom(ui, &in, 110);
    cut_bottom(ui, &in, 40);
    struct rect go_on = cut_bottom(ui, &in, wide ? 180 : 240);
    int64_t left_ms = STAGE_WARNING_MS - (ui->now_ms - s->warned_ms);
    countdown(s, in, left_ms > 0 ? (int)((left_ms + 999) / 1000) : 0);
    struct button more = {.id = ID_CONTINUE,
                          .rect = go_on,
                          .look = BUTTON_MAIN,
                          .label = TEXT(IDLE_CONTINUE),
                          .icon = IMAGE_TOUCH};
    struct button done = {.id = ID_CLEAR, .rect = clear, .label = TEXT(IDLE_CLEAR)};
    bool continued = button(ui, &more) || anywhere & UI_PRESS_TAPPED;
    if (button(ui, &done)) {
        stage_home(s);
    } else if (continued || ui->key != UI_KEY_NONE || ui->typed) {
        stage_pop(s);
    }
    label(ui, &(struct label){.rect = low,
                              .text = TEXT(IDLE_ELSEWHERE),
                              .type = TYPE_S,
                              .ink = COLOR_WHITE,
                              .align = ALIGN_CENTER,
                              .lines_max = 2});
}

const struct scene_type idle_warning_scene = {.is_bare = true, .frame = idle_warning_frame};
