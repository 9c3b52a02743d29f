// The three signed files of a content release (protocol 2.10; The Update Framework, with the manifest
// complete so that no snapshot role is needed). All are JSON, read strictly and written so that the
// same values are always the same bytes. Signatures lie beside them (release/trust.h).
//
//   root.N.json     keys, thresholds and the box key to which kiosks seal personal data
//   m/SHA256.json   every file of the release
//   timestamp.json  which manifest is the newest, renewed often, expires soon
#ifndef RELEASE_MANIFEST_H
#define RELEASE_MANIFEST_H

#include "base/buf.h"
#include "crypt/hash.h"
#include "crypt/minisig.h"
#include "crypt/seal.h"
#include "release/content.h"

#define ROOT_BYTES_MAX          (64 * 1024)
#define TIMESTAMP_BYTES_MAX     (16 * 1024)
#define MANIFEST_BYTES_MAX      (8 * 1024 * 1024)
#define MANIFEST_FILES_MAX      40000
#define MANIFEST_FILE_BYTES_MAX ((int64_t)64 * 1024 * 1024)
#define MANIFEST_ARENA_BYTES    ((size_t)32 * 1024 * 1024)
#define ROOT_KEYS_MAX           16
#define RELEASE_APP_BYTES_MAX   32
#define RELEASE_VERSION_MAX     INT64_C(1000000000)

enum release_role { ROLE_ROOT, ROLE_CONTENT, ROLE_TIMESTAMP, ROLE_COUNT };

struct root_key {
    enum release_role role;
    struct crypt_public_key key;
};

struct root {
    int64_t version;
    int64_t expires_ms;
    struct root_key keys[ROOT_KEYS_MAX];
    size_t key_count;
    int thresholds[ROLE_COUNT];
    struct seal_public_key box;
};

struct manifest_file {
    struct str path; // of its source: a name, never opened
    struct crypt_hash hash;
    int64_t size_bytes;
    enum content_kind kind;
    struct str title;
    struct str part;
    struct str category;
    int day;
    int force_day;
    enum content_status status;
};

struct manifest {
    int64_t version;
    struct str min_app;
    int64_t issued_ms;
    int64_t expires_ms;
    struct manifest_file *files; // by path, each path once
    size_t file_count;
};

struct timestamp {
    int64_t version;
    int64_t manifest_version;
    struct crypt_hash manifest_hash;
    int64_t manifest_bytes;
    int64_t expires_ms;
};

const char *release_role_word(enum release_role role);

// ERR_TOO_BIG over the limits above.
MUST_USE enum err root_write(const struct root *root, struct buf *out);
MUST_USE enum err manifest_write(const struct manifest *manifest, struct buf *out);
MUST_USE enum err timestamp_write(const struct timestamp *timestamp, struct buf *out);

// ERR_BAD_INPUT or ERR_TOO_BIG, not logged. A root in which one key stands twice in a role, or whose
// threshold cannot be reached, is not a root. The manifest's texts and files live in `a`
// (MANIFEST_ARENA_BYTES suffice).
MUST_USE enum err root_read(struct str bytes, struct root *out);
MUST_USE enum err manifest_read(struct arena *a, struct str bytes, struct manifest *out);
MUST_USE enum err timestamp_read(struct str bytes, struct timestamp *out);

// Whether program version `own` ("0.10.2") is at least `min_app`: numbers between dots, compared one by
// one, missing ones 0. What is no such version is never enough.
bool release_app_suffices(struct str own, struct str min_app);

// The file with this content, or NULL.
const struct manifest_file *manifest_find(const struct manifest *manifest,
                                          const struct crypt_hash *hash);

// What each version of a law is on that day, anew: of those with one title (and part) that already
// apply, the newest is CURRENT and the others AMENDED; those that apply later are FUTURE. A kiosk asks
// again when the day turns, so a law comes into force without a release. `a` is used and rewound.
void manifest_set_status(struct arena *a, struct manifest *manifest, int day);

#endif
