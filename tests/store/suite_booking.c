// Sales through core over the database, what is kept of a visitor, what staff see of it.
#include "store/world.h"

#include <string.h>

static struct sitting_id tomorrow(struct world *w)
{
    return world_sitting(w, 0, world_today(w) + 1, 510);
}

static void the_last_seat_of_the_pool_is_sold_once(void **state)
{
    struct world *w = *state;
    struct world_kiosk kiosks[2];
    struct op_result result;
    world_init(w);
    world_enrol(w, 0, STORE_ROLE_DESK, &kiosks[0]);
    world_enrol(w, 1, STORE_ROLE_DESK, &kiosks[1]);
    struct sitting_id id = tomorrow(w);
    assert_int_equal(world_push(w, &kiosks[0], world_book(w, id, 1, OP_POOL, 0), "", &result),
                     ERR_OK);
    assert_int_equal(result.outcome, OP_OK);
    assert_int_equal(result.seat, 1);
    assert_int_equal(world_push(w, &kiosks[1], world_book(w, id, 1, OP_POOL, 0), "", &result),
                     ERR_OK);
    assert_int_equal(result.outcome, OP_REFUSED);
    assert_int_equal(result.verdict, VERDICT_SITTING_FULL);
    world_is_sound(w);
}

static void a_seat_that_changed_meanwhile_is_not_written(void **state)
{
    struct world *w = *state;
    struct world_kiosk kiosk;
    struct centre_seat seat;
    world_init(w);
    world_enrol(w, 0, STORE_ROLE_DESK, &kiosk);
    struct centre_store *centre = store_centre(w->store);
    assert_int_equal(centre->ops->seat_get(centre, tomorrow(w), 2, &seat), ERR_OK);
    struct centre_seat to = seat;
    to.epoch++;
    struct centre_seat stale[] = {seat, seat, seat, seat};
    stale[0].owner = (struct inc_id){0};
    stale[1].epoch--;
    stale[2].booking.id = id_new(&w->env.env);
    stale[3].state = CENTRE_SEAT_CLOSED;
    for (int i = 0; i < 4; i++) {
        assert_int_equal(centre->ops->seat_change(centre, &stale[i], &to), ERR_CONFLICT);
    }
    assert_int_equal(centre->ops->seat_change(centre, &seat, &to), ERR_OK);
    assert_int_equal(centre->ops->seat_change(centre, &seat, &to), ERR_CONFLICT);
}

static void a_copied_file_is_found_and_retired(void **state)
{
    struct world *w = *state;
    struct world_kiosk kiosk;
    struct centre_inc inc;
    world_init(w);
    world_enrol(w, 0, STORE_ROLE_DESK, &kiosk);
    struct op op = world_book(w, tomorrow(w), 1, OP_POOL, 0);
    assert_int_equal(world_push(w, &kiosk, op, "", NULL), ERR_OK);
    struct op other = world_book(w, tomorrow(w), 2, OP_RIGHT, 1);
    struct centre_op pushed = {.op = other, .bytes = STR("other bytes")};
    pushed.op.seq = 1;
    struct centre_push push = {.inc = kiosk.inc, .from = 1, .ops = &pushed, .count = 1};
    struct centre_push_reply *reply = test_calloc(1, sizeof(*reply));
    struct centre_store *centre = store_centre(w->store);
    assert_int_equal(store_begin(w->store), ERR_OK);
    enum err e = centre_push(centre, &push, w->env.now_ms, reply);
    assert_int_equal(store_commit(w->store, e), ERR_OK);
    assert_int_equal(reply->status, CENTRE_FORK);
    assert_int_equal(centre->ops->inc_get(centre, kiosk.inc, &inc), ERR_OK);
    assert_int_equal(inc.state, CENTRE_INC_FORKED);
    assert_int_equal(world_count(w, "SELECT count(*) FROM audit WHERE action = 'fork'"), 1);
    assert_int_equal(world_count(w, "SELECT count(*) FROM booking"), 1);
    test_free(reply);
    world_is_sound(w);
}

static void a_right_is_sold_and_cancelled_and_sold_again(void **state)
{
    struct world *w = *state;
    struct world_kiosk kiosk;
    struct op_result result;
    world_init(w);
    world_enrol(w, 0, STORE_ROLE_DESK, &kiosk);
    struct op first = world_book(w, tomorrow(w), 2, OP_RIGHT, 1);
    assert_int_equal(world_push(w, &kiosk, first, "13800001111", &result), ERR_OK);
    assert_int_equal(result.outcome, OP_OK);
    world_is_sound(w);
    struct op cancel = {.kind = OP_CANCEL, .booking = first.booking};
    assert_int_equal(world_push(w, &kiosk, cancel, "", &result), ERR_OK);
    assert_int_equal(result.outcome, OP_OK);
    world_is_sound(w);
    struct op again = world_book(w, tomorrow(w), 2, OP_RIGHT, 1);
    assert_int_equal(world_push(w, &kiosk, again, "13800001111", &result), ERR_OK);
    assert_int_equal(result.outcome, OP_OK);
    struct op back = {.kind = OP_RETURN, .sitting = tomorrow(w), .seat = 3, .epoch = 1};
    assert_int_equal(world_push(w, &kiosk, back, "", &result), ERR_OK);
    assert_int_equal(result.outcome, OP_OK);
    world_is_sound(w);
}

static void an_operation_told_again_gets_its_stored_answer(void **state)
{
    struct world *w = *state;
    struct world_kiosk kiosk;
    struct op_result first;
    struct op_result again;
    world_init(w);
    world_enrol(w, 0, STORE_ROLE_DESK, &kiosk);
    struct op op = world_book(w, tomorrow(w), 1, OP_POOL, 0);
    assert_int_equal(world_push(w, &kiosk, op, "13800001111", &first), ERR_OK);
    int64_t audit = world_count(w, "SELECT count(*) FROM audit");
    kiosk.seq--;
    assert_int_equal(world_push(w, &kiosk, op, "13800001111", &again), ERR_OK);
    assert_memory_equal(&first, &again, sizeof(first));
    assert_int_equal(world_count(w, "SELECT count(*) FROM booking"), 1);
    assert_int_equal(world_count(w, "SELECT count(*) FROM audit"), audit);
    world_is_sound(w);
}

static void a_phone_has_its_limits_while_the_bookings_are_ahead(void **state)
{
    struct world *w = *state;
    struct world_kiosk kiosk;
    struct op_result result;
    world_init(w);
    world_enrol(w, 1, STORE_ROLE_DESK, &kiosk);
    const struct {
        int seat;
        const char *phone;
        enum verdict verdict;
    } rows[] = {{1, "13800001111", VERDICT_OK},
                {2, "13800001111", VERDICT_LIMIT_TOPIC},
                {2, "13800002222", VERDICT_OK},
                {3, "", VERDICT_OK},
                {4, "", VERDICT_OK}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct op op = world_book(w, tomorrow(w), rows[i].seat, OP_POOL, 0);
        assert_int_equal(world_push(w, &kiosk, op, rows[i].phone, &result), ERR_OK);
        assert_int_equal(result.verdict, rows[i].verdict);
    }
    // The day after, the sitting is over, whether or not anybody noted who came.
    w->env.now_ms += 2 * DATE_DAY_MS;
    struct op later = world_book(w, tomorrow(w), 1, OP_POOL, 0);
    assert_int_equal(world_push(w, &kiosk, later, "13800001111", &result), ERR_OK);
    assert_int_equal(result.verdict, VERDICT_OK);
}

static void a_cancel_that_comes_first_is_kept(void **state)
{
    struct world *w = *state;
    struct world_kiosk kiosk;
    struct op_result result;
    world_init(w);
    world_enrol(w, 0, STORE_ROLE_DESK, &kiosk);
    struct op op = world_book(w, tomorrow(w), 1, OP_POOL, 0);
    struct op cancel = {.kind = OP_CANCEL, .booking = op.booking};
    assert_int_equal(world_push(w, &kiosk, cancel, "", &result), ERR_OK);
    assert_int_equal(world_push(w, &kiosk, op, "", &result), ERR_OK);
    assert_int_equal(result.verdict, VERDICT_ALREADY_CANCELLED);
    assert_int_equal(world_count(w, "SELECT count(*) FROM seat WHERE booking IS NOT NULL"), 0);
    world_is_sound(w);
}

static void a_seat_of_another_kiosk_is_called_back_while_the_visitor_waits(void **state)
{
    struct world *w = *state;
    struct world_kiosk owner;
    struct world_kiosk asker;
    struct op_result result;
    world_init(w);
    world_enrol(w, 0, STORE_ROLE_DESK, &owner);
    world_enrol(w, 1, STORE_ROLE_DESK, &asker);
    struct op op = world_book(w, tomorrow(w), 3, OP_POOL, 0);
    for (int i = 0; i < 2; i++) { // asking twice calls once
        assert_int_equal(world_push(w, &asker, op, "13800001111", &result), ERR_OK);
        assert_int_equal(result.outcome, OP_REFUSED);
        assert_int_equal(result.verdict, VERDICT_TRY_AGAIN);
        assert_int_equal(result.next_seat, 1);
        assert_int_equal(world_count(w, "SELECT count(*) FROM seat WHERE recall = 1"), 1);
        world_is_sound(w);
    }
    // The owner has sold it meanwhile: the promise stands, and the seat is full.
    struct op sold = world_book(w, tomorrow(w), 3, OP_RIGHT, 1);
    assert_int_equal(world_push(w, &owner, sold, "", &result), ERR_OK);
    assert_int_equal(result.outcome, OP_OK);
    assert_int_equal(world_push(w, &asker, op, "13800001111", &result), ERR_OK);
    assert_int_equal(result.verdict, VERDICT_SITTING_FULL);
    // It gives another one back when it is called, and the visitor has it.
    op.seat = 4;
    assert_int_equal(world_push(w, &asker, op, "13800001111", &result), ERR_OK);
    assert_int_equal(result.verdict, VERDICT_TRY_AGAIN);
    struct op back = {.kind = OP_RETURN, .sitting = tomorrow(w), .seat = 4, .epoch = 1};
    assert_int_equal(world_push(w, &owner, back, "", &result), ERR_OK);
    assert_int_equal(world_push(w, &asker, op, "13800001111", &result), ERR_OK);
    assert_int_equal(result.outcome, OP_OK);
    world_is_sound(w);
    // Who was not heard of for a while, or may not ask, would not answer in time.
    op = world_book(w, tomorrow(w), 5, OP_POOL, 0);
    w->env.now_ms += CENTRE_NEAR_MS + 1;
    assert_int_equal(world_push(w, &asker, op, "", &result), ERR_OK);
    assert_int_equal(result.verdict, VERDICT_SITTING_FULL);
    assert_int_equal(result.next_seat, 1);
    assert_int_equal(world_count(w, "SELECT count(*) FROM seat WHERE recall = 1 AND no = 5"), 0);
    world_is_sound(w);
}

static struct op move_to(struct op book, struct booking_id from)
{
    book.kind = OP_MOVE;
    book.instead_of = from;
    return book;
}

static int64_t kept_of(struct world *w, struct booking_id id)
{
    const char *sql = "SELECT count(*) FROM booking n JOIN booking o ON o.phone_mac = n.phone_mac "
                      "AND o.topic = n.topic WHERE n.contact <> o.contact AND n.phone_mac <> '' "
                      "AND n.id = $1 AND o.id <> $1";
    int64_t n = -1;
    assert_int_equal(db_one_int(store_db(w->store), DB_QUERY(sql, DB_TEXT(id_str(&id.id))), &n),
                     ERR_OK);
    return n;
}

static enum err see_whole(void *context, const struct store_booking *b)
{
    int *whole = context;
    *whole += str_eq_z(b->phone, "138****1111") && b->name.len > 0;
    return ERR_OK;
}

static void a_move_carries_what_the_visitor_left_and_does_not_count_twice(void **state)
{
    struct world *w = *state;
    struct world_kiosk kiosk;
    struct op_result result;
    world_init(w);
    world_enrol(w, 0, STORE_ROLE_DESK, &kiosk);
    struct op first = world_book(w, tomorrow(w), 2, OP_RIGHT, 1);
    assert_int_equal(world_push(w, &kiosk, first, "13800001111", &result), ERR_OK);
    // Onto a right: at once. The phone has one booking on this topic, and it is the one that goes.
    struct op second = move_to(world_book(w, tomorrow(w), 3, OP_RIGHT, 1), first.booking);
    assert_int_equal(world_push(w, &kiosk, second, "", &result), ERR_OK);
    assert_int_equal(result.outcome, OP_OK);
    assert_int_equal(kept_of(w, second.booking), 1);
    assert_int_equal(world_count(w, "SELECT count(*) FROM booking WHERE state = 'confirmed'"), 1);
    assert_int_equal(world_count(w, "SELECT count(*) FROM seat WHERE booking IS NOT NULL"), 1);
    // Onto a pool seat: the old one stands until the kiosk says that it has heard.
    struct op third = move_to(world_book(w, tomorrow(w), 1, OP_POOL, 0), second.booking);
    assert_int_equal(world_push(w, &kiosk, third, "", &result), ERR_OK);
    assert_int_equal(result.outcome, OP_OK);
    assert_int_equal(world_count(w, "SELECT count(*) FROM booking WHERE state = 'confirmed'"), 2);
    struct op leave = {.kind = OP_CANCEL, .booking = second.booking, .why = OP_WHY_MOVED};
    assert_int_equal(world_push(w, &kiosk, leave, "", &result), ERR_OK);
    assert_int_equal(kept_of(w, third.booking), 2);
    struct store_booking_filter filter = {.has_state = true, .state = BOOKING_CONFIRMED};
    int whole = 0;
    assert_int_equal(store_bookings(w->store, &filter, see_whole, &whole), ERR_OK);
    assert_int_equal(whole, 1);
    world_is_sound(w);
}

static void a_move_without_a_seat_leaves_the_booking_where_it_is(void **state)
{
    struct world *w = *state;
    struct world_kiosk kiosk;
    struct op_result result;
    world_init(w);
    world_enrol(w, 0, STORE_ROLE_DESK, &kiosk);
    struct op first = world_book(w, tomorrow(w), 2, OP_RIGHT, 1);
    assert_int_equal(world_push(w, &kiosk, first, "13800001111", &result), ERR_OK);
    struct op taken = move_to(world_book(w, tomorrow(w), 2, OP_POOL, 0), first.booking);
    assert_int_equal(world_push(w, &kiosk, taken, "", &result), ERR_OK);
    assert_int_equal(result.verdict, VERDICT_SITTING_FULL);
    assert_int_equal(result.next_seat, 1);
    struct op stranger = move_to(world_book(w, tomorrow(w), 4, OP_RIGHT, 9), first.booking);
    assert_int_equal(world_push(w, &kiosk, stranger, "", &result), ERR_OK);
    assert_int_equal(result.verdict, VERDICT_NOT_YOURS);
    assert_int_equal(world_count(w, "SELECT count(*) FROM booking WHERE state = 'confirmed'"), 1);
    // What is not known, or gone, is not moved to a seat of the pool; on a right the promise stands,
    // and the cancel of what is not known yet is kept.
    struct booking_id nobody = {id_new(&w->env.env)};
    struct op lost = move_to(world_book(w, tomorrow(w), 1, OP_POOL, 0), nobody);
    assert_int_equal(world_push(w, &kiosk, lost, "", &result), ERR_OK);
    assert_int_equal(result.verdict, VERDICT_NOT_FOUND);
    struct op promised = move_to(world_book(w, tomorrow(w), 3, OP_RIGHT, 1), nobody);
    assert_int_equal(world_push(w, &kiosk, promised, "", &result), ERR_OK);
    assert_int_equal(result.outcome, OP_OK_WARN);
    struct op late = world_book(w, tomorrow(w), 1, OP_POOL, 0);
    late.booking = nobody;
    assert_int_equal(world_push(w, &kiosk, late, "", &result), ERR_OK);
    assert_int_equal(result.verdict, VERDICT_ALREADY_CANCELLED);
    struct op gone = move_to(world_book(w, tomorrow(w), 1, OP_POOL, 0), nobody);
    assert_int_equal(world_push(w, &kiosk, gone, "", &result), ERR_OK);
    assert_int_equal(result.outcome, OP_REFUSED);
    assert_int_equal(world_count(w, "SELECT count(*) FROM booking WHERE state = 'confirmed'"), 2);
    world_is_sound(w);
}

static void a_wish_for_a_sitting_that_is_gone_is_kept_without_it(void **state)
{
    struct world *w = *state;
    struct world_kiosk kiosk;
    struct op_result result;
    world_init(w);
    world_enrol(w, 0, STORE_ROLE_DESK, &kiosk);
    struct op wish = world_book(w, tomorrow(w), 0, OP_POOL, 0);
    wish.kind = OP_WISH;
    wish.sitting.id = id_new(&w->env.env);
    assert_int_equal(world_push(w, &kiosk, wish, "13800001111", &result), ERR_OK);
    assert_int_equal(result.outcome, OP_OK);
    assert_int_equal(world_count(w, "SELECT count(*) FROM booking WHERE state = 'wish' "
                                    "AND sitting IS NULL"),
                     1);
    world_is_sound(w);
}

static void a_number_is_given_once_a_day(void **state)
{
    struct world *w = *state;
    struct world_kiosk kiosk;
    struct op_result result;
    world_init(w);
    world_enrol(w, 0, STORE_ROLE_DESK, &kiosk);
    const struct {
        int day;
        char letter;
        int number;
        enum op_outcome outcome;
    } rows[] = {{20000, 'A', 1, OP_OK},
                {20000, 'A', 1, OP_OK_WARN},
                {20000, 'a', 1, OP_OK},
                {20001, 'A', 1, OP_OK},
                {20000, 'A', 2, OP_OK}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct op op = {.kind = OP_TICKET,
                        .day = rows[i].day,
                        .letter = rows[i].letter,
                        .number = rows[i].number};
        assert_int_equal(world_push(w, &kiosk, op, "", &result), ERR_OK);
        assert_int_equal(result.outcome, rows[i].outcome);
    }
}

// ---- Staff's list

struct list {
    struct arena *arena;
    int count;
    struct store_booking rows[8];
    struct str names[8];
    struct str phones[8];
};

static enum err take(void *context, const struct store_booking *booking)
{
    struct list *list = context;
    assert_true(list->count < 8);
    list->rows[list->count] = *booking;
    list->names[list->count] = str_copy(list->arena, booking->name);
    list->phones[list->count] = str_copy(list->arena, booking->phone);
    list->count++;
    return ERR_OK;
}

static struct list bookings(struct world *w, struct store_booking_filter filter)
{
    struct list list = {.arena = &w->arena};
    assert_int_equal(store_bookings(w->reader, &filter, take, &list), ERR_OK);
    return list;
}

static void staff_see_masks_and_the_file_holds_no_phone(void **state)
{
    struct world *w = *state;
    struct world_kiosk kiosk;
    world_init(w);
    world_enrol(w, 0, STORE_ROLE_DESK, &kiosk);
    struct op op = world_book(w, tomorrow(w), 1, OP_POOL, 0);
    assert_int_equal(world_push(w, &kiosk, op, "13812345678", NULL), ERR_OK);
    struct list list = bookings(w, (struct store_booking_filter){0});
    assert_int_equal(list.count, 1);
    assert_str(list.names[0], "王*");
    assert_str(list.phones[0], "138****5678");
    assert_int_equal(list.rows[0].topic, TOPIC_MONEY);
    assert_int_equal(list.rows[0].planned_ms, date_ms(world_today(w) + 1, 510));
    assert_string_equal(list.rows[0].code.z, op.code.z);
    assert_int_equal(world_count(w, "SELECT count(*) FROM booking WHERE contact LIKE '%5678%' "
                                    "OR phone_mac LIKE '%13812345678%'"),
                     0);
    // A box put beside another booking does not open there.
    struct op other = world_book(w, tomorrow(w), 2, OP_RIGHT, 1);
    assert_int_equal(world_push(w, &kiosk, other, "13899998888", NULL), ERR_OK);
    assert_int_equal(world_sql(w, "UPDATE booking SET contact = (SELECT b.contact FROM booking b "
                                  "WHERE b.seat = 1) WHERE seat = 2"),
                     ERR_OK);
    list = bookings(w, (struct store_booking_filter){0});
    assert_int_equal(list.count, 2);
    assert_str(list.phones[1], "");
}

static void the_list_is_cut_by_site_day_and_state(void **state)
{
    struct world *w = *state;
    struct world_kiosk kiosk;
    world_init(w);
    world_enrol(w, 0, STORE_ROLE_DESK, &kiosk);
    int day = world_today(w) + 1;
    struct op ops[] = {world_book(w, world_sitting(w, 0, day, 510), 2, OP_RIGHT, 1),
                       world_book(w, world_sitting(w, 0, day + 1, 510), 1, OP_POOL, 0),
                       world_book(w, world_sitting(w, 1, day, 510), 1, OP_POOL, 0)};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(world_push(w, &kiosk, ops[i], "", NULL), ERR_OK);
    }
    struct op cancel = {.kind = OP_CANCEL, .booking = ops[1].booking};
    assert_int_equal(world_push(w, &kiosk, cancel, "", NULL), ERR_OK);
    const struct {
        struct store_booking_filter filter;
        int count;
    } rows[] = {{{.day = 0}, 3},
                {{.day = day}, 2},
                {{.day = day + 2}, 0},
                {{.site = world_site(0)}, 2},
                {{.site = world_site(1)}, 1}, // where it takes place, not where it was made
                {{.has_state = true, .state = BOOKING_CONFIRMED}, 2},
                {{.day = day + 1, .has_state = true, .state = BOOKING_CANCELLED}, 1}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(bookings(w, rows[i].filter).count, rows[i].count);
    }
}

static void what_is_over_leaves_the_feed_and_contacts_go_after_their_time(void **state)
{
    struct world *w = *state;
    struct world_kiosk kiosk;
    bool did = false;
    world_init(w);
    world_enrol(w, 0, STORE_ROLE_DESK, &kiosk);
    struct op op = world_book(w, tomorrow(w), 2, OP_RIGHT, 1);
    assert_int_equal(world_push(w, &kiosk, op, "13812345678", NULL), ERR_OK);
    const struct {
        int days;
        const char *booking;
        int told;
        int contacts;
    } rows[] = {{2, "no_show", 1, 1},
                {1, "no_show", 0, 1},
                {VISITOR_CONTACT_DAYS - 3, "no_show", 0, 1},
                {2, "no_show", 0, 0}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        w->env.now_ms += rows[i].days * DATE_DAY_MS;
        assert_int_equal(store_begin(w->store), ERR_OK);
        assert_int_equal(store_commit(w->store, store_nightly(w->store, &did)), ERR_OK);
        assert_true(did);
        world_minute(w);
        assert_string_equal(
            booking_state_code(bookings(w, (struct store_booking_filter){0}).rows[0].state),
            rows[i].booking);
        assert_int_equal(world_count(w, "SELECT count(*) FROM feed_row WHERE kind = 'bk' "
                                        "AND dead = 0"),
                         rows[i].told);
        assert_int_equal(world_count(w, "SELECT count(*) FROM booking WHERE contact IS NOT NULL "
                                        "AND phone_mac <> ''"),
                         rows[i].contacts);
        world_is_sound(w);
    }
    assert_int_equal(world_count(w, "SELECT count(*) FROM feed_row f JOIN sitting t "
                                    "ON t.id = substr(f.key, 1, 32) WHERE f.dead = 0 "
                                    "AND t.start_ms < (SELECT min(start_ms) + 864000000 "
                                    "FROM sitting)"),
                     0);
}

static void a_release_is_never_lowered(void **state)
{
    struct world *w = *state;
    world_init(w);
    const struct {
        int64_t version;
        enum err e;
    } rows[] = {{3, ERR_OK}, {2, ERR_CONFLICT}, {3, ERR_OK}, {4, ERR_OK}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(store_begin(w->store), ERR_OK);
        enum err e = store_release_set(w->store, rows[i].version, STR("editor"));
        assert_int_equal(store_commit(w->store, e), rows[i].e);
    }
    int64_t version = 0;
    assert_int_equal(store_release_get(w->reader, &version), ERR_OK);
    assert_int_equal(version, 4);
}

int suite_booking(struct world_driver *driver)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(the_last_seat_of_the_pool_is_sold_once),
        WORLD_TEST(a_seat_that_changed_meanwhile_is_not_written),
        WORLD_TEST(a_copied_file_is_found_and_retired),
        WORLD_TEST(a_right_is_sold_and_cancelled_and_sold_again),
        WORLD_TEST(an_operation_told_again_gets_its_stored_answer),
        WORLD_TEST(a_phone_has_its_limits_while_the_bookings_are_ahead),
        WORLD_TEST(a_cancel_that_comes_first_is_kept),
        WORLD_TEST(a_seat_of_another_kiosk_is_called_back_while_the_visitor_waits),
        WORLD_TEST(a_move_carries_what_the_visitor_left_and_does_not_count_twice),
        WORLD_TEST(a_move_without_a_seat_leaves_the_booking_where_it_is),
        WORLD_TEST(a_wish_for_a_sitting_that_is_gone_is_kept_without_it),
        WORLD_TEST(a_number_is_given_once_a_day),
        WORLD_TEST(staff_see_masks_and_the_file_holds_no_phone),
        WORLD_TEST(the_list_is_cut_by_site_day_and_state),
        WORLD_TEST(what_is_over_leaves_the_feed_and_contacts_go_after_their_time),
        WORLD_TEST(a_release_is_never_lowered),
    };
    return cmocka_run_group_tests_name("store booking", tests, NULL, NULL);
}
