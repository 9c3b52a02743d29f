#include "harness/test.h"

#include "base/buf.h"
#include "base/conf.h"
#include "base/date.h"
#include "base/id.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void days_and_dates_are_inverse_over_the_whole_range(void **state)
{
    (void)state;
    int first = date_to_day((struct date){DATE_YEAR_MIN, 1, 1});
    int last = date_to_day((struct date){DATE_YEAR_MAX, 12, 31});
    for (int day = first; day <= last; day++) {
        struct date d = date_from_day(day);
        assert_true(date_is_valid(d));
        assert_int_equal(date_to_day(d), day);
    }
}

static void known_days_have_their_weekday(void **state)
{
    (void)state;
    assert_int_equal(date_to_day((struct date){1970, 1, 1}), 0);
    assert_int_equal(date_weekday(0), THURSDAY);
    assert_int_equal(date_weekday(date_to_day((struct date){2026, 3, 4})), WEDNESDAY);
    assert_int_equal(date_weekday(date_to_day((struct date){1969, 12, 31})), WEDNESDAY);
    assert_int_equal(date_weekday(date_to_day((struct date){2000, 2, 29})), TUESDAY);
}

static void dates_outside_the_calendar_are_refused(void **state)
{
    (void)state;
    int day = -7;
    assert_false(date_parse(STR("2026-02-29"), &day));
    assert_false(date_parse(STR("2026-13-01"), &day));
    assert_false(date_parse(STR("2026-1-01"), &day));
    assert_false(date_parse(STR("2026-01-01 "), &day));
    assert_int_equal(day, -7);
    assert_true(date_parse(STR("2028-02-29"), &day));
    int minute = -1;
    assert_false(date_parse_minute(STR("24:01"), &minute));
    assert_false(date_parse_minute(STR("8:5"), &minute));
    assert_true(date_parse_minute(STR("08:40"), &minute));
    assert_int_equal(minute, 520);
}

static void the_civil_day_turns_at_midnight_in_china(void **state)
{
    (void)state;
    int day = date_to_day((struct date){2026, 3, 4});
    int64_t midnight = date_ms(day, 0);
    assert_int_equal(date_day_from_ms(midnight), day);
    assert_int_equal(date_day_from_ms(midnight - 1), day - 1);
    assert_int_equal(date_minute_from_ms(midnight - 1), 1439);
    assert_int_equal(date_minute_from_ms(midnight + 520 * DATE_MINUTE_MS), 520);
}

static void damaged_utf8_is_told_from_good(void **state)
{
    (void)state;
    static const struct {
        struct str text;
        size_t count;
    } rows[] = {
        {{"", 0}, 0},
        {{"汾阳", 6}, 2},
        {{"\xF0\xAC\xB1\x96", 4}, 1},        // U+2CC56, level 3 of the standard list
        {{"\xC0\x80", 2}, SIZE_MAX},         // overlong
        {{"\xE0\x9F\xBF", 3}, SIZE_MAX},     // overlong
        {{"\xED\xA0\x80", 3}, SIZE_MAX},     // surrogate
        {{"\xF4\x90\x80\x80", 4}, SIZE_MAX}, // past U+10FFFF
        {{"\xE6\xB1", 2}, SIZE_MAX},         // cut short
        {{"\x80", 1}, SIZE_MAX},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(str_utf8_count(rows[i].text), rows[i].count);
    }
}

static void numbers_are_decimal_whole_and_within_bounds(void **state)
{
    (void)state;
    int64_t n = 5;
    assert_true(str_to_int(STR("-12"), -12, 0, &n));
    assert_int_equal(n, -12);
    assert_false(str_to_int(STR("13"), 0, 12, &n));
    assert_false(str_to_int(STR(""), 0, 12, &n));
    assert_false(str_to_int(STR("-"), -5, 12, &n));
    assert_false(str_to_int(STR("1x"), 0, 12, &n));
    assert_false(str_to_int(STR("9999999999999999999"), 0, INT64_MAX, &n));
    assert_int_equal(n, -12);
}

static void cutting_gives_every_piece_once(void **state)
{
    (void)state;
    struct str rest = STR("a,,b,");
    const char *want[] = {"a", "", "b", ""};
    size_t count = 0;
    while (rest.ptr) {
        struct str piece = str_cut(&rest, ',');
        assert_true(count < 4);
        assert_str(piece, want[count++]);
    }
    assert_int_equal(count, 4);
}

static void a_buffer_stops_at_its_ceiling_and_says_so(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 8);
    buf_add(&b, STR("12345678"));
    assert_int_equal(buf_err(&b), ERR_OK);
    buf_add(&b, STR("9"));
    assert_int_equal(buf_err(&b), ERR_TOO_BIG);
    assert_int_equal(b.len, 8);
    buf_deinit(&b);
}

// Whatever malloc was told to do with its memory.
static void a_large_arena_costs_what_is_used(void **state)
{
    (void)state;
    enum { BYTES = 8 << 20, PAGE = 4096 };
    static unsigned char is_there[BYTES / PAGE];
    struct arena a;
    int pages = 0;
    arena_init(&a, BYTES);
    arena_push(&a, 3 * PAGE, 1);
    assert_int_equal(mincore(a.bytes, BYTES, is_there), 0);
    for (int i = 0; i < BYTES / PAGE; i++) {
        pages += is_there[i] & 1;
    }
    assert_in_range(pages, 3, 4);
    arena_deinit(&a);
}

static void an_arena_hands_out_zeroed_memory_and_wipes(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 64);
    char *first = arena_push(&a, 8, 1);
    first[0] = 'x';
    arena_wipe(&a, 0);
    assert_int_equal(first[0], 0);
    memcpy(arena_push(&a, 8, 1), "1234567", 8);
    arena_rewind(&a, 0);
    arena_wipe(&a, 0);
    assert_int_equal(a.bytes[0], 0); // nor does what was rewound stay
    int64_t *number = arena_new(&a, int64_t);
    assert_int_equal((uintptr_t)number % alignof(int64_t), 0);
    arena_deinit(&a);
}

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "we");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static const struct conf_key keys[] = {
    {"server", "port", CONF_INT, "8080", 1, 65535},
    {"server", "name", CONF_TEXT, NULL, 0, 0},
    {"demo", "demo", CONF_BOOL, "no", 0, 0},
};

static void a_configuration_is_read_with_defaults_and_mistakes_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum err want;
    } rows[] = {
        {"[server]\nname = x\n", ERR_OK},
        {"[server]\nname = x\nport = 65535\n[demo]\ndemo = yes\n", ERR_OK},
        {"[server]\nname = x\nport = 65536\n", ERR_BAD_INPUT},
        {"[server]\nname = x\nprot = 1\n", ERR_BAD_INPUT},
        {"[server]\nname = x\nname = y\n", ERR_BAD_INPUT},
        {"[server]\nport = 1\n", ERR_BAD_INPUT},
        {"[server]\nname = x\n[demo]\ndemo = maybe\n", ERR_BAD_INPUT},
    };
    char path[] = "/tmp/test_base_conf_XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        write_file(path, rows[i].text);
        struct conf c;
        assert_int_equal(conf_load(&c, path, keys, 3), rows[i].want);
        if (rows[i].want != ERR_OK) continue;
        assert_string_equal(conf_text(&c, 1), "x");
        assert_int_equal(conf_int(&c, 0), i == 0 ? 8080 : 65535);
        assert_int_equal(conf_bool(&c, 2), i == 1);
        conf_deinit(&c);
    }
    unlink(path);
}

static void ids_are_32_lower_case_hex_digits(void **state)
{
    (void)state;
    struct env_system s;
    env_system_init(&s, 0);
    struct id a = id_new(&s.env);
    struct id b = id_new(&s.env);
    assert_false(id_eq(a, b));
    struct id c;
    assert_true(id_parse(id_str(&a), &c));
    assert_true(id_eq(a, c));
    assert_false(id_parse(STR("0123456789ABCDEF0123456789abcdef"), &c));
    assert_false(id_parse(STR("0123"), &c));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_and_dates_are_inverse_over_the_whole_range),
        cmocka_unit_test(known_days_have_their_weekday),
        cmocka_unit_test(dates_outside_the_calendar_are_refused),
        cmocka_unit_test(the_civil_day_turns_at_midnight_in_china),
        cmocka_unit_test(damaged_utf8_is_told_from_good),
        cmocka_unit_test(numbers_are_decimal_whole_and_within_bounds),
        cmocka_unit_test(cutting_gives_every_piece_once),
        cmocka_unit_test(a_buffer_stops_at_its_ceiling_and_says_so),
        cmocka_unit_test(a_large_arena_costs_what_is_used),
        cmocka_unit_test(an_arena_hands_out_zeroed_memory_and_wipes),
        cmocka_unit_test(a_configuration_is_read_with_defaults_and_mistakes_are_refused),
        cmocka_unit_test(ids_are_32_lower_case_hex_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
