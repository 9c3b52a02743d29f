#include "app/admin_move.h"

#include "api/generation.h"
#include "base/log.h"

#include <stdio.h>
#include <unistd.h>

struct move {
    struct store *from;
    enum store_copy answer;
    struct store_meta meta;
};

// Both sides stand still: the file is locked, the target is this transaction's.
static enum err carry(struct store *to, void *context)
{
    struct move *m = context;
    enum err e = store_copy(m->from, to, &m->answer);
    if (!e && m->answer != STORE_COPIED) e = ERR_CONFLICT;
    return e ? e : generation_next(to, &m->meta);
}

static void tell_violation(void *context, struct str line)
{
    (void)context;
    log_error("%.*s", STR_ARG(line));
}

static enum err check(struct store *to)
{
    int violations = 0;
    enum err e = store_check(to, tell_violation, NULL, &violations);
    if (!e && violations > 0) log_error("the copy breaks %d rules of the service", violations);
    return !e && violations > 0 ? ERR_CORRUPT : e;
}

static void print_totals(const struct store_total *totals, int count, bool is_json)
{
    int64_t rows = 0;
    for (int i = 0; i < count; i++) {
        if (!is_json) printf("%12lld  %s\n", (long long)totals[i].row_count, totals[i].table);
        rows += totals[i].row_count;
    }
    printf(is_json ? "{\"tables\":%d,\"rows\":%lld}\n" : "%d tables, %lld rows moved\n", count,
           (long long)rows);
}

static enum err move_into(struct data_dir *dir, struct store *from, struct store *to, bool is_json)
{
    struct store_total totals[STORE_TABLES_MAX];
    struct move m = {.from = from, .answer = STORE_COPIED};
    int count = 0;
    enum err e = generation_check(dir->path, from, &m.meta);
    if (!e) e = store_transact(to, carry, &m);
    if (m.answer == STORE_COPY_NOT_EMPTY)
        log_error("the database to move to holds data already; an empty one is needed");
    if (m.answer == STORE_COPY_DIFFERS && e == ERR_CONFLICT)
        log_error("what arrived is not what was sent; nothing was kept");
    if (!e) e = check(to);
    if (!e) e = store_totals(to, totals, &count);
    if (!e) e = generation_write(&dir->fs, dir->path, &m.meta);
    if (!e) print_totals(totals, count, is_json);
    return e;
}

static enum err set_aside(struct data_dir *dir)
{
    struct data_path file = data_dir_join(dir, DATA_DIR_DATABASE);
    struct data_path moved = data_dir_join(dir, ADMIN_MOVED);
    enum err e = fs_rename(&dir->fs, file.z, moved.z);
    return e ? e : fs_sync_parent(&dir->fs, moved.z);
}

static enum err open_both(struct data_dir *dir, const char *to, bool is_json)
{
    struct arena from_arena;
    struct arena to_arena;
    struct store *from = NULL;
    struct store *there = NULL;
    struct data_dir target;
    enum err e = data_dir_init(&target, dir->path, to, dir->journal, dir->env);
    if (!e) e = data_dir_store_open(dir, DB_WRITER, &from_arena, &from);
    if (!e) e = data_dir_store_open(&target, DB_WRITER, &to_arena, &there);
    if (!e) e = move_into(dir, from, there, is_json);
    data_dir_store_close(&to_arena, there);
    data_dir_store_close(&from_arena, from);
    // Closed, the file is all there is of it: no log lies beside it any more.
    return e ? e : set_aside(dir);
}

enum err admin_move(struct data_dir *dir, const char *to, bool is_json)
{
    int lock = -1;
    if (dir->database[0] || !to[0]) {
        log_error("move goes from the file in the folder to a PostgreSQL database");
        return ERR_BAD_INPUT;
    }
    enum err e = data_dir_lock(dir, "lock", &lock);
    if (e == ERR_BUSY) log_error("%s: the server runs; stop it first", dir->path);
    if (e) return e;
    e = open_both(dir, to, is_json);
    close(lock);
    if (!e && !is_json) {
        printf("moved; put into the configuration: database = %s\n"
               "the old file is kept as %s\n",
               to, ADMIN_MOVED);
    }
    return e;
}
