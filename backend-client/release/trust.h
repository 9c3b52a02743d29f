// What a kiosk believes about content, step by step (protocol 2.10, The Update Framework section 5):
// pure decisions over bytes. Fetching is `net`'s, storing is release_store's.
//
// One round: trust_root for N+1, N+2 … until there is none; trust_timestamp; trust_manifest;
// trust_blob for every file. Any other answer than OK leaves `trust` as it was, and what the kiosk
// shows stays as it is.
#ifndef RELEASE_TRUST_H
#define RELEASE_TRUST_H

#include "release/manifest.h"

#define TRUST_ROOT_STEPS_MAX 1024 // in one round

enum trust_verdict {
#define TRUST(name, word) TRUST_##name,
#include "release/trust.def"
#undef TRUST
    TRUST_VERDICT_COUNT
};

// The versions are those already accepted: 0 before the first. They never go down, but for a root
// that changes a timestamp or content key: what a stolen key had said is then forgotten
// (fast-forward recovery).
struct trust {
    struct root root;
    int64_t timestamp_version;
    int64_t manifest_version;
};

// One detached signature file, NAME.KEYID.minisig.
struct trust_signature {
    struct str file;
};

const char *trust_word(enum trust_verdict verdict);

// The root that came with the program or the enrolment: believed as it is.
MUST_USE enum trust_verdict trust_init(struct trust *trust, struct str root_bytes);

// The next root: version exactly one higher, signed by the thresholds of both the old and the new one.
// An expired one is accepted here (a newer may follow) and refused by the next steps.
MUST_USE enum trust_verdict trust_root(struct trust *trust, struct str bytes,
                                       const struct trust_signature *signatures, size_t count);

// SAME for the version already trusted. Expired or not, an older one is ROLLBACK. Accepting it is the
// caller's last step before trust_manifest; `out` names the manifest to fetch.
MUST_USE enum trust_verdict trust_timestamp(struct trust *trust, struct str bytes,
                                            const struct trust_signature *signatures, size_t count,
                                            int64_t now_ms, struct timestamp *out);

// The manifest that `timestamp` names, to the byte. Lives in `a`.
struct trust_manifest_input {
    struct str bytes;
    const struct trust_signature *signatures;
    size_t count;
};
MUST_USE enum trust_verdict trust_manifest(const struct trust *trust,
                                           const struct timestamp *timestamp,
                                           const struct trust_manifest_input *input, int64_t now_ms,
                                           struct arena *a, struct manifest *out);

// A file's content against its row.
MUST_USE enum trust_verdict trust_blob(const struct manifest_file *file, struct str bytes);

#endif
