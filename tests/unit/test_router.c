#include "harness/test.h"

#include "http/router.h"

#include <string.h>

enum { PERM_ALL, PERM_STAFF, PERM_BODY };

static enum err hello(void *context, struct request *request, struct reply *reply)
{
    (void)request;
    int *calls = context;
    (*calls)++;
    reply_json(reply, 200, STR("{}"));
    return ERR_OK;
}

static enum err broken(void *context, struct request *request, struct reply *reply)
{
    (void)context, (void)request, (void)reply;
    return ERR_CORRUPT;
}

static enum err guard(void *context, struct request *request, int perm, enum guard_phase phase,
                      struct reply *reply)
{
    (void)context, (void)request, (void)reply;
    if (perm == PERM_STAFF) return ERR_AUTH;
    if (perm == PERM_BODY && phase == GUARD_BODY) {
        reply_problem(reply, NULL, PROBLEM_BAD_SIGNATURE, NULL);
        return ERR_AUTH;
    }
    return ERR_OK;
}

static const struct route routes[] = {
    {HTTP_GET, "/", PERM_ALL, 0, hello},
    {HTTP_GET, "/v1/s/bookings", PERM_ALL, 0, hello},
    {HTTP_POST, "/v1/s/bookings", PERM_ALL, 10, hello},
    {HTTP_GET, "/v1/s/bookings/export", PERM_ALL, 0, hello},
    {HTTP_GET, "/v1/s/bookings/:id", PERM_ALL, 0, hello},
    {HTTP_POST, "/v1/s/bookings/:id/notes/:note", PERM_ALL, 0, hello},
    {HTTP_GET, "/v1/c/*", PERM_ALL, 0, hello},
    {HTTP_POST, "/staff", PERM_STAFF, 10, hello},
    {HTTP_POST, "/signed", PERM_BODY, 10, hello},
    {HTTP_GET, "/broken", PERM_ALL, 0, broken},
};

static void paths_find_their_row_or_the_right_refusal(void **state)
{
    (void)state;
    static const struct {
        enum http_method method;
        const char *path;
        int row; // or minus the status
        const char *first;
        const char *second;
    } rows[] = {
        {HTTP_GET, "/", 0, "", ""},
        {HTTP_GET, "/v1/s/bookings", 1, "", ""},
        {HTTP_POST, "/v1/s/bookings", 2, "", ""},
        {HTTP_GET, "/v1/s/bookings/export", 3, "", ""},
        {HTTP_GET, "/v1/s/bookings/12", 4, "12", ""},
        {HTTP_POST, "/v1/s/bookings/12/notes/3", 5, "12", "3"},
        {HTTP_GET, "/v1/c/b/00ff", 6, "b/00ff", ""},
        {HTTP_GET, "/v1/c/", 6, "", ""},
        {HTTP_GET, "/v1/c", -404, "", ""},
        {HTTP_GET, "/v1/s/bookings/", -404, "", ""},
        {HTTP_GET, "/v1/s/bookings/12/", -404, "", ""},
        {HTTP_GET, "/v1/s/bookings/12/notes", -404, "", ""},
        {HTTP_GET, "/v1/s", -404, "", ""},
        {HTTP_GET, "/V1/s/bookings", -404, "", ""},
        {HTTP_GET, "/v1/s/bookings/12/notes/3", -405, "", ""},
        {HTTP_POST, "/v1/c/b", -405, "", ""},
        {HTTP_GET, "/staff", -405, "", ""},
    };
    int calls = 0;
    struct router router = {routes, sizeof(routes) / sizeof(routes[0]), guard, &calls};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct request request = {.method = rows[i].method, .path = str_from_z(rows[i].path)};
        struct reply reply = {0};
        const struct route *route = router_find(&router, &request, &reply);
        if (rows[i].row < 0) {
            assert_null(route);
            assert_int_equal(reply.status, -rows[i].row);
            continue;
        }
        assert_ptr_equal(route, &routes[rows[i].row]);
        assert_str(request.params[0], rows[i].first);
        assert_str(request.params[1], rows[i].second);
    }
}

static void what_is_not_allowed_says_what_is(void **state)
{
    (void)state;
    struct router router = {routes, sizeof(routes) / sizeof(routes[0]), guard, NULL};
    struct request request = {.method = HTTP_GET, .path = STR("/staff")};
    struct reply reply = {0};
    assert_null(router_find(&router, &request, &reply));
    assert_int_equal(reply.field_count, 1);
    assert_string_equal(reply.fields[0].name, "Allow");
    assert_str(reply.fields[0].value, "POST");
}

static struct reply answer(enum http_method method, const char *path, struct str body, int *calls)
{
    struct router router = {routes, sizeof(routes) / sizeof(routes[0]), guard, calls};
    struct request request = {.method = method, .path = str_from_z(path), .body = body};
    struct reply reply = {0};
    const struct route *route = router_find(&router, &request, &reply);
    if (route && router_admits(&router, route, &request, &reply))
        router_answer(&router, route, &request, &reply);
    return reply;
}

static void a_refused_request_never_reaches_its_handler(void **state)
{
    (void)state;
    int calls = 0;
    assert_int_equal(answer(HTTP_POST, "/staff", STR("x"), &calls).status, 403);
    assert_int_equal(answer(HTTP_POST, "/signed", STR("x"), &calls).status, 401);
    assert_int_equal(answer(HTTP_POST, "/v1/s/bookings", STR("12345678901"), &calls).status, 413);
    assert_int_equal(calls, 0);
    assert_int_equal(answer(HTTP_POST, "/v1/s/bookings", STR("1234567890"), &calls).status, 200);
    assert_int_equal(calls, 1);
}

static void an_error_becomes_a_problem_that_tells_no_secret(void **state)
{
    (void)state;
    struct reply reply = answer(HTTP_GET, "/broken", STR(""), NULL);
    assert_int_equal(reply.status, 500);
    assert_string_equal(reply.type, "application/problem+json");
    assert_str(reply.body,
               "{\"type\":\"/e/internal\",\"title\":\"The server failed\",\"status\":500}");
    assert_null(reply.cache);
}

static void a_detail_is_part_of_the_document(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 1024);
    struct reply reply;
    reply_problem(&reply, &arena, PROBLEM_SCHEMA_VIOLATION, "phone: missing");
    assert_str(
        reply.body,
        "{\"type\":\"/e/schema-violation\",\"title\":\"A member is missing or out of bounds\","
        "\"status\":400,\"detail\":\"phone: missing\"}");
    arena_deinit(&arena);
}

static void targets_are_normal_or_refused(void **state)
{
    (void)state;
    static const struct {
        const char *target;
        bool good;
    } rows[] = {
        {"/", true},
        {"/v1/s/bookings?from=2026-03-04&q=%E6%B1%BE", true},
        {"/a/", true},
        {"/a..b/.c", true},
        {"/?x=../..//", true},
        {"", false},
        {"v1", false},
        {"*", false},
        {"http://h/", false},
        {"//", false},
        {"/a//b", false},
        {"/..", false},
        {"/a/../b", false},
        {"/a/./b", false},
        {"/.", false},
        {"/%2e%2e/a", false},
        {"/a%20b", false},
        {"/a\\b", false},
        {"/a#b", false},
        {"/a?b#c", false},
        {"/a b", false},
        {"/a\tb", false},
        {"/\xE6\xB1\xBE", false},
        {"/a?\x7f", false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (http_target_is_normal(str_from_z(rows[i].target)) != rows[i].good)
            fail_msg("%s", rows[i].target);
    }
    char longest[HTTP_TARGET_BYTES_MAX + 1];
    memset(longest, 'a', sizeof(longest));
    longest[0] = '/';
    assert_true(http_target_is_normal((struct str){longest, HTTP_PATH_BYTES_MAX}));
    assert_false(http_target_is_normal((struct str){longest, HTTP_PATH_BYTES_MAX + 1}));
    longest[2] = '?';
    assert_true(http_target_is_normal((struct str){longest, HTTP_TARGET_BYTES_MAX}));
    assert_false(http_target_is_normal((struct str){longest, HTTP_TARGET_BYTES_MAX + 1}));
}

static void query_members_are_unescaped_or_refused(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 4096);
    struct request r = {
        .arena = &arena,
        .query = STR("q=%e6%B1%BE+a%2Bb&empty=&bare&bad=%zz&cut=%4&nul=%00&latin=%ff&q=second")};
    struct str out;
    assert_int_equal(request_query(&r, "q", &out), ERR_OK);
    assert_str(out, "汾 a+b");
    assert_int_equal(request_query(&r, "empty", &out), ERR_OK);
    assert_int_equal(out.len, 0);
    assert_int_equal(request_query(&r, "bare", &out), ERR_OK);
    assert_int_equal(request_query(&r, "absent", &out), ERR_NOT_FOUND);
    static const char *const bad[] = {"bad", "cut", "nul", "latin"};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(request_query(&r, bad[i], &out), ERR_BAD_INPUT);
    }
    arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_find_their_row_or_the_right_refusal),
        cmocka_unit_test(what_is_not_allowed_says_what_is),
        cmocka_unit_test(a_refused_request_never_reaches_its_handler),
        cmocka_unit_test(an_error_becomes_a_problem_that_tells_no_secret),
        cmocka_unit_test(a_detail_is_part_of_the_document),
        cmocka_unit_test(targets_are_normal_or_refused),
        cmocka_unit_test(query_members_are_unescaped_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
