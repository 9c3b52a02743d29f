#include "harness/peer.h"

#include "harness/test.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#define PEER_WAIT_MS 20000 // an end for a broken test; a good one never waits for it

int peer_dial(int port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

int peer_dial_local(const char *path)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

void peer_put(int fd, struct str text)
{
    while (text.len > 0) {
        ssize_t n = send(fd, text.ptr, text.len, MSG_NOSIGNAL);
        if (n <= 0) return; // the peer has closed: what it said is what counts
        text = str_sub(text, (size_t)n, text.len);
    }
}

static bool is_whole(struct peer_answer *a)
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

static void read_more(int fd, struct peer_answer *a)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    assert_int_equal(poll(&p, 1, PEER_WAIT_MS), 1);
    ssize_t n = recv(fd, a->text + a->len, sizeof(a->text) - a->len, 0);
    if (n > 0) {
        a->len += (size_t)n;
    } else {
        a->closed = true;
    }
}

void peer_get(int fd, struct peer_answer *a)
{
    *a = (struct peer_answer){0};
    while (!a->closed && !is_whole(a)) {
        read_more(fd, a);
    }
    int64_t status = 0;
    if (a->len > 12 && str_to_int(str_sub((struct str){a->text, a->len}, 9, 3), 100, 599, &status))
        a->status = (int)status;
}

void peer_expect_closed(int fd, struct peer_answer *a)
{
    for (int i = 0; i < 100 && !a->closed; i++) {
        read_more(fd, a);
    }
    assert_true(a->closed);
}
