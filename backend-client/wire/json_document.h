// jansson's documents, for the two halves of json.h alone.
#ifndef WIRE_JSON_DOCUMENT_H
#define WIRE_JSON_DOCUMENT_H

#include "wire/json.h"

#include <jansson.h>

// One container on the way down; the way is a list of these instead of a recursion.
struct json_level {
    json_t *container;
    void *iter;   // of an object
    size_t index; // of an array
};

struct json_level json_level_of(json_t *container);

// The next child and, in an object, its name; NULL at the end.
json_t *json_level_next(struct json_level *level, const char **member);

#endif
