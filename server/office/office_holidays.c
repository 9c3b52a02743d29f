#include "office/office_holidays.h"

#include "wire/json.h"

static void blame(struct arena *a, struct office_report *report, const char *member, size_t index,
                  enum office_fault fault)
{
    struct str name = str_printf(a, "days[%zu].%s", index, member);
    office_report_add(report, (struct office_mistake){.fault = fault, .name = name});
}

static void read_day(struct arena *a, const struct json_array *days, size_t index,
                     struct office_holidays *out, struct office_report *report)
{
    struct json_reader r;
    struct office_holiday h = {0};
    json_item_object(days, index, &r);
    struct str date = json_get_text(&r, "date", 1, 32);
    h.name = str_copy(a, json_get_text(&r, "name", 0, 4 * WORKDAY_NAME_CHARS_MAX));
    h.entry.is_off = json_get_bool(&r, "isOffDay");
    if (days->mistake->reason) {
        const char *member = days->mistake->member ? days->mistake->member : "";
        blame(a, report, member, index, OFFICE_JSON);
        *days->mistake = (struct json_mistake){0};
        return;
    }
    if (!date_parse(date, &h.entry.day)) {
        blame(a, report, "date", index, OFFICE_DATE);
        return;
    }
    int year = date_from_day(h.entry.day).year;
    if (year < out->year - 1 || year > out->year + 1) blame(a, report, "date", index, OFFICE_DATE);
    for (int i = 0; i < out->count; i++) {
        if (out->days[i].entry.day == h.entry.day) blame(a, report, "date", index, OFFICE_TWICE);
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
    *out = (struct office_holidays){0};
    struct json_fault fault;
    if (json_parse(bytes, &document, &fault)) {
        struct str why = str_from_z(fault.why);
        office_report_add(report,
                          (struct office_mistake){OFFICE_JSON, fault.line, fault.column, why});
        return;
    }
    json_read(&r, document, &mistake);
    out->year = (int)json_get_int(&r, "year", DATE_YEAR_MIN + 1, DATE_YEAR_MAX - 1);
    json_get_array(&r, "days", 0, HOLIDAY_DAYS_MAX, &days);
    if (mistake.reason) {
        struct str name = str_from_z(mistake.member);
        office_report_add(report, (struct office_mistake){.fault = OFFICE_JSON, .name = name});
    } else {
        for (size_t i = 0; i < days.count; i++) {
            read_day(a, &days, i, out, report);
        }
    }
    json_free(document);
}
