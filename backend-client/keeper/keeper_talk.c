// Talking to the centre: hello, push, report, pull.
#include "base/log.h"
#include "keeper/keeper_own.h"
#include "sync/sync_recover.h"
#include "wire/wire_feed.h"
#include "wire/wire_hello.h"
#include "wire/wire_op.h"
#include "wire/wire_report.h"

#include <string.h>

#define BODY_BYTES_MAX  (250 * 1024) // the centre takes 256 KiB
#define REPLY_BYTES_MAX (2 * FEED_PAGE_BYTES_MAX)
#define BATCH_BYTES_MAX (110 * 1024) // of operations, before they are quoted

// ---- Sending

// The host part of a URL as the Host field has it.
static struct str authority_of(struct str url)
{
    size_t start = str_find(url, STR("://"), 0);
    struct str rest = start == SIZE_MAX ? url : str_sub(url, start + 3, url.len);
    return str_cut(&rest, '/');
}

static enum err sign(struct keeper *k, const struct keeper_call *call, struct str digest,
                     struct str inc, struct request_signature *out)
{
    struct request_parts parts = {.method = call->method == NET_GET ? STR("GET") : STR("POST"),
                                  .authority = authority_of(str_from_z(k->config.centre_url)),
                                  .path = call->path,
                                  .query = call->query,
                                  .content_digest = digest,
                                  .inc = inc,
                                  .keyid = id_str(&k->kiosk),
                                  .created_s = keeper_now_ms(k) / 1000};
    return request_sign(&k->key, &parts, out);
}

enum err keeper_send(struct keeper *k, const struct keeper_call *call, struct net_token *out)
{
    struct request_signature signature = {0};
    struct ledger_self self;
    bool is_signed = !id_is_none(k->kiosk);
    enum err e = keeper_self(k, &self);
    struct str digest = request_digest(&k->message, call->body);
    struct str inc = id_str(&self.inc.id);
    if (!e && is_signed) e = sign(k, call, digest, inc, &signature);
    if (e) return e;
    struct net_field fields[] = {{"Content-Type", STR("application/json")},
                                 {"Content-Digest", digest},
                                 {"X-Kiosk-Inc", inc},
                                 {"Signature-Input", str_from_z(signature.input)},
                                 {"Signature", str_from_z(signature.signature)}};
    struct str url =
        str_printf(&k->message, "%s%.*s%s%.*s", k->config.centre_url, STR_ARG(call->path),
                   call->query.len > 0 ? "?" : "", STR_ARG(call->query));
    const struct net_request request = {.method = call->method,
                                        .url = url.ptr,
                                        .fields = fields,
                                        .field_count = is_signed ? 5 : 1,
                                        .body = call->body,
                                        .deadline_ms = call->deadline_ms,
                                        .reply_bytes_max = REPLY_BYTES_MAX};
    return net_start(&k->net, &request, out);
}

static enum err send_hello(struct keeper *k)
{
    struct ledger_self self;
    struct buf body;
    enum err e = keeper_self(k, &self);
    if (e) return e;
    struct sync_now now = keeper_sync_now(k);
    struct wire_hello hello = {.inc = self.inc,
                               .app = STR(KEEPER_APP),
                               .gen = sync_gen(&self),
                               .op_seq = self.op_seq,
                               .position = self.position,
                               .heard = self.acked,
                               .unsent = self.op_seq - self.acked,
                               .wall_ms = env_now_ms(k->env),
                               .trust = now.trust,
                               .content = keeper_content_version(k->content)};
    buf_init(&body, BODY_BYTES_MAX);
    e = wire_hello_write(&hello, &body);
    struct keeper_call call = {.method = NET_POST,
                               .path = STR("/v1/d/hello"),
                               .body = buf_str(&body),
                               .deadline_ms = KEEPER_HELLO_LIMIT_MS};
    if (!e) e = keeper_send(k, &call, &k->talks[SYNC_HELLO].token);
    buf_deinit(&body);
    return e;
}

static enum err send_push(struct keeper *k)
{
    struct ledger_self self;
    struct wire_batch batch;
    struct cache_batch *stored = arena_new(&k->message, struct cache_batch);
    char hex[CRYPT_HASH_HEX_BYTES + 1];
    struct buf body;
    enum err e = keeper_self(k, &self);
    if (e) return e;
    batch =
        (struct wire_batch){.gen = sync_gen(&self), .heard = self.acked, .from = self.acked + 1};
    e = cache_ledger_batch(k->ledger, &k->message, batch.from, OP_BATCH_MAX, BATCH_BYTES_MAX,
                           stored);
    if (e) return e;
    batch.count = stored->count;
    memcpy(batch.ops, stored->ops, sizeof(stored->ops));
    memcpy(batch.had_epoch, stored->had_epoch, sizeof(stored->had_epoch));
    crypt_hash_hex(&stored->prev, hex);
    batch.prev = str_from_z(hex);
    buf_init(&body, BODY_BYTES_MAX);
    e = wire_batch_write(&batch, &body);
    struct keeper_call call = {.method = NET_POST,
                               .path = STR("/v1/d/ops"),
                               .body = buf_str(&body),
                               .deadline_ms = KEEPER_PUSH_LIMIT_MS};
    if (!e) e = keeper_send(k, &call, &k->talks[SYNC_PUSH].token);
    k->talks[SYNC_PUSH].from = batch.from;
    buf_deinit(&body);
    return e;
}

static enum err send_report(struct keeper *k)
{
    struct ledger_right *own = arena_array(&k->message, struct ledger_right, LEDGER_RIGHTS_MAX);
    struct feed_right *rights = arena_array(&k->message, struct feed_right, LEDGER_RIGHTS_MAX);
    struct sync_report report;
    struct buf body;
    enum err e = sync_report(&k->ledger->ledger, own, &report);
    if (e) return e;
    for (int i = 0; i < report.count; i++) {
        rights[i] = (struct feed_right){
            .sitting = own[i].sitting, .seat = own[i].seat, .epoch = own[i].epoch};
    }
    struct wire_report wire = {report.gen, report.op_seq, rights, report.count};
    buf_init(&body, BODY_BYTES_MAX);
    e = wire_report_write(&wire, &body);
    struct keeper_call call = {.method = NET_POST,
                               .path = STR("/v1/d/report"),
                               .body = buf_str(&body),
                               .deadline_ms = KEEPER_PUSH_LIMIT_MS};
    if (!e) e = keeper_send(k, &call, &k->talks[SYNC_REPORT].token);
    buf_deinit(&body);
    return e;
}

static enum err send_pull(struct keeper *k)
{
    struct ledger_self self;
    enum err e = keeper_self(k, &self);
    if (e) return e;
    struct feed_position at = sync_stage_next(&k->stage, self.position);
    // In the middle of a catch-up the next page is there: nothing to wait for.
    int64_t wait_s = k->stage.is_open ? 0 : k->wait_s;
    struct keeper_call call = {
        .method = NET_GET,
        .path = STR("/v1/d/feed"),
        .query = str_printf(&k->message, "c=%lld&s=%lld&d=%lld&gen=%s&heard=%lld&wait=%lld",
                            (long long)at.seq[FEED_COUNTY], (long long)at.seq[FEED_SITE_STREAM],
                            (long long)at.seq[FEED_DEVICE], self.gen.hex, (long long)self.acked,
                            (long long)wait_s),
        .deadline_ms = (int)(wait_s * 1000) + KEEPER_PULL_EXTRA_MS};
    return keeper_send(k, &call, &k->talks[SYNC_PULL].token);
}

static enum err start(struct keeper *k, enum sync_talk talk)
{
    struct ledger_self self;
    enum err e = keeper_self(k, &self);
    if (e) return e;
    k->talks[talk].inc = self.inc;
    switch (talk) {
    case SYNC_HELLO: return send_hello(k);
    case SYNC_PUSH: return send_push(k);
    case SYNC_REPORT: return send_report(k);
    case SYNC_PULL: return send_pull(k);
    }
    return ERR_OK;
}

void keeper_talk_step(struct keeper *k, enum sync_event event, enum sync_talk talk,
                      int64_t retry_after_ms, int64_t *wait_ms)
{
    struct ledger_self self = {0};
    if (keeper_self(k, &self)) return;
    struct sync_owed owed = sync_owed(&self);
    struct sync_todo todo = sync_plan_step(&k->plan, k->env, event, talk, retry_after_ms, owed);
    for (int t = SYNC_HELLO; t < SYNC_TALKS; t++) {
        if (!todo.start[t]) continue;
        size_t mark = arena_mark(&k->message);
        enum err e = start(k, (enum sync_talk)t);
        arena_wipe(&k->message, mark);
        if (!e) continue;
        // It never left: that is a failed talk, and the plan says when to try again.
        todo.wait_ms =
            sync_plan_step(&k->plan, k->env, SYNC_EVENT_FAILED, (enum sync_talk)t, 0, owed).wait_ms;
    }
    *wait_ms = todo.wait_ms;
}

// ---- Hearing

// This life of the database is over for the centre: it is set aside, and a new one begins.
static enum sync_event new_life(struct keeper *k)
{
    log_error("the centre has retired this database; a new one begins");
    sync_stage_clear(&k->stage);
    enum err e = cache_ledger_renew(k->ledger, &k->process, k->config.data_dir, k->env);
    // Without a database there is no kiosk: the program ends, and its next start tries again.
    CHECK(e == ERR_OK);
    pthread_mutex_lock(&k->queue.lock);
    k->queue.status.life++;
    pthread_mutex_unlock(&k->queue.lock);
    keeper_changed(k);
    return SYNC_EVENT_LOST;
}

// Written off: what this kiosk was is gone, and it shows a code as a new one does.
static enum sync_event end_here(struct keeper *k)
{
    log_error("the centre has written this kiosk off: its key and its data go");
    sync_stage_clear(&k->stage);
    keeper_forget_visitors(k);
    enum err e = cache_ledger_wipe(k->ledger, &k->process, k->config.data_dir, k->env);
    memory_wipe(&k->key, sizeof(k->key));
    if (!e) e = cache_device_key(&k->fs, k->config.data_dir, k->env, &k->key);
    // As with a new life; the next start goes on with the wiping.
    CHECK(e == ERR_OK);
    k->kiosk = (struct id){{0}};
    k->enrolment = (struct keeper_enrolment){0};
    k->is_refused = false;
    pthread_mutex_lock(&k->queue.lock);
    k->queue.status.life++;
    pthread_mutex_unlock(&k->queue.lock);
    keeper_changed(k);
    return SYNC_EVENT_LOST;
}

static void set_suspended(struct keeper *k, bool is_suspended)
{
    if (cache_is_suspended(k->config.data_dir) == is_suspended) return;
    enum err e = cache_suspended_put(&k->fs, k->config.data_dir, is_suspended);
    if (e) log_error("whether this kiosk is stopped cannot be kept: %s", err_text(e));
}

static enum sync_event hear_hello(struct keeper *k, struct json_value *document)
{
    struct json_mistake mistake = {0};
    struct wire_hello_reply reply;
    enum sync_hello_fate fate = SYNC_HELLO_STALE;
    enum err e = wire_hello_reply_parse(document, &reply, &mistake);
    struct ledger_self self = {0};
    if (!e) e = keeper_self(k, &self);
    if (e) return SYNC_EVENT_FAILED;
    if (reply.acked > self.op_seq) {
        log_error("this database is older than what the centre has heard from it");
        return new_life(k);
    }
    struct sync_hello hello = {.gen = reply.gen,
                               .wants_report = reply.wants_report,
                               .acked = reply.acked,
                               .site = reply.site,
                               .letter = reply.letter,
                               .safe = reply.safe,
                               .now_ms = reply.now_ms};
    bool had_to_report = sync_must_report(&self);
    e = sync_hear_hello(&k->ledger->ledger, &hello, &fate);
    if (!e && fate == SYNC_HELLO_STALE) log_error("the centre speaks of a history that is over");
    if (!e && fate == SYNC_HELLO_BEHIND)
        log_error("the centre lacks operations that this kiosk has erased: its backup is too old");
    if (!e && fate == SYNC_HELLO_HEARD) e = keeper_self(k, &self);
    if (e || fate != SYNC_HELLO_HEARD) return SYNC_EVENT_FAILED;
    // Pages of the history before are no beginning of the new one.
    if (!had_to_report && sync_must_report(&self)) sync_stage_clear(&k->stage);
    keeper_set_clock(k, reply.now_ms);
    k->wait_s = reply.wait_s;
    k->is_refused = false;
    set_suspended(k, false);
    keeper_content_nudge(k->content);
    keeper_changed(k);
    return SYNC_EVENT_DONE;
}

static enum sync_event hear_push(struct keeper *k, struct json_value *document)
{
    struct json_mistake mistake = {0};
    struct wire_answer *wire = arena_new(&k->message, struct wire_answer);
    struct sync_decided decided[OP_BATCH_MAX];
    int count = 0;
    enum err e = wire_answer_parse(document, &k->message, wire, &mistake);
    if (e) return SYNC_EVENT_FAILED;
    struct sync_answer answer = {.gen = wire->gen,
                                 .from = k->talks[SYNC_PUSH].from,
                                 .acked = wire->acked,
                                 .safe = wire->safe,
                                 .results = wire->results,
                                 .count = wire->count};
    e = sync_hear_answer(&k->ledger->ledger, &answer, keeper_sync_now(k), decided, &count);
    if (e) return SYNC_EVENT_FAILED;
    for (int i = 0; i < count; i++) {
        keeper_decided(k, &decided[i]);
    }
    keeper_changed(k);
    return SYNC_EVENT_DONE;
}

static enum sync_event hear_report(struct keeper *k, struct json_value *document)
{
    struct json_mistake mistake = {0};
    struct id gen;
    enum err e = wire_reported_parse(document, &gen, &mistake);
    if (!e) e = sync_hear_report(&k->ledger->ledger, gen);
    return e ? SYNC_EVENT_FAILED : SYNC_EVENT_DONE;
}

// Rights of sittings that have closed go back to the pool.
static void return_idle(struct keeper *k)
{
    struct ledger *l = &k->ledger->ledger;
    struct ledger_right idle[16];
    int count = 0;
    enum err e = l->ops->idle_rights(l, idle, 16, &count);
    for (int i = 0; !e && i < count; i++) {
        e = sync_return(l, idle[i].sitting, idle[i].seat, keeper_sync_now(k));
    }
    if (e && e != ERR_NOT_FOUND) log_warn("returning seats: %s", err_text(e));
}

static void after_merge(struct keeper *k, const struct feed_page *page)
{
    for (int i = 0; i < page->count; i++) {
        if (page->rows[i].kind == FEED_RELEASE) keeper_content_nudge(k->content);
    }
    return_idle(k);
    if (page->count > 0) keeper_changed(k);
}

static enum sync_event hear_pull(struct keeper *k, struct json_value *document)
{
    struct json_mistake mistake = {0};
    struct feed_page page;
    struct feed_page complete;
    bool is_complete = false;
    enum sync_page_fate fate = SYNC_PAGE_STALE;
    enum err e = wire_page_parse(document, &k->message, &page, &mistake);
    if (!e) e = sync_stage_add(&k->stage, &page, &is_complete, &complete);
    if (e) return SYNC_EVENT_FAILED;
    if (!is_complete) return SYNC_EVENT_DONE;
    e = sync_hear_page(&k->ledger->ledger, &complete, keeper_sync_now(k), &fate);
    if (!e && fate == SYNC_PAGE_MERGED) after_merge(k, &complete);
    sync_stage_clear(&k->stage);
    if (fate == SYNC_PAGE_OTHER_GENERATION) return SYNC_EVENT_LOST;
    return e ? SYNC_EVENT_FAILED : SYNC_EVENT_DONE;
}

// What the centre's problem documents mean (protocol 2.6).
static enum sync_event hear_problem(struct keeper *k, const struct net_reply *reply,
                                    int64_t *retry_after_ms)
{
    struct json_value *document = NULL;
    struct json_mistake mistake = {0};
    struct json_reader r;
    struct str type = {0};
    if (json_parse(reply->body, &document, NULL) == ERR_OK) {
        json_read(&r, document, &mistake);
        if (json_has(&r, "type")) type = str_copy(&k->message, json_get_text(&r, "type", 1, 64));
        json_free(document);
    }
    int64_t seconds = 0;
    if (str_to_int(net_reply_field(reply, "Retry-After"), 0, 3600, &seconds))
        *retry_after_ms = seconds * 1000;
    log_warn("the centre answers %d %.*s", reply->status, STR_ARG(type));
    if (str_eq(type, STR("/e/incarnation-retired")) || str_eq(type, STR("/e/op-fork")))
        return new_life(k);
    if (str_eq(type, STR("/e/device-revoked"))) return end_here(k);
    if (reply->status == 401 || reply->status == 403) {
        k->is_refused = true;
        if (str_eq(type, STR("/e/device-suspended"))) set_suspended(k, true);
        *retry_after_ms = KEEPER_REFUSED_WAIT_MS;
        return SYNC_EVENT_LOST;
    }
    return reply->status == 409 ? SYNC_EVENT_LOST : SYNC_EVENT_FAILED;
}

static enum sync_event hear(struct keeper *k, enum sync_talk talk, const struct net_reply *reply)
{
    struct json_value *document = NULL;
    struct json_fault fault = {0};
    enum sync_event event = SYNC_EVENT_FAILED;
    if (json_parse(reply->body, &document, &fault)) {
        log_warn("the centre's answer is no JSON: %s", fault.why);
        return event;
    }
    switch (talk) {
    case SYNC_HELLO: event = hear_hello(k, document); break;
    case SYNC_PUSH: event = hear_push(k, document); break;
    case SYNC_REPORT: event = hear_report(k, document); break;
    case SYNC_PULL: event = hear_pull(k, document); break;
    }
    json_free(document);
    return event;
}

static bool is_token(struct net_token a, struct net_token b)
{
    return a.generation != 0 && a.slot == b.slot && a.generation == b.generation;
}

bool keeper_talk_reply(struct keeper *k, const struct net_reply *reply)
{
    for (int t = SYNC_HELLO; t < SYNC_TALKS; t++) {
        if (!is_token(k->talks[t].token, reply->token)) continue;
        enum sync_event event = SYNC_EVENT_FAILED;
        int64_t retry_after_ms = 0;
        int64_t wait_ms = -1;
        k->talks[t].token = (struct net_token){0};
        // What was asked in another life of the database says nothing about this one.
        struct ledger_self self = {0};
        bool is_ours = !keeper_self(k, &self) && id_eq(self.inc.id, k->talks[t].inc.id);
        if (!is_ours) event = SYNC_EVENT_LOST;
        if (is_ours && !reply->err && reply->status == 200)
            event = hear(k, (enum sync_talk)t, reply);
        if (is_ours && !reply->err && reply->status != 200)
            event = hear_problem(k, reply, &retry_after_ms);
        keeper_talk_step(k, event, (enum sync_talk)t, retry_after_ms, &wait_ms);
        // Somebody stands at the screen and waits for the answer: one more attempt at once.
        bool is_waited_for = keeper_wait_left_ms(k) >= 0;
        if (event == SYNC_EVENT_FAILED && is_waited_for)
            keeper_talk_step(k, SYNC_EVENT_TOUCHED, (enum sync_talk)t, 0, &wait_ms);
        return true;
    }
    return false;
}
