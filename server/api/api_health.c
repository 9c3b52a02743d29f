// Is the process alive; can it write?
#include "api/api.h"

enum err api_healthz(void *context, struct request *request, struct reply *reply)
{
    (void)context;
    (void)request;
    reply_json(reply, 200, STR("{\"ok\":true}"));
    return ERR_OK;
}

static enum err run_ready(struct store *s, struct api_work *work)
{
    struct store_meta meta;
    (void)work;
    return store_meta(s, &meta);
}

static enum err reply_ready(struct api_work *work, struct reply *reply)
{
    (void)work;
    reply_json(reply, 200, STR("{\"ok\":true}"));
    return ERR_OK;
}

enum err api_readyz(void *context, struct request *request, struct reply *reply)
{
    (void)reply;
    struct api_work *work = arena_new(request->arena, struct api_work);
    work->run = run_ready;
    work->reply = reply_ready;
    api_submit(context, request, work);
    return ERR_OK;
}
