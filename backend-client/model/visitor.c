#include "model/visitor.h"

static const struct str titles[] = {
#define VISITOR_TITLE(id, words) [VISITOR_##id] = {words, sizeof(words) - 1},
#include "model/visitor.def"
#undef VISITOR_TITLE
};

enum verdict visitor_check_phone(struct str phone)
{
    if (phone.len != VISITOR_PHONE_DIGITS || !str_is_digits(phone)) return VERDICT_PHONE_BAD;
    if (phone.ptr[0] != '1' || phone.ptr[1] < '3') return VERDICT_PHONE_BAD;
    return VERDICT_OK;
}

// The ideographs of Unicode with their extensions, and the two compatibility blocks.
static bool is_han(uint32_t c)
{
    return (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x4E00 && c <= 0x9FFF) ||
           (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x323AF);
}

enum verdict visitor_check_surname(struct str surname)
{
    size_t count = str_utf8_count(surname);
    if (count < 1 || count > VISITOR_SURNAME_CHARS_MAX) return VERDICT_SURNAME_BAD;
    struct str rest = surname;
    while (rest.len > 0) {
        if (!is_han(str_utf8_next(&rest))) return VERDICT_SURNAME_BAD;
    }
    return VERDICT_OK;
}

struct str visitor_title_words(enum visitor_title title)
{
    return titles[title];
}

struct str visitor_mask_phone(struct arena *a, struct str phone)
{
    CHECK(visitor_check_phone(phone) == VERDICT_OK);
    return str_printf(a, "%.3s****%.4s", phone.ptr, phone.ptr + 7);
}

struct str visitor_mask_name(struct arena *a, struct str surname)
{
    return str_printf(a, "%.*s*", STR_ARG(surname));
}
