#include "base/buf.h"
#include "base/log.h"
#include "cache/cache_file.h"

#include <stdio.h>
#include <unistd.h>

#define MARKER "quarantine.pending" // holds the id of the folder that the files go to

static const char *const names[] = {CACHE_FILE, CACHE_FILE "-wal", CACHE_FILE "-shm"};

struct path {
    char z[FS_PATH_BYTES_MAX];
};

static enum err path_of(struct path *p, const char *dir, const char *folder, const char *name)
{
    int len = snprintf(p->z, sizeof(p->z), "%s/%s%s", dir, folder, name);
    if (len >= 0 && (size_t)len < sizeof(p->z)) return ERR_OK;
    log_error("%.80s: the path is too long", dir);
    return ERR_TOO_BIG;
}

static enum err move_one(struct fs *fs, const char *dir, const char *folder, const char *name)
{
    struct path from;
    struct path to;
    enum err e = path_of(&from, dir, "", name);
    if (!e) e = path_of(&to, dir, folder, name);
    if (e || access(from.z, F_OK) != 0) return e;
    return fs_rename(fs, from.z, to.z);
}

static enum err make_folders(struct fs *fs, const char *dir, const char *folder)
{
    struct path p;
    enum err e = path_of(&p, dir, "quarantine", "");
    if (!e) e = fs_make_dir(fs, p.z);
    if (!e) e = path_of(&p, dir, folder, "");
    if (!e) e = fs_make_dir(fs, p.z);
    if (!e) e = path_of(&p, dir, "quarantine", "/.");
    return e ? e : fs_sync(fs, p.z);
}

static enum err move_all(struct fs *fs, const char *dir, struct id id)
{
    char folder[sizeof("quarantine//") + ID_HEX_BYTES];
    struct path p;
    snprintf(folder, sizeof(folder), "quarantine/%s/", id.hex);
    enum err e = make_folders(fs, dir, folder);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !e; i++) {
        e = move_one(fs, dir, folder, names[i]);
    }
    if (!e) e = path_of(&p, dir, folder, ".");
    if (!e) e = fs_sync(fs, p.z);
    if (!e) e = fs_sync(fs, dir);
    if (!e) e = path_of(&p, dir, "", MARKER);
    if (!e) e = fs_remove(fs, p.z);
    if (e) return e;
    log_error("cache: the damaged file lies in %s/%s; a new incarnation begins", dir, folder);
    return fs_sync(fs, dir);
}

enum err cache_quarantine(struct fs *fs, const char *data_dir, struct env *env)
{
    struct path marker;
    struct id id = id_new(env);
    enum err e = path_of(&marker, data_dir, "", MARKER);
    if (!e) e = fs_replace(fs, marker.z, id_str(&id), 0600);
    return e ? e : move_all(fs, data_dir, id);
}

enum err cache_quarantine_resume(struct fs *fs, const char *data_dir)
{
    struct path marker;
    struct buf text;
    struct id id;
    enum err e = path_of(&marker, data_dir, "", MARKER);
    if (e) return e;
    buf_init(&text, ID_HEX_BYTES);
    e = buf_read_file(&text, marker.z);
    if (e == ERR_NOT_FOUND) {
        buf_deinit(&text);
        return ERR_OK;
    }
    if (!e && !id_parse(buf_str(&text), &id)) {
        log_error("%s: not the name of a folder", marker.z);
        e = ERR_CORRUPT;
    }
    buf_deinit(&text);
    return e ? e : move_all(fs, data_dir, id);
}
