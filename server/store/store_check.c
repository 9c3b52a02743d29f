// The invariants of the centre as questions whose right answer is no row. Each row is one violation.
#include "store/store_own.h"

#define LIVE "('confirmed', 'checked_in', 'served', 'no_show')"
#define RIGHT_BODY                                                                  \
    "'{\"sitting\":\"' || s.sitting || '\",\"seat\":' || s.no || ',\"epoch\":' || " \
    "s.epoch || ',\"booking\":' || coalesce('\"' || s.booking || '\"', 'null') || " \
    "CASE WHEN s.recall = 1 THEN ',\"recall\":true' ELSE '' END || '}'"
#define SEAT_BITS(which)                                                            \
    "coalesce(sum(CASE WHEN s.is_open = 1 AND s.booking IS NULL AND s.owner " which \
    " THEN CAST(1 AS BIGINT) << CAST(s.no - 1 AS INTEGER) ELSE 0 END), 0)"

struct question {
    const char *what;
    const char *sql; // one column of text; $1, where it stands, is the start of the rows still told
    bool has_cutoff;
};

static const struct question questions[] = {
    {"two live bookings hold one seat",
     "SELECT sitting || ' ' || seat FROM booking WHERE state IN " LIVE " "
     "GROUP BY sitting, seat HAVING count(*) > 1",
     false},
    {"a live booking is not on its seat",
     "SELECT b.id FROM booking b LEFT JOIN seat s ON s.sitting = b.sitting AND s.no = b.seat "
     "WHERE b.state IN " LIVE " AND coalesce(s.booking, '') <> b.id",
     false},
    {"a seat holds a booking that is not live or is another seat's",
     "SELECT s.sitting || ' ' || s.no FROM seat s JOIN booking b ON b.id = s.booking "
     "WHERE b.state NOT IN ('confirmed', 'checked_in', 'served', 'no_show', 'displaced') "
     "OR coalesce(b.sitting, '') <> s.sitting OR b.seat <> s.no",
     false},
    {"a seat is owned or sold without a rise of its epoch",
     "SELECT sitting || ' ' || no FROM seat "
     "WHERE epoch = 0 AND (owner IS NOT NULL OR booking IS NOT NULL)",
     false},
    {"a seat past the sitting's number is open",
     "SELECT s.sitting || ' ' || s.no FROM seat s JOIN sitting t ON t.id = s.sitting "
     "WHERE s.no > t.seats AND s.is_open = 1",
     false},
    {"a sitting lacks seats",
     "SELECT t.id FROM sitting t WHERE t.seats > "
     "(SELECT count(*) FROM seat s WHERE s.sitting = t.id AND s.no <= t.seats)",
     false},
    {"a free seat of the pool is on sale in a sitting that is not open",
     "SELECT s.sitting || ' ' || s.no FROM seat s JOIN sitting t ON t.id = s.sitting "
     "WHERE t.state <> 'open' AND s.owner IS NULL AND s.booking IS NULL AND s.is_open = 1",
     false},
    {"the answers of an incarnation have a gap",
     "SELECT i.id FROM incarnation i LEFT JOIN op_result r ON r.inc = i.id "
     "GROUP BY i.id, i.last_op_seq HAVING count(r.seq) <> i.last_op_seq "
     "OR coalesce(max(r.seq), 0) <> i.last_op_seq",
     false},
    {"an incarnation does not stand at its last operation",
     "SELECT i.id FROM incarnation i JOIN op_result r ON r.inc = i.id AND r.seq = i.last_op_seq "
     "WHERE r.hash <> i.last_op_hash",
     false},
    {"a booking came from an operation that has no answer",
     "SELECT b.id FROM booking b LEFT JOIN op_result r ON r.inc = b.source_inc "
     "AND r.seq = b.source_op WHERE b.source_inc IS NOT NULL AND r.seq IS NULL",
     false},
    {"a counsellor sits in two places",
     "SELECT a.id || ' ' || b.id FROM sitting a JOIN sitting b ON b.counsellor = a.counsellor "
     "AND b.start_ms < a.end_ms AND b.end_ms > a.start_ms AND b.id > a.id "
     "WHERE a.state = 'open' AND b.state = 'open'",
     false},
    {"an open sitting does not hold its counsellor's time",
     "SELECT t.id FROM sitting t WHERE t.state = 'open' AND t.end_ms > $1 "
     "AND (t.end_ms - t.start_ms) / 600000 <> (SELECT count(*) FROM counsellor_tick k WHERE k.sitting = t.id "
     "AND k.counsellor = t.counsellor AND k.tick >= t.start_ms / 600000 "
     "AND k.tick < t.end_ms / 600000)",
     true},
    {"a sitting that is not open holds a counsellor's time",
     "SELECT DISTINCT k.sitting FROM counsellor_tick k JOIN sitting t ON t.id = k.sitting "
     "WHERE t.state <> 'open'",
     false},
    {"a row of the feed is numbered past its stream's head",
     "SELECT f.stream || ' ' || f.key FROM feed_row f JOIN feed_head h ON h.stream = f.stream "
     "WHERE f.seq > h.seq",
     false},
    {"a right is told that is not so",
     "SELECT f.stream || ' ' || f.key FROM feed_row f LEFT JOIN seat s "
     "ON s.sitting = substr(f.key, 1, 32) AND s.no = CAST(substr(f.key, 34) AS INTEGER) "
     "WHERE f.kind = 'right' AND f.dead = 0 "
     "AND ('d:' || coalesce(s.owner, '') <> f.stream OR " RIGHT_BODY " <> f.body)",
     false},
    {"a right is not told to its owner",
     "SELECT s.sitting || ' ' || s.no FROM seat s JOIN sitting t ON t.id = s.sitting "
     "LEFT JOIN feed_row f ON f.stream = 'd:' || s.owner AND f.kind = 'right' AND f.dead = 0 "
     "AND f.key = s.sitting || '-' || CASE WHEN s.no < 10 THEN '0' ELSE '' END || s.no "
     "WHERE s.owner IS NOT NULL AND t.end_ms >= $1 AND f.key IS NULL",
     true},
    {"the free seats that are told are not so",
     "SELECT f.key FROM feed_row f JOIN seat s ON s.sitting = f.key "
     "WHERE f.kind = 'avail' AND f.dead = 0 GROUP BY f.key, f.body "
     "HAVING f.body <> '{\"sitting\":\"' || f.key || '\",\"pool\":' || " SEAT_BITS(
         "IS NULL") " "
                    "|| ',\"elsewhere\":' || " SEAT_BITS("IS NOT NULL") " || '}'",
     false},
    {"a sitting is not told",
     "SELECT t.id FROM sitting t LEFT JOIN feed_row f ON f.stream = 'c:' || substr(t.site, 1, 6) "
     "AND f.kind = 'sitting' AND f.key = t.id AND f.dead = 0 "
     "WHERE t.end_ms >= $1 AND (f.key IS NULL "
     "OR f.body NOT LIKE '%\"state\":\"' || t.state || '\",%')",
     true},
    {"a booking is told in another state",
     "SELECT b.id FROM booking b JOIN sitting t ON t.id = b.sitting "
     "LEFT JOIN feed_row f ON f.stream = 's:' || b.site "
     "AND f.kind = 'bk' AND f.key = b.id AND f.dead = 0 "
     "WHERE b.code <> '' AND t.end_ms >= $1 AND (b.state <> 'cancelled' OR f.key IS NOT NULL) "
     "AND (f.key IS NULL OR f.body NOT LIKE '%\"state\":\"' || b.state || '\"}')",
     true},
};

#define QUESTION_COUNT (sizeof(questions) / sizeof(questions[0]))

static enum err ask(struct store *s, const struct question *q, int64_t cutoff_ms,
                    store_violation_fn *fn, void *context, int *violations)
{
    struct db_rows rows;
    struct db_value cutoff = DB_INT(cutoff_ms);
    db_rows_open(&rows, s->db, (struct db_query){q->sql, &cutoff, q->has_cutoff ? 1 : 0});
    while (db_rows_next(&rows)) {
        size_t mark = arena_mark(&s->scratch);
        struct str which = db_text(&rows, 0, &s->scratch);
        (*violations)++;
        fn(context, str_printf(&s->scratch, "%s: %.*s", q->what, STR_ARG(which)));
        arena_rewind(&s->scratch, mark);
    }
    return db_rows_close(&rows);
}

static enum err ask_all(struct store *s, store_violation_fn *fn, void *context, int *violations)
{
    // What ended before yesterday has left the feed.
    int64_t cutoff_ms = date_ms(date_day_from_ms(store_now(s)) - 1, 0);
    enum err e = ERR_OK;
    for (size_t i = 0; !e && i < QUESTION_COUNT; i++) {
        e = ask(s, &questions[i], cutoff_ms, fn, context, violations);
    }
    return e ? e : store_audit_check(s, fn, context, violations);
}

enum err store_check(struct store *s, store_violation_fn *fn, void *context, int *violations)
{
    *violations = 0;
    enum err e = db_check(s->db);
    if (!e) e = db_begin(s->db, DB_READ);
    return e ? e : db_end(s->db, ask_all(s, fn, context, violations));
}
