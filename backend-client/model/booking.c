#include "model/booking.h"

static const struct {
    const char *code;
    struct str words;
} states[BOOKING_STATE_COUNT] = {
#define BOOKING_STATE(id, code, words) [BOOKING_##id] = {code, {words, sizeof(words) - 1}},
#include "model/booking.def"
#undef BOOKING_STATE
};

const char *booking_state_code(enum booking_state state)
{
    return states[state].code;
}

struct str booking_state_words(enum booking_state state)
{
    return states[state].words;
}

bool booking_state_parse(struct str code, enum booking_state *out)
{
    for (int s = 0; s < BOOKING_STATE_COUNT; s++) {
        if (!str_eq_z(code, states[s].code)) continue;
        *out = (enum booking_state)s;
        return true;
    }
    return false;
}

bool booking_holds_seat(enum booking_state state)
{
    return state == BOOKING_CONFIRMED || state == BOOKING_CHECKED_IN || state == BOOKING_SERVED ||
           state == BOOKING_NO_SHOW;
}

bool booking_is_open(enum booking_state state)
{
    return state == BOOKING_CONFIRMED || state == BOOKING_CHECKED_IN || state == BOOKING_WISH;
}

enum verdict booking_check(const struct booking_ask *ask, int64_t now_ms)
{
    CHECK(ask->seat >= 1 && ask->open_same_topic <= ask->open_in_all);
    if (ask->seat > ask->sitting->seat_count) return VERDICT_SITTING_FULL;
    enum verdict v = sitting_check_sale(ask->sitting, ask->seat, now_ms);
    if (v != VERDICT_OK || !ask->has_phone) return v;
    if (ask->open_same_topic > 0) return VERDICT_LIMIT_TOPIC;
    if (ask->open_in_all >= BOOKING_OPEN_PER_PHONE_MAX) return VERDICT_LIMIT_PHONE;
    return VERDICT_OK;
}

enum verdict booking_check_wish(bool has_phone)
{
    return has_phone ? VERDICT_OK : VERDICT_PHONE_NEEDED;
}

enum verdict booking_check_cancel(enum booking_state state, int64_t planned_ms, int64_t now_ms)
{
    if (state == BOOKING_CANCELLED) return VERDICT_ALREADY_CANCELLED;
    if (state == BOOKING_WISH) return VERDICT_OK;
    if (state != BOOKING_CONFIRMED) return VERDICT_CANCEL_TOO_LATE;
    return now_ms > planned_ms - BOOKING_CANCEL_BEFORE_MS ? VERDICT_CANCEL_TOO_LATE : VERDICT_OK;
}

enum verdict booking_check_move(enum booking_state state, int64_t planned_ms, int64_t now_ms)
{
    if (state == BOOKING_WISH) return VERDICT_NOT_FOUND;
    if (state == BOOKING_DISPLACED) return VERDICT_OK;
    return booking_check_cancel(state, planned_ms, now_ms);
}

enum verdict booking_check_checkin(enum booking_state state, int64_t planned_ms, int64_t now_ms)
{
    switch (state) {
    case BOOKING_CHECKED_IN:
    case BOOKING_SERVED: return VERDICT_CHECKIN_DONE;
    case BOOKING_CANCELLED: return VERDICT_ALREADY_CANCELLED;
    case BOOKING_ASKED:
    case BOOKING_REFUSED:
    case BOOKING_WISH: return VERDICT_NOT_FOUND;
    case BOOKING_NO_SHOW: return VERDICT_CHECKIN_LATE;
    case BOOKING_CONFIRMED:
    case BOOKING_DISPLACED: break;
    }
    if (now_ms < planned_ms - BOOKING_CHECKIN_BEFORE_MS) return VERDICT_CHECKIN_EARLY;
    return now_ms > planned_ms + BOOKING_CHECKIN_AFTER_MS ? VERDICT_CHECKIN_LATE : VERDICT_OK;
}

bool booking_is_missed(enum booking_state state, int64_t planned_ms, int64_t now_ms)
{
    return state == BOOKING_CONFIRMED && now_ms > planned_ms + BOOKING_CHECKIN_AFTER_MS;
}

enum verdict booking_tries_check(const struct booking_tries *t, int64_t mono_ms)
{
    // The slot to be written next holds the oldest of the last five wrong tries.
    int64_t oldest_ms = t->at_ms[t->next];
    bool is_pause = oldest_ms != 0 && mono_ms - oldest_ms < BOOKING_PIN_TRIES_WINDOW_MS;
    return is_pause ? VERDICT_PIN_TRIES : VERDICT_OK;
}

void booking_tries_wrong(struct booking_tries *t, int64_t mono_ms)
{
    t->at_ms[t->next] = mono_ms > 0 ? mono_ms : 1;
    t->next = (t->next + 1) % BOOKING_PIN_TRIES_MAX;
}
