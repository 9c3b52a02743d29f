// The library's callbacks: one request from its first line to its end. They run in a worker's thread.
#include "base/log.h"
#include "http/http_call.h"

#include <string.h>
#include <unistd.h>

// Other threads look at the state of every call, so it is never touched without the lock.
static enum call_state state_of(struct http_call *call)
{
    pthread_mutex_lock(&call->http->lock);
    enum call_state state = call->state;
    pthread_mutex_unlock(&call->http->lock);
    return state;
}

static void set_state(struct http_call *call, enum call_state state)
{
    pthread_mutex_lock(&call->http->lock);
    call->state = state;
    pthread_mutex_unlock(&call->http->lock);
}

// The request line as it was sent: afterwards the library cuts it into pieces in place. One byte past
// the limit is enough to know that it was too long.
void *answer_named(void *worker, const char *target, struct MHD_Connection *connection)
{
    struct http_worker *w = worker;
    struct http_call *call = call_take(w->http);
    if (!call) return NULL;
    call->connection = connection;
    call->request = (struct request){0};
    struct str sent = str_sub(str_from_z(target), 0, HTTP_TARGET_BYTES_MAX + 1);
    if (call_take_arena(call)) call->request.target = str_copy(&call->arena, sent);
    return call;
}

struct lookup {
    const char *name;
    int left;
    struct str found;
};

static enum MHD_Result look(void *context, enum MHD_ValueKind kind, const char *name,
                            size_t name_bytes, const char *value, size_t value_bytes)
{
    (void)kind;
    struct lookup *l = context;
    if (strlen(l->name) != name_bytes || strncasecmp(name, l->name, name_bytes) != 0)
        return MHD_YES;
    if (l->left-- > 0) return MHD_YES;
    l->found = (struct str){value ? value : "", value_bytes};
    return MHD_NO;
}

static struct str field_of(const void *source, const char *name, int index)
{
    const struct http_call *call = source;
    struct lookup l = {.name = name, .left = index};
    MHD_get_connection_values_n(call->connection, MHD_HEADER_KIND, look, &l);
    return l.found;
}

static bool add_field(struct MHD_Response *response, const char *name, struct str value)
{
    char z[REPLY_HEAD_BYTES_MAX + 1];
    if (value.len >= sizeof(z)) return false;
    memcpy(z, value.ptr ? value.ptr : "", value.len);
    z[value.len] = '\0';
    return MHD_add_response_header(response, name, z) == MHD_YES;
}

static struct MHD_Response *content_of(const struct reply *reply, enum MHD_ResponseMemoryMode mode)
{
    if (reply->has_file) {
        return MHD_create_response_from_fd_at_offset64(reply->file_bytes, reply->file,
                                                       reply->file_from);
    }
    // The library never writes to a buffer it was given to keep; its type says so only in newer ones.
    union {
        const void *given;
        void *wanted;
    } bytes = {.given = reply->body.len ? reply->body.ptr : ""};
    return MHD_create_response_from_buffer(reply->body.len, bytes.wanted, mode);
}

struct MHD_Response *response_of(const struct reply *reply, enum MHD_ResponseMemoryMode mode)
{
    struct MHD_Response *response = content_of(reply, mode);
    CHECK(response);
    bool good =
        add_field(response, "Content-Type",
                  str_from_z(reply->type ? reply->type : "application/json")) &&
        add_field(response, "Cache-Control", str_from_z(reply->cache ? reply->cache : "no-store"));
    size_t bytes = 0;
    for (int i = 0; i < reply->field_count && good; i++) {
        bytes += strlen(reply->fields[i].name) + reply->fields[i].value.len;
        good = bytes <= REPLY_HEAD_BYTES_MAX &&
               add_field(response, reply->fields[i].name, reply->fields[i].value);
    }
    if (good) return response;
    // Half a set of fields could mean something else than the whole.
    log_error("http: a reply field is not of the allowed form");
    MHD_destroy_response(response);
    return NULL;
}

static void prepare(struct http_call *call, const struct reply *reply,
                    enum MHD_ResponseMemoryMode mode)
{
    struct reply failed;
    call->response = response_of(reply, mode);
    call->status = reply->status;
    if (call->response) return;
    reply_problem(&failed, NULL, PROBLEM_INTERNAL, NULL);
    call->response = response_of(&failed, MHD_RESPMEM_PERSISTENT);
    call->status = failed.status;
}

static enum MHD_Result queue(struct http_call *call)
{
    enum MHD_Result result =
        MHD_queue_response(call->connection, (unsigned)call->status, call->response);
    MHD_destroy_response(call->response); // the connection has its own count
    call->response = NULL;
    return result;
}

// Answers before the body is read; what the peer still sends must not be taken for a next request.
static enum MHD_Result refuse_and_close(struct http_call *call, struct reply *reply)
{
    reply_add_field(reply, "Connection", STR("close"));
    prepare(call, reply, MHD_RESPMEM_PERSISTENT);
    set_state(call, CALL_ANSWERED);
    return queue(call);
}

static bool admit(struct http_call *call, int64_t body_bytes, struct reply *reply)
{
    const struct router *router = call->http->router;
    call->route = router_find(router, &call->request, reply);
    if (!call->route) return false;
    if ((uint64_t)body_bytes > call->route->body_max) {
        reply_problem(reply, NULL, PROBLEM_BODY_TOO_LARGE, NULL);
        return false;
    }
    if (!router_admits(router, call->route, &call->request, reply)) return false;
    if (body_bytes > 0) buf_init(&call->body, (size_t)body_bytes);
    return true;
}

static enum MHD_Result first_turn(struct http_worker *worker, struct http_call *call,
                                  const char *method)
{
    struct reply reply = {0};
    if (!call->arena.bytes) {
        reply_problem(&reply, NULL, PROBLEM_OVERLOADED, NULL);
        return refuse_and_close(call, &reply);
    }
    struct request *request = &call->request;
    *request = (struct request){.is_local = worker->is_local,
                                .worker = worker->index,
                                .target = request->target,
                                .arena = &call->arena,
                                .field = field_of,
                                .field_source = call,
                                .call = call};
    int64_t body_bytes = 0;
    if (!guard_head(call, method, &body_bytes)) {
        reply_problem(&reply, NULL, PROBLEM_MALFORMED_HTTP, NULL);
        return refuse_and_close(call, &reply);
    }
    request->query = request->target;
    request->path = str_cut(&request->query, '?');
    if (admit(call, body_bytes, &reply)) {
        set_state(call, CALL_COLLECTING);
        return MHD_YES;
    }
    if (body_bytes > 0) return refuse_and_close(call, &reply);
    // Queueing on the first turn makes the library give up keep-alive, at four times the cost.
    prepare(call, &reply, MHD_RESPMEM_PERSISTENT);
    set_state(call, CALL_REFUSED);
    return MHD_YES;
}

static enum MHD_Result last_turn(struct http_call *call)
{
    struct reply reply = {0};
    call->request.body = buf_str(&call->body);
    router_answer(call->http->router, call->route, &call->request, &reply);
    // Another thread may have answered already: the library calls again when it has resumed.
    if (call->request.is_suspended) return MHD_YES;
    prepare(call, &reply, MHD_RESPMEM_PERSISTENT);
    set_state(call, CALL_ANSWERED);
    return queue(call);
}

// NOLINTNEXTLINE(readability-function-size): the library's signature
enum MHD_Result answer_turn(void *worker, struct MHD_Connection *connection, const char *url,
                            const char *method, const char *version, const char *upload,
                            size_t *upload_bytes, void **context)
{
    (void)connection;
    (void)url;
    (void)version;
    struct http_call *call = *context;
    if (!call) return MHD_NO; // more connections than calls: closes
    switch (state_of(call)) {
    case CALL_NAMED: return first_turn(worker, call, method);
    case CALL_COLLECTING:
        if (*upload_bytes == 0) return last_turn(call);
        buf_add(&call->body, (struct str){upload, *upload_bytes});
        *upload_bytes = 0;
        return buf_err(&call->body) ? MHD_NO : MHD_YES;
    case CALL_REFUSED: set_state(call, CALL_ANSWERED); return queue(call);
    case CALL_ANSWERED:
        if (call->response) return queue(call); // resumed
        *upload_bytes = 0;                      // refused while the body was still coming
        return MHD_YES;
    case CALL_WAITING:
    case CALL_ANSWERING: return MHD_YES;
    case CALL_FREE: break;
    }
    return MHD_NO;
}

void answer_ended(void *worker, struct MHD_Connection *connection, void **context,
                  enum MHD_RequestTerminationCode why)
{
    (void)worker;
    (void)connection;
    (void)why;
    if (*context) call_give(*context);
    *context = NULL;
}

struct http_ticket http_suspend(struct request *request, enum http_keep keep)
{
    struct http_call *call = request->call;
    struct http *http = call->http;
    CHECK(!request->is_suspended);
    request->is_suspended = true;
    if (keep == HTTP_DROP_REQUEST) call_give_memory(call);
    MHD_suspend_connection(call->connection);
    pthread_mutex_lock(&http->lock);
    call->state = CALL_WAITING;
    struct http_ticket ticket = {(uint32_t)(call - http->calls), call->generation};
    bool stopping = http->stopping;
    pthread_mutex_unlock(&http->lock);
    if (stopping) { // the round of http_stop may be over
        struct reply reply;
        reply_problem(&reply, NULL, PROBLEM_STOPPING, NULL);
        http_complete(http, ticket, &reply);
    }
    return ticket;
}

bool http_complete(struct http *http, struct http_ticket ticket, const struct reply *reply)
{
    CHECK(ticket.slot < http->call_count && reply->status);
    struct http_call *call = &http->calls[ticket.slot];
    pthread_mutex_lock(&http->lock);
    bool waits = call->generation == ticket.generation && call->state == CALL_WAITING;
    if (waits) call->state = CALL_ANSWERING;
    pthread_mutex_unlock(&http->lock);
    if (!waits) {
        if (reply->has_file) close(reply->file);
        return false;
    }
    prepare(call, reply, MHD_RESPMEM_MUST_COPY);
    set_state(call, CALL_ANSWERED);
    MHD_resume_connection(call->connection);
    return true;
}
