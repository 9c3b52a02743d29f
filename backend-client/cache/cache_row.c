#include "base/log.h"
#include "cache/cache_file.h"
#include "wire/json.h"

static const char site_upsert[] =
    "INSERT INTO site (code, name, full_name, phone, place) VALUES ($1, $2, $3, $4, $5) "
    "ON CONFLICT (code) DO UPDATE SET name = excluded.name, full_name = excluded.full_name, "
    "phone = excluded.phone, place = excluded.place";
static const char counsellor_upsert[] =
    "INSERT INTO counsellor (id, name, kind) VALUES ($1, $2, $3) "
    "ON CONFLICT (id) DO UPDATE SET name = excluded.name, kind = excluded.kind";
static const char sitting_upsert[] =
    "INSERT INTO sitting (id, site, counsellor, start_ms, end_ms, seat_minutes, seat_count, "
    "topics, state, desk, gone) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0) "
    "ON CONFLICT (id) DO UPDATE SET site = excluded.site, counsellor = excluded.counsellor, "
    "start_ms = excluded.start_ms, end_ms = excluded.end_ms, "
    "seat_minutes = excluded.seat_minutes, seat_count = excluded.seat_count, "
    "topics = excluded.topics, state = excluded.state, desk = excluded.desk, gone = 0";
static const char avail_upsert[] =
    "INSERT INTO avail (sitting, pool, elsewhere) VALUES ($1, $2, $3) "
    "ON CONFLICT (sitting) DO UPDATE SET pool = excluded.pool, elsewhere = excluded.elsewhere";
static const char workday_upsert[] = "INSERT INTO workday (day, is_off) VALUES ($1, $2) "
                                     "ON CONFLICT (day) DO UPDATE SET is_off = excluded.is_off";
static const char fact_upsert[] = "INSERT INTO fact (name, number, text) VALUES ($1, $2, $3) "
                                  "ON CONFLICT (name) DO UPDATE SET number = excluded.number, "
                                  "text = excluded.text";
static const char booking_upsert[] =
    "INSERT INTO site_booking (id, sitting, seat, code, pin_hash, state) "
    "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO UPDATE SET sitting = excluded.sitting, "
    "seat = excluded.seat, code = excluded.code, pin_hash = excluded.pin_hash, "
    "state = excluded.state";
static const char other_upsert[] =
    "INSERT INTO feed_other (stream, kind, key, body) SELECT $1, $2, $3, $4 "
    "WHERE (SELECT count(*) FROM feed_other) < $5 "
    "ON CONFLICT (stream, kind, key) DO UPDATE SET body = excluded.body";

static const char call_upsert[] =
    "INSERT INTO call (by, ticket, planned_ms, name, calls, at_ms) VALUES ($1, $2, $3, $4, $5, $6) "
    "ON CONFLICT (by) DO UPDATE SET ticket = excluded.ticket, planned_ms = excluded.planned_ms, "
    "name = excluded.name, calls = excluded.calls, at_ms = excluded.at_ms";
static const char queue_upsert[] =
    "INSERT INTO queue (one, day, waiting, desks, minutes_each) VALUES (1, $1, $2, $3, $4) "
    "ON CONFLICT (one) DO UPDATE SET day = excluded.day, waiting = excluded.waiting, "
    "desks = excluded.desks, minutes_each = excluded.minutes_each";
static const char line_add[] =
    "INSERT INTO queue_line (kind, place, ticket, planned_ms) VALUES ($1, $2, $3, $4)";

static const char call_delete[] = "DELETE FROM call WHERE by = $1";
static const char queue_delete[] = "DELETE FROM queue";
static const char lines_delete[] = "DELETE FROM queue_line";
static const char site_delete[] = "DELETE FROM site WHERE code = $1";
static const char counsellor_delete[] = "DELETE FROM counsellor WHERE id = $1";
static const char sitting_hide[] = "UPDATE sitting SET gone = 1 WHERE id = $1";
static const char avail_delete[] = "DELETE FROM avail WHERE sitting = $1";
static const char workday_delete[] = "DELETE FROM workday WHERE day = $1";
static const char fact_delete[] = "DELETE FROM fact WHERE name = $1";
static const char booking_delete[] = "DELETE FROM site_booking WHERE id = $1";
// A dead row of an unknown kind does not say of which.
static const char other_delete[] = "DELETE FROM feed_other WHERE stream = $1 AND key = $2";

static enum err put_sitting(struct db *db, const struct sitting *s)
{
    return db_run(db,
                  DB_QUERY(sitting_upsert, DB_ID(&s->id.id), DB_TEXT(site_code_str(&s->site)),
                           DB_ID(&s->counsellor.id), DB_INT(s->start_ms), DB_INT(s->end_ms),
                           DB_INT(s->seat_minutes), DB_INT(s->seat_count), DB_INT(s->topics),
                           DB_TEXT(str_from_z(sitting_state_code(s->state))), DB_TEXT(s->desk)),
                  NULL);
}

static enum err put_site(struct db *db, const struct site *s)
{
    return db_run(db,
                  DB_QUERY(site_upsert, DB_TEXT(site_code_str(&s->code)), DB_TEXT(s->name),
                           DB_TEXT(s->full_name), DB_TEXT(s->phone), DB_INT(s->order)),
                  NULL);
}

static enum err put_counsellor(struct db *db, const struct counsellor *c)
{
    struct str kind = str_from_z(counsellor_kind_code(c->kind));
    return db_run(
        db, DB_QUERY(counsellor_upsert, DB_ID(&c->id.id), DB_TEXT(c->name), DB_TEXT(kind)), NULL);
}

static enum err put_booking(struct db *db, const struct feed_booking *b)
{
    return db_run(db,
                  DB_QUERY(booking_upsert, DB_ID(&b->booking.id), DB_ID(&b->sitting.id),
                           DB_INT(b->seat), DB_TEXT(str_from_z(b->code.z)),
                           DB_TEXT(str_from_z(b->pin_hash.hex)),
                           DB_TEXT(str_from_z(booking_state_code(b->state)))),
                  NULL);
}

enum err cache_fact_put(struct db *db, const char *name, int64_t number, struct str text)
{
    return db_run(
        db, DB_QUERY(fact_upsert, DB_TEXT(str_from_z(name)), DB_INT(number), DB_TEXT(text)), NULL);
}

// The body says the kind, as the centre wrote it.
static enum err put_other(struct db *db, const struct feed_row *row)
{
    struct json_value *document = NULL;
    struct json_mistake mistake = {0};
    struct json_reader r;
    enum err e = json_parse(row->body, &document, NULL);
    if (e) return ERR_OK; // it could not be kept in full; nobody here could read it either
    json_read(&r, document, &mistake);
    struct str kind = json_get_text(&r, "k", 1, 32);
    if (!mistake.reason) {
        e = db_run(db,
                   DB_QUERY(other_upsert, DB_INT(row->stream), DB_TEXT(kind), DB_TEXT(row->key),
                            DB_TEXT(row->body), DB_INT(CACHE_OTHER_ROWS_MAX)),
                   NULL);
    }
    json_free(document);
    return e;
}

static enum err put_call(struct db *db, const struct feed_call *c)
{
    return db_run(db,
                  DB_QUERY(call_upsert, DB_ID(&c->by.id), DB_TEXT(str_from_z(c->place.ticket)),
                           DB_INT(c->place.planned_ms), DB_TEXT(c->name), DB_INT(c->calls),
                           DB_INT(c->at_ms)),
                  NULL);
}

static enum err put_lines(struct db *db, struct str kind, const struct queue_place *places,
                          int count)
{
    enum err e = ERR_OK;
    for (int i = 0; i < count && !e; i++) {
        e = db_run(db,
                   DB_QUERY(line_add, DB_TEXT(kind), DB_INT(i),
                            DB_TEXT(str_from_z(places[i].ticket)), DB_INT(places[i].planned_ms)),
                   NULL);
    }
    return e;
}

static enum err put_queue(struct db *db, const struct feed_queue *q)
{
    enum err e = db_run(db,
                        DB_QUERY(queue_upsert, DB_INT(q->day), DB_INT(q->waiting), DB_INT(q->desks),
                                 DB_INT(q->minutes_each)),
                        NULL);
    if (!e) e = db_run(db, DB_QUERY(lines_delete), NULL);
    if (!e) e = put_lines(db, STR("next"), q->next, q->next_count);
    return e ? e : put_lines(db, STR("last"), q->last, q->last_count);
}

static enum err put_living(struct db *db, const struct feed_row *row)
{
    const struct feed_avail *avail = &row->value.avail;
    switch (row->kind) {
    case FEED_SITE: return put_site(db, &row->value.site);
    case FEED_COUNSELLOR: return put_counsellor(db, &row->value.counsellor);
    case FEED_SITTING: return put_sitting(db, &row->value.sitting);
    case FEED_AVAIL:
        return db_run(db,
                      DB_QUERY(avail_upsert, DB_ID(&avail->sitting.id),
                               DB_INT((int64_t)avail->pool), DB_INT((int64_t)avail->elsewhere)),
                      NULL);
    case FEED_WORKDAY:
        return db_run(db,
                      DB_QUERY(workday_upsert, DB_INT(row->value.workday.day),
                               DB_INT(row->value.workday.is_off)),
                      NULL);
    case FEED_RELEASE: return cache_fact_put(db, "release", row->value.release, (struct str){0});
    case FEED_BOOKING: return put_booking(db, &row->value.booking);
    case FEED_PIN_KEY: return cache_fact_put(db, "pin_key", 0, str_from_z(row->value.pin_key.hex));
    case FEED_QUEUE: return put_queue(db, &row->value.queue);
    case FEED_CALL: return put_call(db, &row->value.call);
    case FEED_KIND_UNKNOWN: return put_other(db, row);
    case FEED_RIGHT: break;
    }
    CHECK(false); // a right is sync's to decide
    return ERR_OK;
}

static enum err remove_dead(struct db *db, const struct feed_row *row)
{
    struct db_value key = DB_TEXT(row->key);
    int day = 0;
    switch (row->kind) {
    case FEED_SITE: return db_run(db, DB_QUERY(site_delete, key), NULL);
    case FEED_COUNSELLOR: return db_run(db, DB_QUERY(counsellor_delete, key), NULL);
    case FEED_SITTING: return db_run(db, DB_QUERY(sitting_hide, key), NULL);
    case FEED_AVAIL: return db_run(db, DB_QUERY(avail_delete, key), NULL);
    case FEED_WORKDAY:
        if (!date_parse(row->key, &day)) return ERR_OK; // then it was never stored
        return db_run(db, DB_QUERY(workday_delete, DB_INT(day)), NULL);
    case FEED_RELEASE: return db_run(db, DB_QUERY(fact_delete, DB_TEXT(STR("release"))), NULL);
    case FEED_BOOKING: return db_run(db, DB_QUERY(booking_delete, key), NULL);
    case FEED_PIN_KEY: return db_run(db, DB_QUERY(fact_delete, DB_TEXT(STR("pin_key"))), NULL);
    case FEED_QUEUE: {
        enum err e = db_run(db, DB_QUERY(queue_delete), NULL);
        return e ? e : db_run(db, DB_QUERY(lines_delete), NULL);
    }
    case FEED_CALL: return db_run(db, DB_QUERY(call_delete, key), NULL);
    case FEED_KIND_UNKNOWN:
        return db_run(db, DB_QUERY(other_delete, DB_INT(row->stream), key), NULL);
    case FEED_RIGHT: break;
    }
    CHECK(false);
    return ERR_OK;
}

enum err cache_row_put(struct db *db, const struct feed_row *row)
{
    return row->is_dead ? remove_dead(db, row) : put_living(db, row);
}

static enum err run_all(struct db *db, const char *const *statements, size_t count)
{
    enum err e = ERR_OK;
    for (size_t i = 0; i < count && !e; i++) {
        e = db_run(db, DB_QUERY(statements[i]), NULL);
    }
    return e;
}

enum err cache_rows_drop(struct db *db, enum feed_stream stream)
{
    static const char *const county[] = {"DELETE FROM site",
                                         "DELETE FROM counsellor",
                                         "UPDATE sitting SET gone = 1",
                                         "DELETE FROM avail",
                                         "DELETE FROM workday",
                                         "DELETE FROM fact WHERE name = 'release'",
                                         "DELETE FROM feed_other WHERE stream = 0"};
    static const char *const site[] = {"DELETE FROM site_booking", "DELETE FROM call",
                                       "DELETE FROM queue", "DELETE FROM queue_line",
                                       "DELETE FROM feed_other WHERE stream = 1"};
    static const char *const device[] = {"DELETE FROM fact WHERE name = 'pin_key'",
                                         "DELETE FROM feed_other WHERE stream = 2"};
    switch (stream) {
    case FEED_COUNTY: return run_all(db, county, sizeof(county) / sizeof(county[0]));
    case FEED_SITE_STREAM: return run_all(db, site, sizeof(site) / sizeof(site[0]));
    case FEED_DEVICE: return run_all(db, device, sizeof(device) / sizeof(device[0]));
    }
    return ERR_OK;
}
