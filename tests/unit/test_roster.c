#include "harness/test.h"

#include "model/roster.h"

#include <string.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static int day(int month, int of_month)
{
    return date_to_day((struct date){2026, month, of_month});
}

// The spring festival of 2026: off from 15 to 23 February, Saturdays 14 and 28 are worked.
static struct workday_list spring(void)
{
    struct workday_list list = {0};
    for (int d = 15; d <= 23; d++) {
        assert_true(workday_put(&list, (struct workday_entry){day(2, d), true}));
    }
    assert_true(workday_put(&list, (struct workday_entry){day(2, 28), false}));
    assert_true(workday_put(&list, (struct workday_entry){day(2, 14), false}));
    return list;
}

static void the_state_councils_list_decides_over_the_week(void **state)
{
    (void)state;
    const struct workday_list list = spring();
    static const struct {
        int month, of_month;
        bool works, off, make_up;
    } rows[] = {
        {2, 13, true, false, false}, // an ordinary Friday
        {2, 14, true, false, true},  // a worked Saturday
        {2, 15, false, true, false}, // the first day off
        {2, 16, false, true, false}, // a Monday off
        {2, 23, false, true, false}, // the last day off
        {2, 24, true, false, false}, // the day after
        {2, 28, true, false, true},  // a worked Saturday
        {3, 1, false, false, false}, // an ordinary Sunday
        {3, 2, true, false, false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        int d = day(rows[i].month, rows[i].of_month);
        assert_int_equal(workday_is_working(&list, d), rows[i].works);
        assert_int_equal(workday_is_off(&list, d), rows[i].off);
        assert_int_equal(workday_is_make_up(&list, d), rows[i].make_up);
    }
    assert_int_equal(workday_next(&list, day(2, 15)), day(2, 24));
    assert_int_equal(workday_next(&list, day(2, 14)), day(2, 14));
    assert_true(workday_has_year(&list, 2026));
    assert_false(workday_has_year(&list, 2027));
}

static void a_day_named_twice_takes_the_later_word_and_the_list_is_bounded(void **state)
{
    (void)state;
    struct workday_list list = spring();
    int count = list.count;
    assert_true(workday_put(&list, (struct workday_entry){day(2, 16), false}));
    assert_int_equal(list.count, count);
    assert_true(workday_is_working(&list, day(2, 16)));
    for (int d = 0; list.count < WORKDAY_ENTRIES_MAX; d++) {
        assert_true(workday_put(&list, (struct workday_entry){30000 + d, true}));
    }
    assert_false(workday_put(&list, (struct workday_entry){29999, true}));
    assert_true(workday_put(&list, (struct workday_entry){30000, false}));
}

static struct roster_rule rule(enum roster_kind kind)
{
    return (struct roster_rule){.kind = kind,
                                .site.z = "141182000",
                                .counsellor.id.hex = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                                .weekday = WEDNESDAY,
                                .every_weeks = 1,
                                .nth = 1,
                                .from_day = day(1, 1),
                                .to_day = ROSTER_DAY_OPEN,
                                .start_minute = 510,
                                .end_minute = 690,
                                .seat_minutes = 30,
                                .seat_count = 6,
                                .topics = TOPICS_ALL};
}

static void rules_sit_on_their_days(void **state)
{
    (void)state;
    const struct workday_list list = spring();
    struct roster_rule weekly = rule(ROSTER_WEEKLY);
    struct roster_rule fortnight = rule(ROSTER_WEEKLY);
    fortnight.every_weeks = 2;
    fortnight.from_day = day(1, 2); // a Friday: its week counts, not its day
    struct roster_rule third = rule(ROSTER_WEEKLY);
    third.every_weeks = 3;
    struct roster_rule first = rule(ROSTER_NTH);
    struct roster_rule second = rule(ROSTER_NTH);
    second.nth = 2;
    struct roster_rule last = rule(ROSTER_NTH);
    last.nth = 0;
    struct roster_rule workdays = rule(ROSTER_WORKDAYS);
    struct roster_rule once = rule(ROSTER_ONCE);
    once.from_day = once.to_day = day(2, 18);
    struct roster_rule until = rule(ROSTER_WEEKLY);
    until.to_day = day(3, 4);
    const struct {
        const struct roster_rule *rule;
        int month, of_month;
        bool sits;
    } rows[] = {
        {&weekly, 3, 4, true},     {&weekly, 3, 5, false},    {&weekly, 2, 18, false}, // day off
        {&fortnight, 1, 14, true}, {&fortnight, 1, 7, false}, {&fortnight, 1, 28, true},
        {&third, 1, 21, true},     {&third, 1, 7, false},     {&third, 1, 14, false},
        {&first, 1, 7, true}, // the seventh is the last that can be the first
        {&first, 1, 14, false},    {&second, 3, 11, true},    {&second, 3, 4, false},
        {&second, 3, 18, false},   {&last, 3, 25, true},      {&last, 3, 18, false},
        {&last, 4, 29, true},      {&workdays, 2, 14, true}, // a Saturday that is worked
        {&workdays, 2, 21, false}, {&workdays, 3, 4, true},   {&workdays, 3, 7, false},
        {&once, 2, 18, true}, // one-off: even on a day off
        {&once, 2, 25, false},     {&until, 3, 4, true},      {&until, 3, 11, false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(roster_sits(rows[i].rule, &list, day(rows[i].month, rows[i].of_month)),
                         rows[i].sits);
    }
}

static void a_rule_that_makes_no_sense_is_told(void **state)
{
    (void)state;
    struct roster_rule good = rule(ROSTER_WEEKLY);
    assert_int_equal(roster_check(&good), ROSTER_FINE);
    struct roster_rule r = good;
    r.to_day = r.from_day - 1;
    assert_int_equal(roster_check(&r), ROSTER_DATES_SWAPPED);
    r.to_day = r.from_day;
    assert_int_equal(roster_check(&r), ROSTER_FINE);
    r = good;
    r.end_minute = r.start_minute;
    assert_int_equal(roster_check(&r), ROSTER_TIMES_BAD);
    r.end_minute = 685;
    assert_int_equal(roster_check(&r), ROSTER_TIMES_BAD);
    r = good;
    r.seat_count = 7; // six fit
    assert_int_equal(roster_check(&r), ROSTER_SEATS_DO_NOT_FIT);
    r.seat_count = 0;
    assert_int_equal(roster_check(&r), ROSTER_SEATS_BAD);
    r = good;
    r.every_weeks = ROSTER_EVERY_WEEKS_MAX + 1;
    assert_int_equal(roster_check(&r), ROSTER_EVERY_BAD);
    r = rule(ROSTER_NTH);
    r.nth = 6;
    assert_int_equal(roster_check(&r), ROSTER_NTH_BAD);
    r = good;
    r.topics = 0;
    assert_int_equal(roster_check(&r), ROSTER_TOPICS_BAD);
    assert_int_equal(roster_seats_that_fit(510, 690, 30), 6);
    assert_int_equal(roster_seats_that_fit(510, 509, 30), 0);
}

static void leave_takes_a_sitting_away_and_a_substitute_keeps_it(void **state)
{
    (void)state;
    const struct workday_list list = {0};
    struct roster_rule rules[3] = {rule(ROSTER_WEEKLY), rule(ROSTER_LEAVE),
                                   rule(ROSTER_SUBSTITUTE)};
    struct roster_sitting out[4];
    int wednesday = day(3, 4);
    assert_int_equal(roster_day(rules, 1, &list, wednesday, out, 4), 1);
    assert_int_equal(out[0].seat_count, 6);
    rules[1].start_minute = 0;
    rules[1].end_minute = 1440;
    rules[1].from_day = rules[1].to_day = wednesday;
    assert_int_equal(roster_day(rules, 2, &list, wednesday, out, 4), 0);
    assert_int_equal(roster_day(rules, 2, &list, wednesday + 7, out, 4), 1);
    rules[1].end_minute = 510; // away only before the sitting begins
    assert_int_equal(roster_day(rules, 2, &list, wednesday, out, 4), 1);
    rules[1].end_minute = 520;
    assert_int_equal(roster_day(rules, 2, &list, wednesday, out, 4), 0);
    rules[1].start_minute = 690; // away only after it ends
    rules[1].end_minute = 1440;
    assert_int_equal(roster_day(rules, 2, &list, wednesday, out, 4), 1);
    rules[1].start_minute = 680;
    assert_int_equal(roster_day(rules, 2, &list, wednesday, out, 4), 0);
    rules[1].site.z[8] = '1'; // away from another site
    assert_int_equal(roster_day(rules, 2, &list, wednesday, out, 4), 1);
    rules[1].site.z[8] = '0';
    memset(rules[2].counsellor.id.hex, 'b', 32);
    rules[2].instead_of = rules[0].counsellor;
    assert_int_equal(roster_day(rules, 3, &list, wednesday, out, 4), 1);
    assert_true(id_eq(out[0].counsellor.id, rules[2].counsellor.id));
    assert_true(id_eq(out[0].rostered.id, rules[0].counsellor.id));
}

static void a_day_is_sorted_and_says_when_it_does_not_fit(void **state)
{
    (void)state;
    const struct workday_list list = {0};
    struct roster_rule rules[3] = {rule(ROSTER_WEEKLY), rule(ROSTER_WEEKLY), rule(ROSTER_WEEKLY)};
    struct roster_sitting out[3];
    rules[0].start_minute = 870;
    rules[0].end_minute = 1020;
    rules[1].site.z[8] = '2';
    assert_int_equal(roster_day(rules, 3, &list, day(3, 4), out, 3), 3);
    assert_string_equal(out[0].site.z, "141182000");
    assert_string_equal(out[1].site.z, "141182002");
    assert_int_equal(out[2].start_minute, 870);
    assert_int_equal(roster_day(rules, 3, &list, day(3, 4), out, 2), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_state_councils_list_decides_over_the_week),
        cmocka_unit_test(a_day_named_twice_takes_the_later_word_and_the_list_is_bounded),
        cmocka_unit_test(rules_sit_on_their_days),
        cmocka_unit_test(a_rule_that_makes_no_sense_is_told),
        cmocka_unit_test(leave_takes_a_sitting_away_and_a_substitute_keeps_it),
        cmocka_unit_test(a_day_is_sorted_and_says_when_it_does_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
