#include "store/store.h"

#include "base/log.h"
#include "store/store_own.h"
#include "store/store_schema.h"

#include <stdio.h>
#include <string.h>

static const char META_GET[] = "SELECT value FROM server_meta WHERE name = $1";
static const char META_PUT[] = "INSERT INTO server_meta (name, value) VALUES ($1, $2) "
                               "ON CONFLICT (name) DO UPDATE SET value = excluded.value";
static const char META_ADD[] = "INSERT INTO server_meta (name, value) VALUES ($1, $2)";
static const char SCHEMA_IS_THERE[] = "SELECT count(*) FROM server_meta";
static const char MARK[] = "UPDATE incarnation SET marked = last_op_seq WHERE marked < last_op_seq";
static const char MARK_DONE[] = "UPDATE incarnation SET safe = marked WHERE safe < marked";

enum err store_open(struct arena *arena, struct db *db, const struct store_setup *setup,
                    struct store **out)
{
    enum err e = crypt_init();
    int64_t rows = 0;
    if (!e && setup->access == DB_WRITER) e = db_migrate(db, store_schema, store_schema_count);
    if (!e && setup->access == DB_READER) e = db_one_int(db, DB_QUERY(SCHEMA_IS_THERE), &rows);
    if (e) {
        db_close(db);
        return e;
    }
    struct store *s = arena_new(arena, struct store);
    *s = (struct store){.centre = {&store_centre_ops}, .db = db, .env = setup->env};
    s->keys = setup->keys;
    s->fs = setup->fs;
    s->journal_path = setup->journal;
    arena_init(&s->scratch, STORE_SCRATCH_BYTES);
    if (setup->access == DB_WRITER) store_pending_init(s);
    s->scratch_ground = arena_mark(&s->scratch);
    *out = s;
    return ERR_OK;
}

void store_close(struct store *s)
{
    if (!s) return;
    db_close(s->db);
    store_pending_deinit(s);
    arena_deinit(&s->scratch);
    memory_wipe(s, sizeof(*s));
}

struct centre_store *store_centre(struct store *s)
{
    return &s->centre;
}

struct db *store_db(struct store *s)
{
    return s->db;
}

int64_t store_now(const struct store *s)
{
    return env_now_ms(s->env);
}

// ---- Transactions

enum err store_begin(struct store *s)
{
    arena_rewind(&s->scratch, s->scratch_ground);
    store_pending_clear(s);
    s->journal_is_due = s->journal_is_ahead;
    return db_begin(s->db, DB_WRITE);
}

enum err store_command_begin(struct store *s)
{
    arena_rewind(&s->scratch, s->scratch_ground);
    store_pending_mark(s);
    return db_savepoint(s->db);
}

enum err store_command_end(struct store *s, enum err e)
{
    e = db_release(s->db, e);
    if (e) store_pending_undo(s);
    return e;
}

enum err store_commit(struct store *s, enum err e)
{
    if (!e) e = store_pending_write(s);
    bool is_written = !e && s->journal_is_due;
    if (!e) e = store_journal_write(s);
    e = db_end(s->db, e);
    if (is_written) s->journal_is_ahead = e != ERR_OK;
    store_pending_clear(s);
    return e;
}

enum err store_transact(struct store *s, store_work_fn *work, void *context)
{
    enum err e = ERR_BUSY;
    for (int i = 0; i < DB_BUSY_TRIES_MAX && e == ERR_BUSY; i++) {
        e = store_begin(s);
        if (!e) e = store_commit(s, work(s, context));
    }
    return e;
}

// ---- What the centre is

enum err store_meta_get(struct store *s, struct str name, struct arena *a, struct str *out)
{
    return db_one_text(s->db, DB_QUERY(META_GET, DB_TEXT(name)), a, out);
}

enum err store_meta_put(struct store *s, struct str name, struct str value)
{
    return db_run(s->db, DB_QUERY(META_PUT, DB_TEXT(name), DB_TEXT(value)), NULL);
}

enum err store_init(struct store *s, struct str county)
{
    CHECK(county.len == SITE_COUNTY_DIGITS && str_is_digits(county));
    struct id gen;
    enum err e = store_generation_name(s, NULL, 0, &gen);
    // Adding, not putting: a second init is refused by the primary key.
    if (!e)
        e = db_run(s->db, DB_QUERY(META_ADD, DB_TEXT(STR("generation")), DB_TEXT(id_str(&gen))),
                   NULL);
    if (!e) e = store_meta_put(s, STR("county"), county);
    if (!e) e = store_meta_put(s, STR("data_key"), id_str(&s->keys.data_key_id));
    if (!e) e = store_meta_put(s, STR("nightly_day"), STR("0"));
    if (!e) e = store_meta_put(s, STR("turn"), STR("0"));
    struct store_audit audit = {STR("server"), STR("init"), county, STR("")};
    return e ? e : store_audit(s, &audit);
}

enum err store_turn_next(struct store *s)
{
    struct store_meta meta = {0};
    enum err e = store_meta(s, &meta);
    s->journal_is_due = true; // also the first one of a database from before there were journals
    struct str turn = str_printf(&s->scratch, "%lld", (long long)meta.turn + 1);
    return e ? e : store_meta_put(s, STR("turn"), turn);
}

enum err store_touch(struct store *s)
{
    char text[24];
    snprintf(text, sizeof(text), "%lld", (long long)store_now(s));
    return store_meta_put(s, STR("touched"), str_from_z(text));
}

static enum err meta_bad(const char *name)
{
    log_error("store: the database's own %s cannot be read", name);
    return ERR_CORRUPT;
}

enum err store_meta(struct store *s, struct store_meta *out)
{
    size_t mark = arena_mark(&s->scratch);
    struct str gen = {0};
    struct str county = {0};
    struct str key = {0};
    struct str day = {0};
    struct str turn = {0};
    struct store_meta meta = {0};
    int64_t day_number = 0;
    enum err e = store_meta_get(s, STR("generation"), &s->scratch, &gen);
    if (!e) e = store_meta_get(s, STR("county"), &s->scratch, &county);
    if (!e) e = store_meta_get(s, STR("data_key"), &s->scratch, &key);
    if (!e) e = store_meta_get(s, STR("nightly_day"), &s->scratch, &day);
    if (!e) e = store_meta_get(s, STR("turn"), &s->scratch, &turn);
    if (e == ERR_NOT_FOUND && day.len > 0) { // a database from before there were turns
        turn = STR("0");
        e = ERR_OK;
    }
    if (!e && !str_to_int(turn, 0, INT64_MAX - 1, &meta.turn)) e = meta_bad("turn");
    if (!e && !id_parse(gen, &meta.gen)) e = meta_bad("generation");
    if (!e && county.len != SITE_COUNTY_DIGITS) e = meta_bad("county");
    if (!e && key.len > 0 && !id_parse(key, &meta.data_key_id)) e = meta_bad("data key");
    if (!e && !str_to_int(day, 0, INT32_MAX, &day_number)) e = meta_bad("day");
    if (!e) {
        memcpy(meta.county, county.ptr, SITE_COUNTY_DIGITS);
        meta.nightly_day = (int)day_number;
        *out = meta;
    }
    arena_rewind(&s->scratch, mark);
    return e;
}

// ---- Backups

enum err store_backup_mark(struct store *s)
{
    return db_run(s->db, DB_QUERY(MARK), NULL);
}

enum err store_backup(struct store *s, const char *path)
{
    return db_backup(s->db, path);
}

enum err store_backup_done(struct store *s)
{
    struct store_audit audit = {STR("server"), STR("backup"), STR(""), STR("")};
    enum err e = db_run(s->db, DB_QUERY(MARK_DONE), NULL);
    return e ? e : store_audit(s, &audit);
}
