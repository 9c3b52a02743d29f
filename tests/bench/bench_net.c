// Keep-alive connections over epoll: a request goes out, its answer is read whole.
#include "bench.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define EVENTS_MAX  512
#define PIECE_BYTES 65536

int64_t bench_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int dial(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0)
        bench_fail("cannot connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

static void line_open(struct bench_net *n, struct bench_line *line)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = line};
    line->fd = dial(n->port);
    if (epoll_ctl(n->epoll, EPOLL_CTL_ADD, line->fd, &event) != 0) bench_fail("epoll");
}

// As many connections as the system allows at all.
static void raise_file_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) bench_fail("file limit");
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) bench_fail("file limit");
}

void bench_net_open(struct bench *b, struct bench_net *n, int count, bench_answer_fn *answered,
                    void *context)
{
    raise_file_limit();
    *n = (struct bench_net){.count = count, .answered = answered, .context = context};
    n->port = (int)bench_int(b, "port", 0);
    n->epoll = epoll_create1(EPOLL_CLOEXEC);
    n->lines = arena_array(b->arena, struct bench_line, (size_t)count);
    for (int i = 0; i < count; i++) {
        n->lines[i].index = i;
        buf_init(&n->lines[i].reply, BENCH_REPLY_MAX);
        buf_init(&n->lines[i].out, BENCH_REPLY_MAX);
        line_open(n, &n->lines[i]);
    }
}

void bench_net_close(struct bench_net *n)
{
    for (int i = 0; i < n->count; i++) {
        close(n->lines[i].fd);
        buf_deinit(&n->lines[i].reply);
        buf_deinit(&n->lines[i].out);
    }
    close(n->epoll);
}

static void watch(struct bench_net *n, struct bench_line *line, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = line};
    if (epoll_ctl(n->epoll, EPOLL_CTL_MOD, line->fd, &event) != 0) bench_fail("epoll");
}

static void answered(struct bench_net *n, struct bench_line *line)
{
    line->answered_us = bench_us();
    line->request = (struct str){0};
    n->under_way--;
    n->answered(n->context, line);
}

// The server has turned a request away, as it may; the next one goes over a new connection.
static void hung_up(struct bench_net *n, struct bench_line *line)
{
    close(line->fd);
    line_open(n, line);
    if (!line->request.ptr) return;
    line->status = 0;
    line->body = (struct str){0};
    answered(n, line);
}

static void send_on(struct bench_net *n, struct bench_line *line)
{
    struct str rest = str_sub(line->request, line->sent, SIZE_MAX);
    ssize_t sent = send(line->fd, rest.ptr, rest.len, MSG_NOSIGNAL);
    // What was said before the end is still to be read.
    if (sent < 0 && errno != EAGAIN && errno != EPIPE && errno != ECONNRESET) bench_fail("send");
    bool was_waiting = line->sent > 0 || sent < 0;
    if (sent > 0) line->sent += (size_t)sent;
    if (line->sent < line->request.len) {
        watch(n, line, EPOLLIN | EPOLLOUT);
    } else if (was_waiting) {
        watch(n, line, EPOLLIN);
    }
}

void bench_ask(struct bench_net *n, struct bench_line *line, struct str request)
{
    CHECK(!line->request.ptr);
    line->request = request;
    line->sent = 0;
    line->asked_us = bench_us();
    buf_clear(&line->reply);
    n->under_way++;
    send_on(n, line);
}

// False: there is more to come.
static bool is_whole(struct bench_line *line)
{
    int64_t status = 0;
    int64_t bytes = 0;
    struct str all = buf_str(&line->reply);
    size_t end = str_find(all, STR("\r\n\r\n"), 0);
    if (end == SIZE_MAX) return false;
    struct str head = str_sub(all, 0, end);
    if (!str_to_int(str_sub(head, 9, 3), 100, 599, &status)) bench_fail("no HTTP");
    while (head.ptr) {
        struct str value = str_cut(&head, '\n');
        struct str name = str_cut(&value, ':');
        if (name.len == 14 && strncasecmp(name.ptr, "Content-Length", 14) == 0 &&
            !str_to_int(str_trim(value), 0, BENCH_REPLY_MAX, &bytes))
            bench_fail("no length");
    }
    line->status = (int)status;
    line->body = str_sub(all, end + 4, SIZE_MAX);
    return line->body.len >= (size_t)bytes;
}

static void read_on(struct bench_net *n, struct bench_line *line)
{
    char piece[PIECE_BYTES];
    ssize_t got = recv(line->fd, piece, sizeof(piece), 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
        hung_up(n, line);
        return;
    }
    buf_add(&line->reply, (struct str){piece, (size_t)got});
    bench_must(buf_err(&line->reply), "reply");
    if (!is_whole(line)) return;
    CHECK(line->request.ptr);
    answered(n, line);
}

bool bench_turn(struct bench_net *n, int wait_ms)
{
    struct epoll_event events[EVENTS_MAX];
    int count = epoll_wait(n->epoll, events, EVENTS_MAX, wait_ms);
    for (int i = 0; i < count; i++) {
        struct bench_line *line = events[i].data.ptr;
        if (events[i].events & EPOLLOUT) send_on(n, line);
        if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) read_on(n, line);
    }
    return count > 0;
}

bool bench_wait(struct bench_net *n, int quiet_ms)
{
    while (n->under_way > 0) {
        if (!bench_turn(n, quiet_ms)) return false;
    }
    return true;
}
