// The running centre: listener, readers, writer and the thread of waiting polls, put together and
// taken apart in order.
#ifndef APP_SERVE_H
#define APP_SERVE_H

#include "api/api.h"
#include "app/data_dir.h"

#include <stdatomic.h>

#define SERVE_GRACE_MS 800 // for answers under way, once it is told to stop

struct serve_config {
    int port;
    int worker_count;
    int connection_max;
};

struct serve_store {
    struct arena arena;
    struct store *store;
};

struct serve {
    struct data_dir *dir; // kept
    int lock;
    struct serve_store writing;
    struct serve_store polling;
    struct serve_store watching; // the main thread's, where other instances may write
    struct serve_store reading[HTTP_WORKERS_MAX + 1];
    struct writer writer;
    struct polls polls;
    struct api api;
    struct router router;
    struct http http;
    atomic_int nightly_day; // civil day of the last run that was kept; the writer tells it
    int64_t minute_ms;      // when the last minute's work was asked for, monotonic
    int64_t turn;           // of the generation, as DIR/generation has it
    int timestamp_day;      // civil day on which the timestamp was last seen to be fresh
};

// `s` is zeroed and large. After an error serve_stop is still due.
MUST_USE enum err serve_start(struct serve *s, struct data_dir *dir,
                              const struct serve_config *config);

// What is due by the calendar: the nightly run when the day has changed, a fresh timestamp before the
// What is due by the calendar: the nightly run when the day has changed, a fresh timestamp before the
// old one ends, a minute's work as long as kiosks are about; and a look at what other instances have
// done. What fails is tried again soon. To be called now and then; answers after how many milliseconds
// at the latest, or SERVE_GIVE_UP, logged, where the database is no longer the one that was opened.
#define SERVE_GIVE_UP (-1)
int64_t serve_keep_time(struct serve *s);

// Ends what was begun: commands are carried out, polls are answered with 503.
void serve_stop(struct serve *s);

#endif
