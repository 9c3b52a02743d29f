// The state feed: what the centre tells kiosks. Latest version of each key only, with a sequence
// number per stream that rises in commit order. Streams: c:<county> (sites, counsellors, sittings,
// avail, working days, the content release), s:<site> (its bookings without personal data, its queue and
// calls), d:<incarnation> (the seats this kiosk's file owns, and the key of its site's PINs).
#ifndef MODEL_FEED_H
#define MODEL_FEED_H

#include "model/op.h"
#include "model/queue.h"
#include "model/workday.h"

#define FEED_PAGE_ROWS_MAX    500
#define FEED_PAGE_BYTES_MAX   (512 * 1024)
#define FEED_ROW_BYTES_MAX    16384
#define FEED_KEY_BYTES_MAX    48
#define FEED_STREAM_BYTES_MAX 40
#define FEED_STREAMS          3

enum feed_stream { FEED_COUNTY, FEED_SITE_STREAM, FEED_DEVICE };

enum feed_kind {
#define FEED(id, code) FEED_##id,
#include "model/feed.def"
#undef FEED
    FEED_KIND_UNKNOWN // of a newer centre: stored and skipped
};

const char *feed_kind_code(enum feed_kind kind); // CHECKs that it is known
enum feed_kind feed_kind_parse(struct str code);

// Free seats as sets: bit k-1 stands for seat k. Which of them are still on sale is for the reader's
// clock to say.
struct feed_avail {
    struct sitting_id sitting;
    uint64_t pool;      // free seats of the pool
    uint64_t elsewhere; // free seats owned by kiosks
};

bool feed_seats_have(uint64_t seats, int seat);

// The key of a right among the rows: sitting and seat.
#define FEED_RIGHT_KEY_BYTES (ID_HEX_BYTES + 4)
struct str feed_right_key(struct arena *a, struct sitting_id sitting, int seat);

// A booking at this site, for check-in and look-up by code and PIN.
struct feed_booking {
    struct booking_id booking;
    struct sitting_id sitting;
    int seat; // 0 for a wish
    struct ticket_code code;
    struct pin_hash pin_hash;
    enum booking_state state;
};

// A seat this incarnation owns, with the booking on it as the centre knows it.
struct feed_right {
    struct sitting_id sitting;
    int seat;
    int64_t epoch;
    struct booking_id booking; // none: free
    bool is_recalled;          // the centre asks for it back, once it is free
};

// The key under which this site's PINs are hashed.
struct feed_pin_key {
    char hex[65];
};

// Today's queue of the site, for boards.
struct feed_queue {
    int day;
    int waiting; // people, walk-ins and checked-in bookings
    int desks;   // counsellors who sit now
    int minutes_each;
    struct queue_place next[QUEUE_NEXT_SHOWN];
    int next_count;
    struct queue_place last[QUEUE_LAST_SHOWN]; // called before, the latest first
    int last_count;
};

// Who is called to a desk now; gone when served or missed.
struct feed_call {
    struct sitting_id by; // whose desk
    struct queue_place place;
    struct str name; // surname and *; empty for a walk-in
    int calls;       // 1 … QUEUE_CALLS_MAX
    int64_t at_ms;   // of the last one
};

struct feed_row {
    enum feed_stream stream;
    enum feed_kind kind;
    struct str key;
    int64_t seq;
    bool is_dead;    // the thing is gone; no value
    int64_t applied; // of the page it came with: what it has seen of our own operations
    struct str body; // FEED_KIND_UNKNOWN: kind and value as they came, for storing; borrowed
    union {
        struct site site;
        struct counsellor counsellor;
        struct sitting sitting;
        struct feed_avail avail;
        struct workday_entry workday;
        int64_t release; // version of the content release in force
        struct feed_booking booking;
        struct feed_right right;
        struct feed_pin_key pin_key;
        struct feed_queue queue;
        struct feed_call call;
    } value; // by kind; zeroed where is_dead
};

// Where each stream stands; the index is enum feed_stream.
struct feed_position {
    int64_t seq[FEED_STREAMS];
};

// One answer of the feed. A page never splits a sequence number.
struct feed_page {
    struct id gen;
    struct feed_position from;
    struct feed_position to;
    bool more;
    int64_t applied; // the last operation of this incarnation that is included
    const struct feed_row *rows;
    int count;
};

#endif
