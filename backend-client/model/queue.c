#include "model/queue.h"

static const char *const codes[QUEUE_STATE_COUNT] = {
#define QUEUE_STATE(id, code) [QUEUE_##id] = (code),
#include "model/queue.def"
#undef QUEUE_STATE
};

const char *queue_state_code(enum queue_state state)
{
    return codes[state];
}

bool queue_state_parse(struct str code, enum queue_state *out)
{
    for (int i = 0; i < QUEUE_STATE_COUNT; i++) {
        if (!str_eq_z(code, codes[i])) continue;
        *out = (enum queue_state)i;
        return true;
    }
    return false;
}

static bool is_booking(const struct queue_waiting *w)
{
    return !id_is_none(w->sitting.id);
}

// In which order groups are called; within one, by time.
enum turn { TURN_DUE, TURN_PRIORITY, TURN_WALKIN, TURN_EARLY, TURN_NEVER };

static enum turn turn_of(const struct queue_waiting *w, struct sitting_id sitting,
                         bool had_priority, int64_t now_ms)
{
    if (is_booking(w) && !id_eq(w->sitting.id, sitting.id)) return TURN_NEVER;
    if (is_booking(w)) return w->planned_ms <= now_ms ? TURN_DUE : TURN_EARLY;
    return w->has_priority && !had_priority ? TURN_PRIORITY : TURN_WALKIN;
}

static int64_t time_of(const struct queue_waiting *w)
{
    return is_booking(w) ? w->planned_ms : w->arrived_ms;
}

// After a call for priority the ones without it come first, whoever waits longer.
static bool goes_before(const struct queue_waiting *a, const struct queue_waiting *b,
                        bool had_priority)
{
    if (had_priority && a->has_priority != b->has_priority) return b->has_priority;
    return time_of(a) < time_of(b);
}

int queue_next(const struct queue_waiting *waiting, int count, struct sitting_id sitting,
               bool had_priority, int64_t now_ms)
{
    int found = -1;
    enum turn best = TURN_NEVER;
    for (int i = 0; i < count; i++) {
        enum turn turn = turn_of(&waiting[i], sitting, had_priority, now_ms);
        if (turn == TURN_NEVER || turn > best) continue;
        bool is_better = turn < best || goes_before(&waiting[i], &waiting[found], had_priority);
        if (!is_better) continue;
        found = i;
        best = turn;
    }
    return found;
}

enum verdict queue_check_call(enum queue_state state)
{
    return state == QUEUE_WAITING ? VERDICT_OK : VERDICT_CALLED_ALREADY;
}

enum verdict queue_check_again(enum queue_state state, int calls)
{
    if (state != QUEUE_CALLED) return VERDICT_CALLED_NOBODY;
    return calls < QUEUE_CALLS_MAX ? VERDICT_OK : VERDICT_CALLED_ENOUGH;
}

enum verdict queue_check_end(enum queue_state state)
{
    return state == QUEUE_CALLED ? VERDICT_OK : VERDICT_CALLED_NOBODY;
}

enum verdict queue_check_back(enum queue_state state)
{
    return state == QUEUE_MISSED ? VERDICT_OK : VERDICT_NOT_MISSED;
}

enum verdict queue_check_priority(enum queue_state state, bool is_booking)
{
    return state == QUEUE_WAITING && !is_booking ? VERDICT_OK : VERDICT_CALLED_ALREADY;
}

int queue_minutes_each(int count, int64_t total_ms)
{
    if (count < QUEUE_MEASURED_MIN) return QUEUE_MINUTES_EACH;
    int64_t minutes = total_ms / count / DATE_MINUTE_MS;
    if (minutes < QUEUE_MINUTES_MIN) return QUEUE_MINUTES_MIN;
    return minutes > QUEUE_MINUTES_MAX ? QUEUE_MINUTES_MAX : (int)minutes;
}

int queue_wait_minutes(int ahead, int desks, int minutes_each)
{
    CHECK(ahead >= 0 && desks > 0 && minutes_each > 0);
    int minutes = (ahead * minutes_each + desks - 1) / desks;
    return (minutes + QUEUE_ROUND_MINUTES - 1) / QUEUE_ROUND_MINUTES * QUEUE_ROUND_MINUTES;
}
