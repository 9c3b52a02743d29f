#include "harness/test.h"

#include "auth/auth.h"
#include "harness/centre.h"

#include <string.h>

#define DIGEST "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:" // of the empty body

struct room {
    struct centre_world world;
    struct auth auth;
    struct crypt_key_pair pair;
    struct inc_id inc;
    struct id kiosk;
    struct request_signature signed_fields;
    struct auth_request request;
    struct auth_kiosk told;
};

static void sign_as(struct room *r, const struct crypt_key_pair *pair, struct inc_id *inc,
                    int64_t created_s)
{
    struct request_parts *p = &r->request.parts;
    *p = (struct request_parts){.method = STR("GET"),
                                .authority = STR("centre:8470"),
                                .path = STR("/v1/d/feed"),
                                .query = STR("c=1"),
                                .content_digest = STR(DIGEST),
                                .inc = id_str(&inc->id),
                                .keyid = id_str(&r->kiosk),
                                .created_s = created_s};
    assert_int_equal(request_sign(pair, p, &r->signed_fields), ERR_OK);
    p->keyid = (struct str){0};
    r->request.signature_input = str_from_z(r->signed_fields.input);
    r->request.signature = str_from_z(r->signed_fields.signature);
    r->request.is_single = true;
}

static enum auth_answer ask(struct room *r, enum auth_inc which)
{
    enum auth_answer answer;
    assert_int_equal(auth_kiosk(&r->auth, r->world.store, &r->request, which, &answer, &r->told),
                     ERR_OK);
    return answer;
}

static int open_room(void **state)
{
    static struct room r;
    memset(&r, 0, sizeof(r));
    centre_world_init(&r.world);
    auth_init(&r.auth, &r.world.clock.env);
    r.pair = crypt_key_pair_new(&r.world.clock.env);
    r.inc.id = id_new(&r.world.clock.env);
    r.kiosk = centre_world_enrol(&r.world, r.pair.public_key, r.inc).kiosk;
    sign_as(&r, &r.pair, &r.inc, CENTRE_NOW_MS / 1000);
    *state = &r;
    return 0;
}

static int close_room(void **state)
{
    struct room *r = *state;
    auth_deinit(&r->auth);
    centre_world_deinit(&r->world);
    return 0;
}

static void a_signed_request_names_its_kiosk(void **state)
{
    struct room *r = *state;
    assert_int_equal(ask(r, AUTH_ACTIVE_INC), AUTH_OK);
    assert_true(id_eq(r->told.kiosk.id, r->kiosk) && id_eq(r->told.inc.id, r->inc.id));
    assert_string_equal(r->told.kiosk.site.z, "141182000");
    sign_as(r, &r->pair, &r->inc, 0); // a clock that has lost its battery
    assert_int_equal(ask(r, AUTH_ACTIVE_INC), AUTH_OK);
}

static void every_change_of_what_was_signed_is_noticed(void **state)
{
    struct room *r = *state;
    struct inc_id other = {id_new(&r->world.clock.env)};
    struct auth_request good = r->request;
    for (int i = 0; i < 9; i++) {
        struct request_parts *p = &r->request.parts;
        r->request = good;
        switch (i) {
        case 0: p->method = STR("POST"); break;
        case 1: p->authority = STR("other:8470"); break;
        case 2: p->path = STR("/v1/d/ops"); break;
        case 3: p->query = STR("c=2"); break;
        case 4: p->content_digest = STR("sha-256=:AAAA:"); break;
        case 5: p->inc = id_str(&other.id); break;
        case 6: r->request.is_single = false; break;
        case 7: r->request.signature = (struct str){0}; break;
        default: r->request.signature_input = str_sub(good.signature_input, 1, SIZE_MAX); break;
        }
        if (ask(r, AUTH_ACTIVE_INC) != AUTH_BAD_SIGNATURE) fail_msg("change %d", i);
    }
    struct crypt_key_pair stranger = crypt_key_pair_new(&r->world.clock.env);
    sign_as(r, &stranger, &r->inc, 1);
    assert_int_equal(ask(r, AUTH_ACTIVE_INC), AUTH_BAD_SIGNATURE);
    r->kiosk = other.id;
    sign_as(r, &stranger, &r->inc, 1);
    assert_int_equal(ask(r, AUTH_ACTIVE_INC), AUTH_UNKNOWN);
}

static void another_life_of_the_database_may_only_say_hello(void **state)
{
    struct room *r = *state;
    struct inc_id other = {id_new(&r->world.clock.env)};
    sign_as(r, &r->pair, &other, 1);
    assert_int_equal(ask(r, AUTH_ACTIVE_INC), AUTH_RETIRED);
    assert_int_equal(ask(r, AUTH_ANY_INC), AUTH_OK);
}

static enum err suspend(struct store *s, void *context)
{
    return store_kiosk_suspend(s, *(const struct id *)context, STR("test"));
}

static enum err resume(struct store *s, void *context)
{
    return store_kiosk_resume(s, *(const struct id *)context, STR("test"));
}

static enum err retire(struct store *s, void *context)
{
    return store_kiosk_retire(s, *(const struct id *)context, STR("test"));
}

static void staff_decide_who_may_ask(void **state)
{
    struct room *r = *state;
    static const struct {
        store_work_fn *work;
        enum auth_answer answer;
    } rows[] = {{suspend, AUTH_SUSPENDED}, {resume, AUTH_OK}, {retire, AUTH_REVOKED}};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(store_transact(r->world.store, rows[i].work, &r->kiosk), ERR_OK);
        assert_int_equal(ask(r, AUTH_ACTIVE_INC), rows[i].answer);
        assert_int_equal(ask(r, AUTH_ANY_INC), rows[i].answer);
    }
}

static void a_burst_is_taken_and_a_flood_is_not(void **state)
{
    struct room *r = *state;
    for (int i = 0; i < AUTH_RATE_BURST; i++) {
        assert_int_equal(ask(r, AUTH_ACTIVE_INC), AUTH_OK);
    }
    assert_int_equal(ask(r, AUTH_ACTIVE_INC), AUTH_TOO_MANY);
    assert_int_equal(r->told.retry_s, 1);
    r->world.clock.mono_ms += 1000 / AUTH_RATE_PER_S - 1;
    assert_int_equal(ask(r, AUTH_ACTIVE_INC), AUTH_TOO_MANY);
    r->world.clock.mono_ms += 1;
    assert_int_equal(ask(r, AUTH_ACTIVE_INC), AUTH_OK);
    assert_int_equal(ask(r, AUTH_ACTIVE_INC), AUTH_TOO_MANY);
    r->world.clock.mono_ms += 3600000; // an hour earns no more than one burst
    for (int i = 0; i < AUTH_RATE_BURST; i++) {
        assert_int_equal(ask(r, AUTH_ACTIVE_INC), AUTH_OK);
    }
    assert_int_equal(ask(r, AUTH_ACTIVE_INC), AUTH_TOO_MANY);
}

static void a_stranger_spends_nothing_of_a_kiosks_rate(void **state)
{
    struct room *r = *state;
    struct auth_request good = r->request;
    for (int i = 0; i < 2 * AUTH_RATE_BURST; i++) {
        r->request.parts.query = STR("c=9");
        assert_int_equal(ask(r, AUTH_ACTIVE_INC), AUTH_BAD_SIGNATURE);
    }
    r->request = good;
    assert_int_equal(ask(r, AUTH_ACTIVE_INC), AUTH_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_signed_request_names_its_kiosk, open_room, close_room),
        cmocka_unit_test_setup_teardown(every_change_of_what_was_signed_is_noticed, open_room,
                                        close_room),
        cmocka_unit_test_setup_teardown(another_life_of_the_database_may_only_say_hello, open_room,
                                        close_room),
        cmocka_unit_test_setup_teardown(staff_decide_who_may_ask, open_room, close_room),
        cmocka_unit_test_setup_teardown(a_burst_is_taken_and_a_flood_is_not, open_room, close_room),
        cmocka_unit_test_setup_teardown(a_stranger_spends_nothing_of_a_kiosks_rate, open_room,
                                        close_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
