// Kiosks in and out, stopped and going again.
#include "api/admin.h"

#define ACTOR       STR("lvyue-admin")
#define ARENA_BYTES ((size_t)64 * 1024)

struct enrol_work {
    struct str code;
    struct site_code site;
    struct store_enrolled told;
};

static enum err write_enrol(struct store *s, void *context)
{
    struct enrol_work *w = context;
    return store_enrol_approve(s, w->code, w->site, ACTOR, &w->told);
}

static const char *refusal(enum store_enrol answer)
{
    switch (answer) {
    case STORE_ENROL_OK: return NULL;
    case STORE_ENROL_PENDING:
    case STORE_ENROL_UNKNOWN: return "no kiosk shows this code, or its ten minutes are over";
    case STORE_ENROL_CROWDED: return "too many kiosks wait";
    case STORE_ENROL_NO_SITE: return "there is no such site";
    case STORE_ENROL_NO_LETTER: return "all letters are in use at this site";
    case STORE_ENROL_REVOKED: return "this kiosk was written off";
    }
    return NULL;
}

enum err admin_enrol(struct admin *admin, const struct admin_ask *ask, struct admin_reply *reply)
{
    struct enrol_work w = {.code = ask->args[ADMIN_CODE]};
    if (!site_code_parse(ask->args[ADMIN_SITE], &w.site)) {
        admin_fail(reply, "a site's code has nine digits");
        return ERR_OK;
    }
    enum err e = admin->write(admin->write_context, write_enrol, &w);
    if (e) return e;
    const char *why = refusal(w.told.answer);
    if (why) {
        admin_fail(reply, why);
        return ERR_OK;
    }
    char letter[2] = {w.told.letter, '\0'};
    struct arena a;
    arena_init(&a, 1024);
    struct str line = str_printf(&a, "kiosk %s at %s%s%s", w.told.kiosk.hex, w.told.site.z,
                                 letter[0] ? ", letter " : ", display", letter);
    admin_line_begin(reply, line);
    json_write_id(&reply->json, "kiosk", &w.told.kiosk);
    json_write_text(&reply->json, "site", site_code_str(&w.told.site));
    json_write_text(&reply->json, "letter", str_from_z(letter));
    admin_line_end(reply);
    arena_deinit(&a);
    return ERR_OK;
}

typedef enum err kiosk_change_fn(struct store *s, struct id kiosk, struct str actor);

struct kiosk_work {
    kiosk_change_fn *change;
    struct id kiosk;
};

static enum err write_kiosk(struct store *s, void *context)
{
    const struct kiosk_work *w = context;
    return w->change(s, w->kiosk, ACTOR);
}

static enum err change_kiosk(struct admin *admin, const struct admin_ask *ask,
                             struct admin_reply *reply, kiosk_change_fn *change, const char *done)
{
    struct kiosk_work w = {.change = change};
    if (!id_parse(ask->args[ADMIN_KIOSK], &w.kiosk)) {
        admin_fail(reply, "a kiosk's id has 32 hex digits");
        return ERR_OK;
    }
    enum err e = admin->write(admin->write_context, write_kiosk, &w);
    if (e == ERR_NOT_FOUND) {
        admin_fail(reply, "there is no such kiosk, or it is not in that state");
        return ERR_OK;
    }
    if (!e) admin_say(reply, str_from_z(done));
    return e;
}

enum err admin_suspend(struct admin *admin, const struct admin_ask *ask, struct admin_reply *reply)
{
    return change_kiosk(admin, ask, reply, store_kiosk_suspend,
                        "suspended; it sells nothing until it is resumed");
}

enum err admin_resume(struct admin *admin, const struct admin_ask *ask, struct admin_reply *reply)
{
    return change_kiosk(admin, ask, reply, store_kiosk_resume, "resumed");
}

enum err admin_retire(struct admin *admin, const struct admin_ask *ask, struct admin_reply *reply)
{
    return change_kiosk(admin, ask, reply, store_kiosk_retire,
                        "written off; its seats stay where they are");
}

struct kiosk_list {
    struct admin_reply *reply;
    struct arena arena;
    int count;
    int owe; // their reports, since the centre was restored
};

static enum err tell_kiosk(void *context, const struct store_kiosk *k)
{
    struct kiosk_list *list = context;
    struct arena *a = &list->arena;
    struct json_writer *w = &list->reply->json;
    char letter[2] = {k->letter ? k->letter : '-', '\0'};
    struct str day = date_iso(a, date_day_from_ms(k->last_seen_ms));
    struct str time = date_hhmm(a, date_minute_from_ms(k->last_seen_ms));
    list->owe += k->owes_report;
    admin_line_begin(list->reply,
                     str_printf(a, "%s %s %s %-7s %-9s seen %.*s %.*s ops %lld%s", k->id.hex,
                                k->site.z, letter, store_role_code(k->role),
                                store_kiosk_state_code(k->state), STR_ARG(day), STR_ARG(time),
                                (long long)k->last_op, k->owes_report ? " owes its report" : ""));
    json_write_id(w, "kiosk", &k->id);
    json_write_text(w, "site", site_code_str(&k->site));
    json_write_text(w, "letter", (struct str){&k->letter, k->letter != 0});
    json_write_text(w, "role", str_from_z(store_role_code(k->role)));
    json_write_text(w, "state", str_from_z(store_kiosk_state_code(k->state)));
    json_write_int(w, "seen_ms", k->last_seen_ms);
    json_write_int(w, "ops", k->last_op);
    if (k->owes_report) json_write_bool(w, "owes_report", true);
    admin_line_end(list->reply);
    arena_rewind(a, 0);
    list->count++;
    return buf_err(&list->reply->lines);
}

enum err admin_kiosks(struct admin *admin, const struct admin_ask *ask, struct admin_reply *reply)
{
    struct kiosk_list list = {.reply = reply};
    (void)ask;
    arena_init(&list.arena, ARENA_BYTES);
    enum err e = store_kiosks(admin->reader, tell_kiosk, &list);
    if (!e) {
        admin_line_begin(reply, str_printf(&list.arena, "%d kiosks", list.count));
        json_write_int(&reply->json, "kiosks", list.count);
        admin_line_end(reply);
    }
    if (!e && list.owe > 0) {
        admin_say(reply, str_printf(&list.arena,
                                    "recovering: %d kiosks owe their report; seats of the pool "
                                    "are not sold before",
                                    list.owe));
    }
    arena_deinit(&list.arena);
    return e;
}
