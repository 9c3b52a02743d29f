#include "harness/test.h"

#include "http/http.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define REPLY_WAIT_MS 20000
#define LATER_MAX     1100

enum { PERM_ALL, PERM_NOBODY, PERM_LOCAL };

// What the handlers share with the test: the tickets of suspended requests.
struct desk {
    pthread_mutex_t lock;
    pthread_cond_t came;
    struct http_ticket tickets[LATER_MAX];
    struct request *requests[LATER_MAX];
    int count;
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

static enum err later(void *context, struct request *r, struct reply *reply)
{
    (void)reply;
    struct desk *desk = context;
    bool keep = str_eq_z(r->params[0], "keep");
    struct http_ticket ticket = http_suspend(r, keep ? HTTP_KEEP_REQUEST : HTTP_DROP_REQUEST);
    pthread_mutex_lock(&desk->lock);
    assert_true(desk->count < LATER_MAX);
    desk->requests[desk->count] = r;
    desk->tickets[desk->count++] = ticket;
    pthread_cond_signal(&desk->came);
    pthread_mutex_unlock(&desk->lock);
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

static enum err guard(void *context, struct request *r, int perm, enum guard_phase phase,
                      struct reply *reply)
{
    (void)context, (void)phase, (void)reply;
    if (perm == PERM_LOCAL) return r->is_local ? ERR_OK : ERR_AUTH;
    return perm == PERM_NOBODY ? ERR_AUTH : ERR_OK;
}

static const struct route routes[] = {
    {HTTP_GET, "/echo", PERM_ALL, 0, echo},
    {HTTP_POST, "/echo", PERM_ALL, 100000, echo},
    {HTTP_POST, "/small", PERM_ALL, 10, echo},
    {HTTP_POST, "/closed", PERM_NOBODY, 1000, echo},
    {HTTP_GET, "/local", PERM_LOCAL, 0, echo},
    {HTTP_GET, "/later/:how", PERM_ALL, 0, later},
    {HTTP_POST, "/later/:how", PERM_ALL, 100, later},
    {HTTP_GET, "/file", PERM_ALL, 0, file},
    {HTTP_GET, "/split", PERM_ALL, 0, split},
};

struct fixture {
    struct http http;
    struct desk desk;
    struct router router;
    char dir[64];
    char socket_path[96];
};

static int setup(void **state)
{
    struct fixture *f = test_calloc(1, sizeof(*f));
    snprintf(f->dir, sizeof(f->dir), "/tmp/test_http.XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    snprintf(f->socket_path, sizeof(f->socket_path), "%s/admin.sock", f->dir);
    snprintf(f->desk.file, sizeof(f->desk.file), "%s/blob", f->dir);
    pthread_mutex_init(&f->desk.lock, NULL);
    pthread_cond_init(&f->desk.came, NULL);
    f->router = (struct router){routes, sizeof(routes) / sizeof(routes[0]), guard, &f->desk};
    struct http_config config = {.on_tcp = true,
                                 .socket_path = f->socket_path,
                                 .worker_count = 2,
                                 .connection_max = 2400,
                                 .arena_bytes = 128 * 1024};
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
    pthread_cond_destroy(&f->desk.came);
    test_free(f);
    return 0;
}

static int dial(struct fixture *f)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)http_port(&f->http)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

static void put(int fd, struct str text)
{
    while (text.len > 0) {
        ssize_t n = send(fd, text.ptr, text.len, MSG_NOSIGNAL);
        if (n <= 0) return; // the peer has closed: what it said is what counts
        text = str_sub(text, (size_t)n, text.len);
    }
}

// Reads up to `room`, until the peer closes or `*body_len` bytes stand after the head.
struct answer {
    char text[9000];
    size_t len;
    bool closed;
    int status;
    struct str body;
};

static bool is_whole(struct answer *a)
{
    struct str text = {a->text, a->len};
    size_t head = str_find(text, STR("\r\n\r\n"), 0);
    if (head == SIZE_MAX) return false;
    a->body = str_sub(text, head + 4, a->len);
    size_t at = str_find(text, STR("Content-Length: "), 0);
    int64_t length = 0;
    struct str value = at < head ? str_sub(text, at + 16, head - at - 16) : STR("0");
    if (!str_to_int(str_cut(&value, '\r'), 0, 100000, &length)) return false;
    return a->body.len >= (size_t)length;
}

static void read_more(int fd, struct answer *a)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    assert_int_equal(poll(&p, 1, REPLY_WAIT_MS), 1);
    ssize_t n = recv(fd, a->text + a->len, sizeof(a->text) - a->len, 0);
    if (n > 0)
        a->len += (size_t)n;
    else
        a->closed = true;
}

static void get_answer(int fd, struct answer *a)
{
    *a = (struct answer){0};
    while (!a->closed && !is_whole(a)) {
        read_more(fd, a);
    }
    int64_t status = 0;
    if (a->len > 12 && str_to_int(str_sub((struct str){a->text, a->len}, 9, 3), 100, 599, &status))
        a->status = (int)status;
}

static void expect_closed(int fd, struct answer *a)
{
    for (int i = 0; i < 100 && !a->closed; i++) {
        read_more(fd, a);
    }
    assert_true(a->closed);
}

#define GET_ECHO "GET /echo HTTP/1.1\r\nHost: h\r\n\r\n"
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
    struct answer a;
    int fd = dial(f);
    put(fd, (struct str){row->text, row->len});
    get_answer(fd, &a);
    if (a.status < 400 || a.status >= 600)
        fail_msg("%s: status %d: %s", row->name, a.status, a.text);
    if (ours && a.status != 400) fail_msg("%s: status %d", row->name, a.status);
    if (ours && str_find((struct str){a.text, a.len}, STR("/e/malformed-http"), 0) == SIZE_MAX)
        fail_msg("%s: not refused by the guard: %s", row->name, a.text);
    expect_closed(fd, &a);
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
        struct answer a;
        int fd = dial(f);
        put(fd, (struct str){text, (size_t)len});
        get_answer(fd, &a);
        assert_int_equal(a.status, count > HTTP_FIELDS_MAX ? 400 : 200);
        close(fd);
    }
}

static void one_connection_carries_many_requests(void **state)
{
    struct fixture *f = *state;
    struct answer a;
    int fd = dial(f);
    for (int i = 0; i < 3; i++) {
        put(fd,
            STR("GET /echo?q=%E6%B1%BE HTTP/1.1\r\nHost: h\r\nX-Twice: 1\r\nx-twice: 2\r\n\r\n"));
        get_answer(fd, &a);
        assert_int_equal(a.status, 200);
        assert_str(a.body, "/echo?q=%E6%B1%BE||汾|2");
        put(fd, STR("GET /nowhere HTTP/1.1\r\nHost: h\r\n\r\n"));
        get_answer(fd, &a);
        assert_int_equal(a.status, 404);
        assert_str(
            a.body,
            "{\"type\":\"/e/not-found\",\"title\":\"There is no such thing\",\"status\":404}");
        assert_true(str_find((struct str){a.text, a.len}, STR("Cache-Control: no-store"), 0) !=
                    SIZE_MAX);
        assert_true(str_find((struct str){a.text, a.len},
                             STR("Content-Type: application/problem+json"), 0) != SIZE_MAX);
        put(fd, STR("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody"));
        get_answer(fd, &a);
        assert_str(a.body, "/echo|body||0");
        put(fd, STR("POST /closed HTTP/1.1\r\nHost: h\r\n\r\n"));
        get_answer(fd, &a);
        assert_int_equal(a.status, 403);
    }
    close(fd);
}

static void two_requests_in_one_packet_are_answered_in_order(void **state)
{
    struct fixture *f = *state;
    struct answer a = {0};
    int fd = dial(f);
    put(fd,
        STR("GET /echo?1 HTTP/1.1\r\nHost: h\r\n\r\nGET /echo?2 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"));
    expect_closed(fd, &a);
    struct str text = {a.text, a.len};
    size_t first = str_find(text, STR("/echo?1|"), 0);
    assert_true(first != SIZE_MAX && str_find(text, STR("/echo?2|"), first) != SIZE_MAX);
    close(fd);
}

static void a_body_over_the_limit_is_refused_before_it_comes(void **state)
{
    struct fixture *f = *state;
    struct answer a;
    int fd = dial(f);
    put(fd, STR("POST /small HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n1234567890"));
    get_answer(fd, &a);
    assert_int_equal(a.status, 200);
    put(fd, STR("POST /small HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n"));
    get_answer(fd, &a);
    assert_int_equal(a.status, 413);
    expect_closed(fd, &a);
    close(fd);
    fd = dial(f);
    put(fd, STR("GET /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n"));
    get_answer(fd, &a);
    assert_int_equal(a.status, 413); // a GET takes no body
    close(fd);
    fd = dial(f);
    put(fd, STR("POST /closed HTTP/1.1\r\nHost: h\r\nContent-Length: 999\r\n\r\n"));
    get_answer(fd, &a);
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
    struct answer a;
    int fd = dial(f);
    put(fd, (struct str){text, (size_t)len + 4000});
    put(fd, (struct str){text + len, 4000});
    get_answer(fd, &a);
    assert_int_equal(a.status, 200);
    assert_int_equal(a.body.len, sizeof("/echo|||0") - 1 + 8000);
    close(fd);
}

static void head_answers_without_a_body(void **state)
{
    struct fixture *f = *state;
    struct answer a = {0};
    int fd = dial(f);
    put(fd, STR("HEAD /echo HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"));
    expect_closed(fd, &a);
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
    struct answer a;
    int fd = dial(f);
    put(fd, STR("GET /file HTTP/1.1\r\nHost: h\r\n\r\n"));
    get_answer(fd, &a);
    assert_int_equal(a.status, 200);
    assert_str(a.body, "234");
    assert_true(str_find((struct str){a.text, a.len}, STR("immutable"), 0) != SIZE_MAX);
    assert_true(str_find((struct str){a.text, a.len}, STR("ETag: \"abc\""), 0) != SIZE_MAX);
    close(fd);
}

static void a_reply_field_cannot_split_the_answer(void **state)
{
    struct fixture *f = *state;
    struct answer a;
    int fd = dial(f);
    put(fd, STR("GET /split HTTP/1.1\r\nHost: h\r\n\r\n"));
    get_answer(fd, &a);
    assert_int_equal(a.status, 500);
    assert_true(str_find((struct str){a.text, a.len}, STR("stolen"), 0) == SIZE_MAX);
    close(fd);
}

static struct http_ticket wait_ticket(struct desk *desk, int index)
{
    pthread_mutex_lock(&desk->lock);
    while (desk->count <= index) {
        pthread_cond_wait(&desk->came, &desk->lock);
    }
    struct http_ticket ticket = desk->tickets[index];
    pthread_mutex_unlock(&desk->lock);
    return ticket;
}

static void *complete_three(void *context)
{
    struct fixture *f = context;
    for (int i = 0; i < 3; i++) {
        struct http_ticket ticket = wait_ticket(&f->desk, i);
        char body[200];
        struct request *r = f->desk.requests[i];
        // The kept request is whole in another thread.
        snprintf(body, sizeof(body), "%d:%.*s:%.*s", i, STR_ARG(r->target), STR_ARG(r->body));
        struct reply reply;
        reply_json(&reply, 202, str_from_z(body));
        assert_true(http_complete(&f->http, ticket, &reply));
        memset(body, 'z', sizeof(body)); // the reply was copied
        assert_false(http_complete(&f->http, ticket, &reply));
    }
    return NULL;
}

static void a_suspended_request_is_answered_by_another_thread_once(void **state)
{
    struct fixture *f = *state;
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, complete_three, f), 0);
    int fd = dial(f);
    for (int i = 0; i < 3; i++) {
        struct answer a;
        char want[100];
        put(fd, STR("POST /later/keep?x HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"));
        get_answer(fd, &a);
        assert_int_equal(a.status, 202);
        snprintf(want, sizeof(want), "%d:/later/keep?x:abc", i);
        assert_str(a.body, want);
    }
    pthread_join(thread, NULL);
    close(fd);
}

static void a_ticket_does_not_answer_the_next_request_of_its_place(void **state)
{
    struct fixture *f = *state;
    struct reply reply;
    reply_json(&reply, 200, STR("first"));
    int fd = dial(f);
    put(fd, STR("GET /later/drop HTTP/1.1\r\nHost: h\r\n\r\n"));
    struct http_ticket first = wait_ticket(&f->desk, 0);
    assert_true(http_complete(&f->http, first, &reply));
    struct answer a;
    get_answer(fd, &a);
    assert_str(a.body, "first");
    put(fd, STR("GET /later/drop HTTP/1.1\r\nHost: h\r\n\r\n"));
    struct http_ticket second = wait_ticket(&f->desk, 1);
    assert_int_equal(first.slot, second.slot);
    assert_false(http_complete(&f->http, first, &reply));
    reply_json(&reply, 200, STR("second"));
    assert_true(http_complete(&f->http, second, &reply));
    get_answer(fd, &a);
    assert_str(a.body, "second");
    close(fd);
}

static void a_peer_that_left_while_suspended_does_no_harm(void **state)
{
    struct fixture *f = *state;
    int fd = dial(f);
    put(fd, STR("GET /later/drop HTTP/1.1\r\nHost: h\r\n\r\n"));
    struct http_ticket ticket = wait_ticket(&f->desk, 0);
    close(fd);
    struct reply reply;
    reply_json(&reply, 200, STR("nobody hears this"));
    assert_true(http_complete(&f->http, ticket, &reply));
    fd = dial(f);
    struct answer a;
    put(fd, STR(GET_ECHO));
    get_answer(fd, &a);
    assert_int_equal(a.status, 200);
    close(fd);
}

static void stopping_answers_everything_suspended_with_503(void **state)
{
    struct fixture *f = *state;
    enum { PEERS = 40 };
    int fds[PEERS];
    for (int i = 0; i < PEERS; i++) {
        fds[i] = dial(f);
        put(fds[i], i % 2 ? STR("GET /later/drop HTTP/1.1\r\nHost: h\r\n\r\n")
                          : STR("GET /later/keep HTTP/1.1\r\nHost: h\r\n\r\n"));
    }
    wait_ticket(&f->desk, PEERS - 1);
    int idle = dial(f);
    http_stop(&f->http, REPLY_WAIT_MS);
    for (int i = 0; i < PEERS; i++) {
        struct answer a;
        get_answer(fds[i], &a);
        assert_int_equal(a.status, 503);
        assert_true(str_find(a.body, STR("/e/stopping"), 0) != SIZE_MAX);
        expect_closed(fds[i], &a);
        close(fds[i]);
    }
    close(idle);
}

static void more_requests_than_arenas_are_told_to_come_later(void **state)
{
    struct fixture *f = *state;
    static int fds[HTTP_ARENAS_MAX];
    for (int i = 0; i < HTTP_ARENAS_MAX; i++) {
        fds[i] = dial(f);
        put(fds[i], STR("GET /later/keep HTTP/1.1\r\nHost: h\r\n\r\n"));
    }
    wait_ticket(&f->desk, HTTP_ARENAS_MAX - 1);
    struct answer a;
    int fd = dial(f);
    put(fd, STR(GET_ECHO));
    get_answer(fd, &a);
    assert_int_equal(a.status, 503);
    close(fd);
    struct reply reply;
    reply_json(&reply, 200, STR("{}"));
    for (int i = 0; i < HTTP_ARENAS_MAX; i++) {
        assert_true(http_complete(&f->http, f->desk.tickets[i], &reply));
    }
    for (int i = 0; i < HTTP_ARENAS_MAX; i++) {
        get_answer(fds[i], &a);
        assert_int_equal(a.status, 200);
        close(fds[i]);
    }
    fd = dial(f);
    put(fd, STR(GET_ECHO));
    get_answer(fd, &a);
    assert_int_equal(a.status, 200);
    close(fd);
}

static int dial_local(const char *path)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

static void the_local_socket_is_private_and_known_as_local(void **state)
{
    struct fixture *f = *state;
    struct stat st;
    assert_int_equal(stat(f->socket_path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    static const struct str ask = {"GET /local HTTP/1.1\r\nHost: h\r\n\r\n", 32};
    struct answer a;
    int fd = dial_local(f->socket_path);
    put(fd, ask);
    get_answer(fd, &a);
    assert_int_equal(a.status, 200);
    close(fd);
    fd = dial(f);
    put(fd, ask);
    get_answer(fd, &a);
    assert_int_equal(a.status, 403);
    close(fd);
}

static void a_left_over_socket_is_replaced_and_a_taken_port_is_an_error(void **state)
{
    struct fixture *f = *state;
    http_stop(&f->http, REPLY_WAIT_MS);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", f->socket_path);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    close(fd);
    struct http_config config = {.on_tcp = true,
                                 .socket_path = f->socket_path,
                                 .worker_count = 1,
                                 .connection_max = 10,
                                 .arena_bytes = 4096};
    assert_int_equal(http_start(&f->http, &config, &f->router), ERR_OK);
    static struct http second;
    config.port = http_port(&f->http);
    config.socket_path = NULL;
    assert_int_equal(http_start(&second, &config, &f->router), ERR_IO);
    http_stop(&second, 0);
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
        CASE(a_suspended_request_is_answered_by_another_thread_once),
        CASE(a_ticket_does_not_answer_the_next_request_of_its_place),
        CASE(a_peer_that_left_while_suspended_does_no_harm),
        CASE(stopping_answers_everything_suspended_with_503),
        CASE(more_requests_than_arenas_are_told_to_come_later),
        CASE(the_local_socket_is_private_and_known_as_local),
        CASE(a_left_over_socket_is_replaced_and_a_taken_port_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
