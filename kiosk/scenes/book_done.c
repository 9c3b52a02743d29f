// It is certain now, and what one takes along: the slip, or its number copied by hand. Nobody is
// hurried: the ordinary idle rule brings the kiosk home.
#include "scenes/slip_view.h"

#include "scenes/say.h"

enum { ID_AGAIN = 1, ID_HOME };

static void book_done_enter(struct stage *s, void *state)
{
    (void)state;
    struct visit_slip slip = stage_slip(s, SLIP_BOOKING, &s->visit.answer);
    if (paper_can_print(&s->paper)) {
        stage_print_unasked(s, &slip);
    } else {
        bool has_picture = paper_make(&s->paper, &slip);
        (void)has_picture; // without one the page shows the number in letters
        stage_slip_out(s, slip.booking);
    }
}

static struct str title_of(const struct stage *s)
{
    return s->visit.answer.ask == KEEPER_MOVE ? TEXT(MOVED_TITLE) : TEXT(DONE_TITLE);
}

static void headline(struct stage *s, struct rect r)
{
    struct ui *ui = &s->ui;
    struct rect sign = centered(ui, cut_left(ui, &r, 112), 112, 112);
    draw_fill(ui->draw, sign, ui_color(ui, COLOR_Q700), ui_dp(ui, 16));
    icon(ui, sign, 80, IMAGE_CHECK, COLOR_ON_Q700);
    cut_left(ui, &r, 26);
    struct label title = {.rect = r, .text = title_of(s), .type = TYPE_XL, .role = ROLE_HEADING};
    if (ui->theme.large) {
        label(ui, &title);
        return;
    }
    title.rect = cut_top_px(&r, r.h * 6 / 10);
    label(ui, &title);
    label(ui,
          &(struct label){.rect = r,
                          .text = paper_can_print(&s->paper) ? TEXT(DONE_TAKE) : TEXT(DONE_COPY),
                          .type = TYPE_S,
                          .ink = COLOR_INK2});
}

static void buttons(struct stage *s, struct rect r, const struct visit_slip *slip)
{
    struct ui *ui = &s->ui;
    bool prints = paper_can_print(&s->paper);
    struct button again = {.id = ID_AGAIN,
                           .rect = row_of(ui, r, 2, 24, 0),
                           .label = prints ? TEXT(PRINT_AGAIN) : TEXT(PRINTER_NONE),
                           .icon = IMAGE_PRINTER,
                           .states = prints ? 0 : STATE_DISABLED};
    struct button done = {.id = ID_HOME,
                          .rect = row_of(ui, r, 2, 24, 1),
                          .look = BUTTON_MAIN,
                          .label = TEXT(FINISHED)};
    if (ui->theme.large) again.look = BUTTON_SMALL;
    if (button(ui, &again)) stage_print(s, slip);
    if (button(ui, &done)) stage_home(s);
}

static void book_done_frame(struct stage *s, void *state, const struct page *page)
{
    (void)state;
    struct ui *ui = &s->ui;
    struct visit_slip slip = stage_slip(s, SLIP_BOOKING, &s->visit.answer);
    struct rect body = page->body, paper;
    if (page->is_landscape) {
        struct columns c = layout_columns(ui, body);
        body = c.left;
        paper = inset(ui, c.right, 6);
    }
    headline(s, cut_top(ui, &body, 124));
    cut_top(ui, &body, 26);
    struct rect low = cut_bottom(ui, &body, 148);
    low.h -= ui_dp(ui, 8);
    cut_bottom(ui, &body, 24);
    if (!ui->theme.large || !page->is_landscape) {
        notice(ui,
               cut_bottom(ui, &body,
                          ui->theme.large      ? 170
                          : page->is_landscape ? 140
                                               : 93),
               NOTICE_ATTENTION, IMAGE_PRINTER, TEXT(SLIP_LOST));
        cut_bottom(ui, &body, 24);
    }
    struct str when = TEXT_FILL(ui->frame, DONE_WHEN, say_when(s, slip.planned_ms), slip.site);
    if (page->is_landscape || ui->theme.large) {
        struct rect number = cut_top(ui, &body, ui->theme.large ? 320 : 250);
        slip_number(s, number, TEXT(CODE), &slip);
    }
    label(ui, &(struct label){.rect = cut_top(ui, &body,
                                              ui->theme.large      ? 150
                                              : page->is_landscape ? 120
                                                                   : 70),
                              .text = when,
                              .type = TYPE_M,
                              .bold = true,
                              .align = page->is_landscape ? ALIGN_LEFT : ALIGN_CENTER,
                              .lines_max = 2});
    cut_top(ui, &body, 16);
    if (!page->is_landscape) paper = inset(ui, body, 4);
    slip_view(s, paper, &slip);
    buttons(s, low, &slip);
}

const struct scene_type book_done_scene = {.enter = book_done_enter, .frame = book_done_frame};
