// A PostgreSQL server that is one test program's alone (e2e/postgres.py): its conninfo is the program's
// argument.
#ifndef HARNESS_POSTGRES_H
#define HARNESS_POSTGRES_H

#include "db/db.h"

// Wants ERR_OK. The connection lives in `arena`.
struct db *postgres_open(struct arena *arena, const char *server, const char *database,
                         enum db_access access);

void postgres_run(const char *server, const char *database, const char *sql); // wants ERR_OK

// As good as a new one, and a hundred times faster than making one.
void postgres_empty(const char *server, const char *database);

#endif
