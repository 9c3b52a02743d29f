// DIR/generation: which database belongs into the data folder, said outside of the database.
//
// A database put back from an older copy has forgotten sales that stand on visitors' slips, and would
// sell those seats again. So the file holds "GENERATION TURN": the name of the history, and a counter
// that the database holds too. It is raised whenever a server starts and whenever a backup has been
// taken, so a copy has a lower turn than what went on after it.
//
// The database is raised first: a power cut between the two leaves it ahead of the file by one, which
// is in order. A database behind the file is opened by lvyue-admin restore alone.
#ifndef API_GENERATION_H
#define API_GENERATION_H

#include "base/fs.h"
#include "store/store.h"

#define GENERATION_FILE "generation"

// ERR_CORRUPT, logged with what it means, where the database is not the one that the folder expects;
// ERR_NOT_FOUND, logged, where there is none yet. A file without a turn counts as turn 0.
MUST_USE enum err generation_check(const char *dir, struct store *store, struct store_meta *meta);

// The history that the folder expects; none where that cannot be read.
MUST_USE enum err generation_expected(const char *dir, struct id *out);

// Raises the turn in the database: a store_work_fn, `context` is the struct store_meta to be filled.
// After its commit generation_write is due.
MUST_USE enum err generation_next(struct store *store, void *context);
MUST_USE enum err generation_write(struct fs *fs, const char *dir, const struct store_meta *meta);

#endif
