// The queue of a site: who arrived, who is called to which desk, what became of them. The rules are
// model/queue.h's; one guarded UPDATE makes sure that two desks never call one person.
#include "store/store_own.h"

#include <string.h>

#define CALL_TRIES_MAX 4 // another instance may take the one chosen

static const char ARRIVE_TICKET[] =
    "INSERT INTO queue_entry (site, day, name, booking, sitting, planned_ms, arrived_ms, "
    "has_priority, state, calls, called_by, called_ms, rung_ms, done_ms) "
    "VALUES ($1, $2, $3, NULL, NULL, 0, $4, 0, 'waiting', 0, NULL, 0, 0, 0) "
    "ON CONFLICT (site, day, name) DO NOTHING";
static const char ARRIVE_BOOKING[] =
    "INSERT INTO queue_entry (site, day, name, booking, sitting, planned_ms, arrived_ms, "
    "has_priority, state, calls, called_by, called_ms, rung_ms, done_ms) "
    "SELECT b.site, (t.start_ms + 28800000) / 86400000, b.id, b.id, t.id, "
    "t.start_ms + (b.seat - 1) * t.seat_minutes * 60000, CAST($2 AS BIGINT), "
    "0, 'waiting', 0, NULL, 0, 0, 0 "
    "FROM booking b JOIN sitting t ON t.id = b.sitting WHERE b.id = $1 "
    "ON CONFLICT (site, day, name) DO NOTHING";
static const char LEAVE[] = "UPDATE queue_entry SET state = 'left', done_ms = $2 "
                            "WHERE booking = $1 AND state IN ('waiting', 'called', 'missed') "
                            "RETURNING site, called_by";
static const char WAITING[] =
    "SELECT name, sitting, planned_ms, arrived_ms, has_priority FROM queue_entry "
    "WHERE site = $1 AND day = $2 AND state = 'waiting' ORDER BY arrived_ms, name LIMIT $3";
static const char HAD_PRIORITY[] =
    "SELECT has_priority FROM queue_entry WHERE site = $1 AND day = $2 AND called_ms > 0 "
    "ORDER BY called_ms DESC, name LIMIT 1";
static const char MEASURED[] =
    "SELECT count(*), CAST(coalesce(sum(done_ms - called_ms), 0) AS BIGINT) FROM queue_entry "
    "WHERE site = $1 AND day = $2 AND state = 'served'";
static const char LAST[] = "SELECT name, planned_ms FROM queue_entry "
                           "WHERE site = $1 AND day = $2 AND called_ms > 0 AND state <> 'called' "
                           "ORDER BY called_ms DESC, name LIMIT $3";
static const char CALL[] =
    "UPDATE queue_entry SET state = 'called', calls = 1, called_by = $4, called_ms = $5, "
    "rung_ms = $5 WHERE site = $1 AND day = $2 AND name = $3 AND state = 'waiting'";
static const char AGAIN[] = "UPDATE queue_entry SET calls = calls + 1, rung_ms = $2 "
                            "WHERE called_by = $1 AND state = 'called' AND calls = $3";
static const char END[] = "UPDATE queue_entry SET state = $2, done_ms = $3 "
                          "WHERE called_by = $1 AND state = 'called'";
static const char BACK[] =
    "UPDATE queue_entry SET state = 'waiting', arrived_ms = $4, calls = 0, called_by = NULL "
    "WHERE site = $1 AND day = $2 AND name = $3 AND state = 'missed'";
static const char PREFER[] = "UPDATE queue_entry SET has_priority = 1 "
                             "WHERE site = $1 AND day = $2 AND name = $3 AND state = 'waiting'";

#define ENTRY_COLUMNS                                                                       \
    "SELECT e.name, e.booking, e.planned_ms, e.arrived_ms, e.has_priority, "                \
    "e.state, e.calls, e.rung_ms, coalesce(b.code, ''), coalesce(t.desk, ''), e.called_by " \
    "FROM queue_entry e LEFT JOIN booking b ON b.id = e.booking "                           \
    "LEFT JOIN sitting t ON t.id = e.called_by "

static const char AT_DESK[] = ENTRY_COLUMNS "WHERE e.called_by = $1 AND e.state = 'called'";
static const char FIND[] = ENTRY_COLUMNS "WHERE e.site = $1 AND e.day = $2 "
                                         "AND (e.name = $3 OR b.code = $3) "
                                         "ORDER BY e.name LIMIT 1";
static const char LIST[] =
    ENTRY_COLUMNS "WHERE e.site = $1 AND e.day = $2 ORDER BY e.arrived_ms, e.name LIMIT $3";
static const char OVER[] =
    "SELECT DISTINCT site, called_by FROM queue_entry WHERE day < $1 AND state = 'called'";
static const char OVER_LEAVE[] = "UPDATE queue_entry SET state = 'left', done_ms = $2 "
                                 "WHERE day < $1 AND state IN ('waiting', 'called', 'missed')";

static int today(const struct store *s)
{
    return date_day_from_ms(store_now(s));
}

// ---- What boards are told

struct line {
    char name[ID_HEX_BYTES + 1];
};

struct waiting {
    struct queue_waiting *items; // by arrival; QUEUE_WAITING_MAX
    struct line *names;
    int count;
};

static enum err waiting_get(struct store *s, struct site_code site, int day, struct waiting *out)
{
    struct db_rows rows;
    out->items = arena_array(&s->scratch, struct queue_waiting, QUEUE_WAITING_MAX);
    out->names = arena_array(&s->scratch, struct line, QUEUE_WAITING_MAX);
    db_rows_open(
        &rows, s->db,
        DB_QUERY(WAITING, DB_TEXT(site_code_str(&site)), DB_INT(day), DB_INT(QUEUE_WAITING_MAX)));
    for (out->count = 0; db_rows_next(&rows); out->count++) {
        struct str name = db_text_borrow(&rows, 0);
        if (name.len > ID_HEX_BYTES) store_column_bad(&rows, "name in a queue");
        if (rows.err) break;
        memcpy(out->names[out->count].name, name.ptr, name.len);
        out->names[out->count].name[name.len] = '\0';
        out->items[out->count] = (struct queue_waiting){.sitting.id = db_id(&rows, 1),
                                                        .planned_ms = db_int(&rows, 2),
                                                        .arrived_ms = db_int(&rows, 3),
                                                        .has_priority = db_int(&rows, 4) != 0};
    }
    return db_rows_close(&rows);
}

static struct queue_place place_of(struct str name, int64_t planned_ms)
{
    struct queue_place place = {.planned_ms = planned_ms};
    if (name.len == QUEUE_TICKET_BYTES - 1) memcpy(place.ticket, name.ptr, name.len);
    return place;
}

static enum err had_priority(struct store *s, struct site_code site, int day, bool *out)
{
    int64_t was = 0;
    enum err e =
        db_one_int(s->db, DB_QUERY(HAD_PRIORITY, DB_TEXT(site_code_str(&site)), DB_INT(day)), &was);
    *out = !e && was != 0;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

struct desks {
    struct sitting *items; // of the site, today, by start
    int count;
};

static enum err desks_get(struct store *s, struct site_code site, struct desks *out)
{
    int64_t from_ms = date_ms(today(s), 0);
    out->items = arena_array(&s->scratch, struct sitting, CENTRE_GRANT_SITTINGS_MAX);
    return s->centre.ops->sittings(&s->centre, site, from_ms, from_ms + DATE_DAY_MS, out->items,
                                   &out->count);
}

// The next ones in the order in which the desks that are on would call them, one each in turn.
static void forecast(struct waiting *w, const struct desks *desks, bool priority, int64_t now_ms,
                     struct feed_queue *out)
{
    bool found = true;
    while (found && out->next_count < QUEUE_NEXT_SHOWN) {
        found = false;
        for (int d = 0; d < desks->count && out->next_count < QUEUE_NEXT_SHOWN; d++) {
            if (!sitting_is_on(&desks->items[d], now_ms)) continue;
            int i = queue_next(w->items, w->count, desks->items[d].id, priority, now_ms);
            if (i < 0) continue;
            found = true;
            priority = w->items[i].has_priority;
            out->next[out->next_count++] =
                place_of(str_from_z(w->names[i].name), w->items[i].planned_ms);
            w->count--;
            memmove(&w->items[i], &w->items[i + 1], sizeof(w->items[0]) * (size_t)(w->count - i));
            memmove(&w->names[i], &w->names[i + 1], sizeof(w->names[0]) * (size_t)(w->count - i));
        }
    }
}

static enum err measure(struct store *s, struct site_code site, struct feed_queue *out)
{
    struct db_rows row;
    struct db_value code = DB_TEXT(site_code_str(&site));
    enum err e = db_one(&row, s->db, DB_QUERY(MEASURED, code, DB_INT(out->day)));
    if (e) return e;
    out->minutes_each = queue_minutes_each((int)db_int(&row, 0), db_int(&row, 1));
    e = db_rows_close(&row);
    if (e) return e;
    db_rows_open(&row, s->db, DB_QUERY(LAST, code, DB_INT(out->day), DB_INT(QUEUE_LAST_SHOWN)));
    for (out->last_count = 0; db_rows_next(&row); out->last_count++) {
        out->last[out->last_count] = place_of(db_text_borrow(&row, 0), db_int(&row, 1));
    }
    return db_rows_close(&row);
}

static enum err tell_queue(struct store *s, struct site_code site)
{
    struct waiting waiting = {0};
    struct desks desks = {0};
    bool priority = false;
    struct feed_row row = {
        .stream = FEED_SITE_STREAM, .kind = FEED_QUEUE, .value.queue.day = today(s)};
    struct feed_queue *q = &row.value.queue;
    size_t mark = arena_mark(&s->scratch);
    enum err e = waiting_get(s, site, q->day, &waiting);
    if (!e) e = desks_get(s, site, &desks);
    if (!e) e = had_priority(s, site, q->day, &priority);
    if (!e) e = measure(s, site, q);
    if (!e) {
        q->waiting = waiting.count;
        for (int d = 0; d < desks.count; d++) {
            q->desks += sitting_is_on(&desks.items[d], store_now(s));
        }
        forecast(&waiting, &desks, priority, store_now(s), q);
        e = store_tell(s, site_code_str(&site), &row);
    }
    arena_rewind(&s->scratch, mark);
    return e;
}

static enum err tell_call(struct store *s, struct site_code site, struct sitting_id by,
                          const struct store_queue_entry *entry)
{
    struct feed_row row = {.stream = FEED_SITE_STREAM,
                           .kind = FEED_CALL,
                           .value.call = {.by = by,
                                          .place = entry->place,
                                          .name = entry->name,
                                          .calls = entry->calls,
                                          .at_ms = store_now(s)}};
    enum err e = store_tell(s, site_code_str(&site), &row);
    return e ? e : tell_queue(s, site);
}

static enum err tell_no_call(struct store *s, struct site_code site, struct sitting_id by)
{
    struct str stream = store_stream(&s->scratch, FEED_SITE_STREAM, site_code_str(&site));
    return store_tell_gone(s, stream, FEED_CALL, id_str(&by.id));
}

// ---- Arriving and leaving

// A number that was given without a line counts from when it was given, unless that kiosk's clock was
// plainly wrong.
static int64_t arrived_ms(const struct store *s, const struct centre_ticket *t)
{
    int64_t now_ms = store_now(s);
    bool is_today = date_day_from_ms(t->at_ms) == date_day_from_ms(now_ms);
    return is_today && t->at_ms < now_ms ? t->at_ms : now_ms;
}

enum err store_queue_ticket(struct store *s, const struct centre_ticket *t)
{
    size_t mark = arena_mark(&s->scratch);
    struct str name = ticket_walkin(&s->scratch, t->letter, t->number);
    enum err e = db_run(s->db,
                        DB_QUERY(ARRIVE_TICKET, DB_TEXT(site_code_str(&t->site)), DB_INT(t->day),
                                 DB_TEXT(name), DB_INT(arrived_ms(s, t))),
                        NULL);
    if (!e && t->day == today(s)) e = tell_queue(s, t->site);
    arena_rewind(&s->scratch, mark);
    return e;
}

static enum err leave(struct store *s, struct booking_id booking)
{
    struct db_rows row;
    enum err e =
        db_one(&row, s->db, DB_QUERY(LEAVE, DB_TEXT(id_str(&booking.id)), DB_INT(store_now(s))));
    if (e) return e == ERR_NOT_FOUND ? ERR_OK : e;
    struct site_code site = store_site_column(&row, 0);
    struct sitting_id by = {db_id(&row, 1)};
    e = db_rows_close(&row);
    if (!e && !id_is_none(by.id)) e = tell_no_call(s, site, by);
    return e ? e : tell_queue(s, site);
}

enum err store_queue_booking(struct store *s, struct booking_id booking, struct site_code site,
                             enum booking_state state)
{
    if (state != BOOKING_CHECKED_IN) return state == BOOKING_SERVED ? ERR_OK : leave(s, booking);
    int64_t added = 0;
    enum err e =
        db_run(s->db, DB_QUERY(ARRIVE_BOOKING, DB_TEXT(id_str(&booking.id)), DB_INT(store_now(s))),
               &added);
    return e || added == 0 ? e : tell_queue(s, site);
}

// ---- One entry

static enum err entry_of_row(struct store *s, struct db_rows *rows, struct store_queue_entry *out)
{
    struct str name = db_text(rows, 0, &s->scratch);
    *out = (struct store_queue_entry){.key = name,
                                      .booking.id = db_id(rows, 1),
                                      .place = place_of(name, db_int(rows, 2)),
                                      .arrived_ms = db_int(rows, 3),
                                      .has_priority = db_int(rows, 4) != 0,
                                      .calls = (int)db_int(rows, 6),
                                      .rung_ms = db_int(rows, 7),
                                      .code = db_text(rows, 8, &s->scratch),
                                      .desk = db_text(rows, 9, &s->scratch),
                                      .called_by.id = db_id(rows, 10)};
    struct str state = db_text_borrow(rows, 5);
    if (!rows->err && !queue_state_parse(state, &out->state))
        store_column_bad(rows, "state in a queue");
    return rows->err;
}

static enum err entry_get(struct store *s, struct db_query query, struct store_queue_entry *out)
{
    struct db_rows row;
    enum err e = db_one(&row, s->db, query);
    if (e) return e;
    (void)entry_of_row(s, &row, out);
    e = db_rows_close(&row);
    if (e || id_is_none(out->booking.id)) return e;
    return store_booking_name(s, out->booking, &out->name);
}

static enum err at_desk(struct store *s, struct sitting_id by, struct store_queue_entry *out)
{
    return entry_get(s, DB_QUERY(AT_DESK, DB_TEXT(id_str(&by.id))), out);
}

static enum err find(struct store *s, struct site_code site, struct str name,
                     struct store_queue_entry *out)
{
    return entry_get(
        s, DB_QUERY(FIND, DB_TEXT(site_code_str(&site)), DB_INT(today(s)), DB_TEXT(name)), out);
}

// ---- At the desk

enum err store_queue_desk(struct store *s, struct site_code site, struct str desk,
                          struct sitting_id *out)
{
    struct desks desks = {0};
    int64_t now_ms = store_now(s);
    int found = -1;
    size_t mark = arena_mark(&s->scratch);
    enum err e = desks_get(s, site, &desks);
    for (int d = 0; !e && d < desks.count; d++) {
        const struct sitting *t = &desks.items[d];
        if (desk.len > 0 && !str_eq(t->desk, desk)) continue;
        if (t->start_ms - SITTING_WALKIN_BEFORE_MS > now_ms) continue;
        if (found >= 0 && sitting_is_on(&desks.items[found], now_ms)) continue;
        found = d; // the one that is on, else the last that was
    }
    if (found >= 0) *out = desks.items[found].id;
    arena_rewind(&s->scratch, mark);
    return e ? e : found < 0 ? ERR_NOT_FOUND : ERR_OK;
}

static enum err choose(struct store *s, struct site_code site, struct sitting_id by,
                       struct line *out, bool *found)
{
    struct waiting waiting = {0};
    bool priority = false;
    size_t mark = arena_mark(&s->scratch);
    enum err e = waiting_get(s, site, today(s), &waiting);
    if (!e) e = had_priority(s, site, today(s), &priority);
    int i = e ? -1 : queue_next(waiting.items, waiting.count, by, priority, store_now(s));
    *found = i >= 0;
    if (*found) *out = waiting.names[i];
    arena_rewind(&s->scratch, mark);
    return e;
}

enum err store_queue_call(struct store *s, struct site_code site, struct sitting_id by,
                          struct store_queue_answer *out)
{
    struct line name;
    bool found = true;
    int64_t changed = 0;
    enum err e = at_desk(s, by, &out->entry);
    out->verdict = e == ERR_OK ? VERDICT_DESK_BUSY : VERDICT_QUEUE_EMPTY;
    if (e != ERR_NOT_FOUND) return e;
    e = ERR_OK;
    for (int i = 0; !e && found && changed == 0 && i < CALL_TRIES_MAX; i++) {
        e = choose(s, site, by, &name, &found);
        if (e || !found) continue;
        e = db_run(s->db,
                   DB_QUERY(CALL, DB_TEXT(site_code_str(&site)), DB_INT(today(s)),
                            DB_TEXT(str_from_z(name.name)), DB_TEXT(id_str(&by.id)),
                            DB_INT(store_now(s))),
                   &changed);
    }
    if (e || changed == 0) return e;
    out->verdict = VERDICT_OK;
    e = at_desk(s, by, &out->entry);
    return e ? e : tell_call(s, site, by, &out->entry);
}

static enum err end(struct store *s, struct site_code site, struct sitting_id by,
                    const struct store_queue_entry *entry, enum queue_state state)
{
    enum err e =
        db_run(s->db,
               DB_QUERY(END, DB_TEXT(id_str(&by.id)), DB_TEXT(str_from_z(queue_state_code(state))),
                        DB_INT(store_now(s))),
               NULL);
    if (!e) e = tell_no_call(s, site, by);
    if (!e && state == QUEUE_SERVED && !id_is_none(entry->booking.id)) {
        struct centre_booking b;
        e = store_booking_state(&s->centre, entry->booking, BOOKING_SERVED, store_now(s));
        if (!e) e = store_booking_get(&s->centre, entry->booking, &b);
        if (!e) e = centre_tell_booking(&s->centre, &b);
    }
    return e ? e : tell_queue(s, site);
}

enum err store_queue_again(struct store *s, struct site_code site, struct sitting_id by,
                           struct store_queue_answer *out)
{
    enum err e = at_desk(s, by, &out->entry);
    out->verdict = VERDICT_CALLED_NOBODY;
    if (e) return e == ERR_NOT_FOUND ? ERR_OK : e;
    out->verdict = queue_check_again(out->entry.state, out->entry.calls);
    if (out->verdict == VERDICT_CALLED_ENOUGH) {
        out->entry.state = QUEUE_MISSED;
        return end(s, site, by, &out->entry, QUEUE_MISSED);
    }
    e = db_run(
        s->db,
        DB_QUERY(AGAIN, DB_TEXT(id_str(&by.id)), DB_INT(store_now(s)), DB_INT(out->entry.calls)),
        NULL);
    out->entry.calls++;
    return e ? e : tell_call(s, site, by, &out->entry);
}

enum err store_queue_end(struct store *s, struct site_code site, struct sitting_id by,
                         enum queue_state state, struct store_queue_answer *out)
{
    CHECK(state == QUEUE_SERVED || state == QUEUE_MISSED);
    enum err e = at_desk(s, by, &out->entry);
    out->verdict = VERDICT_CALLED_NOBODY;
    if (e) return e == ERR_NOT_FOUND ? ERR_OK : e;
    out->verdict = queue_check_end(out->entry.state);
    out->entry.state = state;
    return end(s, site, by, &out->entry, state);
}

enum err store_queue_back(struct store *s, struct site_code site, struct str name,
                          struct store_queue_answer *out)
{
    enum err e = find(s, site, name, &out->entry);
    if (!e) out->verdict = queue_check_back(out->entry.state);
    if (e || out->verdict != VERDICT_OK) return e;
    e = db_run(s->db,
               DB_QUERY(BACK, DB_TEXT(site_code_str(&site)), DB_INT(today(s)),
                        DB_TEXT(out->entry.key), DB_INT(store_now(s))),
               NULL);
    out->entry.state = QUEUE_WAITING;
    return e ? e : tell_queue(s, site);
}

enum err store_queue_prefer(struct store *s, struct site_code site, struct str name,
                            struct store_queue_answer *out)
{
    enum err e = find(s, site, name, &out->entry);
    if (e) return e;
    out->verdict = queue_check_priority(out->entry.state, !id_is_none(out->entry.booking.id));
    if (out->verdict != VERDICT_OK) return ERR_OK;
    e = db_run(
        s->db,
        DB_QUERY(PREFER, DB_TEXT(site_code_str(&site)), DB_INT(today(s)), DB_TEXT(out->entry.key)),
        NULL);
    out->entry.has_priority = true;
    return e ? e : tell_queue(s, site);
}

enum err store_queue(struct store *s, struct site_code site, store_queue_fn *fn, void *context)
{
    struct db_rows rows;
    enum err e = ERR_OK;
    db_rows_open(
        &rows, s->db,
        DB_QUERY(LIST, DB_TEXT(site_code_str(&site)), DB_INT(today(s)), DB_INT(QUEUE_WAITING_MAX)));
    while (!e && db_rows_next(&rows)) {
        struct store_queue_entry entry;
        size_t mark = arena_mark(&s->scratch);
        e = entry_of_row(s, &rows, &entry);
        if (!e) e = fn(context, &entry);
        arena_wipe(&s->scratch, mark);
    }
    enum err closed = db_rows_close(&rows);
    return e ? e : closed;
}

enum err store_queue_over(struct store *s)
{
    struct db_rows rows;
    enum err e = ERR_OK;
    db_rows_open(&rows, s->db, DB_QUERY(OVER, DB_INT(today(s))));
    while (!e && db_rows_next(&rows)) {
        size_t mark = arena_mark(&s->scratch);
        e = tell_no_call(s, store_site_column(&rows, 0), (struct sitting_id){db_id(&rows, 1)});
        arena_rewind(&s->scratch, mark);
    }
    enum err closed = db_rows_close(&rows);
    if (!e) e = closed;
    return e ? e
             : db_run(s->db, DB_QUERY(OVER_LEAVE, DB_INT(today(s)), DB_INT(store_now(s))), NULL);
}
