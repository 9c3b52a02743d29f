#include "app/admin_restore.h"

#include "api/generation.h"
#include "base/log.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ACTOR     STR("lvyue-admin")
#define RESTORING "centre.db.restoring"
#define BEFORE    "centre.db.before-" // … and when, in milliseconds

// ---- The backup becomes the database

static enum err look_into(struct data_dir *dir, const char *file, struct arena *arena,
                          struct store **store)
{
    struct store_meta meta;
    struct store_keys keys = {0};
    enum err e = data_dir_store_open_file(dir, file, arena, store);
    if (e) log_error("%s: not a backup of a centre", file);
    if (e) return e;
    e = store_meta(*store, &meta);
    if (e) log_error("%s: not a backup of a centre", file);
    if (!e) e = data_dir_keys(dir, &keys);
    if (!e && !id_eq(keys.data_key_id, meta.data_key_id)) {
        log_error("%s: it was made with other keys than those in %s", file, dir->path);
        e = ERR_BAD_INPUT;
    }
    memory_wipe(&keys, sizeof(keys));
    if (e) data_dir_store_close(arena, *store);
    return e;
}

static enum err tell_misfit(const char *path, enum store_restored answer)
{
    switch (answer) {
    case STORE_RESTORED: return ERR_OK;
    case STORE_RESTORE_JOURNAL_FOREIGN:
        log_error("%s: the journal is another centre's", path);
        break;
    case STORE_RESTORE_JOURNAL_OLD:
        log_error("%s: the journal is older than the database; bring the last one", path);
        break;
    }
    return ERR_BAD_INPUT;
}

// Page by page, and verified: a file that was damaged on its way is found here.
static enum err copy_in(struct data_dir *dir, const char *file, const struct store_journal *journal)
{
    struct arena arena;
    struct store *backup = NULL;
    enum store_restored answer = STORE_RESTORED;
    struct data_path path = data_dir_join(dir, RESTORING);
    enum err e = look_into(dir, file, &arena, &backup);
    if (e) return e;
    if (journal) e = store_journal_fits(backup, journal, &answer);
    if (!e) e = tell_misfit(dir->journal, answer);
    if (!e) e = fs_remove(&dir->fs, path.z); // of a try that was cut off
    if (!e) e = db_check(store_db(backup));
    if (!e) e = store_backup(backup, path.z);
    data_dir_store_close(&arena, backup);
    if (e) log_error("%s: cannot be copied; nothing was changed", file);
    return e;
}

// The log beside a file belongs to it. The file goes first: without its log it would open, and lack what
// stands only there; a log without its file opens nothing.
static enum err set_aside(struct data_dir *dir)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    int64_t now_ms = env_now_ms(dir->env);
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        char name[64];
        snprintf(name, sizeof(name), DATA_DIR_DATABASE "%s", ends[i]);
        struct data_path from = data_dir_join(dir, name);
        snprintf(name, sizeof(name), BEFORE "%lld%s", (long long)now_ms, ends[i]);
        struct data_path to = data_dir_join(dir, name);
        if (access(from.z, F_OK) != 0) continue;
        enum err e = fs_rename(&dir->fs, from.z, to.z);
        if (e) return e;
    }
    return ERR_OK;
}

static enum err put_back(struct data_dir *dir, const char *file,
                         const struct store_journal *journal)
{
    struct data_path restoring = data_dir_join(dir, RESTORING);
    struct data_path database = data_dir_join(dir, DATA_DIR_DATABASE);
    if (dir->database[0]) {
        log_error("PostgreSQL's own tools put the copy back; then restore without a file");
        return ERR_BAD_INPUT;
    }
    enum err e = copy_in(dir, file, journal);
    if (!e) e = set_aside(dir);
    if (!e) e = fs_sync_parent(&dir->fs, database.z);
    if (!e) e = fs_rename(&dir->fs, restoring.z, database.z);
    return e ? e : fs_sync_parent(&dir->fs, database.z);
}

// ---- A new history begins

static enum err read_journal(const struct admin_restore *r, struct buf *text,
                             struct store_journal *out)
{
    const char *path = r->dir->journal;
    enum err e = buf_read_file(text, path);
    if (e == ERR_NOT_FOUND) {
        log_error("%s: there is no journal. Bring it from its disk; if it is lost, restore with "
                  "--without-journal: kiosks enrolled since must be enrolled again, the roster "
                  "imported again, and what no kiosk owns then stays unsold",
                  path);
    } else if (!e && !store_journal_open(buf_str(text), out)) {
        log_error("%s: the journal is damaged; bring another copy, or see --without-journal", path);
        e = ERR_CORRUPT;
    }
    return e;
}

// Somebody may find out later that it was a good one.
static enum err keep_journal(struct data_dir *dir)
{
    struct data_path kept;
    int len = snprintf(kept.z, sizeof(kept.z), "%s.before-%lld", dir->journal,
                       (long long)env_now_ms(dir->env));
    if (access(dir->journal, F_OK) != 0) return ERR_OK;
    if (len < 0 || (size_t)len >= sizeof(kept.z)) return ERR_TOO_BIG;
    enum err e = fs_rename(&dir->fs, dir->journal, kept.z);
    return e ? e : fs_sync_parent(&dir->fs, kept.z);
}

// It is written at the end: what keeps it from being written is found before anything is changed.
static enum err try_journal(struct data_dir *dir)
{
    struct data_path probe;
    int len = snprintf(probe.z, sizeof(probe.z), "%s.probe", dir->journal);
    if (len < 0 || (size_t)len >= sizeof(probe.z)) return ERR_TOO_BIG;
    enum err e = fs_replace(&dir->fs, probe.z, STR("\n"), 0640);
    if (!e) e = fs_remove(&dir->fs, probe.z);
    if (e) log_error("%s: the journal cannot be written; nothing was changed", dir->journal);
    return e;
}

struct work {
    struct store_restore ask;
    enum store_restored answer;
    struct store_meta meta;
    struct centre_recovery recovery;
};

static enum err begin(struct store *s, void *context)
{
    struct work *w = context;
    struct centre_store *centre = store_centre(s);
    enum err e = store_restore(s, &w->ask, &w->answer);
    if (!e && w->answer != STORE_RESTORED) e = ERR_CONFLICT;
    if (!e) e = generation_next(s, &w->meta);
    return e ? e : centre->ops->recovery_get(centre, &w->recovery);
}

static void print_end(const struct admin_restore *r, const struct work *w)
{
    const struct centre_recovery *recovery = &w->recovery;
    if (r->is_json) {
        printf("{\"restored\":\"%s\",\"missing\":%d,\"quarantine\":%s}\n", w->meta.gen.hex,
               recovery->missing, recovery->has_written_off ? "true" : "false");
        return;
    }
    printf("restored; a new history begins: %s\n", w->meta.gen.hex);
    if (recovery->is_on) {
        printf("%d kiosks must report before seats of the pool are sold again (lvyue-admin kiosks "
               "names them); one that never will is written off with lvyue-admin retire\n",
               recovery->missing);
    }
    if (recovery->has_written_off)
        printf("a kiosk's last word is lost: what nobody owns then stays unsold\n");
}

static enum err begin_history(const struct admin_restore *r, const struct store_journal *journal)
{
    struct arena arena;
    struct store *store = NULL;
    struct work w = {.ask = {.journal = journal, .actor = ACTOR}};
    enum err e = generation_expected(r->dir->path, &w.ask.expected);
    if (!e) e = data_dir_store_open(r->dir, DB_WRITER, &arena, &store);
    if (e) return e;
    e = store_transact(store, begin, &w);
    if (w.answer != STORE_RESTORED) e = tell_misfit(r->dir->journal, w.answer);
    if (!e) e = generation_write(&r->dir->fs, r->dir->path, &w.meta);
    data_dir_store_close(&arena, store);
    if (!e) print_end(r, &w);
    return e;
}

enum err admin_restore(const struct admin_restore *r)
{
    struct buf text;
    struct store_journal journal;
    int lock = -1;
    enum err e = data_dir_lock(r->dir, "lock", &lock);
    if (e == ERR_BUSY) log_error("%s: the server runs; stop it first", r->dir->path);
    if (e) return e;
    buf_init(&text, STORE_JOURNAL_BYTES_MAX);
    if (!r->without_journal) e = read_journal(r, &text, &journal);
    if (r->without_journal) e = keep_journal(r->dir);
    const struct store_journal *kept = r->without_journal ? NULL : &journal;
    if (!e) e = try_journal(r->dir);
    if (!e && r->file) e = put_back(r->dir, r->file, kept);
    if (!e) e = begin_history(r, kept);
    buf_deinit(&text);
    close(lock);
    return e;
}
