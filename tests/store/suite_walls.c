// What the database itself refuses, whatever the program believes.
#include "store/world.h"

// Bookings k1 and k2 on seat 1 of the first sitting; more rows as the attacks need them.
static const char BOOKING[] =
    "INSERT INTO booking (id, site, sitting, seat, state, code, pin_hash, topic, phone_mac, "
    "data_key, made_ms, changed_ms) SELECT "
    "'0000000000000000000000000000000%d', site, id, %d, '%s', '', '', 'money', '', '', 0, 0 "
    "FROM sitting ORDER BY start_ms, site LIMIT 1";

static enum err add_booking(struct world *w, int id, int seat, const char *state)
{
    struct str sql = str_printf(&w->arena, BOOKING, id, seat, state);
    return world_sql(w, str_to_z(&w->arena, sql));
}

static void a_second_live_booking_of_a_seat_is_refused(void **state)
{
    struct world *w = *state;
    static const char *const live[] = {"confirmed", "checked_in", "served", "no_show"};
    static const char *const others[] = {"cancelled", "displaced", "wish"};
    world_init(w);
    assert_int_equal(add_booking(w, 0, 1, "confirmed"), ERR_OK);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(add_booking(w, 1, 1, live[i]), ERR_CONFLICT);
    }
    for (int i = 0; i < 3; i++) {
        assert_int_equal(add_booking(w, 1 + i, 1, others[i]), ERR_OK);
    }
    // One that was not live may not become so.
    assert_int_equal(world_sql(w, "UPDATE booking SET state = 'served' WHERE state = 'cancelled'"),
                     ERR_CONFLICT);
}

static void one_booking_on_two_seats_is_refused(void **state)
{
    struct world *w = *state;
    world_init(w);
    assert_int_equal(add_booking(w, 0, 1, "confirmed"), ERR_OK);
    static const char put[] =
        "UPDATE seat SET booking = (SELECT id FROM booking) WHERE no = %d AND sitting = "
        "(SELECT sitting FROM booking)";
    struct str first = str_printf(&w->arena, put, 1);
    struct str second = str_printf(&w->arena, put, 2);
    assert_int_equal(world_sql(w, str_to_z(&w->arena, first)), ERR_OK);
    assert_int_equal(world_sql(w, str_to_z(&w->arena, second)), ERR_CONFLICT);
}

static void a_counsellor_in_two_places_is_refused(void **state)
{
    struct world *w = *state;
    world_init(w);
    // The counsellor of one site is put into the sitting of the other at the same time.
    assert_int_equal(world_sql(w, "INSERT INTO counsellor_tick (counsellor, tick, sitting) "
                                  "SELECT k.counsellor, k.tick, t.id FROM counsellor_tick k "
                                  "JOIN sitting t ON t.start_ms / 600000 = k.tick "
                                  "AND t.id <> k.sitting LIMIT 1"),
                     ERR_CONFLICT);
}

static void two_active_lives_of_a_kiosk_are_refused(void **state)
{
    struct world *w = *state;
    struct world_kiosk kiosk;
    world_init(w);
    world_enrol(w, 0, STORE_ROLE_DESK, &kiosk);
    static const char add[] =
        "INSERT INTO incarnation (id, kiosk, site, letter, state, last_op_seq, last_op_hash, "
        "heard, marked, safe, begun_ms, ended_ms) SELECT '00000000000000000000000000000001', "
        "kiosk, site, 'Z', '%s', 0, last_op_hash, 0, 0, 0, 0, 0 FROM incarnation";
    struct str active = str_printf(&w->arena, add, "active");
    struct str retired = str_printf(&w->arena, add, "retired");
    assert_int_equal(world_sql(w, str_to_z(&w->arena, active)), ERR_CONFLICT);
    assert_int_equal(world_sql(w, str_to_z(&w->arena, retired)), ERR_OK);
}

static void an_operation_applied_twice_is_refused(void **state)
{
    struct world *w = *state;
    struct world_kiosk kiosk;
    world_init(w);
    world_enrol(w, 0, STORE_ROLE_DESK, &kiosk);
    struct sitting_id sitting = world_sitting(w, 0, world_today(w) + 1, 510);
    struct op op = world_book(w, sitting, 1, OP_POOL, 0);
    assert_int_equal(world_push(w, &kiosk, op, "13800001111", NULL), ERR_OK);
    assert_int_equal(world_sql(w, "INSERT INTO op_result (inc, seq, hash, kind, outcome, verdict, "
                                  "seat, epoch, next_seat, applied_ms) SELECT inc, seq, hash, "
                                  "kind, outcome, verdict, seat, epoch, next_seat, 1 "
                                  "FROM op_result"),
                     ERR_CONFLICT);
    assert_int_equal(world_sql(w, "INSERT INTO booking (id, site, sitting, seat, state, code, "
                                  "pin_hash, topic, phone_mac, data_key, source_inc, source_op, "
                                  "made_ms, changed_ms) SELECT "
                                  "'00000000000000000000000000000009', site, sitting, 2, state, "
                                  "code, pin_hash, topic, '', '', source_inc, source_op, 0, 0 "
                                  "FROM booking"),
                     ERR_CONFLICT);
}

static void a_fork_of_the_audit_chain_is_refused(void **state)
{
    struct world *w = *state;
    world_init(w);
    assert_int_equal(
        world_sql(w, "INSERT INTO audit (seq, at_ms, actor, action, object, detail, prev_hash, "
                     "hash) SELECT 99, 0, 'x', 'x', 'x', 'x', prev_hash, '99' FROM audit "
                     "WHERE seq = 2"),
        ERR_CONFLICT);
}

static void a_live_booking_without_a_seat_is_refused(void **state)
{
    struct world *w = *state;
    world_init(w);
    assert_int_equal(add_booking(w, 0, 0, "confirmed"), ERR_CONFLICT);
    assert_int_equal(add_booking(w, 0, 51, "confirmed"), ERR_CONFLICT);
    assert_int_equal(add_booking(w, 0, 0, "wish"), ERR_OK);
}

static void the_seat_of_an_unknown_booking_is_refused(void **state)
{
    struct world *w = *state;
    world_init(w);
    assert_int_equal(world_sql(w, "UPDATE seat SET booking = 'nobody' WHERE no = 1"), ERR_CONFLICT);
    assert_int_equal(world_sql(w, "UPDATE seat SET owner = 'nobody' WHERE no = 1"), ERR_CONFLICT);
}

int suite_walls(struct world_driver *driver)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(a_second_live_booking_of_a_seat_is_refused),
        WORLD_TEST(one_booking_on_two_seats_is_refused),
        WORLD_TEST(a_counsellor_in_two_places_is_refused),
        WORLD_TEST(two_active_lives_of_a_kiosk_are_refused),
        WORLD_TEST(an_operation_applied_twice_is_refused),
        WORLD_TEST(a_fork_of_the_audit_chain_is_refused),
        WORLD_TEST(a_live_booking_without_a_seat_is_refused),
        WORLD_TEST(the_seat_of_an_unknown_booking_is_refused),
    };
    return cmocka_run_group_tests_name("store walls", tests, NULL, NULL);
}
