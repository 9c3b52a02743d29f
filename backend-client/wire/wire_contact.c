#include "wire/wire_contact.h"

#include <string.h>

#define ADDRESS_BYTES_MAX (VISITOR_SURNAME_BYTES_MAX + 16)

enum err wire_contact_write(const struct wire_contact *contact, struct buf *out)
{
    char address[ADDRESS_BYTES_MAX];
    size_t len = 0;
    if (contact->surname.len > 0) {
        struct str words = visitor_title_words(contact->title);
        CHECK(contact->surname.len + words.len <= sizeof(address));
        memcpy(address, contact->surname.ptr, contact->surname.len);
        memcpy(address + contact->surname.len, words.ptr, words.len);
        len = contact->surname.len + words.len;
    }
    struct json_writer w;
    json_write_begin(&w, out);
    json_write_object(&w, NULL);
    json_write_int(&w, "v", WIRE_CONTACT_VERSION);
    json_write_id(&w, "booking", &contact->booking.id);
    json_write_id(&w, "inc", &contact->inc.id);
    json_write_text(&w, "phone", contact->phone);
    json_write_text(&w, "addr", (struct str){address, len});
    json_write_text(&w, "topic", str_from_z(topic_code(contact->topic)));
    json_write_object_end(&w);
    memory_wipe(address, sizeof(address));
    return json_write_end(&w);
}

static bool split_address(struct str address, struct wire_contact *out)
{
    if (address.len == 0) return true;
    for (int t = VISITOR_MR; t <= VISITOR_MS; t++) {
        struct str words = visitor_title_words((enum visitor_title)t);
        if (!str_ends(address, words)) continue;
        out->title = (enum visitor_title)t;
        out->surname = str_sub(address, 0, address.len - words.len);
        return visitor_check_surname(out->surname) == VERDICT_OK;
    }
    return false;
}

static enum err read_members(struct json_value *document, struct arena *a, struct wire_contact *out)
{
    struct json_mistake mistake = {0};
    struct json_reader r;
    json_read(&r, document, &mistake);
    json_get_int(&r, "v", WIRE_CONTACT_VERSION, WIRE_CONTACT_VERSION);
    out->booking.id = json_get_id(&r, "booking");
    out->inc.id = json_get_id(&r, "inc");
    struct str phone = json_get_text(&r, "phone", 0, VISITOR_PHONE_DIGITS);
    struct str address = json_get_text(&r, "addr", 0, ADDRESS_BYTES_MAX);
    struct str topic = json_get_text(&r, "topic", 1, 32);
    enum err e = json_mistake_err(&mistake);
    if (e) return e;
    if (phone.len > 0 && visitor_check_phone(phone) != VERDICT_OK) return ERR_BAD_INPUT;
    if (!topic_parse(topic, &out->topic)) return ERR_BAD_INPUT;
    out->phone = str_copy(a, phone);
    return split_address(str_copy(a, address), out) ? ERR_OK : ERR_BAD_INPUT;
}

enum err wire_contact_parse(struct str plain, struct arena *a, struct wire_contact *out)
{
    struct json_value *document = NULL;
    *out = (struct wire_contact){0};
    enum err e = json_parse(plain, &document, NULL);
    if (!e) e = read_members(document, a, out);
    json_free(document);
    return e;
}
