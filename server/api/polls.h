// The feed requests that hang: kiosks waiting for news. A waiting request costs a row in a table and
// a connection, no thread and no request memory. One thread answers them: it sleeps until the writer
// has committed something or the first wait is over, looks where the streams stand and answers
// whoever has news. Where other instances write too, it also looks every POLLS_LOOK_MS while somebody
// waits.
#ifndef API_POLLS_H
#define API_POLLS_H

#include "http/http.h"
#include "store/store.h"

#include <pthread.h>

#define POLLS_LOOK_MS 500
#define POLLS_BUCKETS 4096

struct poll_entry {
    struct http_ticket ticket;
    struct inc_id inc;
    struct site_code site;
    struct feed_position from;
    int64_t applied;  // what an answer without news says
    int64_t until_ms; // monotonic
    // The table's own.
    bool is_new; // not yet held against the heads
    int next;    // of the same bucket; counted from 1, 0: none
};

struct polls {
    struct env *env;
    struct http *http;
    struct store *reader; // this thread's alone
    struct id gen;
    pthread_t thread;
    bool started;
    int wake; // eventfd
    struct arena memory;
    struct store_head *heads; // STORE_HEADS_MAX, sorted by name
    int head_count;
    int64_t looked_ms;    // when they were last read, monotonic
    pthread_mutex_t lock; // over the rest
    bool stopping;
    bool told;                  // something was committed since the heads were read
    struct poll_entry *entries; // HTTP_CONNECTIONS_MAX
    int count;
    int buckets[POLLS_BUCKETS]; // the first entry of each, counted from 1
};

struct polls_setup {
    struct env *env;      // kept
    struct http *http;    // kept
    struct store *reader; // kept
    struct id gen;
};

MUST_USE enum err polls_start(struct polls *p, const struct polls_setup *setup);
void polls_stop(struct polls *p);   // ends the thread; who waits is left to http_stop
void polls_deinit(struct polls *p); // once nobody calls any more

// Something was committed: a writer_told_fn whose context is the polls.
void polls_told(void *context);

// An older request of the same incarnation is answered without news: its connection may be dead. What
// this program committed between the caller's reading of the feed and this call is found at once.
void polls_add(struct polls *p, const struct poll_entry *entry);

// A page of the feed as a reply whose body lives in `a`.
MUST_USE enum err polls_reply(struct id gen, const struct store_feed_page *page, struct arena *a,
                              struct reply *reply);

#endif
