#include "office/office_holidays.h"

#include "wire/json.h"

struct holidays_reader {
    struct arena *arena;
    struct str text;
    struct office_holidays *out;
    struct office_report *report;
};

static void add(struct holidays_reader *h, enum office_fault fault, struct json_place place,
                struct str name)
{
    struct office_mistake mistake = {fault, place.line, place.column, name};
    office_report_add(h->report, mistake);
}

static void blame(struct holidays_reader *h, const char *member, size_t index,
                  enum office_fault fault)
{
    struct str name = str_printf(h->arena, "days[%zu].%s", index, member);
    add(h, fault, json_place_of(h->text, "days", (int)index), name);
}

static void read_day(struct holidays_reader *reader, const struct json_array *days, size_t index)
{
    struct office_holidays *out = reader->out;
    struct json_reader r;
    struct office_holiday h = {0};
    json_item_object(days, index, &r);
    struct str date = json_get_text(&r, "date", 1, 32);
    h.name = str_copy(reader->arena, json_get_text(&r, "name", 0, 4 * WORKDAY_NAME_CHARS_MAX));
    h.entry.is_off = json_get_bool(&r, "isOffDay");
    if (days->mistake->reason) {
        const char *member = days->mistake->member ? days->mistake->member : "";
        blame(reader, member, index, OFFICE_JSON);
        *days->mistake = (struct json_mistake){0};
        return;
    }
    if (!date_parse(date, &h.entry.day)) {
        blame(reader, "date", index, OFFICE_DATE);
        return;
    }
    int year = date_from_day(h.entry.day).year;
    if (year < out->year - 1 || year > out->year + 1) blame(reader, "date", index, OFFICE_DATE);
    for (int i = 0; i < out->count; i++) {
        if (out->days[i].entry.day == h.entry.day) blame(reader, "date", index, OFFICE_TWICE);
    }
    out->days[out->count++] = h;
}

void office_holidays_read(struct arena *a, struct str bytes, struct office_holidays *out,
                          struct office_report *report)
{
    struct json_value *document = NULL;
    struct json_mistake mistake = {0};
    struct json_reader r;
    struct json_array days;
    struct json_fault fault;
    struct holidays_reader reader = {a, bytes, out, report};
    *out = (struct office_holidays){0};
    if (json_parse(bytes, &document, &fault)) {
        add(&reader, OFFICE_JSON, fault.place, str_from_z(fault.why));
        return;
    }
    json_read(&r, document, &mistake);
    out->year = (int)json_get_int(&r, "year", DATE_YEAR_MIN + 1, DATE_YEAR_MAX - 1);
    json_get_array(&r, "days", 0, HOLIDAY_DAYS_MAX, &days);
    if (mistake.reason) {
        add(&reader, OFFICE_JSON, json_place_of(bytes, mistake.member, -1),
            str_from_z(mistake.member));
    } else {
        for (size_t i = 0; i < days.count; i++) {
            read_day(&reader, &days, i);
        }
    }
    json_free(document);
}
