#include "http/request.h"

#include <string.h>

struct str request_field(const struct request *r, const char *name)
{
    return r->field ? r->field(r->field_source, name, 0) : (struct str){0};
}

int request_field_count(const struct request *r, const char *name)
{
    int count = 0;
    while (r->field && count < HTTP_FIELDS_MAX && r->field(r->field_source, name, count).ptr) {
        count++;
    }
    return count;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

static enum err unescape(struct arena *arena, struct str raw, struct str *out)
{
    char *bytes = arena_array(arena, char, raw.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < raw.len; i++) {
        char c = raw.ptr[i];
        if (c == '+') c = ' ';
        if (c == '%') {
            if (raw.len - i < 3) return ERR_BAD_INPUT;
            int high = hex_digit(raw.ptr[i + 1]);
            int low = hex_digit(raw.ptr[i + 2]);
            if (high < 0 || low < 0 || (high == 0 && low == 0)) return ERR_BAD_INPUT;
            c = (char)(high * 16 + low);
            i += 2;
        }
        bytes[len++] = c;
    }
    struct str text = {bytes, len};
    if (!str_utf8_valid(text)) return ERR_BAD_INPUT;
    *out = text;
    return ERR_OK;
}

enum err request_query(const struct request *r, const char *name, struct str *out)
{
    struct str rest = r->query;
    while (rest.ptr) {
        struct str value = str_cut(&rest, '&');
        struct str key = str_cut(&value, '=');
        if (str_eq_z(key, name)) return unescape(r->arena, value, out);
    }
    return ERR_NOT_FOUND;
}

static bool path_is_normal(struct str path)
{
    if (path.len == 0 || path.ptr[0] != '/' || path.len > HTTP_PATH_BYTES_MAX) return false;
    for (size_t i = 0; i < path.len; i++) {
        if (strchr("%\\\"<>^`{|}", path.ptr[i])) return false;
    }
    struct str rest = str_sub(path, 1, path.len - 1);
    while (rest.ptr) {
        struct str segment = str_cut(&rest, '/');
        if (segment.len == 0 && rest.ptr)
            return false; // "//"; an empty last one is a trailing slash
        if (str_eq_z(segment, ".") || str_eq_z(segment, "..")) return false;
    }
    return true;
}

bool http_target_is_normal(struct str target)
{
    if (target.len > HTTP_TARGET_BYTES_MAX) return false;
    for (size_t i = 0; i < target.len; i++) {
        if (target.ptr[i] <= ' ' || target.ptr[i] > '~' || target.ptr[i] == '#') return false;
    }
    return path_is_normal(str_cut(&target, '?'));
}

void reply_json(struct reply *r, int status, struct str body)
{
    *r = (struct reply){.status = status, .body = body};
}

void reply_add_field(struct reply *r, const char *name, struct str value)
{
    CHECK(r->field_count < REPLY_FIELDS_MAX);
    r->fields[r->field_count++] = (struct reply_field){name, value};
}
