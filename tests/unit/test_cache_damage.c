// What becomes of a kiosk whose file is damaged: it starts, always, and in one of two states.
#include "harness/cache_world.h"

#include "base/buf.h"
#include "sync/sync_act.h"

#include <dirent.h>
#include <unistd.h>

#define FILE_BYTES_MAX (2 << 20)
#define PAGE_BYTES     4096

struct saved {
    struct buf bytes;
    struct buf check; // the damaged one, and what lies in quarantine
    char path[96];
    struct inc_id inc;
    struct ledger_self self;
};

static void write_file(const char *path, struct str bytes)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes.ptr, 1, bytes.len, f), bytes.len);
    assert_int_equal(fclose(f), 0);
}

static void fill(struct kiosk *k, struct saved *s)
{
    struct ledger *l = &k->disk->ledger;
    kiosk_fill(k, l);
    for (int i = 0; i < KIOSK_SITTINGS; i++) {
        assert_int_equal(kiosk_sell(l, i, i, 1), VERDICT_OK);
    }
    for (int i = 0; i < 40; i++) {
        enum verdict verdict;
        struct sync_sale sale = kiosk_sale(10 + i, 0, 3);
        assert_int_equal(sync_wish(l,
                                   &(struct sync_sale){.booking = sale.booking,
                                                       .sitting = sale.sitting,
                                                       .code = sale.code,
                                                       .pin_hash = sale.pin_hash,
                                                       .sealed = sale.sealed},
                                   kiosk_time(KIOSK_NOW_MS), &verdict),
                         ERR_OK);
    }
    s->self = kiosk_self(l);
    cache_ledger_close(k->disk);
    k->disk = NULL;
    snprintf(s->path, sizeof(s->path), "%s/kiosk.db", k->dir);
    buf_init(&s->bytes, FILE_BYTES_MAX);
    buf_init(&s->check, FILE_BYTES_MAX);
    assert_int_equal(buf_read_file(&s->bytes, s->path), ERR_OK);
}

// The one folder of quarantine/ and in it the file as it was found. Removes it.
static void expect_quarantined(struct kiosk *k, struct saved *s, const char *name)
{
    char path[96];
    char folder[160] = "";
    snprintf(path, sizeof(path), "%s/quarantine", k->dir);
    DIR *dir = opendir(path);
    assert_non_null(dir);
    for (struct dirent *d = readdir(dir); d; d = readdir(dir)) {
        if (d->d_name[0] == '.') continue;
        assert_int_equal(folder[0], 0);
        snprintf(folder, sizeof(folder), "%s/%.40s", path, d->d_name);
    }
    closedir(dir);
    assert_int_not_equal(folder[0], 0);
    char file[200];
    snprintf(file, sizeof(file), "%s/%s", folder, name);
    buf_clear(&s->check);
    assert_int_equal(buf_read_file(&s->check, file), ERR_OK);
    assert_int_equal(s->check.len, s->bytes.len);
    kiosk_remove(path);
}

static void expect_intact(struct kiosk *k, const struct saved *s)
{
    struct cache_batch batch;
    struct ledger *l = &k->disk->ledger;
    struct ledger_self self = kiosk_self(l);
    assert_int_equal(self.op_seq, s->self.op_seq);
    assert_true(crypt_hash_eq(&self.op_hash, &s->self.op_hash));
    assert_int_equal(cache_ledger_batch(k->disk, &k->arena, 1, 64, 1 << 20, &batch), ERR_OK);
    assert_int_equal(batch.count, self.op_seq);
}

static void wherever_a_byte_is_wrong_the_kiosk_starts_whole_or_anew(void **state)
{
    static const int offsets[] = {0, 1, 3, 5, 7, 8, 16, 18, 19, 24, 40, 56, 100, 101, 105, 700};
    struct kiosk *k = *state;
    struct saved s;
    int anew = 0;
    int whole = 0;
    fill(k, &s);
    for (size_t page = 0; page < s.bytes.len / PAGE_BYTES; page++) {
        for (size_t i = 0; i < 2 * sizeof(offsets) / sizeof(offsets[0]); i++) {
            // from the start of the page, and from its end, where the rows lie
            size_t in_page =
                i % 2 == 0 ? (size_t)offsets[i / 2] : PAGE_BYTES - 1 - 3 * (size_t)offsets[i / 2];
            size_t at = page * PAGE_BYTES + in_page;
            char right = s.bytes.bytes[at];
            s.bytes.bytes[at] = (char)(right ^ 0x5A);
            write_file(s.path, buf_str(&s.bytes));
            kiosk_open(k);
            assert_int_equal(k->disk->is_quarantined, k->disk->is_new);
            if (k->disk->is_quarantined) {
                anew++;
                assert_int_equal(kiosk_self(&k->disk->ledger).op_seq, 0);
                expect_quarantined(k, &s, "kiosk.db");
            } else {
                whole++;
                expect_intact(k, &s);
            }
            cache_ledger_close(k->disk);
            k->disk = NULL;
            s.bytes.bytes[at] = right;
        }
    }
    print_message("%d whole, %d anew\n", whole, anew);
    assert_true(whole > 0 && anew > 0);
    buf_deinit(&s.bytes);
    buf_deinit(&s.check);
}

static void a_file_cut_short_or_of_another_kind_is_put_aside(void **state)
{
    struct kiosk *k = *state;
    struct saved s;
    fill(k, &s);
    size_t whole = s.bytes.len;
    size_t lengths[] = {100, PAGE_BYTES, whole / 2, whole - PAGE_BYTES, whole - 1};
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        s.bytes.len = lengths[i];
        write_file(s.path, buf_str(&s.bytes));
        kiosk_open(k);
        assert_true(k->disk->is_quarantined);
        expect_quarantined(k, &s, "kiosk.db");
        cache_ledger_close(k->disk);
    }
    k->disk = NULL;
    buf_deinit(&s.bytes);
    buf_deinit(&s.check);
}

// The write-ahead log holds what the file had not taken in yet.
static void a_log_without_its_file_is_put_aside(void **state)
{
    struct kiosk *k = *state;
    struct saved s;
    char path[200];
    fill(k, &s);
    snprintf(path, sizeof(path), "%s-wal", s.path);
    for (int is_there = 0; is_there < 2; is_there++) {
        write_file(path, STR("what was promised"));
        if (is_there) {
            write_file(s.path, STR(""));
        } else {
            assert_int_equal(unlink(s.path), 0);
        }
        s.bytes.len = sizeof("what was promised") - 1;
        kiosk_open(k);
        assert_true(k->disk->is_quarantined);
        assert_true(k->disk->is_new);
        expect_quarantined(k, &s, "kiosk.db-wal");
        cache_ledger_close(k->disk);
    }
    k->disk = NULL;
    buf_deinit(&s.bytes);
    buf_deinit(&s.check);
}

static void a_log_that_was_rewritten_is_put_aside(void **state)
{
    static const char *const forgeries[] = {
        "UPDATE op SET bytes = 'forged' WHERE seq = 2",
        "DELETE FROM op WHERE seq = 43",
        "DELETE FROM op WHERE seq = 1",
        "UPDATE self SET op_seq = 42, op_hash = (SELECT hash FROM op WHERE seq = 42)",
    };
    struct kiosk *k = *state;
    struct saved s;
    fill(k, &s);
    for (size_t i = 0; i < sizeof(forgeries) / sizeof(forgeries[0]); i++) {
        static const char *const guards[] = {"DROP TRIGGER op_append_only",
                                             "DROP TRIGGER op_kept_until_safe",
                                             "DROP TRIGGER self_follows_the_log"};
        write_file(s.path, buf_str(&s.bytes));
        kiosk_open(k);
        assert_false(k->disk->is_quarantined);
        for (size_t g = 0; g < 3; g++) {
            assert_int_equal(db_run(k->disk->db, DB_QUERY(guards[g]), NULL), ERR_OK);
        }
        assert_int_equal(db_run(k->disk->db, DB_QUERY(forgeries[i]), NULL), ERR_OK);
        kiosk_reopen(k);
        assert_true(k->disk->is_quarantined);
        assert_true(k->disk->is_new);
        cache_ledger_close(k->disk);
        k->disk = NULL;
    }
    buf_deinit(&s.bytes);
    buf_deinit(&s.check);
}

// Killed after the marker was written and the first file was moved: an old log beside no database, or a
// database without its log, must not be taken for a whole one.
static void a_quarantine_that_was_cut_off_is_finished(void **state)
{
    struct kiosk *k = *state;
    struct saved s;
    fill(k, &s);
    char path[160];
    struct id id = kiosk_id('e', 1);
    snprintf(path, sizeof(path), "%s/quarantine.pending", k->dir);
    write_file(path, id_str(&id));
    snprintf(path, sizeof(path), "%s-wal", s.path);
    write_file(path, STR("the rest"));
    kiosk_open(k);
    assert_true(k->disk->is_new);
    assert_int_equal(access(path, F_OK) == 0 && kiosk_self(&k->disk->ledger).op_seq != 0, 0);
    buf_clear(&s.check);
    snprintf(path, sizeof(path), "%s/quarantine/%s/kiosk.db-wal", k->dir, id.hex);
    assert_int_equal(buf_read_file(&s.check, path), ERR_OK);
    assert_str(buf_str(&s.check), "the rest");
    kiosk_reopen(k);
    assert_false(k->disk->is_new);
    buf_deinit(&s.bytes);
    buf_deinit(&s.check);
}

static void a_file_of_a_newer_program_is_left_alone(void **state)
{
    struct kiosk *k = *state;
    struct cache_ledger *l = NULL;
    assert_int_equal(
        db_run(k->disk->db, DB_QUERY("INSERT INTO schema_version (version) VALUES (99)"), NULL),
        ERR_OK);
    cache_ledger_close(k->disk);
    k->disk = NULL;
    arena_rewind(&k->arena, 0);
    assert_int_equal(cache_ledger_open(&k->arena, k->dir, &k->env.env, &l), ERR_BAD_INPUT);
    char path[96];
    snprintf(path, sizeof(path), "%s/quarantine", k->dir);
    assert_int_not_equal(access(path, F_OK), 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, kiosk_setup, kiosk_teardown)
    const struct CMUnitTest tests[] = {
        TEST(wherever_a_byte_is_wrong_the_kiosk_starts_whole_or_anew),
        TEST(a_file_cut_short_or_of_another_kind_is_put_aside),
        TEST(a_log_that_was_rewritten_is_put_aside),
        TEST(a_log_without_its_file_is_put_aside),
        TEST(a_quarantine_that_was_cut_off_is_finished),
        TEST(a_file_of_a_newer_program_is_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
