// The roster as staff give it: checked as a whole, kept as a whole.
#include "base/log.h"
#include "crypt/hash.h"
#include "store/store_own.h"

#include <string.h>

#define FORESIGHT_DAYS 70 // longer than the longest rhythm, ROSTER_EVERY_WEEKS_MAX weeks

static const char COUNSELLOR_PUT[] =
    "INSERT INTO counsellor (id, name, kind) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING";
static const char RULES_DROP[] = "DELETE FROM roster_rule";
static const char RULE_ADD[] =
    "INSERT INTO roster_rule (no, kind, site, counsellor, instead_of, weekday, every_weeks, nth, "
    "from_day, to_day, start_minute, end_minute, seat_minutes, seats, topics, desk) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
static const char RULES[] =
    "SELECT kind, site, counsellor, instead_of, weekday, every_weeks, nth, from_day, to_day, "
    "start_minute, end_minute, seat_minutes, seats, topics, desk FROM roster_rule ORDER BY no "
    "LIMIT $1";

static const char *const kinds[] = {
    [ROSTER_WEEKLY] = "weekly", [ROSTER_NTH] = "nth",     [ROSTER_WORKDAYS] = "workdays",
    [ROSTER_ONCE] = "once",     [ROSTER_LEAVE] = "leave", [ROSTER_SUBSTITUTE] = "substitute"};

struct counsellor_id store_counsellor_id(struct str name, enum counsellor_kind kind)
{
    struct crypt_hash prev = crypt_sha256(name);
    struct crypt_hash hash = crypt_chain(&prev, str_from_z(counsellor_kind_code(kind)));
    struct counsellor_id id;
    hex_from_bytes(hash.bytes, ID_HEX_BYTES / 2, id.id.hex);
    return id;
}

// ---- Checks

static bool is_counsellor(const struct store_roster *r, struct counsellor_id id)
{
    for (int i = 0; i < r->counsellor_count; i++) {
        if (id_eq(r->counsellors[i].id.id, id.id)) return true;
    }
    return false;
}

static bool is_site(const struct site *sites, int count, struct site_code code)
{
    for (int i = 0; i < count; i++) {
        if (site_code_eq(sites[i].code, code)) return true;
    }
    return false;
}

static void check_rules(const struct store_roster *r, const struct site *sites, int site_count,
                        struct store_import *out)
{
    for (int i = 0; i < r->rule_count; i++) {
        const struct roster_rule *rule = &r->rules[i];
        struct store_refusal no = {.row = i, .other = -1, .fault = roster_check(rule)};
        bool is_everywhere = rule->kind == ROSTER_LEAVE && rule->site.z[0] == '\0';
        bool knows_all = is_counsellor(r, rule->counsellor) &&
                         (rule->kind != ROSTER_SUBSTITUTE || is_counsellor(r, rule->instead_of));
        if (no.fault != ROSTER_FINE) {
            no.why = STORE_REFUSED_RULE;
        } else if (!is_everywhere && !is_site(sites, site_count, rule->site)) {
            no.why = STORE_REFUSED_SITE;
        } else if (!knows_all) {
            no.why = STORE_REFUSED_COUNSELLOR;
        } else if (str_utf8_count(rule->desk) > SITTING_DESK_CHARS_MAX) {
            no.why = STORE_REFUSED_TEXT;
        } else {
            continue;
        }
        store_refuse(out, no);
    }
}

static void check_counsellors(const struct store_roster *r, struct store_import *out)
{
    for (int i = 0; i < r->counsellor_count; i++) {
        size_t chars = str_utf8_count(r->counsellors[i].name);
        if (chars >= 1 && chars <= SITTING_COUNSELLOR_CHARS_MAX) continue;
        store_refuse(out, (struct store_refusal){.row = -1, .why = STORE_REFUSED_TEXT, .other = i});
    }
}

// The rule that plans `sitting`, from `from` on; -1 where there is none.
static int rule_of(const struct store_roster *r, const struct workday_list *workdays,
                   const struct roster_sitting *sitting, int from)
{
    for (int i = from; i < r->rule_count; i++) {
        const struct roster_rule *rule = &r->rules[i];
        bool is_it = site_code_eq(rule->site, sitting->site) &&
                     id_eq(rule->counsellor.id, sitting->rostered.id) &&
                     rule->start_minute == sitting->start_minute;
        if (is_it && roster_sits(rule, workdays, sitting->day)) return i;
    }
    return -1;
}

static bool is_same(const struct roster_sitting *a, const struct roster_sitting *b)
{
    return site_code_eq(a->site, b->site) && id_eq(a->rostered.id, b->rostered.id) &&
           a->start_minute == b->start_minute;
}

static bool collide(const struct roster_sitting *a, const struct roster_sitting *b)
{
    return id_eq(a->counsellor.id, b->counsellor.id) && a->start_minute < b->end_minute &&
           b->start_minute < a->end_minute;
}

int store_clashes(const struct store_roster *r, const struct workday_list *workdays,
                  const struct roster_sitting *sittings, int count, bool *skipped,
                  struct store_import *out)
{
    int found = 0;
    for (int i = 0; i < count; i++) {
        skipped[i] = false;
        for (int k = 0; k < i && !skipped[i]; k++) {
            if (skipped[k] || !collide(&sittings[k], &sittings[i])) continue;
            skipped[i] = true;
            found++;
            if (!out) continue;
            int first = rule_of(r, workdays, &sittings[k], 0);
            int from = is_same(&sittings[k], &sittings[i]) ? first + 1 : 0;
            int second = rule_of(r, workdays, &sittings[i], from);
            // The later row of the two is the one refused.
            store_refuse(out, (struct store_refusal){.row = first > second ? first : second,
                                                     .why = STORE_REFUSED_CLASH,
                                                     .other = first > second ? second : first,
                                                     .day = sittings[i].day});
        }
    }
    return found;
}

// Every day of the next weeks is planned in thought. The first day with a clash is told, not each of
// the many on which the same two rules meet.
static void check_days(struct store *s, const struct store_roster *r,
                       const struct workday_list *workdays, struct store_import *out)
{
    size_t mark = arena_mark(&s->scratch);
    struct roster_sitting *sittings =
        arena_array(&s->scratch, struct roster_sitting, ROSTER_DAY_SITTINGS_MAX);
    bool *skipped = arena_array(&s->scratch, bool, ROSTER_DAY_SITTINGS_MAX);
    int today = date_day_from_ms(store_now(s));
    for (int day = today; day < today + FORESIGHT_DAYS && out->refused == 0; day++) {
        int count =
            roster_day(r->rules, r->rule_count, workdays, day, sittings, ROSTER_DAY_SITTINGS_MAX);
        if (count > ROSTER_DAY_SITTINGS_MAX) {
            store_refuse(out,
                         (struct store_refusal){
                             .row = -1, .why = STORE_REFUSED_DAY_FULL, .other = -1, .day = day});
        } else {
            store_clashes(r, workdays, sittings, count, skipped, out);
        }
    }
    arena_rewind(&s->scratch, mark);
}

static enum err check(struct store *s, const struct store_roster *r, struct store_import *out)
{
    size_t mark = arena_mark(&s->scratch);
    struct site *sites = arena_array(&s->scratch, struct site, STORE_SITES_MAX);
    struct workday_list *workdays = arena_new(&s->scratch, struct workday_list);
    int site_count = 0;
    if (r->rule_count > ROSTER_RULES_MAX || r->counsellor_count > STORE_COUNSELLORS_MAX) {
        store_refuse(
            out, (struct store_refusal){.row = -1, .why = STORE_REFUSED_LIST_FULL, .other = -1});
        return ERR_OK;
    }
    enum err e = store_sites(s, &s->scratch, sites, &site_count);
    if (!e) e = store_workdays(s, workdays);
    if (!e) {
        check_counsellors(r, out);
        check_rules(r, sites, site_count, out);
        if (out->refused == 0) check_days(s, r, workdays, out);
    }
    arena_rewind(&s->scratch, mark);
    return e;
}

// ---- Keeping

static enum err counsellors_keep(struct store *s, const struct store_roster *r, struct str county)
{
    enum err e = ERR_OK;
    for (int i = 0; !e && i < r->counsellor_count; i++) {
        const struct counsellor *c = &r->counsellors[i];
        int64_t changed = 0;
        e = db_run(s->db,
                   DB_QUERY(COUNSELLOR_PUT, DB_TEXT(id_str(&c->id.id)), DB_TEXT(c->name),
                            DB_TEXT(str_from_z(counsellor_kind_code(c->kind)))),
                   &changed);
        struct feed_row row = {
            .stream = FEED_COUNTY, .kind = FEED_COUNSELLOR, .value.counsellor = *c};
        if (!e && changed > 0) e = store_tell(s, county, &row);
    }
    return e;
}

static enum err rules_keep(struct store *s, const struct store_roster *r)
{
    enum err e = db_run(s->db, DB_QUERY(RULES_DROP), NULL);
    for (int i = 0; !e && i < r->rule_count; i++) {
        const struct roster_rule *x = &r->rules[i];
        e = db_run(s->db,
                   DB_QUERY(RULE_ADD, DB_INT(i), DB_TEXT(str_from_z(kinds[x->kind])),
                            DB_TEXT(site_code_str(&x->site)), DB_TEXT(id_str(&x->counsellor.id)),
                            DB_ID(&x->instead_of.id), DB_INT(x->weekday), DB_INT(x->every_weeks),
                            DB_INT(x->nth), DB_INT(x->from_day), DB_INT(x->to_day),
                            DB_INT(x->start_minute), DB_INT(x->end_minute), DB_INT(x->seat_minutes),
                            DB_INT(x->seat_count), DB_INT(x->topics), DB_TEXT(x->desk)),
                   NULL);
    }
    return e;
}

enum err store_rules(struct store *s, struct arena *a, struct roster_rule *out, int *count)
{
    struct db_rows rows;
    db_rows_open(&rows, s->db, DB_QUERY(RULES, DB_INT(ROSTER_RULES_MAX)));
    for (*count = 0; *count < ROSTER_RULES_MAX && db_rows_next(&rows); (*count)++) {
        struct roster_rule *x = &out[*count];
        *x = (struct roster_rule){.site = store_site_column(&rows, 1),
                                  .counsellor.id = db_id(&rows, 2),
                                  .instead_of.id = db_id(&rows, 3),
                                  .weekday = (enum weekday)db_int(&rows, 4),
                                  .every_weeks = (int)db_int(&rows, 5),
                                  .nth = (int)db_int(&rows, 6),
                                  .from_day = (int)db_int(&rows, 7),
                                  .to_day = (int)db_int(&rows, 8),
                                  .start_minute = (int)db_int(&rows, 9),
                                  .end_minute = (int)db_int(&rows, 10),
                                  .seat_minutes = (int)db_int(&rows, 11),
                                  .seat_count = (int)db_int(&rows, 12),
                                  .topics = (unsigned)db_int(&rows, 13),
                                  .desk = db_text(&rows, 14, a)};
        struct str kind = db_text_borrow(&rows, 0);
        for (int k = ROSTER_WEEKLY; k <= ROSTER_SUBSTITUTE; k++) {
            if (str_eq_z(kind, kinds[k])) x->kind = (enum roster_kind)k;
        }
    }
    return db_rows_close(&rows);
}

enum err store_roster_replace(struct store *s, const struct store_roster *roster, struct str actor,
                              struct store_import *out)
{
    struct store_meta meta;
    *out = (struct store_import){0};
    enum err e = store_meta(s, &meta);
    if (!e) e = check(s, roster, out);
    if (e || out->refused > 0) return e;
    e = counsellors_keep(s, roster, str_from_z(meta.county));
    if (!e) e = rules_keep(s, roster);
    if (!e) e = store_materialise(s);
    if (e) return e;
    out->imported = roster->rule_count;
    struct str detail = str_printf(&s->scratch, "%d rules", roster->rule_count);
    struct store_audit audit = {actor, STR("import-roster"), STR(""), detail};
    return store_audit(s, &audit);
}
