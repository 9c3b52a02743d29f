#include "scenes/chrome.h"

#include "scenes/when.h"

enum cell { CELL_BACK, CELL_HOME, CELL_HELP, CELL_LARGE, CELL_SPEAK, CELL_HOTLINE, CELL_COUNT };

static const struct {
    enum text_id label;
    enum draw_image icon;
} cells[CELL_COUNT] = {
    [CELL_BACK] = {TEXT_BACK, IMAGE_BACK},    [CELL_HOME] = {TEXT_HOME, IMAGE_HOME},
    [CELL_HELP] = {TEXT_HELP, IMAGE_HELP},    [CELL_LARGE] = {TEXT_LARGE, IMAGE_BIGTEXT},
    [CELL_SPEAK] = {TEXT_SPEAK, IMAGE_SPEAK}, [CELL_HOTLINE] = {TEXT_HOTLINE, IMAGE_HOTLINE},
};

// ---- Header

static void header_left(struct stage *s, struct rect r)
{
    struct ui *ui = &s->ui;
    icon(ui, cut_left(ui, &r, 84), 84, IMAGE_MARK, COLOR_WHITE);
    cut_left(ui, &r, 24);
    struct label name = {.rect = r,
                         .text = s->view.site.name.len ? s->view.site.name : TEXT(SERVICE),
                         .type = TYPE_L,
                         .ink = COLOR_WHITE,
                         .may_shrink = true,
                         .role = ROLE_HEADING};
    struct label second = {.rect = r, .text = TEXT(SERVICE), .type = TYPE_S, .ink = COLOR_Q200};
    bool broken = s->status.link == KEEPER_OFFLINE && s->view.is_ready;
    bool is_alone = ui->theme.large || !s->view.site.name.len;
    if (is_alone && !broken) {
        label(ui, &name);
        return;
    }
    name.rect = cut_top_px(&r, r.h * 625 / 1000);
    second.rect = r;
    label(ui, &name);
    if (broken) {
        struct rect picture = cut_left(ui, &second.rect, 48);
        icon(ui, picture, 44, IMAGE_OFFLINE, COLOR_X200);
        cut_left(ui, &second.rect, 12);
        second.text = ui->theme.large ? TEXT(OFFLINE_SHORT) : TEXT(OFFLINE);
        second.ink = COLOR_X200;
        second.role = ROLE_ALERT;
    }
    label(ui, &second);
}

void chrome_header(struct stage *s, const struct page *page)
{
    struct ui *ui = &s->ui;
    draw_fill(ui->draw, page->header, ui_color(ui, COLOR_Q900), 0);
    struct rect r = inset_xy(ui, page->header, layout_margin_dp(ui),
                             ui->theme.large      ? 0
                             : page->is_landscape ? 4
                                                  : 7);
    int64_t now_ms = stage_now_ms(s);
    struct rect right = cut_right(ui, &r, ui->theme.large ? 420 : 320);
    struct rect date = right;
    struct rect time = cut_top_px(&date, date.h * 625 / 1000);
    struct label clock = {.rect = time,
                          .text = when_clock(ui->frame, now_ms),
                          .type = TYPE_XL,
                          .ink = COLOR_WHITE,
                          .align = ALIGN_RIGHT};
    label(ui, &clock);
    struct label day = {.rect = date,
                        .text = when_date_and_weekday(ui->frame, date_day_from_ms(now_ms)),
                        .type = TYPE_S,
                        .ink = COLOR_Q200,
                        .align = ALIGN_RIGHT};
    label(ui, &day);
    header_left(s, r);
    if (ui->theme.mode == THEME_CONTRAST) {
        struct rect under = page->header;
        under.y += under.h - ui_dp(ui, 3);
        under.h = ui_dp(ui, 3);
        draw_fill(ui->draw, under, ui_color(ui, COLOR_LINE), 0);
    }
}

// ---- Footer

struct cell_look {
    enum theme_color fill, ink, tint;
    bool bar;   // chosen or on
    bool check; // on
};

static struct cell_look cell_look(unsigned states, unsigned press, bool is_toggle)
{
    struct cell_look look = {.fill = COLOR_CARD, .ink = COLOR_INK, .tint = COLOR_Q700};
    if (states & STATE_DISABLED) {
        look = (struct cell_look){.fill = COLOR_SUNKEN, .ink = COLOR_INK3, .tint = COLOR_INK3};
    } else if (states & STATE_CHOSEN) {
        look = (struct cell_look){.fill = COLOR_Q100,
                                  .ink = COLOR_ON_Q100,
                                  .tint = COLOR_ON_Q100,
                                  .bar = true,
                                  .check = is_toggle};
    }
    if (press & UI_PRESS_HELD) {
        look.fill = COLOR_Q100;
        look.ink = look.tint = COLOR_ON_Q100;
    }
    return look;
}

static void cell_draw(struct stage *s, struct rect r, enum cell cell, struct cell_look look)
{
    struct ui *ui = &s->ui;
    draw_fill(ui->draw, r, ui_color(ui, look.fill), 0);
    draw_rule(ui->draw, r, ui_color(ui, COLOR_LINE), 0, ui_dp(ui, 1));
    struct rect edge = r;
    edge = cut_bottom(ui, &edge, 6);
    if (look.fill == COLOR_CARD) draw_fill(ui->draw, edge, ui_color(ui, COLOR_CTL), 0);
    struct rect in = r;
    struct rect bar = cut_top(ui, &in, 10);
    if (look.bar) draw_fill(ui->draw, bar, ui_color(ui, COLOR_Q700), 0);
    struct rect top = cut_top_px(&in, in.h / 2);
    icon(ui, top, ui->theme.large ? 64 : 60, cells[cell].icon, look.tint);
    if (look.check) icon(ui, cut_right(ui, &top, 56), 40, IMAGE_CHECK, look.tint);
    cut_bottom(ui, &in, 12);
    bool fits = true;
    struct label words = {.rect = in,
                          .text = text_of(cells[cell].label),
                          .type = TYPE_S,
                          .ink = look.ink,
                          .bold = true,
                          .align = ALIGN_CENTER};
    label_draw(ui, &words, &fits);
    struct draw_node *n = &ui->draw->nodes[ui->draw->node_count - 1];
    n->text_px = theme_text_px(&ui->theme, TYPE_S);
    n->ink = ui_color(ui, look.ink);
    n->ground = ui_color(ui, look.fill);
    n->text_fits = fits;
}

// Help and hotline lie over what one was doing; a second touch leaves them, and neither lies over the
// other, so that the way back stays short.
static void side_page(struct stage *s, enum scene_id id)
{
    enum scene_id now = s->stack[s->depth - 1].id;
    if (now == id) {
        stage_pop(s);
    } else if (now == SCENE_HELP || now == SCENE_HOTLINE || now == SCENE_CALL_STAFF) {
        stage_swap(s, id);
    } else {
        stage_push(s, id);
    }
}

static void cell_act(struct stage *s, enum cell cell)
{
    switch (cell) {
    case CELL_BACK: stage_pop(s); break;
    case CELL_HOME: stage_home(s); break;
    case CELL_HELP: side_page(s, SCENE_HELP); break;
    case CELL_LARGE:
        s->ui.theme.large = !s->ui.theme.large;
        ui_page_changed(&s->ui, s->ui.now_ms);
        break;
    case CELL_HOTLINE: side_page(s, SCENE_HOTLINE); break;
    case CELL_SPEAK:
    case CELL_COUNT: break;
    }
}

static unsigned cell_states(const struct stage *s, enum cell cell)
{
    enum scene_id id = s->stack[s->depth - 1].id;
    bool at_home = s->depth == 1;
    // The old slip of a visitor who goes away in the middle of a move may be void.
    bool is_held = s->visit.is_moving && stage_is_waiting(s);
    switch (cell) {
    case CELL_BACK: return at_home || is_held ? STATE_DISABLED : 0;
    case CELL_HOME: return is_held ? STATE_DISABLED : at_home ? STATE_CHOSEN : 0;
    case CELL_HELP: return id == SCENE_HELP ? STATE_CHOSEN : 0;
    case CELL_LARGE: return s->ui.theme.large ? STATE_CHOSEN : 0;
    case CELL_SPEAK: return STATE_DISABLED;
    case CELL_HOTLINE: return id == SCENE_HOTLINE ? STATE_CHOSEN : 0;
    case CELL_COUNT: break;
    }
    return 0;
}

void chrome_footer(struct stage *s, const struct page *page)
{
    struct ui *ui = &s->ui;
    for (enum cell cell = CELL_BACK; cell < CELL_COUNT; cell++) {
        struct rect r = layout_footer_cell(ui, page, (int)cell);
        unsigned states = cell_states(s, cell);
        bool is_toggle = cell == CELL_LARGE;
        unsigned press = ui_press(ui, CHROME_ID_FIRST + (uint32_t)cell, r,
                                  states & STATE_DISABLED ? UI_PRESS_DISABLED : UI_PRESS_BUTTON);
        struct draw_node *n = draw_node(ui->draw, is_toggle ? ROLE_TOGGLE : ROLE_BUTTON, r,
                                        text_of(cells[cell].label));
        n->states = states;
        if (press & UI_PRESS_HELD) n->states |= STATE_PRESSED;
        if (press & UI_PRESS_FOCUSED) n->states |= STATE_FOCUSED;
        if (cell == CELL_SPEAK) n->value = TEXT(SPEAK_NONE);
        struct cell_look look = cell_look(states, press, is_toggle);
        cell_draw(s, r, cell, look);
        if (press & UI_PRESS_FOCUSED) {
            draw_rule(ui->draw, r, ui_color(ui, COLOR_X500), 0, ui_dp(ui, 12));
        }
        if (press & UI_PRESS_TAPPED) cell_act(s, cell);
    }
}

void chrome_toast(struct stage *s, const struct page *page, struct str text)
{
    struct ui *ui = &s->ui;
    struct rect body = page->body;
    struct rect r = cut_bottom(ui, &body, ui->theme.large ? 150 : 112);
    toast(ui, r, text);
}
