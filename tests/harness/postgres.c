#include "harness/postgres.h"

#include "harness/test.h"

#include "pg/pg.h"

struct db *postgres_open(struct arena *arena, const char *server, const char *database,
                         enum db_access access)
{
    struct db *db = NULL;
    struct str conninfo = str_printf(arena, "%s dbname=%s", server, database);
    assert_int_equal(db_open_pg(arena, str_to_z(arena, conninfo), access, &db), ERR_OK);
    return db;
}

void postgres_run(const char *server, const char *database, const char *sql)
{
    struct arena arena;
    arena_init(&arena, 1 << 20);
    struct db *db = postgres_open(&arena, server, database, DB_WRITER);
    assert_int_equal(db_run(db, DB_QUERY(sql), NULL), ERR_OK);
    db_close(db);
    arena_deinit(&arena);
}

void postgres_empty(const char *server, const char *database)
{
    postgres_run(server, database, "DROP SCHEMA public CASCADE");
    postgres_run(server, database, "CREATE SCHEMA public");
}
