#include "harness/test.h"

#include "base/str.h"
#include "test_embed/letter.h"

static void a_file_is_in_the_program_byte_for_byte(void **state)
{
    (void)state;
    static const char expected[] = "line one; [brackets] \"quotes\" \\n $x ${y} @z@\n汾阳\n";
    assert_int_equal(letter_bytes, sizeof(expected) - 1);
    assert_str(((struct str){letter, letter_bytes}), expected);
    assert_int_equal(letter[letter_bytes], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_in_the_program_byte_for_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
