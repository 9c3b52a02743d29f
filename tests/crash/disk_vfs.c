// The disk as SQLite sees it. Locks are kept although there is one thread: the store has a writer and
// a reader.
#include "base/check.h"
#include "crash/disk_own.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLOCK_MS INT64_C(212639342400000) // a Julian day in milliseconds

struct file {
    sqlite3_file base;      // first
    struct disk_name *name; // NULL: a temporary file
    struct disk_node *node;
    int lock;
    int shared; // shared-memory locks, as bits
    int exclusive;
};

static struct file *open_files[DISK_OPEN_MAX];

int disk_open_count(void)
{
    int count = 0;
    for (int i = 0; i < DISK_OPEN_MAX; i++) {
        if (open_files[i]) count++;
    }
    return count;
}

static struct file *self(sqlite3_file *file)
{
    return (struct file *)(void *)file;
}

static const char *kind_of(const struct disk_name *name)
{
    size_t len = strlen(name->path);
    if (len > 4 && strcmp(name->path + len - 4, "-wal") == 0) return "wal";
    if (len > 8 && strcmp(name->path + len - 8, "-journal") == 0) return "journal";
    return "db";
}

// Whether the power is still there for this change.
static bool may_change(const struct disk_name *name, const char *what)
{
    if (the_disk.is_cut) return false;
    if (++the_disk.changes != the_disk.cut_at) return true;
    the_disk.is_cut = true;
    snprintf(the_disk.cut_what, sizeof(the_disk.cut_what), "%s %s", kind_of(name), what);
    return false;
}

static bool fails(enum disk_fault kind)
{
    bool it_is = ++the_disk.calls[kind] == the_disk.fault_at && the_disk.fault == kind;
    if (it_is) the_disk.has_failed = true;
    return it_is;
}

static int disk_close(sqlite3_file *file)
{
    for (int i = 0; i < DISK_OPEN_MAX; i++) {
        if (open_files[i] == self(file)) open_files[i] = NULL;
    }
    return SQLITE_OK;
}

static int disk_read(sqlite3_file *file, void *to, int count, sqlite3_int64 offset)
{
    const struct disk_bytes *b = &self(file)->node->now;
    size_t want = (size_t)count;
    size_t at = (size_t)offset;
    if (the_disk.is_cut) return SQLITE_IOERR_READ;
    bool is_error = fails(DISK_FAULT_READ);
    bool is_short = fails(DISK_FAULT_SHORT);
    if (is_error) return SQLITE_IOERR_READ;
    size_t there = at < b->len ? b->len - at : 0;
    if (there > want) there = want;
    if (is_short) there = disk_random_below(there + 1);
    if (there > 0) memcpy(to, b->at + at, there);
    if (is_short) return SQLITE_IOERR_READ;
    if (there == want) return SQLITE_OK;
    memset((unsigned char *)to + there, 0, want - there);
    return SQLITE_IOERR_SHORT_READ;
}

static int disk_write(sqlite3_file *file, const void *from, int count, sqlite3_int64 offset)
{
    struct file *f = self(file);
    size_t len = (size_t)count;
    if (!f->name) {
        disk_write_bytes(&f->node->now, (size_t)offset, from, len);
        return SQLITE_OK;
    }
    if (!may_change(f->name, "write")) return SQLITE_IOERR_WRITE;
    bool is_error = fails(DISK_FAULT_WRITE);
    bool is_full = fails(DISK_FAULT_FULL);
    if (is_error || is_full) len = disk_random_below(len + 1);
    disk_write_bytes(&f->node->now, (size_t)offset, from, len);
    disk_note(f->node, false, (size_t)offset, from, len);
    if (is_full) return SQLITE_FULL;
    return is_error ? SQLITE_IOERR_WRITE : SQLITE_OK;
}

static int disk_truncate(sqlite3_file *file, sqlite3_int64 len)
{
    struct file *f = self(file);
    if (f->name && !may_change(f->name, "truncation")) return SQLITE_IOERR_TRUNCATE;
    disk_truncate_bytes(&f->node->now, (size_t)len);
    if (f->name) disk_note(f->node, true, (size_t)len, NULL, 0);
    return SQLITE_OK;
}

static int disk_sync(sqlite3_file *file, int flags)
{
    struct file *f = self(file);
    (void)flags;
    if (!f->name) return SQLITE_OK;
    if (!may_change(f->name, "flush")) return SQLITE_IOERR_FSYNC;
    if (fails(DISK_FAULT_FLUSH)) {
        disk_settle(f->node, true);
        return SQLITE_IOERR_FSYNC;
    }
    if (the_disk.flush == DISK_FLUSH_LIES) return SQLITE_OK;
    disk_settle(f->node, false);
    if (f->name->now == f->node) f->name->kept = f->node; // the folder is flushed with a new file
    return SQLITE_OK;
}

static int disk_size(sqlite3_file *file, sqlite3_int64 *len)
{
    *len = (sqlite3_int64)self(file)->node->now.len;
    return the_disk.is_cut ? SQLITE_IOERR_FSTAT : SQLITE_OK;
}

// ---- Locks

static bool others_hold(const struct file *f, int level)
{
    for (int i = 0; i < DISK_OPEN_MAX; i++) {
        const struct file *other = open_files[i];
        if (other && other != f && other->name == f->name && other->lock >= level) return true;
    }
    return false;
}

static int disk_lock(sqlite3_file *file, int level)
{
    struct file *f = self(file);
    if (f->lock >= level) return SQLITE_OK;
    if (level == SQLITE_LOCK_SHARED && others_hold(f, SQLITE_LOCK_PENDING)) return SQLITE_BUSY;
    if (level == SQLITE_LOCK_RESERVED && others_hold(f, SQLITE_LOCK_RESERVED)) return SQLITE_BUSY;
    if (level == SQLITE_LOCK_EXCLUSIVE && others_hold(f, SQLITE_LOCK_SHARED)) {
        f->lock = SQLITE_LOCK_PENDING;
        return SQLITE_BUSY;
    }
    f->lock = level;
    return SQLITE_OK;
}

static int disk_unlock(sqlite3_file *file, int level)
{
    if (self(file)->lock > level) self(file)->lock = level;
    return SQLITE_OK;
}

static int disk_check_reserved(sqlite3_file *file, int *is_held)
{
    const struct file *f = self(file);
    *is_held = f->lock >= SQLITE_LOCK_RESERVED || others_hold(f, SQLITE_LOCK_RESERVED);
    return SQLITE_OK;
}

// ---- Shared memory

static int disk_shm_map(sqlite3_file *file, int region, int bytes, int extend, void volatile **out)
{
    struct disk_name *name = self(file)->name;
    CHECK(region < DISK_SHM_MAX && bytes == DISK_SHM_BYTES);
    if (!name->shm[region] && extend) {
        name->shm[region] = disk_alloc(NULL, DISK_SHM_BYTES);
        memset(name->shm[region], 0, DISK_SHM_BYTES);
    }
    *out = name->shm[region];
    return SQLITE_OK;
}

static int disk_shm_lock(sqlite3_file *file, int first, int count, int flags)
{
    struct file *f = self(file);
    int bits = ((1 << count) - 1) << first;
    int shared = 0;
    int exclusive = 0;
    for (int i = 0; i < DISK_OPEN_MAX; i++) {
        const struct file *other = open_files[i];
        if (!other || other == f || other->name != f->name) continue;
        shared |= other->shared;
        exclusive |= other->exclusive;
    }
    if (flags & SQLITE_SHM_UNLOCK) {
        f->shared &= ~bits;
        f->exclusive &= ~bits;
    } else if (flags & SQLITE_SHM_SHARED) {
        if (exclusive & bits) return SQLITE_BUSY;
        f->shared |= bits;
    } else {
        if ((exclusive | shared) & bits) return SQLITE_BUSY;
        f->exclusive |= bits;
    }
    return SQLITE_OK;
}

static void disk_shm_barrier(sqlite3_file *file)
{
    (void)file;
}

static int disk_shm_unmap(sqlite3_file *file, int remove)
{
    struct disk_name *name = self(file)->name;
    self(file)->shared = self(file)->exclusive = 0;
    for (int r = 0; remove && r < DISK_SHM_MAX; r++) {
        free(name->shm[r]);
        name->shm[r] = NULL;
    }
    return SQLITE_OK;
}

static int disk_control(sqlite3_file *file, int op, void *arg)
{
    (void)file;
    (void)op;
    (void)arg;
    return SQLITE_NOTFOUND;
}

static int disk_sector(sqlite3_file *file)
{
    (void)file;
    return 4096; // as on unix
}

static int disk_character(sqlite3_file *file)
{
    (void)file;
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE; // as on unix
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = disk_close,
    .xRead = disk_read,
    .xWrite = disk_write,
    .xTruncate = disk_truncate,
    .xSync = disk_sync,
    .xFileSize = disk_size,
    .xLock = disk_lock,
    .xUnlock = disk_unlock,
    .xCheckReservedLock = disk_check_reserved,
    .xFileControl = disk_control,
    .xSectorSize = disk_sector,
    .xDeviceCharacteristics = disk_character,
    .xShmMap = disk_shm_map,
    .xShmLock = disk_shm_lock,
    .xShmBarrier = disk_shm_barrier,
    .xShmUnmap = disk_shm_unmap,
};

// ---- Names

static int vfs_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *out)
{
    struct file *f = self(file);
    (void)vfs;
    *f = (struct file){0};
    if (the_disk.is_cut) return SQLITE_CANTOPEN;
    if (path) {
        f->name = disk_name_find(path, true);
        // The program makes an empty file of its own before SQLite opens it.
        bool is_made = (flags & (SQLITE_OPEN_CREATE | SQLITE_OPEN_MAIN_DB)) != 0;
        if (!f->name->now && !is_made) return SQLITE_CANTOPEN;
        if (!f->name->now) f->name->now = disk_node_new();
    }
    f->node = path ? f->name->now : disk_node_new();
    f->base.pMethods = &methods;
    if (out) *out = flags;
    for (int i = 0; i < DISK_OPEN_MAX; i++) {
        if (open_files[i]) continue;
        open_files[i] = f;
        return SQLITE_OK;
    }
    CHECK(!"too many open files");
    return SQLITE_CANTOPEN;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *path, int flush)
{
    struct disk_name *name = disk_name_find(path, false);
    (void)vfs;
    if (!name || !name->now) return SQLITE_IOERR_DELETE_NOENT;
    if (!may_change(name, "removal")) return SQLITE_IOERR_DELETE;
    name->now = NULL;
    if (flush && the_disk.flush == DISK_FLUSH_HONEST) name->kept = NULL;
    return SQLITE_OK;
}

static int vfs_access(sqlite3_vfs *vfs, const char *path, int flags, int *out)
{
    const struct disk_name *name = disk_name_find(path, false);
    (void)vfs;
    (void)flags;
    *out = name && name->now && name->now->now.len > 0; // as on unix, an empty journal is none
    return the_disk.is_cut ? SQLITE_IOERR_ACCESS : SQLITE_OK;
}

static int vfs_full_path(sqlite3_vfs *vfs, const char *path, int room, char *out)
{
    (void)vfs;
    snprintf(out, (size_t)room, "%s", path);
    return SQLITE_OK;
}

static int vfs_randomness(sqlite3_vfs *vfs, int count, char *out)
{
    (void)vfs;
    for (int i = 0; i < count; i++) {
        out[i] = (char)disk_random();
    }
    return count;
}

static int vfs_sleep(sqlite3_vfs *vfs, int microseconds)
{
    (void)vfs;
    return microseconds;
}

static int vfs_clock(sqlite3_vfs *vfs, sqlite3_int64 *ms)
{
    (void)vfs;
    *ms = CLOCK_MS;
    return SQLITE_OK;
}

static int vfs_last_error(sqlite3_vfs *vfs, int count, char *out)
{
    (void)vfs;
    (void)count;
    (void)out;
    return 0;
}

static sqlite3_vfs disk_vfs = {
    .iVersion = 2,
    .szOsFile = sizeof(struct file),
    .mxPathname = DISK_PATH_MAX,
    .zName = "crash",
    .xOpen = vfs_open,
    .xDelete = vfs_delete,
    .xAccess = vfs_access,
    .xFullPathname = vfs_full_path,
    .xRandomness = vfs_randomness,
    .xSleep = vfs_sleep,
    .xGetLastError = vfs_last_error,
    .xCurrentTimeInt64 = vfs_clock,
};

void disk_reset_salts(void)
{
    sqlite3_randomness(0, NULL);
}

void disk_mount(void)
{
    CHECK(sqlite3_vfs_register(&disk_vfs, 1) == SQLITE_OK);
}
