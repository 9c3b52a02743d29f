// The texts of the screens, by name: TEXT(HOME_TITLE). What they say is in text.def.
#ifndef SCENES_TEXT_H
#define SCENES_TEXT_H

#include "base/str.h"

enum text_id {
#define UI_TEXT(id, words) TEXT_##id,
#include "scenes/text.def"
#undef UI_TEXT
    TEXT_COUNT
};

struct str text_of(enum text_id id);

#define TEXT(id) text_of(TEXT_##id)

// `form` with its first {} replaced by the first value, and so on; lives in `arena`. CHECKs that
// there are as many values as places.
struct str text_fill(struct arena *arena, struct str form, const struct str *values, int count);

#define TEXT_FILL(arena, id, ...)                                   \
    text_fill((arena), TEXT(id), (const struct str[]){__VA_ARGS__}, \
              (int)(sizeof((const struct str[]){__VA_ARGS__}) / sizeof(struct str)))

struct str text_number(struct arena *arena, int64_t number);

#endif
