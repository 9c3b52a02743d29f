// Base64 (RFC 4648 section 4, with padding), both ways. Strict when reading: no blanks, no line
// ends, no missing or doubled padding, no stray bits.
#ifndef CRYPT_BASE64_H
#define CRYPT_BASE64_H

#include "base/buf.h"

#define BASE64_ROOM(bytes) (((bytes) + 2) / 3 * 4 + 1) // text with its NUL

void base64_add(struct buf *out, const unsigned char *bytes, size_t count);
struct str base64_text(struct arena *a, const unsigned char *bytes, size_t count);

// At most `bytes_max` into `bytes`; false leaves `*count` as it was.
MUST_USE bool base64_parse(struct str text, unsigned char *bytes, size_t bytes_max, size_t *count);

// Exactly `count` bytes.
MUST_USE bool base64_parse_exact(struct str text, unsigned char *bytes, size_t count);

#endif
