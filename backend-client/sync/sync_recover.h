// A centre that was restored from a backup has forgotten what came after it, and begins a new history
// (generation). What this kiosk does then:
//
//   1. It notes the new generation durably before it says anything in it. From then on it takes nothing
//      of the old one any more, whatever is still under way, also after a crash.
//   2. It goes back to the last operation the centre has and sends all that follow again; with a pool
//      sale goes what the centre had answered. That is why nothing above `safe` is erased.
//   3. It reports the seats it owns, and follows the new history from its start. The report waits for
//      what was written until 1 and for no more, or a kiosk whose visitors never pause would never
//      report: what is sold from then on, is sold on rights that the report names.
//
// Meanwhile it sells its own rights as ever. A generation's name begins with the time it began at, so
// the newer of two is the greater: a late word of an older one is known as such.
#ifndef SYNC_SYNC_RECOVER_H
#define SYNC_SYNC_RECOVER_H

#include "sync/sync_hear.h"
#include "sync/sync_plan.h"

bool sync_must_report(const struct ledger_self *self);

// The generation in which this kiosk speaks; none before the first hello.
struct id sync_gen(const struct ledger_self *self);

// What `self` has not told yet.
struct sync_owed sync_owed(const struct ledger_self *self);

// Everything there is to report. `rights` has room for LEDGER_RIGHTS_MAX.
struct sync_report {
    struct id gen;
    int64_t op_seq; // the last operation the rights include
    int count;
};

MUST_USE enum err sync_report(struct ledger *l, struct ledger_right *rights,
                              struct sync_report *out);

// The centre has our report.
MUST_USE enum err sync_hear_report(struct ledger *l, struct id gen);

// The generation that a hello names; changes `self`, which the caller puts back. Internal to `sync`.
MUST_USE enum err sync_follow(struct ledger *l, struct ledger_self *self,
                              const struct sync_hello *hello, enum sync_hello_fate *fate);

#endif
