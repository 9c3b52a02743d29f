// A wish: written down, but no seat is this visitor's yet. The page says so before all else, and how
// one learns the answer.
#include "scenes/slip_view.h"

#include "scenes/say.h"
#include "scenes/when.h"

enum { ID_STAFF = 1, ID_PRINT };

static void certainty(struct stage *s, struct rect r, const struct visit_slip *slip)
{
    struct ui *ui = &s->ui;
    bool large = ui->theme.large;
    card(ui, r, CARD_PENDING);
    struct rect in = inset_xy(ui, r, 42, 36);
    struct rect head = cut_top(ui, &in, large ? 270 : 204);
    icon(ui, cut_left(ui, &head, 110), 110, IMAGE_HOURGLASS, COLOR_INK);
    cut_left(ui, &head, 26);
    label(ui, &(struct label){.rect = cut_top_px(&head, head.h * 42 / 100),
                              .text = TEXT(WISH_TITLE),
                              .type = TYPE_XL,
                              .may_shrink = true,
                              .role = ROLE_HEADING});
    label(ui, &(struct label){.rect = head,
                              .text = TEXT(WISH_WHY),
                              .type = TYPE_S,
                              .lines_max = 2,
                              .role = ROLE_ALERT});
    struct rect line = cut_top(ui, &in, 24);
    line.h = ui_dp(ui, 3);
    draw_fill(ui->draw, line, ui_color(ui, COLOR_X600), 0);
    if (!large) {
        struct rect chip_rect = in;
        chip_rect = cut_top(ui, &chip_rect, 68);
        struct rect place = cut_right(ui, &chip_rect, 290);
        chip(ui, place, CHIP_PENDING, IMAGE_HOURGLASS, TEXT(WAITING));
    }
    slip_number(s, in, TEXT(WISH_CODE), slip);
}

static void asked_for(struct stage *s, struct rect r, const struct cache_sitting *c)
{
    struct ui *ui = &s->ui;
    card(ui, r, CARD_PLAIN);
    struct rect in = inset_xy(ui, r, 30, 8);
    struct arena *a = ui->frame;
    struct str day = when_date_and_weekday(a, date_day_from_ms(c->sitting.start_ms));
    struct sheet_row rows[3] = {
        {.label = TEXT(WISH_ROW_DAY),
         .value = TEXT_FILL(a, DAY_TIME, day, when_clock(a, c->sitting.start_ms))},
        {.label = TEXT(WISH_ROW_PLACE), .value = say_site(s, c->sitting.site)},
        {.label = TEXT(ROW_NAME), .value = say_name(s), .last = true},
    };
    for (int i = 0; i < 3; i++) {
        rows[i].rect = column_of(ui, in, 3, 0, i);
        sheet_row(ui, &rows[i]);
    }
}

static void how_to_know(struct stage *s, struct rect r)
{
    static const enum text_id lines[3] = {TEXT_WISH_HOW_1, TEXT_WISH_HOW_2, TEXT_WISH_HOW_3};
    struct ui *ui = &s->ui;
    int row = ui->theme.large ? 170 : 88;
    label(ui, &(struct label){.rect = cut_top(ui, &r, 84), .text = TEXT(WISH_HOW), .type = TYPE_L});
    for (int i = 0; i < 3 && r.h >= ui_dp(ui, row); i++) {
        struct rect line = cut_top(ui, &r, row);
        struct rect box = centered(ui, cut_left(ui, &line, 68), 68, 68);
        draw_rule(ui->draw, box, ui_color(ui, COLOR_Q700), ui_dp(ui, 10), ui_dp(ui, 3));
        label(ui, &(struct label){.rect = box,
                                  .text = text_number(ui->frame, i + 1),
                                  .type = TYPE_M,
                                  .bold = true,
                                  .align = ALIGN_CENTER});
        cut_left(ui, &line, 24);
        label(ui, &(struct label){
                      .rect = line, .text = text_of(lines[i]), .type = TYPE_S, .lines_max = 2});
    }
}

// Its slip is printed only when asked for here.
static void not_confirmed_enter(struct stage *s, void *state)
{
    (void)state;
    stage_slip_out(s, s->visit.answer.booking);
}

static void not_confirmed_frame(struct stage *s, void *state, const struct page *page)
{
    (void)state;
    struct ui *ui = &s->ui;
    bool large = ui->theme.large;
    struct visit_slip slip = stage_slip(s, SLIP_WISH, &s->visit.answer);
    const struct cache_sitting *c = view_sitting(&s->view, s->visit.answer.sitting);
    struct rect body = page->body, first = body;
    if (page->is_landscape) {
        struct columns columns = layout_columns(ui, body);
        first = columns.left;
        body = columns.right;
    }
    struct rect low = cut_bottom(ui, &first, 140);
    low.h -= ui_dp(ui, 8);
    cut_bottom(ui, &first, 24);
    if (!page->is_landscape) body.h = first.h;
    certainty(s, page->is_landscape ? first : cut_top(ui, &body, large ? 690 : 560), &slip);
    if (!page->is_landscape) cut_top(ui, &body, 30);
    if (c && !large) {
        asked_for(s, cut_top(ui, &body, page->is_landscape ? 330 : 310), c);
        cut_top(ui, &body, 30);
    }
    how_to_know(s, body);
    bool prints = paper_can_print(&s->paper);
    struct button staff = {.id = ID_STAFF,
                           .rect = row_of(ui, low, 2, 24, 0),
                           .label = TEXT(TILE_STAFF),
                           .icon = IMAGE_BELL};
    struct button print = {.id = ID_PRINT,
                           .rect = row_of(ui, low, 2, 24, 1),
                           .look = prints ? BUTTON_MAIN : BUTTON_PLAIN,
                           .label = prints ? TEXT(PRINT_WISH) : TEXT(PRINTER_NONE),
                           .icon = IMAGE_PRINTER,
                           .states = prints ? 0 : STATE_DISABLED};
    if (large) print.icon = IMAGE_NONE;
    if (button(ui, &staff)) stage_push(s, SCENE_CALL_STAFF);
    if (button(ui, &print)) stage_print(s, &slip);
}

const struct scene_type not_confirmed_scene = {.enter = not_confirmed_enter,
                                               .frame = not_confirmed_frame};
