#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct str str_from_z(const char *z)
{
    return z ? (struct str){z, strlen(z)} : (struct str){0};
}

bool str_eq(struct str a, struct str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool str_eq_z(struct str a, const char *z)
{
    return str_eq(a, str_from_z(z));
}

bool str_starts(struct str s, struct str prefix)
{
    return s.len >= prefix.len && str_eq((struct str){s.ptr, prefix.len}, prefix);
}

bool str_ends(struct str s, struct str suffix)
{
    return s.len >= suffix.len && str_eq(str_sub(s, s.len - suffix.len, suffix.len), suffix);
}

int str_compare(struct str a, struct str b)
{
    size_t shared = a.len < b.len ? a.len : b.len;
    int order = shared > 0 ? memcmp(a.ptr, b.ptr, shared) : 0;
    if (order != 0) return order;
    return (a.len > b.len) - (a.len < b.len);
}

struct str str_sub(struct str s, size_t from, size_t len)
{
    if (from >= s.len) return (struct str){0};
    size_t left = s.len - from;
    return (struct str){s.ptr + from, len < left ? len : left};
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct str str_trim(struct str s)
{
    while (s.len > 0 && is_blank(s.ptr[0])) {
        s.ptr++;
        s.len--;
    }
    while (s.len > 0 && is_blank(s.ptr[s.len - 1])) {
        s.len--;
    }
    return s;
}

size_t str_find(struct str s, struct str needle, size_t from)
{
    CHECK(needle.len > 0);
    for (size_t i = from; i + needle.len <= s.len; i++) {
        if (memcmp(s.ptr + i, needle.ptr, needle.len) == 0) return i;
    }
    return SIZE_MAX;
}

struct str str_cut(struct str *rest, char separator)
{
    const char *at = rest->len > 0 ? memchr(rest->ptr, separator, rest->len) : NULL;
    struct str piece = *rest;
    if (!at) {
        *rest = (struct str){0};
        return piece;
    }
    piece.len = (size_t)(at - rest->ptr);
    rest->ptr = at + 1;
    rest->len -= piece.len + 1;
    return piece;
}

char *str_to_z(struct arena *a, struct str s)
{
    char *z = arena_push(a, s.len + 1, 1);
    if (s.len > 0) memcpy(z, s.ptr, s.len);
    return z;
}

struct str str_copy(struct arena *a, struct str s)
{
    return (struct str){str_to_z(a, s), s.len};
}

struct str str_printf(struct arena *a, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    CHECK(len >= 0);
    char *z = arena_push(a, (size_t)len + 1, 1);
    vsnprintf(z, (size_t)len + 1, format, again);
    va_end(again);
    return (struct str){z, (size_t)len};
}

bool str_to_int(struct str s, int64_t min, int64_t max, int64_t *out)
{
    bool negative = s.len > 0 && s.ptr[0] == '-';
    if (negative) s = str_sub(s, 1, s.len);
    if (!str_is_digits(s) || s.len > 18) return false;
    int64_t value = 0;
    for (size_t i = 0; i < s.len; i++) {
        value = value * 10 + (s.ptr[i] - '0');
    }
    if (negative) value = -value;
    if (value < min || value > max) return false;
    *out = value;
    return true;
}

bool str_is_digits(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9') return false;
    }
    return s.len > 0;
}

// The bytes of the character that starts `s`, 0 where they are not valid UTF-8 (RFC 3629, section 4).
static size_t utf8_size(struct str s)
{
    const unsigned char *p = (const unsigned char *)s.ptr;
    unsigned char c = p[0];
    if (c < 0x80) return 1;
    size_t size = c >= 0xC2 && c < 0xE0   ? 2
                  : c >= 0xE0 && c < 0xF0 ? 3
                  : c >= 0xF0 && c < 0xF5 ? 4
                                          : 0;
    if (size == 0 || s.len < size) return 0;
    for (size_t i = 1; i < size; i++) {
        if ((p[i] & 0xC0) != 0x80) return 0;
    }
    if (c == 0xE0 && p[1] < 0xA0) return 0;
    if (c == 0xED && p[1] > 0x9F) return 0;
    if (c == 0xF0 && p[1] < 0x90) return 0;
    if (c == 0xF4 && p[1] > 0x8F) return 0;
    return size;
}

size_t str_utf8_count(struct str s)
{
    size_t count = 0;
    while (s.len > 0) {
        size_t size = utf8_size(s);
        if (size == 0) return SIZE_MAX;
        s.ptr += size;
        s.len -= size;
        count++;
    }
    return count;
}

bool str_utf8_valid(struct str s)
{
    return str_utf8_count(s) != SIZE_MAX;
}

uint32_t str_utf8_next(struct str *rest)
{
    if (rest->len == 0) return 0;
    const unsigned char *p = (const unsigned char *)rest->ptr;
    size_t size = utf8_size(*rest);
    uint32_t code = 0xFFFD;
    switch (size) {
    case 1: code = p[0]; break;
    case 2: code = (uint32_t)(p[0] & 0x1F) << 6 | (p[1] & 0x3F); break;
    case 3:
        code = (uint32_t)(p[0] & 0x0F) << 12 | (uint32_t)(p[1] & 0x3F) << 6 | (p[2] & 0x3F);
        break;
    case 4:
        code = (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3F) << 12 |
               (uint32_t)(p[2] & 0x3F) << 6 | (p[3] & 0x3F);
        break;
    default: size = 1; break;
    }
    rest->ptr += size;
    rest->len -= size;
    return code;
}
