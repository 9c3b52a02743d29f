// A script in words: "--seed 7 --steps 3,10-12 --faults DROP,CUT_UP" plays those steps with those faults.
#include "sim/sim.h"

#include <string.h>

static const char *const fault_names[] = {
#define FAULT(id, words) [FAULT_##id] = #id,
#include "sim/faults.def"
#undef FAULT
};

static bool take_step(struct sim_script *script, struct str text)
{
    int64_t first;
    int64_t last;
    size_t dash = str_find(text, STR("-"), 0);
    bool is_one = dash == SIZE_MAX;
    if (!str_to_int(str_sub(text, 0, is_one ? text.len : dash), 1, SIM_STEPS, &first)) return false;
    last = first;
    if (!is_one && !str_to_int(str_sub(text, dash + 1, text.len), first, SIM_STEPS, &last))
        return false;
    for (int64_t i = first; i <= last; i++) {
        script->skips[i] = false;
    }
    return true;
}

bool sim_script_steps(struct sim_script *script, const char *list)
{
    struct str rest = str_from_z(list);
    memset(script->skips, true, sizeof(script->skips));
    while (rest.len > 0) {
        if (!take_step(script, str_cut(&rest, ','))) return false;
    }
    return true;
}

bool sim_script_faults(struct sim_script *script, const char *list)
{
    struct str rest = str_from_z(list);
    memset(script->has_no_fault, true, sizeof(script->has_no_fault));
    while (rest.len > 0) {
        struct str name = str_cut(&rest, ',');
        int f = 0;
        while (f < FAULT_COUNT && !str_eq_z(name, fault_names[f])) {
            f++;
        }
        if (f == FAULT_COUNT) return false;
        script->has_no_fault[f] = false;
    }
    return true;
}

void sim_script_print(const struct sim_script *script, FILE *to)
{
    fprintf(to, "--seed %lld --steps ", (long long)script->seed);
    const char *comma = "";
    for (int i = 1; i <= SIM_STEPS; i++) {
        if (script->skips[i]) continue;
        int first = i;
        while (i < SIM_STEPS && !script->skips[i + 1]) {
            i++;
        }
        fprintf(to, "%s%d", comma, first);
        if (i > first) fprintf(to, "-%d", i);
        comma = ",";
    }
    fprintf(to, " --faults ");
    comma = "";
    for (int f = 0; f < FAULT_COUNT; f++) {
        if (script->has_no_fault[f]) continue;
        fprintf(to, "%s%s", comma, fault_names[f]);
        comma = ",";
    }
    fprintf(to, "\n");
}
