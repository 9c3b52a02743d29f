#include "base/log.h"
#include "db/db_driver.h"

static const char version_table[] =
    "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT PRIMARY KEY)";
static const char version_get[] = "SELECT coalesce(max(version), 0) FROM schema_version";
static const char version_add[] = "INSERT INTO schema_version (version) VALUES ($1)";

static enum err make_version_table(struct db *db, void *context)
{
    (void)context;
    return db_run(db, DB_QUERY(version_table), NULL);
}

// Reading the version inside the writing transaction makes two programs that start together safe.
static enum err apply(struct db *db, void *context)
{
    const struct db_migration *migration = context;
    int64_t version = 0;
    enum err e = db_one_int(db, DB_QUERY(version_get), &version);
    if (e || version >= migration->version) return e;
    e = db_script(db, migration->sql);
    if (!e) e = db_run(db, DB_QUERY(version_add, DB_INT(migration->version)), NULL);
    if (e) log_error("db: migration %d failed", migration->version);
    return e;
}

enum err db_migrate(struct db *db, const struct db_migration *migrations, size_t count)
{
    enum err e = db_transact(db, DB_WRITE, make_version_table, NULL);
    int64_t version = 0;
    if (!e) e = db_one_int(db, DB_QUERY(version_get), &version);
    if (e) return e;
    if (count > 0 && version > migrations[count - 1].version) {
        log_error("db: schema %lld was made by a newer program", (long long)version);
        return ERR_BAD_INPUT;
    }
    for (size_t i = 0; i < count && !e; i++) {
        CHECK(migrations[i].version == (int)i + 1);
        if (version > (int64_t)i) continue;
        struct db_migration one = migrations[i];
        e = db_transact(db, DB_WRITE, apply, &one);
    }
    return e;
}
