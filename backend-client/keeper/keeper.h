// The keeper: the one thread that writes this kiosk's database and talks to the centre. The main
// thread asks it through a bounded queue and is never made to wait; an answer, and anything new from
// the centre, comes back through `wake`, after which the main thread takes answers with
// keeper_next_answer and reads the cache again.
//
// A booking or a move on a right, a walk-in number, a check-in or a cancel is answered when it is
// durable: one flush, a few milliseconds. A booking on a pool seat is answered by the centre, or after 8
// seconds of the kiosk's own monotonic clock with KEEPER_UNANSWERED: by then it has been withdrawn in
// the log, so that nothing can come of it later. What was to move there then stands where it stood.
#ifndef KEEPER_KEEPER_H
#define KEEPER_KEEPER_H

#include "base/env.h"
#include "model/offer.h"
#include "model/visitor.h"

#define KEEPER_QUEUE_MAX      32
#define KEEPER_ANSWER_WAIT_MS 8000

enum keeper_ask {
    KEEPER_BOOK,         // sitting, offer, visitor, topic
    KEEPER_WISH,         // sitting, visitor with phone, topic
    KEEPER_MOVE,         // booking, to sitting and offer; its answer names the new one
    KEEPER_CANCEL,       // booking
    KEEPER_CHECKIN,      // booking
    KEEPER_WALKIN,       // nothing
    KEEPER_SLIP_PRINTED, // booking: its slip is out, the spool may forget it
    KEEPER_TOUCHED,      // somebody stands at the screen: try the line once at once
};

// What a visitor has typed. Wiped by the keeper as soon as it is sealed.
struct keeper_visitor {
    char surname[VISITOR_SURNAME_BYTES_MAX + 1];
    enum visitor_title title;
    char phone[VISITOR_PHONE_DIGITS + 1]; // empty: none
};

struct keeper_request {
    enum keeper_ask ask;
    int64_t token; // comes back with the answer
    struct sitting_id sitting;
    struct offer offer;
    struct keeper_visitor visitor;
    enum topic topic;
    struct booking_id booking;
};

enum keeper_outcome {
    KEEPER_DONE,
    KEEPER_REFUSED,    // `verdict` says why; with SITTING_FULL `next_seat` may name another
    KEEPER_UNANSWERED, // a pool booking without an answer: withdrawn, nothing is promised
    KEEPER_FAILED,     // the machinery failed (logged); nothing was done
};

struct keeper_answer {
    enum keeper_ask ask;
    int64_t token;
    enum keeper_outcome outcome;
    enum verdict verdict;
    struct booking_id booking; // book, wish, move
    struct sitting_id sitting;
    struct ticket_code code;
    struct ticket_pin pin;
    int seat;
    int64_t planned_ms;
    int next_seat;
    char letter; // walk-in
    int number;
};

enum keeper_link {
    KEEPER_STARTING,
    KEEPER_ENROLLING, // waits until staff have typed `user_code`
    KEEPER_ONLINE,
    KEEPER_OFFLINE,
    KEEPER_STOPPED_BY_CENTRE, // suspended, revoked or retired: nothing is sold
};

struct keeper_status {
    enum keeper_link link;
    char user_code[10];      // "BCDF-GHJK" while enrolling
    char fingerprint[25];    // of the device key, 5 groups of 4 digits, while enrolling
    int64_t unsent;          // operations the centre has not answered
    enum op_trust trust;     // of the clock
    int64_t content_version; // of the release on the screens, 0 = none yet
    int64_t life;   // rises when a new database has begun: readers of the cache open it anew
    int64_t change; // rises whenever the cache or the content has changed
};

struct keeper_config {
    const char *data_dir;  // keeps the database, the key and quarantined files
    const char *spool_dir; // in memory (tmpfs): slips not yet printed
    const char *centre_url;
    const char *ca_file;    // NULL: the system's
    const char *pin_key;    // public-key pin as curl wants it; NULL: none
    bool is_display;        // a call display: no letter, no seats
    int64_t seed_spread_ms; // first retry after a broken connection lies in 0 … this
};

struct keeper;

// `wake` is called from the keeper's thread and only posts an event. Keeps `env` and `config`'s texts.
struct keeper_wake {
    void (*wake)(struct keeper_wake *w);
};

MUST_USE enum err keeper_start(struct keeper **out, const struct keeper_config *config,
                               struct env *env, struct keeper_wake *wake);
void keeper_stop(struct keeper *k); // only asks
void keeper_join(struct keeper *k); // waits and frees; NULL is fine

// False when the queue is full: say so and let the visitor try again. Copies.
MUST_USE bool keeper_ask(struct keeper *k, const struct keeper_request *request);
bool keeper_next_answer(struct keeper *k, struct keeper_answer *out);
void keeper_status(struct keeper *k, struct keeper_status *out);

// Civil time as the centre told it in the last hello and as our monotonic clock carried it on; before
// the first hello this machine's own. Any thread.
int64_t keeper_now_ms(struct keeper *k);

// Slips of confirmed bookings that a stop of the program kept from the printer: at the start, and as
// long as it answers true. The visitor's name is not kept, so these slips carry none.
bool keeper_next_spooled(struct keeper *k, struct keeper_answer *out);

#endif
