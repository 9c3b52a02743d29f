// Files of sites, holidays and rosters into the centre: read whole, told whole what is wrong, and
// taken whole or not at all.
#include "api/admin.h"
#include "office/office_holidays.h"
#include "office/office_roster.h"

#include <stdlib.h>

#define ACTOR        STR("lvyue-admin")
#define IMPORT_BYTES (2 * CSV_ARENA_BYTES)

struct import {
    struct admin *admin;
    const struct admin_ask *ask;
    struct admin_reply *reply;
    struct arena arena;
    struct office_report *report;
    const int *lines; // of the rows given to the store; NULL: the file has none
    int row_count;
    struct store_import *told;
    bool is_dry;
};

static void import_init(struct import *im, struct admin *admin, const struct admin_ask *ask,
                        struct admin_reply *reply)
{
    *im = (struct import){.admin = admin, .ask = ask, .reply = reply};
    arena_init(&im->arena, IMPORT_BYTES);
    im->report = arena_new(&im->arena, struct office_report);
    im->told = arena_new(&im->arena, struct store_import);
    im->is_dry = ask->args[ADMIN_DRY_RUN].len > 0;
}

static void say_mistake(struct import *im, const struct office_mistake *m)
{
    struct buf text;
    buf_init(&text, 2 * CSV_CELL_BYTES_MAX);
    office_mistake_text(m, im->ask->args[ADMIN_FILE], &text);
    struct json_writer *w = &im->reply->json;
    admin_line_begin(im->reply, buf_str(&text));
    json_write_text(w, "file", im->ask->args[ADMIN_FILE]);
    json_write_int(w, "line", m->line);
    json_write_int(w, "column", m->column);
    json_write_text(w, "name", m->name);
    json_write_text(w, "why", str_from_z(office_fault_code(m->fault)));
    admin_line_end(im->reply);
    buf_deinit(&text);
}

static void say_refusal(struct import *im, const struct store_refusal *r)
{
    struct arena *a = &im->arena;
    struct str file = im->ask->args[ADMIN_FILE];
    struct str where = r->row >= 0 && im->lines
                           ? str_printf(a, "%.*s:%d", STR_ARG(file), im->lines[r->row])
                           : file;
    struct str text = str_printf(a, "%.*s: %s", STR_ARG(where), store_refused_text(r->why));
    if (r->day != 0) {
        struct str day = date_iso(a, r->day);
        text = str_printf(a, "%.*s (%.*s)", STR_ARG(text), STR_ARG(day));
    }
    admin_line_begin(im->reply, text);
    json_write_text(&im->reply->json, "file", file);
    if (r->row >= 0 && im->lines) json_write_int(&im->reply->json, "line", im->lines[r->row]);
    json_write_text(&im->reply->json, "why", str_from_z(store_refused_text(r->why)));
    admin_line_end(im->reply);
}

static void say_total(struct import *im, int imported, int refused)
{
    struct str text = str_printf(&im->arena, "%d imported, %d refused", imported, refused);
    admin_line_begin(im->reply, text);
    json_write_int(&im->reply->json, "imported", imported);
    json_write_int(&im->reply->json, "refused", refused);
    admin_line_end(im->reply);
    if (refused > 0) im->reply->failed = true;
}

// Says how it went and gives everything back.
static enum err import_end(struct import *im, enum err e)
{
    const struct office_report *report = im->report;
    if (!e && report->count > 0) {
        for (int i = 0; i < report->listed; i++) {
            say_mistake(im, &report->list[i]);
        }
        say_total(im, 0, report->rows);
    } else if (!e) {
        for (int i = 0; i < im->told->refusal_count; i++) {
            say_refusal(im, &im->told->refusals[i]);
        }
        say_total(im, im->told->imported, im->told->refused);
    }
    arena_deinit(&im->arena);
    return e;
}

// A trial is undone like a failure, but is none.
static enum err import_write(struct import *im, store_work_fn *work, void *context)
{
    if (im->report->count > 0) return ERR_OK;
    enum err e = im->admin->write(im->admin->write_context, work, context);
    return e == ERR_STOPPED && im->is_dry ? ERR_OK : e;
}

static enum err kept(const struct import *im, enum err e)
{
    bool undo = im->is_dry || im->told->refused > 0;
    return e || !undo ? e : ERR_STOPPED;
}

// ---- Sites

struct sites_work {
    struct import im;
    struct office_sites sites;
};

// What a file without the column does not say stays as it is.
static enum err keep_known(struct store *s, struct sites_work *w)
{
    enum err e = ERR_OK;
    for (int i = 0; i < w->sites.count && e == ERR_OK; i++) {
        struct site known;
        struct site *site = &w->sites.list[i];
        e = store_site_get(s, site->code, &w->im.arena, &known);
        if (!e && !w->sites.has_full_name) site->full_name = known.full_name;
        if (!e && !w->sites.has_phone) site->phone = known.phone;
        if (e == ERR_NOT_FOUND) e = ERR_OK;
    }
    return e;
}

static enum err write_sites(struct store *s, void *context)
{
    struct sites_work *w = context;
    *w->im.told = (struct store_import){0};
    enum err e = keep_known(s, w);
    if (!e) e = store_sites_import(s, w->sites.list, w->sites.count, ACTOR, w->im.told);
    return kept(&w->im, e);
}

enum err admin_import_sites(struct admin *admin, const struct admin_ask *ask,
                            struct admin_reply *reply)
{
    struct sites_work w;
    struct store_meta meta;
    enum err e = store_meta(admin->reader, &meta);
    if (e) return e;
    import_init(&w.im, admin, ask, reply);
    office_sites_read(&w.im.arena, ask->body, str_from_z(meta.county), &w.sites, w.im.report);
    return import_end(&w.im, import_write(&w.im, write_sites, &w));
}

// ---- Holidays

struct holidays_work {
    struct import im;
    struct office_holidays *holidays;
    struct workday_entry *days;
};

static enum err write_holidays(struct store *s, void *context)
{
    struct holidays_work *w = context;
    *w->im.told = (struct store_import){0};
    enum err e = store_workdays_import(s, w->days, w->holidays->count, ACTOR, w->im.told);
    return kept(&w->im, e);
}

enum err admin_import_holidays(struct admin *admin, const struct admin_ask *ask,
                               struct admin_reply *reply)
{
    struct holidays_work w;
    import_init(&w.im, admin, ask, reply);
    w.holidays = arena_new(&w.im.arena, struct office_holidays);
    w.days = arena_array(&w.im.arena, struct workday_entry, HOLIDAY_DAYS_MAX);
    office_holidays_read(&w.im.arena, ask->body, w.holidays, w.im.report);
    for (int i = 0; i < w.holidays->count; i++) {
        w.days[i] = w.holidays->days[i].entry;
    }
    return import_end(&w.im, import_write(&w.im, write_holidays, &w));
}

// ---- Rosters

struct roster_work {
    struct import im;
    struct office_roster roster;
    struct store_roster store;
};

static enum err write_roster(struct store *s, void *context)
{
    struct roster_work *w = context;
    *w->im.told = (struct store_import){0};
    return kept(&w->im, store_roster_replace(s, &w->store, ACTOR, w->im.told));
}

// People get the ids by which the centre knows them.
static void name_people(struct roster_work *w)
{
    struct office_roster *r = &w->roster;
    struct counsellor *people =
        arena_array(&w->im.arena, struct counsellor, (size_t)r->people_count + 1);
    for (int i = 0; i < r->people_count; i++) {
        const struct office_person *p = &r->people[i];
        people[i] = (struct counsellor){store_counsellor_id(p->name, p->kind), p->name, p->kind};
    }
    for (int i = 0; i < r->count; i++) {
        struct roster_rule *rule = &r->rules[i];
        rule->counsellor = people[office_person_index(rule->counsellor)].id;
        if (rule->kind == ROSTER_SUBSTITUTE)
            rule->instead_of = people[office_person_index(rule->instead_of)].id;
    }
    w->store = (struct store_roster){.counsellors = people,
                                     .counsellor_count = r->people_count,
                                     .rules = r->rules,
                                     .rule_count = r->count};
}

static enum err read_roster(struct roster_work *w)
{
    struct arena *a = &w->im.arena;
    struct admin *admin = w->im.admin;
    struct workday_list *workdays = arena_new(a, struct workday_list);
    struct office_sites sites = {.list = arena_array(a, struct site, STORE_SITES_MAX)};
    enum err e = store_sites(admin->reader, a, sites.list, &sites.count);
    if (!e) e = store_workdays(admin->reader, workdays);
    if (e) return e;
    struct office_roster_ground ground = {
        .sites = &sites, .workdays = workdays, .today = date_day_from_ms(env_now_ms(admin->env))};
    office_roster_read(a, w->im.ask->body, &ground, &w->roster, w->im.report);
    w->im.lines = w->roster.lines;
    if (w->im.report->count == 0) name_people(w);
    return ERR_OK;
}

enum err admin_import_roster(struct admin *admin, const struct admin_ask *ask,
                             struct admin_reply *reply)
{
    struct roster_work w = {0};
    import_init(&w.im, admin, ask, reply);
    enum err e = read_roster(&w);
    if (!e) e = import_write(&w.im, write_roster, &w);
    return import_end(&w.im, e);
}
