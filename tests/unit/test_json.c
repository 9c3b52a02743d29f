#include "harness/test.h"

#include "wire/json.h"

#include <stdlib.h>
#include <string.h>

#define LITERAL(z)       \
    {                    \
        z, sizeof(z) - 1 \
    }

static void documents_are_read_or_refused_as_the_table_says(void **state)
{
    (void)state;
    static const struct {
        struct str text;
        bool good;
    } rows[] = {
        {LITERAL("{}"), true},
        {LITERAL("[]"), true},
        {LITERAL(" {\"a\" : 1 } \r\n"), true},
        {LITERAL("{\"a\":\"\\u6c7e\\u9633\"}"), true},
        {LITERAL("{\"a\":\"\\ud840\\udc00\"}"), true},
        {LITERAL("[9007199254740991,-9007199254740991]"), true},
        {LITERAL("[-0]"), true},
        {LITERAL("[[[[[[[[1]]]]]]]]"), true},
        {LITERAL("{\"a\":[{\"b\":[{\"c\":[{\"d\":[]}]}]}]}"), true},
        {LITERAL(""), false},
        {LITERAL("1"), false},
        {LITERAL("\"text\""), false},
        {LITERAL("{\"a\":1,\"a\":1}"), false},
        {LITERAL("{\"a\":1,\"\\u0061\":2}"), false},
        {LITERAL("{\"x\":{\"a\":1,\"a\":2}}"), false},
        {LITERAL("\xEF\xBB\xBF{}"), false},
        {LITERAL("{\"a\":\"\xC0\xAF\"}"), false},
        {LITERAL("{\"a\":\"\xED\xA0\x80\"}"), false},
        {LITERAL("{\"a\":\"\xF4\x90\x80\x80\"}"), false},
        {LITERAL("{\"a\":\"\\ud840\"}"), false},
        {LITERAL("{\"a\":\"x\\u0000y\"}"), false},
        {LITERAL("{\"a\\u0000b\":1}"), false},
        {LITERAL("{\"a\":\"x\0y\"}"), false},
        {LITERAL("{}\0"), false},
        {LITERAL("{} {}"), false},
        {LITERAL("{}x"), false},
        {LITERAL("{\"a\":1,}"), false},
        {LITERAL("{'a':1}"), false},
        {LITERAL("{a:1}"), false},
        {LITERAL("[01]"), false},
        {LITERAL("[+1]"), false},
        {LITERAL("[NaN]"), false},
        {LITERAL("[1.0]"), false},
        {LITERAL("[1e3]"), false},
        {LITERAL("[1E400]"), false},
        {LITERAL("[9007199254740992]"), false},
        {LITERAL("[-9007199254740992]"), false},
        {LITERAL("[99999999999999999999]"), false},
        {LITERAL("[[[[[[[[[1]]]]]]]]]"), false},
        {LITERAL("{\"a\":[{\"b\":[{\"c\":[{\"d\":[[]]}]}]}]}"), false},
        {LITERAL("{\"a\":\"line\nbreak\"}"), false},
        {LITERAL("{/*no*/}"), false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct json_value *doc = NULL;
        struct json_fault fault = {0};
        enum err e = json_parse(rows[i].text, &doc, &fault);
        if (e != (rows[i].good ? ERR_OK : ERR_BAD_INPUT))
            fail_msg("row %zu: %s", i, rows[i].text.ptr);
        assert_true((fault.why == NULL) == rows[i].good);
        json_free(doc);
    }
}

static void a_mistake_is_told_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int line;
        int column;
    } rows[] = {{"", 1, 1}, {"{\n \"a\": 1,\n \"汾\" 2}", 3, 6}, {"[1.5]", 0, 0}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct json_value *doc = NULL;
        struct json_fault fault = {0};
        assert_int_equal(json_parse(str_from_z(rows[i].text), &doc, &fault), ERR_BAD_INPUT);
        if (fault.line != rows[i].line || fault.column != rows[i].column)
            fail_msg("row %zu: %d:%d", i, fault.line, fault.column);
    }
}

static void a_thousand_brackets_do_not_harm(void **state)
{
    (void)state;
    static char deep[100000];
    memset(deep, '[', sizeof(deep));
    struct json_value *doc = NULL;
    assert_int_equal(json_parse((struct str){deep, sizeof(deep)}, &doc, NULL), ERR_BAD_INPUT);
    static char longer[JSON_TEXT_BYTES_MAX + 1];
    memset(longer, ' ', sizeof(longer));
    assert_int_equal(json_parse((struct str){longer, sizeof(longer)}, &doc, NULL), ERR_TOO_BIG);
}

static struct json_value *parse(const char *text)
{
    struct json_value *doc = NULL;
    assert_int_equal(json_parse(str_from_z(text), &doc, NULL), ERR_OK);
    return doc;
}

static void every_getter_gives_what_was_sent(void **state)
{
    (void)state;
    struct json_value *doc = parse(
        "{\"name\":\"汾阳\",\"n\":-3,\"yes\":true,\"id\":\"00112233445566778899aabbccddeeff\","
        "\"pk\":\"00ff\",\"kind\":\"move\",\"none\":null,\"in\":{\"x\":7},\"list\":[\"a\",\"bc\"],"
        "\"nums\":[4,5],\"rows\":[{\"k\":1},{\"k\":2}],\"unknown\":[]}");
    static const char *const kinds[] = {"book", "cancel", "move"};
    struct json_mistake mistake = {0};
    struct json_reader r, in;
    json_read(&r, doc, &mistake);
    assert_str(json_get_text(&r, "name", 1, 6), "汾阳");
    assert_int_equal(json_get_int(&r, "n", -3, -3), -3);
    assert_true(json_get_bool(&r, "yes"));
    struct id id = json_get_id(&r, "id");
    assert_str(id_str(&id), "00112233445566778899aabbccddeeff");
    unsigned char pk[2];
    json_get_bytes(&r, "pk", pk, 2);
    assert_true(pk[0] == 0 && pk[1] == 255);
    assert_int_equal(json_get_choice(&r, "kind", kinds, 3), 2);
    assert_true(json_has(&r, "name"));
    assert_false(json_has(&r, "none"));
    assert_false(json_has(&r, "absent"));
    json_get_object(&r, "in", &in);
    assert_int_equal(json_get_int(&in, "x", 0, 9), 7);
    struct json_array list;
    json_get_array(&r, "list", 1, 2, &list);
    assert_int_equal(list.count, 2);
    assert_str(json_item_text(&list, 1, 1, 2), "bc");
    json_get_array(&r, "nums", 1, 2, &list);
    assert_int_equal(json_item_int(&list, 1, 0, 5), 5);
    json_get_array(&r, "rows", 0, 9, &list);
    int64_t sum = 0;
    for (size_t i = 0; i < list.count; i++) {
        struct json_reader row;
        json_item_object(&list, i, &row);
        sum += json_get_int(&row, "k", 1, 2);
    }
    assert_int_equal(sum, 3);
    assert_int_equal(json_mistake_err(&mistake), ERR_OK);
    json_free(doc);
}

enum getter {
    TEXT_1_3,
    INT_1_3,
    BOOL,
    ID,
    BYTES_2,
    CHOICE,
    OBJECT,
    ARRAY_1_2,
    ITEM_OBJECT,
    ITEM_TEXT,
    VALUE
};

static void get(struct json_reader *r, enum getter getter)
{
    static const char *const choices[] = {"a", "b"};
    unsigned char bytes[2];
    struct json_reader in;
    struct json_array list;
    switch (getter) {
    case TEXT_1_3: assert_int_equal(json_get_text(r, "m", 1, 3).len, 0); break;
    case INT_1_3: assert_int_equal(json_get_int(r, "m", 1, 3), 0); break;
    case BOOL: assert_false(json_get_bool(r, "m")); break;
    case ID: assert_true(id_is_none(json_get_id(r, "m"))); break;
    case BYTES_2:
        json_get_bytes(r, "m", bytes, 2);
        assert_int_equal(bytes[0] | bytes[1], 0);
        break;
    case CHOICE: assert_int_equal(json_get_choice(r, "m", choices, 2), 0); break;
    case OBJECT:
        json_get_object(r, "m", &in);
        assert_int_equal(json_get_int(&in, "x", 0, 9), 0);
        break;
    case ARRAY_1_2:
        json_get_array(r, "m", 1, 2, &list);
        assert_int_equal(list.count, 0);
        break;
    case ITEM_OBJECT:
        json_get_array(r, "m", 1, 2, &list);
        json_item_object(&list, 0, &in);
        break;
    case ITEM_TEXT:
        json_get_array(r, "m", 1, 2, &list);
        json_item_text(&list, 0, 1, 3);
        break;
    case VALUE: assert_null(json_get_value(r, "m")); break;
    }
}

static void a_wrong_member_is_named_with_its_reason(void **state)
{
    (void)state;
    static const struct {
        const char *document;
        enum getter getter;
        const char *reason;
    } rows[] = {
        {"{}", TEXT_1_3, "missing"},
        {"{\"m\":null}", TEXT_1_3, "missing"},
        {"{\"m\":1}", TEXT_1_3, "not a text"},
        {"{\"m\":\"\"}", TEXT_1_3, "too short"},
        {"{\"m\":\"abcd\"}", TEXT_1_3, "too long"},
        {"{}", INT_1_3, "missing"},
        {"{\"m\":\"1\"}", INT_1_3, "not a number"},
        {"{\"m\":0}", INT_1_3, "out of range"},
        {"{\"m\":4}", INT_1_3, "out of range"},
        {"{\"m\":1}", BOOL, "not true or false"},
        {"{}", BOOL, "missing"},
        {"{\"m\":\"00112233445566778899AABBCCDDEEFF\"}", ID, "not an id"},
        {"{\"m\":\"0011\"}", ID, "too short"},
        {"{\"m\":\"00fg\"}", BYTES_2, "not hex"},
        {"{\"m\":\"00fff\"}", BYTES_2, "too long"},
        {"{\"m\":\"c\"}", CHOICE, "not one of the known words"},
        {"{\"m\":[]}", OBJECT, "not an object"},
        {"{}", OBJECT, "missing"},
        {"{\"m\":{}}", ARRAY_1_2, "not a list"},
        {"{\"m\":[]}", ARRAY_1_2, "too few"},
        {"{\"m\":[1,2,3]}", ARRAY_1_2, "too many"},
        {"{\"m\":[1]}", ITEM_OBJECT, "holds what is not an object"},
        {"{\"m\":[1]}", ITEM_TEXT, "not a text"},
        {"{}", VALUE, "missing"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct json_value *doc = parse(rows[i].document);
        struct json_mistake mistake = {0};
        struct json_reader r;
        json_read(&r, doc, &mistake);
        get(&r, rows[i].getter);
        json_get_int(&r, "later", 0, 1); // the first mistake is the one that is told
        assert_int_equal(json_mistake_err(&mistake), ERR_BAD_INPUT);
        assert_string_equal(mistake.member, "m");
        assert_string_equal(mistake.reason, rows[i].reason);
        json_free(doc);
    }
}

static void a_list_where_an_object_is_due_is_a_mistake(void **state)
{
    (void)state;
    struct json_value *doc = parse("[1]");
    struct json_mistake mistake = {0};
    struct json_reader r;
    json_read(&r, doc, &mistake);
    assert_int_equal(json_get_int(&r, "x", 0, 9), 0);
    assert_string_equal(mistake.reason, "not an object");
    mistake = (struct json_mistake){0};
    struct json_array list;
    json_read_array(&list, doc, 1, &mistake);
    assert_int_equal(json_item_int(&list, 0, 1, 1), 1);
    assert_int_equal(json_mistake_err(&mistake), ERR_OK);
    json_free(doc);
}

static void the_same_calls_write_the_same_bytes(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 4096);
    struct json_writer w;
    struct id none = {0};
    json_write_begin(&w, &out);
    json_write_object(&w, NULL);
    json_write_text(&w, "b", STR("汾\"\\/\b\f\n\r\t\x01\x1f\x7f"));
    json_write_int(&w, "a", -JSON_INT_MAX);
    json_write_array(&w, "list");
    json_write_bool(&w, NULL, true);
    json_write_bool(&w, NULL, false);
    json_write_object(&w, NULL);
    json_write_object_end(&w);
    json_write_array_end(&w);
    json_write_id(&w, "id", &none);
    json_write_bytes(&w, "pk", (const unsigned char *)"\x00\xff", 2);
    json_write_object_end(&w);
    assert_int_equal(json_write_end(&w), ERR_OK);
    assert_str(buf_str(&out),
               "{\"b\":\"汾\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\",\"a\":-9007199254740991,"
               "\"list\":[true,false,{}],\"id\":null,\"pk\":\"00ff\"}");
    buf_deinit(&out);
}

static void what_was_read_is_written_again_in_its_order(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{\"z\":1,\"a\":[1,[],{\"k\":\"\\u0001\"},null,true],\"m\":{\"x\":{},\"b\":false}}",
        "[[[[[[[[]]]]]]]]",
        "[]",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct json_value *doc = parse(texts[i]);
        struct buf out;
        buf_init(&out, 4096);
        struct json_writer w;
        json_write_begin(&w, &out);
        json_write_value(&w, NULL, doc);
        assert_int_equal(json_write_end(&w), ERR_OK);
        assert_str(buf_str(&out), texts[i]);
        buf_deinit(&out);
        json_free(doc);
    }
}

static enum err written(size_t room, struct str text, int64_t n, struct json_value *value)
{
    struct buf out;
    buf_init(&out, room);
    struct json_writer w;
    json_write_begin(&w, &out);
    json_write_array(&w, NULL);
    json_write_text(&w, NULL, text);
    json_write_int(&w, NULL, n);
    if (value) json_write_value(&w, NULL, value);
    json_write_array_end(&w);
    enum err e = json_write_end(&w);
    buf_deinit(&out);
    return e;
}

static void what_no_reader_would_take_is_not_written(void **state)
{
    (void)state;
    struct json_value *deep = parse("[[[[[[[1]]]]]]]");
    struct json_value *deeper = parse("[[[[[[[[1]]]]]]]]");
    assert_int_equal(written(100, STR("ok"), 1, deep), ERR_OK);
    assert_int_equal(written(100, STR("ok"), 1, deeper), ERR_TOO_BIG);
    assert_int_equal(written(100, STR("\xC0\xAF"), 1, NULL), ERR_BAD_INPUT);
    assert_int_equal(written(100, STR("a\0b"), 1, NULL), ERR_BAD_INPUT);
    assert_int_equal(written(100, STR("ok"), JSON_INT_MAX + 1, NULL), ERR_BAD_INPUT);
    assert_int_equal(written(6, STR("ok"), 1, NULL), ERR_TOO_BIG);
    json_free(deep);
    json_free(deeper);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documents_are_read_or_refused_as_the_table_says),
        cmocka_unit_test(a_mistake_is_told_with_its_place),
        cmocka_unit_test(a_thousand_brackets_do_not_harm),
        cmocka_unit_test(every_getter_gives_what_was_sent),
        cmocka_unit_test(a_wrong_member_is_named_with_its_reason),
        cmocka_unit_test(a_list_where_an_object_is_due_is_a_mistake),
        cmocka_unit_test(the_same_calls_write_the_same_bytes),
        cmocka_unit_test(what_was_read_is_written_again_in_its_order),
        cmocka_unit_test(what_no_reader_would_take_is_not_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
