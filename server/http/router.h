// The table that maps a request to its handler, with the guard before it. Pure: no sockets.
#ifndef HTTP_ROUTER_H
#define HTTP_ROUTER_H

#include "http/request.h"

// Fills the reply, or suspends the request (http.h) and leaves the reply alone. An error without a
// reply becomes its problem document.
typedef enum err handler_fn(void *context, struct request *request, struct reply *reply);

enum guard_phase {
    GUARD_HEAD, // the head is read, the body not yet: refuse here whoever may not send one
    GUARD_BODY, // everything is there; called after GUARD_HEAD said ERR_OK
};

// Who asks, and may they? An error refuses: with the reply, where the guard filled one, else with the
// problem for the error (ERR_AUTH: 403). Leaves its word in request->caller.
typedef enum err guard_fn(void *context, struct request *request, int perm, enum guard_phase phase,
                          struct reply *reply);

struct route {
    enum http_method method;
    const char
        *path;       // "/v1/s/bookings/:id/cancel"; a last segment "*" takes the rest, also nothing
    int perm;        // the guard's
    size_t body_max; // bytes; 0 takes none
    handler_fn *handler;
};

struct router {
    const struct route *routes; // the first row that matches is taken
    size_t count;
    guard_fn *guard;
    void *context; // given to guard and handlers
};

// The row for a request, whose params it fills. NULL with a reply: 404, or 405 with Allow.
const struct route *router_find(const struct router *router, struct request *request,
                                struct reply *reply);

// The guard before the body is read. False with a reply: refused.
bool router_admits(const struct router *router, const struct route *route, struct request *request,
                   struct reply *reply);

// The rest: the body's size, the guard, the handler. Leaves a reply, or a suspended request.
void router_answer(const struct router *router, const struct route *route, struct request *request,
                   struct reply *reply);

#endif
