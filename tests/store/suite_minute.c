// What a minute brings: seats to and from kiosks, who has not come, sittings that come to their end.
#include "store/world.h"

static struct sitting_id tomorrow(struct world *w)
{
    return world_sitting(w, 0, world_today(w) + 1, 510);
}

static enum err count_one(void *context, const struct store_booking *b)
{
    int *count = context;
    (void)b;
    (*count)++;
    return ERR_OK;
}

static int task_count(struct world *w)
{
    struct store_booking_filter tasks = {.is_task = true};
    int count = 0;
    assert_int_equal(store_bookings(w->reader, &tasks, count_one, &count), ERR_OK);
    return count;
}

static int64_t states(struct world *w, const char *state)
{
    const char *sql = "SELECT count(*) FROM booking WHERE state = $1";
    int64_t n = -1;
    assert_int_equal(db_one_int(store_db(w->store), DB_QUERY(sql, DB_TEXT(str_from_z(state))), &n),
                     ERR_OK);
    return n;
}

static void who_does_not_come_in_time_is_missed_and_may_still_have_been_there(void **state)
{
    struct world *w = *state;
    struct world_kiosk kiosk;
    struct op_result result;
    world_init(w);
    world_enrol(w, 0, STORE_ROLE_DESK, &kiosk);
    struct op late = world_book(w, tomorrow(w), 2, OP_RIGHT, 1);
    struct op there = world_book(w, tomorrow(w), 3, OP_RIGHT, 1);
    assert_int_equal(world_push(w, &kiosk, late, "", NULL), ERR_OK);
    assert_int_equal(world_push(w, &kiosk, there, "", NULL), ERR_OK);
    struct op checkin = {.kind = OP_CHECKIN, .booking = there.booking};
    assert_int_equal(world_push(w, &kiosk, checkin, "", NULL), ERR_OK);
    int64_t planned_ms = date_ms(world_today(w) + 1, 540); // of seat 2
    w->env.now_ms = planned_ms + BOOKING_CHECKIN_AFTER_MS;
    world_minute(w);
    assert_int_equal(states(w, "no_show"), 0);
    w->env.now_ms++;
    world_minute(w);
    assert_int_equal(states(w, "no_show"), 1);
    world_is_sound(w);
    w->env.now_ms += DATE_DAY_MS;
    world_minute(w);
    assert_int_equal(states(w, "no_show"), 1);
    assert_int_equal(states(w, "checked_in"), 1);
    // A check-in that was on its way from a kiosk without a line counts.
    checkin.booking = late.booking;
    assert_int_equal(world_push(w, &kiosk, checkin, "", &result), ERR_OK);
    assert_int_equal(states(w, "checked_in"), 2);
    world_is_sound(w);
}

static int64_t owned(struct world *w, const struct world_kiosk *kiosk)
{
    const char *sql = "SELECT count(*) FROM seat WHERE owner = $1 AND recall = 0";
    int64_t n = -1;
    assert_int_equal(
        db_one_int(store_db(w->store), DB_QUERY(sql, DB_TEXT(id_str(&kiosk->inc.id))), &n), ERR_OK);
    return n;
}

static void seats_go_to_kiosks_that_were_heard_of_and_from_rich_to_poor(void **state)
{
    struct world *w = *state;
    struct world_kiosk first;
    struct world_kiosk second;
    world_init(w);
    world_enrol(w, 0, STORE_ROLE_DESK, &first);
    assert_int_equal(owned(w, &first), 5 * 5); // this week: six seats a day, one kept
    world_enrol(w, 0, STORE_ROLE_DESK, &second);
    assert_int_equal(owned(w, &second), 0);
    // One seat in ten is asked back an hour.
    world_minute(w);
    world_minute(w);
    assert_int_equal(world_count(w, "SELECT count(*) FROM seat WHERE recall = 1"), 2);
    world_is_sound(w);
    w->env.now_ms += 60 * DATE_MINUTE_MS;
    world_seen(w, &first); // the second is silent now: nothing is asked back for it
    world_minute(w);
    assert_int_equal(world_count(w, "SELECT count(*) FROM seat WHERE recall = 1"), 2);
    world_seen(w, &second);
    world_minute(w);
    assert_int_equal(world_count(w, "SELECT count(*) FROM seat WHERE recall = 1"), 4);
    world_is_sound(w);
}

static void a_closing_sitting_closes_when_its_seats_are_back_and_its_bookings_gone(void **state)
{
    struct world *w = *state;
    struct world_kiosk kiosk;
    struct op_result result;
    struct store_import import;
    struct roster_rule rules[] = {world_rule(0), world_rule(1)};
    world_init(w);
    world_enrol(w, 0, STORE_ROLE_DESK, &kiosk);
    struct sitting_id id = tomorrow(w);
    struct op op = world_book(w, id, 2, OP_RIGHT, 1);
    assert_int_equal(world_push(w, &kiosk, op, "13812345678", NULL), ERR_OK);
    rules[0].from_day = world_today(w) + 2;
    assert_int_equal(world_roster(w, rules, 2, &import), ERR_OK);
    static const char closing[] = "SELECT count(*) FROM sitting WHERE state = 'closing'";
    int64_t closing_before = world_count(w, closing);
    assert_true(closing_before >= 1);
    world_is_sound(w);
    for (int seat = 2; seat <= 6; seat++) {
        struct op back = {.kind = OP_RETURN, .sitting = id, .seat = seat, .epoch = 1};
        assert_int_equal(world_push(w, &kiosk, back, "", &result), ERR_OK);
        assert_int_equal(result.outcome, seat == 2 ? OP_REFUSED : OP_OK);
    }
    world_minute(w);
    assert_int_equal(world_count(w, closing), closing_before); // its booking waits for staff
    assert_int_equal(task_count(w), 1);
    struct op cancel = {.kind = OP_CANCEL, .booking = op.booking};
    assert_int_equal(world_push(w, &kiosk, cancel, "", &result), ERR_OK);
    assert_int_equal(task_count(w), 0);
    world_minute(w);
    assert_int_equal(world_count(w, closing), closing_before); // the right of seat 2 is still out
    struct op back = {.kind = OP_RETURN, .sitting = id, .seat = 2, .epoch = 1};
    assert_int_equal(world_push(w, &kiosk, back, "", &result), ERR_OK);
    world_minute(w);
    assert_int_equal(world_count(w, closing), closing_before - 1);
    world_is_sound(w);
}

int suite_minute(struct world_driver *driver)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(who_does_not_come_in_time_is_missed_and_may_still_have_been_there),
        WORLD_TEST(seats_go_to_kiosks_that_were_heard_of_and_from_rich_to_poor),
        WORLD_TEST(a_closing_sitting_closes_when_its_seats_are_back_and_its_bookings_gone),
    };
    return cmocka_run_group_tests_name("store minute", tests, NULL, NULL);
}
