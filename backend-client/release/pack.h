// How content travels: zstd frames (RFC 8878), alone or as a patch against what the receiver has
// (`zstd --patch-from`): twenty edited statutes travel as a few kilobytes. What is unpacked is then
// checked against its hash, so a frame is believed nothing.
#ifndef RELEASE_PACK_H
#define RELEASE_PACK_H

#include "base/buf.h"

// `base` is the older content, or empty. Adds one frame to `out`.
MUST_USE enum err pack_add(struct str bytes, struct str base, struct buf *out);

// At most `bytes_max` and `out`'s ceiling. ERR_CORRUPT for anything but one whole frame made with this
// `base`; ERR_TOO_BIG where it would become more. Not logged.
MUST_USE enum err pack_open(struct str frame, struct str base, size_t bytes_max, struct buf *out);

#endif
