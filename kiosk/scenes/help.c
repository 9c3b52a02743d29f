// What the page below is for, and what helps those who see or read less well.
#include "scenes/scene.h"

enum { ID_CONTRAST = 1, ID_LARGE, ID_STAFF };

static void toggle(struct ui *ui, struct button b, bool on)
{
    b.role = ROLE_TOGGLE;
    b.states = on ? STATE_CHOSEN : 0;
    if (!button(ui, &b)) return;
    switch (b.id) {
    case ID_CONTRAST: ui->theme.mode = on ? THEME_LIGHT : THEME_CONTRAST; break;
    case ID_LARGE: ui->theme.large = !on; break;
    default: break;
    }
    ui_page_changed(ui, ui->now_ms);
}

static void help_frame(struct stage *s, void *state, const struct page *page)
{
    (void)state;
    struct ui *ui = &s->ui;
    bool large = ui->theme.large;
    struct rect body = page->body;
    label(ui, &(struct label){.rect = cut_top(ui, &body, 112),
                              .text = TEXT(HELP_TITLE),
                              .type = TYPE_XL,
                              .role = ROLE_HEADING});
    struct rect box = cut_top(ui, &body, page->is_landscape ? 200 : large ? 330 : 230);
    card(ui, box, CARD_PLAIN);
    label(ui, &(struct label){.rect = inset_xy(ui, box, 36, 24),
                              .text = scene_help(stage_below(s)),
                              .type = TYPE_M,
                              .lines_max = 3});
    cut_top(ui, &body, 36);
    int row = large ? 180 : 150, gap = page->is_landscape ? 26 : 30;
    bool contrast = ui->theme.mode == THEME_CONTRAST;
    struct rect first = cut_top(ui, &body, row), second, third;
    cut_top(ui, &body, gap);
    if (page->is_landscape) {
        second = row_of(ui, first, 2, 32, 1);
        first = row_of(ui, first, 2, 32, 0);
        third = cut_top(ui, &body, row);
    } else {
        second = cut_top(ui, &body, row);
        cut_top(ui, &body, gap);
        third = cut_top(ui, &body, row);
    }
    cut_top(ui, &body, gap);
    toggle(ui,
           (struct button){.id = ID_CONTRAST,
                           .rect = first,
                           .look = BUTTON_TILE,
                           .label = contrast ? TEXT(CONTRAST_OFF) : TEXT(CONTRAST_ON),
                           .second = large ? STR("") : TEXT(CONTRAST_2),
                           .icon = IMAGE_CONTRAST},
           contrast);
    toggle(ui,
           (struct button){.id = ID_LARGE,
                           .rect = second,
                           .look = BUTTON_TILE,
                           .label = large ? TEXT(LARGE_OFF) : TEXT(LARGE_ON),
                           .second = large ? STR("") : TEXT(LARGE_2),
                           .icon = IMAGE_BIGTEXT},
           large);
    struct button staff = {.id = ID_STAFF,
                           .rect = third,
                           .look = BUTTON_ROW,
                           .label = TEXT(TILE_STAFF),
                           .second = large ? STR("") : TEXT(TILE_STAFF_2),
                           .icon = IMAGE_BELL};
    if (button(ui, &staff)) stage_swap(s, SCENE_CALL_STAFF);
    notice(ui, cut_top(ui, &body, large && !page->is_landscape ? 190 : 108), NOTICE_NEWS,
           IMAGE_SPEAK, TEXT(SPEAK_NONE));
}

const struct scene_type help_scene = {.frame = help_frame};
