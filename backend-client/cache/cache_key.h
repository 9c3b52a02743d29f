// Who this kiosk is: its data folder (owned by one program at a time), the key it signs with, and the
// name the centre has given it. These lie beside the database, so they outlive a damaged one.
#ifndef CACHE_CACHE_KEY_H
#define CACHE_CACHE_KEY_H

#include "base/fs.h"
#include "base/id.h"
#include "crypt/sign.h"

#define CACHE_FINGERPRINT_BYTES 25 // "0123 4567 8901 2345 6789" and its NUL

// DATA/lock. The lock goes with the process, however that ends.
struct cache_lock {
    int fd;
};

// Makes the folder where it is missing (0700). ERR_BUSY where another program has it.
MUST_USE enum err cache_lock_take(struct cache_lock *lock, const char *data_dir);
void cache_lock_release(struct cache_lock *lock); // fine where fd is -1: not held

// DATA/device.key: the seed of the Ed25519 pair, made at the first call out of `env` and never again.
// A damaged or open one is an error: only staff decide that this kiosk becomes another one. Wipe the
// pair after use.
MUST_USE enum err cache_device_key(struct fs *fs, const char *data_dir, struct env *env,
                                   struct crypt_key_pair *out);

// DATA/suspended: the centre has stopped this kiosk, and a new start does not change that.
MUST_USE enum err cache_suspended_put(struct fs *fs, const char *data_dir, bool is_suspended);
bool cache_is_suspended(const char *data_dir);

// The centre has written this kiosk off: the key, the name, the database and what was set aside of it go
// for good. Close the ledger first. Killed half-way, it is finished by cache_wipe_resume, which every
// start calls before it opens anything.
MUST_USE enum err cache_wipe(struct fs *fs, const char *data_dir);
MUST_USE enum err cache_wipe_resume(struct fs *fs, const char *data_dir);

// What staff compare on both screens at enrolment: five groups of four digits out of the SHA-256 of the
// public key.
void cache_fingerprint(const struct crypt_public_key *key, char text[CACHE_FINGERPRINT_BYTES]);

// DATA/kiosk.id: the name the centre gave at enrolment. ERR_NOT_FOUND before that.
MUST_USE enum err cache_kiosk_id_get(const char *data_dir, struct id *out);
MUST_USE enum err cache_kiosk_id_put(struct fs *fs, const char *data_dir, struct id id);

#endif
