// A booking: one visitor on one seat, or a wish (登记等候) for a sitting without one. The kiosk asks
// these rules before it shows a button, the server asks the same ones before it stores.
#ifndef MODEL_BOOKING_H
#define MODEL_BOOKING_H

#include "model/sitting.h"

#define BOOKING_OPEN_PER_PHONE_MAX  2
#define BOOKING_CHECKIN_BEFORE_MS   (30 * DATE_MINUTE_MS)
#define BOOKING_CHECKIN_AFTER_MS    (10 * DATE_MINUTE_MS)
#define BOOKING_CANCEL_BEFORE_MS    (120 * DATE_MINUTE_MS)
#define BOOKING_PIN_TRIES_MAX       5
#define BOOKING_PIN_TRIES_WINDOW_MS (10 * DATE_MINUTE_MS)

struct booking_id {
    struct id id;
};

enum booking_state {
#define BOOKING_STATE(id, code, words) BOOKING_##id,
#include "model/booking.def"
#undef BOOKING_STATE
};

#define BOOKING_STATE_COUNT (BOOKING_WISH + 1)

const char *booking_state_code(enum booking_state state);
struct str booking_state_words(enum booking_state state); // Chinese, for the screen
MUST_USE bool booking_state_parse(struct str code, enum booking_state *out);

// The seat is taken by it: nobody else may have the seat (confirmed, checked in, served, missed).
bool booking_holds_seat(enum booking_state state);
// It still counts for the limits of a phone (confirmed, checked in, a wish).
bool booking_is_open(enum booking_state state);

// A sale as the rules see it.
struct booking_ask {
    const struct sitting *sitting;
    int seat;            // whose planned time was shown
    bool has_phone;      // without a phone there is no limit
    int open_same_topic; // open bookings of this phone on this topic
    int open_in_all;     // open bookings of this phone
};

// One open booking per phone and topic, two per phone in all, within the horizon, before the sale of
// that seat ends. Who owns the seat is not asked here.
enum verdict booking_check(const struct booking_ask *ask, int64_t now_ms);

// A wish needs a phone: staff call back.
enum verdict booking_check_wish(bool has_phone);

// What a kiosk offers. The centre takes a late cancel or move all the same: a freed seat helps. Whose
// sitting was closed under the booking may choose another one at any time.
enum verdict booking_check_cancel(enum booking_state state, int64_t planned_ms, int64_t now_ms);
enum verdict booking_check_move(enum booking_state state, int64_t planned_ms, int64_t now_ms);

// Check-in from 30 minutes before to 10 minutes after the planned time, at the site of the sitting.
enum verdict booking_check_checkin(enum booking_state state, int64_t planned_ms, int64_t now_ms);

// Nobody checked in in time: the phone is free for another booking, the seat is not sold again.
bool booking_is_missed(enum booking_state state, int64_t planned_ms, int64_t now_ms);

// Wrong PINs at one kiosk: after 5 within 10 minutes, a pause.
struct booking_tries {
    int64_t at_ms[BOOKING_PIN_TRIES_MAX]; // of the last wrong ones, in a ring; 0 = none
    int next;
};

enum verdict booking_tries_check(const struct booking_tries *t, int64_t mono_ms);
void booking_tries_wrong(struct booking_tries *t, int64_t mono_ms);

#endif
