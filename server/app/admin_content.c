#include "app/admin_content.h"

#include "base/log.h"
#include "release/article.h"
#include "release/doc.h"
#include "release/import.h"
#include "release/names.h"
#include "release/release.h"
#include "release/statute.h"
#include "release/update.h"
#include "wire/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define STOCK            DATA_DIR_CONTENT "/stock.json"
#define MIN_APP          STR("0.1")
#define WORK_ARENA_BYTES (ARTICLE_ARENA_BYTES + DOC_ARENA_BYTES)

// One import or publication under way.
struct making {
    const struct admin_content *c;
    struct admin_content_told *told;
    int lock;
    struct data_path content;
    struct data_path keys;
    struct arena before_arena;
    struct manifest before;
    bool has_before;
    struct crypt_hash before_hash;
    struct release_draft draft;
    struct arena arena; // of one file
    struct buf bytes;
    struct buf compiled;
};

static enum err making_init(struct making *m, const struct admin_content *c,
                            struct admin_content_told *told)
{
    *m = (struct making){.c = c, .told = told, .lock = -1};
    *told = (struct admin_content_told){0};
    m->content = data_dir_join(c->dir, DATA_DIR_CONTENT);
    m->keys = data_dir_join(c->dir, DATA_DIR_KEYS);
    enum err e = data_dir_lock(c->dir, DATA_DIR_CONTENT "/lock", &m->lock);
    if (e == ERR_BUSY) log_error("%s: somebody else makes a release", m->content.z);
    if (e) return e;
    e = release_draft_init(&m->draft, &c->dir->fs, m->content.z);
    if (e) return e;
    arena_init(&m->arena, WORK_ARENA_BYTES);
    arena_init(&m->before_arena, MANIFEST_ARENA_BYTES);
    buf_init(&m->bytes, CONTENT_BYTES_MAX + 1);
    buf_init(&m->compiled, DOC_BYTES_MAX);
    return ERR_OK;
}

static void making_deinit(struct making *m)
{
    buf_deinit(&m->compiled);
    buf_deinit(&m->bytes);
    arena_deinit(&m->before_arena);
    arena_deinit(&m->arena);
    release_draft_deinit(&m->draft);
    if (m->lock >= 0) close(m->lock);
}

static void print_refusal(struct making *m, struct str path, const struct content_mistake *mistake)
{
    m->told->refused++;
    const char *why = content_fault_text(mistake->fault);
    if (!m->c->is_json) {
        printf("%.*s:", STR_ARG(path));
        if (mistake->line > 0) printf("%d:%d:", mistake->line, mistake->column);
        printf(" %s %s\n", why, content_fault_chinese(mistake->fault));
        return;
    }
    struct buf line;
    struct json_writer w;
    buf_init(&line, 8 * FILENAME_MAX); // a path of the system, escaped twice
    json_write_begin(&w, &line);
    json_write_object(&w, NULL);
    json_write_text(&w, "file", path);
    json_write_int(&w, "line", mistake->line);
    json_write_int(&w, "column", mistake->column);
    json_write_text(&w, "why", str_from_z(why));
    json_write_object_end(&w);
    if (!json_write_end(&w)) printf("%.*s\n", STR_ARG(buf_str(&line)));
    buf_deinit(&line);
}

// The file's bytes, until the next call. False where it is refused already.
static enum err read_source(struct making *m, const char *folder, struct str path, bool *good)
{
    char whole[2 * FS_PATH_BYTES_MAX];
    struct content_mistake mistake = {.fault = import_check_path(path)};
    *good = false;
    arena_rewind(&m->arena, 0);
    buf_clear(&m->bytes);
    if (mistake.fault != FAULT_NONE) {
        bool is_text = mistake.fault != FAULT_NAME_TEXT;
        print_refusal(m, is_text ? path : import_path_escaped(&m->arena, path), &mistake);
        return ERR_OK;
    }
    int len = snprintf(whole, sizeof(whole), "%s/%.*s", folder, STR_ARG(path));
    if (len < 0 || (size_t)len >= sizeof(whole)) return ERR_TOO_BIG;
    enum err e = buf_read_file(&m->bytes, whole);
    // One file that is too large is that file's mistake; content_check_bytes names it.
    if (e == ERR_TOO_BIG) {
        mistake.fault = FAULT_TOO_BIG;
        print_refusal(m, path, &mistake);
    }
    *good = e == ERR_OK;
    return e == ERR_TOO_BIG ? ERR_OK : e;
}

static enum err take_law(struct making *m, const char *folder, struct str path)
{
    bool good = false;
    struct content_doc doc;
    struct content_mistake mistake = {0};
    enum err e = read_source(m, folder, path, &good);
    if (e || !good) return e;
    if (!statute_parse(&m->arena, path, buf_str(&m->bytes), &doc, &mistake)) {
        print_refusal(m, path, &mistake);
        return ERR_OK;
    }
    e = release_draft_add(&m->draft, path, &doc);
    if (e) return e;
    m->told->imported++;
    m->told->articles += (int64_t)doc.article_count;
    return ERR_OK;
}

typedef enum err take_fn(struct making *m, const char *folder, struct str path);

static enum err take_all(struct making *m, const char *folder, take_fn *take)
{
    struct import_list list;
    enum err e = import_list_init(&list, folder);
    if (e == ERR_NOT_FOUND) log_error("%s: no such folder", folder);
    if (!e && list.count == 0) {
        // Most likely the wrong folder: what is in force is not thrown away for it.
        log_error("%s: there is no text (*.md) in this folder", folder);
        e = ERR_NOT_FOUND;
    }
    for (size_t i = 0; i < list.count && !e; i++) {
        e = take(m, folder, list.paths[i]);
    }
    import_list_deinit(&list);
    return e;
}

static int by_path(const void *a, const void *b)
{
    const struct manifest_file *left = a;
    const struct manifest_file *right = b;
    return str_compare(left->path, right->path);
}

static enum err write_stock(struct making *m)
{
    struct buf text;
    struct data_path path = data_dir_join(m->c->dir, STOCK);
    int64_t now_ms = env_now_ms(m->c->dir->env);
    struct manifest stock = {.version = 1,
                             .min_app = MIN_APP,
                             .issued_ms = now_ms,
                             .expires_ms = now_ms + RELEASE_DAYS_MAX * DATE_DAY_MS,
                             .files = m->draft.files,
                             .file_count = m->draft.count};
    qsort(stock.files, stock.file_count, sizeof(stock.files[0]), by_path);
    buf_init(&text, MANIFEST_BYTES_MAX);
    enum err e = manifest_write(&stock, &text);
    if (!e) e = fs_sync_all(&m->c->dir->fs, m->content.z); // the blobs it names
    if (!e) e = fs_replace(&m->c->dir->fs, path.z, buf_str(&text), 0640);
    buf_deinit(&text);
    return e;
}

enum err admin_import_laws(const struct admin_content *c, const char *folder,
                           struct admin_content_told *told)
{
    struct making m;
    enum err e = making_init(&m, c, told);
    if (!e) e = take_all(&m, folder, take_law);
    if (!e) e = write_stock(&m);
    making_deinit(&m);
    return e;
}

// ---- Publishing

static enum err load_before(struct making *m)
{
    struct timestamp now;
    enum err e = release_timestamp_load(m->content.z, &now);
    if (e == ERR_NOT_FOUND) return ERR_OK;
    m->before_hash = now.manifest_hash;
    if (!e)
        e = release_manifest_load(&m->before_arena, m->content.z, &now.manifest_hash, &m->before);
    m->has_before = e == ERR_OK;
    return e;
}

static enum err keep_stock(struct making *m)
{
    struct buf text;
    struct arena arena;
    struct manifest stock;
    struct data_path path = data_dir_join(m->c->dir, STOCK);
    buf_init(&text, MANIFEST_BYTES_MAX);
    arena_init(&arena, MANIFEST_ARENA_BYTES);
    enum err e = buf_read_file(&text, path.z);
    bool is_there = e == ERR_OK;
    if (e == ERR_NOT_FOUND) e = ERR_OK;
    if (is_there) e = manifest_read(&arena, buf_str(&text), &stock);
    if (is_there && e) log_error("%s is damaged: import the laws again", path.z);
    for (size_t i = 0; is_there && !e && i < stock.file_count; i++) {
        e = release_draft_keep(&m->draft, &stock.files[i]);
    }
    arena_deinit(&arena);
    buf_deinit(&text);
    return e;
}

static const struct manifest_file *before_file(const struct making *m, struct str path)
{
    struct manifest_file want = {.path = path};
    if (!m->has_before) return NULL;
    return bsearch(&want, m->before.files, m->before.file_count, sizeof(want), by_path);
}

// An article names no day. Its version is of the day on which its words changed last.
static enum err take_article(struct making *m, const char *folder, struct str path)
{
    bool good = false;
    struct content_doc doc;
    struct content_mistake mistake = {0};
    enum err e = read_source(m, folder, path, &good);
    if (e || !good) return e;
    const struct manifest_file *old = before_file(m, path);
    int today = date_day_from_ms(env_now_ms(m->c->dir->env));
    int day = old ? old->day : today;
    if (!article_parse(&m->arena, buf_str(&m->bytes), day, &doc, &mistake)) {
        print_refusal(m, path, &mistake);
        return ERR_OK;
    }
    buf_clear(&m->compiled);
    doc_write(&doc, &m->compiled);
    struct crypt_hash hash = crypt_sha256(buf_str(&m->compiled));
    m->told->imported++;
    if (old && crypt_hash_eq(&hash, &old->hash)) return release_draft_keep(&m->draft, old);
    arena_rewind(&m->arena, 0);
    good = article_parse(&m->arena, buf_str(&m->bytes), today, &doc, &mistake);
    CHECK(good); // it was a moment ago
    return release_draft_add(&m->draft, path, &doc);
}

static enum err keep_articles(struct making *m)
{
    enum err e = ERR_OK;
    for (size_t i = 0; m->has_before && !e && i < m->before.file_count; i++) {
        const struct manifest_file *f = &m->before.files[i];
        if (f->kind != CONTENT_ARTICLE) continue;
        e = release_draft_keep(&m->draft, f);
        m->told->imported++;
    }
    return e;
}

// The frames from one release to this one; one that would be too large is left out, and kiosks fetch
// file by file.
static enum err write_frame(struct making *m, const struct crypt_hash *from,
                            const struct crypt_hash *to, bool is_manifest)
{
    struct buf frame;
    char path[FS_PATH_BYTES_MAX];
    char from_hex[CRYPT_HASH_HEX_BYTES + 1];
    char to_hex[CRYPT_HASH_HEX_BYTES + 1];
    crypt_hash_hex(from, from_hex);
    crypt_hash_hex(to, to_hex);
    buf_init(&frame, UPDATE_BYTES_MAX);
    enum err e = is_manifest ? update_pack_manifest(m->content.z, from, to, &frame)
                             : update_pack_files(m->content.z, from, to, &frame);
    int len = snprintf(path, sizeof(path), "%s/u/%s-%s.%s", m->content.z, from_hex, to_hex,
                       is_manifest ? "manifest" : "files");
    if (!e && (len < 0 || (size_t)len >= sizeof(path))) e = ERR_TOO_BIG;
    if (!e) e = fs_replace(&m->c->dir->fs, path, buf_str(&frame), 0640);
    buf_deinit(&frame);
    return e == ERR_TOO_BIG ? ERR_OK : e;
}

static enum err write_frames(struct making *m, const struct crypt_hash *to)
{
    char folder[FS_PATH_BYTES_MAX];
    const struct crypt_hash none = {0};
    int len = snprintf(folder, sizeof(folder), "%s/u", m->content.z);
    if (len < 0 || (size_t)len >= sizeof(folder)) return ERR_TOO_BIG;
    enum err e = fs_make_dir(&m->c->dir->fs, folder);
    for (int is_manifest = 0; is_manifest <= 1 && !e; is_manifest++) {
        e = write_frame(m, &none, to, is_manifest == 1);
        if (!e && m->has_before) e = write_frame(m, &m->before_hash, to, is_manifest == 1);
    }
    return e;
}

static enum err sign(struct making *m, const struct crypt_hash *hash)
{
    struct crypt_key_pair pair = {0};
    struct release_name name = release_manifest_name(hash);
    struct fs *fs = &m->c->dir->fs;
    enum err e = release_key_load(m->keys.z, "content", &pair);
    if (!e) e = release_sign(fs, m->content.z, name.z, &pair);
    if (!e) e = write_frames(m, hash);
    if (!e) e = release_key_load(m->keys.z, "timestamp", &pair);
    if (!e) e = release_timestamp_make(fs, m->content.z, env_now_ms(m->c->dir->env), hash, &pair);
    memory_wipe(&pair, sizeof(pair));
    return e;
}

static enum err finish(struct making *m)
{
    struct manifest made;
    struct crypt_hash hash = {0};
    struct release_terms terms = {.min_app = MIN_APP,
                                  .now_ms = env_now_ms(m->c->dir->env),
                                  .before = m->has_before ? &m->before : NULL};
    enum err e = release_draft_finish(&m->draft, &terms, &made, &hash, &m->told->changed);
    if (!e && m->told->changed) e = sign(m, &hash);
    if (!e) m->told->version = m->told->changed ? made.version : m->before.version;
    return e;
}

enum err admin_publish(const struct admin_content *c, const char *folder,
                       struct admin_content_told *told)
{
    struct making m;
    enum err e = making_init(&m, c, told);
    if (!e) e = load_before(&m);
    if (!e) e = keep_stock(&m);
    if (!e) e = folder ? take_all(&m, folder, take_article) : keep_articles(&m);
    if (!e && told->refused == 0) e = finish(&m);
    making_deinit(&m);
    return e;
}

enum err admin_keys(const struct admin_content *c)
{
    static const char *const names[] = {"root-1", "root-2", "root-3", "content", "timestamp"};
    struct data_path keys = data_dir_join(c->dir, DATA_DIR_KEYS);
    enum err e = ERR_OK;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !e; i++) {
        struct crypt_key_pair pair;
        struct buf text;
        e = release_key_load(keys.z, names[i], &pair);
        if (e == ERR_NOT_FOUND) log_error("%s: there are no keys: run lvyue-admin init", keys.z);
        if (e) break;
        buf_init(&text, MINISIG_FILE_BYTES_MAX);
        minisig_public_key_text(&pair.public_key, &text);
        printf("%s\n%.*s", names[i], STR_ARG(buf_str(&text)));
        buf_deinit(&text);
        memory_wipe(&pair, sizeof(pair));
    }
    return e;
}
