#include "fuzz/fuzz.h"

#include <stdio.h>
#include <string.h>

// The edges of every limit of the protocol and of the machine's numbers.
static const char *const numbers[] = {"-9223372036854775809",
                                      "-9007199254740992",
                                      "-2147483649",
                                      "-1",
                                      "-0",
                                      "0",
                                      "1",
                                      "2",
                                      "8",
                                      "49",
                                      "50",
                                      "51",
                                      "63",
                                      "64",
                                      "65",
                                      "499",
                                      "500",
                                      "501",
                                      "999",
                                      "1000",
                                      "4095",
                                      "4096",
                                      "4097",
                                      "16384",
                                      "65536",
                                      "262144",
                                      "524288",
                                      "1000000",
                                      "1000001",
                                      "2147483647",
                                      "2147483648",
                                      "4294967295",
                                      "4294967296",
                                      "1456963200000",
                                      "1772584800000",
                                      "2088117600000",
                                      "9007199254740991",
                                      "9007199254740992",
                                      "9223372036854775807",
                                      "9223372036854775808",
                                      "18446744073709551616",
                                      "1.5",
                                      "1e3",
                                      "1E400"};

static const char *const words[] = {"null",
                                    "true",
                                    "false",
                                    "{}",
                                    "[]",
                                    "\"\"",
                                    "[[[[[[[[[1]]]]]]]]]",
                                    "\"\\u0000\"",
                                    "\"\\ud800\"",
                                    "\xef\xbb\xbf",
                                    "\xff",
                                    "\"\\n\"",
                                    "\"right\"",
                                    "\"pool\"",
                                    "\"book\"",
                                    "\"move\"",
                                    "\"cancel\"",
                                    "\"checkin\"",
                                    "\"ticket\"",
                                    "\"return\"",
                                    "\"request\"",
                                    "\"citizen\"",
                                    "\"unanswered\"",
                                    "\"synced\"",
                                    "\"unknown\"",
                                    "\"ok\"",
                                    "\"ok+warn\"",
                                    "\"refused\"",
                                    "\"open\"",
                                    "\"closing\"",
                                    "\"cancelled\"",
                                    "\"recall\":true,",
                                    "\"dead\":1,",
                                    "\"00000000000000000000000000000000\"",
                                    "\"ffffffffffffffffffffffffffffffff\"",
                                    "王先生",
                                    "%00",
                                    "%2e%2e/",
                                    "//",
                                    "?",
                                    "\r\n",
                                    ": ",
                                    "Transfer-Encoding: chunked\r\n",
                                    "Content-Length: 5\r\n",
                                    "$c",
                                    "$booking",
                                    "$right",
                                    "$pool",
                                    "$epoch",
                                    "$n",
                                    "--\n"};

struct text {
    unsigned char *bytes;
    size_t count;
    size_t bytes_max;
    uint64_t *random;
};

static uint64_t next(uint64_t *random)
{
    uint64_t z = *random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static size_t below(struct text *t, size_t n)
{
    return n == 0 ? 0 : (size_t)(next(t->random) % n);
}

// `erased` bytes at `at` become `put`, as far as there is room.
static void replace(struct text *t, size_t at, size_t erased, struct str put)
{
    if (at > t->count) at = t->count;
    if (erased > t->count - at) erased = t->count - at;
    if (t->count - erased + put.len > t->bytes_max) return;
    memmove(t->bytes + at + put.len, t->bytes + at + erased, t->count - at - erased);
    if (put.len > 0) memcpy(t->bytes + at, put.ptr, put.len);
    t->count = t->count - erased + put.len;
}

static void line_at(struct text *t, size_t at, size_t *begin, size_t *end)
{
    *begin = at;
    while (*begin > 0 && t->bytes[*begin - 1] != '\n') {
        (*begin)--;
    }
    *end = at;
    while (*end < t->count && t->bytes[(*end)++] != '\n') {
    }
}

// Puts so many copies of a piece beside it, as many as there is room for.
static void repeat(struct text *t, size_t begin, size_t end, size_t times)
{
    size_t len = end - begin;
    size_t room = t->bytes_max - t->count;
    if (len == 0) return;
    if (times > room / len) times = room / len;
    memmove(t->bytes + end + times * len, t->bytes + end, t->count - end);
    for (size_t i = 0; i < times; i++) {
        memcpy(t->bytes + end + i * len, t->bytes + begin, len);
    }
    t->count += times * len;
}

static bool is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}

static bool find_number(struct text *t, size_t *begin, size_t *len)
{
    size_t start = below(t, t->count);
    for (size_t i = 0; i < t->count; i++) {
        size_t at = (start + i) % t->count;
        if (!is_digit(t->bytes[at])) continue;
        while (at > 0 && is_digit(t->bytes[at - 1])) {
            at--;
        }
        *begin = at;
        *len = 0;
        while (at + *len < t->count && is_digit(t->bytes[at + *len])) {
            (*len)++;
        }
        return true;
    }
    return false;
}

static void change_number(struct text *t)
{
    size_t at = 0;
    size_t len = 0;
    if (!find_number(t, &at, &len)) return;
    int64_t n = 0;
    char near[24];
    bool is_small = str_to_int((struct str){(char *)t->bytes + at, len}, 0, INT64_MAX - 2, &n);
    if (is_small && below(t, 2) == 0) {
        snprintf(near, sizeof(near), "%lld", (long long)n + (below(t, 2) ? 1 : -1));
        replace(t, at, len, str_from_z(near));
    } else {
        replace(t, at, len, str_from_z(numbers[below(t, sizeof(numbers) / sizeof(numbers[0]))]));
    }
}

static struct str some_word(struct text *t)
{
    return str_from_z(words[below(t, sizeof(words) / sizeof(words[0]))]);
}

// A value of an object becomes another.
static void change_value(struct text *t)
{
    size_t at = below(t, t->count);
    while (at < t->count && t->bytes[at] != ':') {
        at++;
    }
    size_t end = ++at;
    while (end < t->count && !strchr(",}\n", t->bytes[end])) {
        end++;
    }
    if (at < t->count) replace(t, at, end - at, some_word(t));
}

static void step(struct text *t)
{
    size_t at = below(t, t->count);
    size_t some = 1 + below(t, 16);
    size_t begin = 0;
    size_t end = 0;
    char byte = (char)below(t, 256);
    line_at(t, at, &begin, &end);
    size_t last = at + some < t->count ? at + some : t->count;
    switch (below(t, 12)) {
    case 0: replace(t, at, 1, (struct str){&byte, 1}); break;
    case 1: replace(t, at, 0, (struct str){&byte, 1}); break;
    case 2: replace(t, at, some, (struct str){0}); break;
    case 3: repeat(t, at, last, 1 + below(t, 3)); break;
    case 4: replace(t, at, some, some_word(t)); break;
    case 5: replace(t, at, 0, some_word(t)); break;
    case 6: repeat(t, begin, end, 1); break;
    case 7: replace(t, begin, end - begin, (struct str){0}); break;
    case 8: repeat(t, begin, end, below(t, 70)); break;
    case 9: change_value(t); break;
    case 10: repeat(t, at, last, below(t, 6000)); break;
    default: change_number(t); break;
    }
}

size_t fuzz_mutate(unsigned char *bytes, size_t count, size_t bytes_max, uint64_t *random)
{
    struct text t = {bytes, count, bytes_max, random};
    size_t steps = 1 + below(&t, 4);
    for (size_t i = 0; i < steps; i++) {
        step(&t);
    }
    return t.count;
}

size_t fuzz_cross(struct str a, struct str b, unsigned char *out, size_t bytes_max,
                  uint64_t *random)
{
    struct text t = {out, 0, bytes_max, random};
    size_t begin = 0;
    size_t end = 0;
    replace(&t, 0, 0, a);
    line_at(&t, below(&t, t.count), &begin, &end);
    replace(&t, end, t.count, (struct str){0});
    size_t from = below(&t, b.len);
    while (from > 0 && b.ptr[from - 1] != '\n') {
        from--;
    }
    replace(&t, t.count, 0, str_sub(b, from, SIZE_MAX));
    return t.count;
}

#ifdef LY_FUZZ
// libFuzzer's own mutations see what covers new edges; ours know the language. Half and half.
size_t LLVMFuzzerMutate(unsigned char *bytes, size_t count, size_t bytes_max);
size_t LLVMFuzzerCustomMutator(unsigned char *bytes, size_t count, size_t bytes_max,
                               unsigned int seed);

size_t LLVMFuzzerCustomMutator(unsigned char *bytes, size_t count, size_t bytes_max,
                               unsigned int seed)
{
    uint64_t random = seed;
    return next(&random) % 2 ? LLVMFuzzerMutate(bytes, count, bytes_max)
                             : fuzz_mutate(bytes, count, bytes_max, &random);
}
#endif
