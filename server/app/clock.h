// The demo's clock: civil time runs from a given start, counted from the real moment of the first
// start, so that every process of the demo has the same time and none goes back.
#ifndef APP_CLOCK_H
#define APP_CLOCK_H

#include "base/conf.h"
#include "base/env.h"

// The rows for the table, in this order.
#define CLOCK_CONF_KEYS                                                              \
    {"demo", "demo", CONF_BOOL, "no", 0, 0}, {"demo", "start", CONF_TEXT, "", 0, 0}, \
    {                                                                                \
        "demo", "since", CONF_INT, "0", 0, INT64_C(9007199254740991)                 \
    }

// ERR_BAD_INPUT, logged, for a start without `demo = yes`, without `since`, or of another form.
MUST_USE enum err clock_init(struct env_system *env, const struct conf *conf,
                             struct conf_demo_keys keys);

#endif
