// A folder of source files, ready to be imported: every *.md below it (*.MD too), in the order of their
// paths, so the same folder always gives the same release. Skipped are files with another ending,
// symbolic links, and what begins with a dot.
#ifndef RELEASE_IMPORT_H
#define RELEASE_IMPORT_H

#include "release/content.h"

#define IMPORT_FILES_MAX   50000
#define IMPORT_FOLDERS_MAX 2000 // all levels together
#define IMPORT_LIST_BYTES  ((size_t)32 * 1024 * 1024)

struct import_list {
    struct arena arena;
    struct str *paths; // relative to the folder; end in NUL; any bytes, as the disk has them
    size_t count;
};

// ERR_NOT_FOUND where `dir` is none; ERR_TOO_BIG over the limits above or where the system has no room
// for a path. `out` is to be deinitialised in every case.
MUST_USE enum err import_list_init(struct import_list *out, const char *dir);
void import_list_deinit(struct import_list *list);

// What a path must be to stand in a manifest: UTF-8 without control characters, at most
// CONTENT_PATH_BYTES_MAX.
enum content_fault import_check_path(struct str path);

// A path so that it can be printed and found, whatever its bytes: all but plain ASCII as \xHH.
struct str import_path_escaped(struct arena *a, struct str path);

#endif
