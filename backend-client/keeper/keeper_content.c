#include "keeper/keeper_content.h"

#include "base/log.h"
#include "keeper/keeper_own.h"
#include "release/names.h"
#include "release/update.h"

#include <stdio.h>
#include <string.h>

#define CONTENT_ARENA_BYTES   (64 * 1024)
#define CONTENT_FETCH_MS      60000
#define CONTENT_RETRY_MS_BASE 5000
#define CONTENT_RETRY_MS_MAX  300000
#define CONTENT_RENEW_MS      DATE_DAY_MS // the timestamp is renewed more often than it expires
#define SIGNATURE_BYTES_MAX   1024

struct keeper_content {
    struct keeper *k;
    struct arena self; // this struct lies in it
    char dir[FS_PATH_BYTES_MAX];
    pthread_t thread;
    bool is_running;
    struct net net;
    struct fs fs;
    struct release_store store; // the content thread's alone
    struct arena scratch;
    struct buf bytes;
    struct buf signature_bytes[ROOT_KEYS_MAX];
    struct trust_signature signatures[ROOT_KEYS_MAX];
    size_t signature_count;

    pthread_mutex_t lock; // guards what follows
    bool is_nudged;
    bool is_stopping;
    bool has_box;
    struct seal_public_key box;
    int64_t version;
};

static bool is_stopping(struct keeper_content *c)
{
    pthread_mutex_lock(&c->lock);
    bool stopping = c->is_stopping;
    pthread_mutex_unlock(&c->lock);
    return stopping;
}

// ---- Fetching

// One file below /v1/c/ into `out`. This thread may wait; nobody waits for it.
static enum err fetch(struct keeper_content *c, const char *name, size_t bytes_max, struct buf *out)
{
    struct net_token token;
    struct net_reply reply;
    struct str url = str_printf(&c->scratch, "%s/v1/c/%s", c->k->config.centre_url, name);
    const struct net_request request = {.method = NET_GET,
                                        .url = url.ptr,
                                        .deadline_ms = CONTENT_FETCH_MS,
                                        .reply_bytes_max = bytes_max};
    enum err e = net_start(&c->net, &request, &token);
    if (e) return e;
    while (!is_stopping(c)) {
        if (!net_next_done(&c->net, &reply)) {
            net_poll(&c->net, CONTENT_FETCH_MS);
            continue;
        }
        if (reply.err) return reply.err;
        if (reply.status == 404) return ERR_NOT_FOUND;
        if (reply.status != 200) return ERR_NET;
        buf_clear(out);
        buf_add(out, reply.body);
        return buf_err(out);
    }
    net_cancel(&c->net, token);
    return ERR_STOPPED;
}

// The signatures that lie beside a file, of the keys of one role. One that is not there is not counted.
static enum err fetch_signatures(struct keeper_content *c, const char *name,
                                 const struct root *root, enum release_role role)
{
    for (size_t i = 0; i < root->key_count; i++) {
        if (root->keys[i].role != role || c->signature_count == ROOT_KEYS_MAX) continue;
        struct release_name file = release_signature_name(name, &root->keys[i].key);
        struct buf *bytes = &c->signature_bytes[c->signature_count];
        enum err e = fetch(c, file.z, SIGNATURE_BYTES_MAX, bytes);
        if (e == ERR_NOT_FOUND) continue;
        if (e) return e;
        c->signatures[c->signature_count++].file = buf_str(bytes);
    }
    return ERR_OK;
}

static enum err fetch_signed(struct keeper_content *c, const char *name, size_t bytes_max,
                             enum release_role role, struct release_signed *out)
{
    c->signature_count = 0;
    enum err e = fetch(c, name, bytes_max, &c->bytes);
    if (!e) e = fetch_signatures(c, name, &c->store.trust.root, role);
    *out = (struct release_signed){buf_str(&c->bytes), c->signatures, c->signature_count};
    return e;
}

// ---- The steps of a round

static void refused(const char *what, enum trust_verdict v)
{
    log_warn("content: the %s is refused: %s", what, trust_word(v));
}

static void tell_root(struct keeper_content *c)
{
    pthread_mutex_lock(&c->lock);
    c->has_box = c->store.has_root;
    c->box = c->store.trust.root.box;
    pthread_mutex_unlock(&c->lock);
}

static enum err first_root(struct keeper_content *c)
{
    enum trust_verdict v;
    if (c->store.has_root) return ERR_OK;
    struct release_name name = release_root_name(1);
    enum err e = fetch(c, name.z, ROOT_BYTES_MAX, &c->bytes);
    if (!e) e = release_store_pin(&c->store, buf_str(&c->bytes), &v);
    if (!e && v != TRUST_OK) {
        refused("first root", v);
        e = ERR_BAD_INPUT;
    }
    if (!e) tell_root(c);
    return e;
}

static enum err next_roots(struct keeper_content *c)
{
    for (int step = 0; step < TRUST_ROOT_STEPS_MAX; step++) {
        struct release_signed next;
        enum trust_verdict v;
        struct root proposed;
        struct release_name name = release_root_name(c->store.trust.root.version + 1);
        enum err e = fetch_signed(c, name.z, ROOT_BYTES_MAX, ROLE_ROOT, &next);
        if (e == ERR_NOT_FOUND) return ERR_OK;
        // It must be signed by the thresholds of the old and the new root: the new one's own keys too.
        if (!e && root_read(next.bytes, &proposed) == ERR_OK)
            e = fetch_signatures(c, name.z, &proposed, ROLE_ROOT);
        next.count = c->signature_count;
        if (!e) e = release_store_root(&c->store, &next, &v);
        if (e) return e;
        if (v != TRUST_OK) {
            refused("next root", v);
            return ERR_OK;
        }
        tell_root(c);
    }
    return ERR_OK;
}

static enum err new_timestamp(struct keeper_content *c)
{
    struct release_signed file;
    enum trust_verdict v;
    enum err e =
        fetch_signed(c, RELEASE_TIMESTAMP_NAME, TIMESTAMP_BYTES_MAX, ROLE_TIMESTAMP, &file);
    if (e == ERR_NOT_FOUND) return ERR_OK; // nothing was published yet
    if (!e) e = release_store_timestamp(&c->store, &file, keeper_now_ms(c->k), &v);
    if (!e && v != TRUST_OK && v != TRUST_SAME) refused("timestamp", v);
    return e;
}

static enum err new_manifest(struct keeper_content *c)
{
    struct release_signed file;
    enum trust_verdict v;
    if (!release_store_wants_manifest(&c->store)) return ERR_OK;
    struct release_name name = release_manifest_name(&c->store.timestamp.manifest_hash);
    enum err e = fetch_signed(c, name.z, MANIFEST_BYTES_MAX, ROLE_CONTENT, &file);
    if (!e) e = release_store_manifest(&c->store, &file, keeper_now_ms(c->k), &v);
    if (!e && v != TRUST_OK) {
        refused("manifest", v);
        e = ERR_BAD_INPUT;
    }
    return e;
}

static enum err missing_file(struct keeper_content *c, size_t index)
{
    const struct manifest_file *file = &c->store.staged.files[index];
    enum trust_verdict v;
    char hex[CRYPT_HASH_HEX_BYTES + 1];
    char name[CRYPT_HASH_HEX_BYTES + 4];
    crypt_hash_hex(&file->hash, hex);
    snprintf(name, sizeof(name), "b/%s", hex);
    enum err e = fetch(c, name, (size_t)file->size_bytes + 1, &c->bytes);
    if (!e) e = release_store_part(&c->store, index, 0, buf_str(&c->bytes), &v);
    if (!e && v == TRUST_OK) e = release_store_part_end(&c->store, index, &v);
    if (!e && v != TRUST_OK) {
        refused("file", v);
        e = ERR_BAD_INPUT;
    }
    return e;
}

// All missing files in one frame against the files of the release that is shown, where the centre has
// such a frame; what it does not bring is fetched file by file.
static enum err missing_files_at_once(struct keeper_content *c)
{
    char from[CRYPT_HASH_HEX_BYTES + 1];
    char to[CRYPT_HASH_HEX_BYTES + 1];
    enum trust_verdict v;
    struct crypt_hash shown = update_from(&c->store);
    crypt_hash_hex(&shown, from);
    crypt_hash_hex(&c->store.timestamp.manifest_hash, to);
    struct str name = str_printf(&c->scratch, "u/%s-%s.files", from, to);
    enum err e = fetch(c, name.ptr, UPDATE_BYTES_MAX, &c->bytes);
    if (!e) e = update_apply_files(&c->store, buf_str(&c->bytes), &v);
    if (!e && v != TRUST_OK) log_info("content: the frame does not fit, files come one by one");
    return e == ERR_NOT_FOUND || e == ERR_TOO_BIG ? ERR_OK : e;
}

static enum err missing_files(struct keeper_content *c)
{
    if (!c->store.has_staged || release_store_next_missing(&c->store, 0) == SIZE_MAX) return ERR_OK;
    enum err e = missing_files_at_once(c);
    size_t at = release_store_next_missing(&c->store, 0);
    while (!e && at != SIZE_MAX) {
        size_t mark = arena_mark(&c->scratch);
        e = missing_file(c, at);
        arena_rewind(&c->scratch, mark);
        if (!e) at = release_store_next_missing(&c->store, at + 1);
    }
    return e;
}

static void tell_version(struct keeper_content *c)
{
    pthread_mutex_lock(&c->lock);
    c->version = c->store.has_current ? c->store.current.version : 0;
    int64_t version = c->version;
    pthread_mutex_unlock(&c->lock);
    pthread_mutex_lock(&c->k->queue.lock);
    c->k->queue.status.content_version = version;
    pthread_mutex_unlock(&c->k->queue.lock);
    keeper_changed(c->k);
}

static enum err switch_over(struct keeper_content *c)
{
    enum trust_verdict v;
    if (!c->store.has_staged) return ERR_OK;
    enum err e = release_store_switch(&c->store, &v);
    if (!e && v != TRUST_OK && v != TRUST_SAME) {
        refused("release", v);
        return v == TRUST_APP_OLD ? ERR_OK : ERR_CORRUPT;
    }
    if (!e && v == TRUST_OK) {
        log_info("content: release %lld is shown", (long long)c->store.current.version);
        tell_version(c);
        e = release_store_clean(&c->store);
    }
    return e;
}

static enum err one_round(struct keeper_content *c)
{
    static enum err (*const steps[])(struct keeper_content *) = {
        first_root, next_roots, new_timestamp, new_manifest, missing_files, switch_over};
    enum err e = ERR_OK;
    for (size_t i = 0; !e && i < sizeof(steps) / sizeof(steps[0]); i++) {
        e = steps[i](c);
        arena_rewind(&c->scratch, 0);
    }
    return e;
}

// ---- The thread

// Sleeps until a nudge, the stop, or `wait_ms`; true where it is to go on.
static bool sleep_until_nudged(struct keeper_content *c, int64_t wait_ms)
{
    int64_t until_ms = env_mono_ms(c->k->env) + wait_ms;
    for (;;) {
        pthread_mutex_lock(&c->lock);
        bool is_over = c->is_nudged || c->is_stopping;
        bool go_on = !c->is_stopping;
        c->is_nudged = false;
        pthread_mutex_unlock(&c->lock);
        int64_t left_ms = until_ms - env_mono_ms(c->k->env);
        if (is_over || left_ms <= 0) return go_on;
        net_poll(&c->net, (int)left_ms);
    }
}

static void *run(void *context)
{
    struct keeper_content *c = context;
    int64_t retry_ms = 0;
    while (sleep_until_nudged(c, retry_ms > 0 ? retry_ms : CONTENT_RENEW_MS)) {
        enum err e = one_round(c);
        if (!e) {
            retry_ms = 0;
            continue;
        }
        log_warn("content: this round ended early: %s", err_text(e));
        retry_ms = retry_ms > 0 ? 2 * retry_ms : CONTENT_RETRY_MS_BASE;
        if (retry_ms > CONTENT_RETRY_MS_MAX) retry_ms = CONTENT_RETRY_MS_MAX;
    }
    return NULL;
}

static enum err open_store(struct keeper_content *c)
{
    const struct net_config config = {.ca_file = c->k->config.ca_file,
                                      .pinned_keys = c->k->config.pin_key};
    snprintf(c->dir, sizeof(c->dir), "%s/content", c->k->config.data_dir);
    fs_system_init(&c->fs);
    enum err e = fs_make_dir(&c->fs, c->dir);
    if (!e) e = release_store_open(&c->store, &c->fs, c->dir, STR(KEEPER_APP));
    if (!e) e = net_init(&c->net, &config);
    if (e) return e;
    tell_root(c);
    tell_version(c);
    return ERR_OK;
}

enum err keeper_content_start(struct keeper_content **out, struct keeper *k)
{
    struct arena self;
    arena_init(&self, sizeof(struct keeper_content) + 64);
    struct keeper_content *c = arena_new(&self, struct keeper_content);
    *c = (struct keeper_content){.k = k, .self = self};
    arena_init(&c->scratch, CONTENT_ARENA_BYTES);
    buf_init(&c->bytes, (size_t)MANIFEST_FILE_BYTES_MAX);
    for (int i = 0; i < ROOT_KEYS_MAX; i++) {
        buf_init(&c->signature_bytes[i], SIGNATURE_BYTES_MAX);
    }
    CHECK(pthread_mutex_init(&c->lock, NULL) == 0);
    *out = c;
    enum err e = open_store(c);
    if (!e && pthread_create(&c->thread, NULL, run, c) != 0) e = ERR_IO;
    c->is_running = !e;
    return e;
}

void keeper_content_nudge(struct keeper_content *c)
{
    pthread_mutex_lock(&c->lock);
    c->is_nudged = true;
    pthread_mutex_unlock(&c->lock);
    net_wakeup(&c->net);
}

void keeper_content_stop(struct keeper_content *c)
{
    if (!c) return;
    pthread_mutex_lock(&c->lock);
    c->is_stopping = true;
    pthread_mutex_unlock(&c->lock);
    net_wakeup(&c->net);
}

void keeper_content_join(struct keeper_content *c)
{
    if (!c) return;
    if (c->is_running) pthread_join(c->thread, NULL);
    net_deinit(&c->net);
    release_store_close(&c->store);
    for (int i = 0; i < ROOT_KEYS_MAX; i++) {
        buf_deinit(&c->signature_bytes[i]);
    }
    buf_deinit(&c->bytes);
    arena_deinit(&c->scratch);
    pthread_mutex_destroy(&c->lock);
    struct arena self = c->self;
    arena_deinit(&self);
}

bool keeper_content_box(struct keeper_content *c, struct seal_public_key *out)
{
    pthread_mutex_lock(&c->lock);
    bool has_box = c->has_box;
    *out = c->box;
    pthread_mutex_unlock(&c->lock);
    return has_box;
}

int64_t keeper_content_version(struct keeper_content *c)
{
    pthread_mutex_lock(&c->lock);
    int64_t version = c->version;
    pthread_mutex_unlock(&c->lock);
    return version;
}
