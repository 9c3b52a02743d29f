// Bookings: many at once on seats enough, and too many visitors for too few seats.
#include "bench.h"

#include <stdio.h>
#include <string.h>

#define ANSWER_WAIT_MS 60000
#define RARE_SEATS     5

// ---- Batches on free seats

struct booking_run {
    struct bench_net net;
    struct str *requests;
    int count;
    int next;
    int batch;
    int64_t ok;
};

static int64_t count_of(struct str text, struct str word)
{
    int64_t count = 0;
    for (size_t at = str_find(text, word, 0); at != SIZE_MAX;
         at = str_find(text, word, at + word.len)) {
        count++;
    }
    return count;
}

static void ask_next(struct booking_run *r, struct bench_line *line)
{
    if (r->next < r->count) bench_ask(&r->net, line, r->requests[r->next++]);
}

static void booked(void *context, struct bench_line *line)
{
    struct booking_run *r = context;
    int64_t ok = count_of(line->body, STR("\"outcome\":\"ok\""));
    if (line->status != 200 || ok != r->batch) {
        fprintf(stderr, "%d %.*s\n", line->status, STR_ARG(line->body));
        bench_fail("a free seat was not sold");
    }
    r->ok += ok;
    ask_next(r, line);
}

// Seats are dealt so that each kiosk sells its own.
static void make_requests(struct bench *b, struct bench_county *c, struct booking_run *r)
{
    int seat = 0;
    int sitting = 0;
    r->requests = arena_array(b->arena, struct str, (size_t)r->count);
    for (int i = 0; i < r->count; i++) {
        struct op ops[OP_BATCH_MAX];
        struct bench_kiosk *k = &c->kiosks[i % c->kiosk_count];
        for (int n = 0; n < r->batch; n++) {
            if (seat == c->sittings[sitting].seats) {
                seat = 0;
                sitting++;
            }
            if (sitting == c->sitting_count) bench_fail("more bookings than seats");
            ops[n] = bench_sale(b, c, k);
            ops[n].sitting = c->sittings[sitting].id;
            ops[n].seat = ++seat;
        }
        r->requests[i] = bench_push(b, c, k, ops, r->batch, b->arena);
    }
}

void bench_book(struct bench *b)
{
    struct bench_county county;
    struct booking_run r = {.batch = (int)bench_int(b, "batch", 16)};
    r.count = (int)bench_int(b, "bookings", 6400) / r.batch;
    CHECK(r.batch > 0 && r.batch <= OP_BATCH_MAX);
    bench_county_load(b, &county);
    make_requests(b, &county, &r);
    bench_net_open(b, &r.net, (int)bench_int(b, "lines", 64), booked, &r);
    int64_t begun_us = bench_us();
    for (int i = 0; i < r.net.count; i++) {
        ask_next(&r, &r.net.lines[i]);
    }
    if (!bench_wait(&r.net, ANSWER_WAIT_MS)) bench_fail("an answer did not come");
    int64_t us = bench_us() - begun_us;
    bench_net_close(&r.net);
    printf("{\"confirmed\":%lld,\"us\":%lld}\n", (long long)r.ok, (long long)us);
}

// ---- One sitting that everybody wants

struct wanting {
    struct bench *b;
    struct bench_county county;
    struct bench_net net;
    struct arena scratch; // of one request
    struct op *sales;     // made ahead: closing a box costs more than what is measured
    int sale_count;
    int64_t end_us;
    int64_t attempts;
    int64_t confirmed;
    int64_t sold_out; // sittings
    int sitting;
    int *away; // lines that were turned away, to ask again
    int away_count;
    int64_t refused; // requests so far that were turned away
};

static void read_result(struct bench_line *line, struct arena *a, struct op_result *out)
{
    struct json_value *document = NULL;
    struct json_mistake mistake = {0};
    struct wire_answer *answer = arena_new(a, struct wire_answer);
    if (line->status != 200 || json_parse(line->body, &document, NULL)) {
        fprintf(stderr, "%d %.*s\n", line->status, STR_ARG(line->body));
        bench_fail("an attempt was not decided");
    }
    bench_must(wire_answer_parse(document, a, answer, &mistake), "answer");
    json_free(document);
    *out = answer->results[0];
    bool is_full = out->outcome == OP_REFUSED && out->verdict == VERDICT_SITTING_FULL;
    if (answer->count != 1 || (out->outcome != OP_OK && !is_full))
        bench_fail("a seat was refused for another reason than that it is gone");
}

static void attempt(struct wanting *w, struct bench_line *line, int kiosk,
                    struct sitting_id sitting, int seat)
{
    struct bench_kiosk *k = &w->county.kiosks[kiosk];
    int64_t sale = k->seq * w->county.kiosk_count + kiosk;
    if (sale >= w->sale_count) bench_fail("more attempts than sales were made ahead");
    struct op op = w->sales[sale];
    op.sitting = sitting;
    op.seat = seat;
    line->seat = seat;
    w->attempts++;
    buf_clear(&line->out);
    size_t mark = arena_mark(&w->scratch);
    buf_add(&line->out, bench_push(w->b, &w->county, k, &op, 1, &w->scratch));
    arena_rewind(&w->scratch, mark);
    bench_ask(&w->net, line, buf_str(&line->out));
}

static void make_sales(struct wanting *w, int count)
{
    w->sales = arena_array(w->b->arena, struct op, (size_t)count);
    w->sale_count = count;
    for (int i = 0; i < count; i++) {
        w->sales[i] = bench_sale(w->b, &w->county, &w->county.kiosks[i % w->county.kiosk_count]);
    }
}

// Each visitor stands at another kiosk.
static void hot_attempt(struct wanting *w, struct bench_line *line, int seat)
{
    int kiosk = (int)(w->attempts % w->county.kiosk_count);
    attempt(w, line, kiosk, w->county.sittings[w->sitting].id, seat);
}

static void hot_answered(void *context, struct bench_line *line)
{
    struct wanting *w = context;
    struct op_result result;
    size_t mark = arena_mark(&w->scratch);
    read_result(line, &w->scratch, &result);
    arena_rewind(&w->scratch, mark);
    if (result.outcome == OP_OK) w->confirmed++;
    int next = result.outcome == OP_OK ? line->seat + 1 : result.next_seat;
    if (line->sitting == w->sitting && (next == 0 || next > w->county.sittings[w->sitting].seats)) {
        w->sitting++;
        w->sold_out++;
    }
    if (line->sitting != w->sitting) next = 1;
    if (w->sitting == w->county.sitting_count) bench_fail("more attempts than seats");
    line->sitting = w->sitting;
    if (bench_us() < w->end_us) hot_attempt(w, line, next);
}

void bench_hot(struct bench *b)
{
    struct wanting w = {.b = b};
    bench_county_load(b, &w.county);
    arena_init(&w.scratch, BENCH_REPLY_MAX);
    make_sales(&w, (int)bench_int(b, "sales", 65536));
    bench_net_open(b, &w.net, (int)bench_int(b, "lines", 64), hot_answered, &w);
    int64_t begun_us = bench_us();
    w.end_us = begun_us + 1000 * bench_int(b, "ms", 4000);
    for (int i = 0; i < w.net.count; i++) {
        hot_attempt(&w, &w.net.lines[i], 1);
    }
    if (!bench_wait(&w.net, ANSWER_WAIT_MS)) bench_fail("an answer did not come");
    int64_t us = bench_us() - begun_us;
    bench_net_close(&w.net);
    arena_deinit(&w.scratch);
    printf("{\"attempts\":%lld,\"confirmed\":%lld,\"sold_out\":%lld,\"us\":%lld}\n",
           (long long)w.attempts, (long long)w.confirmed, (long long)w.sold_out, (long long)us);
}

// ---- The rush: all kiosks at once, five seats

static void ask_again(struct wanting *w)
{
    if (w->away_count == 0) return;
    struct bench_line *line = &w->net.lines[w->away[--w->away_count]];
    bench_ask(&w->net, line, buf_str(&line->out));
}

static bool is_turned_away(const struct bench_line *line)
{
    return line->status == 0 || line->status == 503;
}

// Whoever is turned away asks the very same again as soon as somebody else has been served.
static void rush_answered(void *context, struct bench_line *line)
{
    struct wanting *w = context;
    struct op_result result;
    if (is_turned_away(line)) {
        w->away[w->away_count++] = line->index;
        w->refused++;
        return;
    }
    size_t mark = arena_mark(&w->scratch);
    read_result(line, &w->scratch, &result);
    arena_rewind(&w->scratch, mark);
    if (result.outcome == OP_OK) w->confirmed++;
    // A visitor who has been told of another free seat takes that one.
    if (result.outcome == OP_REFUSED && result.next_seat > 0)
        attempt(w, line, line->index, w->county.rare, result.next_seat);
    ask_again(w);
}

void bench_rush(struct bench *b)
{
    struct wanting w = {.b = b};
    bench_county_load(b, &w.county);
    arena_init(&w.scratch, BENCH_REPLY_MAX);
    int count = w.county.kiosk_count;
    int64_t *us = arena_array(b->arena, int64_t, (size_t)count);
    w.away = arena_array(b->arena, int, (size_t)count);
    make_sales(&w, 2 * count);
    bench_net_open(b, &w.net, count, rush_answered, &w);
    int64_t begun_us = bench_us();
    for (int i = 0; i < count; i++) {
        attempt(&w, &w.net.lines[i], i, w.county.rare, i % RARE_SEATS + 1);
    }
    do {
        ask_again(&w);
        if (!bench_wait(&w.net, ANSWER_WAIT_MS)) bench_fail("an answer did not come");
    } while (w.away_count > 0);
    for (int i = 0; i < count; i++) {
        us[i] = w.net.lines[i].answered_us - begun_us;
    }
    bench_net_close(&w.net);
    arena_deinit(&w.scratch);
    printf("{\"clients\":%d,\"attempts\":%lld,\"turned_away\":%lld,\"confirmed\":%lld,"
           "\"p50_us\":%lld,\"p99_us\":%lld,\"max_us\":%lld}\n",
           count, (long long)w.attempts, (long long)w.refused, (long long)w.confirmed,
           (long long)bench_quantile(us, count, 500), (long long)bench_quantile(us, count, 990),
           (long long)bench_quantile(us, count, 1000));
}
