// Makes a failing run short: what can be left out without losing the failure is left out.
#include "sim/sim.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

// How a run ended, as far as two runs are the same failure.
struct ending {
    bool has_failed;
    int step;
    int signal; // a CHECK that did not hold; 0: none
    char violation[160];
};

// In a child: a run that aborts ends that one alone.
static void run_child(const struct sim_script *script, struct ending *out)
{
    struct sim_counts counts = {0};
    struct sim_world *w = sim_world_new();
    if (!freopen("/dev/null", "w", stderr)) _exit(2);
    out->has_failed = !sim_run(w, script, &counts, NULL);
    out->step = w->step;
    memcpy(out->violation, w->violation, sizeof(out->violation));
    _exit(0);
}

static struct ending play(const struct sim_script *script, struct ending *shared)
{
    *shared = (struct ending){.step = SIM_STEPS};
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) run_child(script, shared);
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child);
    struct ending e = *shared;
    e.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    e.has_failed = e.has_failed || e.signal != 0;
    return e;
}

// The same words, of whatever kiosk or seat.
static bool is_same_text(const char *a, const char *b)
{
    while (*a != '\0' && *b != '\0') {
        if (*a != *b && (*a < '0' || *a > '9' || *b < '0' || *b > '9')) return false;
        a++;
        b++;
    }
    return *a == *b;
}

static bool is_same(const struct ending *a, const struct ending *b)
{
    return b->has_failed && a->signal == b->signal && is_same_text(a->violation, b->violation);
}

static void leave_out_faults(struct sim_script *script, const struct ending *wanted,
                             struct ending *shared)
{
    for (int f = 0; f < FAULT_COUNT; f++) {
        if (script->has_no_fault[f]) continue;
        script->has_no_fault[f] = true;
        struct ending e = play(script, shared);
        script->has_no_fault[f] = !is_same(wanted, &e) ? false : true;
    }
}

// Halves, quarters … single steps, as long as the failure stays.
static void leave_out_steps(struct sim_script *script, const struct ending *wanted,
                            struct ending *shared)
{
    for (int size = SIM_STEPS / 2; size >= 1; size /= 2) {
        for (int from = 1; from <= SIM_STEPS; from += size) {
            struct sim_script less = *script;
            int count = from + size <= SIM_STEPS + 1 ? size : SIM_STEPS + 1 - from;
            memset(&less.skips[from], true, (size_t)count * sizeof(less.skips[0]));
            if (memcmp(less.skips, script->skips, sizeof(less.skips)) == 0) continue;
            struct ending e = play(&less, shared);
            if (is_same(wanted, &e)) *script = less;
        }
    }
}

bool sim_shorten(struct sim_script *script)
{
    struct ending *shared =
        mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(shared != MAP_FAILED);
    struct ending wanted = play(script, shared);
    if (wanted.has_failed) {
        leave_out_faults(script, &wanted, shared);
        leave_out_steps(script, &wanted, shared);
        leave_out_faults(script, &wanted, shared);
    }
    munmap(shared, sizeof(*shared));
    return wanted.has_failed;
}
