#include "harness/cache_world.h"

#include "sync/sync_act.h"
#include "sync/sync_recover.h"

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
    return sync_hear_answer(l, &answer, kiosk_time(KIOSK_NOW_MS), decided, &count);
}

static enum err act_move(struct ledger *l, int old, enum op_basis basis, struct sync_sale sale)
{
    struct sync_move to = {basis, sale};
    struct ledger_booking booking = {.id.id = kiosk_id('b', old),
                                     .sitting.id = kiosk_id('a', 2),
                                     .seat = 4,
                                     .is_foreign = true,
                                     .state = BOOKING_CONFIRMED};
    enum verdict verdict;
    enum err e = sync_move(l, &booking, &to, kiosk_time(KIOSK_NOW_MS), &verdict);
    if (!e) assert_int_equal(verdict, VERDICT_OK);
    return e;
}

static enum err act_move_right(struct kiosk *k, struct ledger *l)
{
    (void)k;
    return act_move(l, 11, OP_RIGHT, kiosk_sale(12, 2, 2));
}

static enum err act_move_pool(struct kiosk *k, struct ledger *l)
{
    (void)k;
    return act_move(l, 12, OP_POOL, kiosk_sale(13, 1, 4));
}

static enum err act_moved(struct kiosk *k, struct ledger *l)
{
    (void)k;
    struct op_result results[2] = {{.seq = 3}, {.seq = 4}};
    struct sync_decided decided[OP_BATCH_MAX];
    int count = 0;
    struct sync_answer answer = {
        .gen = kiosk_id('9', 1), .from = 3, .acked = 4, .safe = 2, .results = results, .count = 2};
    return sync_hear_answer(l, &answer, kiosk_time(KIOSK_NOW_MS), decided, &count);
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
    {"sell", act_sell},
    {"pool", act_pool},
    {"answer", act_answer},
    {"move", act_move_right},
    {"ask to move", act_move_pool},
    {"moved", act_moved},
    {"return", act_return},
    {"walkin", act_walkin},
    {"page", act_page},
    {"start", act_start},
    {"sweep", act_sweep},
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

// Sold: booking 1 on seat 1 of sitting 0. Given back: seat 2 of sitting 1. Both are answered, the
// first of the two operations is safe at the centre and forgotten.
static void fill_for_triggers(struct kiosk *k)
{
    struct ledger *l = &k->disk->ledger;
    bool more;
    kiosk_fill(k, l);
    assert_int_equal(kiosk_sell(l, 1, 0, 1), VERDICT_OK);
    assert_int_equal(act_return(k, l), ERR_OK);
    assert_int_equal(act_walkin(k, l), ERR_OK);
    kiosk_answer(l, 1, 2, 1);
    assert_int_equal(cache_ledger_sweep(k->disk, KIOSK_NOW_MS, &more), ERR_OK);
}

#define HEX64 "'0000000000000000000000000000000000000000000000000000000000000001'"
#define A(n)  "'a000000000000000000000000000000" #n "'"
#define B(n)  "'b000000000000000000000000000000" #n "'"

static const struct {
    const char *sql;
    enum err expected;
} attempts[] = {
    // the log has no gaps and is never rewritten
    {"INSERT INTO op (seq, hash, kind, bytes) VALUES (4, " HEX64 ", 'ticket', 'x')", ERR_OK},
    {"INSERT INTO op (seq, hash, kind, bytes) VALUES (5, " HEX64 ", 'ticket', 'x')", ERR_CONFLICT},
    {"INSERT INTO op (seq, hash, kind, bytes) VALUES (1, " HEX64 ", 'ticket', 'x')", ERR_CONFLICT},
    {"UPDATE op SET outcome = 'ok' WHERE seq = 2", ERR_OK},
    {"UPDATE op SET bytes = 'other' WHERE seq = 2", ERR_CONFLICT},
    {"UPDATE op SET seq = 9 WHERE seq = 3", ERR_CONFLICT},
    {"DELETE FROM op WHERE seq = 1", ERR_OK}, // forgotten already
    {"DELETE FROM op WHERE seq = 2", ERR_CONFLICT},
    {"DELETE FROM op WHERE seq = 3", ERR_CONFLICT},
    // the positions
    {"UPDATE self SET acked = 3", ERR_OK},
    {"UPDATE self SET acked = 4", ERR_CONFLICT},
    {"UPDATE self SET safe = 2", ERR_OK},
    {"UPDATE self SET safe = 3", ERR_CONFLICT},
    {"UPDATE self SET safe = 0", ERR_CONFLICT},
    {"UPDATE self SET op_seq = 2", ERR_CONFLICT},
    {"UPDATE self SET op_seq = 4", ERR_CONFLICT},
    {"UPDATE self SET op_hash = " HEX64, ERR_CONFLICT},
    {"UPDATE self SET safe = 2, base_seq = 2, base_hash = (SELECT hash FROM op WHERE seq = 2)",
     ERR_OK},
    {"UPDATE self SET safe = 2, base_seq = 2", ERR_CONFLICT},
    {"UPDATE self SET base_seq = 2, base_hash = (SELECT hash FROM op WHERE seq = 2)", ERR_CONFLICT},
    {"UPDATE self SET pos_county = 2, pos_site = 2, pos_device = 2", ERR_OK},
    {"UPDATE self SET pos_county = 0, pos_site = 0, pos_device = 0", ERR_OK},
    {"UPDATE self SET pos_county = 5", ERR_OK},
    {"UPDATE self SET inc = gen", ERR_CONFLICT},
    {"DELETE FROM self", ERR_CONFLICT},
    // a seat that was given back
    {"INSERT INTO held VALUES (" A(1) ", 2, 4, NULL, 0)", ERR_OK},
    {"INSERT INTO held VALUES (" A(1) ", 2, 3, NULL, 0)", ERR_CONFLICT},
    {"INSERT INTO held VALUES (" A(1) ", 2, 2, NULL, 0)", ERR_CONFLICT},
    {"UPDATE given SET epoch = 4", ERR_OK},
    {"UPDATE given SET epoch = 2", ERR_CONFLICT},
    {"INSERT INTO given VALUES (" A(2) ", 1, 3)", ERR_CONFLICT}, // still held
    {"INSERT INTO given VALUES (" A(2) ", 4, 3)", ERR_OK},
    // a seat that is sold
    {"DELETE FROM held WHERE sitting = " A(2) " AND seat = 1", ERR_OK},
    {"DELETE FROM held WHERE sitting = " A(0) " AND seat = 1", ERR_CONFLICT},
    {"UPDATE held SET epoch = 4 WHERE sitting = " A(2) " AND seat = 1", ERR_OK},
    {"UPDATE held SET epoch = 2 WHERE sitting = " A(2) " AND seat = 1", ERR_CONFLICT},
    {"UPDATE held SET epoch = 4 WHERE sitting = " A(0) " AND seat = 1", ERR_CONFLICT},
    {"UPDATE held SET booking = NULL WHERE sitting = " A(0) " AND seat = 1", ERR_OK},
    {"UPDATE held SET booking = " B(9) " WHERE sitting = " A(0) " AND seat = 1", ERR_CONFLICT},
    {"UPDATE held SET booking = " B(1) " WHERE sitting = " A(2) " AND seat = 1", ERR_CONFLICT},
    {"UPDATE held SET seat = 4 WHERE sitting = " A(2) " AND seat = 1", ERR_CONFLICT},
    {"INSERT INTO held VALUES (" A(2) ", 51, 4, NULL, 0)", ERR_CONFLICT},
    // one live booking a seat
    {"INSERT INTO booking VALUES (" B(2) ", " A(
         0) ", 1, 'right', 0, 9, 9, '1', '', 'confirmed', NULL)",
     ERR_CONFLICT},
    {"INSERT INTO booking VALUES (" B(2) ", " A(
         0) ", 1, 'right', 0, 9, 9, '1', '', 'cancelled', NULL)",
     ERR_OK},
    {"INSERT INTO booking VALUES (" B(2) ", " A(
         0) ", 1, 'pool', 0, 9, 9, '1', '', 'confirmed', NULL)",
     ERR_OK},
    {"UPDATE booking SET state = 'gone'", ERR_CONFLICT},
};

static void the_database_refuses_what_the_rules_never_do(void **state)
{
    struct kiosk *k = *state;
    fill_for_triggers(k);
    for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++) {
        assert_int_equal(db_begin(k->disk->db, DB_WRITE), ERR_OK);
        enum err e = db_run(k->disk->db, DB_QUERY(attempts[i].sql), NULL);
        if (e != attempts[i].expected) print_message("%s\n", attempts[i].sql);
        assert_int_equal(e, attempts[i].expected);
        assert_int_equal(db_end(k->disk->db, ERR_STOPPED), ERR_STOPPED);
    }
}

static void a_cursor_goes_forward_or_back_to_the_start(void **state)
{
    struct kiosk *k = *state;
    fill_for_triggers(k);
    struct db *db = k->disk->db;
    assert_int_equal(db_run(db, DB_QUERY("UPDATE self SET pos_county = 5"), NULL), ERR_OK);
    assert_int_equal(db_run(db, DB_QUERY("UPDATE self SET pos_county = 4"), NULL), ERR_CONFLICT);
    assert_int_equal(db_run(db, DB_QUERY("UPDATE self SET pos_county = 0"), NULL), ERR_OK);
}

static void a_seat_sold_again_at_the_centre_does_not_stop_an_answer(void **state)
{
    struct kiosk *k = *state;
    struct ledger *l = &k->disk->ledger;
    kiosk_fill(k, l);
    for (int i = 1; i <= 2;
         i++) { // the centre freed seat 3 in between, and this kiosk was not told
        enum verdict verdict;
        struct sync_sale sale = kiosk_sale(i, 0, 3);
        assert_int_equal(sync_book_pool(l, &sale, kiosk_time(KIOSK_NOW_MS), &verdict), ERR_OK);
        kiosk_answer(l, i, 1, 0);
    }
    assert_int_equal(kiosk_self(l).acked, 2);
}

static void a_batch_is_what_was_written_with_the_hash_before_it(void **state)
{
    struct kiosk *k = *state;
    struct ledger *l = &k->disk->ledger;
    struct cache_batch batch;
    bool more = true;
    int64_t unsent = 0;
    kiosk_fill(k, l);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(act_walkin(k, l), ERR_OK);
    }
    assert_int_equal(cache_ledger_unsent(k->disk, &unsent), ERR_OK);
    assert_int_equal(unsent, 100);
    assert_int_equal(cache_ledger_batch(k->disk, &k->arena, 1, 64, 1 << 20, &batch), ERR_OK);
    assert_int_equal(batch.count, 64);
    struct crypt_hash hash = batch.prev;
    for (int i = 0; i < 64; i++) {
        hash = crypt_chain(&hash, batch.ops[i]);
    }
    assert_int_equal(cache_ledger_batch(k->disk, &k->arena, 65, 64, 1 << 20, &batch), ERR_OK);
    assert_int_equal(batch.count, 36);
    assert_true(crypt_hash_eq(&hash, &batch.prev));
    size_t one = batch.ops[0].len;
    assert_int_equal(cache_ledger_batch(k->disk, &k->arena, 65, 64, 3 * one, &batch), ERR_OK);
    assert_int_equal(batch.count, 3);
    assert_int_equal(cache_ledger_batch(k->disk, &k->arena, 65, 64, 1, &batch), ERR_OK);
    assert_int_equal(batch.count, 1);
    kiosk_answer(l, 1, 64, 64);
    kiosk_answer(l, 65, 30, 70);
    assert_int_equal(cache_ledger_sweep(k->disk, KIOSK_NOW_MS, &more), ERR_OK);
    assert_true(more);
    assert_int_equal(cache_ledger_sweep(k->disk, KIOSK_NOW_MS, &more), ERR_OK);
    assert_false(more);
    assert_int_equal(cache_ledger_batch(k->disk, &k->arena, 70, 64, 1 << 20, &batch),
                     ERR_NOT_FOUND);
    assert_int_equal(cache_ledger_batch(k->disk, &k->arena, 71, 64, 1 << 20, &batch), ERR_OK);
    assert_int_equal(batch.count, 30);
    assert_int_equal(cache_ledger_batch(k->disk, &k->arena, 101, 64, 1 << 20, &batch), ERR_OK);
    assert_int_equal(batch.count, 0);
    kiosk_reopen(k);
    assert_false(k->disk->is_quarantined);
    assert_int_equal(kiosk_self(&k->disk->ledger).op_seq, 100);
}

static int64_t count_of(struct kiosk *k, const char *sql)
{
    int64_t n = -1;
    assert_int_equal(db_one_int(k->disk->db, DB_QUERY(sql), &n), ERR_OK);
    return n;
}

static void what_is_over_is_forgotten_and_what_is_owed_is_not(void **state)
{
    struct kiosk *k = *state;
    struct ledger *l = &k->disk->ledger;
    bool more;
    enum verdict verdict;
    kiosk_fill(k, l);
    assert_int_equal(kiosk_sell(l, 1, 0, 1), VERDICT_OK);
    int64_t over = kiosk_sitting(KIOSK_SITTINGS).end_ms + CACHE_KEEP_MS;
    // The clock has jumped ahead; its floor has not, so nothing is forgotten.
    assert_int_equal(cache_ledger_sweep(k->disk, over, &more), ERR_OK);
    assert_int_equal(count_of(k, "SELECT count(*) FROM held"), 2 * KIOSK_SITTINGS);
    char letter;
    int number;
    assert_int_equal(sync_walkin(l, kiosk_time(over), &verdict, &letter, &number), ERR_OK);
    // The sale has no answer yet: the booking stays.
    assert_int_equal(cache_ledger_sweep(k->disk, over, &more), ERR_OK);
    assert_int_equal(count_of(k, "SELECT count(*) FROM held"), 0);
    assert_int_equal(count_of(k, "SELECT count(*) FROM booking"), 1);
    kiosk_answer(l, 1, 2, 2);
    assert_int_equal(cache_ledger_sweep(k->disk, over, &more), ERR_OK);
    assert_int_equal(count_of(k, "SELECT count(*) FROM booking"), 0);
    assert_int_equal(count_of(k, "SELECT count(*) FROM op"), 0);
    assert_int_equal(count_of(k, "SELECT count(*) FROM sitting"), KIOSK_SITTINGS);
    int64_t long_over = over + CACHE_KEEP_SITTING_MS;
    assert_int_equal(sync_walkin(l, kiosk_time(long_over), &verdict, &letter, &number), ERR_OK);
    assert_int_equal(cache_ledger_sweep(k->disk, long_over, &more), ERR_OK);
    assert_int_equal(count_of(k, "SELECT count(*) FROM sitting"), 0);
    kiosk_reopen(k);
    assert_false(k->disk->is_quarantined);
    assert_int_equal(kiosk_self(&k->disk->ledger).op_seq, 3);
}

static void a_stream_told_anew_keeps_the_rights_and_hides_what_is_gone(void **state)
{
    struct kiosk *k = *state;
    struct ledger *l = &k->disk->ledger;
    struct sitting s;
    bool more;
    kiosk_fill(k, l);
    assert_int_equal(l->ops->begin(l), ERR_OK);
    for (int stream = 0; stream < FEED_STREAMS; stream++) {
        assert_int_equal(l->ops->rows_drop(l, (enum feed_stream)stream), ERR_OK);
    }
    assert_int_equal(l->ops->sitting_get(l, kiosk_sitting(0).id, &s), ERR_NOT_FOUND);
    assert_int_equal(l->ops->end(l, ERR_OK), ERR_OK);
    assert_int_equal(count_of(k, "SELECT count(*) FROM held"), 2 * KIOSK_SITTINGS);
    assert_int_equal(cache_ledger_sweep(k->disk, KIOSK_NOW_MS, &more), ERR_OK);
    assert_int_equal(count_of(k, "SELECT count(*) FROM sitting"), KIOSK_SITTINGS);
    kiosk_tell_sitting(k, &(struct sitting){0});
    k->rows[0].value.sitting = kiosk_sitting(0);
    assert_int_equal(kiosk_hear(k, l, 0), ERR_OK);
    assert_int_equal(l->ops->begin(l), ERR_OK);
    assert_int_equal(l->ops->sitting_get(l, kiosk_sitting(0).id, &s), ERR_OK);
    assert_int_equal(l->ops->end(l, ERR_OK), ERR_OK);
}

// A restored centre that has no row in a stream says nothing of it; what was read there before is gone.
static void a_stream_that_a_new_history_leaves_empty_is_emptied(void **state)
{
    struct kiosk *k = *state;
    struct ledger *l = &k->disk->ledger;
    struct sitting s;
    struct sync_hello hello = {.gen = kiosk_id('9', 2), .wants_report = true};
    struct feed_page page = {.gen = hello.gen};
    enum sync_hello_fate fate;
    enum sync_page_fate page_fate;
    kiosk_fill(k, l);
    assert_int_equal(sync_hear_hello(l, &hello, &fate), ERR_OK);
    assert_int_equal(sync_hear_report(l, hello.gen), ERR_OK);
    assert_int_equal(sync_hear_page(l, &page, kiosk_time(KIOSK_NOW_MS), &page_fate), ERR_OK);
    assert_int_equal(page_fate, SYNC_PAGE_MERGED);
    assert_int_equal(l->ops->begin(l), ERR_OK);
    assert_int_equal(l->ops->sitting_get(l, kiosk_sitting(0).id, &s), ERR_NOT_FOUND);
    assert_int_equal(l->ops->end(l, ERR_OK), ERR_OK);
    assert_int_equal(count_of(k, "SELECT count(*) FROM held"), 2 * KIOSK_SITTINGS);
}

static void a_row_of_an_unknown_kind_is_kept_and_dies(void **state)
{
    struct kiosk *k = *state;
    struct ledger *l = &k->disk->ledger;
    kiosk_hello(l);
    struct feed_row *row = kiosk_row(k, FEED_COUNTY, FEED_KIND_UNKNOWN, STR("n1"));
    row->body = STR("{\"k\":\"notice\",\"v\":{\"text\":\"停电\"}}");
    assert_int_equal(kiosk_hear(k, l, 0), ERR_OK);
    assert_int_equal(kiosk_hear(k, l, 0), ERR_OK); // told twice
    assert_int_equal(count_of(k, "SELECT count(*) FROM feed_other WHERE kind = 'notice'"), 1);
    k->rows[0].is_dead = true;
    assert_int_equal(kiosk_hear(k, l, 0), ERR_OK);
    assert_int_equal(count_of(k, "SELECT count(*) FROM feed_other"), 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, kiosk_setup, kiosk_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_new_file_begins_a_life_and_an_old_one_goes_on),
        TEST(a_broken_disk_leaves_all_or_nothing_and_the_next_try_works),
        TEST(the_database_refuses_what_the_rules_never_do),
        TEST(a_cursor_goes_forward_or_back_to_the_start),
        TEST(a_seat_sold_again_at_the_centre_does_not_stop_an_answer),
        TEST(a_batch_is_what_was_written_with_the_hash_before_it),
        TEST(what_is_over_is_forgotten_and_what_is_owed_is_not),
        TEST(a_stream_told_anew_keeps_the_rights_and_hides_what_is_gone),
        TEST(a_stream_that_a_new_history_leaves_empty_is_emptied),
        TEST(a_row_of_an_unknown_kind_is_kept_and_dies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
