#include "wire/wire_feed.h"

#include "wire/wire_row.h"

static const char *const letters[FEED_STREAMS] = {
    [FEED_COUNTY] = "c", [FEED_SITE_STREAM] = "s", [FEED_DEVICE] = "d"};

const char *wire_stream_letter(enum feed_stream stream)
{
    return letters[stream];
}

static void write_position(struct json_writer *w, const char *member, const struct feed_position *p)
{
    json_write_object(w, member);
    for (int s = 0; s < FEED_STREAMS; s++) {
        json_write_int(w, letters[s], p->seq[s]);
    }
    json_write_object_end(w);
}

void wire_page_begin(struct wire_page_writer *w, const struct wire_page_head *head, struct buf *out)
{
    json_write_begin(&w->json, out);
    json_write_object(&w->json, NULL);
    json_write_id(&w->json, "gen", &head->gen);
    write_position(&w->json, "from", &head->from);
    write_position(&w->json, "to", &head->to);
    json_write_bool(&w->json, "more", head->more);
    json_write_int(&w->json, "applied", head->applied);
    json_write_array(&w->json, "rows");
}

static enum err write_value(struct json_writer *w, struct str value)
{
    struct json_value *document = NULL;
    enum err e = json_parse(value, &document, NULL);
    if (e) return ERR_CORRUPT; // we stored it ourselves
    json_write_value(w, "v", document);
    json_free(document);
    return ERR_OK;
}

enum err wire_page_row(struct wire_page_writer *w, const struct feed_row *row, struct str kind_code,
                       struct str value)
{
    enum err e = ERR_OK;
    json_write_object(&w->json, NULL);
    json_write_text(&w->json, "s", str_from_z(letters[row->stream]));
    json_write_text(&w->json, "k", kind_code);
    json_write_text(&w->json, "id", row->key);
    json_write_int(&w->json, "seq", row->seq);
    if (row->is_dead) {
        json_write_int(&w->json, "dead", 1);
    } else {
        e = write_value(&w->json, value);
    }
    json_write_object_end(&w->json);
    return e;
}

enum err wire_page_end(struct wire_page_writer *w)
{
    json_write_array_end(&w->json);
    json_write_object_end(&w->json);
    return json_write_end(&w->json);
}

static void read_position(struct json_reader *page, const char *member, struct feed_position *out)
{
    struct json_reader r;
    json_get_object(page, member, &r);
    for (int s = 0; s < FEED_STREAMS; s++) {
        out->seq[s] = json_get_int(&r, letters[s], 0, JSON_INT_MAX);
    }
}

// A right that is gone still says which: its key is sitting and seat.
static void read_dead_right(struct feed_row *row)
{
    struct id id = {{0}};
    int64_t seat = 0;
    bool has_form = row->key.len == ID_HEX_BYTES + 3 && id_parse(str_sub(row->key, 0, 32), &id) &&
                    str_to_int(str_sub(row->key, 33, 2), 1, SITTING_SEATS_MAX, &seat);
    if (!has_form) return;
    row->value.right.sitting.id = id;
    row->value.right.seat = (int)seat;
}

static void keep_unknown(struct json_reader *r, struct arena *a, struct feed_row *row)
{
    struct buf body;
    struct json_writer w;
    struct json_value *value = json_get_value(r, "v");
    if (!value) return;
    buf_init(&body, FEED_ROW_BYTES_MAX);
    json_write_begin(&w, &body);
    json_write_object(&w, NULL);
    json_write_text(&w, "k", json_get_text(r, "k", 1, 32));
    json_write_value(&w, "v", value);
    json_write_object_end(&w);
    if (json_write_end(&w) == ERR_OK) row->body = str_copy(a, buf_str(&body));
    buf_deinit(&body);
}

static void read_row(const struct json_array *rows, size_t i, struct arena *a, struct feed_row *row)
{
    struct json_reader r;
    struct json_reader value;
    json_item_object(rows, i, &r);
    row->stream = (enum feed_stream)json_get_choice(&r, "s", letters, FEED_STREAMS);
    row->kind = feed_kind_parse(json_get_text(&r, "k", 1, 32));
    row->key = str_copy(a, json_get_text(&r, "id", 1, FEED_KEY_BYTES_MAX));
    row->seq = json_get_int(&r, "seq", 1, JSON_INT_MAX);
    row->is_dead = json_has(&r, "dead");
    if (row->is_dead) {
        if (row->kind == FEED_RIGHT) read_dead_right(row);
        return;
    }
    json_get_object(&r, "v", &value);
    if (row->kind == FEED_KIND_UNKNOWN) {
        keep_unknown(&r, a, row);
    } else {
        wire_row_value_read(&value, a, row);
    }
}

enum err wire_page_parse(struct json_value *document, struct arena *a, struct feed_page *out,
                         struct json_mistake *mistake)
{
    struct json_reader r;
    struct json_array rows;
    *out = (struct feed_page){0};
    json_read(&r, document, mistake);
    out->gen = json_get_id(&r, "gen");
    read_position(&r, "from", &out->from);
    read_position(&r, "to", &out->to);
    out->more = json_get_bool(&r, "more");
    out->applied = json_get_int(&r, "applied", 0, JSON_INT_MAX);
    json_get_array(&r, "rows", 0, FEED_PAGE_ROWS_MAX, &rows);
    struct feed_row *list = arena_array(a, struct feed_row, rows.count > 0 ? rows.count : 1);
    for (size_t i = 0; i < rows.count; i++) {
        read_row(&rows, i, a, &list[i]);
    }
    out->rows = list;
    out->count = (int)rows.count;
    return json_mistake_err(mistake);
}
