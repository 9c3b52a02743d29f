// The kiosk's ledger on disk: DATA/kiosk.db, written by one connection of one thread (the keeper).
//
// At the opening the whole file is read, and the operation log is chained anew. A file that is damaged
// is moved with its -wal and -shm into DATA/quarantine/<id>/, never deleted, because sealed operations
// may be recovered from it; then a new file begins with a new incarnation, so the centre never takes
// the one's operations for the other's. Readers (cache.h) open after this.
#ifndef CACHE_CACHE_LEDGER_H
#define CACHE_CACHE_LEDGER_H

#include "base/fs.h"
#include "cache/ledger.h"
#include "db/db.h"

#define CACHE_LEDGER_ARENA_BYTES (64 * 1024) // what an opening takes of its arena
#define CACHE_OTHER_ROWS_MAX     4000        // of kinds this program does not know
#define CACHE_KEEP_MS            (2 * DATE_DAY_MS)
#define CACHE_KEEP_SITTING_MS    (8 * DATE_DAY_MS) // the board shows a week from its Monday
#define CACHE_SWEEP_MAX          64                // rows of each table in one sweep

struct cache_ledger {
    struct ledger ledger; // first: `&l->ledger` goes to sync
    struct db *db;
    bool is_new;         // this opening began a new incarnation
    bool is_quarantined; // because the old file was damaged
};

// Lives in `arena` and must be closed. Makes the folder where it is missing. ERR_BAD_INPUT where a
// newer program wrote the file: it is left alone.
MUST_USE enum err cache_ledger_open(struct arena *arena, const char *data_dir, struct env *env,
                                    struct cache_ledger **out);
// The file at hand goes with everything else this kiosk is and has (cache_wipe), and a new one begins.
MUST_USE enum err cache_ledger_wipe(struct cache_ledger *l, struct arena *arena,
                                    const char *data_dir, struct env *env);
void cache_ledger_close(struct cache_ledger *l); // NULL is fine

// Operations to send, as they were written.
struct cache_batch {
    int64_t from;
    struct crypt_hash prev; // hash before the first
    struct str ops[OP_BATCH_MAX];
    int64_t had_epoch[OP_BATCH_MAX]; // the epoch a pool sale was answered with; 0: none was
    int count;                       // 0 where nothing waits
};

// From operation `from` on, as many as the limits allow but one at least; texts live in `arena`, which
// has room for `bytes_max` + OP_BYTES_MAX. ERR_NOT_FOUND where `from` has been forgotten. Outside of a
// transaction.
MUST_USE enum err cache_ledger_batch(struct cache_ledger *l, struct arena *arena, int64_t from,
                                     int count_max, size_t bytes_max, struct cache_batch *out);

// Operations the centre has not answered.
MUST_USE enum err cache_ledger_unsent(struct cache_ledger *l, int64_t *count);

// A booking as it is to be cancelled or checked in: what was written here, else what the centre tells of
// this site's, marked foreign.
MUST_USE enum err cache_ledger_find(struct cache_ledger *l, struct booking_id id,
                                    struct ledger_booking *out);

// This life of the file is over for the centre: it is set aside like a damaged one, and a new life
// begins in a new file. Takes some of the arena `l` lives in; readers must open anew.
MUST_USE enum err cache_ledger_renew(struct cache_ledger *l, struct arena *arena,
                                     const char *data_dir, struct env *env);

// The content release the centre says is in force; 0: none yet.
MUST_USE enum err cache_ledger_release(struct cache_ledger *l, int64_t *version);

// The key under which this site's PINs are hashed. ERR_NOT_FOUND before the centre has told it. Wipe
// it after use.
MUST_USE enum err cache_ledger_pin_key(struct cache_ledger *l, struct crypt_key *out);

// Forgets a little of what nobody needs any more, and overwrites it in the file: operations that are
// safe at the centre, and what hung on sittings that ended CACHE_KEEP_MS ago, by the clock and by the
// floor of the clock. `more` says that another call would find something. One transaction.
MUST_USE enum err cache_ledger_sweep(struct cache_ledger *l, int64_t now_ms, bool *more);

#endif
