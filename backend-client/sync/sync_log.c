#include "sync/sync_log.h"

#include "wire/wire_op.h"

#include <string.h>

enum err sync_log_add(struct ledger *l, struct ledger_self *self, struct op *op,
                      struct sync_now now)
{
    struct ledger_op entry = {.kind = op->kind, .booking = op->booking};
    op->seq = self->op_seq + 1;
    op->at_ms = now.ms;
    op->trust = now.trust;
    entry.len = wire_op_write(op, entry.bytes, sizeof(entry.bytes));
    entry.hash = crypt_chain(&self->op_hash, (struct str){entry.bytes, entry.len});
    enum err e = l->ops->op_add(l, op->seq, &entry);
    if (e) return e;
    self->op_seq = op->seq;
    self->op_hash = entry.hash;
    if (now.trust != OP_TRUST_UNKNOWN && now.ms > self->floor_ms) self->floor_ms = now.ms;
    return ERR_OK;
}
