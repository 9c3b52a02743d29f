#include "api/polls.h"

#include "api/api.h"
#include "base/log.h"
#include "wire/wire_feed.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define READY_MAX   256 // answered in one round
#define WAIT_MS_MAX 60000
#define MEMORY_BYTES                                    \
    (sizeof(struct poll_entry) * HTTP_CONNECTIONS_MAX + \
     sizeof(struct store_head) * STORE_HEADS_MAX + API_ARENA_BYTES + 4096)

enum err polls_reply(struct id gen, const struct store_feed_page *page, struct arena *a,
                     struct reply *reply)
{
    struct buf body;
    struct wire_page_writer w;
    struct wire_page_head head = {.gen = gen,
                                  .from = page->from,
                                  .to = page->to,
                                  .more = page->more,
                                  .applied = page->applied};
    buf_init(&body, API_ARENA_BYTES);
    wire_page_begin(&w, &head, &body);
    enum err e = ERR_OK;
    for (int i = 0; i < page->count && !e; i++) {
        const struct store_feed_row *r = &page->rows[i];
        struct feed_row row = {
            .stream = r->stream, .key = r->key, .seq = r->seq, .is_dead = r->is_dead};
        e = wire_page_row(&w, &row, r->kind, r->value);
    }
    if (!e) e = wire_page_end(&w);
    return api_reply_buf(reply, a, &body, e);
}

static void answer_without_news(struct polls *p, const struct poll_entry *entry)
{
    struct arena a;
    arena_init(&a, 4096);
    struct reply reply = {0};
    struct buf body;
    struct wire_page_writer w;
    struct wire_page_head head = {
        .gen = p->gen, .from = entry->from, .to = entry->from, .applied = entry->applied};
    buf_init(&body, 1024);
    wire_page_begin(&w, &head, &body);
    enum err e = api_reply_buf(&reply, &a, &body, wire_page_end(&w));
    if (e) reply_problem(&reply, NULL, problem_of(e), NULL);
    http_complete(p->http, entry->ticket, &reply);
    arena_deinit(&a);
}

static void answer_with_news(struct polls *p, const struct poll_entry *entry)
{
    struct reply reply = {0};
    struct store_feed_ask ask = {.inc = entry->inc, .site = entry->site, .from = entry->from};
    size_t mark = arena_mark(&p->memory);
    struct store_feed_page *page = arena_new(&p->memory, struct store_feed_page);
    enum err e = store_feed_read(p->reader, &ask, &p->memory, page);
    if (!e && page->answer == STORE_FEED_AHEAD) {
        api_reply_problem(&reply, &p->memory, PROBLEM_CURSOR_AHEAD, &p->gen, NULL, 0);
    } else if (!e) {
        e = polls_reply(p->gen, page, &p->memory, &reply);
    }
    if (e) reply_problem(&reply, NULL, problem_of(e), NULL);
    http_complete(p->http, entry->ticket, &reply);
    arena_rewind(&p->memory, mark);
}

static int compare_heads(const void *a, const void *b)
{
    const struct store_head *left = a;
    const struct store_head *right = b;
    return strcmp(left->stream, right->stream);
}

static int64_t head_of(const struct polls *p, const char *letter, struct str key)
{
    struct store_head want;
    snprintf(want.stream, sizeof(want.stream), "%s:%.*s", letter, STR_ARG(key));
    const struct store_head *h =
        bsearch(&want, p->heads, (size_t)p->head_count, sizeof(want), compare_heads);
    return h ? h->seq : 0;
}

static bool has_news(const struct polls *p, const struct poll_entry *e)
{
    return head_of(p, wire_stream_letter(FEED_COUNTY), site_county(&e->site)) >
               e->from.seq[FEED_COUNTY] ||
           head_of(p, wire_stream_letter(FEED_SITE_STREAM), site_code_str(&e->site)) >
               e->from.seq[FEED_SITE_STREAM] ||
           head_of(p, wire_stream_letter(FEED_DEVICE), id_str(&e->inc.id)) >
               e->from.seq[FEED_DEVICE];
}

static void read_heads(struct polls *p)
{
    int count = 0;
    enum err e = store_heads(p->reader, p->heads, STORE_HEADS_MAX, &count);
    if (e) return; // logged; the waits end by time
    p->head_count = count < STORE_HEADS_MAX ? count : STORE_HEADS_MAX;
    qsort(p->heads, (size_t)p->head_count, sizeof(p->heads[0]), compare_heads);
}

// Takes out whoever has news or has waited long enough.
static int take_ready(struct polls *p, struct poll_entry *ready, bool *news)
{
    int count = 0;
    int64_t now_ms = env_mono_ms(p->env);
    pthread_mutex_lock(&p->lock);
    for (int i = 0; i < p->count && count < READY_MAX;) {
        bool has = has_news(p, &p->entries[i]);
        if (!has && p->entries[i].until_ms > now_ms) {
            i++;
            continue;
        }
        news[count] = has;
        ready[count++] = p->entries[i];
        p->entries[i] = p->entries[--p->count];
    }
    pthread_mutex_unlock(&p->lock);
    return count;
}

static bool has_others(const struct polls *p)
{
    return !db_is_file(store_db(p->reader));
}

// Until the first wait is over or others may have written, -1 where nobody waits.
static int sleep_ms(struct polls *p)
{
    int64_t first_ms = -1;
    int64_t now_ms = env_mono_ms(p->env);
    pthread_mutex_lock(&p->lock);
    for (int i = 0; i < p->count; i++) {
        int64_t left_ms = p->entries[i].until_ms - now_ms;
        if (left_ms < 0) left_ms = 0;
        if (first_ms < 0 || left_ms < first_ms) first_ms = left_ms;
    }
    pthread_mutex_unlock(&p->lock);
    int64_t most_ms = has_others(p) ? POLLS_LOOK_MS : WAIT_MS_MAX;
    return (int)(first_ms > most_ms ? most_ms : first_ms);
}

static bool is_stopping(struct polls *p)
{
    pthread_mutex_lock(&p->lock);
    bool stopping = p->stopping;
    pthread_mutex_unlock(&p->lock);
    return stopping;
}

static void *work(void *context)
{
    struct polls *p = context;
    struct poll_entry ready[READY_MAX];
    bool news[READY_MAX];
    while (!is_stopping(p)) {
        struct pollfd woken = {.fd = p->wake, .events = POLLIN};
        bool is_told = poll(&woken, 1, sleep_ms(p)) > 0;
        eventfd_t count_told;
        if (is_told) eventfd_read(p->wake, &count_told);
        if (is_told || has_others(p)) read_heads(p);
        int count = take_ready(p, ready, news);
        for (int i = 0; i < count; i++) {
            if (news[i]) {
                answer_with_news(p, &ready[i]);
            } else {
                answer_without_news(p, &ready[i]);
            }
        }
        if (count == READY_MAX) eventfd_write(p->wake, 1); // there may be more
    }
    return NULL;
}

enum err polls_start(struct polls *p, const struct polls_setup *setup)
{
    *p = (struct polls){
        .env = setup->env, .http = setup->http, .reader = setup->reader, .gen = setup->gen};
    p->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (p->wake < 0) {
        log_error("polls: cannot make an event: %s", log_errno());
        *p = (struct polls){0};
        return ERR_IO;
    }
    arena_init(&p->memory, MEMORY_BYTES);
    p->entries = arena_array(&p->memory, struct poll_entry, HTTP_CONNECTIONS_MAX);
    p->heads = arena_array(&p->memory, struct store_head, STORE_HEADS_MAX);
    pthread_mutex_init(&p->lock, NULL);
    p->started = pthread_create(&p->thread, NULL, work, p) == 0;
    if (p->started) return ERR_OK;
    log_error("polls: no thread");
    polls_deinit(p);
    return ERR_IO;
}

void polls_told(void *context)
{
    struct polls *p = context;
    pthread_mutex_lock(&p->lock);
    bool has_waiters = p->count > 0;
    pthread_mutex_unlock(&p->lock);
    if (has_waiters) eventfd_write(p->wake, 1);
}

void polls_add(struct polls *p, const struct poll_entry *entry)
{
    struct poll_entry older = {0};
    pthread_mutex_lock(&p->lock);
    for (int i = 0; i < p->count; i++) {
        if (!id_eq(p->entries[i].inc.id, entry->inc.id)) continue;
        older = p->entries[i];
        p->entries[i] = p->entries[--p->count];
        break;
    }
    bool has_room = p->count < HTTP_CONNECTIONS_MAX;
    if (has_room) p->entries[p->count++] = *entry;
    pthread_mutex_unlock(&p->lock);
    if (older.ticket.generation) answer_without_news(p, &older);
    if (!has_room) answer_without_news(p, entry);
    eventfd_write(p->wake, 1); // there may be news already, or an earlier end of a wait
}

void polls_stop(struct polls *p)
{
    if (!p->started) return;
    pthread_mutex_lock(&p->lock);
    p->stopping = true;
    pthread_mutex_unlock(&p->lock);
    eventfd_write(p->wake, 1);
    pthread_join(p->thread, NULL);
    p->started = false;
}

void polls_deinit(struct polls *p)
{
    if (!p->env) return;
    CHECK(!p->started);
    pthread_mutex_destroy(&p->lock);
    arena_deinit(&p->memory);
    close(p->wake);
    *p = (struct polls){0};
}
