// What one operation of a kiosk changes at the centre. Internal to `core`.
#ifndef CORE_CENTRE_APPLY_H
#define CORE_CENTRE_APPLY_H

#include "core/centre.h"

// Fills in `result` but its seq. A refusal is a result; an error means that nothing may be kept.
MUST_USE enum err centre_apply(struct centre_store *s, const struct centre_inc *inc,
                               const struct centre_op *op, int64_t now_ms,
                               struct op_result *result);

// Changes one seat and tells everybody who follows it, also an owner it leaves.
MUST_USE enum err centre_seat_becomes(struct centre_store *s, const struct sitting *sitting,
                                      const struct centre_seat *from, const struct centre_seat *to);

// ---- Facts of a restored centre (centre_recover.c)

enum centre_fact {
    CENTRE_FACT_OURS,  // the rules hold as they do on every day
    CENTRE_FACT_NEWER, // the seat has become what it must have been before it
    CENTRE_FACT_OLDER, // history: the seat has gone on since
};

// Under `epoch` a seat was `owner`'s and free.
struct centre_claim {
    struct inc_id owner; // none: the pool
    int64_t epoch;
    int64_t now_ms;
};

// Where the centre is recovering and knows less, the seat becomes what is claimed, and what it thought
// booked there is cancelled.
MUST_USE enum err centre_learn(struct centre_store *s, const struct sitting *sitting,
                               struct centre_seat *seat, struct centre_claim claim,
                               enum centre_fact *out);

// The rows of the feed that follow from a change.
MUST_USE enum err centre_tell_seat(struct centre_store *s, const struct centre_seat *seat);

// Asks the owner of a seat to give it back; a seat that is asked for already is left as it is.
MUST_USE enum err centre_recall(struct centre_store *s, const struct centre_seat *seat);

#endif
