#include "http/router.h"

// Matches and collects what stands for the placeholders.
static bool matches(const char *pattern, struct request *request)
{
    request->param_count = 0;
    struct str want = str_from_z(pattern);
    struct str have = request->path;
    while (want.ptr && have.ptr) {
        struct str w = str_cut(&want, '/');
        bool is_rest = str_eq_z(w, "*") && !want.ptr;
        struct str h = is_rest ? have : str_cut(&have, '/');
        if (!is_rest && !str_starts(w, STR(":"))) {
            if (!str_eq(w, h)) return false;
            continue;
        }
        if (!is_rest && h.len == 0) return false;
        CHECK(request->param_count < HTTP_PARAMS_MAX);
        request->params[request->param_count++] = h;
        if (is_rest) return true;
    }
    return !want.ptr && !have.ptr;
}

const struct route *router_find(const struct router *router, struct request *request,
                                struct reply *reply)
{
    bool knows_get = false;
    bool knows_post = false;
    for (size_t i = 0; i < router->count; i++) {
        const struct route *route = &router->routes[i];
        if (!matches(route->path, request)) continue;
        if (route->method == request->method) return route;
        knows_get |= route->method == HTTP_GET;
        knows_post |= route->method == HTTP_POST;
    }
    request->param_count = 0;
    if (!knows_get && !knows_post) {
        reply_problem(reply, NULL, PROBLEM_NOT_FOUND, NULL);
        return NULL;
    }
    reply_problem(reply, NULL, PROBLEM_METHOD_NOT_ALLOWED, NULL);
    reply_add_field(reply, "Allow", knows_get ? STR("GET, HEAD") : STR("POST"));
    return NULL;
}

static bool pass_guard(const struct router *router, const struct route *route,
                       struct request *request, enum guard_phase phase, struct reply *reply)
{
    enum err e = router->guard(router->context, request, route->perm, phase, reply);
    if (e && !reply->status) reply_problem(reply, NULL, problem_of(e), NULL);
    return e == ERR_OK;
}

bool router_admits(const struct router *router, const struct route *route, struct request *request,
                   struct reply *reply)
{
    return pass_guard(router, route, request, GUARD_HEAD, reply);
}

void router_answer(const struct router *router, const struct route *route, struct request *request,
                   struct reply *reply)
{
    if (request->body.len > route->body_max) {
        reply_problem(reply, NULL, PROBLEM_BODY_TOO_LARGE, NULL);
        return;
    }
    if (!pass_guard(router, route, request, GUARD_BODY, reply)) return;
    enum err e = route->handler(router->context, request, reply);
    if (request->is_suspended) return;
    if (e && !reply->status) reply_problem(reply, NULL, problem_of(e), NULL);
    CHECK(reply->status); // a handler that says ERR_OK has answered
}
