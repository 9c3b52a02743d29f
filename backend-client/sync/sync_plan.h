// When to talk to the centre: a state machine without I/O. The keeper's thread (and the simulator)
// tells it what happened and does what it says. At most one push and one pull are under way; a pull is
// a long poll that may hang while operations are pushed past it.
//
// Retry (protocol 2.11): min(cap, uniform(base, 3 x previous)), base 5 s, cap 300 s, reset only after
// two minutes of health; the first retry after a healthy connection breaks is spread, so that a
// province does not come back in one second. Somebody standing at the screen may cause one immediate
// attempt.
#ifndef SYNC_SYNC_PLAN_H
#define SYNC_SYNC_PLAN_H

#include "base/env.h"

#include <stdbool.h>

#define SYNC_RETRY_MS_BASE 5000
#define SYNC_RETRY_MS_MAX  300000
#define SYNC_HEALTHY_MS    120000
#define SYNC_SPREAD_MS     120000 // the default; the centre's hello may say another
#define SYNC_TOUCH_MS      10000  // at most one attempt in so long because of a touch
#define SYNC_POLL_WAIT_S   50

enum sync_talk { SYNC_HELLO, SYNC_PUSH, SYNC_REPORT, SYNC_PULL };

#define SYNC_TALKS (SYNC_PULL + 1)

enum sync_event {
    SYNC_EVENT_TICK,    // time has passed, or there are operations to send
    SYNC_EVENT_TOUCHED, // somebody stands at the screen
    SYNC_EVENT_DONE,    // the talk went well
    SYNC_EVENT_FAILED,  // no answer, or an answer that says "later"
    SYNC_EVENT_LOST,    // the centre does not know where we stand: say hello again
};

struct sync_plan {
    bool has_greeted;
    bool under_way[SYNC_TALKS]; // by enum sync_talk
    int64_t not_before_ms;
    int64_t retry_ms;         // 0 while healthy
    int64_t healthy_since_ms; // 0 while not
    int64_t touched_ms;
    int64_t spread_ms;
};

// What the centre has not heard yet.
struct sync_owed {
    int64_t unsent;        // operations that wait for their answer
    bool report;           // of a new generation (sync_recover.h): nothing is pulled before it
    int64_t before_report; // the unsent ones that go before it
};

// Start these now; all times are monotonic.
struct sync_todo {
    bool start[SYNC_TALKS]; // by enum sync_talk
    int64_t wait_ms;        // then sleep no longer than this; -1: until an event
};

void sync_plan_init(struct sync_plan *p, int64_t spread_ms);

// `talk` is the one the event is about (ignored for TICK and TOUCHED); `retry_after_ms` what the centre
// asked for, 0 without.
struct sync_todo sync_plan_step(struct sync_plan *p, struct env *env, enum sync_event event,
                                enum sync_talk talk, int64_t retry_after_ms, struct sync_owed owed);

// The last talk went well and none has failed since: what is asked of the centre now has a chance.
bool sync_plan_is_online(const struct sync_plan *p);

#endif
