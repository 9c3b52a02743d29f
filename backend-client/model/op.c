#include "model/op.h"

static const char *const kind_codes[] = {
#define OP(id, code) [OP_##id] = code,
#include "model/op.def"
#undef OP
};
static const char *const basis_codes[] = {[OP_POOL] = "pool", [OP_RIGHT] = "right"};
static const char *const trust_codes[] = {
    [OP_TRUST_SYNCED] = "synced", [OP_TRUST_CARRIED] = "carried", [OP_TRUST_UNKNOWN] = "unknown"};
static const char *const why_codes[] = {[OP_WHY_VISITOR] = "citizen",
                                        [OP_WHY_LEARNED] = "learned",
                                        [OP_WHY_UNANSWERED] = "unanswered",
                                        [OP_WHY_MOVED] = "moved"};
static const char *const outcome_codes[] = {
    [OP_OK] = "ok", [OP_OK_WARN] = "ok+warn", [OP_REFUSED] = "refused"};

// The index of `code` in a table of `count` codes, -1 where it is not there.
static int index_of(const char *const *codes, int count, struct str code)
{
    for (int i = 0; i < count; i++) {
        if (str_eq_z(code, codes[i])) return i;
    }
    return -1;
}

const char *op_kind_code(enum op_kind kind)
{
    CHECK(kind != OP_KIND_UNKNOWN);
    return kind_codes[kind];
}

enum op_kind op_kind_parse(struct str code)
{
    int i = index_of(kind_codes, OP_KIND_UNKNOWN, code);
    return i < 0 ? OP_KIND_UNKNOWN : (enum op_kind)i;
}

const char *op_basis_code(enum op_basis basis)
{
    return basis_codes[basis];
}

const char *op_trust_code(enum op_trust trust)
{
    return trust_codes[trust];
}

const char *op_why_code(enum op_why why)
{
    return why_codes[why];
}

const char *op_outcome_code(enum op_outcome outcome)
{
    return outcome_codes[outcome];
}

bool op_basis_parse(struct str code, enum op_basis *out)
{
    int i = index_of(basis_codes, 2, code);
    if (i >= 0) *out = (enum op_basis)i;
    return i >= 0;
}

bool op_trust_parse(struct str code, enum op_trust *out)
{
    int i = index_of(trust_codes, 3, code);
    if (i >= 0) *out = (enum op_trust)i;
    return i >= 0;
}

bool op_why_parse(struct str code, enum op_why *out)
{
    int i = index_of(why_codes, OP_WHY_MOVED + 1, code);
    if (i >= 0) *out = (enum op_why)i;
    return i >= 0;
}

bool op_outcome_parse(struct str code, enum op_outcome *out)
{
    int i = index_of(outcome_codes, 3, code);
    if (i >= 0) *out = (enum op_outcome)i;
    return i >= 0;
}
