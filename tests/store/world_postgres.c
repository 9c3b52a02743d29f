// A world over a database of a PostgreSQL server that is this program's alone (e2e/postgres.py).
#include "store/world.h"

#include "harness/postgres.h"

static const char *server;

static const char *name(const struct world *w)
{
    return w->is_second ? "suite_beside" : "suite";
}

static void make(struct world *w)
{
    (void)w;
}

static void drop(struct world *w)
{
    postgres_empty(server, name(w));
}

static struct db *open_db(struct world *w, enum db_access access)
{
    return postgres_open(&w->arena, server, name(w), access);
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
    postgres_run(server, "postgres", "CREATE DATABASE suite_beside TEMPLATE template0");
}

const struct world_driver world_postgres = {make, drop, open_db, limit, false};
