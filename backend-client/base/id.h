// Names of things: 128 random bits from `env`, written as 32 lower-case hex digits everywhere (SQL,
// JSON, logs). Each kind is a struct of its own, so a sitting's id cannot be passed for a booking's.
// The zeroed id is "none".
#ifndef BASE_ID_H
#define BASE_ID_H

#include "base/env.h"
#include "base/str.h"

#define ID_HEX_BYTES 32

struct id {
    char hex[ID_HEX_BYTES + 1];
};

struct id id_new(struct env *env);
bool id_is_none(struct id id);
bool id_eq(struct id a, struct id b);
struct str id_str(const struct id *id);               // borrowed from `id`
MUST_USE bool id_parse(struct str s, struct id *out); // 32 lower-case hex digits exactly

// Hex of bytes: `hex` has room for 2 * count + 1.
void hex_from_bytes(const unsigned char *bytes, size_t count, char *hex);
MUST_USE bool hex_to_bytes(struct str hex, unsigned char *bytes, size_t count); // exactly `count`

#endif
