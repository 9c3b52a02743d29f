#include "harness/peer.h"
#include "harness/test.h"

#include "http/http.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define GRACE_MS  20000
#define LATER_MAX 1100

enum { PERM_ALL, PERM_LOCAL };

// What the handlers share with the test: the tickets of suspended requests.
struct desk {
    pthread_mutex_t lock;
    pthread_cond_t came;
    struct http_ticket tickets[LATER_MAX];
    struct request *requests[LATER_MAX];
    int count;
};

static enum err hello(void *context, struct request *r, struct reply *reply)
{
    (void)context, (void)r;
    reply_json(reply, 200, STR("{}"));
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

static enum err guard(void *context, struct request *r, int perm, enum guard_phase phase,
                      struct reply *reply)
{
    (void)context, (void)phase, (void)reply;
    return perm == PERM_LOCAL && !r->is_local ? ERR_AUTH : ERR_OK;
}

static const struct route routes[] = {
    {HTTP_GET, "/hello", PERM_ALL, 0, hello},
    {HTTP_GET, "/local", PERM_LOCAL, 0, hello},
    {HTTP_GET, "/later/:how", PERM_ALL, 0, later},
    {HTTP_POST, "/later/:how", PERM_ALL, 100, later},
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
    assert_int_equal(rmdir(f->dir), 0);
    pthread_mutex_destroy(&f->desk.lock);
    pthread_cond_destroy(&f->desk.came);
    test_free(f);
    return 0;
}
#define GET_HELLO "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n"

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
    int fd = peer_dial(http_port(&f->http));
    for (int i = 0; i < 3; i++) {
        struct peer_answer a;
        char want[100];
        peer_put(fd, STR("POST /later/keep?x HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"));
        peer_get(fd, &a);
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
    int fd = peer_dial(http_port(&f->http));
    peer_put(fd, STR("GET /later/drop HTTP/1.1\r\nHost: h\r\n\r\n"));
    struct http_ticket first = wait_ticket(&f->desk, 0);
    assert_true(http_complete(&f->http, first, &reply));
    struct peer_answer a;
    peer_get(fd, &a);
    assert_str(a.body, "first");
    peer_put(fd, STR("GET /later/drop HTTP/1.1\r\nHost: h\r\n\r\n"));
    struct http_ticket second = wait_ticket(&f->desk, 1);
    assert_int_equal(first.slot, second.slot);
    assert_false(http_complete(&f->http, first, &reply));
    reply_json(&reply, 200, STR("second"));
    assert_true(http_complete(&f->http, second, &reply));
    peer_get(fd, &a);
    assert_str(a.body, "second");
    close(fd);
}

static void a_peer_that_left_while_suspended_does_no_harm(void **state)
{
    struct fixture *f = *state;
    int fd = peer_dial(http_port(&f->http));
    peer_put(fd, STR("GET /later/drop HTTP/1.1\r\nHost: h\r\n\r\n"));
    struct http_ticket ticket = wait_ticket(&f->desk, 0);
    close(fd);
    struct reply reply;
    reply_json(&reply, 200, STR("nobody hears this"));
    assert_true(http_complete(&f->http, ticket, &reply));
    fd = peer_dial(http_port(&f->http));
    struct peer_answer a;
    peer_put(fd, STR(GET_HELLO));
    peer_get(fd, &a);
    assert_int_equal(a.status, 200);
    close(fd);
}

static void stopping_answers_everything_suspended_with_503(void **state)
{
    struct fixture *f = *state;
    enum { PEERS = 40 };
    int fds[PEERS];
    for (int i = 0; i < PEERS; i++) {
        fds[i] = peer_dial(http_port(&f->http));
        peer_put(fds[i], i % 2 ? STR("GET /later/drop HTTP/1.1\r\nHost: h\r\n\r\n")
                               : STR("GET /later/keep HTTP/1.1\r\nHost: h\r\n\r\n"));
    }
    wait_ticket(&f->desk, PEERS - 1);
    int idle = peer_dial(http_port(&f->http));
    http_stop(&f->http, GRACE_MS);
    for (int i = 0; i < PEERS; i++) {
        struct peer_answer a;
        peer_get(fds[i], &a);
        assert_int_equal(a.status, 503);
        assert_true(str_find(a.body, STR("/e/stopping"), 0) != SIZE_MAX);
        peer_expect_closed(fds[i], &a);
        close(fds[i]);
    }
    close(idle);
}

static void more_requests_than_arenas_are_told_to_come_later(void **state)
{
    struct fixture *f = *state;
    static int fds[HTTP_ARENAS_MAX];
    for (int i = 0; i < HTTP_ARENAS_MAX; i++) {
        fds[i] = peer_dial(http_port(&f->http));
        peer_put(fds[i], STR("GET /later/keep HTTP/1.1\r\nHost: h\r\n\r\n"));
    }
    wait_ticket(&f->desk, HTTP_ARENAS_MAX - 1);
    struct peer_answer a;
    int fd = peer_dial(http_port(&f->http));
    peer_put(fd, STR(GET_HELLO));
    peer_get(fd, &a);
    assert_int_equal(a.status, 503);
    close(fd);
    struct reply reply;
    reply_json(&reply, 200, STR("{}"));
    for (int i = 0; i < HTTP_ARENAS_MAX; i++) {
        assert_true(http_complete(&f->http, f->desk.tickets[i], &reply));
    }
    for (int i = 0; i < HTTP_ARENAS_MAX; i++) {
        peer_get(fds[i], &a);
        assert_int_equal(a.status, 200);
        close(fds[i]);
    }
    fd = peer_dial(http_port(&f->http));
    peer_put(fd, STR(GET_HELLO));
    peer_get(fd, &a);
    assert_int_equal(a.status, 200);
    close(fd);
}

static void the_local_socket_is_private_and_known_as_local(void **state)
{
    struct fixture *f = *state;
    struct stat st;
    assert_int_equal(stat(f->socket_path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    static const struct str ask = {"GET /local HTTP/1.1\r\nHost: h\r\n\r\n", 32};
    struct peer_answer a;
    int fd = peer_dial_local(f->socket_path);
    peer_put(fd, ask);
    peer_get(fd, &a);
    assert_int_equal(a.status, 200);
    close(fd);
    fd = peer_dial(http_port(&f->http));
    peer_put(fd, ask);
    peer_get(fd, &a);
    assert_int_equal(a.status, 403);
    close(fd);
}

static void a_left_over_socket_is_replaced_and_a_taken_port_is_an_error(void **state)
{
    struct fixture *f = *state;
    http_stop(&f->http, GRACE_MS);
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
