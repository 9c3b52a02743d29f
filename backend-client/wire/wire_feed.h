// A page of the state feed: the reply to GET /v1/d/feed.
//
// {"gen","from":{"c","s","d"},"to":{…},"more","applied","rows":[{"s","k","id","seq","v":{…}}]}; a row of
// a thing that is gone has "dead":1 instead of "v". The letter of a stream: c county, s site, d device.
#ifndef WIRE_WIRE_FEED_H
#define WIRE_WIRE_FEED_H

#include "model/feed.h"
#include "wire/json.h"

const char *wire_stream_letter(enum feed_stream stream);

// Writing goes row by row, because the centre has the values as stored JSON texts.
struct wire_page_writer {
    struct json_writer json;
};

struct wire_page_head {
    struct id gen;
    struct feed_position from;
    struct feed_position to;
    bool more;
    int64_t applied;
};

void wire_page_begin(struct wire_page_writer *w, const struct wire_page_head *head,
                     struct buf *out);
// `value` is the stored JSON of the row's value; ignored where it is dead.
MUST_USE enum err wire_page_row(struct wire_page_writer *w, const struct feed_row *row,
                                struct str kind_code, struct str value);
MUST_USE enum err wire_page_end(struct wire_page_writer *w);

// Reads a page; rows and their texts live in `a`.
MUST_USE enum err wire_page_parse(struct json_value *document, struct arena *a,
                                  struct feed_page *out, struct json_mistake *mistake);

#endif
