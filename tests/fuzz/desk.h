// The centre in one thread: the real routes, guards, handlers, decisions and tables over one database
// that is taken back after each input. Only the listener and the writer's thread are left out: a
// handler's work runs at once, as the writer would run it.
#ifndef FUZZ_DESK_H
#define FUZZ_DESK_H

#include "api/api.h"
#include "store/world.h"

#define DESK_FIELDS_MAX 70
#define DESK_CREATED_S  INT64_C(1772584800)

struct desk_field {
    struct str name;
    struct str value;
};

struct desk_ask {
    struct str method; // "GET", "HEAD", "POST"; others are refused as the listener does
    struct str target;
    struct desk_field fields[DESK_FIELDS_MAX];
    int field_count;
    struct str body;
};

// Lives until the next question or desk_back.
struct desk_answer {
    int status; // 0: it waits, as a long poll does
    struct str body;
    const char *type;
};

struct desk {
    struct world *world;
    struct world_kiosk kiosk; // the one that asks: it owns seats
    struct world_kiosk other; // another of the same site, which owns seats too
    struct sitting_id right_sitting;
    int right_seat;
    int64_t right_epoch;
    struct sitting_id pool_sitting;
    int pool_seat;
    int other_seat;         // of the pool's sitting, the other kiosk's
    struct crypt_hash hash; // of the kiosk's last operation
    int64_t seq;
    struct api api;
    struct arena memory; // of one question
    struct arena input;  // of one input
};

struct desk *desk_open(void); // once a process
void desk_back(struct desk *d);

// Adds the four fields of a signature by the kiosk over the question as it is, made from RFC 9421 and
// PROTOCOL.md without our own code for it.
void desk_sign(struct desk *d, struct desk_ask *ask, struct str created);
void desk_add_field(struct desk_ask *ask, const char *name, struct str value);
void desk_ask(struct desk *d, const struct desk_ask *ask, struct desk_answer *out);

// The same in one call: a signed question of the kiosk.
void desk_say(struct desk *d, const char *method, const char *target, struct str body,
              struct desk_answer *out);

// A success, or a problem document of a known type whose members say the same as its head.
void desk_expect_known(const struct desk_answer *answer);
bool desk_is_problem(const struct desk_answer *answer, enum problem p);

// All that a kiosk can change, as one text.
struct str desk_dump(struct desk *d);
void desk_expect_sound(struct desk *d); // the invariants that `lvyue-admin check` asks for

#endif
