#include "harness/cache_world.h"

#include "sync/sync_act.h"

// Every table as one text, so that two moments can be compared.
static struct str dump(struct kiosk *k)
{
    static const char *const tables[] = {
        "SELECT inc || op_seq || op_hash || acked || safe || applied || base_seq || pos_county || "
        "letter || ticket_number || floor_ms FROM self",
        "SELECT coalesce(group_concat(hash || coalesce(outcome, '-')), '') FROM op",
        "SELECT coalesce(group_concat(sitting || seat || epoch || coalesce(booking, '-')), '') "
        "FROM held",
        "SELECT coalesce(group_concat(sitting || seat || epoch), '') FROM given",
        "SELECT coalesce(group_concat(id || state || op_seq || seat), '') FROM booking",
        "SELECT coalesce(group_concat(id || state || gone), '') FROM sitting",
    };
    struct str all = {0};
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        struct str one = {0};
        assert_int_equal(db_one_text(k->disk->db, DB_QUERY(tables[i]), &k->arena, &one), ERR_OK);
        all = str_printf(&k->arena, "%.*s\n%.*s", STR_ARG(all), STR_ARG(one));
    }
    return all;
}

static void a_new_file_begins_a_life_and_an_old_one_goes_on(void **state)
{
    struct kiosk *k = *state;
    assert_true(k->disk->is_new);
    struct inc_id inc = kiosk_self(&k->disk->ledger).inc;
    kiosk_fill(k, &k->disk->ledger);
    assert_int_equal(kiosk_sell(&k->disk->ledger, 1, 0, 1), VERDICT_OK);
    struct ledger_self before = kiosk_self(&k->disk->ledger);
    kiosk_reopen(k);
    assert_false(k->disk->is_new);
    assert_false(k->disk->is_quarantined);
    struct ledger_self after = kiosk_self(&k->disk->ledger);
    assert_true(id_eq(inc.id, after.inc.id));
    assert_int_equal(after.op_seq, 1);
    assert_true(crypt_hash_eq(&before.op_hash, &after.op_hash));
    assert_int_equal(after.letter, 'B');
    assert_int_equal(kiosk_sell(&k->disk->ledger, 2, 0, 1), VERDICT_SITTING_FULL);
}

// What a call of sync does under a fault: all of it or nothing, and the next try works.
struct act {
    const char *name;
    enum err (*run)(struct kiosk *k, struct ledger *l);
};

static enum err act_sell(struct kiosk *k, struct ledger *l)
{
    (void)k;
    enum verdict verdict;
    struct sync_sale sale = kiosk_sale(1, 0, 1);
    return sync_book_right(l, &sale, kiosk_time(KIOSK_NOW_MS), &verdict);
}

static enum err act_pool(struct kiosk *k, struct ledger *l)
{
    (void)k;
    enum verdict verdict;
    struct sync_sale sale = kiosk_sale(2, 0, 3);
    return sync_book_pool(l, &sale, kiosk_time(KIOSK_NOW_MS), &verdict);
}

static enum err act_start(struct kiosk *k, struct ledger *l)
{
    (void)k;
    return sync_start(l, kiosk_time(KIOSK_NOW_MS));
}

static enum err act_answer(struct kiosk *k, struct ledger *l)
{
    (void)k;
    struct op_result results[2] = {{.seq = 1}, {.seq = 2}};
    struct sync_decided decided[OP_BATCH_MAX];
    int count = 0;
    struct sync_answer answer = {
        .gen = kiosk_id('9', 1), .from = 1, .acked = 2, .safe = 2, .results = results, .count = 2};
    return sync_hear_answer(l, &answer, decided, &count);
}

static enum err act_return(struct kiosk *k, struct ledger *l)
{
    (void)k;
    return sync_return(l, (struct sitting_id){kiosk_id('a', 1)}, 2, kiosk_time(KIOSK_NOW_MS));
}

static enum err act_walkin(struct kiosk *k, struct ledger *l)
{
    (void)k;
    enum verdict verdict;
    char letter;
    int number;
    return sync_walkin(l, kiosk_time(KIOSK_NOW_MS), &verdict, &letter, &number);
}

static enum err act_page(struct kiosk *k, struct ledger *l)
{
    k->count = 0;
    struct sitting s = kiosk_sitting(1);
    s.state = SITTING_CLOSING;
    kiosk_tell_sitting(k, &s);
    kiosk_tell_right(k, 0, 1, 3, (struct id){0}); // cleared by the centre
    kiosk_tell_right(k, 2, 4, 7, (struct id){0});
    return kiosk_hear(k, l, 2);
}

static enum err act_sweep(struct kiosk *k, struct ledger *l)
{
    (void)l;
    bool more;
    return cache_ledger_sweep(k->disk, KIOSK_NOW_MS, &more);
}

static const struct act acts[] = {
    {"sell", act_sell},     {"pool", act_pool}, {"answer", act_answer}, {"return", act_return},
    {"walkin", act_walkin}, {"page", act_page}, {"start", act_start},   {"sweep", act_sweep},
};

static void a_broken_disk_leaves_all_or_nothing_and_the_next_try_works(void **state)
{
    struct kiosk *k = *state;
    struct ledger *l = &k->disk->ledger;
    kiosk_fill(k, l);
    for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
        size_t mark = arena_mark(&k->arena);
        struct str before = dump(k);
        enum err e = ERR_IO;
        for (int64_t n = 1; e; n++) {
            assert_true(n < 500);
            db_set_fault(k->disk->db, n);
            e = acts[i].run(k, l);
            bool never_came = db_fault_is_pending(k->disk->db);
            db_set_fault(k->disk->db, 0);
            assert_int_equal(e == ERR_OK, never_came);
            if (e) assert_true(str_eq(dump(k), before));
        }
        assert_false(str_eq(dump(k), before)); // each of them does something
        arena_rewind(&k->arena, mark);
    }
    kiosk_reopen(k);
    assert_false(k->disk->is_quarantined);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, kiosk_setup, kiosk_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_new_file_begins_a_life_and_an_old_one_goes_on),
        TEST(a_broken_disk_leaves_all_or_nothing_and_the_next_try_works),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
