// The outside as a value: the clock, elapsed time and randomness. Programs use the system's; tests
// and the simulator make their own. Nothing else in the house asks for the time.
#ifndef BASE_ENV_H
#define BASE_ENV_H

#include <stddef.h>
#include <stdint.h>

struct env;

struct env_ops {
    int64_t (*now_ms)(struct env *env);  // civil time: UTC milliseconds since 1970; may jump
    int64_t (*mono_ms)(struct env *env); // since boot, suspended time included; never goes back
    void (*random)(struct env *env, void *bytes, size_t count);
};

struct env {
    const struct env_ops *ops; // every op is mandatory
};

int64_t env_now_ms(struct env *env);
int64_t env_mono_ms(struct env *env);
void env_random(struct env *env, void *bytes, size_t count);
uint32_t env_random_below(struct env *env, uint32_t below); // uniform in 0 … below-1; below > 0

// The system's. With `demo_offset_ms` the civil clock runs at real time plus that, the same in
// every process that was given the same (architecture: Time).
struct env_system {
    struct env env; // first: the ops get back to this struct
    int64_t demo_offset_ms;
};

void env_system_init(struct env_system *s, int64_t demo_offset_ms);

#endif
