// One line of the tree socket, understood.
#ifndef ACCESS_REQUEST_H
#define ACCESS_REQUEST_H

#include "draw/draw.h"

enum request_kind {
    REQUEST_BAD,
    REQUEST_TREE,
    REQUEST_TAP_LABEL,
    REQUEST_TAP_AT,
    REQUEST_TYPE,
    REQUEST_SCAN,
    REQUEST_KEY,
    REQUEST_BACK,
    REQUEST_SHOT,
    REQUEST_WAIT,
};

struct request {
    enum request_kind kind;
    struct str text; // label, text, name, path or screen; lies in the line
    int x, y;        // REQUEST_TAP_AT
    int64_t wait_ms; // REQUEST_WAIT
};

struct request request_parse(struct str line); // without its line end

enum request_found { FOUND, FOUND_NONE, FOUND_DISABLED, FOUND_COVERED };

// The place to tap for "LABEL" or "LABEL #N".
enum request_found request_find(const struct draw_list *d, struct str label, int *x, int *y);

#endif
