#include "ui/ui.h"

#include "base/check.h"

#include <stdlib.h>
#include <string.h>

void ui_init(struct ui *ui, struct theme theme, struct draw_metrics *metrics, struct arena *scratch)
{
    memset(ui, 0, sizeof(*ui));
    ui->theme = theme;
    text_init(&ui->text, metrics, scratch);
}

int ui_dp(const struct ui *ui, int dp)
{
    return theme_px(&ui->theme, dp);
}

uint32_t ui_color(const struct ui *ui, enum theme_color token)
{
    return theme_color(&ui->theme, token);
}

// ---- Events

static void pointer_forget(struct ui *ui)
{
    ui->down = false;
    ui->held_id = 0;
    ui->drag_id = 0;
}

static bool pointer_down(struct ui *ui, struct ui_touch touch)
{
    ui->pointer = touch.pointer;
    ui->down = ui->pressed = true;
    ui->moved = false;
    ui->held_id = ui->drag_id = 0;
    ui->focus_id = 0;
    ui->x = ui->down_x = touch.x;
    ui->y = ui->down_y = ui->drag_y = touch.y;
    return true;
}

bool ui_pointer(struct ui *ui, struct ui_touch touch)
{
    CHECK(!ui->pressed && !ui->released);
    if (touch.phase == UI_DOWN) return !ui->down && pointer_down(ui, touch);
    if (!ui->down || touch.pointer != ui->pointer) return false;
    ui->x = touch.x;
    ui->y = touch.y;
    int slop = theme_mm(&ui->theme, UI_SLOP_MM);
    if (abs(ui->x - ui->down_x) > slop || abs(ui->y - ui->down_y) > slop) {
        ui->moved = true;
        ui->held_id = 0;
    }
    if (touch.phase == UI_UP) ui->released = true;
    if (touch.phase == UI_CANCEL) pointer_forget(ui);
    return true;
}

bool ui_key_press(struct ui *ui, enum ui_key key)
{
    ui->key = key;
    return key != UI_KEY_NONE;
}

bool ui_type(struct ui *ui, char character)
{
    ui->typed = character;
    return true;
}

// ---- Targets

static const struct ui_target *target_find(const struct ui_targets *t, uint32_t id)
{
    for (int i = 0; i < t->count; i++) {
        if (t->rows[i].id == id) return &t->rows[i];
    }
    return NULL;
}

// The topmost at a place: the last one drawn.
static const struct ui_target *target_at(const struct ui_targets *t, int x, int y)
{
    for (int i = t->count - 1; i >= 0; i--) {
        if (rect_has(t->rows[i].rect, x, y)) return &t->rows[i];
    }
    return NULL;
}

static bool target_is_fresh(const struct ui *ui, uint32_t id, struct rect r)
{
    const struct ui_target *old = target_find(&ui->old_page, id);
    return !old || !rect_eq(old->rect, r);
}

static int64_t guard_left_ms(const struct ui *ui, const struct ui_target *t, int64_t now_ms)
{
    int64_t left = 0;
    if (ui->guarding && t->fresh) left = ui->guard_from_ms + UI_GUARD_MS - now_ms;
    if (t->id == ui->last_id) {
        int64_t debounce = ui->last_is_key ? UI_KEY_DEBOUNCE_MS : UI_DEBOUNCE_MS;
        int64_t again = ui->last_ms + debounce - now_ms;
        if (again > left) left = again;
    }
    return left > 0 ? left : 0;
}

int64_t ui_wait_ms(const struct ui *ui, int x, int y, int64_t now_ms)
{
    const struct ui_target *t = target_at(&ui->before, x, y);
    if (!t || !t->enabled) return 0;
    return guard_left_ms(ui, t, now_ms);
}

unsigned ui_press(struct ui *ui, uint32_t id, struct rect r, enum ui_press_kind kind)
{
    CHECK(id != 0);
    CHECK(ui->targets.count < UI_TARGETS_MAX);
    CHECK(target_find(&ui->targets, id) == NULL);
    bool enabled = kind != UI_PRESS_DISABLED;
    struct ui_target *t = &ui->targets.rows[ui->targets.count++];
    *t = (struct ui_target){id, r, enabled, target_is_fresh(ui, id, r)};
    if (!enabled) return 0;

    bool inside = rect_has(r, ui->x, ui->y);
    if (ui->pressed && inside && guard_left_ms(ui, t, ui->now_ms) == 0) ui->held_id = id;
    unsigned bits = ui->focus_id == id ? UI_PRESS_FOCUSED : 0;
    if (ui->down && ui->held_id == id && inside) bits |= UI_PRESS_HELD;
    bool entered = ui->key == UI_KEY_ENTER && ui->focus_id == id;
    if ((ui->released && ui->held_id == id && inside) || entered) {
        ui->last_id = id;
        ui->last_ms = ui->now_ms;
        ui->last_is_key = kind == UI_PRESS_KEY;
        ui->acted = true;
        bits = (bits & ~(unsigned)UI_PRESS_HELD) | UI_PRESS_TAPPED;
    }
    return bits;
}

int ui_drag_px(struct ui *ui, uint32_t id, struct rect r)
{
    if (ui->pressed && rect_has(r, ui->x, ui->y)) {
        ui->drag_id = id;
        ui->drag_y = ui->y;
    }
    if (ui->drag_id != id || !ui->moved) return 0;
    int by = ui->drag_y - ui->y;
    ui->drag_y = ui->y;
    return by;
}

bool ui_tapped_elsewhere(const struct ui *ui)
{
    return ui->released && !ui->moved && ui->held_id == 0;
}

// ---- Frames

void ui_begin(struct ui *ui, struct draw_list *draw, struct arena *frame, int64_t now_ms)
{
    ui->draw = draw;
    ui->frame = frame;
    ui->now_ms = now_ms;
    ui->acted = false;
    ui->main_count = 0;
    ui->targets.count = 0;
    if (ui->guarding && now_ms >= ui->guard_from_ms + UI_GUARD_MS) ui->guarding = false;
}

static void focus_walk(struct ui *ui, int by)
{
    const struct ui_targets *t = &ui->targets;
    int at = by > 0 ? -1 : t->count;
    for (int i = 0; i < t->count; i++) {
        if (t->rows[i].id == ui->focus_id) at = i;
    }
    for (int steps = 0; steps < t->count; steps++) {
        at = (at + by + t->count) % t->count;
        if (!t->rows[at].enabled) continue;
        ui->focus_id = t->rows[at].id;
        ui->acted = true;
        return;
    }
}

void ui_end(struct ui *ui)
{
    draw_end(ui->draw);
    CHECK(ui->main_count <= 1);
    if (ui->key == UI_KEY_NEXT) focus_walk(ui, 1);
    if (ui->key == UI_KEY_PREVIOUS) focus_walk(ui, -1);
    if (ui->released) pointer_forget(ui);
    ui->pressed = ui->released = false;
    ui->key = UI_KEY_NONE;
    ui->typed = 0;
    ui->before = ui->targets;
}

void ui_page_changed(struct ui *ui, int64_t now_ms)
{
    ui->old_page = ui->before;
    ui->guard_from_ms = now_ms;
    ui->guarding = true;
    ui->held_id = 0;
    ui->focus_id = 0;
}
