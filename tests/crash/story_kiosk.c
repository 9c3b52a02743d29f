// A kiosk's day over its ledger: the rules of `sync` over cache_ledger, as the keeper calls them.
#include "crash/story.h"
#include "harness/cache_world.h"

#define ALL(columns, table, order)                                                                 \
    "SELECT coalesce(group_concat(" columns "), '') FROM (SELECT * FROM " table " ORDER BY " order \
    ")"

static const char *const questions[] = {
    "SELECT inc || coalesce(gen, '') || site || op_seq || op_hash || acked || safe || applied || "
    "base_seq || base_hash || pos_county || '.' || pos_site || '.' || pos_device || '.' || "
    "floor_ms || letter || ticket_day || '.' || ticket_number || ticket_small FROM self",
    ALL("seq || hash || kind || bytes || coalesce(outcome, '') || coalesce(verdict, '')", "op",
        "seq"),
    ALL("sitting || '.' || seat || '.' || epoch || coalesce(booking, '') || recall", "held",
        "sitting, seat"),
    ALL("sitting || '.' || seat || '.' || epoch", "given", "sitting, seat"),
    ALL("id || coalesce(sitting, '') || seat || basis || state || op_seq || coalesce(instead_of, '')",
        "booking", "id"),
    ALL("id || state || gone || seat_count", "sitting", "id"),
    ALL("sitting || '.' || pool || '.' || elsewhere", "avail", "sitting"),
};

static const struct story_step steps[] = {
    {"book on a right", false},
    {"its answer", true},
    {"book from the pool", false},
    {"its answer", true},
    {"move to the pool", false},
    {"its answer", true},
    {"move onto a right", false},
    {"cancel", false},
    {"return", false},
    {"walk-in number", false},
    {"a page", true},
    {"forget what is safe", false},
    {"end and start", true},
    {"check in", false},
};

enum {
    SELL,
    SELL_ANSWER,
    POOL,
    POOL_ANSWER,
    MOVE_POOL,
    MOVE_POOL_ANSWER,
    MOVE_RIGHT,
    CANCEL,
    GIVE_BACK,
    WALK_IN,
    PAGE,
    SWEEP,
    RESTART,
    CHECK_IN
};

// Bookings by their numbers: 1 is sold on a right and moved to 3, 2 from the pool and moved to 4.
struct kiosk_story {
    struct story story; // first
    struct kiosk *kiosk;
};

static struct kiosk *kiosk_of(struct story *s)
{
    return ((struct kiosk_story *)s)->kiosk;
}

static enum err story_open(struct story *s)
{
    struct kiosk *k = kiosk_of(s);
    arena_rewind(&k->arena, 0);
    k->env.state = 1; // an id that is drawn where none should be is the same in every play
    enum err e = cache_ledger_open(&k->arena, k->dir, &k->env.env, &k->disk);
    if (e) k->disk = NULL;
    return e ? e : story_set_sync(s, k->disk->db);
}

static void story_close(struct story *s)
{
    struct kiosk *k = kiosk_of(s);
    cache_ledger_close(k->disk);
    k->disk = NULL;
}

static void begin(struct story *s)
{
    struct kiosk *k = test_calloc(1, sizeof(*k));
    snprintf(k->dir, sizeof(k->dir), "/tmp/crash_kiosk.XXXXXX");
    assert_non_null(mkdtemp(k->dir));
    k->env = (struct kiosk_env){{&kiosk_env_ops}, KIOSK_NOW_MS, 1};
    arena_init(&k->arena, KIOSK_ARENA_MAX);
    ((struct kiosk_story *)s)->kiosk = k;
}

static void end(struct story *s)
{
    struct kiosk *k = kiosk_of(s);
    arena_deinit(&k->arena);
    kiosk_remove(k->dir);
    test_free(k);
}

static void fill(struct story *s)
{
    kiosk_fill(kiosk_of(s), &kiosk_of(s)->disk->ledger);
}

static enum err walk_in(struct ledger *l)
{
    enum verdict verdict = VERDICT_OK;
    char letter;
    int number;
    enum err e = sync_walkin(l, kiosk_time(KIOSK_NOW_MS), &verdict, &letter, &number);
    return e;
}

static void warm(struct story *s, int n)
{
    struct ledger *l = &kiosk_of(s)->disk->ledger;
    assert_int_equal(walk_in(l), ERR_OK);
    kiosk_answer(l, n, 1, 0);
}

// The answer to this operation comes.
static enum err hear(struct ledger *l, int64_t seq)
{
    struct sync_decided decided[OP_BATCH_MAX];
    int count = 0;
    struct op_result result = {.seq = seq};
    struct sync_answer answer = {.gen = kiosk_id('9', 1),
                                 .from = seq,
                                 .acked = seq,
                                 .safe = seq,
                                 .results = &result,
                                 .count = 1};
    return sync_hear_answer(l, &answer, kiosk_time(KIOSK_NOW_MS), decided, &count);
}

static enum err page(struct kiosk *k)
{
    struct ledger *l = &k->disk->ledger;
    struct ledger_self self;
    struct sitting sitting = kiosk_sitting(1);
    enum sync_page_fate fate;
    enum err e = l->ops->begin(l);
    if (!e) e = l->ops->end(l, l->ops->self_get(l, &self));
    if (e) return e;
    k->count = 0;
    sitting.state = SITTING_CLOSING;
    kiosk_tell_sitting(k, &sitting);
    kiosk_tell_right(k, 2, 4, 7, (struct id){0});
    // The page the centre sends after the first one; told again, it is stale.
    struct feed_page told = {.gen = self.gen, .rows = k->rows, .count = k->count};
    for (int i = 0; i < FEED_STREAMS; i++) {
        told.from.seq[i] = 1;
        told.to.seq[i] = 2;
    }
    return sync_hear_page(l, &told, kiosk_time(KIOSK_NOW_MS), &fate);
}

static enum err find_booking(struct ledger *l, int number, struct ledger_booking *out)
{
    enum err e = l->ops->begin(l);
    struct booking_id id = {kiosk_id('b', number)};
    return e ? e : l->ops->end(l, l->ops->booking_get(l, id, out));
}

static enum err move(struct ledger *l, int number, struct sync_move to)
{
    struct ledger_booking old;
    enum verdict verdict = VERDICT_OK;
    enum err e = find_booking(l, number, &old);
    if (!e) e = sync_move(l, &old, &to, kiosk_time(KIOSK_NOW_MS), &verdict);
    if (!e) assert_int_equal(verdict, VERDICT_OK);
    return e;
}

static enum err change(struct ledger *l, int step)
{
    struct ledger_booking booking;
    enum verdict verdict = VERDICT_OK;
    enum err e = find_booking(l, step == CANCEL ? 3 : 4, &booking);
    if (e) return e;
    struct sync_now now = kiosk_time(KIOSK_NOW_MS);
    struct sync_now later = kiosk_time(KIOSK_NOW_MS + DATE_MINUTE_MS * 125);
    e = step == CHECK_IN ? sync_checkin(l, &booking, later, &verdict)
                         : sync_cancel(l, &booking, OP_WHY_VISITOR, now, &verdict);
    if (!e) assert_int_equal(verdict, VERDICT_OK);
    return e;
}

static enum err step(struct story *s, int step)
{
    struct kiosk *k = kiosk_of(s);
    struct sync_now now = kiosk_time(KIOSK_NOW_MS);
    enum verdict verdict = VERDICT_OK;
    bool more;
    if (step == RESTART) {
        story_close(s);
        return story_open(s);
    }
    if (!k->disk) return ERR_IO;
    struct ledger *l = &k->disk->ledger;
    struct sync_sale right = kiosk_sale(1, 2, 1);
    struct sync_sale pool = kiosk_sale(2, 0, 3);
    switch (step) {
    case SELL: return sync_book_right(l, &right, now, &verdict);
    case POOL: return sync_book_pool(l, &pool, now, &verdict);
    case SELL_ANSWER: return hear(l, s->warmed + 1);
    case POOL_ANSWER: return hear(l, s->warmed + 2);
    case MOVE_POOL_ANSWER: return hear(l, s->warmed + 3);
    case MOVE_POOL: return move(l, 2, (struct sync_move){OP_POOL, kiosk_sale(4, 0, 4)});
    case MOVE_RIGHT: return move(l, 1, (struct sync_move){OP_RIGHT, kiosk_sale(3, 1, 1)});
    case CANCEL:
    case CHECK_IN: return change(l, step);
    case GIVE_BACK: return sync_return(l, (struct sitting_id){kiosk_id('a', 1)}, 2, now);
    case WALK_IN: return walk_in(l);
    case PAGE: return page(k);
    default: return cache_ledger_sweep(k->disk, KIOSK_NOW_MS, &more);
    }
}

static struct crypt_hash dump(struct story *s)
{
    return story_dump(kiosk_of(s)->disk->db, questions, sizeof(questions) / sizeof(questions[0]));
}

// The opening has read every page and chained the log anew; a file set aside is a lost one.
static bool is_sound(struct story *s)
{
    const struct cache_ledger *l = kiosk_of(s)->disk;
    return !l->is_new && !l->is_quarantined && db_check(l->db) == ERR_OK;
}

struct story *story_kiosk(void)
{
    static struct kiosk_story story = {.story = {.name = "kiosk",
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
