// Widgets for fingers. A widget is a function call that draws itself and says what the visitor did
// to it in this frame; there is no widget object to keep in step with the state.
//
// One pointer counts, further fingers are ignored. A touch acts when it is lifted inside (WCAG
// 2.5.2) and not at all once it moved more than 8 mm. The same target answers once in 250 ms (keys
// of a keypad in 50 ms), and for 400 ms after a page change what was not on the page before does not
// answer, so that a second tap never hits what it was not meant for.
//
// A frame: ui_pointer for one event, ui_begin, the widgets, ui_end. After a down or an up a frame
// must be drawn before the next event. A frame that acted (`acted`) is drawn once more before it is
// painted, because widgets drawn before the touched one show the state before.
//
// Threads: the UI thread only.
#ifndef UI_UI_H
#define UI_UI_H

#include "ui/text.h"
#include "ui/theme.h"

#define UI_TARGETS_MAX     256
#define UI_SLOP_MM         8
#define UI_GUARD_MS        400
#define UI_DEBOUNCE_MS     250
#define UI_KEY_DEBOUNCE_MS 50

enum ui_phase { UI_DOWN, UI_MOVE, UI_UP, UI_CANCEL };

struct ui_touch {
    int64_t pointer; // whose; the mouse is one of its own
    enum ui_phase phase;
    int x, y; // canvas pixels
};

// Keys of a keyboard or a tactile pad: the focus walks through the targets.
enum ui_key { UI_KEY_NONE, UI_KEY_NEXT, UI_KEY_PREVIOUS, UI_KEY_ENTER };

struct ui_target {
    uint32_t id;
    struct rect rect;
    bool enabled;
    bool fresh; // was not on the page before: guarded after a page change
};

struct ui_targets {
    struct ui_target rows[UI_TARGETS_MAX];
    int count;
};

struct ui {
    struct theme theme;
    struct text text;
    struct draw_list *draw; // of the frame being drawn
    struct arena *frame;    // texts of the frame; rewound by whoever calls ui_begin
    int64_t now_ms;         // elapsed time, not civil time
    bool acted;             // something was activated in this frame
    int main_count;         // main buttons of this frame: at most one

    // The pointer.
    bool down, pressed, released; // the last two hold for one frame
    int64_t pointer;
    int x, y, down_x, down_y, drag_y;
    bool moved;       // farther than the slop since it came down
    uint32_t held_id; // target under the pointer since it came down; 0: none
    uint32_t drag_id; // region that follows the pointer
    uint32_t last_id; // target last activated, and when
    int64_t last_ms;
    bool last_is_key;
    int64_t guard_from_ms; // when the page last changed
    bool guarding;

    // Keyboard and focus.
    uint32_t focus_id;
    enum ui_key key;
    char typed; // an ASCII character for a keypad on the page; 0: none

    struct ui_targets targets, before; // of this frame, of the last one
    struct ui_targets old_page;        // of the page before this one
};

// Keeps `metrics` and `scratch`.
void ui_init(struct ui *ui, struct theme theme, struct draw_metrics *metrics,
             struct arena *scratch);

// Events. True where a frame is needed.
bool ui_pointer(struct ui *ui, struct ui_touch touch);
bool ui_key_press(struct ui *ui, enum ui_key key);
bool ui_type(struct ui *ui, char character);

void ui_begin(struct ui *ui, struct draw_list *draw, struct arena *frame, int64_t now_ms);
void ui_end(struct ui *ui); // CHECKs clips, doubled ids and a second main button

// The page is another one from the next frame on.
void ui_page_changed(struct ui *ui, int64_t now_ms);

// For how long a touch at this place would still be ignored; 0: not at all. For taps that must not
// be swallowed (the tree socket). Speaks of the last frame drawn.
int64_t ui_wait_ms(const struct ui *ui, int x, int y, int64_t now_ms);

// ---- For widgets

enum ui_press {
    UI_PRESS_HELD = 1 << 0,   // drawn as pressed
    UI_PRESS_TAPPED = 1 << 1, // activated in this frame
    UI_PRESS_FOCUSED = 1 << 2,
};

enum ui_press_kind { UI_PRESS_BUTTON, UI_PRESS_KEY, UI_PRESS_DISABLED };

// A touchable place of this frame. `id` is unique on the page and not 0. Bits of enum ui_press.
unsigned ui_press(struct ui *ui, uint32_t id, struct rect r, enum ui_press_kind kind);

// A region that follows the finger: by how many pixels it moved up (positive) in this frame, once it
// moved more than the slop. Call it before the targets that lie in it.
int ui_drag_px(struct ui *ui, uint32_t id, struct rect r);

// A touch anywhere that no target took, in this frame.
bool ui_tapped_elsewhere(const struct ui *ui);

int ui_dp(const struct ui *ui, int dp);
uint32_t ui_color(const struct ui *ui, enum theme_color token);

#endif
