// SHA-256 and keyed BLAKE2b. Everything the service names by its content or chains (operations,
// blobs, audit) is SHA-256 (FIPS 180-4), so that any tool can recompute it; everything under a key is
// BLAKE2b (RFC 7693), which is its own MAC.
//
// This layer alone includes libsodium. crypt_init comes before anything else in it. Threads: any.
#ifndef CRYPT_HASH_H
#define CRYPT_HASH_H

#include "base/err.h"
#include "base/str.h"

#include <stdalign.h>

#define CRYPT_HASH_BYTES     32
#define CRYPT_HASH_HEX_BYTES 64
#define CRYPT_PIN_HASH_BYTES 16
#define CRYPT_KEY_BYTES      32

// Prepares the library; may be called again. ERR_IO where the machine gives no randomness.
MUST_USE enum err crypt_init(void);

struct crypt_hash {
    unsigned char bytes[CRYPT_HASH_BYTES];
};

struct crypt_hash crypt_sha256(struct str bytes);
bool crypt_hash_eq(const struct crypt_hash *a, const struct crypt_hash *b); // in constant time

// As text: 64 lower-case hex digits.
void crypt_hash_hex(const struct crypt_hash *h, char hex[CRYPT_HASH_HEX_BYTES + 1]);
struct str crypt_hash_str(struct arena *a, const struct crypt_hash *h);
MUST_USE bool crypt_hash_parse(struct str hex, struct crypt_hash *out);

// One step of an operation log or audit chain: SHA-256(prev ‖ bytes). The first link's `prev` is the
// zeroed hash.
struct crypt_hash crypt_chain(const struct crypt_hash *prev, struct str bytes);

// SHA-256 of what arrives in pieces. A value, needs no deinit.
struct crypt_stream {
    alignas(16) unsigned char state[128];
};

void crypt_stream_init(struct crypt_stream *s);
void crypt_stream_add(struct crypt_stream *s, struct str bytes);
struct crypt_hash crypt_stream_end(struct crypt_stream *s); // `s` must be initialised anew after it

// A secret of 32 bytes for MACs and for the data at rest.
struct crypt_key {
    unsigned char bytes[CRYPT_KEY_BYTES];
};

// What a kiosk and the centre store instead of a PIN: BLAKE2b-128 under the site's PIN key of
// booking id ‖ PIN. The booking id is 32 hex digits, so the join is unambiguous.
struct crypt_pin_hash {
    unsigned char bytes[CRYPT_PIN_HASH_BYTES];
};

struct crypt_pin_hash crypt_pin_hash(const struct crypt_key *site_key, struct str booking_id,
                                     struct str pin);
bool crypt_pin_hash_eq(const struct crypt_pin_hash *a, const struct crypt_pin_hash *b);

// BLAKE2b-256 under a key: the look-up of a phone number that is stored nowhere in clear.
struct crypt_hash crypt_mac(const struct crypt_key *key, struct str message);

#endif
