// The keeper's own parts. Internal to `keeper`.
#ifndef KEEPER_KEEPER_OWN_H
#define KEEPER_KEEPER_OWN_H

#include "cache/cache_key.h"
#include "cache/cache_ledger.h"
#include "cache/cache_spool.h"
#include "crypt/request.h"
#include "keeper/keeper_content.h"
#include "keeper/keeper_queue.h"
#include "net/net.h"
#include "sync/sync_hear.h"
#include "sync/sync_plan.h"
#include "sync/sync_stage.h"

#define KEEPER_AGAIN_MS        2000 // until a seat that is called back is asked for again
#define KEEPER_AGAIN_MAX       2
#define KEEPER_APP             "0.1.0"
#define KEEPER_ARENA_BYTES     (16 * 1024 * 1024) // of one message
#define KEEPER_HELLO_LIMIT_MS  10000
#define KEEPER_PUSH_LIMIT_MS   10000
#define KEEPER_PULL_EXTRA_MS   10000  // past the time the centre may hold a feed request
#define KEEPER_REFUSED_WAIT_MS 900000 // suspended or unknown: ask again each 15 minutes
#define KEEPER_SWEEP_MS        600000
#define KEEPER_URL_BYTES_MAX   1024

// A visitor who waits for the centre's word on a pool seat.
struct keeper_waiting {
    bool is_used;
    bool is_told;     // the visitor has gone; the withdrawal is still to be written
    int64_t until_ms; // monotonic
    int64_t again_ms; // when to ask once more; 0: the answer is under way
    int again_count;
    struct keeper_answer answer; // as it will be given
};

// A talk under way.
struct keeper_talk {
    struct net_token token;
    struct inc_id inc; // the life of the database in which it was asked
    int64_t from;      // push: its first operation
};

struct keeper_enrolment {
    char device_code[65];
    struct net_token token; // of the request under way
    bool is_under_way;
    int64_t next_ms;    // not before, monotonic
    int64_t expires_ms; // of the code; 0: none asked for
};

struct keeper {
    struct keeper_config config;
    struct env *env;
    struct keeper_wake *wake;
    struct keeper_queue queue;
    pthread_t thread;
    bool is_running;

    // The keeper's thread alone, from here on.
    struct net net;
    struct arena process; // what lives as long as the ledger
    struct arena message; // rewound after every message
    struct cache_ledger *ledger;
    struct crypt_key_pair key;
    struct id kiosk; // none before enrolment
    struct keeper_enrolment enrolment;
    struct sync_plan plan;
    struct sync_stage stage;
    struct keeper_talk talks[SYNC_TALKS]; // by enum sync_talk
    struct keeper_waiting waiting[KEEPER_QUEUE_MAX];
    struct fs fs;
    struct cache_slips spooled; // filled before the thread starts, emptied by the main thread
    int64_t wait_s;             // how long the centre holds a feed request
    bool is_refused;            // suspended, revoked or unknown
    int64_t sweep_ms;
    struct keeper_content *content;
};

// Positions of the ledger, read outside of a transaction.
MUST_USE enum err keeper_self(struct keeper *k, struct ledger_self *out);

// What this kiosk believes the time to be, and how sure it is (protocol 2.12).
struct sync_now keeper_sync_now(struct keeper *k);
void keeper_set_clock(struct keeper *k, int64_t centre_ms);

// Visitors (keeper_act.c).
void keeper_act(struct keeper *k, const struct keeper_request *request);
void keeper_decided(struct keeper *k, const struct sync_decided *decided);
void keeper_ask_again(struct keeper *k);             // whose seat is being called back
void keeper_give_up_late(struct keeper *k);          // those who have waited long enough
int64_t keeper_wait_left_ms(const struct keeper *k); // until the next of them; -1: none
void keeper_load_spool(struct keeper *k);
void keeper_forget_visitors(struct keeper *k); // who waits is told, and no slip is kept

// The centre (keeper_talk.c).
void keeper_talk_step(struct keeper *k, enum sync_event event, enum sync_talk talk,
                      int64_t retry_after_ms, int64_t *wait_ms);
// True where the reply was to one of our talks.
bool keeper_talk_reply(struct keeper *k, const struct net_reply *reply);

// Enrolment (keeper_enrol.c).
void keeper_enrol_step(struct keeper *k, int64_t *wait_ms);
bool keeper_enrol_reply(struct keeper *k, const struct net_reply *reply);

// A change that the screens should see; and how the line stands, where it has changed.
void keeper_changed(struct keeper *k);
void keeper_tell_status(struct keeper *k);

// Starts a signed (or, before enrolment, plain) request.
struct keeper_call {
    enum net_method method;
    struct str path;
    struct str query; // without '?'
    struct str body;
    int deadline_ms;
};
MUST_USE enum err keeper_send(struct keeper *k, const struct keeper_call *call,
                              struct net_token *out);

#endif
