#include "sync/sync_plan.h"

#include "base/check.h"
#include "base/mutant.h"

void sync_plan_init(struct sync_plan *p, int64_t spread_ms)
{
    *p = (struct sync_plan){.spread_ms = spread_ms};
}

bool sync_plan_is_online(const struct sync_plan *p)
{
    return p->healthy_since_ms > 0;
}

static int64_t between(struct env *env, int64_t low, int64_t high)
{
    CHECK(high >= low && high - low < UINT32_MAX);
    return low + env_random_below(env, (uint32_t)(high - low) + 1);
}

static void failed(struct sync_plan *p, struct env *env, int64_t now_ms, int64_t retry_after_ms)
{
    bool was_healthy = p->healthy_since_ms > 0;
    bool was_long = was_healthy && now_ms - p->healthy_since_ms >= SYNC_HEALTHY_MS;
    int64_t wait_ms = 0;
    if (was_long) {
        p->retry_ms = SYNC_RETRY_MS_BASE;
        wait_ms = between(env, 0, p->spread_ms);
    } else {
        int64_t high = 3 * p->retry_ms;
        if (high < SYNC_RETRY_MS_BASE) high = SYNC_RETRY_MS_BASE;
        p->retry_ms = between(env, SYNC_RETRY_MS_BASE, high);
        bool is_long = p->retry_ms > SYNC_RETRY_MS_MAX && !MUTANT(BACKOFF_WITHOUT_END);
        if (is_long) p->retry_ms = SYNC_RETRY_MS_MAX;
        wait_ms = p->retry_ms;
    }
    if (retry_after_ms > wait_ms)
        wait_ms = between(env, retry_after_ms, retry_after_ms + retry_after_ms / 2);
    p->healthy_since_ms = 0;
    p->not_before_ms = now_ms + wait_ms;
}

static void absorb(struct sync_plan *p, struct env *env, enum sync_event event, enum sync_talk talk,
                   int64_t retry_after_ms)
{
    int64_t now_ms = env_mono_ms(env);
    switch (event) {
    case SYNC_EVENT_TICK: return;
    case SYNC_EVENT_TOUCHED:
        if (p->touched_ms == 0 || now_ms - p->touched_ms >= SYNC_TOUCH_MS) {
            p->touched_ms = now_ms;
            p->not_before_ms = now_ms;
        }
        return;
    case SYNC_EVENT_DONE:
        if (p->healthy_since_ms == 0) p->healthy_since_ms = now_ms > 0 ? now_ms : 1;
        if (now_ms - p->healthy_since_ms >= SYNC_HEALTHY_MS) p->retry_ms = 0;
        if (talk == SYNC_HELLO) p->has_greeted = true;
        break;
    case SYNC_EVENT_FAILED: failed(p, env, now_ms, retry_after_ms); break;
    case SYNC_EVENT_LOST:
        p->has_greeted = false;
        failed(p, env, now_ms, retry_after_ms);
        break;
    }
    CHECK(p->under_way[talk]);
    p->under_way[talk] = false;
}

struct sync_todo sync_plan_step(struct sync_plan *p, struct env *env, enum sync_event event,
                                enum sync_talk talk, int64_t retry_after_ms, struct sync_owed owed)
{
    struct sync_todo todo = {.wait_ms = -1};
    absorb(p, env, event, talk, retry_after_ms);
    int64_t left_ms = p->not_before_ms - env_mono_ms(env);
    // Nothing starts in the very step that tells of a failure: the caller may be in the middle of
    // starting other talks. The next step may start at once.
    bool has_failed = event == SYNC_EVENT_FAILED || event == SYNC_EVENT_LOST;
    bool want[SYNC_TALKS] = {[SYNC_HELLO] = !p->has_greeted,
                             [SYNC_PUSH] = p->has_greeted && owed.unsent > 0,
                             [SYNC_REPORT] =
                                 p->has_greeted && owed.report && owed.before_report <= 0,
                             [SYNC_PULL] = p->has_greeted && !owed.report};
    for (int t = SYNC_HELLO; t < SYNC_TALKS; t++) {
        if (!want[t] || p->under_way[t]) continue;
        if (left_ms > 0 || has_failed) {
            todo.wait_ms = left_ms > 0 ? left_ms : 0;
            continue;
        }
        todo.start[t] = true;
        p->under_way[t] = true;
    }
    return todo;
}
