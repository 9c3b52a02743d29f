#include "release/manifest.h"

#include "base/date.h"
#include "wire/json.h"

#include <stdio.h>
#include <stdlib.h>

static enum err finish(struct json_writer *w, const struct buf *out, size_t start, size_t bytes_max)
{
    json_write_object_end(w);
    enum err e = json_write_end(w);
    return e ? e : out->len - start > bytes_max ? ERR_TOO_BIG : ERR_OK;
}

static void write_day(struct json_writer *w, const char *member, int day)
{
    if (day == CONTENT_DAY_NONE) return;
    struct date d = date_from_day(day);
    char text[16];
    int len = snprintf(text, sizeof(text), "%04d-%02d-%02d", d.year, d.month, d.day);
    json_write_text(w, member, (struct str){text, (size_t)len});
}

static void write_text_if_any(struct json_writer *w, const char *member, struct str text)
{
    if (text.len > 0) json_write_text(w, member, text);
}

static void write_file(struct json_writer *w, const struct manifest_file *f)
{
    json_write_object(w, NULL);
    json_write_text(w, "path", f->path);
    json_write_bytes(w, "sha256", f->hash.bytes, sizeof(f->hash.bytes));
    json_write_int(w, "size", f->size_bytes);
    json_write_text(w, "kind", str_from_z(content_kind_word(f->kind)));
    json_write_text(w, "title", f->title);
    write_text_if_any(w, "part", f->part);
    write_text_if_any(w, "category", f->category);
    write_day(w, "date", f->day);
    write_day(w, "force", f->force_day);
    json_write_text(w, "status", str_from_z(content_status_word(f->status)));
    json_write_object_end(w);
}

enum err manifest_write(const struct manifest *manifest, struct buf *out)
{
    if (manifest->file_count > MANIFEST_FILES_MAX) return ERR_TOO_BIG;
    struct json_writer w;
    size_t start = out->len;
    json_write_begin(&w, out);
    json_write_object(&w, NULL);
    json_write_text(&w, "type", STR("manifest"));
    json_write_int(&w, "version", manifest->version);
    json_write_text(&w, "min_app", manifest->min_app);
    json_write_int(&w, "issued_ms", manifest->issued_ms);
    json_write_int(&w, "expires_ms", manifest->expires_ms);
    json_write_array(&w, "files");
    for (size_t i = 0; i < manifest->file_count; i++) {
        write_file(&w, &manifest->files[i]);
    }
    json_write_array_end(&w);
    return finish(&w, out, start, MANIFEST_BYTES_MAX);
}

// A day that may be left out. `good` turns false where it is there and no date.
static int read_day(struct json_reader *r, const char *member, bool *good)
{
    int day = CONTENT_DAY_NONE;
    if (!json_has(r, member)) return day;
    if (!date_parse(json_get_text(r, member, 10, 10), &day)) *good = false;
    return day;
}

static struct str read_text(struct json_reader *r, const char *member, size_t bytes_min,
                            size_t bytes_max, struct arena *a)
{
    if (bytes_min == 0 && !json_has(r, member)) return (struct str){0};
    return str_copy(a, json_get_text(r, member, bytes_min, bytes_max));
}

static bool read_file(struct json_reader *r, struct arena *a, struct manifest_file *f)
{
    bool good = true;
    f->path = read_text(r, "path", 1, CONTENT_PATH_BYTES_MAX, a);
    json_get_bytes(r, "sha256", f->hash.bytes, sizeof(f->hash.bytes));
    f->size_bytes = json_get_int(r, "size", 0, MANIFEST_FILE_BYTES_MAX);
    struct str kind = json_get_text(r, "kind", 1, 32);
    f->title = read_text(r, "title", 1, CONTENT_TITLE_BYTES_MAX, a);
    f->part = read_text(r, "part", 0, CONTENT_TITLE_BYTES_MAX, a);
    f->category = read_text(r, "category", 0, CONTENT_PATH_BYTES_MAX, a);
    f->day = read_day(r, "date", &good);
    f->force_day = read_day(r, "force", &good);
    struct str status = json_get_text(r, "status", 1, 32);
    return good && content_kind_parse(kind, &f->kind) && content_status_parse(status, &f->status);
}

static enum err read_files(struct json_array *array, struct arena *a, struct manifest *m)
{
    m->file_count = array->count;
    m->files = arena_array(a, struct manifest_file, array->count);
    for (size_t i = 0; i < array->count; i++) {
        struct json_reader r;
        json_item_object(array, i, &r);
        if (arena_free_bytes(a) < 4096) return ERR_TOO_BIG;
        if (!read_file(&r, a, &m->files[i])) return ERR_BAD_INPUT;
        if (i > 0 && str_compare(m->files[i - 1].path, m->files[i].path) >= 0) return ERR_BAD_INPUT;
    }
    return ERR_OK;
}

static bool type_is(struct json_reader *r, const char *type)
{
    return str_eq_z(json_get_text(r, "type", 1, 16), type);
}

static enum err manifest_from(struct json_value *document, struct arena *a, struct manifest *m)
{
    struct json_mistake mistake = {0};
    struct json_reader r;
    struct json_array files;
    json_read(&r, document, &mistake);
    if (!type_is(&r, "manifest")) return ERR_BAD_INPUT;
    m->version = json_get_int(&r, "version", 1, RELEASE_VERSION_MAX);
    m->min_app = read_text(&r, "min_app", 1, RELEASE_APP_BYTES_MAX, a);
    m->issued_ms = json_get_int(&r, "issued_ms", 0, JSON_INT_MAX);
    m->expires_ms = json_get_int(&r, "expires_ms", 0, JSON_INT_MAX);
    json_get_array(&r, "files", 0, MANIFEST_FILES_MAX, &files);
    enum err e = read_files(&files, a, m);
    return e ? e : json_mistake_err(&mistake);
}

enum err manifest_read(struct arena *a, struct str bytes, struct manifest *out)
{
    if (bytes.len > MANIFEST_BYTES_MAX) return ERR_TOO_BIG;
    struct json_value *document = NULL;
    enum err e = json_parse(bytes, &document, NULL);
    if (e) return e;
    struct manifest m = {0};
    size_t mark = arena_mark(a);
    e = manifest_from(document, a, &m);
    json_free(document);
    if (e) arena_rewind(a, mark);
    if (!e) *out = m;
    return e;
}

enum err timestamp_write(const struct timestamp *timestamp, struct buf *out)
{
    struct json_writer w;
    size_t start = out->len;
    json_write_begin(&w, out);
    json_write_object(&w, NULL);
    json_write_text(&w, "type", STR("timestamp"));
    json_write_int(&w, "version", timestamp->version);
    json_write_object(&w, "manifest");
    json_write_int(&w, "version", timestamp->manifest_version);
    json_write_bytes(&w, "sha256", timestamp->manifest_hash.bytes, CRYPT_HASH_BYTES);
    json_write_int(&w, "size", timestamp->manifest_bytes);
    json_write_object_end(&w);
    json_write_int(&w, "expires_ms", timestamp->expires_ms);
    return finish(&w, out, start, TIMESTAMP_BYTES_MAX);
}

enum err timestamp_read(struct str bytes, struct timestamp *out)
{
    if (bytes.len > TIMESTAMP_BYTES_MAX) return ERR_TOO_BIG;
    struct json_value *document = NULL;
    enum err e = json_parse(bytes, &document, NULL);
    if (e) return e;
    struct json_mistake mistake = {0};
    struct json_reader r;
    struct json_reader m;
    struct timestamp t = {0};
    json_read(&r, document, &mistake);
    bool right_type = type_is(&r, "timestamp");
    t.version = json_get_int(&r, "version", 1, RELEASE_VERSION_MAX);
    json_get_object(&r, "manifest", &m);
    t.manifest_version = json_get_int(&m, "version", 1, RELEASE_VERSION_MAX);
    json_get_bytes(&m, "sha256", t.manifest_hash.bytes, CRYPT_HASH_BYTES);
    t.manifest_bytes = json_get_int(&m, "size", 1, MANIFEST_BYTES_MAX);
    t.expires_ms = json_get_int(&r, "expires_ms", 0, JSON_INT_MAX);
    json_free(document);
    e = json_mistake_err(&mistake);
    if (!e && !right_type) e = ERR_BAD_INPUT;
    if (!e) *out = t;
    return e;
}

#define APP_NUMBERS_MAX 4

static bool read_app(struct str text, int64_t numbers[APP_NUMBERS_MAX])
{
    struct str rest = text;
    int count = 0;
    while (rest.ptr) {
        if (count == APP_NUMBERS_MAX) return false;
        if (!str_to_int(str_cut(&rest, '.'), 0, RELEASE_VERSION_MAX, &numbers[count])) return false;
        count++;
    }
    return count > 0;
}

bool release_app_suffices(struct str own, struct str min_app)
{
    int64_t has[APP_NUMBERS_MAX] = {0};
    int64_t wants[APP_NUMBERS_MAX] = {0};
    if (!read_app(own, has) || !read_app(min_app, wants)) return false;
    for (int i = 0; i < APP_NUMBERS_MAX; i++) {
        if (has[i] != wants[i]) return has[i] > wants[i];
    }
    return true;
}

const struct manifest_file *manifest_find(const struct manifest *manifest,
                                          const struct crypt_hash *hash)
{
    for (size_t i = 0; i < manifest->file_count; i++) {
        if (crypt_hash_eq(&manifest->files[i].hash, hash)) return &manifest->files[i];
    }
    return NULL;
}

struct law {
    struct manifest_file *file;
};

static int newest_first(const void *a, const void *b)
{
    const struct manifest_file *x = ((const struct law *)a)->file;
    const struct manifest_file *y = ((const struct law *)b)->file;
    int order = str_compare(x->title, y->title);
    if (order == 0) order = str_compare(x->part, y->part);
    if (order == 0) order = (x->day < y->day) - (x->day > y->day);
    return order ? order : str_compare(x->path, y->path);
}

void manifest_set_status(struct arena *a, struct manifest *manifest, int day)
{
    size_t mark = arena_mark(a);
    struct law *laws = arena_array(a, struct law, manifest->file_count);
    size_t count = 0;
    for (size_t i = 0; i < manifest->file_count; i++) {
        struct manifest_file *f = &manifest->files[i];
        f->status = f->force_day > day ? CONTENT_FUTURE : CONTENT_CURRENT;
        if (f->kind == CONTENT_STATUTE) laws[count++].file = f;
    }
    qsort(laws, count, sizeof(laws[0]), newest_first);
    const struct manifest_file *newest = NULL; // of this title, among those that apply
    for (size_t i = 0; i < count; i++) {
        struct manifest_file *f = laws[i].file;
        bool same_law = newest && str_eq(newest->title, f->title) && str_eq(newest->part, f->part);
        if (f->status == CONTENT_FUTURE) continue;
        if (!same_law) newest = f;
        // The same version may lie in two folders; both are then the current one.
        if (f->day != newest->day) f->status = CONTENT_AMENDED;
    }
    arena_rewind(a, mark);
}
