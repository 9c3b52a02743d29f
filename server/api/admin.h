// What an operator may ask of the centre. The same functions run in the server, asked through
// DIR/admin.sock, and in lvyue-admin when no server runs; neither knows the difference.
//
// An answer is lines of JSON, each an object with "text" for people beside its members for programs;
// the last line of an answer is {"end":true,"ok":…}.
#ifndef API_ADMIN_H
#define API_ADMIN_H

#include "base/fs.h"
#include "office/office_report.h"
#include "store/store.h"
#include "wire/json.h"

#define ADMIN_REPLY_BYTES_MAX ((size_t)32 * 1024 * 1024)
#define ADMIN_ARG_BYTES_MAX   512
#define ADMIN_PATH            "/v1/a/"

enum admin_arg {
#define ADMIN_ARG(id, name) ADMIN_##id,
#include "api/admin_arg.def"
#undef ADMIN_ARG
    ADMIN_ARG_COUNT
};

const char *admin_arg_name(enum admin_arg arg);

// Runs `work` as one piece: all of it is kept, or nothing.
typedef enum err admin_write_fn(void *context, store_work_fn *work, void *work_context);

struct admin {
    struct env *env;
    struct store *reader;
    admin_write_fn *write;
    void *write_context;
    struct fs *fs;
    const char *dir; // of the data
};

struct admin_ask {
    struct str args[ADMIN_ARG_COUNT]; // empty: not given
    struct str body;                  // the content of the file that the command is about
};

struct admin_reply {
    struct buf lines;
    struct json_writer json;
    bool failed;
};

void admin_reply_init(struct admin_reply *r);
void admin_reply_deinit(struct admin_reply *r);

// Carries out the command and ends the answer. ERR_NOT_FOUND: there is no such command. What goes
// wrong otherwise stands in the answer.
MUST_USE enum err admin_run(struct admin *admin, struct str command, const struct admin_ask *ask,
                            struct admin_reply *reply);

// ---- For the commands

typedef enum err admin_fn(struct admin *admin, const struct admin_ask *ask,
                          struct admin_reply *reply);
#define ADMIN_COMMAND(id, name, fn) \
    enum err fn(struct admin *admin, const struct admin_ask *ask, struct admin_reply *reply);
#include "api/admin_command.def"
#undef ADMIN_COMMAND

// One line: begin, members with json_write_… on reply->json, end.
void admin_line_begin(struct admin_reply *reply, struct str text);
void admin_line_end(struct admin_reply *reply);
void admin_say(struct admin_reply *reply, struct str text); // a line with nothing but text
// The same, and the command has failed.
void admin_fail(struct admin_reply *reply, const char *text);

#endif
