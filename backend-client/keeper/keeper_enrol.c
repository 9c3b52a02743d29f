// Enrolment: the kiosk shows a code, staff type it at the centre, the kiosk learns who it is.
#include "base/log.h"
#include "keeper/keeper_own.h"
#include "wire/wire_hello.h"

#include <stdio.h>
#include <string.h>

#define ENROL_LIMIT_MS 10000
#define ENROL_RETRY_MS 5000

static void show(struct keeper *k, struct str user_code)
{
    struct keeper_status *status = &k->queue.status;
    pthread_mutex_lock(&k->queue.lock);
    snprintf(status->user_code, sizeof(status->user_code), "%.*s", STR_ARG(user_code));
    cache_fingerprint(&k->key.public_key, status->fingerprint);
    pthread_mutex_unlock(&k->queue.lock);
    keeper_changed(k);
}

static enum err ask_for_code(struct keeper *k)
{
    struct buf body;
    struct ledger_self self;
    char key[2 * CRYPT_PUBLIC_KEY_BYTES + 1];
    enum err e = keeper_self(k, &self);
    if (e) return e;
    hex_from_bytes(k->key.public_key.bytes, sizeof(k->key.public_key.bytes), key);
    struct wire_enrol enrol = {.sign_key = str_from_z(key),
                               .model = STR("lvyue-kiosk"),
                               .app = STR(KEEPER_APP),
                               .inc = self.inc,
                               .is_display = k->config.is_display};
    buf_init(&body, 1024);
    e = wire_enrol_write(&enrol, &body);
    struct keeper_call call = {.method = NET_POST,
                               .path = STR("/v1/enrol"),
                               .body = buf_str(&body),
                               .deadline_ms = ENROL_LIMIT_MS};
    if (!e) e = keeper_send(k, &call, &k->enrolment.token);
    buf_deinit(&body);
    return e;
}

static enum err ask_whether_approved(struct keeper *k)
{
    struct buf body;
    buf_init(&body, 256);
    enum err e = wire_enrol_poll_write(str_from_z(k->enrolment.device_code), &body);
    struct keeper_call call = {.method = NET_POST,
                               .path = STR("/v1/enrol/poll"),
                               .body = buf_str(&body),
                               .deadline_ms = ENROL_LIMIT_MS};
    if (!e) e = keeper_send(k, &call, &k->enrolment.token);
    buf_deinit(&body);
    return e;
}

void keeper_enrol_step(struct keeper *k, int64_t *wait_ms)
{
    struct keeper_enrolment *en = &k->enrolment;
    int64_t mono_ms = env_mono_ms(k->env);
    if (en->is_under_way) return;
    if (en->expires_ms > 0 && mono_ms >= en->expires_ms) *en = (struct keeper_enrolment){0};
    if (mono_ms < en->next_ms) {
        *wait_ms = en->next_ms - mono_ms;
        return;
    }
    enum err e = en->expires_ms == 0 ? ask_for_code(k) : ask_whether_approved(k);
    en->is_under_way = !e;
    en->next_ms = mono_ms + ENROL_RETRY_MS;
    if (e) *wait_ms = ENROL_RETRY_MS;
}

static enum err hear_code(struct keeper *k, struct json_value *document)
{
    struct json_mistake mistake = {0};
    struct wire_enrol_reply reply;
    struct keeper_enrolment *en = &k->enrolment;
    enum err e = wire_enrol_reply_parse(document, &k->message, &reply, &mistake);
    if (e) return e;
    int64_t mono_ms = env_mono_ms(k->env);
    snprintf(en->device_code, sizeof(en->device_code), "%.*s", STR_ARG(reply.device_code));
    en->expires_ms = mono_ms + reply.expires_s * 1000;
    en->next_ms = mono_ms + reply.interval_s * 1000;
    show(k, reply.user_code);
    return ERR_OK;
}

static enum err hear_enrolled(struct keeper *k, struct json_value *document)
{
    struct json_mistake mistake = {0};
    struct wire_enrolled enrolled;
    enum err e = wire_enrolled_parse(document, &enrolled, &mistake);
    if (e || enrolled.is_pending) return e;
    e = cache_kiosk_id_put(&k->fs, k->config.data_dir, enrolled.kiosk);
    if (e) return e;
    k->kiosk = enrolled.kiosk;
    memory_wipe(&k->enrolment, sizeof(k->enrolment));
    show(k, STR(""));
    return ERR_OK;
}

bool keeper_enrol_reply(struct keeper *k, const struct net_reply *reply)
{
    struct keeper_enrolment *en = &k->enrolment;
    bool is_ours = en->is_under_way && en->token.generation == reply->token.generation &&
                   en->token.slot == reply->token.slot;
    if (!is_ours) return false;
    en->is_under_way = false;
    struct json_value *document = NULL;
    enum err e = reply->err;
    if (!e && reply->status != 200) {
        // An expired or unknown code: begin again, after a pause.
        *en = (struct keeper_enrolment){.next_ms = env_mono_ms(k->env) + ENROL_RETRY_MS};
        return true;
    }
    if (!e) e = json_parse(reply->body, &document, NULL);
    if (!e) e = en->expires_ms == 0 ? hear_code(k, document) : hear_enrolled(k, document);
    json_free(document);
    if (e) log_warn("enrolment: %s", err_text(e));
    return true;
}
