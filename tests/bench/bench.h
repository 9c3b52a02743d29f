// The load generator of tests/bench: thousands of kiosks in one process, over one epoll. They sign,
// seal and chain as real ones do, with the layers of the kiosk (wire, crypt); what they do not have is
// a database and a screen. Each mode prints one line of JSON, or ends with 1 where an answer was
// wrong: a figure of a wrong service is worth nothing.
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include "app/data_dir.h"
#include "wire/wire_op.h"

#define BENCH_KIOSKS_MAX  16384
#define BENCH_ARENA_BYTES ((size_t)2 * 1024 * 1024 * 1024) // address space; what is used counts
#define BENCH_REPLY_MAX   ((size_t)1024 * 1024)

// ---- The command line: MODE name=value …

struct bench {
    struct env *env;
    struct arena *arena; // lives as long as the process
    struct data_dir dir;
    int word_count;
    char **words;
};

const char *bench_text(const struct bench *b, const char *name, const char *otherwise);
int64_t bench_int(const struct bench *b, const char *name, int64_t otherwise);
int64_t bench_us(void); // monotonic
// Says what was wrong and ends the process.
__attribute__((noreturn)) void bench_fail(const char *what);
void bench_must(enum err e, const char *what);

// Times in microseconds, sorted by the call; `per_mille` of them are not longer.
int64_t bench_quantile(int64_t *us, int count, int per_mille);

// ---- The county as the kiosks know it

struct bench_kiosk {
    struct id id;
    struct inc_id inc;
    struct site_code site;
    struct crypt_key_pair keys;
    int64_t seq; // of its last operation
    struct crypt_hash chain;
    struct feed_position at;
};

struct bench_sitting {
    struct sitting_id id;
    int seats;
};

struct bench_county {
    struct id gen;
    struct seal_public_key box;
    struct bench_kiosk *kiosks;
    int kiosk_count;
    struct bench_sitting *sittings; // of many seats, by start
    int sitting_count;
    struct sitting_id rare; // the one sitting of few seats
    int64_t phone;          // the next visitor's
};

// Out of the database and of the file that `fill` has left.
void bench_county_load(struct bench *b, struct bench_county *c);

// A visitor's wish for a pool seat, with a sealed box; the seat is still to be named.
struct op bench_sale(struct bench *b, struct bench_county *c, const struct bench_kiosk *k);

// The next operations of the kiosk's log as a signed request; moves its log on. Lives in `a`.
struct str bench_push(struct bench *b, struct bench_county *c, struct bench_kiosk *k,
                      struct op *ops, int count, struct arena *a);
struct str bench_poll(struct bench *b, const struct bench_county *c, const struct bench_kiosk *k,
                      int wait_s, struct arena *a);

// ---- Connections that are kept alive, one request under way on each

struct bench_line {
    int fd;
    int index;
    struct str request; // kept by the caller until it is answered
    size_t sent;
    struct buf reply; // as it came
    int status;       // 0: the server has hung up without a word
    struct str body;
    int64_t asked_us;
    int64_t answered_us;
    // The caller's.
    struct buf out;
    int sitting;
    int seat;
};

typedef void bench_answer_fn(void *context, struct bench_line *line);

struct bench_net {
    int epoll;
    int port;
    int count;
    int under_way;
    struct bench_line *lines;
    bench_answer_fn *answered; // may ask again
    void *context;
};

void bench_net_open(struct bench *b, struct bench_net *n, int count, bench_answer_fn *answered,
                    void *context);
void bench_net_close(struct bench_net *n);
void bench_ask(struct bench_net *n, struct bench_line *line, struct str request);
// Handles what has come, once; waits for it at most so long. False: nothing came.
bool bench_turn(struct bench_net *n, int wait_ms);
// Until nothing is under way, or nothing has come for so long: false.
bool bench_wait(struct bench_net *n, int quiet_ms);

// What a page of the feed says of where its reader stands then.
void bench_position(struct str page, struct feed_position *at);
int64_t bench_server_kb(const struct bench *b); // memory of the process `pid` (PSS)

// ---- Modes

void bench_fill(struct bench *b);
void bench_book(struct bench *b);
void bench_hot(struct bench *b);
void bench_rush(struct bench *b);
void bench_polls(struct bench *b);
void bench_swarm(struct bench *b);
void bench_read(struct bench *b);
void bench_peer(struct bench *b);

#endif
