#include "app/clock.h"

enum err clock_init(struct env_system *env, const struct conf *conf, struct conf_demo_keys keys)
{
    int64_t offset_ms = 0;
    enum err e = conf_demo_offset(conf, keys, &offset_ms);
    env_system_init(env, offset_ms);
    return e;
}
