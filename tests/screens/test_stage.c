// A visit begins, idles, is forgotten; answers that come to nobody.
#include "screens/world.h"

#include <string.h>

static struct world *opened(void **state)
{
    struct world *w = *state;
    world_open(w, 1080, 1920, false);
    return w;
}

static void tell_a_name(struct world *w)
{
    world_tap(w, "约下午");
    world_tap(w, "其他");
    world_tap(w, "郝");
    world_tap(w, "先生");
    world_type(w, "13900000777");
}

static bool memory_has(const void *bytes, size_t count, const char *z)
{
    return memmem(bytes, count, z, strlen(z)) != NULL;
}

static void expect_forgotten(struct world *w)
{
    assert_false(memory_has(&w->stage.visit, sizeof(w->stage.visit), "13900000777"));
    assert_false(memory_has(&w->stage.visit, sizeof(w->stage.visit), "郝"));
    assert_false(memory_has(w->stage.states.bytes, w->stage.states.bytes_max, "13900000777"));
}

static void going_home_forgets_the_visitor(void **state)
{
    struct world *w = opened(state);
    tell_a_name(w);
    assert_true(memory_has(&w->stage.visit, sizeof(w->stage.visit), "13900000777"));
    world_tap(w, "首页");
    world_expect_screen(w, "home");
    expect_forgotten(w);
}

static void another_database_ends_the_visit_and_is_read_at_once(void **state)
{
    struct world *w = opened(state);
    tell_a_name(w);
    struct cache *cache = w->stage.config.cache;
    stage_set_cache(&w->stage, NULL);
    expect_forgotten(w);
    world_frame(w);
    world_expect_screen(w, "starting");
    world_sitting(w, 2, 0, 14 * 60 + 30, 2);
    int before = w->stage.view.sittings.count;
    stage_set_cache(&w->stage, cache);
    world_frame(w);
    world_expect_screen(w, "home");
    assert_int_equal(before, 0);
    assert_int_equal(w->stage.view.sittings.count, w->sitting_count);
}

static void going_back_keeps_what_was_typed(void **state)
{
    struct world *w = opened(state);
    tell_a_name(w);
    world_tap(w, "返回");
    world_expect_screen(w, "topic");
    world_tap(w, "刑事");
    assert_true(world_says(w, "郝先生"));
}

static void after_90_seconds_comes_a_warning_and_after_30_more_all_is_forgotten(void **state)
{
    struct world *w = opened(state);
    tell_a_name(w);
    world_pass(w, STAGE_IDLE_MS - 1);
    world_expect_screen(w, "who");
    assert_int_equal(w->next_ms, w->mono_ms + 1);
    world_pass(w, 1);
    world_expect_screen(w, "idle_warning");
    world_expect_golden(w, "idle_warning");
    assert_false(world_says(w, "郝"));
    assert_true(w->next_ms <= w->mono_ms + 1000);
    world_pass(w, STAGE_WARNING_MS - 1);
    world_expect_screen(w, "idle_warning");
    world_pass(w, 1);
    world_expect_screen(w, "home");
    expect_forgotten(w);
}

static void the_warning_is_left_by_any_touch_as_often_as_one_likes(void **state)
{
    struct world *w = opened(state);
    tell_a_name(w);
    for (int i = 0; i < 12; i++) {
        world_pass(w, STAGE_IDLE_MS);
        world_expect_screen(w, "idle_warning");
        world_pass(w, 20000);
        stage_touch(&w->stage, (struct ui_touch){1, UI_DOWN, 30, 30});
        world_frame(w);
        stage_touch(&w->stage, (struct ui_touch){1, UI_UP, 30, 30});
        world_frame(w);
        world_expect_screen(w, "who");
        assert_true(world_says(w, "郝先生"));
    }
}

static void the_warning_can_clear_at_once(void **state)
{
    struct world *w = opened(state);
    tell_a_name(w);
    world_pass(w, STAGE_IDLE_MS);
    world_tap(w, "不用了，现在就清掉");
    world_expect_screen(w, "home");
    expect_forgotten(w);
}

static void who_reads_large_text_gets_twice_the_time(void **state)
{
    struct world *w = opened(state);
    world_tap(w, "大字");
    world_tap(w, "预约咨询");
    world_pass(w, STAGE_IDLE_LARGE_MS - 1);
    world_expect_screen(w, "topic");
    world_pass(w, 1);
    world_expect_screen(w, "idle_warning");
    world_pass(w, STAGE_WARNING_MS);
    assert_false(w->stage.ui.theme.large); // the next visitor begins as everybody
}

static void nobody_is_hurried_while_a_finger_is_down_or_an_answer_is_awaited(void **state)
{
    struct world *w = opened(state);
    world_tap(w, "预约咨询");
    world_pass(w, UI_GUARD_MS);
    stage_touch(&w->stage, (struct ui_touch){1, UI_DOWN, 500, 1000});
    world_frame(w);
    world_pass(w, STAGE_IDLE_MS * 2);
    world_expect_screen(w, "topic");
    stage_touch(&w->stage, (struct ui_touch){1, UI_CANCEL, 500, 1000});
    world_tap(w, "首页");
    world_tap(w, "现在取号");
    world_pass(w, STAGE_IDLE_MS * 2);
    world_expect_screen(w, "walkin");
}

static void home_left_alone_shows_the_windows_until_any_touch(void **state)
{
    struct world *w = opened(state);
    world_pass(w, STAGE_IDLE_MS);
    world_expect_screen(w, "attract");
    world_expect_golden(w, "attract");
    stage_touch(&w->stage, (struct ui_touch){1, UI_DOWN, 500, 500});
    world_frame(w);
    world_pass(w, UI_GUARD_MS);
    stage_touch(&w->stage, (struct ui_touch){1, UI_UP, 500, 500});
    world_frame(w);
    world_expect_screen(w, "home");
}

static void a_booking_that_nobody_waited_for_is_given_back(void **state)
{
    struct world *w = opened(state);
    tell_a_name(w);
    world_tap(w, "下一步");
    world_tap(w, "确认预约");
    struct keeper_request asked = *world_last(w);
    world_tap(w, "首页");
    struct id id = {.hex = "00112233445566778899aabbccddeeff"};
    w->answers[w->answer_count++] = (struct keeper_answer){
        .ask = KEEPER_BOOK, .token = asked.token, .outcome = KEEPER_DONE, .booking = {id}};
    stage_wake(&w->stage);
    world_frame(w);
    world_expect_screen(w, "home");
    assert_int_equal(world_last(w)->ask, KEEPER_CANCEL);
    assert_true(id_eq(world_last(w)->booking.id, id));
    int asked_count = w->asked_count;
    w->answers[w->answer_count++] = (struct keeper_answer){.ask = KEEPER_CANCEL,
                                                           .token = world_last(w)->token,
                                                           .outcome = KEEPER_DONE,
                                                           .booking = {id}};
    stage_wake(&w->stage);
    assert_int_equal(w->asked_count, asked_count);
}

static void an_answer_reaches_the_page_that_asked_from_below_another(void **state)
{
    struct world *w = opened(state);
    world_tap(w, "现在取号");
    world_tap(w, "帮助");
    world_answer(w, (struct keeper_answer){.outcome = KEEPER_DONE, .letter = 'B', .number = 5});
    world_expect_screen(w, "help");
    world_tap(w, "返回");
    assert_non_null(world_find(w, "B005"));
}

static void a_full_queue_is_told_and_asks_nothing(void **state)
{
    struct world *w = opened(state);
    w->queue_is_full = true;
    world_tap(w, "现在取号");
    world_expect_screen(w, "home");
    assert_true(world_says(w, "请再点一次"));
    assert_false(stage_is_waiting(&w->stage));
    world_pass(w, STAGE_TOAST_MS);
    assert_false(world_says(w, "请再点一次"));
}

static void a_message_goes_with_the_next_touch_and_with_its_page(void **state)
{
    struct world *w = opened(state);
    stage_toast(&w->stage, STR("正在打小票"));
    world_frame(w);
    assert_true(world_says(w, "正在打小票"));
    world_pass(w, 500);
    assert_true(world_says(w, "正在打小票"));
    stage_touch(&w->stage, (struct ui_touch){1, UI_DOWN, 2, 200});
    world_frame(w);
    assert_false(world_says(w, "正在打小票"));
    stage_touch(&w->stage, (struct ui_touch){1, UI_UP, 2, 200});
    world_frame(w);
}

static void help_and_hotline_never_pile_up(void **state)
{
    struct world *w = opened(state);
    world_tap(w, "预约咨询");
    for (int i = 0; i < STAGE_DEPTH_MAX * 2; i++) {
        world_tap(w, i % 2 ? "12348" : "帮助");
        assert_int_equal(w->stage.depth, 3);
    }
    world_tap(w, "返回");
    world_expect_screen(w, "topic");
}

static void a_foreign_scan_is_told_and_a_slip_does_not_break_in_on_a_form(void **state)
{
    struct world *w = opened(state);
    stage_scan(&w->stage, STR("http://example.com/"));
    world_frame(w);
    assert_true(world_says(w, "不是本站的小票"));
    tell_a_name(w);
    stage_scan(&w->stage, STR("LY1:12345672:907216"));
    world_frame(w);
    world_expect_screen(w, "who");
}

static void a_touch_after_a_pause_makes_the_keeper_try_a_broken_line(void **state)
{
    struct world *w = opened(state);
    w->status.link = KEEPER_OFFLINE;
    world_pass(w, 40000);
    stage_touch(&w->stage, (struct ui_touch){1, UI_DOWN, 5, 500});
    assert_int_equal(world_last(w)->ask, KEEPER_TOUCHED);
    world_frame(w);
    stage_touch(&w->stage, (struct ui_touch){1, UI_UP, 5, 500});
    world_frame(w);
    assert_int_equal(w->asked_count, 1);
}

static void the_clock_is_drawn_again_when_its_minute_turns(void **state)
{
    struct world *w = opened(state);
    assert_int_equal(w->next_ms, w->mono_ms + 60000);
    assert_non_null(world_find(w, "9:00"));
    world_pass(w, 60000);
    assert_non_null(world_find(w, "9:01"));
}

#define T(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int main(int argc, char **argv)
{
    world_arguments(argc, argv);
    const struct CMUnitTest tests[] = {
        T(going_home_forgets_the_visitor),
        T(another_database_ends_the_visit_and_is_read_at_once),
        T(going_back_keeps_what_was_typed),
        T(after_90_seconds_comes_a_warning_and_after_30_more_all_is_forgotten),
        T(the_warning_is_left_by_any_touch_as_often_as_one_likes),
        T(the_warning_can_clear_at_once),
        T(who_reads_large_text_gets_twice_the_time),
        T(nobody_is_hurried_while_a_finger_is_down_or_an_answer_is_awaited),
        T(home_left_alone_shows_the_windows_until_any_touch),
        T(a_booking_that_nobody_waited_for_is_given_back),
        T(an_answer_reaches_the_page_that_asked_from_below_another),
        T(a_full_queue_is_told_and_asks_nothing),
        T(a_message_goes_with_the_next_touch_and_with_its_page),
        T(help_and_hotline_never_pile_up),
        T(a_foreign_scan_is_told_and_a_slip_does_not_break_in_on_a_form),
        T(a_touch_after_a_pause_makes_the_keeper_try_a_broken_line),
        T(the_clock_is_drawn_again_when_its_minute_turns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
