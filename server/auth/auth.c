#include "auth/auth.h"

#include "base/log.h"

#include <inttypes.h>

#define COST_MS   (1000 / AUTH_RATE_PER_S)
#define BUDGET_MS (COST_MS * AUTH_RATE_BURST)

void auth_init(struct auth *a, struct env *env)
{
    *a = (struct auth){.env = env};
    pthread_mutex_init(&a->lock, NULL);
}

void auth_deinit(struct auth *a)
{
    if (a->env) pthread_mutex_destroy(&a->lock);
    *a = (struct auth){0};
}

// The id is random, so its first digits spread well.
static uint32_t slot_of(struct id id)
{
    unsigned char bytes[4];
    bool good = hex_to_bytes((struct str){id.hex, 8}, bytes, sizeof(bytes));
    CHECK(good);
    uint32_t n =
        (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
    return n % AUTH_RATE_SLOTS;
}

static struct auth_rate *rate_of(struct auth *a, struct id kiosk, int64_t now_ms)
{
    uint32_t first = slot_of(kiosk);
    struct auth_rate *oldest = &a->rates[first];
    for (uint32_t i = 0; i < AUTH_RATE_PROBES; i++) {
        struct auth_rate *r = &a->rates[(first + i) % AUTH_RATE_SLOTS];
        if (id_eq(r->kiosk, kiosk)) return r;
        if (r->at_ms < oldest->at_ms || id_is_none(r->kiosk)) oldest = r;
        if (id_is_none(r->kiosk)) break;
    }
    *oldest = (struct auth_rate){.kiosk = kiosk, .at_ms = now_ms};
    return oldest;
}

// A bucket that refills by one request every COST_MS. False says after how long one is there.
static bool spend(struct auth_rate *r, int64_t now_ms, int64_t *retry_s)
{
    int64_t passed_ms = now_ms - r->at_ms;
    r->at_ms = now_ms;
    r->spent_ms = passed_ms >= r->spent_ms ? 0 : r->spent_ms - passed_ms;
    if (r->spent_ms + COST_MS > BUDGET_MS) {
        *retry_s = (r->spent_ms + COST_MS - BUDGET_MS + 999) / 1000;
        return false;
    }
    r->spent_ms += COST_MS;
    return true;
}

static void note_skew(struct auth *a, struct auth_rate *r, int64_t created_s, int64_t mono_ms)
{
    int64_t skew_ms = created_s * 1000 - env_now_ms(a->env);
    if (skew_ms > -AUTH_SKEW_WARN_MS && skew_ms < AUTH_SKEW_WARN_MS) return;
    if (r->skew_told_ms != 0 && mono_ms - r->skew_told_ms < AUTH_SKEW_QUIET_MS) return;
    r->skew_told_ms = mono_ms;
    log_warn("kiosk %s: its clock is off by %" PRId64 " s", r->kiosk.hex, skew_ms / 1000);
}

static bool may_spend(struct auth *a, struct id kiosk, int64_t created_s, int64_t *retry_s)
{
    int64_t mono_ms = env_mono_ms(a->env);
    pthread_mutex_lock(&a->lock);
    struct auth_rate *r = rate_of(a, kiosk, mono_ms);
    bool good = spend(r, mono_ms, retry_s);
    if (good) note_skew(a, r, created_s, mono_ms);
    pthread_mutex_unlock(&a->lock);
    return good;
}

static enum auth_answer standing(const struct auth_kiosk *k, enum auth_inc which)
{
    switch (k->kiosk.state) {
    case STORE_KIOSK_SUSPENDED: return AUTH_SUSPENDED;
    case STORE_KIOSK_REVOKED: return AUTH_REVOKED;
    case STORE_KIOSK_ACTIVE: break;
    }
    bool is_active = id_eq(k->kiosk.inc.id, k->inc.id);
    return which == AUTH_ACTIVE_INC && !is_active ? AUTH_RETIRED : AUTH_OK;
}

enum err auth_kiosk(struct auth *a, struct store *reader, struct auth_request *request,
                    enum auth_inc which, enum auth_answer *answer, struct auth_kiosk *out)
{
    struct request_parts *p = &request->parts;
    struct id name;
    *out = (struct auth_kiosk){0};
    *answer = AUTH_BAD_SIGNATURE;
    if (!request->is_single) return ERR_OK;
    if (!request_input_parse(request->signature_input, &p->keyid, &p->created_s)) return ERR_OK;
    if (!id_parse(p->keyid, &name) || !id_parse(p->inc, &out->inc.id)) return ERR_OK;
    enum err e = store_kiosk_get(reader, name, &out->kiosk);
    if (e == ERR_NOT_FOUND) {
        *answer = AUTH_UNKNOWN;
        return ERR_OK;
    }
    if (e || !request_verify(&out->kiosk.key, p, request->signature)) return e;
    // Only now: a stranger must not spend what belongs to the kiosk.
    *answer =
        may_spend(a, name, p->created_s, &out->retry_s) ? standing(out, which) : AUTH_TOO_MANY;
    return ERR_OK;
}
