// How the files of a release are called, in the store of the centre as below /v1/c/.
#ifndef RELEASE_NAMES_H
#define RELEASE_NAMES_H

#include "crypt/hash.h"
#include "crypt/minisig.h"

#define RELEASE_TIMESTAMP_NAME "timestamp.json"

struct release_name {
    char z[128];
};

struct release_name release_root_name(int64_t version);                   // root.N.json
struct release_name release_manifest_name(const struct crypt_hash *hash); // m/SHA256.json
struct release_name release_signature_name(
    const char *name,
    const struct crypt_public_key *key); // NAME.KEYID.minisig

#endif
