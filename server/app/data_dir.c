#include "app/data_dir.h"

#include "api/generation.h"
#include "base/log.h"
#include "crypt/secret_file.h"
#include "pg/pg.h"
#include "release/release.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define LOCK        "lock"
#define MODE_SHARED 0640

static const char *const key_names[] = {"data.key", "phone.key", "pins.key"};
#define KEY_COUNT (sizeof(key_names) / sizeof(key_names[0]))

enum err data_dir_init(struct data_dir *d, const char *path, const char *database,
                       const char *journal, struct env *env)
{
    *d = (struct data_dir){.env = env};
    size_t len = strlen(path);
    if (len == 0 || len > DATA_DIR_BYTES_MAX) {
        log_error("%s: not a usable path of a data folder", path);
        return ERR_TOO_BIG;
    }
    memcpy(d->path, path, len + 1);
    len = strlen(database);
    if (len > DATA_DIR_CONN_MAX || (len > 0 && !pg_is_conninfo(str_from_z(database)))) {
        log_error("database: not a conninfo of PostgreSQL (postgres://... or host=...)");
        return ERR_BAD_INPUT;
    }
    memcpy(d->database, database, len + 1);
    len = strlen(journal);
    if (len > DATA_DIR_BYTES_MAX || (len > 0 && journal[0] != '/')) {
        log_error("journal: %s: not the whole path of a file", journal);
        return ERR_BAD_INPUT;
    }
    snprintf(d->journal, sizeof(d->journal), "%s%s", len > 0 ? journal : path,
             len > 0 ? "" : "/" DATA_DIR_JOURNAL);
    fs_system_init(&d->fs);
    return ERR_OK;
}

// Names are ours and short, the folder's path is bounded.
struct data_path data_dir_join(const struct data_dir *d, const char *name)
{
    struct data_path p;
    int len = snprintf(p.z, sizeof(p.z), "%s/%s", d->path, name);
    CHECK(len > 0 && (size_t)len < sizeof(p.z));
    return p;
}

static struct data_path key_path(const struct data_dir *d, const char *name)
{
    struct data_path p;
    int len = snprintf(p.z, sizeof(p.z), "%s/" DATA_DIR_KEYS "/%s", d->path, name);
    CHECK(len > 0 && (size_t)len < sizeof(p.z));
    return p;
}

static bool is_there(struct data_path path)
{
    return access(path.z, F_OK) == 0;
}

enum err data_dir_lock(const struct data_dir *d, const char *name, int *fd)
{
    struct data_path path = data_dir_join(d, name);
    *fd = open(path.z, O_RDWR | O_CREAT | O_CLOEXEC, MODE_SHARED);
    if (*fd < 0) {
        log_error("%s: %s", path.z, log_errno());
        return ERR_IO;
    }
    if (flock(*fd, LOCK_EX | LOCK_NB) == 0) return ERR_OK;
    bool is_held = errno == EWOULDBLOCK;
    if (!is_held) log_error("%s: %s", path.z, log_errno());
    close(*fd);
    *fd = -1;
    return is_held ? ERR_BUSY : ERR_IO;
}

static enum err make_secrets(struct data_dir *d)
{
    enum err e = ERR_OK;
    unsigned char bytes[CRYPT_KEY_BYTES];
    for (size_t i = 0; i < KEY_COUNT && !e; i++) {
        struct data_path path = key_path(d, key_names[i]);
        e = secret_file_read(path.z, bytes, sizeof(bytes));
        if (e != ERR_NOT_FOUND) continue;
        env_random(d->env, bytes, sizeof(bytes));
        e = secret_file_write(&d->fs, path.z, bytes, sizeof(bytes));
    }
    memory_wipe(bytes, sizeof(bytes));
    return e;
}

static enum err make_content(struct data_dir *d)
{
    struct seal_key_pair box;
    struct data_path keys = data_dir_join(d, DATA_DIR_KEYS);
    struct data_path content = data_dir_join(d, DATA_DIR_CONTENT);
    enum err e = release_box_load(keys.z, &box);
    memory_wipe(&box, sizeof(box));
    return e == ERR_NOT_FOUND ? release_keys_make(&d->fs, d->env, keys.z, content.z) : e;
}

struct init_work {
    struct str county;
    struct store_meta meta;
};

static enum err init_store(struct store *s, void *context)
{
    struct init_work *w = context;
    enum err e = store_meta(s, &w->meta);
    if (e == ERR_NOT_FOUND) e = store_init(s, w->county);
    return e ? e : store_meta(s, &w->meta);
}

static enum err make_store(struct data_dir *d, struct str county)
{
    struct arena arena;
    struct store *store = NULL;
    struct init_work work = {.county = county};
    struct store_keys keys = {0};
    enum err e = data_dir_keys(d, &keys);
    struct id key_id = keys.data_key_id;
    memory_wipe(&keys, sizeof(keys));
    if (!e) e = data_dir_store_open(d, DB_WRITER, &arena, &store);
    if (e) return e;
    e = store_transact(store, init_store, &work);
    data_dir_store_close(&arena, store);
    if (e) return e;
    if (!id_eq(work.meta.data_key_id, key_id)) {
        log_error("%s: the database belongs to an instance with other keys: take this folder away, "
                  "copy keys and content of that instance into a new one, and init again",
                  d->path);
        return ERR_BAD_INPUT;
    }
    return generation_write(&d->fs, d->path, &work.meta);
}

// The generation's name comes last, so it tells that all the rest is there.
enum err data_dir_make(struct data_dir *d, struct str county)
{
    int lock = -1;
    struct data_path keys = data_dir_join(d, DATA_DIR_KEYS);
    struct data_path generation = data_dir_join(d, GENERATION_FILE);
    enum err e = fs_make_dir(&d->fs, d->path);
    if (!e) e = data_dir_lock(d, LOCK, &lock);
    if (e) return e;
    if (is_there(generation)) e = ERR_CONFLICT;
    if (!e && access(d->journal, F_OK) == 0) {
        log_error("%s: a centre's journal lies here, and its restore needs it; set it aside first",
                  d->journal);
        e = ERR_BAD_INPUT;
    }
    if (!e) e = fs_make_dir(&d->fs, keys.z);
    if (!e) e = make_secrets(d);
    if (!e) e = make_content(d);
    if (!e) e = make_store(d, county);
    close(lock);
    return e;
}

enum err data_dir_keys(const struct data_dir *d, struct store_keys *keys)
{
    struct crypt_key *const places[KEY_COUNT] = {&keys->data, &keys->phone, &keys->pins};
    for (size_t i = 0; i < KEY_COUNT; i++) {
        struct data_path path = key_path(d, key_names[i]);
        enum err e = secret_file_read(path.z, places[i]->bytes, sizeof(places[i]->bytes));
        if (e == ERR_NOT_FOUND)
            log_error("%s is missing: without it what is stored cannot be read; put the file back",
                      path.z);
        if (e) return e;
    }
    struct crypt_hash name = crypt_mac(&keys->data, STR("lvyue data key id"));
    hex_from_bytes(name.bytes, ID_HEX_BYTES / 2, keys->data_key_id.hex);
    return ERR_OK;
}

static enum err open_db(const struct data_dir *d, enum db_access access, struct arena *arena,
                        struct db **db)
{
    if (d->database[0]) return db_open_pg(arena, d->database, access, db);
    struct data_path path = data_dir_join(d, DATA_DIR_DATABASE);
    struct data_path generation = data_dir_join(d, GENERATION_FILE);
    // The generation is written once all is there, so a folder without it may still get a database.
    if (is_there(generation) && !is_there(path)) {
        log_error("%s is missing. If this centre's database is a server's, name it: database = ... "
                  "in the configuration, and --config FILE",
                  path.z);
        return ERR_NOT_FOUND;
    }
    return db_open_sqlite(arena, path.z, access, db);
}

// `path` is a file, or NULL for the centre's own database.
static enum err open_store(struct data_dir *d, enum db_access access, const char *path,
                           struct arena *arena, struct store **store)
{
    struct db *db = NULL;
    struct store_setup setup = {
        .access = access, .env = d->env, .fs = &d->fs, .journal = d->journal};
    enum err e = data_dir_keys(d, &setup.keys);
    if (e) return e;
    arena_init(arena, DATA_DIR_STORE_BYTES);
    e = path ? db_open_sqlite(arena, path, access, &db) : open_db(d, access, arena, &db);
    if (e == ERR_CORRUPT && !path)
        log_error("%s: the database is damaged; see lvyue-admin restore", d->path);
    if (!e) e = store_open(arena, db, &setup, store);
    memory_wipe(&setup.keys, sizeof(setup.keys));
    if (e) arena_deinit(arena);
    return e;
}

enum err data_dir_store_open(struct data_dir *d, enum db_access access, struct arena *arena,
                             struct store **store)
{
    return open_store(d, access, NULL, arena, store);
}

enum err data_dir_store_open_file(struct data_dir *d, const char *path, struct arena *arena,
                                  struct store **store)
{
    enum err e = open_store(d, DB_READER, path, arena, store);
    if (e == ERR_NOT_FOUND) log_error("%s: there is no such file", path);
    return e;
}

void data_dir_store_close(struct arena *arena, struct store *store)
{
    if (!store) return;
    store_close(store);
    arena_deinit(arena);
}
