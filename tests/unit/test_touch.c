// Fingers as SDL reports them: the one test that speaks SDL, because only a panel could otherwise.
#include "harness/test.h"

#include "platform/platform.h"

#include <SDL.h>
#include <stdlib.h>

#define NOTO "/usr/share/fonts/opentype/noto/NotoSansCJK-"

struct clock {
    struct env env;
    int64_t ms;
};

static int64_t clock_ms(struct env *env)
{
    return ((struct clock *)env)->ms;
}

static const struct env_ops clock_ops = {.now_ms = clock_ms, .mono_ms = clock_ms};

static struct clock fake_clock;
static struct arena arena;
static struct platform *platform;

static struct platform_event next(void)
{
    struct platform_event e;
    assert_int_equal(platform_wait(platform, fake_clock.ms, &e), ERR_OK);
    return e;
}

static int setup(void **state)
{
    (void)state;
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    arena_init(&arena, 1 << 20);
    fake_clock = (struct clock){{&clock_ops}, 1000};
    struct platform_options options = {.title = "Lvyue",
                                       .width_px = 1001,
                                       .height_px = 501,
                                       .assets = LY_ASSETS,
                                       .font_medium = NOTO "Medium.ttc",
                                       .font_bold = NOTO "Bold.ttc"};
    enum err e = platform_open(&arena, &options, &fake_clock.env, &platform);
    while (!e && next().kind != PLATFORM_DUE) {
    }
    return e;
}

static int teardown(void **state)
{
    (void)state;
    platform_close(platform);
    arena_deinit(&arena);
    return 0;
}

static void finger(uint32_t type, SDL_FingerID id, float x, float y)
{
    SDL_Event e = {.tfinger = {.type = type, .touchId = 1, .fingerId = id, .x = x, .y = y}};
    assert_int_equal(SDL_PushEvent(&e), 1);
}

static void expect(enum platform_kind kind, int x, int y)
{
    struct platform_event e = next();
    assert_int_equal(e.kind, kind);
    assert_int_equal(e.x, x);
    assert_int_equal(e.y, y);
}

static void a_finger_reaches_every_corner(void **state)
{
    (void)state;
    finger(SDL_FINGERDOWN, 5, 0, 0);
    finger(SDL_FINGERUP, 5, 1, 1);
    expect(PLATFORM_DOWN, 0, 0);
    expect(PLATFORM_UP, 1000, 500);
    assert_int_equal(next().kind, PLATFORM_DUE);
}

static void a_second_finger_is_nobody_until_the_first_is_lifted(void **state)
{
    (void)state;
    finger(SDL_FINGERDOWN, 5, 0.5F, 0.5F);
    finger(SDL_FINGERDOWN, 6, 0.1F, 0.1F);
    finger(SDL_FINGERMOTION, 6, 0.2F, 0.2F);
    finger(SDL_FINGERUP, 6, 0.2F, 0.2F);
    finger(SDL_FINGERUP, 5, 0.5F, 0.5F);
    finger(SDL_FINGERDOWN, 6, 0.1F, 0.1F);
    finger(SDL_FINGERUP, 6, 0.1F, 0.1F);
    expect(PLATFORM_DOWN, 500, 250);
    expect(PLATFORM_UP, 500, 250);
    expect(PLATFORM_DOWN, 100, 50);
    expect(PLATFORM_UP, 100, 50);
    assert_int_equal(next().kind, PLATFORM_DUE);
}

static void of_many_moves_the_last_is_told(void **state)
{
    (void)state;
    finger(SDL_FINGERDOWN, 5, 0, 0);
    for (int i = 1; i <= 9; i++)
        finger(SDL_FINGERMOTION, 5, (float)i / 10, 0);
    finger(SDL_FINGERUP, 5, 1, 0);
    expect(PLATFORM_DOWN, 0, 0);
    expect(PLATFORM_MOVE, 900, 0);
    expect(PLATFORM_UP, 1000, 0);
}

static void a_finger_that_was_lost_gives_way(void **state)
{
    (void)state;
    finger(SDL_FINGERDOWN, 5, 0, 0);
    expect(PLATFORM_DOWN, 0, 0);
    fake_clock.ms += PLATFORM_LOST_MS - 1;
    finger(SDL_FINGERDOWN, 6, 1, 0);
    assert_int_equal(next().kind, PLATFORM_DUE);
    fake_clock.ms += 1;
    finger(SDL_FINGERDOWN, 7, 1, 0);
    expect(PLATFORM_CANCEL, 0, 0);
    expect(PLATFORM_DOWN, 1000, 0);
    finger(SDL_FINGERUP, 7, 1, 0);
    expect(PLATFORM_UP, 1000, 0);
}

static void a_finger_that_moves_is_not_lost(void **state)
{
    (void)state;
    finger(SDL_FINGERDOWN, 5, 0, 0);
    expect(PLATFORM_DOWN, 0, 0);
    fake_clock.ms += PLATFORM_LOST_MS - 1;
    finger(SDL_FINGERMOTION, 5, 0.1F, 0);
    expect(PLATFORM_MOVE, 100, 0);
    fake_clock.ms += PLATFORM_LOST_MS - 1;
    finger(SDL_FINGERDOWN, 6, 1, 0);
    assert_int_equal(next().kind, PLATFORM_DUE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(a_finger_reaches_every_corner),
        TEST(a_second_finger_is_nobody_until_the_first_is_lifted),
        TEST(of_many_moves_the_last_is_told),
        TEST(a_finger_that_was_lost_gives_way),
        TEST(a_finger_that_moves_is_not_lost),
#undef TEST
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
