// The centre's data folder: who may touch it, its secrets, its database.
//
//   DIR/lock        held by whoever serves from the folder (flock): one process
//   DIR/centre.db   the database, where it is not a server's
//   DIR/journal     what staff did (store/store.h), where the configuration names no other place
//   DIR/generation  which database belongs here (api/generation.h)
//   DIR/keys        secrets (0400); never in a backup of the database
//   DIR/content     releases (release/release.h); DIR/content/lock, whoever makes one
//   DIR/admin.sock  of a running server (0600)
#ifndef APP_DATA_DIR_H
#define APP_DATA_DIR_H

#include "base/fs.h"
#include "crypt/seal.h"
#include "store/store.h"

#define DATA_DIR_BYTES_MAX   256                        // of its path
#define DATA_DIR_STORE_BYTES ((size_t)40 * 1024 * 1024) // of the arena a store lives in
#define DATA_DIR_DATABASE    "centre.db"
#define DATA_DIR_KEYS        "keys"
#define DATA_DIR_CONTENT     "content"
#define DATA_DIR_SOCKET      "admin.sock"
#define DATA_DIR_JOURNAL     "journal"
#define DATA_DIR_CONN_MAX    1024 // of a conninfo

struct data_path {
    char z[FS_PATH_BYTES_MAX];
};

struct data_dir {
    char path[DATA_DIR_BYTES_MAX + 1];
    char database[DATA_DIR_CONN_MAX + 1];  // conninfo (pg/pg.h); empty: DIR/centre.db
    char journal[DATA_DIR_BYTES_MAX + 16]; // its path
    struct fs fs;
    struct env *env; // kept
};

// ERR_TOO_BIG for a longer path. `database` is empty where it lies in the folder, and so is `journal`.
// Looks at nothing yet.
MUST_USE enum err data_dir_init(struct data_dir *d, const char *path, const char *database,
                                const char *journal, struct env *env);
struct data_path data_dir_join(const struct data_dir *d, const char *name);

// Makes folder, keys, first root and database, as far as they are not there: after a power cut in the
// middle it goes on. A server's database that holds the county already is joined: one more instance,
// with the keys and the content of the first, which the operator has put here. ERR_CONFLICT where a
// centre lives here already; ERR_BAD_INPUT, logged, where the keys are not those of the database.
MUST_USE enum err data_dir_make(struct data_dir *d, struct str county);

// Takes DIR/NAME for this process, until the descriptor is closed. ERR_BUSY: somebody else has it (not
// logged).
MUST_USE enum err data_dir_lock(const struct data_dir *d, const char *name, int *fd);

MUST_USE enum err data_dir_keys(const struct data_dir *d, struct store_keys *keys);

// A folder that had a database is never given another by opening it: ERR_NOT_FOUND, logged, where
// centre.db is missing. The store lives in `arena`, which it initialises and fills; on an error there is nothing to give
// back. Close with data_dir_store_close.
MUST_USE enum err data_dir_store_open(struct data_dir *d, enum db_access access,
                                      struct arena *arena, struct store **store);
// A backup of this centre, to be read.
MUST_USE enum err data_dir_store_open_file(struct data_dir *d, const char *path,
                                           struct arena *arena, struct store **store);
void data_dir_store_close(struct arena *arena, struct store *store);

#endif
