#include "base/log.h"
#include "cache/cache_file.h"
#include "cache/kiosk_schema.h"

#include <stdio.h>
#include <sys/stat.h>

struct opening {
    struct arena *arena;
    const char *data_dir;
    char path[FS_PATH_BYTES_MAX];
    struct env *env;
    struct fs fs;
};

static enum err try_once(const struct opening *o, struct cache_ledger *l)
{
    size_t mark = arena_mark(o->arena);
    enum err e = db_open_sqlite(o->arena, o->path, DB_WRITER, &l->db);
    if (e) {
        l->db = NULL;
        arena_rewind(o->arena, mark);
        return e;
    }
    e = db_check(l->db);
    if (!e) e = db_migrate(l->db, kiosk_schema, kiosk_schema_count);
    // What is deleted is overwritten: sealed or not, it is a visitor's.
    if (!e) e = db_run(l->db, DB_QUERY("PRAGMA secure_delete = 1"), NULL);
    if (!e) e = db_begin(l->db, DB_WRITE);
    if (e) {
        cache_ledger_close(l);
        arena_rewind(o->arena, mark);
        return e;
    }
    struct ledger_self self;
    e = cache_chain_check(l->db, o->env, &l->is_new);
    if (!e) e = cache_ledger_ops.self_get(&l->ledger, &self); // only to see that all of it is sound
    e = db_end(l->db, e);
    if (e) {
        cache_ledger_close(l);
        arena_rewind(o->arena, mark);
    }
    return e;
}

// A damaged table definition and a broken disk look alike from SQL. Where the folder can be written,
// the file is the one at fault.
static bool disk_works(struct opening *o)
{
    char probe[FS_PATH_BYTES_MAX];
    int len = snprintf(probe, sizeof(probe), "%s/probe", o->data_dir);
    if (len < 0 || (size_t)len >= sizeof(probe)) return false;
    if (fs_replace(&o->fs, probe, STR("writable\n"), 0600) != ERR_OK) return false;
    return fs_remove(&o->fs, probe) == ERR_OK;
}

static bool is_damaged(struct opening *o, struct cache_ledger *l, enum err e)
{
    switch (e) {
    case ERR_CORRUPT:
    case ERR_TOO_BIG:
    case ERR_CONFLICT:
    case ERR_NOT_FOUND: return true;
    case ERR_IO: return disk_works(o) && try_once(o, l) == ERR_IO;
    case ERR_OK:
    case ERR_NET:
    case ERR_AUTH:
    case ERR_BUSY:
    case ERR_BAD_INPUT:
    case ERR_FULL:
    case ERR_STOPPED: break;
    }
    return false;
}

// A write-ahead log whose database is gone or empty: SQLite would begin both anew, and what the log
// holds would be lost. (A new file has its first page before it has such a log.)
static bool has_lost_its_file(const struct opening *o)
{
    char wal[FS_PATH_BYTES_MAX + sizeof("-wal")];
    struct stat file;
    struct stat log;
    snprintf(wal, sizeof(wal), "%s-wal", o->path);
    bool is_gone = stat(o->path, &file) != 0 || file.st_size == 0;
    return is_gone && stat(wal, &log) == 0 && log.st_size > 0;
}

static enum err open_or_begin_anew(struct opening *o, struct cache_ledger *l)
{
    enum err e = fs_make_dir(&o->fs, o->data_dir);
    if (!e) e = cache_quarantine_resume(&o->fs, o->data_dir);
    if (e) return e;
    bool is_bad = has_lost_its_file(o);
    e = is_bad ? ERR_CORRUPT : try_once(o, l);
    if (!e) return ERR_OK;
    is_bad = is_bad || is_damaged(o, l, e);
    if (!is_bad) return l->db ? ERR_OK : e; // the second look may have gone well
    e = cache_quarantine(&o->fs, o->data_dir, o->env);
    if (!e) e = try_once(o, l);
    l->is_quarantined = !e;
    return e;
}

enum err cache_ledger_open(struct arena *arena, const char *data_dir, struct env *env,
                           struct cache_ledger **out)
{
    struct opening o = {.arena = arena, .data_dir = data_dir, .env = env};
    int len = snprintf(o.path, sizeof(o.path), "%s/" CACHE_FILE, data_dir);
    if (len < 0 || (size_t)len + sizeof("-wal") > sizeof(o.path)) {
        log_error("%.80s: the path is too long", data_dir);
        return ERR_TOO_BIG;
    }
    fs_system_init(&o.fs);
    struct cache_ledger *l = arena_new(arena, struct cache_ledger);
    l->ledger.ops = &cache_ledger_ops;
    enum err e = open_or_begin_anew(&o, l);
    if (e) return e;
    *out = l;
    return ERR_OK;
}

void cache_ledger_close(struct cache_ledger *l)
{
    if (!l) return;
    db_close(l->db);
    l->db = NULL;
}
