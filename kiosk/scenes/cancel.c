// The last question before a seat is given away.
#include "scenes/say.h"

enum { ID_KEEP = 1, ID_CANCEL };

struct cancel {
    bool done;
    enum verdict refused;
};

static void ask(struct stage *s)
{
    struct keeper_request request = {.ask = KEEPER_CANCEL, .booking = s->visit.booking};
    stage_ask(s, &request);
}

static struct str headline(const struct cancel *c)
{
    if (c->refused) return TEXT(CANCEL_REFUSED);
    return c->done ? TEXT(CANCEL_DONE) : TEXT(CANCEL_TITLE);
}

static void cancel_frame(struct stage *s, void *state, const struct page *page)
{
    struct cancel *c = state;
    struct ui *ui = &s->ui;
    struct rect body = page->body;
    struct rect low = cut_bottom(ui, &body, 172);
    low.h -= ui_dp(ui, 8);
    cut_bottom(ui, &body, 30);
    struct rect box = cut_top(ui, &body, ui->theme.large ? 480 : 380);
    card(ui, box, c->refused ? CARD_REFUSED : CARD_PLAIN);
    struct rect in = inset_xy(ui, box, 42, 36);
    struct rect head = cut_top(ui, &in, 120);
    icon(ui, cut_left(ui, &head, 96), 96, c->done ? IMAGE_CHECK : IMAGE_CALENDAR_CANCEL,
         c->done ? COLOR_Q700 : COLOR_R700);
    cut_left(ui, &head, 24);
    label(ui, &(struct label){
                  .rect = head, .text = headline(c), .type = TYPE_XL, .role = ROLE_HEADING});
    struct str words = c->refused ? verdict_words(c->refused)
                       : c->done  ? TEXT(CANCEL_DONE_2)
                                  : TEXT(CANCEL_ASK);
    label(ui, &(struct label){.rect = in, .text = words, .type = TYPE_M, .lines_max = 3});
    if (c->done || c->refused) {
        struct button home = {
            .id = ID_KEEP, .rect = low, .look = BUTTON_MAIN, .label = TEXT(FINISHED)};
        if (button(ui, &home)) stage_home(s);
        return;
    }
    bool waiting = stage_is_waiting(s);
    struct button keep = {.id = ID_KEEP,
                          .rect = row_of(ui, low, 2, 24, 0),
                          .label = TEXT(CANCEL_KEEP),
                          .states = waiting ? STATE_DISABLED : 0};
    struct button away = {.id = ID_CANCEL,
                          .rect = row_of(ui, low, 2, 24, 1),
                          .look = BUTTON_DANGER,
                          .label = waiting ? TEXT(BOOKING_NOW) : TEXT(CANCEL_YES),
                          .icon = ui->theme.large ? IMAGE_NONE : IMAGE_CALENDAR_CANCEL,
                          .states = waiting ? STATE_BUSY : 0};
    if (button(ui, &keep)) stage_pop(s);
    if (button(ui, &away)) ask(s);
}

static void cancel_answer(struct stage *s, void *state, const struct keeper_answer *answer)
{
    struct cancel *c = state;
    switch (answer->outcome) {
    case KEEPER_DONE: c->done = true; return;
    case KEEPER_REFUSED: c->refused = answer->verdict; return;
    case KEEPER_UNANSWERED:
    case KEEPER_FAILED: stage_toast(s, TEXT(FAILED)); return;
    }
}

const struct scene_type cancel_scene = {
    .state_size = sizeof(struct cancel), .frame = cancel_frame, .answer = cancel_answer};
