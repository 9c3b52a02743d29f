// Plain reading: what a request costs the server.
#include "bench.h"

#include <stdio.h>

#define ANSWER_WAIT_MS 30000

struct reading {
    struct bench_net net;
    struct str *requests;
    int request_count;
    int count;
    int next;
};

static void ask_next(struct reading *r, struct bench_line *line)
{
    if (r->next < r->count) bench_ask(&r->net, line, r->requests[r->next++ % r->request_count]);
}

static void read_one(void *context, struct bench_line *line)
{
    if (line->status != 200 || line->body.len == 0) bench_fail("not what was asked for");
    ask_next(context, line);
}

// Without `target` the feed, signed by one kiosk after another.
void bench_read(struct bench *b)
{
    const char *target = bench_text(b, "target", NULL);
    struct reading r = {.count = (int)bench_int(b, "requests", 20000), .request_count = 1};
    struct bench_county county = {0};
    if (!target) {
        bench_county_load(b, &county);
        r.request_count = r.count;
    }
    r.requests = arena_array(b->arena, struct str, (size_t)r.request_count);
    for (int i = 0; i < r.request_count; i++) {
        struct bench_kiosk *k = target ? NULL : &county.kiosks[i % county.kiosk_count];
        r.requests[i] =
            target ? str_printf(b->arena, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%lld\r\n\r\n", target,
                                (long long)bench_int(b, "port", 0))
                   : bench_poll(b, &county, k, 0, b->arena);
    }
    bench_net_open(b, &r.net, (int)bench_int(b, "lines", 32), read_one, &r);
    printf("ready\n"); // whoever counts the server's work begins now
    fflush(stdout);
    if (getchar() == EOF) bench_fail("nobody counts");
    int64_t begun_us = bench_us();
    for (int i = 0; i < r.net.count; i++) {
        ask_next(&r, &r.net.lines[i]);
    }
    if (!bench_wait(&r.net, ANSWER_WAIT_MS)) bench_fail("an answer did not come");
    bench_net_close(&r.net);
    printf("{\"requests\":%d,\"us\":%lld}\n", r.count, (long long)(bench_us() - begun_us));
}
