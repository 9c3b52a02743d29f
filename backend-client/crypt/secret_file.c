#include "crypt/secret_file.h"

#include "base/buf.h"
#include "base/id.h"
#include "base/log.h"

#include <errno.h>
#include <sys/stat.h>

enum err secret_file_write(struct fs *fs, const char *path, const unsigned char *bytes,
                           size_t count)
{
    CHECK(count > 0 && count <= SECRET_BYTES_MAX);
    char line[2 * SECRET_BYTES_MAX + 2];
    hex_from_bytes(bytes, count, line);
    line[2 * count] = '\n';
    enum err e = fs_replace(fs, path, (struct str){line, 2 * count + 1}, 0400);
    memory_wipe(line, sizeof(line));
    return e;
}

static enum err private_check(const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0) {
        if (errno == ENOENT) return ERR_NOT_FOUND;
        log_error("%s: cannot look at it: %s", path, log_errno());
        return ERR_IO;
    }
    if ((st.st_mode & 077) != 0) {
        log_error(
            "%s: others may read this secret (mode %03o): close it with chmod 400, and ask who has read it",
            path, (unsigned)st.st_mode & 0777);
        return ERR_AUTH;
    }
    return ERR_OK;
}

enum err secret_file_read(const char *path, unsigned char *bytes, size_t count)
{
    CHECK(count > 0 && count <= SECRET_BYTES_MAX);
    enum err e = private_check(path);
    if (e) return e;
    struct buf text;
    buf_init(&text, 2 * SECRET_BYTES_MAX + 2);
    e = buf_read_file(&text, path);
    if (!e && !hex_to_bytes(str_trim(buf_str(&text)), bytes, count)) {
        log_error("%s: not a secret of %zu bytes in hex", path, count);
        e = ERR_CORRUPT;
    }
    buf_deinit(&text);
    return e;
}
