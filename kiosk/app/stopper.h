// SIGTERM and SIGINT as an event of the loop. No signal handler: a thread waits for them and rings.
#ifndef APP_STOPPER_H
#define APP_STOPPER_H

#include "base/err.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct stopper {
    void (*ring)(void *context); // on the stopper's thread; must not block
    void *context;
    atomic_bool asked;
    pthread_t thread;
    bool started;
};

// Before any thread is started: they inherit that these signals, and SIGPIPE, do not reach them.
void stopper_block(void);

// Keeps `s`. ERR_IO, logged.
MUST_USE enum err stopper_start(struct stopper *s, void (*ring)(void *), void *context);
void stopper_end(struct stopper *s); // waits for its thread

bool stopper_asked(struct stopper *s);

#endif
