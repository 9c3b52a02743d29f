#include "wire/wire_report.h"

enum err wire_report_write(const struct wire_report *report, struct buf *out)
{
    struct json_writer w;
    json_write_begin(&w, out);
    json_write_object(&w, NULL);
    json_write_id(&w, "gen", &report->gen);
    json_write_int(&w, "op_seq", report->op_seq);
    json_write_array(&w, "rights");
    for (int i = 0; i < report->count; i++) {
        const struct feed_right *right = &report->rights[i];
        json_write_object(&w, NULL);
        json_write_id(&w, "sitting", &right->sitting.id);
        json_write_int(&w, "seat", right->seat);
        json_write_int(&w, "epoch", right->epoch);
        json_write_object_end(&w);
    }
    json_write_array_end(&w);
    json_write_object_end(&w);
    return json_write_end(&w);
}

enum err wire_report_parse(struct json_value *document, struct arena *a, struct wire_report *out,
                           struct json_mistake *mistake)
{
    struct json_reader r;
    struct json_array rights;
    *out = (struct wire_report){0};
    json_read(&r, document, mistake);
    out->gen = json_get_id(&r, "gen");
    out->op_seq = json_get_int(&r, "op_seq", 0, JSON_INT_MAX);
    json_get_array(&r, "rights", 0, WIRE_REPORT_RIGHTS_MAX, &rights);
    struct feed_right *list = arena_array(a, struct feed_right, rights.count + 1);
    for (size_t i = 0; i < rights.count; i++) {
        struct json_reader item;
        json_item_object(&rights, i, &item);
        list[i].sitting.id = json_get_id(&item, "sitting");
        list[i].seat = (int)json_get_int(&item, "seat", 1, SITTING_SEATS_MAX);
        list[i].epoch = json_get_int(&item, "epoch", 0, JSON_INT_MAX);
    }
    out->rights = list;
    out->count = (int)rights.count;
    return json_mistake_err(mistake);
}

enum err wire_reported_write(const struct id *gen, struct buf *out)
{
    struct json_writer w;
    json_write_begin(&w, out);
    json_write_object(&w, NULL);
    json_write_id(&w, "gen", gen);
    json_write_object_end(&w);
    return json_write_end(&w);
}

enum err wire_reported_parse(struct json_value *document, struct id *gen,
                             struct json_mistake *mistake)
{
    struct json_reader r;
    json_read(&r, document, mistake);
    *gen = json_get_id(&r, "gen");
    return json_mistake_err(mistake);
}
