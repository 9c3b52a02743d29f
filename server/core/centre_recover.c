// What a restored centre learns again from kiosks, and when it has learned enough.
#include "base/log.h"
#include "base/mutant.h"
#include "core/centre_apply.h"

enum err centre_learn(struct centre_store *s, const struct sitting *sitting,
                      struct centre_seat *seat, struct centre_claim claim, enum centre_fact *out)
{
    bool recovers = false;
    *out = CENTRE_FACT_OURS;
    enum err e = s->ops->sitting_recovers(s, sitting->id, &recovers);
    if (MUTANT(FACTS_AFTER_RECOVERY)) recovers = true;
    if (e || !recovers || claim.epoch == seat->epoch) return e;
    *out = CENTRE_FACT_OLDER;
    if (claim.epoch < seat->epoch && !MUTANT(OLDER_FACT_WINS)) return ERR_OK;
    struct centre_recovery r;
    e = s->ops->recovery_get(s, &r);
    // None was ever given that high; it would reach past what numbers can say.
    if (!e && claim.epoch >= r.epoch_floor && !MUTANT(FACTS_AFTER_RECOVERY))
        log_error("a kiosk claims a seat under an epoch that nobody gave");
    if (e || (claim.epoch >= r.epoch_floor && !MUTANT(FACTS_AFTER_RECOVERY))) return e;
    *out = CENTRE_FACT_NEWER;
    struct centre_seat learned = *seat;
    learned.owner = claim.owner;
    learned.epoch = claim.epoch;
    learned.is_recalled = false;
    learned.booking = (struct booking_id){0};
    struct centre_booking ghost;
    bool has_ghost = !id_is_none(seat->booking.id);
    if (has_ghost) e = s->ops->booking_get(s, seat->booking, &ghost);
    if (!e && has_ghost) e = s->ops->booking_state(s, ghost.id, BOOKING_CANCELLED, claim.now_ms);
    ghost.state = BOOKING_CANCELLED;
    if (!e && has_ghost) e = centre_tell_booking(s, &ghost);
    if (!e) e = centre_seat_becomes(s, sitting, seat, &learned);
    *seat = learned;
    return e;
}

// ---- A report

static enum err learn_right(struct centre_store *s, struct inc_id inc,
                            const struct feed_right *right, int64_t now_ms)
{
    struct sitting sitting;
    struct centre_seat seat;
    enum centre_fact fact = CENTRE_FACT_OLDER;
    struct centre_claim claim = {inc, right->epoch, now_ms};
    bool recovers = false;
    enum err e = s->ops->sitting_get(s, right->sitting, &sitting);
    if (!e) e = s->ops->sitting_recovers(s, right->sitting, &recovers);
    if (!e && !recovers) return ERR_OK; // told again, late
    if (!e) e = s->ops->seat_get(s, right->sitting, right->seat, &seat);
    if (!e) e = centre_learn(s, &sitting, &seat, claim, &fact);
    if (e && e != ERR_NOT_FOUND) return e;
    bool is_owner = !e && id_eq(seat.owner.id, inc.id) && seat.epoch == right->epoch;
    if (!is_owner) log_error("incarnation %s reports a seat it does not own", inc.id.hex);
    return ERR_OK;
}

// ---- The end of it

// Everything that can be known of this sitting is known. Also one that is over: the clock that says so
// may be wrong, and a seat that was spared here would be sold under an epoch that was told before.
static enum err thaw(struct centre_store *s, const struct sitting *sitting,
                     const struct centre_recovery *r)
{
    struct centre_seat seats[SITTING_SEATS_MAX];
    int count = 0;
    bool is_spared = MUTANT(THAW_SPARES_CLOSED) && sitting->state != SITTING_OPEN;
    enum err e = s->ops->sitting_recovered(s, sitting->id);
    if (!e && !is_spared) e = s->ops->seats(s, sitting->id, seats, &count);
    for (int i = 0; !e && i < count; i++) {
        struct centre_seat after = seats[i];
        if (!id_is_none(after.owner.id)) continue;
        bool is_below = after.epoch < r->epoch_floor && !MUTANT(EPOCHS_GO_ON);
        if (is_below) after.epoch = r->epoch_floor;
        // Also a booked one: its booking may be a ghost that hides the sale of a lost kiosk.
        bool is_safe = !r->has_written_off || MUTANT(WRITE_OFF_WITHOUT_QUARANTINE);
        if (!is_safe) after.state = CENTRE_SEAT_QUARANTINED;
        e = s->ops->seat_change(s, &seats[i], &after);
    }
    // Whoever has reported a seat of a sitting that is closing has not been asked for it yet.
    if (!e && sitting->state != SITTING_OPEN) e = centre_close(s, sitting->id);
    return e ? e : centre_tell_avail(s, sitting);
}

static enum err end_if_complete(struct centre_store *s, bool is_told_again)
{
    struct centre_recovery r;
    struct sitting sittings[CENTRE_RECOVER_AT_ONCE];
    int count = CENTRE_RECOVER_AT_ONCE;
    enum err e = s->ops->recovery_get(s, &r);
    if (MUTANT(REPORT_PROCESSED_TWICE) && is_told_again) r.missing--;
    if (e || !r.is_on || r.missing > 0) return e;
    while (!e && count > 0) {
        e = s->ops->sittings_recovering(s, sittings, &count);
        for (int i = 0; !e && i < count; i++) {
            e = thaw(s, &sittings[i], &r);
        }
    }
    r.is_on = false;
    if (!e)
        log_warn("recovered: every kiosk has reported%s",
                 r.has_written_off ? " or is written off" : "");
    return e ? e : s->ops->recovery_put(s, &r);
}

enum err centre_report(struct centre_store *s, const struct centre_report *report, int64_t now_ms,
                       enum centre_push_status *status)
{
    struct centre_inc inc;
    CHECK(report->count >= 0 && report->count <= CENTRE_REPORT_RIGHTS_MAX);
    enum err e = s->ops->inc_get(s, report->inc, &inc);
    if (e) return e;
    *status = CENTRE_PUSHED;
    if (inc.state != CENTRE_INC_ACTIVE) *status = CENTRE_RETIRED;
    bool is_early = report->op_seq > inc.last_seq && !MUTANT(REPORT_BEFORE_ITS_SALES);
    if (*status == CENTRE_PUSHED && is_early) *status = CENTRE_GAP;
    if (*status != CENTRE_PUSHED) return ERR_OK;
    for (int i = 0; !e && i < report->count; i++) {
        e = learn_right(s, report->inc, &report->rights[i], now_ms);
    }
    bool is_told_again = inc.has_reported;
    inc.has_reported = true;
    if (!e) e = s->ops->inc_put(s, &inc);
    return e ? e : end_if_complete(s, is_told_again);
}

enum err centre_recover_end(struct centre_store *s)
{
    return end_if_complete(s, false);
}

enum err centre_write_off(struct centre_store *s)
{
    struct centre_recovery r;
    enum err e = s->ops->recovery_get(s, &r);
    if (e || !r.is_on) return e;
    r.has_written_off = true;
    e = s->ops->recovery_put(s, &r);
    return e ? e : end_if_complete(s, false);
}
