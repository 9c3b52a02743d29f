#include "sync/sync_recover.h"

#include "base/log.h"
#include "base/mutant.h"

bool sync_must_report(const struct ledger_self *self)
{
    return !id_is_none(self->new_gen);
}

struct id sync_gen(const struct ledger_self *self)
{
    return sync_must_report(self) ? self->new_gen : self->gen;
}

struct sync_owed sync_owed(const struct ledger_self *self)
{
    return (struct sync_owed){self->op_seq - self->acked, sync_must_report(self),
                              self->report_seq - self->acked};
}

// Back to what the centre still has. What it lacks must all be here.
static enum err go_back(struct ledger *l, struct ledger_self *self, int64_t acked, bool *is_behind)
{
    struct ledger_op op;
    *is_behind = false;
    if (MUTANT(RESTORE_WITHOUT_REPUSH) || acked >= self->acked) return ERR_OK;
    enum err e = l->ops->op_get(l, acked + 1, &op);
    *is_behind = e == ERR_NOT_FOUND;
    if (e) return *is_behind ? ERR_OK : e;
    self->acked = acked;
    if (self->safe > acked) self->safe = acked;
    return ERR_OK;
}

enum err sync_follow(struct ledger *l, struct ledger_self *self, const struct sync_hello *hello,
                     enum sync_hello_fate *fate)
{
    struct id known = sync_gen(self);
    int order = str_compare(id_str(&hello->gen), id_str(&known));
    bool is_first = id_is_none(known);
    *fate = SYNC_HELLO_HEARD;
    if (order == 0 && !is_first) return ERR_OK;
    if (order < 0 && !is_first && !MUTANT(GENERATION_GOES_BACK)) {
        *fate = SYNC_HELLO_STALE;
        return ERR_OK;
    }
    bool is_behind;
    enum err e = go_back(l, self, hello->acked, &is_behind);
    if (e || is_behind) {
        *fate = SYNC_HELLO_BEHIND;
        return e;
    }
    if (is_first && !hello->wants_report) {
        self->gen = hello->gen;
        return ERR_OK;
    }
    log_warn(
        "the centre was restored and has a new history; ours is told again from operation %lld",
        (long long)self->acked + 1);
    self->new_gen = hello->gen;
    self->report_seq = self->op_seq;
    return ERR_OK;
}

enum err sync_report(struct ledger *l, struct ledger_right *rights, struct sync_report *out)
{
    struct ledger_self self;
    enum err e = l->ops->begin(l);
    if (e) return e;
    e = l->ops->self_get(l, &self);
    if (!e) e = l->ops->rights(l, rights, &out->count);
    if (!e) {
        out->gen = self.new_gen;
        out->op_seq = self.report_seq;
    }
    return l->ops->end(l, e);
}

enum err sync_hear_report(struct ledger *l, struct id gen)
{
    struct ledger_self self;
    enum err e = l->ops->begin(l);
    if (e) return e;
    e = l->ops->self_get(l, &self);
    bool is_now = id_eq(self.new_gen, gen) || MUTANT(REPORT_OF_ANY_GENERATION);
    if (!e && sync_must_report(&self) && is_now) {
        self.gen = self.new_gen;
        self.new_gen = (struct id){0};
        self.position = (struct feed_position){0};
        self.applied = 0;
        e = l->ops->self_put(l, &self);
    }
    return l->ops->end(l, e);
}
