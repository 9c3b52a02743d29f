// A database connection: statements, transactions, migrations. SQL is written once, in the words
// SQLite and PostgreSQL share (TEXT and BIGINT, ids as 32 hex digits, times as …_ms), with parameters
// $1, $2, … bound by name, because SQLite numbers $n in order of appearance. A driver carries it out
// (db_driver.h). What the two say differently is a token in the text: @FOR_UPDATE@ and @SKIP_LOCKED@
// stand at the end of a SELECT and are empty where there is one writer; (@COLUMNS@) is the list of all
// columns: place of the table, in the order of making, table_name, position, column_name.
//
// A statement is one constant without a trailing ';': its compiled form is kept for the next time.
// Errors: ERR_BUSY another writer; ERR_CONFLICT a constraint or trigger said no, which is an ordinary
// answer and not logged; ERR_FULL no space; ERR_CORRUPT damaged pages; ERR_IO the rest. They are
// logged here with the SQL text, never with values.
// Inside a transaction an error is final, as PostgreSQL has it: every later call up to db_release or
// db_end answers the same error, and neither keeps anything. A refusal that is to be survived is
// therefore asked for in the statement (ON CONFLICT DO NOTHING, a guarded UPDATE) and told by its row
// count; ERR_NOT_FOUND is no error in this sense. Threads: one thread at a time to a connection.
#ifndef DB_DB_H
#define DB_DB_H

#include "base/arena.h"
#include "base/err.h"
#include "base/id.h"
#include "base/str.h"

#define DB_PARAMS_MAX     32
#define DB_BUSY_TRIES_MAX 5
#define DB_BUSY_WAIT_MS   5000               // how long SQLite waits for another writer
#define DB_TEXT_BYTES_MAX (64 * 1024 * 1024) // one value; a longer one is ERR_TOO_BIG

struct db;
struct db_driver;

enum db_kind { DB_KIND_NULL, DB_KIND_INT, DB_KIND_TEXT, DB_KIND_OTHER }; // OTHER: none of ours

struct db_value {
    enum db_kind kind;
    int64_t i;
    struct str text; // UTF-8 without NUL, else the call answers ERR_BAD_INPUT
};

struct db_query {
    const char *sql;
    const struct db_value *params; // $1 is params[0]
    int count;                     // exactly as many as the text names, at most DB_PARAMS_MAX
};

#define DB_NULL    ((struct db_value){0})
#define DB_INT(n)  ((struct db_value){.kind = DB_KIND_INT, .i = (n)})
#define DB_TEXT(s) ((struct db_value){.kind = DB_KIND_TEXT, .text = (s)})
#define DB_ID(id)  db_id_value(id) // NULL where the id is none; borrows the id
struct db_value db_id_value(const struct id *id);

// DB_QUERY(sql, DB_INT(3), DB_TEXT(name)): lives to the end of the enclosing block.
#define DB_QUERY(sql_text, ...)                                                             \
    ((struct db_query){.sql = (sql_text),                                                   \
                       .params = &((const struct db_value[]){{0}, __VA_ARGS__})[1],         \
                       .count = (int)(sizeof((const struct db_value[]){{0}, __VA_ARGS__}) / \
                                      sizeof(struct db_value)) -                            \
                                1})

// Opening

enum db_access {
    DB_READER, // never writes, not even a checkpoint
    DB_WRITER, // a file has exactly one of these
};

// A SQLite file: WAL, synchronous=FULL, foreign keys on. The writer makes the file (0600) where there
// is none; to a reader that is ERR_NOT_FOUND. The connection lives in `arena` and must be closed. Pages
// go through SQLite's default VFS, which a test may replace before the first opening.
MUST_USE enum err db_open_sqlite(struct arena *arena, const char *path, enum db_access access,
                                 struct db **out);
void db_close(struct db *db); // leaves quietly on NULL; no rows may be open

// One file, whose one writer is all that ever changes it. False: a server, where others may write too.
bool db_is_file(const struct db *db);

// Reads every page. ERR_CORRUPT where something is damaged.
MUST_USE enum err db_check(struct db *db);

// A consistent copy of the whole in the new file `path` (0600, flushed, verified page by page), while
// others go on working. A reader can do it. An existing file is refused; a failed copy is removed.
MUST_USE enum err db_backup(struct db *db, const char *path);

// Transactions

enum db_mode { DB_READ, DB_WRITE };

MUST_USE enum err db_begin(struct db *db, enum db_mode mode);

// Ends what db_begin began: commits where `e` is ERR_OK, else rolls back. Answers `e`, or what went
// wrong with the commit, so a writing function ends with `return db_end(db, e);`.
MUST_USE enum err db_end(struct db *db, enum err e);

// One piece of a group commit, inside a transaction, one deep. db_release keeps the piece where `e`
// is ERR_OK and else undoes it alone; it answers like db_end. Should the database drop the whole
// transaction on its own (no space, a broken disk), db_release does not help: db_end answers why.
MUST_USE enum err db_savepoint(struct db *db);
MUST_USE enum err db_release(struct db *db, enum err e);

// The whole of a transaction, begun anew while somebody else is in the way (ERR_BUSY, also deadlock
// and serialization failure), DB_BUSY_TRIES_MAX times. `work` may run more than once: what it leaves
// outside the database must bear that. No other place retries.
typedef enum err db_work_fn(struct db *db, void *context);
MUST_USE enum err db_transact(struct db *db, enum db_mode mode, db_work_fn *work, void *context);

// Statements. Outside a transaction each is one of its own.

// `changed` (may be NULL): rows inserted, updated or deleted. A guarded UPDATE answers with it.
MUST_USE enum err db_run(struct db *db, struct db_query query, int64_t *changed);

// A statement that gives rows:
//     struct db_rows rows;
//     db_rows_open(&rows, db, DB_QUERY(sql, …));
//     while (db_rows_next(&rows)) { … db_int(&rows, 0) … }
//     return db_rows_close(&rows);
// Nothing fails in between: the first error ends the loop and db_rows_close answers it. The query's
// texts are kept until then. Leaving the loop early is fine, closing is not optional.
struct db_rows {
    struct db *db;
    void *cursor; // the driver's
    int64_t at;   // the driver's
    enum err err;
    bool opened;
};

void db_rows_open(struct db_rows *rows, struct db *db, struct db_query query);
bool db_rows_next(struct db_rows *rows);
MUST_USE enum err db_rows_close(struct db_rows *rows);

// Columns of the row at hand, from 0. What is not of the kind asked for (NULL included, unless said
// otherwise) becomes ERR_CORRUPT in db_rows_close, and an empty value here.
int64_t db_int(struct db_rows *rows, int column);
struct str db_text(struct db_rows *rows, int column, struct arena *arena); // lives in `arena`
struct str db_text_borrow(struct db_rows *rows, int column);               // until the next row
struct id db_id(struct db_rows *rows, int column);                         // NULL is "none"
bool db_is_null(struct db_rows *rows, int column);
struct db_value db_column(struct db_rows *rows,
                          int column); // whatever it is; text until the next row

// The first row, or ERR_NOT_FOUND. On success the caller reads it and calls db_rows_close; after an
// error there is nothing to close.
MUST_USE enum err db_one(struct db_rows *rows, struct db *db, struct db_query query);
MUST_USE enum err db_one_int(struct db *db, struct db_query query, int64_t *out);
MUST_USE enum err db_one_text(struct db *db, struct db_query query, struct arena *arena,
                              struct str *out);

// Migrations: files that only add and are never edited once released. embed_migrations() in
// deploy/cmake/embed.cmake makes the table out of NNNN.sql files.
struct db_migration {
    int version; // from 1, ascending
    const char *sql;
};

// Applies what is missing, each in a transaction of its own that also records it in schema_version.
// ERR_BAD_INPUT where the file was written by a newer program; it is left as it is.
MUST_USE enum err db_migrate(struct db *db, const struct db_migration *migrations, size_t count);

// Fault loops: the n-th call from now on (from 1) that could fail does, with ERR_IO and without
// reaching the database; 0 takes it back. Rolling back never fails. True while it is still to come.
void db_set_fault(struct db *db, int64_t n);
bool db_fault_is_pending(const struct db *db);

#endif
