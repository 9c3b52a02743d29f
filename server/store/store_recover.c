// The database was put back from a backup: what the journal knows is put in, and everything from before
// waits for what kiosks know. How they tell it, and what becomes of it, is core's (core/centre.h).
#include "base/log.h"
#include "store/store_own.h"

#include <stdio.h>
#include <string.h>

// Bookings are made for two weeks and sittings for three; what ended so long before the last sitting is
// of nobody's concern. By the clock or by the sittings, whichever is earlier: either may be far ahead
// where the clock was wrong, and one too many costs nothing.
#define RECOVER_DAYS   (STORE_HORIZON_DAYS + STORE_JOURNAL_DAYS)

#define GEN_PREFIX     "ffff"
#define GEN_SECONDS_AT (sizeof(GEN_PREFIX) - 1)
#define GEN_SECONDS    12                 // hex digits
#define SECONDS_MAX    (INT64_C(1) << 33) // epochs stay below 2^53
#define EPOCH_BITS     20

static const char RECOVERS[] = "SELECT recovers FROM sitting WHERE id = $1";
static const char RECOVERED[] = "UPDATE sitting SET recovers = 0 WHERE id = $1";
static const char RECOVERING[] = "SELECT " STORE_SITTING_COLUMNS
                                 " FROM sitting WHERE recovers = 1 ORDER BY start_ms, id LIMIT $1";
static const char MISSING[] =
    "SELECT count(*) FROM incarnation WHERE state = 'active' AND reported = 0 AND letter <> ''";
static const char REPORTS_OVER[] = "UPDATE incarnation SET reported = 1 WHERE reported = 0";
static const char REPORTS_DUE[] =
    "UPDATE incarnation SET reported = 0 WHERE state = 'active' AND letter <> ''";

static const char NONE_RECOVERS[] = "UPDATE sitting SET recovers = 0 WHERE recovers = 1";
static const char UNMARKED[] =
    "SELECT " STORE_SITTING_COLUMNS " FROM sitting WHERE recovers = 0 AND end_ms > $1 ORDER BY id";
static const char PLANNED_NO_MORE[] =
    "UPDATE sitting SET recovers = 1, state = CASE WHEN state = 'open' THEN 'closing' ELSE state END "
    "WHERE id = $1";
static const char ALL_RECOVER[] = "UPDATE sitting SET recovers = 1 WHERE recovers = 0 AND end_ms > "
                                  "(SELECT CASE WHEN max(start_ms) < $2 THEN max(start_ms) "
                                  "ELSE $2 END FROM sitting) - $1";
static const char TICKS_DROP[] = "DELETE FROM counsellor_tick"; // all that count are taken anew
// A seat that was taken away since is still a kiosk's, or sold, as far as is known here.
#define HIGHEST_TAKEN                                                          \
    "coalesce((SELECT max(s.no) FROM seat s WHERE s.sitting = sitting.id AND " \
    "(s.owner IS NOT NULL OR s.booking IS NOT NULL)), 0)"
static const char SEATS_STAY[] =
    "UPDATE sitting SET seats = " HIGHEST_TAKEN " WHERE recovers = 1 AND seats < " HIGHEST_TAKEN;
static const char POOL_FOLLOWS[] =
    "UPDATE seat SET is_open = (SELECT CASE WHEN t.state = 'open' AND seat.no <= t.seats THEN 1 "
    "ELSE 0 END FROM sitting t WHERE t.id = seat.sitting) WHERE owner IS NULL AND quarantined = 0 "
    "AND sitting IN (SELECT id FROM sitting WHERE recovers = 1)";
static const char TOLD[] =
    "SELECT " STORE_SITTING_COLUMNS
    " FROM sitting WHERE recovers = 1 AND end_ms >= $1 ORDER BY start_ms, id";
static const char COUNSELLORS[] = "SELECT id, name, kind FROM counsellor ORDER BY id";
static const char DESKS[] =
    "SELECT id, site FROM incarnation WHERE state = 'active' AND letter <> ''";

// ---- What core asks

enum err store_sitting_recovers(struct centre_store *centre, struct sitting_id id, bool *out)
{
    struct store *s = (struct store *)centre;
    int64_t recovers = 0;
    enum err e = db_one_int(s->db, DB_QUERY(RECOVERS, DB_TEXT(id_str(&id.id))), &recovers);
    *out = recovers != 0;
    return e;
}

enum err store_sitting_recovered(struct centre_store *centre, struct sitting_id id)
{
    struct store *s = (struct store *)centre;
    return db_run(s->db, DB_QUERY(RECOVERED, DB_TEXT(id_str(&id.id))), NULL);
}

enum err store_sittings_recovering(struct centre_store *centre, struct sitting *out, int *count)
{
    struct store *s = (struct store *)centre;
    struct db_rows rows;
    db_rows_open(&rows, s->db, DB_QUERY(RECOVERING, DB_INT(CENTRE_RECOVER_AT_ONCE)));
    for (*count = 0; *count < CENTRE_RECOVER_AT_ONCE && db_rows_next(&rows); (*count)++) {
        store_sitting_of_row(&rows, &s->scratch, &out[*count]);
    }
    return db_rows_close(&rows);
}

static enum err flag_get(struct store *s, struct str name, bool *out)
{
    size_t mark = arena_mark(&s->scratch);
    struct str value = {0};
    enum err e = store_meta_get(s, name, &s->scratch, &value);
    *out = !e && str_eq_z(value, "1");
    arena_rewind(&s->scratch, mark);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err flag_put(struct store *s, struct str name, bool value)
{
    return store_meta_put(s, name, value ? STR("1") : STR("0"));
}

// When a generation began, 0 for a name of the time before names told it.
static int64_t seconds_of(const struct id *gen)
{
    unsigned char bytes[GEN_SECONDS / 2];
    struct str hex = str_sub(id_str(gen), GEN_SECONDS_AT, GEN_SECONDS);
    int64_t seconds = 0;
    if (!str_starts(id_str(gen), STR(GEN_PREFIX)) || !hex_to_bytes(hex, bytes, sizeof(bytes)))
        return 0;
    for (size_t i = 0; i < sizeof(bytes); i++) {
        seconds = seconds * 256 + bytes[i];
    }
    return seconds;
}

enum err store_recovery_get(struct centre_store *centre, struct centre_recovery *out)
{
    struct store *s = (struct store *)centre;
    struct store_meta meta;
    int64_t missing = 0;
    *out = (struct centre_recovery){0};
    enum err e = flag_get(s, STR("recovering"), &out->is_on);
    if (e || !out->is_on) return e;
    e = flag_get(s, STR("written_off"), &out->has_written_off);
    if (!e) e = store_meta(s, &meta);
    if (!e) e = db_one_int(s->db, DB_QUERY(MISSING), &missing);
    if (e) return e;
    out->missing = missing < INT32_MAX ? (int)missing : INT32_MAX;
    out->epoch_floor = seconds_of(&meta.gen) << EPOCH_BITS;
    return ERR_OK;
}

enum err store_recovery_put(struct centre_store *centre, const struct centre_recovery *r)
{
    struct store *s = (struct store *)centre;
    enum err e = flag_put(s, STR("recovering"), r->is_on);
    if (!e) e = flag_put(s, STR("written_off"), r->is_on && r->has_written_off);
    if (e || r->is_on) return e;
    struct store_audit audit = {STR("server"), STR("recovered"), STR(""),
                                r->has_written_off ? STR("with a quarantine") : STR("")};
    e = db_run(s->db, DB_QUERY(REPORTS_OVER), NULL);
    return e ? e : store_audit(s, &audit);
}

// ---- The name of a history

enum err store_generation_name(struct store *s, const struct id *known, int count, struct id *out)
{
    int64_t seconds = store_now(s) / 1000;
    char digits[GEN_SECONDS + 1];
    if (seconds < 0) seconds = 0;
    for (int i = 0; i < count; i++) {
        int64_t before = seconds_of(&known[i]);
        if (before >= seconds) seconds = before + 1;
    }
    if (seconds >= SECONDS_MAX) {
        log_error("a history began in the far future; none can come after it");
        return ERR_TOO_BIG;
    }
    *out = id_new(s->env);
    snprintf(digits, sizeof(digits), "%012llx", (unsigned long long)seconds);
    memcpy(out->hex, GEN_PREFIX, GEN_SECONDS_AT);
    memcpy(out->hex + GEN_SECONDS_AT, digits, GEN_SECONDS);
    return ERR_OK;
}

// ---- The day of the restore

// Planned when the backup was made, and no more afterwards.
static enum err drop_unmarked(struct store *s, const struct store_journal *j)
{
    struct db_rows rows;
    enum err e = ERR_OK;
    db_rows_open(&rows, s->db, DB_QUERY(UNMARKED, DB_INT(j->since_ms)));
    while (!e && db_rows_next(&rows)) {
        struct sitting x;
        bool touched = false;
        store_sitting_of_row(&rows, &s->scratch, &x);
        e = rows.err ? rows.err : store_sitting_is_touched(s, x.id, &touched);
        if (!e && touched)
            e = db_run(s->db, DB_QUERY(PLANNED_NO_MORE, DB_TEXT(id_str(&x.id.id))), NULL);
        if (!e && !touched) e = store_sitting_drop(s, &x);
    }
    enum err closed = db_rows_close(&rows);
    return e ? e : closed;
}

static enum err fill_sittings(struct store *s)
{
    struct db_rows rows;
    enum err e = ERR_OK;
    db_rows_open(&rows, s->db, DB_QUERY(TOLD, DB_INT(INT64_MIN)));
    while (!e && db_rows_next(&rows)) {
        struct sitting x;
        store_sitting_of_row(&rows, &s->scratch, &x);
        e = rows.err;
        for (int seat = 1; !e && seat <= x.seat_count; seat++) {
            e = store_seat_add(s, x.id, seat);
        }
        if (!e && x.state == SITTING_OPEN) e = store_ticks_add(s, &x);
    }
    enum err closed = db_rows_close(&rows);
    if (!e) e = closed;
    if (!e) e = db_run(s->db, DB_QUERY(SEATS_STAY), NULL);
    return e ? e : db_run(s->db, DB_QUERY(POOL_FOLLOWS), NULL);
}

static enum err tell_places(struct store *s, struct str county)
{
    struct site *sites = arena_array(&s->scratch, struct site, STORE_SITES_MAX);
    struct workday_list *workdays = arena_new(&s->scratch, struct workday_list);
    int count = 0;
    enum err e = store_sites(s, &s->scratch, sites, &count);
    if (!e) e = store_workdays(s, workdays);
    for (int i = 0; !e && i < count; i++) {
        struct feed_row row = {.stream = FEED_COUNTY, .kind = FEED_SITE, .value.site = sites[i]};
        e = store_tell(s, county, &row);
    }
    for (int i = 0; !e && i < workdays->count; i++) {
        struct feed_row row = {
            .stream = FEED_COUNTY, .kind = FEED_WORKDAY, .value.workday = workdays->entries[i]};
        e = store_tell(s, county, &row);
    }
    return e;
}

static enum err tell_counsellors(struct store *s, struct str county)
{
    struct db_rows rows;
    enum err e = ERR_OK;
    db_rows_open(&rows, s->db, DB_QUERY(COUNSELLORS));
    while (!e && db_rows_next(&rows)) {
        struct feed_row row = {.stream = FEED_COUNTY, .kind = FEED_COUNSELLOR};
        row.value.counsellor.id.id = db_id(&rows, 0);
        row.value.counsellor.name = db_text_borrow(&rows, 1);
        if (!counsellor_kind_parse(db_text_borrow(&rows, 2), &row.value.counsellor.kind))
            store_column_bad(&rows, "counsellor");
        if (!rows.err) e = store_tell(s, county, &row);
    }
    enum err closed = db_rows_close(&rows);
    return e ? e : closed;
}

static enum err tell_sittings(struct store *s)
{
    struct db_rows rows;
    enum err e = ERR_OK;
    int64_t yesterday_ms = date_ms(date_day_from_ms(store_now(s)) - 1, 0);
    db_rows_open(&rows, s->db, DB_QUERY(TOLD, DB_INT(yesterday_ms)));
    while (!e && db_rows_next(&rows)) {
        struct sitting x;
        store_sitting_of_row(&rows, &s->scratch, &x);
        e = rows.err ? rows.err : store_sitting_tell(s, &x);
    }
    enum err closed = db_rows_close(&rows);
    return e ? e : closed;
}

static enum err tell_desks(struct store *s)
{
    struct db_rows rows;
    enum err e = ERR_OK;
    db_rows_open(&rows, s->db, DB_QUERY(DESKS));
    while (!e && db_rows_next(&rows)) {
        struct inc_id inc = {db_id(&rows, 0)};
        struct site_code site = store_site_column(&rows, 1);
        e = rows.err ? rows.err : store_pin_key_tell(s, site, inc);
    }
    enum err closed = db_rows_close(&rows);
    return e ? e : closed;
}

static enum err tell_all(struct store *s, const struct store_meta *meta)
{
    struct str county = str_from_z(meta->county);
    int64_t version = 0;
    enum err e = tell_places(s, county);
    if (!e) e = tell_counsellors(s, county);
    if (!e) e = tell_sittings(s);
    if (!e) e = tell_desks(s);
    if (!e) e = store_release_get(s, &version);
    struct feed_row row = {.stream = FEED_COUNTY, .kind = FEED_RELEASE, .value.release = version};
    return e || version == 0 ? e : store_tell(s, county, &row);
}

enum err store_journal_fits(struct store *s, const struct store_journal *j,
                            enum store_restored *answer)
{
    struct store_meta meta;
    int64_t no = 0;
    *answer = STORE_RESTORED;
    enum err e = store_meta(s, &meta);
    if (!e) e = store_journal_number(s, &no);
    if (e) return e;
    bool is_ours =
        str_eq_z(str_from_z(j->county), meta.county) && id_eq(j->data_key_id, meta.data_key_id);
    if (j->no < no) *answer = STORE_RESTORE_JOURNAL_OLD;
    if (!is_ours) *answer = STORE_RESTORE_JOURNAL_FOREIGN;
    return ERR_OK;
}

static enum err replay(struct store *s, const struct store_journal *j, bool *has_lost)
{
    enum err e = db_run(s->db, DB_QUERY(NONE_RECOVERS), NULL);
    if (!e) e = store_journal_mark(s, j);
    if (!e) e = drop_unmarked(s, j);
    return e ? e : store_journal_replay(s, j, has_lost);
}

static enum err begin(struct store *s, const struct store_restore *r, const struct store_meta *meta,
                      bool has_lost)
{
    struct id known[3] = {meta->gen, r->expected, r->journal ? r->journal->gen : meta->gen};
    struct id gen;
    bool had_lost = false;
    struct id lost_before;
    enum err e = flag_get(s, STR("written_off"), &had_lost);
    if (!e) e = store_journal_lost(s, &lost_before);
    if (r->journal && !e && !id_eq(lost_before, r->journal->lost)) has_lost = true;
    struct db_query recover =
        DB_QUERY(ALL_RECOVER, DB_INT(RECOVER_DAYS * DATE_DAY_MS), DB_INT(store_now(s)));
    if (!e) e = db_run(s->db, recover, NULL);
    if (!e) e = db_run(s->db, DB_QUERY(REPORTS_DUE), NULL);
    if (!e) e = flag_put(s, STR("recovering"), true);
    if (!e) e = flag_put(s, STR("written_off"), has_lost || had_lost);
    if (!e) e = store_generation_name(s, known, 3, &gen);
    if (!e) e = store_meta_put(s, STR("generation"), id_str(&gen));
    const struct id *lost = r->journal ? &r->journal->lost : &gen;
    if (!e && !id_is_none(*lost)) e = store_meta_put(s, STR("journal_lost"), id_str(lost));
    struct store_audit audit = {r->actor, STR("restore"), id_str(&gen),
                                r->journal ? STR("") : STR("without a journal")};
    return e ? e : store_audit(s, &audit);
}

enum err store_restore(struct store *s, const struct store_restore *r, enum store_restored *answer)
{
    struct store_meta meta;
    bool has_lost = !r->journal; // whose lives have begun or ended since, nobody knows
    *answer = STORE_RESTORED;
    s->journal_is_due = true;
    enum err e = store_meta(s, &meta);
    if (!e && r->journal) e = store_journal_fits(s, r->journal, answer);
    if (e || *answer != STORE_RESTORED) return e;
    e = db_run(s->db, DB_QUERY(TICKS_DROP), NULL);
    if (!e && r->journal) e = replay(s, r->journal, &has_lost);
    if (!e) e = begin(s, r, &meta, has_lost);
    if (!e) e = fill_sittings(s);
    if (!e) e = tell_all(s, &meta);
    // Where no kiosk is missing there is nothing to wait for.
    return e ? e : centre_recover_end(&s->centre);
}
