// A program's configuration file: sections of `key = value` lines (inih). A program declares the
// keys it knows in one table; an unknown key, a value out of range or a doubled key is refused with
// file:line and the reason, so a typing mistake is never silently a default.
#ifndef BASE_CONF_H
#define BASE_CONF_H

#include "base/err.h"
#include "base/str.h"

#define CONF_KEYS_MAX 64

enum conf_type {
    CONF_TEXT, // any text
    CONF_INT,  // a whole number within min … max
    CONF_BOOL, // yes or no
};

struct conf_key {
    const char *section;
    const char *name;
    enum conf_type type;
    const char *fallback; // text form of the default; NULL: the key must be given
    int64_t min;
    int64_t max;
};

struct conf {
    const struct conf_key *keys;
    size_t count;
    struct arena arena;
    const char *values[CONF_KEYS_MAX]; // live in `arena`
};

// Keeps `keys`. Logs every mistake found, then answers ERR_BAD_INPUT; ERR_NOT_FOUND without a file.
MUST_USE enum err conf_load(struct conf *c, const char *path, const struct conf_key *keys,
                            size_t count);
void conf_deinit(struct conf *c);

// `key` is the index in the table. CHECKs that the type is the declared one.
const char *conf_text(const struct conf *c, size_t key);
int64_t conf_int(const struct conf *c, size_t key);
bool conf_bool(const struct conf *c, size_t key);
bool conf_is_given(const struct conf *c, size_t key); // stood in the file

// The indexes of a demonstration's clock in the table: [demo] demo, start ("2026-03-04T08:40", empty:
// real time) and since (real milliseconds since 1970).
struct conf_demo_keys {
    size_t demo, start, since;
};

// Civil time in a demonstration is start + real time - since: the same in every process, and after
// every restart. `offset_ms` is what that adds to real time, 0 outside of one. ERR_BAD_INPUT, logged.
MUST_USE enum err conf_demo_offset(const struct conf *c, struct conf_demo_keys keys,
                                   int64_t *offset_ms);

#endif
