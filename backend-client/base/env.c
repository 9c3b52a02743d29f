#include "base/env.h"

#include "base/check.h"

#include <sys/random.h>
#include <time.h>

int64_t env_now_ms(struct env *env)
{
    return env->ops->now_ms(env);
}

int64_t env_mono_ms(struct env *env)
{
    return env->ops->mono_ms(env);
}

void env_random(struct env *env, void *bytes, size_t count)
{
    env->ops->random(env, bytes, count);
}

uint32_t env_random_below(struct env *env, uint32_t below)
{
    CHECK(below > 0);
    uint32_t value;
    uint32_t fair_max = UINT32_MAX - UINT32_MAX % below;
    do {
        env_random(env, &value, sizeof(value));
    } while (value >= fair_max);
    return value % below;
}

static int64_t clock_ms(clockid_t clock)
{
    struct timespec t;
    CHECK(clock_gettime(clock, &t) == 0);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t system_now_ms(struct env *env)
{
    const struct env_system *s = (const struct env_system *)env;
    return clock_ms(CLOCK_REALTIME) + s->demo_offset_ms;
}

static int64_t system_mono_ms(struct env *env)
{
    (void)env;
    return clock_ms(CLOCK_BOOTTIME);
}

static void system_random(struct env *env, void *bytes, size_t count)
{
    (void)env;
    CHECK(count <= 256); // the most getrandom gives without being interrupted
    CHECK(getrandom(bytes, count, 0) == (ssize_t)count);
}

static const struct env_ops system_ops = {system_now_ms, system_mono_ms, system_random};

void env_system_init(struct env_system *s, int64_t demo_offset_ms)
{
    *s = (struct env_system){.env = {&system_ops}, .demo_offset_ms = demo_offset_ms};
}
