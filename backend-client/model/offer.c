#include "model/offer.h"

struct count {
    int first; // 0: none
    int count;
};

static struct count on_sale(const struct sitting *s, uint64_t seats, int64_t now_ms)
{
    struct count c = {0};
    for (int seat = 1; seat <= s->seat_count; seat++) {
        if (!feed_seats_have(seats, seat)) continue;
        if (sitting_check_sale(s, seat, now_ms) != VERDICT_OK) continue;
        if (c.first == 0) c.first = seat;
        c.count++;
    }
    return c;
}

struct offer offer_choose(const struct sitting *sitting, const struct feed_avail *avail,
                          uint64_t rights, bool is_online, int64_t now_ms)
{
    enum verdict v = sitting_check_sale(sitting, sitting->seat_count, now_ms);
    if (v != VERDICT_OK) return (struct offer){.kind = OFFER_NONE, .verdict = v};
    struct count pool = on_sale(sitting, avail->pool, now_ms);
    struct count own = on_sale(sitting, rights, now_ms);
    struct count others = on_sale(sitting, avail->elsewhere, now_ms);
    if (is_online && pool.count > 0)
        return (struct offer){OFFER_POOL, pool.first, VERDICT_OK, pool.count + own.count};
    if (own.count > 0) return (struct offer){OFFER_RIGHT, own.first, VERDICT_OK, own.count};
    if (is_online && others.count > 0)
        return (struct offer){OFFER_POOL, others.first, VERDICT_OK, others.count};
    // Without a line nobody knows whether it is full, unless the last word was that it is.
    if (pool.count + others.count > 0) return (struct offer){.kind = OFFER_WISH};
    return (struct offer){.kind = OFFER_NONE, .verdict = VERDICT_SITTING_FULL};
}
