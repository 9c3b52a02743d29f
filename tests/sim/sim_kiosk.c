// One kiosk: its clock, its power, and the keeper's part of the work over the simulated disk.
#include "sim/sim.h"

#include <string.h>

#define REQUEST_LIMIT_MS 30000 // a talk without an answer has failed

static struct sim_kiosk *of_env(struct env *env)
{
    return (void *)((char *)env - offsetof(struct sim_kiosk, env));
}

bool sim_ledger_is_full(const struct sim_ledger *l)
{
    const struct sim_kiosk *k = (const void *)((const char *)l - offsetof(struct sim_kiosk, disk));
    return !l->world->is_calm && l->world->step < k->full_to;
}

static int64_t kiosk_now_ms(struct env *env)
{
    const struct sim_kiosk *k = of_env(env);
    return k->world->civil_ms + k->clock_off_ms;
}

static int64_t kiosk_mono_ms(struct env *env)
{
    const struct sim_kiosk *k = of_env(env);
    return k->world->mono_ms - k->boot_ms;
}

static void kiosk_random(struct env *env, void *bytes, size_t count)
{
    unsigned char *out = bytes;
    for (size_t i = 0; i < count; i++) {
        out[i] = (unsigned char)sim_roll(&of_env(env)->world->random, 256);
    }
}

static const struct env_ops env_ops = {kiosk_now_ms, kiosk_mono_ms, kiosk_random};

struct sync_now sim_kiosk_now(struct sim_kiosk *k)
{
    int64_t ms = env_now_ms(&k->env);
    return (struct sync_now){ms > 0 ? ms : 0, k->trust};
}

struct ledger *sim_kiosk_ledger(struct sim_kiosk *k)
{
    return &k->disk.ledger;
}

// A day on which nearly all walk-in numbers are gone already.
static void be_busy(struct sim_kiosk *k)
{
    k->disk.now.self.ticket_day = date_day_from_ms(k->world->civil_ms);
    k->disk.now.self.ticket_number = TICKET_NUMBER_MAX - 2;
}

void sim_kiosk_init(struct sim_kiosk *k, struct sim_world *w, int index)
{
    struct sync_stage stage = k->stage;
    memset(&k->plan, 0, sizeof(k->plan));
    k->world = w;
    k->index = index;
    k->site = index < SIM_KIOSKS - 1 ? 0 : 1;
    k->env.ops = &env_ops;
    k->clock_off_ms = 0;
    k->trust = OP_TRUST_SYNCED;
    k->is_cut_up = false;
    k->is_cut_down = false;
    k->clogged_to = 0;
    k->full_to = 0;
    k->spool_count = 0;
    k->seatless = (struct ledger_booking){0};
    k->stage = stage;
    if (!k->stage.rows) sync_stage_init(&k->stage, FEED_PAGE_ROWS_MAX, 2 * FEED_PAGE_BYTES_MAX);
    sim_ledger_init(&k->disk, w, (struct inc_id){sim_id(&w->random)});
    if (sim_chance(&w->random, 200)) be_busy(k);
    sim_kiosk_power_on(k);
}

// The slips of bookings that were confirmed when the power went; the visitor still stands there.
static void print_spooled(struct sim_kiosk *k)
{
    for (int i = 0; i < k->spool_count; i++) {
        struct sim_spooled *s = &k->spool[i];
        for (int b = 0; b < k->disk.now.booking_count; b++) {
            const struct ledger_booking *booking = &k->disk.bookings[b];
            bool is_it = id_eq(booking->id.id, s->booking.id);
            if (!is_it || booking->state != BOOKING_CONFIRMED) continue;
            sim_slip(k->world, k, s->booking, s->sitting, s->seat);
            sim_slip_cancelled(k->world, s->instead_of, k->disk.now.self.inc);
            sim_came(k->world, OUTCOME_SLIP_AFTER_CRASH);
        }
    }
    k->spool_count = 0;
}

void sim_kiosk_power_cut(struct sim_kiosk *k)
{
    if (!k->is_up) return;
    sim_trace(k->world, "kiosk %d stops", k->index);
    sim_ledger_power_cut(&k->disk);
    k->is_up = false;
}

void sim_kiosk_power_on(struct sim_kiosk *k)
{
    struct sim_world *w = k->world;
    k->boot_ms = w->mono_ms;
    sync_plan_init(&k->plan, 2000);
    sync_stage_clear(&k->stage);
    memset(k->request, 0, sizeof(k->request));
    k->waiting = (struct booking_id){0};
    k->moving = (struct booking_id){0};
    k->is_turned_away = false;
    k->is_up = true;
    enum err e = sync_start(sim_kiosk_ledger(k), sim_kiosk_now(k));
    if (k->disk.has_crashed) {
        sim_kiosk_power_cut(k);
        return;
    }
    if (e) {
        k->is_up = false; // tries again with its next turn
        return;
    }
    sim_trace(w, "kiosk %d starts", k->index);
    print_spooled(k);
}

void sim_kiosk_lose_disk(struct sim_kiosk *k)
{
    struct sim_world *w = k->world;
    sim_trace(w, "kiosk %d loses its disk", k->index);
    sim_ledger_init(&k->disk, w, (struct inc_id){sim_id(&w->random)});
    k->spool_count = 0;
    k->seatless = (struct ledger_booking){0};
    sim_kiosk_power_on(k);
}

// ---- The keeper's turn

bool sim_kiosk_is_full(const struct sim_kiosk *k)
{
    return k->disk.now.op_count + 8 > SIM_OPS_MAX ||
           k->disk.now.booking_count + 8 > SIM_BOOKINGS_MAX / 2;
}

static void send_hello(struct sim_kiosk *k, struct sim_message *m)
{
    m->kind = SIM_HELLO;
    m->position = k->disk.now.self.position;
}

// What a copy of the file would have written under the same number: the same operation, another time.
static void change_digit(struct sim_op *op)
{
    struct str bytes = {op->bytes, (size_t)op->len};
    size_t at = str_find(bytes, STR("\"at\":"), 0) + 5;
    op->bytes[at] = op->bytes[at] == '1' ? '2' : '1';
}

static void send_push(struct sim_kiosk *k, struct sim_message *m)
{
    const struct ledger_self *self = &k->disk.now.self;
    m->kind = SIM_PUSH;
    m->from = self->acked + 1;
    // Now and then the kiosk has forgotten how far it got, and tells some again.
    if (sim_chance(&k->world->random, 100) && self->acked > self->safe + 3)
        m->from -= sim_roll(&k->world->random, 3);
    bool is_gap = sim_fault(k->world, FAULT_GAP);
    enum sim_fault copied = sync_must_report(self) ? FAULT_FORK_LATER : FAULT_FORK;
    bool is_fork = self->acked > self->safe && sim_fault(k->world, copied);
    if (is_gap) m->from = self->acked + 2;
    if (is_fork) m->from = self->acked;
    int64_t left = self->op_seq - m->from + 1;
    int64_t most = 1 + sim_roll(&k->world->random, SIM_BATCH_MAX);
    m->count = (int)(left < most ? left : most);
    if (m->count < 0) m->count = 0;
    CHECK(m->from > self->safe); // below that nothing is left
    for (int i = 0; i < m->count; i++) {
        m->ops[i] = k->disk.ops[m->from + i - 1];
    }
    m->is_fork = is_fork && !is_gap;
    if (m->is_fork) change_digit(&m->ops[0]);
}

static void send_pull(struct sim_kiosk *k, struct sim_message *m)
{
    m->kind = SIM_PULL;
    m->position = sync_stage_next(&k->stage, k->disk.now.self.position);
}

static void send_report(struct sim_kiosk *k, struct sim_message *m)
{
    struct ledger_right rights[LEDGER_RIGHTS_MAX];
    struct sync_report report = {0};
    m->kind = SIM_REPORT;
    if (sync_report(sim_kiosk_ledger(k), rights, &report)) m->gen = (struct id){0}; // turned away
    m->from = report.op_seq;
    m->count = report.count;
    for (int i = 0; i < report.count; i++) {
        m->rights[i] = (struct feed_right){rights[i].sitting, rights[i].seat, rights[i].epoch,
                                           rights[i].booking, rights[i].is_recalled};
    }
}

static void start(struct sim_kiosk *k, enum sync_talk talk)
{
    static struct sim_message m; // large, and one at a time
    struct sim_world *w = k->world;
    m = (struct sim_message){.talk = talk,
                             .kiosk = k->index,
                             .request = ++w->next_request,
                             .inc = k->disk.now.self.inc,
                             .gen = sync_gen(&k->disk.now.self),
                             .heard = k->disk.now.self.acked};
    k->request[talk] = m.request;
    k->started_ms[talk] = w->mono_ms;
    switch (talk) {
    case SYNC_HELLO: send_hello(k, &m); break;
    case SYNC_PUSH: send_push(k, &m); break;
    case SYNC_REPORT: send_report(k, &m); break;
    case SYNC_PULL: send_pull(k, &m); break;
    }
    bool is_lost = k->is_cut_up && sim_fault(w, FAULT_CUT_UP);
    if (!is_lost) sim_send(w, &m, 0);
}

static void step(struct sim_kiosk *k, enum sync_event event, enum sync_talk talk, int64_t later_ms)
{
    const struct ledger_self *self = &k->disk.now.self;
    struct sync_owed owed = sync_owed(self);
    struct sync_todo todo = sync_plan_step(&k->plan, &k->env, event, talk, later_ms, owed);
    for (int t = SYNC_HELLO; t < SYNC_TALKS; t++) {
        if (todo.start[t]) start(k, (enum sync_talk)t);
    }
    // A report that comes before what it is made of; nobody waits for its answer.
    bool is_early =
        owed.report && owed.before_report > 0 && sim_fault(k->world, FAULT_EARLY_REPORT);
    if (is_early) {
        start(k, SYNC_REPORT);
        k->request[SYNC_REPORT] = 0;
    }
}

static void give_up_waiting(struct sim_kiosk *k)
{
    bool withdrawn = false;
    k->disk.crash_next_end = sim_fault(k->world, FAULT_KIOSK_CRASH);
    enum err e = sync_give_up(sim_kiosk_ledger(k), k->waiting, sim_kiosk_now(k), &withdrawn);
    if (k->disk.has_crashed) sim_kiosk_power_cut(k);
    k->disk.crash_next_end = false;
    if (e || !k->is_up) return;
    if (withdrawn) sim_came(k->world, OUTCOME_POOL_WITHDRAWN);
    k->spool_count = 0; // also of a seat that was to be asked for again
    k->waiting = (struct booking_id){0};
    k->moving = (struct booking_id){0};
}

// Seats that are asked back, and those of sittings that have closed.
static void return_idle(struct sim_kiosk *k)
{
    struct ledger *l = sim_kiosk_ledger(k);
    struct ledger_right idle[4];
    int count = 0;
    if (k->disk.now.right_count == 0 || !sim_chance(&k->world->random, 400)) return;
    enum err e = l->ops->begin(l);
    if (!e) e = l->ops->end(l, l->ops->idle_rights(l, idle, 4, &count));
    for (int i = 0; !e && i < count; i++) {
        e = sync_return(l, idle[i].sitting, idle[i].seat, sim_kiosk_now(k));
        if (!e) sim_came(k->world, OUTCOME_RETURNED);
    }
}

static void ask_again(struct sim_kiosk *k)
{
    bool asked = false;
    if (k->again_ms == 0 || k->world->mono_ms < k->again_ms) return;
    k->again_ms = 0;
    k->disk.crash_next_end = sim_fault(k->world, FAULT_KIOSK_CRASH);
    enum err e = sync_ask_again(sim_kiosk_ledger(k), k->waiting, sim_kiosk_now(k), &asked);
    if (k->disk.has_crashed) sim_kiosk_power_cut(k);
    k->disk.crash_next_end = false;
    if (!e && asked) sim_came(k->world, OUTCOME_ASKED_AGAIN);
}

void sim_kiosk_run(struct sim_kiosk *k)
{
    struct sim_world *w = k->world;
    if (!k->is_up) {
        sim_kiosk_power_on(k);
        return;
    }
    if (sim_kiosk_is_full(k)) return;
    bool waits = !id_is_none(k->waiting.id);
    if (waits) ask_again(k);
    if (k->is_up && waits && w->mono_ms - k->waiting_since_ms > 8000) give_up_waiting(k);
    if (!k->is_up) return;
    return_idle(k);
    for (int t = SYNC_HELLO; t < SYNC_TALKS; t++) {
        if (k->plan.under_way[t] && w->mono_ms - k->started_ms[t] > REQUEST_LIMIT_MS) {
            k->request[t] = 0;
            step(k, SYNC_EVENT_FAILED, (enum sync_talk)t, 0);
        }
    }
    step(k, sim_chance(&w->random, 100) ? SYNC_EVENT_TOUCHED : SYNC_EVENT_TICK, SYNC_HELLO, 0);
}

// ---- Answers

static enum sync_event hear_hello(struct sim_kiosk *k, const struct sim_message *m)
{
    enum sync_hello_fate fate = SYNC_HELLO_STALE;
    bool had_to = sync_must_report(&k->disk.now.self);
    struct sync_hello hello = {.gen = m->gen,
                               .wants_report = m->wants_report,
                               .acked = m->acked,
                               .site = m->site,
                               .letter = m->letter,
                               .safe = m->safe,
                               .now_ms = m->now_ms};
    enum err e = sync_hear_hello(sim_kiosk_ledger(k), &hello, &fate);
    if (e) return SYNC_EVENT_FAILED;
    if (fate == SYNC_HELLO_STALE) sim_came(k->world, OUTCOME_STALE_GENERATION);
    if (fate == SYNC_HELLO_BEHIND) sim_violate(k->world, "kiosk %d has erased too much", k->index);
    if (fate != SYNC_HELLO_HEARD) return SYNC_EVENT_FAILED;
    if (k->trust == OP_TRUST_UNKNOWN) k->trust = OP_TRUST_SYNCED;
    if (!had_to && sync_must_report(&k->disk.now.self)) {
        sim_came(k->world, OUTCOME_GENERATION);
        sync_stage_clear(&k->stage);
    }
    return SYNC_EVENT_DONE;
}

// The visitor who still waits gets the slip, or is told.
static void decided(struct sim_kiosk *k, const struct sync_decided *d)
{
    bool is_waited_for = id_eq(d->booking.id, k->waiting.id);
    if (is_waited_for && d->verdict == VERDICT_TRY_AGAIN && k->again_count < 2) {
        k->again_ms = k->world->mono_ms + 2000;
        k->again_count++;
        return;
    }
    if (is_waited_for && d->verdict == VERDICT_OK && k->again_count > 0)
        sim_came(k->world, OUTCOME_HAD_AGAIN);
    if (d->verdict == VERDICT_OK && (is_waited_for || MUTANT(LATE_ANSWER_CONFIRMS))) {
        struct ledger_booking b;
        bool moves = !id_is_none(k->moving.id);
        sim_came(k->world, moves ? OUTCOME_MOVED_POOL : OUTCOME_POOL_SOLD);
        if (sim_kiosk_knows(k, d->booking, &b) && b.seat > 0)
            sim_slip(k->world, k, d->booking, sim_sitting_index(k->world, b.sitting), b.seat);
        if (moves) sim_slip_cancelled(k->world, k->moving, k->disk.now.self.inc);
    }
    if (is_waited_for) {
        if (d->verdict != VERDICT_OK) (void)sim_kiosk_knows(k, d->booking, &k->seatless);
        k->waiting = (struct booking_id){0};
        k->moving = (struct booking_id){0};
        k->spool_count = 0;
    }
}

static enum sync_event hear_push(struct sim_kiosk *k, const struct sim_message *m)
{
    struct sync_decided list[OP_BATCH_MAX];
    int count = 0;
    struct sync_answer answer = {.gen = m->gen,
                                 .from = m->from,
                                 .acked = m->acked,
                                 .safe = m->safe,
                                 .results = m->results,
                                 .count = m->count};
    enum err e = sync_hear_answer(sim_kiosk_ledger(k), &answer, sim_kiosk_now(k), list, &count);
    for (int i = 0; !e && i < count; i++) {
        decided(k, &list[i]);
    }
    return e ? SYNC_EVENT_FAILED : SYNC_EVENT_DONE;
}

static enum sync_event hear_pull(struct sim_kiosk *k, const struct sim_message *m)
{
    struct feed_page complete;
    bool is_complete = false;
    enum sync_page_fate fate = SYNC_PAGE_STALE;
    struct feed_page page = {.gen = m->gen,
                             .from = m->position,
                             .to = m->to,
                             .more = m->more,
                             .applied = m->applied,
                             .rows = m->rows,
                             .count = m->count};
    enum err e = sync_stage_add(&k->stage, &page, &is_complete, &complete);
    if (e || !is_complete) return e ? SYNC_EVENT_FAILED : SYNC_EVENT_DONE;
    e = sync_hear_page(sim_kiosk_ledger(k), &complete, sim_kiosk_now(k), &fate);
    sync_stage_clear(&k->stage);
    if (e) return SYNC_EVENT_FAILED;
    if (fate == SYNC_PAGE_MERGED) sim_came(k->world, OUTCOME_MERGED);
    if (fate == SYNC_PAGE_STALE) sim_came(k->world, OUTCOME_STALE_PAGE);
    if (fate == SYNC_PAGE_OTHER_GENERATION) sim_came(k->world, OUTCOME_OTHER_GENERATION);
    return SYNC_EVENT_DONE;
}

static enum sync_event hear_report(struct sim_kiosk *k, const struct sim_message *m)
{
    enum err e = sync_hear_report(sim_kiosk_ledger(k), m->gen);
    return e ? SYNC_EVENT_FAILED : SYNC_EVENT_DONE;
}

static enum sync_event hear(struct sim_kiosk *k, const struct sim_message *m)
{
    switch (m->kind) {
    case SIM_HELLO_REPLY: return hear_hello(k, m);
    case SIM_PUSH_REPLY: return hear_push(k, m);
    case SIM_PULL_REPLY: return hear_pull(k, m);
    case SIM_REPORT_REPLY: return hear_report(k, m);
    case SIM_LATER: return SYNC_EVENT_FAILED;
    case SIM_TURNED_AWAY:
        k->is_turned_away = m->status == CENTRE_RETIRED || m->status == CENTRE_FORK;
        return SYNC_EVENT_LOST;
    case SIM_HELLO:
    case SIM_PUSH:
    case SIM_REPORT:
    case SIM_PULL: break;
    }
    CHECK(false);
    return SYNC_EVENT_FAILED;
}

void sim_kiosk_hear(struct sim_kiosk *k, const struct sim_message *m)
{
    if (!k->is_up || sim_kiosk_is_full(k)) return;
    bool is_awaited = k->request[m->talk] == m->request;
    // An answer to a request that was given up, or a second copy of one, is normally dropped with its
    // connection; the rules must hold where it is not.
    if (!is_awaited && !sim_fault(k->world, FAULT_LATE_ANSWER)) return;
    k->disk.crash_next_end = sim_fault(k->world, FAULT_KIOSK_CRASH);
    enum sync_event event = hear(k, m);
    if (k->disk.has_crashed) sim_kiosk_power_cut(k);
    k->disk.crash_next_end = false;
    if (!k->is_up) return;
    if (k->is_turned_away) {
        // This life is over: the file is set aside and a new one begins.
        sim_came(k->world, m->status == CENTRE_FORK ? OUTCOME_FORKED : OUTCOME_RETIRED);
        sim_kiosk_lose_disk(k);
        return;
    }
    if (is_awaited) {
        k->request[m->talk] = 0;
        step(k, event, m->talk, m->kind == SIM_LATER ? 1000 : 0);
    }
}
