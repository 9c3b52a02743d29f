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
                                           .booking = seat->booking}};
    return s->ops->feed_put(s, id_str(&seat->owner.id), &row);
}

enum err centre_tell_avail(struct centre_store *s, const struct sitting *sitting)
{
    struct centre_seat seats[SITTING_SEATS_MAX];
    int count = 0;
    enum err e = s->ops->seats(s, sitting->id, seats, &count);
    if (e) return e;
    struct feed_avail avail = {.sitting = sitting->id};
    for (int i = 0; i < count; i++) {
        if (seats[i].state != CENTRE_SEAT_OPEN || !id_is_none(seats[i].booking.id)) continue;
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

struct share {
    struct inc_id inc;
    int owned;        // seats of this sitting
    int owned_in_all; // seats of every sitting that a kiosk still keeps
};

static bool in_pool(const struct centre_seat *seat)
{
    bool is_free = seat->state == CENTRE_SEAT_OPEN && id_is_none(seat->booking.id);
    return is_free && (id_is_none(seat->owner.id) || MUTANT(EXPIRY_RECLAIMS_SEATS));
}

// Who owns the fewest; of equals the first from `turn` on, so that the odd seat is not always the
// same kiosk's. NULL where each has as many as a kiosk may have.
static struct share *poorest(struct share *shares, int count, int turn)
{
    struct share *found = NULL;
    for (int i = 0; i < count; i++) {
        struct share *other = &shares[(turn + i) % count];
        if (other->owned_in_all >= CENTRE_RIGHTS_GIVEN_MAX) continue;
        if (!found || other->owned < found->owned) found = other;
    }
    return found;
}

static int owned_of(const struct centre_seat *seats, int count, struct inc_id inc)
{
    int owned = 0;
    for (int k = 0; k < count; k++) {
        owned += id_eq(seats[k].owner.id, inc.id);
    }
    return owned;
}

static enum err give(struct centre_store *s, const struct centre_seat *seat, struct inc_id to)
{
    struct centre_seat owned = *seat;
    owned.owner = to;
    if (!MUTANT(GRANT_KEEPS_EPOCH)) owned.epoch++;
    enum err e = s->ops->seat_change(s, seat, &owned);
    return e ? e : centre_tell_seat(s, &owned);
}

// The pool keeps its lowest free seat: that is the one it offers first.
static enum err split(struct centre_store *s, const struct sitting *sitting, struct share *shares,
                      int share_count, int turn)
{
    struct centre_seat seats[SITTING_SEATS_MAX];
    int count = 0;
    CHECK(share_count > 0 && turn >= 0);
    enum err e = s->ops->seats(s, sitting->id, seats, &count);
    for (int i = 0; i < share_count; i++) {
        shares[i].owned = owned_of(seats, count, shares[i].inc);
    }
    bool recovers = false;
    if (!e) e = s->ops->sitting_recovers(s, sitting->id, &recovers);
    if (e || (recovers && !MUTANT(GRANTS_WHILE_RECOVERING))) return e;
    bool kept = false;
    bool gave = false;
    for (int k = 0; !e && k < count; k++) {
        if (!in_pool(&seats[k])) continue;
        if (!kept) {
            kept = true;
            continue;
        }
        struct share *share = poorest(shares, share_count, turn);
        if (!share) break;
        e = give(s, &seats[k], share->inc);
        share->owned++;
        share->owned_in_all++;
        gave = true;
    }
    return e || !gave ? e : centre_tell_avail(s, sitting);
}

static enum err count_owned(struct centre_store *s, const struct sitting *sittings, int count,
                            struct share *shares, int share_count)
{
    struct centre_seat seats[SITTING_SEATS_MAX];
    enum err e = ERR_OK;
    for (int n = 0; !e && n < count; n++) {
        int seat_count = 0;
        e = s->ops->seats(s, sittings[n].id, seats, &seat_count);
        for (int i = 0; !e && i < share_count; i++) {
            shares[i].owned_in_all += owned_of(seats, seat_count, shares[i].inc);
        }
    }
    return e;
}

enum err centre_grant(struct centre_store *s, struct site_code site, int64_t now_ms)
{
    struct inc_id incs[CENTRE_KIOSKS_MAX];
    struct sitting sittings[CENTRE_GRANT_SITTINGS_MAX];
    struct share shares[CENTRE_KIOSKS_MAX];
    int inc_count = 0;
    int sitting_count = 0;
    enum err e = s->ops->incs_active(s, site, incs, &inc_count);
    if (e || inc_count == 0) return e;
    for (int i = 0; i < inc_count; i++) {
        shares[i] = (struct share){.inc = incs[i]};
    }
    int64_t to_ms = now_ms + SITTING_RIGHTS_DAYS * DATE_DAY_MS;
    e = s->ops->sittings(s, site, now_ms - CENTRE_RIGHTS_KEPT_MS, to_ms, sittings, &sitting_count);
    if (!e) e = count_owned(s, sittings, sitting_count, shares, inc_count);
    for (int i = 0; !e && i < sitting_count; i++) {
        if (!sitting_gives_rights(&sittings[i], now_ms)) continue;
        e = split(s, &sittings[i], shares, inc_count, i);
    }
    return e;
}
