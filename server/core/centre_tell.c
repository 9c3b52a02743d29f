#include "base/mutant.h"
#include "core/centre_apply.h"

enum err centre_tell_booking(struct centre_store *s, const struct centre_booking *b)
{
    struct feed_row row = {.stream = FEED_SITE_STREAM,
                           .kind = FEED_BOOKING,
                           .key = id_str(&b->id.id),
                           .value.booking = {.booking = b->id,
                                             .sitting = b->sitting,
                                             .seat = b->seat,
                                             .code = b->code,
                                             .pin_hash = b->pin_hash,
                                             .state = b->state}};
    return s->ops->feed_put(s, site_code_str(&b->site), &row);
}

enum err centre_tell_seat(struct centre_store *s, const struct centre_seat *seat)
{
    if (id_is_none(seat->owner.id)) return ERR_OK;
    struct feed_row row = {.stream = FEED_DEVICE,
                           .kind = FEED_RIGHT,
                           .value.right = {.sitting = seat->sitting,
                                           .seat = seat->seat,
                                           .epoch = seat->epoch,
                                           .booking = seat->booking,
                                           .is_recalled = seat->is_recalled}};
    return s->ops->feed_put(s, id_str(&seat->owner.id), &row);
}

enum err centre_recall(struct centre_store *s, const struct centre_seat *seat)
{
    struct centre_seat asked = *seat;
    if (seat->is_recalled) return ERR_OK;
    asked.is_recalled = true;
    if (MUTANT(RECALL_FREES_AT_ONCE)) {
        asked.owner = (struct inc_id){0};
        asked.is_recalled = false;
        asked.epoch++;
    }
    enum err e = s->ops->seat_change(s, seat, &asked);
    return e ? e : centre_tell_seat(s, &asked);
}

enum err centre_tell_avail(struct centre_store *s, const struct sitting *sitting)
{
    struct centre_seat seats[SITTING_SEATS_MAX];
    int count = 0;
    enum err e = s->ops->seats(s, sitting->id, seats, &count);
    if (e) return e;
    struct feed_avail avail = {.sitting = sitting->id};
    for (int i = 0; i < count; i++) {
        if (!seats[i].is_open || !id_is_none(seats[i].booking.id)) continue;
        uint64_t bit = UINT64_C(1) << (seats[i].seat - 1);
        if (id_is_none(seats[i].owner.id)) {
            avail.pool |= bit;
        } else {
            avail.elsewhere |= bit;
        }
    }
    struct feed_row row = {.stream = FEED_COUNTY,
                           .kind = FEED_AVAIL,
                           .key = id_str(&sitting->id.id),
                           .value.avail = avail};
    return s->ops->feed_put(s, site_county(&sitting->site), &row);
}
