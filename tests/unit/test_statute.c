#include "harness/test.h"

#include "base/buf.h"
#include "base/date.h"
#include "release/article.h"
#include "release/doc.h"
#include "release/import.h"
#include "release/statute.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int setup(void **state)
{
    struct arena *a = calloc(1, sizeof(*a));
    arena_init(a, (size_t)64 << 20);
    *state = a;
    return 0;
}

static int teardown(void **state)
{
    arena_deinit(*state);
    free(*state);
    return 0;
}

static int day_of(int year, int month, int day)
{
    return date_to_day((struct date){year, month, day});
}

#define LAW_PATH "行政法/法律援助法(2021-08-20).md"
static const char law[] = "# 中华人民共和国法律援助法\n\n"
                          "2021年8月20日 全国人大常委会第三十次会议通过\n\n"
                          "<!-- INFO END -->\n\n"
                          "## 第一章 总 则\n\n"
                          "第一条 为了规范和促进法律援助工作，制定本法。\n\n"
                          "第二条\t本法所称法律援助，包括：\n\n（一）法律咨询；\n\n"
                          "<!-- FORCE BREAK -->\n\n"
                          "##\n\n"
                          "### 第一节　机构\r\n\r\n"
                          "第二条之一　插入的一条。\r\n"
                          "  第三条不是一条，因为前面有空格。\n\n"
                          "第四条至第六条的规定，照样算一条。\n\n"
                          "第71条 本法自2022年1月1日起施行。\n";

static void a_statute_is_read_into_headings_articles_and_paragraphs(void **state)
{
    struct content_doc doc;
    struct content_mistake mistake;
    assert_true(statute_parse(*state, STR(LAW_PATH), str_from_z(law), &doc, &mistake));
    assert_int_equal(doc.kind, CONTENT_STATUTE);
    assert_str(doc.title, "中华人民共和国法律援助法");
    assert_int_equal(doc.part.len, 0);
    assert_str(doc.category, "行政法");
    assert_int_equal(doc.day, day_of(2021, 8, 20));
    assert_int_equal(doc.force_day, day_of(2022, 1, 1));
    assert_int_equal(doc.event_count, 1);
    assert_str(doc.events[0].text, "全国人大常委会第三十次会议通过");
    assert_int_equal(doc.article_count, 5);
    assert_int_equal(doc.para_count, 9);
    static const struct {
        enum content_para_kind kind;
        const char *label;
        const char *text;
    } wanted[] = {
        {PARA_HEADING, "", "第一章 总 则"},
        {PARA_ARTICLE, "第一条", "为了规范和促进法律援助工作，制定本法。"},
        {PARA_ARTICLE, "第二条", "本法所称法律援助，包括："},
        {PARA_TEXT, "", "（一）法律咨询；"},
        {PARA_HEADING, "", "第一节　机构"},
        {PARA_ARTICLE, "第二条之一", "插入的一条。"},
        {PARA_TEXT, "", "第三条不是一条，因为前面有空格。"},
        {PARA_ARTICLE, "第四条", "至第六条的规定，照样算一条。"},
        {PARA_ARTICLE, "第71条", "本法自2022年1月1日起施行。"},
    };
    for (size_t i = 0; i < doc.para_count; i++) {
        assert_int_equal(doc.paras[i].kind, wanted[i].kind);
        assert_str(doc.paras[i].label, wanted[i].label);
        assert_str(doc.paras[i].text, wanted[i].text);
    }
    assert_int_equal(doc.chapter_count, 2);
    assert_int_equal(doc.chapters[1].level, 3);
    assert_int_equal(doc.chapters[1].para_index, 4);
}

struct mistake_row {
    const char *what;
    struct str bytes;
    enum content_fault fault;
    int line;
    int column;
};

#define TOP "# 题\n<!-- INFO END -->\n"

static const struct mistake_row mistakes[] = {
    {"empty", {"", 0}, FAULT_EMPTY, 0, 0},
    {"no marker", STR("# 题\n第一条 甲\n"), FAULT_NO_MARKER, 3, 1},
    {"no marker, a wrong day", STR("# 题\n2021年2月29日 通过\n第一条 甲\n"), FAULT_NO_MARKER, 2, 1},
    {"no title", STR("2021年1月1日 通过\n<!-- INFO END -->\n第一条 甲\n"), FAULT_NO_TITLE, 2, 1},
    {"empty title", STR("#\n<!-- INFO END -->\n第一条 甲\n"), FAULT_NO_TITLE, 2, 1},
    {"no text", STR(TOP "\n\n<!-- FORCE BREAK -->\n"), FAULT_NO_TEXT, 0, 0},
    {"latin byte", STR(TOP "第一条 甲\xe9乙\n"), FAULT_UTF8, 3, 6},
    {"cut character", STR(TOP "第一条 \xe7\x94\n"), FAULT_UTF8, 3, 5},
    {"surrogate", STR(TOP "\xed\xa0\x80\n"), FAULT_UTF8, 3, 1},
    {"overlong", STR(TOP "a\xc0\xaf\n"), FAULT_UTF8, 3, 2},
    {"NUL", STR(TOP "第一条\0甲\n"), FAULT_NUL, 3, 4},
    {"escape", STR(TOP "第一条 \x1b[1m\n"), FAULT_CONTROL, 3, 5},
    {"delete", STR(TOP "\x7f\n"), FAULT_CONTROL, 3, 1},
    {"C1", STR(TOP "甲\xc2\x85\n"), FAULT_CONTROL, 3, 2},
    {"no such day", STR("# 题\n2021年2月29日 通过\n<!-- INFO END -->\n甲\n"), FAULT_BAD_DATE, 2, 1},
};

static void a_damaged_file_is_refused_with_its_place_and_reason(void **state)
{
    for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
        struct content_doc doc;
        struct content_mistake m = {0};
        print_message("%s\n", mistakes[i].what);
        assert_false(statute_parse(*state, STR("a/b.md"), mistakes[i].bytes, &doc, &m));
        assert_int_equal(m.fault, mistakes[i].fault);
        assert_int_equal(m.line, mistakes[i].line);
        assert_int_equal(m.column, mistakes[i].column);
        assert_true(strlen(content_fault_text(m.fault)) > 5);
        assert_true(strlen(content_fault_chinese(m.fault)) > 5);
    }
    struct content_doc doc;
    struct content_mistake m;
    assert_false(statute_parse(*state, STR("a/b(2021-02-29).md"), STR(TOP "甲\n"), &doc, &m));
    assert_int_equal(m.fault, FAULT_NAME_DATE);
    // The same files, right by one character.
    assert_true(statute_parse(*state, STR("a/b.md"), STR(TOP "甲"), &doc, &m));
    assert_true(statute_parse(*state, STR("a/b.md"), STR("\xef\xbb\xbf" TOP "甲"), &doc, &m));
    assert_true(statute_parse(*state, STR("a/b.md"),
                              STR("# 题\n2020年2月29日 通过\n<!-- INFO END -->\n甲\n"), &doc, &m));
}

static struct str repeat(struct arena *a, const char *start, const char *piece, size_t times)
{
    struct buf b;
    buf_init(&b, (size_t)16 << 20);
    buf_add_z(&b, start);
    for (size_t i = 0; i < times; i++) {
        buf_add_z(&b, piece);
    }
    struct str s = str_copy(a, buf_str(&b));
    buf_deinit(&b);
    return s;
}

static void sizes_are_bounded_at_the_limit_and_not_before(void **state)
{
    struct arena *a = *state;
    static const struct {
        const char *start;
        const char *piece;
        size_t good_times;
        enum content_fault fault;
    } rows[] = {
        {TOP "b", "a", CONTENT_LINE_BYTES_MAX - 1, FAULT_LINE_LONG},
        {TOP, "甲\n", CONTENT_LINES_MAX - 3, FAULT_LINES},
    };
    for (size_t i = 0; i < 2; i++) {
        size_t mark = arena_mark(a);
        struct content_doc doc;
        struct content_mistake m = {0};
        struct str good = repeat(a, rows[i].start, rows[i].piece, rows[i].good_times);
        assert_true(statute_parse(a, STR("a/b.md"), good, &doc, &m));
        struct str bad = repeat(a, rows[i].start, rows[i].piece, rows[i].good_times + 1);
        assert_false(statute_parse(a, STR("a/b.md"), bad, &doc, &m));
        assert_int_equal(m.fault, rows[i].fault);
        arena_rewind(a, mark);
    }
    struct content_doc doc;
    struct content_mistake m = {0};
    struct str big = repeat(a, TOP, "0123456789\n", 400000);
    assert_false(statute_parse(a, STR("a/b.md"), big, &doc, &m));
    assert_int_equal(m.fault, FAULT_TOO_BIG);
    static const char marker[] = "<!-- INFO END -->\n甲\n";
    struct str head = repeat(a, "# 题\n2021年1月1日 甲\n", "note\n", CONTENT_EVENTS_MAX);
    head = str_printf(a, "%.*s%s", STR_ARG(head), marker);
    assert_false(statute_parse(a, STR("a/b.md"), head, &doc, &m));
    assert_int_equal(m.fault, FAULT_HEAD_LONG);
    struct str title = repeat(a, "# ", "t", CONTENT_TITLE_BYTES_MAX + 1);
    title = str_printf(a, "%.*s\n%s", STR_ARG(title), marker);
    assert_false(statute_parse(a, STR("a/b.md"), title, &doc, &m));
    assert_int_equal(m.fault, FAULT_TITLE_LONG);
}

struct day_row {
    const char *path;
    const char *head; // between title and marker
    const char *last; // last article
    const char *day;
    const char *force;
};

static const struct day_row days[] = {
    {"a/b(2023-09-01).md", "2023年9月1日 修订\n", "第九十条 本法自2024年1月1日起施行。",
     "2023-09-01", "2024-01-01"},
    {"a/b（2023-09-01）.md", "", "第九十条 完。", "2023-09-01", "2023-09-01"},
    {"a/b（1988年）.md", "1988年4月12日 通过\n", "第一条 甲", "1988-04-12", "1988-04-12"},
    {"a/b.md", "2020年5月28日 通过\n2021年1月1日 施行\n", "第一条 甲", "2020-05-28", "2021-01-01"},
    {"a/b.md", "1982年12月4日 公布施行\n2018年3月11日 修正\n", "第一条 甲", "2018-03-11",
     "2018-03-11"},
    {"a/b.md", "2020年5月28日 通过 自2021年1月1日起施行\n", "第一条 甲", "2021-01-01",
     "2021-01-01"},
    {"a/b(2012-12-28).md", "", "第九十八条 本法自2008年1月1日起施行。", "2012-12-28", "2012-12-28"},
    {"a/b.md", "", "第一条 甲", "", ""},
};

static void the_days_of_a_version_come_from_name_events_and_last_article(void **state)
{
    struct arena *a = *state;
    for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
        const struct day_row *row = &days[i];
        struct str bytes = str_printf(a, "# 题\n%s<!-- INFO END -->\n%s\n", row->head, row->last);
        struct content_doc doc;
        struct content_mistake m;
        assert_true(statute_parse(a, str_from_z(row->path), bytes, &doc, &m));
        int day = CONTENT_DAY_NONE;
        int force = CONTENT_DAY_NONE;
        assert_true(!row->day[0] || date_parse(str_from_z(row->day), &day));
        assert_true(!row->force[0] || date_parse(str_from_z(row->force), &force));
        assert_int_equal(doc.day, day);
        assert_int_equal(doc.force_day, force);
    }
}

static void a_code_in_parts_keeps_both_titles_and_broken_events_are_joined(void **state)
{
    struct content_doc doc;
    struct content_mistake m;
    assert_true(statute_parse(*state, STR("民法典/总则.md"),
                              STR("# 中华人民共和国民法典\n\n# 总则\n\n2019年8月26日 《关于修改\n\n"
                                  "〈某法〉的决定》修正\n\n<!-- INFO END -->\n\n第一条 甲\n"),
                              &doc, &m));
    assert_str(doc.title, "中华人民共和国民法典");
    assert_str(doc.part, "总则");
    assert_int_equal(doc.event_count, 1);
    assert_str(doc.events[0].text, "《关于修改〈某法〉的决定》修正");
}

static void what_has_neither_articles_nor_a_day_is_a_case(void **state)
{
    struct content_doc doc;
    struct content_mistake m;
    struct str text = STR(TOP "## 基本案情\n\n张某入职。\n");
    assert_true(statute_parse(*state, STR("其他/甲.md"), text, &doc, &m));
    assert_int_equal(doc.kind, CONTENT_CASE);
    struct str cites = STR(TOP "第二十七条规定了时效。\n");
    assert_true(statute_parse(*state, STR("案例/劳动人事/甲.md"), cites, &doc, &m));
    assert_int_equal(doc.kind, CONTENT_CASE);
    assert_str(doc.category, "案例/劳动人事");
    assert_true(statute_parse(*state, STR("社会法/甲.md"), cites, &doc, &m));
    assert_int_equal(doc.kind, CONTENT_STATUTE);
    struct str reply = STR("# 批复\n2021年1月1日 公布\n<!-- INFO END -->\n一、同意。\n");
    assert_true(statute_parse(*state, STR("司法解释/甲.md"), reply, &doc, &m));
    assert_int_equal(doc.kind, CONTENT_STATUTE);
}

static void expect_equal_docs(const struct content_doc *a, const struct content_doc *b)
{
    assert_int_equal(a->kind, b->kind);
    assert_true(str_eq(a->title, b->title));
    assert_true(str_eq(a->part, b->part));
    assert_true(str_eq(a->category, b->category));
    assert_int_equal(a->day, b->day);
    assert_int_equal(a->force_day, b->force_day);
    assert_int_equal(a->event_count, b->event_count);
    for (size_t i = 0; i < a->event_count; i++) {
        assert_int_equal(a->events[i].day, b->events[i].day);
        assert_true(str_eq(a->events[i].text, b->events[i].text));
    }
    assert_int_equal(a->para_count, b->para_count);
    assert_int_equal(a->article_count, b->article_count);
    assert_int_equal(a->chapter_count, b->chapter_count);
    for (size_t i = 0; i < a->para_count; i++) {
        assert_int_equal(a->paras[i].kind, b->paras[i].kind);
        assert_int_equal(a->paras[i].level, b->paras[i].level);
        assert_true(str_eq(a->paras[i].label, b->paras[i].label));
        assert_true(str_eq(a->paras[i].text, b->paras[i].text));
    }
    for (size_t i = 0; i < a->chapter_count; i++) {
        assert_int_equal(a->chapters[i].para_index, b->chapters[i].para_index);
    }
}

static void the_compiled_form_gives_the_same_document_back(void **state)
{
    struct arena *a = *state;
    struct content_doc doc;
    struct content_doc again;
    struct content_mistake m;
    assert_true(statute_parse(a, STR(LAW_PATH), str_from_z(law), &doc, &m));
    struct buf out;
    buf_init(&out, DOC_BYTES_MAX);
    doc_write(&doc, &out);
    assert_int_equal(buf_err(&out), ERR_OK);
    assert_int_equal(doc_open(a, buf_str(&out), &again), ERR_OK);
    expect_equal_docs(&doc, &again);
    for (size_t len = 0; len < out.len; len++) {
        assert_int_equal(doc_open(a, str_sub(buf_str(&out), 0, len), &again), ERR_CORRUPT);
    }
    buf_add_z(&out, "p\tmore\n");
    assert_int_equal(doc_open(a, buf_str(&out), &again), ERR_CORRUPT);
    buf_deinit(&out);
}

static void an_article_becomes_flat_paragraphs(void **state)
{
    struct content_doc doc;
    struct content_mistake m;
    struct str text =
        STR("# 欠薪怎么办\n\n> 栏目：劳动\n\n先**固定**证据，\n再申请。\n\n## 材料\n\n- 合同\n"
            "  - 工资条\n- [表格](https://example.org/a)\n\n| 项 | 限 |\n|---|---|\n"
            "| 仲裁 | 一年 |\n");
    assert_true(article_parse(*state, text, 100, &doc, &m));
    assert_str(doc.title, "欠薪怎么办");
    assert_str(doc.category, "劳动");
    static const struct {
        enum content_para_kind kind;
        const char *text;
    } wanted[] = {
        {PARA_TEXT, "先固定证据，再申请。"},
        {PARA_HEADING, "材料"},
        {PARA_ITEM, "合同"},
        {PARA_ITEM, "工资条"},
        {PARA_ITEM, "表格 (https://example.org/a)"},
        {PARA_ROW, "项  限"},
        {PARA_ROW, "仲裁  一年"},
    };
    assert_int_equal(doc.para_count, 7);
    for (size_t i = 0; i < 7; i++) {
        assert_int_equal(doc.paras[i].kind, wanted[i].kind);
        assert_str(doc.paras[i].text, wanted[i].text);
    }
}

static void an_article_may_not_carry_html_pictures_or_other_links(void **state)
{
    static const struct {
        const char *text;
        enum content_fault fault;
    } rows[] = {
        {"欠薪\n", FAULT_NO_TITLE},
        {"# 题\n", FAULT_NO_TEXT},
        {"# 题\n\n<script>alert(1)</script>\n", FAULT_HTML},
        {"# 题\n\n甲 <b>乙</b>\n", FAULT_HTML},
        {"# 题\n\n![图](https://example.org/a.png)\n", FAULT_PICTURE},
        {"# 题\n\n[甲](javascript:alert(1))\n", FAULT_LINK},
        {"# 题\n\n[甲](file:///etc/passwd)\n", FAULT_LINK},
        {"# 题\n\n甲\x01\n", FAULT_CONTROL},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct content_doc doc;
        struct content_mistake m = {0};
        assert_false(article_parse(*state, str_from_z(rows[i].text), 1, &doc, &m));
        assert_int_equal(m.fault, rows[i].fault);
    }
    struct str bomb = repeat(*state, "# 题\n\n[1]: https://example.org/", "aaaaaaaaaa", 3000);
    bomb = repeat(*state, str_to_z(*state, bomb), "\n\n[甲][1] [甲][1]", 1000);
    struct content_doc doc;
    struct content_mistake m = {0};
    assert_false(article_parse(*state, bomb, 1, &doc, &m));
    assert_int_equal(m.fault, FAULT_TOO_BIG);
}

static void damaged_bytes_never_harm_a_parser(void **state)
{
    struct arena *a = *state;
    struct content_doc doc;
    struct content_mistake m;
    assert_true(statute_parse(a, STR(LAW_PATH), str_from_z(law), &doc, &m));
    struct buf compiled;
    buf_init(&compiled, DOC_BYTES_MAX);
    doc_write(&doc, &compiled);
    static const char markdown[] =
        "# 题\n\n> 栏目：劳动\n\n甲**乙**\n\n- 丙\n  - [丁](https://example.org)\n\n| 戊 | 己 |\n|---|---|\n"
        "| 庚 | 辛 |\n\n```\n壬\n```\n";
    struct str sources[] = {str_from_z(law), buf_str(&compiled), str_from_z(markdown)};
    uint32_t seed = 1;
    size_t accepted = 0;
    size_t refused = 0;
    for (int round = 0; round < 6000; round++) {
        size_t mark = arena_mark(a);
        struct str source = sources[round % 3];
        char *bytes = str_to_z(a, source);
        for (int change = 0; change < 1 + round % 4; change++) {
            seed = seed * 1664525U + 1013904223U;
            bytes[(seed >> 8) % source.len] = "\n\t#|-[]<>\x80\xff\0a"[(seed >> 3) % 14];
        }
        struct str damaged = {bytes, source.len - (seed >> 16) % 3};
        bool good = round % 3 == 0   ? statute_parse(a, STR(LAW_PATH), damaged, &doc, &m)
                    : round % 3 == 1 ? doc_open(a, damaged, &doc) == ERR_OK
                                     : article_parse(a, damaged, 1, &doc, &m);
        accepted += good;
        refused += !good;
        arena_rewind(a, mark);
    }
    assert_true(accepted > 100 && refused > 100);
    buf_deinit(&compiled);
}

// Counts lines that begin an article with nothing of the parser: a second opinion.
static size_t count_articles(const char *text)
{
    static const char *const numerals[] = {"零", "〇", "○",  "一", "二", "三", "四", "五", "六",
                                           "七", "八", "九", "十", "百", "千", "0",  "1",  "2",
                                           "3",  "4",  "5",  "6",  "7",  "8",  "9"};
    size_t found = 0;
    const char *line = strstr(text, "<!-- INFO END -->");
    for (line = strchr(line, '\n'); line; line = strchr(line, '\n')) {
        line++;
        if (strncmp(line, "第", 3) != 0) continue;
        const char *at = line + 3;
        for (size_t i = 0; i < sizeof(numerals) / sizeof(numerals[0]); i++) {
            size_t len = strlen(numerals[i]);
            if (strncmp(at, numerals[i], len) != 0) continue;
            at += len;
            i = SIZE_MAX; // begins again with the next numeral
        }
        found += at > line + 3 && strncmp(at, "条", 3) == 0;
    }
    return found;
}

static void a_folder_of_laws_is_imported_whole(void **state)
{
    struct arena *a = *state;
    const char *dir = LY_SHARED_DATA;
    struct import_list list;
    enum err e = import_list_init(&list, dir);
    if (e == ERR_NOT_FOUND) {
        import_list_deinit(&list);
        print_message("no folder of laws at '%s': skipped\n", dir);
        skip();
    }
    assert_int_equal(e, ERR_OK);
    size_t imported = 0;
    size_t refused = 0;
    size_t articles = 0;
    for (size_t i = 0; i < list.count; i++) {
        size_t mark = arena_mark(a);
        char path[1024];
        snprintf(path, sizeof(path), "%s/%s", dir, list.paths[i].ptr);
        struct buf bytes;
        buf_init(&bytes, CONTENT_BYTES_MAX + 1);
        assert_int_equal(buf_read_file(&bytes, path), ERR_OK);
        struct content_doc doc;
        struct content_mistake m;
        if (statute_parse(a, list.paths[i], buf_str(&bytes), &doc, &m)) {
            imported++;
            articles += doc.article_count;
            assert_int_equal(doc.article_count, count_articles(str_to_z(a, buf_str(&bytes))));
            struct content_doc again;
            struct buf out;
            buf_init(&out, DOC_BYTES_MAX);
            doc_write(&doc, &out);
            assert_int_equal(doc_open(a, buf_str(&out), &again), ERR_OK);
            expect_equal_docs(&doc, &again);
            buf_deinit(&out);
        } else {
            refused++;
            print_message("%s:%d:%d: %s\n", list.paths[i].ptr, m.line, m.column,
                          content_fault_text(m.fault));
        }
        buf_deinit(&bytes);
        arena_rewind(a, mark);
    }
    print_message("%zu imported, %zu refused, %zu articles\n", imported, refused, articles);
    assert_int_equal(imported + refused, list.count);
    assert_true(imported > 0);
    import_list_deinit(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_statute_is_read_into_headings_articles_and_paragraphs),
        cmocka_unit_test(a_damaged_file_is_refused_with_its_place_and_reason),
        cmocka_unit_test(sizes_are_bounded_at_the_limit_and_not_before),
        cmocka_unit_test(the_days_of_a_version_come_from_name_events_and_last_article),
        cmocka_unit_test(a_code_in_parts_keeps_both_titles_and_broken_events_are_joined),
        cmocka_unit_test(what_has_neither_articles_nor_a_day_is_a_case),
        cmocka_unit_test(the_compiled_form_gives_the_same_document_back),
        cmocka_unit_test(an_article_becomes_flat_paragraphs),
        cmocka_unit_test(an_article_may_not_carry_html_pictures_or_other_links),
        cmocka_unit_test(damaged_bytes_never_harm_a_parser),
        cmocka_unit_test(a_folder_of_laws_is_imported_whole),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
