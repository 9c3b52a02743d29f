// A kiosk's content against a centre that publishes, a network that lies and a power that fails.
#include "harness/release_world.h"

#include "release/blob.h"
#include "release/names.h"
#include "release/release_store.h"
#include "release/statute.h"
#include "release/update.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define UNSYNCED_MAX 256

// A disk whose machine dies at operation `dies_at`: that one is done by half, everything after it not
// at all, and what was never synced is gone when the power is back.
struct dying_fs {
    struct fs fs;
    struct fs real;
    int count;
    int dies_at; // 0: never
    char unsynced[UNSYNCED_MAX][FS_PATH_BYTES_MAX];
    size_t unsynced_count;
};

static struct dying_fs *of(struct fs *fs)
{
    return (struct dying_fs *)fs;
}

static bool is_dead(struct dying_fs *d)
{
    d->count++;
    return d->dies_at > 0 && d->count >= d->dies_at;
}

static void forget(struct dying_fs *d, const char *path)
{
    for (size_t i = 0; i < d->unsynced_count; i++) {
        if (strcmp(d->unsynced[i], path) != 0) continue;
        memcpy(d->unsynced[i], d->unsynced[--d->unsynced_count], FS_PATH_BYTES_MAX);
        return;
    }
}

static void remember(struct dying_fs *d, const char *path)
{
    forget(d, path);
    assert_true(d->unsynced_count < UNSYNCED_MAX);
    snprintf(d->unsynced[d->unsynced_count++], FS_PATH_BYTES_MAX, "%s", path);
}

static enum err dying_write(struct fs *fs, const char *path, int64_t offset, struct str bytes,
                            int mode)
{
    struct dying_fs *d = of(fs);
    bool dead = is_dead(d);
    if (dead && d->count > d->dies_at) return ERR_STOPPED;
    remember(d, path);
    struct str done = dead ? str_sub(bytes, 0, bytes.len / 2) : bytes;
    enum err e = fs_write(&d->real, path, offset, done, mode);
    return dead ? ERR_STOPPED : e;
}

static enum err dying_sync(struct fs *fs, const char *path)
{
    if (is_dead(of(fs))) return ERR_STOPPED;
    forget(of(fs), path);
    return ERR_OK;
}

static enum err dying_sync_all(struct fs *fs, const char *path)
{
    (void)path;
    if (is_dead(of(fs))) return ERR_STOPPED;
    of(fs)->unsynced_count = 0;
    return ERR_OK;
}

static enum err dying_rename(struct fs *fs, const char *from, const char *to)
{
    struct dying_fs *d = of(fs);
    if (is_dead(d)) return ERR_STOPPED;
    bool unsynced = false;
    for (size_t i = 0; i < d->unsynced_count; i++) {
        unsynced = unsynced || strcmp(d->unsynced[i], from) == 0;
    }
    forget(d, from);
    forget(d, to);
    if (unsynced) remember(d, to);
    return fs_rename(&d->real, from, to);
}

static enum err dying_make_dir(struct fs *fs, const char *path)
{
    return is_dead(of(fs)) ? ERR_STOPPED : fs_make_dir(&of(fs)->real, path);
}

static enum err dying_remove(struct fs *fs, const char *path)
{
    if (is_dead(of(fs))) return ERR_STOPPED;
    forget(of(fs), path);
    return fs_remove(&of(fs)->real, path);
}

static const struct fs_ops dying_ops = {dying_write,  dying_sync,     dying_sync_all,
                                        dying_rename, dying_make_dir, dying_remove};

static void dying_init(struct dying_fs *d, int dies_at)
{
    *d = (struct dying_fs){.fs = {&dying_ops}, .dies_at = dies_at};
    fs_system_init(&d->real);
}

static void power_is_back(struct dying_fs *d)
{
    for (size_t i = 0; i < d->unsynced_count; i++) {
        if (access(d->unsynced[i], F_OK) == 0) assert_int_equal(truncate(d->unsynced[i], 0), 0);
    }
    d->unsynced_count = 0;
}

struct world {
    struct arena arena;
    struct world_env env;
    struct dying_fs disk; // of the centre: never dies, and its syncs cost nothing
    char dir[64];
    char centre[96];
    char keys[96];
    char kiosk[96];
    struct crypt_hash last;
    struct manifest manifest;
    bool has_manifest;
};

static int setup(void **state)
{
    struct world *w = calloc(1, sizeof(*w));
    *state = w;
    if (crypt_init()) return 1;
    arena_init(&w->arena, (size_t)256 << 20);
    snprintf(w->dir, sizeof(w->dir), "/tmp/lvyue-store-XXXXXX");
    assert_non_null(mkdtemp(w->dir));
    snprintf(w->centre, sizeof(w->centre), "%s/centre", w->dir);
    snprintf(w->keys, sizeof(w->keys), "%s/keys", w->dir);
    snprintf(w->kiosk, sizeof(w->kiosk), "%s/kiosk", w->dir);
    w->env = (struct world_env){.env = {&world_env_ops}, .now_ms = WORLD_NOW_MS};
    dying_init(&w->disk, 0);
    assert_int_equal(release_keys_make(&w->disk.fs, &w->env.env, w->keys, w->centre), ERR_OK);
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    world_remove(w->dir);
    arena_deinit(&w->arena);
    free(w);
    return 0;
}

// A release of `count` laws; those from `changed_from` on say `word`.
static void publish(struct world *w, int count, int changed_from, const char *word)
{
    struct release_draft draft;
    struct release_terms terms = {STR("0.1"), w->env.now_ms, w->has_manifest ? &w->manifest : NULL};
    struct crypt_key_pair pair;
    bool changed = false;
    assert_int_equal(release_draft_init(&draft, &w->disk.fs, w->centre), ERR_OK);
    for (int i = 0; i < count; i++) {
        struct content_doc doc;
        struct content_mistake mistake;
        struct str path = str_printf(&w->arena, "社会法/%d.md", i);
        struct str text = str_printf(&w->arena, "# 法%d\n<!-- INFO END -->\n第一条 %s\n", i,
                                     i < changed_from ? "旧" : word);
        assert_true(statute_parse(&w->arena, path, text, &doc, &mistake));
        assert_int_equal(release_draft_add(&draft, path, &doc), ERR_OK);
    }
    struct manifest m;
    assert_int_equal(release_draft_finish(&draft, &terms, &m, &w->last, &changed), ERR_OK);
    assert_true(changed);
    release_draft_deinit(&draft);
    struct str hex = crypt_hash_str(&w->arena, &w->last);
    struct str name = str_printf(&w->arena, "m/%.*s.json", STR_ARG(hex));
    assert_int_equal(release_key_load(w->keys, "content", &pair), ERR_OK);
    assert_int_equal(release_sign(&w->disk.fs, w->centre, str_to_z(&w->arena, name), &pair),
                     ERR_OK);
    assert_int_equal(release_key_load(w->keys, "timestamp", &pair), ERR_OK);
    assert_int_equal(release_timestamp_make(&w->disk.fs, w->centre, w->env.now_ms, &w->last, &pair),
                     ERR_OK);
    assert_int_equal(release_manifest_load(&w->arena, w->centre, &w->last, &w->manifest), ERR_OK);
    w->has_manifest = true;
}

static struct str fetch(struct world *w, const char *name)
{
    struct buf b;
    struct str path = str_printf(&w->arena, "%s/%s", w->centre, name);
    buf_init(&b, MANIFEST_BYTES_MAX);
    assert_int_equal(buf_read_file(&b, str_to_z(&w->arena, path)), ERR_OK);
    struct str s = str_copy(&w->arena, buf_str(&b));
    buf_deinit(&b);
    return s;
}

static struct release_signed fetch_signed(struct world *w, const char *name, const char *key,
                                          struct trust_signature *row)
{
    struct crypt_key_pair pair;
    assert_int_equal(release_key_load(w->keys, key, &pair), ERR_OK);
    struct str signature =
        str_printf(&w->arena, "%s.%s.minisig", name, minisig_key_id(&pair.public_key).hex);
    row->file = fetch(w, str_to_z(&w->arena, signature));
    return (struct release_signed){fetch(w, name), row, 1};
}

static enum err fetch_files(struct world *w, struct release_store *s)
{
    enum trust_verdict v = TRUST_OK;
    for (size_t i = release_store_next_missing(s, 0); i != SIZE_MAX;
         i = release_store_next_missing(s, i + 1)) {
        struct buf b;
        buf_init(&b, 65536);
        assert_int_equal(blob_read(w->centre, &s->staged.files[i].hash, &b), ERR_OK);
        // In two pieces, and on from where an older attempt ended.
        size_t from = (size_t)release_store_part_bytes(s, i);
        size_t middle = from + (b.len - from) / 2;
        struct str all = buf_str(&b);
        enum err e = release_store_part(s, i, (int64_t)from, str_sub(all, from, middle - from), &v);
        if (!e) e = release_store_part(s, i, (int64_t)middle, str_sub(all, middle, SIZE_MAX), &v);
        if (!e) e = release_store_part_end(s, i, &v);
        buf_deinit(&b);
        if (e) return e;
    }
    return ERR_OK;
}

// One round against an honest centre, up to the end or the first failure of the disk.
static enum err play_round(struct world *w, struct release_store *s)
{
    enum trust_verdict v = TRUST_OK;
    struct trust_signature row;
    enum err e = release_store_pin(s, fetch(w, "root.1.json"), &v);
    if (e) return e;
    struct release_signed next = fetch_signed(w, "timestamp.json", "timestamp", &row);
    e = release_store_timestamp(s, &next, w->env.now_ms, &v);
    if (!e && release_store_wants_manifest(s)) {
        struct str hex = crypt_hash_str(&w->arena, &s->timestamp.manifest_hash);
        struct str name = str_printf(&w->arena, "m/%.*s.json", STR_ARG(hex));
        next = fetch_signed(w, str_to_z(&w->arena, name), "content", &row);
        e = release_store_manifest(s, &next, w->env.now_ms, &v);
        if (!e) assert_int_equal(v, TRUST_OK);
    }
    if (!e) e = fetch_files(w, s);
    if (!e) e = release_store_switch(s, &v);
    if (!e) e = release_store_clean(s);
    return e;
}

static void expect_whole(struct release_store *s, int64_t version)
{
    assert_true(s->has_current);
    assert_int_equal(s->current.version, version);
    for (size_t i = 0; i < s->current.file_count; i++) {
        struct buf b;
        buf_init(&b, 65536);
        assert_int_equal(release_store_read(s, &s->current.files[i].hash, &b), ERR_OK);
        buf_deinit(&b);
    }
}

static void a_new_release_arrives_and_the_one_before_stays_for_a_while(void **state)
{
    struct world *w = *state;
    struct release_store s;
    publish(w, 5, 0, "一");
    struct crypt_hash first = w->manifest.files[0].hash;
    assert_int_equal(release_store_open(&s, &w->disk.fs, w->kiosk, STR("0.2")), ERR_OK);
    assert_false(s.has_current);
    assert_int_equal(play_round(w, &s), ERR_OK);
    expect_whole(&s, 1);
    publish(w, 5, 0, "二");
    assert_int_equal(play_round(w, &s), ERR_OK);
    expect_whole(&s, 2);
    struct buf b;
    buf_init(&b, 65536);
    assert_int_equal(blob_read(w->kiosk, &first, &b), ERR_OK);
    publish(w, 5, 0, "三");
    assert_int_equal(play_round(w, &s), ERR_OK);
    expect_whole(&s, 3);
    buf_clear(&b);
    assert_int_equal(blob_read(w->kiosk, &first, &b), ERR_NOT_FOUND);
    buf_deinit(&b);
    release_store_close(&s);
    assert_int_equal(release_store_open(&s, &w->disk.fs, w->kiosk, STR("0.2")), ERR_OK);
    expect_whole(&s, 3);
    assert_int_equal(play_round(w, &s), ERR_OK);
    expect_whole(&s, 3);
    release_store_close(&s);
}

static void a_kiosk_that_dies_at_any_step_shows_the_old_or_the_new_release(void **state)
{
    struct world *w = *state;
    publish(w, 4, 0, "一");
    struct release_store s;
    assert_int_equal(release_store_open(&s, &w->disk.fs, w->kiosk, STR("0.2")), ERR_OK);
    assert_int_equal(play_round(w, &s), ERR_OK);
    release_store_close(&s);
    int64_t shown = 1;
    int deaths = 0;
    bool survived = false;
    size_t mark = arena_mark(&w->arena);
    for (int n = 1; !survived; n++) {
        assert_true(n < 1000);
        // Each death meets a kiosk that is up to date and a centre that has published anew.
        char word[32];
        snprintf(word, sizeof(word), "第%d版", n);
        publish(w, 4, 2, word);
        struct dying_fs disk;
        dying_init(&disk, n);
        enum err e = release_store_open(&s, &disk.fs, w->kiosk, STR("0.2"));
        if (!e) e = play_round(w, &s);
        release_store_close(&s);
        power_is_back(&disk);
        survived = e == ERR_OK;
        if (!survived) assert_int_equal(e, ERR_STOPPED);
        deaths += !survived;

        assert_int_equal(release_store_open(&s, &w->disk.fs, w->kiosk, STR("0.2")), ERR_OK);
        assert_true(s.current.version == shown || s.current.version == shown + 1);
        expect_whole(&s, s.current.version);
        assert_int_equal(play_round(w, &s), ERR_OK);
        expect_whole(&s, shown + 1);
        release_store_close(&s);
        shown++;
        w->manifest = (struct manifest){0};
        arena_rewind(&w->arena, mark);
        assert_int_equal(release_manifest_load(&w->arena, w->centre, &w->last, &w->manifest),
                         ERR_OK);
    }
    print_message("%d deaths\n", deaths);
    assert_true(deaths > 30);
}

static void a_lie_on_the_way_changes_nothing_that_is_shown(void **state)
{
    struct world *w = *state;
    struct release_store s;
    enum trust_verdict v = TRUST_OK;
    struct trust_signature row;
    publish(w, 3, 0, "一");
    assert_int_equal(release_store_open(&s, &w->disk.fs, w->kiosk, STR("0.2")), ERR_OK);
    assert_int_equal(play_round(w, &s), ERR_OK);
    struct release_signed old = fetch_signed(w, "timestamp.json", "timestamp", &row);
    struct trust_signature old_row = row;
    old.signatures = &old_row;
    publish(w, 3, 0, "二");
    struct release_signed next = fetch_signed(w, "timestamp.json", "timestamp", &row);
    assert_int_equal(release_store_timestamp(&s, &next, WORLD_NOW_MS + 15 * WORLD_DAY_MS, &v),
                     ERR_OK);
    assert_int_equal(v, TRUST_EXPIRED);
    expect_whole(&s, 1);
    assert_false(release_store_wants_manifest(&s));
    assert_int_equal(release_store_timestamp(&s, &next, WORLD_NOW_MS, &v), ERR_OK);
    assert_int_equal(v, TRUST_OK);
    assert_int_equal(release_store_timestamp(&s, &old, WORLD_NOW_MS, &v), ERR_OK);
    assert_int_equal(v, TRUST_ROLLBACK);
    assert_true(release_store_wants_manifest(&s));

    struct str hex = crypt_hash_str(&w->arena, &s.timestamp.manifest_hash);
    struct str name = str_printf(&w->arena, "m/%.*s.json", STR_ARG(hex));
    struct release_signed manifest = fetch_signed(w, str_to_z(&w->arena, name), "content", &row);
    struct release_signed cut = manifest;
    cut.bytes.len--;
    assert_int_equal(release_store_manifest(&s, &cut, WORLD_NOW_MS, &v), ERR_OK);
    assert_int_equal(v, TRUST_WRONG_HASH);
    assert_int_equal(release_store_manifest(&s, &manifest, WORLD_NOW_MS, &v), ERR_OK);
    assert_int_equal(v, TRUST_OK);

    size_t i = release_store_next_missing(&s, 0);
    size_t size = (size_t)s.staged.files[i].size_bytes;
    char *zeros = arena_array(&w->arena, char, size + 1);
    assert_int_equal(release_store_part(&s, i, 0, (struct str){zeros, size + 1}, &v), ERR_OK);
    assert_int_equal(v, TRUST_TOO_BIG);
    assert_int_equal(release_store_part_bytes(&s, i), 0);
    assert_int_equal(release_store_part(&s, i, 0, (struct str){zeros, size}, &v), ERR_OK);
    assert_int_equal(v, TRUST_OK);
    assert_int_equal(release_store_part_end(&s, i, &v), ERR_OK);
    assert_int_equal(v, TRUST_WRONG_HASH);
    assert_int_equal(release_store_part_bytes(&s, i), 0);
    assert_int_equal(release_store_next_missing(&s, 0), i);
    assert_int_equal(release_store_switch(&s, &v), ERR_OK);
    assert_int_equal(v, TRUST_WRONG_HASH);
    expect_whole(&s, 1);
    assert_int_equal(play_round(w, &s), ERR_OK);
    expect_whole(&s, 2);
    release_store_close(&s);
}

static void a_file_that_rots_is_missing_and_is_fetched_again(void **state)
{
    struct world *w = *state;
    struct release_store s;
    publish(w, 3, 0, "一");
    assert_int_equal(release_store_open(&s, &w->disk.fs, w->kiosk, STR("0.2")), ERR_OK);
    assert_int_equal(play_round(w, &s), ERR_OK);
    struct crypt_hash hash = s.current.files[1].hash;
    struct blob_path path = blob_path(w->kiosk, &hash);
    struct fs real;
    fs_system_init(&real);
    struct buf b;
    buf_init(&b, 65536);
    assert_int_equal(blob_read(w->kiosk, &hash, &b), ERR_OK);
    b.bytes[b.len / 2] ^= 4;
    assert_int_equal(fs_write(&real, path.z, 0, buf_str(&b), 0640), ERR_OK);
    buf_clear(&b);
    assert_int_equal(release_store_read(&s, &hash, &b), ERR_CORRUPT);
    assert_int_equal(release_store_repair(&s), ERR_OK);
    assert_int_equal(release_store_next_missing(&s, 0), 1);
    assert_int_equal(play_round(w, &s), ERR_OK);
    expect_whole(&s, 1);
    buf_deinit(&b);
    release_store_close(&s);
}

// Manifest and files of the newest release as two frames; OK and whole at the end.
static void update_in_two_frames(struct world *w, struct release_store *s, struct buf frames[2])
{
    enum trust_verdict v = TRUST_OK;
    struct trust_signature row;
    struct buf manifest;
    struct crypt_hash from = update_from(s);
    struct release_signed next = fetch_signed(w, "timestamp.json", "timestamp", &row);
    assert_int_equal(release_store_pin(s, fetch(w, "root.1.json"), &v), ERR_OK);
    assert_int_equal(release_store_timestamp(s, &next, w->env.now_ms, &v), ERR_OK);
    buf_init(&manifest, MANIFEST_BYTES_MAX);
    buf_init(&frames[0], MANIFEST_BYTES_MAX);
    buf_init(&frames[1], MANIFEST_BYTES_MAX);
    assert_int_equal(update_pack_manifest(w->centre, &from, &w->last, &frames[0]), ERR_OK);
    assert_int_equal(update_open_manifest(s, buf_str(&frames[0]), &manifest), ERR_OK);
    next = fetch_signed(w, release_manifest_name(&w->last).z, "content", &row);
    next.bytes = buf_str(&manifest);
    assert_int_equal(release_store_manifest(s, &next, w->env.now_ms, &v), ERR_OK);
    assert_int_equal(v, TRUST_OK);
    buf_deinit(&manifest);
    assert_int_equal(update_pack_files(w->centre, &from, &w->last, &frames[1]), ERR_OK);
}

static void two_frames_bring_a_release_and_a_wrong_one_brings_nothing(void **state)
{
    struct world *w = *state;
    struct release_store s;
    enum trust_verdict v = TRUST_OK;
    struct buf frames[2];
    publish(w, 200, 200, "一");
    assert_int_equal(release_store_open(&s, &w->disk.fs, w->kiosk, STR("0.2")), ERR_OK);
    update_in_two_frames(w, &s, frames); // from nothing
    assert_int_equal(update_apply_files(&s, buf_str(&frames[1]), &v), ERR_OK);
    assert_int_equal(v, TRUST_OK);
    assert_int_equal(release_store_next_missing(&s, 0), SIZE_MAX);
    assert_int_equal(release_store_switch(&s, &v), ERR_OK);
    expect_whole(&s, 1);
    size_t first_bytes = frames[0].len + frames[1].len;
    buf_deinit(&frames[0]);
    struct buf wrong = frames[1];

    publish(w, 201, 190, "二"); // ten edited, one new
    update_in_two_frames(w, &s, frames);
    print_message("first %zu bytes, then %zu\n", first_bytes, frames[0].len + frames[1].len);
    assert_true((frames[0].len + frames[1].len) * 5 < first_bytes);
    assert_int_equal(update_apply_files(&s, buf_str(&wrong), &v), ERR_OK);
    assert_int_equal(v, TRUST_WRONG_HASH);
    for (size_t i = 4; i < frames[1].len; i += 3) {
        frames[1].bytes[i] ^= 8;
        assert_int_equal(update_apply_files(&s, buf_str(&frames[1]), &v), ERR_OK);
        frames[1].bytes[i] ^= 8;
    }
    expect_whole(&s, 1); // a damaged frame may bring a right file, never a wrong one
    assert_int_equal(update_apply_files(&s, buf_str(&frames[1]), &v), ERR_OK);
    assert_int_equal(v, TRUST_OK);
    assert_int_equal(release_store_switch(&s, &v), ERR_OK);
    assert_int_equal(v, TRUST_OK);
    expect_whole(&s, 2);
    buf_deinit(&wrong);
    buf_deinit(&frames[0]);
    buf_deinit(&frames[1]);
    release_store_close(&s);
}

static void a_release_for_a_newer_program_waits_for_it(void **state)
{
    struct world *w = *state;
    struct release_store s;
    enum trust_verdict v = TRUST_OK;
    publish(w, 3, 0, "一"); // wants 0.1
    assert_int_equal(release_store_open(&s, &w->disk.fs, w->kiosk, STR("0.0.9")), ERR_OK);
    assert_int_equal(play_round(w, &s), ERR_OK);
    assert_false(s.has_current);
    assert_int_equal(release_store_switch(&s, &v), ERR_OK);
    assert_int_equal(v, TRUST_APP_OLD);
    release_store_close(&s);
    assert_int_equal(release_store_open(&s, &w->disk.fs, w->kiosk, STR("0.1")), ERR_OK);
    assert_int_equal(release_store_switch(&s, &v), ERR_OK);
    expect_whole(&s, 1);
    release_store_close(&s);
}

static void a_rotten_current_release_gives_way_to_the_previous_one(void **state)
{
    struct world *w = *state;
    struct release_store s;
    publish(w, 3, 0, "一");
    assert_int_equal(release_store_open(&s, &w->disk.fs, w->kiosk, STR("0.2")), ERR_OK);
    assert_int_equal(play_round(w, &s), ERR_OK);
    publish(w, 3, 0, "二");
    assert_int_equal(play_round(w, &s), ERR_OK);
    release_store_close(&s);
    struct fs real;
    fs_system_init(&real);
    struct str hex = crypt_hash_str(&w->arena, &w->last);
    struct str path = str_printf(&w->arena, "%s/m/%.*s.json", w->kiosk, STR_ARG(hex));
    assert_int_equal(fs_write(&real, str_to_z(&w->arena, path), 0, STR("{}"), 0640), ERR_OK);
    assert_int_equal(release_store_open(&s, &w->disk.fs, w->kiosk, STR("0.2")), ERR_OK);
    expect_whole(&s, 1);
    assert_true(release_store_wants_manifest(&s));
    assert_int_equal(play_round(w, &s), ERR_OK);
    expect_whole(&s, 2);
    release_store_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_new_release_arrives_and_the_one_before_stays_for_a_while,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
            a_kiosk_that_dies_at_any_step_shows_the_old_or_the_new_release, setup, teardown),
        cmocka_unit_test_setup_teardown(a_lie_on_the_way_changes_nothing_that_is_shown, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_file_that_rots_is_missing_and_is_fetched_again, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(two_frames_bring_a_release_and_a_wrong_one_brings_nothing,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_release_for_a_newer_program_waits_for_it, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_rotten_current_release_gives_way_to_the_previous_one,
                                        setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
