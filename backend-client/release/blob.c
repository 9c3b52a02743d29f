#include "release/blob.h"

#include "base/log.h"

#include <stdio.h>
#include <string.h>

struct blob_path blob_path(const char *dir, const struct crypt_hash *hash)
{
    CHECK(strlen(dir) <= BLOB_DIR_BYTES_MAX);
    char hex[CRYPT_HASH_HEX_BYTES + 1];
    struct blob_path path;
    crypt_hash_hex(hash, hex);
    snprintf(path.z, sizeof(path.z), "%s/b/%.2s/%s", dir, hex, hex);
    return path;
}

enum err blob_make_dirs(struct fs *fs, const char *dir, const struct crypt_hash *hash)
{
    struct blob_path path = blob_path(dir, hash);
    size_t len = strlen(path.z);
    path.z[len - CRYPT_HASH_HEX_BYTES - 4] = '\0'; // DIR/b
    enum err e = fs_make_dir(fs, path.z);
    path.z[len - CRYPT_HASH_HEX_BYTES - 4] = '/';
    path.z[len - CRYPT_HASH_HEX_BYTES - 1] = '\0'; // DIR/b/ab
    return e ? e : fs_make_dir(fs, path.z);
}

enum err blob_put(struct fs *fs, const char *dir, struct str bytes, struct crypt_hash *out)
{
    *out = crypt_sha256(bytes);
    struct buf there;
    buf_init(&there, bytes.len + 1);
    enum err e = blob_read(dir, out, &there);
    buf_deinit(&there);
    if (e == ERR_OK || e == ERR_IO) return e;
    struct blob_path path = blob_path(dir, out);
    struct blob_path temporary = path;
    size_t len = strlen(path.z);
    snprintf(temporary.z + len, sizeof(temporary.z) - len, ".tmp");
    e = blob_make_dirs(fs, dir, out);
    if (!e) e = fs_write(fs, temporary.z, 0, bytes, 0640);
    if (!e) e = fs_rename(fs, temporary.z, path.z);
    return e;
}

enum err blob_read(const char *dir, const struct crypt_hash *hash, struct buf *out)
{
    struct blob_path path = blob_path(dir, hash);
    enum err e = buf_read_file(out, path.z);
    if (e == ERR_TOO_BIG) return ERR_CORRUPT;
    if (e) return e;
    struct crypt_hash own = crypt_sha256(buf_str(out));
    if (crypt_hash_eq(&own, hash)) return ERR_OK;
    log_error("%s: damaged: its content is not that of its name", path.z);
    return ERR_CORRUPT;
}
