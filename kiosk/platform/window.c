#include "platform/platform_private.h"

#include "base/log.h"

#include <SDL_image.h>
#include <stdlib.h>

// ---- Surface

enum err surface_take(struct platform *p)
{
    SDL_Surface *s = SDL_GetWindowSurface(p->window);
    if (!s) {
        log_error("window surface: %s", SDL_GetError());
        return ERR_IO;
    }
    bool known =
        s->format->BytesPerPixel == 4 && s->format->Rmask == 0xFF0000 && s->format->Bmask == 0xFF;
    bool sane = s->w <= PLATFORM_SIDE_PX_MAX && s->h <= PLATFORM_SIDE_PX_MAX;
    if (!known || !sane) {
        log_error("display: %dx%d of format %s cannot be painted", s->w, s->h,
                  SDL_GetPixelFormatName(s->format->format));
        return ERR_BAD_INPUT;
    }
    bool sideways = p->turn.by == TURN_90 || p->turn.by == TURN_270;
    p->turn.width_px = sideways ? s->h : s->w;
    p->turn.height_px = sideways ? s->w : s->h;
    struct rect area = {0, 0, p->turn.width_px, p->turn.height_px};
    p->canvas = (struct canvas){s->pixels, s->pitch / 4, area, area};
    if (p->turn.by != TURN_0) {
        arena_deinit(&p->turned);
        size_t count = (size_t)area.w * (size_t)area.h;
        arena_init(&p->turned, count * sizeof(uint32_t));
        p->canvas.pixels = arena_array(&p->turned, uint32_t, count);
        p->canvas.stride_px = area.w;
    }
    painter_forget(&p->painter);
    return ERR_OK;
}

void surface_show_again(struct platform *p)
{
    if (SDL_UpdateWindowSurface(p->window)) painter_forget(&p->painter);
}

// ---- Life

// SDL_Init forks dbus-launch and reads the Compose table of an input method unless told not to:
// 12 of its 17 ms. The kiosk has its own on-screen input.
static void quieten(void)
{
    SDL_setenv("LC_ALL", "C", 1);
    SDL_setenv("XMODIFIERS", "@im=none", 1);
    SDL_setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent", 1);
    static const char *const hints[][2] = {
        {SDL_HINT_FRAMEBUFFER_ACCELERATION, "0"},
        {SDL_HINT_TOUCH_MOUSE_EVENTS, "0"}, // else each tap arrives twice
        {SDL_HINT_MOUSE_TOUCH_EVENTS, "0"},
        {SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "0"},
        {SDL_HINT_NO_SIGNAL_HANDLERS, "1"},
        {SDL_HINT_VIDEO_MINIMIZE_ON_FOCUS_LOSS, "0"},
        {SDL_HINT_QUIT_ON_LAST_WINDOW_CLOSE, "0"},
        {SDL_HINT_APP_NAME, "Lvyue"},
    };
    for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
        SDL_SetHint(hints[i][0], hints[i][1]);
}

// On X11 without a window manager, SDL waits 100 ms for an answer to its wish to be fullscreen. A
// window without border over the whole display is the same at once.
static SDL_Window *fullscreen_window(const char *title)
{
    SDL_Rect display;
    bool is_x11 = str_eq_z(str_from_z(SDL_GetCurrentVideoDriver()), "x11");
    if (!is_x11 || SDL_GetDisplayBounds(0, &display)) {
        return SDL_CreateWindow(title, 0, 0, 1080, 1920, SDL_WINDOW_FULLSCREEN_DESKTOP);
    }
    return SDL_CreateWindow(title, display.x, display.y, display.w, display.h,
                            SDL_WINDOW_BORDERLESS | SDL_WINDOW_ALWAYS_ON_TOP);
}

static SDL_Window *ordinary_window(const struct platform_options *o)
{
    bool sideways = o->turn == TURN_90 || o->turn == TURN_270;
    return SDL_CreateWindow(o->title, SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED,
                            sideways ? o->height_px : o->width_px,
                            sideways ? o->width_px : o->height_px, 0);
}

static enum err window_open(struct platform *p, const struct platform_options *o)
{
    quieten();
    if (SDL_Init(SDL_INIT_VIDEO)) {
        log_error("SDL: %s", SDL_GetError());
        return ERR_IO;
    }
    p->window = o->fullscreen ? fullscreen_window(o->title) : ordinary_window(o);
    if (!p->window) {
        log_error("window: %s", SDL_GetError());
        return ERR_IO;
    }
    if (o->fullscreen) SDL_ShowCursor(SDL_DISABLE);
    p->wake_event = SDL_RegisterEvents(2);
    p->type_event = p->wake_event + 1;
    SDL_StartTextInput();
    return surface_take(p);
}

enum err platform_open(struct arena *arena, const struct platform_options *options, struct env *env,
                       struct platform **out)
{
    CHECK(options->width_px >= PLATFORM_SIDE_PX_MIN && options->width_px <= PLATFORM_SIDE_PX_MAX);
    CHECK(options->height_px >= PLATFORM_SIDE_PX_MIN && options->height_px <= PLATFORM_SIDE_PX_MAX);
    struct platform *p = arena_new(arena, struct platform);
    p->env = env;
    p->fullscreen = options->fullscreen;
    p->turn.by = options->turn;
    struct paint_fonts fonts = {options->font_medium, options->font_bold, options->font_fallback};
    enum err e = painter_init(&p->painter, fonts, options->assets);
    if (!e) e = window_open(p, options);
    if (e) {
        platform_close(p);
        return e;
    }
    *out = p;
    return ERR_OK;
}

void platform_close(struct platform *p)
{
    if (!p) return;
    chime_end(&p->chime);
    painter_deinit(&p->painter);
    if (p->window) SDL_DestroyWindow(p->window);
    arena_deinit(&p->turned);
    SDL_Quit();
    memory_wipe(p, sizeof *p);
}

void platform_chime(struct platform *p)
{
    chime_ring(&p->chime);
}

struct rect platform_canvas(const struct platform *p)
{
    return p->canvas.area;
}

struct draw_metrics *platform_metrics(struct platform *p)
{
    return &p->painter.glyphs.metrics;
}

struct draw_painter *platform_painter(struct platform *p)
{
    return &p->painter.one_bit;
}

// ---- Paint

static void to_window(struct platform *p, struct rect r, SDL_Rect *out)
{
    struct rect shown = turn_rect(&p->turn, r);
    if (p->turn.by != TURN_0) {
        SDL_Surface *s = SDL_GetWindowSurface(p->window);
        CHECK(s);
        struct canvas window = {.pixels = s->pixels, .stride_px = s->pitch / 4};
        turn_copy(&p->turn, &p->canvas, &window, r);
    }
    *out = (SDL_Rect){shown.x, shown.y, shown.w, shown.h};
}

// False where the window has lost its surface.
static bool paint(struct platform *p, const struct draw_list *d, bool *changed)
{
    struct frame_change change;
    painter_paint(&p->painter, &p->canvas, d, &change);
    SDL_Rect rects[FRAME_RECTS_MAX + 1];
    int count = 0;
    p->painted_px = 0;
    if (!rect_is_empty(change.moved)) to_window(p, change.moved, &rects[count++]);
    for (int i = 0; i < change.count; i++) {
        p->painted_px += (int64_t)change.rects[i].w * change.rects[i].h;
        struct rect in_moved = rect_cut_to(change.rects[i], change.moved);
        if (!rect_eq(in_moved, change.rects[i])) to_window(p, change.rects[i], &rects[count++]);
    }
    *changed = count > 0;
    return !count || !SDL_UpdateWindowSurfaceRects(p->window, rects, count);
}

enum err platform_paint(struct platform *p, const struct draw_list *d, bool *changed)
{
    CHECK(rect_eq(d->canvas, p->canvas.area));
    if (paint(p, d, changed)) return ERR_OK;
    enum err e = surface_take(p);
    if (e) return e;
    // Another size comes as PLATFORM_RESIZED; the next frame is laid out for it.
    if (!rect_eq(d->canvas, p->canvas.area) || paint(p, d, changed)) return ERR_OK;
    log_error("showing a frame: %s", SDL_GetError());
    return ERR_IO;
}

int64_t platform_painted_px(const struct platform *p)
{
    return p->painted_px;
}

enum err platform_shot(struct platform *p, const char *path)
{
    const struct canvas *c = &p->canvas;
    SDL_Surface *s = SDL_CreateRGBSurfaceWithFormatFrom(c->pixels, c->area.w, c->area.h, 32,
                                                        c->stride_px * 4, SDL_PIXELFORMAT_RGB888);
    bool saved = s && !IMG_SavePNG(s, path);
    if (!saved) log_error("picture %s: %s", path, SDL_GetError());
    if (s) SDL_FreeSurface(s);
    return saved ? ERR_OK : ERR_IO;
}
