// Surnames to choose from, so that nobody has to type one: 38 on the first page, the rest on pages
// in the order of their sound.
#ifndef INPUT_SURNAMES_H
#define INPUT_SURNAMES_H

#include "ui/widgets.h"

#define SURNAMES_FIRST   38
#define SURNAMES_COLUMNS 8
#define SURNAMES_ROWS    5
#define SURNAMES_IDS     64 // ids a grid takes, from `id` on

enum surnames_list { SURNAMES_COMMON, SURNAMES_MORE };

struct surname_grid {
    uint32_t id;
    struct rect rect;
    enum surnames_list list;
    int columns, rows;
    int page;          // of SURNAMES_MORE
    struct str chosen; // shown as chosen; may be empty
    struct str other;  // SURNAMES_COMMON: words of the key that opens the others, two keys wide
};

enum surname_tap { SURNAME_NONE, SURNAME_CHOSEN, SURNAME_OTHER };

// `*out` is the surname on SURNAME_CHOSEN; it outlives everything.
enum surname_tap surname_grid(struct ui *ui, const struct surname_grid *g, struct str *out);

int surname_pages(const struct surname_grid *g); // of its list

#endif
