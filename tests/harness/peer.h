// The other end of a connection, byte for byte, for what no HTTP client would send.
#ifndef HARNESS_PEER_H
#define HARNESS_PEER_H

#include "base/str.h"

struct peer_answer {
    char text[9000];
    size_t len;
    bool closed;
    int status;      // 0: none came
    struct str body; // lies in `text`
};

int peer_dial(int port); // of loopback
int peer_dial_local(const char *path);
void peer_put(int fd, struct str text); // says nothing of a peer that has closed

// Reads one answer up to the end of its body, or until the peer closes.
void peer_get(int fd, struct peer_answer *a);
void peer_expect_closed(int fd, struct peer_answer *a);

#endif
