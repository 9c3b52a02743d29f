#include "harness/test.h"

#include "platform/platform.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOTO "/usr/share/fonts/opentype/noto/NotoSansCJK-"

static struct draw_list list;
static struct arena arena;
static struct env_system env;
static struct platform *platform;

static int open_turned(enum platform_turn turn)
{
    arena_init(&arena, 1 << 20);
    env_system_init(&env, 0);
    struct platform_options options = {.title = "Lvyue",
                                       .width_px = 360,
                                       .height_px = 640,
                                       .turn = turn,
                                       .assets = LY_ASSETS,
                                       .font_medium = NOTO "Medium.ttc",
                                       .font_bold = NOTO "Bold.ttc"};
    return platform_open(&arena, &options, &env.env, &platform);
}

static int setup(void **state)
{
    (void)state;
    return open_turned(TURN_0);
}

static int setup_turned(void **state)
{
    (void)state;
    return open_turned(TURN_90);
}

static int teardown(void **state)
{
    (void)state;
    platform_close(platform);
    arena_deinit(&arena);
    return 0;
}

// The next event; PLATFORM_DUE where none waits.
static struct platform_event next(void)
{
    struct platform_event e;
    assert_int_equal(platform_wait(platform, env_mono_ms(&env.env), &e), ERR_OK);
    return e;
}

// What the window itself says on opening.
static void drain(void)
{
    while (next().kind != PLATFORM_DUE) {
    }
}

static void the_canvas_has_the_size_asked_for(void **state)
{
    (void)state;
    assert_true(rect_eq(platform_canvas(platform), (struct rect){0, 0, 360, 640}));
}

static void a_tap_comes_as_down_and_up_where_it_was(void **state)
{
    (void)state;
    static const int places[][2] = {{0, 0}, {359, 639}, {100, 500}, {0, 639}};
    drain();
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        assert_true(platform_is_quiet(platform));
        platform_post_tap(platform, places[i][0], places[i][1]);
        assert_false(platform_is_quiet(platform));
        struct platform_event down = next();
        struct platform_event up = next();
        assert_int_equal(down.kind, PLATFORM_DOWN);
        assert_int_equal(up.kind, PLATFORM_UP);
        assert_int_equal(down.x, places[i][0]);
        assert_int_equal(down.y, places[i][1]);
        assert_int_equal(up.x, places[i][0]);
        assert_int_equal(up.y, places[i][1]);
        assert_true(platform_is_quiet(platform));
    }
}

static void typed_text_stays_text_however_fast_and_long(void **state)
{
    (void)state;
    const char *text = "123456789汾阳市公共法律服务中心人民调解委员会abc";
    drain();
    platform_post_text(platform, str_from_z(text));
    char got[256] = "";
    while (strlen(got) < strlen(text)) {
        struct platform_event e = next();
        assert_int_equal(e.kind, PLATFORM_TEXT);
        assert_true(str_utf8_valid((struct str){e.text, e.text_bytes}));
        strncat(got, e.text, e.text_bytes);
    }
    assert_string_equal(got, text);
    assert_int_equal(next().kind, PLATFORM_DUE);
}

static void a_scan_comes_whole_and_without_its_enter(void **state)
{
    (void)state;
    const char *code = "FYZ1:01J9Z3K4M5N6P7Q8R9S0T1V2W3:7F:and-more-than-one-event-holds";
    drain();
    platform_post_scan(platform, str_from_z(code));
    struct platform_event e = next();
    assert_int_equal(e.kind, PLATFORM_SCAN);
    assert_true(str_eq_z((struct str){e.text, e.text_bytes}, code));
    assert_int_equal(next().kind, PLATFORM_DUE);
}

static void five_characters_are_typing_and_keep_their_enter(void **state)
{
    (void)state;
    drain();
    platform_post_scan(platform, STR("12345"));
    struct platform_event e = next();
    assert_int_equal(e.kind, PLATFORM_TEXT);
    assert_true(str_eq_z((struct str){e.text, e.text_bytes}, "12345"));
    e = next();
    assert_int_equal(e.kind, PLATFORM_KEY);
    assert_int_equal(e.key, PLATFORM_KEY_ENTER);
}

static void every_key_comes_back_by_its_name(void **state)
{
    (void)state;
    drain();
    for (int i = PLATFORM_KEY_NONE + 1; i < PLATFORM_KEY_COUNT; i++) {
        enum platform_key key = (enum platform_key)i;
        assert_int_equal(platform_key_named(str_from_z(platform_key_name(key))), key);
        platform_post_key(platform, key);
        assert_int_equal(next().key, key);
    }
    assert_int_equal(platform_key_named(STR("nothing")), PLATFORM_KEY_NONE);
    assert_int_equal(platform_key_named(STR("")), PLATFORM_KEY_NONE);
}

static void *wake_often(void *p)
{
    for (int i = 0; i < 1000; i++)
        platform_wake(p);
    return NULL;
}

static void a_thousand_wakes_are_at_least_one_and_never_a_flood(void **state)
{
    (void)state;
    drain();
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, wake_often, platform), 0);
    struct platform_event e;
    assert_int_equal(platform_wait(platform, PLATFORM_NEVER_MS, &e), ERR_OK);
    assert_int_equal(e.kind, PLATFORM_WAKE);
    pthread_join(thread, NULL);
    int more = 0;
    while (next().kind == PLATFORM_WAKE)
        more++;
    assert_in_range(more, 0, 1);
    platform_wake(platform); // and it can be woken again
    assert_int_equal(next().kind, PLATFORM_WAKE);
}

static void waiting_ends_when_it_is_due(void **state)
{
    (void)state;
    drain();
    struct platform_event e;
    int64_t due_ms = env_mono_ms(&env.env) + 20;
    assert_int_equal(platform_wait(platform, due_ms, &e), ERR_OK);
    assert_int_equal(e.kind, PLATFORM_DUE);
    assert_true(env_mono_ms(&env.env) >= due_ms);
}

static void frame(uint32_t color)
{
    draw_begin(&list, platform_canvas(platform));
    draw_fill(&list, platform_canvas(platform), color, 0);
    draw_fill(&list, (struct rect){10, 10, 40, 40}, 0x1D4E5A, 8);
    draw_end(&list);
}

static void the_same_frame_again_changes_nothing(void **state)
{
    (void)state;
    bool changed = false;
    frame(0xF5F0E6);
    assert_int_equal(platform_paint(platform, &list, &changed), ERR_OK);
    assert_true(changed);
    assert_int_equal(platform_painted_px(platform), 360 * 640);
    assert_int_equal(platform_paint(platform, &list, &changed), ERR_OK);
    assert_false(changed);
    assert_int_equal(platform_painted_px(platform), 0);
    list.commands[1].color = 0x8A241A;
    assert_int_equal(platform_paint(platform, &list, &changed), ERR_OK);
    assert_true(changed);
    assert_int_equal(platform_painted_px(platform), 40 * 40);
}

static void a_shot_is_a_picture_of_the_canvas(void **state)
{
    (void)state;
    char path[] = "/tmp/lvyue-shot-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    bool changed = false;
    frame(0xF5F0E6);
    assert_int_equal(platform_paint(platform, &list, &changed), ERR_OK);
    assert_int_equal(platform_shot(platform, path), ERR_OK);
    unsigned char head[24];
    assert_int_equal(read(fd, head, sizeof head), sizeof head);
    assert_memory_equal(head + 1, "PNG", 3);
    assert_int_equal(head[18] << 8 | head[19], 360); // width and height of IHDR
    assert_int_equal(head[22] << 8 | head[23], 640);
    close(fd);
    unlink(path);
    assert_int_equal(platform_shot(platform, "/nonexistent/shot.png"), ERR_IO);
}

int main(void)
{
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    const struct CMUnitTest upright[] = {
        cmocka_unit_test(the_canvas_has_the_size_asked_for),
        cmocka_unit_test(a_tap_comes_as_down_and_up_where_it_was),
        cmocka_unit_test(typed_text_stays_text_however_fast_and_long),
        cmocka_unit_test(a_scan_comes_whole_and_without_its_enter),
        cmocka_unit_test(five_characters_are_typing_and_keep_their_enter),
        cmocka_unit_test(every_key_comes_back_by_its_name),
        cmocka_unit_test(a_thousand_wakes_are_at_least_one_and_never_a_flood),
        cmocka_unit_test(waiting_ends_when_it_is_due),
        cmocka_unit_test(the_same_frame_again_changes_nothing),
        cmocka_unit_test(a_shot_is_a_picture_of_the_canvas),
    };
    const struct CMUnitTest turned[] = {
        cmocka_unit_test(the_canvas_has_the_size_asked_for),
        cmocka_unit_test(a_tap_comes_as_down_and_up_where_it_was),
        cmocka_unit_test(the_same_frame_again_changes_nothing),
    };
    int failed = cmocka_run_group_tests(upright, setup, teardown);
    return failed + cmocka_run_group_tests(turned, setup_turned, teardown);
}
