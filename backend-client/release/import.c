#include "release/import.h"

#include "base/log.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>

struct walk {
    struct import_list *list;
    const char *root;
    struct str *folders; // found so far; those before `next` were read
    size_t folder_count;
};

static bool is_text(struct str path)
{
    struct str end = path.len < 3 ? path : str_sub(path, path.len - 3, 3);
    return end.len == 3 && strncasecmp(end.ptr, ".md", 3) == 0;
}

static enum err add(struct walk *w, struct str path, mode_t mode)
{
    struct import_list *list = w->list;
    if (S_ISDIR(mode)) {
        if (w->folder_count == IMPORT_FOLDERS_MAX) return ERR_TOO_BIG;
        w->folders[w->folder_count++] = path;
    } else if (S_ISREG(mode) && is_text(path)) {
        if (list->count == IMPORT_FILES_MAX) return ERR_TOO_BIG;
        list->paths[list->count++] = path;
    }
    return ERR_OK;
}

static enum err visit(struct walk *w, struct str folder, const char *name)
{
    if (name[0] == '.') return ERR_OK;
    const char *slash = folder.len > 0 ? "/" : "";
    if (arena_free_bytes(&w->list->arena) < 2 * FILENAME_MAX) return ERR_TOO_BIG;
    struct str path = str_printf(&w->list->arena, "%.*s%s%s", STR_ARG(folder), slash, name);
    char full[FILENAME_MAX];
    int len = snprintf(full, sizeof(full), "%s/%s", w->root, path.ptr);
    if (len < 0 || (size_t)len >= sizeof(full)) return ERR_TOO_BIG;
    struct stat st;
    if (lstat(full, &st) != 0) {
        log_error("%s: cannot look at it: %s", full, log_errno());
        return ERR_IO;
    }
    return add(w, path, st.st_mode);
}

// readdir is safe on a stream that one thread has.
static const struct dirent *next_entry(DIR *dir)
{
    return readdir(dir); // NOLINT(concurrency-mt-unsafe)
}

static enum err read_folder(struct walk *w, struct str folder)
{
    char full[FILENAME_MAX];
    int len = snprintf(full, sizeof(full), "%s/%.*s", w->root, STR_ARG(folder));
    if (len < 0 || (size_t)len >= sizeof(full)) return ERR_TOO_BIG;
    DIR *dir = opendir(full);
    if (!dir && (errno == ENOENT || errno == ENOTDIR)) return ERR_NOT_FOUND;
    if (!dir) {
        log_error("%s: cannot open the folder: %s", full, log_errno());
        return ERR_IO;
    }
    enum err e = ERR_OK;
    for (const struct dirent *d = next_entry(dir); d && !e; d = next_entry(dir)) {
        e = visit(w, folder, d->d_name);
    }
    closedir(dir);
    if (e == ERR_TOO_BIG) log_error("%s: too many files, or a path is too long", full);
    return e;
}

static int by_path(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

enum err import_list_init(struct import_list *out, const char *dir)
{
    *out = (struct import_list){0};
    arena_init(&out->arena, IMPORT_LIST_BYTES);
    out->paths = arena_array(&out->arena, struct str, IMPORT_FILES_MAX);
    struct walk w = {.list = out, .root = dir};
    w.folders = arena_array(&out->arena, struct str, IMPORT_FOLDERS_MAX);
    w.folders[w.folder_count++] = STR("");
    enum err e = ERR_OK;
    for (size_t next = 0; next < w.folder_count && !e; next++) {
        e = read_folder(&w, w.folders[next]);
    }
    qsort(out->paths, out->count, sizeof(out->paths[0]), by_path);
    return e;
}

void import_list_deinit(struct import_list *list)
{
    arena_deinit(&list->arena);
    *list = (struct import_list){0};
}

static bool is_text_char(uint32_t c, size_t len)
{
    bool is_damaged = c == 0xfffd && len == 1;
    return !is_damaged && c >= 0x20 && (c < 0x7f || c > 0x9f);
}

enum content_fault import_check_path(struct str path)
{
    for (struct str rest = path; rest.len > 0;) {
        size_t before = rest.len;
        uint32_t c = str_utf8_next(&rest);
        if (!is_text_char(c, before - rest.len)) return FAULT_NAME_TEXT;
    }
    return path.len > CONTENT_PATH_BYTES_MAX ? FAULT_NAME_LONG : FAULT_NONE;
}

struct str import_path_escaped(struct arena *a, struct str path)
{
    char *shown = arena_array(a, char, 4 * path.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < path.len; i++) {
        unsigned char byte = (unsigned char)path.ptr[i];
        bool is_plain = byte >= 0x20 && byte < 0x7f;
        len += (size_t)snprintf(shown + len, 5, is_plain ? "%c" : "\\x%02X", byte);
    }
    return (struct str){shown, len};
}
