#include "base/fs.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum err fs_write(struct fs *fs, const char *path, int64_t offset, struct str bytes, int mode)
{
    return fs->ops->write(fs, path, offset, bytes, mode);
}

enum err fs_sync(struct fs *fs, const char *path)
{
    return fs->ops->sync(fs, path);
}

enum err fs_sync_all(struct fs *fs, const char *path)
{
    return fs->ops->sync_all(fs, path);
}

enum err fs_rename(struct fs *fs, const char *from, const char *to)
{
    return fs->ops->rename(fs, from, to);
}

enum err fs_make_dir(struct fs *fs, const char *path)
{
    return fs->ops->make_dir(fs, path);
}

enum err fs_remove(struct fs *fs, const char *path)
{
    return fs->ops->remove(fs, path);
}

enum err fs_sync_parent(struct fs *fs, const char *path)
{
    char dir[FS_PATH_BYTES_MAX];
    const char *slash = strrchr(path, '/');
    size_t len = slash ? (size_t)(slash - path) : 0;
    if (len >= sizeof(dir)) return ERR_TOO_BIG;
    if (!slash) return fs_sync(fs, ".");
    if (len == 0) return fs_sync(fs, "/");
    memcpy(dir, path, len);
    dir[len] = '\0';
    return fs_sync(fs, dir);
}

enum err fs_replace(struct fs *fs, const char *path, struct str bytes, int mode)
{
    char temporary[FS_PATH_BYTES_MAX];
    int len = snprintf(temporary, sizeof(temporary), "%s.tmp", path);
    if (len < 0 || (size_t)len >= sizeof(temporary)) {
        log_error("%.80s: the path is too long", path);
        return ERR_TOO_BIG;
    }
    enum err e = fs_remove(fs, temporary); // left by a run that was killed, perhaps read-only
    if (!e) e = fs_write(fs, temporary, 0, bytes, mode);
    if (!e) e = fs_sync(fs, temporary);
    if (!e) e = fs_rename(fs, temporary, path);
    if (!e) e = fs_sync_parent(fs, path);
    return e;
}

static enum err failed(const char *what, const char *path)
{
    enum err e = errno == ENOSPC || errno == EDQUOT ? ERR_FULL : ERR_IO;
    log_error("%s: cannot %s: %s", path, what, log_errno());
    return e;
}

static enum err write_at(int fd, const char *path, int64_t offset, struct str bytes)
{
    size_t done = 0;
    while (done < bytes.len) {
        ssize_t n = pwrite(fd, bytes.ptr + done, bytes.len - done, (off_t)offset + (off_t)done);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return failed("write", path);
        done += (size_t)n;
    }
    if (ftruncate(fd, (off_t)offset + (off_t)bytes.len) != 0) return failed("cut", path);
    return ERR_OK;
}

static enum err system_write(struct fs *fs, const char *path, int64_t offset, struct str bytes,
                             int mode)
{
    (void)fs;
    CHECK(offset >= 0);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, (mode_t)mode);
    if (fd < 0) return failed("open for writing", path);
    enum err e = write_at(fd, path, offset, bytes);
    if (close(fd) != 0 && !e) e = failed("close", path);
    return e;
}

static enum err system_sync(struct fs *fs, const char *path)
{
    (void)fs;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return failed("open for syncing", path);
    enum err e = fsync(fd) == 0 ? ERR_OK : failed("sync", path);
    close(fd);
    return e;
}

static enum err system_sync_all(struct fs *fs, const char *path)
{
    (void)fs;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return failed("open for syncing", path);
    enum err e = syncfs(fd) == 0 ? ERR_OK : failed("sync the file system of", path);
    close(fd);
    return e;
}

static enum err system_rename(struct fs *fs, const char *from, const char *to)
{
    (void)fs;
    return rename(from, to) == 0 ? ERR_OK : failed("rename", from);
}

static enum err system_make_dir(struct fs *fs, const char *path)
{
    (void)fs;
    if (mkdir(path, 0750) == 0 || errno == EEXIST) return ERR_OK;
    return failed("make the directory", path);
}

static enum err system_remove(struct fs *fs, const char *path)
{
    (void)fs;
    if (unlink(path) == 0 || errno == ENOENT) return ERR_OK;
    return failed("remove", path);
}

static const struct fs_ops system_ops = {system_write,  system_sync,     system_sync_all,
                                         system_rename, system_make_dir, system_remove};

void fs_system_init(struct fs *fs)
{
    *fs = (struct fs){&system_ops};
}
