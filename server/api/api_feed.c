// What is new for a kiosk, at once or as soon as there is something.
#include "api/api.h"

static bool read_number(struct request *request, const char *name, int64_t max, int64_t *out)
{
    struct str text;
    *out = 0;
    enum err e = request_query(request, name, &text);
    if (e == ERR_NOT_FOUND) return true;
    return !e && str_to_int(text, 0, max, out);
}

struct feed_ask {
    struct id gen;
    struct store_feed_ask store;
    int64_t heard;
    int64_t wait_s;
};

static bool read_ask(struct request *request, struct feed_ask *ask)
{
    static const char *const names[FEED_STREAMS] = {
        [FEED_COUNTY] = "c", [FEED_SITE_STREAM] = "s", [FEED_DEVICE] = "d"};
    struct str gen;
    if (request_query(request, "gen", &gen) || !id_parse(gen, &ask->gen)) return false;
    for (int i = 0; i < FEED_STREAMS; i++) {
        if (!read_number(request, names[i], JSON_INT_MAX, &ask->store.from.seq[i])) return false;
    }
    ask->store.inc = api_kiosk(request)->inc;
    ask->store.site = api_kiosk(request)->kiosk.site;
    if (!read_number(request, "heard", JSON_INT_MAX, &ask->heard)) return false;
    if (!read_number(request, "wait", JSON_INT_MAX, &ask->wait_s)) return false;
    if (ask->wait_s > API_POLL_WAIT_S) ask->wait_s = API_POLL_WAIT_S;
    return true;
}

static enum err run_heard(struct store *s, struct writer_command *c)
{
    enum err e = centre_hear(store_centre(s), c->inc, c->number);
    return e ? e : store_kiosk_seen(s, c->kiosk);
}

// Nobody waits for it: the next request says the same again.
static void note_heard(struct api *api, const struct store_kiosk *kiosk, int64_t heard)
{
    bool is_news = heard > kiosk->heard && heard <= kiosk->last_op;
    bool was_long_ago = env_now_ms(api->env) - kiosk->last_seen_ms >= API_SEEN_MS;
    if (!is_news && !was_long_ago) return;
    struct writer_command c = {
        .run = run_heard, .kiosk = kiosk->id, .inc = kiosk->inc, .number = heard};
    enum err e = writer_submit(api->writer, &c);
    (void)e; // a full queue has more urgent things in it
}

static void wait_for_news(struct api *api, struct request *request, const struct feed_ask *ask,
                          int64_t applied)
{
    struct poll_entry entry = {.inc = ask->store.inc,
                               .site = ask->store.site,
                               .from = ask->store.from,
                               .applied = applied,
                               .until_ms = env_mono_ms(api->env) + 1000 * ask->wait_s};
    entry.ticket = http_suspend(request, HTTP_DROP_REQUEST);
    polls_add(api->polls, &entry);
}

enum err api_feed(void *context, struct request *request, struct reply *reply)
{
    struct api *api = context;
    const struct store_kiosk *kiosk = &api_kiosk(request)->kiosk;
    struct feed_ask ask = {0};
    if (!read_ask(request, &ask)) return ERR_BAD_INPUT;
    if (!id_eq(ask.gen, api->meta.gen)) {
        api_reply_problem(reply, request->arena, PROBLEM_GENERATION_CHANGED, &api->meta.gen,
                          "acked", kiosk->last_op);
        return ERR_OK;
    }
    note_heard(api, kiosk, ask.heard);
    struct store_feed_page *page = arena_new(request->arena, struct store_feed_page);
    enum err e = store_feed_read(api_reader(api, request), &ask.store, request->arena, page);
    if (e) return e;
    if (page->answer == STORE_FEED_AHEAD) {
        api_reply_problem(reply, request->arena, PROBLEM_CURSOR_AHEAD, &api->meta.gen, NULL, 0);
        return ERR_OK;
    }
    bool has_news = page->count > 0 || page->more;
    for (int i = 0; i < FEED_STREAMS; i++) {
        has_news |= page->to.seq[i] != ask.store.from.seq[i];
    }
    if (has_news || ask.wait_s == 0) return polls_reply(api->meta.gen, page, request->arena, reply);
    wait_for_news(api, request, &ask, page->applied);
    return ERR_OK;
}
