// Growing bytes with a ceiling given at init. What would go past the ceiling is not added and the
// buffer remembers it, so a chain of additions is checked once, at its end.
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/err.h"
#include "base/str.h"

struct buf {
    char *bytes; // owned; not NUL-terminated
    size_t len;
    size_t room;
    size_t bytes_max;
    bool overflowed;
};

void buf_init(struct buf *b, size_t bytes_max); // allocates nothing yet
void buf_deinit(struct buf *b);                 // leaves quietly on a zeroed buffer
void buf_clear(struct buf *b);                  // empty again, memory kept

void buf_add(struct buf *b, struct str s);
void buf_add_z(struct buf *b, const char *z);
PRINTF_LIKE(2, 3) void buf_addf(struct buf *b, const char *format, ...);

struct str buf_str(const struct buf *b);        // borrowed until the next change
MUST_USE enum err buf_err(const struct buf *b); // ERR_TOO_BIG once anything did not fit

// A whole file, at most the buffer's ceiling. ERR_NOT_FOUND is not logged, the rest is.
MUST_USE enum err buf_read_file(struct buf *b, const char *path);

#endif
