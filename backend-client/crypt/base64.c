#include "crypt/base64.h"

#include <sodium.h>

struct str base64_text(struct arena *a, const unsigned char *bytes, size_t count)
{
    size_t room = sodium_base64_encoded_len(count, sodium_base64_VARIANT_ORIGINAL);
    char *text = arena_array(a, char, room);
    sodium_bin2base64(text, room, bytes, count, sodium_base64_VARIANT_ORIGINAL);
    return (struct str){text, room - 1};
}

void base64_add(struct buf *out, const unsigned char *bytes, size_t count)
{
    // In pieces of whole triples, so that only the last one is padded.
    unsigned char const *at = bytes;
    size_t left = count;
    while (left > 0) {
        char text[BASE64_ROOM(768)];
        size_t now = left < 768 ? left : 768;
        sodium_bin2base64(text, sizeof(text), at, now, sodium_base64_VARIANT_ORIGINAL);
        buf_add_z(out, text);
        at += now;
        left -= now;
    }
}

bool base64_parse(struct str text, unsigned char *bytes, size_t bytes_max, size_t *count)
{
    size_t got = 0;
    const char *end = NULL;
    if (text.len == 0) {
        *count = 0;
        return true;
    }
    if (sodium_base642bin(bytes, bytes_max, text.ptr, text.len, NULL, &got, &end,
                          sodium_base64_VARIANT_ORIGINAL) != 0)
        return false;
    if (end != text.ptr + text.len) return false;
    *count = got;
    return true;
}

bool base64_parse_exact(struct str text, unsigned char *bytes, size_t count)
{
    size_t got = 0;
    return base64_parse(text, bytes, count, &got) && got == count;
}
