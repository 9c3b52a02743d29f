#include "sync/sync_log.h"

#include "wire/wire_op.h"

#include <string.h>

void sync_log_passed(struct ledger_self *self, struct sync_now now)
{
    if (now.trust != OP_TRUST_UNKNOWN && now.ms > self->floor_ms) self->floor_ms = now.ms;
}

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
    sync_log_passed(self, now);
    return ERR_OK;
}

// The own right under a booking becomes free to sell; a seat owned by others is theirs to clear.
enum err sync_log_free(struct ledger *l, const struct ledger_booking *booking)
{
    struct ledger_right right;
    if (booking->seat == 0) return ERR_OK;
    enum err e = l->ops->right_get(l, booking->sitting, booking->seat, &right);
    if (e == ERR_NOT_FOUND) return ERR_OK;
    if (e || !id_eq(right.booking.id, booking->id.id)) return e;
    right.booking = (struct booking_id){0};
    return l->ops->right_put(l, &right);
}

enum err sync_log_cancel(struct ledger *l, struct ledger_self *self, struct ledger_booking booking,
                         enum op_why why, struct sync_now now)
{
    struct op op = {
        .kind = OP_CANCEL, .booking = booking.id, .sitting = booking.sitting, .why = why};
    enum err e = sync_log_add(l, self, &op, now);
    booking.state = BOOKING_CANCELLED;
    booking.op_seq = op.seq;
    if (!e) e = sync_log_free(l, &booking);
    if (!e) e = l->ops->booking_put(l, &booking);
    return e;
}
