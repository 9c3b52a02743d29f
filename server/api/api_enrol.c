// A new kiosk: it asks for a code, staff type the code, it polls until it is known.
#include "api/api.h"
#include "wire/wire_hello.h"

struct enrol_work {
    struct api_work work; // first
    struct store_enrol_ask ask;
    struct store_enrol_codes codes;
    enum store_enrol answer;
};

static enum err run_enrol(struct store *s, struct api_work *work)
{
    struct enrol_work *w = (struct enrol_work *)work;
    return store_enrol_start(s, &w->ask, &w->codes, &w->answer);
}

static enum err reply_enrol(struct api_work *work, struct reply *reply)
{
    struct enrol_work *w = (struct enrol_work *)work;
    if (w->answer != STORE_ENROL_OK) {
        bool is_revoked = w->answer == STORE_ENROL_REVOKED;
        reply_problem(reply, NULL, is_revoked ? PROBLEM_DEVICE_REVOKED : PROBLEM_OVERLOADED, NULL);
        return ERR_OK;
    }
    struct wire_enrol_reply codes = {.device_code = str_from_z(w->codes.device_code),
                                     .user_code = str_from_z(w->codes.user_code),
                                     .expires_s = w->codes.expires_s,
                                     .interval_s = STORE_ENROL_INTERVAL_S};
    struct buf body;
    buf_init(&body, 1024);
    enum err e = wire_enrol_reply_write(&codes, &body);
    return api_reply_buf(reply, w->work.arena, &body, e);
}

enum err api_enrol(void *context, struct request *request, struct reply *reply)
{
    struct json_value *document = NULL;
    struct json_mistake mistake = {0};
    struct wire_enrol asked;
    if (!api_json(request, reply, &document)) return ERR_OK;
    struct enrol_work *w = arena_new(request->arena, struct enrol_work);
    enum err e = wire_enrol_parse(document, request->arena, &asked, &mistake);
    json_free(document);
    if (!e && !hex_to_bytes(asked.sign_key, w->ask.key.bytes, sizeof(w->ask.key.bytes))) {
        mistake = (struct json_mistake){"sign_pk", "not 64 hex digits"};
        e = ERR_BAD_INPUT;
    }
    if (e) {
        api_reply_mistake(request, reply, &mistake);
        return ERR_OK;
    }
    w->ask.model = asked.model;
    w->ask.inc = asked.inc;
    w->ask.role = asked.is_display ? STORE_ROLE_DISPLAY : STORE_ROLE_DESK;
    w->work.run = run_enrol;
    w->work.reply = reply_enrol;
    api_submit(context, request, &w->work);
    return ERR_OK;
}

enum err api_enrol_poll(void *context, struct request *request, struct reply *reply)
{
    struct json_value *document = NULL;
    struct json_mistake mistake = {0};
    struct str device_code;
    if (!api_json(request, reply, &document)) return ERR_OK;
    enum err e = wire_enrol_poll_parse(document, request->arena, &device_code, &mistake);
    json_free(document);
    if (e) {
        api_reply_mistake(request, reply, &mistake);
        return ERR_OK;
    }
    struct store_enrolled known;
    e = store_enrol_poll(api_reader(context, request), device_code, &known);
    if (e) return e;
    if (known.answer != STORE_ENROL_OK && known.answer != STORE_ENROL_PENDING)
        return ERR_NOT_FOUND; // over: the kiosk asks for a new code
    struct wire_enrolled told = {.is_pending = known.answer == STORE_ENROL_PENDING,
                                 .kiosk = known.kiosk,
                                 .site = known.site};
    struct buf body;
    buf_init(&body, 1024);
    e = wire_enrolled_write(&told, &body);
    return api_reply_buf(reply, request->arena, &body, e);
}
