#include "harness/peer.h"
#include "harness/test.h"

#include "http/http.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PERM_ALL, PERM_NOBODY };

// What the handlers share with the test.
struct desk {
    pthread_mutex_t lock;
    int handled;
    char file[96];
};

static enum err echo(void *context, struct request *r, struct reply *reply)
{
    struct desk *desk = context;
    pthread_mutex_lock(&desk->lock);
    desk->handled++;
    pthread_mutex_unlock(&desk->lock);
    struct str query = {0};
    enum err e = request_query(r, "q", &query);
    if (e && e != ERR_NOT_FOUND) return e;
    reply_json(reply, 200,
               str_printf(r->arena, "%.*s|%.*s|%.*s|%d", STR_ARG(r->target), STR_ARG(r->body),
                          STR_ARG(query), request_field_count(r, "x-twice")));
    return ERR_OK;
}

static enum err file(void *context, struct request *r, struct reply *reply)
{
    (void)r;
    struct desk *desk = context;
    *reply = (struct reply){.status = 200,
                            .type = "application/octet-stream",
                            .has_file = true,
                            .file = open(desk->file, O_RDONLY | O_CLOEXEC),
                            .file_from = 2,
                            .file_bytes = 3};
    reply->cache = "public, max-age=31536000, immutable";
    reply_add_field(reply, "ETag", STR("\"abc\""));
    return ERR_OK;
}

static enum err split(void *context, struct request *r, struct reply *reply)
{
    (void)context, (void)r;
    reply_json(reply, 200, STR("{}"));
    reply_add_field(reply, "Location", STR("/x\r\nSet-Cookie: stolen"));
    return ERR_OK;
}

static enum err long_head(void *context, struct request *r, struct reply *reply)
{
    (void)context;
    int64_t bytes = 0;
    struct str length;
    assert_int_equal(request_query(r, "bytes", &length), ERR_OK);
    assert_true(str_to_int(length, 0, 2 * REPLY_HEAD_BYTES_MAX, &bytes));
    char *text = arena_array(r->arena, char, (size_t)bytes);
    memset(text, 'x', (size_t)bytes);
    reply_json(reply, 200, STR("{}"));
    reply_add_field(reply, "A", (struct str){text, 700});
    reply_add_field(reply, "B", (struct str){text, (size_t)bytes - 702});
    return ERR_OK;
}

static enum err guard(void *context, struct request *r, int perm, enum guard_phase phase,
                      struct reply *reply)
{
    (void)context, (void)r, (void)phase, (void)reply;
    return perm == PERM_NOBODY ? ERR_AUTH : ERR_OK;
}

static const struct route routes[] = {
    {HTTP_GET, "/echo", PERM_ALL, 0, echo},      {HTTP_POST, "/echo", PERM_ALL, 100000, echo},
    {HTTP_POST, "/small", PERM_ALL, 10, echo},   {HTTP_POST, "/closed", PERM_NOBODY, 1000, echo},
    {HTTP_GET, "/file", PERM_ALL, 0, file},      {HTTP_GET, "/split", PERM_ALL, 0, split},
    {HTTP_GET, "/long", PERM_ALL, 0, long_head},
};

struct fixture {
    struct http http;
    struct desk desk;
    struct router router;
    char dir[64];
};

static int setup(void **state)
{
    struct fixture *f = test_calloc(1, sizeof(*f));
    snprintf(f->dir, sizeof(f->dir), "/tmp/test_http.XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    snprintf(f->desk.file, sizeof(f->desk.file), "%s/blob", f->dir);
    pthread_mutex_init(&f->desk.lock, NULL);
    f->router = (struct router){routes, sizeof(routes) / sizeof(routes[0]), guard, &f->desk};
    struct http_config config = {
        .on_tcp = true, .worker_count = 2, .connection_max = 50, .arena_bytes = 128 * 1024};
    assert_int_equal(http_start(&f->http, &config, &f->router), ERR_OK);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    http_stop(&f->http, 2000);
    http_stop(&f->http, 0); // again: quietly
    unlink(f->desk.file);
    assert_int_equal(rmdir(f->dir), 0);
    pthread_mutex_destroy(&f->desk.lock);
    test_free(f);
    return 0;
}

#define ROW(name, z)           \
    {                          \
        name, z, sizeof(z) - 1 \
    }

struct raw {
    const char *name;
    const char *text;
    size_t len;
};

static void check_refused(struct fixture *f, const struct raw *row, bool ours)
{
    struct peer_answer a;
    int fd = peer_dial(http_port(&f->http));
    peer_put(fd, (struct str){row->text, row->len});
    peer_get(fd, &a);
    if (a.status < 400 || a.status >= 600)
        fail_msg("%s: status %d: %s", row->name, a.status, a.text);
    if (ours && a.status != 400) fail_msg("%s: status %d", row->name, a.status);
    if (ours && str_find((struct str){a.text, a.len}, STR("/e/malformed-http"), 0) == SIZE_MAX)
        fail_msg("%s: not refused by the guard: %s", row->name, a.text);
    peer_expect_closed(fd, &a);
    close(fd);
}

static void what_the_guard_must_refuse_is_refused_and_closed(void **state)
{
    struct fixture *f = *state;
    static const struct raw rows[] = {
        ROW("two Host", "GET /echo HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n"),
        ROW("two Host, other case", "GET /echo HTTP/1.1\r\nHost: h\r\nhOST: g\r\n\r\n"),
        ROW("two Content-Length",
            "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx"),
        ROW("two different Content-Length",
            "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxy"),
        ROW("chunked",
            "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"),
        ROW("identity",
            "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: identity\r\nContent-Length: 1\r\n\r\nx"),
        ROW("chunked with a length",
            "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ROW("chunked on GET",
            "GET /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ROW("space before the colon", "GET /echo HTTP/1.1\r\nHost: h\r\nX-A : b\r\n\r\n"),
        ROW("space before the colon of a length",
            "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length : 1\r\n\r\nx"),
        ROW("tab before the colon", "GET /echo HTTP/1.1\r\nHost: h\r\nX-A\t: b\r\n\r\n"),
        ROW("bare CR in a value", "GET /echo HTTP/1.1\r\nHost: h\r\nX-A: b\rc\r\n\r\n"),
        ROW("control byte in a value", "GET /echo HTTP/1.1\r\nHost: h\r\nX-A: b\x01\r\n\r\n"),
        ROW("no token as a name", "GET /echo HTTP/1.1\r\nHost: h\r\nX(A: b\r\n\r\n"),
        ROW("absolute-form", "GET http://h/echo HTTP/1.1\r\nHost: h\r\n\r\n"),
        ROW("asterisk-form", "GET * HTTP/1.1\r\nHost: h\r\n\r\n"),
        ROW("dot dot", "GET /a/../echo HTTP/1.1\r\nHost: h\r\n\r\n"),
        ROW("escaped dot dot", "GET /a/%2e%2e/echo HTTP/1.1\r\nHost: h\r\n\r\n"),
        ROW("two slashes", "GET //echo HTTP/1.1\r\nHost: h\r\n\r\n"),
        ROW("PUT", "PUT /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx"),
        ROW("DELETE", "DELETE /echo HTTP/1.1\r\nHost: h\r\n\r\n"),
        ROW("OPTIONS", "OPTIONS /echo HTTP/1.1\r\nHost: h\r\n\r\n"),
        ROW("TRACE", "TRACE /echo HTTP/1.1\r\nHost: h\r\n\r\n"),
        ROW("CONNECT", "CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n"),
        ROW("lower-case get", "get /echo HTTP/1.1\r\nHost: h\r\n\r\n"),
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        check_refused(f, &rows[i], true);
    }
    assert_int_equal(f->desk.handled, 0);
}

static void what_the_library_must_refuse_is_refused_and_closed(void **state)
{
    struct fixture *f = *state;
    static const struct raw rows[] = {
        ROW("no Host", "GET /echo HTTP/1.1\r\n\r\n"),
        ROW("signed length", "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: +1\r\n\r\nx"),
        ROW("negative length", "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\nx"),
        ROW("doubled in one field",
            "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1, 1\r\n\r\nx"),
        ROW("bad version", "GET /echo HTTP/3.7\r\nHost: h\r\n\r\n"),
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        check_refused(f, &rows[i], false);
    }
    static char big[9000];
    int len = snprintf(big, sizeof(big), "GET /echo HTTP/1.1\r\nHost: h\r\nX-Big: ");
    memset(big + len, 'a', sizeof(big) - (size_t)len);
    check_refused(f, &(struct raw){"head over the pool", big, sizeof(big)}, false);
    assert_int_equal(f->desk.handled, 0);
}

static void sixty_four_fields_are_taken_and_one_more_is_not(void **state)
{
    struct fixture *f = *state;
    for (int count = HTTP_FIELDS_MAX; count <= HTTP_FIELDS_MAX + 1; count++) {
        char text[4000];
        int len = snprintf(text, sizeof(text), "GET /echo HTTP/1.1\r\nHost: h\r\n");
        for (int i = 1; i < count; i++) {
            len += snprintf(text + len, sizeof(text) - (size_t)len, "X-%d: v\r\n", i);
        }
        len += snprintf(text + len, sizeof(text) - (size_t)len, "\r\n");
        struct peer_answer a;
        int fd = peer_dial(http_port(&f->http));
        peer_put(fd, (struct str){text, (size_t)len});
        peer_get(fd, &a);
        assert_int_equal(a.status, count > HTTP_FIELDS_MAX ? 400 : 200);
        close(fd);
    }
}

static void one_connection_carries_many_requests(void **state)
{
    struct fixture *f = *state;
    struct peer_answer a;
    int fd = peer_dial(http_port(&f->http));
    for (int i = 0; i < 3; i++) {
        peer_put(
            fd,
            STR("GET /echo?q=%E6%B1%BE HTTP/1.1\r\nHost: h\r\nX-Twice: 1\r\nx-twice: 2\r\n\r\n"));
        peer_get(fd, &a);
        assert_int_equal(a.status, 200);
        assert_str(a.body, "/echo?q=%E6%B1%BE||汾|2");
        peer_put(fd, STR("GET /nowhere HTTP/1.1\r\nHost: h\r\n\r\n"));
        peer_get(fd, &a);
        assert_int_equal(a.status, 404);
        assert_str(
            a.body,
            "{\"type\":\"/e/not-found\",\"title\":\"There is no such thing\",\"status\":404}");
        assert_true(str_find((struct str){a.text, a.len}, STR("Cache-Control: no-store"), 0) !=
                    SIZE_MAX);
        assert_true(str_find((struct str){a.text, a.len},
                             STR("Content-Type: application/problem+json"), 0) != SIZE_MAX);
        peer_put(fd, STR("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody"));
        peer_get(fd, &a);
        assert_str(a.body, "/echo|body||0");
        peer_put(fd, STR("POST /closed HTTP/1.1\r\nHost: h\r\n\r\n"));
        peer_get(fd, &a);
        assert_int_equal(a.status, 403);
    }
    close(fd);
}

static void two_requests_in_one_packet_are_answered_in_order(void **state)
{
    struct fixture *f = *state;
    struct peer_answer a = {0};
    int fd = peer_dial(http_port(&f->http));
    peer_put(
        fd,
        STR("GET /echo?1 HTTP/1.1\r\nHost: h\r\n\r\nGET /echo?2 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"));
    peer_expect_closed(fd, &a);
    struct str text = {a.text, a.len};
    size_t first = str_find(text, STR("/echo?1|"), 0);
    assert_true(first != SIZE_MAX && str_find(text, STR("/echo?2|"), first) != SIZE_MAX);
    close(fd);
}

static void a_body_over_the_limit_is_refused_before_it_comes(void **state)
{
    struct fixture *f = *state;
    struct peer_answer a;
    int fd = peer_dial(http_port(&f->http));
    peer_put(fd, STR("POST /small HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n1234567890"));
    peer_get(fd, &a);
    assert_int_equal(a.status, 200);
    peer_put(fd, STR("POST /small HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n"));
    peer_get(fd, &a);
    assert_int_equal(a.status, 413);
    peer_expect_closed(fd, &a);
    close(fd);
    fd = peer_dial(http_port(&f->http));
    peer_put(fd, STR("GET /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n"));
    peer_get(fd, &a);
    assert_int_equal(a.status, 413); // a GET takes no body
    close(fd);
    fd = peer_dial(http_port(&f->http));
    peer_put(fd, STR("POST /closed HTTP/1.1\r\nHost: h\r\nContent-Length: 999\r\n\r\n"));
    peer_get(fd, &a);
    assert_int_equal(a.status, 403); // the guard speaks before a stranger's body is read
    close(fd);
    assert_int_equal(f->desk.handled, 1);
}

static void a_large_body_arrives_whole(void **state)
{
    struct fixture *f = *state;
    static char text[100100];
    int len = snprintf(text, sizeof(text),
                       "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 8000\r\n\r\n");
    memset(text + len, 'x', 8000);
    struct peer_answer a;
    int fd = peer_dial(http_port(&f->http));
    peer_put(fd, (struct str){text, (size_t)len + 4000});
    peer_put(fd, (struct str){text + len, 4000});
    peer_get(fd, &a);
    assert_int_equal(a.status, 200);
    assert_int_equal(a.body.len, sizeof("/echo|||0") - 1 + 8000);
    close(fd);
}

static void head_answers_without_a_body(void **state)
{
    struct fixture *f = *state;
    struct peer_answer a = {0};
    int fd = peer_dial(http_port(&f->http));
    peer_put(fd, STR("HEAD /echo HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"));
    peer_expect_closed(fd, &a);
    assert_true(str_starts((struct str){a.text, a.len}, STR("HTTP/1.1 200")));
    assert_true(str_ends((struct str){a.text, a.len}, STR("\r\n\r\n")));
    close(fd);
}

static void a_piece_of_a_file_is_sent(void **state)
{
    struct fixture *f = *state;
    FILE *out = fopen(f->desk.file, "w");
    fputs("0123456789", out);
    fclose(out);
    struct peer_answer a;
    int fd = peer_dial(http_port(&f->http));
    peer_put(fd, STR("GET /file HTTP/1.1\r\nHost: h\r\n\r\n"));
    peer_get(fd, &a);
    assert_int_equal(a.status, 200);
    assert_str(a.body, "234");
    assert_true(str_find((struct str){a.text, a.len}, STR("immutable"), 0) != SIZE_MAX);
    assert_true(str_find((struct str){a.text, a.len}, STR("ETag: \"abc\""), 0) != SIZE_MAX);
    close(fd);
}

static void a_reply_field_cannot_split_the_answer(void **state)
{
    struct fixture *f = *state;
    struct peer_answer a;
    int fd = peer_dial(http_port(&f->http));
    peer_put(fd, STR("GET /split HTTP/1.1\r\nHost: h\r\n\r\n"));
    peer_get(fd, &a);
    assert_int_equal(a.status, 500);
    assert_true(str_find((struct str){a.text, a.len}, STR("stolen"), 0) == SIZE_MAX);
    close(fd);
}

static void reply_fields_end_at_their_limit(void **state)
{
    struct fixture *f = *state;
    for (int past = 0; past <= 1; past++) {
        char text[7000];
        int len =
            snprintf(text, sizeof(text),
                     "GET /long?bytes=%d HTTP/1.1\r\nHost: h\r\nX: ", REPLY_HEAD_BYTES_MAX + past);
        memset(text + len, 'x',
               6 * 1024 - (size_t)len - 4); // beside the longest head a peer may send
        snprintf(text + 6 * 1024 - 4, 5, "\r\n\r\n");
        struct peer_answer a;
        int fd = peer_dial(http_port(&f->http));
        peer_put(fd, (struct str){text, 6 * 1024});
        peer_get(fd, &a);
        assert_int_equal(a.status, past ? 500 : 200);
        close(fd);
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(what_the_guard_must_refuse_is_refused_and_closed),
        CASE(what_the_library_must_refuse_is_refused_and_closed),
        CASE(sixty_four_fields_are_taken_and_one_more_is_not),
        CASE(one_connection_carries_many_requests),
        CASE(two_requests_in_one_packet_are_answered_in_order),
        CASE(a_body_over_the_limit_is_refused_before_it_comes),
        CASE(a_large_body_arrives_whole),
        CASE(head_answers_without_a_body),
        CASE(a_piece_of_a_file_is_sent),
        CASE(a_reply_field_cannot_split_the_answer),
        CASE(reply_fields_end_at_their_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
