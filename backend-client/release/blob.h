// Content under the name of its SHA-256: DIR/b/ab/abcd…. What is there never changes, so whoever has
// the name can check the bytes. The centre and every kiosk keep their content this way.
#ifndef RELEASE_BLOB_H
#define RELEASE_BLOB_H

#include "base/buf.h"
#include "base/fs.h"
#include "crypt/hash.h"

#define BLOB_DIR_BYTES_MAX 384 // of DIR

struct blob_path {
    char z[FS_PATH_BYTES_MAX];
};

struct blob_path blob_path(const char *dir, const struct crypt_hash *hash);

// DIR/b and the folder for that hash.
MUST_USE enum err blob_make_dirs(struct fs *fs, const char *dir, const struct crypt_hash *hash);

// Stores the bytes unless they are there, whole. Not durable before an fs_sync_all: for the centre,
// which stores thousands and then names them in one manifest.
MUST_USE enum err blob_put(struct fs *fs, const char *dir, struct str bytes,
                           struct crypt_hash *out);

// Adds the content to `out` (empty before). ERR_NOT_FOUND; ERR_CORRUPT where the bytes are not those of the
// name, which is logged.
MUST_USE enum err blob_read(const char *dir, const struct crypt_hash *hash, struct buf *out);

#endif
