// A number for now. Nothing is asked: whoever is here waits and is called.
#include "scenes/say.h"
#include "scenes/slip_view.h"

enum { ID_AGAIN = 1, ID_HOME };

struct walkin {
    int ahead;   // who waited before this number was taken; -1: not known
    int minutes; // until it is called, about
    bool has_answer;
    struct keeper_answer answer;
};

static void walkin_enter(struct stage *s, void *state)
{
    struct walkin *w = state;
    const struct feed_queue *q = view_queue(&s->view, stage_is_online(s), stage_now_ms(s));
    w->ahead = q ? q->waiting : -1;
    w->minutes = q ? view_wait_minutes(q) : 0;
    struct keeper_request request = {.ask = KEEPER_WALKIN};
    if (!stage_ask(s, &request)) stage_pop(s);
}

static struct visit_slip slip_of(struct stage *s, const struct walkin *w)
{
    struct visit_slip slip = stage_slip(s, SLIP_WALKIN, &w->answer);
    const struct cache_sitting *c = view_walkin(&s->view, stage_now_ms(s));
    if (c && c->sitting.desk.len) slip.desk = say_desk(s, c->sitting.desk);
    return slip;
}

static void walkin_answer(struct stage *s, void *state, const struct keeper_answer *answer)
{
    struct walkin *w = state;
    w->has_answer = true;
    w->answer = *answer;
    if (answer->outcome != KEEPER_DONE || !paper_can_print(&s->paper)) return;
    struct visit_slip slip = {.kind = SLIP_WALKIN,
                              .made_ms = stage_now_ms(s),
                              .letter = answer->letter,
                              .number = answer->number,
                              .site = s->view.site.full_name,
                              .phone = s->view.site.phone};
    stage_print_unasked(s, &slip);
}

static void number_card(struct stage *s, struct rect r, const struct walkin *w)
{
    struct ui *ui = &s->ui;
    card(ui, r, CARD_CHOSEN);
    struct rect in = inset_xy(ui, r, 42, 36);
    label(ui, &(struct label){.rect = cut_top(ui, &in, ui->theme.large ? 100 : 80),
                              .text = TEXT(WALKIN_NUMBER),
                              .type = TYPE_L,
                              .align = ALIGN_CENTER});
    label(ui, &(struct label){.rect = cut_top(ui, &in, 260),
                              .text = ticket_walkin(ui->frame, w->answer.letter, w->answer.number),
                              .type = TYPE_NUM,
                              .align = ALIGN_CENTER,
                              .role = ROLE_STATUS});
    const struct cache_sitting *c = view_walkin(&s->view, stage_now_ms(s));
    if (!c) return;
    struct str who = say_person(s, c);
    struct str desk = say_desk(s, c->sitting.desk);
    label(ui, &(struct label){.rect = in,
                              .text = desk.len ? TEXT_FILL(ui->frame, PERSON, who, desk) : who,
                              .type = TYPE_M,
                              .align = ALIGN_CENTER,
                              .lines_max = 2});
}

// The call of this number, where it is called already; NULL.
static const struct feed_call *call_of(struct stage *s, const struct walkin *w)
{
    const struct cache_queue *q = &s->view.queue;
    struct str ticket = ticket_walkin(s->ui.frame, w->answer.letter, w->answer.number);
    if (!view_queue(&s->view, stage_is_online(s), stage_now_ms(s))) return NULL;
    for (int i = 0; i < q->call_count; i++) {
        if (str_eq_z(ticket, q->calls[i].place.ticket)) return &q->calls[i];
    }
    return NULL;
}

// Where it is not known, the rule of waiting stands alone.
static struct str turn_words(struct stage *s, const struct walkin *w)
{
    struct arena *a = s->ui.frame;
    const struct feed_call *call = call_of(s, w);
    if (call) return TEXT_FILL(a, QUEUE_YOUR_TURN, say_call_desk(s, call->by));
    if (w->ahead < 0) return STR("");
    return say_ahead(s, w->ahead, w->minutes);
}

static void waiting_rules(struct stage *s, struct rect r, const struct walkin *w)
{
    static const struct {
        enum draw_image icon;
        enum text_id text;
    } rows[3] = {
        {IMAGE_BELL, TEXT_WALKIN_RULE},
        {IMAGE_CLOCK, TEXT_WALKIN_MISSED},
        {IMAGE_PRIVACY, TEXT_WALKIN_NO_NAME},
    };
    struct ui *ui = &s->ui;
    int count = ui->theme.large ? 2 : 3;
    struct str turn = turn_words(s, w);
    if (turn.len > 0) {
        fact(ui, cut_top(ui, &r, ui->theme.large ? 110 : 84), IMAGE_QUEUE, turn);
    }
    for (int i = 0; i < count; i++) {
        fact(ui, cut_top(ui, &r, ui->theme.large ? 110 : 84), rows[i].icon, text_of(rows[i].text));
    }
}

static void no_number(struct stage *s, struct rect r, const struct walkin *w)
{
    struct ui *ui = &s->ui;
    bool refused = w->answer.outcome == KEEPER_REFUSED;
    card(ui, r, CARD_REFUSED);
    label(ui, &(struct label){.rect = inset(ui, r, 42),
                              .text = refused ? verdict_words(w->answer.verdict) : TEXT(FAILED),
                              .type = TYPE_L,
                              .align = ALIGN_CENTER,
                              .lines_max = 3,
                              .role = ROLE_ALERT});
}

static struct str title(const struct walkin *w)
{
    if (!w->has_answer) return TEXT(WALKIN_ASKING);
    return w->answer.outcome == KEEPER_DONE ? TEXT(WALKIN_TITLE) : TEXT(WALKIN_NONE);
}

static void walkin_frame(struct stage *s, void *state, const struct page *page)
{
    struct walkin *w = state;
    struct ui *ui = &s->ui;
    struct rect body = page->body;
    label(ui, &(struct label){.rect = cut_top(ui, &body, 112),
                              .text = title(w),
                              .type = TYPE_XL,
                              .role = ROLE_HEADING});
    cut_top(ui, &body, 16);
    struct rect low = cut_bottom(ui, &body, 148);
    low.h -= ui_dp(ui, 8);
    cut_bottom(ui, &body, 24);
    struct rect box, rest = body;
    if (page->is_landscape) {
        struct columns c = layout_columns(ui, body);
        box = c.left;
        rest = c.right;
    } else {
        box = cut_top(ui, &rest, ui->theme.large ? 620 : 520);
        cut_top(ui, &rest, 30);
    }
    bool done = w->has_answer && w->answer.outcome == KEEPER_DONE;
    if (done) {
        number_card(s, box, w);
        waiting_rules(s, rest, w);
    } else if (w->has_answer) {
        no_number(s, box, w);
    }
    bool prints = done && paper_can_print(&s->paper);
    struct button again = {.id = ID_AGAIN,
                           .rect = row_of(ui, low, 2, 24, 0),
                           .look = ui->theme.large ? BUTTON_SMALL : BUTTON_PLAIN,
                           .label = prints ? TEXT(PRINT_AGAIN) : TEXT(PRINTER_NONE),
                           .icon = IMAGE_PRINTER,
                           .states = prints ? 0 : STATE_DISABLED};
    struct button home = {.id = ID_HOME,
                          .rect = row_of(ui, low, 2, 24, 1),
                          .look = BUTTON_MAIN,
                          .label = TEXT(FINISHED)};
    if (button(ui, &again)) {
        struct visit_slip slip = slip_of(s, w);
        stage_print(s, &slip);
    }
    if (button(ui, &home)) stage_home(s);
}

const struct scene_type walkin_scene = {.state_size = sizeof(struct walkin),
                                        .enter = walkin_enter,
                                        .frame = walkin_frame,
                                        .answer = walkin_answer};
