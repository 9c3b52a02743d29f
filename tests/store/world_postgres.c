// A world over a database of a PostgreSQL server that is this program's alone (e2e/postgres.py).
#include "store/world.h"

#include "pg/pg.h"

static const char *server;

static struct db *open_at(struct arena *arena, const char *database, enum db_access access)
{
    struct db *db = NULL;
    struct str conninfo = str_printf(arena, "%s dbname=%s", server, database);
    assert_int_equal(db_open_pg(arena, str_to_z(arena, conninfo), access, &db), ERR_OK);
    return db;
}

static void on(const char *database, const char *sql)
{
    struct arena arena;
    arena_init(&arena, 1 << 20);
    struct db *db = open_at(&arena, database, DB_WRITER);
    assert_int_equal(db_run(db, DB_QUERY(sql), NULL), ERR_OK);
    db_close(db);
    arena_deinit(&arena);
}

static void make(struct world *w)
{
    (void)w;
}

// Emptying a database is a hundred times faster than making one.
static void drop(struct world *w)
{
    (void)w;
    on("suite", "DROP SCHEMA public CASCADE");
    on("suite", "CREATE SCHEMA public");
}

static struct db *open_db(struct world *w, enum db_access access)
{
    return open_at(&w->arena, "suite", access);
}

// A server's disk is not ours to fill.
static bool limit(struct world *w, int64_t pages_more)
{
    (void)w;
    (void)pages_more;
    return false;
}

void world_postgres_use(const char *conninfo)
{
    server = conninfo;
    on("postgres", "CREATE DATABASE suite TEMPLATE template0");
}

const struct world_driver world_postgres = {make, drop, open_db, limit, false};
