#include "release/names.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct release_name release_root_name(int64_t version)
{
    struct release_name name;
    snprintf(name.z, sizeof(name.z), "root.%" PRId64 ".json", version);
    return name;
}

struct release_name release_manifest_name(const struct crypt_hash *hash)
{
    char hex[CRYPT_HASH_HEX_BYTES + 1];
    struct release_name name;
    crypt_hash_hex(hash, hex);
    snprintf(name.z, sizeof(name.z), "m/%s.json", hex);
    return name;
}

struct release_name release_signature_name(const char *name, const struct crypt_public_key *key)
{
    struct release_name out;
    CHECK(strlen(name) + sizeof(".minisig") + MINISIG_KEY_ID_HEX_BYTES + 1 <= sizeof(out.z));
    snprintf(out.z, sizeof(out.z), "%.90s.%s.minisig", name, minisig_key_id(key).hex);
    return out;
}
