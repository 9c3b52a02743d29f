// Showing that each bug that was put in on purpose is caught.
#include "sim/sim.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define SEEDS_MAX 20000

int sim_mutants_list(void)
{
    for (int m = MUTANT_NONE + 1; m < MUTANT_COUNT; m++) {
        printf("%s\n", mutant_name((enum mutant)m));
    }
    return 0;
}

// How far the search for a seed has come.
struct search {
    int64_t seed;
    bool is_caught;
    bool fails_without; // then it is no catch, but a fault of ours
    char violation[160];
};

static void search_seeds(enum mutant m, struct search *out)
{
    struct sim_counts counts = {0};
    struct sim_world *w = sim_world_new();
    if (!freopen("/dev/null", "w", stderr)) _exit(2); // a mutant makes noise
    mutant_choose(m);
    for (int64_t seed = 1; seed <= SEEDS_MAX && !out->is_caught; seed++) {
        const struct sim_script script = {.seed = seed};
        out->seed = seed;
        out->is_caught = !sim_run(w, &script, &counts, NULL);
    }
    memcpy(out->violation, w->violation, sizeof(out->violation));
    const struct sim_script last = {.seed = out->seed};
    mutant_choose(MUTANT_NONE);
    out->fails_without = out->is_caught && !sim_run(w, &last, &counts, NULL);
    _exit(0);
}

// In a child, which may abort.
static bool catch_one(enum mutant m)
{
    struct search *found =
        mmap(NULL, sizeof(*found), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(found != MAP_FAILED);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) search_seeds(m, found);
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child);
    bool is_caught = status == 0 && found->is_caught && !found->fails_without;
    const char *how = found->violation;
    if (!found->is_caught) how = "survives";
    if (found->fails_without) how = "is not what fails here";
    if (status != 0) how = "aborts";
    printf("%s %lld %s\n", mutant_name(m), (long long)found->seed, how);
    fflush(stdout);
    munmap(found, sizeof(*found));
    return is_caught;
}

// The jobs take the mutants as they come, so that a rare one holds up none.
static bool catch_some(enum mutant only, atomic_int *next)
{
    bool all = true;
    for (int m = atomic_fetch_add(next, 1); m < MUTANT_COUNT; m = atomic_fetch_add(next, 1)) {
        if (only == MUTANT_NONE || (int)only == m) all = catch_one((enum mutant)m) && all;
    }
    return all;
}

int sim_mutants_run(enum mutant only, int jobs)
{
    int failed = 0;
    atomic_int *next =
        mmap(NULL, sizeof(*next), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(next != MAP_FAILED);
    atomic_init(next, MUTANT_NONE + 1);
    for (int job = 0; job < jobs; job++) {
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) _exit(!catch_some(only, next));
    }
    for (int job = 0; job < jobs; job++) {
        int status = 0;
        CHECK(wait(&status) > 0);
        failed |= status != 0;
    }
    return failed;
}
