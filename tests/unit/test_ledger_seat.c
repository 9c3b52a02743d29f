// Seats that change hands while a visitor waits: moves, and seats called back.
#include "harness/cache_world.h"

#include "sync/sync_act.h"
#include "wire/wire_op.h"

static enum booking_state state_of(struct ledger *l, int number)
{
    struct ledger_booking b = {.state = BOOKING_WISH};
    assert_int_equal(l->ops->begin(l), ERR_OK);
    enum err e = l->ops->booking_get(l, (struct booking_id){kiosk_id('b', number)}, &b);
    assert_int_equal(l->ops->end(l, e), ERR_OK);
    return b.state;
}

static enum verdict move(struct ledger *l, int old, enum op_basis basis, struct sync_sale sale,
                         int64_t now_ms)
{
    struct sync_move to = {basis, sale};
    struct ledger_booking booking = {.id.id = kiosk_id('b', old)};
    enum verdict verdict = VERDICT_OK;
    assert_int_equal(sync_move(l, &booking, &to, kiosk_time(now_ms), &verdict), ERR_OK);
    return verdict;
}

static void a_move_onto_a_right_is_one_operation_and_frees_the_old_seat(void **state)
{
    struct kiosk *k = *state;
    struct ledger *l = &k->disk->ledger;
    kiosk_fill(k, l);
    assert_int_equal(kiosk_sell(l, 1, 2, 1), VERDICT_OK);
    assert_int_equal(move(l, 1, OP_RIGHT, kiosk_sale(2, 1, 1), KIOSK_NOW_MS), VERDICT_OK);
    assert_int_equal(kiosk_self(l).op_seq, 2);
    assert_int_equal(state_of(l, 1), BOOKING_CANCELLED);
    assert_int_equal(state_of(l, 2), BOOKING_CONFIRMED);
    assert_int_equal(kiosk_sell(l, 3, 2, 1), VERDICT_OK);
    assert_int_equal(kiosk_sell(l, 4, 1, 1), VERDICT_SITTING_FULL);
    // It moved away already; and less than two hours before the time no other seat is offered.
    assert_int_equal(move(l, 1, OP_RIGHT, kiosk_sale(5, 1, 2), KIOSK_NOW_MS),
                     VERDICT_ALREADY_CANCELLED);
    assert_int_equal(move(l, 2, OP_RIGHT, kiosk_sale(5, 2, 2), KIOSK_NOW_MS + 1),
                     VERDICT_CANCEL_TOO_LATE);
    assert_int_equal(kiosk_self(l).op_seq, 3);
}

static void a_move_onto_a_pool_seat_keeps_the_old_one_until_the_yes(void **state)
{
    struct kiosk *k = *state;
    struct ledger *l = &k->disk->ledger;
    bool withdrawn;
    kiosk_fill(k, l);
    assert_int_equal(kiosk_sell(l, 1, 2, 1), VERDICT_OK);
    kiosk_answer(l, 1, 1, 0);
    // Nobody answers: withdrawn, and an answer that comes after that moves nothing.
    assert_int_equal(move(l, 1, OP_POOL, kiosk_sale(2, 1, 4), KIOSK_NOW_MS), VERDICT_OK);
    assert_int_equal(sync_give_up(l, (struct booking_id){kiosk_id('b', 2)},
                                  kiosk_time(KIOSK_NOW_MS), &withdrawn),
                     ERR_OK);
    assert_true(withdrawn);
    kiosk_answer(l, 2, 2, 0);
    assert_int_equal(state_of(l, 1), BOOKING_CONFIRMED);
    assert_int_equal(state_of(l, 2), BOOKING_CANCELLED);
    // A start withdraws it, too.
    assert_int_equal(move(l, 1, OP_POOL, kiosk_sale(3, 1, 4), KIOSK_NOW_MS), VERDICT_OK);
    assert_int_equal(sync_start(l, kiosk_time(KIOSK_NOW_MS)), ERR_OK);
    assert_int_equal(state_of(l, 1), BOOKING_CONFIRMED);
    // The yes: the new one counts, the old one goes, its right is free.
    assert_int_equal(move(l, 1, OP_POOL, kiosk_sale(4, 1, 4), KIOSK_NOW_MS), VERDICT_OK);
    assert_int_equal(state_of(l, 1), BOOKING_CONFIRMED);
    kiosk_answer(l, 4, 3, 0);
    assert_int_equal(state_of(l, 4), BOOKING_CONFIRMED);
    assert_int_equal(state_of(l, 1), BOOKING_CANCELLED);
    assert_int_equal(kiosk_self(l).op_seq, 7);
    assert_int_equal(kiosk_self(l).acked, 6);
    assert_int_equal(kiosk_sell(l, 5, 2, 1), VERDICT_OK);
}

static void refuse(struct ledger *l, int64_t seq, enum verdict verdict)
{
    struct op_result result = {.seq = seq, .outcome = OP_REFUSED, .verdict = verdict};
    struct sync_decided decided[OP_BATCH_MAX];
    int count = 0;
    struct sync_answer answer = {
        .gen = kiosk_id('9', 1), .from = seq, .acked = seq, .results = &result, .count = 1};
    assert_int_equal(sync_hear_answer(l, &answer, kiosk_time(KIOSK_NOW_MS), decided, &count),
                     ERR_OK);
    assert_int_equal(count, 1);
    assert_int_equal(decided[0].verdict, verdict);
}

static void a_seat_that_is_called_back_is_asked_for_under_a_new_number(void **state)
{
    struct kiosk *k = *state;
    struct ledger *l = &k->disk->ledger;
    struct sync_sale sale = kiosk_sale(1, 0, 3);
    struct cache_batch batch;
    enum verdict verdict;
    bool asked;
    while (!ticket_code_parse(str_from_z(sale.code.z), &sale.code)) {
        sale.code.z[TICKET_CODE_DIGITS - 1] = (char)('0' + (sale.code.z[7] - '0' + 1) % 10);
    }
    kiosk_fill(k, l);
    assert_int_equal(sync_book_pool(l, &sale, kiosk_time(KIOSK_NOW_MS), &verdict), ERR_OK);
    refuse(l, 1, VERDICT_TRY_AGAIN);
    assert_int_equal(sync_ask_again(l, sale.booking, kiosk_time(KIOSK_NOW_MS), &asked), ERR_OK);
    assert_true(asked);
    assert_int_equal(state_of(l, 1), BOOKING_ASKED);
    assert_int_equal(sync_ask_again(l, sale.booking, kiosk_time(KIOSK_NOW_MS), &asked), ERR_OK);
    assert_false(asked); // it is under way
    assert_int_equal(kiosk_self(l).op_seq, 2);
    // But for its number it says the same.
    assert_int_equal(cache_ledger_batch(k->disk, &k->arena, 1, 2, 1 << 20, &batch), ERR_OK);
    struct op first;
    struct op second;
    assert_int_equal(wire_op_parse(batch.ops[0], &k->arena, &first), ERR_OK);
    assert_int_equal(wire_op_parse(batch.ops[1], &k->arena, &second), ERR_OK);
    assert_int_equal(second.seq, 2);
    assert_true(id_eq(first.booking.id, second.booking.id) && first.seat == second.seat);
    assert_true(str_eq(first.sealed, second.sealed));
    kiosk_answer(l, 2, 1, 0);
    assert_int_equal(state_of(l, 1), BOOKING_CONFIRMED);
}

static int idle_count(struct ledger *l)
{
    struct ledger_right idle[8];
    int count = 0;
    assert_int_equal(l->ops->begin(l), ERR_OK);
    assert_int_equal(l->ops->end(l, l->ops->idle_rights(l, idle, 8, &count)), ERR_OK);
    return count;
}

static void a_seat_that_is_asked_back_goes_once_it_is_free(void **state)
{
    struct kiosk *k = *state;
    struct ledger *l = &k->disk->ledger;
    struct ledger_booking booking = {.id.id = kiosk_id('b', 1)};
    enum verdict verdict;
    kiosk_fill(k, l);
    assert_int_equal(kiosk_sell(l, 1, 0, 1), VERDICT_OK);
    for (int seat = 1; seat <= 2; seat++) {
        kiosk_tell_right(k, 0, seat, 3, (struct id){0});
        k->rows[k->count - 1].value.right.is_recalled = true;
    }
    assert_int_equal(kiosk_hear(k, l, 0), ERR_OK); // told before it has seen the sale
    kiosk_reopen(k);
    l = &k->disk->ledger;
    assert_int_equal(idle_count(l), 1);
    struct sitting_id sitting = {kiosk_id('a', 0)};
    assert_int_equal(sync_return(l, sitting, 1, kiosk_time(KIOSK_NOW_MS)), ERR_NOT_FOUND);
    assert_int_equal(sync_return(l, sitting, 2, kiosk_time(KIOSK_NOW_MS)), ERR_OK);
    assert_int_equal(idle_count(l), 0);
    assert_int_equal(sync_cancel(l, &booking, OP_WHY_VISITOR, kiosk_time(KIOSK_NOW_MS), &verdict),
                     ERR_OK);
    assert_int_equal(idle_count(l), 1);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, kiosk_setup, kiosk_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_move_onto_a_right_is_one_operation_and_frees_the_old_seat),
        TEST(a_move_onto_a_pool_seat_keeps_the_old_one_until_the_yes),
        TEST(a_seat_that_is_called_back_is_asked_for_under_a_new_number),
        TEST(a_seat_that_is_asked_back_goes_once_it_is_free),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
