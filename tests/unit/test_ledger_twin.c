// The simulator proves the rules of sync over a ledger in memory. Here both ledgers live through the
// same random days: what SQLite answers must be what the memory one answers.
#include "harness/cache_world.h"

#include "sim/sim.h"
#include "sync/sync_act.h"

#define STEPS 400
#define SEEDS 12

// The disk in memory never fails here, and tells nobody.
bool sim_fault(struct sim_world *w, enum sim_fault fault)
{
    (void)w;
    (void)fault;
    return false;
}

void sim_wait(struct sim_world *w, enum sim_fault slowness)
{
    (void)w;
    (void)slowness;
}

bool sim_ledger_is_full(const struct sim_ledger *l)
{
    (void)l;
    return false;
}

uint32_t sim_roll(struct sim_random *r, uint32_t below)
{
    (void)r;
    (void)below;
    return 0;
}

void sim_trace(struct sim_world *w, const char *format, ...)
{
    (void)w;
    (void)format;
}

int mutant_is_on(enum mutant m)
{
    (void)m;
    return 0;
}

// In which order idle seats are told is left open; SQLite's is by sitting and seat.
static const struct ledger_ops *memory_ops;

static int by_seat(const void *a, const void *b)
{
    const struct ledger_right *x = a;
    const struct ledger_right *y = b;
    int order = str_compare(id_str(&x->sitting.id), id_str(&y->sitting.id));
    return order != 0 ? order : x->seat - y->seat;
}

static enum err sorted_idle(struct ledger *l, struct ledger_right *out, int max, int *count)
{
    enum err e = memory_ops->idle_rights(l, out, max, count);
    qsort(out, (size_t)*count, sizeof(*out), by_seat);
    return e;
}

struct twins {
    struct kiosk *k;
    struct sim_ledger memory;
    struct ledger *each[2];
    int64_t now_ms;
    int booking_count;
    int64_t epoch;
};

static int roll(struct twins *t, uint32_t below)
{
    return (int)env_random_below(&t->k->env.env, below);
}

static void expect_same_self(struct twins *t)
{
    struct ledger_self a = kiosk_self(t->each[0]);
    struct ledger_self b = kiosk_self(t->each[1]);
    assert_int_equal(a.op_seq, b.op_seq);
    assert_true(crypt_hash_eq(&a.op_hash, &b.op_hash));
    assert_int_equal(a.acked, b.acked);
    assert_int_equal(a.safe, b.safe);
    assert_int_equal(a.applied, b.applied);
    assert_memory_equal(&a.position, &b.position, sizeof(a.position));
    assert_true(a.floor_ms == b.floor_ms);
    assert_int_equal(a.ticket_day, b.ticket_day);
    assert_int_equal(a.ticket_number, b.ticket_number);
    assert_int_equal(a.ticket_small, b.ticket_small);
}

static void expect_same_seats(struct twins *t)
{
    for (int n = 0; n < KIOSK_SITTINGS * 4; n++) {
        struct ledger_right r[2] = {{.seat = 0}};
        int64_t given[2];
        enum err e[2];
        for (int i = 0; i < 2; i++) {
            struct ledger *l = t->each[i];
            struct sitting_id id = {kiosk_id('a', n / 4)};
            assert_int_equal(l->ops->begin(l), ERR_OK);
            e[i] = l->ops->right_get(l, id, n % 4 + 1, &r[i]);
            assert_int_equal(l->ops->given_get(l, id, n % 4 + 1, &given[i]), ERR_OK);
            assert_int_equal(l->ops->end(l, ERR_OK), ERR_OK);
        }
        assert_int_equal(e[0], e[1]);
        assert_int_equal(given[0], given[1]);
        assert_int_equal(r[0].epoch, r[1].epoch);
        assert_int_equal(r[0].is_recalled, r[1].is_recalled);
        assert_true(id_eq(r[0].booking.id, r[1].booking.id));
    }
}

static void expect_same_booking(struct twins *t, int number)
{
    struct ledger_booking b[2] = {{.seat = 0}};
    struct booking_id asked[2][LEDGER_ASKED_MAX];
    int count[2];
    enum err e[2];
    for (int i = 0; i < 2; i++) {
        struct ledger *l = t->each[i];
        assert_int_equal(l->ops->begin(l), ERR_OK);
        e[i] = l->ops->booking_get(l, (struct booking_id){kiosk_id('b', number)}, &b[i]);
        assert_int_equal(l->ops->asked(l, asked[i], &count[i]), ERR_OK);
        assert_int_equal(l->ops->end(l, ERR_OK), ERR_OK);
    }
    assert_int_equal(e[0], e[1]);
    assert_int_equal(count[0], count[1]);
    assert_int_equal(b[0].state, b[1].state);
    assert_int_equal(b[0].seat, b[1].seat);
    assert_int_equal(b[0].basis, b[1].basis);
    assert_int_equal(b[0].op_seq, b[1].op_seq);
    assert_int_equal(b[0].sold_seq, b[1].sold_seq);
    assert_int_equal(b[0].is_foreign, b[1].is_foreign);
    assert_true(id_eq(b[0].instead_of.id, b[1].instead_of.id));
    assert_string_equal(b[0].code.z, b[1].code.z);
    assert_string_equal(b[0].pin_hash.hex, b[1].pin_hash.hex);
}

static int sell(struct ledger *l, struct sync_now now, int kind, struct sync_sale sale)
{
    enum verdict verdict = VERDICT_OK;
    if (kind == 0) assert_int_equal(sync_book_right(l, &sale, now, &verdict), ERR_OK);
    if (kind == 1) assert_int_equal(sync_book_pool(l, &sale, now, &verdict), ERR_OK);
    sale.seat = kind == 2 ? 0 : sale.seat;
    if (kind == 2) assert_int_equal(sync_wish(l, &sale, now, &verdict), ERR_OK);
    return (int)verdict;
}

static int touch(struct ledger *l, struct sync_now now, int kind, int number)
{
    struct ledger_booking given = {.id.id = kiosk_id('b', number),
                                   .sitting.id = kiosk_id('a', number % KIOSK_SITTINGS),
                                   .seat = number % 4 + 1,
                                   .is_foreign = true,
                                   .code.z = "87654321",
                                   .pin_hash.hex = "ffeeddccbbaa99887766554433221100",
                                   .state = BOOKING_CONFIRMED};
    enum verdict verdict = VERDICT_OK;
    bool withdrawn = false;
    enum err e = ERR_OK;
    if (kind == 0) e = sync_cancel(l, &given, OP_WHY_VISITOR, now, &verdict);
    if (kind == 1) e = sync_checkin(l, &given, now, &verdict);
    if (kind == 2) e = sync_give_up(l, given.id, now, &withdrawn);
    return (int)e * 1000 + (int)verdict * 2 + withdrawn;
}

static int move(struct ledger *l, struct sync_now now, int old, struct sync_move to)
{
    struct ledger_booking given = {.id.id = kiosk_id('b', old),
                                   .sitting.id = kiosk_id('a', old % KIOSK_SITTINGS),
                                   .seat = old % 4 + 1,
                                   .is_foreign = true,
                                   .state = BOOKING_CONFIRMED};
    enum verdict verdict = VERDICT_OK;
    assert_int_equal(sync_move(l, &given, &to, now, &verdict), ERR_OK);
    return (int)verdict;
}

static int answer(struct ledger *l, int64_t from, int count, bool refuses, int64_t safe)
{
    struct op_result results[OP_BATCH_MAX] = {{0}};
    struct sync_decided decided[OP_BATCH_MAX];
    int decided_count = 0;
    for (int i = 0; i < count; i++) {
        results[i].seq = from + i;
        results[i].outcome = refuses ? OP_REFUSED : OP_OK;
        results[i].verdict = refuses ? VERDICT_SITTING_FULL : VERDICT_OK;
    }
    struct sync_answer a = {.gen = kiosk_id('9', 1),
                            .from = from,
                            .acked = from + count - 1,
                            .safe = safe,
                            .results = results,
                            .count = count};
    assert_int_equal(sync_hear_answer(l, &a, kiosk_time(KIOSK_NOW_MS), decided, &decided_count),
                     ERR_OK);
    return decided_count;
}

// A page that tells one sitting in some state and one seat, free, under an old or a new epoch.
static void tell(struct twins *t, int sitting, int seat, int64_t epoch, int state, bool is_recalled)
{
    struct sitting s = kiosk_sitting(sitting);
    int64_t applied = kiosk_self(t->each[0]).acked;
    s.state = (enum sitting_state)state;
    t->k->count = 0;
    kiosk_tell_sitting(t->k, &s);
    kiosk_tell_right(t->k, sitting, seat, epoch, (struct id){0});
    t->k->rows[t->k->count - 1].value.right.is_recalled = is_recalled;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(kiosk_hear(t->k, t->each[i], applied), ERR_OK);
    }
}

static void step(struct twins *t)
{
    int result[2] = {0, 0};
    int what = roll(t, 11);
    int kind = roll(t, 3);
    int sitting = roll(t, KIOSK_SITTINGS);
    int seat = 1 + roll(t, 4);
    int known = t->booking_count > 0 ? roll(t, (uint32_t)t->booking_count) : 0;
    int count = 1 + roll(t, 8);
    int64_t acked = kiosk_self(t->each[0]).acked;
    int64_t from = acked + 1 - roll(t, 2) * (acked > 0);
    struct sync_now now = {t->now_ms,
                           (enum op_trust)(roll(t, 20) == 0 ? OP_TRUST_UNKNOWN : OP_TRUST_SYNCED)};
    t->now_ms += roll(t, 60000);
    if (what == 9)
        tell(t, sitting, seat, roll(t, 2) ? ++t->epoch : t->epoch - roll(t, 3),
             roll(t, 4) == 0 ? SITTING_CLOSING : SITTING_OPEN, roll(t, 4) == 0);
    for (int i = 0; i < 2; i++) {
        struct ledger *l = t->each[i];
        char letter = 0;
        int number = 0;
        enum verdict verdict;
        if (what < 4) result[i] = sell(l, now, kind, kiosk_sale(t->booking_count, sitting, seat));
        if (what == 10) {
            result[i] = move(l, now, known,
                             (struct sync_move){kind == 0 ? OP_POOL : OP_RIGHT,
                                                kiosk_sale(t->booking_count, sitting, seat)});
        }
        if (what == 4 || what == 5) result[i] = touch(l, now, kind, known);
        if (what == 6) result[i] = answer(l, from, count, kind == 0, acked);
        if (what == 7)
            result[i] = (int)sync_return(l, (struct sitting_id){kiosk_id('a', sitting)}, seat, now);
        if (what == 8 && kind == 0) result[i] = (int)sync_start(l, now);
        if (what == 8 && kind > 0) {
            assert_int_equal(sync_walkin(l, now, &verdict, &letter, &number), ERR_OK);
            result[i] = letter * 1000 + number;
        }
    }
    t->booking_count += what < 4 || what == 10;
    assert_int_equal(result[0], result[1]);
    expect_same_self(t);
    expect_same_seats(t);
    expect_same_booking(t, known);
}

static void both_ledgers_live_through_the_same_days_alike(void **state)
{
    (void)state;
    static struct twins t;
    int64_t written = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        t = (struct twins){.k = kiosk_new(seed), .now_ms = KIOSK_NOW_MS, .epoch = 4};
        t.each[0] = &t.k->disk->ledger;
        t.each[1] = &t.memory.ledger;
        sim_ledger_init(&t.memory, NULL, kiosk_self(t.each[0]).inc);
        memory_ops = t.memory.ledger.ops;
        struct ledger_ops sorted = *memory_ops;
        sorted.idle_rights = sorted_idle;
        t.memory.ledger.ops = &sorted;
        kiosk_hello(t.each[0]);
        kiosk_hello(t.each[1]);
        for (int i = 0; i < KIOSK_SITTINGS; i++) {
            tell(&t, i, 1, 3, SITTING_OPEN, false);
            tell(&t, i, 2, 4, SITTING_OPEN, false);
        }
        for (int i = 0; i < STEPS; i++) {
            step(&t);
            bool more;
            if (i % 50 == 0)
                assert_int_equal(cache_ledger_sweep(t.k->disk, t.now_ms, &more), ERR_OK);
            if (i % 100 == 0) kiosk_reopen(t.k);
            t.each[0] = &t.k->disk->ledger;
            assert_false(t.k->disk->is_quarantined);
        }
        written += kiosk_self(t.each[0]).op_seq;
        kiosk_free(t.k);
    }
    print_message("%lld operations\n", (long long)written);
    assert_true(written > SEEDS * STEPS / 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ledgers_live_through_the_same_days_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
