#include "app/serve.h"

#include "api/generation.h"
#include "base/log.h"
#include "release/release.h"

#include <stdio.h>
#include <unistd.h>

#define LOOK_MS_MAX     (10 * DATE_MINUTE_MS) // the civil clock may be put right meanwhile
#define ABOUT_MS        (2 * DATE_MINUTE_MS)  // kiosks ask more often than that
#define SERVER_LOOK_MS  5000                  // what other instances have done meanwhile
#define RETRY_MS        5000                  // until what was asked for has come about
#define RENEW_BEFORE_MS (7 * DATE_DAY_MS)

static enum err tell_recovery(struct store *store)
{
    struct centre_store *centre = store_centre(store);
    struct centre_recovery r;
    enum err e = centre->ops->recovery_get(centre, &r);
    if (!e && r.is_on)
        log_warn("recovering: %d kiosks owe their report; seats of the pool are not sold before",
                 r.missing);
    return e;
}

static enum err open_stores(struct serve *s, int worker_count)
{
    enum err e = data_dir_store_open(s->dir, DB_WRITER, &s->writing.arena, &s->writing.store);
    if (!e) e = generation_check(s->dir->path, s->writing.store, &s->api.meta);
    if (!e) e = store_transact(s->writing.store, generation_next, &s->api.meta);
    if (!e) e = generation_write(&s->dir->fs, s->dir->path, &s->api.meta);
    if (!e) e = tell_recovery(s->writing.store);
    s->turn = s->api.meta.turn;
    if (!e) e = data_dir_store_open(s->dir, DB_READER, &s->polling.arena, &s->polling.store);
    if (!e && !db_is_file(store_db(s->writing.store)))
        e = data_dir_store_open(s->dir, DB_READER, &s->watching.arena, &s->watching.store);
    for (int i = 0; i <= worker_count && !e; i++) {
        e = data_dir_store_open(s->dir, DB_READER, &s->reading[i].arena, &s->reading[i].store);
        s->api.readers[i] = s->reading[i].store;
    }
    return e;
}

static enum err start_threads(struct serve *s)
{
    struct polls_setup polls = {
        .env = s->dir->env, .http = &s->http, .reader = s->polling.store, .gen = s->api.meta.gen};
    enum err e = polls_start(&s->polls, &polls);
    return e ? e : writer_start(&s->writer, s->writing.store, s->dir->env, polls_told, &s->polls);
}

enum err serve_start(struct serve *s, struct data_dir *dir, const struct serve_config *config)
{
    s->dir = dir;
    s->lock = -1;
    struct data_path keys = data_dir_join(dir, DATA_DIR_KEYS);
    struct data_path socket_path = data_dir_join(dir, DATA_DIR_SOCKET);
    enum err e = data_dir_lock(dir, "lock", &s->lock);
    if (e == ERR_BUSY) log_error("%s: another process has it open", dir->path);
    if (e) return e;
    s->api.env = dir->env;
    s->api.fs = &dir->fs;
    s->api.dir = dir->path;
    s->api.http = &s->http;
    s->api.writer = &s->writer;
    s->api.polls = &s->polls;
    e = open_stores(s, config->worker_count);
    if (!e) e = release_box_load(keys.z, &s->api.box);
    if (e) return e;
    auth_init(&s->api.auth, dir->env);
    e = start_threads(s);
    if (e) return e;
    s->router = api_router(&s->api);
    struct http_config http = {.on_tcp = true,
                               .port = config->port,
                               .socket_path = socket_path.z,
                               .worker_count = config->worker_count,
                               .connection_max = config->connection_max,
                               .arena_bytes = API_ARENA_BYTES};
    return http_start(&s->http, &http, &s->router);
}

static enum err run_nightly(struct store *s, struct writer_command *command)
{
    bool did = false;
    (void)command;
    enum err e = store_nightly(s, &did);
    if (!e && did) log_info("nightly run done");
    return e;
}

// In the writer's thread.
static void end_nightly(struct writer_command *command, enum err e)
{
    struct serve *s = command->state;
    if (!e) atomic_store(&s->nightly_day, (int)command->number);
}

// Running twice does nothing the second time, so one that is still in the queue does no harm.
static enum err ask_nightly(struct serve *s, int today)
{
    struct writer_command nightly = {
        .run = run_nightly, .done = end_nightly, .state = s, .number = today};
    return writer_submit(&s->writer, &nightly);
}

static enum err run_minute(struct store *s, struct writer_command *command)
{
    (void)command;
    return store_minute(s);
}

// Each minute while kiosks are about; else whenever there is a look at the calendar.
static bool keep_minute(struct serve *s)
{
    int64_t mono_ms = env_mono_ms(s->dir->env);
    struct writer_command minute = {.run = run_minute};
    bool is_due = s->minute_ms == 0 || mono_ms - s->minute_ms >= DATE_MINUTE_MS;
    if (is_due && writer_submit(&s->writer, &minute) == ERR_OK) s->minute_ms = mono_ms;
    return mono_ms - atomic_load(&s->api.asked_ms) < ABOUT_MS;
}

// A kiosk that cannot fetch a fresh timestamp must be able to tell that somebody keeps it from doing so.
static enum err renew_timestamp(struct serve *s)
{
    int lock = -1;
    struct timestamp now;
    struct crypt_key_pair pair = {0};
    struct data_path keys = data_dir_join(s->dir, DATA_DIR_KEYS);
    struct data_path content = data_dir_join(s->dir, DATA_DIR_CONTENT);
    int64_t now_ms = env_now_ms(s->dir->env);
    enum err e = release_timestamp_load(content.z, &now);
    if (e || now.expires_ms - now_ms > RENEW_BEFORE_MS) return e == ERR_NOT_FOUND ? ERR_OK : e;
    e = data_dir_lock(s->dir, DATA_DIR_CONTENT "/lock", &lock);
    if (e) return e == ERR_BUSY ? ERR_OK : e; // whoever publishes makes one
    e = release_key_load(keys.z, "timestamp", &pair);
    if (!e) e = release_timestamp_make(&s->dir->fs, content.z, now_ms, &now.manifest_hash, &pair);
    memory_wipe(&pair, sizeof(pair));
    close(lock);
    return e;
}

// Another instance raises the turn when it starts, and at a backup: this folder learns of it, so that
// it knows an older copy for what it is. False: that has happened under our hands.
static bool is_still_ours(struct serve *s)
{
    struct store_meta meta;
    if (!s->watching.store) return true;
    if (store_meta(s->watching.store, &meta)) return true; // not to be had now; logged
    bool is_ours = id_eq(meta.gen, s->api.meta.gen) && meta.turn >= s->turn;
    if (!is_ours) log_error("the database was put back to an older copy while the server ran");
    if (is_ours && meta.turn > s->turn && !generation_write(&s->dir->fs, s->dir->path, &meta))
        s->turn = meta.turn;
    return is_ours;
}

int64_t serve_keep_time(struct serve *s)
{
    if (!is_still_ours(s)) return SERVE_GIVE_UP;
    int64_t now_ms = env_now_ms(s->dir->env);
    int today = date_day_from_ms(now_ms);
    if (atomic_load(&s->nightly_day) != today && ask_nightly(s, today))
        log_warn("the nightly run could not be asked for");
    if (s->timestamp_day != today && !renew_timestamp(s)) s->timestamp_day = today;
    bool is_about = keep_minute(s);
    bool is_done = atomic_load(&s->nightly_day) == today && s->timestamp_day == today;
    int64_t calm_ms = is_about ? DATE_MINUTE_MS : LOOK_MS_MAX;
    if (s->watching.store) calm_ms = SERVER_LOOK_MS;
    int64_t look_ms = is_done ? calm_ms : RETRY_MS;
    int64_t left_ms = date_ms(today + 1, 0) - now_ms;
    return left_ms < look_ms ? left_ms : look_ms;
}

// The writer first: it answers what waits for it while the connections still stand.
void serve_stop(struct serve *s)
{
    writer_stop(&s->writer);
    polls_stop(&s->polls);
    http_stop(&s->http, SERVE_GRACE_MS);
    writer_deinit(&s->writer);
    polls_deinit(&s->polls);
    auth_deinit(&s->api.auth);
    for (int i = 0; i <= HTTP_WORKERS_MAX; i++) {
        data_dir_store_close(&s->reading[i].arena, s->reading[i].store);
    }
    data_dir_store_close(&s->watching.arena, s->watching.store);
    data_dir_store_close(&s->polling.arena, s->polling.store);
    data_dir_store_close(&s->writing.arena, s->writing.store);
    memory_wipe(&s->api.box, sizeof(s->api.box));
    if (s->lock >= 0) close(s->lock);
}
