// A centre's store in a folder of its own under /tmp, with a clock that stands until it is moved.
#ifndef HARNESS_CENTRE_H
#define HARNESS_CENTRE_H

#include "store/store.h"

#define CENTRE_NOW_MS INT64_C(1772584800000) // 2026-03-04 08:40 in UTC+8

struct centre_clock {
    struct env env; // first
    int64_t now_ms;
    int64_t mono_ms;
    uint64_t seed;
};

struct centre_world {
    struct centre_clock clock;
    char dir[64];
    char path[96];
    struct arena arena;
    struct store *store;
};

// A writer over an empty county with two sites.
void centre_world_init(struct centre_world *w);
void centre_world_deinit(struct centre_world *w);

// Another connection to the same file; lives in `arena`.
struct store *centre_world_reader(struct centre_world *w, struct arena *arena);

// Enrols a kiosk with that key at the first site.
struct store_enrolled centre_world_enrol(struct centre_world *w, struct crypt_public_key key,
                                         struct inc_id inc);

#endif
