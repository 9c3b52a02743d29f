// 12348, for whoever would rather ask a voice.
#include "scenes/scene.h"

enum { ID_STAFF = 1 };

static void hotline_frame(struct stage *s, void *state, const struct page *page)
{
    (void)state;
    struct ui *ui = &s->ui;
    bool large = ui->theme.large;
    struct rect body = page->body;
    label(ui, &(struct label){.rect = cut_top(ui, &body, 112),
                              .text = TEXT(HOTLINE_TITLE),
                              .type = TYPE_XL,
                              .role = ROLE_HEADING});
    struct rect low = cut_bottom(ui, &body, large ? 190 : 156);
    low.h -= ui_dp(ui, 6);
    cut_bottom(ui, &body, 30);
    struct rect box = cut_top(ui, &body, page->is_landscape ? 290 : 380);
    card(ui, box, CARD_CHOSEN);
    struct rect in = box;
    icon(ui, cut_left(ui, &in, 220), 140, IMAGE_HOTLINE, COLOR_Q700);
    label(ui, &(struct label){.rect = in, .text = TEXT(HOTLINE), .type = TYPE_NUM});
    cut_top(ui, &body, 30);
    static const enum text_id lines[3] = {TEXT_HOTLINE_1, TEXT_HOTLINE_2, TEXT_HOTLINE_3};
    int row = page->is_landscape ? (large ? 110 : 90) : large ? 190 : 140;
    for (int i = 0; i < 3 && body.h >= ui_dp(ui, row); i++) {
        label(ui, &(struct label){.rect = cut_top(ui, &body, row),
                                  .text = text_of(lines[i]),
                                  .type = TYPE_M,
                                  .valign = VALIGN_TOP,
                                  .lines_max = 2});
    }
    struct button staff = {.id = ID_STAFF,
                           .rect = low,
                           .look = BUTTON_ROW,
                           .label = TEXT(TILE_STAFF),
                           .second = large ? STR("") : TEXT(TILE_STAFF_2),
                           .icon = IMAGE_BELL};
    if (button(ui, &staff)) stage_swap(s, SCENE_CALL_STAFF);
}

const struct scene_type hotline_scene = {.frame = hotline_frame};
