// What one operation of a kiosk changes at the centre. Internal to `core`.
#ifndef CORE_CENTRE_APPLY_H
#define CORE_CENTRE_APPLY_H

#include "core/centre.h"

// Fills in `result` but its seq. A refusal is a result; an error means that nothing may be kept.
MUST_USE enum err centre_apply(struct centre_store *s, const struct centre_inc *inc,
                               const struct centre_op *op, int64_t now_ms,
                               struct op_result *result);

// The rows of the feed that follow from a change.
MUST_USE enum err centre_tell_booking(struct centre_store *s, const struct centre_booking *b);
MUST_USE enum err centre_tell_seat(struct centre_store *s, const struct centre_seat *seat);

// Asks the owner of a seat to give it back; a seat that is asked for already is left as it is.
MUST_USE enum err centre_recall(struct centre_store *s, const struct centre_seat *seat);

#endif
