#include "office/office_sites.h"

enum { CODE, NAME, FULL_NAME, PHONE, COLUMNS };

static const struct str names[COLUMNS] = {[CODE] = {"code", 4},
                                          [NAME] = {"name", 4},
                                          [FULL_NAME] = {"full_name", 9},
                                          [PHONE] = {"phone", 5}};

struct sites_reader {
    const struct csv_row *row;
    int where[COLUMNS];
    struct office_report *report;
};

static struct str cell(const struct sites_reader *r, int column)
{
    return r->where[column] < 0 ? (struct str){0} : r->row->cells[r->where[column]].text;
}

static void blame(struct sites_reader *r, int column, enum office_fault fault)
{
    const struct csv_cell *c = &r->row->cells[r->where[column]];
    office_report_add(r->report, (struct office_mistake){.fault = fault,
                                                         .line = c->line,
                                                         .column = c->column,
                                                         .name = names[column]});
}

static bool is_phone(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (!(c >= '0' && c <= '9') && c != '-' && c != ' ') return false;
    }
    return s.len <= SITE_PHONE_CHARS_MAX;
}

static void check_code(struct sites_reader *r, struct str county, const struct office_sites *sites,
                       struct site *site)
{
    if (!site_code_parse(cell(r, CODE), &site->code)) {
        blame(r, CODE, OFFICE_SITE_CODE);
        return;
    }
    if (!str_eq(site_county(&site->code), county)) blame(r, CODE, OFFICE_SITE_COUNTY);
    for (int i = 0; i < sites->count; i++) {
        if (!site_code_eq(sites->list[i].code, site->code)) continue;
        blame(r, CODE, OFFICE_TWICE);
        break;
    }
}

static struct site read_site(struct sites_reader *r, struct str county,
                             const struct office_sites *sites)
{
    struct site site = {.name = cell(r, NAME),
                        .full_name = cell(r, FULL_NAME),
                        .phone = cell(r, PHONE),
                        .order = sites->count};
    check_code(r, county, sites, &site);
    if (site.name.len == 0) blame(r, NAME, OFFICE_EMPTY);
    if (str_utf8_count(site.name) > SITE_NAME_CHARS_MAX) blame(r, NAME, OFFICE_TEXT_LONG);
    if (site.full_name.len == 0) site.full_name = site.name;
    if (str_utf8_count(site.full_name) > SITE_FULL_CHARS_MAX)
        blame(r, r->where[FULL_NAME] < 0 ? NAME : FULL_NAME, OFFICE_TEXT_LONG);
    if (!is_phone(site.phone)) blame(r, PHONE, OFFICE_PHONE);
    return site;
}

void office_sites_read(struct arena *a, struct str bytes, struct str county,
                       struct office_sites *out, struct office_report *report)
{
    struct csv_table table;
    struct sites_reader r = {.report = report};
    *out = (struct office_sites){.list = arena_array(a, struct site, SITE_COUNTY_SITES_MAX)};
    if (!csv_read(a, bytes, &table, report)) return;
    int before = report->count;
    csv_find_columns(&table, names, COLUMNS, r.where, report);
    for (int i = CODE; i <= NAME; i++) {
        if (r.where[i] < 0) csv_blame_missing(names[i], report);
    }
    if (report->count > before) return;
    out->has_full_name = r.where[FULL_NAME] >= 0;
    out->has_phone = r.where[PHONE] >= 0;
    for (int i = 1; i < table.count; i++) {
        r.row = &table.rows[i];
        if (out->count == SITE_COUNTY_SITES_MAX) {
            blame(&r, CODE, OFFICE_TOO_MANY);
            return;
        }
        out->list[out->count] = read_site(&r, county, out);
        out->count++;
    }
}
