#include "crypt/request.h"

#include "base/buf.h"
#include "base/id.h"
#include "crypt/base64.h"
#include "crypt/hash.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define COMPONENTS \
    "(\"@method\" \"@authority\" \"@path\" \"@query\" \"content-digest\" \"x-kiosk-inc\")"
#define BASE_BYTES_MAX (3 * REQUEST_PART_BYTES_MAX)
#define CREATED_S_MAX  INT64_C(99999999999)

struct str request_digest(struct arena *a, struct str body)
{
    struct crypt_hash h = crypt_sha256(body);
    size_t mark = arena_mark(a);
    char text[BASE64_ROOM(CRYPT_HASH_BYTES)];
    struct str encoded = base64_text(a, h.bytes, sizeof(h.bytes));
    CHECK(encoded.len < sizeof(text));
    memcpy(text, encoded.ptr, encoded.len);
    text[encoded.len] = '\0';
    arena_rewind(a, mark);
    return str_printf(a, "sha-256=:%s:", text);
}

bool request_digest_matches(struct str field, struct str body)
{
    struct str prefix = STR("sha-256=:");
    if (!str_starts(field, prefix) || !str_ends(field, STR(":"))) return false;
    if (field.len <= prefix.len) return false;
    struct str text = str_sub(field, prefix.len, field.len - prefix.len - 1);
    struct crypt_hash given;
    if (!base64_parse_exact(text, given.bytes, sizeof(given.bytes))) return false;
    struct crypt_hash own = crypt_sha256(body);
    return crypt_hash_eq(&given, &own);
}

// A part stands in the base as it is. With blanks or line ends in it two different requests could
// have the same base.
static bool part_is_plain(struct str part, size_t bytes_max)
{
    if (part.len > bytes_max) return false;
    for (size_t i = 0; i < part.len; i++) {
        unsigned char c = (unsigned char)part.ptr[i];
        if (c <= 0x20 || c >= 0x7f || c == '"') return false;
    }
    return true;
}

static bool parts_are_plain(const struct request_parts *p)
{
    struct id id;
    if (!part_is_plain(p->method, 8) || p->method.len == 0) return false;
    if (!part_is_plain(p->authority, 256) || p->authority.len == 0) return false;
    if (!part_is_plain(p->path, REQUEST_PART_BYTES_MAX)) return false;
    if (!str_starts(p->path, STR("/")) || str_find(p->path, STR("?"), 0) != SIZE_MAX) return false;
    if (!part_is_plain(p->query, REQUEST_PART_BYTES_MAX)) return false;
    if (!part_is_plain(p->content_digest, REQUEST_DIGEST_ROOM)) return false;
    if (!id_parse(p->inc, &id) || !id_parse(p->keyid, &id)) return false;
    return p->created_s >= 0 && p->created_s <= CREATED_S_MAX;
}

static void add_lower(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
        buf_add(out, (struct str){&c, 1});
    }
}

static void add_line(struct buf *out, const char *name, struct str value)
{
    buf_addf(out, "\"%s\": ", name);
    buf_add(out, value);
    buf_add_z(out, "\n");
}

static void add_params(struct buf *out, const struct request_parts *p)
{
    buf_addf(out, COMPONENTS ";created=%" PRId64 ";keyid=\"%.*s\";alg=\"ed25519\";tag=\"kiosk1\"",
             p->created_s, STR_ARG(p->keyid));
}

// RFC 9421 section 2.5: one line a component, the parameters last and without a line end.
static void add_base(struct buf *out, const struct request_parts *p)
{
    add_line(out, "@method", p->method);
    buf_add_z(out, "\"@authority\": ");
    add_lower(out, p->authority);
    buf_add_z(out, "\n\"@path\": ");
    buf_add(out, p->path);
    buf_add_z(out, "\n\"@query\": ?"); // section 2.2.7: an absent query is a lone '?'
    buf_add(out, p->query);
    buf_add_z(out, "\n");
    add_line(out, "content-digest", p->content_digest);
    add_line(out, "x-kiosk-inc", p->inc);
    buf_add_z(out, "\"@signature-params\": ");
    add_params(out, p);
}

enum err request_sign(const struct crypt_key_pair *pair, const struct request_parts *parts,
                      struct request_signature *out)
{
    if (!parts_are_plain(parts)) return ERR_BAD_INPUT;
    struct buf text;
    buf_init(&text, BASE_BYTES_MAX);
    add_base(&text, parts);
    enum err e = buf_err(&text);
    if (!e) {
        struct crypt_signature s = crypt_sign(pair, buf_str(&text));
        buf_clear(&text);
        buf_add_z(&text, "k=");
        add_params(&text, parts);
        CHECK(text.len < sizeof(out->input));
        snprintf(out->input, sizeof(out->input), "%.*s", STR_ARG(buf_str(&text)));
        buf_clear(&text);
        buf_add_z(&text, "k=:");
        base64_add(&text, s.bytes, sizeof(s.bytes));
        buf_add_z(&text, ":");
        CHECK(text.len < sizeof(out->signature));
        snprintf(out->signature, sizeof(out->signature), "%.*s", STR_ARG(buf_str(&text)));
    }
    buf_deinit(&text);
    return e;
}

bool request_input_parse(struct str field, struct str *keyid, int64_t *created_s)
{
    struct str head = STR("k=" COMPONENTS ";created=");
    struct str middle = STR(";keyid=\"");
    struct str tail = STR("\";alg=\"ed25519\";tag=\"kiosk1\"");
    if (!str_starts(field, head)) return false;
    struct str rest = str_sub(field, head.len, SIZE_MAX);
    size_t digits = str_find(rest, middle, 0);
    if (digits == SIZE_MAX) return false;
    int64_t created = 0;
    if (!str_to_int(str_sub(rest, 0, digits), 0, CREATED_S_MAX, &created)) return false;
    if (digits > 1 && rest.ptr[0] == '0') return false; // the base would be written another way
    rest = str_sub(rest, digits + middle.len, SIZE_MAX);
    struct str name = str_sub(rest, 0, ID_HEX_BYTES);
    struct id id;
    if (!id_parse(name, &id) || !str_eq(str_sub(rest, ID_HEX_BYTES, SIZE_MAX), tail)) return false;
    *keyid = name;
    *created_s = created;
    return true;
}

bool request_verify(const struct crypt_public_key *key, const struct request_parts *parts,
                    struct str field)
{
    if (!parts_are_plain(parts)) return false;
    if (!str_starts(field, STR("k=:")) || !str_ends(field, STR(":")) || field.len < 4) return false;
    struct crypt_signature s;
    if (!base64_parse_exact(str_sub(field, 3, field.len - 4), s.bytes, sizeof(s.bytes)))
        return false;
    struct buf text;
    buf_init(&text, BASE_BYTES_MAX);
    add_base(&text, parts);
    bool right = buf_err(&text) == ERR_OK && crypt_verify(key, buf_str(&text), &s);
    buf_deinit(&text);
    return right;
}
