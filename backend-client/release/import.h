// A folder of source files, ready to be imported: every *.md below it, in the order of their paths, so
// the same folder always gives the same release.
#ifndef RELEASE_IMPORT_H
#define RELEASE_IMPORT_H

#include "release/content.h"

#define IMPORT_FILES_MAX   50000
#define IMPORT_FOLDERS_MAX 2000 // all levels together
#define IMPORT_LIST_BYTES  ((size_t)32 * 1024 * 1024)

struct import_list {
    struct arena arena;
    struct str *paths; // relative to the folder; end in NUL
    size_t count;
};

// Follows no symbolic link. ERR_NOT_FOUND where `dir` is none; ERR_TOO_BIG over the limits above or
// where a path is longer than CONTENT_PATH_BYTES_MAX. `out` is to be deinitialised in every case.
MUST_USE enum err import_list_init(struct import_list *out, const char *dir);
void import_list_deinit(struct import_list *list);

#endif
