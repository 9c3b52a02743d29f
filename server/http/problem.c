#include "http/request.h"

#include <string.h>

static const struct {
    const char *name;
    const char *title;
    int status;
    struct str body; // the document without a detail
} problems[] = {
#define PROBLEM(id, name_z, status_n, title_z)                                                     \
    [PROBLEM_##                                                                                    \
        id] = {name_z,                                                                             \
               title_z,                                                                            \
               status_n,                                                                           \
               {"{\"type\":\"/e/" name_z "\",\"title\":\"" title_z "\",\"status\":" #status_n "}", \
                sizeof("{\"type\":\"/e/" name_z "\",\"title\":\"" title_z                          \
                       "\",\"status\":" #status_n "}") -                                           \
                    1}},
#include "http/problem.def"
#undef PROBLEM
};

const char *problem_name(enum problem p)
{
    return problems[p].name;
}

const char *problem_title(enum problem p)
{
    return problems[p].title;
}

int problem_status(enum problem p)
{
    return problems[p].status;
}

void reply_problem(struct reply *r, struct arena *arena, enum problem p, const char *detail)
{
    struct str body = problems[p].body;
    if (detail) {
        // Our own constant words: anything that would need an escape is a bug.
        CHECK(arena && !strpbrk(detail, "\"\\\n\r\t"));
        body = str_printf(arena, "%.*s,\"detail\":\"%s\"}", (int)body.len - 1, body.ptr, detail);
    }
    *r = (struct reply){
        .status = problems[p].status, .body = body, .type = "application/problem+json"};
}

enum problem problem_of(enum err e)
{
    CHECK(e != ERR_OK);
    switch (e) {
    case ERR_OK: break;
    case ERR_BAD_INPUT: return PROBLEM_SCHEMA_VIOLATION;
    case ERR_AUTH: return PROBLEM_FORBIDDEN;
    case ERR_NOT_FOUND: return PROBLEM_NOT_FOUND;
    case ERR_TOO_BIG: return PROBLEM_BODY_TOO_LARGE;
    case ERR_CONFLICT: return PROBLEM_CONFLICT;
    case ERR_BUSY: return PROBLEM_OVERLOADED;
    case ERR_FULL: return PROBLEM_STORAGE_FULL;
    case ERR_STOPPED: return PROBLEM_STOPPING;
    case ERR_IO:
    case ERR_NET:
    case ERR_CORRUPT: return PROBLEM_INTERNAL;
    }
    return PROBLEM_INTERNAL;
}
