// A world over a SQLite file.
#include "store/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void make(struct world *w)
{
    snprintf(w->dir, sizeof(w->dir), "/tmp/test_store.XXXXXX");
    assert_non_null(mkdtemp(w->dir));
}

static void drop(struct world *w)
{
    static const char *const names[] = {"a.db", "a.db-wal", "a.db-shm", "copy.db"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char path[96];
        snprintf(path, sizeof(path), "%s/%s", w->dir, names[i]);
        unlink(path);
    }
    assert_int_equal(rmdir(w->dir), 0);
}

static struct db *open_db(struct world *w, enum db_access access)
{
    char path[96];
    struct db *db = NULL;
    snprintf(path, sizeof(path), "%s/a.db", w->dir);
    assert_int_equal(db_open_sqlite(&w->arena, path, access, &db), ERR_OK);
    return db;
}

static bool limit(struct world *w, int64_t pages_more)
{
    char sql[64];
    long long pages = world_count(w, "PRAGMA page_count");
    snprintf(sql, sizeof(sql), "PRAGMA max_page_count = %lld", pages + pages_more);
    return world_sql(w, sql) == ERR_OK;
}

const struct world_driver world_sqlite = {make, drop, open_db, limit, true};
