// Detached signature files as minisign makes and checks them (jedisct1.github.io/minisign, "ED":
// Ed25519 over the BLAKE2b-512 of the file), so that anybody can check a content release with
// Debian's own tool: `minisign -V -p KEY.pub -x FILE.KEYID.minisig -m FILE`.
//
// A signature file has four lines: untrusted comment, base64 of algorithm ‖ key id ‖ signature,
// trusted comment, base64 of the signature over (signature ‖ trusted comment).
// The key id is the first 8 bytes of SHA-256 of the public key; as text it reads the way minisign
// shows it (a little-endian number), in lower case.
#ifndef CRYPT_MINISIG_H
#define CRYPT_MINISIG_H

#include "base/buf.h"
#include "crypt/sign.h"

#define MINISIG_KEY_ID_BYTES      8
#define MINISIG_KEY_ID_HEX_BYTES  16
#define MINISIG_COMMENT_BYTES_MAX 256
#define MINISIG_FILE_BYTES_MAX    1024

struct minisig_key_id {
    char hex[MINISIG_KEY_ID_HEX_BYTES + 1];
};

struct minisig_key_id minisig_key_id(const struct crypt_public_key *key);

// The content of a .minisig file. `comment` is one line of printable text, signed with the rest.
void minisig_sign(const struct crypt_key_pair *pair, struct str bytes, struct str comment,
                  struct buf *out);

// False for a wrong key, changed bytes, a changed comment or any other form. `comment` (may be NULL)
// is the trusted comment, a slice of `file`.
MUST_USE bool minisig_verify(const struct crypt_public_key *key, struct str bytes, struct str file,
                             struct str *comment);

// The content of a .pub file.
void minisig_public_key_text(const struct crypt_public_key *key, struct buf *out);

#endif
