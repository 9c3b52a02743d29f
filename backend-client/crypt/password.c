#include "crypt/password.h"

#include "base/log.h"

#include <sodium.h>

_Static_assert(crypto_pwhash_STRBYTES <= PASSWORD_HASH_ROOM, "the text fits");

#define PASSES       3
#define MEMORY_BYTES ((size_t)64 * 1024 * 1024)

enum err password_hash(struct str password, char out[PASSWORD_HASH_ROOM])
{
    if (password.len > PASSWORD_BYTES_MAX) return ERR_TOO_BIG;
    if (crypto_pwhash_str_alg(out, password.ptr, password.len, PASSES, MEMORY_BYTES,
                              crypto_pwhash_ALG_ARGON2ID13) == 0)
        return ERR_OK;
    log_error("no memory for a password hash");
    return ERR_FULL;
}

enum password_match password_verify(struct str password, const char *stored)
{
    if (password.len > PASSWORD_BYTES_MAX) return PASSWORD_WRONG;
    if (crypto_pwhash_str_verify(stored, password.ptr, password.len) != 0) return PASSWORD_WRONG;
    if (crypto_pwhash_str_needs_rehash(stored, PASSES, MEMORY_BYTES) != 0)
        return PASSWORD_RIGHT_BUT_OLD;
    return PASSWORD_RIGHT;
}
