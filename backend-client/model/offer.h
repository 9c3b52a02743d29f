// Which seat of a sitting a kiosk offers: the pool's first, so that its own rights are kept for the
// hours without a line; then its lowest own right; then, with a line, the lowest that another kiosk owns:
// the centre calls it back while the visitor waits.
#ifndef MODEL_OFFER_H
#define MODEL_OFFER_H

#include "model/feed.h"

enum offer_kind {
    OFFER_NONE,  // full, or not on sale
    OFFER_POOL,  // the centre is asked, for its own seat or another kiosk's; takes up to 8 seconds
    OFFER_RIGHT, // confirmed at once, with or without a line
    OFFER_WISH,  // no line and no right: 登记等候
};

struct offer {
    enum offer_kind kind;
    int seat;             // whose planned time is shown; 0 with OFFER_NONE and OFFER_WISH
    enum verdict verdict; // why OFFER_NONE
    int free_count;       // seats this kiosk can sell now
};

// `rights`: this kiosk's own unsold seats of the sitting, as a set like those of `avail`.
struct offer offer_choose(const struct sitting *sitting, const struct feed_avail *avail,
                          uint64_t rights, bool is_online, int64_t now_ms);

#endif
