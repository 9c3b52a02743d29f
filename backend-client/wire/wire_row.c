#include "wire/wire_row.h"

static void write_site(struct json_writer *w, const struct site *s)
{
    json_write_text(w, "code", site_code_str(&s->code));
    json_write_text(w, "name", s->name);
    json_write_text(w, "full_name", s->full_name);
    json_write_text(w, "phone", s->phone);
    json_write_int(w, "order", s->order);
}

static void write_sitting(struct json_writer *w, const struct sitting *s)
{
    json_write_id(w, "id", &s->id.id);
    json_write_text(w, "site", site_code_str(&s->site));
    json_write_id(w, "counsellor", &s->counsellor.id);
    json_write_int(w, "start_ms", s->start_ms);
    json_write_int(w, "end_ms", s->end_ms);
    json_write_int(w, "seat_minutes", s->seat_minutes);
    json_write_int(w, "seats", s->seat_count);
    json_write_int(w, "topics", s->topics);
    json_write_text(w, "state", str_from_z(sitting_state_code(s->state)));
    json_write_text(w, "desk", s->desk);
}

static void write_booking(struct json_writer *w, const struct feed_booking *b)
{
    json_write_id(w, "booking", &b->booking.id);
    json_write_id(w, "sitting", &b->sitting.id);
    json_write_int(w, "seat", b->seat);
    json_write_text(w, "code", str_from_z(b->code.z));
    json_write_text(w, "pin_h", str_from_z(b->pin_hash.hex));
    json_write_text(w, "state", str_from_z(booking_state_code(b->state)));
}

static void write_place(struct json_writer *w, const struct queue_place *p)
{
    if (p->ticket[0]) json_write_text(w, "ticket", str_from_z(p->ticket));
    if (!p->ticket[0]) json_write_int(w, "planned_ms", p->planned_ms);
}

static void write_places(struct json_writer *w, const char *member, const struct queue_place *p,
                         int count)
{
    json_write_array(w, member);
    for (int i = 0; i < count; i++) {
        json_write_object(w, NULL);
        write_place(w, &p[i]);
        json_write_object_end(w);
    }
    json_write_array_end(w);
}

static void write_queue(struct json_writer *w, const struct feed_queue *q)
{
    json_write_int(w, "day", q->day);
    json_write_int(w, "waiting", q->waiting);
    json_write_int(w, "desks", q->desks);
    json_write_int(w, "minutes_each", q->minutes_each);
    write_places(w, "next", q->next, q->next_count);
    write_places(w, "last", q->last, q->last_count);
}

static void write_call(struct json_writer *w, const struct feed_call *c)
{
    json_write_id(w, "by", &c->by.id);
    write_place(w, &c->place);
    json_write_text(w, "name", c->name);
    json_write_int(w, "calls", c->calls);
    json_write_int(w, "at_ms", c->at_ms);
}

static void write_members(struct json_writer *w, const struct feed_row *row)
{
    switch (row->kind) {
    case FEED_SITE: write_site(w, &row->value.site); break;
    case FEED_COUNSELLOR:
        json_write_id(w, "id", &row->value.counsellor.id.id);
        json_write_text(w, "name", row->value.counsellor.name);
        json_write_text(w, "kind", str_from_z(counsellor_kind_code(row->value.counsellor.kind)));
        break;
    case FEED_SITTING: write_sitting(w, &row->value.sitting); break;
    case FEED_AVAIL:
        json_write_id(w, "sitting", &row->value.avail.sitting.id);
        json_write_int(w, "pool", (int64_t)row->value.avail.pool);
        json_write_int(w, "elsewhere", (int64_t)row->value.avail.elsewhere);
        break;
    case FEED_WORKDAY:
        json_write_int(w, "day", row->value.workday.day);
        json_write_bool(w, "off", row->value.workday.is_off);
        break;
    case FEED_RELEASE: json_write_int(w, "version", row->value.release); break;
    case FEED_BOOKING: write_booking(w, &row->value.booking); break;
    case FEED_RIGHT:
        json_write_id(w, "sitting", &row->value.right.sitting.id);
        json_write_int(w, "seat", row->value.right.seat);
        json_write_int(w, "epoch", row->value.right.epoch);
        json_write_id(w, "booking", &row->value.right.booking.id);
        if (row->value.right.is_recalled) json_write_bool(w, "recall", true);
        break;
    case FEED_PIN_KEY: json_write_text(w, "key", str_from_z(row->value.pin_key.hex)); break;
    case FEED_QUEUE: write_queue(w, &row->value.queue); break;
    case FEED_CALL: write_call(w, &row->value.call); break;
    case FEED_KIND_UNKNOWN: CHECK(false); break;
    }
}

enum err wire_row_value_write(const struct feed_row *row, struct buf *out)
{
    struct json_writer w;
    json_write_begin(&w, out);
    json_write_object(&w, NULL);
    write_members(&w, row);
    json_write_object_end(&w);
    return json_write_end(&w);
}

static void mistake(struct json_reader *r, const char *member, const char *reason)
{
    if (!r->mistake->reason) *r->mistake = (struct json_mistake){member, reason};
}

static struct site_code read_code(struct json_reader *r, const char *member)
{
    struct site_code code = {0};
    if (!site_code_parse(json_get_text(r, member, SITE_CODE_DIGITS, SITE_CODE_DIGITS), &code))
        mistake(r, member, "not a site code");
    return code;
}

static void read_site(struct json_reader *r, struct arena *a, struct site *out)
{
    out->code = read_code(r, "code");
    out->name = str_copy(a, json_get_text(r, "name", 1, 4 * SITE_NAME_CHARS_MAX));
    out->full_name = str_copy(a, json_get_text(r, "full_name", 0, 4 * SITE_FULL_CHARS_MAX));
    out->phone = str_copy(a, json_get_text(r, "phone", 0, SITE_PHONE_CHARS_MAX));
    out->order = (int)json_get_int(r, "order", 0, 1000000);
}

static void read_counsellor(struct json_reader *r, struct arena *a, struct counsellor *out)
{
    out->id.id = json_get_id(r, "id");
    out->name = str_copy(a, json_get_text(r, "name", 1, 4 * SITTING_COUNSELLOR_CHARS_MAX));
    if (!counsellor_kind_parse(json_get_text(r, "kind", 1, 32), &out->kind))
        out->kind = COUNSELLOR_LEGAL_WORKER; // a kind newer than this program
}

static void read_sitting(struct json_reader *r, struct arena *a, struct sitting *out)
{
    out->id.id = json_get_id(r, "id");
    out->site = read_code(r, "site");
    out->counsellor.id = json_get_id(r, "counsellor");
    out->start_ms = json_get_int(r, "start_ms", 0, JSON_INT_MAX);
    out->end_ms = json_get_int(r, "end_ms", out->start_ms, JSON_INT_MAX);
    out->seat_minutes =
        (int)json_get_int(r, "seat_minutes", SITTING_SEAT_MINUTES_MIN, SITTING_SEAT_MINUTES_MAX);
    out->seat_count = (int)json_get_int(r, "seats", 1, SITTING_SEATS_MAX);
    out->topics = (unsigned)json_get_int(r, "topics", 0, UINT32_MAX);
    if (!sitting_state_parse(json_get_text(r, "state", 1, 32), &out->state))
        mistake(r, "state", "not a known state");
    out->desk = str_copy(a, json_get_text(r, "desk", 0, 4 * SITTING_DESK_CHARS_MAX));
}

static struct id read_id_or_none(struct json_reader *r, const char *member)
{
    return json_has(r, member) ? json_get_id(r, member) : (struct id){{0}};
}

static void read_booking(struct json_reader *r, struct feed_booking *out)
{
    unsigned char hash[OP_PIN_HASH_BYTES];
    out->booking.id = json_get_id(r, "booking");
    out->sitting.id = read_id_or_none(r, "sitting");
    out->seat = (int)json_get_int(r, "seat", 0, SITTING_SEATS_MAX);
    struct str code = json_get_text(r, "code", TICKET_CODE_DIGITS, TICKET_CODE_DIGITS);
    if (!ticket_code_parse(code, &out->code)) mistake(r, "code", "wrong check digit");
    json_get_bytes(r, "pin_h", hash, sizeof(hash));
    if (!r->mistake->reason) hex_from_bytes(hash, sizeof(hash), out->pin_hash.hex);
    if (!booking_state_parse(json_get_text(r, "state", 1, 32), &out->state))
        mistake(r, "state", "not a known state");
}

static void read_right(struct json_reader *r, struct feed_right *out)
{
    out->sitting.id = json_get_id(r, "sitting");
    out->seat = (int)json_get_int(r, "seat", 1, SITTING_SEATS_MAX);
    out->epoch = json_get_int(r, "epoch", 0, JSON_INT_MAX);
    out->booking.id = read_id_or_none(r, "booking");
    // The first version knew no recall, and what it told is still told.
    out->is_recalled = json_has(r, "recall") && json_get_bool(r, "recall");
}

static void read_pin_key(struct json_reader *r, struct feed_pin_key *out)
{
    unsigned char key[32];
    json_get_bytes(r, "key", key, sizeof(key));
    if (!r->mistake->reason) hex_from_bytes(key, sizeof(key), out->hex);
    memory_wipe(key, sizeof(key));
}

static void read_place(struct json_reader *r, struct queue_place *out)
{
    *out = (struct queue_place){0};
    if (!json_has(r, "ticket")) {
        out->planned_ms = json_get_int(r, "planned_ms", 1, JSON_INT_MAX);
        return;
    }
    struct str ticket = json_get_text(r, "ticket", QUEUE_TICKET_BYTES - 1, QUEUE_TICKET_BYTES - 1);
    for (size_t i = 0; i < ticket.len; i++) {
        out->ticket[i] = ticket.ptr[i];
    }
}

static int read_places(struct json_reader *r, const char *member, struct queue_place *out, int max)
{
    struct json_array places;
    json_get_array(r, member, 0, (size_t)max, &places);
    for (size_t i = 0; i < places.count; i++) {
        struct json_reader place;
        json_item_object(&places, i, &place);
        read_place(&place, &out[i]);
    }
    return (int)places.count;
}

static void read_queue(struct json_reader *r, struct feed_queue *out)
{
    out->day = (int)json_get_int(r, "day", 0, 1000000);
    out->waiting = (int)json_get_int(r, "waiting", 0, QUEUE_WAITING_MAX);
    out->desks = (int)json_get_int(r, "desks", 0, 1000);
    out->minutes_each = (int)json_get_int(r, "minutes_each", QUEUE_MINUTES_MIN, QUEUE_MINUTES_MAX);
    out->next_count = read_places(r, "next", out->next, QUEUE_NEXT_SHOWN);
    out->last_count = read_places(r, "last", out->last, QUEUE_LAST_SHOWN);
}

static void read_call(struct json_reader *r, struct arena *a, struct feed_call *out)
{
    out->by.id = json_get_id(r, "by");
    read_place(r, &out->place);
    out->name = str_copy(a, json_get_text(r, "name", 0, QUEUE_NAME_BYTES_MAX));
    out->calls = (int)json_get_int(r, "calls", 1, QUEUE_CALLS_MAX);
    out->at_ms = json_get_int(r, "at_ms", 0, JSON_INT_MAX);
}

void wire_row_value_read(struct json_reader *r, struct arena *a, struct feed_row *row)
{
    switch (row->kind) {
    case FEED_SITE: read_site(r, a, &row->value.site); break;
    case FEED_COUNSELLOR: read_counsellor(r, a, &row->value.counsellor); break;
    case FEED_SITTING: read_sitting(r, a, &row->value.sitting); break;
    case FEED_AVAIL:
        row->value.avail.sitting.id = json_get_id(r, "sitting");
        row->value.avail.pool = (uint64_t)json_get_int(r, "pool", 0, JSON_INT_MAX);
        row->value.avail.elsewhere = (uint64_t)json_get_int(r, "elsewhere", 0, JSON_INT_MAX);
        break;
    case FEED_WORKDAY:
        row->value.workday.day = (int)json_get_int(r, "day", 0, 1000000);
        row->value.workday.is_off = json_get_bool(r, "off");
        break;
    case FEED_RELEASE: row->value.release = json_get_int(r, "version", 0, JSON_INT_MAX); break;
    case FEED_BOOKING: read_booking(r, &row->value.booking); break;
    case FEED_RIGHT: read_right(r, &row->value.right); break;
    case FEED_PIN_KEY: read_pin_key(r, &row->value.pin_key); break;
    case FEED_QUEUE: read_queue(r, &row->value.queue); break;
    case FEED_CALL: read_call(r, a, &row->value.call); break;
    case FEED_KIND_UNKNOWN: break;
    }
}

struct str wire_row_key(const struct feed_row *row, struct arena *a)
{
    switch (row->kind) {
    case FEED_SITE: return site_code_str(&row->value.site.code);
    case FEED_COUNSELLOR: return id_str(&row->value.counsellor.id.id);
    case FEED_SITTING: return id_str(&row->value.sitting.id.id);
    case FEED_AVAIL: return id_str(&row->value.avail.sitting.id);
    case FEED_WORKDAY: return date_iso(a, row->value.workday.day);
    case FEED_RELEASE: return STR("current");
    case FEED_BOOKING: return id_str(&row->value.booking.booking.id);
    case FEED_RIGHT: return feed_right_key(a, row->value.right.sitting, row->value.right.seat);
    case FEED_PIN_KEY:
    case FEED_QUEUE: return STR("current");
    case FEED_CALL: return id_str(&row->value.call.by.id);
    case FEED_KIND_UNKNOWN: return row->key;
    }
    return row->key;
}
