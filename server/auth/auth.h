// Who is asking: a kiosk, by the signature on its request (crypt/request.h), and may it ask now?
//
// The signature is verified from the head alone, so a body is read only for whoever may send it; the
// digest that the signature covers is held against the body afterwards. `created` is never a reason
// to refuse: a kiosk whose clock is wrong must not be locked out, and every request is harmless when
// repeated. A clock that is far off is logged.
#ifndef AUTH_AUTH_H
#define AUTH_AUTH_H

#include "crypt/request.h"
#include "store/store.h"

#include <pthread.h>

#define AUTH_RATE_PER_S    5  // requests of one kiosk
#define AUTH_RATE_BURST    20 // at once, after a pause
#define AUTH_RATE_SLOTS    4096
#define AUTH_RATE_PROBES   8
#define AUTH_SKEW_WARN_MS  (10 * DATE_MINUTE_MS)
#define AUTH_SKEW_QUIET_MS (60 * DATE_MINUTE_MS) // one line a kiosk in so long

// What one kiosk has left of its rate. The table is bounded: among the places a kiosk may have, the
// one untouched for longest makes room.
struct auth_rate {
    struct id kiosk;
    int64_t at_ms;    // monotonic, of the last request
    int64_t spent_ms; // of the burst, in milliseconds of refilling
    int64_t skew_told_ms;
};

struct auth {
    struct env *env;
    pthread_mutex_t lock;
    struct auth_rate rates[AUTH_RATE_SLOTS];
};

// Keeps `env`.
void auth_init(struct auth *a, struct env *env);
void auth_deinit(struct auth *a);

// The head of a request, all borrowed. keyid and created_s of `parts` are filled in by auth_kiosk.
struct auth_request {
    struct request_parts parts;
    struct str signature_input;
    struct str signature;
    bool is_single; // each of the fields stood there exactly once
};

enum auth_answer {
    AUTH_OK,
    AUTH_BAD_SIGNATURE,
    AUTH_UNKNOWN,   // no kiosk of that name
    AUTH_SUSPENDED, // staff have stopped it for now
    AUTH_REVOKED,   // written off
    AUTH_RETIRED,   // the kiosk is fine, but this life of its database is over
    AUTH_TOO_MANY,  // over its rate; see `retry_s`
};

struct auth_kiosk {
    struct store_kiosk kiosk;
    struct inc_id inc; // that asks; kiosk.inc unless any incarnation may ask
    int64_t retry_s;   // with AUTH_TOO_MANY
};

enum auth_inc { AUTH_ACTIVE_INC, AUTH_ANY_INC }; // a new incarnation introduces itself by hello

// Threads: any, each with its own reader. An error is the machinery's.
MUST_USE enum err auth_kiosk(struct auth *a, struct store *reader, struct auth_request *request,
                             enum auth_inc which, enum auth_answer *answer, struct auth_kiosk *out);

#endif
