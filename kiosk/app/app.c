#include "app/app.h"

#include "base/log.h"
#include "crypt/hash.h"

#include <stdio.h>

#define LOOK_AGAIN_MS 5

// ---- Bells: any thread

static void keeper_rings(struct keeper_wake *w)
{
    platform_wake(((struct app_keeper_bell *)w)->platform);
}

static void call_rings(struct stage_bell *bell)
{
    platform_chime(((struct app_call_bell *)(void *)bell)->platform);
}

static void printer_rings(struct printer_waker *w)
{
    platform_wake(((struct app_printer_bell *)w)->platform);
}

static void stopper_rings(void *app)
{
    platform_wake(((struct app *)app)->platform);
}

// ---- The screens' clock

static struct app_clock *clock_of(struct env *env)
{
    return (struct app_clock *)env;
}

static int64_t clock_now_ms(struct env *env)
{
    return keeper_now_ms(clock_of(env)->keeper);
}

static int64_t clock_mono_ms(struct env *env)
{
    return env_mono_ms(clock_of(env)->machine);
}

static void clock_random(struct env *env, void *bytes, size_t count)
{
    env_random(clock_of(env)->machine, bytes, count);
}

static const struct env_ops clock_ops = {clock_now_ms, clock_mono_ms, clock_random};

// ---- Building

static enum err start_keeper(struct app *a)
{
    a->keeper_config = a->settings->keeper;
    a->keeper_config.spool_dir = a->place.spool;
    a->keeper_bell = (struct app_keeper_bell){{keeper_rings}, a->platform};
    struct keeper *keeper = NULL;
    enum err e = keeper_start(&keeper, &a->keeper_config, &a->env.env, &a->keeper_bell.wake);
    if (e) return e;
    a->keeper = keeper;
    a->clock = (struct app_clock){{&clock_ops}, &a->env.env, keeper};
    return ERR_OK;
}

static enum err start_printer(struct app *a)
{
    a->printer_bell = (struct app_printer_bell){{printer_rings}, a->platform};
    struct str device = str_from_z(a->settings->printer);
    return printer_open(&a->parts, device, &a->printer_bell.waker, &a->printer);
}

// The file is the keeper's to make: until then the screens show that this kiosk is being prepared.
// One that was set aside must not be shown: nothing new comes into it.
static void find_cache(struct app *a)
{
    struct keeper_status status;
    keeper_status(a->keeper, &status);
    if (a->cache && status.life != a->cache_life) {
        stage_set_cache(&a->stage, NULL);
        cache_close(a->cache);
        a->cache = NULL;
    }
    if (a->cache || cache_open(&a->cache, a->keeper_config.data_dir)) return;
    a->cache_life = status.life;
    if (a->has_stage) stage_set_cache(&a->stage, a->cache);
}

static void start_stage(struct app *a)
{
    struct rect canvas = platform_canvas(a->platform);
    int len =
        snprintf(a->content_dir, sizeof(a->content_dir), "%s/content", a->keeper_config.data_dir);
    CHECK(len > 0 && (size_t)len < sizeof(a->content_dir)); // settings.c bounds it
    a->call_bell = (struct app_call_bell){{call_rings}, a->platform};
    struct stage_config config = {
        .cache = a->cache,
        .keeper = a->keeper,
        .env = &a->clock.env,
        .metrics = platform_metrics(a->platform),
        .painter = platform_painter(a->platform),
        .printer = a->printer,
        .panel = a->settings->panel,
        .content_dir = a->content_dir,
        .is_display = a->keeper_config.is_display,
        .bell = &a->call_bell.bell,
    };
    config.panel.width_px = canvas.w;
    config.panel.height_px = canvas.h;
    stage_init(&a->stage, &config);
    a->has_stage = true;
}

static enum err build(struct app *a, const char *tree_path)
{
    const struct settings *s = a->settings;
    arena_init(&a->parts, APP_PARTS_BYTES_MAX);
    arena_init(&a->frame, STAGE_FRAME_BYTES);
    env_system_init(&a->env, s->demo_offset_ms);
    enum err e = crypt_init();
    if (!e) e = place_open(&a->place, s->keeper.data_dir, s->keeper.spool_dir);
    if (!e) e = platform_open(&a->parts, &s->platform, &a->env.env, &a->platform);
    if (!e) e = start_keeper(a);
    if (!e) e = start_printer(a);
    if (e) return e;
    find_cache(a);
    start_stage(a);
    e = stopper_start(&a->stopper, stopper_rings, a);
    if (e || !tree_path) return e;
    app_tree_init(a);
    return access_open(&a->parts, tree_path, &a->tree, &a->env.env, &a->access);
}

static void undo(struct app *a)
{
    if (a->keeper) keeper_stop(a->keeper); // ends its work while the rest is undone
    access_close(a->access);
    stopper_end(&a->stopper);
    if (a->has_stage) stage_deinit(&a->stage);
    cache_close(a->cache);
    printer_close(a->printer);
    keeper_join(a->keeper);
    platform_close(a->platform);
    place_close(&a->place);
    arena_deinit(&a->frame);
    arena_deinit(&a->parts);
}

// ---- Events

static enum err draw(struct app *a)
{
    bool changed = false;
    a->owes_frame = false;
    a->due_ms = stage_frame(&a->stage, &a->list, platform_canvas(a->platform), &a->frame);
    enum err e = platform_paint(a->platform, &a->list, &changed);
    if (changed) a->frame_count++;
    return e;
}

static void touch(struct app *a, const struct platform_event *event, enum ui_phase phase)
{
    struct ui_touch touch = {.pointer = 1, .phase = phase, .x = event->x, .y = event->y};
    if (stage_touch(&a->stage, touch)) a->owes_frame = true;
}

static void key(struct app *a, enum platform_key key)
{
    static const enum ui_key walks[PLATFORM_KEY_COUNT] = {
        [PLATFORM_KEY_TAB] = UI_KEY_NEXT,      [PLATFORM_KEY_DOWN] = UI_KEY_NEXT,
        [PLATFORM_KEY_RIGHT] = UI_KEY_NEXT,    [PLATFORM_KEY_UP] = UI_KEY_PREVIOUS,
        [PLATFORM_KEY_LEFT] = UI_KEY_PREVIOUS, [PLATFORM_KEY_ENTER] = UI_KEY_ENTER,
    };
    if (key == PLATFORM_KEY_ESCAPE) {
        stage_back(&a->stage);
    } else if (walks[key] != UI_KEY_NONE) {
        stage_key(&a->stage, walks[key]);
    } else {
        return;
    }
    a->owes_frame = true;
}

// Keypads take ASCII; each character is a frame's own event.
static enum err type(struct app *a, struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.ptr[i] >= 0x80) continue;
        stage_type(&a->stage, text.ptr[i]);
        enum err e = draw(a);
        if (e) return e;
    }
    return ERR_OK;
}

static void wake(struct app *a)
{
    find_cache(a);
    stage_wake(&a->stage);
    a->owes_frame = true;
}

static void resize(struct app *a)
{
    struct rect canvas = platform_canvas(a->platform);
    stage_resize(&a->stage, canvas.w, canvas.h);
    a->owes_frame = true;
}

static enum err handle(struct app *a, const struct platform_event *event)
{
    struct str text = {event->text, event->text_bytes};
    switch (event->kind) {
    case PLATFORM_DUE: break;
    case PLATFORM_DOWN: touch(a, event, UI_DOWN); break;
    case PLATFORM_MOVE: touch(a, event, UI_MOVE); break;
    case PLATFORM_UP: touch(a, event, UI_UP); break;
    case PLATFORM_CANCEL: touch(a, event, UI_CANCEL); break;
    case PLATFORM_TEXT: return type(a, text);
    case PLATFORM_SCAN:
        stage_scan(&a->stage, text);
        a->owes_frame = true;
        break;
    case PLATFORM_KEY: key(a, event->key); break;
    case PLATFORM_WAKE: wake(a); break;
    case PLATFORM_RESIZED: resize(a); break;
    case PLATFORM_QUIT: return ERR_STOPPED;
    }
    return ERR_OK;
}

// ---- The loop

static int64_t earlier_ms(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

// The platform swallows what means nothing (a mouse that hovers) without a word, so a client of the
// tree that waits for it to be quiet has it looked at again.
static int64_t due_ms(struct app *a)
{
    int64_t asked_ms = a->access ? access_due_ms(a->access) : ACCESS_NEVER_MS;
    if (asked_ms != ACCESS_NEVER_MS && !platform_is_quiet(a->platform)) {
        asked_ms = earlier_ms(asked_ms, env_mono_ms(&a->env.env) + LOOK_AGAIN_MS);
    }
    return earlier_ms(asked_ms, a->due_ms);
}

static enum err step(struct app *a)
{
    struct platform_event event;
    enum err e = platform_wait(a->platform, due_ms(a), &event);
    if (!e) e = handle(a, &event);
    memory_wipe(&event, sizeof(event));
    if (e) return e;
    if (stopper_asked(&a->stopper)) return ERR_STOPPED;
    if (a->owes_frame || env_mono_ms(&a->env.env) >= a->due_ms) e = draw(a);
    if (!e && a->access) access_step(a->access);
    return e;
}

static enum err loop(struct app *a)
{
    enum err e = draw(a);
    // What the keeper and the printer announced before the first frame, and slips left over from the
    // last run of the program.
    if (!e) wake(a);
    if (!e) e = draw(a);
    while (!e) {
        e = step(a);
    }
    return e == ERR_STOPPED ? ERR_OK : e;
}

enum err app_run(struct app *a, const struct settings *settings, const char *tree_path)
{
    *a = (struct app){.settings = settings, .place = {.lock = {-1}}};
    enum err e = build(a, tree_path);
    if (!e) e = loop(a);
    undo(a);
    return e;
}
