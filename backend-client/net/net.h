// Requests to a server and their replies, over curl's multi handle: nothing here waits but net_poll,
// and that ends at once on net_wakeup. Every request has a deadline and a largest reply.
//
// The kiosk speaks to its own server alone: redirects are not followed, proxies of the environment are
// ignored, only http and https are spoken, and the server is known by its CA and its pinned key.
// Threads: one thread to a struct net; net_wakeup from any.
#ifndef NET_NET_H
#define NET_NET_H

#include "base/buf.h"

#define NET_REQUESTS_MAX    8 // under way at once
#define NET_FIELDS_MAX      16
#define NET_FIELD_BYTES_MAX 1024
#define NET_HEAD_BYTES_MAX  8192 // of a reply; past it the request fails with ERR_TOO_BIG
#define NET_CONNECT_MS_MAX  10000

struct net_config {
    const char *ca_file; // PEM; NULL: the system's
    const char
        *pinned_keys; // "sha256//<base64>;sha256//<base64>", of which one must match; or NULL
};

enum net_method { NET_GET, NET_POST };

struct net_field {
    const char *name;
    struct str value;
};

// Takes bytes of the body as they come, so that a large one need not lie in memory. An error ends the
// request with it.
typedef enum err net_sink_fn(void *context, struct str bytes);

struct net_request {
    enum net_method method;
    const char *url;         // http://… or https://…; no personal data goes into it
    const char *socket_path; // a Unix socket to connect to instead of the URL's host; or NULL
    const struct net_field *fields;
    int field_count;
    struct str body;        // of a POST
    int deadline_ms;        // for the whole of it, > 0
    size_t reply_bytes_max; // > 0; the request ends at the byte past it with ERR_TOO_BIG
    net_sink_fn *sink;      // or NULL: the body is collected
    void *sink_context;     // kept until the reply
};

struct net_token {
    uint32_t slot;
    uint32_t generation; // 0: none
};

struct net_reply {
    struct net_token token;
    enum err
        err; // ERR_OK: an answer came, whatever its status; ERR_NET: none in time, or a stranger's
    int status;
    struct str body;
    struct str head; // see net_reply_field
};

enum net_state { NET_IDLE, NET_RUNNING, NET_DELIVERED };

struct net_slot {
    void *easy;
    void *fields;
    uint32_t generation;
    enum net_state state;
    enum err err; // why we ended it ourselves
    size_t body_bytes;
    size_t body_bytes_max;
    struct buf body;
    struct buf head;
    net_sink_fn *sink;
    void *sink_context;
};

struct net {
    struct net_config config;
    void *multi;
    struct net_slot slots[NET_REQUESTS_MAX];
};

// Keeps the texts of `config`. `net` may not move until net_deinit.
MUST_USE enum err net_init(struct net *net, const struct net_config *config);
void net_deinit(struct net *net); // ends what is under way; leaves quietly on zero

// Copies the request. ERR_BUSY where NET_REQUESTS_MAX are under way (not logged), ERR_BAD_INPUT for a
// URL that is none of ours.
MUST_USE enum err net_start(struct net *net, const struct net_request *request,
                            struct net_token *out);

// Forgets a request; no reply will come. Nothing happens where its reply came already.
void net_cancel(struct net *net, struct net_token token);

// Sleeps until something moves, net_wakeup, or `wait_ms`, and lets everything go on.
void net_poll(struct net *net, int wait_ms);
void net_wakeup(struct net *net); // threads: any

// The next finished request, or false. The reply lives until the next call of net_next_done.
bool net_next_done(struct net *net, struct net_reply *out);

// The value of a field of the reply (case does not matter); ptr == NULL where there is none.
struct str net_reply_field(const struct net_reply *reply, const char *name);

#endif
