#include "crypt/minisig.h"

#include "base/id.h"
#include "crypt/base64.h"
#include "crypt/hash.h"

#include <sodium.h>
#include <string.h>

#define BLOB_BYTES (2 + MINISIG_KEY_ID_BYTES + CRYPT_SIGNATURE_BYTES)

static void key_id_bytes(const struct crypt_public_key *key, unsigned char id[MINISIG_KEY_ID_BYTES])
{
    struct crypt_hash h = crypt_sha256((struct str){(const char *)key->bytes, sizeof(key->bytes)});
    memcpy(id, h.bytes, MINISIG_KEY_ID_BYTES);
}

struct minisig_key_id minisig_key_id(const struct crypt_public_key *key)
{
    unsigned char id[MINISIG_KEY_ID_BYTES];
    unsigned char turned[MINISIG_KEY_ID_BYTES];
    key_id_bytes(key, id);
    for (size_t i = 0; i < sizeof(id); i++) {
        turned[i] = id[sizeof(id) - 1 - i];
    }
    struct minisig_key_id text;
    hex_from_bytes(turned, sizeof(turned), text.hex);
    return text;
}

static struct str digest(struct str bytes, unsigned char out[crypto_generichash_BYTES_MAX])
{
    CHECK(crypto_generichash(out, crypto_generichash_BYTES_MAX, (const unsigned char *)bytes.ptr,
                             bytes.len, NULL, 0) == 0);
    return (struct str){(const char *)out, crypto_generichash_BYTES_MAX};
}

// What the second signature covers.
static struct str global_message(const unsigned char *signature, struct str comment,
                                 char room[CRYPT_SIGNATURE_BYTES + MINISIG_COMMENT_BYTES_MAX])
{
    memcpy(room, signature, CRYPT_SIGNATURE_BYTES);
    if (comment.len > 0) memcpy(room + CRYPT_SIGNATURE_BYTES, comment.ptr, comment.len);
    return (struct str){room, CRYPT_SIGNATURE_BYTES + comment.len};
}

void minisig_sign(const struct crypt_key_pair *pair, struct str bytes, struct str comment,
                  struct buf *out)
{
    CHECK(comment.len <= MINISIG_COMMENT_BYTES_MAX);
    CHECK(str_find(comment, STR("\n"), 0) == SIZE_MAX);
    unsigned char hash[crypto_generichash_BYTES_MAX];
    struct crypt_signature signature = crypt_sign(pair, digest(bytes, hash));
    unsigned char blob[BLOB_BYTES] = {'E', 'D'};
    key_id_bytes(&pair->public_key, blob + 2);
    memcpy(blob + 2 + MINISIG_KEY_ID_BYTES, signature.bytes, sizeof(signature.bytes));
    char room[CRYPT_SIGNATURE_BYTES + MINISIG_COMMENT_BYTES_MAX];
    struct crypt_signature global =
        crypt_sign(pair, global_message(signature.bytes, comment, room));

    buf_addf(out, "untrusted comment: signature of key %s\n",
             minisig_key_id(&pair->public_key).hex);
    base64_add(out, blob, sizeof(blob));
    buf_add_z(out, "\ntrusted comment: ");
    buf_add(out, comment);
    buf_add_z(out, "\n");
    base64_add(out, global.bytes, sizeof(global.bytes));
    buf_add_z(out, "\n");
}

bool minisig_verify(const struct crypt_public_key *key, struct str bytes, struct str file,
                    struct str *comment)
{
    if (file.len > MINISIG_FILE_BYTES_MAX) return false;
    struct str rest = file;
    struct str untrusted = str_cut(&rest, '\n');
    struct str blob_text = str_cut(&rest, '\n');
    struct str trusted = str_cut(&rest, '\n');
    struct str global_text = str_cut(&rest, '\n');
    if (rest.len != 0) return false;
    if (!str_starts(untrusted, STR("untrusted comment: "))) return false;
    if (!str_starts(trusted, STR("trusted comment: "))) return false;
    trusted = str_sub(trusted, STR("trusted comment: ").len, SIZE_MAX);
    if (trusted.len > MINISIG_COMMENT_BYTES_MAX) return false;

    unsigned char blob[BLOB_BYTES];
    struct crypt_signature global;
    if (!base64_parse_exact(blob_text, blob, sizeof(blob))) return false;
    if (!base64_parse_exact(global_text, global.bytes, sizeof(global.bytes))) return false;
    unsigned char id[MINISIG_KEY_ID_BYTES];
    key_id_bytes(key, id);
    if (blob[0] != 'E' || blob[1] != 'D' || memcmp(blob + 2, id, sizeof(id)) != 0) return false;

    struct crypt_signature signature;
    memcpy(signature.bytes, blob + 2 + MINISIG_KEY_ID_BYTES, sizeof(signature.bytes));
    unsigned char hash[crypto_generichash_BYTES_MAX];
    char room[CRYPT_SIGNATURE_BYTES + MINISIG_COMMENT_BYTES_MAX];
    if (!crypt_verify(key, digest(bytes, hash), &signature)) return false;
    if (!crypt_verify(key, global_message(signature.bytes, trusted, room), &global)) return false;
    if (comment) *comment = trusted;
    return true;
}

void minisig_public_key_text(const struct crypt_public_key *key, struct buf *out)
{
    unsigned char blob[2 + MINISIG_KEY_ID_BYTES + CRYPT_PUBLIC_KEY_BYTES] = {'E', 'd'};
    key_id_bytes(key, blob + 2);
    memcpy(blob + 2 + MINISIG_KEY_ID_BYTES, key->bytes, sizeof(key->bytes));
    buf_addf(out, "untrusted comment: minisign public key %s\n", minisig_key_id(key).hex);
    base64_add(out, blob, sizeof(blob));
    buf_add_z(out, "\n");
}
