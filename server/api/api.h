// The endpoints: one row in routes.def each. A handler parses, calls the store and replies; what
// changes something goes through the writer and is answered after its commit.
//
// This header is for whoever assembles the server, and for the handlers; nobody else needs it.
#ifndef API_API_H
#define API_API_H

#include "api/polls.h"
#include "api/writer.h"
#include "auth/auth.h"
#include "base/fs.h"
#include "crypt/seal.h"
#include "http/http.h"
#include "wire/json.h"

#include <stdatomic.h>

#define API_ARENA_BYTES   ((size_t)2 * 1024 * 1024) // of a request: a page of the feed fits twice
#define API_POLL_WAIT_S   50
#define API_SPREAD_S      120
#define API_SEEN_MS       60000 // a kiosk's last_seen is at most so old
#define API_DIR_BYTES_MAX 384   // of the data folder's path
#define API_CONTENT_DIR   "content"
#define API_KEYS_DIR      "keys"

enum perm {
    PERM_ANYONE,
    PERM_NEWCOMER, // a kiosk, with any incarnation
    PERM_KIOSK,    // a kiosk, with its active incarnation
    PERM_ADMIN,    // who may open DIR/admin.sock
};

// All borrowed parts outlive the api.
struct api {
    struct env *env;
    struct fs *fs;
    struct http *http;
    struct writer *writer;
    struct polls *polls;
    struct store *readers[HTTP_WORKERS_MAX + 1]; // by request->worker
    const char *dir;
    struct store_meta meta; // as the server started; a new generation needs a new start
    struct seal_key_pair box;
    struct auth auth;
    atomic_llong asked_ms; // when a kiosk last asked for anything, monotonic
};

// The table of routes.def with guard and handlers; keeps `api`.
struct router api_router(struct api *api);

// ---- For handlers

#define ROUTE(method, path, perm, body_max, handler) \
    enum err handler(void *context, struct request *request, struct reply *reply);
#include "api/routes.def"
#undef ROUTE

// Work for the writer on behalf of a suspended request; first member of what the handler keeps in the
// request's arena. `reply` runs after the commit, in the writer's thread.
struct api_work;
typedef enum err api_run_fn(struct store *s, struct api_work *work);
typedef enum err api_reply_fn(struct api_work *work, struct reply *reply);

struct api_work {
    struct api *api;
    struct arena *arena;
    api_run_fn *run; // may run again
    api_reply_fn *reply;
    struct http_ticket ticket;
};

// Suspends the request. What goes wrong from here on is answered through the ticket.
void api_submit(struct api *api, struct request *request, struct api_work *work);

// The body as JSON; false with a problem in `reply`. Free the document.
MUST_USE bool api_json(struct request *request, struct reply *reply, struct json_value **document);
void api_reply_mistake(struct request *request, struct reply *reply,
                       const struct json_mistake *mistake);

// A problem with a number beside its type (NULL: none), and the generation where `gen` is given.
void api_reply_problem(struct reply *reply, struct arena *arena, enum problem p,
                       const struct id *gen, const char *member, int64_t number);

// 200 with what `body` holds, copied to the arena; takes what went wrong while it was written.
MUST_USE enum err api_reply_buf(struct reply *reply, struct arena *arena, struct buf *body,
                                enum err e);

const struct auth_kiosk *api_kiosk(
    const struct request *request); // behind PERM_KIOSK, PERM_NEWCOMER
struct store *api_reader(struct api *api, const struct request *request);

#endif
