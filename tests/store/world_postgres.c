// A world over a database of a PostgreSQL server that is this program's alone (e2e/postgres.py).
#include "store/world.h"

#include "harness/postgres.h"

static const char *server;

static void make(struct world *w)
{
    (void)w;
}

static void drop(struct world *w)
{
    (void)w;
    postgres_empty(server, "suite");
}

static struct db *open_db(struct world *w, enum db_access access)
{
    return postgres_open(&w->arena, server, "suite", access);
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
    postgres_run(server, "postgres", "CREATE DATABASE suite TEMPLATE template0");
}

const struct world_driver world_postgres = {make, drop, open_db, limit, false};
