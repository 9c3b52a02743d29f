#include "scenes/library.h"

#include "base/log.h"
#include "release/blob.h"
#include "release/release.h"
#include "scenes/text.h"

#define POINTER_BYTES_MAX (CRYPT_HASH_HEX_BYTES + 2)
#define SORT_BYTES        (4u << 20) // manifest_set_status compares titles in here

void library_init(struct library *l, const char *dir)
{
    *l = (struct library){.dir = dir};
    arena_init(&l->arena, MANIFEST_ARENA_BYTES + SORT_BYTES);
    arena_init(&l->doc_arena, DOC_ARENA_BYTES);
    buf_init(&l->bytes, DOC_BYTES_MAX);
}

void library_deinit(struct library *l)
{
    arena_deinit(&l->arena);
    arena_deinit(&l->doc_arena);
    buf_deinit(&l->bytes);
}

static bool pointer_read(struct library *l, struct crypt_hash *hash)
{
    struct buf text;
    buf_init(&text, POINTER_BYTES_MAX);
    struct str path = str_printf(&l->arena, "%s/current", l->dir);
    bool good = buf_read_file(&text, path.ptr) == ERR_OK &&
                crypt_hash_parse(str_trim(buf_str(&text)), hash);
    buf_deinit(&text);
    return good;
}

void library_refresh(struct library *l, int64_t version, int day)
{
    if (!l->dir || (l->is_ready && l->version == version && l->day == day)) return;
    arena_rewind(&l->arena, 0);
    l->open = NULL;
    l->version = version;
    l->day = day;
    struct crypt_hash hash;
    l->is_ready = pointer_read(l, &hash) &&
                  release_manifest_load(&l->arena, l->dir, &hash, &l->manifest) == ERR_OK;
    if (l->is_ready) manifest_set_status(&l->arena, &l->manifest, day);
}

static bool is_on(const struct manifest_file *f, enum library_shelf shelf)
{
    switch (shelf) {
    case SHELF_LAWS: return f->kind == CONTENT_STATUTE && f->status == CONTENT_CURRENT;
    case SHELF_CASES: return f->kind == CONTENT_CASE;
    case SHELF_ARTICLES:
        return f->kind == CONTENT_ARTICLE && !str_eq(f->category, TEXT(GUIDES_COLUMN));
    case SHELF_GUIDES:
        return f->kind == CONTENT_ARTICLE && str_eq(f->category, TEXT(GUIDES_COLUMN));
    }
    return false;
}

int library_list(const struct library *l, enum library_shelf shelf, struct str category,
                 const struct manifest_file **out, int max)
{
    int count = 0;
    if (!l->is_ready) return 0;
    for (size_t i = 0; i < l->manifest.file_count && count < max; i++) {
        const struct manifest_file *f = &l->manifest.files[i];
        if (!is_on(f, shelf)) continue;
        if (category.len && !str_eq(f->category, category)) continue;
        out[count++] = f;
    }
    return count;
}

bool library_open(struct library *l, const struct manifest_file *file)
{
    if (l->open == file) return true;
    l->open = NULL;
    buf_clear(&l->bytes);
    arena_rewind(&l->doc_arena, 0);
    if (blob_read(l->dir, &file->hash, &l->bytes)) return false;
    enum err e = doc_open(&l->doc_arena, buf_str(&l->bytes), &l->doc);
    if (e) {
        log_error("a document of the release cannot be opened: %s", err_text(e));
        return false;
    }
    l->open = file;
    return true;
}
