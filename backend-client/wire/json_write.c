#include "wire/json_document.h"

#include <string.h>

#define HEX_CHUNK_BYTES 64

static void fail(struct json_writer *w, enum err e)
{
    if (!w->err) w->err = e;
}

// Everything that needs an escape is ASCII, so bytes of UTF-8 pass through.
static void quote(struct json_writer *w, struct str text)
{
    static const char hex[] = "0123456789abcdef";
    static const char named[] = "\"\\\b\f\n\r\t";
    static const char letters[] = "\"\\bfnrt";
    if (!str_utf8_valid(text) || (text.len > 0 && memchr(text.ptr, 0, text.len)))
        fail(w, ERR_BAD_INPUT);
    buf_add_z(w->out, "\"");
    size_t plain = 0; // from here on nothing needed an escape
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c >= 0x20 && c != '"' && c != '\\') continue;
        buf_add(w->out, str_sub(text, plain, i - plain));
        plain = i + 1;
        const char *name = c ? strchr(named, c) : NULL;
        char letter = 'u';
        if (name) letter = letters[name - named];
        char escape[] = {'\\', letter, '0', '0', hex[c >> 4], hex[c & 15]};
        buf_add(w->out, (struct str){escape, name ? 2 : sizeof(escape)});
    }
    buf_add(w->out, str_sub(text, plain, text.len - plain));
    buf_add_z(w->out, "\"");
}

// What stands before a value: the comma, and the member's name.
static void head(struct json_writer *w, const char *member)
{
    CHECK(w->is_object[w->depth] == (member != NULL));
    CHECK(w->depth > 0 || !w->has_items[0]);
    if (w->has_items[w->depth]) buf_add_z(w->out, ",");
    w->has_items[w->depth] = true;
    if (!member) return;
    quote(w, str_from_z(member));
    buf_add_z(w->out, ":");
}

static void open(struct json_writer *w, const char *member, bool is_object)
{
    head(w, member);
    CHECK(w->depth < JSON_DEPTH_MAX);
    w->depth++;
    w->is_object[w->depth] = is_object;
    w->has_items[w->depth] = false;
    buf_add_z(w->out, is_object ? "{" : "[");
}

static void close(struct json_writer *w, bool is_object)
{
    CHECK(w->depth > 0 && w->is_object[w->depth] == is_object);
    w->depth--;
    buf_add_z(w->out, is_object ? "}" : "]");
}

void json_write_begin(struct json_writer *w, struct buf *out)
{
    *w = (struct json_writer){.out = out};
}

void json_write_object(struct json_writer *w, const char *member)
{
    open(w, member, true);
}

void json_write_object_end(struct json_writer *w)
{
    close(w, true);
}

void json_write_array(struct json_writer *w, const char *member)
{
    open(w, member, false);
}

void json_write_array_end(struct json_writer *w)
{
    close(w, false);
}

void json_write_text(struct json_writer *w, const char *member, struct str text)
{
    head(w, member);
    quote(w, text);
}

void json_write_int(struct json_writer *w, const char *member, int64_t n)
{
    head(w, member);
    if (n > JSON_INT_MAX || n < -JSON_INT_MAX) fail(w, ERR_BAD_INPUT);
    buf_addf(w->out, "%lld", (long long)n);
}

void json_write_bool(struct json_writer *w, const char *member, bool b)
{
    head(w, member);
    buf_add_z(w->out, b ? "true" : "false");
}

void json_write_null(struct json_writer *w, const char *member)
{
    head(w, member);
    buf_add_z(w->out, "null");
}

void json_write_id(struct json_writer *w, const char *member, const struct id *id)
{
    if (id_is_none(*id)) {
        json_write_null(w, member);
    } else {
        json_write_text(w, member, id_str(id));
    }
}

void json_write_bytes(struct json_writer *w, const char *member, const unsigned char *bytes,
                      size_t count)
{
    head(w, member);
    buf_add_z(w->out, "\"");
    for (size_t i = 0; i < count; i += HEX_CHUNK_BYTES) {
        char hex[2 * HEX_CHUNK_BYTES + 1];
        size_t chunk = count - i < HEX_CHUNK_BYTES ? count - i : HEX_CHUNK_BYTES;
        hex_from_bytes(bytes + i, chunk, hex);
        buf_add(w->out, (struct str){hex, 2 * chunk});
    }
    buf_add_z(w->out, "\"");
}

static void scalar(struct json_writer *w, const char *member, json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_STRING:
        json_write_text(w, member,
                        (struct str){json_string_value(value), json_string_length(value)});
        break;
    case JSON_INTEGER: json_write_int(w, member, json_integer_value(value)); break;
    case JSON_TRUE: json_write_bool(w, member, true); break;
    case JSON_FALSE: json_write_bool(w, member, false); break;
    case JSON_NULL: json_write_null(w, member); break;
    case JSON_OBJECT:
    case JSON_ARRAY:
    case JSON_REAL: check_failed("a parsed document holds no such scalar", __FILE__, __LINE__);
    }
}

void json_write_value(struct json_writer *w, const char *member, struct json_value *value)
{
    struct json_level levels[JSON_DEPTH_MAX] = {{0}};
    int depth = 0;
    json_t *child = (json_t *)value;
    for (;;) {
        if (child && !json_is_object(child) && !json_is_array(child)) {
            scalar(w, member, child);
        } else if (child && w->depth == JSON_DEPTH_MAX) {
            fail(w, ERR_TOO_BIG);
            json_write_null(w, member);
        } else if (child) {
            open(w, member, json_is_object(child));
            levels[depth++] = json_level_of(child);
        } else {
            depth--; // not inside the next line: jansson's macro evaluates twice
            close(w, json_is_object(levels[depth].container));
        }
        if (depth == 0) return;
        member = NULL;
        child = json_level_next(&levels[depth - 1], &member);
    }
}

enum err json_write_end(struct json_writer *w)
{
    CHECK(w->depth == 0 && w->has_items[0]);
    enum err e = buf_err(w->out);
    return e ? e : w->err;
}
