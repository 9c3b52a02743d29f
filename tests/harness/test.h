// cmocka with the headers it wants before it, and nothing else.
#ifndef HARNESS_TEST_H
#define HARNESS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define assert_str(actual, expected_z) assert_true(str_eq_z((actual), (expected_z)))

#endif
