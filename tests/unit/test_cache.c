#include "harness/cache_world.h"

#include "cache/cache.h"
#include "cache/cache_key.h"
#include "cache/cache_spool.h"
#include "sync/sync_act.h"

#include <sys/stat.h>
#include <unistd.h>

#define PIN_KEY "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

struct world {
    struct kiosk *k;
    struct cache *c;
    struct arena arena;
};

static struct pin_hash hash_of(struct id booking, const char *pin)
{
    struct crypt_key key;
    struct pin_hash out;
    assert_true(hex_to_bytes(STR(PIN_KEY), key.bytes, sizeof(key.bytes)));
    struct crypt_pin_hash hash = crypt_pin_hash(&key, id_str(&booking), str_from_z(pin));
    hex_from_bytes(hash.bytes, sizeof(hash.bytes), out.hex);
    return out;
}

static void tell_county(struct kiosk *k)
{
    struct feed_row *row = kiosk_row(k, FEED_COUNTY, FEED_SITE, STR("141182100"));
    row->value.site = (struct site){.code.z = "141182100",
                                    .name = STR("中心"),
                                    .full_name = STR("市公共法律服务中心"),
                                    .phone = STR("0358-0000000"),
                                    .order = 1};
    row = kiosk_row(k, FEED_COUNTY, FEED_SITE, STR("141182001"));
    row->value.site = (struct site){.code.z = "141182001", .name = STR("街道"), .order = 0};
    for (int i = 0; i < KIOSK_SITTINGS; i++) {
        row = kiosk_row(k, FEED_COUNTY, FEED_COUNSELLOR, STR("c"));
        row->value.counsellor = (struct counsellor){
            .id.id = kiosk_id('c', i), .name = STR("王某"), .kind = COUNSELLOR_ATTORNEY};
    }
    row = kiosk_row(k, FEED_COUNTY, FEED_AVAIL, STR("a"));
    row->value.avail =
        (struct feed_avail){.sitting.id = kiosk_id('a', 0), .pool = 0x4, .elsewhere = 0x8};
    row = kiosk_row(k, FEED_COUNTY, FEED_WORKDAY, STR("2026-10-01"));
    row->value.workday = (struct workday_entry){.day = 20727, .is_off = true};
    row = kiosk_row(k, FEED_COUNTY, FEED_WORKDAY, STR("2026-09-27"));
    row->value.workday = (struct workday_entry){.day = 20723, .is_off = false};
    row = kiosk_row(k, FEED_COUNTY, FEED_RELEASE, STR("current"));
    row->value.release = 7;
    row = kiosk_row(k, FEED_DEVICE, FEED_PIN_KEY, STR("current"));
    snprintf(row->value.pin_key.hex, sizeof(row->value.pin_key.hex), "%s", PIN_KEY);
}

static int setup(void **state)
{
    struct world *w = test_calloc(1, sizeof(*w));
    w->k = kiosk_new(3);
    kiosk_fill(w->k, &w->k->disk->ledger);
    tell_county(w->k);
    assert_int_equal(kiosk_hear(w->k, &w->k->disk->ledger, 0), ERR_OK);
    w->k->count = 0;
    arena_init(&w->arena, 4 << 20);
    assert_int_equal(cache_open(&w->c, w->k->dir), ERR_OK);
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    cache_close(w->c);
    arena_deinit(&w->arena);
    kiosk_free(w->k);
    test_free(w);
    return 0;
}

static void there_is_nothing_to_read_before_the_keeper_made_it(void **state)
{
    (void)state;
    char dir[] = "/tmp/test_cache.XXXXXX";
    char path[64];
    struct cache *c = NULL;
    assert_non_null(mkdtemp(dir));
    assert_int_equal(cache_open(&c, dir), ERR_NOT_FOUND);
    snprintf(path, sizeof(path), "%s/kiosk.db", dir);
    FILE *f = fopen(path, "w"); // made, and not yet filled
    assert_non_null(f);
    fclose(f);
    assert_int_equal(cache_open(&c, dir), ERR_NOT_FOUND);
    kiosk_remove(dir);
}

static void a_kiosk_without_a_site_says_so(void **state)
{
    struct world *w = *state;
    struct site site;
    assert_int_equal(db_run(w->k->disk->db, DB_QUERY("UPDATE self SET site = ''"), NULL), ERR_OK);
    assert_int_equal(cache_own_site(w->c, &w->arena, &site), ERR_NOT_FOUND);
}

static void the_screens_read_what_the_centre_told(void **state)
{
    struct world *w = *state;
    struct site own;
    struct cache_sites sites;
    struct cache_sittings sittings;
    struct workday_list days;
    assert_int_equal(cache_begin(w->c), ERR_OK);
    assert_int_equal(cache_own_site(w->c, &w->arena, &own), ERR_OK);
    assert_str(own.full_name, "市公共法律服务中心");
    assert_int_equal(cache_sites(w->c, &w->arena, &sites), ERR_OK);
    assert_int_equal(sites.count, 2);
    assert_str(sites.items[0].name, "街道"); // in the order of the site file
    assert_int_equal(cache_sittings(w->c, &w->arena, &own.code, KIOSK_NOW_MS,
                                    KIOSK_NOW_MS + DATE_DAY_MS, &sittings),
                     ERR_OK);
    assert_int_equal(sittings.count, KIOSK_SITTINGS);
    const struct cache_sitting *first = &sittings.items[0];
    assert_true(id_eq(first->sitting.id.id, kiosk_id('a', 0)));
    assert_str(first->sitting.desk, "二号桌");
    assert_str(first->counsellor.name, "王某");
    assert_int_equal(first->counsellor.kind, COUNSELLOR_ATTORNEY);
    assert_int_equal(first->avail.pool, 0x4);
    assert_int_equal(first->avail.elsewhere, 0x8);
    assert_int_equal(first->rights, 0x3);
    assert_int_equal(sittings.items[1].avail.pool, 0);
    assert_int_equal(cache_workdays(w->c, &days), ERR_OK);
    assert_int_equal(days.count, 2);
    assert_true(workday_is_off(&days, 20727));
    assert_true(workday_is_make_up(&days, 20723));
    cache_end(w->c);
    int64_t version = 0;
    assert_int_equal(cache_ledger_release(w->k->disk, &version), ERR_OK);
    assert_int_equal(version, 7);
}

static void a_sitting_is_shown_while_any_of_it_lies_in_the_time_asked_for(void **state)
{
    struct world *w = *state;
    struct sitting s = kiosk_sitting(0); // the first to start and the first to end
    struct site_code elsewhere = {"141182001"};
    const struct {
        int64_t from_ms, to_ms;
        bool is_shown;
    } rows[] = {
        {s.start_ms - 10, s.start_ms, false},     {s.start_ms - 10, s.start_ms + 1, true},
        {s.end_ms - 1, s.end_ms, true},           {s.end_ms, s.end_ms + 10, false},
        {s.start_ms + 10, s.start_ms + 20, true},
    };
    struct cache_sittings out;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(
            cache_sittings(w->c, &w->arena, &s.site, rows[i].from_ms, rows[i].to_ms, &out), ERR_OK);
        bool is_shown = out.count > 0 && id_eq(out.items[0].sitting.id.id, s.id.id);
        assert_int_equal(is_shown, rows[i].is_shown);
    }
    assert_int_equal(cache_sittings(w->c, &w->arena, &elsewhere, 0, INT64_MAX, &out), ERR_OK);
    assert_int_equal(out.count, 0);
    assert_int_equal(cache_sittings(w->c, &w->arena, NULL, 0, INT64_MAX, &out), ERR_OK);
    assert_int_equal(out.count, KIOSK_SITTINGS);
}

static void a_read_sees_one_moment(void **state)
{
    struct world *w = *state;
    struct cache_sitting s;
    assert_int_equal(cache_begin(w->c), ERR_OK);
    assert_int_equal(cache_sitting(w->c, &w->arena, kiosk_sitting(0).id, &s), ERR_OK);
    assert_int_equal(s.rights, 0x3);
    assert_int_equal(kiosk_sell(&w->k->disk->ledger, 1, 0, 1), VERDICT_OK);
    assert_int_equal(cache_sitting(w->c, &w->arena, kiosk_sitting(0).id, &s), ERR_OK);
    assert_int_equal(s.rights, 0x3);
    cache_end(w->c);
    assert_int_equal(cache_sitting(w->c, &w->arena, kiosk_sitting(0).id, &s), ERR_OK);
    assert_int_equal(s.rights, 0x2); // sold: not free any more
}

static void tell_booking(struct world *w, int number, int seat, enum booking_state state,
                         int64_t applied)
{
    struct id id = kiosk_id('b', number);
    w->k->count = 0;
    struct feed_row *row = kiosk_row(w->k, FEED_SITE_STREAM, FEED_BOOKING, id_str(&id));
    row->value.booking = (struct feed_booking){.booking.id = id,
                                               .sitting.id = kiosk_id('a', 0),
                                               .seat = seat,
                                               .code.z = "12345678",
                                               .pin_hash = hash_of(id, "654321"),
                                               .state = state};
    assert_int_equal(kiosk_hear(w->k, &w->k->disk->ledger, applied), ERR_OK);
}

static void sell(struct world *w, int number, int seat)
{
    enum verdict verdict;
    struct sync_sale sale = kiosk_sale(number, 0, seat);
    sale.pin_hash = hash_of(sale.booking.id, "654321");
    assert_int_equal(
        sync_book_right(&w->k->disk->ledger, &sale, kiosk_time(KIOSK_NOW_MS), &verdict), ERR_OK);
    assert_int_equal(verdict, VERDICT_OK);
}

static enum err look(struct world *w, const char *code, const char *pin, struct cache_booking *out)
{
    struct ticket_code c = {{0}};
    struct ticket_pin p = {{0}};
    snprintf(c.z, sizeof(c.z), "%s", code);
    snprintf(p.z, sizeof(p.z), "%s", pin);
    return cache_lookup(w->c, &w->arena, &c, &p, out);
}

static void a_booking_is_found_by_code_and_pin_and_by_nothing_less(void **state)
{
    struct world *w = *state;
    struct cache_booking b;
    sell(w, 1, 1);                               // made here
    tell_booking(w, 2, 3, BOOKING_CONFIRMED, 0); // made elsewhere, by chance under the same code
    struct id second = kiosk_id('b', 2);
    static const struct {
        const char *code, *pin;
        enum err expected;
    } rows[] = {
        {"12345678", "654321", ERR_OK},  {"12345678", "654322", ERR_NOT_FOUND},
        {"12345678", "", ERR_NOT_FOUND}, {"12345670", "654321", ERR_NOT_FOUND},
        {"", "654321", ERR_NOT_FOUND},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(look(w, rows[i].code, rows[i].pin, &b), rows[i].expected);
    }
    // Each under its own PIN.
    assert_int_equal(db_run(w->k->disk->db,
                            DB_QUERY("UPDATE site_booking SET pin_hash = $1",
                                     DB_TEXT(str_from_z(hash_of(second, "111111").hex))),
                            NULL),
                     ERR_OK);
    assert_int_equal(look(w, "12345678", "111111", &b), ERR_OK);
    assert_true(id_eq(b.id.id, second));
    assert_int_equal(b.seat, 3);
    assert_true(b.planned_ms == kiosk_sitting(0).start_ms + 60 * DATE_MINUTE_MS);
    assert_str(b.at.counsellor.name, "王某");
    assert_int_equal(look(w, "12345678", "654321", &b), ERR_OK);
    assert_true(id_eq(b.id.id, kiosk_id('b', 1)));
    assert_int_equal(b.seat, 1);
}

static void without_the_pin_key_nothing_is_found(void **state)
{
    struct world *w = *state;
    struct cache_booking b;
    sell(w, 1, 1);
    assert_int_equal(
        db_run(w->k->disk->db, DB_QUERY("DELETE FROM fact WHERE name = 'pin_key'"), NULL), ERR_OK);
    assert_int_equal(look(w, "12345678", "654321", &b), ERR_NOT_FOUND);
}

static void what_this_kiosk_wrote_wins_until_the_centre_has_seen_it(void **state)
{
    struct world *w = *state;
    struct cache_booking b;
    struct booking_id id = {kiosk_id('b', 1)};
    sell(w, 1, 1);
    tell_booking(w, 1, 2, BOOKING_CANCELLED, 0); // told before it had our sale
    assert_int_equal(cache_booking(w->c, &w->arena, id, &b), ERR_OK);
    assert_int_equal(b.state, BOOKING_CONFIRMED);
    assert_int_equal(b.seat, 1);
    tell_booking(w, 1, 2, BOOKING_SERVED, 1); // it has seen operation 1
    assert_int_equal(cache_booking(w->c, &w->arena, id, &b), ERR_OK);
    assert_int_equal(b.state, BOOKING_SERVED);
    assert_int_equal(b.seat, 2);
    assert_int_equal(look(w, "12345678", "654321", &b), ERR_OK);
    assert_int_equal(b.state, BOOKING_SERVED);
    // Seen, and not told of (the sitting is at another site): ours is all there is.
    w->k->count = 0;
    struct feed_row *row = kiosk_row(w->k, FEED_SITE_STREAM, FEED_BOOKING, id_str(&id.id));
    row->is_dead = true;
    assert_int_equal(kiosk_hear(w->k, &w->k->disk->ledger, 1), ERR_OK);
    assert_int_equal(cache_booking(w->c, &w->arena, id, &b), ERR_OK);
    assert_int_equal(b.state, BOOKING_CONFIRMED);
    struct booking_id unknown = {kiosk_id('b', 77)};
    assert_int_equal(cache_booking(w->c, &w->arena, unknown, &b), ERR_NOT_FOUND);
}

static void a_wish_has_no_time(void **state)
{
    struct world *w = *state;
    struct cache_booking b;
    tell_booking(w, 4, 0, BOOKING_WISH, 0);
    assert_int_equal(look(w, "12345678", "654321", &b), ERR_OK);
    assert_int_equal(b.seat, 0);
    assert_true(b.planned_ms == 0);
}

static void one_program_owns_a_folder(void **state)
{
    struct world *w = *state;
    struct cache_lock one;
    struct cache_lock two;
    assert_int_equal(cache_lock_take(&one, w->k->dir), ERR_OK);
    assert_int_equal(cache_lock_take(&two, w->k->dir), ERR_BUSY);
    cache_lock_release(&one);
    assert_int_equal(cache_lock_take(&two, w->k->dir), ERR_OK);
    cache_lock_release(&two);
}

static void the_key_of_a_kiosk_is_made_once(void **state)
{
    struct world *w = *state;
    struct fs fs;
    struct crypt_key_pair one;
    struct crypt_key_pair two;
    char path[96];
    struct stat st;
    fs_system_init(&fs);
    assert_int_equal(cache_device_key(&fs, w->k->dir, &w->k->env.env, &one), ERR_OK);
    assert_int_equal(cache_device_key(&fs, w->k->dir, &w->k->env.env, &two), ERR_OK);
    assert_memory_equal(&one, &two, sizeof(one));
    snprintf(path, sizeof(path), "%s/device.key", w->k->dir);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0400);
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(cache_device_key(&fs, w->k->dir, &w->k->env.env, &two), ERR_AUTH);
    struct id id;
    assert_int_equal(cache_kiosk_id_get(w->k->dir, &id), ERR_NOT_FOUND);
    assert_int_equal(cache_kiosk_id_put(&fs, w->k->dir, kiosk_id('7', 7)), ERR_OK);
    assert_int_equal(cache_kiosk_id_get(w->k->dir, &id), ERR_OK);
    assert_true(id_eq(id, kiosk_id('7', 7)));
}

static void a_fingerprint_is_five_groups_out_of_the_hash(void **state)
{
    (void)state;
    // SHA-256 of 32 zero bytes is 66687aad f862bd77 6c8fc18b 8e9f8e20 08971485 …
    struct crypt_public_key zero = {{0}};
    char text[CACHE_FINGERPRINT_BYTES];
    cache_fingerprint(&zero, text);
    assert_string_equal(text, "3181 0599 0523 1280 8917");
}

static void a_slip_waits_for_the_printer_over_a_kill(void **state)
{
    struct world *w = *state;
    struct fs fs;
    struct cache_slips slips;
    char dir[96];
    char path[160];
    struct stat st;
    fs_system_init(&fs);
    snprintf(dir, sizeof(dir), "%s/spool", w->k->dir);
    assert_int_equal(cache_spool_list(&fs, dir, &slips), ERR_OK);
    assert_int_equal(slips.count, 0);
    struct cache_slip slip = {.code.z = "00000000",
                              .pin.z = "654321",
                              .sitting = kiosk_sitting(0).id,
                              .seat = 2,
                              .planned_ms = KIOSK_NOW_MS};
    slip.code = ticket_code_new(&w->k->env.env);
    for (int i = 0; i < CACHE_SPOOL_MAX; i++) {
        slip.booking.id = kiosk_id('b', i);
        assert_int_equal(cache_spool_put(&fs, dir, &slip), ERR_OK);
    }
    slip.booking.id = kiosk_id('b', 99);
    assert_int_equal(cache_spool_put(&fs, dir, &slip), ERR_FULL);
    assert_int_equal(cache_spool_list(&fs, dir, &slips), ERR_OK);
    assert_int_equal(slips.count, CACHE_SPOOL_MAX);
    assert_true(id_eq(slips.items[5].booking.id, kiosk_id('b', 5)));
    assert_string_equal(slips.items[5].code.z, slip.code.z);
    assert_string_equal(slips.items[5].pin.z, "654321");
    assert_int_equal(slips.items[5].seat, 2);
    assert_true(slips.items[5].planned_ms == KIOSK_NOW_MS);
    struct id id = kiosk_id('b', 5);
    snprintf(path, sizeof(path), "%s/%s.slip", dir, id.hex);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    for (int i = 0; i < CACHE_SPOOL_MAX; i++) {
        struct booking_id booking = {kiosk_id('b', i)};
        assert_int_equal(cache_spool_drop(&fs, dir, booking), ERR_OK);
        assert_int_equal(cache_spool_drop(&fs, dir, booking), ERR_OK);
    }
    // What a kill left half-written, and what is no slip, goes.
    assert_int_equal(fs_write(&fs, path, 0, STR("b0 12 34\n"), 0600), ERR_OK);
    snprintf(path, sizeof(path), "%s/%s.slip.tmp", dir, id.hex);
    assert_int_equal(fs_write(&fs, path, 0, STR("b0"), 0600), ERR_OK);
    assert_int_equal(cache_spool_list(&fs, dir, &slips), ERR_OK);
    assert_int_equal(slips.count, 0);
    assert_int_equal(rmdir(dir), 0); // nothing is left in it
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_is_nothing_to_read_before_the_keeper_made_it),
        TEST(a_kiosk_without_a_site_says_so),
        TEST(the_screens_read_what_the_centre_told),
        TEST(a_sitting_is_shown_while_any_of_it_lies_in_the_time_asked_for),
        TEST(a_read_sees_one_moment),
        TEST(a_booking_is_found_by_code_and_pin_and_by_nothing_less),
        TEST(without_the_pin_key_nothing_is_found),
        TEST(what_this_kiosk_wrote_wins_until_the_centre_has_seen_it),
        TEST(a_wish_has_no_time),
        TEST(one_program_owns_a_folder),
        TEST(the_key_of_a_kiosk_is_made_once),
        cmocka_unit_test(a_fingerprint_is_five_groups_out_of_the_hash),
        TEST(a_slip_waits_for_the_printer_over_a_kill),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
