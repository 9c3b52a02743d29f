#include "harness/test.h"

#include "http/http.h"
#include "net/net.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define POLLS_MAX 1000
#define POLL_MS   20000 // an end for a broken test; a good one never waits for it

struct fixture {
    struct http http;
    struct router router;
    struct net net;
    char dir[64];
    char socket_path[96];
    char url[64];
};

static enum err echo(void *context, struct request *r, struct reply *reply)
{
    (void)context;
    reply_json(reply, 200,
               str_printf(r->arena, "%s|%.*s|%.*s|%.*s|%d", r->method == HTTP_POST ? "POST" : "GET",
                          STR_ARG(r->target), STR_ARG(r->body), STR_ARG(request_field(r, "X-Mark")),
                          r->is_local));
    reply_add_field(reply, "Retry-After", STR("7"));
    return ERR_OK;
}

static enum err hundred(void *context, struct request *r, struct reply *reply)
{
    (void)context;
    char *text = arena_array(r->arena, char, 100000);
    memset(text, 'y', 100000);
    reply_json(reply, 200, (struct str){text, 100000});
    return ERR_OK;
}

static enum err away(void *context, struct request *r, struct reply *reply)
{
    (void)context, (void)r;
    reply_json(reply, 302, STR("{}"));
    reply_add_field(reply, "Location", STR("/echo"));
    return ERR_OK;
}

static enum err never(void *context, struct request *r, struct reply *reply)
{
    (void)context, (void)reply;
    http_suspend(r, HTTP_DROP_REQUEST);
    return ERR_OK;
}

static enum err guard(void *context, struct request *r, int perm, enum guard_phase phase,
                      struct reply *reply)
{
    (void)context, (void)r, (void)perm, (void)phase, (void)reply;
    return ERR_OK;
}

static const struct route routes[] = {
    {HTTP_GET, "/echo", 0, 0, echo},       {HTTP_POST, "/echo", 0, 1000000, echo},
    {HTTP_GET, "/hundred", 0, 0, hundred}, {HTTP_GET, "/away", 0, 0, away},
    {HTTP_GET, "/never", 0, 0, never},
};

static int setup(void **state)
{
    struct fixture *f = test_calloc(1, sizeof(*f));
    snprintf(f->dir, sizeof(f->dir), "/tmp/test_net.XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    snprintf(f->socket_path, sizeof(f->socket_path), "%s/admin.sock", f->dir);
    f->router = (struct router){routes, sizeof(routes) / sizeof(routes[0]), guard, NULL};
    struct http_config config = {.on_tcp = true,
                                 .socket_path = f->socket_path,
                                 .worker_count = 1,
                                 .connection_max = 50,
                                 .arena_bytes = 1 << 20};
    assert_int_equal(http_start(&f->http, &config, &f->router), ERR_OK);
    assert_int_equal(net_init(&f->net, &(struct net_config){0}), ERR_OK);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    net_deinit(&f->net);
    net_deinit(&f->net); // again: quietly
    http_stop(&f->http, 2000);
    assert_int_equal(rmdir(f->dir), 0);
    test_free(f);
    return 0;
}

static struct net_request ask(struct fixture *f, const char *path)
{
    snprintf(f->url, sizeof(f->url), "http://127.0.0.1:%d%s", http_port(&f->http), path);
    return (struct net_request){.url = f->url, .deadline_ms = POLL_MS, .reply_bytes_max = 200000};
}

static struct net_reply finish(struct fixture *f)
{
    struct net_reply reply;
    for (int i = 0; i < POLLS_MAX; i++) {
        if (net_next_done(&f->net, &reply)) return reply;
        net_poll(&f->net, POLL_MS);
    }
    fail_msg("no reply");
    return reply;
}

static struct net_reply fetch(struct fixture *f, const struct net_request *request)
{
    struct net_token token;
    assert_int_equal(net_start(&f->net, request, &token), ERR_OK);
    struct net_reply reply = finish(f);
    assert_int_equal(reply.token.slot, token.slot);
    assert_int_equal(reply.token.generation, token.generation);
    return reply;
}

static void a_request_arrives_as_it_was_written(void **state)
{
    struct fixture *f = *state;
    struct net_field fields[] = {{"X-Mark", STR("m1")}, {"Content-Type", STR("application/json")}};
    struct net_request request = ask(f, "/echo?a=%20b");
    request.fields = fields;
    request.field_count = 2;
    struct net_reply reply = fetch(f, &request);
    assert_int_equal(reply.err, ERR_OK);
    assert_int_equal(reply.status, 200);
    assert_str(reply.body, "GET|/echo?a=%20b||m1|0");
    assert_str(net_reply_field(&reply, "retry-after"), "7");
    assert_null(net_reply_field(&reply, "Retry").ptr);
    request.method = NET_POST;
    request.body = STR("{\"a\":1}");
    reply = fetch(f, &request);
    assert_str(reply.body, "POST|/echo?a=%20b|{\"a\":1}|m1|0");
    request.body = (struct str){0};
    reply = fetch(f, &request);
    assert_str(reply.body, "POST|/echo?a=%20b||m1|0");
}

static void a_refusal_is_an_answer(void **state)
{
    struct fixture *f = *state;
    struct net_request request = ask(f, "/nowhere");
    struct net_reply reply = fetch(f, &request);
    assert_int_equal(reply.err, ERR_OK);
    assert_int_equal(reply.status, 404);
}

static void a_large_body_goes_and_a_path_stays_as_written(void **state)
{
    struct fixture *f = *state;
    static char big[150000];
    memset(big, 'b', sizeof(big));
    struct net_request request = ask(f, "/echo");
    request.method = NET_POST;
    request.body = (struct str){big, sizeof(big)};
    struct net_reply reply = fetch(f, &request);
    assert_int_equal(reply.status, 200);
    assert_true(reply.body.len > sizeof(big));
    request = ask(f, "/a/../echo");
    assert_int_equal(fetch(f, &request).status, 400); // curl would have made /echo of it
}

static void a_reply_ends_at_its_limit(void **state)
{
    struct fixture *f = *state;
    struct net_request request = ask(f, "/hundred");
    request.reply_bytes_max = 100000;
    assert_int_equal(fetch(f, &request).body.len, 100000);
    request.reply_bytes_max = 99999;
    struct net_reply reply = fetch(f, &request);
    assert_int_equal(reply.err, ERR_TOO_BIG);
    assert_int_equal(reply.body.len, 0);
}

// A server of one answer, for what ours would never say.
struct shouter {
    int listener;
    const char *text;
    size_t len;
};

static void *shout(void *context)
{
    struct shouter *s = context;
    int fd = accept(s->listener, NULL, NULL);
    char request[1024];
    ssize_t n = recv(fd, request, sizeof(request), 0);
    for (size_t sent = 0; n > 0 && sent < s->len; sent += (size_t)n) {
        n = send(fd, s->text + sent, s->len - sent, MSG_NOSIGNAL);
    }
    close(fd);
    return NULL;
}

static enum err hear(struct fixture *f, const char *text, size_t len)
{
    struct shouter s = {socket(AF_INET, SOCK_STREAM, 0), text, len};
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t address_len = sizeof(address);
    assert_int_equal(bind(s.listener, (struct sockaddr *)&address, address_len), 0);
    assert_int_equal(listen(s.listener, 1), 0);
    assert_int_equal(getsockname(s.listener, (struct sockaddr *)&address, &address_len), 0);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, shout, &s), 0);
    struct net_request request = ask(f, "/");
    snprintf(f->url, sizeof(f->url), "http://127.0.0.1:%d/", ntohs(address.sin_port));
    enum err e = fetch(f, &request).err;
    pthread_join(thread, NULL);
    close(s.listener);
    return e;
}

static void answers_of_strangers_do_no_harm(void **state)
{
    struct fixture *f = *state;
    static char head[NET_HEAD_BYTES_MAX + 100];
    int len = snprintf(head, sizeof(head), "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: ");
    memset(head + len, 'x', sizeof(head) - (size_t)len - 5);
    snprintf(head + sizeof(head) - 5, 5, "\r\n\r\n");
    assert_int_equal(hear(f, head, sizeof(head) - 1), ERR_TOO_BIG);
    static const char cut[] = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf";
    assert_int_equal(hear(f, cut, sizeof(cut) - 1), ERR_NET);
    static const char other[] = "SSH-2.0-OpenSSH_9.2\r\n";
    assert_int_equal(hear(f, other, sizeof(other) - 1), ERR_NET);
    static const char plain[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
    assert_int_equal(hear(f, plain, sizeof(plain) - 1), ERR_OK);
}

static enum err pour(void *context, struct str bytes)
{
    size_t *total = context;
    *total += bytes.len;
    return *total > 150000 ? ERR_FULL : ERR_OK;
}

static void a_sink_takes_the_body_and_may_end_it(void **state)
{
    struct fixture *f = *state;
    size_t total = 0;
    struct net_request request = ask(f, "/hundred");
    request.sink = pour;
    request.sink_context = &total;
    struct net_reply reply = fetch(f, &request);
    assert_int_equal(reply.err, ERR_OK);
    assert_int_equal(total, 100000);
    assert_int_equal(reply.body.len, 0);
    assert_int_equal(fetch(f, &request).err, ERR_FULL);
}

static void a_redirect_is_not_followed(void **state)
{
    struct fixture *f = *state;
    struct net_request request = ask(f, "/away");
    struct net_reply reply = fetch(f, &request);
    assert_int_equal(reply.status, 302);
    assert_str(net_reply_field(&reply, "Location"), "/echo");
}

static void proxies_of_the_environment_are_ignored(void **state)
{
    struct fixture *f = *state;
    // NOLINTBEGIN(concurrency-mt-unsafe): no other thread reads the environment here.
    // Port 1 answers nobody: a request that went there would fail.
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    setenv("all_proxy", "http://127.0.0.1:1", 1);
    struct net_request request = ask(f, "/echo");
    assert_int_equal(fetch(f, &request).status, 200);
    unsetenv("http_proxy");
    unsetenv("all_proxy");
    // NOLINTEND(concurrency-mt-unsafe)
}

static void other_protocols_and_split_fields_are_refused(void **state)
{
    struct fixture *f = *state;
    static const char *const urls[] = {"file:///etc/passwd", "ftp://127.0.0.1/", "127.0.0.1", "",
                                       "HTTPX://h"};
    struct net_token token;
    struct net_request request = ask(f, "/echo");
    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        request.url = urls[i];
        assert_int_equal(net_start(&f->net, &request, &token), ERR_BAD_INPUT);
    }
    request = ask(f, "/echo");
    struct net_field split = {"X-Mark", STR("a\r\nX-Other: b")};
    request.fields = &split;
    request.field_count = 1;
    assert_int_equal(net_start(&f->net, &request, &token), ERR_BAD_INPUT);
}

static void no_server_is_an_error_and_so_is_tls_without_one(void **state)
{
    struct fixture *f = *state;
    struct net_request request = ask(f, "/echo");
    char url[64];
    snprintf(url, sizeof(url), "https://127.0.0.1:%d/echo", http_port(&f->http));
    request.url = url;
    assert_int_equal(fetch(f, &request).err, ERR_NET);
    request.url = "http://127.0.0.1:1/";
    assert_int_equal(fetch(f, &request).err, ERR_NET);
}

static void a_deadline_ends_what_is_never_answered(void **state)
{
    struct fixture *f = *state;
    struct net_request request = ask(f, "/never");
    request.deadline_ms = 50;
    assert_int_equal(fetch(f, &request).err, ERR_NET);
}

static void a_cancelled_request_gives_its_place_back_and_no_reply(void **state)
{
    struct fixture *f = *state;
    struct net_token tokens[NET_REQUESTS_MAX], more;
    struct net_request request = ask(f, "/never");
    for (int i = 0; i < NET_REQUESTS_MAX; i++) {
        assert_int_equal(net_start(&f->net, &request, &tokens[i]), ERR_OK);
    }
    request = ask(f, "/echo");
    assert_int_equal(net_start(&f->net, &request, &more), ERR_BUSY);
    net_cancel(&f->net, tokens[3]);
    assert_int_equal(net_start(&f->net, &request, &more), ERR_OK);
    net_cancel(&f->net, tokens[3]); // the place belongs to another request now
    struct net_reply reply = finish(f);
    assert_int_equal(reply.status, 200);
    assert_int_equal(reply.token.generation, more.generation);
    assert_false(net_next_done(&f->net, &reply));
}

static void *wake(void *context)
{
    net_wakeup(context);
    return NULL;
}

static void another_thread_wakes_the_sleeper(void **state)
{
    struct fixture *f = *state;
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, wake, &f->net), 0);
    net_poll(&f->net, 1000 * POLL_MS); // without the wake-up the test would run into its time limit
    pthread_join(thread, NULL);
}

static void eight_requests_run_at_once_and_each_gets_its_own_answer(void **state)
{
    struct fixture *f = *state;
    struct net_token tokens[NET_REQUESTS_MAX];
    int seen[NET_REQUESTS_MAX] = {0};
    for (int i = 0; i < NET_REQUESTS_MAX; i++) {
        char mark[8];
        snprintf(mark, sizeof(mark), "%d", i);
        struct net_field field = {"X-Mark", str_from_z(mark)};
        struct net_request request = ask(f, "/echo");
        request.fields = &field;
        request.field_count = 1;
        assert_int_equal(net_start(&f->net, &request, &tokens[i]), ERR_OK);
    }
    for (int i = 0; i < NET_REQUESTS_MAX; i++) {
        struct net_reply reply = finish(f);
        char want[32];
        snprintf(want, sizeof(want), "GET|/echo||%u|0", reply.token.slot);
        assert_str(reply.body, want);
        seen[reply.token.slot]++;
    }
    for (int i = 0; i < NET_REQUESTS_MAX; i++) {
        assert_int_equal(seen[i], 1);
    }
}

static void the_local_socket_is_reached_by_its_path(void **state)
{
    struct fixture *f = *state;
    struct net_request request = ask(f, "/echo");
    request.url = "http://localhost/echo";
    request.socket_path = f->socket_path;
    struct net_reply reply = fetch(f, &request);
    assert_int_equal(reply.status, 200);
    assert_str(reply.body, "GET|/echo|||1");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_request_arrives_as_it_was_written),
        CASE(a_refusal_is_an_answer),
        CASE(a_large_body_goes_and_a_path_stays_as_written),
        CASE(a_reply_ends_at_its_limit),
        CASE(answers_of_strangers_do_no_harm),
        CASE(a_sink_takes_the_body_and_may_end_it),
        CASE(a_redirect_is_not_followed),
        CASE(proxies_of_the_environment_are_ignored),
        CASE(other_protocols_and_split_fields_are_refused),
        CASE(no_server_is_an_error_and_so_is_tls_without_one),
        CASE(a_deadline_ends_what_is_never_answered),
        CASE(a_cancelled_request_gives_its_place_back_and_no_reply),
        CASE(another_thread_wakes_the_sleeper),
        CASE(eight_requests_run_at_once_and_each_gets_its_own_answer),
        CASE(the_local_socket_is_reached_by_its_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
