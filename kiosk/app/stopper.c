#include "app/stopper.h"

#include "base/log.h"

#include <signal.h>

static void stop_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
}

void stopper_block(void)
{
    sigset_t set;
    stop_signals(&set);
    sigaddset(&set, SIGPIPE); // a peer that hung up is an error of the write
    CHECK(pthread_sigmask(SIG_BLOCK, &set, NULL) == 0);
}

static void *wait_for_signal(void *stopper)
{
    struct stopper *s = stopper;
    sigset_t set;
    int number = 0;
    stop_signals(&set);
    CHECK(sigwait(&set, &number) == 0);
    atomic_store(&s->asked, true);
    s->ring(s->context);
    return NULL;
}

enum err stopper_start(struct stopper *s, void (*ring)(void *), void *context)
{
    s->ring = ring;
    s->context = context;
    atomic_init(&s->asked, false);
    if (pthread_create(&s->thread, NULL, wait_for_signal, s)) {
        log_error("stopper thread: %s", log_errno());
        return ERR_IO;
    }
    s->started = true;
    return ERR_OK;
}

void stopper_end(struct stopper *s)
{
    if (!s->started) return;
    // To this thread alone, so that it ends in the same way where nobody asked.
    pthread_kill(s->thread, SIGTERM);
    pthread_join(s->thread, NULL);
    s->started = false;
}

bool stopper_asked(struct stopper *s)
{
    return atomic_load(&s->asked);
}
