#include "base/buf.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUF_ROOM_MIN 256

void buf_init(struct buf *b, size_t bytes_max)
{
    CHECK(bytes_max > 0);
    *b = (struct buf){.bytes_max = bytes_max};
}

void buf_deinit(struct buf *b)
{
    if (b->bytes) memory_wipe(b->bytes, b->room);
    free(b->bytes);
    *b = (struct buf){0};
}

void buf_clear(struct buf *b)
{
    b->len = 0;
    b->overflowed = false;
}

static bool reserve(struct buf *b, size_t more)
{
    CHECK(b->bytes_max > 0);
    if (b->overflowed || more > b->bytes_max - b->len) {
        b->overflowed = true;
        return false;
    }
    size_t need = b->len + more;
    if (need <= b->room) return true;
    size_t room = b->room ? b->room : BUF_ROOM_MIN;
    while (room < need) {
        room *= 2;
    }
    if (room > b->bytes_max) room = b->bytes_max;
    b->bytes = realloc(b->bytes, room);
    CHECK(b->bytes);
    b->room = room;
    return true;
}

void buf_add(struct buf *b, struct str s)
{
    if (s.len == 0 || !reserve(b, s.len)) return;
    memcpy(b->bytes + b->len, s.ptr, s.len);
    b->len += s.len;
}

void buf_add_z(struct buf *b, const char *z)
{
    buf_add(b, str_from_z(z));
}

void buf_addf(struct buf *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    CHECK(len >= 0);
    // vsnprintf wants room for its NUL, which is not counted as content.
    if (reserve(b, (size_t)len + 1)) {
        vsnprintf(b->bytes + b->len, (size_t)len + 1, format, again);
        b->len += (size_t)len;
    }
    va_end(again);
}

struct str buf_str(const struct buf *b)
{
    return (struct str){b->bytes, b->len};
}

enum err buf_err(const struct buf *b)
{
    return b->overflowed ? ERR_TOO_BIG : ERR_OK;
}

static enum err read_all(struct buf *b, int fd, const char *path)
{
    for (;;) {
        size_t ask = b->bytes_max - b->len < 65536 ? b->bytes_max - b->len : 65536;
        if (ask == 0) ask = 1; // one byte past the ceiling tells a full file from a longer one
        char past;
        bool at_ceiling = b->len == b->bytes_max;
        if (!at_ceiling && !reserve(b, ask)) return ERR_TOO_BIG;
        ssize_t got = read(fd, at_ceiling ? &past : b->bytes + b->len, ask);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) {
            log_error("%s: cannot read: %s", path, log_errno());
            return ERR_IO;
        }
        if (got == 0) return ERR_OK;
        if (at_ceiling) {
            log_error("%s: more than %zu bytes", path, b->bytes_max);
            b->overflowed = true;
            return ERR_TOO_BIG;
        }
        b->len += (size_t)got;
    }
}

enum err buf_read_file(struct buf *b, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT) return ERR_NOT_FOUND;
    if (fd < 0) {
        log_error("%s: cannot open: %s", path, log_errno());
        return ERR_IO;
    }
    enum err e = read_all(b, fd, path);
    close(fd);
    return e;
}
