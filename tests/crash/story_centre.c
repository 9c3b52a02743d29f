// The centre's day over its store: operations pushed by a kiosk, each group in one transaction, and
// seats handed out, as the server's writer does it.
#include "base/log.h"
#include "crash/story.h"
#include "store/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ALL(columns, table, order)                                                                 \
    "SELECT coalesce(group_concat(" columns "), '') FROM (SELECT * FROM " table " ORDER BY " order \
    ")"

static const char *const questions[] = {
    ALL("id || state || last_op_seq || last_op_hash || heard", "incarnation", "id"),
    ALL("sitting || no || '.' || coalesce(owner, '') || epoch || coalesce(booking, '') || is_open || "
        "recall",
        "seat", "sitting, no"),
    ALL("id || coalesce(sitting, '') || seat || state || code || coalesce(contact, '') || "
        "coalesce(source_op, '')",
        "booking", "id"),
    ALL("inc || seq || hash || kind || outcome || verdict || seat || epoch || next_seat",
        "op_result", "inc, seq"),
    ALL("site || day || letter || number", "ticket", "site, day, letter, number"),
    ALL("stream || seq", "feed_head", "stream"),
    ALL("stream || kind || key || seq || dead || body", "feed_row", "stream, kind, key"),
    ALL("seq || hash", "audit", "seq"),
};

static const struct story_step steps[] = {
    {"book on a right", true},   {"book from the pool", true},
    {"move onto a right", true}, {"cancel", true},
    {"check in", true},          {"return", true},
    {"walk-in number", true},    {"a wish", true},
    {"end and start", true},     {"seats handed out", true},
};

enum { SELL, POOL, MOVE, CANCEL, CHECK_IN, GIVE_BACK, WALK_IN, WISH, RESTART, LEASE };

struct centre_story {
    struct story story; // first
    struct world *world;
    struct world_kiosk kiosk;
    size_t ground; // of the arena
    int64_t start_ms;
    struct op ops[STORY_STEPS_MAX];
};

static struct centre_story *self(struct story *s)
{
    return (struct centre_story *)s;
}

static void make(struct world *w)
{
    snprintf(w->dir, sizeof(w->dir), "/tmp/crash_centre.XXXXXX");
    assert_non_null(mkdtemp(w->dir));
}

static void drop(struct world *w)
{
    char path[96];
    snprintf(path, sizeof(path), "%s/centre.db", w->dir);
    unlink(path); // where the database makes its file; the pages are on the disk in memory
    assert_int_equal(rmdir(w->dir), 0);
}

static enum err open_store(struct story *s, enum db_access access, struct store **out)
{
    struct world *w = self(s)->world;
    char path[96];
    struct db *db = NULL;
    struct store_setup setup = {.access = access, .env = &w->env.env};
    memset(&setup.keys, 1, sizeof(setup.keys));
    memset(setup.keys.data_key_id.hex, 'd', ID_HEX_BYTES);
    setup.keys.data_key_id.hex[ID_HEX_BYTES] = '\0';
    snprintf(path, sizeof(path), "%s/centre.db", w->dir);
    enum err e = db_open_sqlite(&w->arena, path, access, &db);
    if (!e) e = store_open(&w->arena, db, &setup, out);
    return !e && access == DB_WRITER ? story_set_sync(s, store_db(*out)) : e;
}

static void story_close(struct story *s)
{
    struct world *w = self(s)->world;
    store_close(w->reader);
    store_close(w->store);
    w->reader = NULL;
    w->store = NULL;
}

static enum err story_open(struct story *s)
{
    struct world *w = self(s)->world;
    arena_rewind(&w->arena, self(s)->ground);
    w->env.now_ms = self(s)->start_ms;
    enum err e = open_store(s, DB_WRITER, &w->store);
    if (!e) e = open_store(s, DB_READER, &w->reader);
    return e;
}

static void begin(struct story *s)
{
    struct world *w = test_calloc(1, sizeof(*w));
    world_env_init(&w->env);
    self(s)->start_ms = w->env.now_ms;
    arena_init(&w->arena, (size_t)16 * 1024 * 1024);
    self(s)->ground = arena_mark(&w->arena);
    make(w);
    self(s)->world = w;
}

static void end(struct story *s)
{
    struct world *w = self(s)->world;
    drop(w);
    arena_deinit(&w->arena);
    test_free(w);
}

static void fill(struct story *s)
{
    struct world *w = self(s)->world;
    w->env.seed = 7;
    world_init(w);
    world_enrol(w, 0, STORE_ROLE_DESK, &self(s)->kiosk);
    struct sitting_id sitting = world_sitting(w, 0, world_today(w) + 1, 510);
    struct sitting_id today = world_sitting(w, 0, world_today(w), 510);
    struct op *ops = self(s)->ops;
    ops[SELL] = world_book(w, today, 2, OP_RIGHT, 1);
    ops[POOL] = world_book(w, sitting, 1, OP_POOL, 0);
    ops[MOVE] = world_book(w, sitting, 2, OP_RIGHT, 1);
    ops[MOVE].kind = OP_MOVE;
    ops[MOVE].instead_of = ops[POOL].booking;
    ops[CANCEL] = (struct op){.kind = OP_CANCEL, .booking = ops[MOVE].booking};
    ops[CHECK_IN] = (struct op){.kind = OP_CHECKIN, .booking = ops[SELL].booking};
    ops[GIVE_BACK] = (struct op){.kind = OP_RETURN, .sitting = sitting, .seat = 3, .epoch = 1};
    ops[WALK_IN] = (struct op){.kind = OP_TICKET, .day = 20600, .letter = 'A', .number = 1};
    ops[WISH] = world_book(w, sitting, 0, OP_POOL, 0);
    ops[WISH].kind = OP_WISH;
}

static void warm(struct story *s, int n)
{
    struct op op = {.kind = OP_TICKET, .day = 20000 + n, .letter = 'B', .number = 1};
    assert_int_equal(world_push(self(s)->world, &self(s)->kiosk, op, "", NULL), ERR_OK);
}

static enum err lease(struct world *w)
{
    int recalls = 0;
    enum err e = store_begin(w->store);
    if (!e)
        e = store_commit(
            w->store, centre_lease(store_centre(w->store), world_site(0), w->env.now_ms, &recalls));
    return e;
}

static enum err step(struct story *s, int step)
{
    struct world *w = self(s)->world;
    if (step == RESTART) {
        story_close(s);
        return story_open(s);
    }
    if (!w->reader) return ERR_IO;
    w->env.seed = (uint64_t)step + 1000; // what it draws is the same in every play
    if (step == LEASE) return lease(w);
    struct op_result result = {0};
    struct world_kiosk kiosk = self(s)->kiosk;
    kiosk.seq = s->warmed + step; // the steps before this one have pushed one each
    const char *phone = step == SELL ? "13800001111" : ""; // a phone has its limits
    enum err e = world_push(w, &kiosk, self(s)->ops[step], phone, &result);
    if (!e) assert_int_not_equal(result.outcome, OP_REFUSED);
    return e;
}

static struct crypt_hash dump(struct story *s)
{
    return story_dump(store_db(self(s)->world->store), questions,
                      sizeof(questions) / sizeof(questions[0]));
}

static void print(void *context, struct str line)
{
    (void)context;
    log_error("violation: %.*s", STR_ARG(line));
}

static bool is_sound(struct story *s)
{
    int violations = -1;
    enum err e = store_check(self(s)->world->reader, print, NULL, &violations);
    return !e && violations == 0;
}

struct story *story_centre(void)
{
    static struct centre_story story = {.story = {.name = "centre",
                                                  .steps = steps,
                                                  .step_count = sizeof(steps) / sizeof(steps[0]),
                                                  .begin = begin,
                                                  .end = end,
                                                  .fill = fill,
                                                  .warm = warm,
                                                  .open = story_open,
                                                  .close = story_close,
                                                  .step = step,
                                                  .dump = dump,
                                                  .is_sound = is_sound}};
    return &story.story;
}
