#include "model/feed.h"

static const char *const codes[] = {
#define FEED(id, code) [FEED_##id] = code,
#include "model/feed.def"
#undef FEED
};

const char *feed_kind_code(enum feed_kind kind)
{
    CHECK(kind != FEED_KIND_UNKNOWN);
    return codes[kind];
}

enum feed_kind feed_kind_parse(struct str code)
{
    for (int k = 0; k < FEED_KIND_UNKNOWN; k++) {
        if (str_eq_z(code, codes[k])) return (enum feed_kind)k;
    }
    return FEED_KIND_UNKNOWN;
}

bool feed_seats_have(uint64_t seats, int seat)
{
    CHECK(seat >= 1 && seat <= SITTING_SEATS_MAX);
    return (seats >> (seat - 1) & 1) != 0;
}

struct str feed_right_key(struct arena *a, struct sitting_id sitting, int seat)
{
    return str_printf(a, "%s-%02d", sitting.id.hex, seat);
}
