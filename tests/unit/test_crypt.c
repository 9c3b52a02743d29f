#include "harness/test.h"

#include "base/id.h"
#include "crypt/base64.h"
#include "crypt/hash.h"
#include "crypt/minisig.h"
#include "crypt/request.h"
#include "crypt/seal.h"
#include "crypt/secret_file.h"

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

// Randomness that counts up: the same on every run.
struct counting_env {
    struct env env;
    unsigned char next;
};

static int64_t no_time(struct env *env)
{
    (void)env;
    return 0;
}

static void count_up(struct env *env, void *bytes, size_t count)
{
    struct counting_env *c = (struct counting_env *)env;
    unsigned char *at = bytes;
    for (size_t i = 0; i < count; i++) {
        at[i] = c->next++;
    }
}

static const struct env_ops counting_ops = {no_time, no_time, count_up};

static struct str hash_text(struct arena *a, struct crypt_hash h)
{
    return crypt_hash_str(a, &h);
}

static int setup(void **state)
{
    struct arena *a = calloc(1, sizeof(*a));
    arena_init(a, 1 << 16);
    *state = a;
    return crypt_init();
}

static int teardown(void **state)
{
    arena_deinit(*state);
    free(*state);
    return 0;
}

static void sha256_gives_the_published_vectors(void **state)
{
    struct arena *a = *state;
    assert_str(hash_text(a, crypt_sha256(STR("abc"))),
               "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_str(hash_text(a, crypt_sha256(STR(""))),
               "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    struct crypt_stream s;
    crypt_stream_init(&s);
    crypt_stream_add(&s, STR("abcdbcdecdefdefgefghfghighijhi"));
    crypt_stream_add(&s, STR("jkijkljklmklmnlmnomnopnopq"));
    assert_str(hash_text(a, crypt_stream_end(&s)),
               "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void the_chain_is_the_hash_of_the_hash_before_and_the_bytes(void **state)
{
    struct arena *a = *state;
    struct crypt_hash none = {0};
    struct crypt_hash one = crypt_chain(&none, STR("{\"n\":1}"));
    struct crypt_hash two = crypt_chain(&one, STR("{\"n\":2}"));
    assert_str(hash_text(a, two),
               "343a24f5f805e0108039a562689b9d62b4be6072e783e4555b1eb109d4f92963");
    struct crypt_hash again;
    assert_true(crypt_hash_parse(hash_text(a, two), &again));
    assert_true(crypt_hash_eq(&two, &again));
    assert_false(crypt_hash_eq(&one, &two));
}

static void keyed_hashes_give_the_values_of_another_implementation(void **state)
{
    struct arena *a = *state;
    struct crypt_key key;
    for (size_t i = 0; i < sizeof(key.bytes); i++) {
        key.bytes[i] = (unsigned char)i;
    }
    struct crypt_pin_hash pin =
        crypt_pin_hash(&key, STR("0123456789abcdef0123456789abcdef"), STR("042137"));
    char hex[2 * CRYPT_PIN_HASH_BYTES + 1];
    hex_from_bytes(pin.bytes, sizeof(pin.bytes), hex);
    assert_string_equal(hex, "d83d2512f304ef777ead3cb50a9f0685");
    assert_str(hash_text(a, crypt_mac(&key, STR("13800138000"))),
               "bdbecf8180bd20d777397c213d31c2b2febe8b88a7af50816b4e44748dee19c1");
    struct crypt_pin_hash other =
        crypt_pin_hash(&key, STR("0123456789abcdef0123456789abcdef"), STR("042138"));
    assert_false(crypt_pin_hash_eq(&pin, &other));
    key.bytes[0] ^= 1;
    other = crypt_pin_hash(&key, STR("0123456789abcdef0123456789abcdef"), STR("042137"));
    assert_false(crypt_pin_hash_eq(&pin, &other));
}

struct signature_row {
    const char *seed;
    const char *public_key;
    const char *message;
    const char *signature;
};

// RFC 8032 section 7.1, tests 1 to 3.
static const struct signature_row rfc8032[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b4"
     "6bd25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d"
     "8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6"
     "594a7c15e9716ed28dc027beceea1ec40a"},
};

static void ed25519_gives_the_vectors_of_the_rfc(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rfc8032) / sizeof(rfc8032[0]); i++) {
        const struct signature_row *row = &rfc8032[i];
        unsigned char seed[CRYPT_SEED_BYTES];
        unsigned char message[8];
        struct crypt_public_key key;
        struct crypt_signature wanted;
        size_t len = strlen(row->message) / 2;
        assert_true(hex_to_bytes(str_from_z(row->seed), seed, sizeof(seed)));
        assert_true(hex_to_bytes(str_from_z(row->public_key), key.bytes, sizeof(key.bytes)));
        assert_true(len == 0 || hex_to_bytes(str_from_z(row->message), message, len));
        assert_true(hex_to_bytes(str_from_z(row->signature), wanted.bytes, sizeof(wanted.bytes)));

        struct crypt_key_pair pair = crypt_key_pair_from_seed(seed);
        assert_memory_equal(pair.public_key.bytes, key.bytes, sizeof(key.bytes));
        struct str text = {(const char *)message, len};
        struct crypt_signature made = crypt_sign(&pair, text);
        assert_memory_equal(made.bytes, wanted.bytes, sizeof(wanted.bytes));
        assert_true(crypt_verify(&key, text, &made));
        made.bytes[i] ^= 1;
        assert_false(crypt_verify(&key, text, &made));
    }
}

static void base64_goes_both_ways_and_is_strict(void **state)
{
    struct arena *a = *state;
    static const char *const plain[] = {"", "f", "fo", "foo", "foob", "fooba", "foobar"};
    static const char *const coded[] = {"",         "Zg==",     "Zm8=",    "Zm9v",
                                        "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
    for (size_t i = 0; i < 7; i++) {
        unsigned char bytes[8];
        size_t count = 99;
        assert_str(base64_text(a, (const unsigned char *)plain[i], strlen(plain[i])), coded[i]);
        assert_true(base64_parse(str_from_z(coded[i]), bytes, sizeof(bytes), &count));
        assert_int_equal(count, strlen(plain[i]));
        assert_memory_equal(bytes, plain[i], count);
    }
    static const char *const bad[] = {"Zg",     "Zg=",   "Zh==",     "Z",
                                      "Zg==\n", " Zg==", "Zg==Zg==", "Z-=="};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        unsigned char bytes[8];
        size_t count = 99;
        assert_false(base64_parse(str_from_z(bad[i]), bytes, sizeof(bytes), &count));
        assert_int_equal(count, 99);
    }
    unsigned char long_one[2000];
    memset(long_one, 0xa5, sizeof(long_one));
    struct buf b;
    buf_init(&b, 4096);
    base64_add(&b, long_one, sizeof(long_one));
    assert_true(str_eq(buf_str(&b), base64_text(a, long_one, sizeof(long_one))));
    buf_deinit(&b);
}

static void a_sealed_box_opens_for_its_key_only_and_hides_the_length(void **state)
{
    struct arena *a = *state;
    struct counting_env env = {.env = {&counting_ops}};
    unsigned char seed[32] = {1};
    struct seal_key_pair centre = seal_key_pair_from_seed(seed);
    seed[0] = 2;
    struct seal_key_pair thief = seal_key_pair_from_seed(seed);
    static const char text[SEAL_PLAIN_BYTES_MAX + 2] = "{\"phone\":\"13800138000\"}";
    size_t lens[] = {0, 1, 23, SEAL_PLAIN_BYTES_MAX};
    for (size_t i = 0; i < 4; i++) {
        struct seal_box box;
        struct str plain = {text, lens[i]};
        assert_int_equal(seal_close(&env.env, &centre.public_key, plain, &box), ERR_OK);
        struct str sealed = {(const char *)box.bytes, sizeof(box.bytes)};
        struct str opened;
        assert_int_equal(seal_open(&centre, sealed, a, &opened), ERR_OK);
        assert_true(str_eq(opened, plain));
        assert_int_equal(seal_open(&thief, sealed, a, &opened), ERR_CORRUPT);
        assert_int_equal(seal_open(&centre, str_sub(sealed, 0, 303), a, &opened), ERR_CORRUPT);
        box.bytes[100] ^= 1;
        assert_int_equal(seal_open(&centre, sealed, a, &opened), ERR_CORRUPT);
    }
    struct seal_box box;
    assert_int_equal(seal_close(&env.env, &centre.public_key,
                                (struct str){text, SEAL_PLAIN_BYTES_MAX + 1}, &box),
                     ERR_TOO_BIG);
}

static void a_column_opens_with_its_key_and_in_its_row_only(void **state)
{
    struct arena *a = *state;
    struct counting_env env = {.env = {&counting_ops}};
    struct crypt_key key = {{7}};
    struct crypt_key other = {{8}};
    struct buf sealed;
    buf_init(&sealed, 1024);
    aead_seal(&env.env, &key, STR("row-1"), STR("13800138000"), &sealed);
    assert_int_equal(sealed.len, 11 + AEAD_EXTRA_BYTES);
    struct str plain;
    assert_int_equal(aead_open(&key, STR("row-1"), buf_str(&sealed), a, &plain), ERR_OK);
    assert_str(plain, "13800138000");
    assert_int_equal(aead_open(&key, STR("row-2"), buf_str(&sealed), a, &plain), ERR_CORRUPT);
    assert_int_equal(aead_open(&other, STR("row-1"), buf_str(&sealed), a, &plain), ERR_CORRUPT);
    for (size_t i = 0; i < sealed.len; i++) {
        sealed.bytes[i] ^= 0x20;
        assert_int_equal(aead_open(&key, STR("row-1"), buf_str(&sealed), a, &plain), ERR_CORRUPT);
        sealed.bytes[i] ^= 0x20;
    }
    assert_int_equal(aead_open(&key, STR("row-1"), str_sub(buf_str(&sealed), 0, 39), a, &plain),
                     ERR_CORRUPT);
    buf_deinit(&sealed);
}

static void a_secret_file_is_private_and_comes_back_whole(void **state)
{
    (void)state;
    char dir[] = "/tmp/lvyue-crypt-XXXXXX";
    assert_non_null(mkdtemp(dir));
    char path[64];
    snprintf(path, sizeof(path), "%s/device.key", dir);
    struct fs fs;
    fs_system_init(&fs);
    unsigned char seed[32] = {1, 2, 3};
    unsigned char back[32] = {0};
    assert_int_equal(secret_file_read(path, back, sizeof(back)), ERR_NOT_FOUND);
    assert_int_equal(secret_file_write(&fs, path, seed, sizeof(seed)), ERR_OK);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0400);
    assert_int_equal(secret_file_read(path, back, sizeof(back)), ERR_OK);
    assert_memory_equal(seed, back, sizeof(seed));
    seed[0] = 9;
    assert_int_equal(secret_file_write(&fs, path, seed, sizeof(seed)), ERR_OK);
    assert_int_equal(secret_file_read(path, back, 31), ERR_CORRUPT);
    assert_int_equal(chmod(path, 0440), 0);
    assert_int_equal(secret_file_read(path, back, sizeof(back)), ERR_AUTH);
    unlink(path);
    assert_int_equal(rmdir(dir), 0);
}

static void a_minisig_fails_when_file_comment_or_key_differ(void **state)
{
    (void)state;
    struct counting_env env = {.env = {&counting_ops}};
    struct crypt_key_pair pair = crypt_key_pair_new(&env.env);
    struct crypt_key_pair other = crypt_key_pair_new(&env.env);
    struct buf file;
    buf_init(&file, MINISIG_FILE_BYTES_MAX);
    minisig_sign(&pair, STR("{\"version\":1}"), STR("root 1"), &file);
    struct str comment;
    assert_true(minisig_verify(&pair.public_key, STR("{\"version\":1}"), buf_str(&file), &comment));
    assert_str(comment, "root 1");
    assert_false(minisig_verify(&pair.public_key, STR("{\"version\":2}"), buf_str(&file), NULL));
    assert_false(minisig_verify(&other.public_key, STR("{\"version\":1}"), buf_str(&file), NULL));
    size_t untrusted_end = str_find(buf_str(&file), STR("\n"), 0);
    for (size_t i = untrusted_end; i < file.len; i++) {
        char kept = file.bytes[i];
        file.bytes[i] = kept == 'A' ? 'B' : 'A';
        assert_false(
            minisig_verify(&pair.public_key, STR("{\"version\":1}"), buf_str(&file), NULL));
        file.bytes[i] = kept;
    }
    for (size_t len = 0; len + 1 < file.len; len++) { // without its last line end it is still whole
        assert_false(minisig_verify(&pair.public_key, STR("{\"version\":1}"),
                                    str_sub(buf_str(&file), 0, len), NULL));
    }
    buf_deinit(&file);
}

static void write_file(const char *path, struct str bytes)
{
    struct fs fs;
    fs_system_init(&fs);
    assert_int_equal(fs_replace(&fs, path, bytes, 0640), ERR_OK);
}

// posix_spawn wants words it could write to.
static int run(const char *const *words)
{
    char room[12][80];
    char *argv[13] = {NULL};
    for (size_t i = 0; words[i]; i++) {
        assert_true(i < 12);
        snprintf(room[i], sizeof(room[i]), "%s", words[i]);
        argv[i] = room[i];
    }
    pid_t pid = 0;
    if (posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ) != 0) return 127;
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static void the_public_minisign_tool_accepts_our_files(void **state)
{
    (void)state;
    const char *probe[] = {"minisign", "-v", NULL};
    if (run(probe) == 127) {
        print_message("minisign is not installed: skipped\n");
        skip();
    }
    char dir[] = "/tmp/lvyue-minisign-XXXXXX";
    assert_non_null(mkdtemp(dir));
    char data[64];
    char sig[64];
    char pub[64];
    snprintf(data, sizeof(data), "%s/root.1.json", dir);
    snprintf(sig, sizeof(sig), "%s/root.1.minisig", dir);
    snprintf(pub, sizeof(pub), "%s/key.pub", dir);
    struct counting_env env = {.env = {&counting_ops}};
    struct crypt_key_pair pair = crypt_key_pair_new(&env.env);
    struct buf text;
    buf_init(&text, 4096);
    minisig_sign(&pair, STR("{\"version\":1}"), STR("root 1"), &text);
    write_file(sig, buf_str(&text));
    buf_clear(&text);
    minisig_public_key_text(&pair.public_key, &text);
    write_file(pub, buf_str(&text));
    write_file(data, STR("{\"version\":1}"));
    const char *verify[] = {"minisign", "-V", "-q", "-p", pub, "-x", sig, "-m", data, NULL};
    assert_int_equal(run(verify), 0);
    write_file(data, STR("{\"version\":2}"));
    assert_int_not_equal(run(verify), 0);
    buf_deinit(&text);
    unlink(data);
    unlink(sig);
    unlink(pub);
    assert_int_equal(rmdir(dir), 0);
}

static struct request_parts a_request(void)
{
    return (struct request_parts){
        .method = STR("POST"),
        .authority = STR("Centre.Example:8443"),
        .path = STR("/v1/d/ops"),
        .query = STR("a=1&b=%20"),
        .content_digest = STR("sha-256=:AVq9gRW2ooyGs5QVmaCC+6HxLaYGfBO6S4dlDj0AE0A=:"),
        .inc = STR("0123456789abcdef0123456789abcdef"),
        .keyid = STR("fedcba9876543210fedcba9876543210"),
        .created_s = 1785000000,
    };
}

static void the_signature_base_is_that_of_the_rfc(void **state)
{
    (void)state;
    struct counting_env env = {.env = {&counting_ops}};
    struct crypt_key_pair pair = crypt_key_pair_new(&env.env);
    struct request_parts parts = a_request();
    struct request_signature s;
    assert_int_equal(request_sign(&pair, &parts, &s), ERR_OK);
    assert_string_equal(
        s.input, "k=(\"@method\" \"@authority\" \"@path\" \"@query\" \"content-digest\" "
                 "\"x-kiosk-inc\");created=1785000000;keyid=\"fedcba9876543210fedcba9876543210\""
                 ";alg=\"ed25519\";tag=\"kiosk1\"");
    static const char base[] =
        "\"@method\": POST\n\"@authority\": centre.example:8443\n\"@path\": /v1/d/ops\n"
        "\"@query\": ?a=1&b=%20\n"
        "\"content-digest\": sha-256=:AVq9gRW2ooyGs5QVmaCC+6HxLaYGfBO6S4dlDj0AE0A=:\n"
        "\"x-kiosk-inc\": 0123456789abcdef0123456789abcdef\n"
        "\"@signature-params\": (\"@method\" \"@authority\" \"@path\" \"@query\" "
        "\"content-digest\" \"x-kiosk-inc\");created=1785000000;"
        "keyid=\"fedcba9876543210fedcba9876543210\";alg=\"ed25519\";tag=\"kiosk1\"";
    struct crypt_signature raw;
    struct str field = str_from_z(s.signature);
    assert_true(base64_parse_exact(str_sub(field, 3, field.len - 4), raw.bytes, sizeof(raw.bytes)));
    assert_true(crypt_verify(&pair.public_key, str_from_z(base), &raw));
    struct str keyid;
    int64_t created_s = 0;
    assert_true(request_input_parse(str_from_z(s.input), &keyid, &created_s));
    assert_true(str_eq(keyid, parts.keyid));
    assert_int_equal(created_s, parts.created_s);
    assert_true(request_verify(&pair.public_key, &parts, field));
}

static void a_request_changed_in_any_part_is_refused(void **state)
{
    (void)state;
    struct counting_env env = {.env = {&counting_ops}};
    struct crypt_key_pair pair = crypt_key_pair_new(&env.env);
    struct crypt_key_pair other = crypt_key_pair_new(&env.env);
    struct request_parts parts = a_request();
    struct request_signature s;
    assert_int_equal(request_sign(&pair, &parts, &s), ERR_OK);
    struct str field = str_from_z(s.signature);
    struct request_parts changed[9];
    for (size_t i = 0; i < 9; i++) {
        changed[i] = parts;
    }
    changed[0].method = STR("GET");
    changed[1].authority = STR("centre.example:8444");
    changed[2].path = STR("/v1/d/opt");
    changed[3].query = STR("a=1&b=%21");
    changed[4].content_digest = STR("sha-256=:BVq9gRW2ooyGs5QVmaCC+6HxLaYGfBO6S4dlDj0AE0A=:");
    changed[5].inc = STR("1123456789abcdef0123456789abcdef");
    changed[6].keyid = STR("0edcba9876543210fedcba9876543210");
    changed[7].created_s++;
    changed[8].query = STR("");
    for (size_t i = 0; i < 9; i++) {
        assert_false(request_verify(&pair.public_key, &changed[i], field));
    }
    assert_false(request_verify(&other.public_key, &parts, field));
    s.signature[10] = s.signature[10] == 'A' ? 'B' : 'A';
    assert_false(request_verify(&pair.public_key, &parts, field));
    assert_false(request_verify(&pair.public_key, &parts, STR("k=:")));
    assert_false(request_verify(&pair.public_key, &parts, STR("k=::")));
}

static void parts_that_could_forge_a_base_are_not_signed(void **state)
{
    (void)state;
    struct counting_env env = {.env = {&counting_ops}};
    struct crypt_key_pair pair = crypt_key_pair_new(&env.env);
    struct request_signature s;
    struct request_parts parts = a_request();
    parts.path = STR("/v1/d/ops\n\"@query\": ?");
    assert_int_equal(request_sign(&pair, &parts, &s), ERR_BAD_INPUT);
    parts = a_request();
    parts.path = STR("/v1/d/ops?a=1");
    assert_int_equal(request_sign(&pair, &parts, &s), ERR_BAD_INPUT);
    parts = a_request();
    parts.keyid = STR("\";alg=\"none");
    assert_int_equal(request_sign(&pair, &parts, &s), ERR_BAD_INPUT);
}

static void only_the_profile_is_read_from_signature_input(void **state)
{
    (void)state;
#define LIST "\"@method\" \"@authority\" \"@path\" \"@query\" \"content-digest\" \"x-kiosk-inc\""
#define KEY  "keyid=\"fedcba9876543210fedcba9876543210\""
    static const char *const bad[] = {
        "",
        "k=(" LIST ");created=1;" KEY ";alg=\"ed25519\"",
        "j=(" LIST ");created=1;" KEY ";alg=\"ed25519\";tag=\"kiosk1\"",
        "k=(\"@method\");created=1;" KEY ";alg=\"ed25519\";tag=\"kiosk1\"",
        "k=(" LIST ");created=01;" KEY ";alg=\"ed25519\";tag=\"kiosk1\"",
        "k=(" LIST ");created=-1;" KEY ";alg=\"ed25519\";tag=\"kiosk1\"",
        "k=(" LIST ");created=1;" KEY ";alg=\"rsa\";tag=\"kiosk1\"",
        "k=(" LIST ");created=1;" KEY ";alg=\"ed25519\";tag=\"kiosk2\"",
        "k=(" LIST ");created=1;keyid=\"fedc\";alg=\"ed25519\";tag=\"kiosk1\"",
        "k=(" LIST ");created=1;" KEY ";alg=\"ed25519\";tag=\"kiosk1\", j=()",
    };
    struct str keyid;
    int64_t created_s = 0;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(request_input_parse(str_from_z(bad[i]), &keyid, &created_s));
    }
}

static void a_digest_matches_its_own_body_only(void **state)
{
    struct arena *a = *state;
    struct str field = request_digest(a, STR("{\"a\":1}"));
    assert_str(field, "sha-256=:AVq9f1zFei3ZS3WQ8ErYCEJzkF7jPsXOvq5iJ2qX+GI=:");
    assert_true(request_digest_matches(field, STR("{\"a\":1}")));
    assert_false(request_digest_matches(field, STR("{\"a\":2}")));
    assert_false(request_digest_matches(STR("sha-512=:AAAA:"), STR("")));
    assert_false(request_digest_matches(STR("sha-256=:"), STR("")));
    assert_true(request_digest_matches(
        STR("sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"), STR("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_gives_the_published_vectors),
        cmocka_unit_test(the_chain_is_the_hash_of_the_hash_before_and_the_bytes),
        cmocka_unit_test(keyed_hashes_give_the_values_of_another_implementation),
        cmocka_unit_test(ed25519_gives_the_vectors_of_the_rfc),
        cmocka_unit_test(base64_goes_both_ways_and_is_strict),
        cmocka_unit_test(a_sealed_box_opens_for_its_key_only_and_hides_the_length),
        cmocka_unit_test(a_column_opens_with_its_key_and_in_its_row_only),
        cmocka_unit_test(a_secret_file_is_private_and_comes_back_whole),
        cmocka_unit_test(a_minisig_fails_when_file_comment_or_key_differ),
        cmocka_unit_test(the_public_minisign_tool_accepts_our_files),
        cmocka_unit_test(the_signature_base_is_that_of_the_rfc),
        cmocka_unit_test(a_request_changed_in_any_part_is_refused),
        cmocka_unit_test(parts_that_could_forge_a_base_are_not_signed),
        cmocka_unit_test(only_the_profile_is_read_from_signature_input),
        cmocka_unit_test(a_digest_matches_its_own_body_only),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
