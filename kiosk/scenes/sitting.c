// Which sitting: the soonest anywhere, this site only, or a day of one's own choice.
#include "scenes/say.h"
#include "scenes/when.h"

enum { ID_TABS = 1, ID_LATER = 10, ID_EARLIER, ID_ALL, ID_DAYS = 20, ID_CARDS = 50 };
enum tab { TAB_SOONEST, TAB_HERE, TAB_DAY };

#define PAGE_MAX  4
#define LIST_MAX  200
#define DAY_CELLS 14

struct sitting_page {
    int tab;
    int page;
    int day; // TAB_DAY: chosen; 0: none yet
};

static bool is_listed(struct stage *s, const struct sitting_page *p, const struct cache_sitting *c)
{
    const struct visit *v = &s->visit;
    int64_t now_ms = stage_now_ms(s);
    int day = date_day_from_ms(c->sitting.start_ms);
    if (c->sitting.state != SITTING_OPEN || c->sitting.end_ms <= now_ms) return false;
    if (day > date_day_from_ms(now_ms) + SITTING_HORIZON_DAYS) return false;
    if (!sitting_takes_topic(&c->sitting, v)) return false;
    if (v->only_site.z[0]) {
        return site_code_eq(c->sitting.site, v->only_site) && (!v->only_day || v->only_day == day);
    }
    if (p->tab == TAB_HERE) return view_is_own(&s->view, c);
    if (p->tab == TAB_DAY) return day == p->day;
    return true;
}

// Large text on a landscape panel: not enough height for the ordinary page.
static bool is_low(const struct ui *ui)
{
    return ui->theme.large && layout_is_landscape(ui);
}

// ---- One card

static void day_block(struct stage *s, struct rect r, const struct cache_sitting *c, bool full)
{
    struct ui *ui = &s->ui;
    int day = date_day_from_ms(c->sitting.start_ms), today = date_day_from_ms(stage_now_ms(s));
    bool own = view_is_own(&s->view, c);
    enum theme_color ink = COLOR_INK;
    if (full) {
        draw_rule(ui->draw, r, ui_color(ui, COLOR_CTL), ui_dp(ui, 10), ui_dp(ui, 2));
    } else {
        draw_fill(ui->draw, r, ui_color(ui, own ? COLOR_Q700 : COLOR_Q100), ui_dp(ui, 10));
        ink = own ? COLOR_ON_Q700 : COLOR_ON_Q100;
    }
    struct rect in = inset_xy(ui, r, 4, 14);
    struct str word = day <= today + 2 ? when_day(ui->frame, day, today) : when_weekday(day);
    label_draw(ui,
               &(struct label){.rect = column_of(ui, in, 2, 0, 0),
                               .text = word,
                               .type = TYPE_L,
                               .ink = ink,
                               .align = ALIGN_CENTER},
               NULL);
    label_draw(ui,
               &(struct label){.rect = column_of(ui, in, 2, 0, 1),
                               .text = when_day_of_month(ui->frame, day),
                               .type = TYPE_S,
                               .ink = ink,
                               .bold = true,
                               .align = ALIGN_CENTER},
               NULL);
}

static void seats_line(struct stage *s, struct rect r, const struct cache_sitting *c,
                       const struct offer *offer)
{
    struct ui *ui = &s->ui;
    struct label words = {.rect = r, .text = say_seats(s, offer), .type = TYPE_S, .bold = true};
    struct rect took = label_draw(ui, &words, NULL);
    if (ui->theme.large || offer->kind == OFFER_WISH) return;
    cut_left_px(&r, took.w + ui_dp(ui, 20));
    seat_squares(ui, r, offer->kind == OFFER_NONE ? 0 : offer->free_count, c->sitting.seat_count);
}

static void site_side(struct stage *s, struct rect r, const struct cache_sitting *c,
                      enum offer_kind offer)
{
    bool full = offer == OFFER_NONE;
    struct ui *ui = &s->ui;
    struct label site = {.text = say_site(s, c->sitting.site),
                         .type = ui->theme.large ? TYPE_S : TYPE_M,
                         .ink = COLOR_Q700,
                         .bold = true,
                         .align = ALIGN_RIGHT,
                         .lines_max = 2};
    struct rect upper = full ? r : column_of(ui, r, 2, 0, 0);
    site.rect = upper;
    struct rect took = label_draw(ui, &site, NULL);
    struct rect pin = {took.x - ui_dp(ui, 56), took.y, ui_dp(ui, 48), took.h};
    if (pin.x >= r.x) icon(ui, pin, 48, IMAGE_PLACE, COLOR_Q700);
    if (full) return;
    struct rect lower = column_of(ui, r, 2, 0, 1);
    icon(ui, cut_right(ui, &lower, 52), 52, IMAGE_CHEVRON_RIGHT, COLOR_Q700);
    label_draw(ui,
               &(struct label){.rect = lower,
                               .text = offer == OFFER_WISH ? TEXT(WISH_SHORT) : TEXT(BOOK_SHORT),
                               .type = TYPE_L,
                               .ink = COLOR_Q700,
                               .align = ALIGN_RIGHT},
               NULL);
}

// Large text on a low panel: one thing below the other.
static void card_stacked(struct stage *s, struct rect r, const struct cache_sitting *c,
                         const struct offer *offer)
{
    struct ui *ui = &s->ui;
    struct arena *a = ui->frame;
    if (offer->kind != OFFER_NONE) {
        icon(ui, cut_right(ui, &r, 60), 60, IMAGE_CHEVRON_RIGHT, COLOR_Q700);
    }
    struct str lines[4] = {when_span(a, c->sitting.start_ms, c->sitting.end_ms),
                           say_site(s, c->sitting.site), c->counsellor.name, say_seats(s, offer)};
    for (int i = 0; i < 4; i++) {
        label_draw(ui,
                   &(struct label){.rect = column_of(ui, r, 4, 0, i),
                                   .text = lines[i],
                                   .type = i == 0 ? TYPE_L : TYPE_S,
                                   .ink = i == 1 ? COLOR_Q700 : COLOR_INK,
                                   .bold = i == 1 || i == 3,
                                   .may_shrink = true},
                   NULL);
    }
}

static bool sitting_card(struct stage *s, struct rect r, const struct cache_sitting *c, uint32_t id)
{
    struct ui *ui = &s->ui;
    struct arena *a = ui->frame;
    struct offer offer = stage_offer(s, c);
    bool full = offer.kind == OFFER_NONE;
    int today = date_day_from_ms(stage_now_ms(s));
    struct str span = when_span(a, c->sitting.start_ms, c->sitting.end_ms);
    struct str day = when_day(a, date_day_from_ms(c->sitting.start_ms), today);
    struct card_button b = {.id = id,
                            .rect = r,
                            .ruled = view_is_own(&s->view, c),
                            .disabled = full,
                            .label = TEXT_FILL(a, SITTING_LABEL, day, span,
                                               say_site(s, c->sitting.site), say_seats(s, &offer)),
                            .value = full ? verdict_words(offer.verdict) : say_person(s, c)};
    int dy;
    bool tapped = card_button(ui, &b, &dy);
    struct rect in = inset_xy(ui, r, 22, 20);
    in.y += dy;
    struct rect block = cut_left(ui, &in, 156);
    day_block(s, centered(ui, block, 156, ui->theme.large ? 216 : 164), c, full);
    cut_left(ui, &in, 28);
    if (is_low(ui)) {
        card_stacked(s, in, c, &offer);
        return tapped;
    }
    site_side(s, cut_right(ui, &in, 250), c, offer.kind);
    struct label time = {
        .rect = column_of(ui, in, 3, 0, 0), .text = span, .type = TYPE_L, .may_shrink = true};
    label_draw(ui, &time, NULL);
    bool is_short = ui->theme.large || layout_is_landscape(ui);
    label_draw(ui,
               &(struct label){.rect = column_of(ui, in, 3, 0, 1),
                               .text = is_short ? c->counsellor.name : say_person(s, c),
                               .type = TYPE_S,
                               .ink = COLOR_INK2},
               NULL);
    seats_line(s, column_of(ui, in, 3, 0, 2), c, &offer);
    return tapped;
}

// ---- Days to choose from

static bool day_cell(struct stage *s, struct sitting_page *p, struct rect r, int i)
{
    struct ui *ui = &s->ui;
    int today = date_day_from_ms(stage_now_ms(s)), day = today + i;
    struct sitting_page only = {.tab = TAB_DAY, .day = day};
    int free_count = 0, count = 0;
    for (int k = 0; k < s->view.sittings.count; k++) {
        if (!is_listed(s, &only, &s->view.sittings.items[k])) continue;
        count++;
        free_count += stage_offer(s, &s->view.sittings.items[k]).free_count;
    }
    struct str word = count ? TEXT_FILL(ui->frame, SEATS, text_number(ui->frame, free_count))
                            : TEXT(NOBODY_SHORT);
    if (count && !free_count) word = TEXT(FULL_SHORT);
    if (count && !free_count && !stage_is_online(s)) word = TEXT(WISH_SHORT);
    struct str name = i == 0 ? TEXT(TODAY) : when_weekday(day);
    struct button b = {.id = ID_DAYS + (uint32_t)i,
                       .rect = r,
                       .look = BUTTON_KEY_FUNCTION,
                       .label = STR(""),
                       .states = (count ? 0 : STATE_DISABLED) | (p->day == day ? STATE_CHOSEN : 0)};
    if (count) b.look = BUTTON_KEY;
    bool tapped = button(ui, &b);
    struct draw_node *n = &ui->draw->nodes[ui->draw->node_count - 1];
    n->label = when_date(ui->frame, day);
    n->value = word;
    enum theme_color ink = p->day == day ? COLOR_ON_Q700 : count ? COLOR_INK : COLOR_INK2;
    struct str lines[3] = {name, text_number(ui->frame, date_from_day(day).day), word};
    for (int k = 0; k < 3; k++) {
        label_draw(ui,
                   &(struct label){.rect = column_of(ui, inset_xy(ui, r, 2, 8), 3, 0, k),
                                   .text = lines[k],
                                   .type = TYPE_S,
                                   .ink = ink,
                                   .bold = k == 1,
                                   .align = ALIGN_CENTER},
                   NULL);
    }
    return tapped;
}

static void day_cells(struct stage *s, struct sitting_page *p, struct rect *body)
{
    struct ui *ui = &s->ui;
    bool narrow = ui->theme.large && !layout_is_landscape(ui);
    int columns = narrow ? 5 : 7;
    int rows = narrow ? 3 : 2;
    struct rect r = cut_top(ui, body, rows * (ui->theme.large ? 210 : 174));
    cut_top(ui, body, 24);
    struct grid g = {r, columns, rows, 12, 18};
    for (int i = 0; i < DAY_CELLS; i++) {
        if (!day_cell(s, p, grid_cell(ui, &g, i), i)) continue;
        p->day = date_day_from_ms(stage_now_ms(s)) + i;
        p->page = 0;
    }
}

// ---- The page

static int listed(struct stage *s, const struct sitting_page *p, const struct cache_sitting **out)
{
    int count = 0;
    for (int i = 0; i < s->view.sittings.count && count < LIST_MAX; i++) {
        const struct cache_sitting *c = &s->view.sittings.items[i];
        if (is_listed(s, p, c)) out[count++] = c;
    }
    return count;
}

static void top_tabs(struct stage *s, struct sitting_page *p, struct rect *body)
{
    struct ui *ui = &s->ui;
    struct rect r = cut_top(ui, body, ui->theme.large ? 112 : 92);
    cut_top(ui, body, 26);
    if (s->visit.only_site.z[0]) {
        struct rect all = cut_right(ui, &r, ui->theme.large ? 380 : 300);
        label(ui, &(struct label){.rect = r,
                                  .text = say_site(s, s->visit.only_site),
                                  .type = TYPE_L,
                                  .ink = COLOR_Q700});
        struct button b = {
            .id = ID_ALL, .rect = all, .look = BUTTON_SMALL, .label = TEXT(ALL_SITES)};
        if (button(ui, &b)) {
            s->visit.only_site = (struct site_code){{0}};
            s->visit.only_day = 0;
        }
        return;
    }
    struct tabs t = {.id = ID_TABS,
                     .rect = r,
                     .labels = {TEXT(TAB_SOONEST), TEXT(TAB_HERE), TEXT(TAB_DAY)},
                     .count = 3,
                     .chosen = p->tab};
    int chosen = tabs(ui, &t);
    // The chosen tab once more leads back to its beginning.
    bool again = ui->last_id == ID_TABS + (uint32_t)p->tab && ui->last_ms == ui->now_ms;
    if (chosen != p->tab || again) *p = (struct sitting_page){.tab = chosen};
}

static void pages_row(struct stage *s, struct sitting_page *p, struct rect r, int pages)
{
    struct ui *ui = &s->ui;
    struct rect earlier = row_of(ui, r, p->page ? 2 : 1, 24, 0), later = earlier;
    if (p->page) {
        later = row_of(ui, r, 2, 24, 1);
        struct button b = {
            .id = ID_EARLIER, .rect = earlier, .label = TEXT(DAYS_EARLIER), .icon = IMAGE_PAGE_UP};
        if (button(ui, &b)) p->page--;
    }
    bool last = p->page + 1 >= pages;
    struct button b = {.id = ID_LATER,
                       .rect = later,
                       .label = last ? TEXT(DAYS_LAST) : TEXT(DAYS_LATER),
                       .icon = last ? IMAGE_NONE : IMAGE_PAGE_DOWN,
                       .states = last ? STATE_DISABLED : 0};
    if (button(ui, &b)) p->page++;
}

static void choose(struct stage *s, const struct cache_sitting *c)
{
    s->visit.has_sitting = true;
    s->visit.sitting = c->sitting.id;
    s->visit.sitting_was_step = true;
    stage_next_step(s);
}

static void sitting_frame(struct stage *s, void *state, const struct page *page)
{
    struct sitting_page *p = state;
    struct ui *ui = &s->ui;
    bool wide = page->is_landscape, large = ui->theme.large;
    struct rect body = page->body;
    say_step(s, &body, STEP_SITTING,
             s->visit.is_moving ? TEXT(MOVE_SITTING_TITLE) : TEXT(SITTING_TITLE));
    top_tabs(s, p, &body);
    bool picking = p->tab == TAB_DAY && !s->visit.only_site.z[0];
    bool days = picking && !(is_low(ui) && p->day);
    if (days) day_cells(s, p, &body);
    if (days && is_low(ui)) return;
    const struct cache_sitting *list[LIST_MAX];
    int count = listed(s, p, list);
    int columns = wide ? 2 : 1;
    struct rect low = cut_bottom(ui, &body, large ? 130 : 110);
    low.h -= ui_dp(ui, 6);
    cut_bottom(ui, &body, 24);
    int card_dp = large ? 310 : 236;
    int card_dp_most = is_low(ui) ? 420 : large ? 330 : 259;
    int rows = (body.h + ui_dp(ui, 28)) / ui_dp(ui, card_dp + 28);
    if (rows < 1) rows = 1;
    int per_page = rows * columns < PAGE_MAX ? rows * columns : PAGE_MAX;
    int pages = (count + per_page - 1) / per_page;
    if (p->page >= pages) p->page = pages > 0 ? pages - 1 : 0;
    struct rect cards = cut_top(ui, &body, rows * card_dp_most + (rows - 1) * 28);
    struct grid g = {cards, columns, rows, 32, 28};
    for (int i = 0; i < per_page && p->page * per_page + i < count; i++) {
        const struct cache_sitting *c = list[p->page * per_page + i];
        if (sitting_card(s, grid_cell(ui, &g, i), c, ID_CARDS + (uint32_t)i)) choose(s, c);
    }
    if (count == 0) {
        label(ui, &(struct label){.rect = cards,
                                  .text = picking && !p->day ? TEXT(PICK_A_DAY) : TEXT(NO_SITTINGS),
                                  .type = TYPE_M,
                                  .align = ALIGN_CENTER,
                                  .lines_max = 3,
                                  .role = ROLE_STATUS});
    }
    if (pages > 1) pages_row(s, p, low, pages);
}

const struct scene_type sitting_scene = {.state_size = sizeof(struct sitting_page),
                                         .frame = sitting_frame};
