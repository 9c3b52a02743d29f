// The network as a bag of messages, and the centre's side of a request.
#include "sim/sim.h"

#include <string.h>

void sim_send(struct sim_world *w, const struct sim_message *m, int64_t delay_ms)
{
    if (sim_fault(w, FAULT_DROP)) return;
    int copies = sim_fault(w, FAULT_DOUBLE) ? 2 : 1;
    for (int i = 0; i < SIM_MESSAGES_MAX && copies > 0; i++) {
        struct sim_message *free_one = &w->messages[i];
        if (free_one->is_used) continue;
        *free_one = *m;
        free_one->is_used = true;
        free_one->deliver_ms = w->mono_ms + delay_ms;
        if (sim_fault(w, FAULT_DELAY)) free_one->deliver_ms += sim_roll(&w->random, 60000);
        copies--;
    }
}

static bool is_clogged(const struct sim_world *w, const struct sim_message *m)
{
    const struct sim_kiosk *k = &w->kiosks[m->kiosk];
    return !w->is_calm && w->step >= k->clogged_from && w->step < k->clogged_to;
}

// The oldest that is due; or, reordered, any that is due.
static struct sim_message *choose(struct sim_world *w)
{
    struct sim_message *found = NULL;
    bool any = sim_fault(w, FAULT_REORDER);
    int start = any ? (int)sim_roll(&w->random, SIM_MESSAGES_MAX) : 0;
    for (int i = 0; i < SIM_MESSAGES_MAX; i++) {
        struct sim_message *m = &w->messages[(start + i) % SIM_MESSAGES_MAX];
        if (!m->is_used || m->deliver_ms > w->mono_ms || is_clogged(w, m)) continue;
        if (any) return m;
        if (!found || m->request < found->request) found = m;
    }
    return found;
}

void sim_deliver_one(struct sim_world *w)
{
    static struct sim_message m; // large, and one at a time
    struct sim_message *next = choose(w);
    if (!next) return;
    m = *next;
    next->is_used = false;
    bool is_up =
        m.kind == SIM_HELLO || m.kind == SIM_PUSH || m.kind == SIM_PULL || m.kind == SIM_REPORT;
    struct sim_kiosk *k = &w->kiosks[m.kiosk];
    if (is_up) {
        sim_centre_hear(w, &m);
        return;
    }
    bool is_lost = k->is_cut_down && sim_fault(w, FAULT_CUT_DOWN);
    bool is_same_life = id_eq(m.inc.id, k->disk.now.self.inc.id);
    if (!is_lost && is_same_life) sim_kiosk_hear(k, &m);
}

// ---- The centre answers

static struct sim_message reply_to(const struct sim_message *m, enum sim_message_kind kind)
{
    return (struct sim_message){
        .kind = kind, .talk = m->talk, .kiosk = m->kiosk, .request = m->request, .inc = m->inc};
}

static struct site_code site_of(const struct sim_kiosk *k)
{
    return k->world->centre.now.sittings[k->site == 0 ? 0 : SIM_SITTINGS - 2].site;
}

// A kiosk with a new file: the old life ends, its unsold seats stay where they are.
static enum err new_life(struct sim_centre *c, const struct sim_kiosk *k, struct inc_id id,
                         int64_t now_ms)
{
    if (c->now.inc_count == SIM_INCS_MAX) return ERR_FULL;
    bool had_life = false;
    for (int i = 0; i < c->now.inc_count; i++) {
        struct sim_centre_inc *old = &c->now.incs[i];
        if (old->kiosk != k->index || old->inc.state != CENTRE_INC_ACTIVE) continue;
        old->inc.state = CENTRE_INC_RETIRED;
        had_life = true;
        for (int s = 0; MUTANT(RETIRE_FREES_SEATS) && s < SIM_SITTINGS * SIM_SEATS; s++) {
            struct centre_seat *seat = &c->now.seats[s / SIM_SEATS][s % SIM_SEATS];
            bool is_his = id_eq(seat->owner.id, old->inc.inc.id) && id_is_none(seat->booking.id);
            if (!is_his) continue;
            seat->owner = (struct inc_id){0};
            seat->is_recalled = false;
            seat->epoch++;
            if (centre_tell_avail(&c->store, &c->now.sittings[s / SIM_SEATS])) return ERR_FULL;
        }
    }
    struct sim_centre_inc *inc = &c->now.incs[c->now.inc_count++];
    *inc = (struct sim_centre_inc){.inc = {.inc = id,
                                           .site = site_of(k),
                                           .seen_ms = now_ms,
                                           .letter = (char)('A' + (inc - c->now.incs) % 26)},
                                   .kiosk = k->index};
    enum err e = had_life ? centre_write_off(&c->store) : ERR_OK;
    return e ? e : centre_lease(&c->store, inc->inc.site, now_ms, NULL);
}

static enum err hear_hello(struct sim_world *w, const struct sim_message *m,
                           struct sim_message *reply)
{
    struct sim_centre *c = &w->centre;
    struct sim_kiosk *k = &w->kiosks[m->kiosk];
    struct sim_centre_inc *inc = sim_centre_inc(c, m->inc);
    bool is_current = id_eq(m->inc.id, k->disk.now.self.inc.id);
    if (!inc && !is_current) return ERR_NOT_FOUND; // a greeting of a life that never began
    enum err e = inc ? ERR_OK : new_life(c, k, m->inc, sim_centre_ms(w));
    if (e) return e;
    inc = sim_centre_inc(c, m->inc);
    *reply = reply_to(m, SIM_HELLO_REPLY);
    if (inc->inc.state != CENTRE_INC_ACTIVE) {
        reply->kind = SIM_TURNED_AWAY;
        reply->status = CENTRE_RETIRED;
    }
    // Now and then it is the word of a history that is over.
    bool is_other = !w->is_calm && !id_is_none(m->gen) && sim_chance(&w->random, 20);
    reply->gen = is_other ? sim_gen(w, 0) : c->gen;
    reply->now_ms = sim_centre_ms(w);
    reply->acked = inc->inc.last_seq;
    reply->wants_report = c->now.is_recovering && !inc->inc.has_reported;
    reply->site = inc->inc.site;
    reply->letter = inc->inc.letter;
    reply->safe = sim_safe(w, m->inc);
    return ERR_OK;
}

static struct centre_op op_of(const struct sim_op *sent)
{
    struct centre_op op = {.bytes = {sent->bytes, (size_t)sent->len}};
    struct arena a;
    unsigned char room[4096];
    a = (struct arena){.bytes = room, .bytes_max = sizeof(room)};
    CHECK(wire_op_parse(op.bytes, &a, &op.op) == ERR_OK);
    op.had_epoch = sent->had_epoch;
    bool has_box = op.op.sealed.len == 2;
    op.contact.is_readable = has_box;
    op.contact.has_phone = has_box && op.op.sealed.ptr[0] != '-';
    op.contact.phone_mac[0] = has_box ? op.op.sealed.ptr[0] : '-';
    op.contact.topic = (enum topic)(has_box ? op.op.sealed.ptr[1] - 'a' : 0);
    op.op.sealed = (struct str){0};
    return op;
}

// Whoever speaks in another history than the centre's is told so, and nothing else.
static bool is_over(struct sim_world *w, const struct sim_message *m, struct sim_message *reply)
{
    if (id_eq(m->gen, w->centre.gen)) return false;
    *reply = reply_to(m, SIM_TURNED_AWAY);
    reply->status = CENTRE_GAP;
    return true;
}

// A broken centre leaves out the first result, as if it had been asked from there on.
static void tear(struct sim_message *reply)
{
    reply->from++;
    reply->count--;
    memmove(reply->results, reply->results + 1, sizeof(reply->results[0]) * (size_t)reply->count);
}

static void refuse_all(struct sim_world *w, struct sim_message *reply)
{
    reply->gen = sim_gen(w, 0);
    for (int i = 0; i < reply->count; i++) {
        reply->results[i].outcome = OP_REFUSED;
        reply->results[i].verdict = VERDICT_SITTING_FULL;
    }
}

// I7 of what was confirmed before a restore: told again, it still is.
static void check_told_again(struct sim_world *w, const struct sim_message *m, int64_t known,
                             const struct centre_push_reply *answer)
{
    for (int i = 0; i < m->count; i++) {
        bool is_new = m->from + i > known && m->ops[i].had_epoch > 0;
        if (is_new && answer->results[i].outcome == OP_REFUSED)
            sim_violate(w, "I7: a confirmed sale of kiosk %d is refused when told again", m->kiosk);
    }
}

static enum err hear_push(struct sim_world *w, const struct sim_message *m,
                          struct sim_message *reply)
{
    static struct centre_push_reply answer;
    struct centre_op ops[SIM_BATCH_MAX];
    if (is_over(w, m, reply)) return ERR_OK;
    int64_t known =
        sim_centre_inc(&w->centre, m->inc) ? sim_centre_inc(&w->centre, m->inc)->inc.last_seq : 0;
    for (int i = 0; i < m->count; i++) {
        ops[i] = op_of(&m->ops[i]);
    }
    struct centre_push push = {
        .inc = m->inc, .heard = m->heard, .from = m->from, .ops = ops, .count = m->count};
    const struct sim_centre_inc *who = sim_centre_inc(&w->centre, m->inc);
    bool is_over_for_him = who && who->inc.state != CENTRE_INC_ACTIVE;
    enum err e = centre_push(&w->centre.store, &push, sim_centre_ms(w), &answer);
    if (e) return e;
    if (answer.status == CENTRE_PUSHED && is_over_for_him)
        sim_violate(w, "a life that is over is heard");
    if (answer.status == CENTRE_PUSHED && m->is_fork && m->from <= known)
        sim_violate(w, "other bytes under a known number pass");
    if (answer.status == CENTRE_PUSHED && m->from > known + 1)
        sim_violate(w, "operations are applied past a hole");
    if (answer.status == CENTRE_PUSHED) check_told_again(w, m, known, &answer);
    *reply = reply_to(m, SIM_PUSH_REPLY);
    bool was_answered = m->count > 0 && answer.acked > known && m->ops[0].is_answered;
    if (was_answered) sim_came(w, OUTCOME_TOLD_AFTER_RESTORE);
    if (answer.status == CENTRE_GAP) sim_came(w, OUTCOME_GAP);
    if (answer.status != CENTRE_PUSHED) {
        reply->kind = SIM_TURNED_AWAY;
        reply->status = answer.status;
    }
    reply->gen = w->centre.gen;
    reply->from = m->from;
    reply->count = m->count;
    reply->acked = answer.acked;
    reply->safe = sim_safe(w, m->inc);
    memcpy(reply->results, answer.results, sizeof(reply->results));
    if (m->count > 1 && sim_fault(w, FAULT_TORN_ANSWER)) tear(reply);
    // Now and then it is an answer of a history that is over, in which all was refused.
    if (!w->is_calm && sim_chance(&w->random, 5)) refuse_all(w, reply);
    if (m->count > 0 && answer.acked > m->from + m->count - 1) sim_came(w, OUTCOME_TOLD_AGAIN);
    return ERR_OK;
}

static enum err hear_pull(struct sim_world *w, const struct sim_message *m, int rows_max,
                          struct sim_message *reply)
{
    struct feed_page page;
    struct sim_centre_inc *inc = sim_centre_inc(&w->centre, m->inc);
    if (!inc) return ERR_NOT_FOUND;
    if (is_over(w, m, reply)) return ERR_OK;
    enum err e = centre_hear(&w->centre.store, m->inc, m->heard);
    if (e) return e;
    *reply = reply_to(m, SIM_PULL_REPLY);
    if (inc->inc.state != CENTRE_INC_ACTIVE) {
        reply->kind = SIM_TURNED_AWAY;
        reply->status = CENTRE_RETIRED;
        return ERR_OK;
    }
    sim_centre_page(&w->centre, m->inc, &m->position, rows_max, &page, reply->rows);
    // Now and then a page of some other history comes along, in which nothing happened.
    bool is_other = !w->is_calm && sim_chance(&w->random, 10);
    reply->gen = is_other ? sim_gen(w, 0) : page.gen;
    reply->position = page.from;
    reply->to = page.to;
    reply->more = page.more;
    reply->applied = page.applied;
    reply->count = is_other ? 0 : page.count;
    return ERR_OK;
}

void sim_last_words(struct sim_world *w)
{
    static struct sim_message reply;
    for (int i = 0; i < SIM_KIOSKS; i++) {
        const struct sim_kiosk *k = &w->kiosks[i];
        struct sim_message m = {.talk = SYNC_PULL,
                                .request = ++w->next_request, // nobody waits for it
                                .kiosk = i,
                                .inc = k->disk.now.self.inc,
                                .gen = k->disk.now.self.gen,
                                .position = k->disk.now.self.position};
        const struct sim_centre_inc *inc = sim_centre_inc(&w->centre, m.inc);
        bool is_heard = inc && inc->inc.state == CENTRE_INC_ACTIVE && id_eq(m.gen, w->centre.gen);
        if (!is_heard) continue;
        sim_centre_begin(&w->centre);
        enum err e = hear_pull(w, &m, SIM_LAST_ROWS_MAX, &reply);
        sim_centre_end(&w->centre, e);
        reply.gen = m.gen;
        for (int copies = 0; !e && copies < 4; copies++) {
            sim_send(w, &reply, 10000 + sim_roll(&w->random, copies == 0 ? 300000 : 50000));
        }
    }
}

static enum err hear_report(struct sim_world *w, const struct sim_message *m,
                            struct sim_message *reply)
{
    struct sim_centre_inc *inc = sim_centre_inc(&w->centre, m->inc);
    struct centre_report report = {
        .inc = m->inc, .op_seq = m->from, .rights = m->rights, .count = m->count};
    enum centre_push_status status;
    if (is_over(w, m, reply)) return ERR_OK;
    if (!w->is_calm && sim_chance(&w->random, 50)) { // the answer to another report
        *reply = reply_to(m, SIM_REPORT_REPLY);
        reply->gen = sim_gen(w, 0);
        return ERR_OK;
    }
    bool is_again = inc && inc->inc.has_reported;
    enum err e = centre_report(&w->centre.store, &report, sim_centre_ms(w), &status);
    if (e) return e;
    *reply = reply_to(m, status == CENTRE_PUSHED ? SIM_REPORT_REPLY : SIM_TURNED_AWAY);
    reply->status = status;
    reply->gen = w->centre.gen;
    if (status == CENTRE_PUSHED) sim_came(w, is_again ? OUTCOME_REPORTED_AGAIN : OUTCOME_REPORTED);
    return ERR_OK;
}

static enum err answer(struct sim_world *w, const struct sim_message *m, struct sim_message *reply)
{
    switch (m->kind) {
    case SIM_HELLO: return hear_hello(w, m, reply);
    case SIM_PUSH: return hear_push(w, m, reply);
    case SIM_PULL: return hear_pull(w, m, SIM_PAGE_ROWS_MAX, reply);
    case SIM_REPORT: return hear_report(w, m, reply);
    case SIM_REPORT_REPLY:
    case SIM_HELLO_REPLY:
    case SIM_PUSH_REPLY:
    case SIM_PULL_REPLY:
    case SIM_LATER:
    case SIM_TURNED_AWAY: break;
    }
    CHECK(false);
    return ERR_IO;
}

// A commit ends the waiting of those who poll; what is new they hear with their next request.
static void wake_polls(struct sim_world *w)
{
    for (int i = 0; i < SIM_MESSAGES_MAX; i++) {
        struct sim_message *m = &w->messages[i];
        bool waits = m->is_used && m->kind == SIM_PULL_REPLY && m->count == 0 && !m->more;
        if (waits && m->deliver_ms > w->mono_ms) m->deliver_ms = w->mono_ms;
    }
}

void sim_centre_hear(struct sim_world *w, const struct sim_message *m)
{
    static struct sim_message reply; // large, and one at a time
    struct sim_centre *c = &w->centre;
    if (sim_fault(w, FAULT_CENTRE_LATER)) {
        reply = reply_to(m, SIM_LATER);
        sim_send(w, &reply, 0);
        return;
    }
    w->instance = sim_fault(w, FAULT_CENTRE_OTHER) ? 1 : 0;
    sim_centre_begin(c);
    struct sim_centre_inc *asker = sim_centre_inc(c, m->inc);
    if (asker) asker->inc.seen_ms = sim_centre_ms(w);
    enum err e = answer(w, m, &reply);
    if (!e && sim_fault(w, FAULT_CENTRE_CRASH_UNSAVED)) e = ERR_STOPPED;
    sim_centre_end(c, e);
    if (e) {
        reply = reply_to(m, SIM_LATER);
        if (e != ERR_STOPPED) sim_send(w, &reply, 0);
        return;
    }
    if (m->kind == SIM_PUSH) wake_polls(w);
    if (sim_fault(w, FAULT_CENTRE_CRASH_SAVED)) return;
    bool nothing_new = reply.kind == SIM_PULL_REPLY && reply.count == 0 && !reply.more;
    sim_send(w, &reply, nothing_new ? 5000 + sim_roll(&w->random, 20000) : 0);
}
