#include "model/lease.h"

#include "base/check.h"

struct tally {
    const struct lease_half_day *day;
    int owner[LEASE_SEATS_MAX]; // as the plan leaves it
    int free_count[LEASE_KIOSKS_MAX];
    int given[LEASE_KIOSKS_MAX];
    int pool_count;
    int coming_count; // asked for already
    struct lease_move *moves;
    int move_count;
};

static void count(struct tally *t)
{
    for (int i = 0; i < t->day->seat_count; i++) {
        const struct lease_seat *seat = &t->day->seats[i];
        t->owner[i] = seat->owner;
        if (seat->owner == LEASE_POOL) {
            t->pool_count++;
        } else if (!seat->is_recalled) {
            t->free_count[seat->owner]++;
        } else if (t->day->kiosks[seat->owner].is_near) {
            t->coming_count++;
        }
    }
}

// The kiosk with the fewest free seats that may be given one; -1 where there is none.
static int poorest(const struct tally *t)
{
    int found = -1;
    for (int i = 0; i < t->day->kiosk_count; i++) {
        int k = (t->day->turn + i) % t->day->kiosk_count;
        const struct lease_kiosk *kiosk = &t->day->kiosks[k];
        if (!kiosk->is_near || t->given[k] >= kiosk->room) continue;
        if (found < 0 || t->free_count[k] < t->free_count[found]) found = k;
    }
    return found;
}

// The seat with the highest number that `owner` can part with: the lowest is the one that is offered.
static int highest(const struct tally *t, int owner)
{
    int found = -1;
    for (int i = 0; i < t->day->seat_count; i++) {
        const struct lease_seat *seat = &t->day->seats[i];
        if (t->owner[i] != owner || seat->owner != owner || seat->is_recalled) continue;
        if (found < 0 || seat->seat > t->day->seats[found].seat) found = i;
    }
    return found;
}

static void add(struct tally *t, int seat, int to)
{
    CHECK(seat >= 0);
    t->moves[t->move_count++] = (struct lease_move){seat, to};
    t->owner[seat] = to;
}

static void give(struct tally *t)
{
    int keep = t->day->seat_count / LEASE_POOL_PART;
    if (keep < 1) keep = 1;
    while (t->pool_count > keep) {
        int kiosk = poorest(t);
        if (kiosk < 0) return;
        add(t, highest(t, LEASE_POOL), kiosk);
        t->pool_count--;
        t->free_count[kiosk]++;
        t->given[kiosk]++;
    }
}

static int richest(const struct tally *t)
{
    int found = -1;
    for (int k = 0; k < t->day->kiosk_count; k++) {
        if (!t->day->kiosks[k].is_near) continue;
        if (found < 0 || t->free_count[k] > t->free_count[found]) found = k;
    }
    return found;
}

// What a poor kiosk lacks, one seat at a time, as long as the richest stays at least as rich as the poor
// one becomes. What was asked for earlier is on its way to the pool, and from there to the poorest.
static void ask_back(struct tally *t)
{
    for (int asked = 0; asked < t->day->recalls_max;) {
        int poor = poorest(t);
        int rich = richest(t);
        if (poor < 0 || t->free_count[poor] >= LEASE_FREE_MIN) return;
        if (t->coming_count > 0) {
            t->coming_count--;
        } else {
            int seat = highest(t, rich);
            if (t->free_count[rich] < t->free_count[poor] + 2 || seat < 0) return;
            add(t, seat, LEASE_POOL);
            t->free_count[rich]--;
            asked++;
        }
        t->free_count[poor]++;
        t->given[poor]++;
    }
}

int lease_plan(const struct lease_half_day *h, struct lease_move *out)
{
    CHECK(h->seat_count >= 0 && h->seat_count <= LEASE_SEATS_MAX && h->turn >= 0);
    CHECK(h->kiosk_count >= 0 && h->kiosk_count <= LEASE_KIOSKS_MAX);
    struct tally t = {.day = h, .moves = out};
    count(&t);
    give(&t);
    ask_back(&t);
    return t.move_count;
}
