// Which free seats of a site its kiosks hold, so that they can sell without a line, and which stay with
// the pool. Decided for one half-day at a time: a quarter of the free seats, and one at least, stays in
// the pool; the rest is spread evenly over the kiosks that were heard of lately. Where one has fewer than
// two and the pool has none to give, the richest is asked for one, within a limit that keeps seats from
// wandering. Nothing is ever taken here: asking is all there is.
#ifndef MODEL_LEASE_H
#define MODEL_LEASE_H

#include <stdbool.h>

#define LEASE_SEATS_MAX   400 // of one half-day at one site
#define LEASE_KIOSKS_MAX  26
#define LEASE_POOL        -1 // the owner of a seat, in the place of a kiosk's index
#define LEASE_POOL_PART   4  // one in so many stays in the pool
#define LEASE_FREE_MIN    2  // of a kiosk; below it, it is poor
#define LEASE_SHUFFLE_PER 10 // of so many leased seats one may be asked back an hour

struct lease_seat {
    int sitting; // whatever the caller means by it
    int seat;
    int owner; // index of a kiosk, or LEASE_POOL
    bool is_recalled;
};

struct lease_kiosk {
    bool is_near; // heard of lately: it is given seats, and answers when it is asked
    int room;     // seats it may still be given
};

struct lease_half_day {
    const struct lease_seat *seats; // the free ones, by sitting, then by number
    int seat_count;                 // at most LEASE_SEATS_MAX
    const struct lease_kiosk *kiosks;
    int kiosk_count;
    int turn; // which kiosk is first among equals, so that the odd seat is not always the same one's
    int recalls_max;
};

struct lease_move {
    int seat; // index
    int to;   // index of a kiosk; LEASE_POOL: its owner is asked for it
};

// Fills in `out`, which has room for every seat; answers how many moves there are. Done again after they
// have come about, it moves nothing.
int lease_plan(const struct lease_half_day *h, struct lease_move *out);

#endif
