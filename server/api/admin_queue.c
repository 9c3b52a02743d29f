// The desk's work from the command line: who waits, the next one, once more, done.
#include "api/admin.h"

struct desk_work {
    struct admin_reply *reply;
    enum err (*act)(struct store *s, struct desk_work *w);
    struct site_code site;
    struct str desk;
    struct str name; // of one who waits
    struct sitting_id by;
    struct store_queue_answer answer;
};

static struct str place_words(struct arena *a, const struct queue_place *p)
{
    if (p->ticket[0]) return str_from_z(p->ticket);
    return date_hhmm(a, date_minute_from_ms(p->planned_ms));
}

static void tell_entry(struct admin_reply *reply, const struct store_queue_entry *e)
{
    struct arena a;
    arena_init(&a, 512);
    admin_line_begin(reply,
                     str_printf(&a, "%-5.*s %-7s %d %s%.*s %.*s %.*s",
                                STR_ARG(place_words(&a, &e->place)), queue_state_code(e->state),
                                e->calls, e->has_priority ? "priority " : "", STR_ARG(e->code),
                                STR_ARG(e->name), STR_ARG(e->desk)));
    if (e->place.ticket[0]) json_write_text(&reply->json, "ticket", str_from_z(e->place.ticket));
    if (!e->place.ticket[0]) json_write_int(&reply->json, "planned_ms", e->place.planned_ms);
    json_write_id(&reply->json, "booking", &e->booking.id);
    json_write_text(&reply->json, "code", e->code);
    json_write_text(&reply->json, "name", e->name);
    json_write_text(&reply->json, "state", str_from_z(queue_state_code(e->state)));
    json_write_int(&reply->json, "calls", e->calls);
    json_write_bool(&reply->json, "priority", e->has_priority);
    json_write_int(&reply->json, "arrived_ms", e->arrived_ms);
    json_write_id(&reply->json, "called_by", &e->called_by.id);
    json_write_text(&reply->json, "desk", e->desk);
    admin_line_end(reply);
    arena_deinit(&a);
}

static enum err tell_one(void *context, const struct store_queue_entry *entry)
{
    struct admin_reply *reply = context;
    tell_entry(reply, entry);
    return buf_err(&reply->lines);
}

// The answer is written inside the command: its texts live no longer.
static enum err work(struct store *s, void *context)
{
    struct desk_work *w = context;
    buf_clear(&w->reply->lines); // this may be the second try of the transaction
    enum err e = w->act(s, w);
    if (e) return e;
    if (w->answer.verdict == VERDICT_OK) {
        tell_entry(w->reply, &w->answer.entry);
        return ERR_OK;
    }
    w->reply->failed = true;
    admin_line_begin(w->reply, verdict_words(w->answer.verdict));
    json_write_text(&w->reply->json, "why", str_from_z(verdict_code(w->answer.verdict)));
    admin_line_end(w->reply);
    return ERR_OK;
}

static enum err run(struct admin *admin, const struct admin_ask *ask, struct admin_reply *reply,
                    enum err (*act)(struct store *s, struct desk_work *w))
{
    struct desk_work w = {
        .reply = reply, .act = act, .desk = ask->args[ADMIN_DESK], .name = ask->args[ADMIN_TICKET]};
    if (!site_code_parse(ask->args[ADMIN_SITE], &w.site)) {
        admin_fail(reply, "a site's code has nine digits");
        return ERR_OK;
    }
    enum err e = admin->write(admin->write_context, work, &w);
    if (e != ERR_NOT_FOUND) return e;
    admin_fail(reply, w.name.len > 0 ? "nobody with this number came today"
                                     : "nobody sits at this desk today");
    return ERR_OK;
}

static enum err call(struct store *s, struct desk_work *w)
{
    enum err e = store_queue_desk(s, w->site, w->desk, &w->by);
    return e ? e : store_queue_call(s, w->site, w->by, &w->answer);
}

static enum err again(struct store *s, struct desk_work *w)
{
    enum err e = store_queue_desk(s, w->site, w->desk, &w->by);
    return e ? e : store_queue_again(s, w->site, w->by, &w->answer);
}

static enum err served(struct store *s, struct desk_work *w)
{
    enum err e = store_queue_desk(s, w->site, w->desk, &w->by);
    return e ? e : store_queue_end(s, w->site, w->by, QUEUE_SERVED, &w->answer);
}

static enum err missed(struct store *s, struct desk_work *w)
{
    enum err e = store_queue_desk(s, w->site, w->desk, &w->by);
    return e ? e : store_queue_end(s, w->site, w->by, QUEUE_MISSED, &w->answer);
}

static enum err back(struct store *s, struct desk_work *w)
{
    return store_queue_back(s, w->site, w->name, &w->answer);
}

static enum err prefer(struct store *s, struct desk_work *w)
{
    return store_queue_prefer(s, w->site, w->name, &w->answer);
}

enum err admin_call(struct admin *admin, const struct admin_ask *ask, struct admin_reply *reply)
{
    return run(admin, ask, reply, call);
}

enum err admin_call_again(struct admin *admin, const struct admin_ask *ask,
                          struct admin_reply *reply)
{
    return run(admin, ask, reply, again);
}

enum err admin_served(struct admin *admin, const struct admin_ask *ask, struct admin_reply *reply)
{
    return run(admin, ask, reply, served);
}

enum err admin_missed(struct admin *admin, const struct admin_ask *ask, struct admin_reply *reply)
{
    return run(admin, ask, reply, missed);
}

enum err admin_call_back(struct admin *admin, const struct admin_ask *ask,
                         struct admin_reply *reply)
{
    return run(admin, ask, reply, back);
}

enum err admin_prefer(struct admin *admin, const struct admin_ask *ask, struct admin_reply *reply)
{
    return run(admin, ask, reply, prefer);
}

enum err admin_queue(struct admin *admin, const struct admin_ask *ask, struct admin_reply *reply)
{
    struct site_code site;
    if (!site_code_parse(ask->args[ADMIN_SITE], &site)) {
        admin_fail(reply, "a site's code has nine digits");
        return ERR_OK;
    }
    return store_queue(admin->reader, site, tell_one, reply);
}
