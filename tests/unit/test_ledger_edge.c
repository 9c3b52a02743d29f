// The kiosk's ledger at its edges: how much it may owe and own, and what a wrong clock leaves behind.
#include "harness/cache_world.h"

#include "cache/cache_file.h"

#include "sync/sync_act.h"

#define TEN_YEARS_MS (INT64_C(3652) * DATE_DAY_MS)

// A ledger that owes the centre as much as is said, over the real one.
static struct ledger_ops owing_ops;
static int64_t owed;
static int64_t acked;

static enum err owing_self_get(struct ledger *l, struct ledger_self *out)
{
    enum err e = cache_ledger_ops.self_get(l, out);
    acked = out->acked;
    out->acked = out->op_seq - owed;
    return e;
}

static enum err owing_self_put(struct ledger *l, const struct ledger_self *self)
{
    struct ledger_self put = *self;
    put.acked = acked;
    return cache_ledger_ops.self_put(l, &put);
}

static void a_kiosk_owes_20000_operations_and_then_sells_no_more(void **state)
{
    struct kiosk *k = *state;
    struct ledger *l = &k->disk->ledger;
    enum verdict verdict;
    char letter;
    int number;
    kiosk_fill(k, l);
    owing_ops = cache_ledger_ops;
    owing_ops.self_get = owing_self_get;
    owing_ops.self_put = owing_self_put;
    l->ops = &owing_ops;
    owed = OP_UNSENT_MAX;
    assert_int_equal(kiosk_sell(l, 1, 0, 1), VERDICT_LOG_FULL);
    struct sync_sale pool = kiosk_sale(2, 0, 3);
    assert_int_equal(sync_book_pool(l, &pool, kiosk_time(KIOSK_NOW_MS), &verdict), ERR_OK);
    assert_int_equal(verdict, VERDICT_LOG_FULL);
    struct sync_sale wish = kiosk_sale(3, 0, 0);
    assert_int_equal(sync_wish(l, &wish, kiosk_time(KIOSK_NOW_MS), &verdict), ERR_OK);
    assert_int_equal(verdict, VERDICT_LOG_FULL);
    // Who is there gets a number all the same, and what was sold can be cancelled.
    assert_int_equal(sync_walkin(l, kiosk_time(KIOSK_NOW_MS), &verdict, &letter, &number), ERR_OK);
    assert_int_equal(verdict, VERDICT_OK);
    owed = OP_UNSENT_MAX - 1;
    assert_int_equal(kiosk_sell(l, 1, 0, 1), VERDICT_OK);
    owed = OP_UNSENT_MAX;
    struct ledger_booking sold = {.id.id = kiosk_id('b', 1)};
    assert_int_equal(sync_cancel(l, &sold, OP_WHY_VISITOR, kiosk_time(KIOSK_NOW_MS), &verdict),
                     ERR_OK);
    assert_int_equal(verdict, VERDICT_OK);
    l->ops = &cache_ledger_ops;
}

static void tell_rights(struct kiosk *k, struct ledger *l, int first, int count)
{
    struct ledger_self self = kiosk_self(l);
    struct feed_row *rows = test_calloc((size_t)count, sizeof(*rows));
    enum sync_page_fate fate;
    for (int i = 0; i < count; i++) {
        int n = first + i;
        rows[i] = (struct feed_row){.stream = FEED_DEVICE, .kind = FEED_RIGHT, .seq = 1};
        rows[i].value.right =
            (struct feed_right){.sitting.id = kiosk_id('a', n / SITTING_SEATS_MAX),
                                .seat = n % SITTING_SEATS_MAX + 1,
                                .epoch = 1};
    }
    struct feed_page page = {
        .gen = self.gen, .from = self.position, .to = self.position, .rows = rows, .count = count};
    page.to.seq[FEED_DEVICE]++;
    assert_int_equal(sync_hear_page(l, &page, kiosk_time(KIOSK_NOW_MS), &fate), ERR_OK);
    assert_int_equal(fate, SYNC_PAGE_MERGED);
    test_free(rows);
    (void)k;
}

static int64_t held(struct kiosk *k)
{
    int64_t n = -1;
    assert_int_equal(db_one_int(k->disk->db, DB_QUERY("SELECT count(*) FROM held"), &n), ERR_OK);
    return n;
}

static void a_kiosk_owns_2000_seats_and_the_next_stops_nothing(void **state)
{
    struct kiosk *k = *state;
    struct ledger *l = &k->disk->ledger;
    kiosk_hello(l);
    tell_rights(k, l, 0, LEDGER_RIGHTS_MAX);
    assert_int_equal(held(k), LEDGER_RIGHTS_MAX);
    struct sitting s = kiosk_sitting(0);
    k->count = 0;
    kiosk_tell_sitting(k, &s);
    kiosk_tell_right(k, LEDGER_RIGHTS_MAX, 1, 1, (struct id){{0}}); // one past
    assert_int_equal(kiosk_hear(k, l, 0), ERR_OK);
    assert_int_equal(held(k), LEDGER_RIGHTS_MAX);
    assert_int_equal(kiosk_sell(l, 1, 0, 1), VERDICT_OK);
}

static void hello_at(struct ledger *l, int64_t now_ms)
{
    struct sync_hello hello = {
        .gen = kiosk_id('9', 1), .site.z = "141182100", .letter = 'B', .now_ms = now_ms};
    enum sync_hello_fate fate = SYNC_HELLO_STALE;
    assert_int_equal(sync_hear_hello(l, &hello, &fate), ERR_OK);
    assert_int_equal(fate, SYNC_HELLO_HEARD);
}

static void the_floor_of_the_clock_follows_the_centre_back_as_well(void **state)
{
    struct kiosk *k = *state;
    struct ledger *l = &k->disk->ledger;
    hello_at(l, KIOSK_NOW_MS + TEN_YEARS_MS);
    assert_true(kiosk_self(l).floor_ms == KIOSK_NOW_MS + TEN_YEARS_MS);
    hello_at(l, KIOSK_NOW_MS); // its clock was put right
    assert_true(kiosk_self(l).floor_ms == KIOSK_NOW_MS);
}

static void each_answer_of_the_feed_raises_the_floor_where_the_clock_is_trusted(void **state)
{
    struct kiosk *k = *state;
    struct ledger *l = &k->disk->ledger;
    hello_at(l, KIOSK_NOW_MS);
    static const struct {
        int64_t later_ms;
        enum op_trust trust;
        int64_t floor_ms;
    } rows[] = {{60000, OP_TRUST_SYNCED, 60000},
                {30000, OP_TRUST_SYNCED, 60000},
                {TEN_YEARS_MS, OP_TRUST_UNKNOWN, 60000},
                {90000, OP_TRUST_CARRIED, 90000}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ledger_self self = kiosk_self(l);
        struct feed_page page = {.gen = self.gen, .from = self.position, .to = self.position};
        struct sync_now now = {KIOSK_NOW_MS + rows[i].later_ms, rows[i].trust};
        enum sync_page_fate fate;
        assert_int_equal(sync_hear_page(l, &page, now, &fate), ERR_OK);
        assert_int_equal(fate, SYNC_PAGE_MERGED);
        assert_true(kiosk_self(l).floor_ms == KIOSK_NOW_MS + rows[i].floor_ms);
    }
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, kiosk_setup, kiosk_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_kiosk_owes_20000_operations_and_then_sells_no_more),
        TEST(a_kiosk_owns_2000_seats_and_the_next_stops_nothing),
        TEST(the_floor_of_the_clock_follows_the_centre_back_as_well),
        TEST(each_answer_of_the_feed_raises_the_floor_where_the_clock_is_trusted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
