#include "api/writer.h"

#include "base/log.h"

static enum err run_one(struct writer *w, struct writer_command *c)
{
    enum err e = store_command_begin(w->store);
    return e ? e : store_command_end(w->store, c->run(w->store, c));
}

// Takes the next command off the queue; waits for one where `may_wait`. False: there is none.
static bool take(struct writer *w, bool may_wait, struct writer_command *out)
{
    pthread_mutex_lock(&w->lock);
    while (may_wait && w->count == 0 && !w->stopping) {
        pthread_cond_wait(&w->news, &w->lock);
    }
    bool has = w->count > 0;
    if (has) {
        *out = w->queue[w->first];
        w->first = (w->first + 1) % WRITER_QUEUE_MAX;
        w->count--;
    }
    pthread_mutex_unlock(&w->lock);
    return has;
}

// One transaction with what is in `group` and what comes while it runs. A command's own refusal stays
// its own; what befalls the transaction befalls all that had gone well.
static enum err run_group(struct writer *w, struct writer_command *group, int *count,
                          bool take_more)
{
    enum err e = store_begin(w->store);
    int64_t begun_ms = env_mono_ms(w->env);
    for (int i = 0; !e && i < *count; i++) {
        group[i].err = run_one(w, &group[i]);
        if (group[i].err == ERR_BUSY) return store_commit(w->store, ERR_BUSY);
        bool is_last = i + 1 == *count && *count < WRITER_GROUP_MAX && take_more;
        bool has_time = env_mono_ms(w->env) - begun_ms < WRITER_GROUP_MS;
        if (is_last && has_time && take(w, false, &group[*count])) (*count)++;
    }
    return e ? e : store_commit(w->store, ERR_OK);
}

static void answer(struct writer *w, struct writer_command *group, int count, enum err e)
{
    if (!e && w->told) w->told(w->told_context);
    for (int i = 0; i < count; i++) {
        if (e && !group[i].err) group[i].err = e;
        if (group[i].done) group[i].done(&group[i], group[i].err);
    }
}

static void *work(void *context)
{
    struct writer *w = context;
    struct writer_command group[WRITER_GROUP_MAX];
    while (take(w, true, &group[0])) {
        int count = 1;
        enum err e = run_group(w, group, &count, true);
        for (int tries = 1; e == ERR_BUSY && tries < WRITER_GROUP_TRIES; tries++) {
            e = run_group(w, group, &count, false);
        }
        if (e) log_error("writer: %d commands were not kept: %s", count, err_text(e));
        answer(w, group, count, e);
    }
    return NULL;
}

enum err writer_start(struct writer *w, struct store *store, struct env *env, writer_told_fn *told,
                      void *context)
{
    *w = (struct writer){.store = store, .env = env, .told = told, .told_context = context};
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->news, NULL);
    w->started = pthread_create(&w->thread, NULL, work, w) == 0;
    if (w->started) return ERR_OK;
    log_error("writer: no thread");
    return ERR_IO;
}

enum err writer_submit(struct writer *w, const struct writer_command *command)
{
    enum err e = ERR_OK;
    pthread_mutex_lock(&w->lock);
    if (w->stopping) e = ERR_STOPPED;
    if (!e && w->count == WRITER_QUEUE_MAX) e = ERR_BUSY;
    if (!e) {
        w->queue[(w->first + w->count) % WRITER_QUEUE_MAX] = *command;
        w->count++;
        pthread_cond_signal(&w->news);
    }
    pthread_mutex_unlock(&w->lock);
    return e;
}

struct waiting {
    store_work_fn *work;
    void *context;
    pthread_mutex_t lock;
    pthread_cond_t ended;
    bool has_ended;
    enum err err;
};

static enum err run_waiting(struct store *s, struct writer_command *command)
{
    struct waiting *wait = command->state;
    return wait->work(s, wait->context);
}

static void end_waiting(struct writer_command *command, enum err e)
{
    struct waiting *wait = command->state;
    pthread_mutex_lock(&wait->lock);
    wait->err = e;
    wait->has_ended = true;
    pthread_cond_signal(&wait->ended);
    pthread_mutex_unlock(&wait->lock);
}

enum err writer_run(struct writer *w, store_work_fn *fn, void *context)
{
    struct waiting wait = {.work = fn, .context = context};
    struct writer_command command = {.run = run_waiting, .done = end_waiting, .state = &wait};
    pthread_mutex_init(&wait.lock, NULL);
    pthread_cond_init(&wait.ended, NULL);
    enum err e = writer_submit(w, &command);
    pthread_mutex_lock(&wait.lock);
    while (!e && !wait.has_ended) {
        pthread_cond_wait(&wait.ended, &wait.lock);
    }
    pthread_mutex_unlock(&wait.lock);
    pthread_cond_destroy(&wait.ended);
    pthread_mutex_destroy(&wait.lock);
    return e ? e : wait.err;
}

void writer_stop(struct writer *w)
{
    if (!w->started) return;
    pthread_mutex_lock(&w->lock);
    w->stopping = true;
    pthread_cond_signal(&w->news);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    w->started = false;
}

void writer_deinit(struct writer *w)
{
    CHECK(!w->started);
    if (!w->env) return;
    pthread_cond_destroy(&w->news);
    pthread_mutex_destroy(&w->lock);
    *w = (struct writer){0};
}
