#include "harness/test.h"

#include "model/queue.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define MINUTE      DATE_MINUTE_MS
#define NINE        (INT64_C(540) * MINUTE)

static const struct sitting_id mine = {{"11111111111111111111111111111111"}};
static const struct sitting_id other = {{"22222222222222222222222222222222"}};

static struct queue_waiting walkin(int minute, bool has_priority)
{
    return (struct queue_waiting){.arrived_ms = NINE + minute * MINUTE,
                                  .has_priority = has_priority};
}

static struct queue_waiting booked(struct sitting_id sitting, int minute)
{
    return (struct queue_waiting){
        .sitting = sitting, .planned_ms = NINE + minute * MINUTE, .arrived_ms = NINE - MINUTE};
}

static void the_next_one_is_called_by_the_rule(void **state)
{
    (void)state;
    const struct {
        const char *what;
        struct queue_waiting waiting[4];
        int count;
        bool had_priority;
        int want;
    } rows[] = {
        {"nobody", {walkin(0, false)}, 0, false, -1},
        {"the longest waiting", {walkin(5, false), walkin(3, false)}, 2, false, 1},
        {"the first of two at once", {walkin(3, false), walkin(3, false)}, 2, false, 0},
        {"priority before", {walkin(1, false), walkin(5, true)}, 2, false, 1},
        {"not twice in a row", {walkin(6, true), walkin(7, false), walkin(5, true)}, 3, true, 1},
        {"twice where nobody else waits", {walkin(6, true), walkin(5, true)}, 2, true, 1},
        {"a booking at its minute", {walkin(1, true), booked(mine, 30)}, 2, false, 1},
        {"a booking one minute early", {walkin(1, false), booked(mine, 31)}, 2, false, 0},
        {"an early booking rather than none", {booked(mine, 90), booked(mine, 60)}, 2, false, 1},
        {"the booking that was planned first", {booked(mine, 30), booked(mine, 0)}, 2, false, 1},
        {"never another desk's booking", {booked(other, 0)}, 1, false, -1},
        {"nor before a walk-in", {booked(other, 0), walkin(9, false)}, 2, false, 1},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        int got = queue_next(rows[i].waiting, rows[i].count, mine, rows[i].had_priority,
                             NINE + 30 * MINUTE);
        if (got != rows[i].want) fail_msg("%s: %d", rows[i].what, got);
    }
}

// Whoever comes, one without priority is called at least every second time.
static void priority_never_starves_the_others(void **state)
{
    (void)state;
    struct queue_waiting waiting[20];
    int count = 0;
    for (int i = 0; i < 10; i++) {
        waiting[count++] = walkin(i, false);
    }
    bool had_priority = false;
    int called_plain = 0;
    for (int call = 0; call < 20; call++) {
        waiting[count++] = walkin(30 + call, true); // there is always somebody with priority
        int next = queue_next(waiting, count, mine, had_priority, NINE);
        assert_true(next >= 0);
        bool is_priority = waiting[next].has_priority;
        assert_false(is_priority && had_priority);
        called_plain += !is_priority;
        had_priority = is_priority;
        waiting[next] = waiting[--count];
    }
    assert_int_equal(called_plain, 10);
}

static void what_may_become_of_one_who_waits(void **state)
{
    (void)state;
    static const struct {
        enum queue_state state;
        int calls;
        enum verdict call, again, end, back, priority;
    } rows[] = {
        {QUEUE_WAITING, 0, VERDICT_OK, VERDICT_CALLED_NOBODY, VERDICT_CALLED_NOBODY,
         VERDICT_NOT_MISSED, VERDICT_OK},
        {QUEUE_CALLED, 1, VERDICT_CALLED_ALREADY, VERDICT_OK, VERDICT_OK, VERDICT_NOT_MISSED,
         VERDICT_CALLED_ALREADY},
        {QUEUE_CALLED, 2, VERDICT_CALLED_ALREADY, VERDICT_OK, VERDICT_OK, VERDICT_NOT_MISSED,
         VERDICT_CALLED_ALREADY},
        {QUEUE_CALLED, 3, VERDICT_CALLED_ALREADY, VERDICT_CALLED_ENOUGH, VERDICT_OK,
         VERDICT_NOT_MISSED, VERDICT_CALLED_ALREADY},
        {QUEUE_MISSED, 3, VERDICT_CALLED_ALREADY, VERDICT_CALLED_NOBODY, VERDICT_CALLED_NOBODY,
         VERDICT_OK, VERDICT_CALLED_ALREADY},
        {QUEUE_SERVED, 1, VERDICT_CALLED_ALREADY, VERDICT_CALLED_NOBODY, VERDICT_CALLED_NOBODY,
         VERDICT_NOT_MISSED, VERDICT_CALLED_ALREADY},
        {QUEUE_LEFT, 0, VERDICT_CALLED_ALREADY, VERDICT_CALLED_NOBODY, VERDICT_CALLED_NOBODY,
         VERDICT_NOT_MISSED, VERDICT_CALLED_ALREADY},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        enum queue_state back = QUEUE_WAITING;
        assert_int_equal(queue_check_call(rows[i].state), rows[i].call);
        assert_int_equal(queue_check_again(rows[i].state, rows[i].calls), rows[i].again);
        assert_int_equal(queue_check_end(rows[i].state), rows[i].end);
        assert_int_equal(queue_check_back(rows[i].state), rows[i].back);
        assert_int_equal(queue_check_priority(rows[i].state, false), rows[i].priority);
        assert_int_equal(queue_check_priority(rows[i].state, true), VERDICT_CALLED_ALREADY);
        assert_true(queue_state_parse(str_from_z(queue_state_code(rows[i].state)), &back));
        assert_int_equal(back, rows[i].state);
    }
    enum queue_state none;
    assert_false(queue_state_parse(STR("gone"), &none));
}

static void the_wait_is_estimated_from_the_day(void **state)
{
    (void)state;
    assert_int_equal(queue_minutes_each(2, 2 * 50 * MINUTE), QUEUE_MINUTES_EACH);
    assert_int_equal(queue_minutes_each(3, 3 * 12 * MINUTE), 12);
    assert_int_equal(queue_minutes_each(3, 3 * MINUTE), QUEUE_MINUTES_MIN);
    assert_int_equal(queue_minutes_each(3, 3 * 300 * MINUTE), QUEUE_MINUTES_MAX);
    static const struct {
        int ahead, desks, each, want;
    } rows[] = {{0, 1, 20, 0}, {1, 1, 20, 20}, {1, 1, 21, 25}, {3, 2, 20, 30}, {1, 3, 20, 10}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(queue_wait_minutes(rows[i].ahead, rows[i].desks, rows[i].each),
                         rows[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_next_one_is_called_by_the_rule),
        cmocka_unit_test(priority_never_starves_the_others),
        cmocka_unit_test(what_may_become_of_one_who_waits),
        cmocka_unit_test(the_wait_is_estimated_from_the_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
