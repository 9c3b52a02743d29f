#include "keeper/keeper.h"

#include "base/log.h"
#include "keeper/keeper_own.h"

#include <stdlib.h>
#include <string.h>

#define PROCESS_ARENA_BYTES (1024 * 1024)
#define SWEEPS_MAX          16 // at once

bool keeper_ask(struct keeper *k, const struct keeper_request *request)
{
    bool has_room = keeper_queue_put(&k->queue, request);
    if (has_room) net_wakeup(&k->net);
    return has_room;
}

bool keeper_next_answer(struct keeper *k, struct keeper_answer *out)
{
    return keeper_queue_next_answer(&k->queue, out);
}

// ---- The thread

static bool is_stopping(struct keeper *k)
{
    pthread_mutex_lock(&k->queue.lock);
    bool stopping = k->queue.is_stopping;
    pthread_mutex_unlock(&k->queue.lock);
    return stopping;
}

static void sooner(int64_t *wait_ms, int64_t other_ms)
{
    if (other_ms < 0) return;
    if (*wait_ms < 0 || other_ms < *wait_ms) *wait_ms = other_ms;
}

static void sweep(struct keeper *k, int64_t *wait_ms)
{
    int64_t mono_ms = env_mono_ms(k->env);
    if (mono_ms >= k->sweep_ms) {
        k->sweep_ms = mono_ms + KEEPER_SWEEP_MS;
        bool more = true;
        enum err e = ERR_OK;
        for (int i = 0; !e && more && i < SWEEPS_MAX; i++) {
            e = cache_ledger_sweep(k->ledger, keeper_sync_now(k).ms, &more);
        }
        if (e) log_warn("sweeping the database: %s", err_text(e));
    }
    sooner(wait_ms, k->sweep_ms - mono_ms);
}

static void take_requests(struct keeper *k)
{
    struct keeper_request request;
    for (int i = 0; i < KEEPER_QUEUE_MAX && keeper_queue_take(&k->queue, &request); i++) {
        if (request.ask == KEEPER_TOUCHED) {
            int64_t wait_ms = -1;
            if (!id_is_none(k->kiosk))
                keeper_talk_step(k, SYNC_EVENT_TOUCHED, SYNC_HELLO, 0, &wait_ms);
        } else {
            keeper_act(k, &request);
        }
        memory_wipe(&request, sizeof(request));
    }
}

static void take_replies(struct keeper *k)
{
    struct net_reply reply;
    for (int i = 0; i < NET_REQUESTS_MAX && net_next_done(&k->net, &reply); i++) {
        size_t mark = arena_mark(&k->message);
        if (!keeper_talk_reply(k, &reply)) (void)keeper_enrol_reply(k, &reply);
        arena_wipe(&k->message, mark);
    }
}

static void *run(void *context)
{
    struct keeper *k = context;
    while (!is_stopping(k)) {
        int64_t wait_ms = -1;
        take_requests(k);
        keeper_ask_again(k);
        keeper_give_up_late(k);
        if (id_is_none(k->kiosk)) {
            keeper_enrol_step(k, &wait_ms);
        } else {
            keeper_talk_step(k, SYNC_EVENT_TICK, SYNC_HELLO, 0, &wait_ms);
        }
        sweep(k, &wait_ms);
        sooner(&wait_ms, keeper_wait_left_ms(k));
        keeper_tell_status(k);
        net_poll(&k->net, (int)wait_ms);
        take_replies(k);
    }
    return NULL;
}

// ---- Start and end

static enum err open_parts(struct keeper *k)
{
    const struct net_config config = {.ca_file = k->config.ca_file,
                                      .pinned_keys = k->config.pin_key};
    enum err e = cache_wipe_resume(&k->fs, k->config.data_dir);
    if (!e) e = cache_ledger_open(&k->process, k->config.data_dir, k->env, &k->ledger);
    if (!e) e = cache_device_key(&k->fs, k->config.data_dir, k->env, &k->key);
    if (!e) e = net_init(&k->net, &config);
    if (!e) e = cache_kiosk_id_get(k->config.data_dir, &k->kiosk);
    if (e == ERR_NOT_FOUND) e = ERR_OK; // enrolment follows
    if (!e) e = sync_start(&k->ledger->ledger, keeper_sync_now(k));
    if (!e) keeper_load_spool(k);
    k->is_refused = !e && cache_is_suspended(k->config.data_dir);
    return e;
}

static void close_parts(struct keeper *k)
{
    net_deinit(&k->net);
    cache_ledger_close(k->ledger);
    memory_wipe(&k->key, sizeof(k->key));
    sync_stage_deinit(&k->stage);
    arena_deinit(&k->process);
    arena_deinit(&k->message);
    keeper_queue_deinit(&k->queue);
}

enum err keeper_start(struct keeper **out, const struct keeper_config *config, struct env *env,
                      struct keeper_wake *wake)
{
    enum err e = crypt_init();
    if (e) return e;
    struct arena process = {0};
    arena_init(&process, PROCESS_ARENA_BYTES);
    struct keeper *k = arena_new(&process, struct keeper);
    *k = (struct keeper){.config = *config, .env = env, .wake = wake, .process = process};
    fs_system_init(&k->fs);
    arena_init(&k->message, KEEPER_ARENA_BYTES);
    keeper_queue_init(&k->queue);
    sync_plan_init(&k->plan, config->seed_spread_ms);
    sync_stage_init(&k->stage, SYNC_STAGE_ROWS_MAX, SYNC_STAGE_BYTES_MAX);
    e = open_parts(k);
    if (!e) e = keeper_content_start(&k->content, k);
    if (!e && pthread_create(&k->thread, NULL, run, k) != 0) {
        log_error("the keeper's thread does not start");
        e = ERR_IO;
    }
    k->is_running = !e;
    *out = k;
    if (e) keeper_join(k);
    return e;
}

void keeper_stop(struct keeper *k)
{
    pthread_mutex_lock(&k->queue.lock);
    k->queue.is_stopping = true;
    pthread_mutex_unlock(&k->queue.lock);
    keeper_content_stop(k->content);
    net_wakeup(&k->net);
}

void keeper_join(struct keeper *k)
{
    if (!k) return;
    if (k->is_running) pthread_join(k->thread, NULL);
    keeper_content_join(k->content);
    // The keeper lies in the arena that it frees last.
    struct arena process = k->process;
    k->process = (struct arena){0};
    close_parts(k);
    arena_deinit(&process);
}
