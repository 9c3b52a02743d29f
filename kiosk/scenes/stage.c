#include "scenes/scene.h"

#include "scenes/chrome.h"
#include "scenes/say.h"
#include "scenes/upper.h"

#include <stdalign.h>

#define SCRATCH_BYTES_MAX (1u << 20)
#define SPOOLED_AT_ONCE   4
#define TOUCH_PAUSE_MS    30000

static const struct scene_type *const types[SCENE_COUNT] = {
#define SCENE(id, name, help) [SCENE_##id] = &name##_scene,
#include "scenes/scenes.def"
#undef SCENE
};

static const char *const names[SCENE_COUNT] = {
#define SCENE(id, name, help) [SCENE_##id] = #name,
#include "scenes/scenes.def"
#undef SCENE
};

struct str scene_help(enum scene_id id)
{
    static const struct str helps[SCENE_COUNT] = {
#define SCENE(id, name, help) [SCENE_##id] = {help, sizeof(help) - 1},
#include "scenes/scenes.def"
#undef SCENE
    };
    return helps[id];
}

static struct stage_level *top(struct stage *s)
{
    CHECK(s->depth > 0);
    return &s->stack[s->depth - 1];
}

static int64_t mono_ms(struct stage *s)
{
    return env_mono_ms(s->config.env);
}

int64_t stage_now_ms(struct stage *s)
{
    return env_now_ms(s->config.env);
}

bool stage_is_online(const struct stage *s)
{
    return s->status.link == KEEPER_ONLINE;
}

const char *stage_screen(const struct stage *s)
{
    return names[s->stack[s->depth - 1].id];
}

enum scene_id stage_below(const struct stage *s)
{
    return s->stack[s->depth > 1 ? s->depth - 2 : 0].id;
}

// ---- The stack

static void enter(struct stage *s, enum scene_id id)
{
    CHECK(s->depth < STAGE_DEPTH_MAX);
    const struct scene_type *type = types[id];
    struct stage_level *level = &s->stack[s->depth++];
    *level = (struct stage_level){.id = id, .mark = arena_mark(&s->states)};
    level->state = arena_push(&s->states, type->state_size + 1, alignof(max_align_t));
    if (type->enter) type->enter(s, level->state);
}

static void leave(struct stage *s)
{
    s->depth--;
    arena_wipe(&s->states, s->stack[s->depth].mark);
}

static void visit_forget(struct stage *s)
{
    paper_forget(&s->paper);
    memory_wipe(&s->visit, sizeof(s->visit));
}

static void go_home(struct stage *s)
{
    while (s->depth > 1) {
        leave(s);
    }
    visit_forget(s);
}

void stage_push(struct stage *s, enum scene_id id)
{
    s->request = STAGE_PUSH;
    s->request_id = id;
}

void stage_swap(struct stage *s, enum scene_id id)
{
    s->request = STAGE_SWAP;
    s->request_id = id;
}

void stage_pop(struct stage *s)
{
    s->request = STAGE_POP;
}

void stage_home(struct stage *s)
{
    s->request = STAGE_HOME;
}

void stage_finish(struct stage *s, enum scene_id id)
{
    s->request = STAGE_FINISH;
    s->request_id = id;
}

// A message belongs to the page it appeared on, and lies over what a finger may want: it goes with
// the page and with the next touch.
static void toast_drop(struct stage *s)
{
    if (s->toast_ms < mono_ms(s)) s->toast_ms = 0;
}

static bool navigate(struct stage *s)
{
    enum stage_request request = s->request;
    s->request = STAGE_STAY;
    if (request != STAGE_STAY) toast_drop(s);
    switch (request) {
    case STAGE_STAY: return false;
    case STAGE_PUSH: enter(s, s->request_id); break;
    case STAGE_SWAP:
        if (s->depth > 1) leave(s);
        enter(s, s->request_id);
        break;
    case STAGE_POP:
        if (s->depth > 1) leave(s);
        if (s->depth == 1) visit_forget(s);
        break;
    case STAGE_HOME: go_home(s); break;
    case STAGE_FINISH:
        while (s->depth > 1) {
            leave(s);
        }
        enter(s, s->request_id);
        break;
    }
    ui_page_changed(&s->ui, mono_ms(s));
    return true;
}

// ---- Life

void stage_init(struct stage *s, const struct stage_config *config)
{
    *s = (struct stage){.config = *config};
    arena_init(&s->scratch, SCRATCH_BYTES_MAX);
    arena_init(&s->states, STAGE_STATES_BYTES_MAX);
    view_init(&s->view);
    s->paper = (struct paper){
        .metrics = config->metrics, .painter = config->painter, .printer = config->printer};
    paper_init(&s->paper);
    library_init(&s->library, config->content_dir);
    // A display is read from the chairs: everything is as large as the panel allows.
    if (config->is_display) s->config.panel.diagonal_in = s->config.panel.view_mm = 0;
    struct theme theme;
    theme_init(&theme, s->config.panel);
    ui_init(&s->ui, theme, config->metrics, &s->scratch);
    s->touch_ms = mono_ms(s);
    enter(s, config->is_display ? SCENE_DISPLAY : SCENE_HOME);
}

void stage_deinit(struct stage *s)
{
    if (s->depth > 0) go_home(s);
    library_deinit(&s->library);
    paper_deinit(&s->paper);
    view_deinit(&s->view);
    arena_deinit(&s->states);
    arena_deinit(&s->scratch);
}

void stage_set_cache(struct stage *s, struct cache *cache)
{
    go_home(s);
    view_forget(&s->view);
    s->config.cache = cache;
    ui_page_changed(&s->ui, mono_ms(s));
}

void stage_resize(struct stage *s, int width_px, int height_px)
{
    struct theme before = s->ui.theme;
    s->config.panel.width_px = width_px;
    s->config.panel.height_px = height_px;
    theme_init(&s->ui.theme, s->config.panel);
    s->ui.theme.large = before.large;
    s->ui.theme.mode = before.mode;
}

// ---- The keeper

bool stage_ask(struct stage *s, struct keeper_request *request)
{
    request->token = s->token + 1;
    bool taken = keeper_ask(s->config.keeper, request);
    if (taken) {
        s->token++;
        top(s)->token = request->token;
    } else {
        stage_toast(s, TEXT(BUSY_TRY_AGAIN));
    }
    return taken;
}

bool stage_is_waiting(const struct stage *s)
{
    for (int i = 0; i < s->depth; i++) {
        if (s->stack[i].token) return true;
    }
    return false;
}

// Nobody has seen this booking: its visitor went away while the centre was asked. It is given back,
// so that no seat stays taken for somebody who does not know of it.
static void orphan(struct stage *s, const struct keeper_answer *answer)
{
    if (answer->outcome != KEEPER_DONE) return;
    if (answer->ask != KEEPER_BOOK && answer->ask != KEEPER_WISH) return;
    struct keeper_request request = {
        .ask = KEEPER_CANCEL, .token = ++s->token, .booking = answer->booking};
    // A full queue: the seat stays booked and shows as not come.
    bool taken = keeper_ask(s->config.keeper, &request);
    (void)taken;
}

static void answer_take(struct stage *s, const struct keeper_answer *answer)
{
    for (int i = 0; i < s->depth; i++) {
        struct stage_level *level = &s->stack[i];
        if (level->token != answer->token) continue;
        level->token = 0;
        const struct scene_type *type = types[level->id];
        CHECK(type->answer != NULL);
        type->answer(s, level->state, answer);
        navigate(s);
        return;
    }
    orphan(s, answer);
}

void stage_slip_out(struct stage *s, struct booking_id booking)
{
    struct keeper_request request = {
        .ask = KEEPER_SLIP_PRINTED, .token = ++s->token, .booking = booking};
    bool taken = keeper_ask(s->config.keeper, &request);
    (void)taken; // at worst the slip is printed once more after a restart
}

// Slips that a stop of the program kept from the printer: without a name, for it was not kept. Where
// there is no printer nothing will ever come of them.
static void print_spooled(struct stage *s)
{
    struct keeper_answer answer;
    if (s->depth != 1) return;
    for (int i = 0; i < SPOOLED_AT_ONCE; i++) {
        if (!keeper_next_spooled(s->config.keeper, &answer)) break;
        if (!paper_can_print(&s->paper)) {
            stage_slip_out(s, answer.booking);
            continue;
        }
        struct visit_slip slip = stage_slip(s, SLIP_BOOKING, &answer);
        bool printing = paper_print(&s->paper, &slip);
        (void)printing; // it stays in the spool and comes again
        paper_forget(&s->paper);
    }
    memory_wipe(&answer, sizeof(answer));
}

static void printed_take(struct stage *s)
{
    enum printer_outcome outcome;
    struct booking_id booking;
    for (int i = 0; i < PRINTER_JOBS_MAX && paper_result(&s->paper, &outcome, &booking); i++) {
        if (outcome != PRINTER_PRINTED) {
            stage_toast(s, outcome == PRINTER_PAPER_OUT ? TEXT(PAPER_OUT) : TEXT(PRINT_NONE));
        } else if (!id_is_none(booking.id)) {
            stage_slip_out(s, booking);
        }
    }
}

void stage_wake(struct stage *s)
{
    struct keeper_answer answer;
    for (int i = 0; i < KEEPER_QUEUE_MAX; i++) {
        if (!keeper_next_answer(s->config.keeper, &answer)) break;
        if (answer.token != 0) answer_take(s, &answer);
    }
    memory_wipe(&answer, sizeof(answer));
    printed_take(s);
    print_spooled(s);
}

static void read_news(struct stage *s)
{
    keeper_status(s->config.keeper, &s->status);
    int64_t now_ms = stage_now_ms(s);
    int64_t minute = now_ms / DATE_MINUTE_MS;
    if (!s->config.cache) return;
    if (s->view.change == s->status.change && s->view.minute == minute) return;
    view_read(&s->view, s->config.cache, now_ms);
    s->view.change = s->status.change;
    s->view.minute = minute;
}

// ---- Events

// Somebody came after a pause: the keeper may try a broken line at once.
static void touched(struct stage *s)
{
    int64_t now_ms = mono_ms(s);
    bool after_pause = now_ms - s->touch_ms >= TOUCH_PAUSE_MS;
    s->touch_ms = now_ms;
    if (!after_pause || stage_is_online(s)) return;
    struct keeper_request request = {.ask = KEEPER_TOUCHED, .token = ++s->token};
    bool taken = keeper_ask(s->config.keeper, &request);
    (void)taken; // its queue is full: it is busy with the line anyway
}

bool stage_touch(struct stage *s, struct ui_touch touch)
{
    touched(s);
    if (touch.phase == UI_DOWN) toast_drop(s);
    return ui_pointer(&s->ui, touch);
}

void stage_key(struct stage *s, enum ui_key key)
{
    touched(s);
    ui_key_press(&s->ui, key);
}

void stage_type(struct stage *s, char character)
{
    touched(s);
    ui_type(&s->ui, character);
}

void stage_back(struct stage *s)
{
    touched(s);
    if (s->visit.is_moving && stage_is_waiting(s)) return; // as the footer has it
    stage_pop(s);
    navigate(s);
}

void stage_scan(struct stage *s, struct str text)
{
    if (s->config.is_display) return;
    touched(s);
    struct ticket_code code;
    struct ticket_pin pin;
    if (!ticket_qr_parse(text, &code, &pin)) {
        stage_toast(s, TEXT(SCAN_UNKNOWN));
        return;
    }
    enum scene_id id = top(s)->id;
    if (types[id]->scan) {
        types[id]->scan(s, top(s)->state, &code, &pin);
        navigate(s);
        return;
    }
    bool is_free = id == SCENE_HOME || id == SCENE_ATTRACT || id == SCENE_BOARD;
    if (!is_free) return; // somebody is in the middle of something else
    go_home(s);
    enter(s, SCENE_LOOKUP);
    lookup_scene.scan(s, top(s)->state, &code, &pin);
    navigate(s);
}

void stage_toast(struct stage *s, struct str text)
{
    s->toast = text;
    s->toast_ms = mono_ms(s);
}

void stage_print(struct stage *s, const struct visit_slip *slip)
{
    bool printing = paper_print(&s->paper, slip);
    stage_toast(s, printing ? TEXT(PRINTING) : TEXT(PRINT_NONE));
}

void stage_print_unasked(struct stage *s, const struct visit_slip *slip)
{
    if (!paper_print(&s->paper, slip)) stage_toast(s, TEXT(PRINT_NONE));
}

// ---- Idling

static void modes_reset(struct stage *s)
{
    s->ui.theme.large = false;
    s->ui.theme.mode = THEME_LIGHT;
}

static int64_t idle_limit_ms(const struct stage *s)
{
    return s->ui.theme.large ? STAGE_IDLE_LARGE_MS : STAGE_IDLE_MS;
}

void stage_soon(struct stage *s, int64_t at_ms)
{
    if (at_ms < s->next_ms) s->next_ms = at_ms;
}

// Nobody is before these, or nobody can do anything.
static bool idles(enum scene_id id)
{
    return id != SCENE_ATTRACT && id != SCENE_STARTING && id != SCENE_DISPLAY;
}

static void idle_check(struct stage *s, int64_t now_ms)
{
    enum scene_id id = top(s)->id;
    if (!idles(id)) return;
    if (s->ui.down || stage_is_waiting(s)) s->touch_ms = now_ms;
    if (id == SCENE_IDLE_WARNING) {
        if (s->touch_ms > s->warned_ms) return; // it leaves by itself
        if (now_ms - s->warned_ms < STAGE_WARNING_MS) return;
        stage_home(s);
        modes_reset(s);
        s->touch_ms = now_ms;
        navigate(s);
        return;
    }
    if (now_ms - s->touch_ms < idle_limit_ms(s)) return;
    if (s->depth == 1) modes_reset(s);
    s->warned_ms = now_ms;
    stage_push(s, s->depth == 1 ? SCENE_ATTRACT : SCENE_IDLE_WARNING);
    navigate(s);
}

static void starting_check(struct stage *s)
{
    bool ready = s->view.is_ready && s->status.link != KEEPER_STOPPED_BY_CENTRE;
    bool shown = top(s)->id == SCENE_STARTING;
    if (ready == !shown) return;
    if (shown) {
        stage_pop(s);
    } else {
        go_home(s);
        stage_push(s, SCENE_STARTING);
    }
    navigate(s);
}

// ---- A frame

static void draw_top(struct stage *s)
{
    struct page page = layout_page(&s->ui);
    struct stage_level *level = top(s);
    const struct scene_type *type = types[level->id];
    draw_node(s->ui.draw, ROLE_SCREEN, page.canvas, str_from_z(names[level->id]));
    if (!type->is_bare) {
        page_ground(&s->ui, &page);
        chrome_header(s, &page);
        upper_draw(s, page.upper);
    }
    type->frame(s, level->state, &page);
    if (!type->is_bare) chrome_footer(s, &page);
    if (s->toast_ms && s->ui.now_ms - s->toast_ms < STAGE_TOAST_MS) {
        chrome_toast(s, &page, s->toast);
        stage_soon(s, s->toast_ms + STAGE_TOAST_MS);
    }
}

static void times_ahead(struct stage *s, int64_t now_ms)
{
    s->next_ms = now_ms + DATE_MINUTE_MS - stage_now_ms(s) % DATE_MINUTE_MS;
    enum scene_id id = top(s)->id;
    if (!idles(id)) return;
    if (id == SCENE_IDLE_WARNING) {
        stage_soon(s, now_ms + 1000 - (now_ms - s->warned_ms) % 1000);
    } else {
        int64_t idle_at_ms = s->touch_ms + idle_limit_ms(s);
        stage_soon(s, idle_at_ms > now_ms ? idle_at_ms : now_ms + 1);
    }
    if (stage_is_waiting(s)) stage_soon(s, now_ms + 500);
}

int64_t stage_frame(struct stage *s, struct draw_list *draw, struct rect canvas,
                    struct arena *frame)
{
    int64_t now_ms = mono_ms(s);
    read_news(s);
    starting_check(s);
    idle_check(s, now_ms);
    for (int i = 0; i < STAGE_FRAMES_MAX; i++) {
        draw_begin(draw, canvas);
        arena_wipe(frame, 0); // texts may be what a visitor typed
        ui_begin(&s->ui, draw, frame, now_ms);
        times_ahead(s, now_ms);
        draw_top(s);
        ui_end(&s->ui);
        if (!navigate(s) && !s->ui.acted) break;
    }
    return s->next_ms;
}
