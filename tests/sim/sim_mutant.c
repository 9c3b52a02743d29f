// The bugs that are put in on purpose, and which of them is in.
#include "sim/sim.h"

#include <string.h>

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

bool mutant_find(const char *name, enum mutant *out)
{
    for (int m = MUTANT_NONE + 1; m < MUTANT_COUNT; m++) {
        if (strcmp(names[m], name) != 0) continue;
        *out = (enum mutant)m;
        return true;
    }
    return false;
}

const char *mutant_name(enum mutant m)
{
    return names[m];
}
