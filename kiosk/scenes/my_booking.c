// One booking, found by its code: what it is, checking in when it is time, another time, cancelling, its
// slip.
// No name and no topic: whoever stands behind learns nothing.
#include "scenes/say.h"
#include "scenes/when.h"

enum { ID_CHECKIN = 1, ID_PRINT, ID_STAFF, ID_MOVE, ID_CANCEL };

struct my_booking {
    bool was_read, is_there;
    int64_t change; // of the cache when it was read
    struct cache_booking booking;
    enum verdict refused; // of a check-in
};

// The booking as the cache has it now, read when something has changed. Its texts live in the stage's
// states, as long as this scene.
static void read_again(struct stage *s, struct my_booking *m)
{
    if (m->was_read && m->change == s->status.change) return;
    m->was_read = true;
    m->change = s->status.change;
    m->is_there = false;
    if (!s->config.cache || cache_begin(s->config.cache)) return;
    enum err e = cache_booking(s->config.cache, &s->states, s->visit.booking, &m->booking);
    cache_end(s->config.cache);
    m->is_there = e == ERR_OK;
}

static enum chip_look chip_of(enum booking_state state)
{
    switch (state) {
    case BOOKING_CONFIRMED:
    case BOOKING_CHECKED_IN:
    case BOOKING_SERVED: return CHIP_DONE;
    case BOOKING_ASKED:
    case BOOKING_DISPLACED:
    case BOOKING_WISH: return CHIP_PENDING;
    case BOOKING_NO_SHOW:
    case BOOKING_CANCELLED:
    case BOOKING_REFUSED: return CHIP_REFUSED;
    }
    return CHIP_PENDING;
}

static void state_card(struct stage *s, struct rect r, const struct cache_booking *b)
{
    struct ui *ui = &s->ui;
    struct arena *a = ui->frame;
    enum chip_look look = chip_of(b->state);
    card(ui, r,
         look == CHIP_DONE      ? CARD_CHOSEN
         : look == CHIP_PENDING ? CARD_PENDING
                                : CARD_REFUSED);
    struct rect in = inset_xy(ui, r, 42, 34);
    struct rect head = cut_top(ui, &in, ui->theme.large ? 84 : 68);
    label(ui, &(struct label){.rect = cut_right(ui, &head, ui->theme.large ? 330 : 260),
                              .text = ticket_code_spaced(a, &b->code),
                              .type = TYPE_M,
                              .bold = true,
                              .align = ALIGN_RIGHT});
    enum draw_image image = look == CHIP_DONE      ? IMAGE_CHECK
                            : look == CHIP_PENDING ? IMAGE_HOURGLASS
                                                   : IMAGE_CLOSE;
    chip(ui, head, look, image, booking_state_words(b->state));
    cut_top(ui, &in, 16);
    int64_t start_ms = b->planned_ms ? b->planned_ms : b->at.sitting.start_ms;
    label(ui, &(struct label){.rect = cut_top(ui, &in, 124),
                              .text = say_when(s, start_ms),
                              .type = TYPE_XXL,
                              .role = ROLE_HEADING});
    label(ui, &(struct label){.rect = cut_top(ui, &in, ui->theme.large ? 100 : 76),
                              .text = say_site(s, b->at.sitting.site),
                              .type = TYPE_L,
                              .ink = COLOR_Q700});
    label(ui, &(struct label){.rect = cut_top(ui, &in, ui->theme.large ? 92 : 70),
                              .text = say_person(s, &b->at),
                              .type = TYPE_M});
}

static void check_in_button(struct stage *s, struct rect r, const struct my_booking *m,
                            const struct cache_booking *b)
{
    struct ui *ui = &s->ui;
    struct arena *a = ui->frame;
    enum verdict v = m->refused;
    if (!v) v = booking_check_checkin(b->state, b->planned_ms, stage_now_ms(s));
    if (!v && !view_is_own(&s->view, &b->at)) v = VERDICT_CHECKIN_ELSEWHERE;
    struct button button_in = {
        .id = ID_CHECKIN,
        .rect = r,
        .look = BUTTON_MAIN,
        .label = TEXT(CHECK_IN),
        .second =
            TEXT_FILL(a, CHECK_IN_UNTIL, when_clock(a, b->planned_ms + BOOKING_CHECKIN_AFTER_MS)),
        .icon = IMAGE_CHECKIN};
    if (ui->theme.large) button_in.second = STR("");
    if (v) {
        button_in.look = BUTTON_PLAIN;
        button_in.states = STATE_DISABLED;
        button_in.second = verdict_words(v);
        button_in.icon = IMAGE_NONE;
    } else if (stage_is_waiting(s)) {
        button_in.states = STATE_BUSY;
        button_in.label = TEXT(BOOKING_NOW);
        button_in.second = STR("");
    }
    if (!button(ui, &button_in)) return;
    struct keeper_request request = {.ask = KEEPER_CHECKIN, .booking = b->id};
    stage_ask(s, &request);
}

static void print(struct stage *s, const struct cache_booking *b)
{
    struct keeper_answer answer = {.booking = b->id,
                                   .sitting = b->at.sitting.id,
                                   .code = b->code,
                                   .pin = s->visit.pin,
                                   .planned_ms = b->planned_ms};
    struct visit_slip slip =
        stage_slip(s, b->state == BOOKING_WISH ? SLIP_WISH : SLIP_BOOKING, &answer);
    slip.name = STR("");
    stage_print(s, &slip);
    memory_wipe(&answer, sizeof(answer));
}

static void side_buttons(struct stage *s, struct rect r, const struct cache_booking *b)
{
    struct ui *ui = &s->ui;
    bool prints = paper_can_print(&s->paper) && booking_is_open(b->state);
    struct button slip = {.id = ID_PRINT,
                          .rect = row_of(ui, r, 2, 24, 0),
                          .label = prints ? TEXT(PRINT_SLIP) : TEXT(PRINTER_NONE),
                          .icon = IMAGE_PRINTER,
                          .states = prints ? 0 : STATE_DISABLED};
    struct button staff = {.id = ID_STAFF,
                           .rect = row_of(ui, r, 2, 24, 1),
                           .label = TEXT(TILE_STAFF),
                           .icon = IMAGE_BELL};
    if (ui->theme.large) slip.icon = IMAGE_NONE;
    if (button(ui, &slip)) print(s, b);
    if (button(ui, &staff)) stage_push(s, SCENE_CALL_STAFF);
}

static void move_button(struct stage *s, struct rect r, const struct cache_booking *b)
{
    struct button move = {.id = ID_MOVE, .rect = r, .label = TEXT(MOVE), .icon = IMAGE_CALENDAR};
    if (booking_check_move(b->state, b->planned_ms, stage_now_ms(s))) move.states = STATE_DISABLED;
    if (!button(&s->ui, &move)) return;
    struct visit visit = {
        .is_moving = true, .code = s->visit.code, .pin = s->visit.pin, .booking = s->visit.booking};
    s->visit = visit;
    memory_wipe(&visit, sizeof(visit));
    stage_push(s, SCENE_SITTING);
}

static void cancel_button(struct stage *s, struct rect r, enum verdict refused)
{
    struct button cancel = {.id = ID_CANCEL,
                            .rect = r,
                            .look = BUTTON_DANGER,
                            .label = TEXT(CANCEL),
                            .icon = IMAGE_CALENDAR_CANCEL,
                            .states = refused ? STATE_DISABLED : 0};
    if (button(&s->ui, &cancel)) stage_push(s, SCENE_CANCEL);
}

// A wish has no time yet, so none to change; whose sitting was closed needs no cancel. Why it is too
// late for both stands below them once.
static void ways_out(struct stage *s, struct rect *rest, const struct cache_booking *b)
{
    struct ui *ui = &s->ui;
    bool moves = b->state != BOOKING_WISH;
    bool cancels = booking_is_open(b->state);
    struct rect r = cut_top(ui, rest, ui->theme.large ? 130 : 112);
    if (moves) move_button(s, cancels ? row_of(ui, r, 2, 24, 0) : r, b);
    if (!cancels) return;
    enum verdict refused = booking_check_cancel(b->state, b->planned_ms, stage_now_ms(s));
    cancel_button(s, moves ? row_of(ui, r, 2, 24, 1) : r, refused);
    if (!refused) return;
    cut_top(ui, rest, 16);
    label(ui, &(struct label){.rect = cut_top(ui, rest, ui->theme.large ? 140 : 110),
                              .text = verdict_words(refused),
                              .type = TYPE_S,
                              .lines_max = 2});
}

static void my_booking_frame(struct stage *s, void *state, const struct page *page)
{
    struct my_booking *m = state;
    struct ui *ui = &s->ui;
    bool large = ui->theme.large;
    s->visit.is_moving = false; // it was begun and left
    struct rect body = page->body;
    label(ui, &(struct label){.rect = cut_top(ui, &body, 104),
                              .text = TEXT(MINE_TITLE),
                              .type = TYPE_XL,
                              .role = ROLE_HEADING});
    read_again(s, m);
    const struct cache_booking *b = &m->booking;
    if (!m->is_there) {
        label(ui, &(struct label){.rect = cut_top(ui, &body, 200),
                                  .text = verdict_words(VERDICT_NOT_FOUND),
                                  .type = TYPE_M,
                                  .lines_max = 2});
        return;
    }
    struct rect box, rest = body;
    if (page->is_landscape) {
        struct columns c = layout_columns(ui, body);
        box = cut_top(ui, &c.left, large ? 470 : 430);
        rest = c.right;
    } else {
        box = cut_top(ui, &rest, large ? 500 : 420);
        cut_top(ui, &rest, 36);
    }
    state_card(s, box, b);
    if (b->state == BOOKING_CHECKED_IN) { // nothing is left to do but to wait
        notice(ui, cut_top(ui, &rest, large ? 170 : 93), NOTICE_NEWS, IMAGE_BELL, TEXT(CHECKED_IN));
        cut_top(ui, &rest, 38);
    } else if (booking_holds_seat(b->state)) {
        check_in_button(s, cut_top(ui, &rest, large ? 250 : page->is_landscape ? 190 : 164), m, b);
        cut_top(ui, &rest, 38);
    } else if (b->state == BOOKING_WISH) {
        notice(ui, cut_top(ui, &rest, large ? 170 : 93), NOTICE_ATTENTION, IMAGE_HOURGLASS,
               TEXT(WISH_MINE));
        cut_top(ui, &rest, 38);
    }
    side_buttons(s, cut_top(ui, &rest, large ? 130 : 112), b);
    cut_top(ui, &rest, 32);
    if (booking_is_open(b->state) || b->state == BOOKING_DISPLACED) ways_out(s, &rest, b);
}

static void my_booking_answer(struct stage *s, void *state, const struct keeper_answer *answer)
{
    struct my_booking *m = state;
    switch (answer->outcome) {
    case KEEPER_DONE: stage_toast(s, TEXT(CHECKED_IN)); return;
    case KEEPER_REFUSED: m->refused = answer->verdict; return;
    case KEEPER_UNANSWERED:
    case KEEPER_FAILED: stage_toast(s, TEXT(FAILED)); return;
    }
}

const struct scene_type my_booking_scene = {.state_size = sizeof(struct my_booking),
                                            .frame = my_booking_frame,
                                            .answer = my_booking_answer};
