// A rule is asked and answers. A refusal is an ordinary answer with words for the visitor; it is not
// an error, is not logged as one, and travels the wire under a fixed code.
#ifndef MODEL_VERDICT_H
#define MODEL_VERDICT_H

#include "base/str.h"

enum verdict {
    VERDICT_OK = 0,
#define VERDICT(name, code, words) VERDICT_##name,
#include "model/verdict.def"
#undef VERDICT
};

#define VERDICT_COUNT (VERDICT_DESK_BUSY + 1)

const char *verdict_code(enum verdict v); // "ok", "slot-full", …
struct str verdict_words(enum verdict v); // Chinese, for the screen; empty for VERDICT_OK
MUST_USE bool verdict_parse(struct str code, enum verdict *out);

#endif
