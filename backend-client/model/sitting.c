#include "model/sitting.h"

static const char *const state_codes[] = {
    [SITTING_OPEN] = "open", [SITTING_CLOSING] = "closing", [SITTING_CLOSED] = "closed"};

static const struct {
    const char *code;
    struct str name;
} kinds[COUNSELLOR_KIND_COUNT] = {
#define COUNSELLOR_KIND(id, code, name) [COUNSELLOR_##id] = {code, {name, sizeof(name) - 1}},
#include "model/counsellor.def"
#undef COUNSELLOR_KIND
};

const char *sitting_state_code(enum sitting_state state)
{
    return state_codes[state];
}

bool sitting_state_parse(struct str code, enum sitting_state *out)
{
    for (int s = SITTING_OPEN; s <= SITTING_CLOSED; s++) {
        if (!str_eq_z(code, state_codes[s])) continue;
        *out = (enum sitting_state)s;
        return true;
    }
    return false;
}

const char *counsellor_kind_code(enum counsellor_kind kind)
{
    return kinds[kind].code;
}

struct str counsellor_kind_name(enum counsellor_kind kind)
{
    return kinds[kind].name;
}

bool counsellor_kind_parse(struct str code, enum counsellor_kind *out)
{
    for (int k = 0; k < COUNSELLOR_KIND_COUNT; k++) {
        if (!str_eq_z(code, kinds[k].code)) continue;
        *out = (enum counsellor_kind)k;
        return true;
    }
    return false;
}

bool counsellor_kind_from_name(struct str name, enum counsellor_kind *out)
{
    for (int k = 0; k < COUNSELLOR_KIND_COUNT; k++) {
        if (!str_eq(name, kinds[k].name)) continue;
        *out = (enum counsellor_kind)k;
        return true;
    }
    return false;
}

int64_t sitting_seat_ms(const struct sitting *s, int seat)
{
    CHECK(seat >= 1 && seat <= SITTING_SEATS_MAX);
    return s->start_ms + (int64_t)(seat - 1) * s->seat_minutes * DATE_MINUTE_MS;
}

enum verdict sitting_check_sale(const struct sitting *s, int seat, int64_t now_ms)
{
    int64_t planned_ms = sitting_seat_ms(s, seat);
    if (s->state != SITTING_OPEN) return VERDICT_SITTING_CLOSED;
    if (now_ms > planned_ms - SITTING_SELL_BEFORE_MS) return VERDICT_SITTING_STARTED;
    if (date_day_from_ms(planned_ms) > date_day_from_ms(now_ms) + SITTING_HORIZON_DAYS)
        return VERDICT_TOO_FAR;
    return VERDICT_OK;
}

bool sitting_gives_rights(const struct sitting *s, int64_t now_ms)
{
    if (s->state != SITTING_OPEN || s->start_ms <= now_ms) return false;
    return date_day_from_ms(s->start_ms) < date_day_from_ms(now_ms) + SITTING_RIGHTS_DAYS;
}

bool sitting_is_on(const struct sitting *s, int64_t now_ms)
{
    return s->state == SITTING_OPEN && s->start_ms <= now_ms && now_ms < s->end_ms;
}

bool sitting_takes_walkins(const struct sitting *s, int64_t now_ms)
{
    return s->state == SITTING_OPEN && now_ms >= s->start_ms - SITTING_WALKIN_BEFORE_MS &&
           now_ms <= s->end_ms - SITTING_WALKIN_UNTIL_END_MS;
}

int sitting_find_on(const struct sitting *s, int count, int64_t now_ms)
{
    for (int i = 0; i < count; i++) {
        if (sitting_is_on(&s[i], now_ms)) return i;
    }
    return -1;
}

int sitting_find_next(const struct sitting *s, int count, int64_t now_ms)
{
    for (int i = 0; i < count; i++) {
        if (s[i].state == SITTING_OPEN && s[i].start_ms > now_ms) return i;
    }
    return -1;
}

int sitting_find_walkin(const struct sitting *s, int count, int64_t now_ms)
{
    for (int i = 0; i < count; i++) {
        if (sitting_takes_walkins(&s[i], now_ms)) return i;
    }
    return -1;
}
