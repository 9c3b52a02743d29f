#include "harness/release_world.h"

#include "base/date.h"
#include "release/blob.h"
#include "release/doc.h"
#include "release/pack.h"
#include "release/statute.h"

#include <stdlib.h>
#include <unistd.h>

static int setup(void **state)
{
    struct arena *a = calloc(1, sizeof(*a));
    arena_init(a, (size_t)64 << 20);
    *state = a;
    return crypt_init();
}

static int teardown(void **state)
{
    arena_deinit(*state);
    free(*state);
    return 0;
}

static void the_newest_version_in_force_is_the_current_one(void **state)
{
    struct arena *a = *state;
    int today = date_to_day((struct date){2023, 10, 1});
    struct manifest_file files[] = {
        {.path = STR("a"),
         .title = STR("行政复议法"),
         .day = today - 2000,
         .force_day = today - 2000},
        {.path = STR("b"), .title = STR("行政复议法"), .day = today - 30, .force_day = today + 90},
        {.path = STR("c"),
         .title = STR("行政复议法"),
         .day = today - 900,
         .force_day = today - 900},
        {.path = STR("d/c"),
         .title = STR("行政复议法"),
         .day = today - 900,
         .force_day = today - 900},
        {.path = STR("e"), .title = STR("民法典"), .part = STR("总则"), .day = 5, .force_day = 5},
        {.path = STR("f"), .title = STR("民法典"), .part = STR("附则"), .day = 4, .force_day = 4},
        {.path = STR("g"),
         .kind = CONTENT_CASE,
         .title = STR("行政复议法"),
         .day = 1,
         .force_day = 1},
        {.path = STR("h"),
         .title = STR("民法典"),
         .part = STR("附则"),
         .day = CONTENT_DAY_NONE,
         .force_day = CONTENT_DAY_NONE},
    };
    struct manifest m = {.files = files, .file_count = 8};
    static const enum content_status now[] = {CONTENT_AMENDED, CONTENT_FUTURE,  CONTENT_CURRENT,
                                              CONTENT_CURRENT, CONTENT_CURRENT, CONTENT_CURRENT,
                                              CONTENT_CURRENT, CONTENT_AMENDED};
    manifest_set_status(a, &m, today);
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(files[i].status, now[i]);
    }
    manifest_set_status(a, &m, today + 89);
    assert_int_equal(files[1].status, CONTENT_FUTURE);
    manifest_set_status(a, &m, today + 90); // the day it comes into force
    assert_int_equal(files[1].status, CONTENT_CURRENT);
    assert_int_equal(files[2].status, CONTENT_AMENDED);
    assert_int_equal(files[3].status, CONTENT_AMENDED);
    assert_int_equal(files[6].status, CONTENT_CURRENT);
}

static void program_versions_are_compared_by_number(void **state)
{
    (void)state;
    static const struct {
        const char *own;
        const char *min_app;
        bool suffices;
    } rows[] = {
        {"0.1", "0.1", true},     {"0.1.0", "0.1", true},    {"0.10", "0.9", true},
        {"0.9", "0.10", false},   {"1", "0.9.9.9", true},    {"0.1", "0.1.1", false},
        {"0.1.1", "0.1.0", true}, {"", "0.1", false},        {"0.1", "x", false},
        {"0..1", "0", false},     {"1.2.3.4.5", "1", false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(release_app_suffices(str_from_z(rows[i].own), str_from_z(rows[i].min_app)),
                         rows[i].suffices);
    }
}

static enum err add_law(struct release_draft *draft, struct arena *a, const char *path,
                        const char *text)
{
    struct content_doc doc;
    struct content_mistake mistake;
    struct str bytes =
        str_printf(a, "# 某法\n2021年1月1日 通过\n<!-- INFO END -->\n第一条 %s\n", text);
    assert_true(statute_parse(a, str_from_z(path), bytes, &doc, &mistake));
    return release_draft_add(draft, str_from_z(path), &doc);
}

static struct crypt_hash publish(struct arena *a, struct fs *fs, const char *dir,
                                 const struct manifest *before, const char *text, bool *changed)
{
    struct release_draft draft;
    struct crypt_hash hash = {0};
    struct manifest m;
    struct release_terms terms = {STR("0.1"), WORLD_NOW_MS + 5, before};
    assert_int_equal(release_draft_init(&draft, fs, dir), ERR_OK);
    assert_int_equal(add_law(&draft, a, "b/b.md", text), ERR_OK); // in any order
    assert_int_equal(add_law(&draft, a, "a/a.md", "甲"), ERR_OK);
    assert_int_equal(release_draft_finish(&draft, &terms, &m, &hash, changed), ERR_OK);
    release_draft_deinit(&draft);
    return hash;
}

static void a_second_import_changes_nothing_and_a_third_only_what_is_new(void **state)
{
    struct arena *a = *state;
    char dir[] = "/tmp/lvyue-release-XXXXXX";
    assert_non_null(mkdtemp(dir));
    struct fs fs;
    fs_system_init(&fs);
    bool changed = false;
    struct crypt_hash one = publish(a, &fs, dir, NULL, "乙", &changed);
    assert_true(changed);
    struct manifest first;
    assert_int_equal(release_manifest_load(a, dir, &one, &first), ERR_OK);
    assert_int_equal(first.version, 1);
    assert_int_equal(first.file_count, 2);
    assert_str(first.files[0].path, "a/a.md");
    assert_str(first.files[1].category, "b");
    publish(a, &fs, dir, &first, "乙", &changed);
    assert_false(changed);
    struct crypt_hash two = publish(a, &fs, dir, &first, "丙", &changed);
    assert_true(changed);
    struct manifest second;
    assert_int_equal(release_manifest_load(a, dir, &two, &second), ERR_OK);
    assert_int_equal(second.version, 2);
    assert_true(crypt_hash_eq(&first.files[0].hash, &second.files[0].hash));
    assert_false(crypt_hash_eq(&first.files[1].hash, &second.files[1].hash));

    // A damaged blob is written anew by the next import.
    struct blob_path path = blob_path(dir, &first.files[0].hash);
    assert_int_equal(fs_replace(&fs, path.z, STR("damaged"), 0640), ERR_OK);
    publish(a, &fs, dir, &second, "丙", &changed);
    assert_false(changed);
    struct buf bytes;
    buf_init(&bytes, DOC_BYTES_MAX);
    assert_int_equal(blob_read(dir, &first.files[0].hash, &bytes), ERR_OK);
    struct content_doc doc;
    assert_int_equal(doc_open(a, buf_str(&bytes), &doc), ERR_OK);
    assert_str(doc.paras[0].text, "甲");
    buf_deinit(&bytes);
    world_remove(dir);
}

static void a_path_twice_is_no_release(void **state)
{
    struct arena *a = *state;
    char dir[] = "/tmp/lvyue-release-XXXXXX";
    assert_non_null(mkdtemp(dir));
    struct fs fs;
    fs_system_init(&fs);
    struct release_draft draft;
    struct crypt_hash hash;
    struct manifest m;
    bool changed = false;
    struct release_terms terms = {STR("0.1"), WORLD_NOW_MS, NULL};
    assert_int_equal(release_draft_init(&draft, &fs, dir), ERR_OK);
    assert_int_equal(add_law(&draft, a, "a/a.md", "甲"), ERR_OK);
    assert_int_equal(add_law(&draft, a, "a/a.md", "乙"), ERR_OK);
    assert_int_equal(release_draft_finish(&draft, &terms, &m, &hash, &changed), ERR_CONFLICT);
    release_draft_deinit(&draft);
    world_remove(dir);
}

static void the_keys_of_a_county_are_made_once_and_sign(void **state)
{
    (void)state;
    char dir[] = "/tmp/lvyue-release-XXXXXX";
    assert_non_null(mkdtemp(dir));
    char keys[64];
    char root_path[128];
    snprintf(keys, sizeof(keys), "%s/keys", dir);
    snprintf(root_path, sizeof(root_path), "%s/root.1.json", dir);
    struct fs fs;
    fs_system_init(&fs);
    struct world_env env = {.env = {&world_env_ops}, .now_ms = WORLD_NOW_MS};
    assert_int_equal(release_keys_make(&fs, &env.env, keys, dir), ERR_OK);
    assert_int_equal(release_keys_make(&fs, &env.env, keys, dir), ERR_CONFLICT);
    struct buf text;
    struct root root;
    buf_init(&text, ROOT_BYTES_MAX);
    assert_int_equal(buf_read_file(&text, root_path), ERR_OK);
    assert_int_equal(root_read(buf_str(&text), &root), ERR_OK);
    assert_int_equal(root.thresholds[ROLE_ROOT], 2);
    struct crypt_key_pair content;
    struct seal_key_pair box;
    assert_int_equal(release_key_load(keys, "content", &content), ERR_OK);
    assert_memory_equal(content.public_key.bytes, root.keys[3].key.bytes, 32);
    assert_int_equal(release_box_load(keys, &box), ERR_OK);
    assert_memory_equal(box.public_key.bytes, root.box.bytes, 32);
    for (int i = 0; i < 3; i++) {
        char path[256];
        struct buf signature;
        snprintf(path, sizeof(path), "%s.%s.minisig", root_path,
                 minisig_key_id(&root.keys[i].key).hex);
        buf_init(&signature, MINISIG_FILE_BYTES_MAX);
        assert_int_equal(buf_read_file(&signature, path), ERR_OK);
        assert_true(minisig_verify(&root.keys[i].key, buf_str(&text), buf_str(&signature), NULL));
        buf_deinit(&signature);
    }
    buf_deinit(&text);
    world_remove(dir);
}

static void what_was_packed_comes_back_and_a_patch_is_small(void **state)
{
    struct arena *a = *state;
    char *old = arena_array(a, char, 200000);
    unsigned seed = 7;
    for (size_t i = 0; i < 200000; i++) {
        seed = seed * 1103515245U + 12345U;
        old[i] = (char)(seed >> 16);
    }
    struct str base = {old, 200000};
    char *changed = str_to_z(a, base);
    changed[100000] ^= 1;
    struct str next = {changed, 200000};
    struct buf frame;
    struct buf back;
    buf_init(&frame, 1 << 20);
    buf_init(&back, 1 << 20);
    assert_int_equal(pack_add(next, base, &frame), ERR_OK);
    assert_true(frame.len < 200);
    assert_int_equal(pack_open(buf_str(&frame), base, 200000, &back), ERR_OK);
    assert_true(str_eq(buf_str(&back), next));
    buf_clear(&back);
    assert_int_equal(pack_open(buf_str(&frame), base, 199999, &back), ERR_TOO_BIG);
    buf_clear(&back);
    assert_int_not_equal(pack_open(buf_str(&frame), (struct str){0}, 200000, &back), ERR_OK);
    for (size_t len = 0; len < frame.len; len++) {
        buf_clear(&back);
        assert_int_not_equal(pack_open(str_sub(buf_str(&frame), 0, len), base, 200000, &back),
                             ERR_OK);
    }
    buf_add_z(&frame, "more");
    buf_clear(&back);
    assert_int_equal(pack_open(buf_str(&frame), base, 200000, &back), ERR_CORRUPT);
    buf_clear(&frame);
    buf_clear(&back);
    assert_int_equal(pack_add(next, (struct str){0}, &frame), ERR_OK);
    assert_int_equal(pack_open(buf_str(&frame), (struct str){0}, 200000, &back), ERR_OK);
    assert_true(str_eq(buf_str(&back), next));
    buf_deinit(&frame);
    buf_deinit(&back);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_version_in_force_is_the_current_one),
        cmocka_unit_test(program_versions_are_compared_by_number),
        cmocka_unit_test(a_second_import_changes_nothing_and_a_third_only_what_is_new),
        cmocka_unit_test(a_path_twice_is_no_release),
        cmocka_unit_test(the_keys_of_a_county_are_made_once_and_sign),
        cmocka_unit_test(what_was_packed_comes_back_and_a_patch_is_small),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
