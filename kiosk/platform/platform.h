// The machine under the screens: one window, one finger, the keyboard that a scanner pretends to be,
// and paint. The only layer that knows SDL; no SDL type leaves it.
//
// The program's loop is: platform_wait(due) → an event → the screens → a draw list →
// platform_paint. It sleeps in SDL_WaitEvent; nothing is polled. The window's own surface is painted
// by the processor (an OpenGL texture on a machine without GPU costs 80 MB and 15 ms a frame).
//
// Threads: all functions on the thread that opened it, except platform_wake.
#ifndef PLATFORM_PLATFORM_H
#define PLATFORM_PLATFORM_H

#include "base/env.h"
#include "draw/draw.h"

#define PLATFORM_TEXT_BYTES_MAX 256
#define PLATFORM_SIDE_PX_MIN    320
#define PLATFORM_SIDE_PX_MAX    8192
#define PLATFORM_NEVER_MS       INT64_MAX
#define PLATFORM_LOST_MS        5000 // a finger silent for so long gives way to another

struct platform;

enum platform_turn { TURN_0, TURN_90, TURN_180, TURN_270 }; // of the picture, clockwise

struct platform_options {
    const char *title;
    int width_px, height_px; // of the logical canvas; fullscreen takes the display's
    bool fullscreen;
    enum platform_turn turn; // of a panel that is mounted turned
    const char *assets;      // folder that holds icons/; kept
    const char *font_medium; // files; a .ttc is used at its Simplified Chinese face; kept
    const char *font_bold;
    const char *font_fallback; // for rare characters, opened when first needed; may be NULL
};

// Lives in `arena` (as long as the process). Keeps `env`. ERR_IO without a display or a font.
MUST_USE enum err platform_open(struct arena *arena, const struct platform_options *options,
                                struct env *env, struct platform **out);
void platform_close(struct platform *p);

struct rect platform_canvas(const struct platform *p);     // logical: 0,0 and the size
struct draw_metrics *platform_metrics(struct platform *p); // live in `p`
struct draw_painter *platform_painter(struct platform *p);

// ---- Events

enum platform_key {
    PLATFORM_KEY_NONE,
#define KEY(id, name, sdl) PLATFORM_KEY_##id,
#include "platform/keys.def"
#undef KEY
    PLATFORM_KEY_COUNT
};

const char *platform_key_name(enum platform_key key);
enum platform_key platform_key_named(struct str name); // PLATFORM_KEY_NONE: there is none

enum platform_kind {
    PLATFORM_DUE,     // `due_ms` came
    PLATFORM_DOWN,    // x, y: the one finger (or the mouse's left button); others are ignored
    PLATFORM_MOVE,    // x, y: only while down; many moves come as the last of them
    PLATFORM_UP,      // x, y
    PLATFORM_CANCEL,  // the finger was lost without being lifted: nothing was tapped
    PLATFORM_TEXT,    // text: typed
    PLATFORM_SCAN,    // text: a scanner read it
    PLATFORM_KEY,     // key
    PLATFORM_WAKE,    // another thread called platform_wake, once or often: look at your queues
    PLATFORM_RESIZED, // the canvas is another: lay out again and paint
    PLATFORM_QUIT,    // the window was closed; never comes in fullscreen
};

struct platform_event {
    enum platform_kind kind;
    int x, y; // canvas pixels
    enum platform_key key;
    char text[PLATFORM_TEXT_BYTES_MAX]; // UTF-8; may be what a visitor typed: wipe after use
    size_t text_bytes;
};

// Sleeps until something happens or the monotonic clock of `env` reaches `due_ms`
// (PLATFORM_NEVER_MS: only events). ERR_IO when the display is gone.
MUST_USE enum err platform_wait(struct platform *p, int64_t due_ms, struct platform_event *out);

// Any thread. At most one PLATFORM_WAKE is under way, however often it is called.
void platform_wake(struct platform *p);

// Events as if they came from a finger or a keyboard, for the tree socket: they take the same way.
void platform_post_tap(struct platform *p, int x, int y); // down and up
void platform_post_text(struct platform *p, struct str text);
void platform_post_scan(struct platform *p, struct str text); // typed fast, and Enter
void platform_post_key(struct platform *p, enum platform_key key);
bool platform_is_quiet(
    const struct platform *p); // nothing posted or typed is still to be waited for

// Sounds for a new call, where the machine can; nothing waits for it.
void platform_chime(struct platform *p);

// ---- Paint

// Paints what differs from the frame painted last and shows it. `changed` is false where nothing
// did: then nothing was painted.
MUST_USE enum err platform_paint(struct platform *p, const struct draw_list *d, bool *changed);

int64_t platform_painted_px(const struct platform *p); // by the last platform_paint

// The frame as it is on the screen.
MUST_USE enum err platform_shot(struct platform *p, const char *path);

#endif
