// Sittings out of rules: what the roster plans is laid over what exists, and the difference is carried
// out. Both lists are sorted by start, site and rostered counsellor, which is a sitting's identity.
#include "base/log.h"
#include "store/store_own.h"

#include <string.h>

#define PLANNED_MAX  ((STORE_HORIZON_DAYS + 1) * ROSTER_DAY_SITTINGS_MAX)
#define EXISTING_MAX (2 * PLANNED_MAX) // those that are closing count, too

static const char EXISTING[] = "SELECT " STORE_SITTING_COLUMNS ", rostered FROM sitting "
                               "WHERE start_ms >= $1 ORDER BY start_ms, site, rostered LIMIT $2";
static const char SITTING_ADD[] =
    "INSERT INTO sitting (id, site, rostered, counsellor, start_ms, end_ms, seat_minutes, seats, "
    "topics, desk, state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'open')";
static const char SITTING_PUT[] =
    "UPDATE sitting SET counsellor = $2, end_ms = $3, seat_minutes = $4, seats = $5, topics = $6, "
    "desk = $7, state = $8 WHERE id = $1";
static const char SITTING_DROP[] = "DELETE FROM sitting WHERE id = $1";
static const char SEATS_DROP[] = "DELETE FROM seat WHERE sitting = $1";
static const char TICKS_DROP[] = "DELETE FROM counsellor_tick WHERE sitting = $1";
static const char TICK_ADD[] =
    "INSERT INTO counsellor_tick (counsellor, tick, sitting) VALUES ($1, $2, $3)";
static const char SEAT_ADD[] =
    "INSERT INTO seat (sitting, no, owner, epoch, booking, is_open, recall, quarantined) "
    "VALUES ($1, $2, NULL, 0, NULL, 1, 0, 0) "
    "ON CONFLICT (sitting, no) DO NOTHING";
static const char SEAT_SHUT[] = "UPDATE seat SET is_open = 0 WHERE sitting = $1 AND no = $2 "
                                "AND owner IS NULL AND booking IS NULL "
                                "AND (SELECT recovers FROM sitting WHERE id = $1) = 0";
static const char POOL_SHUT[] =
    "UPDATE seat SET is_open = 0 WHERE sitting = $1 AND owner IS NULL AND is_open = 1";
static const char POOL_OPEN[] = "UPDATE seat SET is_open = 1 WHERE sitting = $1 AND no <= $2 "
                                "AND owner IS NULL AND is_open = 0 AND quarantined = 0";
// Was a seat of it ever granted or sold, has anybody asked for one, was anybody called there? Of a sitting
// that recovers nobody knows.
static const char TOUCHED[] =
    "SELECT (SELECT count(*) FROM seat WHERE sitting = $1 AND (epoch > 0 OR owner IS NOT NULL "
    "OR booking IS NOT NULL)) + (SELECT count(*) FROM booking WHERE sitting = $1) "
    "+ (SELECT count(*) FROM queue_entry WHERE called_by = $1 OR sitting = $1) "
    "+ (SELECT recovers FROM sitting WHERE id = $1)";

struct planned {
    struct roster_sitting want;
    int64_t start_ms;
    int64_t end_ms;
};

struct existing {
    struct sitting has;
    struct counsellor_id rostered;
};

struct pair {
    const struct planned *want;   // NULL: planned no more
    const struct existing *found; // NULL: new
};

struct plan {
    struct planned *planned;
    int planned_count;
    struct existing *existing;
    int existing_count;
    struct pair *pairs;
    int pair_count;
};

// ---- What is wanted, and what there is

static enum err plan_days(struct store *s, struct plan *plan)
{
    struct roster_rule *rules = arena_array(&s->scratch, struct roster_rule, ROSTER_RULES_MAX);
    struct workday_list *workdays = arena_new(&s->scratch, struct workday_list);
    struct roster_sitting *day_list =
        arena_array(&s->scratch, struct roster_sitting, ROSTER_DAY_SITTINGS_MAX);
    bool *skipped = arena_array(&s->scratch, bool, ROSTER_DAY_SITTINGS_MAX);
    struct store_roster roster = {.rules = rules};
    enum err e = store_rules(s, &s->scratch, rules, &roster.rule_count);
    if (!e) e = store_workdays(s, workdays);
    if (e) return e;
    int today = date_day_from_ms(store_now(s));
    for (int day = today; day <= today + STORE_HORIZON_DAYS; day++) {
        int count =
            roster_day(rules, roster.rule_count, workdays, day, day_list, ROSTER_DAY_SITTINGS_MAX);
        if (count > ROSTER_DAY_SITTINGS_MAX) {
            log_warn("store: day %d has more sittings than a day may", day);
            count = ROSTER_DAY_SITTINGS_MAX;
        }
        // An import with a clash is refused; one can still come later, by a change of working days.
        if (store_clashes(&roster, workdays, day_list, count, skipped, NULL) > 0)
            log_warn("store: on day %d a counsellor is planned in two places", day);
        for (int i = 0; i < count; i++) {
            if (skipped[i]) continue;
            plan->planned[plan->planned_count++] =
                (struct planned){.want = day_list[i],
                                 .start_ms = date_ms(day, day_list[i].start_minute),
                                 .end_ms = date_ms(day, day_list[i].end_minute)};
        }
    }
    return ERR_OK;
}

static enum err read_existing(struct store *s, struct plan *plan)
{
    struct db_rows rows;
    int today = date_day_from_ms(store_now(s));
    db_rows_open(&rows, s->db, DB_QUERY(EXISTING, DB_INT(date_ms(today, 0)), DB_INT(EXISTING_MAX)));
    while (plan->existing_count < EXISTING_MAX && db_rows_next(&rows)) {
        struct existing *x = &plan->existing[plan->existing_count++];
        store_sitting_of_row(&rows, &s->scratch, &x->has);
        x->rostered.id = db_id(&rows, 10);
    }
    return db_rows_close(&rows);
}

static int compare(const struct planned *want, const struct existing *found)
{
    if (want->start_ms != found->has.start_ms) return want->start_ms < found->has.start_ms ? -1 : 1;
    int by_site = strcmp(want->want.site.z, found->has.site.z);
    return by_site != 0 ? by_site : strcmp(want->want.rostered.id.hex, found->rostered.id.hex);
}

// Two sorted lists side by side. What is over already is history and left alone.
static void pair_up(struct plan *plan, int64_t now)
{
    int w = 0;
    int f = 0;
    while (w < plan->planned_count || f < plan->existing_count) {
        const struct planned *want = w < plan->planned_count ? &plan->planned[w] : NULL;
        const struct existing *found = f < plan->existing_count ? &plan->existing[f] : NULL;
        int order = !want ? 1 : !found ? -1 : compare(want, found);
        struct pair pair = {order <= 0 ? want : NULL, order >= 0 ? found : NULL};
        CHECK(pair.want || pair.found);
        if (pair.want) w++;
        if (pair.found) f++;
        bool is_over = pair.found ? pair.found->has.end_ms <= now : pair.want->end_ms <= now;
        if (!is_over) plan->pairs[plan->pair_count++] = pair;
    }
}

// ---- Carrying out

static bool differs(const struct pair *p)
{
    const struct sitting *has = &p->found->has;
    const struct roster_sitting *want = &p->want->want;
    return !id_eq(has->counsellor.id, want->counsellor.id) || has->end_ms != p->want->end_ms ||
           has->seat_minutes != want->seat_minutes || has->seat_count != want->seat_count ||
           has->topics != want->topics || !str_eq(has->desk, want->desk) ||
           has->state != SITTING_OPEN;
}

static bool moves_ticks(const struct pair *p)
{
    const struct sitting *has = &p->found->has;
    return !p->want || has->state != SITTING_OPEN || has->end_ms != p->want->end_ms ||
           !id_eq(has->counsellor.id, p->want->want.counsellor.id);
}

static enum err run(struct store *s, const char *sql, struct sitting_id id)
{
    return db_run(s->db, DB_QUERY(sql, DB_TEXT(id_str(&id.id))), NULL);
}

enum err store_sitting_is_touched(struct store *s, struct sitting_id id, bool *out)
{
    int64_t count = 0;
    enum err e = db_one_int(s->db, DB_QUERY(TOUCHED, DB_TEXT(id_str(&id.id))), &count);
    *out = count > 0;
    return e;
}

enum err store_sitting_tell(struct store *s, const struct sitting *sitting)
{
    struct feed_row row = {.stream = FEED_COUNTY, .kind = FEED_SITTING, .value.sitting = *sitting};
    enum err e = store_tell(s, site_county(&sitting->site), &row);
    return e ? e : centre_tell_avail(&s->centre, sitting);
}

enum err store_ticks_add(struct store *s, const struct sitting *sitting)
{
    const int64_t granule = SITTING_GRANULE_MINUTES * DATE_MINUTE_MS;
    enum err e = ERR_OK;
    for (int64_t at = sitting->start_ms; !e && at < sitting->end_ms; at += granule) {
        e = db_run(s->db,
                   DB_QUERY(TICK_ADD, DB_TEXT(id_str(&sitting->counsellor.id)),
                            DB_INT(at / granule), DB_TEXT(id_str(&sitting->id.id))),
                   NULL);
    }
    return e;
}

static enum err sitting_put(struct store *s, const struct sitting *x)
{
    return db_run(s->db,
                  DB_QUERY(SITTING_PUT, DB_TEXT(id_str(&x->id.id)),
                           DB_TEXT(id_str(&x->counsellor.id)), DB_INT(x->end_ms),
                           DB_INT(x->seat_minutes), DB_INT(x->seat_count), DB_INT(x->topics),
                           DB_TEXT(x->desk), DB_TEXT(str_from_z(sitting_state_code(x->state)))),
                  NULL);
}

enum err store_seat_add(struct store *s, struct sitting_id id, int seat)
{
    return db_run(s->db, DB_QUERY(SEAT_ADD, DB_TEXT(id_str(&id.id)), DB_INT(seat)), NULL);
}

// More seats come to the end; fewer are taken from the end as far as nobody has them. `*count` is what
// it comes to.
static enum err seats_fit(struct store *s, struct sitting_id id, int has, int want, int *count)
{
    enum err e = ERR_OK;
    *count = has;
    for (; !e && *count < want; (*count)++) {
        e = store_seat_add(s, id, *count + 1);
    }
    while (!e && *count > want) {
        int64_t shut = 0;
        e = db_run(s->db, DB_QUERY(SEAT_SHUT, DB_TEXT(id_str(&id.id)), DB_INT(*count)), &shut);
        if (e || shut == 0) break;
        (*count)--;
    }
    struct db_query open = DB_QUERY(POOL_OPEN, DB_TEXT(id_str(&id.id)), DB_INT(*count));
    return e ? e : db_run(s->db, open, NULL);
}

static enum err begin(struct store *s, const struct planned *p)
{
    const struct roster_sitting *want = &p->want;
    struct sitting x = {.id.id = id_new(s->env),
                        .site = want->site,
                        .counsellor = want->counsellor,
                        .start_ms = p->start_ms,
                        .end_ms = p->end_ms,
                        .seat_minutes = want->seat_minutes,
                        .seat_count = want->seat_count,
                        .topics = want->topics,
                        .state = SITTING_OPEN,
                        .desk = want->desk};
    enum err e =
        db_run(s->db,
               DB_QUERY(SITTING_ADD, DB_TEXT(id_str(&x.id.id)), DB_TEXT(site_code_str(&x.site)),
                        DB_TEXT(id_str(&want->rostered.id)), DB_TEXT(id_str(&x.counsellor.id)),
                        DB_INT(x.start_ms), DB_INT(x.end_ms), DB_INT(x.seat_minutes),
                        DB_INT(x.seat_count), DB_INT(x.topics), DB_TEXT(x.desk)),
               NULL);
    for (int seat = 1; !e && seat <= x.seat_count; seat++) {
        e = store_seat_add(s, x.id, seat);
    }
    if (!e) e = store_ticks_add(s, &x);
    return e ? e : store_sitting_tell(s, &x);
}

// The minutes of a seat are fixed once somebody may have been told a time.
static enum err change(struct store *s, const struct pair *p)
{
    const struct roster_sitting *want = &p->want->want;
    struct sitting x = p->found->has;
    bool touched = false;
    x.counsellor = want->counsellor;
    x.end_ms = p->want->end_ms;
    x.topics = want->topics;
    x.desk = want->desk;
    x.state = SITTING_OPEN;
    int seats = want->seat_count;
    enum err e = ERR_OK;
    if (x.seat_minutes != want->seat_minutes) {
        e = store_sitting_is_touched(s, x.id, &touched);
        int minutes = (int)((x.end_ms - x.start_ms) / DATE_MINUTE_MS);
        int fit = roster_seats_that_fit(0, minutes, x.seat_minutes);
        if (!touched) x.seat_minutes = want->seat_minutes;
        if (touched && seats > fit) seats = fit;
    }
    if (!e) e = seats_fit(s, x.id, x.seat_count, seats, &x.seat_count);
    // A seat that could not be taken away, or minutes that stay, are no change.
    bool changed = x.seat_minutes != p->found->has.seat_minutes ||
                   x.seat_count != p->found->has.seat_count || moves_ticks(p) ||
                   x.topics != p->found->has.topics || !str_eq(x.desk, p->found->has.desk);
    if (e || !changed) return e;
    e = sitting_put(s, &x);
    if (!e && moves_ticks(p)) e = store_ticks_add(s, &x);
    return e ? e : store_sitting_tell(s, &x);
}

enum err store_sitting_drop(struct store *s, const struct sitting *x)
{
    size_t mark = arena_mark(&s->scratch);
    struct str stream = store_stream(&s->scratch, FEED_COUNTY, site_county(&x->site));
    enum err e = run(s, SEATS_DROP, x->id);
    if (!e) e = run(s, SITTING_DROP, x->id);
    if (!e) e = store_tell_gone(s, stream, FEED_SITTING, id_str(&x->id.id));
    if (!e) e = store_tell_gone(s, stream, FEED_AVAIL, id_str(&x->id.id));
    arena_rewind(&s->scratch, mark);
    return e;
}

static enum err go(struct store *s, const struct existing *found)
{
    struct sitting x = found->has;
    bool touched = false;
    enum err e = store_sitting_is_touched(s, x.id, &touched);
    if (e) return e;
    if (!touched) return store_sitting_drop(s, &x);
    if (x.state != SITTING_OPEN) return ERR_OK;
    x.state = SITTING_CLOSING;
    e = run(s, POOL_SHUT, x.id);
    if (!e) e = sitting_put(s, &x);
    if (!e) e = centre_close(&s->centre, x.id);
    return e ? e : store_sitting_tell(s, &x);
}

// Ticks are given up everywhere before they are taken anywhere, so that two counsellors can change
// places.
static enum err carry_out(struct store *s, const struct plan *plan)
{
    enum err e = ERR_OK;
    for (int i = 0; !e && i < plan->pair_count; i++) {
        const struct pair *p = &plan->pairs[i];
        if (p->found && moves_ticks(p)) e = run(s, TICKS_DROP, p->found->has.id);
    }
    for (int i = 0; !e && i < plan->pair_count; i++) {
        const struct pair *p = &plan->pairs[i];
        if (p->want && p->found) {
            if (differs(p)) e = change(s, p);
        } else if (p->want) {
            e = begin(s, p->want);
        } else if (p->found) {
            e = go(s, p->found);
        }
    }
    return e;
}

enum err store_lease_all(struct store *s, bool asks_back)
{
    size_t mark = arena_mark(&s->scratch);
    struct site *sites = arena_array(&s->scratch, struct site, STORE_SITES_MAX);
    int count = 0;
    int64_t hour = store_now(s) / (60 * DATE_MINUTE_MS);
    if (hour != s->recall_hour) memset(s->recalls, 0, sizeof(s->recalls));
    s->recall_hour = hour;
    enum err e = store_sites(s, &s->scratch, sites, &count);
    for (int i = 0; !e && i < count; i++) {
        size_t site_mark = arena_mark(&s->scratch);
        e = centre_lease(&s->centre, sites[i].code, store_now(s),
                         asks_back ? &s->recalls[i] : NULL);
        arena_rewind(&s->scratch, site_mark);
    }
    arena_rewind(&s->scratch, mark);
    return e;
}

enum err store_materialise(struct store *s)
{
    size_t mark = arena_mark(&s->scratch);
    s->journal_is_due = true;
    struct plan plan = {.planned = arena_array(&s->scratch, struct planned, PLANNED_MAX),
                        .existing = arena_array(&s->scratch, struct existing, EXISTING_MAX)};
    plan.pairs = arena_array(&s->scratch, struct pair, PLANNED_MAX + EXISTING_MAX);
    enum err e = plan_days(s, &plan);
    if (!e) e = read_existing(s, &plan);
    if (!e && plan.existing_count == EXISTING_MAX) {
        log_error("store: more sittings are ahead than a county may have");
        e = ERR_TOO_BIG;
    }
    if (!e) {
        pair_up(&plan, store_now(s));
        e = carry_out(s, &plan);
    }
    arena_rewind(&s->scratch, mark);
    return e ? e : store_lease_all(s, false);
}
