// Seats for kiosks: what model/lease.h decides, over the store, one half-day of a site at a time.
#include "base/log.h"
#include "base/mutant.h"
#include "core/centre_apply.h"
#include "model/lease.h"

#define NOON_MINUTE (12 * 60)

struct lease {
    struct centre_store *store;
    int64_t now_ms;
    struct centre_kiosk kiosks[CENTRE_KIOSKS_MAX];
    struct lease_kiosk standing[CENTRE_KIOSKS_MAX];
    int kiosk_count;
    struct sitting sittings[CENTRE_GRANT_SITTINGS_MAX];
    int sitting_count;
    int leased_count; // of the whole site, for the limit of an hour
    // The half-day at hand.
    struct centre_seat seats[LEASE_SEATS_MAX];
    struct lease_seat free_seats[LEASE_SEATS_MAX];
    int count;
};

static int kiosk_of(const struct lease *l, struct inc_id inc)
{
    for (int i = 0; i < l->kiosk_count; i++) {
        if (id_eq(l->kiosks[i].inc.id, inc.id)) return i;
    }
    return -1;
}

// How many seats each kiosk has already, sold ones too.
static enum err count_owned(struct lease *l)
{
    struct centre_seat seats[SITTING_SEATS_MAX];
    enum err e = ERR_OK;
    for (int n = 0; !e && n < l->sitting_count; n++) {
        int count = 0;
        e = l->store->ops->seats(l->store, l->sittings[n].id, seats, &count);
        for (int i = 0; !e && i < count; i++) {
            int kiosk = id_is_none(seats[i].owner.id) ? -1 : kiosk_of(l, seats[i].owner);
            if (kiosk < 0) continue;
            if (l->standing[kiosk].room > 0) l->standing[kiosk].room--;
            l->leased_count += id_is_none(seats[i].booking.id);
        }
    }
    return e;
}

static enum err begin(struct lease *l, struct site_code site)
{
    const struct centre_store_ops *ops = l->store->ops;
    int64_t to_ms = l->now_ms + SITTING_RIGHTS_DAYS * DATE_DAY_MS;
    enum err e = ops->kiosks_active(l->store, site, l->kiosks, &l->kiosk_count);
    if (e || l->kiosk_count == 0) return e;
    for (int i = 0; i < l->kiosk_count; i++) {
        l->standing[i] =
            (struct lease_kiosk){.is_near = l->now_ms - l->kiosks[i].seen_ms <= CENTRE_NEAR_MS,
                                 .room = CENTRE_RIGHTS_GIVEN_MAX};
    }
    e = ops->sittings(l->store, site, l->now_ms - CENTRE_RIGHTS_KEPT_MS, to_ms, l->sittings,
                      &l->sitting_count);
    return e ? e : count_owned(l);
}

// Free seats of the pool and of the kiosks that may ask; what a lost life of a kiosk owns is out of reach.
// A sitting that is being recovered has none: they may be sold, and their owners may be others.
static enum err add_seats(struct lease *l, int sitting)
{
    struct centre_seat seats[SITTING_SEATS_MAX];
    int count = 0;
    bool recovers = false;
    enum err e = l->store->ops->sitting_recovers(l->store, l->sittings[sitting].id, &recovers);
    if (e || (recovers && !MUTANT(GRANTS_WHILE_RECOVERING))) return e;
    e = l->store->ops->seats(l->store, l->sittings[sitting].id, seats, &count);
    for (int i = 0; !e && i < count; i++) {
        const struct centre_seat *seat = &seats[i];
        int owner = id_is_none(seat->owner.id) ? LEASE_POOL : kiosk_of(l, seat->owner);
        bool is_silent = owner >= 0 && !l->standing[owner].is_near;
        bool is_pool = id_is_none(seat->owner.id) || MUTANT(EXPIRY_RECLAIMS_SEATS) ||
                       (MUTANT(EXPIRY_WITH_PERFECT_CLOCKS) && is_silent);
        if (is_pool) owner = LEASE_POOL;
        bool is_free = seat->state == CENTRE_SEAT_OPEN &&
                       (id_is_none(seat->booking.id) || MUTANT(BOOKED_SEAT_GRANTED));
        if (!is_free || (owner < 0 && !is_pool)) continue;
        if (l->count == LEASE_SEATS_MAX) {
            log_warn("a half-day has more seats than can be handed out");
            return ERR_OK;
        }
        l->seats[l->count] = *seat;
        l->free_seats[l->count++] =
            (struct lease_seat){sitting, seat->seat, owner, seat->is_recalled};
    }
    return e;
}

static enum err give(struct lease *l, const struct centre_seat *seat, int kiosk)
{
    struct centre_seat owned = *seat;
    owned.owner = l->kiosks[kiosk].inc;
    if (!MUTANT(GRANT_KEEPS_EPOCH)) owned.epoch++;
    l->standing[kiosk].room--;
    enum err e = l->store->ops->seat_change(l->store, seat, &owned);
    return e ? e : centre_tell_seat(l->store, &owned);
}

static enum err carry_out(struct lease *l, const struct lease_move *moves, int count, int *asked)
{
    bool is_changed[CENTRE_GRANT_SITTINGS_MAX] = {false};
    enum err e = ERR_OK;
    for (int i = 0; !e && i < count; i++) {
        const struct centre_seat *seat = &l->seats[moves[i].seat];
        if (moves[i].to == LEASE_POOL) {
            e = centre_recall(l->store, seat);
            (*asked)++;
        } else {
            e = give(l, seat, moves[i].to);
            is_changed[l->free_seats[moves[i].seat].sitting] = true;
        }
    }
    for (int n = 0; !e && n < l->sitting_count; n++) {
        if (is_changed[n]) e = centre_tell_avail(l->store, &l->sittings[n]);
    }
    return e;
}

static enum err plan_half_day(struct lease *l, int turn, int *recalls)
{
    struct lease_move moves[LEASE_SEATS_MAX];
    int left = 0;
    if (recalls) {
        left = l->leased_count / LEASE_SHUFFLE_PER;
        left = (left > 1 ? left : 1) - *recalls;
    }
    const struct lease_half_day day = {.seats = l->free_seats,
                                       .seat_count = l->count,
                                       .kiosks = l->standing,
                                       .kiosk_count = l->kiosk_count,
                                       .turn = turn,
                                       .recalls_max = left > 0 ? left : 0};
    int count = lease_plan(&day, moves);
    int asked = 0;
    enum err e = carry_out(l, moves, count, &asked);
    if (recalls) *recalls += asked;
    return e;
}

static int half_day_of(const struct sitting *s)
{
    bool is_afternoon = date_minute_from_ms(s->start_ms) >= NOON_MINUTE;
    return 2 * date_day_from_ms(s->start_ms) + is_afternoon;
}

enum err centre_lease(struct centre_store *s, struct site_code site, int64_t now_ms, int *recalls)
{
    struct lease l = {.store = s, .now_ms = now_ms};
    enum err e = begin(&l, site);
    if (l.kiosk_count == 0) return e;
    for (int i = 0; !e && i < l.sitting_count;) {
        int half_day = half_day_of(&l.sittings[i]);
        l.count = 0;
        for (; !e && i < l.sitting_count && half_day_of(&l.sittings[i]) == half_day; i++) {
            if (sitting_gives_rights(&l.sittings[i], now_ms)) e = add_seats(&l, i);
        }
        if (!e && l.count > 0) e = plan_half_day(&l, half_day, recalls);
    }
    return e;
}

enum err centre_close(struct centre_store *s, struct sitting_id id)
{
    struct centre_seat seats[SITTING_SEATS_MAX];
    int count = 0;
    enum err e = s->ops->seats(s, id, seats, &count);
    for (int i = 0; !e && i < count; i++) {
        if (!id_is_none(seats[i].owner.id)) e = centre_recall(s, &seats[i]);
    }
    return e;
}
