// Bookings: what `core` asks of them, what visitors leave, what staff see.
#include "crypt/base64.h"
#include "crypt/seal.h"
#include "store/store_own.h"
#include "wire/json.h"

#include <string.h>

static const char GET[] =
    "SELECT id, sitting, site, seat, code, pin_hash, state FROM booking WHERE id = $1";
// A wish for a sitting that is gone is kept without it.
static const char ADD[] =
    "INSERT INTO booking (id, site, sitting, seat, state, code, pin_hash, topic, phone_mac, "
    "contact, data_key, source_inc, source_op, made_ms, changed_ms) "
    "VALUES ($1, $2, (SELECT id FROM sitting WHERE id = $3), $4, $5, $6, $7, $8, $9, $10, $11, "
    "$12, $13, $14, $15)";
static const char STATE[] =
    "UPDATE booking SET state = $2, changed_ms = $3 WHERE id = $1 RETURNING site";
static const char BOX[] = "SELECT coalesce(contact, '') FROM booking WHERE id = $1";
// Missed bookings of sittings that are over do not count against a phone. That it is not empty is said
// for the index, which holds no others.
static const char PHONE_OPEN[] =
    "SELECT count(*), coalesce(sum(CASE WHEN b.topic = $2 THEN 1 ELSE 0 END), 0) "
    "FROM booking b LEFT JOIN sitting t ON t.id = b.sitting "
    "WHERE b.phone_mac = $1 AND b.phone_mac <> '' AND b.id <> $5 "
    "AND b.state IN ('confirmed', 'checked_in', 'wish') "
    "AND coalesce(t.end_ms, b.made_ms + $4) > $3";
static const char CONTACT[] = "SELECT topic, phone_mac, contact FROM booking WHERE id = $1";
static const char LIST[] =
    "SELECT b.id, b.site, b.sitting, b.seat, b.state, b.code, b.topic, b.contact, b.made_ms, "
    "b.source_inc, coalesce(b.source_op, 0), coalesce(c.name, ''), "
    "coalesce(t.start_ms + CASE WHEN b.seat > 0 THEN (b.seat - 1) * t.seat_minutes * 60000 "
    "ELSE 0 END, 0) AS planned "
    "FROM booking b LEFT JOIN sitting t ON t.id = b.sitting "
    "LEFT JOIN counsellor c ON c.id = t.counsellor "
    "WHERE ($1 = '' OR b.site = $1) AND ($2 = '' OR b.state = $2) "
    "AND ($3 = 0 OR (t.start_ms >= $3 AND t.start_ms < $4)) "
    "AND ($5 = 0 OR ((t.end_ms IS NULL OR t.end_ms > $6) AND (b.state IN ('displaced', 'wish') "
    "OR (b.state = 'confirmed' AND t.state <> 'open')))) ORDER BY planned, b.id";

static const char *const titles[] = {[VISITOR_MR] = "mr", [VISITOR_MS] = "ms"};

static struct store *self(struct centre_store *centre)
{
    return (struct store *)centre;
}

static void code_column(struct db_rows *rows, int column, struct ticket_code *out)
{
    struct str text = db_text_borrow(rows, column);
    // A cancel that came before its booking knows no code.
    if (!rows->err && text.len > 0 && !ticket_code_parse(text, out))
        store_column_bad(rows, "booking code");
}

static void state_column(struct db_rows *rows, int column, enum booking_state *out)
{
    struct str text = db_text_borrow(rows, column);
    if (!rows->err && !booking_state_parse(text, out)) store_column_bad(rows, "state of a booking");
}

enum err store_booking_get(struct centre_store *centre, struct booking_id id,
                           struct centre_booking *out)
{
    struct db_rows row;
    enum err e = db_one(&row, self(centre)->db, DB_QUERY(GET, DB_TEXT(id_str(&id.id))));
    if (e) return e;
    *out = (struct centre_booking){.id.id = db_id(&row, 0),
                                   .sitting.id = db_id(&row, 1),
                                   .site = store_site_column(&row, 2),
                                   .seat = (int)db_int(&row, 3)};
    code_column(&row, 4, &out->code);
    store_hex_column(&row, 5, out->pin_hash.hex, sizeof(out->pin_hash.hex) - 1);
    state_column(&row, 6, &out->state);
    return db_rows_close(&row);
}

enum err store_booking_add(struct centre_store *centre, const struct centre_booking *b,
                           struct inc_id source, const struct centre_op *op)
{
    struct store *s = self(centre);
    const struct centre_contact *c = &op->contact;
    bool has_box = c->is_readable && c->sealed_for_store.len > 0;
    enum topic topic = c->is_readable ? c->topic : TOPIC_OTHER;
    struct str mac = c->has_phone ? str_from_z(c->phone_mac) : STR("");
    struct str data_key = has_box ? id_str(&s->keys.data_key_id) : STR("");
    int64_t now = store_now(s);
    return db_run(s->db,
                  DB_QUERY(ADD, DB_TEXT(id_str(&b->id.id)), DB_TEXT(site_code_str(&b->site)),
                           DB_ID(&b->sitting.id), DB_INT(b->seat),
                           DB_TEXT(str_from_z(booking_state_code(b->state))),
                           DB_TEXT(str_from_z(b->code.z)), DB_TEXT(str_from_z(b->pin_hash.hex)),
                           DB_TEXT(str_from_z(topic_code(topic))), DB_TEXT(mac),
                           has_box ? DB_TEXT(c->sealed_for_store) : DB_NULL, DB_TEXT(data_key),
                           DB_ID(&source.id), id_is_none(source.id) ? DB_NULL : DB_INT(op->op.seq),
                           DB_INT(now), DB_INT(now)),
                  NULL);
}

enum err store_booking_state(struct centre_store *centre, struct booking_id id,
                             enum booking_state state, int64_t now_ms)
{
    struct db_rows row;
    struct str code = str_from_z(booking_state_code(state));
    enum err e = db_one(&row, self(centre)->db,
                        DB_QUERY(STATE, DB_TEXT(id_str(&id.id)), DB_TEXT(code), DB_INT(now_ms)));
    if (e) return e;
    struct site_code site = store_site_column(&row, 0);
    e = db_rows_close(&row);
    return e ? e : store_queue_booking(self(centre), id, site, state);
}

enum err store_phone_open(struct centre_store *centre, const struct centre_contact *contact,
                          struct booking_id besides, int *same_topic, int *in_all)
{
    struct store *s = self(centre);
    struct db_rows row;
    struct db_query query =
        DB_QUERY(PHONE_OPEN, DB_TEXT(str_from_z(contact->phone_mac)),
                 DB_TEXT(str_from_z(topic_code(contact->topic))), DB_INT(store_now(s)),
                 DB_INT(SITTING_HORIZON_DAYS * DATE_DAY_MS), DB_TEXT(id_str(&besides.id)));
    enum err e = db_one(&row, s->db, query);
    if (e) return e;
    *in_all = (int)db_int(&row, 0);
    *same_topic = (int)db_int(&row, 1);
    return db_rows_close(&row);
}

// ---- Personal data

struct crypt_key store_pin_key(const struct store *s, struct site_code site)
{
    struct crypt_hash mac = crypt_mac(&s->keys.pins, site_code_str(&site));
    struct crypt_key key;
    memcpy(key.bytes, mac.bytes, sizeof(key.bytes));
    return key;
}

static enum err box_of(struct store *s, struct booking_id booking,
                       const struct store_contact *contact, struct arena *a, struct str *out)
{
    struct buf plain;
    struct buf sealed;
    struct json_writer w;
    buf_init(&plain, STORE_CONTACT_BYTES_MAX);
    buf_init(&sealed, STORE_CONTACT_BYTES_MAX + AEAD_EXTRA_BYTES);
    json_write_begin(&w, &plain);
    json_write_object(&w, NULL);
    json_write_text(&w, "surname", contact->surname);
    json_write_text(&w, "title", str_from_z(titles[contact->title]));
    json_write_text(&w, "phone", contact->phone);
    json_write_object_end(&w);
    enum err e = json_write_end(&w);
    if (!e) {
        aead_seal(s->env, &s->keys.data, id_str(&booking.id), buf_str(&plain), &sealed);
        e = buf_err(&sealed);
    }
    if (!e) *out = base64_text(a, (const unsigned char *)sealed.bytes, sealed.len);
    if (plain.bytes) memory_wipe(plain.bytes, plain.len);
    buf_deinit(&plain);
    buf_deinit(&sealed);
    return e;
}

enum err store_contact_seal(struct store *s, struct booking_id booking,
                            const struct store_contact *contact, struct arena *a,
                            struct centre_contact *out)
{
    *out = (struct centre_contact){
        .is_readable = true, .has_phone = contact->phone.len > 0, .topic = contact->topic};
    if (out->has_phone) {
        struct crypt_hash mac = crypt_mac(&s->keys.phone, contact->phone);
        crypt_hash_hex(&mac, out->phone_mac);
    }
    if (contact->phone.len == 0 && contact->surname.len == 0) return ERR_OK;
    return box_of(s, booking, contact, a, &out->sealed_for_store);
}

// The box of `from`, closed again for `to`: it is bound to its booking. One that does not open (a purged
// month) is not carried.
static enum err carry_box(struct store *s, struct booking_id from, struct booking_id to,
                          struct str box, struct str *out)
{
    unsigned char bytes[STORE_CONTACT_BYTES_MAX + AEAD_EXTRA_BYTES];
    size_t count = 0;
    struct arena clear;
    struct str plain;
    struct buf sealed;
    if (!base64_parse(box, bytes, sizeof(bytes), &count)) return ERR_CORRUPT;
    arena_init(&clear, 2 * STORE_CONTACT_BYTES_MAX);
    buf_init(&sealed, STORE_CONTACT_BYTES_MAX + AEAD_EXTRA_BYTES);
    enum err e = aead_open(&s->keys.data, id_str(&from.id), (struct str){(char *)bytes, count},
                           &clear, &plain);
    if (!e) aead_seal(s->env, &s->keys.data, id_str(&to.id), plain, &sealed);
    if (!e && !buf_err(&sealed))
        *out = base64_text(&s->scratch, (const unsigned char *)sealed.bytes, sealed.len);
    e = buf_err(&sealed);
    buf_deinit(&sealed);
    arena_deinit(&clear);
    return e;
}

enum err store_contact_carry(struct centre_store *centre, struct booking_id from,
                             struct booking_id to, struct centre_contact *out)
{
    struct store *s = self(centre);
    struct db_rows row;
    *out = (struct centre_contact){.is_readable = true};
    enum err e = db_one(&row, s->db, DB_QUERY(CONTACT, DB_TEXT(id_str(&from.id))));
    if (e) return e;
    struct str topic = db_text_borrow(&row, 0);
    if (!row.err && !topic_parse(topic, &out->topic)) store_column_bad(&row, "topic");
    struct str mac = db_text_borrow(&row, 1);
    out->has_phone = mac.len > 0;
    if (out->has_phone) store_hex_column(&row, 1, out->phone_mac, sizeof(out->phone_mac) - 1);
    struct str box = db_is_null(&row, 2) ? STR("") : db_text_borrow(&row, 2);
    if (!row.err && box.len > 0) e = carry_box(s, from, to, box, &out->sealed_for_store);
    enum err closed = db_rows_close(&row);
    return e ? e : closed;
}

// What staff see of a contact. A box of another key (a purged month) shows nothing.
static enum err mask(struct store *s, struct str box, struct store_booking *b)
{
    unsigned char sealed[STORE_CONTACT_BYTES_MAX + AEAD_EXTRA_BYTES];
    size_t count = 0;
    struct str plain;
    if (!base64_parse(box, sealed, sizeof(sealed), &count)) return ERR_CORRUPT;
    struct str bytes = {(const char *)sealed, count};
    enum err e = aead_open(&s->keys.data, id_str(&b->id.id), bytes, &s->scratch, &plain);
    if (e) return ERR_OK;
    struct json_value *document = NULL;
    e = json_parse(plain, &document, NULL);
    if (e) return ERR_CORRUPT;
    struct json_mistake mistake = {0};
    struct json_reader r;
    json_read(&r, document, &mistake);
    struct str surname = json_get_text(&r, "surname", 0, VISITOR_SURNAME_BYTES_MAX);
    struct str phone = json_get_text(&r, "phone", 0, VISITOR_PHONE_DIGITS);
    if (surname.len > 0) b->name = visitor_mask_name(&s->scratch, surname);
    if (visitor_check_phone(phone) == VERDICT_OK) b->phone = visitor_mask_phone(&s->scratch, phone);
    json_free(document);
    return json_mistake_err(&mistake);
}

enum err store_booking_name(struct store *s, struct booking_id id, struct str *out)
{
    struct store_booking b = {.id = id};
    struct str box = {0};
    enum err e = db_one_text(s->db, DB_QUERY(BOX, DB_TEXT(id_str(&id.id))), &s->scratch, &box);
    if (!e && box.len > 0) e = mask(s, box, &b);
    *out = b.name;
    return e;
}

static enum err listed(struct store *s, struct db_rows *rows, store_booking_fn *fn, void *context)
{
    struct store_booking b = {.id.id = db_id(rows, 0),
                              .site = store_site_column(rows, 1),
                              .sitting.id = db_id(rows, 2),
                              .seat = (int)db_int(rows, 3),
                              .planned_ms = db_int(rows, 12),
                              .counsellor = db_text(rows, 11, &s->scratch),
                              .made_ms = db_int(rows, 8),
                              .source_inc.id = db_id(rows, 9),
                              .source_op = db_int(rows, 10)};
    state_column(rows, 4, &b.state);
    code_column(rows, 5, &b.code);
    struct str topic = db_text_borrow(rows, 6);
    if (!rows->err && !topic_parse(topic, &b.topic)) store_column_bad(rows, "topic");
    struct str box = db_is_null(rows, 7) ? STR("") : db_text_borrow(rows, 7);
    if (rows->err) return ERR_OK; // db_rows_close tells
    enum err e = box.len > 0 ? mask(s, box, &b) : ERR_OK;
    return e ? e : fn(context, &b);
}

enum err store_bookings(struct store *s, const struct store_booking_filter *filter,
                        store_booking_fn *fn, void *context)
{
    int64_t from_ms = filter->day ? date_ms(filter->day, 0) : 0;
    struct str state = filter->has_state ? str_from_z(booking_state_code(filter->state)) : STR("");
    struct db_rows rows;
    enum err e = ERR_OK;
    db_rows_open(&rows, s->db,
                 DB_QUERY(LIST, DB_TEXT(site_code_str(&filter->site)), DB_TEXT(state),
                          DB_INT(from_ms), DB_INT(from_ms + DATE_DAY_MS), DB_INT(filter->is_task),
                          DB_INT(store_now(s))));
    while (!e && db_rows_next(&rows)) {
        size_t mark_bytes = arena_mark(&s->scratch);
        e = listed(s, &rows, fn, context);
        arena_wipe(&s->scratch, mark_bytes);
    }
    enum err closed = db_rows_close(&rows);
    return e ? e : closed;
}
