#include "release/release.h"

#include "base/date.h"
#include "base/log.h"
#include "release/blob.h"
#include "release/doc.h"
#include "release/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY_MS DATE_DAY_MS

enum err release_draft_init(struct release_draft *draft, struct fs *fs, const char *dir)
{
    CHECK(strlen(dir) <= BLOB_DIR_BYTES_MAX);
    *draft = (struct release_draft){.fs = fs, .dir = dir};
    arena_init(&draft->arena,
               MANIFEST_ARENA_BYTES + sizeof(struct manifest_file) * MANIFEST_FILES_MAX);
    draft->files = arena_array(&draft->arena, struct manifest_file, MANIFEST_FILES_MAX);
    return fs_make_dir(fs, dir);
}

void release_draft_deinit(struct release_draft *draft)
{
    arena_deinit(&draft->arena);
    *draft = (struct release_draft){0};
}

enum err release_draft_keep(struct release_draft *draft, const struct manifest_file *file)
{
    struct arena *a = &draft->arena;
    size_t bytes = file->path.len + file->title.len + file->part.len + file->category.len;
    bool full = draft->count == MANIFEST_FILES_MAX ||
                arena_free_bytes(a) < bytes + sizeof(void *) * MANIFEST_FILES_MAX + 64;
    if (full) {
        log_error("a release holds at most %d files", MANIFEST_FILES_MAX);
        return ERR_TOO_BIG;
    }
    struct manifest_file *own = &draft->files[draft->count++];
    *own = *file;
    own->path = str_copy(a, file->path);
    own->title = str_copy(a, file->title);
    own->part = str_copy(a, file->part);
    own->category = str_copy(a, file->category);
    return ERR_OK;
}

enum err release_draft_add(struct release_draft *draft, struct str path,
                           const struct content_doc *doc)
{
    struct manifest_file file = {
        .path = path,
        .kind = doc->kind,
        .title = doc->title,
        .part = doc->part,
        .category = doc->category,
        .day = doc->day,
        .force_day = doc->force_day,
    };
    struct buf bytes;
    buf_init(&bytes, DOC_BYTES_MAX);
    doc_write(doc, &bytes);
    enum err e = buf_err(&bytes);
    if (!e) e = blob_put(draft->fs, draft->dir, buf_str(&bytes), &file.hash);
    file.size_bytes = (int64_t)bytes.len;
    buf_deinit(&bytes);
    return e ? e : release_draft_keep(draft, &file);
}

static int by_path(const void *a, const void *b)
{
    const struct manifest_file *x = a;
    const struct manifest_file *y = b;
    return str_compare(x->path, y->path);
}

static bool file_eq(const struct manifest_file *a, const struct manifest_file *b)
{
    return crypt_hash_eq(&a->hash, &b->hash) && a->size_bytes == b->size_bytes &&
           a->kind == b->kind && a->day == b->day && a->force_day == b->force_day &&
           a->status == b->status && str_eq(a->path, b->path) && str_eq(a->title, b->title) &&
           str_eq(a->part, b->part) && str_eq(a->category, b->category);
}

static bool files_eq(const struct manifest *a, const struct manifest *b)
{
    if (a->file_count != b->file_count) return false;
    for (size_t i = 0; i < a->file_count; i++) {
        if (!file_eq(&a->files[i], &b->files[i])) return false;
    }
    return true;
}

static enum err path_in(const char *dir, const char *name, char path[FS_PATH_BYTES_MAX])
{
    int len = snprintf(path, FS_PATH_BYTES_MAX, "%s/%s", dir, name);
    if (len > 0 && len < FS_PATH_BYTES_MAX) return ERR_OK;
    log_error("%.80s: the path is too long", dir);
    return ERR_TOO_BIG;
}

static enum err store_manifest(struct release_draft *draft, const struct manifest *m,
                               struct crypt_hash *hash)
{
    struct buf bytes;
    buf_init(&bytes, MANIFEST_BYTES_MAX);
    enum err e = manifest_write(m, &bytes);
    if (e) log_error("the manifest of %zu files is too long", m->file_count);
    char path[FS_PATH_BYTES_MAX];
    if (!e) e = path_in(draft->dir, "m", path);
    if (!e) e = fs_make_dir(draft->fs, path);
    if (!e) e = fs_sync_all(draft->fs, draft->dir); // the blobs, before anything names them
    if (!e) {
        *hash = crypt_sha256(buf_str(&bytes));
        e = path_in(draft->dir, release_manifest_name(hash).z, path);
    }
    if (!e) e = fs_replace(draft->fs, path, buf_str(&bytes), 0640);
    buf_deinit(&bytes);
    return e;
}

enum err release_draft_finish(struct release_draft *draft, const struct release_terms *terms,
                              struct manifest *out, struct crypt_hash *hash, bool *changed)
{
    qsort(draft->files, draft->count, sizeof(draft->files[0]), by_path);
    for (size_t i = 1; i < draft->count; i++) {
        if (!str_eq(draft->files[i - 1].path, draft->files[i].path)) continue;
        log_error("%.*s stands twice in the release", STR_ARG(draft->files[i].path));
        return ERR_CONFLICT;
    }
    struct manifest m = {
        .version = terms->before ? terms->before->version + 1 : 1,
        .min_app = terms->min_app,
        .issued_ms = terms->now_ms,
        .expires_ms = terms->now_ms + RELEASE_DAYS_MAX * DAY_MS,
        .files = draft->files,
        .file_count = draft->count,
    };
    manifest_set_status(&draft->arena, &m, date_day_from_ms(terms->now_ms));
    *changed = !terms->before || !files_eq(&m, terms->before) ||
               !str_eq(m.min_app, terms->before->min_app);
    if (*changed) {
        enum err e = store_manifest(draft, &m, hash);
        if (e) return e;
    }
    *out = m;
    return ERR_OK;
}

enum err release_sign(struct fs *fs, const char *dir, const char *name,
                      const struct crypt_key_pair *pair)
{
    char path[FS_PATH_BYTES_MAX];
    enum err e = path_in(dir, name, path);
    if (e) return e;
    struct buf bytes;
    struct buf signature;
    buf_init(&bytes, MANIFEST_BYTES_MAX);
    buf_init(&signature, MINISIG_FILE_BYTES_MAX);
    e = buf_read_file(&bytes, path);
    if (!e) {
        minisig_sign(pair, buf_str(&bytes), str_from_z(name), &signature);
        e = path_in(dir, release_signature_name(name, &pair->public_key).z, path);
    }
    if (!e) e = fs_replace(fs, path, buf_str(&signature), 0640);
    buf_deinit(&bytes);
    buf_deinit(&signature);
    return e;
}

// The manifest's bytes into `bytes`, whole and right.
static enum err read_manifest(struct arena *a, const char *dir, const struct crypt_hash *hash,
                              struct buf *bytes, struct manifest *out)
{
    char path[FS_PATH_BYTES_MAX];
    enum err e = path_in(dir, release_manifest_name(hash).z, path);
    if (!e) e = buf_read_file(bytes, path);
    if (e) return e;
    struct crypt_hash own = crypt_sha256(buf_str(bytes));
    if (crypt_hash_eq(&own, hash) && manifest_read(a, buf_str(bytes), out) == ERR_OK) return ERR_OK;
    log_error("%s: a damaged manifest", path);
    return ERR_CORRUPT;
}

enum err release_manifest_load(struct arena *a, const char *dir, const struct crypt_hash *hash,
                               struct manifest *out)
{
    struct buf bytes;
    buf_init(&bytes, MANIFEST_BYTES_MAX);
    enum err e = read_manifest(a, dir, hash, &bytes, out);
    buf_deinit(&bytes);
    return e;
}

enum err release_timestamp_load(const char *dir, struct timestamp *out)
{
    char path[FS_PATH_BYTES_MAX];
    enum err e = path_in(dir, RELEASE_TIMESTAMP_NAME, path);
    if (e) return e;
    struct buf bytes;
    buf_init(&bytes, TIMESTAMP_BYTES_MAX);
    e = buf_read_file(&bytes, path);
    if (!e && timestamp_read(buf_str(&bytes), out)) {
        log_error("%s: a damaged timestamp", path);
        e = ERR_CORRUPT;
    }
    buf_deinit(&bytes);
    return e;
}

static enum err manifest_facts(const char *dir, const struct crypt_hash *hash, struct timestamp *t)
{
    struct arena a;
    struct manifest m = {0};
    struct buf bytes;
    arena_init(&a, MANIFEST_ARENA_BYTES);
    buf_init(&bytes, MANIFEST_BYTES_MAX);
    enum err e = read_manifest(&a, dir, hash, &bytes, &m);
    t->manifest_version = m.version;
    t->manifest_hash = *hash;
    t->manifest_bytes = (int64_t)bytes.len;
    buf_deinit(&bytes);
    arena_deinit(&a);
    return e;
}

enum err release_timestamp_make(struct fs *fs, const char *dir, int64_t now_ms,
                                const struct crypt_hash *manifest_hash,
                                const struct crypt_key_pair *pair)
{
    struct timestamp before = {0};
    struct timestamp t = {0};
    enum err e = release_timestamp_load(dir, &before);
    if (e && e != ERR_NOT_FOUND) return e;
    e = manifest_facts(dir, manifest_hash, &t);
    if (e) return e;
    t.version = before.version + 1;
    t.expires_ms = now_ms + RELEASE_TIMESTAMP_DAYS * DAY_MS;
    struct buf bytes;
    char path[FS_PATH_BYTES_MAX];
    buf_init(&bytes, TIMESTAMP_BYTES_MAX);
    e = timestamp_write(&t, &bytes);
    if (!e) e = path_in(dir, RELEASE_TIMESTAMP_NAME, path);
    if (!e) e = fs_replace(fs, path, buf_str(&bytes), 0640);
    if (!e) e = release_sign(fs, dir, RELEASE_TIMESTAMP_NAME, pair);
    buf_deinit(&bytes);
    return e;
}
