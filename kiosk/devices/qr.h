// QR codes (ISO/IEC 18004) as dots: version 3 or larger, error correction M, bytes as they are. The
// quiet zone of four modules is part of the picture.
#ifndef DEVICES_QR_H
#define DEVICES_QR_H

#include "draw/draw.h"

#define QR_TEXT_BYTES_MAX 150 // version 9 at level M holds 180
#define QR_QUIET_MODULES  4
#define QR_MODULES_MAX    (17 + 4 * 9 + 2 * QR_QUIET_MODULES)

// One dot a module; bytes live in `arena`. ERR_TOO_BIG, ERR_BAD_INPUT (empty or a NUL within).
MUST_USE enum err qr_make(struct arena *arena, struct str text, struct draw_bits *out);

#endif
