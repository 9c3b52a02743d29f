#include "harness/test.h"

#include "model/booking.h"
#include "model/offer.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define MINUTE      DATE_MINUTE_MS

// A sitting from 8:30 to 11:30 with six seats on Wednesday 4 March 2026; seat 2 is planned for 9:00.
static struct sitting morning(void)
{
    int day = date_to_day((struct date){2026, 3, 4});
    return (struct sitting){.start_ms = date_ms(day, 510),
                            .end_ms = date_ms(day, 690),
                            .seat_minutes = 30,
                            .seat_count = 6,
                            .topics = TOPICS_ALL};
}

static int64_t nine(void)
{
    return morning().start_ms + 30 * MINUTE;
}

static void a_seat_has_its_planned_time(void **state)
{
    (void)state;
    struct sitting s = morning();
    assert_int_equal(sitting_seat_ms(&s, 1), s.start_ms);
    assert_int_equal(sitting_seat_ms(&s, 2), nine());
    assert_int_equal(sitting_seat_ms(&s, 6), s.start_ms + 150 * MINUTE);
}

static void a_seat_is_sold_until_five_minutes_before_and_fourteen_days_ahead(void **state)
{
    (void)state;
    static const struct {
        int64_t before_ms; // before the planned time
        enum verdict want;
    } rows[] = {
        {5 * MINUTE, VERDICT_OK},
        {5 * MINUTE - 1, VERDICT_SITTING_STARTED},
        {-1, VERDICT_SITTING_STARTED},
        {14 * DATE_DAY_MS, VERDICT_OK},
        {14 * DATE_DAY_MS + 9 * 60 * MINUTE, VERDICT_OK}, // the whole day counts
        {14 * DATE_DAY_MS + 9 * 60 * MINUTE + 1, VERDICT_TOO_FAR},
    };
    struct sitting s = morning();
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(sitting_check_sale(&s, 2, nine() - rows[i].before_ms), rows[i].want);
    }
    s.state = SITTING_CLOSING;
    assert_int_equal(sitting_check_sale(&s, 2, nine() - DATE_DAY_MS), VERDICT_SITTING_CLOSED);
}

static void the_limits_of_a_phone_hold_and_without_one_there_are_none(void **state)
{
    (void)state;
    static const struct {
        bool has_phone;
        int same_topic, in_all;
        enum verdict want;
    } rows[] = {
        {true, 0, 0, VERDICT_OK},          {true, 0, 1, VERDICT_OK},
        {true, 1, 1, VERDICT_LIMIT_TOPIC}, {true, 0, 2, VERDICT_LIMIT_PHONE},
        {true, 2, 2, VERDICT_LIMIT_TOPIC}, {false, 2, 9, VERDICT_OK},
    };
    const struct sitting s = morning();
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct booking_ask ask = {.sitting = &s,
                                  .seat = 2,
                                  .has_phone = rows[i].has_phone,
                                  .open_same_topic = rows[i].same_topic,
                                  .open_in_all = rows[i].in_all};
        assert_int_equal(booking_check(&ask, nine() - 60 * MINUTE), rows[i].want);
    }
    struct booking_ask past_the_end = {.sitting = &s, .seat = 7};
    assert_int_equal(booking_check(&past_the_end, nine()), VERDICT_SITTING_FULL);
    assert_int_equal(booking_check_wish(false), VERDICT_PHONE_NEEDED);
    assert_int_equal(booking_check_wish(true), VERDICT_OK);
}

static void cancel_and_move_are_offered_until_two_hours_before(void **state)
{
    (void)state;
    static const struct {
        enum booking_state state;
        int64_t before_ms;
        enum verdict cancel, move;
    } rows[] = {
        {BOOKING_CONFIRMED, 120 * MINUTE, VERDICT_OK, VERDICT_OK},
        {BOOKING_CONFIRMED, 120 * MINUTE - 1, VERDICT_CANCEL_TOO_LATE, VERDICT_CANCEL_TOO_LATE},
        {BOOKING_CANCELLED, 240 * MINUTE, VERDICT_ALREADY_CANCELLED, VERDICT_ALREADY_CANCELLED},
        {BOOKING_CHECKED_IN, 240 * MINUTE, VERDICT_CANCEL_TOO_LATE, VERDICT_CANCEL_TOO_LATE},
        {BOOKING_WISH, 0, VERDICT_OK, VERDICT_NOT_FOUND},
        {BOOKING_DISPLACED, -10 * MINUTE, VERDICT_CANCEL_TOO_LATE, VERDICT_OK},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t now_ms = nine() - rows[i].before_ms;
        assert_int_equal(booking_check_cancel(rows[i].state, nine(), now_ms), rows[i].cancel);
        assert_int_equal(booking_check_move(rows[i].state, nine(), now_ms), rows[i].move);
    }
}

static void check_in_is_open_from_thirty_minutes_before_to_ten_after(void **state)
{
    (void)state;
    static const struct {
        enum booking_state state;
        int64_t after_ms;
        enum verdict want;
    } rows[] = {
        {BOOKING_CONFIRMED, -30 * MINUTE - 1, VERDICT_CHECKIN_EARLY},
        {BOOKING_CONFIRMED, -30 * MINUTE, VERDICT_OK},
        {BOOKING_CONFIRMED, 10 * MINUTE, VERDICT_OK},
        {BOOKING_CONFIRMED, 10 * MINUTE + 1, VERDICT_CHECKIN_LATE},
        {BOOKING_DISPLACED, 0, VERDICT_OK},
        {BOOKING_CHECKED_IN, 0, VERDICT_CHECKIN_DONE},
        {BOOKING_SERVED, 0, VERDICT_CHECKIN_DONE},
        {BOOKING_NO_SHOW, 0, VERDICT_CHECKIN_LATE},
        {BOOKING_CANCELLED, 0, VERDICT_ALREADY_CANCELLED},
        {BOOKING_WISH, 0, VERDICT_NOT_FOUND},
        {BOOKING_ASKED, 0, VERDICT_NOT_FOUND},
        {BOOKING_REFUSED, 0, VERDICT_NOT_FOUND},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(booking_check_checkin(rows[i].state, nine(), nine() + rows[i].after_ms),
                         rows[i].want);
    }
}

static void five_wrong_pins_make_a_pause_of_ten_minutes(void **state)
{
    (void)state;
    struct booking_tries t = {0};
    int64_t at = 0; // the monotonic clock may start here
    for (int i = 0; i < BOOKING_PIN_TRIES_MAX; i++) {
        assert_int_equal(booking_tries_check(&t, at), VERDICT_OK);
        booking_tries_wrong(&t, at);
        at += MINUTE;
    }
    assert_int_equal(booking_tries_check(&t, at), VERDICT_PIN_TRIES);
    assert_int_equal(booking_tries_check(&t, 10 * MINUTE), VERDICT_PIN_TRIES);
    assert_int_equal(booking_tries_check(&t, 10 * MINUTE + 1), VERDICT_OK);
    booking_tries_wrong(&t, 10 * MINUTE + 1);
    assert_int_equal(booking_tries_check(&t, 10 * MINUTE + 2), VERDICT_PIN_TRIES);
}

static void somebody_sits_from_start_to_end_and_walkins_come_around_it(void **state)
{
    (void)state;
    struct sitting s = morning();
    static const struct {
        int minute; // from the start
        bool on, walkins;
    } rows[] = {
        {-61, false, false}, {-60, false, true}, {-1, false, true},  {0, true, true},
        {165, true, true},   {166, true, false}, {179, true, false}, {180, false, false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t now_ms = s.start_ms + rows[i].minute * MINUTE;
        assert_int_equal(sitting_is_on(&s, now_ms), rows[i].on);
        assert_int_equal(sitting_takes_walkins(&s, now_ms), rows[i].walkins);
    }
    struct sitting day[2] = {morning(), morning()};
    day[1].start_ms += 360 * MINUTE;
    day[1].end_ms += 330 * MINUTE;
    assert_int_equal(sitting_find_on(day, 2, nine()), 0);
    assert_int_equal(sitting_find_next(day, 2, nine()), 1);
    assert_int_equal(sitting_find_next(day, 2, day[1].start_ms), -1);
    assert_int_equal(sitting_find_walkin(day, 2, day[1].start_ms), 1);
    day[0].state = SITTING_CLOSED;
    assert_int_equal(sitting_find_on(day, 2, nine()), -1);
}

static void rights_are_given_for_sittings_of_the_next_seven_days(void **state)
{
    (void)state;
    struct sitting s = morning();
    assert_true(sitting_gives_rights(&s, s.start_ms - 1));
    assert_false(sitting_gives_rights(&s, s.start_ms));
    assert_true(sitting_gives_rights(&s, s.start_ms - 6 * DATE_DAY_MS));
    assert_false(sitting_gives_rights(&s, s.start_ms - 7 * DATE_DAY_MS));
    s.state = SITTING_CLOSING;
    assert_false(sitting_gives_rights(&s, s.start_ms - 1));
}

static void the_pool_is_offered_first_and_rights_are_kept_for_the_dead_line(void **state)
{
    (void)state;
    const struct sitting s = morning();
    static const struct {
        uint64_t pool, elsewhere, rights; // bit k-1: seat k
        bool online;
        enum offer_kind kind;
        int seat, free_count;
    } rows[] = {
        {0x02, 0x3C, 0x0C, true, OFFER_POOL, 2, 3},
        {0x02, 0x3C, 0x0C, false, OFFER_RIGHT, 3, 2},
        {0x00, 0x3C, 0x0C, true, OFFER_RIGHT, 3, 2},
        {0x00, 0x30, 0x00, true, OFFER_POOL, 5, 2}, // others own the rest: called back
        {0x00, 0x01, 0x00, true, OFFER_NONE, 0, 0},
        {0x00, 0x30, 0x00, false, OFFER_WISH, 0, 0}, // nobody knows without a line
        {0x02, 0x00, 0x00, false, OFFER_WISH, 0, 0},
        {0x00, 0x00, 0x00, false, OFFER_NONE, 0, 0}, // the last word was that it is full
        {0x01, 0x00, 0x00, true, OFFER_NONE, 0, 0},  // seat 1 is past its sale
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct feed_avail avail = {.pool = rows[i].pool, .elsewhere = rows[i].elsewhere};
        struct offer o =
            offer_choose(&s, &avail, rows[i].rights, rows[i].online, s.start_ms + MINUTE);
        assert_int_equal(o.kind, rows[i].kind);
        assert_int_equal(o.seat, rows[i].seat);
        assert_int_equal(o.free_count, rows[i].free_count);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_seat_has_its_planned_time),
        cmocka_unit_test(a_seat_is_sold_until_five_minutes_before_and_fourteen_days_ahead),
        cmocka_unit_test(the_limits_of_a_phone_hold_and_without_one_there_are_none),
        cmocka_unit_test(cancel_and_move_are_offered_until_two_hours_before),
        cmocka_unit_test(check_in_is_open_from_thirty_minutes_before_to_ten_after),
        cmocka_unit_test(five_wrong_pins_make_a_pause_of_ten_minutes),
        cmocka_unit_test(somebody_sits_from_start_to_end_and_walkins_come_around_it),
        cmocka_unit_test(rights_are_given_for_sittings_of_the_next_seven_days),
        cmocka_unit_test(the_pool_is_offered_first_and_rights_are_kept_for_the_dead_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
