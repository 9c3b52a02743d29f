#include "core/centre.h"

#include "base/log.h"
#include "base/mutant.h"
#include "core/centre_apply.h"
#include "crypt/hash.h"

static enum err apply_new(struct centre_store *s, struct centre_inc *inc,
                          const struct centre_op *op, int64_t now_ms, struct op_result *result)
{
    *result = (struct op_result){.seq = op->op.seq};
    enum err e = centre_apply(s, inc, op, now_ms, result);
    if (e) return e;
    inc->last_seq = op->op.seq;
    inc->last_hash = crypt_chain(&inc->last_hash, op->bytes);
    return s->ops->answer_add(s, inc->inc, &op->op, inc->last_hash, result);
}

// An operation told again: every one is held against its own stored hash, not only the last.
static enum err stored_answer(struct centre_store *s, const struct centre_inc *inc,
                              struct crypt_hash prev, const struct centre_op *op,
                              struct centre_push_reply *reply, int index)
{
    struct crypt_hash stored;
    enum err e = s->ops->answer_get(s, inc->inc, op->op.seq, &stored, &reply->results[index]);
    if (e) return e;
    struct crypt_hash told = crypt_chain(&prev, op->bytes);
    if (!crypt_hash_eq(&stored, &told) && !MUTANT(FORK_UNNOTICED)) {
        reply->status = CENTRE_FORK;
        reply->fork_seq = op->op.seq;
    }
    return ERR_OK;
}

static enum err hash_before(struct centre_store *s, const struct centre_inc *inc, int64_t seq,
                            struct crypt_hash *out)
{
    struct op_result ignored;
    if (seq == inc->last_seq + 1 || MUTANT(GAP_ACCEPTED)) {
        *out = inc->last_hash;
        return ERR_OK;
    }
    *out = (struct crypt_hash){0};
    return seq == 1 ? ERR_OK : s->ops->answer_get(s, inc->inc, seq - 1, out, &ignored);
}

static enum err fork(struct centre_store *s, struct centre_inc *inc, int64_t seq)
{
    log_error("incarnation %s: operation %lld comes with other bytes: its file was copied",
              inc->inc.id.hex, (long long)seq);
    inc->state = CENTRE_INC_FORKED;
    enum err e = s->ops->inc_put(s, inc);
    return e || MUTANT(FORK_WITHOUT_QUARANTINE) ? e : centre_write_off(s);
}

static enum err push_all(struct centre_store *s, struct centre_inc *inc,
                         const struct centre_push *push, int64_t now_ms,
                         struct centre_push_reply *reply)
{
    struct crypt_hash prev;
    enum err e = hash_before(s, inc, push->from, &prev);
    for (int i = 0; !e && i < push->count; i++) {
        const struct centre_op *op = &push->ops[i];
        CHECK(op->op.seq == push->from + i);
        bool is_known = op->op.seq <= inc->last_seq && !MUTANT(NO_OP_DEDUPE);
        e = is_known ? stored_answer(s, inc, prev, op, reply, i)
                     : apply_new(s, inc, op, now_ms, &reply->results[i]);
        if (!e && reply->status == CENTRE_FORK) return fork(s, inc, reply->fork_seq);
        prev = crypt_chain(&prev, op->bytes);
    }
    return e;
}

enum err centre_push(struct centre_store *s, const struct centre_push *push, int64_t now_ms,
                     struct centre_push_reply *reply)
{
    CHECK(push->count >= 0 && push->count <= OP_BATCH_MAX);
    struct centre_inc inc;
    enum err e = s->ops->inc_get(s, push->inc, &inc);
    if (e) return e;
    reply->status = CENTRE_PUSHED;
    reply->acked = inc.last_seq;
    reply->acked_hash = inc.last_hash;
    if (inc.state != CENTRE_INC_ACTIVE && !MUTANT(LOST_LIFE_IS_HEARD)) {
        reply->status = CENTRE_RETIRED;
        return ERR_OK;
    }
    bool is_ahead = push->from > inc.last_seq + 1 && !MUTANT(GAP_ACCEPTED);
    if (push->from < 1 || is_ahead) {
        reply->status = CENTRE_GAP;
        return ERR_OK;
    }
    e = push_all(s, &inc, push, now_ms, reply);
    if (e || reply->status != CENTRE_PUSHED) return e;
    bool is_later = push->heard > inc.heard || MUTANT(HEARD_GOES_BACK);
    if (is_later && push->heard <= inc.last_seq) inc.heard = push->heard;
    reply->acked = inc.last_seq;
    reply->acked_hash = inc.last_hash;
    return s->ops->inc_put(s, &inc);
}

enum err centre_hear(struct centre_store *s, struct inc_id id, int64_t heard)
{
    struct centre_inc inc;
    enum err e = s->ops->inc_get(s, id, &inc);
    if (e || heard <= inc.heard || heard > inc.last_seq) return e;
    inc.heard = heard;
    return s->ops->inc_put(s, &inc);
}
