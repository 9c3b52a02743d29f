// What goes between the main thread and the keeper: two bounded rings under one lock. Internal to
// `keeper`.
#ifndef KEEPER_KEEPER_QUEUE_H
#define KEEPER_KEEPER_QUEUE_H

#include "keeper/keeper.h"

#include <pthread.h>

struct keeper_queue {
    pthread_mutex_t lock; // guards all below
    struct keeper_request requests[KEEPER_QUEUE_MAX];
    int request_first;
    int request_count;
    struct keeper_answer answers[2 * KEEPER_QUEUE_MAX];
    int answer_first;
    int answer_count;
    struct keeper_status status;
    bool is_synced; // the centre has told the time since this start
    int64_t
        clock_anchor_ms; // its clock less our monotonic one, so that a step of ours changes nothing
    bool is_stopping;
};

void keeper_queue_init(struct keeper_queue *q);
void keeper_queue_deinit(struct keeper_queue *q); // wipes what visitors typed

// False when full.
MUST_USE bool keeper_queue_put(struct keeper_queue *q, const struct keeper_request *request);
bool keeper_queue_take(struct keeper_queue *q,
                       struct keeper_request *out); // wipes the place it had
// Every request has room for its answer: two answers never come for one.
void keeper_queue_answer(struct keeper_queue *q, const struct keeper_answer *answer);
bool keeper_queue_next_answer(struct keeper_queue *q, struct keeper_answer *out);

#endif
