// A kiosk whose centre was restored from a backup, over its real database: what it notes, tells again
// and reports, and in which order.
#include "harness/cache_world.h"

#include "sync/sync_act.h"
#include "sync/sync_recover.h"
#include "wire/wire_op.h"
#include "wire/wire_report.h"

// The generation of kiosk_hello is '9'.
static enum sync_hello_fate hello(struct ledger *l, char gen, int64_t acked, bool wants_report)
{
    struct sync_hello word = {.gen = kiosk_id(gen, 1),
                              .wants_report = wants_report,
                              .acked = acked,
                              .site.z = "141182100",
                              .letter = 'B',
                              .now_ms = KIOSK_NOW_MS};
    enum sync_hello_fate fate = SYNC_HELLO_STALE;
    assert_int_equal(sync_hear_hello(l, &word, &fate), ERR_OK);
    return fate;
}

static void a_newer_history_is_noted_before_anything_is_said_in_it(void **state)
{
    struct kiosk *k = *state;
    struct ledger *l = &k->disk->ledger;
    kiosk_fill(k, l);
    assert_int_equal(kiosk_sell(l, 1, 0, 1), VERDICT_OK);
    assert_int_equal(kiosk_sell(l, 2, 0, 2), VERDICT_OK);
    kiosk_answer(l, 1, 2, 0);
    assert_int_equal(hello(l, 'a', 1, true), SYNC_HELLO_HEARD);
    kiosk_reopen(k);
    l = &k->disk->ledger;
    struct ledger_self self = kiosk_self(l);
    assert_true(sync_must_report(&self));
    assert_true(id_eq(sync_gen(&self), kiosk_id('a', 1)));
    assert_int_equal(self.acked, 1);
    struct sync_owed owed = sync_owed(&self);
    assert_int_equal(owed.unsent, 1);
    assert_int_equal(owed.before_report, 1);
    // A page of the history before is over, and it alone would have taken the seats away.
    struct feed_page page = {.gen = kiosk_id('9', 1), .from = self.position, .to = self.position};
    enum sync_page_fate fate;
    assert_int_equal(sync_hear_page(l, &page, kiosk_time(KIOSK_NOW_MS), &fate), ERR_OK);
    assert_int_equal(fate, SYNC_PAGE_OTHER_GENERATION);
    // So is an answer to what was asked in it.
    kiosk_answer(l, 2, 1, 0);
    assert_int_equal(kiosk_self(l).acked, 1);
}

static void a_word_of_an_older_history_changes_nothing(void **state)
{
    struct kiosk *k = *state;
    struct ledger *l = &k->disk->ledger;
    kiosk_fill(k, l);
    assert_int_equal(hello(l, '8', 0, true), SYNC_HELLO_STALE);
    struct ledger_self self = kiosk_self(l);
    assert_false(sync_must_report(&self));
    assert_true(id_eq(self.gen, kiosk_id('9', 1)));
    // Also not one of the first while the second is reported to.
    assert_int_equal(hello(l, 'b', 0, true), SYNC_HELLO_HEARD);
    assert_int_equal(hello(l, 'a', 0, true), SYNC_HELLO_STALE);
    self = kiosk_self(l);
    assert_true(id_eq(sync_gen(&self), kiosk_id('b', 1)));
}

static void a_report_names_every_seat_and_nothing_is_given_back_before(void **state)
{
    struct kiosk *k = *state;
    struct ledger *l = &k->disk->ledger;
    struct ledger_right rights[LEDGER_RIGHTS_MAX];
    struct sync_report report;
    kiosk_fill(k, l);
    assert_int_equal(kiosk_sell(l, 1, 0, 1), VERDICT_OK);
    assert_int_equal(hello(l, 'a', 0, true), SYNC_HELLO_HEARD);
    // A visitor who comes meanwhile is served, and does not put the report off.
    assert_int_equal(kiosk_sell(l, 2, 0, 2), VERDICT_OK);
    struct sitting_id sitting = {kiosk_id('a', 1)};
    assert_int_equal(sync_return(l, sitting, 1, kiosk_time(KIOSK_NOW_MS)), ERR_NOT_FOUND);
    struct ledger_self self = kiosk_self(l);
    assert_int_equal(sync_owed(&self).before_report, 1);
    assert_int_equal(sync_report(l, rights, &report), ERR_OK);
    assert_int_equal(report.count, 2 * KIOSK_SITTINGS);
    assert_int_equal(report.op_seq, 1);
    assert_true(id_eq(report.gen, kiosk_id('a', 1)));
    assert_int_equal(rights[0].epoch, 3);
    // An answer to a report of another history is none.
    assert_int_equal(sync_hear_report(l, kiosk_id('9', 1)), ERR_OK);
    self = kiosk_self(l);
    assert_true(sync_must_report(&self));
    assert_int_equal(sync_hear_report(l, kiosk_id('a', 1)), ERR_OK);
    self = kiosk_self(l);
    assert_false(sync_must_report(&self));
    assert_true(id_eq(self.gen, kiosk_id('a', 1)));
    assert_int_equal(self.position.seq[FEED_DEVICE], 0);
    assert_int_equal(sync_return(l, sitting, 1, kiosk_time(KIOSK_NOW_MS)), ERR_OK);
}

static void what_a_pool_sale_was_answered_with_goes_with_it(void **state)
{
    struct kiosk *k = *state;
    struct ledger *l = &k->disk->ledger;
    struct cache_batch *batch = arena_new(&k->arena, struct cache_batch);
    struct sync_decided decided[OP_BATCH_MAX];
    struct sync_sale sale = kiosk_sale(1, 0, 4);
    enum verdict verdict;
    int count;
    kiosk_fill(k, l);
    assert_int_equal(sync_book_pool(l, &sale, kiosk_time(KIOSK_NOW_MS), &verdict), ERR_OK);
    assert_int_equal(verdict, VERDICT_OK);
    assert_int_equal(kiosk_sell(l, 2, 0, 1), VERDICT_OK);
    struct op_result results[] = {{.seq = 1, .seat = 4, .epoch = 7}, {.seq = 2}};
    struct sync_answer answer = {
        .gen = kiosk_id('9', 1), .from = 1, .acked = 2, .results = results, .count = 2};
    assert_int_equal(sync_hear_answer(l, &answer, kiosk_time(KIOSK_NOW_MS), decided, &count),
                     ERR_OK);
    assert_int_equal(hello(l, 'a', 0, true), SYNC_HELLO_HEARD);
    assert_int_equal(cache_ledger_batch(k->disk, &k->arena, 1, 64, 1 << 20, batch), ERR_OK);
    assert_int_equal(batch->count, 2);
    assert_int_equal(batch->had_epoch[0], 7);
    assert_int_equal(batch->had_epoch[1], 0);
}

static void a_centre_that_lacks_what_was_erased_is_not_followed(void **state)
{
    struct kiosk *k = *state;
    struct ledger *l = &k->disk->ledger;
    bool more = false;
    kiosk_fill(k, l);
    assert_int_equal(kiosk_sell(l, 1, 0, 1), VERDICT_OK);
    kiosk_answer(l, 1, 1, 1); // safe
    assert_int_equal(cache_ledger_sweep(k->disk, KIOSK_NOW_MS, &more), ERR_OK);
    assert_int_equal(hello(l, 'a', 0, true), SYNC_HELLO_BEHIND);
    struct ledger_self self = kiosk_self(l);
    assert_false(sync_must_report(&self));
    assert_int_equal(self.acked, 1);
    assert_int_equal(hello(l, 'a', 1, true), SYNC_HELLO_HEARD);
}

// ---- On the wire

static void a_batch_carries_what_was_answered_beside_its_operations(void **state)
{
    (void)state;
    struct arena a;
    struct buf text;
    struct json_value *document;
    struct json_mistake mistake = {0};
    struct wire_batch in = {.gen = kiosk_id('a', 1), .from = 5, .count = 2};
    in.prev = STR("00000000000000000000000000000000ffffffffffffffffffffffffffffffff");
    in.ops[0] = STR("one");
    in.ops[1] = STR("two");
    in.had_epoch[1] = 9;
    arena_init(&a, 1 << 20);
    buf_init(&text, 1 << 20);
    struct wire_batch *out = arena_new(&a, struct wire_batch);
    assert_int_equal(wire_batch_write(&in, &text), ERR_OK);
    assert_true(str_find(buf_str(&text), STR("\"had\":[{\"seq\":6,\"epoch\":9}]"), 0) != SIZE_MAX);
    assert_int_equal(json_parse(buf_str(&text), &document, NULL), ERR_OK);
    assert_int_equal(wire_batch_parse(document, &a, out, &mistake), ERR_OK);
    json_free(document);
    assert_int_equal(out->had_epoch[0], 0);
    assert_int_equal(out->had_epoch[1], 9);
    // Of an operation that is not in the batch nothing can have been answered.
    in.from = 6;
    buf_clear(&text);
    assert_int_equal(wire_batch_write(&in, &text), ERR_OK);
    char *seq = text.bytes + str_find(buf_str(&text), STR("\"seq\":7"), 0);
    seq[6] = '8';
    assert_int_equal(json_parse(buf_str(&text), &document, NULL), ERR_OK);
    assert_int_equal(wire_batch_parse(document, &a, out, &mistake), ERR_BAD_INPUT);
    json_free(document);
    buf_deinit(&text);
    arena_deinit(&a);
}

static enum err read_report(struct arena *a, const struct wire_report *in, struct wire_report *out)
{
    struct buf text;
    struct json_value *document;
    struct json_mistake mistake = {0};
    buf_init(&text, 1 << 20);
    assert_int_equal(wire_report_write(in, &text), ERR_OK);
    assert_int_equal(json_parse(buf_str(&text), &document, NULL), ERR_OK);
    enum err e = wire_report_parse(document, a, out, &mistake);
    json_free(document);
    buf_deinit(&text);
    return e;
}

static void a_report_is_read_as_it_was_written_up_to_its_limits(void **state)
{
    (void)state;
    static struct feed_right rights[WIRE_REPORT_RIGHTS_MAX + 1];
    struct arena a;
    struct wire_report out;
    struct wire_report in = {kiosk_id('a', 1), 12, rights, WIRE_REPORT_RIGHTS_MAX};
    arena_init(&a, 1 << 20);
    for (int i = 0; i <= WIRE_REPORT_RIGHTS_MAX; i++) {
        rights[i] = (struct feed_right){
            .sitting.id = kiosk_id('b', i / 50), .seat = 1 + i % 50, .epoch = i};
    }
    assert_int_equal(read_report(&a, &in, &out), ERR_OK);
    assert_int_equal(out.op_seq, 12);
    assert_int_equal(out.count, WIRE_REPORT_RIGHTS_MAX);
    assert_int_equal(out.rights[1999].epoch, 1999);
    assert_int_equal(out.rights[1999].seat, 50);
    assert_true(id_eq(out.rights[1999].sitting.id, kiosk_id('b', 39)));
    in.count++;
    assert_int_equal(read_report(&a, &in, &out), ERR_BAD_INPUT);
    in.count = 1;
    rights[0].seat = 51;
    assert_int_equal(read_report(&a, &in, &out), ERR_BAD_INPUT);
    in.count = 0;
    assert_int_equal(read_report(&a, &in, &out), ERR_OK);
    arena_deinit(&a);
}

#define KIOSK_TEST(claim) cmocka_unit_test_setup_teardown(claim, kiosk_setup, kiosk_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        KIOSK_TEST(a_newer_history_is_noted_before_anything_is_said_in_it),
        KIOSK_TEST(a_word_of_an_older_history_changes_nothing),
        KIOSK_TEST(a_report_names_every_seat_and_nothing_is_given_back_before),
        KIOSK_TEST(what_a_pool_sale_was_answered_with_goes_with_it),
        KIOSK_TEST(a_centre_that_lacks_what_was_erased_is_not_followed),
        cmocka_unit_test(a_batch_carries_what_was_answered_beside_its_operations),
        cmocka_unit_test(a_report_is_read_as_it_was_written_up_to_its_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
