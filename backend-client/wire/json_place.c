#include "wire/json.h"

struct scan {
    struct str rest;
    struct json_place at;
};

static void step(struct scan *s)
{
    unsigned char c = (unsigned char)s->rest.ptr[0];
    s->rest = str_sub(s->rest, 1, SIZE_MAX);
    if (c == '\n') {
        s->at = (struct json_place){s->at.line + 1, 1};
    } else if ((s->rest.len == 0 || ((unsigned char)s->rest.ptr[0] & 0xc0) != 0x80)) {
        s->at.column++;
    }
}

// Moves over a string and answers what stands in it, escapes as they are.
static struct str take_string(struct scan *s)
{
    step(s);
    struct str text = s->rest;
    while (s->rest.len > 0 && s->rest.ptr[0] != '"') {
        if (s->rest.ptr[0] == '\\') step(s);
        if (s->rest.len > 0) step(s);
    }
    text.len -= s->rest.len;
    if (s->rest.len > 0) step(s);
    return text;
}

static void skip_blank(struct scan *s)
{
    while (s->rest.len > 0 && str_trim(str_sub(s->rest, 0, 1)).len == 0) {
        step(s);
    }
}

struct json_place json_place_of(struct str text, const char *member, int index)
{
    struct scan s = {text, {1, 1}};
    int depth = 0;
    int item = -1; // of the member's list, while inside
    for (skip_blank(&s); s.rest.len > 0; skip_blank(&s)) {
        char c = s.rest.ptr[0];
        if (depth == 2 && item == index && c != ']') return s.at;
        if (c == '"') {
            struct str name = take_string(&s);
            skip_blank(&s);
            if (depth != 1 || !str_starts(s.rest, STR(":")) || !str_eq_z(name, member)) continue;
            step(&s);
            skip_blank(&s);
            if (index < 0 || !str_starts(s.rest, STR("["))) return s.at;
            item = 0;
            c = '[';
        }
        if (c == '{' || c == '[') depth++;
        if (c == '}' || c == ']') depth--;
        if (depth == 2 && item >= 0 && c == ',') item++;
        if (depth < 2 && item >= 0) break; // the list is shorter
        step(&s);
    }
    return (struct json_place){0};
}
