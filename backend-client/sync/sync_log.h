// Adding to the operation log. Internal to `sync`.
#ifndef SYNC_SYNC_LOG_H
#define SYNC_SYNC_LOG_H

#include "sync/sync_act.h"

// Writes `op` as the next line of the log, chained to the last; advances `self`, which the caller puts
// back. Inside the caller's transaction.
MUST_USE enum err sync_log_add(struct ledger *l, struct ledger_self *self, struct op *op,
                               struct sync_now now);

// The clock has passed `now`, as far as it can be trusted.
void sync_log_passed(struct ledger_self *self, struct sync_now now);

// The own right under a booking becomes free to sell; a seat owned by others is theirs to clear.
MUST_USE enum err sync_log_free(struct ledger *l, const struct ledger_booking *booking);

// Writes that `booking` is cancelled, and frees the own right under it.
MUST_USE enum err sync_log_cancel(struct ledger *l, struct ledger_self *self,
                                  struct ledger_booking booking, enum op_why why,
                                  struct sync_now now);

#endif
