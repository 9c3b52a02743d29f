#include "base/id.h"

#include <string.h>

void hex_from_bytes(const unsigned char *bytes, size_t count, char *hex)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < count; i++) {
        hex[2 * i] = digits[bytes[i] >> 4];
        hex[2 * i + 1] = digits[bytes[i] & 15];
    }
    hex[2 * count] = '\0';
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

bool hex_to_bytes(struct str hex, unsigned char *bytes, size_t count)
{
    if (hex.len != 2 * count) return false;
    for (size_t i = 0; i < hex.len; i++) {
        if (hex_value(hex.ptr[i]) < 0) return false;
    }
    for (size_t i = 0; i < count; i++) {
        bytes[i] = (unsigned char)(hex_value(hex.ptr[2 * i]) << 4 | hex_value(hex.ptr[2 * i + 1]));
    }
    return true;
}

struct id id_new(struct env *env)
{
    unsigned char bytes[ID_HEX_BYTES / 2];
    struct id id;
    env_random(env, bytes, sizeof(bytes));
    hex_from_bytes(bytes, sizeof(bytes), id.hex);
    return id;
}

bool id_is_none(struct id id)
{
    return id.hex[0] == '\0';
}

bool id_eq(struct id a, struct id b)
{
    return strcmp(a.hex, b.hex) == 0;
}

struct str id_str(const struct id *id)
{
    return str_from_z(id->hex);
}

bool id_parse(struct str s, struct id *out)
{
    unsigned char bytes[ID_HEX_BYTES / 2];
    if (!hex_to_bytes(s, bytes, sizeof(bytes))) return false;
    hex_from_bytes(bytes, sizeof(bytes), out->hex);
    return true;
}
