// What the files of the ledger share. Internal to `cache`.
#ifndef CACHE_CACHE_FILE_H
#define CACHE_CACHE_FILE_H

#include "cache/cache_ledger.h"

#define CACHE_FILE "kiosk.db"

extern const struct ledger_ops cache_ledger_ops; // cache_ledger.c

// A change that the database refused is a mistake of the program and logged with `what` it was; `e` is
// handed through.
MUST_USE enum err cache_refused(enum err e, const char *what);

// cache_row.c
MUST_USE enum err cache_row_put(struct db *db, const struct feed_row *row);
MUST_USE enum err cache_fact_put(struct db *db, const char *name, int64_t number, struct str text);
MUST_USE enum err cache_rows_drop(struct db *db, enum feed_stream stream);

// Where the log ends on both sides. (cache_log.c)
struct cache_ends {
    int64_t base_seq; // forgotten up to here
    struct crypt_hash base_hash;
    int64_t safe;
    int64_t acked;
    int64_t floor_ms;
};

MUST_USE enum err cache_ends_get(struct db *db, struct cache_ends *out);
MUST_USE enum err cache_op_hash(struct db *db, int64_t seq, struct crypt_hash *out);

// The key of this site's PINs; ERR_NOT_FOUND before it is told. (cache_log.c)
MUST_USE enum err cache_pin_key(struct db *db, struct crypt_key *out);

// The log as it is stored, chained from the base on: ERR_CORRUPT where it does not lead to op_seq and
// op_hash. Makes the one row of a new file; `is_new` says so. (cache_chain.c)
MUST_USE enum err cache_chain_check(struct db *db, struct env *env, bool *is_new);

// Moves the three files away (cache_quarantine.c). Killed half-way it is finished by
// cache_quarantine_resume, which every opening calls first: a database without its log would look
// whole and be old.
MUST_USE enum err cache_quarantine(struct fs *fs, const char *data_dir, struct env *env);
MUST_USE enum err cache_quarantine_resume(struct fs *fs, const char *data_dir);

#endif
