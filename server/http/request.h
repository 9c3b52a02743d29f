// A request and a reply as plain values. No sockets here, so a handler is tested without one.
//
// Every text of a request lies in the connection, the request's arena or its body and lives until the
// reply is sent, or until the request is suspended with HTTP_DROP_REQUEST (http.h).
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#define HTTP_PATH_BYTES_MAX   256
#define HTTP_TARGET_BYTES_MAX 1024 // path and query
#define HTTP_FIELDS_MAX       64
#define HTTP_PARAMS_MAX       4
#define REPLY_FIELDS_MAX      8
#define REPLY_HEAD_BYTES_MAX \
    1500 // all fields: the head shares the library's 8 KiB with the request's

enum http_method { HTTP_GET, HTTP_POST }; // HEAD arrives as GET; its body is not sent

struct http_call; // what http.c keeps for a request

// The index-th field called `name` (case does not matter), or ptr == NULL.
typedef struct str request_field_fn(const void *source, const char *name, int index);

struct request {
    enum http_method method;
    bool is_local;     // came through the Unix socket of the server's own machine account
    int worker;        // 0 … of the thread that runs the handler: which read connection to use
    struct str target; // path and query exactly as sent: signatures cover these bytes
    struct str path;   // holds neither escapes, "//", "." nor ".."
    struct str query;  // as sent, without the '?'
    struct str body;
    struct str params[HTTP_PARAMS_MAX]; // what stands for ":id" and "*" of the route, in order
    int param_count;
    struct arena *arena; // the request's
    void *caller;        // the guard's word on who asks; its type is fixed by the guard
    request_field_fn *field;
    const void *field_source;
    struct http_call *call;
    bool is_suspended;
};

struct str request_field(const struct request *r, const char *name);
int request_field_count(const struct request *r, const char *name);

// The first `name=` of the query, unescaped ('+' is a blank); lives in the request's arena.
// ERR_NOT_FOUND where it is absent, ERR_BAD_INPUT where it is not UTF-8 or holds NUL. Not logged.
MUST_USE enum err request_query(const struct request *r, const char *name, struct str *out);

// A target that two programs cannot read differently: absolute path, visible ASCII, no escape in the
// path (no path of ours needs one), no "//", no "." or ".." segment, within the limits above.
bool http_target_is_normal(struct str target);

struct reply_field {
    const char *name;
    struct str value;
};

struct reply {
    int status; // 0: no reply yet
    struct str body;
    const char *type;  // constant; NULL: application/json
    const char *cache; // constant Cache-Control; NULL: no-store
    struct reply_field fields[REPLY_FIELDS_MAX];
    int field_count;
    // A piece of an open file instead of a body. The server takes `file` and closes it.
    bool has_file;
    int file;
    uint64_t file_from;
    uint64_t file_bytes;
};

// `body` must live like the request, or be constant.
void reply_json(struct reply *r, int status, struct str body);
// Keeps `name` (constant) and `value`. A line break in a value, or more than
// REPLY_HEAD_BYTES_MAX in all, makes the answer a plain 500.
void reply_add_field(struct reply *r, const char *name, struct str value);

enum problem {
#define PROBLEM(id, name, status, title) PROBLEM_##id,
#include "http/problem.def"
#undef PROBLEM
};

const char *problem_name(enum problem p);
const char *problem_title(enum problem p);
int problem_status(enum problem p);

// Makes the reply a problem document. `detail` says what to mend: constant English words and names of
// members; never SQL, paths or what a person typed. Lives in `arena`, which may be NULL with `detail`.
void reply_problem(struct reply *r, struct arena *arena, enum problem p, const char *detail);

// The problem for an error of the machinery, which tells a stranger nothing more than its kind.
enum problem problem_of(enum err e); // CHECKs that it is one

#endif
