// A database connection that can be taken back to where it stood: all that comes after rewind_begin
// lies in one transaction of SQLite's, and what the code under test takes for transactions are
// savepoints within it. So each input meets the same database, some hundred times faster than with a
// new file for each.
#ifndef FUZZ_REWIND_H
#define FUZZ_REWIND_H

#include "db/db_driver.h"

// One connection a process. It stays so to its end.
void rewind_begin(struct db *db);
void rewind_back(struct db *db); // no transaction may be open

#endif
