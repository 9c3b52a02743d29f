// Sites, working days, the content release in force.
#include "base/log.h"
#include "store/store_own.h"

#include <string.h>

static const char SITE_PUT[] =
    "INSERT INTO site (code, name, full_name, phone, place) VALUES ($1, $2, $3, $4, $5) "
    "ON CONFLICT (code) DO UPDATE SET name = excluded.name, full_name = excluded.full_name, "
    "phone = excluded.phone, place = excluded.place "
    "WHERE site.name <> excluded.name OR site.full_name <> excluded.full_name "
    "OR site.phone <> excluded.phone OR site.place <> excluded.place";
static const char SITE_GET[] = "SELECT code, name, full_name, phone, place FROM site "
                               "WHERE code = $1";
static const char SITES[] = "SELECT code, name, full_name, phone, place FROM site "
                            "ORDER BY place, code LIMIT $1";
static const char WORKDAY_PUT[] =
    "INSERT INTO workday (day, is_off) VALUES ($1, $2) "
    "ON CONFLICT (day) DO UPDATE SET is_off = excluded.is_off WHERE workday.is_off <> "
    "excluded.is_off";
static const char WORKDAYS[] = "SELECT day, is_off FROM workday ORDER BY day LIMIT $1";
static const char RELEASE_GET[] = "SELECT version FROM release_current";
static const char RELEASE_SET[] =
    "INSERT INTO release_current (one, version, set_ms) VALUES (1, $1, $2) "
    "ON CONFLICT (one) DO UPDATE SET version = excluded.version, set_ms = excluded.set_ms "
    "WHERE release_current.version <= excluded.version";

const char *store_refused_text(enum store_refused why)
{
    switch (why) {
    case STORE_REFUSED_COUNTY: return "the site belongs to another county";
    case STORE_REFUSED_TEXT: return "a name is empty or too long";
    case STORE_REFUSED_TWICE: return "the same thing stands in another row";
    case STORE_REFUSED_SITE: return "no such site";
    case STORE_REFUSED_COUNSELLOR: return "no such counsellor";
    case STORE_REFUSED_RULE: return "the rule is not sound";
    case STORE_REFUSED_CLASH: return "the counsellor sits in another place at that time";
    case STORE_REFUSED_DAY_FULL: return "too many sittings on one day";
    case STORE_REFUSED_LIST_FULL: return "the list is full";
    }
    return "";
}

void store_refuse(struct store_import *out, struct store_refusal refusal)
{
    out->refused++;
    if (out->refusal_count < STORE_REFUSALS_MAX) out->refusals[out->refusal_count++] = refusal;
}

static struct site site_of_row(struct db_rows *rows, struct arena *a)
{
    return (struct site){.code = store_site_column(rows, 0),
                         .name = db_text(rows, 1, a),
                         .full_name = db_text(rows, 2, a),
                         .phone = db_text(rows, 3, a),
                         .order = (int)db_int(rows, 4)};
}

enum err store_site_get(struct store *s, struct site_code code, struct arena *a, struct site *out)
{
    struct db_rows row;
    enum err e = db_one(&row, s->db, DB_QUERY(SITE_GET, DB_TEXT(site_code_str(&code))));
    if (e) return e;
    *out = site_of_row(&row, a);
    return db_rows_close(&row);
}

enum err store_sites(struct store *s, struct arena *a, struct site *out, int *count)
{
    struct db_rows rows;
    db_rows_open(&rows, s->db, DB_QUERY(SITES, DB_INT(STORE_SITES_MAX)));
    for (*count = 0; *count < STORE_SITES_MAX && db_rows_next(&rows); (*count)++) {
        out[*count] = site_of_row(&rows, a);
    }
    return db_rows_close(&rows);
}

static bool text_fits(struct str s, size_t chars_min, size_t chars_max)
{
    size_t chars = str_utf8_count(s);
    return chars >= chars_min && chars <= chars_max; // damaged text counts SIZE_MAX
}

// The places of the rows that were taken so far: a refused row does not stand in anybody's way.
struct taken {
    int rows[STORE_SITES_MAX];
    int count;
};

static bool site_is_sound(const struct site *sites, int index, const struct taken *taken,
                          const char *county, struct store_refusal *refusal)
{
    const struct site *site = &sites[index];
    *refusal = (struct store_refusal){.row = index, .other = -1};
    refusal->why = STORE_REFUSED_COUNTY;
    if (!str_eq_z(site_county(&site->code), county)) return false;
    refusal->why = STORE_REFUSED_TEXT;
    if (!text_fits(site->name, 1, SITE_NAME_CHARS_MAX)) return false;
    if (!text_fits(site->full_name, 0, SITE_FULL_CHARS_MAX)) return false;
    if (!text_fits(site->phone, 0, SITE_PHONE_CHARS_MAX)) return false;
    refusal->why = STORE_REFUSED_TWICE;
    for (int i = 0; i < taken->count; i++) {
        refusal->other = taken->rows[i];
        if (site_code_eq(sites[refusal->other].code, site->code)) return false;
    }
    refusal->why = STORE_REFUSED_LIST_FULL;
    refusal->other = -1;
    return taken->count < STORE_SITES_MAX;
}

// A site that is new, or differs from what is stored, is told to the county.
static enum err site_put(struct store *s, const struct site *given, int place)
{
    struct site site = *given;
    int64_t changed = 0;
    site.order = place;
    enum err e = db_run(s->db,
                        DB_QUERY(SITE_PUT, DB_TEXT(site_code_str(&site.code)), DB_TEXT(site.name),
                                 DB_TEXT(site.full_name), DB_TEXT(site.phone), DB_INT(place)),
                        &changed);
    struct feed_row row = {.stream = FEED_COUNTY, .kind = FEED_SITE, .value.site = site};
    return e || changed == 0 ? e : store_tell(s, site_county(&site.code), &row);
}

enum err store_sites_import(struct store *s, const struct site *sites, int count, struct str actor,
                            struct store_import *out)
{
    struct store_meta meta;
    struct taken taken = {.count = 0};
    *out = (struct store_import){0};
    s->journal_is_due = true;
    enum err e = store_meta(s, &meta);
    for (int i = 0; !e && i < count; i++) {
        struct store_refusal refusal;
        if (!site_is_sound(sites, i, &taken, meta.county, &refusal)) {
            store_refuse(out, refusal);
            continue;
        }
        e = site_put(s, &sites[i], taken.count);
        taken.rows[taken.count++] = i;
    }
    out->imported = taken.count;
    struct store_audit audit = {actor, STR("import-sites"), STR(""), STR("")};
    return e ? e : store_audit(s, &audit);
}

// ---- Working days

enum err store_workdays(struct store *s, struct workday_list *out)
{
    struct db_rows rows;
    out->count = 0;
    db_rows_open(&rows, s->db, DB_QUERY(WORKDAYS, DB_INT(WORKDAY_ENTRIES_MAX)));
    while (db_rows_next(&rows)) {
        struct workday_entry entry = {(int)db_int(&rows, 0), db_int(&rows, 1) != 0};
        CHECK(workday_put(out, entry));
    }
    return db_rows_close(&rows);
}

static enum err workday_store(struct store *s, struct str county, struct workday_entry entry)
{
    int64_t changed = 0;
    enum err e = db_run(
        s->db, DB_QUERY(WORKDAY_PUT, DB_INT(entry.day), DB_INT(entry.is_off ? 1 : 0)), &changed);
    struct feed_row row = {.stream = FEED_COUNTY, .kind = FEED_WORKDAY, .value.workday = entry};
    return e || changed == 0 ? e : store_tell(s, county, &row);
}

enum err store_workdays_import(struct store *s, const struct workday_entry *days, int count,
                               struct str actor, struct store_import *out)
{
    struct store_meta meta;
    struct workday_list *list = arena_new(&s->scratch, struct workday_list);
    *out = (struct store_import){0};
    enum err e = store_meta(s, &meta);
    if (!e) e = store_workdays(s, list);
    for (int i = 0; !e && i < count; i++) {
        if (!workday_put(list, days[i])) {
            struct store_refusal full = {.row = i, .why = STORE_REFUSED_LIST_FULL, .other = -1};
            store_refuse(out, full);
            continue;
        }
        e = workday_store(s, str_from_z(meta.county), days[i]);
        out->imported++;
    }
    struct store_audit audit = {actor, STR("import-holidays"), STR(""), STR("")};
    if (!e) e = store_audit(s, &audit);
    return e ? e : store_materialise(s);
}

// ---- The content release in force

enum err store_release_get(struct store *s, int64_t *version)
{
    *version = 0;
    enum err e = db_one_int(s->db, DB_QUERY(RELEASE_GET), version);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err store_release_set(struct store *s, int64_t version, struct str actor)
{
    struct store_meta meta;
    int64_t changed = 0;
    CHECK(version > 0);
    s->journal_is_due = true;
    enum err e = store_meta(s, &meta);
    if (!e)
        e = db_run(s->db, DB_QUERY(RELEASE_SET, DB_INT(version), DB_INT(store_now(s))), &changed);
    if (!e && changed == 0) e = ERR_CONFLICT;
    struct feed_row row = {.stream = FEED_COUNTY, .kind = FEED_RELEASE, .value.release = version};
    if (!e) e = store_tell(s, str_from_z(meta.county), &row);
    if (e) return e;
    struct str object = str_printf(&s->scratch, "%lld", (long long)version);
    struct store_audit audit = {actor, STR("release"), object, STR("")};
    return store_audit(s, &audit);
}
