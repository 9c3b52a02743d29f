// The PostgreSQL driver of `db`: the same SQL, the same promises, over a connection of libpq.
//
// `conninfo` is libpq's: a URI (postgres://host1,host2/lvyue) or key=value words. Only a server that
// takes writes is good enough (target_session_attrs=read-write), so two hosts are a primary and its
// standby in either order. The database's encoding is UTF8 and its order of texts that of bytes
// (LOCALE 'C'), as in SQLite; another one is refused, and so is any synchronous_commit below on.
//
// DB_WRITE is READ COMMITTED behind one lock of the database, so writers of all instances take turns
// as the writers of a file do, and each statement sees all that was committed before. A commit waits
// for the standbys the server is told to wait for, also where it only read; one that the server
// reports as kept here alone is ERR_IO. DB_READ is one snapshot (REPEATABLE READ, READ ONLY).
//
// ERR_BUSY: the lock was not had within PG_LOCK_WAIT_MS, a deadlock, a serialization failure. ERR_IO
// also: the connection is lost. It is opened again by the next db_begin, or by the next statement
// outside of a transaction. Whether a commit that met the loss was kept is not known.
//
// db_check asks for a sign of life: PostgreSQL verifies each page it reads (initdb --data-checksums).
// db_backup is refused: pg_basebackup and pg_dump are the operator's tools.
#ifndef PG_PG_H
#define PG_PG_H

#include "db/db.h"

#define PG_LOCK_WAIT_MS 2000

// True for a conninfo, false for anything else a configuration may name.
bool pg_is_conninfo(struct str text);

// The connection lives in `arena` and must be closed. Nothing is made: the database is the operator's.
MUST_USE enum err db_open_pg(struct arena *arena, const char *conninfo, enum db_access access,
                             struct db **out);

#endif
