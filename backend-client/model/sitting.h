// A sitting (坐班): one counsellor at one site for one stretch of one day, with a number of seats that
// can be booked. Seat k of a sitting has the planned time start + (k-1) * seat_minutes: computed, never
// stored. Every window counts from the planned time. Walk-ins have no seats; they are called in the
// gaps. All times are UTC milliseconds.
#ifndef MODEL_SITTING_H
#define MODEL_SITTING_H

#include "base/date.h"
#include "base/id.h"
#include "model/site.h"
#include "model/topic.h"
#include "model/verdict.h"

#define SITTING_SEATS_MAX            50
#define SITTING_SEAT_MINUTES         30 // unless the roster says otherwise
#define SITTING_SEAT_MINUTES_MIN     5
#define SITTING_SEAT_MINUTES_MAX     240
#define SITTING_GRANULE_MINUTES      10 // starts and ends lie on this grid; a counsellor owns each once
#define SITTING_SELL_BEFORE_MS       (5 * DATE_MINUTE_MS)
#define SITTING_WALKIN_BEFORE_MS     (60 * DATE_MINUTE_MS) // before the start of a sitting
#define SITTING_WALKIN_UNTIL_END_MS  (15 * DATE_MINUTE_MS) // before its end
#define SITTING_HORIZON_DAYS         14 // seats may be booked today and so far ahead
#define SITTING_RIGHTS_DAYS          7  // seats are handed to kiosks so far ahead
#define SITTING_DESK_CHARS_MAX       12
#define SITTING_COUNSELLOR_CHARS_MAX 25

struct sitting_id {
    struct id id;
};

struct counsellor_id {
    struct id id;
};

enum sitting_state {
    SITTING_OPEN,
    SITTING_CLOSING, // no more sales; rights on their way back, bookings being moved
    SITTING_CLOSED,
};

enum counsellor_kind {
#define COUNSELLOR_KIND(id, code, name) COUNSELLOR_##id,
#include "model/counsellor.def"
#undef COUNSELLOR_KIND
};

#define COUNSELLOR_KIND_COUNT (COUNSELLOR_LEGAL_WORKER + 1)

struct counsellor {
    struct counsellor_id id;
    struct str name;
    enum counsellor_kind kind;
};

struct sitting {
    struct sitting_id id;
    struct site_code site;
    struct counsellor_id counsellor;
    int64_t start_ms;
    int64_t end_ms;
    int seat_minutes;
    int seat_count;
    unsigned topics; // bit mask, see topics_have
    enum sitting_state state;
    struct str desk; // where in the site; may be empty
};

const char *sitting_state_code(enum sitting_state state);
MUST_USE bool sitting_state_parse(struct str code, enum sitting_state *out);
const char *counsellor_kind_code(enum counsellor_kind kind);
struct str counsellor_kind_name(enum counsellor_kind kind); // Chinese
MUST_USE bool counsellor_kind_parse(struct str code, enum counsellor_kind *out);
MUST_USE bool counsellor_kind_from_name(struct str name, enum counsellor_kind *out);

int64_t sitting_seat_ms(const struct sitting *s, int seat); // planned time of seat 1 … seat_count

// May seat `seat` be sold now, as far as time and the sitting's state go?
enum verdict sitting_check_sale(const struct sitting *s, int seat, int64_t now_ms);

// May its seats be handed to kiosks now?
bool sitting_gives_rights(const struct sitting *s, int64_t now_ms);

// Somebody sits now (nobody has signed out, as far as the roster knows).
bool sitting_is_on(const struct sitting *s, int64_t now_ms);

// A walk-in number is given for it now.
bool sitting_takes_walkins(const struct sitting *s, int64_t now_ms);

// Of `count` sittings of one site sorted by start: the first that runs now, the first that starts
// later, the first that takes walk-ins; -1 where there is none.
int sitting_find_on(const struct sitting *s, int count, int64_t now_ms);
int sitting_find_next(const struct sitting *s, int count, int64_t now_ms);
int sitting_find_walkin(const struct sitting *s, int count, int64_t now_ms);

#endif
