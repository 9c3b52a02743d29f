// The content release on this kiosk's disk, for reading: what there is, and one document opened. The
// files are made and changed by the keeper's content thread alone; a release is replaced as a whole
// by one rename, so what is read here is always one release.
//
// Memory is taken when something is read and is only as much as that needs.
#ifndef SCENES_LIBRARY_H
#define SCENES_LIBRARY_H

#include "release/doc.h"
#include "release/manifest.h"

#define LIBRARY_LIST_MAX 8000 // titles of one list

struct library {
    const char *dir; // kept; NULL: this kiosk has no content
    bool is_ready;
    int64_t version; // of the content as the keeper counts it, when it was read
    int day;         // for which the laws in force were chosen
    struct arena arena;
    struct manifest manifest; // lives in `arena`

    struct buf bytes; // of the document that is open
    struct arena doc_arena;
    const struct manifest_file *open; // NULL: none
    struct content_doc doc;           // lives in `bytes` and `doc_arena`
};

void library_init(struct library *l, const char *dir);
void library_deinit(struct library *l);

// Reads the list of the release again when another one is shown or the day has turned. What was open
// is closed then.
void library_refresh(struct library *l, int64_t version, int day);

enum library_shelf { SHELF_LAWS, SHELF_CASES, SHELF_ARTICLES, SHELF_GUIDES };

// The files of a shelf, in the order of their paths: laws only those in force. `category` (empty: all)
// narrows it. At most `max`; answers how many.
int library_list(const struct library *l, enum library_shelf shelf, struct str category,
                 const struct manifest_file **out, int max);

// Opens a document; the one before is closed. False: it is not here, or damaged.
bool library_open(struct library *l, const struct manifest_file *file);

#endif
