#include "input/keypad.h"

#include "base/check.h"

#include <string.h>

static const char *const faces = "123456789";

static bool put(char *digits, int digits_max, char c)
{
    size_t len = strlen(digits);
    if (len >= (size_t)digits_max) return false;
    digits[len] = c;
    digits[len + 1] = '\0';
    return true;
}

static bool take(char *digits)
{
    size_t len = strlen(digits);
    if (len == 0) return false;
    digits[len - 1] = '\0';
    return true;
}

static bool digit_key(struct ui *ui, const struct keypad *k, int place, struct rect r,
                      const char *face)
{
    return button(
        ui, &(struct button){
                .id = k->id + (uint32_t)place, .rect = r, .look = BUTTON_KEY, .label = {face, 1}});
}

static bool typed(struct ui *ui, char *digits, int digits_max)
{
    char c = ui->typed;
    if (c < '0' || c > '9') return false;
    ui->typed = 0;
    ui->acted = true;
    return put(digits, digits_max, c);
}

bool keypad(struct ui *ui, const struct keypad *k, char *digits, int digits_max)
{
    CHECK(digits_max <= KEYPAD_DIGITS_MAX);
    struct grid g = {k->rect, 3, 4, 12, 18};
    bool changed = typed(ui, digits, digits_max);
    for (int i = 0; i < 9; i++) {
        if (digit_key(ui, k, i, grid_cell(ui, &g, i), faces + i)) {
            changed |= put(digits, digits_max, faces[i]);
        }
    }
    struct button clear = {.id = k->id + 9,
                           .rect = grid_cell(ui, &g, 9),
                           .look = BUTTON_KEY_FUNCTION,
                           .label = k->clear};
    if (button(ui, &clear)) {
        changed |= digits[0] != '\0';
        memory_wipe(digits, strlen(digits));
    }
    if (digit_key(ui, k, 10, grid_cell(ui, &g, 10), "0")) changed |= put(digits, digits_max, '0');
    struct button erase = {.id = k->id + 11,
                           .rect = grid_cell(ui, &g, 11),
                           .look = BUTTON_KEY_FUNCTION,
                           .spoken = k->erase,
                           .icon = IMAGE_BACKSPACE};
    if (button(ui, &erase)) changed |= take(digits);
    // The picture alone says nothing to the tree.
    ui->draw->nodes[ui->draw->node_count - 1].label = k->erase;
    return changed;
}

// The digits with blanks between their groups; lives in the frame.
static struct str grouped(struct ui *ui, const struct digit_field *f)
{
    struct str rest = str_from_z(f->digits), out = STR("");
    for (int i = 0; i < KEYPAD_GROUPS_MAX && rest.len; i++) {
        size_t take_len = f->groups[i] ? (size_t)f->groups[i] : rest.len;
        struct str group = str_sub(rest, 0, take_len);
        rest = str_sub(rest, group.len, rest.len);
        out = str_printf(ui->frame, "%.*s%s%.*s", STR_ARG(out), i ? " " : "", STR_ARG(group));
    }
    return out;
}

bool digit_field(struct ui *ui, const struct digit_field *f)
{
    unsigned press = f->id ? ui_press(ui, f->id, f->rect, UI_PRESS_BUTTON) : 0;
    int radius = ui_dp(ui, 12), width = ui_dp(ui, f->active || f->error ? 4 : 3);
    draw_fill(ui->draw, f->rect, ui_color(ui, COLOR_CARD), radius);
    enum theme_color rule = f->error ? COLOR_R700 : f->active ? COLOR_Q700 : COLOR_CTL;
    draw_rule(ui->draw, f->rect, ui_color(ui, rule), radius, width);
    struct rect in = inset_xy(ui, f->rect, 24, 0);
    if (f->error) {
        icon(ui, cut_left(ui, &in, 60), 60, IMAGE_WARNING, COLOR_R700);
        cut_left(ui, &in, 16);
    }
    bool fits = true;
    struct str text = grouped(ui, f);
    struct rect took =
        label_draw(ui, &(struct label){.rect = in, .text = text, .type = TYPE_KEY}, &fits);
    if (f->active) {
        int x = text.len ? took.x + took.w + ui_dp(ui, 10) : in.x;
        struct rect caret = {x, in.y + in.h / 4, ui_dp(ui, 4), in.h / 2};
        draw_fill(ui->draw, caret, ui_color(ui, COLOR_Q700), 0);
    }
    struct draw_node *n = draw_node(ui->draw, ROLE_FIELD, f->rect, f->label);
    n->value = text;
    n->states = (f->active ? STATE_CHOSEN : 0) | (f->error ? STATE_ERROR : 0);
    n->text_px = theme_text_px(&ui->theme, TYPE_KEY);
    n->ink = ui_color(ui, COLOR_INK);
    n->ground = ui_color(ui, COLOR_CARD);
    n->text_fits = fits;
    return press & UI_PRESS_TAPPED;
}
