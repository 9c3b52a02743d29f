#include "harness/test.h"

#include "model/op.h"
#include "model/ticket.h"
#include "model/visitor.h"

#include <string.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static void a_code_knows_a_wrong_digit_and_a_swap(void **state)
{
    (void)state;
    struct env_system s;
    env_system_init(&s, 0);
    struct ticket_code out;
    int swaps_missed = 0;
    for (int n = 0; n < 500; n++) {
        struct ticket_code code = ticket_code_new(&s.env);
        assert_true(ticket_code_parse(str_from_z(code.z), &out));
        for (int i = 0; i < TICKET_CODE_DIGITS; i++) {
            struct ticket_code wrong = code;
            wrong.z[i] = (char)('0' + (wrong.z[i] - '0' + 1 + n % 9) % 10);
            assert_false(ticket_code_parse(str_from_z(wrong.z), &out));
        }
        for (int i = 0; i + 1 < TICKET_CODE_DIGITS; i++) {
            struct ticket_code swapped = code;
            swapped.z[i] = code.z[i + 1];
            swapped.z[i + 1] = code.z[i];
            if (code.z[i] != code.z[i + 1] && ticket_code_parse(str_from_z(swapped.z), &out))
                swaps_missed++;
        }
    }
    assert_in_range(swaps_missed, 0, 500 * 7 / 20); // nearly every swap is seen
}

static void the_check_digit_is_that_of_the_standard(void **state)
{
    (void)state;
    struct ticket_code out;
    // ISO 7064, MOD 11,10: 0794 has the check digit 5; in eight digits with leading zeros likewise.
    static const struct {
        const char *text;
        bool fine;
    } rows[] = {
        {"12345678", false},  {"1234 5674", false}, {"", false},          {"1234567", false},
        {"123456789", false}, {"1234567a", false},  {" 12345674", false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(ticket_code_parse(str_from_z(rows[i].text), &out), rows[i].fine);
    }
    int fine = 0;
    for (int d = '0'; d <= '9'; d++) {
        char text[] = "1234567?";
        text[7] = (char)d;
        fine += ticket_code_parse(str_from_z(text), &out);
    }
    assert_int_equal(fine, 1); // exactly one digit fits
}

static void the_qr_is_read_back_and_nothing_else_is(void **state)
{
    (void)state;
    struct env_system s;
    struct arena a;
    struct ticket_code found;
    struct ticket_pin secret;
    env_system_init(&s, 0);
    arena_init(&a, 4096);
    struct ticket_code code = ticket_code_new(&s.env);
    struct ticket_pin pin = ticket_pin_new(&s.env);
    struct str qr = ticket_qr(&a, &code, &pin);
    assert_int_equal(qr.len, 3 + 1 + 8 + 1 + 6);
    assert_true(ticket_qr_parse(qr, &found, &secret));
    assert_string_equal(found.z, code.z);
    assert_string_equal(secret.z, pin.z);
    static const char *const bad[] = {"",
                                      "LY1",
                                      "LY1:",
                                      "LY1::",
                                      "LY2:00000000:000000",
                                      "LY1:12345678:123456",
                                      "https://example.com/"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_false(ticket_qr_parse(str_from_z(bad[i]), &found, &secret));
    }
    struct str longer = str_printf(&a, "%.*s0", STR_ARG(qr));
    assert_false(ticket_qr_parse(longer, &found, &secret));
    assert_str(ticket_walkin(&a, 'A', 37), "A037");
    assert_str(ticket_walkin(&a, 'b', 999), "b999");
    arena_deinit(&a);
}

static void phones_and_surnames_are_checked_and_masked(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 4096);
    static const struct {
        const char *text;
        enum verdict want;
    } phones[] = {
        {"13800000001", VERDICT_OK},         {"19912345678", VERDICT_OK},
        {"12800000001", VERDICT_PHONE_BAD},  {"1380000000", VERDICT_PHONE_BAD},
        {"138000000011", VERDICT_PHONE_BAD}, {"23800000001", VERDICT_PHONE_BAD},
        {"1380000000x", VERDICT_PHONE_BAD},  {"", VERDICT_PHONE_BAD},
    };
    for (size_t i = 0; i < COUNT(phones); i++) {
        assert_int_equal(visitor_check_phone(str_from_z(phones[i].text)), phones[i].want);
    }
    static const struct {
        const char *text;
        enum verdict want;
    } surnames[] = {
        {"任", VERDICT_OK},
        {"欧阳", VERDICT_OK},
        {"\xF0\xAC\xB1\x96", VERDICT_OK},
        {"爱新觉罗", VERDICT_OK},
        {"爱新觉罗氏", VERDICT_SURNAME_BAD},
        {"", VERDICT_SURNAME_BAD},
        {"Li", VERDICT_SURNAME_BAD},
        {"任 ", VERDICT_SURNAME_BAD},
        {"\xE4\xBB", VERDICT_SURNAME_BAD},
    };
    for (size_t i = 0; i < COUNT(surnames); i++) {
        assert_int_equal(visitor_check_surname(str_from_z(surnames[i].text)), surnames[i].want);
    }
    assert_str(visitor_mask_phone(&a, STR("13812345678")), "138****5678");
    assert_str(visitor_mask_name(&a, STR("欧阳")), "欧阳*");
    arena_deinit(&a);
}

static void every_code_is_read_back_as_what_it_was(void **state)
{
    (void)state;
    for (int t = 0; t < TOPIC_COUNT; t++) {
        enum topic back;
        assert_true(topic_parse(str_from_z(topic_code((enum topic)t)), &back));
        assert_int_equal(back, t);
        assert_true(topic_from_name(topic_name((enum topic)t), &back));
        assert_int_equal(back, t);
        assert_true(topics_have(TOPICS_ALL, back));
    }
    for (int v = 0; v < VERDICT_COUNT; v++) {
        enum verdict back;
        assert_true(verdict_parse(str_from_z(verdict_code((enum verdict)v)), &back));
        assert_int_equal(back, v);
        assert_int_equal(verdict_words((enum verdict)v).len == 0, v == VERDICT_OK);
    }
    for (int k = 0; k < OP_KIND_UNKNOWN; k++) {
        assert_int_equal(op_kind_parse(str_from_z(op_kind_code((enum op_kind)k))), k);
    }
    for (int b = 0; b < BOOKING_STATE_COUNT; b++) {
        enum booking_state back;
        assert_true(
            booking_state_parse(str_from_z(booking_state_code((enum booking_state)b)), &back));
        assert_int_equal(back, b);
    }
    enum topic other;
    assert_true(topic_from_name(STR("其他"), &other)); // the words before its comma
    assert_int_equal(other, TOPIC_OTHER);
    assert_false(topic_from_name(STR("其"), &other));
    assert_false(topic_from_name(STR(""), &other));
    assert_int_equal(op_kind_parse(STR("teleport")), OP_KIND_UNKNOWN);
}

static void a_site_is_named_by_nine_digits(void **state)
{
    (void)state;
    struct site_code code;
    assert_true(site_code_parse(STR("141182000"), &code));
    assert_str(site_county(&code), "141182");
    assert_false(site_code_parse(STR("14118200"), &code));
    assert_false(site_code_parse(STR("1411820000"), &code));
    assert_false(site_code_parse(STR("14118200a"), &code));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_knows_a_wrong_digit_and_a_swap),
        cmocka_unit_test(the_check_digit_is_that_of_the_standard),
        cmocka_unit_test(the_qr_is_read_back_and_nothing_else_is),
        cmocka_unit_test(phones_and_surnames_are_checked_and_masked),
        cmocka_unit_test(every_code_is_read_back_as_what_it_was),
        cmocka_unit_test(a_site_is_named_by_nine_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
