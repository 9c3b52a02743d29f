// What the files of this layer share. Internal to `pg`.
#ifndef PG_PG_OWN_H
#define PG_PG_OWN_H

#include "db/db_driver.h"
#include "pg/pg.h"

#include <libpq-fe.h>

#define PG_STATEMENTS_MAX   128 // prepared and kept; the one unused for longest gives way
#define PG_CURSORS_MAX      8   // rows open at once, one inside the other
#define PG_COLUMNS_MAX      64
#define PG_CHUNK_BYTES      (64 * 1024) // of a result that is read while nothing else is asked
#define PG_RESULT_BYTES_MAX (2 * DB_TEXT_BYTES_MAX)

struct pg_statement {
    uint64_t hash;
    uint64_t used_at;
    uint64_t number; // its name on the server; 0: the place is free
    struct buf sql;  // as the caller wrote it, before tokens are replaced
};

// Rows of a result, as far as they are here. While it is `live` the server has more of them, and they
// come piece by piece. As soon as the connection is wanted for something else, all of them are read
// into `rest`: the row at hand, which the caller may borrow from, stays where it is.
struct pg_cursor {
    bool open;
    bool live;
    enum err err; // what ended the reading early
    const char *sql;
    struct buf cells;
    struct buf rest;
    size_t at; // in `cells`
    int column_count;
    enum db_kind kinds[PG_COLUMNS_MAX];
    struct db_value row[PG_COLUMNS_MAX];
    int64_t changed;
};

struct db_pg {
    struct db db; // first, so the two pointers are one
    PGconn *conn;
    enum db_access access;
    bool ready;  // set up since it was opened
    bool warned; // the server had a warning to say
    struct buf expanded;
    uint64_t clock;  // counts uses, for used_at
    uint64_t number; // of the last prepared statement
    struct pg_statement statements[PG_STATEMENTS_MAX];
    struct pg_cursor cursors[PG_CURSORS_MAX];
    struct pg_cursor *live; // that the connection is busy with
};

static inline struct db_pg *pg_self(struct db *db)
{
    return (struct db_pg *)db;
}

// ---- pg_link.c

// What the result says went wrong; logged, except ERR_CONFLICT. Takes the result.
enum err pg_fail(struct db_pg *me, PGresult *result, const char *sql);

// Before anything is sent: the rows on their way are read, and outside of a transaction a connection
// that is gone is opened again.
MUST_USE enum err pg_ready(struct db_pg *me);

// Statements without parameters and without rows that matter.
MUST_USE enum err pg_simple(struct db_pg *me, const char *sql);

void pg_forget_statements(struct db_pg *me);

// ---- pg_rows.c

MUST_USE enum err pg_rows_open(struct db_rows *rows, const struct db_query *query);
MUST_USE enum err pg_rows_next(struct db_rows *rows, bool *more);
struct db_value pg_column(struct db_rows *rows, int column);
int64_t pg_changed(struct db_rows *rows);
void pg_rows_close(struct db_rows *rows);
void pg_settle(struct db_pg *me); // reads the rest of the live cursor

#endif
