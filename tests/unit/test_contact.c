#include "harness/test.h"

#include "wire/wire_contact.h"

#include <string.h>

#define BOOKING "0123456789abcdef0123456789abcdef"
#define INC     "fedcba9876543210fedcba9876543210"
#define HEAD    "{\"v\":1,\"booking\":\"" BOOKING "\",\"inc\":\"" INC "\","

static void what_is_written_is_read_again(void **state)
{
    (void)state;
    static const struct {
        const char *phone;
        const char *surname;
        enum visitor_title title;
        enum topic topic;
    } rows[] = {{"13800000001", "王", VISITOR_MR, TOPIC_WORK},
                {"19912345678", "欧阳", VISITOR_MS, TOPIC_ELDER_INHERIT},
                {"", "", VISITOR_MR, TOPIC_OTHER},
                {"13800000001", "阿不都热", VISITOR_MR, TOPIC_MARRIAGE}};
    struct arena a;
    arena_init(&a, 4096);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct wire_contact in = {.phone = str_from_z(rows[i].phone),
                                  .surname = str_from_z(rows[i].surname),
                                  .title = rows[i].title,
                                  .topic = rows[i].topic};
        struct wire_contact out;
        struct buf text;
        assert_true(id_parse(STR(BOOKING), &in.booking.id));
        assert_true(id_parse(STR(INC), &in.inc.id));
        buf_init(&text, 255); // a sealed box takes no more
        assert_int_equal(wire_contact_write(&in, &text), ERR_OK);
        assert_int_equal(wire_contact_parse(buf_str(&text), &a, &out), ERR_OK);
        assert_true(id_eq(out.booking.id, in.booking.id) && id_eq(out.inc.id, in.inc.id));
        assert_true(str_eq(out.phone, in.phone) && str_eq(out.surname, in.surname));
        assert_int_equal(out.title, in.title);
        assert_int_equal(out.topic, in.topic);
        buf_deinit(&text);
    }
    arena_deinit(&a);
}

static void anything_else_is_no_contact(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum err err;
    } rows[] = {
        {HEAD "\"phone\":\"\",\"addr\":\"\",\"topic\":\"work\"}", ERR_OK},
        {HEAD "\"phone\":\"\",\"addr\":\"\",\"topic\":\"work\",\"later\":1}", ERR_OK},
        {HEAD "\"phone\":\"1380000000\",\"addr\":\"\",\"topic\":\"work\"}", ERR_BAD_INPUT},
        {HEAD "\"phone\":\"23800000001\",\"addr\":\"\",\"topic\":\"work\"}", ERR_BAD_INPUT},
        {HEAD "\"phone\":\"\",\"addr\":\"王\",\"topic\":\"work\"}", ERR_BAD_INPUT},
        {HEAD "\"phone\":\"\",\"addr\":\"先生\",\"topic\":\"work\"}", ERR_BAD_INPUT},
        {HEAD "\"phone\":\"\",\"addr\":\"x先生\",\"topic\":\"work\"}", ERR_BAD_INPUT},
        {HEAD "\"phone\":\"\",\"addr\":\"\",\"topic\":\"weather\"}", ERR_BAD_INPUT},
        {HEAD "\"phone\":\"\",\"addr\":\"\"}", ERR_BAD_INPUT},
        {HEAD "\"phone\":1,\"addr\":\"\",\"topic\":\"work\"}", ERR_BAD_INPUT},
        {"{\"v\":2,\"booking\":\"" BOOKING "\",\"inc\":\"" INC
         "\",\"phone\":\"\",\"addr\":\"\",\"topic\":\"work\"}",
         ERR_BAD_INPUT},
        {"[]", ERR_BAD_INPUT},
        {"", ERR_BAD_INPUT},
    };
    struct arena a;
    arena_init(&a, 4096);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct wire_contact out;
        if (wire_contact_parse(str_from_z(rows[i].text), &a, &out) != rows[i].err)
            fail_msg("row %zu", i);
    }
    arena_deinit(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(anything_else_is_no_contact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
