// A string is a pointer and a length. It owns nothing and need not end in NUL, so a slice of a
// request or of a file is a string as it lies, without a copy. The zeroed one is empty.
#ifndef BASE_STR_H
#define BASE_STR_H

#include "base/arena.h"
#include "base/check.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str {
    const char *ptr;
    size_t len;
};

#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})
#define STR_ARG(s)   (int)(s).len, (s).ptr // for "%.*s"

struct str str_from_z(const char *z); // NULL is the empty string
bool str_eq(struct str a, struct str b);
bool str_eq_z(struct str a, const char *z);
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
int str_compare(struct str a, struct str b); // by bytes: <0, 0, >0

// From `from` (clamped) for at most `len` bytes.
struct str str_sub(struct str s, size_t from, size_t len);
struct str str_trim(struct str s); // without ASCII blanks, tabs, CR and LF at both ends

// The byte index of the first `needle` at or after `from`; SIZE_MAX where there is none.
size_t str_find(struct str s, struct str needle, size_t from);

// Takes what stands before the first `separator` off `rest` and returns it; the whole where there
// is none. `*rest` ends empty with ptr == NULL after the last piece, so a loop runs while rest.ptr.
struct str str_cut(struct str *rest, char separator);

struct str str_copy(struct arena *a, struct str s); // lives in `a`
char *str_to_z(struct arena *a, struct str s);      // the same, ending in NUL
PRINTF_LIKE(2, 3) struct str str_printf(struct arena *a, const char *format, ...);

// A decimal number and nothing else, within the bounds. False leaves `out` as it was.
MUST_USE bool str_to_int(struct str s, int64_t min, int64_t max, int64_t *out);
bool str_is_digits(struct str s); // one or more ASCII digits and nothing else

// The number of Unicode characters, or SIZE_MAX where `s` is not valid UTF-8 (overlong forms,
// surrogates and what lies past U+10FFFF are not).
size_t str_utf8_count(struct str s);
bool str_utf8_valid(struct str s);

// Takes the first character off `rest`; 0 where it is empty, U+FFFD (one byte) where it is damaged.
uint32_t str_utf8_next(struct str *rest);

#endif
