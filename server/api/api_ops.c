// A kiosk's operations: opened, applied in the order of its log, answered for good.
#include "api/api.h"
#include "base/log.h"
#include "crypt/base64.h"
#include "wire/wire_contact.h"
#include "wire/wire_op.h"

#define CLEAR_BYTES 4096

struct ops_work {
    struct api_work work; // first
    struct id kiosk;
    int64_t safe;
    struct crypt_hash prev; // as the kiosk has it, before the first operation
    struct centre_push push;
    struct centre_push_reply told;
};

// A kiosk that has another past than the one stored has a copied file, even where every number is new.
static enum err check_past(struct store *s, struct ops_work *w)
{
    struct centre_store *centre = store_centre(s);
    struct centre_inc inc;
    enum err e = centre->ops->inc_get(centre, w->push.inc, &inc);
    bool is_next = !e && inc.state == CENTRE_INC_ACTIVE && w->push.from == inc.last_seq + 1;
    if (e || !is_next || crypt_hash_eq(&w->prev, &inc.last_hash)) return e;
    log_error("incarnation %s: operation %lld has another past: its file was copied",
              inc.inc.id.hex, (long long)w->push.from);
    inc.state = CENTRE_INC_FORKED;
    w->told.status = CENTRE_FORK;
    w->told.fork_seq = inc.last_seq;
    e = centre->ops->inc_put(centre, &inc);
    return e ? e : centre_write_off(centre);
}

static enum err run_ops(struct store *s, struct api_work *work)
{
    struct ops_work *w = (struct ops_work *)work;
    w->told = (struct centre_push_reply){0};
    enum err e = check_past(s, w);
    if (!e && w->told.status == CENTRE_PUSHED)
        e = centre_push(store_centre(s), &w->push, env_now_ms(w->work.api->env), &w->told);
    return e ? e : store_kiosk_seen(s, w->kiosk);
}

static enum err reply_results(struct ops_work *w, struct reply *reply)
{
    struct wire_answer *answer = arena_new(w->work.arena, struct wire_answer);
    answer->gen = w->work.api->meta.gen;
    answer->acked = w->told.acked;
    answer->acked_hash = crypt_hash_str(w->work.arena, &w->told.acked_hash);
    answer->safe = w->safe;
    answer->count = w->push.count;
    for (int i = 0; i < answer->count; i++) {
        answer->results[i] = w->told.results[i];
    }
    struct buf body;
    buf_init(&body, API_ARENA_BYTES / 4);
    enum err e = wire_answer_write(answer, &body);
    return api_reply_buf(reply, w->work.arena, &body, e);
}

static enum err reply_ops(struct api_work *work, struct reply *reply)
{
    struct ops_work *w = (struct ops_work *)work;
    switch (w->told.status) {
    case CENTRE_PUSHED: return reply_results(w, reply);
    case CENTRE_RETIRED: reply_problem(reply, NULL, PROBLEM_INCARNATION_RETIRED, NULL); break;
    case CENTRE_GAP:
        api_reply_problem(reply, w->work.arena, PROBLEM_OP_GAP, NULL, "acked", w->told.acked);
        break;
    case CENTRE_FORK:
        api_reply_problem(reply, w->work.arena, PROBLEM_OP_FORK, NULL, "op_seq", w->told.fork_seq);
        break;
    }
    return ERR_OK;
}

// What a visitor left, out of the box. A box that does not open, or speaks of another booking, is no
// reason to refuse a promise that was given: the contact is then unreadable, and staff see that. What
// was in clear lives in an arena of its own, which is wiped at once.
static enum err open_contact(struct api *api, struct request *request, struct centre_op *op)
{
    unsigned char box[SEAL_BOX_BYTES];
    struct arena clear;
    struct str plain;
    struct wire_contact c;
    if (!base64_parse_exact(op->op.sealed, box, sizeof(box))) return ERR_BAD_INPUT;
    arena_init(&clear, CLEAR_BYTES);
    enum err e = seal_open(&api->box, (struct str){(const char *)box, sizeof(box)}, &clear, &plain);
    if (!e) e = wire_contact_parse(plain, &clear, &c);
    bool is_right =
        !e && id_eq(c.booking.id, op->op.booking.id) && id_eq(c.inc.id, api_kiosk(request)->inc.id);
    if (!e && !is_right) e = ERR_BAD_INPUT;
    if (!e) {
        struct store_contact contact = {
            .surname = c.surname, .title = c.title, .phone = c.phone, .topic = c.topic};
        e = store_contact_seal(api_reader(api, request), op->op.booking, &contact, request->arena,
                               &op->contact);
    }
    arena_deinit(&clear);
    return e;
}

// One that cannot be read is for the core to refuse alone: refused here with its batch, it would block
// the kiosk's log for good.
static void read_op(struct api *api, struct request *request, struct str bytes, int64_t seq,
                    struct centre_op *out)
{
    *out = (struct centre_op){.op = {.kind = OP_KIND_UNKNOWN, .seq = seq}};
    out->bytes = str_copy(request->arena, bytes);
    if (bytes.len > OP_BYTES_MAX) return; // by its length, unread
    out->is_malformed =
        wire_op_parse(out->bytes, request->arena, &out->op) != ERR_OK || out->op.seq != seq;
    if (out->is_malformed) out->op = (struct op){.kind = OP_KIND_UNKNOWN, .seq = seq};
    bool has_box = out->op.kind == OP_BOOK || out->op.kind == OP_WISH;
    if (!has_box || open_contact(api, request, out) == ERR_OK) return;
    out->contact = (struct centre_contact){.topic = TOPIC_OTHER};
    log_warn("kiosk %s: the contact of operation %lld cannot be read",
             api_kiosk(request)->kiosk.id.hex, (long long)seq);
}

static bool read_ops(struct api *api, struct request *request, const struct wire_batch *batch,
                     struct ops_work *w, struct json_mistake *mistake)
{
    struct centre_op *ops = arena_array(request->arena, struct centre_op, OP_BATCH_MAX);
    if (!crypt_hash_parse(batch->prev, &w->prev)) {
        *mistake = (struct json_mistake){"prev", "not a hash"};
        return false;
    }
    for (int i = 0; i < batch->count; i++) {
        read_op(api, request, batch->ops[i], batch->from + i, &ops[i]);
        ops[i].had_epoch = batch->had_epoch[i];
    }
    w->kiosk = api_kiosk(request)->kiosk.id;
    w->safe = api_kiosk(request)->kiosk.safe;
    w->push = (struct centre_push){.inc = api_kiosk(request)->inc,
                                   .heard = batch->heard,
                                   .from = batch->from,
                                   .ops = ops,
                                   .count = batch->count};
    return true;
}

enum err api_ops(void *context, struct request *request, struct reply *reply)
{
    struct api *api = context;
    struct json_value *document = NULL;
    struct json_mistake mistake = {0};
    if (!api_json(request, reply, &document)) return ERR_OK;
    struct ops_work *w = arena_new(request->arena, struct ops_work);
    struct wire_batch *batch = arena_new(request->arena, struct wire_batch);
    enum err e = wire_batch_parse(document, request->arena, batch, &mistake);
    bool is_other_gen = !e && !id_eq(batch->gen, api->meta.gen);
    bool is_good = !e && (is_other_gen || read_ops(api, request, batch, w, &mistake));
    json_free(document);
    if (e == ERR_TOO_BIG) {
        reply_problem(reply, NULL, PROBLEM_BODY_TOO_LARGE, NULL);
        return ERR_OK;
    }
    if (!is_good) {
        api_reply_mistake(request, reply, &mistake);
        return ERR_OK;
    }
    if (is_other_gen) {
        api_reply_problem(reply, request->arena, PROBLEM_GENERATION_CHANGED, &api->meta.gen,
                          "acked", api_kiosk(request)->kiosk.last_op);
        return ERR_OK;
    }
    w->work.run = run_ops;
    w->work.reply = reply_ops;
    api_submit(api, request, &w->work);
    return ERR_OK;
}
