// From one release to the next in two frames (release/pack.h) instead of a request a file: the new
// manifest against the old one, and all new files against the old ones of the same paths. Twenty edited
// statutes of thousands travel as a few kilobytes.
//
// Both sides build the same two texts, so a frame carries no list:
//   new = the files of TO, in its order, whose content FROM does not have, one behind the other
//   old = for each of them the file of FROM with the same path, where there is one
// A kiosk without a release asks with the zeroed hash as FROM: `old` is then empty.
#ifndef RELEASE_UPDATE_H
#define RELEASE_UPDATE_H

#include "release/release_store.h"

#define UPDATE_BYTES_MAX ((size_t)64 * 1024 * 1024) // of each text; over it: file by file

// At the centre. Deterministic, so an answer can be kept under its two names. ERR_NOT_FOUND where DIR
// lacks one of the releases; ERR_TOO_BIG over the limit.
MUST_USE enum err update_pack_manifest(const char *dir, const struct crypt_hash *from,
                                       const struct crypt_hash *to, struct buf *out);
MUST_USE enum err update_pack_files(const char *dir, const struct crypt_hash *from,
                                    const struct crypt_hash *to, struct buf *out);

// On the kiosk. What release_store wants as FROM: its current release's hash, or the zeroed one.
struct crypt_hash update_from(const struct release_store *s);

// The manifest's bytes out of the frame, still to be given to release_store_manifest. ERR_CORRUPT for a
// frame that does not fit (not logged).
MUST_USE enum err update_open_manifest(const struct release_store *s, struct str frame,
                                       struct buf *out);

// Stores every file of the staged release that the frame brings; each is checked against its hash as if
// it had come alone. TRUST_WRONG_HASH: the frame does not fit, fetch file by file.
MUST_USE enum err update_apply_files(struct release_store *s, struct str frame,
                                     enum trust_verdict *verdict);

#endif
