// A kiosk says where it stands and hears where the centre stands.
#include "api/api.h"
#include "base/log.h"
#include "wire/wire_hello.h"

struct hello_work {
    struct api_work work; // first
    struct id kiosk;
    struct inc_id inc;
    struct wire_hello hello;
    enum store_hello answer;
    struct store_kiosk known;
};

static enum err run_hello(struct store *s, struct api_work *work)
{
    struct hello_work *w = (struct hello_work *)work;
    enum err e = store_hello(s, w->kiosk, w->inc, &w->answer, &w->known);
    bool is_known = w->answer == STORE_HELLO_OK || w->answer == STORE_HELLO_NEW;
    if (e || !is_known) return e;
    e = centre_hear(store_centre(s), w->inc, w->hello.heard);
    return e ? e : store_kiosk_seen(s, w->kiosk);
}

static enum err reply_hello(struct api_work *work, struct reply *reply)
{
    struct hello_work *w = (struct hello_work *)work;
    struct api *api = w->work.api;
    switch (w->answer) {
    case STORE_HELLO_OK:
    case STORE_HELLO_NEW: break;
    case STORE_HELLO_RETIRED:
        reply_problem(reply, NULL, PROBLEM_INCARNATION_RETIRED, NULL);
        return ERR_OK;
    case STORE_HELLO_NO_LETTER: reply_problem(reply, NULL, PROBLEM_CONFLICT, NULL); return ERR_OK;
    }
    if (w->hello.op_seq < w->known.last_op)
        log_error("kiosk %s knows fewer operations than we do: its file went back", w->kiosk.hex);
    if (w->hello.heard > w->known.last_op)
        log_error("kiosk %s knows answers we do not: our data went back", w->kiosk.hex);
    struct wire_hello_reply told = {.gen = api->meta.gen,
                                    .site = w->known.site,
                                    .letter = w->known.letter,
                                    .acked = w->known.last_op,
                                    .safe = w->known.safe,
                                    .now_ms = env_now_ms(api->env),
                                    .wait_s = API_POLL_WAIT_S,
                                    .spread_s = API_SPREAD_S,
                                    .wants_report = w->known.owes_report};
    struct buf body;
    buf_init(&body, 1024);
    enum err e = wire_hello_reply_write(&told, &body);
    return api_reply_buf(reply, w->work.arena, &body, e);
}

enum err api_hello(void *context, struct request *request, struct reply *reply)
{
    struct json_value *document = NULL;
    struct json_mistake mistake = {0};
    const struct auth_kiosk *asker = api_kiosk(request);
    if (!api_json(request, reply, &document)) return ERR_OK;
    struct hello_work *w = arena_new(request->arena, struct hello_work);
    enum err e = wire_hello_parse(document, request->arena, &w->hello, &mistake);
    json_free(document);
    if (!e && !id_eq(w->hello.inc.id, asker->inc.id)) {
        mistake = (struct json_mistake){"inc_id", "differs from X-Kiosk-Inc"};
        e = ERR_BAD_INPUT;
    }
    if (e) {
        api_reply_mistake(request, reply, &mistake);
        return ERR_OK;
    }
    w->kiosk = asker->kiosk.id;
    w->inc = asker->inc;
    w->work.run = run_hello;
    w->work.reply = reply_hello;
    api_submit(context, request, &w->work);
    return ERR_OK;
}
