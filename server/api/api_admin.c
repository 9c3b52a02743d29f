// The operator's socket: one path for every command. It runs in the socket's own thread, which may
// wait for the writer, because nobody but an operator waits for it.
#include "api/admin.h"
#include "api/api.h"

static enum err write_through(void *context, store_work_fn *work, void *work_context)
{
    return writer_run(context, work, work_context);
}

static enum err read_args(struct request *request, struct admin_ask *ask)
{
    for (int i = 0; i < ADMIN_ARG_COUNT; i++) {
        enum err e = request_query(request, admin_arg_name((enum admin_arg)i), &ask->args[i]);
        if (e == ERR_NOT_FOUND) continue;
        if (e || ask->args[i].len > ADMIN_ARG_BYTES_MAX) return ERR_BAD_INPUT;
    }
    ask->body = request->body;
    return ERR_OK;
}

// The answer may be larger than a request's arena, so it is copied out of a buffer of its own.
static void answer(struct api *api, struct request *request, const struct admin_reply *lines,
                   enum err e)
{
    struct reply reply = {0};
    struct http_ticket ticket = http_suspend(request, HTTP_KEEP_REQUEST);
    if (e) {
        reply_problem(&reply, NULL, problem_of(e), NULL);
    } else {
        reply_json(&reply, 200, buf_str(&lines->lines));
        reply.type = "application/x-ndjson";
    }
    http_complete(api->http, ticket, &reply);
}

enum err api_admin(void *context, struct request *request, struct reply *reply)
{
    struct api *api = context;
    struct admin_ask ask = {0};
    struct admin_reply lines;
    enum err e = read_args(request, &ask);
    (void)reply;
    if (e) return e;
    struct admin admin = {.env = api->env,
                          .reader = api_reader(api, request),
                          .write = write_through,
                          .write_context = api->writer,
                          .fs = api->fs,
                          .dir = api->dir};
    admin_reply_init(&lines);
    e = admin_run(&admin, request->params[0], &ask, &lines);
    answer(api, request, &lines, e);
    admin_reply_deinit(&lines);
    return ERR_OK;
}
