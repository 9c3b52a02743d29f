// The queue of a site: who waits, who is called next, how long it may take.
//
// Two kinds of visitors wait: those with a walk-in number, whom any counsellor of the site may call, and
// those who booked and checked in, whom the counsellor of their sitting calls. A booking goes first from
// its planned time on; walk-ins fill the gaps before it. Priority (elders, disabled people, soldiers,
// pregnant women) moves a walk-in up, but at most every second call, so that nobody starves. Staff give
// priority, for they see the person. Three calls, then missed; who was missed can come back and waits
// anew.
#ifndef MODEL_QUEUE_H
#define MODEL_QUEUE_H

#include "model/booking.h"
#include "model/ticket.h"

#define QUEUE_WAITING_MAX    500 // at one site on one day
#define QUEUE_CALLS_MAX      3
#define QUEUE_NEXT_SHOWN     3 // on the call display
#define QUEUE_LAST_SHOWN     2
#define QUEUE_MINUTES_EACH   20 // of one consultation, until the day has shown otherwise
#define QUEUE_MINUTES_MIN    5
#define QUEUE_MINUTES_MAX    60
#define QUEUE_MEASURED_MIN   3 // consultations before the day's own mean is believed
#define QUEUE_TICKET_BYTES   5 // "A037" and NUL
#define QUEUE_ROUND_MINUTES  5
#define QUEUE_NAME_BYTES_MAX 32

enum queue_state {
#define QUEUE_STATE(id, code) QUEUE_##id,
#include "model/queue.def"
#undef QUEUE_STATE
};

#define QUEUE_STATE_COUNT (QUEUE_LEFT + 1)

const char *queue_state_code(enum queue_state state);
MUST_USE bool queue_state_parse(struct str code, enum queue_state *out);

// What stands on boards: a walk-in's number, or a booking's planned time.
struct queue_place {
    char ticket[QUEUE_TICKET_BYTES]; // empty: a booking
    int64_t planned_ms;              // of a booking; 0: a walk-in
};

// One who waits.
struct queue_waiting {
    struct sitting_id sitting; // of a booking: only its counsellor calls it; none: a walk-in
    int64_t planned_ms;        // of a booking
    int64_t arrived_ms;        // took the number, checked in, or came back
    bool has_priority;
};

// Who is called next by the counsellor of `sitting`: the index, -1 where nobody waits for them.
// `had_priority`: the call before this one at the site was given for priority.
int queue_next(const struct queue_waiting *waiting, int count, struct sitting_id sitting,
               bool had_priority, int64_t now_ms);

// May this one be called, once more, missed, served, brought back, given priority?
enum verdict queue_check_call(enum queue_state state);
enum verdict queue_check_again(enum queue_state state, int calls);
enum verdict queue_check_end(enum queue_state state);  // served, or missed
enum verdict queue_check_back(enum queue_state state); // of one who was missed
enum verdict queue_check_priority(enum queue_state state, bool is_booking);

// Minutes of one consultation by what the day has shown: `count` of them took `total_ms`.
int queue_minutes_each(int count, int64_t total_ms);

// Minutes until one with `ahead` people before them is called, where `desks` counsellors sit; rounded
// up to 5, so that it does not promise what nobody knows.
int queue_wait_minutes(int ahead, int desks, int minutes_each);

#endif
