// The one thread that changes the centre's data. Whoever wants a change submits a command; commands
// that wait together share one transaction and one flush, each in a savepoint of its own, and are
// answered after the commit, so nobody hears of what a power cut could still take away.
//
// The queue is bounded: over WRITER_QUEUE_MAX a command is refused at once.
#ifndef API_WRITER_H
#define API_WRITER_H

#include "store/store.h"

#include <pthread.h>

#define WRITER_QUEUE_MAX   4096
#define WRITER_GROUP_MAX   64 // commands of one transaction
#define WRITER_GROUP_MS    20 // after so long no further one is taken in
#define WRITER_GROUP_TRIES 5  // begun anew while somebody else is in the way

struct writer_command;

// Runs in the writer's thread inside a savepoint; may run again, so it must bear that. What it
// answers undoes this command alone.
typedef enum err writer_run_fn(struct store *s, struct writer_command *command);
// After the commit, or after it failed. Runs in the writer's thread and must not wait.
typedef void writer_done_fn(struct writer_command *command, enum err e);

struct writer_command {
    writer_run_fn *run;
    writer_done_fn *done; // may be NULL
    void *state;          // whatever `run` and `done` share; must live until `done`
    // For commands that nobody waits for, whose caller may be gone: the values themselves.
    struct id kiosk;
    struct inc_id inc;
    int64_t number;
    enum err err; // the writer's
};

typedef void writer_told_fn(void *context); // something was committed

struct writer {
    struct store *store;
    struct env *env;
    writer_told_fn *told;
    void *told_context;
    pthread_t thread;
    pthread_mutex_t lock; // over the rest
    pthread_cond_t news;
    bool started;
    bool stopping;
    int first;
    int count;
    struct writer_command queue[WRITER_QUEUE_MAX];
};

// Keeps `store` (a writer's connection, this thread's alone from now on) and `env`. `told` may be
// NULL.
MUST_USE enum err writer_start(struct writer *w, struct store *store, struct env *env,
                               writer_told_fn *told, void *context);

// Copies the command. ERR_BUSY where the queue is full, ERR_STOPPED after writer_stop; `done` is not
// called then. Threads: any.
MUST_USE enum err writer_submit(struct writer *w, const struct writer_command *command);

// Submits and waits. For the thread of the administration socket and for tests, never for a worker
// that serves kiosks.
MUST_USE enum err writer_run(struct writer *w, store_work_fn *work, void *context);

// Takes nothing more, ends what was submitted, ends the thread. Those who submit still hear
// ERR_STOPPED. Leaves quietly where not started.
void writer_stop(struct writer *w);
void writer_deinit(struct writer *w); // once nobody submits any more

#endif
