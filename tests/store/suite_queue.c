// The queue at the centre: numbers and check-ins arrive from kiosks, desks call, boards are told.
#include "store/world.h"

#include <stdio.h>
#include <string.h>

#define MINUTE DATE_MINUTE_MS

struct desk_act {
    struct world *w;
    enum err (*act)(struct desk_act *a);
    struct sitting_id by;
    struct str name;
    struct store_queue_answer answer;
    char ticket[QUEUE_TICKET_BYTES];
    char masked[QUEUE_NAME_BYTES_MAX + 1];
};

static enum err act(struct store *s, void *context)
{
    struct desk_act *a = context;
    (void)s;
    enum err e = a->act(a);
    if (e) return e;
    const struct store_queue_entry *entry = &a->answer.entry;
    memcpy(a->ticket, entry->place.ticket, sizeof(a->ticket));
    snprintf(a->masked, sizeof(a->masked), "%.*s", STR_ARG(entry->name));
    return ERR_OK;
}

static enum verdict run(struct desk_act *a, enum err (*fn)(struct desk_act *a))
{
    a->act = fn;
    a->answer = (struct store_queue_answer){0};
    assert_int_equal(store_transact(a->w->store, act, a), ERR_OK);
    return a->answer.verdict;
}

static enum err call(struct desk_act *a)
{
    return store_queue_call(a->w->store, world_site(0), a->by, &a->answer);
}

static enum err again(struct desk_act *a)
{
    return store_queue_again(a->w->store, world_site(0), a->by, &a->answer);
}

static enum err served(struct desk_act *a)
{
    return store_queue_end(a->w->store, world_site(0), a->by, QUEUE_SERVED, &a->answer);
}

static enum err missed(struct desk_act *a)
{
    return store_queue_end(a->w->store, world_site(0), a->by, QUEUE_MISSED, &a->answer);
}

static enum err back(struct desk_act *a)
{
    return store_queue_back(a->w->store, world_site(0), a->name, &a->answer);
}

static enum err prefer(struct desk_act *a)
{
    return store_queue_prefer(a->w->store, world_site(0), a->name, &a->answer);
}

static void take_number(struct world *w, struct world_kiosk *kiosk, int number)
{
    struct op op = {.kind = OP_TICKET,
                    .at_ms = w->env.now_ms,
                    .day = world_today(w),
                    .letter = 'A',
                    .number = number};
    assert_int_equal(world_push(w, kiosk, op, "", NULL), ERR_OK);
}

// 8:30, somebody sits, and numbers A001 … were taken a minute apart.
static struct desk_act morning(struct world *w, struct world_kiosk *kiosk, int numbers)
{
    world_init(w);
    world_enrol(w, 0, STORE_ROLE_DESK, kiosk);
    struct desk_act a = {.w = w, .by = world_sitting(w, 0, world_today(w), 510)};
    w->env.now_ms = date_ms(world_today(w), 510);
    for (int i = 1; i <= numbers; i++) {
        w->env.now_ms += MINUTE;
        take_number(w, kiosk, i);
    }
    return a;
}

// How often the feed tells this now.
static int64_t told(struct world *w, const char *what)
{
    char sql[256];
    snprintf(sql, sizeof(sql),
             "SELECT count(*) FROM feed_row WHERE dead = 0 AND kind IN ('queue', 'call') "
             "AND body LIKE '%%%s%%'",
             what);
    return world_count(w, sql);
}

static void walkins_are_called_in_order_and_boards_are_told(void **state)
{
    struct world *w = *state;
    struct world_kiosk kiosk;
    struct desk_act a = morning(w, &kiosk, 3);
    assert_int_equal(told(w, "\"waiting\":3"), 1);
    assert_int_equal(told(w, "\"next\":[{\"ticket\":\"A001\"},{\"ticket\":\"A002\"}"), 1);
    assert_int_equal(run(&a, call), VERDICT_OK);
    assert_string_equal(a.ticket, "A001");
    assert_string_equal(a.masked, "");
    assert_int_equal(told(w, "\"ticket\":\"A001\",\"name\":\"\",\"calls\":1"), 1);
    assert_int_equal(told(w, "\"waiting\":2"), 1);
    assert_int_equal(run(&a, call), VERDICT_DESK_BUSY);
    assert_int_equal(run(&a, served), VERDICT_OK);
    assert_int_equal(told(w, "\"last\":[{\"ticket\":\"A001\"}]"), 1);
    assert_int_equal(told(w, "\"calls\""), 0);
    assert_int_equal(run(&a, served), VERDICT_CALLED_NOBODY);
    w->env.now_ms += MINUTE;
    assert_int_equal(run(&a, call), VERDICT_OK);
    assert_string_equal(a.ticket, "A002");
    assert_int_equal(told(w, "\"waiting\":1"), 1);
    world_is_sound(w);
}

static void after_three_calls_one_is_missed_and_can_come_back(void **state)
{
    struct world *w = *state;
    struct world_kiosk kiosk;
    struct desk_act a = morning(w, &kiosk, 2);
    assert_int_equal(run(&a, again), VERDICT_CALLED_NOBODY);
    assert_int_equal(run(&a, call), VERDICT_OK);
    assert_int_equal(run(&a, again), VERDICT_OK);
    assert_int_equal(run(&a, again), VERDICT_OK);
    assert_int_equal(a.answer.entry.calls, 3);
    assert_int_equal(told(w, "\"calls\":3"), 1);
    assert_int_equal(run(&a, again), VERDICT_CALLED_ENOUGH);
    assert_int_equal(told(w, "\"calls\""), 0);
    a.name = STR("A002");
    assert_int_equal(run(&a, back), VERDICT_NOT_MISSED);
    a.name = STR("A001");
    w->env.now_ms += MINUTE;
    assert_int_equal(run(&a, back), VERDICT_OK);
    assert_int_equal(run(&a, call), VERDICT_OK); // who came back waits behind
    assert_string_equal(a.ticket, "A002");
    assert_int_equal(run(&a, missed), VERDICT_OK);
    w->env.now_ms += MINUTE;
    assert_int_equal(run(&a, call), VERDICT_OK);
    assert_string_equal(a.ticket, "A001");
    assert_int_equal(a.answer.entry.calls, 1);
    world_is_sound(w);
}

static void priority_goes_before_but_not_twice(void **state)
{
    struct world *w = *state;
    struct world_kiosk kiosk;
    struct desk_act a = morning(w, &kiosk, 4);
    static const char *const want[] = {"A003", "A001", "A004", "A002"};
    a.name = STR("A003");
    assert_int_equal(run(&a, prefer), VERDICT_OK);
    a.name = STR("A004");
    assert_int_equal(run(&a, prefer), VERDICT_OK);
    for (int i = 0; i < 4; i++) {
        w->env.now_ms += MINUTE;
        assert_int_equal(run(&a, call), VERDICT_OK);
        assert_string_equal(a.ticket, want[i]);
        assert_int_equal(run(&a, served), VERDICT_OK);
    }
    assert_int_equal(run(&a, call), VERDICT_QUEUE_EMPTY);
    assert_int_equal(run(&a, prefer), VERDICT_CALLED_ALREADY);
}

static void a_booking_is_called_by_its_time_with_a_masked_name(void **state)
{
    struct world *w = *state;
    struct world_kiosk kiosk;
    struct world_kiosk there;
    world_init(w);
    world_enrol(w, 0, STORE_ROLE_DESK, &kiosk);
    world_enrol(w, 1, STORE_ROLE_DESK, &there);
    struct sitting_id mine = world_sitting(w, 0, world_today(w), 510);
    struct op op = world_book(w, mine, 1, OP_POOL, 0);
    assert_int_equal(world_push(w, &kiosk, op, "13800001111", NULL), ERR_OK);
    struct op checkin = {.kind = OP_CHECKIN, .booking = op.booking};
    assert_int_equal(world_push(w, &kiosk, checkin, "", NULL), ERR_OK);
    assert_int_equal(world_push(w, &there, checkin, "", NULL), ERR_OK); // at two kiosks: once
    assert_int_equal(world_count(w, "SELECT count(*) FROM queue_entry"), 1);
    take_number(w, &kiosk, 1);
    struct desk_act a = {.w = w, .by = mine};
    w->env.now_ms = date_ms(world_today(w), 510);
    assert_int_equal(run(&a, call), VERDICT_OK);
    assert_string_equal(a.ticket, "");
    assert_string_equal(a.masked, "王*");
    assert_int_equal(told(w, "\"name\":\"王*\""), 1);
    assert_int_equal(run(&a, served), VERDICT_OK);
    assert_int_equal(told(w, "王"), 0);
    assert_int_equal(world_count(w, "SELECT count(*) FROM booking WHERE state = 'served'"), 1);
    world_is_sound(w);
}

static void who_cancels_after_checking_in_is_not_called(void **state)
{
    struct world *w = *state;
    struct world_kiosk kiosk;
    world_init(w);
    world_enrol(w, 0, STORE_ROLE_DESK, &kiosk);
    struct desk_act a = {.w = w, .by = world_sitting(w, 0, world_today(w), 510)};
    struct op op = world_book(w, a.by, 1, OP_POOL, 0);
    assert_int_equal(world_push(w, &kiosk, op, "", NULL), ERR_OK);
    struct op next = {.kind = OP_CHECKIN, .booking = op.booking};
    assert_int_equal(world_push(w, &kiosk, next, "", NULL), ERR_OK);
    w->env.now_ms = date_ms(world_today(w), 510);
    assert_int_equal(run(&a, call), VERDICT_OK);
    next.kind = OP_CANCEL;
    assert_int_equal(world_push(w, &kiosk, next, "", NULL), ERR_OK);
    assert_int_equal(told(w, "\"calls\""), 0);
    assert_int_equal(run(&a, call), VERDICT_QUEUE_EMPTY);
    world_is_sound(w);
}

static void two_desks_never_call_one_person(void **state)
{
    struct world *w = *state;
    struct world_kiosk kiosk;
    struct desk_act a = morning(w, &kiosk, 1);
    struct desk_act b = a;
    b.by = world_sitting(w, 1, world_today(w), 510);
    assert_int_equal(run(&a, call), VERDICT_OK);
    assert_int_equal(run(&b, call), VERDICT_QUEUE_EMPTY);
    // Nor does the database let them.
    assert_int_equal(world_sql(w, "UPDATE queue_entry SET called_by = NULL"), ERR_CONFLICT);
    take_number(w, &kiosk, 2);
    assert_int_equal(world_sql(w, "UPDATE queue_entry SET state = 'called', calls = 1, called_by = "
                                  "(SELECT max(called_by) FROM queue_entry)"),
                     ERR_CONFLICT);
}

static void the_night_ends_the_day(void **state)
{
    struct world *w = *state;
    struct world_kiosk kiosk;
    bool did = false;
    struct desk_act a = morning(w, &kiosk, 2);
    assert_int_equal(run(&a, call), VERDICT_OK);
    w->env.now_ms += DATE_DAY_MS;
    assert_int_equal(store_begin(w->store), ERR_OK);
    assert_int_equal(store_commit(w->store, store_nightly(w->store, &did)), ERR_OK);
    assert_true(did);
    assert_int_equal(told(w, "\"calls\""), 0);
    assert_int_equal(world_count(w, "SELECT count(*) FROM queue_entry WHERE state = 'left'"), 2);
    world_is_sound(w);
}

static void a_number_from_a_wrong_clock_counts_from_its_arrival(void **state)
{
    struct world *w = *state;
    struct world_kiosk kiosk;
    struct desk_act a = morning(w, &kiosk, 1);
    struct op late = {.kind = OP_TICKET, .day = world_today(w), .letter = 'A', .number = 2};
    late.at_ms = w->env.now_ms - 2 * MINUTE; // taken without a line, before A001
    assert_int_equal(world_push(w, &kiosk, late, "", NULL), ERR_OK);
    late.number = 3;
    late.at_ms = w->env.now_ms - 3650 * DATE_DAY_MS;
    assert_int_equal(world_push(w, &kiosk, late, "", NULL), ERR_OK);
    late.number = 4;
    late.at_ms = w->env.now_ms + DATE_DAY_MS;
    assert_int_equal(world_push(w, &kiosk, late, "", NULL), ERR_OK);
    assert_int_equal(run(&a, call), VERDICT_OK);
    assert_string_equal(a.ticket, "A002");
    assert_int_equal(world_count(w, "SELECT count(DISTINCT arrived_ms) FROM queue_entry"), 2);
}

int suite_queue(struct world_driver *driver)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(walkins_are_called_in_order_and_boards_are_told),
        WORLD_TEST(after_three_calls_one_is_missed_and_can_come_back),
        WORLD_TEST(priority_goes_before_but_not_twice),
        WORLD_TEST(a_booking_is_called_by_its_time_with_a_masked_name),
        WORLD_TEST(who_cancels_after_checking_in_is_not_called),
        WORLD_TEST(two_desks_never_call_one_person),
        WORLD_TEST(the_night_ends_the_day),
        WORLD_TEST(a_number_from_a_wrong_clock_counts_from_its_arrival),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
