// The ways of a visitor who wants to be heard: now, later, without a line, and taking it back.
#include "screens/world.h"

#include <string.h>

#define SITTING "今天 14:30 到 17:00　政务大厅　还有 5 席"

static struct world *portrait(void **state)
{
    struct world *w = *state;
    world_open(w, 1080, 1920, false);
    return w;
}

static struct ticket_code valid_code(void)
{
    struct ticket_code code;
    char z[TICKET_CODE_DIGITS + 1] = "12345670";
    while (!ticket_code_parse(str_from_z(z), &code)) {
        z[TICKET_CODE_DIGITS - 1]++;
    }
    return code;
}

static struct keeper_answer booked(struct world *w)
{
    return (struct keeper_answer){.outcome = KEEPER_DONE,
                                  .booking = {w->sittings[1].sitting.id.id},
                                  .code = valid_code(),
                                  .pin = {"907216"},
                                  .seat = 3,
                                  .planned_ms = w->sittings[1].sitting.start_ms + 3600000};
}

static void to_confirm(struct world *w, const char *sitting)
{
    world_tap(w, "预约咨询");
    world_expect_screen(w, "topic");
    world_tap(w, "工资工伤");
    world_expect_screen(w, "sitting");
    world_tap(w, sitting);
    world_expect_screen(w, "who");
    world_tap(w, "任");
    world_tap(w, "女士");
    world_type(w, "13800000123");
    world_tap(w, "下一步");
    world_expect_screen(w, "confirm");
}

static void a_number_for_now_takes_one_touch(void **state)
{
    struct world *w = portrait(state);
    world_expect_golden(w, "home_on_duty");
    world_tap(w, "现在取号");
    world_expect_screen(w, "walkin");
    assert_int_equal(world_last(w)->ask, KEEPER_WALKIN);
    assert_true(stage_is_waiting(&w->stage));
    world_answer(w, (struct keeper_answer){.outcome = KEEPER_DONE, .letter = 'A', .number = 37});
    assert_false(stage_is_waiting(&w->stage));
    assert_non_null(world_find(w, "A037"));
    world_expect_golden(w, "walkin");
}

static void a_refused_number_says_why(void **state)
{
    struct world *w = portrait(state);
    world_tap(w, "现在取号");
    world_answer(w,
                 (struct keeper_answer){.outcome = KEEPER_REFUSED, .verdict = VERDICT_TICKETS_OUT});
    assert_true(world_says(w, "今天的号发完了"));
    assert_true(world_says(w, "没有取到号"));
    assert_null(world_find(w, "取到号了"));
}

static void a_booking_goes_through_four_steps(void **state)
{
    struct world *w = portrait(state);
    world_tap(w, "预约咨询");
    world_expect_golden(w, "topic");
    world_tap(w, "工资工伤");
    world_expect_golden(w, "sitting");
    world_tap(w, SITTING);
    world_expect_golden(w, "who");
    world_tap(w, "首页");
    to_confirm(w, SITTING);
    assert_true(world_says(w, "第4步，共4步"));
    assert_true(world_says(w, "138****0123"));
    assert_false(world_says(w, "13800000123"));
    world_expect_golden(w, "confirm");

    world_tap(w, "确认预约");
    const struct keeper_request *asked = world_last(w);
    assert_int_equal(asked->ask, KEEPER_BOOK);
    assert_int_equal(asked->offer.kind, OFFER_POOL);
    assert_int_equal(asked->topic, TOPIC_WORK);
    assert_string_equal(asked->visitor.surname, "任");
    assert_int_equal(asked->visitor.title, VISITOR_MS);
    assert_string_equal(asked->visitor.phone, "13800000123");
    assert_true(world_says(w, "正在确认"));
    world_answer(w, booked(w));
    world_expect_screen(w, "book_done");
    assert_true(world_says(w, "已确认"));
    assert_true(world_says(w, "签到密码 907 216"));
    world_expect_golden(w, "book_done");
    world_tap(w, "返回");
    world_expect_screen(w, "home");
}

static void the_next_sitting_from_home_passes_over_the_second_step(void **state)
{
    struct world *w = portrait(state);
    world_tap(w, "约下午");
    world_expect_screen(w, "topic");
    assert_true(world_says(w, "第1步，共3步"));
    world_tap(w, "婚姻家庭");
    world_expect_screen(w, "who");
    assert_true(world_says(w, "第2步，共3步"));
    world_tap(w, "王");
    world_tap(w, "先生");
    world_tap(w, "不留电话");
    world_expect_screen(w, "confirm");
    assert_true(world_says(w, "第3步，共3步"));
    assert_true(world_says(w, "没有留"));
    world_tap(w, "确认预约");
    assert_string_equal(world_last(w)->visitor.phone, "");
}

static void what_is_missing_stands_on_the_button(void **state)
{
    struct world *w = portrait(state);
    world_tap(w, "约下午");
    world_tap(w, "其他");
    static const struct {
        const char *tap, *type, *missing;
    } rows[] = {
        {"郭", "", "选先生或女士"},        {"先生", "", "请输手机号"},
        {NULL, "1380000012", "还差 1 位"}, {"删一位", "", "还差 2 位"},
        {"清空", "", "请输手机号"},        {NULL, "12800000123", "号码不对"},
        {"清空", "13800000123", "下一步"},
    };
    assert_non_null(world_find(w, "先选姓"));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].tap) world_tap(w, rows[i].tap);
        world_type(w, rows[i].type);
        if (!world_find(w, rows[i].missing)) fail_msg("row %zu: no %s", i, rows[i].missing);
    }
}

static void tap_at(struct world *w, const struct draw_node *n)
{
    if (!n) {
        fail_msg("nothing to touch");
        return;
    }
    int x = n->rect.x + 5, y = n->rect.y + 5;
    world_pass(w, UI_GUARD_MS);
    stage_touch(&w->stage, (struct ui_touch){1, UI_DOWN, x, y});
    world_frame(w);
    stage_touch(&w->stage, (struct ui_touch){1, UI_UP, x, y});
    world_frame(w);
}

static void each_line_can_be_put_right(void **state)
{
    struct world *w = portrait(state);
    to_confirm(w, SITTING);
    int changes = 0;
    const struct draw_node *topic = NULL;
    for (int i = 0; i < w->draw.node_count; i++) {
        const struct draw_node *n = &w->draw.nodes[i];
        if (!str_eq_z(n->label, "改")) continue;
        changes++;
        if (str_eq_z(n->value, "问什么")) topic = n;
    }
    assert_int_equal(changes, 6);
    tap_at(w, topic);
    world_expect_screen(w, "topic");
    world_tap(w, "刑事");
    world_expect_screen(w, "confirm");
    assert_true(world_says(w, "刑事"));
    assert_true(world_says(w, "任女士"));
    // A change that was begun and left does not bend the way afterwards.
    tap_at(w, world_find(w, "改"));
    world_expect_screen(w, "sitting");
    world_tap(w, "返回");
    world_tap(w, "返回");
    world_expect_screen(w, "who");
    world_tap(w, "下一步");
    world_expect_screen(w, "confirm");
}

static void a_lost_seat_offers_others_and_keeps_what_was_typed(void **state)
{
    struct world *w = portrait(state);
    to_confirm(w, SITTING);
    world_tap(w, "确认预约");
    world_answer(
        w, (struct keeper_answer){.outcome = KEEPER_REFUSED, .verdict = VERDICT_SITTING_FULL});
    world_expect_screen(w, "refused");
    assert_true(world_says(w, "这场没约上"));
    world_expect_golden(w, "refused");
    world_tap(w, "今天 9:30　西河街道");
    world_expect_screen(w, "confirm");
    assert_true(world_says(w, "西河街道"));
    assert_true(world_says(w, "任女士"));
    world_tap(w, "确认预约");
    world_answer(w, (struct keeper_answer){.outcome = KEEPER_UNANSWERED});
    assert_true(world_says(w, "没有等到答复"));
    world_tap(w, "再试一次");
    world_expect_screen(w, "confirm");
}

static void without_a_line_a_wish_promises_nothing(void **state)
{
    struct world *w = portrait(state);
    w->status.link = KEEPER_OFFLINE;
    w->status.change++;
    world_frame(w);
    assert_true(world_says(w, "网络断了"));
    to_confirm(w, "今天 14:30 到 17:00　政务大厅　可以登记");
    world_tap(w, "登记等候");
    assert_int_equal(world_last(w)->ask, KEEPER_WISH);
    struct keeper_answer answer = booked(w);
    answer.planned_ms = 0;
    answer.seat = 0;
    world_answer(w, answer);
    world_expect_screen(w, "not_confirmed");
    assert_int_equal(world_last(w)->ask, KEEPER_SLIP_PRINTED);
    assert_true(world_says(w, "已登记，还没确认"));
    assert_true(world_says(w, "等待确认"));
    assert_false(world_says(w, "约好了"));
    world_expect_golden(w, "not_confirmed");
}

static void a_wish_without_a_phone_is_not_offered(void **state)
{
    struct world *w = portrait(state);
    w->status.link = KEEPER_OFFLINE;
    world_frame(w);
    world_tap(w, "约下午");
    world_tap(w, "其他");
    world_tap(w, "王");
    world_tap(w, "先生");
    const struct draw_node *n = world_find(w, "不留电话");
    assert_non_null(n);
    assert_true(n->states & STATE_DISABLED);
    assert_true(str_starts(n->value, STR("登记等候要留电话")));
}

static void an_own_seat_is_sold_without_a_line(void **state)
{
    struct world *w = portrait(state);
    w->status.link = KEEPER_OFFLINE;
    w->sittings[1].rights = 1u << 3;
    w->status.change++;
    world_frame(w);
    to_confirm(w, "今天 14:30 到 17:00　政务大厅　还有 1 席");
    world_tap(w, "确认预约");
    assert_int_equal(world_last(w)->offer.kind, OFFER_RIGHT);
    assert_int_equal(world_last(w)->offer.seat, 4);
}

static void found(struct world *w, int64_t in_ms)
{
    w->code = valid_code();
    w->pin = (struct ticket_pin){"907216"};
    w->booking = (struct cache_booking){.id = {w->sittings[0].sitting.id.id},
                                        .code = w->code,
                                        .state = BOOKING_CONFIRMED,
                                        .seat = 2,
                                        .planned_ms = w->civil_ms + in_ms,
                                        .at = w->sittings[0]};
}

static void a_scanned_slip_leads_to_check_in(void **state)
{
    struct world *w = portrait(state);
    found(w, 20 * DATE_MINUTE_MS);
    struct str qr = ticket_qr(&w->frame, &w->code, &w->pin);
    char text[TICKET_QR_BYTES_MAX + 1] = "";
    memcpy(text, qr.ptr, qr.len);
    stage_scan(&w->stage, str_from_z(text));
    world_frame(w);
    world_expect_screen(w, "my_booking");
    world_expect_golden(w, "my_booking");
    assert_true(world_find(w, "取消预约")->states & STATE_DISABLED);
    world_tap(w, "现在签到");
    assert_int_equal(world_last(w)->ask, KEEPER_CHECKIN);
    w->booking.state = BOOKING_CHECKED_IN;
    world_answer(w, (struct keeper_answer){.outcome = KEEPER_DONE});
    assert_true(world_says(w, "已签到"));
}

static void a_booking_is_cancelled_by_code_and_pin_in_four_touches(void **state)
{
    struct world *w = portrait(state);
    found(w, 180 * DATE_MINUTE_MS);
    world_tap(w, "我的预约");
    world_expect_golden(w, "lookup");
    world_type(w, w->code.z);
    world_type(w, "111111");
    world_tap(w, "查");
    assert_true(world_says(w, "没有查到"));
    world_expect_screen(w, "lookup");
    world_tap(w, "清空");
    world_type(w, w->pin.z);
    world_tap(w, "查");
    world_expect_screen(w, "my_booking");
    assert_true(world_find(w, "现在签到")->states & STATE_DISABLED);
    world_tap(w, "取消预约");
    world_expect_screen(w, "cancel");
    world_tap(w, "取消预约");
    assert_int_equal(world_last(w)->ask, KEEPER_CANCEL);
    world_answer(w, (struct keeper_answer){.outcome = KEEPER_DONE});
    assert_true(world_says(w, "取消好了"));
}

static void to_move(struct world *w)
{
    found(w, 180 * DATE_MINUTE_MS);
    world_tap(w, "我的预约");
    world_type(w, w->code.z);
    world_type(w, w->pin.z);
    world_tap(w, "查");
    world_tap(w, "改时间");
    world_expect_screen(w, "sitting");
}

static void a_booking_moves_to_another_sitting_without_telling_who_again(void **state)
{
    struct world *w = portrait(state);
    to_move(w);
    assert_true(world_says(w, "第1步，共2步"));
    world_tap(w, SITTING);
    world_expect_screen(w, "confirm");
    assert_true(world_says(w, "旧小票不能用了"));
    assert_false(world_says(w, "手机号"));
    world_expect_golden(w, "confirm_move");
    world_tap(w, "确认改时间");
    const struct keeper_request *asked = world_last(w);
    assert_int_equal(asked->ask, KEEPER_MOVE);
    assert_true(id_eq(asked->booking.id, w->booking.id.id));
    assert_true(id_eq(asked->sitting.id, w->sittings[1].sitting.id.id));
    assert_int_equal(asked->offer.kind, OFFER_POOL);
    // Nobody leaves while it is not known which of the two slips counts.
    assert_true(world_find(w, "首页")->states & STATE_DISABLED);
    stage_back(&w->stage);
    world_frame(w);
    world_expect_screen(w, "confirm");
    struct keeper_answer answer = booked(w);
    answer.ask = KEEPER_MOVE;
    world_answer(w, answer);
    world_expect_screen(w, "book_done");
    assert_true(world_says(w, "改好了，已确认"));
    assert_true(world_says(w, "签到密码 907 216"));
}

static void a_move_that_fails_says_that_the_old_time_stands(void **state)
{
    struct world *w = portrait(state);
    to_move(w);
    world_tap(w, SITTING);
    world_tap(w, "确认改时间");
    world_answer(w, (struct keeper_answer){.outcome = KEEPER_UNANSWERED});
    world_expect_screen(w, "refused");
    assert_true(world_says(w, "没改，原来的还在"));
    world_tap(w, "再试一次");
    world_expect_screen(w, "confirm");
    // What was begun and left is forgotten: the next one books anew.
    world_tap(w, "首页");
    to_confirm(w, SITTING);
    world_tap(w, "确认预约");
    assert_int_equal(world_last(w)->ask, KEEPER_BOOK);
}

static void without_a_line_nobody_moves_for_a_wish(void **state)
{
    struct world *w = portrait(state);
    w->status.link = KEEPER_OFFLINE;
    w->status.change++;
    world_frame(w);
    to_move(w);
    const struct draw_node *n = world_find(w, "今天 14:30 到 17:00　政务大厅　已约满");
    assert_non_null(n);
    assert_true(n->states & STATE_DISABLED);
    assert_true(str_starts(n->value, STR("网络断了")));
}

static void five_wrong_pins_make_a_pause(void **state)
{
    struct world *w = portrait(state);
    found(w, 180 * DATE_MINUTE_MS);
    world_tap(w, "我的预约");
    world_type(w, w->code.z);
    for (int i = 0; i < BOOKING_PIN_TRIES_MAX; i++) {
        world_type(w, "111111");
        world_tap(w, "查");
        assert_true(world_says(w, "没有查到"));
        world_tap(w, "清空");
    }
    world_type(w, w->pin.z);
    world_tap(w, "查");
    assert_true(world_says(w, "10 分钟后再试"));
    world_tap(w, "首页");
    world_pass(w, BOOKING_PIN_TRIES_WINDOW_MS);
    world_expect_screen(w, "attract");
    stage_touch(&w->stage, (struct ui_touch){1, UI_DOWN, 300, 300});
    world_frame(w);
    stage_touch(&w->stage, (struct ui_touch){1, UI_UP, 300, 300});
    world_frame(w);
    world_tap(w, "我的预约");
    world_type(w, w->code.z);
    world_type(w, w->pin.z);
    world_tap(w, "查");
    world_expect_screen(w, "my_booking");
}

static void a_database_that_fails_is_no_wrong_pin(void **state)
{
    struct world *w = portrait(state);
    found(w, 180 * DATE_MINUTE_MS);
    world_tap(w, "我的预约");
    world_type(w, w->code.z);
    world_type(w, w->pin.z);
    w->lookup_error = ERR_IO;
    for (int i = 0; i <= BOOKING_PIN_TRIES_MAX; i++) {
        world_tap(w, "查");
        assert_true(world_says(w, "正忙着"));
        assert_false(world_says(w, "没有查到"));
    }
    w->lookup_error = ERR_OK;
    world_tap(w, "查");
    world_expect_screen(w, "my_booking");
}

static int told_out(const struct world *w, struct booking_id booking)
{
    int count = 0;
    for (int i = 0; i < w->asked_count; i++) {
        const struct keeper_request *r = &w->asked[i];
        count += r->ask == KEEPER_SLIP_PRINTED && id_eq(r->booking.id, booking.id);
    }
    return count;
}

static void without_a_printer_a_slip_on_the_screen_is_kept_no_longer(void **state)
{
    struct world *w = portrait(state);
    to_confirm(w, SITTING);
    world_tap(w, "确认预约");
    struct keeper_answer answer = booked(w);
    answer.booking = (struct booking_id){w->sittings[0].sitting.id.id};
    assert_int_equal(told_out(w, answer.booking), 0);
    world_answer(w, answer);
    world_expect_screen(w, "book_done");
    assert_int_equal(told_out(w, answer.booking), 1);
}

static void without_a_printer_old_slips_are_given_up(void **state)
{
    struct world *w = portrait(state);
    for (int i = 0; i < 2; i++)
        w->spooled[i] = (struct keeper_answer){.booking = {w->sittings[i].sitting.id.id}};
    w->spooled_count = 2;
    stage_wake(&w->stage);
    for (int i = 0; i < 2; i++)
        assert_int_equal(told_out(w, w->spooled[i].booking), 1);
}

static void a_touched_cell_of_the_board_shows_that_day_there(void **state)
{
    struct world *w = portrait(state);
    world_tap(w, "看各站");
    world_expect_golden(w, "board");
    const struct draw_node *cell = NULL;
    for (int i = 0; i < w->draw.node_count; i++) {
        const struct draw_node *n = &w->draw.nodes[i];
        if (str_starts(n->value, STR("三泉镇"))) cell = n;
    }
    tap_at(w, cell);
    world_expect_screen(w, "sitting");
    world_tap(w, "明天 9:00 到 11:30　三泉镇　还有 5 席");
    world_expect_screen(w, "topic");
    assert_true(world_says(w, "第2步，共4步"));
}

#define T(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int main(int argc, char **argv)
{
    world_arguments(argc, argv);
    const struct CMUnitTest tests[] = {
        T(a_number_for_now_takes_one_touch),
        T(a_refused_number_says_why),
        T(a_booking_goes_through_four_steps),
        T(the_next_sitting_from_home_passes_over_the_second_step),
        T(what_is_missing_stands_on_the_button),
        T(each_line_can_be_put_right),
        T(a_lost_seat_offers_others_and_keeps_what_was_typed),
        T(without_a_line_a_wish_promises_nothing),
        T(a_wish_without_a_phone_is_not_offered),
        T(an_own_seat_is_sold_without_a_line),
        T(a_scanned_slip_leads_to_check_in),
        T(a_booking_is_cancelled_by_code_and_pin_in_four_touches),
        T(a_booking_moves_to_another_sitting_without_telling_who_again),
        T(a_move_that_fails_says_that_the_old_time_stands),
        T(without_a_line_nobody_moves_for_a_wish),
        T(five_wrong_pins_make_a_pause),
        T(a_database_that_fails_is_no_wrong_pin),
        T(without_a_printer_a_slip_on_the_screen_is_kept_no_longer),
        T(without_a_printer_old_slips_are_given_up),
        T(a_touched_cell_of_the_board_shows_that_day_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
