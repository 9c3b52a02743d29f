#include "release/release_store.h"

#include "base/log.h"
#include "release/blob.h"
#include "release/names.h"
#include "release/release.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static enum err path_of(const struct release_store *s, const char *name,
                        char path[FS_PATH_BYTES_MAX])
{
    int len = snprintf(path, FS_PATH_BYTES_MAX, "%s/%s", s->dir, name);
    return len > 0 && len < FS_PATH_BYTES_MAX ? ERR_OK : ERR_TOO_BIG;
}

static enum err replace(struct release_store *s, const char *name, struct str bytes)
{
    char path[FS_PATH_BYTES_MAX];
    enum err e = path_of(s, name, path);
    return e ? e : fs_replace(s->fs, path, bytes, 0640);
}

static enum err read_whole(const struct release_store *s, const char *name, struct buf *out)
{
    char path[FS_PATH_BYTES_MAX];
    enum err e = path_of(s, name, path);
    return e ? e : buf_read_file(out, path);
}

static void load_root(struct release_store *s)
{
    struct buf bytes;
    buf_init(&bytes, ROOT_BYTES_MAX);
    enum err e = read_whole(s, "root.json", &bytes);
    if (!e) s->has_root = trust_init(&s->trust, buf_str(&bytes)) == TRUST_OK;
    if (!e && !s->has_root) log_error("%s/root.json is damaged: enrol anew", s->dir);
    buf_deinit(&bytes);
}

// The versions believed are those of the timestamp on the disk.
static void load_timestamp(struct release_store *s)
{
    s->has_timestamp = release_timestamp_load(s->dir, &s->timestamp) == ERR_OK;
    if (!s->has_timestamp) return;
    s->trust.timestamp_version = s->timestamp.version;
    s->trust.manifest_version = s->timestamp.manifest_version;
}

static bool load_pointer(const struct release_store *s, const char *name, struct crypt_hash *hash)
{
    struct buf bytes;
    buf_init(&bytes, CRYPT_HASH_HEX_BYTES + 2);
    enum err e = read_whole(s, name, &bytes);
    bool good = !e && crypt_hash_parse(str_trim(buf_str(&bytes)), hash);
    if (!good && e != ERR_NOT_FOUND) log_error("%s/%s is damaged", s->dir, name);
    buf_deinit(&bytes);
    return good;
}

static enum err save_pointer(struct release_store *s, const char *name,
                             const struct crypt_hash *hash)
{
    char line[CRYPT_HASH_HEX_BYTES + 2];
    crypt_hash_hex(hash, line);
    line[CRYPT_HASH_HEX_BYTES] = '\n';
    return replace(s, name, (struct str){line, CRYPT_HASH_HEX_BYTES + 1});
}

static bool load_release(struct release_store *s, const char *pointer)
{
    if (!load_pointer(s, pointer, &s->current_hash)) return false;
    arena_rewind(&s->current_arena, 0);
    return release_manifest_load(&s->current_arena, s->dir, &s->current_hash, &s->current) ==
           ERR_OK;
}

static bool names_current(const struct release_store *s)
{
    return s->has_current && crypt_hash_eq(&s->timestamp.manifest_hash, &s->current_hash);
}

static void load_staged(struct release_store *s)
{
    arena_rewind(&s->staged_arena, 0);
    s->has_staged = s->has_timestamp && !names_current(s) &&
                    release_manifest_load(&s->staged_arena, s->dir, &s->timestamp.manifest_hash,
                                          &s->staged) == ERR_OK;
}

enum err release_store_open(struct release_store *s, struct fs *fs, const char *dir, struct str app)
{
    CHECK(strlen(dir) <= BLOB_DIR_BYTES_MAX);
    *s = (struct release_store){.fs = fs, .dir = dir, .app = app};
    arena_init(&s->current_arena, MANIFEST_ARENA_BYTES);
    arena_init(&s->staged_arena, MANIFEST_ARENA_BYTES);
    char path[FS_PATH_BYTES_MAX];
    enum err e = fs_make_dir(fs, dir);
    if (!e) e = path_of(s, "m", path);
    if (!e) e = fs_make_dir(fs, path);
    if (e) return e;
    load_root(s);
    load_timestamp(s);
    s->has_current = load_release(s, "current") || load_release(s, "previous");
    load_staged(s);
    return ERR_OK;
}

void release_store_close(struct release_store *s)
{
    arena_deinit(&s->current_arena);
    arena_deinit(&s->staged_arena);
    *s = (struct release_store){0};
}

enum err release_store_pin(struct release_store *s, struct str root_bytes,
                           enum trust_verdict *verdict)
{
    struct trust next;
    *verdict = trust_init(&next, root_bytes);
    if (*verdict != TRUST_OK) return ERR_OK;
    if (s->has_root && next.root.version <= s->trust.root.version) {
        *verdict = next.root.version == s->trust.root.version ? TRUST_SAME : TRUST_ROLLBACK;
        return ERR_OK;
    }
    enum err e = replace(s, "root.json", root_bytes);
    if (e) return e;
    s->trust.root = next.root;
    s->has_root = true;
    return ERR_OK;
}

// Forgets the timestamp, on the disk first: see struct trust on fast-forward recovery.
static enum err forget_timestamp(struct release_store *s)
{
    char path[FS_PATH_BYTES_MAX];
    enum err e = path_of(s, RELEASE_TIMESTAMP_NAME, path);
    if (!e) e = fs_remove(s->fs, path);
    if (!e) e = fs_sync_parent(s->fs, path);
    if (e) return e;
    s->has_timestamp = false;
    s->has_staged = false;
    s->trust.timestamp_version = 0;
    s->trust.manifest_version = 0;
    return ERR_OK;
}

enum err release_store_root(struct release_store *s, const struct release_signed *next,
                            enum trust_verdict *verdict)
{
    CHECK(s->has_root);
    struct trust after = s->trust;
    *verdict = trust_root(&after, next->bytes, next->signatures, next->count);
    if (*verdict != TRUST_OK) return ERR_OK;
    // In this order: were the new root there first, a crash would leave the old versions with it.
    if (s->has_timestamp && after.timestamp_version == 0) {
        enum err e = forget_timestamp(s);
        if (e) return e;
    }
    enum err e = replace(s, "root.json", next->bytes);
    if (!e) s->trust = after;
    return e;
}

enum err release_store_timestamp(struct release_store *s,
                                 const struct release_signed *signed_timestamp, int64_t now_ms,
                                 enum trust_verdict *verdict)
{
    CHECK(s->has_root);
    struct trust after = s->trust;
    struct timestamp t;
    *verdict = trust_timestamp(&after, signed_timestamp->bytes, signed_timestamp->signatures,
                               signed_timestamp->count, now_ms, &t);
    if (*verdict != TRUST_OK) return ERR_OK;
    enum err e = replace(s, RELEASE_TIMESTAMP_NAME, signed_timestamp->bytes);
    if (e) return e;
    s->trust = after;
    s->timestamp = t;
    s->has_timestamp = true;
    load_staged(s);
    return ERR_OK;
}

bool release_store_wants_manifest(const struct release_store *s)
{
    return s->has_timestamp && !names_current(s) && !s->has_staged;
}

enum err release_store_manifest(struct release_store *s, const struct release_signed *manifest,
                                int64_t now_ms, enum trust_verdict *verdict)
{
    CHECK(release_store_wants_manifest(s));
    struct trust_manifest_input input = {manifest->bytes, manifest->signatures, manifest->count};
    struct manifest m;
    arena_rewind(&s->staged_arena, 0);
    *verdict = trust_manifest(&s->trust, &s->timestamp, &input, now_ms, &s->staged_arena, &m);
    if (*verdict != TRUST_OK) return ERR_OK;
    const struct crypt_hash *hash = &s->timestamp.manifest_hash;
    enum err e = replace(s, release_manifest_name(hash).z, manifest->bytes);
    if (e) return e;
    s->staged = m;
    s->has_staged = true;
    return ERR_OK;
}

static int64_t size_of(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISREG(st.st_mode) ? (int64_t)st.st_size : -1;
}

size_t release_store_next_missing(const struct release_store *s, size_t from)
{
    if (!s->has_staged) return SIZE_MAX;
    for (size_t i = from; i < s->staged.file_count; i++) {
        const struct manifest_file *f = &s->staged.files[i];
        struct blob_path path = blob_path(s->dir, &f->hash);
        if (size_of(path.z) != f->size_bytes) return i;
    }
    return SIZE_MAX;
}

static const struct manifest_file *staged_file(const struct release_store *s, size_t index)
{
    CHECK(s->has_staged && index < s->staged.file_count);
    return &s->staged.files[index];
}

static struct blob_path part_path(const struct release_store *s, size_t index)
{
    struct blob_path path = blob_path(s->dir, &staged_file(s, index)->hash);
    size_t len = strlen(path.z);
    snprintf(path.z + len, sizeof(path.z) - len, ".part");
    return path;
}

int64_t release_store_part_bytes(const struct release_store *s, size_t index)
{
    struct blob_path part = part_path(s, index);
    int64_t size = size_of(part.z);
    return size > 0 ? size : 0;
}

enum err release_store_part(struct release_store *s, size_t index, int64_t offset, struct str bytes,
                            enum trust_verdict *verdict)
{
    const struct manifest_file *f = staged_file(s, index);
    struct blob_path part = part_path(s, index);
    CHECK(offset >= 0 && offset <= release_store_part_bytes(s, index));
    *verdict = TRUST_TOO_BIG;
    if ((int64_t)bytes.len > f->size_bytes - offset) return fs_remove(s->fs, part.z);
    *verdict = TRUST_OK;
    enum err e = offset == 0 ? blob_make_dirs(s->fs, s->dir, &f->hash) : ERR_OK;
    return e ? e : fs_write(s->fs, part.z, offset, bytes, 0640);
}

enum err release_store_part_end(struct release_store *s, size_t index, enum trust_verdict *verdict)
{
    const struct manifest_file *f = staged_file(s, index);
    struct blob_path path = blob_path(s->dir, &f->hash);
    struct blob_path part = part_path(s, index);
    struct buf bytes;
    buf_init(&bytes, (size_t)f->size_bytes + 1);
    enum err e = buf_read_file(&bytes, part.z);
    if (e == ERR_NOT_FOUND && f->size_bytes == 0) e = fs_write(s->fs, part.z, 0, STR(""), 0640);
    if (!e) *verdict = trust_blob(f, buf_str(&bytes));
    buf_deinit(&bytes);
    if (e == ERR_NOT_FOUND || e == ERR_TOO_BIG) {
        *verdict = TRUST_WRONG_HASH;
        e = ERR_OK;
    }
    if (e) return e;
    if (*verdict != TRUST_OK) return fs_remove(s->fs, part.z);
    e = fs_sync(s->fs, part.z);
    if (!e) e = fs_rename(s->fs, part.z, path.z);
    if (!e) e = fs_sync_parent(s->fs, path.z);
    return e;
}

enum err release_store_read(struct release_store *s, const struct crypt_hash *hash, struct buf *out)
{
    enum err e = blob_read(s->dir, hash, out);
    if (e != ERR_CORRUPT) return e;
    struct blob_path path = blob_path(s->dir, hash);
    enum err removed = fs_remove(s->fs, path.z);
    return removed ? removed : ERR_CORRUPT;
}

// Whether every staged file is here and right; the wrong ones are removed.
static enum err check_staged(struct release_store *s, enum trust_verdict *verdict)
{
    struct buf bytes;
    *verdict = TRUST_OK;
    for (size_t i = 0; i < s->staged.file_count; i++) {
        const struct manifest_file *f = &s->staged.files[i];
        buf_init(&bytes, (size_t)f->size_bytes + 1);
        enum err e = release_store_read(s, &f->hash, &bytes);
        buf_deinit(&bytes);
        if (e == ERR_CORRUPT || e == ERR_NOT_FOUND) {
            *verdict = TRUST_WRONG_HASH;
        } else if (e) {
            return e;
        }
    }
    return ERR_OK;
}

enum err release_store_switch(struct release_store *s, enum trust_verdict *verdict)
{
    *verdict = TRUST_SAME;
    if (!s->has_staged) return ERR_OK;
    *verdict = TRUST_APP_OLD;
    if (!release_app_suffices(s->app, s->staged.min_app)) return ERR_OK;
    enum err e = check_staged(s, verdict);
    if (e || *verdict != TRUST_OK) return e;
    const struct crypt_hash *next = &s->timestamp.manifest_hash;
    if (s->has_current && !names_current(s)) e = save_pointer(s, "previous", &s->current_hash);
    if (!e) e = save_pointer(s, "current", next);
    if (e) return e;
    struct arena kept = s->current_arena;
    s->current_arena = s->staged_arena;
    s->staged_arena = kept;
    s->current = s->staged;
    s->current_hash = *next;
    s->has_current = true;
    s->has_staged = false;
    return ERR_OK;
}

enum err release_store_repair(struct release_store *s)
{
    if (s->has_staged || !names_current(s)) return ERR_OK;
    arena_rewind(&s->staged_arena, 0);
    enum err e = release_manifest_load(&s->staged_arena, s->dir, &s->current_hash, &s->staged);
    s->has_staged = e == ERR_OK;
    return e;
}
