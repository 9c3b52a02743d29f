// Everything once more before it counts; each line can be put right. The seat is asked for here, and
// the answer is what the next page says: nothing is promised before. Who only moves is asked about the
// new time alone.
#include "scenes/say.h"
#include "scenes/when.h"

enum { ID_CONFIRM = 1, ID_CHANGE = 10 };
enum line { LINE_DAY, LINE_PLACE, LINE_PERSON, LINE_TOPIC, LINE_NAME, LINE_PHONE, LINE_COUNT };

static const enum scene_id leads_to[LINE_COUNT] = {
    [LINE_DAY] = SCENE_SITTING, [LINE_PLACE] = SCENE_SITTING, [LINE_PERSON] = SCENE_SITTING,
    [LINE_TOPIC] = SCENE_TOPIC, [LINE_NAME] = SCENE_WHO,      [LINE_PHONE] = SCENE_WHO,
};

static struct str phone_words(struct stage *s)
{
    struct str phone = str_from_z(s->visit.phone);
    if (!phone.len || visitor_check_phone(phone)) return TEXT(NO_PHONE_LEFT);
    return visitor_mask_phone(s->ui.frame, phone);
}

static void line_words(struct stage *s, enum line line, const struct cache_sitting *c,
                       const struct offer *offer, struct sheet_row *row)
{
    struct arena *a = s->ui.frame;
    int64_t planned_ms =
        offer->seat ? sitting_seat_ms(&c->sitting, offer->seat) : c->sitting.start_ms;
    switch (line) {
    case LINE_DAY:
        row->label = TEXT(ROW_DAY);
        row->value = when_date_and_weekday(a, date_day_from_ms(planned_ms));
        // The line above names the day: with it, this one would be too long for a narrow column.
        row->second = offer->seat ? TEXT_FILL(a, ROW_DAY_2, when_clock(a, planned_ms),
                                              when_clock(a, planned_ms + BOOKING_CHECKIN_AFTER_MS))
                                  : TEXT(ROW_DAY_WISH);
        return;
    case LINE_PLACE:
        row->label = TEXT(ROW_PLACE);
        row->value = say_site(s, c->sitting.site);
        return;
    case LINE_PERSON:
        row->label = TEXT(ROW_PERSON);
        row->value = c->counsellor.name;
        row->second = counsellor_kind_name(c->counsellor.kind);
        return;
    case LINE_TOPIC:
        row->label = TEXT(ROW_TOPIC);
        row->value = topic_tile_title(s->visit.topic);
        return;
    case LINE_NAME:
        row->label = TEXT(ROW_NAME);
        row->value = say_name(s);
        return;
    case LINE_PHONE:
        row->label = TEXT(ROW_PHONE);
        row->value = phone_words(s);
        row->second = s->visit.phone[0] ? TEXT(ROW_PHONE_2) : STR("");
        return;
    case LINE_COUNT: return;
    }
}

static bool has_line(const struct stage *s, enum line line)
{
    if (s->visit.is_moving) return line <= LINE_PERSON;
    // Large text: one thing less. Who sits there was seen on the page before.
    return line != LINE_PERSON || !s->ui.theme.large;
}

static void sheet(struct stage *s, struct rect r, const struct cache_sitting *c,
                  const struct offer *offer)
{
    struct ui *ui = &s->ui;
    card(ui, r, CARD_PLAIN);
    struct rect in = inset_xy(ui, r, 30, 8);
    bool waiting = stage_is_waiting(s);
    int count = 0;
    int place = 0;
    for (enum line line = LINE_DAY; line < LINE_COUNT; line++) {
        count += has_line(s, line);
    }
    for (enum line line = LINE_DAY; line < LINE_COUNT; line++) {
        if (!has_line(s, line)) continue;
        int at = place++;
        struct sheet_row row = {.id = waiting ? 0 : ID_CHANGE + (uint32_t)line,
                                .rect = column_of(ui, in, count, 0, at),
                                .change = TEXT(CHANGE),
                                .last = place == count};
        line_words(s, line, c, offer, &row);
        if (ui->theme.large) row.second = STR("");
        if (!sheet_row(ui, &row)) continue;
        s->visit.editing = true;
        s->visit.only_site = (struct site_code){{0}};
        s->visit.only_day = 0;
        stage_push(s, leads_to[line]);
    }
}

static void ask(struct stage *s, const struct cache_sitting *c, const struct offer *offer)
{
    const struct visit *v = &s->visit;
    struct keeper_request request = {.ask = v->is_moving                ? KEEPER_MOVE
                                            : offer->kind == OFFER_WISH ? KEEPER_WISH
                                                                        : KEEPER_BOOK,
                                     .sitting = c->sitting.id,
                                     .offer = *offer,
                                     .topic = v->topic,
                                     .booking = v->booking};
    for (size_t i = 0; i < sizeof(v->surname); i++) {
        request.visitor.surname[i] = v->surname[i];
    }
    request.visitor.title = v->title;
    for (size_t i = 0; i < sizeof(v->phone); i++) {
        request.visitor.phone[i] = v->phone[i];
    }
    stage_ask(s, &request);
    memory_wipe(&request, sizeof(request));
}

// Why this cannot be asked for now; empty: it can.
static struct str why_not(const struct stage *s, const struct offer *offer)
{
    if (offer->kind == OFFER_NONE) return verdict_words(offer->verdict);
    bool has_phone = s->visit.phone[0] != '\0';
    if (offer->kind == OFFER_WISH) return verdict_words(booking_check_wish(has_phone));
    return STR("");
}

static void main_button(struct stage *s, struct rect r, const struct cache_sitting *c,
                        const struct offer *offer)
{
    struct ui *ui = &s->ui;
    struct str why = why_not(s, offer);
    bool wish = offer->kind == OFFER_WISH;
    bool waiting = stage_is_waiting(s);
    struct button b = {.id = ID_CONFIRM,
                       .rect = r,
                       .look = BUTTON_MAIN,
                       .label = wish ? TEXT(CONFIRM_WISH) : TEXT(CONFIRM),
                       .second = wish ? TEXT(CONFIRM_WISH_2) : TEXT(FREE_NO_ID),
                       .icon = IMAGE_CHECK};
    if (s->visit.is_moving) {
        b.label = TEXT(MOVE_CONFIRM);
        b.second = TEXT(MOVE_CONFIRM_2);
    }
    if (ui->theme.large) b.second = STR("");
    if (why.len) {
        b.look = BUTTON_PLAIN;
        b.states = STATE_DISABLED;
        b.label = s->visit.is_moving ? TEXT(MOVE_CANNOT) : TEXT(CANNOT_BOOK);
        b.second = why;
        b.icon = IMAGE_NONE;
    } else if (waiting) {
        b.states = STATE_BUSY;
        b.label = s->visit.is_moving          ? TEXT(MOVE_NOW)
                  : offer->kind == OFFER_POOL ? TEXT(ASKING_CENTRE)
                                              : TEXT(BOOKING_NOW);
        b.second = STR("");
    }
    if (button(ui, &b)) ask(s, c, offer);
}

static void confirm_frame(struct stage *s, void *state, const struct page *page)
{
    (void)state;
    struct ui *ui = &s->ui;
    s->visit.editing = false;
    const struct cache_sitting *c = view_sitting(&s->view, s->visit.sitting);
    if (!c) { // the roster changed and it is no more
        s->visit.has_sitting = false;
        s->visit.sitting_was_step = true;
        stage_swap(s, SCENE_SITTING);
        return;
    }
    struct offer offer = stage_offer(s, c);
    struct rect body = page->body;
    say_step(s, &body, STEP_CONFIRM,
             ui->theme.large      ? TEXT(CONFIRM_TITLE_SHORT)
             : s->visit.is_moving ? TEXT(MOVE_TITLE)
                                  : TEXT(CONFIRM_TITLE));
    struct rect low = body, rows = body;
    if (page->is_landscape) {
        struct columns columns = layout_columns(ui, body);
        low = columns.right;
        rows = columns.left;
        rows.h -= ui_dp(ui, 4);
    }
    struct rect button_rect = cut_bottom(ui, &low, 172);
    button_rect.h -= ui_dp(ui, 8);
    cut_bottom(ui, &low, 26);
    struct rect note = cut_bottom(ui, &low, ui->theme.large ? 190 : page->is_landscape ? 150 : 93);
    cut_bottom(ui, &low, 30);
    if (!page->is_landscape) {
        int most = ui_dp(ui, 984);
        rows = low;
        if (rows.h > most && !ui->theme.large) rows.h = most;
    } else {
        // A wish has a day but no hour yet.
        int day = date_day_from_ms(c->sitting.start_ms);
        struct str when = offer.seat ? say_when(s, sitting_seat_ms(&c->sitting, offer.seat))
                                     : when_date_and_weekday(ui->frame, day);
        label(ui,
              &(struct label){.rect = low, .text = when, .type = TYPE_XXL, .align = ALIGN_CENTER});
    }
    sheet(s, rows, c, &offer);
    int64_t planned_ms =
        offer.seat ? sitting_seat_ms(&c->sitting, offer.seat) : c->sitting.start_ms;
    bool can_cancel =
        booking_check_cancel(BOOKING_CONFIRMED, planned_ms, stage_now_ms(s)) == VERDICT_OK;
    struct str rule = can_cancel ? TEXT(CANCEL_RULE) : TEXT(CANCEL_RULE_NEAR);
    notice(ui, note, NOTICE_NEWS, IMAGE_INFO, s->visit.is_moving ? TEXT(MOVE_RULE) : rule);
    main_button(s, button_rect, c, &offer);
}

static void confirm_answer(struct stage *s, void *state, const struct keeper_answer *answer)
{
    (void)state;
    s->visit.answer = *answer;
    switch (answer->outcome) {
    case KEEPER_DONE:
        stage_finish(s, answer->ask == KEEPER_WISH ? SCENE_NOT_CONFIRMED : SCENE_BOOK_DONE);
        return;
    case KEEPER_REFUSED:
    case KEEPER_UNANSWERED: stage_push(s, SCENE_REFUSED); return;
    case KEEPER_FAILED: stage_toast(s, TEXT(FAILED)); return;
    }
}

const struct scene_type confirm_scene = {.frame = confirm_frame, .answer = confirm_answer};
