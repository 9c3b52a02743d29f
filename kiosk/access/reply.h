// Answers of the tree socket as JSON lines. A reply that does not fit is replaced by one that says so.
#ifndef ACCESS_REPLY_H
#define ACCESS_REPLY_H

#include "base/buf.h"
#include "draw/draw.h"

struct reply_place {
    struct str screen;
    int64_t frame;
};

void reply_ok(struct buf *out, struct reply_place place);
void reply_no(struct buf *out, const char *why);
void reply_tree(struct buf *out, struct reply_place place, const struct draw_list *d);

#endif
