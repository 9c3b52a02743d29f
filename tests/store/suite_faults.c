// The n-th call of the database fails, for every n until the operation goes through: nothing of it may
// stay, and the next try must find all as it was. The same for a disk that fills up.
#include "store/world.h"

#include <string.h>

#define FAULTS_MAX 20000

struct attempt {
    struct world_kiosk kiosk;
    struct sitting_id sitting; // of tomorrow
};

typedef enum err attempt_fn(struct world *w, struct attempt *a);

static enum err push(struct world *w, struct attempt *a)
{
    struct world_kiosk kiosk = a->kiosk;
    struct op op = world_book(w, a->sitting, 2, OP_RIGHT, 1);
    struct op_result result;
    enum err e = world_push(w, &kiosk, op, "13800001111", &result);
    if (!e) assert_int_equal(result.outcome, OP_OK);
    return e;
}

static enum err minute(struct world *w, struct attempt *a)
{
    (void)a;
    enum err e = store_begin(w->store);
    return e ? e : store_commit(w->store, store_minute(w->store));
}

static enum err enrol(struct world *w, struct attempt *a)
{
    struct world_kiosk kiosk;
    struct store_enrolled answer = {0};
    (void)a;
    return world_enrol_try(w, 1, STORE_ROLE_DESK, &kiosk, &answer);
}

static enum err import(struct world *w, struct attempt *a)
{
    struct roster_rule rules[] = {world_rule(0), world_rule(1)};
    struct store_import out;
    (void)a;
    rules[0].kind = ROSTER_WEEKLY;
    rules[0].weekday = TUESDAY;
    rules[0].every_weeks = 1;
    rules[1].seat_count = 4;
    return world_roster(w, rules, 2, &out);
}

static enum err night(struct world *w, struct attempt *a)
{
    bool did = false;
    (void)a;
    enum err e = store_begin(w->store);
    return e ? e : store_commit(w->store, store_nightly(w->store, &did));
}

// What every table holds, as one number each: a failed attempt must leave all of it alone.
struct totals {
    int64_t of[8];
};

static struct totals totals(struct world *w)
{
    static const char *const sql[] = {"SELECT count(*) FROM sitting",
                                      "SELECT CAST(sum(epoch) AS BIGINT) FROM seat",
                                      "SELECT count(*) FROM seat WHERE owner IS NOT NULL",
                                      "SELECT count(*) FROM booking",
                                      "SELECT count(*) FROM op_result",
                                      "SELECT count(*) FROM audit",
                                      "SELECT CAST(sum(seq) AS BIGINT) FROM feed_head",
                                      "SELECT count(*) FROM kiosk"};
    struct totals t;
    for (int i = 0; i < 8; i++) {
        t.of[i] = world_count(w, sql[i]);
    }
    return t;
}

// Every fault is tried; the costly look at all invariants is taken at one in `every`.
static void survives(struct world *w, attempt_fn *fn, struct attempt *a, int every)
{
    struct totals before = totals(w);
    enum err e = ERR_IO;
    int n = 1;
    for (; n < FAULTS_MAX; n++) {
        size_t mark = arena_mark(&w->arena);
        db_set_fault(store_db(w->store), n);
        e = fn(w, a);
        bool was_reached = !db_fault_is_pending(store_db(w->store));
        db_set_fault(store_db(w->store), 0);
        arena_rewind(&w->arena, mark);
        if (!was_reached) break;
        assert_int_not_equal(e, ERR_OK);
        struct totals after = totals(w);
        assert_memory_equal(&before, &after, sizeof(before));
        if (n % every == 0) world_is_sound(w);
    }
    assert_int_equal(e, ERR_OK);
    assert_true(n > 10);
    struct totals after = totals(w);
    assert_memory_not_equal(&before, &after, sizeof(before));
    world_is_sound(w);
}

static void no_fault_leaves_half_a_push(void **state)
{
    struct world *w = *state;
    struct attempt a;
    world_init(w);
    world_enrol(w, 0, STORE_ROLE_DESK, &a.kiosk);
    a.sitting = world_sitting(w, 0, world_today(w) + 1, 510);
    survives(w, push, &a, 1);
}

static void no_fault_leaves_half_a_minute(void **state)
{
    struct world *w = *state;
    struct attempt a;
    world_init(w);
    world_enrol(w, 0, STORE_ROLE_DESK, &a.kiosk);
    a.sitting = world_sitting(w, 0, world_today(w) + 1, 510);
    w->env.now_ms += DATE_DAY_MS; // a day more to hand out
    world_seen(w, &a.kiosk);
    survives(w, minute, &a, 3);
}

static void no_fault_leaves_half_an_enrolment(void **state)
{
    struct world *w = *state;
    world_init(w);
    // The poll afterwards only reads, so a fault in it comes too late to undo anything.
    struct totals before = totals(w);
    for (int n = 1; n < FAULTS_MAX; n++) {
        db_set_fault(store_db(w->store), n);
        enum err e = enrol(w, NULL);
        bool was_reached = !db_fault_is_pending(store_db(w->store));
        db_set_fault(store_db(w->store), 0);
        if (n % 7 == 0 || !was_reached) world_is_sound(w);
        struct totals after = totals(w);
        if (memcmp(&before, &after, sizeof(before)) != 0) {
            assert_int_equal(world_count(w, "SELECT count(*) FROM incarnation"), 1);
            assert_int_equal(world_count(w, "SELECT count(*) FROM seat WHERE owner IS NOT NULL"),
                             5 * 5);
            assert_true(n > 10);
            world_is_sound(w);
            return;
        }
        assert_int_not_equal(e, ERR_OK);
    }
    fail();
}

static void no_fault_leaves_half_an_import(void **state)
{
    struct world *w = *state;
    struct attempt a;
    world_init(w);
    world_enrol(w, 0, STORE_ROLE_DESK, &a.kiosk);
    a.sitting = world_sitting(w, 0, world_today(w) + 1, 510);
    survives(w, import, &a, 97);
}

static void no_fault_leaves_half_a_night(void **state)
{
    struct world *w = *state;
    struct attempt a;
    world_init(w);
    world_enrol(w, 0, STORE_ROLE_DESK, &a.kiosk);
    a.sitting = world_sitting(w, 0, world_today(w) + 1, 510);
    assert_int_equal(push(w, &a), ERR_OK);
    w->env.now_ms += 3 * DATE_DAY_MS;
    survives(w, night, &a, 97);
}

static void a_full_disk_undoes_the_whole_and_loses_nothing(void **state)
{
    struct world *w = *state;
    struct attempt a;
    world_init(w);
    world_enrol(w, 0, STORE_ROLE_DESK, &a.kiosk);
    a.sitting = world_sitting(w, 0, world_today(w) + 1, 510);
    if (!w->driver->limit(w, 0)) skip();
    struct totals before = totals(w);
    enum err e = ERR_OK;
    int sold = 0;
    for (; sold < 200 && !e; sold++) {
        struct op op = world_book(w, a.sitting, 1, OP_POOL, 0);
        before = totals(w);
        e = world_push(w, &a.kiosk, op, "", NULL);
    }
    assert_int_equal(e, ERR_FULL);
    struct totals after = totals(w);
    assert_memory_equal(&before, &after, sizeof(before));
    world_is_sound(w);
    // With space again, the very next operation goes through.
    assert_true(w->driver->limit(w, 1000));
    struct op op = world_book(w, a.sitting, 1, OP_POOL, 0);
    assert_int_equal(world_push(w, &a.kiosk, op, "", NULL), ERR_OK);
    world_is_sound(w);
}

int suite_faults(struct world_driver *driver)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(no_fault_leaves_half_a_push),
        WORLD_TEST(no_fault_leaves_half_a_minute),
        WORLD_TEST(no_fault_leaves_half_an_enrolment),
        WORLD_TEST(no_fault_leaves_half_an_import),
        WORLD_TEST(no_fault_leaves_half_a_night),
        WORLD_TEST(a_full_disk_undoes_the_whole_and_loses_nothing),
    };
    return cmocka_run_group_tests_name("store faults", tests, NULL, NULL);
}
