// What a kiosk owns, told to a restored centre.
#include "api/api.h"
#include "wire/wire_report.h"

struct report_work {
    struct api_work work; // first
    struct id kiosk;
    struct centre_report report;
    enum centre_push_status status;
    int64_t acked; // where the operations are not all here
};

static enum err run_report(struct store *s, struct api_work *work)
{
    struct report_work *w = (struct report_work *)work;
    struct centre_store *centre = store_centre(s);
    struct centre_inc inc;
    enum err e = centre_report(centre, &w->report, env_now_ms(work->api->env), &w->status);
    if (!e) e = centre->ops->inc_get(centre, w->report.inc, &inc);
    if (!e) w->acked = inc.last_seq;
    return e ? e : store_kiosk_seen(s, w->kiosk);
}

static enum err reply_report(struct api_work *work, struct reply *reply)
{
    struct report_work *w = (struct report_work *)work;
    struct buf body;
    if (w->status == CENTRE_GAP) {
        api_reply_problem(reply, work->arena, PROBLEM_OP_GAP, NULL, "acked", w->acked);
        return ERR_OK;
    }
    if (w->status != CENTRE_PUSHED) {
        reply_problem(reply, NULL, PROBLEM_INCARNATION_RETIRED, NULL);
        return ERR_OK;
    }
    buf_init(&body, 1024);
    enum err e = wire_reported_write(&work->api->meta.gen, &body);
    return api_reply_buf(reply, work->arena, &body, e);
}

enum err api_report(void *context, struct request *request, struct reply *reply)
{
    struct api *api = context;
    struct json_value *document = NULL;
    struct json_mistake mistake = {0};
    struct wire_report report;
    if (!api_json(request, reply, &document)) return ERR_OK;
    struct report_work *w = arena_new(request->arena, struct report_work);
    enum err e = wire_report_parse(document, request->arena, &report, &mistake);
    json_free(document);
    if (e) {
        api_reply_mistake(request, reply, &mistake);
        return ERR_OK;
    }
    if (!id_eq(report.gen, api->meta.gen)) {
        api_reply_problem(reply, request->arena, PROBLEM_GENERATION_CHANGED, &api->meta.gen,
                          "acked", api_kiosk(request)->kiosk.last_op);
        return ERR_OK;
    }
    w->kiosk = api_kiosk(request)->kiosk.id;
    w->report = (struct centre_report){.inc = api_kiosk(request)->inc,
                                       .op_seq = report.op_seq,
                                       .rights = report.rights,
                                       .count = report.count};
    w->work.run = run_report;
    w->work.reply = reply_report;
    api_submit(api, request, &w->work);
    return ERR_OK;
}
