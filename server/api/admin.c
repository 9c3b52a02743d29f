#include "api/admin.h"

static const struct {
    const char *name;
    admin_fn *run;
} commands[] = {
#define ADMIN_COMMAND(id, name, fn) {name, fn},
#include "api/admin_command.def"
#undef ADMIN_COMMAND
};

const char *admin_arg_name(enum admin_arg arg)
{
    static const char *const names[] = {
#define ADMIN_ARG(id, name) [ADMIN_##id] = (name),
#include "api/admin_arg.def"
#undef ADMIN_ARG
    };
    return names[arg];
}

void admin_reply_init(struct admin_reply *r)
{
    *r = (struct admin_reply){0};
    buf_init(&r->lines, ADMIN_REPLY_BYTES_MAX);
}

void admin_reply_deinit(struct admin_reply *r)
{
    buf_deinit(&r->lines);
}

void admin_line_begin(struct admin_reply *reply, struct str text)
{
    json_write_begin(&reply->json, &reply->lines);
    json_write_object(&reply->json, NULL);
    json_write_text(&reply->json, "text", text);
}

// A line that could not be written leaves the buffer overflowed, which admin_run looks at.
void admin_line_end(struct admin_reply *reply)
{
    json_write_object_end(&reply->json);
    if (json_write_end(&reply->json)) reply->failed = true;
    buf_add_z(&reply->lines, "\n");
}

void admin_say(struct admin_reply *reply, struct str text)
{
    admin_line_begin(reply, text);
    admin_line_end(reply);
}

void admin_fail(struct admin_reply *reply, const char *text)
{
    reply->failed = true;
    admin_say(reply, str_from_z(text));
}

static void end(struct admin_reply *reply)
{
    json_write_begin(&reply->json, &reply->lines);
    json_write_object(&reply->json, NULL);
    json_write_bool(&reply->json, "end", true);
    json_write_bool(&reply->json, "ok", !reply->failed);
    json_write_object_end(&reply->json);
    if (json_write_end(&reply->json)) reply->failed = true;
    buf_add_z(&reply->lines, "\n");
}

enum err admin_run(struct admin *admin, struct str command, const struct admin_ask *ask,
                   struct admin_reply *reply)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (!str_eq_z(command, commands[i].name)) continue;
        enum err e = commands[i].run(admin, ask, reply);
        if (e) admin_fail(reply, err_text(e));
        end(reply);
        return buf_err(&reply->lines);
    }
    return ERR_NOT_FOUND;
}
