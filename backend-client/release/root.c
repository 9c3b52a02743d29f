#include "release/manifest.h"
#include "wire/json.h"

#include <string.h>

const char *release_role_word(enum release_role role)
{
    switch (role) {
    case ROLE_ROOT: return "root";
    case ROLE_CONTENT: return "content";
    case ROLE_TIMESTAMP: return "timestamp";
    case ROLE_COUNT: break;
    }
    CHECK(false);
    return "";
}

enum err root_write(const struct root *root, struct buf *out)
{
    struct json_writer w;
    size_t start = out->len;
    json_write_begin(&w, out);
    json_write_object(&w, NULL);
    json_write_text(&w, "type", STR("root"));
    json_write_int(&w, "version", root->version);
    json_write_int(&w, "expires_ms", root->expires_ms);
    json_write_array(&w, "keys");
    for (size_t i = 0; i < root->key_count; i++) {
        const struct root_key *k = &root->keys[i];
        struct minisig_key_id id = minisig_key_id(&k->key);
        json_write_object(&w, NULL);
        json_write_text(&w, "keyid", str_from_z(id.hex));
        json_write_text(&w, "role", str_from_z(release_role_word(k->role)));
        json_write_bytes(&w, "public", k->key.bytes, sizeof(k->key.bytes));
        json_write_object_end(&w);
    }
    json_write_array_end(&w);
    json_write_object(&w, "thresholds");
    for (int i = 0; i < ROLE_COUNT; i++) {
        json_write_int(&w, release_role_word((enum release_role)i), root->thresholds[i]);
    }
    json_write_object_end(&w);
    json_write_bytes(&w, "box", root->box.bytes, sizeof(root->box.bytes));
    json_write_object_end(&w);
    enum err e = json_write_end(&w);
    return e ? e : out->len - start > ROOT_BYTES_MAX ? ERR_TOO_BIG : ERR_OK;
}

static bool read_key(struct json_reader *r, struct root_key *out)
{
    static const char *const roles[] = {"root", "content", "timestamp"};
    struct str keyid =
        json_get_text(r, "keyid", MINISIG_KEY_ID_HEX_BYTES, MINISIG_KEY_ID_HEX_BYTES);
    out->role = (enum release_role)json_get_choice(r, "role", roles, ROLE_COUNT);
    json_get_bytes(r, "public", out->key.bytes, sizeof(out->key.bytes));
    struct minisig_key_id own = minisig_key_id(&out->key);
    return str_eq_z(keyid, own.hex); // or one key could vote twice under two names
}

// Every role can be reached, and no key stands twice in one.
static bool is_sound(const struct root *root)
{
    int found[ROLE_COUNT] = {0};
    for (size_t i = 0; i < root->key_count; i++) {
        const struct root_key *k = &root->keys[i];
        found[k->role]++;
        for (size_t j = 0; j < i; j++) {
            if (root->keys[j].role == k->role &&
                memcmp(root->keys[j].key.bytes, k->key.bytes, sizeof(k->key.bytes)) == 0)
                return false;
        }
    }
    for (int i = 0; i < ROLE_COUNT; i++) {
        if (root->thresholds[i] < 1 || root->thresholds[i] > found[i]) return false;
    }
    return true;
}

static enum err root_from(struct json_value *document, struct root *root)
{
    struct json_mistake mistake = {0};
    struct json_reader r;
    struct json_reader thresholds;
    struct json_array keys;
    json_read(&r, document, &mistake);
    if (!str_eq_z(json_get_text(&r, "type", 1, 16), "root")) return ERR_BAD_INPUT;
    root->version = json_get_int(&r, "version", 1, RELEASE_VERSION_MAX);
    root->expires_ms = json_get_int(&r, "expires_ms", 0, JSON_INT_MAX);
    json_get_array(&r, "keys", 1, ROOT_KEYS_MAX, &keys);
    for (size_t i = 0; i < keys.count; i++) {
        struct json_reader item;
        json_item_object(&keys, i, &item);
        if (!read_key(&item, &root->keys[root->key_count++])) return ERR_BAD_INPUT;
    }
    json_get_object(&r, "thresholds", &thresholds);
    for (int i = 0; i < ROLE_COUNT; i++) {
        const char *word = release_role_word((enum release_role)i);
        root->thresholds[i] = (int)json_get_int(&thresholds, word, 1, ROOT_KEYS_MAX);
    }
    json_get_bytes(&r, "box", root->box.bytes, sizeof(root->box.bytes));
    enum err e = json_mistake_err(&mistake);
    return e ? e : is_sound(root) ? ERR_OK : ERR_BAD_INPUT;
}

enum err root_read(struct str bytes, struct root *out)
{
    if (bytes.len > ROOT_BYTES_MAX) return ERR_TOO_BIG;
    struct json_value *document = NULL;
    enum err e = json_parse(bytes, &document, NULL);
    if (e) return e;
    struct root root = {0};
    e = root_from(document, &root);
    json_free(document);
    if (!e) *out = root;
    return e;
}
