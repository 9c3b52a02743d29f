// Staff passwords: Argon2id (RFC 9106) with 3 passes over 64 MiB, about 0.1 s of one core. Callers
// bound how many run at once; each needs the memory. The stored text names its own parameters.
// The salt comes from libsodium's own source: no simulated program makes a password.
#ifndef CRYPT_PASSWORD_H
#define CRYPT_PASSWORD_H

#include "base/err.h"
#include "base/str.h"

#define PASSWORD_HASH_ROOM 128 // with its NUL
#define PASSWORD_BYTES_MAX 256

enum password_match {
    PASSWORD_WRONG,
    PASSWORD_RIGHT,
    PASSWORD_RIGHT_BUT_OLD, // right, but made with weaker parameters: hash it anew
};

// ERR_TOO_BIG over PASSWORD_BYTES_MAX; ERR_FULL where the memory cannot be had.
MUST_USE enum err password_hash(struct str password, char out[PASSWORD_HASH_ROOM]);
enum password_match password_verify(struct str password, const char *stored);

#endif
