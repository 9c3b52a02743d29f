#include "wire/json_document.h"

#include <string.h>

struct json_level json_level_of(json_t *container)
{
    return (struct json_level){.container = container, .iter = json_object_iter(container)};
}

json_t *json_level_next(struct json_level *level, const char **member)
{
    if (json_is_array(level->container)) return json_array_get(level->container, level->index++);
    if (!level->iter) return NULL;
    json_t *child = json_object_iter_value(level->iter);
    *member = json_object_iter_key(level->iter);
    level->iter = json_object_iter_next(level->container, level->iter);
    return child;
}

static const char *scalar_mistake(const json_t *value)
{
    if (json_is_real(value)) return "a number is not whole";
    if (!json_is_integer(value)) return NULL;
    int64_t n = json_integer_value(value);
    return n > JSON_INT_MAX || n < -JSON_INT_MAX ? "a number is too large" : NULL;
}

static const char *walk(json_t *root)
{
    struct json_level levels[JSON_DEPTH_MAX] = {json_level_of(root)};
    int depth = 1;
    while (depth > 0) {
        const char *member = NULL;
        json_t *child = json_level_next(&levels[depth - 1], &member);
        if (!child) {
            depth--;
        } else if (json_is_object(child) || json_is_array(child)) {
            if (depth == JSON_DEPTH_MAX) return "nested too deeply";
            levels[depth++] = json_level_of(child);
        } else {
            const char *mistake = scalar_mistake(child);
            if (mistake) return mistake;
        }
    }
    return NULL;
}

enum err json_parse(struct str text, struct json_value **out, struct json_fault *fault)
{
    struct json_fault unused;
    if (!fault) fault = &unused;
    *fault = (struct json_fault){.why = "too long"};
    if (text.len > JSON_TEXT_BYTES_MAX) return ERR_TOO_BIG;
    json_error_t error;
    json_t *root = json_loadb(text.ptr ? text.ptr : "", text.len, JSON_REJECT_DUPLICATES, &error);
    fault->why = "not JSON, or a member stands twice";
    if (!root) {
        // Of an empty text jansson knows no place.
        fault->line = error.line < 1 ? 1 : error.line;
        fault->column = error.column < 1 ? 1 : error.column;
        return ERR_BAD_INPUT;
    }
    fault->why = walk(root);
    if (fault->why) {
        json_decref(root);
        return ERR_BAD_INPUT;
    }
    *out = (struct json_value *)root;
    return ERR_OK;
}

void json_free(struct json_value *document)
{
    json_decref((json_t *)document);
}

enum err json_mistake_err(const struct json_mistake *mistake)
{
    return mistake->reason ? ERR_BAD_INPUT : ERR_OK;
}

static void mistaken(struct json_mistake *mistake, const char *member, const char *reason)
{
    if (!mistake->reason) *mistake = (struct json_mistake){.member = member, .reason = reason};
}

void json_read(struct json_reader *r, struct json_value *value, struct json_mistake *mistake)
{
    *r = (struct json_reader){.object = value, .mistake = mistake};
    if (json_is_object((json_t *)value)) return;
    r->object = NULL;
    mistaken(mistake, "", "not an object");
}

static json_t *member_of(const struct json_reader *r, const char *member)
{
    json_t *value = r->object ? json_object_get((json_t *)r->object, member) : NULL;
    return json_is_null(value) ? NULL : value;
}

bool json_has(const struct json_reader *r, const char *member)
{
    return member_of(r, member) != NULL;
}

static json_t *need(struct json_reader *r, const char *member)
{
    json_t *value = member_of(r, member);
    if (!value) mistaken(r->mistake, member, "missing");
    return value;
}

static struct str text_of(json_t *value, const char *member, size_t bytes_min, size_t bytes_max,
                          struct json_mistake *mistake)
{
    struct str none = {0};
    if (!json_is_string(value)) {
        mistaken(mistake, member, "not a text");
        return none;
    }
    struct str text = {json_string_value(value), json_string_length(value)};
    if (text.len >= bytes_min && text.len <= bytes_max) return text;
    mistaken(mistake, member, text.len < bytes_min ? "too short" : "too long");
    return none;
}

static int64_t int_of(json_t *value, const char *member, int64_t min, int64_t max,
                      struct json_mistake *mistake)
{
    if (!json_is_integer(value)) {
        mistaken(mistake, member, "not a number");
        return 0;
    }
    int64_t n = json_integer_value(value);
    if (n >= min && n <= max) return n;
    mistaken(mistake, member, "out of range");
    return 0;
}

struct str json_get_text(struct json_reader *r, const char *member, size_t bytes_min,
                         size_t bytes_max)
{
    json_t *value = need(r, member);
    if (!value) return (struct str){0};
    return text_of(value, member, bytes_min, bytes_max, r->mistake);
}

int64_t json_get_int(struct json_reader *r, const char *member, int64_t min, int64_t max)
{
    json_t *value = need(r, member);
    return value ? int_of(value, member, min, max, r->mistake) : 0;
}

bool json_get_bool(struct json_reader *r, const char *member)
{
    json_t *value = need(r, member);
    if (value && !json_is_boolean(value)) mistaken(r->mistake, member, "not true or false");
    return json_is_true(value);
}

struct id json_get_id(struct json_reader *r, const char *member)
{
    struct id id = {0};
    struct str text = json_get_text(r, member, ID_HEX_BYTES, ID_HEX_BYTES);
    if (text.ptr && !id_parse(text, &id)) mistaken(r->mistake, member, "not an id");
    return id;
}

void json_get_bytes(struct json_reader *r, const char *member, unsigned char *out, size_t count)
{
    memset(out, 0, count);
    struct str text = json_get_text(r, member, 2 * count, 2 * count);
    if (!text.ptr || hex_to_bytes(text, out, count)) return;
    memset(out, 0, count);
    mistaken(r->mistake, member, "not hex");
}

size_t json_get_choice(struct json_reader *r, const char *member, const char *const *choices,
                       size_t choice_count)
{
    struct str text = json_get_text(r, member, 0, SIZE_MAX);
    for (size_t i = 0; text.ptr && i < choice_count; i++) {
        if (str_eq_z(text, choices[i])) return i;
    }
    mistaken(r->mistake, member, "not one of the known words");
    return 0;
}

void json_get_object(struct json_reader *r, const char *member, struct json_reader *out)
{
    *out = (struct json_reader){.mistake = r->mistake};
    json_t *value = need(r, member);
    if (json_is_object(value)) {
        out->object = (struct json_value *)value;
    } else {
        mistaken(r->mistake, member, "not an object");
    }
}

static void array_of(struct json_array *a, json_t *value, size_t count_min, size_t count_max)
{
    if (!json_is_array(value)) {
        mistaken(a->mistake, a->member, "not a list");
        return;
    }
    size_t count = json_array_size(value);
    if (count < count_min || count > count_max) {
        mistaken(a->mistake, a->member, count < count_min ? "too few" : "too many");
        return;
    }
    a->array = (struct json_value *)value;
    a->count = count;
}

void json_get_array(struct json_reader *r, const char *member, size_t count_min, size_t count_max,
                    struct json_array *out)
{
    *out = (struct json_array){.member = member, .mistake = r->mistake};
    json_t *value = need(r, member);
    if (value) array_of(out, value, count_min, count_max);
}

struct json_value *json_get_value(struct json_reader *r, const char *member)
{
    return (struct json_value *)need(r, member);
}

void json_read_array(struct json_array *a, struct json_value *value, size_t count_max,
                     struct json_mistake *mistake)
{
    *a = (struct json_array){.member = "", .mistake = mistake};
    array_of(a, (json_t *)value, 0, count_max);
}

static json_t *item(const struct json_array *a, size_t index)
{
    CHECK(index < a->count);
    return json_array_get((json_t *)a->array, index);
}

void json_item_object(const struct json_array *a, size_t index, struct json_reader *out)
{
    json_t *value = item(a, index);
    *out = (struct json_reader){.mistake = a->mistake};
    if (json_is_object(value)) {
        out->object = (struct json_value *)value;
    } else {
        mistaken(a->mistake, a->member, "holds what is not an object");
    }
}

struct str json_item_text(const struct json_array *a, size_t index, size_t bytes_min,
                          size_t bytes_max)
{
    return text_of(item(a, index), a->member, bytes_min, bytes_max, a->mistake);
}

int64_t json_item_int(const struct json_array *a, size_t index, int64_t min, int64_t max)
{
    return int_of(item(a, index), a->member, min, max, a->mistake);
}
