// Sittings out of the roster: what comes, what changes, what goes and what must not go.
#include "store/world.h"

#include <string.h>

#define START 510 // 8:30

static struct store_import replace(struct world *w, const struct roster_rule *rules, int count)
{
    struct store_import import;
    assert_int_equal(world_roster(w, rules, count, &import), ERR_OK);
    world_is_sound(w);
    return import;
}

static struct sitting get(struct world *w, struct sitting_id id)
{
    struct centre_store *centre = store_centre(w->store);
    struct sitting sitting;
    assert_int_equal(centre->ops->sitting_get(centre, id, &sitting), ERR_OK);
    return sitting;
}

static int open_seats(struct world *w, struct sitting_id id)
{
    struct centre_store *centre = store_centre(w->store);
    struct centre_seat seats[SITTING_SEATS_MAX];
    int count = 0;
    int open = 0;
    assert_int_equal(centre->ops->seats(centre, id, seats, &count), ERR_OK);
    for (int i = 0; i < count; i++) {
        if (seats[i].state == CENTRE_SEAT_OPEN) open++;
    }
    return open;
}

static void the_next_three_weeks_are_planned(void **state)
{
    struct world *w = *state;
    world_init(w);
    // From Monday 2026-03-02 to Monday 2026-03-23 there are 16 working days.
    assert_int_equal(world_count(w, "SELECT count(*) FROM sitting"), 2 * 16);
    assert_int_equal(world_count(w, "SELECT count(*) FROM seat"), 2 * 16 * 6);
    assert_int_equal(world_count(w, "SELECT count(*) FROM counsellor_tick"), 2 * 16 * 18);
    struct sitting s = get(w, world_sitting(w, 0, world_today(w), START));
    assert_int_equal(s.seat_count, 6);
    assert_int_equal(s.state, SITTING_OPEN);
    assert_str(s.desk, "1号窗口");
    world_is_sound(w);
}

static void a_day_off_takes_untouched_sittings_away(void **state)
{
    struct world *w = *state;
    struct store_import import;
    world_init(w);
    struct workday_entry off = {world_today(w) + 1, true};
    assert_int_equal(store_begin(w->store), ERR_OK);
    enum err e = store_workdays_import(w->store, &off, 1, STR("clerk"), &import);
    assert_int_equal(store_commit(w->store, e), ERR_OK);
    assert_true(id_is_none(world_sitting(w, 0, off.day, START).id));
    assert_int_equal(world_count(w, "SELECT count(*) FROM sitting"), 2 * 15);
    assert_int_equal(world_count(w, "SELECT count(*) FROM feed_row WHERE dead = 1"), 4);
    world_is_sound(w);
}

static void a_clash_refuses_the_whole_roster_and_names_the_rows(void **state)
{
    struct world *w = *state;
    struct roster_rule rules[] = {world_rule(0), world_rule(1), world_rule(1)};
    world_init(w);
    rules[1].seat_count = 3;
    rules[2].counsellor = world_counsellor(0).id;
    rules[2].start_minute = 11 * 60 + 20; // ten minutes before the other ends
    rules[2].end_minute = 12 * 60 + 20;
    rules[2].seat_count = 2;
    struct store_import import = replace(w, rules, 3);
    assert_int_equal(import.imported, 0);
    assert_int_equal(import.refused, 1);
    assert_int_equal(import.refusals[0].why, STORE_REFUSED_CLASH);
    assert_int_equal(import.refusals[0].row, 2);
    assert_int_equal(import.refusals[0].other, 0);
    assert_int_equal(import.refusals[0].day, world_today(w));
    assert_int_equal(world_count(w, "SELECT count(*) FROM sitting WHERE seats <> 6"), 0);
    // Just not a clash: one ends when the other starts.
    rules[2].start_minute = 11 * 60 + 30;
    rules[2].end_minute = 12 * 60 + 30;
    assert_int_equal(replace(w, rules, 3).imported, 3);
}

static void a_clash_far_ahead_is_seen_at_the_import(void **state)
{
    struct world *w = *state;
    struct roster_rule rules[] = {world_rule(0), world_rule(1)};
    world_init(w);
    rules[1].counsellor = world_counsellor(0).id;
    rules[1].kind = ROSTER_ONCE;
    rules[1].from_day = rules[1].to_day = world_today(w) + 42;
    struct store_import import = replace(w, rules, 2);
    assert_int_equal(import.refused, 1);
    assert_int_equal(import.refusals[0].day, rules[1].from_day);
}

static void the_same_sitting_twice_is_refused(void **state)
{
    struct world *w = *state;
    struct roster_rule rules[] = {world_rule(0), world_rule(0)};
    world_init(w);
    struct store_import import = replace(w, rules, 2);
    assert_int_equal(import.refusals[0].why, STORE_REFUSED_CLASH);
    assert_int_equal(import.refusals[0].row, 1);
    assert_int_equal(import.refusals[0].other, 0);
}

static void a_rule_that_is_not_sound_refuses_all(void **state)
{
    struct world *w = *state;
    world_init(w);
    struct roster_rule good = world_rule(0);
    struct roster_rule no_site = good;
    struct roster_rule nobody = good;
    struct roster_rule bad_time = good;
    struct roster_rule long_desk = good;
    memset(no_site.site.z, '9', SITE_CODE_DIGITS);
    nobody.counsellor.id = id_new(&w->env.env);
    bad_time.end_minute = bad_time.start_minute;
    long_desk.desk = STR("一二三四五六七八九十一二三");
    const struct {
        struct roster_rule rule;
        enum store_refused why;
    } rows[] = {{no_site, STORE_REFUSED_SITE},
                {nobody, STORE_REFUSED_COUNSELLOR},
                {bad_time, STORE_REFUSED_RULE},
                {long_desk, STORE_REFUSED_TEXT}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct roster_rule rules[] = {world_rule(1), rows[i].rule};
        struct store_import import = replace(w, rules, 2);
        assert_int_equal(import.refused, 1);
        assert_int_equal(import.refusals[0].row, 1);
        assert_int_equal(import.refusals[0].why, rows[i].why);
        assert_int_equal(world_count(w, "SELECT count(*) FROM roster_rule"), 2);
    }
}

static void a_substitute_sits_in_the_same_sitting(void **state)
{
    struct world *w = *state;
    struct roster_rule rules[] = {world_rule(0), world_rule(1), {0}};
    world_init(w);
    int day = world_today(w) + 1;
    struct sitting_id id = world_sitting(w, 0, day, START);
    rules[2] = (struct roster_rule){.kind = ROSTER_SUBSTITUTE,
                                    .site = world_site(0),
                                    .counsellor = world_counsellor(2).id,
                                    .instead_of = world_counsellor(0).id,
                                    .from_day = day,
                                    .to_day = day};
    assert_int_equal(replace(w, rules, 3).imported, 3);
    assert_true(id_eq(world_sitting(w, 0, day, START).id, id.id));
    assert_true(id_eq(get(w, id).counsellor.id, world_counsellor(2).id.id));
}

static void two_counsellors_change_places(void **state)
{
    struct world *w = *state;
    struct roster_rule rules[] = {world_rule(0), world_rule(1), {0}, {0}};
    world_init(w);
    for (int i = 0; i < 2; i++) {
        rules[2 + i] = (struct roster_rule){.kind = ROSTER_SUBSTITUTE,
                                            .site = world_site(i),
                                            .counsellor = world_counsellor(1 - i).id,
                                            .instead_of = world_counsellor(i).id,
                                            .from_day = world_today(w),
                                            .to_day = ROSTER_DAY_OPEN};
    }
    assert_int_equal(replace(w, rules, 4).imported, 4);
    assert_int_equal(world_count(w, "SELECT count(*) FROM sitting"), 2 * 16);
    struct sitting s = get(w, world_sitting(w, 0, world_today(w), START));
    assert_true(id_eq(s.counsellor.id, world_counsellor(1).id.id));
}

// One seat of tomorrow's sitting at site 0 is sold.
static struct sitting_id sell_one(struct world *w, int seat)
{
    struct world_kiosk kiosk;
    struct op_result result;
    world_enrol(w, 1, STORE_ROLE_DESK, &kiosk); // of the other site: no rights here
    struct sitting_id id = world_sitting(w, 0, world_today(w) + 1, START);
    struct op op = world_book(w, id, seat, OP_POOL, 0);
    assert_int_equal(world_push(w, &kiosk, op, "", &result), ERR_OK);
    assert_int_equal(result.outcome, OP_OK);
    return id;
}

static void a_sold_sitting_does_not_go_but_closes_and_opens_again(void **state)
{
    struct world *w = *state;
    struct roster_rule rules[] = {world_rule(1), world_rule(0)};
    world_init(w);
    struct sitting_id id = sell_one(w, 2);
    replace(w, rules, 1);
    assert_int_equal(get(w, id).state, SITTING_CLOSING);
    assert_int_equal(open_seats(w, id), 0);
    assert_int_equal(world_count(w, "SELECT count(*) FROM sitting"), 16 + 1);
    // The counsellor is free to sit elsewhere in that time.
    rules[1].site = world_site(1);
    rules[1].desk = STR("2号窗口");
    assert_int_equal(replace(w, rules, 2).imported, 2);
    rules[1] = world_rule(0);
    replace(w, rules, 2);
    assert_int_equal(get(w, id).state, SITTING_OPEN);
    assert_int_equal(open_seats(w, id), 6);
    assert_int_equal(world_count(w, "SELECT count(*) FROM booking WHERE state = 'confirmed'"), 1);
}

static void seats_come_and_go_at_the_end_but_a_sold_one_stays(void **state)
{
    struct world *w = *state;
    struct roster_rule rules[] = {world_rule(0), world_rule(1)};
    world_init(w);
    struct sitting_id id = sell_one(w, 4);
    const struct {
        int asked;
        int had;
    } rows[] = {{5, 5}, {4, 4}, {2, 4}, {6, 6}, {1, 4}, {5, 5}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        rules[0].seat_count = rows[i].asked;
        replace(w, rules, 2);
        assert_int_equal(get(w, id).seat_count, rows[i].had);
        assert_int_equal(open_seats(w, id), rows[i].had);
    }
    struct sitting_id untouched = world_sitting(w, 0, world_today(w) + 2, START);
    assert_int_equal(get(w, untouched).seat_count, 5);
}

static void the_minutes_of_a_seat_stay_where_a_time_was_told(void **state)
{
    struct world *w = *state;
    struct roster_rule rules[] = {world_rule(0), world_rule(1)};
    world_init(w);
    struct sitting_id sold = sell_one(w, 1);
    struct sitting_id untouched = world_sitting(w, 0, world_today(w) + 2, START);
    rules[0].seat_minutes = 20;
    rules[0].seat_count = 9;
    replace(w, rules, 2);
    assert_int_equal(get(w, sold).seat_minutes, 30);
    assert_int_equal(get(w, sold).seat_count, 6); // nine of thirty minutes do not fit
    assert_int_equal(get(w, untouched).seat_minutes, 20);
    assert_int_equal(get(w, untouched).seat_count, 9);
}

static void the_night_run_happens_once_a_day(void **state)
{
    struct world *w = *state;
    world_init(w);
    static const bool expected[] = {true, false, true};
    for (int i = 0; i < 3; i++) {
        bool did = !expected[i];
        if (i == 2) w->env.now_ms += DATE_DAY_MS;
        assert_int_equal(store_begin(w->store), ERR_OK);
        assert_int_equal(store_commit(w->store, store_nightly(w->store, &did)), ERR_OK);
        assert_int_equal(did, expected[i]);
    }
    struct store_meta meta;
    assert_int_equal(store_meta(w->reader, &meta), ERR_OK);
    assert_int_equal(meta.nightly_day, world_today(w));
    assert_false(id_is_none(world_sitting(w, 0, world_today(w) + STORE_HORIZON_DAYS, START).id));
    world_is_sound(w);
}

static void sites_keep_their_order_and_bad_ones_are_named(void **state)
{
    struct world *w = *state;
    struct store_import import;
    struct site list[STORE_SITES_MAX];
    int count = 0;
    world_init(w);
    struct site sites[] = {{.code = world_site(1), .name = STR("文峰街道")},
                           {.code = {"999999000"}, .name = STR("别县")},
                           {.code = world_site(0), .name = STR("")},
                           {.code = world_site(1), .name = STR("文峰")},
                           {.code = world_site(0), .name = STR("大厅")}};
    assert_int_equal(store_begin(w->store), ERR_OK);
    enum err e = store_sites_import(w->store, sites, 5, STR("clerk"), &import);
    assert_int_equal(store_commit(w->store, e), ERR_OK);
    assert_int_equal(import.imported, 2);
    assert_int_equal(import.refused, 3);
    static const enum store_refused why[] = {STORE_REFUSED_COUNTY, STORE_REFUSED_TEXT,
                                             STORE_REFUSED_TWICE};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(import.refusals[i].why, why[i]);
        assert_int_equal(import.refusals[i].row, 1 + i);
    }
    assert_int_equal(store_sites(w->reader, &w->arena, list, &count), ERR_OK);
    assert_int_equal(count, 2);
    assert_str(list[0].name, "文峰街道");
    assert_str(list[1].name, "大厅");
}

int suite_roster(struct world_driver *driver)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(the_next_three_weeks_are_planned),
        WORLD_TEST(a_day_off_takes_untouched_sittings_away),
        WORLD_TEST(a_clash_refuses_the_whole_roster_and_names_the_rows),
        WORLD_TEST(a_clash_far_ahead_is_seen_at_the_import),
        WORLD_TEST(the_same_sitting_twice_is_refused),
        WORLD_TEST(a_rule_that_is_not_sound_refuses_all),
        WORLD_TEST(a_substitute_sits_in_the_same_sitting),
        WORLD_TEST(two_counsellors_change_places),
        WORLD_TEST(a_sold_sitting_does_not_go_but_closes_and_opens_again),
        WORLD_TEST(seats_come_and_go_at_the_end_but_a_sold_one_stays),
        WORLD_TEST(the_minutes_of_a_seat_stay_where_a_time_was_told),
        WORLD_TEST(the_night_run_happens_once_a_day),
        WORLD_TEST(sites_keep_their_order_and_bad_ones_are_named),
    };
    return cmocka_run_group_tests_name("store roster", tests, NULL, NULL);
}
