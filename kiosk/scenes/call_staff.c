// How to get a person. This kiosk has no bell of its own, so it does not pretend to ring one.
#include "scenes/say.h"

static void line(struct stage *s, struct rect *body, enum draw_image image, struct str title,
                 struct str words)
{
    struct ui *ui = &s->ui;
    bool large = ui->theme.large;
    struct rect r = cut_top(ui, body, large ? (layout_is_landscape(ui) ? 212 : 260) : 200);
    cut_top(ui, body, 24);
    card(ui, r, CARD_PLAIN);
    struct rect in = inset_xy(ui, r, 36, 20);
    icon(ui, cut_left(ui, &in, 96), 88, image, COLOR_Q700);
    cut_left(ui, &in, 30);
    label(ui, &(struct label){.rect = cut_top_px(&in, in.h * 48 / 100),
                              .text = title,
                              .type = TYPE_L,
                              .may_shrink = true});
    label(ui, &(struct label){
                  .rect = in, .text = words, .type = TYPE_S, .ink = COLOR_INK2, .lines_max = 2});
}

static void call_staff_frame(struct stage *s, void *state, const struct page *page)
{
    (void)state;
    struct ui *ui = &s->ui;
    struct rect body = page->body;
    label(ui, &(struct label){.rect = cut_top(ui, &body, 112),
                              .text = TEXT(STAFF_TITLE),
                              .type = TYPE_XL,
                              .role = ROLE_HEADING});
    cut_top(ui, &body, 16);
    line(s, &body, IMAGE_PERSON, TEXT(STAFF_DESK), TEXT(STAFF_DESK_2));
    if (s->view.site.phone.len) {
        line(s, &body, IMAGE_HOTLINE, TEXT_FILL(ui->frame, STAFF_PHONE, s->view.site.phone),
             TEXT(STAFF_PHONE_2));
    }
    line(s, &body, IMAGE_HOTLINE, TEXT(STAFF_HOTLINE), TEXT(STAFF_HOTLINE_2));
}

const struct scene_type call_staff_scene = {.frame = call_staff_frame};
