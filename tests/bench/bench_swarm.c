// A day of the county in one process: every kiosk hangs in a poll, hears of each sale, says where it
// stands now and hangs again, while visitors book at a steady rate. In the end every kiosk must stand
// where the centre's own streams end.
#include "bench.h"

#include <stdio.h>

#define TELLERS   64   // connections that sell
#define SETTLE_MS 2000 // nothing comes for so long: all polls hang
#define LAST_MS   60000
#define WAIT_S    50
#define REST_US   1000000 // of a kiosk that is told to come later
#define TURN_MS   5

struct swarm {
    struct bench *b;
    struct bench_county county;
    struct bench_net net; // the kiosks' polls, then the tellers
    int kiosk_count;
    struct op *sales;
    int sale_count;
    int sold;
    int64_t *due_us;  // of the sale each teller is at
    int64_t *told_us; // of each sale, since it was due
    int told_count;
    int *idle; // tellers
    int idle_count;
    int64_t *rest_us; // of each line that was told to come later: when; 0: it does not rest
    int rest_count;
    int64_t polls_answered;
    int64_t turned_away;
};

static void hang(struct swarm *w, int kiosk)
{
    struct bench_line *line = &w->net.lines[kiosk];
    size_t mark = arena_mark(w->b->arena);
    buf_clear(&line->out);
    buf_add(&line->out,
            bench_poll(w->b, &w->county, &w->county.kiosks[kiosk], WAIT_S, w->b->arena));
    arena_rewind(w->b->arena, mark);
    bench_ask(&w->net, line, buf_str(&line->out));
}

static bool is_turned_away(struct swarm *w, const struct bench_line *line)
{
    if (line->status != 429 && line->status != 503 && line->status != 0) return false;
    w->turned_away++;
    w->rest_count++;
    w->rest_us[line->index] = bench_us() + REST_US;
    return true;
}

static void heard(struct swarm *w, struct bench_line *line)
{
    if (is_turned_away(w, line)) return;
    if (line->status != 200) bench_fail("a poll was not answered");
    w->polls_answered++;
    bench_position(line->body, &w->county.kiosks[line->index].at);
    hang(w, line->index);
}

static void sold(struct swarm *w, struct bench_line *line)
{
    if (is_turned_away(w, line)) return;
    if (line->status != 200 || str_find(line->body, STR("\"outcome\":\"ok\""), 0) == SIZE_MAX) {
        fprintf(stderr, "%d %.*s\n", line->status, STR_ARG(line->body));
        bench_fail("a free seat was not sold");
    }
    int teller = line->index - w->kiosk_count;
    w->told_us[w->told_count++] = line->answered_us - w->due_us[teller];
    w->idle[w->idle_count++] = teller;
}

// A kiosk asks from where it stands; a sale is told again in the very same words.
static void wake_rested(struct swarm *w)
{
    int64_t now_us = bench_us();
    for (int i = 0; w->rest_count > 0 && i < w->net.count; i++) {
        struct bench_line *line = &w->net.lines[i];
        if (w->rest_us[i] == 0 || w->rest_us[i] > now_us) continue;
        w->rest_us[i] = 0;
        w->rest_count--;
        if (i < w->kiosk_count) {
            hang(w, i);
        } else {
            bench_ask(&w->net, line, buf_str(&line->out));
        }
    }
}

static void answered(void *context, struct bench_line *line)
{
    struct swarm *w = context;
    if (line->index < w->kiosk_count) {
        heard(w, line);
    } else {
        sold(w, line);
    }
}

// Each visitor stands at another kiosk; seats are dealt so that none is wanted twice.
static void make_sales(struct swarm *w)
{
    int sitting = 0;
    int seat = 0;
    w->sales = arena_array(w->b->arena, struct op, (size_t)w->sale_count);
    for (int i = 0; i < w->sale_count; i++) {
        if (seat == w->county.sittings[sitting].seats) {
            seat = 0;
            sitting++;
        }
        if (sitting == w->county.sitting_count) bench_fail("more sales than seats");
        w->sales[i] = bench_sale(w->b, &w->county, &w->county.kiosks[i % w->kiosk_count]);
        w->sales[i].sitting = w->county.sittings[sitting].id;
        w->sales[i].seat = ++seat;
    }
}

static void sell(struct swarm *w, int64_t due_us)
{
    int teller = w->idle[--w->idle_count];
    struct bench_line *line = &w->net.lines[w->kiosk_count + teller];
    struct bench_kiosk *k = &w->county.kiosks[w->sold % w->kiosk_count];
    struct op op = w->sales[w->sold++];
    size_t mark = arena_mark(w->b->arena);
    buf_clear(&line->out);
    buf_add(&line->out, bench_push(w->b, &w->county, k, &op, 1, w->b->arena));
    arena_rewind(w->b->arena, mark);
    w->due_us[teller] = due_us;
    bench_ask(&w->net, line, buf_str(&line->out));
}

// Visitors come at their rate, whether or not those before them have been served.
static void run(struct swarm *w, int64_t every_us)
{
    int64_t begun_us = bench_us();
    while (w->told_count < w->sale_count) {
        int64_t due_us = begun_us + w->sold * every_us;
        if (w->sold < w->sale_count && w->idle_count > 0 && due_us <= bench_us()) sell(w, due_us);
        bench_turn(&w->net, TURN_MS);
        wake_rested(w);
        if (bench_us() - begun_us > w->sale_count * every_us + LAST_MS * 1000)
            bench_fail("a sale was not answered");
    }
}

static struct feed_position end_of_feed(struct swarm *w, const struct bench_kiosk *k)
{
    struct arena memory;
    struct store *store;
    struct feed_position at;
    bench_must(data_dir_store_open(&w->b->dir, DB_READER, &memory, &store), "open");
    bench_must(store_feed_heads(store, k->inc, k->site, &at), "heads");
    data_dir_store_close(&memory, store);
    return at;
}

// Until every kiosk has heard of the last sale.
static int64_t catch_up(struct swarm *w)
{
    int64_t begun_us = bench_us();
    int64_t end = end_of_feed(w, &w->county.kiosks[0]).seq[FEED_COUNTY];
    for (int i = 0; i < w->kiosk_count;) {
        int64_t at = w->county.kiosks[i].at.seq[FEED_COUNTY];
        if (at > end) bench_fail("a kiosk stands past the end of the feed");
        if (at == end) {
            i++;
            continue;
        }
        if (bench_us() - begun_us > LAST_MS * 1000) bench_fail("a kiosk never heard the news");
        bench_turn(&w->net, TURN_MS);
        wake_rested(w);
    }
    return bench_us() - begun_us;
}

static void open_swarm(struct swarm *w)
{
    struct arena *a = w->b->arena;
    bench_county_load(w->b, &w->county);
    w->kiosk_count = w->county.kiosk_count;
    w->sale_count = (int)bench_int(w->b, "sales", 10);
    w->due_us = arena_array(a, int64_t, TELLERS);
    w->told_us = arena_array(a, int64_t, (size_t)w->sale_count);
    w->rest_us = arena_array(a, int64_t, (size_t)w->kiosk_count + TELLERS);
    w->idle = arena_array(a, int, TELLERS);
    while (w->idle_count < TELLERS) {
        w->idle[w->idle_count] = w->idle_count;
        w->idle_count++;
    }
    make_sales(w);
    bench_net_open(w->b, &w->net, w->kiosk_count + TELLERS, answered, w);
    for (int i = 0; i < w->kiosk_count; i++) {
        hang(w, i);
    }
    if (bench_wait(&w->net, SETTLE_MS)) bench_fail("no poll hangs");
}

void bench_swarm(struct bench *b)
{
    struct swarm w = {.b = b};
    open_swarm(&w);
    int64_t begun_us = bench_us();
    run(&w, 1000 * bench_int(b, "every_ms", 2000));
    int64_t us = bench_us() - begun_us;
    int64_t late_us = catch_up(&w);
    int64_t kb = bench_server_kb(b);
    int count = w.told_count;
    bench_net_close(&w.net);
    printf("{\"kiosks\":%d,\"confirmed\":%d,\"us\":%lld,\"polls\":%lld,\"turned_away\":%lld,"
           "\"late_us\":%lld,\"pss_kb\":%lld,\"p50_us\":%lld,\"p99_us\":%lld,\"max_us\":%lld}\n",
           w.kiosk_count, count, (long long)us, (long long)w.polls_answered,
           (long long)w.turned_away, (long long)late_us, (long long)kb,
           (long long)bench_quantile(w.told_us, count, 500),
           (long long)bench_quantile(w.told_us, count, 990),
           (long long)bench_quantile(w.told_us, count, 1000));
}
