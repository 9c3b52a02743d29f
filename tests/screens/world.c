#include "screens/world.h"

#include "screens/world_content.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- The clock

static int64_t world_now(struct env *env)
{
    return ((struct world *)(void *)env)->civil_ms;
}

static int64_t world_mono(struct env *env)
{
    return ((struct world *)(void *)env)->mono_ms;
}

static void world_random(struct env *env, void *bytes, size_t count)
{
    struct world *w = (struct world *)(void *)env;
    for (size_t i = 0; i < count; i++) {
        w->seed = w->seed * 1664525 + 1013904223;
        ((unsigned char *)bytes)[i] = (unsigned char)(w->seed >> 24);
    }
}

static const struct env_ops clock_ops = {world_now, world_mono, world_random};

// ---- The cache

struct cache {
    struct world world;
};

static struct world *world_of(struct cache *c)
{
    return (struct world *)(void *)c;
}

enum err cache_begin(struct cache *c)
{
    (void)c;
    return ERR_OK;
}

void cache_end(struct cache *c)
{
    (void)c;
}

enum err cache_own_site(struct cache *c, struct arena *a, struct site *out)
{
    (void)a;
    if (!world_of(c)->has_roster) return ERR_NOT_FOUND;
    *out = world_of(c)->sites[world_of(c)->own];
    return ERR_OK;
}

enum err cache_sites(struct cache *c, struct arena *a, struct cache_sites *out)
{
    out->count = WORLD_SITES;
    out->items = arena_array(a, struct site, WORLD_SITES);
    memcpy(out->items, world_of(c)->sites, sizeof(struct site) * WORLD_SITES);
    return ERR_OK;
}

static int by_start(const void *a, const void *b)
{
    const struct cache_sitting *x = a, *y = b;
    if (x->sitting.start_ms != y->sitting.start_ms) {
        return x->sitting.start_ms < y->sitting.start_ms ? -1 : 1;
    }
    return strcmp(x->sitting.site.z, y->sitting.site.z);
}

enum err cache_sittings(struct cache *c, struct arena *a, const struct site_code *site,
                        int64_t from_ms, int64_t to_ms, struct cache_sittings *out)
{
    struct world *w = world_of(c);
    out->items = arena_array(a, struct cache_sitting, WORLD_SITTINGS_MAX);
    out->count = 0;
    for (int i = 0; i < w->sitting_count; i++) {
        const struct sitting *s = &w->sittings[i].sitting;
        if (s->end_ms <= from_ms || s->start_ms >= to_ms) continue;
        if (site && !site_code_eq(*site, s->site)) continue;
        out->items[out->count++] = w->sittings[i];
    }
    qsort(out->items, (size_t)out->count, sizeof(out->items[0]), by_start);
    return ERR_OK;
}

enum err cache_workdays(struct cache *c, struct workday_list *out)
{
    (void)c;
    *out = (struct workday_list){0};
    return ERR_OK;
}

enum err cache_queue(struct cache *c, struct arena *a, struct cache_queue *out)
{
    (void)a;
    *out = world_of(c)->queue;
    return ERR_OK;
}

enum err cache_lookup(struct cache *c, struct arena *a, const struct ticket_code *code,
                      const struct ticket_pin *pin, struct cache_booking *out)
{
    (void)a;
    struct world *w = world_of(c);
    if (w->lookup_error) return w->lookup_error;
    if (strcmp(code->z, w->code.z) != 0 || strcmp(pin->z, w->pin.z) != 0) return ERR_NOT_FOUND;
    *out = w->booking;
    return ERR_OK;
}

enum err cache_booking(struct cache *c, struct arena *a, struct booking_id id,
                       struct cache_booking *out)
{
    (void)a;
    struct world *w = world_of(c);
    if (!id_eq(id.id, w->booking.id.id)) return ERR_NOT_FOUND;
    *out = w->booking;
    return ERR_OK;
}

// ---- The keeper

struct keeper {
    struct world world;
};

static struct world *world_kept(struct keeper *k)
{
    return (struct world *)(void *)k;
}

bool keeper_ask(struct keeper *k, const struct keeper_request *request)
{
    struct world *w = world_kept(k);
    if (w->queue_is_full) return false;
    assert_true(w->asked_count < WORLD_ASKED_MAX);
    w->asked[w->asked_count++] = *request;
    return true;
}

bool keeper_next_answer(struct keeper *k, struct keeper_answer *out)
{
    struct world *w = world_kept(k);
    if (w->answer_count == 0) return false;
    *out = w->answers[0];
    w->answer_count--;
    memmove(w->answers, w->answers + 1, sizeof(w->answers[0]) * (size_t)w->answer_count);
    return true;
}

void keeper_status(struct keeper *k, struct keeper_status *out)
{
    *out = world_kept(k)->status;
}

bool keeper_next_spooled(struct keeper *k, struct keeper_answer *out)
{
    struct world *w = world_kept(k);
    if (w->spooled_count == 0) return false;
    *out = w->spooled[--w->spooled_count];
    return true;
}

// ---- Things in it

static const char *const site_names[WORLD_SITES] = {
    "政务大厅", "文峰街道", "太和桥街道", "西河街道", "贾家庄镇", "杏花村镇", "冀村镇",  "肖家庄镇",
    "演武镇",   "三泉镇",   "石庄镇",     "杨家庄镇", "峪道河镇", "阳城镇",   "栗家庄镇"};

static const struct {
    const char *name;
    enum counsellor_kind kind;
} people[5] = {{"郝文清", COUNSELLOR_RETIRED_JUDGE},
               {"任秀兰", COUNSELLOR_RETIRED_PROSECUTOR},
               {"武建明", COUNSELLOR_ATTORNEY},
               {"靳春梅", COUNSELLOR_LEGAL_WORKER},
               {"侯玉珍", COUNSELLOR_RETIRED_JUDGE}};

static struct id number_id(int number)
{
    struct id id;
    snprintf(id.hex, sizeof(id.hex), "%032x", (unsigned)number);
    return id;
}

struct cache_sitting *world_sitting(struct world *w, int site, int in_days, int minute, int who)
{
    assert_true(w->sitting_count < WORLD_SITTINGS_MAX);
    struct cache_sitting *c = &w->sittings[w->sitting_count++];
    int64_t start_ms = date_ms(WORLD_TODAY + in_days, minute);
    *c = (struct cache_sitting){
        .sitting = {.id = {number_id(w->sitting_count)},
                    .site = w->sites[site].code,
                    .start_ms = start_ms,
                    .end_ms = start_ms + 150 * DATE_MINUTE_MS,
                    .seat_minutes = 30,
                    .seat_count = 5,
                    .topics = TOPICS_ALL},
        .counsellor = {.name = str_from_z(people[who].name), .kind = people[who].kind},
        .avail = {.pool = 0x1F},
    };
    c->avail.sitting = c->sitting.id;
    return c;
}

int world_setup(void **state)
{
    struct world *w = test_calloc(1, sizeof(*w));
    w->env.ops = &clock_ops;
    w->civil_ms = date_ms(WORLD_TODAY, 9 * 60);
    w->mono_ms = 1000000;
    w->seed = 4;
    for (int i = 0; i < WORLD_SITES; i++) {
        snprintf(w->sites[i].code.z, sizeof(w->sites[i].code.z), "141182%03d", i);
        w->sites[i].name = str_from_z(site_names[i]);
        w->sites[i].full_name = w->sites[i].name;
        w->sites[i].phone = STR("0358-0000000");
        w->sites[i].order = i;
    }
    w->has_roster = true;
    w->status.link = KEEPER_ONLINE;
    w->status.change = 1;
    struct cache_sitting *now = world_sitting(w, 0, 0, 8 * 60 + 30, 0);
    now->sitting.desk = STR("3");
    now->sitting.topics = 1u << TOPIC_MARRIAGE | 1u << TOPIC_ELDER_INHERIT | 1u << TOPIC_LAND;
    world_sitting(w, 0, 0, 14 * 60 + 30, 1);
    world_sitting(w, 3, 0, 8 * 60 + 30, 4);
    world_sitting(w, 4, 0, 14 * 60 + 30, 3);
    world_sitting(w, 13, 0, 14 * 60 + 30, 3);
    world_sitting(w, 0, -2, 8 * 60 + 30, 0);
    world_sitting(w, 1, -2, 9 * 60, 2);
    world_sitting(w, 0, 1, 8 * 60 + 30, 2);
    world_sitting(w, 9, 1, 9 * 60, 2);
    world_sitting(w, 5, 1, 9 * 60, 1)->avail.pool = 0;
    world_sitting(w, 7, 2, 9 * 60, 4);
    world_sitting(w, 12, 2, 14 * 60 + 30, 4);
    world_sitting(w, 0, 7, 8 * 60 + 30, 0);
    world_sitting(w, 9, 8, 9 * 60, 2);
    made_up_init(&w->metrics);
    arena_init(&w->frame, 256 * 1024);
    *state = w;
    return 0;
}

int world_teardown(void **state)
{
    struct world *w = *state;
    if (w->content_dir[0]) world_remove_dir(w->content_dir);
    stage_deinit(&w->stage);
    arena_deinit(&w->frame);
    test_free(w);
    return 0;
}

// ---- Frames and fingers

static void count_ring(struct stage_bell *bell)
{
    struct world *w = (struct world *)(void *)((char *)bell - offsetof(struct world, bell));
    w->rings++;
}

void world_open(struct world *w, int width_px, int height_px, bool large)
{
    w->bell.ring = count_ring;
    struct stage_config config = {
        .is_display = w->is_display,
        .bell = &w->bell,
        .cache = (struct cache *)(void *)w,
        .keeper = (struct keeper *)(void *)w,
        .env = &w->env,
        .metrics = &w->metrics.metrics,
        .content_dir = w->content_dir[0] ? w->content_dir : NULL,
        .panel = {width_px, height_px, w->diagonal_in > 0 ? w->diagonal_in : 21.5,
                  w->view_mm > 0 ? w->view_mm : 600, w->mount_bottom_mm},
    };
    w->canvas = (struct rect){0, 0, width_px, height_px};
    stage_init(&w->stage, &config);
    w->stage.ui.theme.large = large;
    world_frame(w);
}

void world_frame(struct world *w)
{
    w->next_ms = stage_frame(&w->stage, &w->draw, w->canvas, &w->frame);
}

void world_pass(struct world *w, int64_t ms)
{
    w->mono_ms += ms;
    w->civil_ms += ms;
    world_frame(w);
}

const struct draw_node *world_find(struct world *w, const char *label)
{
    for (int i = 0; i < w->draw.node_count; i++) {
        if (str_eq_z(w->draw.nodes[i].label, label)) return &w->draw.nodes[i];
    }
    return NULL;
}

bool world_says(struct world *w, const char *part)
{
    struct str needle = str_from_z(part);
    for (int i = 0; i < w->draw.node_count; i++) {
        const struct draw_node *n = &w->draw.nodes[i];
        if (str_find(n->label, needle, 0) != SIZE_MAX) return true;
        if (str_find(n->value, needle, 0) != SIZE_MAX) return true;
    }
    return false;
}

static const struct draw_node *pressable(struct world *w, const char *label)
{
    for (int i = 0; i < w->draw.node_count; i++) {
        const struct draw_node *n = &w->draw.nodes[i];
        if (draw_role_is_pressable(n->role) && str_eq_z(n->label, label)) return n;
    }
    print_error("nothing to press like \"%s\" on %s:\n", label, stage_screen(&w->stage));
    for (int i = 0; i < w->draw.node_count; i++) {
        const struct draw_node *n = &w->draw.nodes[i];
        if (draw_role_is_pressable(n->role)) print_error("  %.*s\n", STR_ARG(n->label));
    }
    fail();
    return NULL;
}

void world_tap(struct world *w, const char *label)
{
    const struct draw_node *n = pressable(w, label);
    if (n->states & STATE_DISABLED) fail_msg("\"%s\" is not available", label);
    int x = n->rect.x + n->rect.w / 2, y = n->rect.y + n->rect.h / 2;
    int64_t wait_ms = ui_wait_ms(&w->stage.ui, x, y, w->mono_ms);
    if (wait_ms > 0) world_pass(w, wait_ms);
    stage_touch(&w->stage, (struct ui_touch){1, UI_DOWN, x, y});
    world_frame(w);
    stage_touch(&w->stage, (struct ui_touch){1, UI_UP, x, y});
    world_frame(w);
}

void world_type(struct world *w, const char *digits)
{
    for (; *digits; digits++) {
        stage_type(&w->stage, *digits);
        world_frame(w);
    }
}

struct keeper_request *world_last(struct world *w)
{
    assert_true(w->asked_count > 0);
    return &w->asked[w->asked_count - 1];
}

void world_answer(struct world *w, struct keeper_answer answer)
{
    const struct keeper_request *request = world_last(w);
    answer.ask = request->ask;
    answer.token = request->token;
    answer.sitting = request->sitting;
    w->answers[w->answer_count++] = answer;
    w->status.change++;
    stage_wake(&w->stage);
    world_frame(w);
}

void world_expect_screen(struct world *w, const char *name)
{
    if (strcmp(stage_screen(&w->stage), name) != 0) {
        fail_msg("on %s, not on %s", stage_screen(&w->stage), name);
    }
}

// ---- Golden frames

static bool write_golden; // set once, before the first test

void world_arguments(int argc, char **argv)
{
    write_golden = argc > 1 && strcmp(argv[1], "--write-golden") == 0;
}

void world_expect_golden(struct world *w, const char *name)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/%s.txt", GOLDEN_DIR, name);
    struct buf now;
    buf_init(&now, 1 << 20);
    draw_print(&w->draw, &now);
    assert_int_equal(buf_err(&now), ERR_OK);
    if (write_golden) {
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fwrite(now.bytes, 1, now.len, file);
        fclose(file);
        buf_deinit(&now);
        return;
    }
    struct buf golden;
    buf_init(&golden, 1 << 20);
    if (buf_read_file(&golden, path)) fail_msg("no golden frame %s: run with --write-golden", name);
    struct str a = buf_str(&now), b = buf_str(&golden);
    struct str x = {0}, y = {0};
    int line = 0;
    while ((a.ptr || b.ptr) && str_eq(x, y)) {
        x = str_cut(&a, '\n');
        y = str_cut(&b, '\n');
        line++;
    }
    bool same = str_eq(x, y);
    if (!same) {
        print_error("%s differs in line %d:\n  now    %.*s\n  golden %.*s\n", name, line,
                    STR_ARG(x), STR_ARG(y));
    }
    buf_deinit(&now);
    buf_deinit(&golden);
    assert_true(same);
}

// ---- Audit

static void audit_node(const struct world *w, const char *name, const struct draw_node *n, int *bad)
{
    const struct theme *t = &w->stage.ui.theme;
    bool disabled = n->states & STATE_DISABLED;
    int least = theme_px(t, THEME_TARGET_DP_MIN);
    if (n->text_px && n->text_px < theme_text_px(t, TYPE_S)) {
        print_error("%s: \"%.*s\" T1 %d px\n", name, STR_ARG(n->label), n->text_px);
        ++*bad;
    }
    double ratio = n->text_px ? theme_contrast(n->ink, n->ground) : 21;
    double wanted = t->mode == THEME_CONTRAST ? 12 : 4.5;
    if (ratio < wanted && !disabled) {
        print_error("%s: \"%.*s\" T2 %.2f\n", name, STR_ARG(n->label), ratio);
        ++*bad;
    }
    if (draw_role_is_pressable(n->role) && (n->rect.w < least || n->rect.h < least)) {
        print_error("%s: \"%.*s\" T3 %d x %d\n", name, STR_ARG(n->label), n->rect.w, n->rect.h);
        ++*bad;
    }
    int reach_y = t->reach_px ? w->canvas.h - t->reach_px : 0;
    if (draw_role_is_pressable(n->role) && n->rect.y < reach_y) {
        print_error("%s: \"%.*s\" T4 out of reach\n", name, STR_ARG(n->label));
        ++*bad;
    }
    if (!n->text_fits) {
        print_error("%s: \"%.*s\" T11 does not fit\n", name, STR_ARG(n->label));
        ++*bad;
    }
    if (!rect_eq(rect_cut_to(n->rect, w->canvas), n->rect) && !rect_is_empty(n->rect)) {
        print_error("%s: \"%.*s\" stands out of the canvas\n", name, STR_ARG(n->label));
        ++*bad;
    }
}

// Two targets that overlap, or that are nearer than 12 dp without touching.
static void audit_gaps(const struct world *w, const char *name, int *bad)
{
    const struct ui_targets *t = &w->stage.ui.before;
    int gap = theme_px(&w->stage.ui.theme, THEME_GAP_DP_MIN);
    for (int i = 0; i < t->count; i++) {
        for (int k = i + 1; k < t->count; k++) {
            struct rect a = t->rows[i].rect, b = t->rows[k].rect;
            if (rect_eq(a, w->canvas)) continue;
            bool overlap = !rect_is_empty(rect_cut_to(a, b));
            struct rect near = rect_inset(a, 1 - gap);
            bool touch = !rect_is_empty(rect_cut_to(rect_inset(a, -1), b));
            bool close = !rect_is_empty(rect_cut_to(near, b));
            if (!overlap && (touch || !close)) continue;
            print_error("%s: targets %u and %u T3 %s\n", name, t->rows[i].id, t->rows[k].id,
                        overlap ? "overlap" : "are too near");
            ++*bad;
        }
    }
}

int world_audit(struct world *w, const char *name)
{
    static const char *const footer[] = {"返回", "首页", "帮助", "大字", "朗读", "12348"};
    int bad = 0, main_count = 0;
    for (int i = 0; i < w->draw.node_count; i++) {
        audit_node(w, name, &w->draw.nodes[i], &bad);
        main_count += (w->draw.nodes[i].states & STATE_MAIN) != 0;
    }
    audit_gaps(w, name, &bad);
    assert_true(main_count <= 1);
    const char *screen = stage_screen(&w->stage);
    bool bare = strcmp(screen, "attract") == 0 || strcmp(screen, "idle_warning") == 0;
    for (int i = 0; i < 6 && !bare; i++) {
        assert_non_null(world_find(w, footer[i]));
    }
    return bad;
}
