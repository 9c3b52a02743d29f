// store_check is worth something only if it finds damage: each row plants one kind.
#include "store/world.h"

static const struct {
    const char *what;
    const char *sql;
} damages[] = {
    {"a live booking loses its seat", "UPDATE seat SET booking = NULL"},
    {"a cancelled booking keeps its seat", "UPDATE booking SET state = 'cancelled'"},
    {"a booking moves to another seat", "UPDATE booking SET seat = seat + 2"},
    {"an epoch is set back", "UPDATE seat SET epoch = 0"},
    {"a seat is asked back unheard", "UPDATE seat SET recall = 1 WHERE owner IS NOT NULL"},
    {"an epoch rises unseen", "UPDATE seat SET epoch = epoch + 1 WHERE owner IS NOT NULL"},
    {"a seat changes its owner unseen",
     "UPDATE seat SET owner = NULL WHERE owner IS NOT NULL AND booking IS NULL"},
    {"a sitting shrinks below its open seats", "UPDATE sitting SET seats = 2"},
    {"a sitting grows without seats", "UPDATE sitting SET seats = 50"},
    {"a sitting closes with its pool on sale", "UPDATE sitting SET state = 'closing'"},
    {"an answer is lost", "DELETE FROM op_result WHERE seq = 1"},
    {"the last answer is another one",
     "UPDATE op_result SET hash = replace(hash, substr(hash, 1, 1), '_')"},
    {"a counsellor's time is given away", "DELETE FROM counsellor_tick"},
    {"a counsellor is put into two places",
     "UPDATE sitting SET counsellor = (SELECT min(id) FROM counsellor)"},
    {"a stream's head falls", "UPDATE feed_head SET seq = 1 WHERE stream LIKE 'c:%'"},
    {"a right is not told", "UPDATE feed_row SET dead = 1 WHERE kind = 'right'"},
    {"free seats are told wrongly",
     "UPDATE feed_row SET body = replace(body, '\"pool\":', '\"pool\":1') WHERE kind = 'avail'"},
    {"a sitting is not told", "UPDATE feed_row SET dead = 1 WHERE kind = 'sitting'"},
    {"a booking is told as cancelled",
     "UPDATE feed_row SET body = replace(body, 'confirmed', 'cancelled') WHERE kind = 'bk'"},
    {"a booking is not told", "DELETE FROM feed_row WHERE kind = 'bk'"},
    {"an audit row is changed", "UPDATE audit SET actor = 'nobody' WHERE seq = 2"},
    {"an audit row is cut out", "DELETE FROM audit WHERE seq = 2"},
};

static void a_sound_county(struct world *w)
{
    struct world_kiosk kiosk;
    world_init(w);
    world_enrol(w, 0, STORE_ROLE_DESK, &kiosk);
    struct sitting_id sitting = world_sitting(w, 0, world_today(w) + 1, 510);
    struct op right = world_book(w, sitting, 2, OP_RIGHT, 1);
    struct op pool = world_book(w, sitting, 1, OP_POOL, 0);
    assert_int_equal(world_push(w, &kiosk, right, "", NULL), ERR_OK);
    assert_int_equal(world_push(w, &kiosk, pool, "", NULL), ERR_OK);
    world_is_sound(w);
}

static void every_planted_damage_is_found(void **state)
{
    for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
        void *world = *state;
        world_setup(&world);
        struct world *w = world;
        a_sound_county(w);
        enum err e = world_sql(w, damages[i].sql);
        if (e) print_message("not planted: %s\n", damages[i].what);
        assert_int_equal(e, ERR_OK);
        int violations = world_violations(w);
        if (violations == 0) print_message("not found: %s\n", damages[i].what);
        assert_true(violations > 0);
        world_teardown(&world);
    }
}

int suite_check(struct world_driver *driver)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(every_planted_damage_is_found, driver),
    };
    return cmocka_run_group_tests_name("store check", tests, NULL, NULL);
}
