// JSON in and out (RFC 8259), strict so that both sides and every tool read a document alike.
//
// Reading: jansson refuses doubled members, a byte order mark, bad UTF-8, NUL and text after the end;
// one walk over the whole then refuses fractions, exponents, |n| > 2^53-1 and nesting past
// JSON_DEPTH_MAX. Unknown members are ignored. A reader collects the first mistake, so a handler takes
// all its members in a row and looks once.
//
// Writing: members stand in the order of the calls, without blanks, with the shortest escapes. The
// same calls give the same bytes everywhere, so they can be hashed and signed.
#ifndef WIRE_JSON_H
#define WIRE_JSON_H

#include "base/buf.h"
#include "base/id.h"
#include "base/str.h"

#define JSON_DEPTH_MAX      8
#define JSON_INT_MAX        INT64_C(9007199254740991) // 2^53-1, exact in every JSON reader
#define JSON_TEXT_BYTES_MAX (8 * 1024 * 1024)

struct json_value; // any value of a parsed document; lives in the document

struct json_fault {
    const char *why; // constant English reason; NULL: nothing was wrong
    int line;        // from 1, as editors count; 0: nowhere in particular
    int column;      // in characters
};

// The document, an object or an array, to be freed by json_free. ERR_BAD_INPUT or ERR_TOO_BIG, not
// logged: what others send is no fault of ours. `fault` (may be NULL) then says what is wrong where.
MUST_USE enum err json_parse(struct str text, struct json_value **out, struct json_fault *fault);
void json_free(struct json_value *document); // leaves quietly on NULL

// What was wrong first. Zeroed before reading; `member` is the name given to the getter.
struct json_mistake {
    const char *member;
    const char *reason; // constant English text; NULL: nothing was wrong
};

MUST_USE enum err json_mistake_err(const struct json_mistake *mistake); // ERR_BAD_INPUT or ERR_OK

struct json_reader {
    struct json_value *object; // NULL after a mistake
    struct json_mistake *mistake;
};

struct json_array {
    struct json_value *array;
    const char *member;
    size_t count; // 0 after a mistake
    struct json_mistake *mistake;
};

// Reads the members of `value`, which must be an object. Keeps `mistake`, which objects and arrays
// inside share.
void json_read(struct json_reader *r, struct json_value *value, struct json_mistake *mistake);

// Present and not null: ask before taking what may be left out.
bool json_has(const struct json_reader *r, const char *member);

// A member that is missing, null, of another type or out of bounds is a mistake and gives the empty
// value. Texts live in the document.
struct str json_get_text(struct json_reader *r, const char *member, size_t bytes_min,
                         size_t bytes_max);
int64_t json_get_int(struct json_reader *r, const char *member, int64_t min, int64_t max);
bool json_get_bool(struct json_reader *r, const char *member);
struct id json_get_id(struct json_reader *r, const char *member);
// Exactly `count` bytes, sent as lower-case hex.
void json_get_bytes(struct json_reader *r, const char *member, unsigned char *out, size_t count);
// The index of one of `choices`; 0 after a mistake.
size_t json_get_choice(struct json_reader *r, const char *member, const char *const *choices,
                       size_t choice_count);
void json_get_object(struct json_reader *r, const char *member, struct json_reader *out);
void json_get_array(struct json_reader *r, const char *member, size_t count_min, size_t count_max,
                    struct json_array *out);
// Whatever it is, to be passed on with json_write_value; NULL after a mistake.
struct json_value *json_get_value(struct json_reader *r, const char *member);

// A document or value that is an array.
void json_read_array(struct json_array *a, struct json_value *value, size_t count_max,
                     struct json_mistake *mistake);
void json_item_object(const struct json_array *a, size_t index, struct json_reader *out);
struct str json_item_text(const struct json_array *a, size_t index, size_t bytes_min,
                          size_t bytes_max);
int64_t json_item_int(const struct json_array *a, size_t index, int64_t min, int64_t max);

struct json_writer {
    struct buf *out;
    int depth;
    bool is_object[JSON_DEPTH_MAX + 1];
    bool has_items[JSON_DEPTH_MAX + 1];
    enum err err;
};

// Keeps `out` and appends to it. In an object every call names its member; in an array, and for the
// document itself, `member` is NULL. Unbalanced or unnamed calls are a bug (CHECK).
void json_write_begin(struct json_writer *w, struct buf *out);
void json_write_object(struct json_writer *w, const char *member);
void json_write_object_end(struct json_writer *w);
void json_write_array(struct json_writer *w, const char *member);
void json_write_array_end(struct json_writer *w);
void json_write_text(struct json_writer *w, const char *member, struct str text);
void json_write_int(struct json_writer *w, const char *member, int64_t n);
void json_write_bool(struct json_writer *w, const char *member, bool b);
void json_write_null(struct json_writer *w, const char *member);
void json_write_id(struct json_writer *w, const char *member, const struct id *id); // none: null
void json_write_bytes(struct json_writer *w, const char *member, const unsigned char *bytes,
                      size_t count); // as lower-case hex
void json_write_value(struct json_writer *w, const char *member, struct json_value *value);

// ERR_TOO_BIG past the buffer's ceiling or JSON_DEPTH_MAX; ERR_BAD_INPUT where a text was not UTF-8,
// held NUL, or a number lay past JSON_INT_MAX. The buffer's content is then of no use.
MUST_USE enum err json_write_end(struct json_writer *w);

#endif
