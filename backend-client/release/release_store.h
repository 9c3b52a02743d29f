// The content of one kiosk, on its disk. Whatever happens between two operations, the kiosk shows the
// release it showed before, whole, or the new one, whole.
//
//   DIR/root.json        the root believed now            DIR/b/ab/SHA256   files
//   DIR/timestamp.json   the timestamp believed now       DIR/b/ab/SHA256.part   on their way
//   DIR/m/SHA256.json    manifests                        DIR/current, DIR/previous   a manifest's hash
//
// A round, by whoever fetches: release_store_root until it has no more; release_store_timestamp;
// release_store_manifest where release_store_wants_manifest says so; for each index that
// release_store_next_missing gives, release_store_part and release_store_part_end;
// release_store_switch; release_store_clean. Every step may be repeated. What is not accepted is told
// by a verdict and changes nothing.
//
// Threads: one writes; others may read files with blob_read.
#ifndef RELEASE_RELEASE_STORE_H
#define RELEASE_RELEASE_STORE_H

#include "base/fs.h"
#include "release/trust.h"

struct release_store {
    struct fs *fs;   // kept
    const char *dir; // kept
    struct str app;  // kept: this program's version
    struct trust trust;
    bool has_root;
    bool has_timestamp;
    struct timestamp timestamp;

    bool has_current; // what is shown
    struct crypt_hash current_hash;
    struct manifest current;
    struct arena current_arena;

    bool has_staged; // what the timestamp names, if it is not the current one and was fetched
    struct manifest staged;
    struct arena staged_arena;
};

// An empty or missing DIR is an empty store. What is damaged is treated as missing: a damaged current
// release falls back to the previous one. To be closed in every case.
MUST_USE enum err release_store_open(struct release_store *s, struct fs *fs, const char *dir,
                                     struct str app);
void release_store_close(struct release_store *s);

// The root of the enrolment, believed as it is. With a root in DIR already, only the same or a newer one
// is taken.
MUST_USE enum err release_store_pin(struct release_store *s, struct str root_bytes,
                                    enum trust_verdict *verdict);

struct release_signed {
    struct str bytes;
    const struct trust_signature *signatures;
    size_t count;
};

MUST_USE enum err release_store_root(struct release_store *s, const struct release_signed *next,
                                     enum trust_verdict *verdict);
MUST_USE enum err release_store_timestamp(struct release_store *s,
                                          const struct release_signed *signed_timestamp,
                                          int64_t now_ms, enum trust_verdict *verdict);

// Whether the manifest of the timestamp is still to be fetched.
bool release_store_wants_manifest(const struct release_store *s);
MUST_USE enum err release_store_manifest(struct release_store *s,
                                         const struct release_signed *manifest, int64_t now_ms,
                                         enum trust_verdict *verdict);

// The index in staged.files of the first file at or after `from` that is not here whole; SIZE_MAX where
// there is none. Looks at sizes only; release_store_switch hashes.
size_t release_store_next_missing(const struct release_store *s, size_t from);

// How much of the file is here already: where a fetch goes on.
int64_t release_store_part_bytes(const struct release_store *s, size_t index);

// More of the file, from `offset` on. TRUST_TOO_BIG past the size that the manifest names (the part is
// dropped).
MUST_USE enum err release_store_part(struct release_store *s, size_t index, int64_t offset,
                                     struct str bytes, enum trust_verdict *verdict);

// The part is whole: hashed, renamed, durable. TRUST_WRONG_HASH drops it.
MUST_USE enum err release_store_part_end(struct release_store *s, size_t index,
                                         enum trust_verdict *verdict);

// Shows the staged release, if every file of it is here and hashes to its name; else TRUST_WRONG_HASH,
// and the damaged files are missing again. TRUST_APP_OLD where
// the release wants a newer program: it waits. TRUST_SAME: nothing is staged.
MUST_USE enum err release_store_switch(struct release_store *s, enum trust_verdict *verdict);

// Deletes files and manifests that neither the current, the previous nor the staged release names.
MUST_USE enum err release_store_clean(struct release_store *s);

// The file's content, hashed while reading. A damaged file is removed and is missing from then on:
// ERR_CORRUPT now, and release_store_repair makes the next round fetch it.
MUST_USE enum err release_store_read(struct release_store *s, const struct crypt_hash *hash,
                                     struct buf *out);

// Stages the current release again, so that what it lost is fetched. Nothing, where another is staged.
MUST_USE enum err release_store_repair(struct release_store *s);

#endif
