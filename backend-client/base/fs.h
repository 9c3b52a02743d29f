// Changing files so that a power cut leaves the old or the new content, never half of either.
//
// The operations on the disk are a value, like the clock: a test passes one that stops at the n-th
// operation and so kills the program at every step in turn. Reading is not part of it (base/buf.h):
// reading changes nothing. Threads: any, on different paths.
#ifndef BASE_FS_H
#define BASE_FS_H

#include "base/err.h"
#include "base/str.h"

#include <stdint.h>

#define FS_PATH_BYTES_MAX 512 // with its NUL; longer ones are ERR_TOO_BIG

struct fs;

struct fs_ops {
    // Writes at `offset` and cuts the file off behind the bytes. Makes the file where it is missing.
    enum err (*write)(struct fs *fs, const char *path, int64_t offset, struct str bytes, int mode);
    enum err (*sync)(struct fs *fs, const char *path); // a file or a directory, down to the disk
    enum err (*sync_all)(struct fs *fs, const char *path); // the whole file system `path` lies in
    enum err (*rename)(struct fs *fs, const char *from, const char *to);
    enum err (*make_dir)(struct fs *fs, const char *path); // fine when it is there already
    enum err (*remove)(struct fs *fs, const char *path);   // fine when it is gone already
};

struct fs {
    const struct fs_ops *ops; // every op is mandatory; each logs its own failure
};

void fs_system_init(struct fs *fs);

MUST_USE enum err fs_write(struct fs *fs, const char *path, int64_t offset, struct str bytes,
                           int mode);
MUST_USE enum err fs_sync(struct fs *fs, const char *path);
MUST_USE enum err fs_sync_all(struct fs *fs, const char *path); // many small files at once
MUST_USE enum err fs_rename(struct fs *fs, const char *from, const char *to); // not yet durable
MUST_USE enum err fs_make_dir(struct fs *fs, const char *path);
MUST_USE enum err fs_remove(struct fs *fs, const char *path);

// The directory a path lies in, down to the disk: what makes a rename in it durable.
MUST_USE enum err fs_sync_parent(struct fs *fs, const char *path);

// The whole file at once and for good: `path`.tmp, sync, rename, sync of the directory.
MUST_USE enum err fs_replace(struct fs *fs, const char *path, struct str bytes, int mode);

#endif
