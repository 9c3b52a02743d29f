// Secrecy, twice.
//
// Sealed boxes (libsodium's crypto_box_seal: X25519, XSalsa20-Poly1305): what a visitor types leaves
// the kiosk's memory only as a box that the centre alone can open. The text is padded to one fixed
// size, so the box's length tells nothing. A box names no sender: the centre compares what stands
// inside with the signed operation around it.
//
// AEAD (XChaCha20-Poly1305-IETF): columns with personal data at the centre, bound to their row by
// the associated data, so a value moved to another row does not open.
#ifndef CRYPT_SEAL_H
#define CRYPT_SEAL_H

#include "base/buf.h"
#include "base/env.h"
#include "crypt/hash.h"

#define SEAL_PADDED_BYTES    256
#define SEAL_PLAIN_BYTES_MAX 255 // one byte marks where the padding begins
#define SEAL_BOX_BYTES       (SEAL_PADDED_BYTES + 48)
#define AEAD_EXTRA_BYTES     40 // nonce before, tag behind

struct seal_public_key {
    unsigned char bytes[32];
};

struct seal_key_pair {
    struct seal_public_key public_key;
    unsigned char secret[32]; // wipe after use
};

struct seal_box {
    unsigned char bytes[SEAL_BOX_BYTES];
};

struct seal_key_pair seal_key_pair_from_seed(const unsigned char seed[32]);

// ERR_TOO_BIG over SEAL_PLAIN_BYTES_MAX.
MUST_USE enum err seal_close(struct env *env, const struct seal_public_key *to, struct str plain,
                             struct seal_box *out);

// `plain` lives in `a`. ERR_CORRUPT where the box was not made for this key or was changed.
MUST_USE enum err seal_open(const struct seal_key_pair *pair, struct str box, struct arena *a,
                            struct str *plain);

// Adds nonce ‖ ciphertext ‖ tag.
void aead_seal(struct env *env, const struct crypt_key *key, struct str associated,
               struct str plain, struct buf *out);

// `plain` lives in `a`. ERR_CORRUPT where key, associated data or a single bit differ.
MUST_USE enum err aead_open(const struct crypt_key *key, struct str associated, struct str sealed,
                            struct arena *a, struct str *plain);

#endif
