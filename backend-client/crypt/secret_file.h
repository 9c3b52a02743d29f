// A secret (a seed, a MAC key) in a file of its own: one line of hex, mode 0400, written durably.
// A file that somebody else may read is refused, because its secret is none any more.
#ifndef CRYPT_SECRET_FILE_H
#define CRYPT_SECRET_FILE_H

#include "base/fs.h"

#define SECRET_BYTES_MAX 64

// Replaces an older one.
MUST_USE enum err secret_file_write(struct fs *fs, const char *path, const unsigned char *bytes,
                                    size_t count);

// Exactly `count` bytes. ERR_NOT_FOUND without the file (not logged), ERR_AUTH where group or others
// may read or write it, ERR_CORRUPT where it is not `count` bytes of hex.
MUST_USE enum err secret_file_read(const char *path, unsigned char *bytes, size_t count);

#endif
