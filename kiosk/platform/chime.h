// Two notes for a call. The audio device is open only while they sound; where there is none, nothing
// sounds and nothing waits.
//
// Threads: the one of the platform; the sound has a thread of its own that touches nothing else.
#ifndef PLATFORM_CHIME_H
#define PLATFORM_CHIME_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct chime {
    pthread_t thread;
    bool has_thread; // to be joined
    atomic_bool sounds;
    atomic_bool stop;
};

// A ring while another sounds is that one.
void chime_ring(struct chime *c);
void chime_end(struct chime *c); // cuts the sound off and waits for its thread

#endif
