// The first screen answers the question people come with: is somebody there? Only then it asks.
#include "scenes/say.h"
#include "scenes/when.h"

enum {
    ID_MAIN = 1,
    ID_LATER,
    ID_ELSEWHERE,
    ID_BOARD,
    ID_BOOK,
    ID_MY_BOOKING,
    ID_LAWS,
    ID_GUIDES,
    ID_DATES,
    ID_STAFF,
};

// What the big card says and does.
struct duty {
    const struct cache_sitting *now;  // sits now; NULL
    const struct cache_sitting *next; // comes later; NULL
    bool takes_walkins;
    struct offer offer; // of `next`
};

static struct duty duty_of(struct stage *s)
{
    int64_t now_ms = stage_now_ms(s);
    struct duty d = {.now = view_on(&s->view, s->view.site.code, now_ms),
                     .next = view_next(&s->view, s->view.site.code, now_ms),
                     .takes_walkins = view_walkin(&s->view, now_ms) != NULL};
    if (d.next) d.offer = stage_offer(s, d.next);
    return d;
}

static void book(struct stage *s, const struct cache_sitting *c)
{
    memory_wipe(&s->visit, sizeof(s->visit));
    s->visit.has_sitting = true;
    s->visit.sitting = c->sitting.id;
    stage_next_step(s);
}

static void choose_sitting(struct stage *s)
{
    memory_wipe(&s->visit, sizeof(s->visit));
    stage_push(s, SCENE_TOPIC);
}

static struct str book_words(struct stage *s, const struct cache_sitting *c)
{
    struct arena *a = s->ui.frame;
    int today = date_day_from_ms(stage_now_ms(s)), day = date_day_from_ms(c->sitting.start_ms);
    struct str part = when_day_part(c->sitting.start_ms);
    if (day == today) return TEXT_FILL(a, BOOK_PART, part);
    return TEXT_FILL(a, BOOK_DAY_PART, when_day(a, day, today), part);
}

// ---- The big card

static void card_button_now(struct stage *s, struct rect r, const struct duty *d)
{
    struct button b = {.id = ID_MAIN, .rect = r, .look = BUTTON_MAIN};
    bool can_book = d->next && d->offer.kind != OFFER_NONE;
    if (d->takes_walkins) {
        b.label = TEXT(WALKIN_NOW);
        const struct feed_queue *q = view_queue(&s->view, stage_is_online(s), stage_now_ms(s));
        bool waits = q && q->waiting > 0;
        b.second = waits ? say_ahead(s, q->waiting, view_wait_minutes(q)) : TEXT(FREE_NO_ID);
        b.icon = IMAGE_TICKET;
    } else if (can_book) {
        b.label = book_words(s, d->next);
        b.second = TEXT_FILL(s->ui.frame, SEATS_AND_FREE, say_seats(s, &d->offer));
        b.icon = IMAGE_CALENDAR;
    } else {
        b.label = TEXT(OTHER_TIMES);
        b.second = d->next ? TEXT(NEXT_IS_FULL) : TEXT(OTHER_SITES_TOO);
        b.icon = IMAGE_CALENDAR;
    }
    if (s->ui.theme.large) b.second = STR("");
    if (!button(&s->ui, &b)) return;
    if (d->takes_walkins) {
        stage_push(s, SCENE_WALKIN);
    } else if (can_book) {
        book(s, d->next);
    } else {
        choose_sitting(s);
    }
}

static void card_head(struct stage *s, struct rect *r, const struct duty *d)
{
    struct ui *ui = &s->ui;
    struct rect row = cut_top(ui, r, ui->theme.large ? 84 : 68);
    if (d->now && d->now->sitting.desk.len && !ui->theme.large) {
        struct label desk = {.text = say_desk(s, d->now->sitting.desk),
                             .type = TYPE_M,
                             .bold = true,
                             .align = ALIGN_RIGHT};
        struct rect place = cut_right(ui, &row, 300);
        int width = label_width_px(ui, &desk);
        desk.rect = place;
        label(ui, &desk);
        place.w -= width + ui_dp(ui, 12);
        icon(ui, cut_right(ui, &place, 52), 52, IMAGE_PLACE, COLOR_Q700);
    }
    if (d->now) {
        chip(ui, row, CHIP_LIT, IMAGE_LAMP_ON, TEXT(ON_DUTY));
        return;
    }
    bool later_today =
        d->next && date_day_from_ms(d->next->sitting.start_ms) == date_day_from_ms(stage_now_ms(s));
    chip(ui, row, CHIP_UNLIT, IMAGE_LAMP_OFF, later_today ? TEXT(NOBODY_NOW) : TEXT(NOBODY_TODAY));
}

static void card_title(struct stage *s, struct rect *r, const struct duty *d)
{
    struct ui *ui = &s->ui;
    struct rect row = cut_top(ui, r, ui->theme.large ? 124 : 112);
    struct label name = {
        .rect = row, .type = TYPE_XXL, .valign = VALIGN_BOTTOM, .role = ROLE_HEADING};
    struct label kind = {.rect = row,
                         .type = TYPE_L,
                         .ink = COLOR_Q700,
                         .valign = VALIGN_BOTTOM,
                         .may_shrink = true};
    if (d->now) {
        name.text = d->now->counsellor.name;
        name.spacing_dp = 6;
        kind.text = counsellor_kind_name(d->now->counsellor.kind);
    } else if (d->next) {
        int today = date_day_from_ms(stage_now_ms(s));
        int day = date_day_from_ms(d->next->sitting.start_ms);
        name.text = TEXT_FILL(ui->frame, DAY_TIME, when_day(ui->frame, day, today),
                              when_clock(ui->frame, d->next->sitting.start_ms));
        kind.text = TEXT(NEXT_HERE);
    } else {
        name.text = TEXT(NONE_PLANNED);
        name.type = TYPE_XL;
    }
    struct rect took = label(ui, &name);
    if (!kind.text.len) return;
    int used = took.w + ui_dp(ui, 24);
    cut_left_px(&kind.rect, used);
    // On one baseline: the letters of the bigger line stand higher over its box's lower end.
    kind.rect.h -= ui_dp(ui, 12);
    label(ui, &kind);
}

static void card_facts(struct stage *s, struct rect r, const struct duty *d)
{
    struct ui *ui = &s->ui;
    const struct cache_sitting *c = d->now ? d->now : d->next;
    if (!c) return;
    int row_dp = ui->theme.large ? 88 : 66;
    struct arena *a = ui->frame;
    int64_t now_ms = stage_now_ms(s);
    struct str span = when_span(a, c->sitting.start_ms, c->sitting.end_ms);
    if (d->now) {
        fact(ui, cut_top(ui, &r, row_dp), IMAGE_CLOCK, TEXT_FILL(a, TODAY_SPAN, span));
    } else {
        int day = date_day_from_ms(c->sitting.start_ms);
        struct str when =
            TEXT_FILL(a, DATE_DAY_UNTIL, when_date(a, day),
                      when_day(a, day, date_day_from_ms(now_ms)), when_clock(a, c->sitting.end_ms));
        if (day - date_day_from_ms(now_ms) > 2) {
            when = TEXT_FILL(a, DATE_SPAN, when_date(a, day), span);
        }
        fact(ui, cut_top(ui, &r, row_dp), IMAGE_CALENDAR, when);
        fact(ui, cut_top(ui, &r, row_dp), IMAGE_PERSON, say_person(s, c));
    }
    fact(ui, cut_top(ui, &r, row_dp), IMAGE_TOPIC_OTHER, say_topics(s, c->sitting.topics));
    if (d->now && ui->theme.large && c->sitting.desk.len) {
        fact(ui, cut_top(ui, &r, row_dp), IMAGE_PLACE, say_desk(s, c->sitting.desk));
    }
    if (d->now && d->takes_walkins && !ui->theme.large) {
        fact(ui, cut_top(ui, &r, row_dp), IMAGE_QUEUE, TEXT(WALKIN_RULE));
    }
}

// Who comes after the one who sits now, with a way to book them.
static void card_next_row(struct stage *s, struct rect r, const struct duty *d)
{
    struct ui *ui = &s->ui;
    struct arena *a = ui->frame;
    const struct cache_sitting *c = d->next;
    bool full = d->offer.kind == OFFER_NONE;
    struct button b = {.id = ID_LATER,
                       .rect = centered(ui, cut_right(ui, &r, 260), 260, 88),
                       .look = BUTTON_SMALL,
                       .label = full ? TEXT(SEATS_NONE) : book_words(s, c),
                       .states = full ? STATE_DISABLED : 0};
    int today = date_day_from_ms(stage_now_ms(s)), day = date_day_from_ms(c->sitting.start_ms);
    struct str when = day == today ? when_day_part(c->sitting.start_ms) : when_day(a, day, today);
    struct label words = {.rect = r,
                          .text = TEXT_FILL(a, NEXT_PERSON, when,
                                            when_clock(a, c->sitting.start_ms), c->counsellor.name),
                          .type = TYPE_M};
    label(ui, &words);
    if (button(ui, &b)) book(s, c);
}

static void duty_card(struct stage *s, struct rect r, const struct duty *d)
{
    struct ui *ui = &s->ui;
    bool large = ui->theme.large;
    card(ui, r, d->now ? CARD_LIT : CARD_UNLIT);
    struct rect in = inset_xy(ui, r, 36, 30);
    bool is_low = r.h < ui_dp(ui, 690);
    if (d->now && d->next && !large && !is_low) {
        struct rect row = cut_bottom(ui, &in, 96);
        line_across(ui, cut_bottom(ui, &in, 24));
        card_next_row(s, row, d);
    }
    cut_bottom(ui, &in, 8);
    struct rect main = cut_bottom(ui, &in, large ? 168 : 164);
    struct rect facts = in;
    card_head(s, &facts, d);
    if (facts.h > ui_dp(ui, 420)) cut_top(ui, &facts, 24);
    cut_top(ui, &facts, large ? 4 : 12);
    card_title(s, &facts, d);
    cut_top(ui, &facts, 10);
    bool drawing = !large && facts.h >= ui_dp(ui, 150) && ui->theme.mode == THEME_LIGHT;
    if (drawing) {
        struct rect picture = facts;
        bool wide = layout_is_landscape(ui);
        picture = cut_right(ui, &picture, wide ? 200 : 280);
        picture = cut_bottom(ui, &picture, wide ? 167 : 233);
        draw_image(ui->draw, picture, d->now ? IMAGE_DESK_LIT : IMAGE_DESK_UNLIT, 0);
        cut_right(ui, &facts, wide ? 205 : 290);
    }
    card_facts(s, facts, d);
    card_button_now(s, main, d);
}

// ---- The rest

// The nearest help elsewhere, where nobody sits here today.
static void elsewhere_row(struct stage *s, struct rect r, const struct cache_sitting *c)
{
    struct ui *ui = &s->ui;
    struct arena *a = ui->frame;
    int64_t now_ms = stage_now_ms(s);
    bool sits = sitting_is_on(&c->sitting, now_ms);
    struct offer offer = stage_offer(s, c);
    int today = date_day_from_ms(now_ms), day = date_day_from_ms(c->sitting.start_ms);
    struct str when =
        TEXT_FILL(a, ELSEWHERE, when_day(a, day, today), when_day_part(c->sitting.start_ms));
    struct str where = TEXT_FILL(a, SITE_SPAN, say_site(s, c->sitting.site),
                                 when_span(a, c->sitting.start_ms, c->sitting.end_ms));
    struct card_button b = {.id = ID_ELSEWHERE,
                            .rect = r,
                            .ruled = true,
                            .disabled = offer.kind == OFFER_NONE,
                            .label = where,
                            .value = sits ? TEXT(ELSEWHERE_NOW) : when};
    int dy;
    bool tapped = card_button(ui, &b, &dy);
    struct rect in = inset_xy(ui, r, 30, 14);
    in.y += dy;
    icon(ui, cut_left(ui, &in, 72), 72, sits ? IMAGE_LAMP_ON : IMAGE_CLOCK, COLOR_Q700);
    cut_left(ui, &in, 24);
    if (offer.kind != OFFER_NONE) {
        struct rect go = cut_right(ui, &in, ui->theme.large ? 140 : 120);
        icon(ui, cut_right(ui, &go, 52), 52, IMAGE_CHEVRON_RIGHT, COLOR_Q700);
        label_draw(ui,
                   &(struct label){
                       .rect = go, .text = TEXT(BOOK_SHORT), .type = TYPE_L, .ink = COLOR_Q700},
                   NULL);
    }
    label_draw(ui,
               &(struct label){.rect = column_of(ui, in, 3, 0, 0),
                               .text = b.value,
                               .type = TYPE_S,
                               .ink = COLOR_Q700,
                               .bold = true},
               NULL);
    label_draw(
        ui,
        &(struct label){
            .rect = column_of(ui, in, 3, 0, 1), .text = where, .type = TYPE_L, .may_shrink = true},
        NULL);
    label_draw(
        ui,
        &(struct label){.rect = column_of(ui, in, 3, 0, 2),
                        .text = TEXT_FILL(a, PERSON, c->counsellor.name, say_seats(s, &offer)),
                        .type = TYPE_S,
                        .ink = COLOR_INK2},
        NULL);
    if (tapped) book(s, c);
}

static void windows(struct stage *s, struct rect r)
{
    struct ui *ui = &s->ui;
    int64_t now_ms = stage_now_ms(s);
    int today = date_day_from_ms(now_ms);
    int pitch_dp = s->view.sites.count <= 15 ? 41 : 34;
    for (int i = 0; i < s->view.sites.count; i++) {
        struct rect place = cut_left(ui, &r, pitch_dp);
        if (place.w < ui_dp(ui, 34)) break;
        struct site_code code = s->view.sites.items[i].code;
        enum window_light light = WINDOW_DARK;
        if (view_first_on_day(&s->view, code, today, now_ms)) light = WINDOW_HALF;
        if (view_on(&s->view, code, now_ms)) light = WINDOW_LIT;
        window_small(ui, cut_left(ui, &place, 34), light);
    }
}

static void board_strip(struct stage *s, struct rect r)
{
    struct ui *ui = &s->ui;
    bool large = ui->theme.large, wide = layout_is_landscape(ui);
    int count = view_sites_today(&s->view, stage_now_ms(s));
    struct str words =
        count ? TEXT_FILL(ui->frame, SITES_TODAY, text_number(ui->frame, count)) : TEXT(SITES_NONE);
    struct card_button b = {.id = ID_BOARD, .rect = r, .label = TEXT(SEE_SITES), .value = words};
    int dy;
    bool tapped = card_button(ui, &b, &dy);
    struct rect in = inset_xy(ui, r, 30, 16);
    in.y += dy;
    icon(ui, cut_right(ui, &in, 52), 52, IMAGE_CHEVRON_RIGHT, COLOR_Q700);
    if (!large && !wide) {
        label_draw(ui,
                   &(struct label){.rect = cut_right(ui, &in, 180),
                                   .text = b.label,
                                   .type = TYPE_L,
                                   .ink = COLOR_Q700},
                   NULL);
        cut_right(ui, &in, 16);
    }
    struct label title = {.rect = in, .text = words, .type = TYPE_L, .may_shrink = true};
    if (large) {
        label_draw(ui, &title, NULL);
    } else {
        title.rect = cut_top_px(&in, in.h - ui_dp(ui, 58));
        label_draw(ui, &title, NULL);
        cut_top(ui, &in, 8);
        windows(s, cut_top(ui, &in, 48));
    }
    if (tapped) stage_push(s, SCENE_BOARD);
}

static void tiles(struct stage *s, struct rect r)
{
    static const struct {
        uint32_t id;
        enum text_id label, second;
        enum draw_image icon;
    } rows[6] = {
        {ID_BOOK, TEXT_TILE_BOOK, TEXT_TILE_BOOK_2, IMAGE_CALENDAR},
        {ID_MY_BOOKING, TEXT_TILE_MINE, TEXT_TILE_MINE_2, IMAGE_CALENDAR_CHECK},
        {ID_LAWS, TEXT_TILE_LAWS, TEXT_TILE_LAWS_2, IMAGE_LAW_BOOK},
        {ID_GUIDES, TEXT_TILE_GUIDES, TEXT_TILE_GUIDES_2, IMAGE_GUIDE},
        {ID_DATES, TEXT_TILE_DATES, TEXT_TILE_DATES_2, IMAGE_CALCULATOR},
        {ID_STAFF, TEXT_TILE_STAFF, TEXT_TILE_STAFF_2, IMAGE_BELL},
    };
    struct ui *ui = &s->ui;
    bool bare = ui->theme.large || layout_is_landscape(ui);
    bool one_column = ui->theme.large && layout_is_landscape(ui);
    struct grid g = {r, one_column ? 1 : 2, one_column ? 6 : 3, 24, 22};
    for (int i = 0; i < 6; i++) {
        bool later = rows[i].id == ID_DATES;
        struct button b = {.id = rows[i].id,
                           .rect = grid_cell(ui, &g, i),
                           .look = BUTTON_TILE,
                           .label =
                               later && one_column ? TEXT(TILE_DATES_LONG) : text_of(rows[i].label),
                           .second = (bare && !later) || one_column ? STR("")
                                     : bare                         ? TEXT(TILE_DATES_SHORT)
                                                                    : text_of(rows[i].second),
                           .icon = rows[i].icon,
                           .states = later ? STATE_DISABLED : 0};
        if (!button(ui, &b)) continue;
        if (rows[i].id == ID_BOOK) choose_sitting(s);
        if (rows[i].id == ID_MY_BOOKING) stage_push(s, SCENE_LOOKUP);
        if (rows[i].id == ID_LAWS || rows[i].id == ID_GUIDES) {
            s->visit.list = rows[i].id == ID_LAWS ? LIST_LAWS : LIST_GUIDES;
            stage_push(s, SCENE_LAW_LIST);
        }
        if (rows[i].id == ID_STAFF) stage_push(s, SCENE_CALL_STAFF);
    }
}

static void home_frame(struct stage *s, void *state, const struct page *page)
{
    (void)state;
    struct ui *ui = &s->ui;
    struct duty d = duty_of(s);
    const struct cache_sitting *other =
        !d.now && !d.takes_walkins ? view_elsewhere(&s->view, stage_now_ms(s)) : NULL;
    bool large = ui->theme.large;
    if (large && d.next) other = NULL; // one thing less, never smaller letters
    struct rect body = page->body;
    if (page->is_landscape) {
        struct columns c = layout_columns(ui, body);
        struct rect strip = cut_top(ui, &c.right, large ? 120 : 173);
        cut_top(ui, &c.right, 26);
        duty_card(s, c.left, &d);
        board_strip(s, strip);
        if (other) {
            struct rect row = cut_bottom(ui, &c.right, 210);
            cut_bottom(ui, &c.right, 26);
            tiles(s, c.right);
            elsewhere_row(s, row, other);
        } else {
            tiles(s, c.right);
        }
        return;
    }
    cut_bottom(ui, &body, 6);
    struct rect tile_rows = cut_bottom(ui, &body, large ? 534 : other ? 440 : 476);
    cut_bottom(ui, &body, 26);
    struct rect strip = cut_bottom(ui, &body, large ? 146 : 169);
    cut_bottom(ui, &body, 26);
    struct rect row = {0};
    if (other) {
        row = cut_bottom(ui, &body, 210);
        cut_bottom(ui, &body, 26);
    }
    duty_card(s, body, &d);
    if (other) elsewhere_row(s, row, other);
    board_strip(s, strip);
    tiles(s, tile_rows);
}

const struct scene_type home_scene = {.frame = home_frame};
