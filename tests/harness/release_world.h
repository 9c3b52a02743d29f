// A centre in memory and on disk for the tests of releases: keys from fixed seeds, a clock that stands,
// signatures on demand.
#ifndef HARNESS_RELEASE_WORLD_H
#define HARNESS_RELEASE_WORLD_H

#include "harness/test.h"

#include "base/env.h"
#include "release/release.h"
#include "release/trust.h"

#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#define WORLD_NOW_MS INT64_C(1772600000000)
#define WORLD_DAY_MS INT64_C(86400000)

struct world_env {
    struct env env;
    int64_t now_ms;
    unsigned char next;
};

static inline int64_t world_now(struct env *env)
{
    return ((struct world_env *)env)->now_ms;
}

static inline void world_random(struct env *env, void *bytes, size_t count)
{
    struct world_env *w = (struct world_env *)env;
    for (size_t i = 0; i < count; i++) {
        ((unsigned char *)bytes)[i] = w->next++;
    }
}

static const struct env_ops world_env_ops = {world_now, world_now, world_random};

static inline struct crypt_key_pair world_key(int number)
{
    unsigned char seed[CRYPT_SEED_BYTES] = {(unsigned char)number, 77};
    return crypt_key_pair_from_seed(seed);
}

// Signatures by the keys of these numbers, in the arena. A number given twice signs twice.
struct world_signatures {
    struct trust_signature rows[8];
    size_t count;
};

static inline struct world_signatures world_sign(struct arena *a, struct str bytes,
                                                 const int *numbers, size_t count)
{
    struct world_signatures s = {.count = count};
    for (size_t i = 0; i < count; i++) {
        struct crypt_key_pair pair = world_key(numbers[i]);
        struct buf b;
        buf_init(&b, MINISIG_FILE_BYTES_MAX);
        minisig_sign(&pair, bytes, STR("test"), &b);
        s.rows[i].file = str_copy(a, buf_str(&b));
        buf_deinit(&b);
    }
    return s;
}

extern char **environ;

// A folder with all in it.
static inline void world_remove(const char *dir)
{
    char rm[] = "rm";
    char flag[] = "-rf";
    char path[FS_PATH_BYTES_MAX];
    snprintf(path, sizeof(path), "%s", dir);
    char *argv[] = {rm, flag, path, NULL};
    pid_t pid = 0;
    int status = 1;
    assert_int_equal(posix_spawnp(&pid, rm, NULL, NULL, argv, environ), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

#endif
