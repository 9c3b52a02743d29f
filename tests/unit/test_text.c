#include "harness/metrics.h"
#include "harness/test.h"

#include "ui/text.h"

#include <stdlib.h>
#include <string.h>

#define SIZE_PX 20
#define HAN     SIZE_PX
#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

static const struct text_font font = {.size_px = SIZE_PX, .weight = DRAW_MEDIUM};

struct fixture {
    struct made_up_metrics metrics;
    struct arena arena;
    struct text text;
};

static int setup(void **state)
{
    struct fixture *f = test_calloc(1, sizeof(*f));
    made_up_init(&f->metrics);
    arena_init(&f->arena, 4 * 1024 * 1024);
    text_init(&f->text, &f->metrics.metrics, &f->arena);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    arena_deinit(&f->arena);
    test_free(f);
    return 0;
}

// The lines of `z`, joined by '|'.
static struct str wrapped(struct fixture *f, const char *z, int width_px)
{
    struct str rest = str_from_z(z);
    struct text_line lines[64];
    int count = text_wrap(&f->text, &rest, font, width_px, lines, 64);
    assert_null(rest.ptr);
    struct str out = STR("");
    for (int i = 0; i < count; i++) {
        out =
            str_printf(&f->arena, "%.*s%s%.*s", STR_ARG(out), i ? "|" : "", STR_ARG(lines[i].text));
        assert_true(lines[i].width_px <= width_px);
    }
    return out;
}

static void lines_break_where_a_typesetter_breaks_them(void **state)
{
    struct fixture *f = *state;
    static const struct {
        int han; // Han characters that fit on a line
        const char *text, *lines;
    } rows[] = {
        {5, "用人单位应当", "用人单位|应当"},
        {5, "今天有人坐班", "今天有人|坐班"},
        {4, "用人单位，应当", "用人单|位，应当"},
        {4, "可以问一问。好", "可以问一|问。好"},
        {5, "他说是这样（注）的", "他说是这样|（注）的"},
        {6, "他说是这样（注）的", "他说是这样|（注）的"},
        {5, "按照《劳动法》办", "按照《劳动|法》办"},
        {3, "按照《劳动法》办", "按照|《劳动|法》办"},
        {4, "还有一二三12天办", "还有一二|三12天办"},
        {3, "一二12天三四", "一二|12天|三四"},
        {4, "一二三四12 人在", "一二三四|12 人在"},
        {5, "时间9:00—17:30到", "时间|9:00—17:30到"},
        {5, "一二三四……五六", "一二三|四……五六"},
        {4, "一二三——四五", "一二|三——|四五"},
        {4, "买买提·艾力在", "买买|提·艾|力在"},
        {20, "第一行\n第二行", "第一行|第二行"},
        {20, "第一行\n\n第三行\n", "第一行||第三行"},
        {3, "AVeryLongWordIndeed", "AVeryL|ongWor|dIndee|d"},
        {3, "", ""},
    };
    int wrong_count = 0;
    for (size_t i = 0; i < ROWS(rows); i++) {
        int width = rows[i].han * HAN;
        if (strstr(rows[i].text, "17:30")) width = 11 * HAN / 2 + HAN;
        struct str lines = wrapped(f, rows[i].text, width);
        if (!str_eq_z(lines, rows[i].lines)) {
            print_error("%s: %.*s, not %s\n", rows[i].text, STR_ARG(lines), rows[i].lines);
            wrong_count++;
        }
    }
    assert_int_equal(wrong_count, 0);
}

static void no_line_of_a_long_text_begins_or_ends_wrongly(void **state)
{
    struct fixture *f = *state;
    static const char *const pieces[] = {"用人", "，", "。", "“",  "”",  "（", "）", "单位",
                                         "12",   "元", "《", "》", "、", "……", "——", "；",
                                         "劳动", " ",  "A",  "·",  "％", "者"};
    char text[4096] = "";
    uint32_t seed = 7;
    for (int round = 0; round < 200; round++) {
        size_t used = 0;
        for (int i = 0; i < 80; i++) {
            seed = seed * 1664525 + 1013904223;
            const char *piece = pieces[(seed >> 16) % ROWS(pieces)];
            memcpy(text + used, piece, strlen(piece) + 1);
            used += strlen(piece);
        }
        struct str rest = str_from_z(text);
        struct text_line lines[256];
        int count = text_wrap(&f->text, &rest, font, 30 * HAN, lines, 256);
        size_t bytes = 0;
        for (int i = 1; i < count; i++) {
            struct str before = lines[i - 1].text, line = lines[i].text;
            uint32_t a = 0, b = str_utf8_next(&line), before_a = 0;
            while (before.len) {
                before_a = a;
                a = str_utf8_next(&before);
            }
            bool forced = lines[i - 1].width_px > 29 * HAN;
            if (!text_may_break(before_a, a, b) && a != ' ' && !forced) {
                fail_msg("round %d: U+%04X | U+%04X", round, a, b);
            }
            bytes += lines[i].text.len;
        }
        assert_true(bytes <= used);
    }
}

static void a_last_line_holds_two_han(void **state)
{
    struct fixture *f = *state;
    assert_str(wrapped(f, "一二三四五六", 5 * HAN), "一二三四|五六");
    assert_str(wrapped(f, "一二三四五六。", 5 * HAN), "一二三四|五六。");
    assert_str(wrapped(f, "一二三四五六七", 5 * HAN), "一二三四五|六七");
}

static void what_does_not_fit_is_cut_at_a_character(void **state)
{
    struct fixture *f = *state;
    struct str line = STR("汾阳市公共法律服务");
    for (int width = 2 * HAN; width < 12 * HAN; width += 3) {
        struct str fit = text_fit(&f->text, &f->arena, line, font, width);
        assert_true(str_utf8_valid(fit));
        assert_true(text_width_px(&f->text, fit, font) <= width);
        assert_int_equal(str_ends(fit, STR("…")), width < 9 * HAN);
    }
}

static void a_full_table_of_lines_leaves_the_rest_for_later(void **state)
{
    struct fixture *f = *state;
    struct str rest = STR("一二三四五六七八九十");
    struct text_line lines[2];
    assert_int_equal(text_wrap(&f->text, &rest, font, 3 * HAN, lines, 2), 2);
    assert_str(rest, "七八九十");
    assert_int_equal(text_wrap(&f->text, &rest, font, 3 * HAN, lines, 2), 2);
    assert_null(rest.ptr);
    assert_str(lines[1].text, "九十");
}

static void a_statute_of_100000_characters_asks_for_each_letter_once(void **state)
{
    struct fixture *f = *state;
    enum { CHARS = 100000 };
    char *statute = test_malloc(CHARS * 3);
    for (int i = 0; i < CHARS; i++) {
        const char *piece = i % 97 == 96 ? "\n  " : i % 23 == 22 ? "，" : "法";
        memcpy(statute + 3 * (size_t)i, piece, 3);
    }
    struct str rest = {statute, (size_t)CHARS * 3};
    static struct text_line lines[12000];
    int count = text_wrap(&f->text, &rest, font, 22 * HAN, lines, 12000);
    assert_true(count > CHARS / 22 && count < 12000);
    assert_null(rest.ptr);
    assert_true(f->metrics.asked_count < 10);
    assert_int_equal(arena_mark(&f->arena), 0);
    test_free(statute);
}

static void damaged_bytes_do_not_stop_a_line(void **state)
{
    struct fixture *f = *state;
    struct str rest = {"\xE6\xB1\xE6\xB1\xBE\x80\xFF\xC3", 8};
    struct text_line lines[16];
    int count = text_wrap(&f->text, &rest, font, 2 * HAN, lines, 16);
    assert_true(count >= 2 && count < 16);
    assert_null(rest.ptr);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lines_break_where_a_typesetter_breaks_them, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(no_line_of_a_long_text_begins_or_ends_wrongly, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_last_line_holds_two_han, setup, teardown),
        cmocka_unit_test_setup_teardown(what_does_not_fit_is_cut_at_a_character, setup, teardown),
        cmocka_unit_test_setup_teardown(a_full_table_of_lines_leaves_the_rest_for_later, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_statute_of_100000_characters_asks_for_each_letter_once,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(damaged_bytes_do_not_stop_a_line, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
