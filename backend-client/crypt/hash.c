#include "crypt/hash.h"

#include "base/id.h"
#include "base/log.h"

#include <sodium.h>

_Static_assert(sizeof(crypto_hash_sha256_state) <= sizeof(struct crypt_stream), "state fits");
_Static_assert(crypto_hash_sha256_BYTES == CRYPT_HASH_BYTES, "SHA-256 has 32 bytes");

enum err crypt_init(void)
{
    if (sodium_init() >= 0) return ERR_OK;
    log_error("libsodium cannot start: no source of randomness");
    return ERR_IO;
}

static const unsigned char *raw(struct str s)
{
    return (const unsigned char *)s.ptr;
}

struct crypt_hash crypt_sha256(struct str bytes)
{
    struct crypt_hash h;
    crypto_hash_sha256(h.bytes, raw(bytes), bytes.len);
    return h;
}

bool crypt_hash_eq(const struct crypt_hash *a, const struct crypt_hash *b)
{
    return sodium_memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

void crypt_hash_hex(const struct crypt_hash *h, char hex[CRYPT_HASH_HEX_BYTES + 1])
{
    hex_from_bytes(h->bytes, sizeof(h->bytes), hex);
}

struct str crypt_hash_str(struct arena *a, const struct crypt_hash *h)
{
    char *hex = arena_array(a, char, CRYPT_HASH_HEX_BYTES + 1);
    crypt_hash_hex(h, hex);
    return (struct str){hex, CRYPT_HASH_HEX_BYTES};
}

bool crypt_hash_parse(struct str hex, struct crypt_hash *out)
{
    return hex_to_bytes(hex, out->bytes, sizeof(out->bytes));
}

struct crypt_hash crypt_chain(const struct crypt_hash *prev, struct str bytes)
{
    struct crypt_stream s;
    crypt_stream_init(&s);
    crypt_stream_add(&s, (struct str){(const char *)prev->bytes, sizeof(prev->bytes)});
    crypt_stream_add(&s, bytes);
    return crypt_stream_end(&s);
}

static crypto_hash_sha256_state *state_of(struct crypt_stream *s)
{
    return (crypto_hash_sha256_state *)(void *)s->state;
}

void crypt_stream_init(struct crypt_stream *s)
{
    crypto_hash_sha256_init(state_of(s));
}

void crypt_stream_add(struct crypt_stream *s, struct str bytes)
{
    crypto_hash_sha256_update(state_of(s), raw(bytes), bytes.len);
}

struct crypt_hash crypt_stream_end(struct crypt_stream *s)
{
    struct crypt_hash h;
    crypto_hash_sha256_final(state_of(s), h.bytes);
    return h;
}

struct crypt_pin_hash crypt_pin_hash(const struct crypt_key *site_key, struct str booking_id,
                                     struct str pin)
{
    struct crypt_pin_hash h;
    crypto_generichash_state state;
    CHECK(crypto_generichash_init(&state, site_key->bytes, sizeof(site_key->bytes),
                                  sizeof(h.bytes)) == 0);
    crypto_generichash_update(&state, raw(booking_id), booking_id.len);
    crypto_generichash_update(&state, raw(pin), pin.len);
    crypto_generichash_final(&state, h.bytes, sizeof(h.bytes));
    memory_wipe(&state, sizeof(state));
    return h;
}

bool crypt_pin_hash_eq(const struct crypt_pin_hash *a, const struct crypt_pin_hash *b)
{
    return sodium_memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

struct crypt_hash crypt_mac(const struct crypt_key *key, struct str message)
{
    struct crypt_hash h;
    CHECK(crypto_generichash(h.bytes, sizeof(h.bytes), raw(message), message.len, key->bytes,
                             sizeof(key->bytes)) == 0);
    return h;
}
