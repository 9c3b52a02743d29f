#include "release/update.h"

#include "release/blob.h"
#include "release/names.h"
#include "release/pack.h"
#include "release/release.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The hashes of a manifest, sorted, to be asked "do you have that content?".
struct hash_set {
    struct arena arena;
    struct crypt_hash *hashes;
    size_t count;
};

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, CRYPT_HASH_BYTES);
}

static void hash_set_init(struct hash_set *set, const struct manifest *m)
{
    *set = (struct hash_set){.count = m->file_count};
    arena_init(&set->arena, (m->file_count + 1) * sizeof(struct crypt_hash));
    set->hashes = arena_array(&set->arena, struct crypt_hash, m->file_count);
    for (size_t i = 0; i < m->file_count; i++) {
        set->hashes[i] = m->files[i].hash;
    }
    qsort(set->hashes, set->count, sizeof(set->hashes[0]), by_bytes);
}

static bool hash_set_has(const struct hash_set *set, const struct crypt_hash *hash)
{
    return bsearch(hash, set->hashes, set->count, sizeof(*hash), by_bytes) != NULL;
}

static int by_path(const void *key, const void *file)
{
    return str_compare(*(const struct str *)key, ((const struct manifest_file *)file)->path);
}

static const struct manifest_file *find_path(const struct manifest *m, struct str path)
{
    if (m->file_count == 0) return NULL;
    return bsearch(&path, m->files, m->file_count, sizeof(m->files[0]), by_path);
}

// Adds the texts `old` and `new` of the header; either may be NULL. A damaged old file is an error: the
// frame could not be opened against it.
static enum err add_texts(const char *dir, const struct manifest *from, const struct manifest *to,
                          struct buf *old, struct buf *new)
{
    struct hash_set had;
    hash_set_init(&had, from);
    enum err e = ERR_OK;
    for (size_t i = 0; i < to->file_count && !e; i++) {
        const struct manifest_file *f = &to->files[i];
        if (hash_set_has(&had, &f->hash)) continue;
        const struct manifest_file *before = find_path(from, f->path);
        struct buf one;
        buf_init(&one, UPDATE_BYTES_MAX);
        if (old && before) e = blob_read(dir, &before->hash, &one);
        if (old && before && !e) buf_add(old, buf_str(&one));
        buf_clear(&one);
        if (new && !e) e = blob_read(dir, &f->hash, &one);
        if (new && !e) buf_add(new, buf_str(&one));
        buf_deinit(&one);
    }
    arena_deinit(&had.arena);
    if (!e && old) e = buf_err(old);
    if (!e && new) e = buf_err(new);
    return e;
}

static bool is_none(const struct crypt_hash *hash)
{
    static const struct crypt_hash none;
    return crypt_hash_eq(hash, &none);
}

static enum err read_manifest_bytes(const char *dir, const struct crypt_hash *hash, struct buf *out)
{
    char path[FS_PATH_BYTES_MAX];
    if (is_none(hash)) return ERR_OK;
    int len = snprintf(path, sizeof(path), "%s/%s", dir, release_manifest_name(hash).z);
    return len > 0 && (size_t)len < sizeof(path) ? buf_read_file(out, path) : ERR_TOO_BIG;
}

enum err update_pack_manifest(const char *dir, const struct crypt_hash *from,
                              const struct crypt_hash *to, struct buf *out)
{
    struct buf old;
    struct buf new;
    buf_init(&old, MANIFEST_BYTES_MAX);
    buf_init(&new, MANIFEST_BYTES_MAX);
    enum err e = read_manifest_bytes(dir, from, &old);
    if (!e) e = read_manifest_bytes(dir, to, &new);
    if (!e) e = pack_add(buf_str(&new), buf_str(&old), out);
    buf_deinit(&old);
    buf_deinit(&new);
    return e;
}

// Both manifests, each in an arena of its own.
struct pair {
    struct arena arenas[2];
    struct manifest from;
    struct manifest to;
};

static enum err pair_init(struct pair *p, const char *dir, const struct crypt_hash *from,
                          const struct crypt_hash *to)
{
    *p = (struct pair){0};
    arena_init(&p->arenas[0], MANIFEST_ARENA_BYTES);
    arena_init(&p->arenas[1], MANIFEST_ARENA_BYTES);
    enum err e = ERR_OK;
    if (!is_none(from)) e = release_manifest_load(&p->arenas[0], dir, from, &p->from);
    return e ? e : release_manifest_load(&p->arenas[1], dir, to, &p->to);
}

static void pair_deinit(struct pair *p)
{
    arena_deinit(&p->arenas[0]);
    arena_deinit(&p->arenas[1]);
}

enum err update_pack_files(const char *dir, const struct crypt_hash *from,
                           const struct crypt_hash *to, struct buf *out)
{
    struct pair p;
    struct buf old;
    struct buf new;
    buf_init(&old, UPDATE_BYTES_MAX);
    buf_init(&new, UPDATE_BYTES_MAX);
    enum err e = pair_init(&p, dir, from, to);
    if (!e) e = add_texts(dir, &p.from, &p.to, &old, &new);
    if (!e) e = pack_add(buf_str(&new), buf_str(&old), out);
    buf_deinit(&old);
    buf_deinit(&new);
    pair_deinit(&p);
    return e;
}

struct crypt_hash update_from(const struct release_store *s)
{
    return s->has_current ? s->current_hash : (struct crypt_hash){0};
}

enum err update_open_manifest(const struct release_store *s, struct str frame, struct buf *out)
{
    struct crypt_hash from = update_from(s);
    struct buf old;
    buf_init(&old, MANIFEST_BYTES_MAX);
    enum err e = read_manifest_bytes(s->dir, &from, &old);
    if (!e) e = pack_open(frame, buf_str(&old), MANIFEST_BYTES_MAX, out);
    buf_deinit(&old);
    return e;
}

static enum err store_file(struct release_store *s, size_t index, struct str bytes,
                           enum trust_verdict *verdict)
{
    *verdict = trust_blob(&s->staged.files[index], bytes);
    if (*verdict != TRUST_OK) return ERR_OK;
    enum err e = release_store_part(s, index, 0, bytes, verdict);
    return e || *verdict != TRUST_OK ? e : release_store_part_end(s, index, verdict);
}

static enum err store_files(struct release_store *s, const struct manifest *from, struct str all,
                            enum trust_verdict *verdict)
{
    struct hash_set had;
    struct str rest = all;
    enum err e = ERR_OK;
    hash_set_init(&had, from);
    *verdict = TRUST_OK;
    for (size_t i = 0; i < s->staged.file_count && !e && *verdict == TRUST_OK; i++) {
        const struct manifest_file *f = &s->staged.files[i];
        if (hash_set_has(&had, &f->hash)) continue;
        struct str one = str_sub(rest, 0, (size_t)f->size_bytes);
        rest = str_sub(rest, one.len, SIZE_MAX);
        e = store_file(s, i, one, verdict);
    }
    if (!e && *verdict == TRUST_OK && rest.len > 0) *verdict = TRUST_WRONG_HASH;
    arena_deinit(&had.arena);
    return e;
}

enum err update_apply_files(struct release_store *s, struct str frame, enum trust_verdict *verdict)
{
    CHECK(s->has_staged);
    static const struct manifest nothing;
    const struct manifest *from = s->has_current ? &s->current : &nothing;
    struct buf old;
    struct buf new;
    buf_init(&old, UPDATE_BYTES_MAX);
    buf_init(&new, UPDATE_BYTES_MAX);
    enum err e = add_texts(s->dir, from, &s->staged, &old, NULL);
    if (!e) e = pack_open(frame, buf_str(&old), UPDATE_BYTES_MAX, &new);
    if (!e) e = store_files(s, from, buf_str(&new), verdict);
    buf_deinit(&old);
    buf_deinit(&new);
    // A frame that does not fit, or an old file that is gone: the way file by file is still open.
    if (e == ERR_CORRUPT || e == ERR_TOO_BIG || e == ERR_NOT_FOUND) {
        *verdict = TRUST_WRONG_HASH;
        return ERR_OK;
    }
    return e;
}
