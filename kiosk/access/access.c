#include "access/access.h"

#include "access/clients.h"
#include "access/reply.h"
#include "access/request.h"

#include <string.h>

enum errand_state { ERRAND_NONE, ERRAND_NEW, ERRAND_ACTED };

// A request on its way, one for each client.
struct errand {
    enum errand_state state;
    struct request request; // its text lies in the client's line
    int64_t until_ms;       // then it is given up
    int64_t due_ms;         // when to look again without an event
};

struct access {
    struct access_app *app;
    struct env *env;
    struct clients clients;
    struct errand errands[ACCESS_CLIENTS_MAX];
};

static struct reply_place place(struct access *a)
{
    return (struct reply_place){a->app->ops->screen(a->app), a->app->ops->frame(a->app)};
}

static void done(struct access *a, int i)
{
    a->errands[i] = (struct errand){.due_ms = ACCESS_NEVER_MS};
    client_answer(&a->clients, &a->clients.list[i]);
}

static void answer_ok(struct access *a, int i)
{
    reply_ok(&a->clients.list[i].reply, place(a));
    done(a, i);
}

static void answer_no(struct access *a, int i, const char *why)
{
    reply_no(&a->clients.list[i].reply, why);
    done(a, i);
}

// ---- What requests do

static void acted(struct access *a, int i)
{
    a->errands[i].state = ERRAND_ACTED;
    a->errands[i].due_ms = a->errands[i].until_ms;
}

static void tap(struct access *a, int i, int x, int y)
{
    int64_t guard_ms = a->app->ops->guard_ms(a->app, x, y);
    if (guard_ms > 0) {
        a->errands[i].due_ms = env_mono_ms(a->env) + guard_ms;
        return;
    }
    a->app->ops->tap(a->app, x, y);
    acted(a, i);
}

static void tap_label(struct access *a, int i)
{
    int x = 0;
    int y = 0;
    switch (request_find(a->app->ops->list(a->app), a->errands[i].request.text, &x, &y)) {
    case FOUND: tap(a, i, x, y); return;
    case FOUND_NONE: answer_no(a, i, "no-label"); return;
    case FOUND_DISABLED: answer_no(a, i, "disabled"); return;
    case FOUND_COVERED: answer_no(a, i, "covered"); return;
    }
}

static void tap_at(struct access *a, int i)
{
    const struct request *r = &a->errands[i].request;
    if (rect_has(a->app->ops->list(a->app)->canvas, r->x, r->y)) {
        tap(a, i, r->x, r->y);
    } else {
        answer_no(a, i, "bad-request");
    }
}

static void shot(struct access *a, int i)
{
    struct str name = a->errands[i].request.text;
    char path[ACCESS_LINE_BYTES_MAX];
    CHECK(name.len < sizeof path);
    memcpy(path, name.ptr, name.len);
    path[name.len] = '\0';
    if (a->app->ops->shot(a->app, path)) {
        answer_no(a, i, "failed");
    } else {
        answer_ok(a, i);
    }
}

static void tree(struct access *a, int i)
{
    reply_tree(&a->clients.list[i].reply, place(a), a->app->ops->list(a->app));
    done(a, i);
}

static void wait_screen(struct access *a, int i)
{
    if (str_eq(a->app->ops->screen(a->app), a->errands[i].request.text)) answer_ok(a, i);
}

static void act(struct access *a, int i)
{
    struct access_app *app = a->app;
    const struct request *r = &a->errands[i].request;
    switch (r->kind) {
    case REQUEST_BAD: answer_no(a, i, "bad-request"); return;
    case REQUEST_TREE: tree(a, i); return;
    case REQUEST_TAP_LABEL: tap_label(a, i); return;
    case REQUEST_TAP_AT: tap_at(a, i); return;
    case REQUEST_SHOT: shot(a, i); return;
    case REQUEST_WAIT: wait_screen(a, i); return;
    case REQUEST_TYPE:
        app->ops->type(app, r->text);
        acted(a, i);
        return;
    case REQUEST_SCAN:
        app->ops->scan(app, r->text);
        acted(a, i);
        return;
    case REQUEST_KEY:
        if (app->ops->key(app, r->text)) {
            acted(a, i);
        } else {
            answer_no(a, i, "bad-request");
        }
        return;
    case REQUEST_BACK:
        if (app->ops->back(app)) {
            acted(a, i);
        } else {
            answer_no(a, i, "disabled");
        }
        return;
    }
}

// ---- Steps

static void errand_begin(struct access *a, int i)
{
    struct client *client = &a->clients.list[i];
    struct errand *errand = &a->errands[i];
    buf_clear(&client->reply);
    errand->request = request_parse(client_line(client));
    errand->state = ERRAND_NEW;
    int64_t patience =
        errand->request.kind == REQUEST_WAIT ? errand->request.wait_ms : ACCESS_PATIENCE_MS;
    errand->until_ms = env_mono_ms(a->env) + patience;
    errand->due_ms = errand->until_ms;
}

// True while somebody else's action is on its way: one finger at a time.
static bool others_act(const struct access *a, int i)
{
    for (int k = 0; k < ACCESS_CLIENTS_MAX; k++) {
        if (k != i && a->errands[k].state == ERRAND_ACTED) return true;
    }
    return false;
}

static void errand_step(struct access *a, int i)
{
    struct errand *errand = &a->errands[i];
    bool settled = a->app->ops->is_settled(a->app);
    if (errand->state == ERRAND_NEW && settled && !others_act(a, i)) {
        act(a, i);
    } else if (errand->state == ERRAND_ACTED && settled) {
        answer_ok(a, i);
    }
    if (errand->state == ERRAND_NONE || env_mono_ms(a->env) < errand->until_ms) return;
    answer_no(a, i, "timeout");
}

void access_step(struct access *a)
{
    for (int i = 0; i < ACCESS_CLIENTS_MAX; i++) {
        if (!client_has_asked(&a->clients, &a->clients.list[i])) continue;
        if (a->errands[i].state == ERRAND_NONE) errand_begin(a, i);
        errand_step(a, i);
    }
}

int64_t access_due_ms(const struct access *a)
{
    int64_t due_ms = ACCESS_NEVER_MS;
    for (int i = 0; i < ACCESS_CLIENTS_MAX; i++) {
        const struct errand *errand = &a->errands[i];
        if (errand->state != ERRAND_NONE && errand->due_ms < due_ms) due_ms = errand->due_ms;
    }
    return due_ms;
}

// ---- Life

enum err access_open(struct arena *arena, const char *path, struct access_app *app, struct env *env,
                     struct access **out)
{
    struct access *a = arena_new(arena, struct access);
    a->app = app;
    a->env = env;
    enum err e = clients_open(&a->clients, path, app);
    if (!e) *out = a;
    return e;
}

void access_close(struct access *a)
{
    if (a) clients_close(&a->clients);
}
