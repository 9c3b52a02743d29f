// What the centre says, as changes of the ledger: answers to operations, pages of the feed, the hello.
// All of it may come late, twice or in another order than it was sent; every function is one
// transaction, and repeating it changes nothing.
#ifndef SYNC_SYNC_HEAR_H
#define SYNC_SYNC_HEAR_H

#include "sync/sync_act.h"

// The answer to POST /v1/d/ops.
struct sync_answer {
    struct id gen;
    int64_t from; // number of the first operation of that request
    int64_t acked;
    int64_t safe;
    const struct op_result *results;
    int count;
};

// A pool booking whose answer has come while the visitor waited.
struct sync_decided {
    struct booking_id booking;
    enum verdict verdict; // VERDICT_OK: confirmed
    int next_seat;
};

// Stores the results that are new and advances `acked` over them and no further: over results it has
// never seen it would tell the centre that a visitor has heard what nobody heard. An answer of another
// generation changes nothing.
MUST_USE enum err sync_hear_answer(struct ledger *l, const struct sync_answer *answer,
                                   struct sync_now now, struct sync_decided *decided,
                                   int *decided_count);

enum sync_page_fate {
    SYNC_PAGE_MERGED,
    SYNC_PAGE_STALE,            // not for where we stand: nothing was changed
    SYNC_PAGE_OTHER_GENERATION, // the centre's history is another one: nothing was changed
};

// Merges the rows of a complete catch-up (all pages up to more:false, so that no screen shows half a
// roster) and the new position in one transaction, only where `from` is where we stand.
MUST_USE enum err sync_hear_page(struct ledger *l, const struct feed_page *page,
                                 struct sync_now now, enum sync_page_fate *fate);

struct sync_hello {
    struct id gen;
    struct site_code site;
    char letter;
    int64_t safe;
    int64_t now_ms; // the centre's clock
};

// The centre's word at the start. `same_gen` is false where it has another history than the one we
// have followed; then nothing is changed.
MUST_USE enum err sync_hear_hello(struct ledger *l, const struct sync_hello *hello, bool *same_gen);

#endif
