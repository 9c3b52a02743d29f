#include "release/trust.h"

#include <string.h>

const char *trust_word(enum trust_verdict verdict)
{
    static const char *const words[] = {
#define TRUST(name, word) word,
#include "release/trust.def"
#undef TRUST
    };
    CHECK((unsigned)verdict < TRUST_VERDICT_COUNT);
    return words[verdict];
}

static enum trust_verdict form_verdict(enum err e)
{
    if (e == ERR_OK) return TRUST_OK;
    return e == ERR_TOO_BIG ? TRUST_TOO_BIG : TRUST_BAD_FORM;
}

static bool any_verifies(const struct crypt_public_key *key, struct str bytes,
                         const struct trust_signature *signatures, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (minisig_verify(key, bytes, signatures[i].file, NULL)) return true;
    }
    return false;
}

// Counts keys, not signatures: the same signature twice is one vote.
static bool is_signed(const struct root *root, enum release_role role, struct str bytes,
                      const struct trust_signature *signatures, size_t count)
{
    if (count > ROOT_KEYS_MAX) return false;
    int votes = 0;
    for (size_t i = 0; i < root->key_count; i++) {
        const struct root_key *k = &root->keys[i];
        if (k->role == role && any_verifies(&k->key, bytes, signatures, count)) votes++;
    }
    CHECK(root->thresholds[role] >= 1);
    return votes >= root->thresholds[role];
}

enum trust_verdict trust_init(struct trust *trust, struct str root_bytes)
{
    struct root root;
    enum err e = root_read(root_bytes, &root);
    if (e) return form_verdict(e);
    *trust = (struct trust){.root = root};
    return TRUST_OK;
}

static bool role_has_key(const struct root *root, enum release_role role,
                         const struct crypt_public_key *key)
{
    for (size_t i = 0; i < root->key_count; i++) {
        if (root->keys[i].role == role &&
            memcmp(root->keys[i].key.bytes, key->bytes, sizeof(key->bytes)) == 0)
            return true;
    }
    return false;
}

// Whether a key of that role was taken away.
static bool lost_a_key(const struct root *before, const struct root *after, enum release_role role)
{
    for (size_t i = 0; i < before->key_count; i++) {
        const struct root_key *k = &before->keys[i];
        if (k->role == role && !role_has_key(after, role, &k->key)) return true;
    }
    return false;
}

enum trust_verdict trust_root(struct trust *trust, struct str bytes,
                              const struct trust_signature *signatures, size_t count)
{
    struct root next;
    enum err e = root_read(bytes, &next);
    if (e) return form_verdict(e);
    if (!is_signed(&trust->root, ROLE_ROOT, bytes, signatures, count)) return TRUST_UNSIGNED;
    if (!is_signed(&next, ROLE_ROOT, bytes, signatures, count)) return TRUST_UNSIGNED;
    if (next.version <= trust->root.version) return TRUST_ROLLBACK;
    if (next.version != trust->root.version + 1) return TRUST_WRONG_VERSION;
    bool timestamp_lost = lost_a_key(&trust->root, &next, ROLE_TIMESTAMP);
    bool content_lost = lost_a_key(&trust->root, &next, ROLE_CONTENT);
    if (timestamp_lost || content_lost) {
        trust->timestamp_version = 0;
        trust->manifest_version = 0;
    }
    trust->root = next;
    return TRUST_OK;
}

enum trust_verdict trust_timestamp(struct trust *trust, struct str bytes,
                                   const struct trust_signature *signatures, size_t count,
                                   int64_t now_ms, struct timestamp *out)
{
    struct timestamp t;
    enum err e = timestamp_read(bytes, &t);
    if (e) return form_verdict(e);
    if (!is_signed(&trust->root, ROLE_TIMESTAMP, bytes, signatures, count)) return TRUST_UNSIGNED;
    if (t.version < trust->timestamp_version) return TRUST_ROLLBACK;
    if (t.manifest_version < trust->manifest_version) return TRUST_ROLLBACK;
    if (trust->root.expires_ms <= now_ms || t.expires_ms <= now_ms) return TRUST_EXPIRED;
    if (t.version == trust->timestamp_version) return TRUST_SAME;
    trust->timestamp_version = t.version;
    trust->manifest_version = t.manifest_version;
    *out = t;
    return TRUST_OK;
}

enum trust_verdict trust_manifest(const struct trust *trust, const struct timestamp *timestamp,
                                  const struct trust_manifest_input *input, int64_t now_ms,
                                  struct arena *a, struct manifest *out)
{
    if (input->bytes.len > MANIFEST_BYTES_MAX) return TRUST_TOO_BIG;
    if ((int64_t)input->bytes.len > timestamp->manifest_bytes) return TRUST_TOO_BIG;
    struct crypt_hash hash = crypt_sha256(input->bytes);
    if (!crypt_hash_eq(&hash, &timestamp->manifest_hash)) return TRUST_WRONG_HASH;
    if (!is_signed(&trust->root, ROLE_CONTENT, input->bytes, input->signatures, input->count))
        return TRUST_UNSIGNED;
    size_t mark = arena_mark(a);
    struct manifest m;
    enum err e = manifest_read(a, input->bytes, &m);
    enum trust_verdict verdict = form_verdict(e);
    if (!e && m.version != timestamp->manifest_version) verdict = TRUST_WRONG_VERSION;
    if (verdict == TRUST_OK && m.expires_ms <= now_ms) verdict = TRUST_EXPIRED;
    if (verdict != TRUST_OK) {
        arena_rewind(a, mark);
        return verdict;
    }
    *out = m;
    return TRUST_OK;
}

enum trust_verdict trust_blob(const struct manifest_file *file, struct str bytes)
{
    if ((int64_t)bytes.len > file->size_bytes) return TRUST_TOO_BIG;
    struct crypt_hash hash = crypt_sha256(bytes);
    if ((int64_t)bytes.len != file->size_bytes || !crypt_hash_eq(&hash, &file->hash))
        return TRUST_WRONG_HASH;
    return TRUST_OK;
}
