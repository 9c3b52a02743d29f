// Kiosks that wait for news, all of them, and one seat that is sold.
#include "bench.h"

#include <stdio.h>
#include <string.h>

#define SETTLE_MS      1500 // nothing comes for so long: all polls hang
#define ANSWER_WAIT_MS 30000
#define WAIT_S         50
#define NEWS           "\"k\":\"avail\""

struct polling {
    struct bench *b;
    struct bench_county county;
    struct bench_net net;
    struct bench_net teller; // the kiosk that sells, on a line of its own
    int64_t heard;
    int64_t *us;
};

static void news_came(void *context, struct bench_line *line)
{
    struct polling *p = context;
    bool has_news = str_find(line->body, STR(NEWS), 0) != SIZE_MAX;
    if (line->status != 200 || !has_news) {
        fprintf(stderr, "%d %.*s\n", line->status, STR_ARG(str_sub(line->body, 0, 300)));
        bench_fail("a poll ended without the news");
    }
    p->heard++;
}

static void sold(void *context, struct bench_line *line)
{
    (void)context;
    if (line->status != 200 || str_find(line->body, STR("\"outcome\":\"ok\""), 0) == SIZE_MAX)
        bench_fail("a free seat was not sold");
}

static void hang(struct polling *p)
{
    for (int i = 0; i < p->net.count; i++) {
        struct bench_line *line = &p->net.lines[i];
        if (line->body.len > 0) bench_position(line->body, &p->county.kiosks[i].at);
        size_t mark = arena_mark(p->b->arena);
        buf_clear(&line->out);
        buf_add(&line->out,
                bench_poll(p->b, &p->county, &p->county.kiosks[i], WAIT_S, p->b->arena));
        arena_rewind(p->b->arena, mark);
        bench_ask(&p->net, line, buf_str(&line->out));
    }
    if (bench_wait(&p->net, SETTLE_MS)) bench_fail("no poll hangs");
    if (p->net.under_way != p->net.count) bench_fail("a poll ended before there was news");
}

// Sells a seat and hears how long it takes until the last kiosk knows.
static void tell(struct polling *p, int round)
{
    struct bench_kiosk *k = &p->county.kiosks[round];
    struct op op = bench_sale(p->b, &p->county, k);
    op.sitting = p->county.sittings[0].id;
    op.seat = round + 1;
    struct str request = bench_push(p->b, &p->county, k, &op, 1, p->b->arena);
    int64_t begun_us = bench_us();
    p->heard = 0;
    bench_ask(&p->teller, &p->teller.lines[0], request);
    if (!bench_wait(&p->teller, ANSWER_WAIT_MS)) bench_fail("an answer did not come");
    if (!bench_wait(&p->net, ANSWER_WAIT_MS)) bench_fail("a kiosk never heard the news");
    if (p->heard != p->net.count) bench_fail("a kiosk heard nothing");
    for (int i = 0; i < p->net.count; i++) {
        p->us[round * p->net.count + i] = p->net.lines[i].answered_us - begun_us;
    }
}

void bench_polls(struct bench *b)
{
    struct polling p = {.b = b};
    int rounds = (int)bench_int(b, "rounds", 3);
    int64_t pss_kb = 0;
    bench_county_load(b, &p.county);
    int count = p.county.kiosk_count;
    p.us = arena_array(b->arena, int64_t, (size_t)count * (size_t)rounds);
    bench_net_open(b, &p.net, count, news_came, &p);
    bench_net_open(b, &p.teller, 1, sold, &p);
    for (int i = 0; i < rounds; i++) {
        hang(&p);
        int64_t kb = bench_server_kb(b);
        if (kb > pss_kb) pss_kb = kb;
        tell(&p, i);
    }
    bench_net_close(&p.teller);
    bench_net_close(&p.net);
    int all = count * rounds;
    printf("{\"kiosks\":%d,\"pss_kb\":%lld,\"p50_us\":%lld,\"p99_us\":%lld,\"max_us\":%lld}\n",
           count, (long long)pss_kb, (long long)bench_quantile(p.us, all, 500),
           (long long)bench_quantile(p.us, all, 990), (long long)bench_quantile(p.us, all, 1000));
}
