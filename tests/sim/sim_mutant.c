#include "sim/sim.h"

static enum mutant chosen = MUTANT_NONE; // one a process, chosen before the runs start

static const char *const names[] = {
    [MUTANT_NONE] = "none",
#define MUTANT_ROW(id, name, what) [MUTANT_##id] = name,
#include "sim/mutants.def"
#undef MUTANT_ROW
};

void mutant_choose(enum mutant m)
{
    chosen = m;
}

int mutant_is_on(enum mutant m)
{
    return chosen == m;
}

const char *mutant_name(enum mutant m)
{
    return names[m];
}
