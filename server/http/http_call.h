// What http.c, http_answer.c and http_guard.c share: one call per request under way.
#ifndef HTTP_HTTP_CALL_H
#define HTTP_HTTP_CALL_H

#include "base/buf.h"
#include "http/http.h"

#include <microhttpd.h>

enum call_state {
    CALL_FREE,
    CALL_NAMED,      // the request line is read
    CALL_COLLECTING, // the head was admitted, the body comes
    CALL_REFUSED,    // the reply waits for the library's next turn
    CALL_WAITING,    // suspended
    CALL_ANSWERING,  // somebody is making the reply
    CALL_ANSWERED,   // the reply waits for the connection to resume, or is queued
};

struct http_call {
    struct http *http;
    struct http_call *next_free;
    uint32_t generation;
    enum call_state state;
    struct MHD_Connection *connection;
    struct MHD_Response *response; // owned until queued
    int status;
    const struct route *route;
    struct request request;
    struct arena arena; // bytes == NULL: none
    struct buf body;
};

struct http_call *call_take(struct http *http);
void call_give(struct http_call *call);
bool call_take_arena(struct http_call *call);  // false: too many at once
void call_give_memory(struct http_call *call); // arena and body

// What stands in the head.
struct head {
    int field_count;
    int host_count;
    int length_count;
    bool is_bad;
    struct str length; // of the body, as text
};

// False: answer 400 and close.
MUST_USE bool guard_head(struct http_call *call, const char *method, int64_t *body_bytes);

struct MHD_Response *response_of(const struct reply *reply, enum MHD_ResponseMemoryMode mode);

void *answer_named(void *worker, const char *target, struct MHD_Connection *connection);
enum MHD_Result answer_turn(void *worker, struct MHD_Connection *connection, const char *url,
                            const char *method, const char *version, const char *upload,
                            size_t *upload_bytes, void **context);
void answer_ended(void *worker, struct MHD_Connection *connection, void **context,
                  enum MHD_RequestTerminationCode why);

#endif
