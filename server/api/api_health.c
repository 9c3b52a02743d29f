// Is the process alive; can it write, so that a power cut takes nothing of it?
#include "api/api.h"

enum err api_healthz(void *context, struct request *request, struct reply *reply)
{
    (void)context;
    (void)request;
    reply_json(reply, 200, STR("{\"ok\":true}"));
    return ERR_OK;
}

static enum err run_ready(struct store *s, struct writer_command *command)
{
    (void)command;
    return store_touch(s);
}

// Whatever kept it from being written: a balancer sends its requests elsewhere.
static void ready_done(struct writer_command *command, enum err e)
{
    struct api_work *work = command->state;
    struct reply reply = {0};
    enum problem p = e ? problem_of(e) : PROBLEM_NOT_READY;
    if (problem_status(p) != 503) p = PROBLEM_NOT_READY;
    if (e) reply_problem(&reply, NULL, p, NULL);
    if (!e) reply_json(&reply, 200, STR("{\"ok\":true}"));
    http_complete(work->api->http, work->ticket, &reply);
}

enum err api_readyz(void *context, struct request *request, struct reply *reply)
{
    (void)reply;
    struct api_work *work = arena_new(request->arena, struct api_work);
    work->api = context;
    work->ticket = http_suspend(request, HTTP_KEEP_REQUEST);
    struct writer_command command = {.run = run_ready, .done = ready_done, .state = work};
    enum err e = writer_submit(work->api->writer, &command);
    if (e) ready_done(&command, e);
    return ERR_OK;
}
