#include "api/api.h"

static const struct route routes[] = {
#define ROUTE(method, path, perm, body_max, handler) {HTTP_##method, path, perm, body_max, handler},
#include "api/routes.def"
#undef ROUTE
};

static bool stands_once(const struct request *r, const char *name)
{
    return request_field_count(r, name) == 1;
}

static struct auth_request auth_request_of(const struct request *r)
{
    return (struct auth_request){
        .parts = {.method = r->method == HTTP_POST ? STR("POST") : STR("GET"),
                  .authority = request_field(r, "Host"),
                  .path = r->path,
                  .query = r->query,
                  .content_digest = request_field(r, "Content-Digest"),
                  .inc = request_field(r, "X-Kiosk-Inc")},
        .signature_input = request_field(r, "Signature-Input"),
        .signature = request_field(r, "Signature"),
        .is_single = stands_once(r, "Content-Digest") && stands_once(r, "X-Kiosk-Inc") &&
                     stands_once(r, "Signature-Input") && stands_once(r, "Signature"),
    };
}

static enum err refuse(struct request *request, struct reply *reply, enum auth_answer answer,
                       int64_t retry_s)
{
    switch (answer) {
    case AUTH_OK: return ERR_OK;
    case AUTH_BAD_SIGNATURE: reply_problem(reply, NULL, PROBLEM_BAD_SIGNATURE, NULL); break;
    case AUTH_UNKNOWN: reply_problem(reply, NULL, PROBLEM_UNKNOWN_DEVICE, NULL); break;
    case AUTH_SUSPENDED: reply_problem(reply, NULL, PROBLEM_DEVICE_SUSPENDED, NULL); break;
    case AUTH_REVOKED: reply_problem(reply, NULL, PROBLEM_DEVICE_REVOKED, NULL); break;
    case AUTH_RETIRED: reply_problem(reply, NULL, PROBLEM_INCARNATION_RETIRED, NULL); break;
    case AUTH_TOO_MANY:
        reply_problem(reply, NULL, PROBLEM_RATE_LIMITED, NULL);
        reply_add_field(reply, "Retry-After",
                        str_printf(request->arena, "%lld", (long long)retry_s));
        break;
    }
    return ERR_AUTH;
}

static enum err guard_kiosk(struct api *api, struct request *request, enum auth_inc which,
                            enum guard_phase phase, struct reply *reply)
{
    if (phase == GUARD_BODY) {
        bool is_whole =
            request_digest_matches(request_field(request, "Content-Digest"), request->body);
        return refuse(request, reply, is_whole ? AUTH_OK : AUTH_BAD_SIGNATURE, 0);
    }
    struct auth_kiosk *kiosk = arena_new(request->arena, struct auth_kiosk);
    struct auth_request asked = auth_request_of(request);
    enum auth_answer answer;
    enum err e = auth_kiosk(&api->auth, api_reader(api, request), &asked, which, &answer, kiosk);
    if (e) return e;
    request->caller = kiosk;
    if (answer == AUTH_OK) atomic_store(&api->asked_ms, env_mono_ms(api->env));
    return refuse(request, reply, answer, kiosk->retry_s);
}

static enum err guard(void *context, struct request *request, int perm, enum guard_phase phase,
                      struct reply *reply)
{
    switch ((enum perm)perm) {
    case PERM_ANYONE: return ERR_OK;
    case PERM_NEWCOMER: return guard_kiosk(context, request, AUTH_ANY_INC, phase, reply);
    case PERM_KIOSK: return guard_kiosk(context, request, AUTH_ACTIVE_INC, phase, reply);
    case PERM_ADMIN: return request->is_local ? ERR_OK : ERR_AUTH;
    }
    return ERR_AUTH;
}

struct router api_router(struct api *api)
{
    return (struct router){.routes = routes,
                           .count = sizeof(routes) / sizeof(routes[0]),
                           .guard = guard,
                           .context = api};
}

static enum err run_work(struct store *s, struct writer_command *command)
{
    struct api_work *work = command->state;
    return work->run(s, work);
}

static void answer_work(struct api_work *work, enum err e)
{
    struct reply reply = {0};
    if (!e) e = work->reply(work, &reply);
    if (e && !reply.status) reply_problem(&reply, NULL, problem_of(e), NULL);
    http_complete(work->api->http, work->ticket, &reply);
}

static void work_done(struct writer_command *command, enum err e)
{
    answer_work(command->state, e);
}

void api_submit(struct api *api, struct request *request, struct api_work *work)
{
    work->api = api;
    work->arena = request->arena;
    work->ticket = http_suspend(request, HTTP_KEEP_REQUEST);
    struct writer_command command = {.run = run_work, .done = work_done, .state = work};
    enum err e = writer_submit(api->writer, &command);
    if (e) answer_work(work, e);
}

bool api_json(struct request *request, struct reply *reply, struct json_value **document)
{
    struct json_fault fault = {0};
    enum err e = json_parse(request->body, document, &fault);
    if (e) reply_problem(reply, request->arena, PROBLEM_MALFORMED_JSON, fault.why);
    return e == ERR_OK;
}

void api_reply_mistake(struct request *request, struct reply *reply,
                       const struct json_mistake *mistake)
{
    struct str detail = str_printf(request->arena, "%s: %s", mistake->member ? mistake->member : "",
                                   mistake->reason ? mistake->reason : "not of the agreed form");
    reply_problem(reply, request->arena, PROBLEM_SCHEMA_VIOLATION,
                  str_to_z(request->arena, detail));
}

void api_reply_problem(struct reply *reply, struct arena *arena, enum problem p,
                       const struct id *gen, const char *member, int64_t number)
{
    struct buf body;
    struct json_writer w;
    buf_init(&body, 1024);
    struct str name = str_printf(arena, "/e/%s", problem_name(p));
    json_write_begin(&w, &body);
    json_write_object(&w, NULL);
    json_write_text(&w, "type", name);
    json_write_text(&w, "title", str_from_z(problem_title(p)));
    json_write_int(&w, "status", problem_status(p));
    if (gen) json_write_id(&w, "gen", gen);
    if (member) json_write_int(&w, member, number);
    json_write_object_end(&w);
    enum err e = json_write_end(&w);
    CHECK(!e);
    *reply = (struct reply){.status = problem_status(p),
                            .type = "application/problem+json",
                            .body = str_copy(arena, buf_str(&body))};
    buf_deinit(&body);
}

enum err api_reply_buf(struct reply *reply, struct arena *arena, struct buf *body, enum err e)
{
    if (!e) e = buf_err(body);
    if (!e) reply_json(reply, 200, str_copy(arena, buf_str(body)));
    buf_deinit(body);
    return e;
}

const struct auth_kiosk *api_kiosk(const struct request *request)
{
    CHECK(request->caller);
    return request->caller;
}

struct store *api_reader(struct api *api, const struct request *request)
{
    CHECK(request->worker >= 0 && request->worker <= HTTP_WORKERS_MAX);
    CHECK(api->readers[request->worker]);
    return api->readers[request->worker];
}
