#include "crypt/sign.h"

#include <sodium.h>

struct crypt_key_pair crypt_key_pair_from_seed(const unsigned char seed[CRYPT_SEED_BYTES])
{
    struct crypt_key_pair pair;
    CHECK(crypto_sign_seed_keypair(pair.public_key.bytes, pair.secret, seed) == 0);
    return pair;
}

struct crypt_key_pair crypt_key_pair_new(struct env *env)
{
    unsigned char seed[CRYPT_SEED_BYTES];
    env_random(env, seed, sizeof(seed));
    struct crypt_key_pair pair = crypt_key_pair_from_seed(seed);
    memory_wipe(seed, sizeof(seed));
    return pair;
}

void crypt_key_pair_seed(const struct crypt_key_pair *pair, unsigned char seed[CRYPT_SEED_BYTES])
{
    CHECK(crypto_sign_ed25519_sk_to_seed(seed, pair->secret) == 0);
}

struct crypt_signature crypt_sign(const struct crypt_key_pair *pair, struct str message)
{
    struct crypt_signature s;
    CHECK(crypto_sign_detached(s.bytes, NULL, (const unsigned char *)message.ptr, message.len,
                               pair->secret) == 0);
    return s;
}

bool crypt_verify(const struct crypt_public_key *key, struct str message,
                  const struct crypt_signature *signature)
{
    return crypto_sign_verify_detached(signature->bytes, (const unsigned char *)message.ptr,
                                       message.len, key->bytes) == 0;
}
