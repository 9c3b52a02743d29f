#include "release/release_store.h"

#include "base/log.h"
#include "release/release.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The names that stay: hashes of files and manifests, sorted.
struct kept {
    struct arena arena;
    struct crypt_hash *hashes;
    size_t count;
    size_t count_max;
};

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, CRYPT_HASH_BYTES);
}

static void keep(struct kept *k, const struct crypt_hash *hash)
{
    CHECK(k->count < k->count_max);
    k->hashes[k->count++] = *hash;
}

static void keep_release(struct kept *k, const struct crypt_hash *hash, const struct manifest *m)
{
    keep(k, hash);
    for (size_t i = 0; i < m->file_count; i++) {
        keep(k, &m->files[i].hash);
    }
}

// The name without what follows its hash: ".json", ".part", ".tmp".
static bool is_kept(const struct kept *k, const char *name)
{
    struct crypt_hash hash;
    if (!crypt_hash_parse(str_sub(str_from_z(name), 0, CRYPT_HASH_HEX_BYTES), &hash)) return false;
    return bsearch(&hash, k->hashes, k->count, sizeof(hash), by_bytes) != NULL;
}

// readdir is safe on a stream that one thread has.
static const struct dirent *next_entry(DIR *dir)
{
    return readdir(dir); // NOLINT(concurrency-mt-unsafe)
}

// A folder is read to its end even if a file cannot be removed: the others can.
static enum err clean_folder(struct release_store *s, const struct kept *k, const char *folder)
{
    DIR *dir = opendir(folder);
    if (!dir) return errno == ENOENT ? ERR_OK : ERR_IO;
    enum err first = ERR_OK;
    for (const struct dirent *d = next_entry(dir); d; d = next_entry(dir)) {
        if (d->d_name[0] == '.' || is_kept(k, d->d_name)) continue;
        char path[FS_PATH_BYTES_MAX];
        int len = snprintf(path, sizeof(path), "%s/%s", folder, d->d_name);
        if (len < 0 || (size_t)len >= sizeof(path)) continue; // not a name of ours
        enum err e = fs_remove(s->fs, path);
        if (!first) first = e;
    }
    closedir(dir);
    return first;
}

static enum err keep_previous(struct release_store *s, struct kept *k)
{
    struct buf text;
    struct crypt_hash hash;
    char path[FS_PATH_BYTES_MAX];
    int len = snprintf(path, sizeof(path), "%s/previous", s->dir);
    if (len < 0 || (size_t)len >= sizeof(path)) return ERR_TOO_BIG;
    buf_init(&text, CRYPT_HASH_HEX_BYTES + 2);
    enum err e = buf_read_file(&text, path);
    bool known = !e && crypt_hash_parse(str_trim(buf_str(&text)), &hash);
    buf_deinit(&text);
    if (!known) return e == ERR_NOT_FOUND ? ERR_OK : e;
    struct arena a;
    struct manifest m;
    arena_init(&a, MANIFEST_ARENA_BYTES);
    e = release_manifest_load(&a, s->dir, &hash, &m);
    if (!e) keep_release(k, &hash, &m);
    arena_deinit(&a);
    return e == ERR_NOT_FOUND || e == ERR_CORRUPT ? ERR_OK : e; // then there is nothing to keep
}

enum err release_store_clean(struct release_store *s)
{
    struct kept k = {.count_max = 3 * (MANIFEST_FILES_MAX + 1)};
    arena_init(&k.arena, k.count_max * sizeof(struct crypt_hash) + 64);
    k.hashes = arena_array(&k.arena, struct crypt_hash, k.count_max);
    if (s->has_current) keep_release(&k, &s->current_hash, &s->current);
    if (s->has_staged) keep_release(&k, &s->timestamp.manifest_hash, &s->staged);
    enum err e = keep_previous(s, &k);
    qsort(k.hashes, k.count, sizeof(k.hashes[0]), by_bytes);
    for (int i = -1; i < 256 && !e; i++) {
        char folder[FS_PATH_BYTES_MAX];
        int len = i < 0 ? snprintf(folder, sizeof(folder), "%s/m", s->dir)
                        : snprintf(folder, sizeof(folder), "%s/b/%02x", s->dir, (unsigned)i);
        if (len < 0 || (size_t)len >= sizeof(folder)) e = ERR_TOO_BIG;
        if (!e) e = clean_folder(s, &k, folder);
    }
    arena_deinit(&k.arena);
    return e;
}
