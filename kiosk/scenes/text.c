#include "scenes/text.h"

static const struct str texts[TEXT_COUNT] = {
#define UI_TEXT(id, words) [TEXT_##id] = {words, sizeof(words) - 1},
#include "scenes/text.def"
#undef UI_TEXT
};

struct str text_of(enum text_id id)
{
    CHECK(id < TEXT_COUNT);
    return texts[id];
}

struct str text_fill(struct arena *arena, struct str form, const struct str *values, int count)
{
    struct str out = STR("");
    size_t from = 0;
    for (int i = 0; i < count; i++) {
        size_t at = str_find(form, STR("{}"), from);
        CHECK(at != SIZE_MAX);
        struct str before = str_sub(form, from, at - from);
        out = str_printf(arena, "%.*s%.*s%.*s", STR_ARG(out), STR_ARG(before), STR_ARG(values[i]));
        from = at + 2;
    }
    CHECK(str_find(form, STR("{}"), from) == SIZE_MAX);
    struct str rest = str_sub(form, from, form.len);
    return str_printf(arena, "%.*s%.*s", STR_ARG(out), STR_ARG(rest));
}

struct str text_number(struct arena *arena, int64_t number)
{
    return str_printf(arena, "%lld", (long long)number);
}
