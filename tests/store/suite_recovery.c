// A database that was put back from a backup, beside the one that was lost: the copy is taken at a
// moment, the original goes on, then only the copy, the journal and the kiosks are left.
#include "base/buf.h"
#include "store/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MINUTE    510 // the sittings of both sites begin at 8:30
#define AFTERNOON 870 // 14:30

struct day {
    struct world *lost;
    struct world *found; // the backup
    char journal[64];
    struct world_kiosk kiosks[2]; // one at each site
};

static struct sitting_id next_day(struct world *w, int site)
{
    return world_sitting(w, site, world_today(w) + 1, MINUTE);
}

static void back_up(struct day *d)
{
    enum store_copy answer;
    d->found = world_beside(d->lost, d->journal);
    assert_int_equal(store_begin(d->found->store), ERR_OK);
    enum err e = store_copy(d->lost->store, d->found->store, &answer);
    assert_int_equal(store_commit(d->found->store, e), ERR_OK);
    assert_int_equal(answer, STORE_COPIED);
}

// Two kiosks, of which each owns seats of its site; then the backup is made.
static void begin(struct day *d, struct world *w)
{
    *d = (struct day){.lost = w, .journal = "/tmp/store_journal.XXXXXX"};
    int fd = mkstemp(d->journal);
    assert_true(fd >= 0);
    close(fd);
    world_keep_journal(w, d->journal);
    world_init(w);
    world_enrol(w, 0, STORE_ROLE_DESK, &d->kiosks[0]);
    world_enrol(w, 1, STORE_ROLE_DESK, &d->kiosks[1]);
    back_up(d);
}

static void end(struct day *d)
{
    world_close(d->found);
    unlink(d->journal);
}

static enum store_restored restore_with(struct world *w, struct str text, bool has_journal,
                                        enum err expected)
{
    struct store_journal journal;
    enum store_restored answer;
    if (has_journal) assert_true(store_journal_open(text, &journal));
    struct store_restore ask = {.journal = has_journal ? &journal : NULL, .actor = STR("admin")};
    assert_int_equal(store_begin(w->store), ERR_OK);
    enum err e = store_restore(w->store, &ask, &answer);
    if (!e && answer != STORE_RESTORED) e = ERR_CONFLICT;
    assert_int_equal(store_commit(w->store, e), expected);
    return answer;
}

static enum store_restored restore_as(struct day *d, enum err expected)
{
    struct buf text;
    buf_init(&text, STORE_JOURNAL_BYTES_MAX);
    assert_int_equal(buf_read_file(&text, d->journal), ERR_OK);
    enum store_restored answer = restore_with(d->found, buf_str(&text), true, expected);
    buf_deinit(&text);
    return answer;
}

static void restore(struct day *d)
{
    assert_int_equal(restore_as(d, ERR_OK), STORE_RESTORED);
    world_is_sound(d->found);
}

static struct centre_recovery recovery(struct world *w)
{
    struct centre_store *centre = store_centre(w->store);
    struct centre_recovery r;
    assert_int_equal(centre->ops->recovery_get(centre, &r), ERR_OK);
    return r;
}

static enum centre_push_status report(struct world *w, const struct world_kiosk *kiosk,
                                      int64_t op_seq, const struct feed_right *rights, int count)
{
    enum centre_push_status status = CENTRE_FORK;
    struct centre_report r = {
        .inc = kiosk->inc, .op_seq = op_seq, .rights = rights, .count = count};
    assert_int_equal(store_begin(w->store), ERR_OK);
    enum err e = centre_report(store_centre(w->store), &r, w->env.now_ms, &status);
    assert_int_equal(store_commit(w->store, e), ERR_OK);
    return status;
}

static void all_report(struct day *d)
{
    for (int i = 0; i < 2; i++) {
        assert_int_equal(report(d->found, &d->kiosks[i], d->kiosks[i].seq, NULL, 0), CENTRE_PUSHED);
    }
}

static struct centre_seat seat_of(struct world *w, struct sitting_id sitting, int seat)
{
    struct centre_store *centre = store_centre(w->store);
    struct centre_seat out;
    assert_int_equal(centre->ops->seat_get(centre, sitting, seat, &out), ERR_OK);
    return out;
}

// The first seat of the pool of tomorrow's sitting.
static int pool_seat(struct world *w, int site)
{
    for (int seat = 1; seat <= 6; seat++) {
        struct centre_seat s = seat_of(w, next_day(w, site), seat);
        if (id_is_none(s.owner.id) && id_is_none(s.booking.id)) return seat;
    }
    fail();
    return 0;
}

static int own_seat(struct world *w, int site, const struct world_kiosk *kiosk)
{
    for (int seat = 1; seat <= 6; seat++) {
        struct centre_seat s = seat_of(w, next_day(w, site), seat);
        if (id_eq(s.owner.id, kiosk->inc.id) && id_is_none(s.booking.id)) return seat;
    }
    fail();
    return 0;
}

static struct feed_right owned_by(struct world *w, const struct world_kiosk *kiosk)
{
    struct db_rows row;
    struct feed_right right = {0};
    assert_int_equal(
        db_one(&row, store_db(w->store),
               DB_QUERY("SELECT sitting, no, epoch FROM seat WHERE owner = $1 ORDER BY sitting, no",
                        DB_TEXT(id_str(&kiosk->inc.id)))),
        ERR_OK);
    right.sitting.id = db_id(&row, 0);
    right.seat = (int)db_int(&row, 1);
    right.epoch = db_int(&row, 2);
    assert_int_equal(db_rows_close(&row), ERR_OK);
    return right;
}

static void retire(struct world *w, struct id kiosk)
{
    assert_int_equal(store_begin(w->store), ERR_OK);
    enum err e = store_kiosk_retire(w->store, kiosk, STR("admin"));
    assert_int_equal(store_commit(w->store, e), ERR_OK);
}

// Site 0 sits in the afternoon instead.
static void afternoon(struct world *w)
{
    struct store_import import;
    struct roster_rule rules[] = {world_rule(0), world_rule(1)};
    rules[0].start_minute = AFTERNOON;
    rules[0].end_minute = AFTERNOON + 120;
    rules[0].seat_count = 4;
    assert_int_equal(world_roster(w, rules, 2, &import), ERR_OK);
    assert_int_equal(import.refused, 0);
}

static void what_kiosks_hold_is_learned_again(void **state)
{
    struct day d;
    struct op_result sold;
    begin(&d, *state);
    struct world_kiosk *kiosk = &d.kiosks[0];
    struct sitting_id sitting = next_day(d.lost, 0);
    int own = own_seat(d.lost, 0, kiosk);
    int pooled = pool_seat(d.lost, 0);
    struct op right =
        world_book(d.lost, sitting, own, OP_RIGHT, seat_of(d.lost, sitting, own).epoch);
    struct op pool = world_book(d.lost, sitting, pooled, OP_POOL, 0);
    assert_int_equal(world_push(d.lost, kiosk, right, "", NULL), ERR_OK);
    assert_int_equal(world_push(d.lost, kiosk, pool, "", &sold), ERR_OK);
    assert_int_equal(sold.outcome, OP_OK);
    int64_t epoch = sold.epoch;

    restore(&d);
    assert_true(recovery(d.found).is_on);
    assert_int_equal(recovery(d.found).missing, 2);
    // The pool is frozen for everybody: that very seat stands on a slip.
    struct op other = world_book(d.found, sitting, pooled, OP_POOL, 0);
    assert_int_equal(world_push(d.found, &d.kiosks[1], other, "", &sold), ERR_OK);
    assert_int_equal(sold.verdict, VERDICT_RECOVERING);
    // A report before its operations is none.
    assert_int_equal(report(d.found, kiosk, 2, NULL, 0), CENTRE_GAP);
    right.seq = 1;
    pool.seq = 2;
    assert_int_equal(world_push_again(d.found, kiosk, right, 0).outcome, OP_OK);
    assert_int_equal(world_push_again(d.found, kiosk, pool, epoch).outcome, OP_OK);
    all_report(&d);
    assert_false(recovery(d.found).is_on);
    assert_true(id_eq(seat_of(d.found, sitting, own).booking.id, right.booking.id));
    assert_true(id_eq(seat_of(d.found, sitting, pooled).booking.id, pool.booking.id));
    world_is_sound(d.found);
    end(&d);
}

static void the_pool_sells_again_under_epochs_that_nobody_was_told(void **state)
{
    struct day d;
    struct op_result sold;
    begin(&d, *state);
    restore(&d);
    all_report(&d);
    struct sitting_id sitting = next_day(d.found, 0);
    int seat = pool_seat(d.found, 0);
    struct op book = world_book(d.found, sitting, seat, OP_POOL, 0);
    assert_int_equal(world_push(d.found, &d.kiosks[0], book, "", &sold), ERR_OK);
    assert_int_equal(sold.outcome, OP_OK);
    assert_true(sold.epoch > (d.found->env.now_ms / 1000) << 20);
    assert_true(sold.epoch < INT64_C(1) << 53); // exact in every JSON reader
    world_is_sound(d.found);
    end(&d);
}

// The clock that says so may be wrong: its seats would be sold under epochs that were told before.
static void a_sitting_that_seems_over_is_recovered_too(void **state)
{
    struct day d;
    begin(&d, *state);
    restore(&d);
    d.found->env.now_ms += 30 * DATE_DAY_MS;
    all_report(&d);
    d.found->env.now_ms -= 30 * DATE_DAY_MS;
    struct sitting_id sitting = next_day(d.found, 0);
    struct centre_seat seat = seat_of(d.found, sitting, pool_seat(d.found, 0));
    assert_true(seat.epoch >= (d.found->env.now_ms / 1000) << 20);
    world_is_sound(d.found);
    end(&d);
}

static void who_enrolled_since_is_known_and_awaited(void **state)
{
    struct day d;
    struct world_kiosk late;
    begin(&d, *state);
    world_enrol(d.lost, 0, STORE_ROLE_DESK, &late);
    d.lost->env.now_ms += DATE_DAY_MS; // one more day of rights is split among three
    d.found->env.now_ms += DATE_DAY_MS;
    bool did = false;
    world_seen(d.lost, &late);
    assert_int_equal(store_begin(d.lost->store), ERR_OK);
    enum err e = store_nightly(d.lost->store, &did);
    assert_int_equal(store_commit(d.lost->store, e), ERR_OK);
    restore(&d);
    assert_int_equal(recovery(d.found).missing, 3);
    struct store_kiosk kiosk;
    assert_int_equal(store_kiosk_get(d.found->store, late.kiosk, &kiosk), ERR_OK);
    assert_true(kiosk.owes_report);
    assert_int_equal(kiosk.letter, late.letter);
    // It owns seats that the database has never heard of.
    struct feed_right own = owned_by(d.lost, &late);
    assert_true(id_is_none(seat_of(d.found, own.sitting, own.seat).owner.id));
    all_report(&d);
    assert_true(recovery(d.found).is_on);
    assert_int_equal(report(d.found, &late, 0, &own, 1), CENTRE_PUSHED);
    assert_false(recovery(d.found).is_on);
    assert_true(id_eq(seat_of(d.found, own.sitting, own.seat).owner.id, late.inc.id));
    world_is_sound(d.found);
    end(&d);
}

static void a_kiosk_that_will_never_report_is_written_off_with_a_quarantine(void **state)
{
    struct day d;
    struct op_result sold;
    begin(&d, *state);
    restore(&d);
    assert_int_equal(report(d.found, &d.kiosks[0], 0, NULL, 0), CENTRE_PUSHED);
    retire(d.found, d.kiosks[1].kiosk);
    assert_false(recovery(d.found).is_on);
    struct sitting_id sitting = next_day(d.found, 0);
    int seat = pool_seat(d.found, 0);
    assert_int_equal(seat_of(d.found, sitting, seat).state, CENTRE_SEAT_QUARANTINED);
    struct op book = world_book(d.found, sitting, seat, OP_POOL, 0);
    assert_int_equal(world_push(d.found, &d.kiosks[0], book, "", &sold), ERR_OK);
    assert_int_equal(sold.verdict, VERDICT_SITTING_FULL);
    // Nor does another roster open it.
    struct roster_rule rules[] = {world_rule(0), world_rule(1)};
    struct store_import import;
    rules[0].desk = STR("2号窗口");
    assert_int_equal(world_roster(d.found, rules, 2, &import), ERR_OK);
    assert_int_equal(seat_of(d.found, sitting, seat).state, CENTRE_SEAT_QUARANTINED);
    // What the day after brings is nobody's memory.
    d.found->env.now_ms += DATE_DAY_MS;
    bool did = false;
    assert_int_equal(store_begin(d.found->store), ERR_OK);
    enum err e = store_nightly(d.found->store, &did);
    assert_int_equal(store_commit(d.found->store, e), ERR_OK);
    assert_true(did);
    int64_t opened = world_count(
        d.found, "SELECT count(*) FROM seat WHERE owner IS NULL AND is_open = 1 AND epoch = 0");
    assert_true(opened > 0);
    world_is_sound(d.found);
    end(&d);
}

static void a_life_that_ended_since_is_a_loss(void **state)
{
    struct day d;
    begin(&d, *state);
    retire(d.lost, d.kiosks[1].kiosk);
    restore(&d);
    assert_int_equal(recovery(d.found).missing, 1);
    assert_true(recovery(d.found).has_written_off);
    end(&d);
}

static void the_roster_is_that_of_the_last_day(void **state)
{
    struct day d;
    begin(&d, *state);
    int far = world_today(d.lost) + 15; // beyond the days of rights: nobody has touched it
    struct sitting_id gone = world_sitting(d.lost, 0, far, MINUTE);
    afternoon(d.lost);
    struct sitting_id came = world_sitting(d.lost, 0, far, AFTERNOON);
    restore(&d);
    assert_true(id_is_none(world_sitting(d.found, 0, far, MINUTE).id));
    assert_false(id_is_none(gone.id));
    assert_true(id_eq(world_sitting(d.found, 0, far, AFTERNOON).id, came.id));
    assert_int_equal(seat_of(d.found, came, 4).epoch, 0);
    all_report(&d);
    assert_int_equal(store_begin(d.found->store), ERR_OK);
    assert_int_equal(store_commit(d.found->store, store_materialise(d.found->store)), ERR_OK);
    assert_true(id_eq(world_sitting(d.found, 0, far, AFTERNOON).id, came.id));
    world_is_sound(d.found);
    end(&d);
}

static void a_journal_that_does_not_fit_changes_nothing(void **state)
{
    struct day d;
    struct store_journal opened;
    struct buf text;
    begin(&d, *state);
    buf_init(&text, STORE_JOURNAL_BYTES_MAX);
    assert_int_equal(buf_read_file(&text, d.journal), ERR_OK);
    struct str all = buf_str(&text);
    assert_true(store_journal_open(all, &opened));
    assert_false(store_journal_open(str_sub(all, 0, all.len - 2), &opened));
    assert_false(store_journal_open(str_sub(all, 0, all.len / 2), &opened));
    assert_false(store_journal_open(STR(""), &opened));
    text.bytes[all.len / 2] ^= 1;
    assert_false(store_journal_open(all, &opened));
    text.bytes[all.len / 2] ^= 1;
    assert_int_equal(world_sql(d.found, "UPDATE server_meta SET value = '999' "
                                        "WHERE name = 'journal'"),
                     ERR_OK);
    assert_int_equal(restore_with(d.found, all, true, ERR_CONFLICT), STORE_RESTORE_JOURNAL_OLD);
    assert_int_equal(world_sql(d.found, "UPDATE server_meta SET value = '141181' "
                                        "WHERE name = 'county'"),
                     ERR_OK);
    assert_int_equal(restore_with(d.found, all, true, ERR_CONFLICT), STORE_RESTORE_JOURNAL_FOREIGN);
    assert_false(recovery(d.found).is_on);
    buf_deinit(&text);
    end(&d);
}

static void without_a_journal_nothing_unowned_is_sold(void **state)
{
    struct day d;
    begin(&d, *state);
    restore_with(d.found, STR(""), false, ERR_OK);
    world_is_sound(d.found);
    all_report(&d);
    struct sitting_id sitting = next_day(d.found, 0);
    int seat = pool_seat(d.found, 0);
    assert_int_equal(seat_of(d.found, sitting, seat).state, CENTRE_SEAT_QUARANTINED);
    world_is_sound(d.found);
    end(&d);
}

static void each_history_comes_after_all_before_it(void **state)
{
    struct day d;
    struct store_meta before;
    struct store_meta after;
    begin(&d, *state);
    d.found->env.now_ms = 0; // the clock of the machine is not set
    for (int i = 0; i < 3; i++) {
        assert_int_equal(store_meta(d.found->store, &before), ERR_OK);
        restore_with(d.found, STR(""), false, ERR_OK);
        assert_int_equal(store_meta(d.found->store, &after), ERR_OK);
        assert_true(strcmp(before.gen.hex, after.gen.hex) < 0);
    }
    end(&d);
}

// Restored once more while it recovers: nothing of the first time is held against anybody.
static void a_restore_is_done_again(void **state)
{
    struct day d;
    begin(&d, *state);
    restore(&d);
    assert_int_equal(report(d.found, &d.kiosks[0], 0, NULL, 0), CENTRE_PUSHED);
    assert_int_equal(recovery(d.found).missing, 1);
    restore(&d);
    assert_int_equal(recovery(d.found).missing, 2);
    all_report(&d);
    assert_false(recovery(d.found).is_on);
    assert_int_equal(seat_of(d.found, next_day(d.found, 0), pool_seat(d.found, 0)).state,
                     CENTRE_SEAT_OPEN);
    world_is_sound(d.found);
    end(&d);
}

static void a_new_life_owes_its_report_too(void **state)
{
    struct day d;
    struct world_kiosk late;
    struct store_kiosk kiosk;
    begin(&d, *state);
    restore(&d);
    world_enrol(d.found, 0, STORE_ROLE_DESK, &late);
    assert_int_equal(store_kiosk_get(d.found->store, late.kiosk, &kiosk), ERR_OK);
    assert_true(kiosk.owes_report);
    all_report(&d);
    assert_true(recovery(d.found).is_on);
    assert_int_equal(report(d.found, &late, 0, NULL, 0), CENTRE_PUSHED);
    assert_false(recovery(d.found).is_on);
    assert_int_equal(store_kiosk_get(d.found->store, late.kiosk, &kiosk), ERR_OK);
    assert_false(kiosk.owes_report);
    end(&d);
}

static void a_lost_journal_is_remembered_by_the_next(void **state)
{
    struct day d;
    begin(&d, *state);
    restore_with(d.found, STR(""), false, ERR_OK);
    world_close(d.found);
    back_up(&d); // of a moment that knows nothing of that day
    restore(&d);
    assert_true(recovery(d.found).has_written_off);
    end(&d);
}

static void sittings_recover_though_a_clock_was_once_wrong(void **state)
{
    struct day d;
    struct op_result sold;
    bool did = false;
    begin(&d, *state);
    struct sitting_id sitting = next_day(d.lost, 0);
    int pooled = pool_seat(d.lost, 0);
    struct op pool = world_book(d.lost, sitting, pooled, OP_POOL, 0);
    assert_int_equal(world_push(d.lost, &d.kiosks[0], pool, "", &sold), ERR_OK);
    assert_int_equal(sold.outcome, OP_OK);
    d.lost->env.now_ms += 400 * DATE_DAY_MS; // sittings and the journal follow it
    assert_int_equal(store_begin(d.lost->store), ERR_OK);
    assert_int_equal(store_commit(d.lost->store, store_nightly(d.lost->store, &did)), ERR_OK);
    restore(&d); // by the right clock
    struct op book = world_book(d.found, sitting, pooled, OP_POOL, 0);
    assert_int_equal(world_push(d.found, &d.kiosks[1], book, "", &sold), ERR_OK);
    assert_int_equal(sold.verdict, VERDICT_RECOVERING);
    end(&d);
}

static void whose_end_loses_nothing_brings_no_quarantine(void **state)
{
    struct day d;
    struct world_kiosk display;
    begin(&d, *state);
    world_enrol(d.lost, 0, STORE_ROLE_DISPLAY, &display);
    retire(d.lost, display.kiosk);
    restore(&d);
    assert_false(recovery(d.found).has_written_off);
    assert_int_equal(report(d.found, &d.kiosks[0], 0, NULL, 0), CENTRE_PUSHED);
    retire(d.found, d.kiosks[0].kiosk); // all it owns is known
    assert_false(recovery(d.found).has_written_off);
    end(&d);
}

static void an_epoch_that_nobody_gave_is_not_believed(void **state)
{
    struct day d;
    begin(&d, *state);
    restore(&d);
    struct feed_right lie = {.sitting = next_day(d.found, 0),
                             .seat = pool_seat(d.found, 0),
                             .epoch = (INT64_C(1) << 53) - 1};
    assert_int_equal(report(d.found, &d.kiosks[0], 0, &lie, 1), CENTRE_PUSHED);
    assert_true(id_is_none(seat_of(d.found, lie.sitting, lie.seat).owner.id));
    end(&d);
}

static void a_sitting_that_somebody_was_called_to_stays(void **state)
{
    struct day d;
    begin(&d, *state);
    int far = world_today(d.lost) + 15;
    struct sitting_id gone = world_sitting(d.lost, 0, far, MINUTE);
    afternoon(d.lost);
    struct db_query called = DB_QUERY(
        "INSERT INTO queue_entry (site, day, name, booking, sitting, planned_ms, arrived_ms, "
        "has_priority, state, calls, called_by, called_ms, rung_ms, done_ms) SELECT site, 1, "
        "'A001', NULL, NULL, 0, 0, 0, 'called', 1, id, 0, 0, 0 FROM sitting WHERE id = $1",
        DB_TEXT(id_str(&gone.id)));
    assert_int_equal(db_run(store_db(d.found->store), called, NULL), ERR_OK);
    restore(&d);
    assert_true(id_eq(world_sitting(d.found, 0, far, MINUTE).id, gone.id));
    end(&d);
}

int suite_recovery(struct world_driver *driver)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(what_kiosks_hold_is_learned_again),
        WORLD_TEST(the_pool_sells_again_under_epochs_that_nobody_was_told),
        WORLD_TEST(a_sitting_that_seems_over_is_recovered_too),
        WORLD_TEST(who_enrolled_since_is_known_and_awaited),
        WORLD_TEST(a_kiosk_that_will_never_report_is_written_off_with_a_quarantine),
        WORLD_TEST(a_life_that_ended_since_is_a_loss),
        WORLD_TEST(the_roster_is_that_of_the_last_day),
        WORLD_TEST(a_journal_that_does_not_fit_changes_nothing),
        WORLD_TEST(without_a_journal_nothing_unowned_is_sold),
        WORLD_TEST(each_history_comes_after_all_before_it),
        WORLD_TEST(a_restore_is_done_again),
        WORLD_TEST(a_new_life_owes_its_report_too),
        WORLD_TEST(a_lost_journal_is_remembered_by_the_next),
        WORLD_TEST(sittings_recover_though_a_clock_was_once_wrong),
        WORLD_TEST(whose_end_loses_nothing_brings_no_quarantine),
        WORLD_TEST(an_epoch_that_nobody_gave_is_not_believed),
        WORLD_TEST(a_sitting_that_somebody_was_called_to_stays),
    };
    return cmocka_run_group_tests_name("recovery", tests, NULL, NULL);
}
