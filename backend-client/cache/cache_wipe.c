#include "base/log.h"
#include "cache/cache_file.h"
#include "cache/cache_key.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MARKER      "wipe.pending"
#define SUSPENDED   "suspended"
#define QUARANTINE  "quarantine"
#define KEY_BYTES   64  // at least what the key's file holds
#define ENTRIES_MAX 256 // of a folder, in one pass

// The key first: without it nothing of the rest can be used at the centre.
static const char *const names[] = {"device.key",        "kiosk.id",        SUSPENDED,
                                    CACHE_FILE,          CACHE_FILE "-wal", CACHE_FILE "-shm",
                                    "quarantine.pending"};

struct path {
    char z[FS_PATH_BYTES_MAX];
};

static enum err path_of(struct path *p, const char *dir, const char *name)
{
    int len = snprintf(p->z, sizeof(p->z), "%s/%s", dir, name);
    if (len >= 0 && (size_t)len < sizeof(p->z)) return ERR_OK;
    log_error("%.80s: the path is too long", dir);
    return ERR_TOO_BIG;
}

enum err cache_suspended_put(struct fs *fs, const char *data_dir, bool is_suspended)
{
    struct path p;
    enum err e = path_of(&p, data_dir, SUSPENDED);
    if (e) return e;
    return is_suspended ? fs_replace(fs, p.z, STR("yes\n"), 0600) : fs_remove(fs, p.z);
}

bool cache_is_suspended(const char *data_dir)
{
    struct path p;
    return path_of(&p, data_dir, SUSPENDED) == ERR_OK && access(p.z, F_OK) == 0;
}

// Files of one folder, and the folder itself where it is empty then.
static enum err remove_folder(struct fs *fs, const char *dir)
{
    DIR *d = opendir(dir);
    enum err e = ERR_OK;
    if (!d) return errno == ENOENT ? ERR_OK : ERR_IO;
    for (int i = 0; !e && i < ENTRIES_MAX; i++) {
        struct path p;
        // NOLINTNEXTLINE(concurrency-mt-unsafe): this stream is ours alone
        const struct dirent *entry = readdir(d);
        if (!entry) break;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        e = path_of(&p, dir, entry->d_name);
        if (!e) e = fs_remove(fs, p.z);
    }
    closedir(d);
    if (!e && rmdir(dir) != 0) e = ERR_IO;
    return e;
}

static enum err remove_quarantine(struct fs *fs, const char *data_dir)
{
    struct path dir;
    enum err e = path_of(&dir, data_dir, QUARANTINE);
    DIR *d = e ? NULL : opendir(dir.z);
    if (!d) return e;
    for (int i = 0; !e && i < ENTRIES_MAX; i++) {
        struct path p;
        // NOLINTNEXTLINE(concurrency-mt-unsafe): this stream is ours alone
        const struct dirent *entry = readdir(d);
        if (!entry) break;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        e = path_of(&p, dir.z, entry->d_name);
        if (!e) e = remove_folder(fs, p.z);
    }
    closedir(d);
    return e;
}

static enum err wipe_all(struct fs *fs, const char *data_dir)
{
    static const char zeros[KEY_BYTES] = {0};
    struct path p;
    enum err e = path_of(&p, data_dir, names[0]);
    if (!e && access(p.z, F_OK) == 0) {
        e = fs_write(fs, p.z, 0, (struct str){zeros, sizeof(zeros)}, 0400);
        if (!e) e = fs_sync(fs, p.z);
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !e; i++) {
        e = path_of(&p, data_dir, names[i]);
        if (!e) e = fs_remove(fs, p.z);
    }
    if (!e) e = remove_quarantine(fs, data_dir);
    if (!e) e = fs_sync(fs, data_dir);
    if (!e) e = path_of(&p, data_dir, MARKER);
    if (!e) e = fs_remove(fs, p.z);
    return e ? e : fs_sync(fs, data_dir);
}

enum err cache_wipe(struct fs *fs, const char *data_dir)
{
    struct path marker;
    enum err e = path_of(&marker, data_dir, MARKER);
    if (!e) e = fs_replace(fs, marker.z, STR("yes\n"), 0600);
    return e ? e : wipe_all(fs, data_dir);
}

enum err cache_wipe_resume(struct fs *fs, const char *data_dir)
{
    struct path marker;
    enum err e = path_of(&marker, data_dir, MARKER);
    if (e || access(marker.z, F_OK) != 0) return e;
    return wipe_all(fs, data_dir);
}
