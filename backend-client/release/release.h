// Making a release at the centre: documents become blobs, blobs become a candidate manifest, and
// whoever holds the keys signs it. The same documents always give the same files list, so importing
// them a second time changes nothing.
//
// In DIR: b/ (release/blob.h), m/SHA256.json, root.N.json, timestamp.json, and beside each of these
// its signatures NAME.KEYID.minisig.
#ifndef RELEASE_RELEASE_H
#define RELEASE_RELEASE_H

#include "base/env.h"
#include "base/fs.h"
#include "release/manifest.h"

#define RELEASE_DAYS_MAX       400 // a manifest's life
#define RELEASE_TIMESTAMP_DAYS 14
#define RELEASE_ROOT_DAYS      730
#define RELEASE_ROOT_KEYS      3
#define RELEASE_ROOT_THRESHOLD 2

// The documents of one release, gathered in any order.
struct release_draft {
    struct fs *fs;   // kept
    const char *dir; // kept
    struct arena arena;
    struct manifest_file *files;
    size_t count;
};

MUST_USE enum err release_draft_init(struct release_draft *draft, struct fs *fs, const char *dir);
void release_draft_deinit(struct release_draft *draft);

// Compiles and stores the document. A path given twice is ERR_CONFLICT when finished; over
// MANIFEST_FILES_MAX it is ERR_TOO_BIG.
MUST_USE enum err release_draft_add(struct release_draft *draft, struct str path,
                                    const struct content_doc *doc);

// A file of the release before, taken over as it is.
MUST_USE enum err release_draft_keep(struct release_draft *draft, const struct manifest_file *file);

struct release_terms {
    struct str min_app;
    int64_t now_ms;
    const struct manifest *before; // the last manifest; NULL: there was none
};

// The candidate: makes the blobs durable, then writes m/SHA256.json unsigned. `changed` is false where
// the files are those of `before`; nothing is written then. `out` lives in the draft.
MUST_USE enum err release_draft_finish(struct release_draft *draft,
                                       const struct release_terms *terms, struct manifest *out,
                                       struct crypt_hash *hash, bool *changed);

// Signs DIR/NAME (root.N.json, m/SHA256.json, timestamp.json) into DIR/NAME.KEYID.minisig.
MUST_USE enum err release_sign(struct fs *fs, const char *dir, const char *name,
                               const struct crypt_key_pair *pair);

// DIR/m/SHA256.json as a manifest in `a`, hash checked. Signatures are not looked at.
MUST_USE enum err release_manifest_load(struct arena *a, const char *dir,
                                        const struct crypt_hash *hash, struct manifest *out);

// The next timestamp for that manifest: version one above the one in DIR (else 1), signed.
MUST_USE enum err release_timestamp_make(struct fs *fs, const char *dir, int64_t now_ms,
                                         const struct crypt_hash *manifest_hash,
                                         const struct crypt_key_pair *pair);

// DIR/timestamp.json, signature not looked at; ERR_NOT_FOUND before the first.
MUST_USE enum err release_timestamp_load(const char *dir, struct timestamp *out);

// The keys of a demo or of one county, made on one machine (a city keeps the root keys apart, offline):
// root-1.key … root-3.key, content.key, timestamp.key, box.key in KEYS (0400), and root.1.json with
// its signatures in DIR. ERR_CONFLICT where there are keys already.
MUST_USE enum err release_keys_make(struct fs *fs, struct env *env, const char *keys,
                                    const char *dir);

// KEYS/NAME.key as a signing key: "content", "timestamp", "root-1" …
MUST_USE enum err release_key_load(const char *keys, const char *name, struct crypt_key_pair *out);

// KEYS/box.key, with which the centre opens what kiosks sealed.
MUST_USE enum err release_box_load(const char *keys, struct seal_key_pair *out);

#endif
