#include "model/verdict.h"

static const struct {
    const char *code;
    struct str words;
} table[VERDICT_COUNT] = {
    [VERDICT_OK] = {"ok", {0}},
#define VERDICT(name, code, words) [VERDICT_##name] = {code, {words, sizeof(words) - 1}},
#include "model/verdict.def"
#undef VERDICT
};

const char *verdict_code(enum verdict v)
{
    return table[v].code;
}

struct str verdict_words(enum verdict v)
{
    return table[v].words;
}

bool verdict_parse(struct str code, enum verdict *out)
{
    for (int v = 0; v < VERDICT_COUNT; v++) {
        if (!str_eq_z(code, table[v].code)) continue;
        *out = (enum verdict)v;
        return true;
    }
    return false;
}
