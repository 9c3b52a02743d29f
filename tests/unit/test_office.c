#include "harness/test.h"

#include "office/office_holidays.h"
#include "office/office_roster.h"

#include <stdio.h>
#include <string.h>

#define HEAD   "站点,坐班人员,类别,规则,从,到,上班,下班,席位,每席分钟,窗口,事项,代替\n"
#define GOOD   "141182000,武志明,退休法官,每周三,2026-01-05,,8:30,11:30,6,30,1,,\n"
#define COUNTY STR("141182")

struct room {
    struct arena arena;
    struct office_report report;
    struct office_sites sites;
    struct workday_list workdays;
    struct office_roster roster;
};

static int open_room(void **state)
{
    static struct room room;
    memset(&room, 0, sizeof(room));
    arena_init(&room.arena, 3 * CSV_ARENA_BYTES);
    office_sites_read(&room.arena, STR("code,name\n141182000,大厅\n141182001,文峰\n"), COUNTY,
                      &room.sites, &room.report);
    assert_int_equal(room.report.count, 0);
    *state = &room;
    return 0;
}

static int close_room(void **state)
{
    arena_deinit(&((struct room *)*state)->arena);
    return 0;
}

static void read_roster(struct room *room, const char *text)
{
    size_t mark = arena_mark(&room->arena);
    struct office_roster_ground ground = {&room->sites, &room->workdays,
                                          date_to_day((struct date){2026, 3, 4})};
    room->report = (struct office_report){0};
    office_roster_read(&room->arena, str_from_z(text), &ground, &room->roster, &room->report);
    arena_rewind(&room->arena, mark);
}

static const struct {
    const char *text;
    const char *says; // the first mistake; NULL: none
} bad_rows[] = {
    {HEAD GOOD, NULL},
    {"\xEF\xBB\xBF" HEAD GOOD, NULL},
    {HEAD "\"141182000\",\"武志明\",退休法官,每周三,2026-01-05,,8:30,11:30,6,30,\"1,\"\"\",,\n",
     NULL},
    {HEAD "141182000,武,律师,每周日,2026-01-05,,08:30,11:30,,,,,", NULL},
    {HEAD "141182000,武,律师,每8周周一,2026-01-05,,8:30,11:30,,,,,\n", NULL},
    {HEAD "141182000,武,律师,每9周周一,2026-01-05,,8:30,11:30,,,,,\n",
     "f:2:16: 规则: unknown-rule 看不懂这条规则"},
    {HEAD "141182000,武,律师,每月第5个周三,2026-01-05,,8:30,11:30,,,,,\n", NULL},
    {HEAD "141182000,武,律师,每月第6个周三,2026-01-05,,8:30,11:30,,,,,\n",
     "f:2:16: 规则: unknown-rule"},
    {HEAD "141182000,武,律师,每月最后一个周三,2026-01-05,,8:30,11:30,,,,,\n", NULL},
    {HEAD "141182000,武,律师,每周八,2026-01-05,,8:30,11:30,,,,,\n", "f:2:16: 规则: unknown-rule"},
    {HEAD "141182000,武,律师,,2026-01-05,,8:30,11:30,,,,,\n", "f:2:16: 规则: empty"},
    {HEAD "141182009,武,律师,每周三,2026-01-05,,8:30,11:30,,,,,\n",
     "f:2:1: 站点: unknown-site 没有这个站点"},
    {HEAD "14118200,武,律师,每周三,2026-01-05,,8:30,11:30,,,,,\n", "f:2:1: 站点: bad-site-code"},
    {HEAD ",武,律师,每周三,2026-01-05,,8:30,11:30,,,,,\n", "f:2:1: 站点: bad-site-code"},
    {HEAD "141182000,,律师,每周三,2026-01-05,,8:30,11:30,,,,,\n", "f:2:11: 坐班人员: empty"},
    {HEAD "141182000,武,法师,每周三,2026-01-05,,8:30,11:30,,,,,\n",
     "f:2:13: 类别: unknown-kind 没有这个类别"},
    {HEAD GOOD "141182001,武志明,律师,每周一,2026-01-05,,8:30,11:30,,,,,\n",
     "f:3:15: 类别: kind-differs"},
    {HEAD "141182000,武,律师,每周三,2026-02-29,,8:30,11:30,,,,,\n", "f:2:20: 从: bad-date"},
    {HEAD "141182000,武,律师,每周三,,,8:30,11:30,,,,,\n", "f:2:20: 从: empty"},
    {HEAD "141182000,武,律师,每周三,2026-03-05,2026-03-05,8:30,11:30,,,,,\n", NULL},
    {HEAD "141182000,武,律师,每周三,2026-03-05,2026-03-04,8:30,11:30,,,,,\n",
     "f:2:31: 到: dates-swapped"},
    {HEAD "141182000,武,律师,单次,2026-03-05,2026-03-06,8:30,11:30,,,,,\n", "f:2:30: 到: one-day"},
    {HEAD "141182000,武,律师,每周三,2026-01-05,,8:35,11:30,,,,,\n", "f:2:32: 上班: bad-time"},
    {HEAD "141182000,武,律师,每周三,2026-01-05,,8:30,25:00,,,,,\n", "f:2:37: 下班: bad-time"},
    {HEAD "141182000,武,律师,每周三,2026-01-05,,11:30,11:30,,,,,\n", "f:2:38: 下班: times-swapped"},
    {HEAD "141182000,武,律师,每周三,2026-01-05,,8:30,11:30,6,30,,,\n", NULL},
    {HEAD "141182000,武,律师,每周三,2026-01-05,,8:30,11:30,7,30,,,\n",
     "f:2:43: 席位: seats-do-not-fit"},
    {HEAD "141182000,武,律师,每周三,2026-01-05,,8:30,11:30,0,30,,,\n", "f:2:43: 席位: bad-number"},
    {HEAD "141182000,武,律师,每周三,2026-01-05,,8:30,11:30,6,四,,,\n",
     "f:2:45: 每席分钟: bad-number"},
    {HEAD "141182000,武,律师,每周三,2026-01-05,,8:30,11:30,,,,婚姻家庭、其他,\n", NULL},
    {HEAD "141182000,武,律师,每周三,2026-01-05,,8:30,11:30,,,,婚姻家庭、盖房,\n",
     "f:2:46: 事项: unknown-topic"},
    {HEAD "141182000,武,律师,每周三,2026-01-05,,8:30,11:30,,,,婚姻家庭,张\n",
     "f:2:51: 代替: not-empty"},
    {HEAD "141182000,武,律师,替班,2026-01-05,,,,,,,,\n", "f:2:37: 代替: empty"},
    {HEAD "141182000,武,律师,替班,2026-01-05,,,,,,,,张\n", "f:2:37: 代替: unknown-person"},
    {HEAD GOOD "141182000,武,律师,替班,2026-01-07,,,,,,,,武志明\n", NULL},
    {HEAD ",武,律师,请假,2026-01-05,,,,,,,,\n", NULL},
    {HEAD ",武,律师,请假,2026-01-05,,8:30,,,,,,\n", "f:2:27: 下班: empty"},
    {HEAD "141182000,武,律师,每周三,2026-01-05,,8:30,11:30,,,,\n", "f:2:1: wrong-column-count"},
    {HEAD "141182000,\"武,律师\n", "f:2:11: bad-quote"},
    {HEAD "141182000,武\"x\",律师\n", "f:2:12: bad-quote"},
    {HEAD "141182000,\"武\"x,律师\n", "f:2:11: bad-quote"},
    {HEAD "141182000,\xCE\xE4,律师\n", "f:2:11: broken-utf8"},
    {HEAD "141182000,a\x01,律师\n", "f:2:12: bad-text"},
    {"站点,坐班人员\n1,2\n", "f:1:1: 类别: column-missing"},
    {"", "f: empty-file"},
    {HEAD GOOD "141182001,武志明,退休法官,每周三,2026-01-05,,11:30,12:00,,,,,\n", NULL},
    {HEAD GOOD "141182001,武志明,退休法官,每周三,2026-01-05,,11:20,12:00,,,,,\n",
     "f:3:11: 坐班人员: two-places-at-once"},
    {HEAD GOOD "141182001,武志明,退休法官,单次,2026-03-04,,9:00,9:30,,,,,\n",
     "f:3:11: 坐班人员: two-places-at-once"},
    {HEAD GOOD "141182001,武志明,退休法官,单次,2026-03-03,,9:00,9:30,,,,,\n", NULL},
};

static void every_bad_row_is_named_by_place_and_reason(void **state)
{
    struct room *room = *state;
    for (size_t i = 0; i < sizeof(bad_rows) / sizeof(bad_rows[0]); i++) {
        struct buf said;
        buf_init(&said, OFFICE_REPORT_BYTES_MAX);
        read_roster(room, bad_rows[i].text);
        if (room->report.count > 0) office_mistake_text(&room->report.list[0], STR("f"), &said);
        struct str says = str_from_z(bad_rows[i].says);
        if (!str_starts(buf_str(&said), says) || (says.len == 0) != (said.len == 0))
            fail_msg("row %zu says \"%.*s\"", i, STR_ARG(buf_str(&said)));
        buf_deinit(&said);
    }
}

static void all_mistakes_are_counted_and_the_first_two_hundred_listed(void **state)
{
    struct room *room = *state;
    struct buf text;
    buf_init(&text, OFFICE_FILE_BYTES_MAX);
    buf_add_z(&text, HEAD);
    for (int i = 0; i < 300; i++) {
        buf_add_z(&text, "141182009,武,律师,每周三,2026-01-05,,8:30,11:30,,,,,\n");
    }
    char *z = str_to_z(&room->arena, buf_str(&text));
    read_roster(room, z);
    assert_int_equal(room->report.count, 300);
    assert_int_equal(room->report.listed, OFFICE_MISTAKES_MAX);
    assert_int_equal(room->report.rows, 300);
    buf_deinit(&text);
}

// One broken row hides no other, wherever its damage lies.
static void every_mistake_of_a_file_is_told_at_once(void **state)
{
    struct room *room = *state;
    static const char text[] = HEAD GOOD                                  // 2
        "141182000,a\x01,律师,每周三,2026-01-05,,8:30,11:30,,,,,\n"       // 3: a control character
        "141182000,\"武,律师,每周三,2026-01-05,,8:30,11:30,,,,,\n"        // 4: never closed
        "141182000,武,律师\n"                                             // 5: too short
        "141182000,\xCE\xE4,律师,每周三,2026-01-05,,8:30,11:30,,,,,\n"    // 6: another encoding
        "141182009,李,律师,每周三,2026-02-30,,8:30,11:30,,,,,\n"          // 7: two mistakes
        "141182001,武志明,退休法官,每周三,2026-01-05,,9:00,10:00,,,,,\n"; // 8: in two places
    static const struct {
        int line;
        enum office_fault fault;
    } want[] = {
        {3, OFFICE_TEXT_BAD},    {4, OFFICE_QUOTE},        {5, OFFICE_COLUMN_COUNT},
        {6, OFFICE_BROKEN_TEXT}, {7, OFFICE_SITE_UNKNOWN}, {7, OFFICE_DATE},
        {8, OFFICE_TWO_PLACES},
    };
    read_roster(room, text);
    assert_int_equal(room->report.count, 7);
    assert_int_equal(room->report.rows, 6);
    for (int i = 0; i < 7; i++) {
        assert_int_equal(room->report.list[i].line, want[i].line);
        assert_int_equal(room->report.list[i].fault, want[i].fault);
    }
}

// What would be planned without a row that is wrong is not held against the others.
static void a_leave_that_is_wrong_makes_no_clash(void **state)
{
    struct room *room = *state;
    read_roster(room, HEAD GOOD "141182001,武志明,退休法官,每周三,2026-01-05,,9:00,10:00,,,,,\n"
                                "141182000,武志明,退休法官,请假,2026-01-32,,,,,,,,\n");
    assert_int_equal(room->report.count, 1);
    assert_int_equal(room->report.list[0].line, 4);
}

static void a_table_has_a_last_row(void **state)
{
    struct room *room = *state;
    struct buf text;
    buf_init(&text, OFFICE_FILE_BYTES_MAX);
    for (int i = 0; i <= CSV_ROWS_MAX; i++) {
        buf_add_z(&text, "x\n");
    }
    struct csv_table table;
    room->report = (struct office_report){0};
    assert_true(csv_read(&room->arena, buf_str(&text), &table, &room->report));
    assert_int_equal(table.count, CSV_ROWS_MAX);
    assert_int_equal(room->report.count, 1);
    assert_int_equal(room->report.list[0].fault, OFFICE_TOO_MANY);
    room->report = (struct office_report){0};
    assert_true(
        csv_read(&room->arena, str_sub(buf_str(&text), 0, text.len - 2), &table, &room->report));
    assert_int_equal(table.count, CSV_ROWS_MAX);
    buf_deinit(&text);
}

static void sites_are_of_the_county_and_named_once(void **state)
{
    struct room *room = *state;
    static const struct {
        const char *text;
        enum office_fault fault;
    } rows[] = {
        {"code,name\n141182000,大厅\n", OFFICE_FINE},
        {"x,name,code,phone,full_name\r\n,大厅,141182000,0358-1,汾阳市政务大厅\r\n", OFFICE_FINE},
        {"code\n141182000\n", OFFICE_COLUMN_MISSING},
        {"code,name,name\n141182000,a,b\n", OFFICE_COLUMN_TWICE},
        {"code,name\n141183000,大厅\n", OFFICE_SITE_COUNTY},
        {"code,name\n1411820001,大厅\n", OFFICE_SITE_CODE},
        {"code,name\n141182000,大厅\n141182000,大厅\n", OFFICE_TWICE},
        {"code,name\n141182000,\n", OFFICE_EMPTY},
        {"code,name\n141182000,一二三四五六七八九十一二三四五六\n", OFFICE_FINE},
        {"code,name\n141182000,一二三四五六七八九十一二三四五六七\n", OFFICE_TEXT_LONG},
        {"code,name,phone\n141182000,大厅,tel\n", OFFICE_PHONE},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct office_sites sites;
        room->report = (struct office_report){0};
        office_sites_read(&room->arena, str_from_z(rows[i].text), COUNTY, &sites, &room->report);
        enum office_fault fault = room->report.count ? room->report.list[0].fault : OFFICE_FINE;
        if (fault != rows[i].fault) fail_msg("row %zu: fault %d", i, (int)fault);
        if (fault == OFFICE_FINE) assert_int_equal(sites.count, 1);
    }
}

static void a_year_without_a_notice_is_fine_and_a_bad_day_is_not(void **state)
{
    struct room *room = *state;
#define DAY(date) "{\"name\":\"元旦\",\"date\":\"" date "\",\"isOffDay\":true}"
    static const struct {
        const char *text;
        int days; // -1: refused
    } rows[] = {
        {"{\"year\":2027,\"papers\":[],\"days\":[]}", 0},
        {"{\"year\":2026,\"days\":[" DAY("2026-01-01") "]}", 1},
        {"{\"year\":2026,\"days\":[" DAY("2025-12-31") "," DAY("2027-01-01") "]}", 2},
        {"{\"year\":2026,\"days\":[" DAY("2024-12-31") "]}", -1},
        {"{\"year\":2026,\"days\":[" DAY("2026-02-30") "]}", -1},
        {"{\"year\":2026,\"days\":[" DAY("2026-01-01") "," DAY("2026-01-01") "]}", -1},
        {"{\"year\":2026,\"days\":[{\"date\":\"2026-01-01\"}]}", -1},
        {"{\"year\":2026,\"days\":[{\"name\":\"x\",\"date\":\"2026-01-01\",\"isOffDay\":1}]}", -1},
        {"{\"year\":\"2026\",\"days\":[]}", -1},
        {"{\"year\":2026}", -1},
        {"{\"year\":2026,\"days\":[]", -1},
        {"", -1},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct office_holidays h;
        room->report = (struct office_report){0};
        office_holidays_read(&room->arena, str_from_z(rows[i].text), &h, &room->report);
        int days = room->report.count ? -1 : h.count;
        if (days != rows[i].days) fail_msg("row %zu: %d", i, days);
    }
}

static void a_mistake_in_json_has_its_place(void **state)
{
    struct room *room = *state;
    static const struct {
        const char *text;
        const char *says;
    } rows[] = {
        {"{\"year\":2026,\n\"days\":[{\"date\":\"2026-01-01\",\"name\":\"x\"}]}",
         "f: days[0].isOffDay: bad-json"},
        {"{\"year\":2026,\n \"days\" []}", "f:2:9: not JSON, or a member stands twice: bad-json"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct office_holidays h;
        struct buf said;
        buf_init(&said, OFFICE_REPORT_BYTES_MAX);
        room->report = (struct office_report){0};
        office_holidays_read(&room->arena, str_from_z(rows[i].text), &h, &room->report);
        assert_int_equal(room->report.count, 1);
        office_mistake_text(&room->report.list[0], STR("f"), &said);
        if (!str_starts(buf_str(&said), str_from_z(rows[i].says)))
            fail_msg("row %zu says \"%.*s\"", i, STR_ARG(buf_str(&said)));
        buf_deinit(&said);
    }
}

static struct str demo_file(struct room *room, const char *name)
{
    char path[512];
    struct buf b;
    snprintf(path, sizeof(path), "%s/assets/demo/%s", LY_ROOT, name);
    buf_init(&b, OFFICE_FILE_BYTES_MAX);
    assert_int_equal(buf_read_file(&b, path), ERR_OK);
    struct str copy = str_copy(&room->arena, buf_str(&b));
    buf_deinit(&b);
    return copy;
}

static void the_demo_is_taken_as_it_lies(void **state)
{
    struct room *room = *state;
    struct office_holidays h;
    struct office_roster_ground ground = {&room->sites, &room->workdays,
                                          date_to_day((struct date){2026, 3, 4})};
    office_holidays_read(&room->arena, demo_file(room, "holidays-2026.json"), &h, &room->report);
    for (int i = 0; i < h.count; i++) {
        assert_true(workday_put(&room->workdays, h.days[i].entry));
    }
    office_sites_read(&room->arena, demo_file(room, "sites.csv"), COUNTY, &room->sites,
                      &room->report);
    office_roster_read(&room->arena, demo_file(room, "roster.csv"), &ground, &room->roster,
                       &room->report);
    assert_int_equal(room->report.count, 0);
    assert_int_equal(h.count, 39);
    assert_int_equal(room->sites.count, 15);
    assert_int_equal(room->roster.count, 32);
    struct roster_sitting day[ROSTER_DAY_SITTINGS_MAX];
    assert_int_equal(roster_day(room->roster.rules, room->roster.count, &room->workdays,
                                ground.today, day, ROSTER_DAY_SITTINGS_MAX),
                     5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_bad_row_is_named_by_place_and_reason, open_room,
                                        close_room),
        cmocka_unit_test_setup_teardown(all_mistakes_are_counted_and_the_first_two_hundred_listed,
                                        open_room, close_room),
        cmocka_unit_test_setup_teardown(every_mistake_of_a_file_is_told_at_once, open_room,
                                        close_room),
        cmocka_unit_test_setup_teardown(a_leave_that_is_wrong_makes_no_clash, open_room,
                                        close_room),
        cmocka_unit_test_setup_teardown(a_table_has_a_last_row, open_room, close_room),
        cmocka_unit_test_setup_teardown(sites_are_of_the_county_and_named_once, open_room,
                                        close_room),
        cmocka_unit_test_setup_teardown(a_year_without_a_notice_is_fine_and_a_bad_day_is_not,
                                        open_room, close_room),
        cmocka_unit_test_setup_teardown(a_mistake_in_json_has_its_place, open_room, close_room),
        cmocka_unit_test_setup_teardown(the_demo_is_taken_as_it_lies, open_room, close_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
