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

static bool has_others(const struct polls *p)
{
    return !db_is_file(store_db(p->reader));
}

// False: nobody has written since the last look, as far as one can know.
static bool read_heads(struct polls *p)
{
    int count = 0;
    int64_t now_ms = env_mono_ms(p->env);
    bool is_due = has_others(p) && now_ms - p->looked_ms >= POLLS_LOOK_MS;
    pthread_mutex_lock(&p->lock);
    is_due |= p->told;
    p->told = false;
    pthread_mutex_unlock(&p->lock);
    if (!is_due) return false;
    p->looked_ms = now_ms;
    enum err e = store_heads(p->reader, p->heads, STORE_HEADS_MAX, &count);
    if (e) { // logged
        pthread_mutex_lock(&p->lock);
        p->told = true;
        pthread_mutex_unlock(&p->lock);
        return false;
    }
    p->head_count = count < STORE_HEADS_MAX ? count : STORE_HEADS_MAX;
    qsort(p->heads, (size_t)p->head_count, sizeof(p->heads[0]), compare_heads);
    return true;
}

// ---- The table, under the lock

static int *bucket_of(struct polls *p, const struct inc_id *inc)
{
    unsigned hash = 0;
    for (int i = 0; i < ID_HEX_BYTES; i++) {
        hash = hash * 31 + (unsigned char)inc->id.hex[i];
    }
    return &p->buckets[hash % POLLS_BUCKETS];
}

// Where it is written that this entry comes next.
static int *link_to(struct polls *p, int index)
{
    int *link = bucket_of(p, &p->entries[index].inc);
    while (*link != index + 1) {
        link = &p->entries[*link - 1].next;
    }
    return link;
}

static int find(struct polls *p, const struct inc_id *inc)
{
    int at = *bucket_of(p, inc) - 1;
    while (at >= 0 && !id_eq(p->entries[at].inc.id, inc->id)) {
        at = p->entries[at].next - 1;
    }
    return at;
}

static void put(struct polls *p, const struct poll_entry *entry)
{
    int *bucket = bucket_of(p, &entry->inc);
    struct poll_entry *place = &p->entries[p->count++];
    *place = *entry;
    place->is_new = true;
    place->next = *bucket;
    *bucket = p->count;
}

// The last one takes its place.
static struct poll_entry take(struct polls *p, int index)
{
    struct poll_entry taken = p->entries[index];
    int last = p->count - 1;
    *link_to(p, index) = taken.next;
    if (index != last) {
        *link_to(p, last) = index + 1;
        p->entries[index] = p->entries[last];
        p->entries[index].is_new = true; // a sweep may be past this place
    }
    p->count--;
    return taken;
}

// Takes out whoever has news or has waited long enough, from `*at` on. Where no number has risen only
// those who have come since can have news.
static int take_ready(struct polls *p, bool has_risen, int *at, struct poll_entry *ready,
                      bool *news)
{
    int count = 0;
    int64_t now_ms = env_mono_ms(p->env);
    pthread_mutex_lock(&p->lock);
    while (*at < p->count && count < READY_MAX) {
        struct poll_entry *entry = &p->entries[*at];
        bool has = (has_risen || entry->is_new) && has_news(p, entry);
        entry->is_new = false;
        if (has || entry->until_ms <= now_ms) {
            news[count] = has;
            ready[count++] = take(p, *at);
        } else {
            (*at)++;
        }
    }
    pthread_mutex_unlock(&p->lock);
    return count;
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
    bool is_owed = p->told; // the heads could not be read
    pthread_mutex_unlock(&p->lock);
    int64_t most_ms = has_others(p) || is_owed ? POLLS_LOOK_MS : WAIT_MS_MAX;
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
        eventfd_t wakes;
        if (poll(&woken, 1, sleep_ms(p)) > 0) eventfd_read(p->wake, &wakes);
        bool has_risen = read_heads(p);
        int count = READY_MAX;
        for (int at = 0; count == READY_MAX && !is_stopping(p);) {
            count = take_ready(p, has_risen, &at, ready, news);
            for (int i = 0; i < count; i++) {
                if (news[i]) {
                    answer_with_news(p, &ready[i]);
                } else {
                    answer_without_news(p, &ready[i]);
                }
            }
        }
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
    // Also where nobody waits: whoever comes next is held against what is known here.
    p->told = true;
    bool has_waiters = p->count > 0;
    pthread_mutex_unlock(&p->lock);
    if (has_waiters) eventfd_write(p->wake, 1);
}

void polls_add(struct polls *p, const struct poll_entry *entry)
{
    struct poll_entry older = {0};
    pthread_mutex_lock(&p->lock);
    int at = find(p, &entry->inc);
    if (at >= 0) older = take(p, at);
    bool has_room = p->count < HTTP_CONNECTIONS_MAX;
    if (has_room) put(p, entry);
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
