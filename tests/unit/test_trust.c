// The attacks on a content release, by the names of The Update Framework, as pure decisions.
#include "harness/release_world.h"

#include <stdlib.h>

// Keys 1 2 3 are root keys, 4 signs content, 5 timestamps; 6 … 9 are strangers or successors.
enum { CONTENT_KEY = 4, TIMESTAMP_KEY = 5, NEXT_TIMESTAMP_KEY = 6, STRANGER = 9 };

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

static struct root a_root(int64_t version)
{
    struct root root = {
        .version = version,
        .expires_ms = WORLD_NOW_MS + 700 * WORLD_DAY_MS,
        .thresholds = {2, 1, 1},
        .key_count = 5,
    };
    for (int i = 0; i < 5; i++) {
        enum release_role role = i < 3 ? ROLE_ROOT : i == 3 ? ROLE_CONTENT : ROLE_TIMESTAMP;
        root.keys[i] = (struct root_key){role, world_key(i + 1).public_key};
    }
    return root;
}

static struct str root_text(struct arena *a, const struct root *root)
{
    struct buf b;
    buf_init(&b, ROOT_BYTES_MAX);
    assert_int_equal(root_write(root, &b), ERR_OK);
    struct str s = str_copy(a, buf_str(&b));
    buf_deinit(&b);
    return s;
}

static struct str timestamp_text(struct arena *a, const struct timestamp *t)
{
    struct buf b;
    buf_init(&b, TIMESTAMP_BYTES_MAX);
    assert_int_equal(timestamp_write(t, &b), ERR_OK);
    struct str s = str_copy(a, buf_str(&b));
    buf_deinit(&b);
    return s;
}

static struct str manifest_text(struct arena *a, const struct manifest *m)
{
    struct buf b;
    buf_init(&b, MANIFEST_BYTES_MAX);
    assert_int_equal(manifest_write(m, &b), ERR_OK);
    struct str s = str_copy(a, buf_str(&b));
    buf_deinit(&b);
    return s;
}

static struct trust trusting(struct arena *a)
{
    struct trust trust;
    struct root root = a_root(1);
    assert_int_equal(trust_init(&trust, root_text(a, &root)), TRUST_OK);
    return trust;
}

static enum trust_verdict offer_root(struct arena *a, struct trust *trust, const struct root *root,
                                     const int *keys, size_t count)
{
    struct str text = root_text(a, root);
    struct world_signatures s = world_sign(a, text, keys, count);
    struct trust before = *trust;
    enum trust_verdict v = trust_root(trust, text, s.rows, s.count);
    if (v != TRUST_OK) assert_memory_equal(&before, trust, sizeof(before));
    return v;
}

static void a_root_needs_its_threshold_and_the_next_number(void **state)
{
    struct arena *a = *state;
    static const struct {
        const char *what;
        int64_t version;
        int keys[4];
        size_t count;
        enum trust_verdict verdict;
    } rows[] = {
        {"two of three", 2, {1, 3}, 2, TRUST_OK},
        {"all three", 2, {1, 2, 3}, 3, TRUST_OK},
        {"threshold - 1", 2, {1}, 1, TRUST_UNSIGNED},
        {"nobody", 2, {0}, 0, TRUST_UNSIGNED},
        {"one key twice", 2, {1, 1}, 2, TRUST_UNSIGNED},
        {"one and a stranger", 2, {1, STRANGER}, 2, TRUST_UNSIGNED},
        {"one and the content key", 2, {1, CONTENT_KEY}, 2, TRUST_UNSIGNED},
        {"a number left out", 3, {1, 2}, 2, TRUST_WRONG_VERSION},
        {"the same again", 1, {1, 2}, 2, TRUST_ROLLBACK},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        print_message("%s\n", rows[i].what);
        struct trust trust = trusting(a);
        struct root root = a_root(rows[i].version);
        assert_int_equal(offer_root(a, &trust, &root, rows[i].keys, rows[i].count),
                         rows[i].verdict);
    }
}

static void new_root_keys_need_the_old_and_the_new_threshold(void **state)
{
    struct arena *a = *state;
    struct root next = a_root(2);
    next.keys[0].key = world_key(7).public_key;
    next.keys[1].key = world_key(8).public_key; // 3 stays
    static const struct {
        int keys[4];
        size_t count;
        enum trust_verdict verdict;
    } rows[] = {
        {{1, 2}, 2, TRUST_UNSIGNED},    // the old ones alone
        {{7, 8}, 2, TRUST_UNSIGNED},    // the new ones alone
        {{1, 3, 7}, 3, TRUST_OK},       // 3 counts on both sides
        {{1, 2, 7, 8}, 4, TRUST_OK},    //
        {{1, 7, 8}, 3, TRUST_UNSIGNED}, // one short on the old side
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct trust trust = trusting(a);
        assert_int_equal(offer_root(a, &trust, &next, rows[i].keys, rows[i].count),
                         rows[i].verdict);
    }
    struct trust trust = trusting(a);
    assert_int_equal(offer_root(a, &trust, &next, (int[]){1, 3, 7}, 3), TRUST_OK);
    next.version = 3;
    assert_int_equal(offer_root(a, &trust, &next, (int[]){1, 2}, 2), TRUST_UNSIGNED);
    assert_int_equal(offer_root(a, &trust, &next, (int[]){7, 8}, 2), TRUST_OK);
}

static void a_root_that_cannot_be_met_or_counts_a_key_twice_is_none(void **state)
{
    struct arena *a = *state;
    struct root out;
    struct root root = a_root(1);
    root.keys[1] = root.keys[0];
    assert_int_equal(root_read(root_text(a, &root), &out), ERR_BAD_INPUT);
    root = a_root(1);
    root.thresholds[ROLE_ROOT] = 4;
    assert_int_equal(root_read(root_text(a, &root), &out), ERR_BAD_INPUT);
    root = a_root(1);
    root.key_count = 4;
    assert_int_equal(root_read(root_text(a, &root), &out), ERR_BAD_INPUT);
    root = a_root(1);
    struct str text = root_text(a, &root);
    assert_int_equal(root_read(text, &out), ERR_OK);
    for (size_t len = 0; len < text.len; len++) {
        assert_int_not_equal(root_read(str_sub(text, 0, len), &out), ERR_OK);
    }
    // The key id of one key before another: a second vote under a borrowed name.
    char *forged = str_to_z(a, text);
    struct minisig_key_id second = minisig_key_id(&root.keys[1].key);
    struct minisig_key_id first = minisig_key_id(&root.keys[0].key);
    char *at = strstr(forged, second.hex);
    assert_non_null(at);
    memcpy(at, first.hex, MINISIG_KEY_ID_HEX_BYTES);
    assert_int_equal(root_read(str_from_z(forged), &out), ERR_BAD_INPUT);
    char *big = arena_array(a, char, ROOT_BYTES_MAX + 1);
    memset(big, ' ', ROOT_BYTES_MAX + 1);
    struct trust trust = trusting(a);
    assert_int_equal(trust_root(&trust, (struct str){big, ROOT_BYTES_MAX + 1}, NULL, 0),
                     TRUST_TOO_BIG);
}

static struct timestamp a_timestamp(int64_t version, int64_t manifest_version)
{
    return (struct timestamp){
        .version = version,
        .manifest_version = manifest_version,
        .manifest_bytes = 100,
        .expires_ms = WORLD_NOW_MS + WORLD_DAY_MS,
    };
}

static enum trust_verdict offer_timestamp(struct arena *a, struct trust *trust,
                                          const struct timestamp *t, int key, int64_t now_ms)
{
    struct str text = timestamp_text(a, t);
    struct world_signatures s = world_sign(a, text, &key, 1);
    struct timestamp out;
    struct trust before = *trust;
    enum trust_verdict v = trust_timestamp(trust, text, s.rows, s.count, now_ms, &out);
    if (v != TRUST_OK) assert_memory_equal(&before, trust, sizeof(before));
    return v;
}

static void a_timestamp_only_goes_forward_and_only_before_it_expires(void **state)
{
    struct arena *a = *state;
    static const struct {
        const char *what;
        int64_t version;
        int64_t manifest_version;
        int key;
        int64_t after_ms; // since now
        enum trust_verdict verdict;
    } rows[] = {
        {"newer", 11, 8, TIMESTAMP_KEY, 0, TRUST_OK},
        {"newer, same content", 11, 7, TIMESTAMP_KEY, 0, TRUST_OK},
        {"the same", 10, 7, TIMESTAMP_KEY, 0, TRUST_SAME},
        {"rollback", 9, 7, TIMESTAMP_KEY, 0, TRUST_ROLLBACK},
        {"rollback of the content", 11, 6, TIMESTAMP_KEY, 0, TRUST_ROLLBACK},
        {"rollback, long expired", 9, 7, TIMESTAMP_KEY, WORLD_DAY_MS, TRUST_ROLLBACK},
        {"a last moment", 11, 8, TIMESTAMP_KEY, WORLD_DAY_MS - 1, TRUST_OK},
        {"freeze", 11, 8, TIMESTAMP_KEY, WORLD_DAY_MS, TRUST_EXPIRED},
        {"freeze with the same", 10, 7, TIMESTAMP_KEY, WORLD_DAY_MS, TRUST_EXPIRED},
        {"another role's key", 11, 8, CONTENT_KEY, 0, TRUST_UNSIGNED},
        {"a stranger's key", 11, 8, STRANGER, 0, TRUST_UNSIGNED},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        print_message("%s\n", rows[i].what);
        struct trust trust = trusting(a);
        struct timestamp now = a_timestamp(10, 7);
        assert_int_equal(offer_timestamp(a, &trust, &now, TIMESTAMP_KEY, WORLD_NOW_MS), TRUST_OK);
        struct timestamp t = a_timestamp(rows[i].version, rows[i].manifest_version);
        assert_int_equal(
            offer_timestamp(a, &trust, &t, rows[i].key, WORLD_NOW_MS + rows[i].after_ms),
            rows[i].verdict);
    }
    // An expired root freezes everything below it.
    struct trust trust = trusting(a);
    struct timestamp t = a_timestamp(1, 1);
    t.expires_ms = WORLD_NOW_MS + 900 * WORLD_DAY_MS;
    assert_int_equal(
        offer_timestamp(a, &trust, &t, TIMESTAMP_KEY, WORLD_NOW_MS + 701 * WORLD_DAY_MS),
        TRUST_EXPIRED);
}

static void a_stolen_timestamp_key_cannot_block_the_future(void **state)
{
    struct arena *a = *state;
    struct trust trust = trusting(a);
    struct timestamp far = a_timestamp(RELEASE_VERSION_MAX, RELEASE_VERSION_MAX);
    assert_int_equal(offer_timestamp(a, &trust, &far, TIMESTAMP_KEY, WORLD_NOW_MS), TRUST_OK);
    struct timestamp real = a_timestamp(11, 8);
    assert_int_equal(offer_timestamp(a, &trust, &real, TIMESTAMP_KEY, WORLD_NOW_MS),
                     TRUST_ROLLBACK);
    struct root next = a_root(2); // an unchanged root forgets nothing
    assert_int_equal(offer_root(a, &trust, &next, (int[]){1, 2}, 2), TRUST_OK);
    assert_int_equal(offer_timestamp(a, &trust, &real, TIMESTAMP_KEY, WORLD_NOW_MS),
                     TRUST_ROLLBACK);
    next.version = 3;
    next.keys[4].key = world_key(NEXT_TIMESTAMP_KEY).public_key;
    assert_int_equal(offer_root(a, &trust, &next, (int[]){1, 2}, 2), TRUST_OK);
    assert_int_equal(offer_timestamp(a, &trust, &real, TIMESTAMP_KEY, WORLD_NOW_MS),
                     TRUST_UNSIGNED);
    assert_int_equal(offer_timestamp(a, &trust, &real, NEXT_TIMESTAMP_KEY, WORLD_NOW_MS), TRUST_OK);
}

static void one_kind_of_file_does_not_pass_for_another(void **state)
{
    struct arena *a = *state;
    struct trust trust = trusting(a);
    struct root root = a_root(2);
    struct str text = root_text(a, &root);
    int keys[] = {TIMESTAMP_KEY};
    struct world_signatures s = world_sign(a, text, keys, 1);
    struct timestamp out;
    assert_int_equal(trust_timestamp(&trust, text, s.rows, 1, WORLD_NOW_MS, &out), TRUST_BAD_FORM);
}

static struct manifest a_manifest(struct manifest_file *files, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        files[i] = (struct manifest_file){
            .path = i == 0 ? STR("a.md") : STR("b.md"),
            .kind = CONTENT_STATUTE,
            .title = STR("某法"),
            .day = 19000 + (int)i,
            .force_day = 19000 + (int)i,
            .size_bytes = 3,
            .hash = crypt_sha256(STR("abc")),
        };
    }
    return (struct manifest){
        .version = 8,
        .min_app = STR("0.1"),
        .issued_ms = WORLD_NOW_MS,
        .expires_ms = WORLD_NOW_MS + WORLD_DAY_MS,
        .files = files,
        .file_count = count,
    };
}

static void a_manifest_is_the_one_that_was_named_to_the_byte(void **state)
{
    struct arena *a = *state;
    struct manifest_file files[2];
    struct manifest m = a_manifest(files, 2);
    struct str text = manifest_text(a, &m);
    m.expires_ms = WORLD_NOW_MS;
    struct str expired_text = manifest_text(a, &m);
    m = a_manifest(files, 2);
    files[1].path = files[0].path;
    struct str doubled = manifest_text(a, &m);
    struct str longer = str_printf(a, "%.*s ", STR_ARG(text));
    static const int content[] = {CONTENT_KEY};
    static const int stranger[] = {STRANGER};
    struct {
        const char *what;
        struct str named; // what the timestamp speaks of
        struct str given;
        int64_t version;
        const int *keys;
        enum trust_verdict verdict;
    } rows[] = {
        {"right", text, text, 8, content, TRUST_OK},
        {"cut off", text, str_sub(text, 0, text.len - 1), 8, content, TRUST_WRONG_HASH},
        {"endless", text, longer, 8, content, TRUST_TOO_BIG},
        {"another one", longer, text, 8, content, TRUST_WRONG_HASH},
        {"wrong key", text, text, 8, stranger, TRUST_UNSIGNED},
        {"another version", text, text, 9, content, TRUST_WRONG_VERSION},
        {"expired", expired_text, expired_text, 8, content, TRUST_EXPIRED},
        {"a path twice", doubled, doubled, 8, content, TRUST_BAD_FORM},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        print_message("%s\n", rows[i].what);
        struct trust trust = trusting(a);
        struct timestamp t = a_timestamp(1, rows[i].version);
        t.manifest_hash = crypt_sha256(rows[i].named);
        t.manifest_bytes = (int64_t)rows[i].named.len;
        struct world_signatures s = world_sign(a, rows[i].given, rows[i].keys, 1);
        struct trust_manifest_input input = {rows[i].given, s.rows, s.count};
        struct manifest out;
        assert_int_equal(trust_manifest(&trust, &t, &input, WORLD_NOW_MS, a, &out),
                         rows[i].verdict);
    }
}

static void a_file_is_its_hash_and_its_size(void **state)
{
    (void)state;
    struct manifest_file f = {.hash = crypt_sha256(STR("abc")), .size_bytes = 3};
    assert_int_equal(trust_blob(&f, STR("abc")), TRUST_OK);
    assert_int_equal(trust_blob(&f, STR("abd")), TRUST_WRONG_HASH);
    assert_int_equal(trust_blob(&f, STR("ab")), TRUST_WRONG_HASH);
    assert_int_equal(trust_blob(&f, STR("abcd")), TRUST_TOO_BIG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_root_needs_its_threshold_and_the_next_number),
        cmocka_unit_test(new_root_keys_need_the_old_and_the_new_threshold),
        cmocka_unit_test(a_root_that_cannot_be_met_or_counts_a_key_twice_is_none),
        cmocka_unit_test(a_timestamp_only_goes_forward_and_only_before_it_expires),
        cmocka_unit_test(a_stolen_timestamp_key_cannot_block_the_future),
        cmocka_unit_test(one_kind_of_file_does_not_pass_for_another),
        cmocka_unit_test(a_manifest_is_the_one_that_was_named_to_the_byte),
        cmocka_unit_test(a_file_is_its_hash_and_its_size),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
