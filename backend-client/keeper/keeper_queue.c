#include "keeper/keeper_queue.h"

#include "base/check.h"
#include "base/log.h"

#define ANSWERS_MAX (2 * KEEPER_QUEUE_MAX)

void keeper_queue_init(struct keeper_queue *q)
{
    *q = (struct keeper_queue){0};
    CHECK(pthread_mutex_init(&q->lock, NULL) == 0);
}

void keeper_queue_deinit(struct keeper_queue *q)
{
    pthread_mutex_destroy(&q->lock);
    memory_wipe(q, sizeof(*q));
}

bool keeper_queue_put(struct keeper_queue *q, const struct keeper_request *request)
{
    pthread_mutex_lock(&q->lock);
    bool has_room =
        q->request_count < KEEPER_QUEUE_MAX && q->answer_count + q->request_count < ANSWERS_MAX;
    if (has_room) {
        q->requests[(q->request_first + q->request_count) % KEEPER_QUEUE_MAX] = *request;
        q->request_count++;
    }
    pthread_mutex_unlock(&q->lock);
    return has_room;
}

bool keeper_queue_take(struct keeper_queue *q, struct keeper_request *out)
{
    pthread_mutex_lock(&q->lock);
    bool has_one = q->request_count > 0;
    if (has_one) {
        *out = q->requests[q->request_first];
        memory_wipe(&q->requests[q->request_first], sizeof(q->requests[0]));
        q->request_first = (q->request_first + 1) % KEEPER_QUEUE_MAX;
        q->request_count--;
    }
    pthread_mutex_unlock(&q->lock);
    return has_one;
}

void keeper_queue_answer(struct keeper_queue *q, const struct keeper_answer *answer)
{
    pthread_mutex_lock(&q->lock);
    if (q->answer_count == ANSWERS_MAX) {
        // The screen has not taken its answers for a long time: it has forgotten the oldest.
        q->answer_first = (q->answer_first + 1) % ANSWERS_MAX;
        q->answer_count--;
        log_warn("an answer to the screen was dropped");
    }
    q->answers[(q->answer_first + q->answer_count) % ANSWERS_MAX] = *answer;
    q->answer_count++;
    pthread_mutex_unlock(&q->lock);
}

bool keeper_queue_next_answer(struct keeper_queue *q, struct keeper_answer *out)
{
    pthread_mutex_lock(&q->lock);
    bool has_one = q->answer_count > 0;
    if (has_one) {
        *out = q->answers[q->answer_first];
        memory_wipe(&q->answers[q->answer_first], sizeof(q->answers[0]));
        q->answer_first = (q->answer_first + 1) % ANSWERS_MAX;
        q->answer_count--;
    }
    pthread_mutex_unlock(&q->lock);
    return has_one;
}
