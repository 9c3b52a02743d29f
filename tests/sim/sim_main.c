// lvyue-sim: runs seeds, replays one, or shows that every mutant is caught.
//
//   lvyue-sim --seeds A..B [--jobs N]    ends with the counts, a failing seed made short, and
//                                        "N seeds, N steps, N violations"
//   lvyue-sim --seed N --trace           replays one run byte for byte;
//             [--steps 1,5-9]            … only these steps of it
//             [--faults DROP,CUT_UP]     … only with these faults (faults.def)
//             [--mutant NAME]            … with a guard removed
//             [--shorten]                … says what of it is needed to fail
//   lvyue-sim --mutants [--jobs N]       runs every mutant until it is caught: "name seed violation"
//             [--mutant NAME]            … only this one
//   lvyue-sim --list-mutants
#include "sim/sim.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define JOBS_MAX 64

static const char *const fault_words[] = {
#define FAULT(id, words) [FAULT_##id] = words,
#include "sim/faults.def"
#undef FAULT
};

static const char *const outcome_words[] = {
#define OUTCOME(id, words) [OUTCOME_##id] = words,
#include "sim/outcomes.def"
#undef OUTCOME
};

// What the jobs of a run share: counts of each, and the first seed that failed.
struct shared {
    struct sim_counts counts[JOBS_MAX];
    int64_t running_seed[JOBS_MAX];
    int64_t failed_seed[JOBS_MAX];
    char violation[JOBS_MAX][160];
};

struct options {
    int64_t first;
    int64_t last;
    int jobs;
    bool trace;
    bool shorten;
    bool mutants;
    enum mutant mutant;
};

static void run_job(const struct options *o, int job, struct shared *shared)
{
    struct sim_world *w = sim_world_new();
    for (int64_t seed = o->first + job; seed <= o->last; seed += o->jobs) {
        const struct sim_script script = {.seed = seed};
        shared->running_seed[job] = seed;
        if (sim_run(w, &script, &shared->counts[job], NULL)) continue;
        if (shared->failed_seed[job] != 0) continue;
        shared->failed_seed[job] = seed;
        snprintf(shared->violation[job], sizeof(shared->violation[job]), "%s", w->violation);
    }
    sim_world_free(w);
}

static struct shared *run_jobs(const struct options *o)
{
    void *room = mmap(NULL, sizeof(struct shared), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(room != MAP_FAILED);
    struct shared *shared = room;
    pid_t children[JOBS_MAX];
    for (int job = 0; job < o->jobs; job++) {
        children[job] = fork();
        CHECK(children[job] >= 0);
        if (children[job] > 0) continue;
        run_job(o, job, shared);
        exit(0); // not _exit: coverage is written at exit
    }
    for (int job = 0; job < o->jobs; job++) {
        int status = 0;
        CHECK(waitpid(children[job], &status, 0) == children[job]);
        if (status == 0) continue;
        shared->counts[job].violations++;
        shared->failed_seed[job] = shared->running_seed[job];
        snprintf(shared->violation[job], sizeof(shared->violation[job]), "a CHECK does not hold");
    }
    return shared;
}

static struct sim_counts sum(const struct shared *shared, int jobs)
{
    struct sim_counts all = {0};
    for (int j = 0; j < jobs; j++) {
        const struct sim_counts *c = &shared->counts[j];
        for (int i = 0; i < FAULT_COUNT; i++) {
            all.faults[i] += c->faults[i];
        }
        for (int i = 0; i < OUTCOME_COUNT; i++) {
            all.outcomes[i] += c->outcomes[i];
        }
        all.seeds += c->seeds;
        all.steps += c->steps;
        all.violations += c->violations;
    }
    return all;
}

static int report(const struct shared *shared, int jobs)
{
    struct sim_counts all = sum(shared, jobs);
    for (int i = 0; i < FAULT_COUNT; i++) {
        printf("%10lld %s\n", (long long)all.faults[i], fault_words[i]);
    }
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        printf("%10lld %s\n", (long long)all.outcomes[i], outcome_words[i]);
    }
    for (int j = 0; j < jobs; j++) {
        if (shared->failed_seed[j] == 0) continue;
        printf("seed %lld: %s\n", (long long)shared->failed_seed[j], shared->violation[j]);
        struct sim_script script = {.seed = shared->failed_seed[j]};
        if (sim_shorten(&script)) sim_script_print(&script, stdout);
    }
    printf("%lld seeds, %lld steps, %lld violations\n", (long long)all.seeds, (long long)all.steps,
           (long long)all.violations);
    return all.violations > 0;
}

static int replay(const struct sim_script *script, bool trace)
{
    struct sim_counts counts = {0};
    struct sim_world *w = sim_world_new();
    if (trace) sim_log_to(stdout);
    bool clean = sim_run(w, script, &counts, trace ? stdout : NULL);
    printf("seed %lld: %lld steps, %s%s\n", (long long)script->seed, (long long)counts.steps,
           clean ? "clean" : "violated ", w->violation);
    sim_world_free(w);
    return !clean;
}

static int shorten(struct sim_script script)
{
    bool fails = sim_shorten(&script);
    if (fails) sim_script_print(&script, stdout);
    if (!fails) printf("seed %lld: clean\n", (long long)script.seed);
    return fails;
}

static bool parse_range(const char *text, struct options *o)
{
    struct str s = str_from_z(text);
    size_t dots = str_find(s, STR(".."), 0);
    if (dots == SIZE_MAX) return false;
    return str_to_int(str_sub(s, 0, dots), 1, INT64_MAX / 2, &o->first) &&
           str_to_int(str_sub(s, dots + 2, s.len), o->first, INT64_MAX / 2, &o->last);
}

static int usage(void)
{
    fprintf(stderr,
            "lvyue-sim --seeds A..B [--jobs N] | --mutants [--mutant NAME] [--jobs N] |\n"
            "  --list-mutants |\n"
            "  --seed N [--steps LIST] [--faults LIST] [--mutant NAME] [--trace | --shorten]\n");
    return 2;
}

int main(int argc, char **argv)
{
    static const struct option known[] = {{"seeds", required_argument, NULL, 's'},
                                          {"jobs", required_argument, NULL, 'j'},
                                          {"seed", required_argument, NULL, 'n'},
                                          {"steps", required_argument, NULL, 'p'},
                                          {"faults", required_argument, NULL, 'f'},
                                          {"mutant", required_argument, NULL, 'u'},
                                          {"trace", no_argument, NULL, 't'},
                                          {"shorten", no_argument, NULL, 'h'},
                                          {"mutants", no_argument, NULL, 'm'},
                                          {"list-mutants", no_argument, NULL, 'l'},
                                          {NULL, 0, NULL, 0}};
    struct options o = {.jobs = 1};
    struct sim_script script = {0};
    int64_t jobs = 1;
    int c;
    while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
        bool fine = c != '?';
        if (c == 's') fine = parse_range(optarg, &o);
        if (c == 'j') fine = str_to_int(str_from_z(optarg), 1, JOBS_MAX, &jobs);
        if (c == 'n') fine = str_to_int(str_from_z(optarg), 1, INT64_MAX / 2, &script.seed);
        if (c == 'p') fine = sim_script_steps(&script, optarg);
        if (c == 'f') fine = sim_script_faults(&script, optarg);
        if (c == 'u') fine = mutant_find(optarg, &o.mutant);
        if (c == 't') o.trace = true;
        if (c == 'h') o.shorten = true;
        if (c == 'm') o.mutants = true;
        if (c == 'l') return sim_mutants_list();
        if (!fine) return usage();
    }
    o.jobs = (int)jobs;
    if (o.mutants) return sim_mutants_run(o.mutant, o.jobs);
    mutant_choose(o.mutant);
    if (script.seed > 0) return o.shorten ? shorten(script) : replay(&script, o.trace);
    if (o.last == 0) return usage();
    return report(run_jobs(&o), o.jobs);
}
