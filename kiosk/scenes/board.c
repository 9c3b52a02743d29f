// The week of all sites: who is where on which day. A cell is touched as a whole.
#include "scenes/say.h"
#include "scenes/when.h"

enum { ID_WEEK = 1, ID_UP, ID_DOWN, ID_CELLS = 100 };

#define DAYS             7
#define DAYS_LARGE       3
#define ROW_DP_MIN       83
#define ROW_LARGE_DP_MIN 112
#define ROWS_MAX         15
#define NAME_DP_MIN      226
#define NAME_DP_MAX      330
#define IDLE_DAY_DP      69

struct board {
    int later; // 0: from Monday of this week (large text: from today), 1: the days after
    int page;  // of sites
};

// What is shown: the days, the sites of this page, where their cells are.
struct plan {
    int first_day, day_count;
    int first_row, row_count, row_max;
    struct rect days[DAYS]; // x and w of each column
    struct rect names;
    int head_h, row_h;
    struct rect area;
};

static const struct site *site_at(const struct stage *s, int index)
{
    // Own site first, then the order of the site file.
    int own = 0;
    for (int i = 0; i < s->view.sites.count; i++) {
        if (site_code_eq(s->view.sites.items[i].code, s->view.site.code)) own = i;
    }
    if (index == 0) return &s->view.sites.items[own];
    return &s->view.sites.items[index <= own ? index - 1 : index];
}

static bool day_is_idle(const struct stage *s, int day)
{
    for (int i = 0; i < s->view.sites.count; i++) {
        if (view_first_on_day(&s->view, s->view.sites.items[i].code, day, 0)) return false;
    }
    return true;
}

static int names_width(struct stage *s)
{
    int width = ui_dp(&s->ui, NAME_DP_MIN);
    for (int i = 0; i < s->view.sites.count; i++) {
        struct label l = {.text = s->view.sites.items[i].name, .type = TYPE_M, .bold = true};
        int w = label_width_px(&s->ui, &l) + ui_dp(&s->ui, 28);
        if (w > width) width = w;
    }
    int most = ui_dp(&s->ui, NAME_DP_MAX);
    return width < most || s->ui.theme.large ? width : most;
}

static struct plan plan_of(struct stage *s, const struct board *b, struct rect area, bool wide)
{
    struct ui *ui = &s->ui;
    bool large = ui->theme.large;
    int today = date_day_from_ms(stage_now_ms(s));
    struct plan p = {.area = area, .day_count = large ? DAYS_LARGE : DAYS};
    int monday = today - (int)date_weekday(today) + MONDAY;
    p.first_day = large ? today + b->later * DAYS_LARGE : monday + b->later * DAYS;
    p.head_h = ui_dp(ui, large ? 150 : wide ? 96 : 116);
    // As many rows as a finger can tell apart.
    int most = (area.h - p.head_h) / ui_dp(ui, large ? ROW_LARGE_DP_MIN : ROW_DP_MIN);
    p.row_max = most > ROWS_MAX ? ROWS_MAX : most > 0 ? most : 1;
    p.row_h = (area.h - p.head_h) / p.row_max;
    p.first_row = b->page * p.row_max;
    p.row_count = s->view.sites.count - p.first_row;
    if (p.row_count > p.row_max) p.row_count = p.row_max;
    struct rect rest = area;
    p.names = cut_left_px(&rest, names_width(s));
    bool idle[DAYS];
    int busy_count = 0;
    for (int i = 0; i < p.day_count; i++) {
        idle[i] = !large && day_is_idle(s, p.first_day + i);
        busy_count += !idle[i];
    }
    int narrow = ui_dp(ui, IDLE_DAY_DP);
    if (busy_count == 0) narrow = rest.w / p.day_count;
    int wide_px = busy_count ? (rest.w - narrow * (p.day_count - busy_count)) / busy_count : narrow;
    for (int i = 0; i < p.day_count; i++) {
        p.days[i] = cut_left_px(&rest, idle[i] ? narrow : wide_px);
    }
    return p;
}

// ---- Drawing

static void head(struct stage *s, const struct plan *p, int i, int today)
{
    struct ui *ui = &s->ui;
    int day = p->first_day + i;
    struct rect r = p->days[i];
    r.h = p->head_h;
    bool is_today = day == today;
    if (is_today) {
        draw_fill(ui->draw, r, ui_color(ui, COLOR_X200), 0);
        struct rect column = {r.x, r.y + r.h, r.w, p->row_h * p->row_count};
        draw_fill(ui->draw, column, ui_color(ui, COLOR_X100), 0);
    } else if (r.w <= ui_dp(ui, IDLE_DAY_DP)) {
        struct rect column = {r.x, r.y, r.w, p->area.h};
        draw_fill(ui->draw, column, ui_color(ui, COLOR_SUNKEN), 0);
    }
    struct str name = when_weekday(day);
    bool narrow = r.w <= ui_dp(ui, IDLE_DAY_DP);
    if (narrow) name = str_sub(name, 3, 3); // the last character of three bytes: 六 of 周六
    struct label word = {.rect = column_of(ui, r, 2, 0, 0),
                         .text = is_today ? TEXT(TODAY) : name,
                         .type = TYPE_S,
                         .ink = is_today ? COLOR_ON_X500 : COLOR_INK,
                         .bold = true,
                         .align = ALIGN_CENTER,
                         .valign = VALIGN_BOTTOM};
    label(ui, &word);
    struct str rest = workday_is_working(&s->view.workdays, day) ? TEXT(NOBODY_MARK) : TEXT(REST);
    struct label number = {.rect = column_of(ui, r, 2, 0, 1),
                           .text = narrow ? rest : when_day_of_month(ui->frame, day),
                           .type = TYPE_S,
                           .ink = word.ink,
                           .align = ALIGN_CENTER,
                           .valign = VALIGN_TOP};
    label(ui, &number);
}

static void past(struct stage *s, struct rect r, struct str text)
{
    struct ui *ui = &s->ui;
    struct rect took = label(
        ui, &(struct label){
                .rect = r, .text = text, .type = TYPE_S, .ink = COLOR_INK3, .align = ALIGN_CENTER});
    struct rect strike = {took.x, took.y + took.h / 2, took.w, ui_dp(ui, 3)};
    draw_fill(ui->draw, strike, ui_color(ui, COLOR_INK3), 0);
}

// Somebody sits in the morning and in the afternoon.
static bool is_whole_day(const struct stage *s, const struct cache_sitting *c)
{
    int day = date_day_from_ms(c->sitting.start_ms);
    int64_t noon_ms = date_ms(day, 12 * 60);
    if (c->sitting.start_ms >= noon_ms) return false;
    const struct cache_sitting *later =
        view_first_on_day(&s->view, c->sitting.site, day, c->sitting.end_ms);
    return later && later->sitting.start_ms >= noon_ms;
}

// A cell that can be touched: apricot where somebody sits now.
static bool cell(struct stage *s, struct rect r, const struct cache_sitting *c, uint32_t id,
                 struct str spoken)
{
    struct ui *ui = &s->ui;
    bool on = sitting_is_on(&c->sitting, stage_now_ms(s));
    unsigned press = ui_press(ui, id, r, UI_PRESS_BUTTON);
    struct rect face = inset(ui, r, 4);
    face.h -= ui_dp(ui, 6);
    struct rect edge = face;
    edge.y += ui_dp(ui, 6);
    int radius = ui_dp(ui, 10);
    bool held = press & UI_PRESS_HELD;
    if (held) {
        face.y += ui_dp(ui, 6);
    } else {
        draw_fill(ui->draw, edge, ui_color(ui, on ? COLOR_X600 : COLOR_CTL), radius);
    }
    enum theme_color fill = held ? COLOR_QEDGE : on ? COLOR_X500 : COLOR_Q100;
    enum theme_color ink = held ? COLOR_ON_Q700 : on ? COLOR_ON_X500 : COLOR_ON_Q100;
    draw_fill(ui->draw, face, ui_color(ui, fill), radius);
    if (press & UI_PRESS_FOCUSED) {
        draw_rule(ui->draw, r, ui_color(ui, COLOR_INK), radius, ui_dp(ui, 6));
    }
    struct str text = on                   ? TEXT(IN)
                      : is_whole_day(s, c) ? TEXT(WHOLE_DAY)
                                           : when_clock(ui->frame, c->sitting.start_ms);
    struct label l = {.rect = face,
                      .text = text,
                      .type = TYPE_S,
                      .ink = ink,
                      .bold = true,
                      .align = ALIGN_CENTER};
    if (on) {
        int side = ui_dp(ui, 44);
        int width = side + ui_dp(ui, 4) + label_width_px(ui, &l);
        struct rect line = {face.x + (face.w - width) / 2, face.y, width, face.h};
        icon(ui, cut_left_px(&line, side), 44, IMAGE_LAMP_ON, ink);
        l.rect = (struct rect){line.x + ui_dp(ui, 4), line.y, face.x + face.w - line.x, line.h};
        l.align = ALIGN_LEFT;
    }
    bool fits = true;
    label_draw(ui, &l, &fits);
    struct draw_node *n = draw_node(ui->draw, ROLE_BUTTON, r, text);
    n->value = spoken;
    n->states = held ? STATE_PRESSED : 0;
    n->text_px = theme_text_px(&ui->theme, TYPE_S);
    n->ink = ui_color(ui, ink);
    n->ground = ui_color(ui, fill);
    n->text_fits = fits;
    return press & UI_PRESS_TAPPED;
}

static void open_cell(struct stage *s, const struct site *site, int day)
{
    memory_wipe(&s->visit, sizeof(s->visit));
    s->visit.only_site = site->code;
    s->visit.only_day = day;
    s->visit.sitting_first = true;
    s->visit.sitting_was_step = true;
    stage_push(s, SCENE_SITTING);
}

static void row(struct stage *s, const struct plan *p, int index)
{
    struct ui *ui = &s->ui;
    const struct site *site = site_at(s, p->first_row + index);
    bool own = site_code_eq(site->code, s->view.site.code);
    int64_t now_ms = stage_now_ms(s);
    int y = p->area.y + p->head_h + index * p->row_h;
    struct rect name = {p->names.x, y, p->names.w, p->row_h};
    if (own) draw_fill(ui->draw, name, ui_color(ui, COLOR_Q700), 0);
    struct rect line = {p->area.x, y, p->area.w, ui_dp(ui, 2)};
    draw_fill(ui->draw, line, ui_color(ui, COLOR_LINE), 0);
    label(ui, &(struct label){.rect = inset_xy(ui, name, 12, 0),
                              .text = site->name,
                              .type = TYPE_M,
                              .ink = own ? COLOR_ON_Q700 : COLOR_INK,
                              .bold = true});
    for (int i = 0; i < p->day_count; i++) {
        int day = p->first_day + i;
        struct rect r = {p->days[i].x, y, p->days[i].w, p->row_h};
        const struct cache_sitting *all = view_first_on_day(&s->view, site->code, day, 0);
        if (!all) continue;
        const struct cache_sitting *c = view_first_on_day(&s->view, site->code, day, now_ms);
        if (!c) {
            past(s, r, when_clock(ui->frame, all->sitting.start_ms));
            continue;
        }
        uint32_t id = ID_CELLS + (uint32_t)((p->first_row + index) * DAYS + i);
        struct str spoken =
            TEXT_FILL(ui->frame, SITE_DAY, site->name, when_date_and_weekday(ui->frame, day));
        if (cell(s, r, c, id, spoken)) open_cell(s, site, day);
    }
}

static void board_frame(struct stage *s, void *state, const struct page *page)
{
    struct board *b = state;
    struct ui *ui = &s->ui;
    bool large = ui->theme.large, wide = page->is_landscape;
    struct rect body = page->body;
    struct rect head_row = cut_top(ui, &body, 104);
    struct button week = {.id = ID_WEEK,
                          .rect = cut_right(ui, &head_row, large ? 330 : 230),
                          .look = BUTTON_SMALL,
                          .label = b->later ? (large ? TEXT(DAYS_BEFORE) : TEXT(THIS_WEEK))
                                            : (large ? TEXT(DAYS_AFTER) : TEXT(NEXT_WEEK))};
    cut_right(ui, &head_row, 20);
    struct rect more = wide ? cut_right(ui, &head_row, large ? 420 : 330) : head_row;
    label(ui, &(struct label){.rect = head_row,
                              .text = large      ? TEXT(BOARD_TITLE_SHORT)
                                      : b->later ? TEXT(BOARD_TITLE_NEXT)
                                                 : TEXT(BOARD_TITLE),
                              .type = TYPE_XL,
                              .role = ROLE_HEADING});
    if (button(ui, &week)) b->later = !b->later;
    cut_top(ui, &body, 20);
    struct rect low = {0};
    if (!wide) {
        low = cut_bottom(ui, &body, large ? 120 : 100);
        cut_bottom(ui, &body, 14);
    }
    struct plan p = plan_of(s, b, body, wide);
    int pages = (s->view.sites.count + p.row_max - 1) / p.row_max;
    draw_fill(ui->draw, body, ui_color(ui, COLOR_CARD), 0);
    int today = date_day_from_ms(stage_now_ms(s));
    for (int i = 0; i < p.day_count; i++) {
        head(s, &p, i, today);
    }
    for (int i = 0; i < p.row_count; i++) {
        row(s, &p, i);
    }
    draw_rule(ui->draw, body, ui_color(ui, COLOR_CTL), 0, ui_dp(ui, 2));
    if (pages > 1) {
        struct rect r = more;
        if (!wide) {
            r = cut_right(ui, &low, large ? 420 : 330);
            r.h -= ui_dp(ui, 6);
            cut_right(ui, &low, 20);
        }
        struct button next = {.id = ID_DOWN,
                              .rect = r,
                              .look = BUTTON_SMALL,
                              .label = b->page + 1 < pages ? TEXT(MORE_SITES) : TEXT(FIRST_SITES)};
        if (button(ui, &next)) b->page = (b->page + 1) % pages;
    }
    if (large || wide) return;
    label(ui, &(struct label){
                  .rect = low, .text = TEXT(BOARD_LEGEND), .type = TYPE_S, .ink = COLOR_INK2});
}

const struct scene_type board_scene = {.state_size = sizeof(struct board), .frame = board_frame};
