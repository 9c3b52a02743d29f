// The listener: HTTP/1.1 on loopback and on a Unix socket, behind request and reply. libmicrohttpd
// runs one epoll thread per worker; nginx stands in front and gives TLS, limits per address and
// protection from clients that dribble.
//
// Strict where two programs could read a request differently (protocol: "Settled" 14): the library
// refuses some, the guard in http_guard.c refuses the rest with 400 and closes.
//
// A handler that cannot answer at once suspends the request; any thread answers it later. The library
// does not notice a dead peer of a suspended connection: who keeps long polls must end them by time.
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include "http/router.h"

#include <pthread.h>

#define HTTP_WORKERS_MAX       8
#define HTTP_CONNECTIONS_MAX   20000
#define HTTP_ARENAS_MAX        1024 // requests that hold an arena at once; over it: 503
#define HTTP_IDLE_S            75
#define HTTP_CONNECTION_BYTES  8192 // the library's pool: headers are 6 KiB at most
#define HTTP_LOCAL_CONNECTIONS 16   // of the Unix socket

struct http_config {
    bool on_tcp;             // 127.0.0.1
    int port;                // 0: a free one, see http_port
    const char *socket_path; // of the Unix socket (0600), or NULL; an old socket file is replaced
    int worker_count;        // 1 … HTTP_WORKERS_MAX
    int connection_max;      // 1 … HTTP_CONNECTIONS_MAX
    size_t arena_bytes;      // a request's arena: what a handler may build
};

struct http_worker {
    struct http *http;
    struct MHD_Daemon *daemon;
    int index;
    int listener; // the library's until http_stop
    bool is_local;
};

struct http {
    const struct router *router;
    struct http_config config;
    struct http_worker workers[HTTP_WORKERS_MAX + 1];
    int worker_count; // the local one is the last
    int port;
    struct arena memory; // the calls
    struct http_call *calls;
    uint32_t call_count;
    pthread_mutex_t lock; // over everything below and the state of every call
    struct http_call *free_calls;
    uint32_t in_use;
    struct arena arenas[HTTP_ARENAS_MAX]; // idle ones, for the next request
    int arena_idle;
    int arena_out;
    bool stopping;
    int drained; // an eventfd: told when stopping and nothing is in use
};

// Keeps `router`. `http` is some tens of KiB and may not move until http_stop. Handlers run in the
// workers' threads; request->worker is below worker_count, or equal to it for the Unix socket.
MUST_USE enum err http_start(struct http *http, const struct http_config *config,
                             const struct router *router);
int http_port(const struct http *http);

// Takes no further request, answers everything suspended with 503, lets what is under way end for at
// most `grace_ms`, and stops. Leaves quietly where http_start failed or was not called on zero.
void http_stop(struct http *http, int grace_ms);

// A suspended request, as a value that may outlive it.
struct http_ticket {
    uint32_t slot;
    uint32_t generation; // 0: none
};

enum http_keep {
    HTTP_KEEP_REQUEST, // request, arena and body live on until the reply is sent
    HTTP_DROP_REQUEST, // arena and body are given back now: for long polls, of which there are many
};

// Called by a handler, before it tells the ticket to anyone; the handler then returns ERR_OK. With
// HTTP_DROP_REQUEST nothing of the request may be used after it.
struct http_ticket http_suspend(struct request *request, enum http_keep keep);

// Answers a suspended request; copies the reply (takes its file). False: it was answered already (a
// newer poll, the stop), and nothing happened but that the file is closed. Threads: any.
bool http_complete(struct http *http, struct http_ticket ticket, const struct reply *reply);

#endif
