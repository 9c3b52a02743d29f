#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: lvyue-bench MODE dir=DIR [database=CONNINFO] [NAME=VALUE…]; see tests/bench/run\n";

const char *bench_text(const struct bench *b, const char *name, const char *otherwise)
{
    size_t len = strlen(name);
    for (int i = 0; i < b->word_count; i++) {
        if (strncmp(b->words[i], name, len) == 0 && b->words[i][len] == '=')
            return b->words[i] + len + 1;
    }
    return otherwise;
}

int64_t bench_int(const struct bench *b, const char *name, int64_t otherwise)
{
    int64_t number = otherwise;
    const char *text = bench_text(b, name, NULL);
    if (text && !str_to_int(str_from_z(text), 0, JSON_INT_MAX, &number)) bench_fail(name);
    return number;
}

void bench_fail(const char *what)
{
    fprintf(stderr, "lvyue-bench: %s\n", what);
    exit(1); // NOLINT(concurrency-mt-unsafe): the only thread
}

void bench_must(enum err e, const char *what)
{
    if (!e) return;
    fprintf(stderr, "lvyue-bench: %s\n", err_text(e));
    bench_fail(what);
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

int64_t bench_quantile(int64_t *us, int count, int per_mille)
{
    CHECK(count > 0);
    qsort(us, (size_t)count, sizeof(*us), by_size);
    return us[(int64_t)(count - 1) * per_mille / 1000];
}

int64_t bench_server_kb(const struct bench *b)
{
    struct buf text;
    int64_t kb = 0;
    struct str path =
        str_printf(b->arena, "/proc/%lld/smaps_rollup", (long long)bench_int(b, "pid", 0));
    buf_init(&text, BENCH_REPLY_MAX);
    bench_must(buf_read_file(&text, str_to_z(b->arena, path)), "memory");
    struct str rest = buf_str(&text);
    while (rest.ptr) {
        struct str value = str_cut(&rest, '\n');
        if (!str_eq_z(str_cut(&value, ':'), "Pss")) continue;
        value = str_trim(value);
        if (!str_to_int(str_cut(&value, ' '), 0, JSON_INT_MAX, &kb)) bench_fail("memory");
    }
    buf_deinit(&text);
    return kb;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(struct bench *b);
    } modes[] = {{"fill", bench_fill}, {"book", bench_book},  {"hot", bench_hot},
                 {"rush", bench_rush}, {"poll", bench_polls}, {"read", bench_read},
                 {"peer", bench_peer}, {"swarm", bench_swarm}};
    struct env_system env;
    struct arena arena;
    struct bench b = {.env = &env.env, .arena = &arena, .word_count = argc, .words = argv};
    env_system_init(&env, 0);
    arena_init(&arena, BENCH_ARENA_BYTES);
    bench_must(crypt_init(), "crypt");
    bench_must(
        data_dir_init(&b.dir, bench_text(&b, "dir", ""), bench_text(&b, "database", ""), "", b.env),
        "dir");
    for (size_t i = 0; argc > 1 && i < sizeof(modes) / sizeof(modes[0]); i++) {
        if (strcmp(argv[1], modes[i].name) != 0) continue;
        modes[i].run(&b);
        arena_deinit(&arena);
        return 0;
    }
    fputs(usage, stderr);
    return 2;
}
