// Content releases, made by whoever may write the data folder: the server only puts them in force.
//
// DIR/content/stock.json lists the statutes imported last, in the form of a manifest; they reach
// kiosks with the next release. DIR/content/u holds the frames that bring a kiosk from one release to
// the next (release/update.h).
#ifndef APP_ADMIN_CONTENT_H
#define APP_ADMIN_CONTENT_H

#include "app/data_dir.h"

struct admin_content {
    struct data_dir *dir;
    bool is_json; // mistakes as lines of JSON
};

struct admin_content_told {
    int imported;
    int refused;
    int64_t articles; // of the laws taken in: what a second counting must find too
    int64_t version;
    bool changed;
};

// Every statute and case below `folder` becomes the stock; what is wrong is printed, file by file, and
// left out. ERR_BUSY, logged, where somebody else makes a release.
MUST_USE enum err admin_import_laws(const struct admin_content *c, const char *folder,
                                    struct admin_content_told *told);

// The stock and the articles below `folder` (NULL: those of the release before) as the next release,
// signed with the keys of DIR. Nothing changes where nothing is new, or an article is wrong.
MUST_USE enum err admin_publish(const struct admin_content *c, const char *folder,
                                struct admin_content_told *told);

// The public keys, on standard output.
MUST_USE enum err admin_keys(const struct admin_content *c);

#endif
