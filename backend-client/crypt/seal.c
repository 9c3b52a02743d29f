#include "crypt/seal.h"

#include <sodium.h>
#include <string.h>

_Static_assert(crypto_box_SEALBYTES + SEAL_PADDED_BYTES == SEAL_BOX_BYTES, "box size");
_Static_assert(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES +
                       crypto_aead_xchacha20poly1305_ietf_ABYTES ==
                   AEAD_EXTRA_BYTES,
               "AEAD size");

struct seal_key_pair seal_key_pair_from_seed(const unsigned char seed[32])
{
    struct seal_key_pair pair;
    CHECK(crypto_box_seed_keypair(pair.public_key.bytes, pair.secret, seed) == 0);
    return pair;
}

// crypto_box_seal takes its one-time key from the system; ours comes from env, so that a simulated
// kiosk makes the same box again. The construction is the documented one, and the test opens it with
// crypto_box_seal_open: nonce = BLAKE2b-192(one-time key ‖ receiver's key).
static void box_nonce(const unsigned char *once, const unsigned char *to,
                      unsigned char nonce[crypto_box_NONCEBYTES])
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, crypto_box_NONCEBYTES);
    crypto_generichash_update(&state, once, crypto_box_PUBLICKEYBYTES);
    crypto_generichash_update(&state, to, crypto_box_PUBLICKEYBYTES);
    crypto_generichash_final(&state, nonce, crypto_box_NONCEBYTES);
}

enum err seal_close(struct env *env, const struct seal_public_key *to, struct str plain,
                    struct seal_box *out)
{
    if (plain.len > SEAL_PLAIN_BYTES_MAX) return ERR_TOO_BIG;
    unsigned char padded[SEAL_PADDED_BYTES] = {0};
    if (plain.len > 0) memcpy(padded, plain.ptr, plain.len);
    size_t padded_len = 0;
    CHECK(sodium_pad(&padded_len, padded, plain.len, SEAL_PADDED_BYTES, sizeof(padded)) == 0);
    CHECK(padded_len == SEAL_PADDED_BYTES);

    unsigned char seed[crypto_box_SEEDBYTES];
    env_random(env, seed, sizeof(seed));
    struct seal_key_pair once = seal_key_pair_from_seed(seed);
    unsigned char nonce[crypto_box_NONCEBYTES];
    box_nonce(once.public_key.bytes, to->bytes, nonce);
    memcpy(out->bytes, once.public_key.bytes, sizeof(once.public_key.bytes));
    int bad = crypto_box_easy(out->bytes + crypto_box_PUBLICKEYBYTES, padded, sizeof(padded), nonce,
                              to->bytes, once.secret);
    memory_wipe(padded, sizeof(padded));
    memory_wipe(seed, sizeof(seed));
    memory_wipe(&once, sizeof(once));
    return bad ? ERR_BAD_INPUT : ERR_OK; // a receiver's key of low order
}

enum err seal_open(const struct seal_key_pair *pair, struct str box, struct arena *a,
                   struct str *plain)
{
    if (box.len != SEAL_BOX_BYTES) return ERR_CORRUPT;
    size_t mark = arena_mark(a);
    unsigned char *padded = arena_array(a, unsigned char, SEAL_PADDED_BYTES);
    size_t len = 0;
    if (crypto_box_seal_open(padded, (const unsigned char *)box.ptr, box.len,
                             pair->public_key.bytes, pair->secret) != 0 ||
        sodium_unpad(&len, padded, SEAL_PADDED_BYTES, SEAL_PADDED_BYTES) != 0) {
        arena_wipe(a, mark);
        return ERR_CORRUPT;
    }
    *plain = (struct str){(const char *)padded, len};
    return ERR_OK;
}

void aead_seal(struct env *env, const struct crypt_key *key, struct str associated,
               struct str plain, struct buf *out)
{
    unsigned char nonce[crypto_aead_xchacha20poly1305_ietf_NPUBBYTES];
    env_random(env, nonce, sizeof(nonce));
    buf_add(out, (struct str){(const char *)nonce, sizeof(nonce)});
    size_t start = out->len;
    buf_add(out, plain);
    unsigned char tag[crypto_aead_xchacha20poly1305_ietf_ABYTES] = {0};
    buf_add(out, (struct str){(const char *)tag, sizeof(tag)});
    if (out->overflowed) return;
    unsigned char *body = (unsigned char *)out->bytes + start;
    crypto_aead_xchacha20poly1305_ietf_encrypt_detached(body, tag, NULL, body, plain.len,
                                                        (const unsigned char *)associated.ptr,
                                                        associated.len, NULL, nonce, key->bytes);
    memcpy(body + plain.len, tag, sizeof(tag));
}

enum err aead_open(const struct crypt_key *key, struct str associated, struct str sealed,
                   struct arena *a, struct str *plain)
{
    if (sealed.len < AEAD_EXTRA_BYTES) return ERR_CORRUPT;
    size_t mark = arena_mark(a);
    size_t len = sealed.len - AEAD_EXTRA_BYTES;
    unsigned char *out = arena_array(a, unsigned char, len + 1);
    const unsigned char *nonce = (const unsigned char *)sealed.ptr;
    const unsigned char *body = nonce + crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt_detached(
            out, NULL, body, len, body + len, (const unsigned char *)associated.ptr, associated.len,
            nonce, key->bytes) != 0) {
        arena_rewind(a, mark);
        return ERR_CORRUPT;
    }
    *plain = (struct str){(const char *)out, len};
    return ERR_OK;
}
