// The connection: opened, opened again, transactions, what its errors mean.
#include "base/log.h"
#include "pg/pg_own.h"

#include <string.h>

// Whoever writes takes its turn under this name, in every instance on the database ("lvyue").
#define TURN "465844139365"

// The message makes every commit one that has written, so it waits for the standbys; else an answer
// that was kept here alone before a crash would be told as if it were safe.
static const char BEGIN_WRITE[] = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; "
                                  "SELECT pg_advisory_xact_lock(" TURN "); "
                                  "SELECT pg_logical_emit_message(true, 'lvyue', '')";
static const char BEGIN_READ[] = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
static const char UNDO[] = "ROLLBACK TO SAVEPOINT piece; RELEASE SAVEPOINT piece";

static const char SESSION[] =
    "SET statement_timeout = '5s'; SET lock_timeout = '2s'; "
    "SET idle_in_transaction_session_timeout = '10s'; "
    "SET standard_conforming_strings = on; SET client_min_messages = warning";
static const char SESSION_READ[] = "SET default_transaction_read_only = on";
static const char FIT[] =
    "SELECT current_setting('server_encoding') = 'UTF8' AND (SELECT datlocprovider = 'c' "
    "AND datcollate IN ('C', 'POSIX', 'C.UTF-8', 'C.utf8') FROM pg_database "
    "WHERE datname = current_database()), current_setting('synchronous_commit') IN ('on', 'remote_apply'), "
    "current_setting('server_version_num')::int >= 150000";

// ---- Errors

static enum err err_of(const char *state)
{
    static const struct {
        const char *state; // or the beginning of one
        enum err err;
    } rows[] = {
        {"40001", ERR_BUSY},      // serialization failure
        {"40P01", ERR_BUSY},      // deadlock
        {"55P03", ERR_BUSY},      // lock not had in time
        {"23", ERR_CONFLICT},     // a constraint
        {"P0001", ERR_CONFLICT},  // a trigger
        {"53100", ERR_FULL},      // no space on the disk
        {"54", ERR_TOO_BIG},      // past a limit of the server's
        {"XX001", ERR_CORRUPT},   // a damaged page
        {"XX002", ERR_CORRUPT},   // a damaged index
        {"22021", ERR_BAD_INPUT}, // not UTF-8
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strncmp(state, rows[i].state, strlen(rows[i].state)) == 0) return rows[i].err;
    }
    return ERR_IO;
}

// The state and the statement, not the server's message: the latter can quote values.
enum err pg_fail(struct db_pg *me, PGresult *result, const char *sql)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    enum err e = state ? err_of(state) : ERR_IO;
    if (PQstatus(me->conn) == CONNECTION_BAD) {
        log_error("postgres: the connection is lost: %s",
                  state ? state : "no word from the server");
        e = ERR_IO;
    } else if (e != ERR_CONFLICT) {
        log_error("postgres: %s: %s", state ? state : "no state", sql);
    }
    PQclear(result);
    return e;
}

static void hear_notice(void *context, const PGresult *notice)
{
    struct db_pg *me = context;
    const char *severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
    const char *state = PQresultErrorField(notice, PG_DIAG_SQLSTATE);
    if (!severity || strcmp(severity, "WARNING") != 0) return;
    me->warned = true;
    log_warn("postgres: a warning, state %s", state ? state : "none");
}

// ---- Opening

void pg_forget_statements(struct db_pg *me)
{
    for (int i = 0; i < PG_STATEMENTS_MAX; i++) {
        buf_deinit(&me->statements[i].sql);
        me->statements[i] = (struct pg_statement){0};
    }
}

static enum err check_fit(struct db_pg *me)
{
    static const char *const why[] = {
        "needs encoding UTF8 and the order of bytes: ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0",
        "needs synchronous_commit = on: what is answered must be durable",
        "is older than PostgreSQL 15",
    };
    PGresult *result = PQexec(me->conn, FIT);
    if (PQresultStatus(result) != PGRES_TUPLES_OK) return pg_fail(me, result, FIT);
    enum err e = ERR_OK;
    for (int i = 0; i < 3 && !e; i++) {
        if (strcmp(PQgetvalue(result, 0, i), "t") == 0) continue;
        log_error("postgres: the database %s", why[i]);
        e = ERR_BAD_INPUT;
    }
    PQclear(result);
    return e;
}

static enum err run(struct db_pg *me, const char *sql)
{
    PGresult *result = PQexec(me->conn, sql);
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) return pg_fail(me, result, sql);
    PQclear(result);
    return ERR_OK;
}

static enum err set_up(struct db_pg *me)
{
    me->ready = false;
    if (PQstatus(me->conn) != CONNECTION_OK) {
        log_error("postgres: %s", PQerrorMessage(me->conn));
        return ERR_IO;
    }
    PQsetNoticeReceiver(me->conn, hear_notice, me);
    enum err e = run(me, SESSION);
    if (!e && me->access == DB_READER) e = run(me, SESSION_READ);
    if (!e) e = check_fit(me);
    me->ready = !e;
    return e;
}

enum err pg_ready(struct db_pg *me)
{
    pg_settle(me);
    if (me->db.in_transaction) return PQstatus(me->conn) == CONNECTION_OK ? ERR_OK : ERR_IO;
    // A connection that the server has ended tells so here, before it is relied on: first comes the
    // server's last word, then the end.
    PQconsumeInput(me->conn);
    PQconsumeInput(me->conn);
    if (PQstatus(me->conn) == CONNECTION_OK && me->ready) return ERR_OK;
    pg_forget_statements(me);
    PQreset(me->conn);
    enum err e = set_up(me);
    if (!e) log_warn("postgres: connected again");
    return e;
}

enum err pg_simple(struct db_pg *me, const char *sql)
{
    enum err e = pg_ready(me);
    return e ? e : run(me, sql);
}

// ---- Transactions

static bool is_in_transaction(struct db *db)
{
    PGTransactionStatusType status = PQtransactionStatus(pg_self(db)->conn);
    return status != PQTRANS_IDLE && status != PQTRANS_UNKNOWN;
}

static enum err roll_back(struct db_pg *me)
{
    pg_settle(me);
    return is_in_transaction(&me->db) ? run(me, "ROLLBACK") : ERR_OK;
}

static enum err begin(struct db_pg *me, const char *sql)
{
    enum err e = pg_simple(me, sql);
    enum err undone = e ? roll_back(me) : ERR_OK;
    return e ? e : undone;
}

// The server answers ROLLBACK to the COMMIT of a broken transaction, and it may give up waiting for a
// standby with no more than a warning.
static enum err commit(struct db_pg *me)
{
    enum err e = pg_ready(me);
    if (e) return e;
    me->warned = false;
    PGresult *result = PQexec(me->conn, "COMMIT");
    if (PQresultStatus(result) != PGRES_COMMAND_OK) return pg_fail(me, result, "COMMIT");
    bool is_kept = strcmp(PQcmdStatus(result), "COMMIT") == 0 && !me->warned;
    PQclear(result);
    if (!is_kept) log_error("postgres: the server does not vouch for a commit");
    return is_kept ? ERR_OK : ERR_IO;
}

static enum err control(struct db *db, enum db_control c)
{
    struct db_pg *me = pg_self(db);
    switch (c) {
    case DB_CONTROL_BEGIN_READ: return begin(me, BEGIN_READ);
    case DB_CONTROL_BEGIN_WRITE: return begin(me, BEGIN_WRITE);
    case DB_CONTROL_COMMIT: return commit(me);
    case DB_CONTROL_ROLLBACK: return roll_back(me);
    case DB_CONTROL_SAVEPOINT: return pg_simple(me, "SAVEPOINT piece");
    case DB_CONTROL_RELEASE: return pg_simple(me, "RELEASE SAVEPOINT piece");
    case DB_CONTROL_UNDO: break;
    }
    return pg_simple(me, UNDO);
}

static enum err script(struct db *db, const char *sql)
{
    struct db_pg *me = pg_self(db);
    enum err e = pg_ready(me);
    if (e) return e;
    PGresult *result = PQexec(me->conn, db_expand(db->driver, sql, &me->expanded));
    ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) {
        PQclear(result);
        return ERR_OK;
    }
    // Only schema texts come here, so the message quotes nobody's data.
    log_error("postgres: %s", PQresultErrorMessage(result));
    return pg_fail(me, result, "(a script)");
}

static enum err check(struct db *db)
{
    return pg_simple(pg_self(db), "SELECT 1");
}

static enum err backup(struct db *db, const char *path)
{
    (void)db;
    log_error("%s: a PostgreSQL database is copied with pg_basebackup or pg_dump", path);
    return ERR_BAD_INPUT;
}

static void close_link(struct db *db)
{
    struct db_pg *me = pg_self(db);
    for (int i = 0; i < PG_CURSORS_MAX; i++) {
        CHECK(!me->cursors[i].open);
    }
    pg_forget_statements(me);
    PQfinish(me->conn);
    buf_deinit(&me->expanded);
    *me = (struct db_pg){0};
}

static const char columns[] =
    "SELECT c.oid AS place, CAST(c.relname AS TEXT) AS table_name, a.attnum AS position, "
    "CAST(a.attname AS TEXT) AS column_name FROM pg_class c JOIN pg_attribute a "
    "ON a.attrelid = c.oid WHERE c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped "
    "AND c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())";

static const struct db_token tokens[] = {
    {"@FOR_UPDATE@", "FOR UPDATE"}, {"@SKIP_LOCKED@", "SKIP LOCKED"}, {"@COLUMNS@", columns}};

static const struct db_driver driver = {
    .name = "postgres",
    .tokens = tokens,
    .token_count = sizeof(tokens) / sizeof(tokens[0]),
    .control = control,
    .is_in_transaction = is_in_transaction,
    .script = script,
    .rows_open = pg_rows_open,
    .rows_next = pg_rows_next,
    .column = pg_column,
    .changed = pg_changed,
    .rows_close = pg_rows_close,
    .check = check,
    .backup = backup,
    .close = close_link,
};

bool pg_is_conninfo(struct str text)
{
    return str_starts(text, STR("postgres://")) || str_starts(text, STR("postgresql://")) ||
           str_find(text, STR("="), 0) != SIZE_MAX;
}

// What stands before the conninfo may be said otherwise in it, what stands behind may not.
static PGconn *connect_to(const char *conninfo)
{
    static const char *const names[] = {
        "connect_timeout",      "tcp_user_timeout", "keepalives_idle",  "gssencmode", "dbname",
        "target_session_attrs", "client_encoding",  "application_name", NULL};
    const char *const values[] = {"3",          "10000", "10",    "disable", conninfo,
                                  "read-write", "UTF8",  "lvyue", NULL};
    return PQconnectdbParams(names, values, 1);
}

enum err db_open_pg(struct arena *arena, const char *conninfo, enum db_access access,
                    struct db **out)
{
    struct db_pg *me = arena_new(arena, struct db_pg);
    me->db.driver = &driver;
    me->access = access;
    buf_init(&me->expanded, DB_SQL_BYTES_MAX);
    me->conn = connect_to(conninfo);
    CHECK(me->conn);
    enum err e = set_up(me);
    if (e) {
        close_link(&me->db);
    } else {
        *out = &me->db;
    }
    return e;
}
