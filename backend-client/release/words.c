#include "release/words.h"

#include "base/date.h"

struct str word_text(enum word w)
{
    static const char *const texts[] = {
#define WORD(name, text) text,
#include "release/statute.def"
#undef WORD
    };
    CHECK((unsigned)w < WORD_COUNT);
    return str_from_z(texts[w]);
}

bool word_take(struct str *rest, enum word w)
{
    struct str text = word_text(w);
    if (!str_starts(*rest, text)) return false;
    *rest = str_sub(*rest, text.len, SIZE_MAX);
    return true;
}

// The bytes of that character of `set` with which `s` begins.
static size_t starts_with_one_of(struct str s, enum word set)
{
    if (s.len == 0) return 0;
    struct str left = word_text(set);
    while (left.len > 0) {
        struct str here = left;
        str_utf8_next(&left);
        struct str one = str_sub(here, 0, here.len - left.len);
        if (str_starts(s, one)) return one.len;
    }
    return 0;
}

size_t words_take_numerals(struct str *rest)
{
    size_t count = 0;
    for (size_t n = starts_with_one_of(*rest, WORD_NUMERALS); n > 0;
         n = starts_with_one_of(*rest, WORD_NUMERALS)) {
        *rest = str_sub(*rest, n, SIZE_MAX);
        count++;
    }
    return count;
}

size_t words_blank_start(struct str s)
{
    if (s.len == 0) return 0;
    if (s.ptr[0] == '\r') return 1;
    return starts_with_one_of(s, WORD_BLANKS);
}

size_t words_blank_end(struct str s)
{
    if (s.len == 0) return 0;
    if (s.ptr[s.len - 1] == '\r') return 1;
    struct str left = word_text(WORD_BLANKS);
    while (left.len > 0) {
        struct str here = left;
        str_utf8_next(&left);
        struct str one = str_sub(here, 0, here.len - left.len);
        if (str_ends(s, one)) return one.len;
    }
    return 0;
}

static bool take_number(struct str *rest, size_t digits_max, int64_t *out)
{
    size_t n = 0;
    while (n < rest->len && n <= digits_max && rest->ptr[n] >= '0' && rest->ptr[n] <= '9') {
        n++;
    }
    if (n == 0 || n > digits_max) return false;
    if (!str_to_int(str_sub(*rest, 0, n), 0, 9999, out)) return false;
    *rest = str_sub(*rest, n, SIZE_MAX);
    return true;
}

enum words_date words_take_date(struct str *rest, int *day)
{
    struct str s = *rest;
    int64_t y = 0;
    int64_t m = 0;
    int64_t d = 0;
    bool is_date = take_number(&s, 4, &y) && word_take(&s, WORD_YEAR) && take_number(&s, 2, &m) &&
                   word_take(&s, WORD_MONTH) && take_number(&s, 2, &d) && word_take(&s, WORD_DAY);
    if (!is_date) return WORDS_NO_DATE;
    struct date date = {(int)y, (int)m, (int)d};
    if (!date_is_valid(date)) return WORDS_DATE_WRONG;
    *day = date_to_day(date);
    *rest = s;
    return WORDS_DATE;
}
