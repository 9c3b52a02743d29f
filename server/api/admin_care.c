// Bookings for staff, the health of the data.
#include "api/admin.h"
#include "api/generation.h"
#include "release/release.h"

#include <string.h>
#include <unistd.h>

#define ACTOR       STR("lvyue-admin")
#define ARENA_BYTES ((size_t)1024 * 1024)

// ---- Bookings

struct booking_list {
    struct admin_reply *reply;
    struct arena arena;
    int count;
};

static void write_members(struct json_writer *w, const struct store_booking *b)
{
    json_write_id(w, "booking", &b->id.id);
    json_write_text(w, "site", site_code_str(&b->site));
    json_write_id(w, "sitting", &b->sitting.id);
    json_write_int(w, "seat", b->seat);
    json_write_int(w, "planned_ms", b->planned_ms);
    json_write_text(w, "state", str_from_z(booking_state_code(b->state)));
    json_write_text(w, "code", str_from_z(b->code.z));
    json_write_text(w, "topic", str_from_z(topic_code(b->topic)));
    json_write_text(w, "counsellor", b->counsellor);
    json_write_text(w, "name", b->name);
    json_write_text(w, "phone", b->phone);
    json_write_int(w, "made_ms", b->made_ms);
    json_write_id(w, "inc", &b->source_inc.id);
    json_write_int(w, "op", b->source_op);
}

static enum err tell_booking(void *context, const struct store_booking *b)
{
    struct booking_list *list = context;
    struct arena *a = &list->arena;
    struct str day = b->planned_ms ? date_iso(a, date_day_from_ms(b->planned_ms)) : STR("-");
    struct str time = b->planned_ms ? date_hhmm(a, date_minute_from_ms(b->planned_ms)) : STR("-");
    struct str text = str_printf(a, "%.*s %5.*s %s %-10s %s seat %d %.*s %.*s", STR_ARG(day),
                                 STR_ARG(time), b->site.z, booking_state_code(b->state), b->code.z,
                                 b->seat, STR_ARG(b->counsellor), STR_ARG(b->name));
    admin_line_begin(list->reply, text);
    write_members(&list->reply->json, b);
    admin_line_end(list->reply);
    arena_rewind(a, 0);
    list->count++;
    return buf_err(&list->reply->lines);
}

static enum err list_bookings(struct admin *admin, const struct admin_ask *ask,
                              struct admin_reply *reply, const char *noun,
                              struct store_booking_filter filter)
{
    struct str site = ask->args[ADMIN_SITE];
    struct str day = ask->args[ADMIN_DAY];
    if (site.len > 0 && !site_code_parse(site, &filter.site)) {
        admin_fail(reply, "a site's code has nine digits");
        return ERR_OK;
    }
    if (day.len > 0 && !date_parse(day, &filter.day)) {
        admin_fail(reply, "a day is written 2026-03-04");
        return ERR_OK;
    }
    struct booking_list list = {.reply = reply};
    arena_init(&list.arena, ARENA_BYTES);
    enum err e = store_bookings(admin->reader, &filter, tell_booking, &list);
    if (!e) {
        struct str text = str_printf(&list.arena, "%d %s", list.count, noun);
        admin_line_begin(reply, text);
        json_write_int(&reply->json, noun, list.count);
        admin_line_end(reply);
    }
    arena_deinit(&list.arena);
    return e;
}

enum err admin_bookings(struct admin *admin, const struct admin_ask *ask, struct admin_reply *reply)
{
    return list_bookings(admin, ask, reply, "bookings", (struct store_booking_filter){0});
}

// Whose visitor staff must call.
enum err admin_tasks(struct admin *admin, const struct admin_ask *ask, struct admin_reply *reply)
{
    return list_bookings(admin, ask, reply, "tasks",
                         (struct store_booking_filter){.is_task = true});
}

// ---- The health of the data

static void tell_violation(void *context, struct str line)
{
    admin_say(context, line);
}

enum err admin_check(struct admin *admin, const struct admin_ask *ask, struct admin_reply *reply)
{
    int count = 0;
    (void)ask;
    enum err e = store_check(admin->reader, tell_violation, reply, &count);
    if (e) return e;
    struct arena a;
    arena_init(&a, 256);
    admin_line_begin(reply, str_printf(&a, "%d violations", count));
    json_write_int(&reply->json, "violations", count);
    admin_line_end(reply);
    arena_deinit(&a);
    if (count > 0) reply->failed = true;
    return ERR_OK;
}

static enum err write_mark(struct store *s, void *context)
{
    (void)context;
    return store_backup_mark(s);
}

static enum err write_done(struct store *s, void *context)
{
    enum err e = store_backup_done(s);
    return e ? e : generation_next(s, context);
}

static bool is_there(struct str path)
{
    char z[ADMIN_ARG_BYTES_MAX + 1];
    if (path.len >= sizeof(z)) return false;
    memcpy(z, path.ptr, path.len);
    z[path.len] = '\0';
    return access(z, F_OK) == 0;
}

enum err admin_backup(struct admin *admin, const struct admin_ask *ask, struct admin_reply *reply)
{
    struct arena a;
    struct store_meta meta;
    struct str file = ask->args[ADMIN_FILE];
    if (!db_is_file(store_db(admin->reader))) {
        admin_fail(reply, "PostgreSQL's own tools copy it, between backup-begin and backup-end");
        return ERR_OK;
    }
    if (file.len == 0 || file.ptr[0] != '/') {
        admin_fail(reply, "a backup needs the whole path of a new file");
        return ERR_OK;
    }
    if (is_there(file)) {
        admin_fail(reply, "there is such a file already; a backup needs a new one");
        return ERR_OK;
    }
    arena_init(&a, 4 * ADMIN_ARG_BYTES_MAX);
    enum err e = admin->write(admin->write_context, write_mark, NULL);
    if (!e) e = store_backup(admin->reader, str_to_z(&a, file));
    if (!e) e = admin->write(admin->write_context, write_done, &meta);
    if (!e) e = generation_write(admin->fs, admin->dir, &meta);
    if (!e) admin_say(reply, str_printf(&a, "copied to %.*s and verified", STR_ARG(file)));
    arena_deinit(&a);
    return e;
}

static bool is_servers(struct admin *admin, struct admin_reply *reply)
{
    if (!db_is_file(store_db(admin->reader))) return true;
    admin_fail(reply, "this database is a file: backup FILE makes the copy");
    return false;
}

// What is marked now will surely be in a copy that begins later.
enum err admin_backup_begin(struct admin *admin, const struct admin_ask *ask,
                            struct admin_reply *reply)
{
    (void)ask;
    if (!is_servers(admin, reply)) return ERR_OK;
    enum err e = admin->write(admin->write_context, write_mark, NULL);
    if (!e)
        admin_say(reply, STR("marked; copy now, and end with backup-end once the copy is safe"));
    return e;
}

enum err admin_backup_end(struct admin *admin, const struct admin_ask *ask,
                          struct admin_reply *reply)
{
    struct store_meta meta;
    (void)ask;
    if (!is_servers(admin, reply)) return ERR_OK;
    enum err e = admin->write(admin->write_context, write_done, &meta);
    if (!e) e = generation_write(admin->fs, admin->dir, &meta);
    if (!e) admin_say(reply, STR("kiosks may forget what the copy holds"));
    return e;
}

// ---- Content

static enum err write_release(struct store *s, void *context)
{
    const int64_t *version = context;
    return store_release_set(s, *version, ACTOR);
}

// Put in force what lies signed in the content folder, and nothing else.
enum err admin_release(struct admin *admin, const struct admin_ask *ask, struct admin_reply *reply)
{
    struct arena a;
    struct timestamp timestamp;
    int64_t version = 0;
    (void)ask;
    arena_init(&a, 4096);
    struct str dir = str_printf(&a, "%s/content", admin->dir);
    enum err e = release_timestamp_load(str_to_z(&a, dir), &timestamp);
    if (!e) e = store_release_get(admin->reader, &version);
    if (!e && version != timestamp.manifest_version) {
        version = timestamp.manifest_version;
        e = admin->write(admin->write_context, write_release, &version);
    }
    if (!e) {
        admin_line_begin(reply, str_printf(&a, "release %lld is in force", (long long)version));
        json_write_int(&reply->json, "release", version);
        admin_line_end(reply);
    }
    arena_deinit(&a);
    return e;
}
