// A kiosk's data folder for the tests of the cache: a clock that stands, randomness that repeats, and
// pages of the feed made by hand.
#ifndef HARNESS_CACHE_WORLD_H
#define HARNESS_CACHE_WORLD_H

#include "harness/test.h"

#include "cache/cache_ledger.h"
#include "sync/sync_hear.h"

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define KIOSK_NOW_MS    (INT64_C(1772582400000)) // 2026-03-04 08:00 in Fenyang
#define KIOSK_ROWS_MAX  64
#define KIOSK_SITTINGS  3
#define KIOSK_ARENA_MAX (4 << 20)

struct kiosk_env {
    struct env env;
    int64_t now_ms;
    uint64_t state;
};

static inline int64_t kiosk_now(struct env *env)
{
    return ((struct kiosk_env *)env)->now_ms;
}

static inline void kiosk_random(struct env *env, void *bytes, size_t count)
{
    struct kiosk_env *k = (struct kiosk_env *)env;
    for (size_t i = 0; i < count; i++) {
        k->state = k->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        ((unsigned char *)bytes)[i] = (unsigned char)(k->state >> 56);
    }
}

static const struct env_ops kiosk_env_ops = {kiosk_now, kiosk_now, kiosk_random};

struct kiosk {
    char dir[64];
    struct kiosk_env env;
    struct arena arena;
    struct cache_ledger *disk;
    struct feed_row rows[KIOSK_ROWS_MAX];
    int count;
};

extern char **environ;

static inline void kiosk_remove(const char *dir)
{
    char rm[] = "rm";
    char flag[] = "-rf";
    char path[64];
    int len = snprintf(path, sizeof(path), "%s", dir);
    assert_in_range(len, 1, sizeof(path) - 1);
    char *argv[] = {rm, flag, path, NULL};
    pid_t pid = 0;
    int status = 1;
    assert_int_equal(posix_spawnp(&pid, rm, NULL, NULL, argv, environ), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
}

static inline void kiosk_open(struct kiosk *k)
{
    arena_rewind(&k->arena, 0);
    assert_int_equal(cache_ledger_open(&k->arena, k->dir, &k->env.env, &k->disk), ERR_OK);
}

static inline void kiosk_reopen(struct kiosk *k)
{
    cache_ledger_close(k->disk);
    kiosk_open(k);
}

static inline struct kiosk *kiosk_new(uint64_t seed)
{
    struct kiosk *k = test_calloc(1, sizeof(*k));
    assert_int_equal(crypt_init(), ERR_OK);
    snprintf(k->dir, sizeof(k->dir), "/tmp/test_cache.XXXXXX");
    assert_non_null(mkdtemp(k->dir));
    k->env = (struct kiosk_env){{&kiosk_env_ops}, KIOSK_NOW_MS, seed};
    arena_init(&k->arena, KIOSK_ARENA_MAX);
    kiosk_open(k);
    return k;
}

static inline void kiosk_free(struct kiosk *k)
{
    cache_ledger_close(k->disk);
    arena_deinit(&k->arena);
    kiosk_remove(k->dir);
    test_free(k);
}

static inline int kiosk_setup(void **state)
{
    *state = kiosk_new(1);
    return 0;
}

static inline int kiosk_teardown(void **state)
{
    kiosk_free(*state);
    return 0;
}

// Things with a number have an id that shows it.
static inline struct id kiosk_id(char letter, int number)
{
    struct id id;
    snprintf(id.hex, sizeof(id.hex), "%c%031d", letter, number);
    return id;
}

static inline struct sync_now kiosk_time(int64_t ms)
{
    return (struct sync_now){ms, OP_TRUST_SYNCED};
}

static inline struct sitting kiosk_sitting(int number)
{
    return (struct sitting){.id.id = kiosk_id('a', number),
                            .site.z = "141182100",
                            .counsellor.id = kiosk_id('c', number),
                            .start_ms = KIOSK_NOW_MS + (number + 1) * 60 * DATE_MINUTE_MS,
                            .end_ms = KIOSK_NOW_MS + (number + 3) * 60 * DATE_MINUTE_MS,
                            .seat_minutes = 30,
                            .seat_count = 4,
                            .topics = TOPICS_ALL,
                            .desk = STR("二号桌")};
}

static inline struct feed_row *kiosk_row(struct kiosk *k, enum feed_stream stream,
                                         enum feed_kind kind, struct str key)
{
    assert_true(k->count < KIOSK_ROWS_MAX);
    struct feed_row *row = &k->rows[k->count++];
    *row = (struct feed_row){.stream = stream, .kind = kind, .key = key, .seq = 1};
    return row;
}

static inline void kiosk_tell_sitting(struct kiosk *k, const struct sitting *s)
{
    kiosk_row(k, FEED_COUNTY, FEED_SITTING, id_str(&s->id.id))->value.sitting = *s;
}

static inline void kiosk_tell_right(struct kiosk *k, int sitting, int seat, int64_t epoch,
                                    struct id booking)
{
    struct feed_row *row = kiosk_row(k, FEED_DEVICE, FEED_RIGHT, (struct str){0});
    row->value.right = (struct feed_right){
        .sitting.id = kiosk_id('a', sitting), .seat = seat, .epoch = epoch, .booking.id = booking};
}

// All that was told since the last call, as the next page.
static inline enum err kiosk_hear(struct kiosk *k, struct ledger *l, int64_t applied)
{
    struct ledger_self self;
    enum sync_page_fate fate;
    enum err e = l->ops->begin(l);
    if (!e) e = l->ops->end(l, l->ops->self_get(l, &self));
    if (e) return e;
    for (int i = 0; i < k->count; i++) {
        k->rows[i].applied = applied;
    }
    struct feed_page page = {.gen = self.gen,
                             .from = self.position,
                             .to = self.position,
                             .applied = applied,
                             .rows = k->rows,
                             .count = k->count};
    for (int s = 0; s < FEED_STREAMS; s++) {
        page.to.seq[s]++;
    }
    e = sync_hear_page(l, &page, kiosk_time(KIOSK_NOW_MS), &fate);
    assert_true(e || fate == SYNC_PAGE_MERGED);
    return e;
}

static inline void kiosk_hello(struct ledger *l)
{
    struct sync_hello hello = {
        .gen = kiosk_id('9', 1), .site.z = "141182100", .letter = 'B', .now_ms = KIOSK_NOW_MS};
    enum sync_hello_fate fate = SYNC_HELLO_STALE;
    assert_int_equal(sync_hear_hello(l, &hello, &fate), ERR_OK);
    assert_int_equal(fate, SYNC_HELLO_HEARD);
}

// Greeted, with three sittings of four seats, of which seats 1 and 2 are this kiosk's.
static inline void kiosk_fill(struct kiosk *k, struct ledger *l)
{
    kiosk_hello(l);
    k->count = 0;
    struct sitting sittings[KIOSK_SITTINGS];
    for (int i = 0; i < KIOSK_SITTINGS; i++) {
        sittings[i] = kiosk_sitting(i);
        kiosk_tell_sitting(k, &sittings[i]);
        kiosk_tell_right(k, i, 1, 3, (struct id){0});
        kiosk_tell_right(k, i, 2, 3, (struct id){0});
    }
    assert_int_equal(kiosk_hear(k, l, 0), ERR_OK);
    k->count = 0;
}

static inline struct sync_sale kiosk_sale(int booking, int sitting, int seat)
{
    return (struct sync_sale){.booking.id = kiosk_id('b', booking),
                              .sitting.id = kiosk_id('a', sitting),
                              .seat = seat,
                              .code.z = "12345678",
                              .pin_hash.hex = "00112233445566778899aabbccddeeff",
                              .sealed = STR("c2VhbGVk")};
}

static inline enum verdict kiosk_sell(struct ledger *l, int booking, int sitting, int seat)
{
    struct sync_sale sale = kiosk_sale(booking, sitting, seat);
    enum verdict verdict = VERDICT_NOT_FOUND;
    assert_int_equal(sync_book_right(l, &sale, kiosk_time(KIOSK_NOW_MS), &verdict), ERR_OK);
    return verdict;
}

static inline void kiosk_answer(struct ledger *l, int64_t from, int count, int64_t safe)
{
    struct op_result results[OP_BATCH_MAX] = {{0}};
    struct sync_decided decided[OP_BATCH_MAX];
    int decided_count = 0;
    for (int i = 0; i < count; i++) {
        results[i].seq = from + i;
    }
    struct sync_answer answer = {.gen = kiosk_id('9', 1),
                                 .from = from,
                                 .acked = from + count - 1,
                                 .safe = safe,
                                 .results = results,
                                 .count = count};
    assert_int_equal(
        sync_hear_answer(l, &answer, kiosk_time(KIOSK_NOW_MS), decided, &decided_count), ERR_OK);
}

static inline struct ledger_self kiosk_self(struct ledger *l)
{
    struct ledger_self self;
    assert_int_equal(l->ops->begin(l), ERR_OK);
    assert_int_equal(l->ops->end(l, l->ops->self_get(l, &self)), ERR_OK);
    return self;
}

#endif
