// Enrolment, the lives of a kiosk's file, letters, and what a retirement leaves alone.
#include "store/world.h"

#include <string.h>

static struct store_enrol_codes start(struct world *w, unsigned char key, enum store_enrol *answer)
{
    struct store_enrol_codes codes = {0};
    struct store_enrol_ask ask = {.model = STR("box")};
    memset(ask.key.bytes, key, sizeof(ask.key.bytes));
    ask.inc.id = id_new(&w->env.env);
    assert_int_equal(store_begin(w->store), ERR_OK);
    enum err e = store_enrol_start(w->store, &ask, &codes, answer);
    assert_int_equal(store_commit(w->store, e), ERR_OK);
    return codes;
}

static struct store_enrolled approve(struct world *w, const char *code, struct site_code site)
{
    struct store_enrolled out;
    assert_int_equal(store_begin(w->store), ERR_OK);
    enum err e = store_enrol_approve(w->store, str_from_z(code), site, STR("admin"), &out);
    assert_int_equal(store_commit(w->store, e), ERR_OK);
    return out;
}

static enum store_enrol poll(struct world *w, const char *device_code)
{
    struct store_enrolled out;
    assert_int_equal(store_enrol_poll(w->reader, str_from_z(device_code), &out), ERR_OK);
    return out.answer;
}

static void a_code_is_eight_consonants_and_the_secret_is_not_stored(void **state)
{
    struct world *w = *state;
    enum store_enrol answer;
    world_init(w);
    struct store_enrol_codes codes = start(w, 1, &answer);
    assert_int_equal(answer, STORE_ENROL_OK);
    assert_int_equal(strlen(codes.user_code), 9);
    assert_int_equal(strspn(codes.user_code, "BCDFGHJKLMNPQRSTVWXZ"), 4);
    assert_int_equal(codes.user_code[4], '-');
    assert_int_equal(strspn(codes.user_code + 5, "BCDFGHJKLMNPQRSTVWXZ"), 4);
    assert_int_equal(codes.expires_s, 600);
    assert_int_equal(poll(w, codes.device_code), STORE_ENROL_PENDING);
    struct db_query query = DB_QUERY("SELECT count(*) FROM enrolment WHERE device_hash = $1",
                                     DB_TEXT(str_from_z(codes.device_code)));
    int64_t found = -1;
    assert_int_equal(db_one_int(store_db(w->reader), query, &found), ERR_OK);
    assert_int_equal(found, 0);
    assert_int_equal(poll(w, "wrong"), STORE_ENROL_UNKNOWN);
}

static void staff_may_type_the_code_loosely(void **state)
{
    struct world *w = *state;
    enum store_enrol answer;
    world_init(w);
    struct store_enrol_codes codes = start(w, 1, &answer);
    char loose[24] = " ";
    for (int i = 0; i < 9; i++) {
        char c = codes.user_code[i];
        loose[1 + i] = (char)(c == '-' ? ' ' : c - 'A' + 'a');
    }
    assert_int_equal(approve(w, "BCDFGHJ", world_site(0)).answer, STORE_ENROL_UNKNOWN);
    assert_int_equal(approve(w, "BCDF-GHJKL", world_site(0)).answer, STORE_ENROL_UNKNOWN);
    assert_int_equal(approve(w, "AAAA-AAAA", world_site(0)).answer, STORE_ENROL_UNKNOWN);
    struct store_enrolled out = approve(w, loose, world_site(0));
    assert_int_equal(out.answer, STORE_ENROL_OK);
    assert_int_equal(out.letter, 'A');
    assert_int_equal(poll(w, codes.device_code), STORE_ENROL_OK);
    // A code is good for one kiosk.
    assert_int_equal(approve(w, loose, world_site(0)).answer, STORE_ENROL_UNKNOWN);
}

static void a_code_lives_ten_minutes(void **state)
{
    struct world *w = *state;
    enum store_enrol answer;
    struct store_enrol_waiting waiting[STORE_ENROL_LIVE_MAX];
    int count = 0;
    world_init(w);
    struct store_enrol_codes codes = start(w, 1, &answer);
    w->env.now_ms += STORE_ENROL_MS - 1;
    assert_int_equal(poll(w, codes.device_code), STORE_ENROL_PENDING);
    assert_int_equal(store_enrols(w->reader, waiting, &count), ERR_OK);
    assert_int_equal(count, 1);
    assert_string_equal(waiting[0].user_code, codes.user_code);
    w->env.now_ms += 1;
    assert_int_equal(poll(w, codes.device_code), STORE_ENROL_UNKNOWN);
    assert_int_equal(approve(w, codes.user_code, world_site(0)).answer, STORE_ENROL_UNKNOWN);
    assert_int_equal(store_enrols(w->reader, waiting, &count), ERR_OK);
    assert_int_equal(count, 0);
}

static void only_so_many_wait_at_once(void **state)
{
    struct world *w = *state;
    enum store_enrol answer;
    world_init(w);
    for (int i = 0; i < STORE_ENROL_LIVE_MAX; i++) {
        start(w, (unsigned char)(1 + i), &answer);
        assert_int_equal(answer, STORE_ENROL_OK);
    }
    start(w, 200, &answer);
    assert_int_equal(answer, STORE_ENROL_CROWDED);
    start(w, 7, &answer); // the same kiosk asks again: its older code gives way
    assert_int_equal(answer, STORE_ENROL_OK);
    w->env.now_ms += STORE_ENROL_MS;
    start(w, 200, &answer);
    assert_int_equal(answer, STORE_ENROL_OK);
}

static void an_unknown_site_enrols_nobody(void **state)
{
    struct world *w = *state;
    enum store_enrol answer;
    struct site_code nowhere = {"141182999"};
    world_init(w);
    struct store_enrol_codes codes = start(w, 1, &answer);
    assert_int_equal(approve(w, codes.user_code, nowhere).answer, STORE_ENROL_NO_SITE);
    assert_int_equal(world_count(w, "SELECT count(*) FROM kiosk"), 0);
    assert_int_equal(approve(w, codes.user_code, world_site(0)).answer, STORE_ENROL_OK);
}

static void a_new_kiosk_gets_seats_and_the_pin_key_at_once(void **state)
{
    struct world *w = *state;
    struct world_kiosk kiosk;
    struct store_kiosk stored;
    world_init(w);
    world_enrol(w, 0, STORE_ROLE_DESK, &kiosk);
    // Five sittings of its site start within seven days; one seat of each stays in the pool.
    assert_int_equal(world_count(w, "SELECT count(*) FROM seat WHERE owner IS NOT NULL"), 5 * 5);
    assert_int_equal(world_count(w, "SELECT count(*) FROM feed_row WHERE kind = 'right'"), 5 * 5);
    assert_int_equal(world_count(w, "SELECT count(*) FROM feed_row WHERE kind = 'pin_key' "
                                    "AND key = 'current' AND length(body) = 74"),
                     1);
    assert_int_equal(store_kiosk_get(w->reader, kiosk.kiosk, &stored), ERR_OK);
    assert_memory_equal(&stored.key, &kiosk.keys.public_key, sizeof(stored.key));
    assert_int_equal(stored.state, STORE_KIOSK_ACTIVE);
    assert_true(id_eq(stored.inc.id, kiosk.inc.id));
    world_is_sound(w);
}

static void a_display_has_no_letter_and_no_seats(void **state)
{
    struct world *w = *state;
    struct world_kiosk display;
    struct world_kiosk other;
    world_init(w);
    world_enrol(w, 0, STORE_ROLE_DISPLAY, &display);
    world_enrol(w, 0, STORE_ROLE_DISPLAY, &other);
    assert_int_equal(display.letter, 0);
    assert_int_equal(world_count(w, "SELECT count(*) FROM seat WHERE owner IS NOT NULL"), 0);
}

static enum store_hello hello(struct world *w, struct id kiosk, struct inc_id inc,
                              struct store_kiosk *out)
{
    enum store_hello answer;
    assert_int_equal(store_begin(w->store), ERR_OK);
    enum err e = store_hello(w->store, kiosk, inc, &answer, out);
    assert_int_equal(store_commit(w->store, e), ERR_OK);
    return answer;
}

static void a_new_file_retires_the_old_one_and_frees_nothing(void **state)
{
    struct world *w = *state;
    struct world_kiosk kiosk;
    struct store_kiosk stored;
    struct inc_id fresh;
    world_init(w);
    world_enrol(w, 0, STORE_ROLE_DESK, &kiosk);
    assert_int_equal(hello(w, kiosk.kiosk, kiosk.inc, &stored), STORE_HELLO_OK);
    assert_int_equal(stored.last_seen_ms, w->env.now_ms);
    fresh.id = id_new(&w->env.env);
    assert_int_equal(hello(w, kiosk.kiosk, fresh, &stored), STORE_HELLO_NEW);
    assert_int_equal(stored.letter, 'B');
    assert_true(id_eq(stored.inc.id, fresh.id));
    // All seats but the pool's are with the lost file, which may have sold them.
    struct db_query owned =
        DB_QUERY("SELECT count(*) FROM seat WHERE owner = $1", DB_TEXT(id_str(&kiosk.inc.id)));
    int64_t count = 0;
    assert_int_equal(db_one_int(store_db(w->reader), owned, &count), ERR_OK);
    assert_int_equal(count, 5 * 5);
    assert_int_equal(hello(w, kiosk.kiosk, kiosk.inc, &stored), STORE_HELLO_RETIRED);
    world_is_sound(w);
}

static void a_letter_rests_for_two_days(void **state)
{
    struct world *w = *state;
    struct world_kiosk kiosk;
    struct store_kiosk stored;
    struct inc_id inc;
    world_init(w);
    world_enrol(w, 0, STORE_ROLE_DESK, &kiosk);
    const struct {
        int64_t after_ms;
        char letter;
    } rows[] = {{0, 'B'}, {STORE_LETTER_REST_MS - 1, 'C'}, {1, 'A'}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        w->env.now_ms += rows[i].after_ms;
        inc.id = id_new(&w->env.env);
        assert_int_equal(hello(w, kiosk.kiosk, inc, &stored), STORE_HELLO_NEW);
        assert_int_equal(stored.letter, rows[i].letter);
    }
    // Letters count by site.
    world_enrol(w, 1, STORE_ROLE_DESK, &kiosk);
    assert_int_equal(kiosk.letter, 'A');
}

static void a_site_has_twenty_six_letters(void **state)
{
    struct world *w = *state;
    struct world_kiosk kiosk;
    struct store_kiosk stored;
    struct store_enrolled answer;
    world_init(w);
    for (int i = 0; i < 26; i++) {
        world_enrol(w, 0, STORE_ROLE_DESK, &kiosk);
        assert_int_equal(kiosk.letter, 'A' + i);
    }
    struct world_kiosk late;
    assert_int_equal(world_enrol_try(w, 0, STORE_ROLE_DESK, &late, &answer), ERR_OK);
    assert_int_equal(answer.answer, STORE_ENROL_NO_LETTER);
    assert_int_equal(world_count(w, "SELECT count(*) FROM kiosk"), 26);
    struct inc_id fresh = {id_new(&w->env.env)};
    assert_int_equal(hello(w, kiosk.kiosk, fresh, &stored), STORE_HELLO_NO_LETTER);
    assert_int_equal(hello(w, kiosk.kiosk, kiosk.inc, &stored), STORE_HELLO_OK);
    world_is_sound(w);
}

static enum err do_retire(struct store *s, void *context)
{
    return store_kiosk_retire(s, *(const struct id *)context, STR("admin"));
}

static enum err do_suspend(struct store *s, void *context)
{
    return store_kiosk_suspend(s, *(const struct id *)context, STR("admin"));
}

static enum err do_resume(struct store *s, void *context)
{
    return store_kiosk_resume(s, *(const struct id *)context, STR("admin"));
}

static void a_suspended_kiosk_comes_back_a_retired_one_does_not(void **state)
{
    struct world *w = *state;
    struct world_kiosk kiosk;
    struct store_kiosk stored;
    world_init(w);
    world_enrol(w, 0, STORE_ROLE_DESK, &kiosk);
    const struct {
        store_work_fn *work;
        enum err e;
        enum store_kiosk_state state;
    } rows[] = {{do_resume, ERR_NOT_FOUND, STORE_KIOSK_ACTIVE},
                {do_suspend, ERR_OK, STORE_KIOSK_SUSPENDED},
                {do_suspend, ERR_NOT_FOUND, STORE_KIOSK_SUSPENDED},
                {do_resume, ERR_OK, STORE_KIOSK_ACTIVE},
                {do_retire, ERR_OK, STORE_KIOSK_REVOKED},
                {do_retire, ERR_NOT_FOUND, STORE_KIOSK_REVOKED},
                {do_resume, ERR_NOT_FOUND, STORE_KIOSK_REVOKED}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(store_transact(w->store, rows[i].work, &kiosk.kiosk), rows[i].e);
        assert_int_equal(store_kiosk_get(w->reader, kiosk.kiosk, &stored), ERR_OK);
        assert_int_equal(stored.state, rows[i].state);
    }
    assert_true(id_is_none(stored.inc.id));
    assert_int_equal(world_count(w, "SELECT count(*) FROM seat WHERE owner IS NOT NULL"), 5 * 5);
    world_is_sound(w);
}

static void a_known_key_moves_to_another_site_with_a_new_life(void **state)
{
    struct world *w = *state;
    enum store_enrol answer;
    struct store_kiosk stored;
    world_init(w);
    struct store_enrol_codes codes = start(w, 1, &answer);
    struct store_enrolled first = approve(w, codes.user_code, world_site(0));
    codes = start(w, 1, &answer);
    struct store_enrolled second = approve(w, codes.user_code, world_site(1));
    assert_true(id_eq(first.kiosk, second.kiosk));
    assert_int_equal(store_kiosk_get(w->reader, first.kiosk, &stored), ERR_OK);
    assert_true(site_code_eq(stored.site, world_site(1)));
    assert_int_equal(world_count(w, "SELECT count(*) FROM incarnation WHERE state = 'retired'"), 1);
    assert_int_equal(store_transact(w->store, do_retire, &first.kiosk), ERR_OK);
    start(w, 1, &answer);
    assert_int_equal(answer, STORE_ENROL_REVOKED);
    world_is_sound(w);
}

static void a_file_goes_on_at_its_place_and_begins_no_second_life(void **state)
{
    struct world *w = *state;
    struct world_kiosk kiosk;
    struct store_enrol_codes codes = {0};
    enum store_enrol started;
    world_init(w);
    world_enrol(w, 0, STORE_ROLE_DESK, &kiosk);
    const struct {
        int site;
        enum store_enrol answer;
    } rows[] = {{0, STORE_ENROL_OK}, {1, STORE_ENROL_REVOKED}, {0, STORE_ENROL_OK}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct store_enrol_ask ask = {kiosk.keys.public_key, STR("box"), kiosk.inc,
                                      STORE_ROLE_DESK};
        assert_int_equal(store_begin(w->store), ERR_OK);
        enum err e = store_enrol_start(w->store, &ask, &codes, &started);
        assert_int_equal(store_commit(w->store, e), ERR_OK);
        struct store_enrolled out = approve(w, codes.user_code, world_site(rows[i].site));
        assert_int_equal(out.answer, rows[i].answer);
        if (out.answer == STORE_ENROL_OK) assert_int_equal(out.letter, kiosk.letter);
    }
    assert_int_equal(world_count(w, "SELECT count(*) FROM incarnation"), 1);
    assert_int_equal(world_count(w, "SELECT count(*) FROM kiosk WHERE site = '141182000'"), 1);
    world_is_sound(w);
}

static enum err do_mark(struct store *s, void *context)
{
    (void)context;
    return store_backup_mark(s);
}

static enum err do_done(struct store *s, void *context)
{
    (void)context;
    return store_backup_done(s);
}

static void safe_is_what_a_finished_backup_holds(void **state)
{
    struct world *w = *state;
    struct world_kiosk kiosk;
    struct store_kiosk stored;
    world_init(w);
    world_enrol(w, 0, STORE_ROLE_DESK, &kiosk);
    struct sitting_id id = world_sitting(w, 0, world_today(w) + 1, 510);
    assert_int_equal(world_push(w, &kiosk, world_book(w, id, 1, OP_POOL, 0), "", NULL), ERR_OK);
    assert_int_equal(store_transact(w->store, do_mark, NULL), ERR_OK);
    assert_int_equal(world_push(w, &kiosk, world_book(w, id, 1, OP_POOL, 0), "", NULL), ERR_OK);
    assert_int_equal(store_kiosk_get(w->reader, kiosk.kiosk, &stored), ERR_OK);
    assert_int_equal(stored.safe, 0);
    struct str path = str_printf(&w->arena, "%s/copy.db", w->dir);
    // A copy of a server's database is made by its operator.
    enum err e = store_backup(w->reader, str_to_z(&w->arena, path));
    assert_int_equal(e, w->driver->has_copies ? ERR_OK : ERR_BAD_INPUT);
    assert_int_equal(store_transact(w->store, do_done, NULL), ERR_OK);
    assert_int_equal(store_kiosk_get(w->reader, kiosk.kiosk, &stored), ERR_OK);
    assert_int_equal(stored.safe, 1);
    assert_int_equal(stored.last_op, 2);
}

int suite_kiosk(struct world_driver *driver)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(a_code_is_eight_consonants_and_the_secret_is_not_stored),
        WORLD_TEST(staff_may_type_the_code_loosely),
        WORLD_TEST(a_code_lives_ten_minutes),
        WORLD_TEST(only_so_many_wait_at_once),
        WORLD_TEST(an_unknown_site_enrols_nobody),
        WORLD_TEST(a_new_kiosk_gets_seats_and_the_pin_key_at_once),
        WORLD_TEST(a_display_has_no_letter_and_no_seats),
        WORLD_TEST(a_new_file_retires_the_old_one_and_frees_nothing),
        WORLD_TEST(a_letter_rests_for_two_days),
        WORLD_TEST(a_site_has_twenty_six_letters),
        WORLD_TEST(a_suspended_kiosk_comes_back_a_retired_one_does_not),
        WORLD_TEST(a_known_key_moves_to_another_site_with_a_new_life),
        WORLD_TEST(a_file_goes_on_at_its_place_and_begins_no_second_life),
        WORLD_TEST(safe_is_what_a_finished_backup_holds),
    };
    return cmocka_run_group_tests_name("store kiosk", tests, NULL, NULL);
}
