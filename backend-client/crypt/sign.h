// Ed25519 signatures (RFC 8032). A key pair is its seed: 32 bytes out of the env's randomness, kept
// in a secret file (crypt/secret_file.h).
#ifndef CRYPT_SIGN_H
#define CRYPT_SIGN_H

#include "base/env.h"
#include "base/str.h"

#define CRYPT_SEED_BYTES       32
#define CRYPT_PUBLIC_KEY_BYTES 32
#define CRYPT_SIGNATURE_BYTES  64

struct crypt_public_key {
    unsigned char bytes[CRYPT_PUBLIC_KEY_BYTES];
};

struct crypt_signature {
    unsigned char bytes[CRYPT_SIGNATURE_BYTES];
};

struct crypt_key_pair {
    struct crypt_public_key public_key;
    unsigned char secret[64]; // seed ‖ public key, as libsodium wants it; wipe after use
};

struct crypt_key_pair crypt_key_pair_new(struct env *env);
struct crypt_key_pair crypt_key_pair_from_seed(const unsigned char seed[CRYPT_SEED_BYTES]);
void crypt_key_pair_seed(const struct crypt_key_pair *pair, unsigned char seed[CRYPT_SEED_BYTES]);

struct crypt_signature crypt_sign(const struct crypt_key_pair *pair, struct str message);
MUST_USE bool crypt_verify(const struct crypt_public_key *key, struct str message,
                           const struct crypt_signature *signature);

#endif
