// What the keeper's files share: where the ledger stands, the clock, and what the screens see.
#include "keeper/keeper_own.h"

#define CARRIED_MS_MAX (14 * DATE_DAY_MS)

enum err keeper_self(struct keeper *k, struct ledger_self *out)
{
    return k->ledger->ledger.ops->self_get(&k->ledger->ledger, out);
}

// ---- The clock

struct sync_now keeper_sync_now(struct keeper *k)
{
    struct ledger_self self = {0};
    int64_t now_ms = keeper_now_ms(k);
    pthread_mutex_lock(&k->queue.lock);
    bool is_synced = k->queue.is_synced;
    pthread_mutex_unlock(&k->queue.lock);
    if (is_synced) return (struct sync_now){now_ms, OP_TRUST_SYNCED};
    enum err e = keeper_self(k, &self);
    if (e) return (struct sync_now){now_ms, OP_TRUST_UNKNOWN};
    // Without a word from the centre since the start the machine's clock is believed as long as it
    // lies behind what has certainly passed and not absurdly far ahead of it.
    bool is_carried =
        self.floor_ms > 0 && now_ms >= self.floor_ms && now_ms <= self.floor_ms + CARRIED_MS_MAX;
    return (struct sync_now){now_ms < self.floor_ms ? self.floor_ms : now_ms,
                             is_carried ? OP_TRUST_CARRIED : OP_TRUST_UNKNOWN};
}

void keeper_set_clock(struct keeper *k, int64_t centre_ms)
{
    pthread_mutex_lock(&k->queue.lock);
    k->queue.is_synced = true;
    k->queue.clock_anchor_ms = centre_ms - env_mono_ms(k->env);
    pthread_mutex_unlock(&k->queue.lock);
}

int64_t keeper_now_ms(struct keeper *k)
{
    pthread_mutex_lock(&k->queue.lock);
    int64_t now_ms =
        k->queue.is_synced ? k->queue.clock_anchor_ms + env_mono_ms(k->env) : env_now_ms(k->env);
    pthread_mutex_unlock(&k->queue.lock);
    return now_ms;
}

// ---- What the screens see

void keeper_changed(struct keeper *k)
{
    pthread_mutex_lock(&k->queue.lock);
    k->queue.status.change++;
    pthread_mutex_unlock(&k->queue.lock);
    k->wake->wake(k->wake);
}

static enum keeper_link link_of(const struct keeper *k)
{
    if (id_is_none(k->kiosk)) return KEEPER_ENROLLING;
    if (k->is_refused) return KEEPER_STOPPED_BY_CENTRE;
    if (sync_plan_is_online(&k->plan)) return KEEPER_ONLINE;
    return k->plan.retry_ms == 0 && k->plan.not_before_ms == 0 ? KEEPER_STARTING : KEEPER_OFFLINE;
}

void keeper_tell_status(struct keeper *k)
{
    struct ledger_self self = {0};
    if (keeper_self(k, &self)) return;
    struct sync_now now = keeper_sync_now(k);
    pthread_mutex_lock(&k->queue.lock);
    struct keeper_status *status = &k->queue.status;
    enum keeper_link link = link_of(k);
    bool is_new = status->link != link || status->trust != now.trust;
    status->link = link;
    status->trust = now.trust;
    status->unsent = self.op_seq - self.acked;
    pthread_mutex_unlock(&k->queue.lock);
    if (is_new) keeper_changed(k);
}

void keeper_status(struct keeper *k, struct keeper_status *out)
{
    pthread_mutex_lock(&k->queue.lock);
    *out = k->queue.status;
    pthread_mutex_unlock(&k->queue.lock);
}
