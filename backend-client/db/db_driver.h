// What a database driver is: the SQLite one is db_sqlite.c, PostgreSQL's is a layer of the server.
// db.c keeps the order of calls (no statement after a lost transaction, one savepoint, faults), so a
// driver only carries out. Every op is mandatory. A driver logs what it answers, once, except
// ERR_CONFLICT.
#ifndef DB_DB_DRIVER_H
#define DB_DB_DRIVER_H

#include "base/buf.h"
#include "db/db.h"

// The steps of a transaction. A driver may send SAVEPOINT and RELEASE together with the statement
// that follows; a failure of theirs is then that statement's.
enum db_control {
    DB_CONTROL_BEGIN_READ,
    DB_CONTROL_BEGIN_WRITE,
    DB_CONTROL_COMMIT,
    DB_CONTROL_ROLLBACK, // ERR_OK also where the database has dropped the transaction already
    DB_CONTROL_SAVEPOINT,
    DB_CONTROL_RELEASE,
    DB_CONTROL_UNDO, // back to the savepoint, and release it
};

struct db_token {
    const char *name; // with its @ signs
    const char *text;
};

struct db_driver {
    const char *name;
    bool is_file;
    const struct db_token *tokens;
    size_t token_count;
    enum err (*control)(struct db *db, enum db_control control);
    bool (*is_in_transaction)(struct db *db);           // as the database sees it
    enum err (*script)(struct db *db, const char *sql); // several statements, no parameters
    enum err (*rows_open)(struct db_rows *rows, const struct db_query *query);
    enum err (*rows_next)(struct db_rows *rows, bool *more);
    struct db_value (*column)(struct db_rows *rows,
                              int column);    // text is borrowed until the next row
    int64_t (*changed)(struct db_rows *rows); // after the last row
    void (*rows_close)(struct db_rows *rows); // after a successful rows_open
    enum err (*check)(struct db *db);
    enum err (*backup)(struct db *db, const char *path);
    void (*close)(struct db *db);
};

struct db {
    const struct db_driver *driver;
    bool in_transaction;
    bool in_savepoint;
    enum err lost;    // why the database dropped the transaction we believe to be in
    enum err spoiled; // the error that only the end of the transaction, or of the piece, takes away
    int64_t fault_in;
};

#define DB_SQL_BYTES_MAX (256 * 1024)

// `sql` with the driver's tokens replaced; borrowed from `buf`, or `sql` itself where it has none.
// `buf` was initialised with DB_SQL_BYTES_MAX.
const char *db_expand(const struct db_driver *driver, const char *sql, struct buf *buf);

// Several statements without parameters, for migrations.
MUST_USE enum err db_script(struct db *db, const char *sql);

#endif
