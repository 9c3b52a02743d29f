#include "ui/widgets.h"

#include "base/check.h"

#define EDGE_DP        6
#define EDGE_MAIN_DP   8
#define RADIUS_DP      16
#define RADIUS_KEY_DP  12
#define RULE_DP        2
#define RULE_CTL_DP    3
#define PRESSED_DY_DP  6
#define FOCUS_RING_DP  12
#define FOCUS_OUTER_DP 6
#define NARROW_TILE_DP 400

// How a button looks in its state: colours by token, lengths in dp.
struct skin {
    enum theme_color fill, rule, edge, ink, ink2, tint;
    int edge_dp, rule_dp, radius_dp;
    bool dashed;
};

static bool is_key(enum button_look look)
{
    return look == BUTTON_KEY || look == BUTTON_KEY_FUNCTION;
}

static struct skin skin_normal(enum button_look look)
{
    struct skin s = {.fill = COLOR_CARD,
                     .rule = COLOR_CTL,
                     .edge = COLOR_CTL,
                     .ink = COLOR_INK,
                     .ink2 = COLOR_INK2,
                     .tint = COLOR_Q700,
                     .edge_dp = EDGE_DP,
                     .rule_dp = RULE_CTL_DP,
                     .radius_dp = RADIUS_DP};
    switch (look) {
    case BUTTON_PLAIN:
    case BUTTON_SMALL: break;
    case BUTTON_MAIN:
        s.fill = s.rule = COLOR_Q700;
        s.edge = COLOR_QEDGE;
        s.ink = s.ink2 = s.tint = COLOR_ON_Q700;
        s.edge_dp = EDGE_MAIN_DP;
        break;
    case BUTTON_DANGER: s.ink = s.tint = COLOR_R700; break;
    case BUTTON_TILE:
    case BUTTON_ROW:
        s.rule = COLOR_LINE;
        s.rule_dp = RULE_DP;
        break;
    case BUTTON_KEY:
        s.rule = COLOR_LINE;
        s.rule_dp = RULE_DP;
        s.radius_dp = RADIUS_KEY_DP;
        break;
    case BUTTON_KEY_FUNCTION:
        s.fill = COLOR_SUNKEN;
        s.rule = COLOR_LINE;
        s.rule_dp = RULE_DP;
        s.radius_dp = RADIUS_KEY_DP;
        break;
    }
    return s;
}

static struct skin skin_of(const struct button *b, unsigned press)
{
    struct skin s = skin_normal(b->look);
    if (b->states & STATE_DISABLED) {
        s.fill = COLOR_SUNKEN;
        s.rule = COLOR_CTL;
        s.rule_dp = RULE_CTL_DP;
        s.ink = s.ink2 = s.tint = COLOR_INK2;
        s.edge_dp = 0;
        s.dashed = true;
    } else if (b->states & STATE_BUSY) {
        s.fill = COLOR_Q100;
        s.rule = COLOR_Q700;
        s.rule_dp = RULE_CTL_DP;
        s.ink = s.ink2 = s.tint = COLOR_ON_Q100;
        s.edge_dp = 0;
    } else if (b->states & STATE_CHOSEN) {
        s.fill = s.rule = COLOR_Q700;
        s.edge = COLOR_QEDGE;
        s.ink = s.ink2 = s.tint = COLOR_ON_Q700;
    }
    if (press & UI_PRESS_HELD) {
        bool dark = b->look == BUTTON_MAIN || b->states & STATE_CHOSEN;
        s.fill = dark ? COLOR_QEDGE : COLOR_Q100;
        s.rule = dark ? COLOR_QEDGE : COLOR_Q700;
        if (!dark) s.ink = s.ink2 = s.tint = COLOR_ON_Q100;
        s.edge_dp = 0;
    }
    return s;
}

static void focus_ring(struct ui *ui, struct rect r, int radius)
{
    int ring = ui_dp(ui, FOCUS_RING_DP), outer = ui_dp(ui, FOCUS_OUTER_DP);
    struct rect around = rect_inset(r, -ring);
    draw_rule(ui->draw, rect_inset(around, -outer), ui_color(ui, COLOR_INK), radius + ring + outer,
              outer);
    draw_rule(ui->draw, around, ui_color(ui, COLOR_X500), radius + ring, ring);
}

// Draws the shape; answers where its contents lie.
static struct rect shape(struct ui *ui, struct rect r, const struct skin *s, unsigned press)
{
    int radius = ui_dp(ui, s->radius_dp);
    if (press & UI_PRESS_FOCUSED) focus_ring(ui, r, radius);
    if (press & UI_PRESS_HELD) r.y += ui_dp(ui, PRESSED_DY_DP);
    struct rect edge = r;
    edge.y += ui_dp(ui, s->edge_dp);
    if (s->edge_dp) draw_fill(ui->draw, edge, ui_color(ui, s->edge), radius);
    draw_fill(ui->draw, r, ui_color(ui, s->fill), radius);
    int width = ui_dp(ui, s->rule_dp);
    if (s->dashed) {
        draw_dashed(ui->draw, r, ui_color(ui, s->rule), radius, width);
    } else if (s->rule != s->fill) {
        draw_rule(ui->draw, r, ui_color(ui, s->rule), radius, width);
    }
    return r;
}

static enum theme_type label_type(enum button_look look)
{
    switch (look) {
    case BUTTON_MAIN: return TYPE_XL;
    case BUTTON_SMALL: return TYPE_M;
    case BUTTON_KEY: return TYPE_KEY;
    case BUTTON_PLAIN:
    case BUTTON_DANGER:
    case BUTTON_TILE:
    case BUTTON_ROW:
    case BUTTON_KEY_FUNCTION: return TYPE_L;
    }
    return TYPE_L;
}

static int icon_dp(const struct ui *ui, enum button_look look)
{
    switch (look) {
    case BUTTON_MAIN: return ui->theme.large ? 80 : 88;
    case BUTTON_TILE:
    case BUTTON_ROW: return 72;
    case BUTTON_SMALL: return 48;
    case BUTTON_PLAIN:
    case BUTTON_DANGER:
    case BUTTON_KEY:
    case BUTTON_KEY_FUNCTION: return 60;
    }
    return 60;
}

// Three squares that fill in turn, two steps a second.
static void busy_squares(struct ui *ui, struct rect r)
{
    int filled = (int)(ui->now_ms / 500 % 4);
    for (int i = 0; i < 3; i++) {
        struct rect square = centered(ui, row_of(ui, r, 3, 4, i), 24, 24);
        if (i < filled) {
            draw_fill(ui->draw, square, ui_color(ui, COLOR_Q700), 0);
        } else {
            draw_rule(ui->draw, square, ui_color(ui, COLOR_Q700), 0, ui_dp(ui, RULE_CTL_DP));
        }
    }
}

// The words of a button: label and second line, one over the other, in `r`.
static bool words(struct ui *ui, struct rect r, const struct button *b, const struct skin *s,
                  enum align align)
{
    bool fits = true;
    struct label title = {.rect = r,
                          .text = b->label,
                          .type = label_type(b->look),
                          .ink = s->ink,
                          .bold = true,
                          .align = align,
                          .may_shrink = true};
    if (b->second.len == 0) {
        struct label smaller = title;
        smaller.type = TYPE_S;
        bool two_lines = align == ALIGN_LEFT && label_width_px(ui, &smaller) > r.w;
        if (two_lines) {
            // A little less than twice the width: a line may end early.
            title.may_shrink = false;
            title.type = TYPE_M;
            if (label_width_px(ui, &title) > r.w * 19 / 10) title.type = TYPE_S;
            title.lines_max = 2;
        }
        label_draw(ui, &title, &fits);
        return fits;
    }
    struct label second = {
        .rect = r, .text = b->second, .type = TYPE_S, .ink = s->ink2, .align = align};
    int title_h = theme_line_px(&ui->theme, title.type);
    int second_h = theme_line_px(&ui->theme, TYPE_S);
    if (label_width_px(ui, &second) > r.w && title_h + 2 * second_h <= r.h) {
        second.lines_max = 2;
        second_h *= 2;
    }
    int over = (r.h - title_h - second_h) / 2;
    title.rect = (struct rect){r.x, r.y + over, r.w, title_h};
    second.rect = (struct rect){r.x, r.y + over + title_h, r.w, second_h};
    label_draw(ui, &title, &fits);
    label_draw(ui, &second, &fits);
    return fits;
}

static int words_width(struct ui *ui, const struct button *b)
{
    struct label title = {.text = b->label, .type = label_type(b->look), .bold = true};
    struct label second = {.text = b->second, .type = TYPE_S};
    int w = label_width_px(ui, &title), w2 = label_width_px(ui, &second);
    return w > w2 ? w : w2;
}

// Picture and words side by side in the middle.
static bool contents_centered(struct ui *ui, struct rect r, const struct button *b,
                              const struct skin *s)
{
    enum draw_image image = b->icon;
    if (b->states & STATE_CHOSEN && !is_key(b->look)) image = IMAGE_CHECK;
    int pad = ui_dp(ui, is_key(b->look) ? 4 : 16);
    struct rect room = rect_inset(r, pad);
    int side =
        image == IMAGE_NONE && !(b->states & STATE_BUSY) ? 0 : ui_dp(ui, icon_dp(ui, b->look));
    int gap = side && b->label.len ? ui_dp(ui, b->look == BUTTON_MAIN ? 24 : 16) : 0;
    int words_w = words_width(ui, b);
    if (words_w > room.w - side - gap) words_w = room.w - side - gap;
    struct rect line = {room.x + (room.w - side - gap - words_w) / 2, r.y, side + gap + words_w,
                        r.h};
    struct rect picture = {line.x, r.y + (r.h - side) / 2, side, side};
    struct rect text = {line.x + side + gap, r.y, words_w, r.h};
    if (b->states & STATE_BUSY) {
        text.x = line.x;
        picture.x = text.x + words_w + gap;
        busy_squares(ui, picture);
    } else {
        draw_image(ui->draw, picture, image, ui_color(ui, s->tint));
    }
    return words(ui, text, b, s, b->second.len && side ? ALIGN_LEFT : ALIGN_CENTER);
}

static bool contents_tile(struct ui *ui, struct rect r, const struct button *b,
                          const struct skin *s)
{
    bool narrow = r.w < ui_dp(ui, NARROW_TILE_DP);
    struct rect room = inset_xy(ui, r, narrow ? 18 : ui->theme.large ? 22 : 26, 0);
    if (b->look == BUTTON_ROW) {
        struct rect chevron = centered(ui, cut_right(ui, &room, 52), 52, 52);
        draw_image(ui->draw, chevron, IMAGE_CHEVRON_RIGHT, ui_color(ui, s->tint));
    }
    if (b->icon != IMAGE_NONE) {
        int dp = narrow ? 56 : icon_dp(ui, b->look);
        struct rect picture = centered(ui, cut_left(ui, &room, dp), dp, dp);
        draw_image(ui->draw, picture, b->icon, ui_color(ui, s->tint));
        cut_left(ui, &room, narrow ? 16 : ui->theme.large ? 20 : 26);
    }
    return words(ui, room, b, s, ALIGN_LEFT);
}

static void button_node(struct ui *ui, const struct button *b, const struct skin *s, unsigned press,
                        bool fits)
{
    enum draw_role role = is_key(b->look) ? ROLE_KEY : ROLE_BUTTON;
    struct draw_node *n =
        draw_node(ui->draw, b->role == ROLE_SCREEN ? role : b->role, b->rect, b->label);
    n->value = b->value.len ? b->value : b->second;
    n->spoken = b->spoken;
    n->states = b->states;
    if (press & UI_PRESS_HELD) n->states |= STATE_PRESSED;
    if (press & UI_PRESS_FOCUSED) n->states |= STATE_FOCUSED;
    if (b->look == BUTTON_MAIN) n->states |= STATE_MAIN;
    n->text_px = theme_text_px(&ui->theme, b->second.len ? TYPE_S : label_type(b->look));
    n->ink = ui_color(ui, s->ink);
    n->ground = ui_color(ui, s->fill);
    n->text_fits = fits;
}

bool button(struct ui *ui, const struct button *b)
{
    bool answers = !(b->states & (STATE_DISABLED | STATE_BUSY));
    enum ui_press_kind kind = is_key(b->look) ? UI_PRESS_KEY : UI_PRESS_BUTTON;
    unsigned press = ui_press(ui, b->id, b->rect, answers ? kind : UI_PRESS_DISABLED);
    if (b->look == BUTTON_MAIN) ui->main_count++;
    struct skin s = skin_of(b, press);
    struct rect r = shape(ui, b->rect, &s, press);
    bool is_tile = b->look == BUTTON_TILE || b->look == BUTTON_ROW;
    bool fits = is_tile ? contents_tile(ui, r, b, &s) : contents_centered(ui, r, b, &s);
    button_node(ui, b, &s, press, fits);
    return press & UI_PRESS_TAPPED;
}

// ---- Cards that can be pressed

bool card_button(struct ui *ui, const struct card_button *c, int *pressed_dy)
{
    unsigned press =
        ui_press(ui, c->id, c->rect, c->disabled ? UI_PRESS_DISABLED : UI_PRESS_BUTTON);
    struct button like = {.look = BUTTON_TILE, .states = c->disabled ? STATE_DISABLED : 0};
    struct skin s = skin_of(&like, press);
    if (c->ruled && !c->disabled) {
        s.rule = COLOR_Q700;
        s.rule_dp = 4;
    }
    struct rect r = shape(ui, c->rect, &s, press);
    *pressed_dy = r.y - c->rect.y;
    struct draw_node *n = draw_node(ui->draw, ROLE_BUTTON, c->rect, c->label);
    n->value = c->value;
    n->spoken = c->spoken;
    n->states = c->disabled ? STATE_DISABLED : 0;
    if (press & UI_PRESS_HELD) n->states |= STATE_PRESSED;
    if (press & UI_PRESS_FOCUSED) n->states |= STATE_FOCUSED;
    return press & UI_PRESS_TAPPED;
}

// ---- Tabs: one rule around all, the chosen one dark with a check

int tabs(struct ui *ui, const struct tabs *t)
{
    CHECK(t->count > 0 && t->count <= TABS_MAX);
    int chosen = t->chosen;
    int radius = ui_dp(ui, RADIUS_DP), rule = ui_dp(ui, RULE_CTL_DP);
    struct rect edge = t->rect;
    edge.y += ui_dp(ui, EDGE_DP);
    draw_fill(ui->draw, edge, ui_color(ui, COLOR_CTL), radius);
    draw_fill(ui->draw, t->rect, ui_color(ui, COLOR_CARD), radius);
    for (int i = 0; i < t->count; i++) {
        struct rect r = row_of(ui, t->rect, t->count, 0, i);
        unsigned press = ui_press(ui, t->id + (uint32_t)i, r, UI_PRESS_BUTTON);
        if (press & UI_PRESS_TAPPED) chosen = i;
        bool dark = i == t->chosen;
        struct skin s = {.ink = dark ? COLOR_ON_Q700 : COLOR_INK, .fill = COLOR_CARD};
        s.tint = s.ink;
        if (dark) s.fill = COLOR_Q700;
        if (press & UI_PRESS_HELD) s.fill = dark ? COLOR_QEDGE : COLOR_Q100;
        if (press & UI_PRESS_HELD && !dark) s.ink = s.tint = COLOR_ON_Q100;
        if (s.fill != COLOR_CARD) draw_fill(ui->draw, r, ui_color(ui, s.fill), radius);
        if (i > 0) {
            struct rect divider = {r.x - rule / 2, r.y, rule, r.h};
            draw_fill(ui->draw, divider, ui_color(ui, COLOR_CTL), 0);
        }
        struct button b = {.rect = r,
                           .look = BUTTON_SMALL,
                           .label = t->labels[i],
                           .states = dark ? STATE_CHOSEN : 0,
                           .role = ROLE_TAB};
        bool fits = contents_centered(ui, r, &b, &s);
        button_node(ui, &b, &s, press, fits);
    }
    draw_rule(ui->draw, t->rect, ui_color(ui, COLOR_CTL), radius, rule);
    return chosen;
}
