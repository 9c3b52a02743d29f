// The scheduler: what happens next, drawn from the seed.
#include "sim/sim.h"

#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>

#define START_MS INT64_C(1772584800000) // 2026-03-04 08:40 in China

// How often each fault comes where a run has it, per mille of its occasions.
static const int usual_per_mille[FAULT_COUNT] = {
    [FAULT_DROP] = 60,
    [FAULT_DOUBLE] = 60,
    [FAULT_DELAY] = 60,
    [FAULT_REORDER] = 200,
    [FAULT_CUT_UP] = 800,
    [FAULT_CUT_DOWN] = 800,
    [FAULT_ROGUE] = 700,
    [FAULT_KIOSK_POWER] = 300,
    [FAULT_KIOSK_CRASH] = 15,
    [FAULT_KIOSK_LOST] = 150,
    [FAULT_KIOSK_DISK] = 6,
    [FAULT_KIOSK_FULL] = 150,
    [FAULT_KIOSK_SLOW] = 20,
    [FAULT_CENTRE_FULL] = 150,
    [FAULT_CENTRE_SLOW] = 20,
    [FAULT_CENTRE_OTHER] = 500,
    [FAULT_CENTRE_CLOCK] = 150,
    [FAULT_CLOG] = 150,
    [FAULT_CENTRE_CRASH_UNSAVED] = 20,
    [FAULT_CENTRE_DISK] = 9,
    [FAULT_CENTRE_CRASH_SAVED] = 20,
    [FAULT_CENTRE_LATER] = 20,
    [FAULT_GAP] = 15,
    [FAULT_FORK] = 4,
    [FAULT_FORK_LATER] = 60,
    [FAULT_CLOCK_JUMP] = 300,
    [FAULT_CLOCK_UNKNOWN] = 150,
    [FAULT_RESTORE] = 250,
    [FAULT_RESTORE_OLD] = 400,
    [FAULT_WRITTEN_OFF] = 500,
    [FAULT_EARLY_REPORT] = 100,
    [FAULT_LATE_ANSWER] = 500,
    [FAULT_TORN_ANSWER] = 20,
};

bool sim_fault(struct sim_world *w, enum sim_fault fault)
{
    if (w->is_calm || w->options.per_mille[fault] == 0) return false;
    if (!sim_chance(&w->random, w->options.per_mille[fault])) return false;
    w->counts->faults[fault]++;
    return true;
}

// A commit that takes its time: the world goes on meanwhile.
void sim_wait(struct sim_world *w, enum sim_fault slowness)
{
    if (!sim_fault(w, slowness)) return;
    int64_t ms = sim_roll(&w->random, 15000);
    w->mono_ms += ms;
    w->civil_ms += ms;
}

int64_t sim_centre_ms(const struct sim_world *w)
{
    return w->civil_ms + w->clock_off_ms[w->instance];
}

void sim_came(struct sim_world *w, enum sim_outcome outcome)
{
    w->counts->outcomes[outcome]++;
}

void sim_trace(struct sim_world *w, const char *format, ...)
{
    if (!w->trace) return;
    va_list args;
    va_start(args, format);
    fprintf(w->trace, "%5d %9lld ", w->step, (long long)w->mono_ms);
    vfprintf(w->trace, format, args);
    fputc('\n', w->trace);
    va_end(args);
}

void sim_violate(struct sim_world *w, const char *format, ...)
{
    if (w->violation[0] != '\0') return;
    va_list args;
    va_start(args, format);
    vsnprintf(w->violation, sizeof(w->violation), format, args);
    va_end(args);
    sim_trace(w, "VIOLATION %s", w->violation);
}

int sim_sitting_index(const struct sim_world *w, struct sitting_id id)
{
    for (int i = 0; i < w->centre.now.sitting_count; i++) {
        if (id_eq(w->centre.now.sittings[i].id.id, id.id)) return i;
    }
    CHECK(false);
    return 0;
}

void sim_slip(struct sim_world *w, struct sim_kiosk *k, struct booking_id booking, int sitting,
              int seat)
{
    sim_trace(w, "kiosk %d prints a slip for seat %d of sitting %d", k->index, seat, sitting);
    for (int i = 0; i < w->slip_count; i++) {
        const struct sim_slip *s = &w->slips[i];
        if (s->is_live && s->sitting == sitting && s->seat == seat &&
            !id_eq(s->booking.id, booking.id))
            sim_violate(w, "I1: two live slips for seat %d of sitting %d", seat, sitting);
    }
    CHECK(w->slip_count < SIM_SLIPS_MAX);
    w->slips[w->slip_count++] = (struct sim_slip){.booking = booking,
                                                  .sitting = sitting,
                                                  .seat = seat,
                                                  .is_live = true,
                                                  .kiosk = k->index,
                                                  .inc = k->disk.now.self.inc};
}

void sim_slip_cancelled(struct sim_world *w, struct booking_id booking, struct inc_id by)
{
    for (int i = 0; i < w->slip_count; i++) {
        struct sim_slip *s = &w->slips[i];
        if (!id_eq(s->booking.id, booking.id)) continue;
        s->is_live = false;
        s->cancelled_by = by;
    }
}

// ---- What may happen besides visits and messages

enum err sim_tell_sitting(struct sim_centre *c, const struct sitting *s)
{
    struct feed_row row = {.stream = FEED_COUNTY, .kind = FEED_SITTING, .value.sitting = *s};
    enum err e = c->store.ops->feed_put(&c->store, site_county(&s->site), &row);
    return e ? e : centre_tell_avail(&c->store, s);
}

// The roster closes a sitting, or opens it again; seats nobody has out follow.
static void change_roster(struct sim_world *w)
{
    struct sim_centre *c = &w->centre;
    sim_centre_begin(c);
    int i = (int)sim_roll(&w->random, (uint32_t)c->now.sitting_count);
    struct sitting *s = &c->now.sittings[i];
    s->state = s->state == SITTING_OPEN ? SITTING_CLOSING : SITTING_OPEN;
    for (int k = 0; k < SIM_SEATS; k++) {
        struct centre_seat *seat = &c->now.seats[i][k];
        bool is_idle = id_is_none(seat->owner.id) && id_is_none(seat->booking.id);
        if (is_idle && seat->state != CENTRE_SEAT_QUARANTINED)
            seat->state = s->state == SITTING_OPEN ? CENTRE_SEAT_OPEN : CENTRE_SEAT_CLOSED;
    }
    enum err e = s->state == SITTING_OPEN ? ERR_OK : centre_close(&c->store, s->id);
    sim_centre_end(c, e ? e : sim_tell_sitting(c, s));
}

// Seats for kiosks, as each minute brings them.
void sim_minute(struct sim_world *w)
{
    struct sim_centre *c = &w->centre;
    int recalls[2] = {0};
    sim_centre_begin(c);
    enum err e = centre_lease(&c->store, c->now.sittings[0].site, sim_centre_ms(w), &recalls[0]);
    if (!e)
        e = centre_lease(&c->store, c->now.sittings[SIM_SITTINGS - 2].site, sim_centre_ms(w),
                         &recalls[1]);
    sim_centre_end(c, e);
}

// Hours or ten years off, or back in 1970.
static int64_t clock_jump(struct sim_world *w)
{
    if (sim_chance(&w->random, 100)) return -w->civil_ms;
    int64_t hours = ((int64_t)sim_roll(&w->random, 7) - 3) * 3;
    return hours * INT64_C(3600000) * (sim_chance(&w->random, 200) ? 9740 : 1);
}

// Some lines hold everything back from one moment to another, each its own.
static void clog_lines(struct sim_world *w)
{
    if (!sim_fault(w, FAULT_CLOG)) return;
    for (int i = 0; i < SIM_KIOSKS; i++) {
        struct sim_kiosk *k = &w->kiosks[i];
        if (sim_chance(&w->random, 300)) continue;
        k->clogged_from = w->step + (int)sim_roll(&w->random, 40);
        k->clogged_to = k->clogged_from + 1 + (int)sim_roll(&w->random, 60);
    }
}

static void trouble_the_centre(struct sim_world *w)
{
    switch (sim_roll(&w->random, 3)) {
    case 0:
        if (sim_fault(w, FAULT_CENTRE_CLOCK))
            w->clock_off_ms[sim_roll(&w->random, SIM_INSTANCES)] = clock_jump(w);
        break;
    case 1:
        if (sim_fault(w, FAULT_CENTRE_FULL)) w->full_to = w->step + (int)sim_roll(&w->random, 40);
        break;
    default: clog_lines(w); break;
    }
}

static void trouble_a_kiosk(struct sim_world *w)
{
    struct sim_kiosk *k = &w->kiosks[sim_roll(&w->random, SIM_KIOSKS)];
    switch (sim_roll(&w->random, 10)) {
    case 0: k->is_cut_up = w->options.per_mille[FAULT_CUT_UP] > 0 && !k->is_cut_up; break;
    case 1: k->is_cut_down = w->options.per_mille[FAULT_CUT_DOWN] > 0 && !k->is_cut_down; break;
    case 2:
        if (w->centre.now.inc_count < SIM_INCS_MAX - SIM_KIOSKS && sim_fault(w, FAULT_KIOSK_LOST))
            sim_kiosk_lose_disk(k);
        break;
    case 3:
        if (sim_fault(w, FAULT_CLOCK_JUMP)) k->clock_off_ms = clock_jump(w);
        break;
    case 4:
        k->trust = sim_fault(w, FAULT_CLOCK_UNKNOWN) ? OP_TRUST_UNKNOWN : OP_TRUST_SYNCED;
        break;
    case 5: sim_write_off(w); break;
    case 6:
        if (sim_fault(w, FAULT_KIOSK_FULL)) k->full_to = w->step + (int)sim_roll(&w->random, 40);
        break;
    case 7: trouble_the_centre(w); break;
    default:
        if (sim_fault(w, FAULT_KIOSK_POWER)) sim_kiosk_power_cut(k);
        break;
    }
}

static void pass_time(struct sim_world *w)
{
    int64_t ms = 200 + sim_roll(&w->random, 4000);
    if (sim_chance(&w->random, 20)) ms += sim_roll(&w->random, 3600000);
    w->mono_ms += ms;
    w->civil_ms += ms;
}

static void one_step(struct sim_world *w)
{
    uint32_t what = sim_roll(&w->random, 100);
    int visitors = w->is_calm ? 0 : w->options.visitors;
    if ((int)what < visitors) {
        sim_kiosk_visit(&w->kiosks[sim_roll(&w->random, SIM_KIOSKS)]);
    } else if (what < 60) {
        sim_deliver_one(w);
    } else if (what < 90) {
        sim_kiosk_run(&w->kiosks[sim_roll(&w->random, SIM_KIOSKS)]);
    } else if (what < 96 || w->is_calm) {
        pass_time(w);
    } else if (what < 97) {
        sim_chance(&w->random, 300) ? change_roster(w) : sim_minute(w);
        sim_rogue(w);
        if (sim_chance(&w->random, 200)) sim_backup(w);
        sim_restore(w);
    } else {
        trouble_a_kiosk(w);
    }
}

// ---- A run

// A seed has some of the faults, each rare, usual or frequent: together they hide one another.
static void draw_options(struct sim_world *w, const struct sim_script *script)
{
    for (int f = 0; f < FAULT_COUNT; f++) {
        bool is_here = sim_chance(&w->random, 600);
        int per_mille = usual_per_mille[f];
        switch (sim_roll(&w->random, 4)) {
        case 0: per_mille = (per_mille + 2) / 3; break;
        case 1: per_mille = per_mille > 333 ? 1000 : 3 * per_mille; break;
        default: break;
        }
        w->options.per_mille[f] = is_here && !script->has_no_fault[f] ? per_mille : 0;
    }
    w->options.visitors = 12 + (int)sim_roll(&w->random, 20);
}

static struct site_code site_code(int site)
{
    struct site_code code;
    CHECK(site_code_parse(site == 0 ? STR("141182000") : STR("141182001"), &code));
    return code;
}

static enum err tell_place(struct sim_centre *c, struct site_code site)
{
    struct feed_row place = {.stream = FEED_COUNTY,
                             .kind = FEED_SITE,
                             .value.site = {.code = site, .name = STR("site")}};
    struct feed_row person = {.stream = FEED_COUNTY,
                              .kind = FEED_COUNSELLOR,
                              .value.counsellor = {.name = STR("somebody")}};
    enum err e = c->store.ops->feed_put(&c->store, site_county(&site), &place);
    return e ? e : c->store.ops->feed_put(&c->store, site_county(&site), &person);
}

static void make_sittings(struct sim_world *w)
{
    struct sim_centre *c = &w->centre;
    sim_centre_begin(c);
    enum err e = ERR_OK;
    for (int i = 0; i < SIM_SITTINGS; i++) {
        c->now.sitting_count = i + 1;
        int64_t start_ms = START_MS + (int64_t)(i * 30 + 2) * 3600000 / (i == 0 ? 2 : 1);
        c->now.sittings[i] = (struct sitting){.id.id = sim_id(&w->random),
                                              .site = site_code(i == SIM_SITTINGS - 2),
                                              .start_ms = start_ms,
                                              .end_ms = start_ms + SIM_SEATS * 30 * DATE_MINUTE_MS,
                                              .seat_minutes = 30,
                                              .seat_count = SIM_SEATS,
                                              .topics = TOPICS_ALL};
        for (int k = 0; k < SIM_SEATS; k++) {
            c->now.seats[i][k] =
                (struct centre_seat){.sitting = c->now.sittings[i].id, .seat = k + 1};
        }
        if (!e && i < SIM_SITTINGS - 1) e = sim_tell_sitting(c, &c->now.sittings[i]);
    }
    c->now.sitting_count = SIM_SITTINGS - 1;
    if (!e) e = tell_place(c, c->now.sittings[0].site);
    sim_centre_end(c, e);
}

static void roll_anew(struct sim_world *w, int64_t seed)
{
    w->random.state = (uint64_t)seed * UINT64_C(0xD1342543DE82EF95) + 1;
    w->random.state += (uint64_t)w->step * UINT64_C(0xA24BAED4963EE407);
}

static void make_world(struct sim_world *w, const struct sim_script *script,
                       struct sim_counts *counts, FILE *trace)
{
    w->step = 0;
    roll_anew(w, script->seed);
    w->counts = counts;
    w->trace = trace;
    w->mono_ms = 1000;
    w->civil_ms = START_MS;
    w->is_calm = true; // the world itself comes about without faults
    w->next_request = 0;
    w->slip_count = 0;
    w->given_ticket_count = 0;
    w->violation[0] = '\0';
    w->full_to = 0;
    w->instance = 0;
    memset(w->clock_off_ms, 0, sizeof(w->clock_off_ms));
    w->gen_count = 0;
    w->backup_count = 0;
    memset(w->epoch_max, 0, sizeof(w->epoch_max));
    memset(w->seen_recovers, 0, sizeof(w->seen_recovers));
    for (int i = 0; i < SIM_MESSAGES_MAX; i++) {
        w->messages[i].is_used = false;
    }
    draw_options(w, script);
    w->rogue.id = sim_id(&w->random);
    w->rogue_booking = (struct booking_id){0};
    sim_centre_init(&w->centre, w);
    make_sittings(w);
    for (int i = 0; i < SIM_KIOSKS; i++) {
        sim_kiosk_init(&w->kiosks[i], w, i);
        w->kiosks[i].seen_inc = (struct inc_id){0};
    }
    memcpy(w->seen_seats, w->centre.now.seats, sizeof(w->seen_seats));
    w->is_calm = false;
}

static void heal(struct sim_world *w)
{
    w->is_calm = true;
    sim_trace(w, "faults stop");
    memset(w->clock_off_ms, 0, sizeof(w->clock_off_ms));
    for (int i = 0; i < SIM_KIOSKS; i++) {
        w->kiosks[i].is_cut_up = false;
        w->kiosks[i].is_cut_down = false;
        w->kiosks[i].clock_off_ms = 0;
        w->kiosks[i].trust = OP_TRUST_SYNCED;
    }
}

struct sim_world *sim_world_new(void)
{
    // Anonymous pages are zeroed and touched only where a run uses them.
    void *room = mmap(NULL, sizeof(struct sim_world), PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(room != MAP_FAILED);
    return room;
}

void sim_world_free(struct sim_world *w)
{
    for (int i = 0; i < SIM_KIOSKS; i++) {
        sync_stage_deinit(&w->kiosks[i].stage);
    }
    munmap(w, sizeof(*w));
}

bool sim_run(struct sim_world *w, const struct sim_script *script, struct sim_counts *counts,
             FILE *trace)
{
    make_world(w, script, counts, trace);
    for (int i = 0; i < SIM_STEPS && w->violation[0] == '\0'; i++) {
        w->step++;
        if (script->skips[w->step]) continue;
        roll_anew(w, script->seed);
        one_step(w);
        sim_check_step(w);
    }
    heal(w);
    bool rests = false;
    for (int i = 0; i < SIM_STEPS_CALM && !rests && w->violation[0] == '\0'; i++) {
        w->step++;
        one_step(w);
        sim_check_step(w);
        rests = i % 64 == 63 && sim_is_at_rest(w);
    }
    if (w->violation[0] == '\0') sim_check_rest(w);
    counts->seeds++;
    counts->steps += w->step;
    if (w->violation[0] != '\0') counts->violations++;
    return w->violation[0] == '\0';
}
