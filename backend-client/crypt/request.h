// How a kiosk signs its requests: one fixed profile of RFC 9421 (HTTP Message Signatures) with
// Ed25519, and RFC 9530 for the body's digest. The kiosk and the centre build the signature base
// with the same function; the centre accepts this list of components, in this order, under the label
// `k`, and nothing else.
//
//   Content-Digest: sha-256=:<base64>:
//   X-Kiosk-Inc: <incarnation>
//   Signature-Input: k=("@method" "@authority" "@path" "@query" "content-digest" "x-kiosk-inc")
//                    ;created=<seconds>;keyid="<device>";alg="ed25519";tag="kiosk1"   (one line)
//   Signature: k=:<base64>:
//
// `created` is for the log and never a reason to refuse: a kiosk whose clock is wrong must not be
// locked out, and every request is harmless when repeated.
#ifndef CRYPT_REQUEST_H
#define CRYPT_REQUEST_H

#include "crypt/sign.h"

#define REQUEST_PART_BYTES_MAX      2048 // path and query, each
#define REQUEST_DIGEST_ROOM         (sizeof("sha-256=:") + 44 + 1)
#define REQUEST_INPUT_BYTES_MAX     256
#define REQUEST_SIGNATURE_BYTES_MAX 96

// All borrowed. `path` and `query` are the raw bytes of the request line; `query` without its '?'.
struct request_parts {
    struct str method;    // "GET", "HEAD", "POST"
    struct str authority; // the Host field; compared in lower case
    struct str path;
    struct str query;
    struct str content_digest; // the field as sent
    struct str inc;            // the X-Kiosk-Inc field, 32 hex digits
    struct str keyid;          // the device id, 32 hex digits
    int64_t created_s;
};

struct request_signature {
    char input[REQUEST_INPUT_BYTES_MAX];         // value of Signature-Input
    char signature[REQUEST_SIGNATURE_BYTES_MAX]; // value of Signature
};

// The value of Content-Digest for a body, the empty one too.
struct str request_digest(struct arena *a, struct str body);
MUST_USE bool request_digest_matches(struct str field, struct str body);

// ERR_BAD_INPUT where a part holds what could not stand in a request line or field as it is:
// blanks, control characters, quotes, bytes past ASCII.
MUST_USE enum err request_sign(const struct crypt_key_pair *pair, const struct request_parts *parts,
                               struct request_signature *out);

// Reads keyid and created out of Signature-Input, so that the key can be looked up. False for every
// other form than the profile's. `keyid` is a slice of `field`.
MUST_USE bool request_input_parse(struct str field, struct str *keyid, int64_t *created_s);

// `parts` with keyid and created as request_input_parse gave them; `field` is the value of Signature.
MUST_USE bool request_verify(const struct crypt_public_key *key, const struct request_parts *parts,
                             struct str field);

#endif
