// PROTOCOL.md's worked examples are what our own code does: whoever writes a client from the document
// gets the bytes that the centre accepts.
#include "harness/test.h"

#include "base/id.h"
#include "crypt/base64.h"
#include "crypt/hash.h"
#include "crypt/request.h"
#include "wire/wire_op.h"

#include <string.h>

#define FILE_BYTES_MAX 200000

static struct arena arena;
static struct str document;

static int setup(void **state)
{
    struct buf file;
    (void)state;
    arena_init(&arena, 4 * FILE_BYTES_MAX);
    buf_init(&file, FILE_BYTES_MAX);
    assert_int_equal(crypt_init(), ERR_OK);
    assert_int_equal(buf_read_file(&file, LY_ROOT "/backend-client/PROTOCOL.md"), ERR_OK);
    document = str_copy(&arena, buf_str(&file));
    buf_deinit(&file);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_deinit(&arena);
    return 0;
}

// What stands between the line ```name and the next ```, without its last line end.
static struct str block(const char *name)
{
    struct str head = str_printf(&arena, "\n```%s\n", name);
    size_t from = str_find(document, head, 0);
    assert_true(from != SIZE_MAX);
    from += head.len;
    size_t to = str_find(document, STR("\n```"), from);
    assert_true(to != SIZE_MAX);
    return str_sub(document, from, to - from);
}

static struct str field(struct str request, const char *name)
{
    struct str head = str_printf(&arena, "\n%s: ", name);
    size_t from = str_find(request, head, 0);
    assert_true(from != SIZE_MAX);
    from += head.len;
    return str_sub(request, from, str_find(request, STR("\n"), from) - from);
}

static struct crypt_key_pair pair_of_the_document(void)
{
    unsigned char seed[CRYPT_SEED_BYTES];
    for (size_t i = 0; i < sizeof(seed); i++) {
        seed[i] = (unsigned char)i;
    }
    return crypt_key_pair_from_seed(seed);
}

static void the_chain_of_operations_is_as_told(void **state)
{
    struct str rest = block("chain");
    struct crypt_hash hash = {{0}};
    int links = 0;
    (void)state;
    while (rest.ptr) {
        struct str line = str_cut(&rest, '\n');
        struct str what = str_cut(&line, ' ');
        if (str_starts(what, STR("op("))) {
            struct op op;
            assert_int_equal(wire_op_parse(line, &arena, &op), ERR_OK);
            assert_int_equal(op.seq, ++links);
            hash = crypt_chain(&hash, line);
        } else {
            assert_str(crypt_hash_str(&arena, &hash), str_to_z(&arena, line));
        }
    }
    assert_int_equal(links, 2);
}

static void the_request_carries_that_chain(void **state)
{
    struct str request = block("request");
    struct str body = str_sub(request, str_find(request, STR("\n\n"), 0) + 2, SIZE_MAX);
    struct json_value *json = NULL;
    struct json_mistake mistake = {0};
    struct wire_batch batch;
    int64_t length = 0;
    (void)state;
    assert_true(str_to_int(field(request, "Content-Length"), 0, FILE_BYTES_MAX, &length));
    assert_int_equal(length, body.len);
    assert_true(request_digest_matches(field(request, "Content-Digest"), body));
    assert_int_equal(json_parse(body, &json, NULL), ERR_OK);
    assert_int_equal(wire_batch_parse(json, &arena, &batch, &mistake), ERR_OK);
    json_free(json);
    assert_int_equal(batch.count, 2);
    for (int i = 0; i < batch.count; i++) {
        struct str line = str_printf(&arena, "\nop(%d) %.*s\n", i + 1, STR_ARG(batch.ops[i]));
        assert_true(str_find(block("chain"), line, 0) != SIZE_MAX);
    }
}

static void the_signature_is_as_told(void **state)
{
    struct str request = block("request");
    struct str line = request;
    struct crypt_key_pair pair = pair_of_the_document();
    struct request_parts parts = {.method = str_cut(&line, ' '), .path = str_cut(&line, ' ')};
    struct request_signature made;
    char hex[2 * CRYPT_PUBLIC_KEY_BYTES + 1];
    (void)state;
    hex_from_bytes(pair.public_key.bytes, sizeof(pair.public_key.bytes), hex);
    assert_true(str_find(document, str_from_z(hex), 0) != SIZE_MAX);
    parts.authority = field(request, "Host");
    parts.content_digest = field(request, "Content-Digest");
    parts.inc = field(request, "X-Kiosk-Inc");
    assert_true(
        request_input_parse(field(request, "Signature-Input"), &parts.keyid, &parts.created_s));
    assert_true(request_verify(&pair.public_key, &parts, field(request, "Signature")));
    // Ed25519 gives one signature for one text.
    assert_int_equal(request_sign(&pair, &parts, &made), ERR_OK);
    assert_str(field(request, "Signature-Input"), made.input);
    assert_str(field(request, "Signature"), made.signature);
    struct crypt_signature told = crypt_sign(&pair, block("base"));
    assert_str(str_printf(&arena,
                          "k=:%.*s:", STR_ARG(base64_text(&arena, told.bytes, sizeof(told.bytes)))),
               made.signature);
}

static void the_hash_of_a_pin_is_as_told(void **state)
{
    struct crypt_key key;
    char hex[2 * CRYPT_PIN_HASH_BYTES + 1];
    (void)state;
    for (size_t i = 0; i < sizeof(key.bytes); i++) {
        key.bytes[i] = (unsigned char)i;
    }
    struct crypt_pin_hash hash =
        crypt_pin_hash(&key, STR("0123456789abcdef0123456789abcdef"), STR("042137"));
    hex_from_bytes(hash.bytes, sizeof(hash.bytes), hex);
    assert_true(str_find(document, STR("`0123456789abcdef0123456789abcdef` and `042137` give"),
                         0) != SIZE_MAX);
    assert_true(str_find(document, str_printf(&arena, "`%s`", hex), 0) != SIZE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_chain_of_operations_is_as_told),
        cmocka_unit_test(the_request_carries_that_chain),
        cmocka_unit_test(the_signature_is_as_told),
        cmocka_unit_test(the_hash_of_a_pin_is_as_told),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
