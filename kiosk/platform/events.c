#include "platform/platform_private.h"

#include "base/log.h"

#include <string.h>

// ---- Keys

struct key_row {
    const char *name;
    SDL_Keycode sdl;
};

static const struct key_row key_rows[PLATFORM_KEY_COUNT] = {
    [PLATFORM_KEY_NONE] = {"", SDLK_UNKNOWN},
#define KEY(id, name, sdl) [PLATFORM_KEY_##id] = {name, sdl},
#include "platform/keys.def"
#undef KEY
};

const char *platform_key_name(enum platform_key key)
{
    CHECK(key < PLATFORM_KEY_COUNT);
    return key_rows[key].name;
}

enum platform_key platform_key_named(struct str name)
{
    for (int i = PLATFORM_KEY_NONE + 1; i < PLATFORM_KEY_COUNT; i++) {
        if (str_eq_z(name, key_rows[i].name)) return (enum platform_key)i;
    }
    return PLATFORM_KEY_NONE;
}

static enum platform_key key_from_sdl(SDL_Keycode sdl)
{
    if (sdl == SDLK_KP_ENTER) return PLATFORM_KEY_ENTER;
    for (int i = PLATFORM_KEY_NONE + 1; i < PLATFORM_KEY_COUNT; i++) {
        if (sdl == key_rows[i].sdl) return (enum platform_key)i;
    }
    return PLATFORM_KEY_NONE;
}

// ---- What waits to be given out

static struct platform_event *pending_add(struct platform *p, enum platform_kind kind)
{
    CHECK(p->pending_count < PENDING_MAX);
    struct platform_event *e = &p->pending[p->pending_count++];
    *e = (struct platform_event){.kind = kind};
    return e;
}

static void pending_take(struct platform *p, struct platform_event *out)
{
    *out = p->pending[0];
    p->pending_count--;
    memmove(p->pending, p->pending + 1, (size_t)p->pending_count * sizeof *p->pending);
    memory_wipe(&p->pending[p->pending_count], sizeof *p->pending);
}

static void text_add(struct platform *p, enum platform_kind kind, struct str text)
{
    CHECK(text.len <= PLATFORM_TEXT_BYTES_MAX);
    struct platform_event *e = pending_add(p, kind);
    memcpy(e->text, text.ptr, text.len);
    e->text_bytes = text.len;
}

// ---- The pointer

static void pointer_add(struct platform *p, enum platform_kind kind, int window_x, int window_y)
{
    struct platform_event *e = pending_add(p, kind);
    turn_to_canvas(&p->turn, window_x, window_y, &e->x, &e->y);
}

static bool pointer_is(struct platform *p, const SDL_Event *e, enum pointer kind)
{
    if (p->pointer != kind) return false;
    bool same = kind == POINTER_MOUSE ||
                (e->tfinger.touchId == p->touch && e->tfinger.fingerId == p->finger);
    if (same) p->pointer_ms = env_mono_ms(p->env);
    return same;
}

// One at a time: a palm or a second finger is ignored until the first is lifted. A panel that was
// reset never says that it was, and must not leave the kiosk deaf: silence counts as lifted.
static bool pointer_begins(struct platform *p, enum pointer kind)
{
    int64_t now_ms = env_mono_ms(p->env);
    if (p->pointer != POINTER_NONE && now_ms - p->pointer_ms < PLATFORM_LOST_MS) return false;
    if (p->pointer != POINTER_NONE) pending_add(p, PLATFORM_CANCEL);
    p->pointer = kind;
    p->pointer_ms = now_ms;
    return true;
}

static void mouse(struct platform *p, const SDL_Event *e)
{
    if (e->type == SDL_MOUSEMOTION) {
        if (pointer_is(p, e, POINTER_MOUSE))
            pointer_add(p, PLATFORM_MOVE, e->motion.x, e->motion.y);
        return;
    }
    if (e->button.button != SDL_BUTTON_LEFT) return;
    if (e->type == SDL_MOUSEBUTTONDOWN) {
        if (pointer_begins(p, POINTER_MOUSE))
            pointer_add(p, PLATFORM_DOWN, e->button.x, e->button.y);
    } else if (e->type == SDL_MOUSEBUTTONUP && pointer_is(p, e, POINTER_MOUSE)) {
        p->pointer = POINTER_NONE;
        pointer_add(p, PLATFORM_UP, e->button.x, e->button.y);
    }
}

static void finger(struct platform *p, const SDL_Event *e)
{
    struct rect window = turn_rect(&p->turn, p->canvas.area);
    int x = (int)(e->tfinger.x * (float)(window.w - 1) + 0.5F);
    int y = (int)(e->tfinger.y * (float)(window.h - 1) + 0.5F);
    if (e->type == SDL_FINGERDOWN) {
        if (!pointer_begins(p, POINTER_FINGER)) return;
        p->touch = e->tfinger.touchId;
        p->finger = e->tfinger.fingerId;
        pointer_add(p, PLATFORM_DOWN, x, y);
    } else if (e->type == SDL_FINGERMOTION && pointer_is(p, e, POINTER_FINGER)) {
        pointer_add(p, PLATFORM_MOVE, x, y);
    } else if (e->type == SDL_FINGERUP && pointer_is(p, e, POINTER_FINGER)) {
        p->pointer = POINTER_NONE;
        pointer_add(p, PLATFORM_UP, x, y);
    }
}

// Only the last of the moves that wait in a row counts: a slow frame is not answered by more of them.
static void skip_to_last_move(SDL_Event *e)
{
    SDL_Event next;
    while (SDL_PeepEvents(&next, 1, SDL_PEEKEVENT, SDL_FIRSTEVENT, SDL_LASTEVENT) == 1 &&
           next.type == e->type) {
        if (SDL_PeepEvents(e, 1, SDL_GETEVENT, next.type, next.type) != 1) return;
    }
}

// ---- The keyboard

static void wedge_out(struct platform *p, enum wedge_said said, char *text)
{
    if (said == WEDGE_NOTHING) return;
    text_add(p, said == WEDGE_SCANNED ? PLATFORM_SCAN : PLATFORM_TEXT, str_from_z(text));
    memory_wipe(text, WEDGE_BYTES_MAX + 1);
}

static bool is_ascii(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if ((unsigned char)s.ptr[i] >= 0x80) return false;
    }
    return true;
}

static void typed(struct platform *p, struct str text, bool may_be_scanner)
{
    char held[WEDGE_BYTES_MAX + 1];
    if (may_be_scanner && is_ascii(text)) {
        wedge_out(p, wedge_add(&p->wedge, text, env_mono_ms(p->env), held), held);
        return;
    }
    wedge_out(p, wedge_flush(&p->wedge, held), held);
    text_add(p, PLATFORM_TEXT, text);
}

static void key(struct platform *p, const SDL_Event *e)
{
    enum platform_key key = key_from_sdl(e->key.keysym.sym);
    if (key == PLATFORM_KEY_NONE || (e->key.keysym.mod & (KMOD_CTRL | KMOD_ALT))) return;
    char held[WEDGE_BYTES_MAX + 1];
    bool ends = key == PLATFORM_KEY_ENTER || key == PLATFORM_KEY_TAB;
    enum wedge_said said =
        ends ? wedge_end(&p->wedge, env_mono_ms(p->env), held) : wedge_flush(&p->wedge, held);
    wedge_out(p, said, held);
    if (said != WEDGE_SCANNED) pending_add(p, PLATFORM_KEY)->key = key;
}

// ---- The loop's end

static enum err window_event(struct platform *p, const SDL_WindowEvent *w)
{
    if (w->event == SDL_WINDOWEVENT_EXPOSED) surface_show_again(p);
    if (w->event == SDL_WINDOWEVENT_CLOSE && !p->fullscreen) pending_add(p, PLATFORM_QUIT);
    if (w->event != SDL_WINDOWEVENT_SIZE_CHANGED) return ERR_OK;
    pending_add(p, PLATFORM_RESIZED);
    return surface_take(p);
}

static enum err translate(struct platform *p, SDL_Event *e)
{
    switch (e->type) {
    case SDL_MOUSEMOTION:
        skip_to_last_move(e);
        mouse(p, e);
        return ERR_OK;
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP: mouse(p, e); return ERR_OK;
    case SDL_FINGERMOTION:
        skip_to_last_move(e);
        finger(p, e);
        return ERR_OK;
    case SDL_FINGERDOWN:
    case SDL_FINGERUP: finger(p, e); return ERR_OK;
    case SDL_TEXTINPUT: typed(p, str_from_z(e->text.text), true); return ERR_OK;
    case SDL_KEYDOWN: key(p, e); return ERR_OK;
    case SDL_WINDOWEVENT: return window_event(p, &e->window);
    default: break; // SDL's types are numbers, and ours are given at run time
    }
    if (e->type == p->type_event) {
        typed(p, str_from_z(e->text.text), false);
    } else if (e->type == p->wake_event) {
        atomic_store(&p->wake_is_under_way, false);
        pending_add(p, PLATFORM_WAKE);
    }
    return ERR_OK;
}

static int64_t min_ms(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

// Waits for one event of SDL; false at `until_ms`.
static bool wait_sdl(struct platform *p, int64_t until_ms, SDL_Event *e)
{
    if (until_ms == PLATFORM_NEVER_MS) return SDL_WaitEvent(e);
    int64_t left = until_ms - env_mono_ms(p->env);
    if (left > 0) return SDL_WaitEventTimeout(e, (int)min_ms(left, 1 << 30));
    // SDL_WaitEventTimeout(0) would answer "nothing" at the end of what it calls a poll cycle, with
    // events still waiting behind.
    SDL_PumpEvents();
    return SDL_PeepEvents(e, 1, SDL_GETEVENT, SDL_FIRSTEVENT, SDL_LASTEVENT) == 1;
}

enum err platform_wait(struct platform *p, int64_t due_ms, struct platform_event *out)
{
    while (!p->pending_count) {
        SDL_Event e;
        if (wait_sdl(p, min_ms(due_ms, wedge_due_ms(&p->wedge)), &e)) {
            enum err failed = translate(p, &e);
            memory_wipe(&e, sizeof e);
            if (failed) return failed;
            continue;
        }
        int64_t now_ms = env_mono_ms(p->env);
        char held[WEDGE_BYTES_MAX + 1];
        wedge_out(p, wedge_due(&p->wedge, now_ms, held), held);
        if (!p->pending_count && now_ms >= due_ms) pending_add(p, PLATFORM_DUE);
        if (!p->pending_count && due_ms == PLATFORM_NEVER_MS && !p->wedge.count) {
            log_error("waiting for events: %s", SDL_GetError());
            return ERR_IO;
        }
    }
    pending_take(p, out);
    return ERR_OK;
}

// ---- Posting

void platform_wake(struct platform *p)
{
    if (atomic_exchange(&p->wake_is_under_way, true)) return;
    SDL_Event e = {.type = p->wake_event};
    // A full queue holds events that wake the loop as well; the flag must not stay up without one.
    if (SDL_PushEvent(&e) != 1) atomic_store(&p->wake_is_under_way, false);
}

static void post(SDL_Event e)
{
    if (SDL_PushEvent(&e) < 0) log_error("event lost: %s", SDL_GetError());
}

void platform_post_tap(struct platform *p, int x, int y)
{
    int window_x = 0;
    int window_y = 0;
    turn_to_window(&p->turn, x, y, &window_x, &window_y);
    SDL_MouseButtonEvent down = {.type = SDL_MOUSEBUTTONDOWN,
                                 .button = SDL_BUTTON_LEFT,
                                 .state = SDL_PRESSED,
                                 .clicks = 1,
                                 .x = window_x,
                                 .y = window_y};
    SDL_MouseButtonEvent up = down;
    up.type = SDL_MOUSEBUTTONUP;
    up.state = SDL_RELEASED;
    post((SDL_Event){.button = down});
    post((SDL_Event){.button = up});
}

// SDL's text events hold 31 bytes; pieces end between characters.
static void post_pieces(uint32_t type, struct str text)
{
    while (text.len) {
        SDL_TextInputEvent piece = {.type = type};
        struct str rest = text;
        size_t taken = 0;
        while (rest.len) {
            str_utf8_next(&rest);
            size_t after = text.len - rest.len;
            if (after >= sizeof piece.text) break;
            taken = after;
        }
        memcpy(piece.text, text.ptr, taken);
        post((SDL_Event){.text = piece});
        text = str_sub(text, taken, text.len);
    }
}

void platform_post_text(struct platform *p, struct str text)
{
    post_pieces(p->type_event, text);
}

void platform_post_key(struct platform *p, enum platform_key key)
{
    (void)p;
    SDL_KeyboardEvent e = {.type = SDL_KEYDOWN, .state = SDL_PRESSED};
    e.keysym.sym = key_rows[key].sdl;
    post((SDL_Event){.key = e});
}

void platform_post_scan(struct platform *p, struct str text)
{
    post_pieces(SDL_TEXTINPUT, text);
    platform_post_key(p, PLATFORM_KEY_ENTER);
}

bool platform_is_quiet(const struct platform *p)
{
    static const uint32_t spans[][2] = {{SDL_KEYDOWN, SDL_TEXTINPUT},
                                        {SDL_MOUSEMOTION, SDL_MOUSEBUTTONUP},
                                        {SDL_FINGERDOWN, SDL_FINGERMOTION}};
    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) {
        if (SDL_HasEvents(spans[i][0], spans[i][1])) return false;
    }
    return !SDL_HasEvent(p->type_event) && !p->pending_count && !p->wedge.count;
}
