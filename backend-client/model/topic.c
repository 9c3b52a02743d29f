#include "model/topic.h"

static const struct {
    const char *code;
    struct str name;
    struct str examples;
    enum topic_class class;
    bool has_legal_aid;
    bool is_sensitive;
} table[TOPIC_COUNT] = {
#define TOPIC(id, code, name, examples, class, aid, sensitive) \
    [TOPIC_##id] = {code,                                      \
                    {name, sizeof(name) - 1},                  \
                    {examples, sizeof(examples) - 1},          \
                    TOPIC_CLASS_##class,                       \
                    aid,                                       \
                    sensitive},
#include "model/topic.def"
#undef TOPIC
};

const char *topic_code(enum topic t)
{
    return table[t].code;
}

struct str topic_name(enum topic t)
{
    return table[t].name;
}

struct str topic_examples(enum topic t)
{
    return table[t].examples;
}

enum topic_class topic_class(enum topic t)
{
    return table[t].class;
}

bool topic_has_legal_aid(enum topic t)
{
    return table[t].has_legal_aid;
}

bool topic_is_sensitive(enum topic t)
{
    return table[t].is_sensitive;
}

bool topic_parse(struct str code, enum topic *out)
{
    for (int t = 0; t < TOPIC_COUNT; t++) {
        if (!str_eq_z(code, table[t].code)) continue;
        *out = (enum topic)t;
        return true;
    }
    return false;
}

bool topic_from_name(struct str name, enum topic *out)
{
    for (int t = 0; t < TOPIC_COUNT; t++) {
        struct str full = table[t].name;
        bool is_first_part = name.len > 0 && name.len + 3 <= full.len && str_starts(full, name) &&
                             str_starts(str_sub(full, name.len, 3), STR("\xEF\xBC\x8C"));
        if (!str_eq(name, full) && !is_first_part) continue;
        *out = (enum topic)t;
        return true;
    }
    return false;
}

bool topics_have(unsigned topics, enum topic t)
{
    return (topics >> t & 1) != 0;
}
