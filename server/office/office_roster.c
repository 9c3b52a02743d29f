#include "office/office_roster.h"

#include "office/office_rule.h"

#include <stdio.h>
#include <string.h>

enum {
    SITE,
    PERSON,
    KIND,
    RULE,
    FROM,
    TO,
    START,
    END,
    SEATS,
    SEAT_MINUTES,
    DESK,
    TOPICS,
    INSTEAD_OF,
    COLUMNS
};

struct roster_reader {
    const struct office_roster_ground *ground;
    struct office_roster *out;
    struct office_report *report;
    struct arena *arena;
    const struct csv_row *row;
    struct str names[COLUMNS];
    int where[COLUMNS];
    bool *is_sound; // of each rule
};

struct counsellor_id office_person_id(int index)
{
    struct counsellor_id id;
    snprintf(id.id.hex, sizeof(id.id.hex), "%032x", (unsigned)index + 1);
    return id;
}

int office_person_index(struct counsellor_id id)
{
    unsigned char bytes[ID_HEX_BYTES / 2];
    bool good = hex_to_bytes(id_str(&id.id), bytes, sizeof(bytes));
    int index = (bytes[sizeof(bytes) - 2] << 8 | bytes[sizeof(bytes) - 1]) - 1;
    CHECK(good && index >= 0 && index < ROSTER_PEOPLE_MAX);
    return index;
}

static struct str cell(const struct roster_reader *r, int column)
{
    return r->row->cells[r->where[column]].text;
}

static void blame(struct roster_reader *r, int column, enum office_fault fault)
{
    const struct csv_cell *c = &r->row->cells[r->where[column]];
    office_report_add(r->report, (struct office_mistake){.fault = fault,
                                                         .line = c->line,
                                                         .column = c->column,
                                                         .name = r->names[column]});
}

// The index of that name among the people, or -1.
static int find_person(const struct office_roster *roster, struct str name)
{
    for (int i = 0; i < roster->people_count; i++) {
        if (str_eq(roster->people[i].name, name)) return i;
    }
    return -1;
}

static void read_person(struct roster_reader *r, struct roster_rule *rule)
{
    struct str name = cell(r, PERSON);
    enum counsellor_kind kind = COUNSELLOR_LEGAL_WORKER;
    if (name.len == 0) blame(r, PERSON, OFFICE_EMPTY);
    if (str_utf8_count(name) > SITTING_COUNSELLOR_CHARS_MAX) blame(r, PERSON, OFFICE_TEXT_LONG);
    if (!counsellor_kind_from_name(cell(r, KIND), &kind)) blame(r, KIND, OFFICE_KIND);
    int index = find_person(r->out, name);
    if (index < 0) {
        if (r->out->people_count == ROSTER_PEOPLE_MAX) {
            blame(r, PERSON, OFFICE_TOO_MANY);
            return;
        }
        index = r->out->people_count++;
        r->out->people[index] =
            (struct office_person){.id = office_person_id(index), .name = name, .kind = kind};
    } else if (r->out->people[index].kind != kind) {
        blame(r, KIND, OFFICE_KIND_DIFFERS);
    }
    rule->counsellor = office_person_id(index);
}

static void read_site(struct roster_reader *r, struct roster_rule *rule)
{
    struct str text = cell(r, SITE);
    if (text.len == 0 && rule->kind == ROSTER_LEAVE) return;
    if (!site_code_parse(text, &rule->site)) {
        blame(r, SITE, OFFICE_SITE_CODE);
        return;
    }
    for (int i = 0; i < r->ground->sites->count; i++) {
        if (site_code_eq(r->ground->sites->list[i].code, rule->site)) return;
    }
    blame(r, SITE, OFFICE_SITE_UNKNOWN);
}

static void read_dates(struct roster_reader *r, struct roster_rule *rule)
{
    bool is_open =
        rule->kind == ROSTER_WEEKLY || rule->kind == ROSTER_NTH || rule->kind == ROSTER_WORKDAYS;
    if (!date_parse(cell(r, FROM), &rule->from_day)) {
        blame(r, FROM, cell(r, FROM).len == 0 ? OFFICE_EMPTY : OFFICE_DATE);
        return;
    }
    rule->to_day = is_open ? ROSTER_DAY_OPEN : rule->from_day;
    struct str to = cell(r, TO);
    if (to.len == 0) return;
    if (!date_parse(to, &rule->to_day)) {
        blame(r, TO, OFFICE_DATE);
    } else if (rule->to_day < rule->from_day) {
        blame(r, TO, OFFICE_DATES_SWAPPED);
    } else if (rule->kind == ROSTER_ONCE && rule->to_day != rule->from_day) {
        blame(r, TO, OFFICE_ONE_DAY);
    }
}

// Off the grid is as wrong as no time at all.
static bool read_time(struct roster_reader *r, int column, int *minute)
{
    bool good =
        date_parse_minute(cell(r, column), minute) && *minute % SITTING_GRANULE_MINUTES == 0;
    if (!good) blame(r, column, cell(r, column).len == 0 ? OFFICE_EMPTY : OFFICE_TIME);
    return good;
}

static bool read_times(struct roster_reader *r, struct roster_rule *rule)
{
    bool is_empty = cell(r, START).len == 0 && cell(r, END).len == 0;
    if (rule->kind == ROSTER_SUBSTITUTE) {
        if (cell(r, START).len > 0) blame(r, START, OFFICE_NOT_EMPTY);
        if (cell(r, END).len > 0) blame(r, END, OFFICE_NOT_EMPTY);
        return true;
    }
    if (rule->kind == ROSTER_LEAVE && is_empty) {
        rule->end_minute = 24 * 60;
        return true;
    }
    bool has_start = read_time(r, START, &rule->start_minute);
    bool has_end = read_time(r, END, &rule->end_minute);
    if (!has_start || !has_end) return false;
    if (rule->end_minute > rule->start_minute) return true;
    blame(r, END, OFFICE_TIMES_SWAPPED);
    return false;
}

static bool read_number(struct roster_reader *r, int column, int min, int max, int *out)
{
    int64_t n = 0;
    if (cell(r, column).len == 0) return true;
    if (!str_to_int(cell(r, column), min, max, &n)) {
        blame(r, column, OFFICE_NUMBER);
        return false;
    }
    *out = (int)n;
    return true;
}

// Where no number of seats is given, as many as fit.
static void read_seats(struct roster_reader *r, struct roster_rule *rule, bool has_times)
{
    rule->seat_minutes = SITTING_SEAT_MINUTES;
    if (!read_number(r, SEAT_MINUTES, SITTING_SEAT_MINUTES_MIN, SITTING_SEAT_MINUTES_MAX,
                     &rule->seat_minutes) ||
        !read_number(r, SEATS, 1, SITTING_SEATS_MAX, &rule->seat_count) || !has_times)
        return;
    int fit = roster_seats_that_fit(rule->start_minute, rule->end_minute, rule->seat_minutes);
    if (fit > SITTING_SEATS_MAX) fit = SITTING_SEATS_MAX;
    if (rule->seat_count == 0) rule->seat_count = fit;
    if (rule->seat_count == 0 || rule->seat_count > fit) blame(r, SEATS, OFFICE_SEATS_DO_NOT_FIT);
}

static void read_topics(struct roster_reader *r, struct roster_rule *rule)
{
    struct str rest = cell(r, TOPICS);
    struct str between = office_word(OFFICE_WORD_BETWEEN);
    if (rest.len == 0) rule->topics = TOPICS_ALL;
    while (rest.len > 0) {
        size_t at = str_find(rest, between, 0);
        enum topic topic;
        if (!topic_from_name(str_trim(str_sub(rest, 0, at)), &topic)) {
            blame(r, TOPICS, OFFICE_TOPIC);
            return;
        }
        rule->topics |= 1u << topic;
        rest = at == SIZE_MAX ? (struct str){0} : str_sub(rest, at + between.len, SIZE_MAX);
    }
}

// What only a sitting has.
static void read_plan(struct roster_reader *r, struct roster_rule *rule, bool has_times)
{
    read_seats(r, rule, has_times);
    read_topics(r, rule);
    rule->desk = cell(r, DESK);
    if (str_utf8_count(rule->desk) > SITTING_DESK_CHARS_MAX) blame(r, DESK, OFFICE_TEXT_LONG);
}

static void read_rule(struct roster_reader *r, struct roster_rule *rule)
{
    if (!office_rule_parse(cell(r, RULE), rule)) {
        blame(r, RULE, cell(r, RULE).len == 0 ? OFFICE_EMPTY : OFFICE_RULE);
        read_site(r, rule);
        read_person(r, rule);
        return;
    }
    read_site(r, rule);
    read_person(r, rule);
    read_dates(r, rule);
    bool has_times = read_times(r, rule);
    bool is_plan = rule->kind != ROSTER_LEAVE && rule->kind != ROSTER_SUBSTITUTE;
    if (is_plan) {
        read_plan(r, rule, has_times);
    } else {
        static const int none[] = {SEATS, SEAT_MINUTES, DESK, TOPICS};
        for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
            if (cell(r, none[i]).len > 0) blame(r, none[i], OFFICE_NOT_EMPTY);
        }
    }
    bool is_swap = rule->kind == ROSTER_SUBSTITUTE;
    if (is_swap && cell(r, INSTEAD_OF).len == 0) blame(r, INSTEAD_OF, OFFICE_EMPTY);
    if (!is_swap && cell(r, INSTEAD_OF).len > 0) blame(r, INSTEAD_OF, OFFICE_NOT_EMPTY);
}

// People may be named as replaced before the row that makes them known.
static void find_replaced(struct roster_reader *r, const struct csv_table *table, int first)
{
    for (int i = 0; i < r->out->count; i++) {
        struct roster_rule *rule = &r->out->rules[i];
        if (rule->kind != ROSTER_SUBSTITUTE) continue;
        r->row = &table->rows[first + i];
        struct str name = cell(r, INSTEAD_OF);
        int index = find_person(r->out, name);
        if (name.len > 0 && index < 0) {
            blame(r, INSTEAD_OF, OFFICE_PERSON_UNKNOWN);
            r->is_sound[i] = false;
        }
        if (index >= 0) rule->instead_of = office_person_id(index);
    }
}

// The rule a sitting of that day comes from.
static int rule_of(const struct roster_reader *r, const struct roster_sitting *s, int after)
{
    for (int i = after + 1; i < r->out->count; i++) {
        const struct roster_rule *rule = &r->out->rules[i];
        if (id_eq(rule->counsellor.id, s->rostered.id) && site_code_eq(rule->site, s->site) &&
            rule->start_minute == s->start_minute && rule->end_minute == s->end_minute &&
            roster_sits(rule, r->ground->workdays, s->day))
            return i;
    }
    return after;
}

static void check_day(struct roster_reader *r, const struct csv_table *table, int day, bool *told)
{
    struct roster_sitting *s =
        arena_array(r->arena, struct roster_sitting, ROSTER_DAY_SITTINGS_MAX);
    int count = roster_day(r->out->rules, r->out->count, r->ground->workdays, day, s,
                           ROSTER_DAY_SITTINGS_MAX);
    if (count > ROSTER_DAY_SITTINGS_MAX) {
        if (!told[0])
            office_report_add(r->report, (struct office_mistake){.fault = OFFICE_TOO_MANY});
        told[0] = true;
        return;
    }
    for (int i = 0; i < count; i++) {
        for (int j = i + 1; j < count && s[j].start_minute < s[i].end_minute; j++) {
            if (!id_eq(s[i].counsellor.id, s[j].counsellor.id)) continue;
            int first = rule_of(r, &s[i], -1);
            int second = rule_of(r, &s[j], -1);
            if (second == first) second = rule_of(r, &s[j], first);
            int later = first > second ? first : second;
            if (told[later + 1]) continue;
            told[later + 1] = true;
            r->row = &table->rows[later + 1];
            blame(r, PERSON, OFFICE_TWO_PLACES);
        }
    }
}

// Rules that are not sound plan nothing, so that they take no part. False where a leave or a substitute
// is among them: it may be the very row that keeps two places apart.
static bool leave_out_unsound(struct roster_reader *r)
{
    for (int i = 0; i < r->out->count; i++) {
        struct roster_rule *rule = &r->out->rules[i];
        if (r->is_sound[i]) continue;
        if (rule->kind == ROSTER_LEAVE || rule->kind == ROSTER_SUBSTITUTE) return false;
        rule->from_day = 1;
        rule->to_day = 0;
    }
    return true;
}

static void check_clashes(struct roster_reader *r, const struct csv_table *table)
{
    bool *told = arena_array(r->arena, bool, (size_t)r->out->count + 1);
    for (int day = r->ground->today; day < r->ground->today + ROSTER_CLASH_DAYS; day++) {
        size_t mark = arena_mark(r->arena);
        check_day(r, table, day, told);
        arena_rewind(r->arena, mark);
    }
}

static bool find_columns(struct roster_reader *r, const struct csv_table *table)
{
    for (int i = 0; i < COLUMNS; i++) {
        r->names[i] = office_word((enum office_word)(OFFICE_WORD_SITE + i));
    }
    int before = r->report->count;
    csv_find_columns(table, r->names, COLUMNS, r->where, r->report);
    for (int i = 0; i < COLUMNS; i++) {
        if (r->where[i] < 0) csv_blame_missing(r->names[i], r->report);
    }
    return r->report->count == before;
}

void office_roster_read(struct arena *a, struct str bytes,
                        const struct office_roster_ground *ground, struct office_roster *out,
                        struct office_report *report)
{
    struct csv_table table;
    struct roster_reader r = {.ground = ground, .out = out, .report = report, .arena = a};
    *out = (struct office_roster){
        .rules = arena_array(a, struct roster_rule, ROSTER_RULES_MAX),
        .lines = arena_array(a, int, ROSTER_RULES_MAX),
        .people = arena_array(a, struct office_person, ROSTER_PEOPLE_MAX),
    };
    r.is_sound = arena_array(a, bool, ROSTER_RULES_MAX);
    if (!csv_read(a, bytes, &table, report) || !find_columns(&r, &table)) return;
    for (int i = 1; i < table.count; i++) {
        r.row = &table.rows[i];
        if (out->count == ROSTER_RULES_MAX) {
            blame(&r, SITE, OFFICE_TOO_MANY);
            return;
        }
        out->lines[out->count] = r.row->cells[0].line;
        int before = report->count;
        read_rule(&r, &out->rules[out->count]);
        r.is_sound[out->count++] = report->count == before;
    }
    find_replaced(&r, &table, 1);
    if (leave_out_unsound(&r)) check_clashes(&r, &table);
}
