// The day on which the centre is put back from a backup: what it forgets, and what outlives it.
#include "sim/sim.h"

#include <string.h>

struct id sim_gen(struct sim_world *w, uint32_t number)
{
    struct id gen = sim_id(&w->random);
    char digits[9];
    snprintf(digits, sizeof(digits), "%08x", number);
    memcpy(gen.hex, digits, 8);
    return gen;
}

// ---- Backups. Two are kept, so what is safe lies in the older one.

static void copy(struct sim_backup *to, const struct sim_centre_disk *disk,
                 const struct sim_backup *from)
{
    to->disk = *disk;
    memcpy(to->bookings, from->bookings, sizeof(to->bookings[0]) * (size_t)disk->booking_count);
    memcpy(to->answers, from->answers, sizeof(to->answers[0]) * (size_t)disk->answer_count);
    memcpy(to->tickets, from->tickets, sizeof(to->tickets[0]) * (size_t)disk->ticket_count);
    memcpy(to->feed, from->feed, sizeof(to->feed[0]) * (size_t)disk->feed_count);
}

void sim_backup(struct sim_world *w)
{
    const struct sim_centre *c = &w->centre;
    if (w->backup_count == 2) {
        copy(&w->backups[0], &w->backups[1].disk, &w->backups[1]);
        w->backup_count = 1;
    }
    struct sim_backup *b = &w->backups[w->backup_count++];
    b->disk = c->now;
    memcpy(b->bookings, c->bookings, sizeof(b->bookings[0]) * (size_t)c->now.booking_count);
    memcpy(b->answers, c->answers, sizeof(b->answers[0]) * (size_t)c->now.answer_count);
    memcpy(b->tickets, c->tickets, sizeof(b->tickets[0]) * (size_t)c->now.ticket_count);
    memcpy(b->feed, c->feed, sizeof(b->feed[0]) * (size_t)c->now.feed_count);
    sim_trace(w, "backup");
}

int64_t sim_safe(const struct sim_world *w, struct inc_id inc)
{
    if (w->backup_count < 2) return 0;
    const struct sim_centre_disk *disk = &w->backups[0].disk;
    for (int i = 0; i < disk->inc_count; i++) {
        if (id_eq(disk->incs[i].inc.inc.id, inc.id)) return disk->incs[i].inc.last_seq;
    }
    return 0;
}

// ---- The journal: what the centre did of its own accord survives the database. Here it is read off
// the lost disk: the lives of kiosks, and the roster. Whom it granted what is in it, too, and is not
// needed: an owner reports.

static void replay_incs(struct sim_centre *c, const struct sim_centre_disk *lost)
{
    for (int i = 0; i < lost->inc_count; i++) {
        const struct sim_centre_inc *was = &lost->incs[i];
        struct sim_centre_inc *inc = sim_centre_inc(c, was->inc.inc);
        bool is_lost = was->inc.state != CENTRE_INC_ACTIVE;
        if (!inc) {
            inc = &c->now.incs[c->now.inc_count++];
            *inc = *was;
            inc->inc.last_seq = 0;
            inc->inc.last_hash = (struct crypt_hash){0};
            inc->inc.heard = 0;
        }
        if (is_lost && (inc->inc.state == CENTRE_INC_ACTIVE || i >= c->saved.inc_count))
            c->now.has_written_off = true;
        inc->inc.state = was->inc.state;
        inc->inc.has_reported = false;
        // A broken kiosk would not report what it owns. It has printed no slips, so it may simply go.
        if (inc->kiosk == SIM_ROGUE) inc->inc.state = CENTRE_INC_RETIRED;
    }
    c->world->rogue.id = sim_id(&c->world->random);
}

static void replay_roster(struct sim_centre *c, const struct sim_centre_disk *lost)
{
    memcpy(c->now.sittings, lost->sittings, sizeof(c->now.sittings));
    c->now.sitting_count = lost->sitting_count;
    for (int i = 0; i < SIM_SITTINGS * SIM_SEATS; i++) {
        struct centre_seat *seat = &c->now.seats[i / SIM_SEATS][i % SIM_SEATS];
        bool is_open = c->now.sittings[i / SIM_SEATS].state == SITTING_OPEN;
        bool is_idle = id_is_none(seat->owner.id) && id_is_none(seat->booking.id);
        if (is_idle && seat->state != CENTRE_SEAT_QUARANTINED)
            seat->state = is_open ? CENTRE_SEAT_OPEN : CENTRE_SEAT_CLOSED;
    }
}

static void put_back(struct sim_world *w, const struct sim_backup *b)
{
    static struct sim_centre_disk lost;
    struct sim_centre *c = &w->centre;
    lost = c->now;
    c->now = b->disk;
    memcpy(c->bookings, b->bookings, sizeof(b->bookings[0]) * (size_t)b->disk.booking_count);
    memcpy(c->answers, b->answers, sizeof(b->answers[0]) * (size_t)b->disk.answer_count);
    memcpy(c->tickets, b->tickets, sizeof(b->tickets[0]) * (size_t)b->disk.ticket_count);
    memcpy(c->feed, b->feed, sizeof(b->feed[0]) * (size_t)b->disk.feed_count);
    sim_centre_begin(c);
    c->now.is_recovering = true;
    replay_incs(c, &lost);
    replay_roster(c, &lost);
    enum err e = ERR_OK;
    for (int i = 0; i < c->now.sitting_count; i++) {
        c->now.recovers[i] = true;
        if (!e) e = sim_tell_sitting(c, &c->now.sittings[i]);
    }
    // From now on there is one more, which nobody can have sold.
    if (c->now.sitting_count < SIM_SITTINGS && !e)
        e = sim_tell_sitting(c, &c->now.sittings[c->now.sitting_count++]);
    c->gen = sim_gen(w, ++w->gen_count);
    CHECK(!e);
    sim_centre_end(c, e);
    memcpy(w->seen_seats, c->now.seats, sizeof(w->seen_seats));
    memcpy(w->seen_recovers, c->now.recovers, sizeof(w->seen_recovers));
}

void sim_restore(struct sim_world *w)
{
    bool has_room = w->centre.now.inc_count + SIM_KIOSKS < SIM_INCS_MAX;
    if (w->backup_count == 0 || !has_room || !sim_fault(w, FAULT_RESTORE)) return;
    bool is_old = w->backup_count == 2 && sim_fault(w, FAULT_RESTORE_OLD);
    if (is_old) w->backup_count = 1;
    sim_trace(w, "the centre is restored from %s backup", is_old ? "an older" : "the newest");
    bool calm = w->is_calm;
    w->is_calm = true; // the command ends well or is given again
    sim_minute(w);
    sim_last_words(w);
    put_back(w, &w->backups[w->backup_count - 1]);
    w->is_calm = calm;
}

// Somebody decides not to wait for a kiosk any longer, rightly or not.
void sim_write_off(struct sim_world *w)
{
    struct sim_centre *c = &w->centre;
    struct sim_kiosk *k = &w->kiosks[sim_roll(&w->random, SIM_KIOSKS)];
    const struct sim_centre_inc *known = sim_centre_inc(c, k->disk.now.self.inc);
    bool has_room = c->now.inc_count + SIM_KIOSKS < SIM_INCS_MAX;
    if (!c->now.is_recovering || !known || !has_room) return;
    if (known->inc.state != CENTRE_INC_ACTIVE || !sim_fault(w, FAULT_WRITTEN_OFF)) return;
    sim_trace(w, "kiosk %d is written off", k->index);
    sim_centre_begin(c);
    sim_centre_inc(c, k->disk.now.self.inc)->inc.state = CENTRE_INC_RETIRED;
    sim_centre_end(c, centre_write_off(&c->store));
}

// ---- The store's part of a recovery

static struct sim_centre *of(struct centre_store *s)
{
    return (struct sim_centre *)s;
}

static enum err disk(struct centre_store *s)
{
    return sim_fault(of(s)->world, FAULT_CENTRE_DISK) ? ERR_FULL : ERR_OK;
}

enum err sim_sitting_recovers(struct centre_store *s, struct sitting_id id, bool *out)
{
    enum err e = disk(s);
    if (!e) *out = of(s)->now.recovers[sim_sitting_index(of(s)->world, id)];
    return e;
}

enum err sim_sitting_recovered(struct centre_store *s, struct sitting_id id)
{
    enum err e = disk(s);
    if (!e) of(s)->now.recovers[sim_sitting_index(of(s)->world, id)] = false;
    return e;
}

enum err sim_sittings_recovering(struct centre_store *s, struct sitting *out, int *count)
{
    struct sim_centre *c = of(s);
    enum err e = disk(s);
    *count = 0;
    for (int i = 0; !e && i < c->now.sitting_count; i++) {
        if (c->now.recovers[i]) out[(*count)++] = c->now.sittings[i];
    }
    return e;
}

enum err sim_recovery_get(struct centre_store *s, struct centre_recovery *out)
{
    struct sim_centre *c = of(s);
    enum err e = disk(s);
    *out = (struct centre_recovery){.is_on = c->now.is_recovering,
                                    .has_written_off = c->now.has_written_off,
                                    .epoch_floor = (int64_t)c->world->gen_count << 20};
    for (int i = 0; i < c->now.inc_count; i++) {
        const struct sim_centre_inc *inc = &c->now.incs[i];
        bool is_awaited = inc->inc.state == CENTRE_INC_ACTIVE && inc->kiosk != SIM_ROGUE;
        out->missing += is_awaited && !inc->inc.has_reported;
    }
    return e;
}

enum err sim_recovery_put(struct centre_store *s, const struct centre_recovery *r)
{
    struct sim_centre *c = of(s);
    enum err e = disk(s);
    if (e) return e;
    bool ends = c->now.is_recovering && !r->is_on;
    if (ends) sim_came(c->world, OUTCOME_RECOVERED);
    if (ends && r->has_written_off) sim_came(c->world, OUTCOME_QUARANTINED);
    if (ends) sim_trace(c->world, "recovered");
    c->now.is_recovering = r->is_on;
    c->now.has_written_off = r->has_written_off && r->is_on;
    return ERR_OK;
}
