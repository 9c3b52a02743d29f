// The pages around booking: reading, help, idling, starting; and what every page owes to old eyes and
// large fingers, on every kind of panel.
#include "screens/world.h"

#include <stdio.h>

static struct world *portrait(void **state)
{
    struct world *w = *state;
    world_open(w, 1080, 1920, false);
    return w;
}

static void nobody_here_names_the_next_sitting_and_the_nearest_other_site(void **state)
{
    struct world *w = *state;
    w->own = 9;
    world_open(w, 1080, 1920, false);
    world_expect_golden(w, "home_nobody");
    assert_true(world_says(w, "今天没有人坐班"));
    assert_non_null(world_find(w, "约明天上午"));
    assert_non_null(world_find(w, "政务大厅　8:30 到 11:00"));
}

static void a_law_is_read_by_pages_and_by_the_finger(void **state)
{
    struct world *w = *state;
    world_content(w);
    world_open(w, 1080, 1920, false);
    world_tap(w, "法律与案例");
    world_expect_golden(w, "law_list");
    world_tap(w, "中华人民共和国劳动合同法");
    world_expect_screen(w, "law_reader");
    world_expect_golden(w, "law_reader");
    assert_true(world_says(w, "共 60 条"));
    assert_true(world_says(w, "第一条"));
    world_tap(w, "下一页");
    assert_false(world_says(w, "第一条用人"));
    world_tap(w, "上一页");
    assert_true(world_says(w, "第一条用人"));

    // The finger moves the text by as much as it moves itself.
    stage_touch(&w->stage, (struct ui_touch){1, UI_DOWN, 700, 1200});
    world_frame(w);
    stage_touch(&w->stage, (struct ui_touch){1, UI_MOVE, 700, 900});
    world_frame(w);
    assert_false(world_says(w, "第一条用人"));
    stage_touch(&w->stage, (struct ui_touch){1, UI_UP, 700, 900});
    world_frame(w);

    world_tap(w, "第三章 劳动合同的履行和变更");
    assert_true(world_says(w, "第二十五条"));
    world_tap(w, "返回");
    world_expect_screen(w, "law_list");
}

static void guides_have_a_list_of_their_own(void **state)
{
    struct world *w = *state;
    world_content(w);
    world_open(w, 1080, 1920, false);
    world_tap(w, "办事指南");
    assert_null(world_find(w, "借条怎么写才管用"));
    world_tap(w, "请不起律师，怎么申请法律援助");
    assert_true(world_says(w, "一分钱不收"));
    world_tap(w, "首页");
    world_tap(w, "法律与案例");
    world_tap(w, "普法");
    assert_non_null(world_find(w, "借条怎么写才管用"));
    assert_null(world_find(w, "请不起律师，怎么申请法律援助"));
}

static void without_content_the_list_says_so(void **state)
{
    struct world *w = portrait(state);
    world_tap(w, "法律与案例");
    assert_true(world_says(w, "这里还没有内容"));
}

static void help_speaks_of_the_page_below_and_changes_the_colours(void **state)
{
    struct world *w = portrait(state);
    world_tap(w, "预约咨询");
    world_tap(w, "帮助");
    assert_true(world_says(w, "选一类您想问的事"));
    world_expect_golden(w, "help");
    world_tap(w, "黑底亮字");
    assert_int_equal(w->stage.ui.theme.mode, THEME_CONTRAST);
    world_tap(w, "12348");
    world_expect_screen(w, "hotline");
    world_tap(w, "返回");
    world_expect_screen(w, "topic");
}

static void large_text_stays_on_the_page_and_with_what_was_typed(void **state)
{
    struct world *w = portrait(state);
    world_tap(w, "约下午");
    world_tap(w, "其他");
    world_tap(w, "郭");
    world_tap(w, "大字");
    world_expect_screen(w, "who");
    assert_true(w->stage.ui.theme.large);
    assert_true(world_says(w, "您是：郭"));
}

static void a_kiosk_that_is_not_enrolled_shows_its_code(void **state)
{
    struct world *w = *state;
    w->has_roster = false;
    w->status = (struct keeper_status){.link = KEEPER_ENROLLING,
                                       .user_code = "BCDF-GHJK",
                                       .fingerprint = "1234 5678 9012 3456 7890"};
    world_open(w, 1080, 1920, false);
    world_expect_screen(w, "starting");
    assert_non_null(world_find(w, "BCDF-GHJK"));
    w->has_roster = true;
    w->status.link = KEEPER_ONLINE;
    w->status.change = 5;
    world_frame(w);
    world_expect_screen(w, "home");
    w->status.link = KEEPER_STOPPED_BY_CENTRE;
    world_frame(w);
    world_expect_screen(w, "starting");
}

static void home_looks_its_best_on_every_panel(void **state)
{
    (void)state;
    static const struct {
        const char *golden;
        int width_px, height_px;
        bool large;
        enum theme_mode mode;
    } rows[] = {
        {"home_large", 1080, 1920, true, THEME_LIGHT},
        {"home_contrast", 1080, 1920, false, THEME_CONTRAST},
        {"home_landscape", 1920, 1080, false, THEME_LIGHT},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        void *made = NULL;
        world_setup(&made);
        struct world *w = made;
        world_open(w, rows[i].width_px, rows[i].height_px, rows[i].large);
        w->stage.ui.theme.mode = rows[i].mode;
        world_frame(w);
        world_expect_golden(w, rows[i].golden);
        world_teardown(&made);
    }
}

static void put_calls(struct world *w)
{
    struct cache_queue *q = &w->queue;
    static struct feed_call calls[2];
    q->is_known = true;
    q->queue = (struct feed_queue){.day = WORLD_TODAY,
                                   .waiting = 4,
                                   .desks = 1,
                                   .minutes_each = 20,
                                   .next = {{"A013", 0}, {"", w->civil_ms + 40 * DATE_MINUTE_MS}},
                                   .next_count = 2,
                                   .last = {{"A011", 0}},
                                   .last_count = 1};
    calls[0] = (struct feed_call){.by = w->sittings[0].sitting.id,
                                  .place = {"", w->civil_ms},
                                  .name = STR("张*"),
                                  .calls = 1,
                                  .at_ms = w->civil_ms};
    q->calls = calls;
    q->call_count = 1;
    w->status.change++;
}

static void a_new_call_rings_once_blinks_three_times_and_stands_still(void **state)
{
    static const int sizes[][2] = {{1920, 1080}, {1080, 1920}};
    static const char *const goldens[] = {"display_landscape", "display"};
    (void)state;
    for (int i = 0; i < 2; i++) {
        void *made = NULL;
        world_setup(&made);
        struct world *w = made;
        w->is_display = true;
        world_open(w, sizes[i][0], sizes[i][1], false);
        world_expect_screen(w, "display");
        assert_true(world_says(w, "请坐着等叫号"));
        assert_int_equal(w->rings, 0);
        put_calls(w);
        world_frame(w);
        assert_int_equal(w->rings, 1);
        for (int half = 0; half < 6; half++) {
            assert_int_equal(w->next_ms, w->mono_ms + 500);
            world_pass(w, 500);
        }
        assert_true(w->next_ms > w->mono_ms + 50000); // the clock's minute
        assert_int_equal(w->rings, 1);
        assert_true(world_says(w, "张*"));
        assert_true(world_says(w, "到 3号窗口"));
        world_expect_golden(w, goldens[i]);
        w->queue.calls[0].at_ms = w->civil_ms; // once more
        w->status.change++;
        world_frame(w);
        assert_int_equal(w->rings, 2);
        world_pass(w, 30 * DATE_MINUTE_MS); // nobody has to touch it
        world_expect_screen(w, "display");
        w->status.link = KEEPER_OFFLINE;
        world_frame(w);
        assert_false(world_says(w, "张*")); // an old call is no answer
        world_teardown(&made);
    }
}

// ---- On every panel

struct panel_row {
    const char *name;
    int width_px, height_px;
    bool large;
    enum theme_mode mode;
    double diagonal_in;
    int view_mm, mount_bottom_mm;
};

static const struct panel_row panels[] = {
    {.name = "portrait", 1080, 1920},
    {.name = "portrait large", 1080, 1920, .large = true},
    {.name = "portrait contrast", 1080, 1920, .mode = THEME_CONTRAST},
    {.name = "landscape", 1920, 1080},
    {.name = "landscape large", 1920, 1080, .large = true},
};

static int audit(struct world *w, const struct panel_row *row, const char *page)
{
    char name[100];
    snprintf(name, sizeof(name), "%s, %s", row->name, page);
    return world_audit(w, name);
}

// Another time for a booking of tomorrow.
static int walk_move(struct world *w, const struct panel_row *row)
{
    int bad = 0;
    w->code = (struct ticket_code){"12345670"};
    while (!ticket_code_parse(str_from_z(w->code.z), &w->code)) {
        w->code.z[TICKET_CODE_DIGITS - 1]++;
    }
    w->pin = (struct ticket_pin){"907216"};
    w->booking = (struct cache_booking){.id = {w->sittings[0].sitting.id.id},
                                        .code = w->code,
                                        .state = BOOKING_CONFIRMED,
                                        .seat = 2,
                                        .planned_ms = w->civil_ms + DATE_DAY_MS,
                                        .at = w->sittings[0]};
    world_tap(w, "我的预约");
    world_type(w, w->code.z);
    world_type(w, w->pin.z);
    world_tap(w, "查");
    bad += audit(w, row, "my booking");
    world_tap(w, "改时间");
    bad += audit(w, row, "move, sitting");
    world_tap(w, "今天 8:30 到 11:00　政务大厅　还有 3 席");
    bad += audit(w, row, "move, confirm");
    world_tap(w, "确认改时间");
    bad += audit(w, row, "move, busy");
    world_answer(w, (struct keeper_answer){.outcome = KEEPER_UNANSWERED});
    bad += audit(w, row, "move, unanswered");
    world_tap(w, "再试一次");
    world_tap(w, "确认改时间");
    world_answer(w, (struct keeper_answer){.ask = KEEPER_MOVE,
                                           .code = w->code,
                                           .pin = w->pin,
                                           .planned_ms = w->civil_ms + 3600000});
    bad += audit(w, row, "moved");
    world_tap(w, "首页");
    return bad;
}

// Every page on the way of a visitor.
static int walk(struct world *w, const struct panel_row *row)
{
    int bad = 0;
    w->diagonal_in = row->diagonal_in;
    w->view_mm = row->view_mm;
    w->mount_bottom_mm = row->mount_bottom_mm;
    world_open(w, row->width_px, row->height_px, row->large);
    w->stage.ui.theme.mode = row->mode;
    world_frame(w);
    bad += audit(w, row, "home");
    static const char *const beside[] = {"看各站", "我的预约", "法律与案例", "帮助", "12348"};
    for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]); i++) {
        world_tap(w, beside[i]);
        bad += audit(w, row, beside[i]);
        world_tap(w, "首页");
    }
    bad += walk_move(w, row);
    world_tap(w, "现在取号");
    world_answer(w, (struct keeper_answer){.outcome = KEEPER_DONE, .letter = 'A', .number = 37});
    bad += audit(w, row, "walkin");
    world_tap(w, "首页");
    world_tap(w, "预约咨询");
    bad += audit(w, row, "topic");
    world_tap(w, "婚姻家庭");
    bad += audit(w, row, "sitting");
    world_tap(w, "挑日子");
    bad += audit(w, row, "days");
    world_tap(w, "最早的");
    world_tap(w, "今天 8:30 到 11:00　政务大厅　还有 3 席");
    world_tap(w, "其他姓");
    bad += audit(w, row, "surnames");
    world_tap(w, "白");
    world_tap(w, "女士");
    bad += audit(w, row, "who");
    if (row->large) world_tap(w, "下一步");
    bad += audit(w, row, "phone");
    world_type(w, "13800000123");
    world_tap(w, "下一步");
    bad += audit(w, row, "confirm");
    world_tap(w, "确认预约");
    bad += audit(w, row, "busy");
    world_answer(
        w, (struct keeper_answer){.outcome = KEEPER_REFUSED, .verdict = VERDICT_SITTING_FULL});
    bad += audit(w, row, "refused");
    world_tap(w, "再试一次");
    world_tap(w, "确认预约");
    world_answer(w, (struct keeper_answer){.outcome = KEEPER_DONE,
                                           .code = {"12345670"},
                                           .pin = {"907216"},
                                           .planned_ms = w->civil_ms + 3600000});
    bad += audit(w, row, "done");
    world_pass(w, row->large ? STAGE_IDLE_LARGE_MS : STAGE_IDLE_MS);
    world_expect_screen(w, "idle_warning");
    bad += audit(w, row, "idle warning");
    return bad;
}

static void every_page_is_fit_for_old_eyes_and_large_fingers(void **state)
{
    (void)state;
    int bad = 0;
    for (size_t i = 0; i < sizeof(panels) / sizeof(panels[0]); i++) {
        void *made = NULL;
        world_setup(&made);
        struct world *w = made;
        world_content(w);
        bad += walk(w, &panels[i]);
        world_teardown(&made);
    }
    assert_int_equal(bad, 0);
}

static void high_panels_keep_everything_to_be_touched_within_reach(void **state)
{
    (void)state;
    static const struct panel_row others[] = {
        {.name = "27 inch", 1080, 1920, .diagonal_in = 27, .view_mm = 650, .mount_bottom_mm = 750},
        {.name = "32 inch", 1080, 1920, .diagonal_in = 32, .view_mm = 715, .mount_bottom_mm = 700},
        {.name = "32 inch high",
         1080,
         1920,
         .diagonal_in = 32,
         .view_mm = 715,
         .mount_bottom_mm = 750},
        {.name = "32 inch large",
         1080,
         1920,
         .large = true,
         .diagonal_in = 32,
         .view_mm = 715,
         .mount_bottom_mm = 700},
        {.name = "4k", 2160, 3840},
    };
    int bad = 0;
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        void *made = NULL;
        world_setup(&made);
        struct world *w = made;
        world_content(w);
        bad += walk(w, &others[i]);
        world_teardown(&made);
    }
    assert_int_equal(bad, 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int main(int argc, char **argv)
{
    world_arguments(argc, argv);
    const struct CMUnitTest tests[] = {
        T(nobody_here_names_the_next_sitting_and_the_nearest_other_site),
        T(a_law_is_read_by_pages_and_by_the_finger),
        T(guides_have_a_list_of_their_own),
        T(without_content_the_list_says_so),
        T(help_speaks_of_the_page_below_and_changes_the_colours),
        T(large_text_stays_on_the_page_and_with_what_was_typed),
        T(a_kiosk_that_is_not_enrolled_shows_its_code),
        cmocka_unit_test(a_new_call_rings_once_blinks_three_times_and_stands_still),
        cmocka_unit_test(home_looks_its_best_on_every_panel),
        cmocka_unit_test(every_page_is_fit_for_old_eyes_and_large_fingers),
        cmocka_unit_test(high_panels_keep_everything_to_be_touched_within_reach),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
