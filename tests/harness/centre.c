#include "harness/centre.h"

#include "harness/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STORE_BYTES ((size_t)40 * 1024 * 1024)

static int64_t now_ms(struct env *env)
{
    return ((struct centre_clock *)env)->now_ms;
}

static int64_t mono_ms(struct env *env)
{
    return ((struct centre_clock *)env)->mono_ms;
}

// SplitMix64: well spread and the same in every run.
static void fill(struct env *env, void *bytes, size_t count)
{
    struct centre_clock *clock = (struct centre_clock *)env;
    for (size_t i = 0; i < count; i++) {
        uint64_t z = clock->seed += UINT64_C(0x9e3779b97f4a7c15);
        z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
        ((unsigned char *)bytes)[i] = (unsigned char)(z >> 56);
    }
}

static const struct env_ops clock_ops = {now_ms, mono_ms, fill};

static struct store *open_store(struct centre_world *w, struct arena *arena, enum db_access access)
{
    struct db *db = NULL;
    struct store *store = NULL;
    struct store_setup setup = {.access = access, .env = &w->clock.env};
    memset(&setup.keys, 7, sizeof(setup.keys));
    assert_true(id_parse(STR("00000000000000000000000000000001"), &setup.keys.data_key_id));
    arena_init(arena, STORE_BYTES);
    assert_int_equal(db_open_sqlite(arena, w->path, access, &db), ERR_OK);
    assert_int_equal(store_open(arena, db, &setup, &store), ERR_OK);
    return store;
}

static enum err make_county(struct store *s, void *context)
{
    struct store_import told;
    const struct site sites[] = {{{"141182000"}, STR("hall"), STR("hall"), STR(""), 0},
                                 {{"141182001"}, STR("street"), STR("street"), STR(""), 1}};
    (void)context;
    enum err e = store_init(s, STR("141182"));
    return e ? e : store_sites_import(s, sites, 2, STR("test"), &told);
}

void centre_world_init(struct centre_world *w)
{
    *w = (struct centre_world){
        .clock = {.env = {&clock_ops}, .now_ms = CENTRE_NOW_MS, .mono_ms = 1000000, .seed = 1}};
    assert_int_equal(crypt_init(), ERR_OK);
    snprintf(w->dir, sizeof(w->dir), "/tmp/lvyue-centre-XXXXXX");
    assert_non_null(mkdtemp(w->dir));
    snprintf(w->path, sizeof(w->path), "%s/centre.db", w->dir);
    w->store = open_store(w, &w->arena, DB_WRITER);
    assert_int_equal(store_transact(w->store, make_county, NULL), ERR_OK);
}

void centre_world_deinit(struct centre_world *w)
{
    static const char *const tails[] = {"", "-wal", "-shm"};
    store_close(w->store);
    arena_deinit(&w->arena);
    for (size_t i = 0; i < 3; i++) {
        char path[128];
        snprintf(path, sizeof(path), "%s%s", w->path, tails[i]);
        unlink(path);
    }
    rmdir(w->dir);
}

struct store *centre_world_reader(struct centre_world *w, struct arena *arena)
{
    return open_store(w, arena, DB_READER);
}

struct enrol_work {
    struct store_enrol_ask ask;
    struct store_enrolled told;
};

static enum err enrol(struct store *s, void *context)
{
    struct enrol_work *work = context;
    struct store_enrol_codes codes;
    enum store_enrol answer;
    enum err e = store_enrol_start(s, &work->ask, &codes, &answer);
    if (e) return e;
    assert_int_equal(answer, STORE_ENROL_OK);
    return store_enrol_approve(s, str_from_z(codes.user_code), (struct site_code){"141182000"},
                               STR("test"), &work->told);
}

struct store_enrolled centre_world_enrol(struct centre_world *w, struct crypt_public_key key,
                                         struct inc_id inc)
{
    struct enrol_work work = {.ask = {.key = key, .model = STR("test"), .inc = inc}};
    assert_int_equal(store_transact(w->store, enrol, &work), ERR_OK);
    assert_int_equal(work.told.answer, STORE_ENROL_OK);
    return work.told;
}
