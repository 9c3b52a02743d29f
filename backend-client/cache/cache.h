// What this kiosk knows, for reading: the screens' view of the kiosk's database. The main thread opens
// it read-only; nothing here writes, waits for a flush or talks to anybody. A read sees one moment
// (cache_begin … cache_end); what it returns lives in the arena given to it.
//
// Writing is the keeper's (keeper/keeper.h); what the screens read changes only after its answer or its
// wake.
#ifndef CACHE_CACHE_H
#define CACHE_CACHE_H

#include "base/err.h"
#include "model/booking.h"
#include "model/feed.h"
#include "model/offer.h"

#define CACHE_SITTINGS_MAX 4000
#define CACHE_CALLS_MAX    32

struct cache; // opaque: one read-only connection

// ERR_NOT_FOUND before the keeper has made and filled the file. Not before cache_ledger_open of this
// start has answered: it may put a damaged file aside.
MUST_USE enum err cache_open(struct cache **out, const char *data_dir);
void cache_close(struct cache *c); // NULL is fine

MUST_USE enum err cache_begin(struct cache *c); // one moment for the reads that follow
void cache_end(struct cache *c);

// The site this kiosk stands in. ERR_NOT_FOUND before enrolment or before the first page.
MUST_USE enum err cache_own_site(struct cache *c, struct arena *a, struct site *out);

struct cache_sites {
    struct site *items; // in the order of the site file, at most SITE_COUNTY_SITES_MAX
    int count;
};

MUST_USE enum err cache_sites(struct cache *c, struct arena *a, struct cache_sites *out);

// A sitting with what a screen says about it.
struct cache_sitting {
    struct sitting sitting;
    struct counsellor counsellor;
    struct feed_avail avail; // zeroed where the centre has said nothing yet
    uint64_t rights;         // own unsold seats, as a set
};

struct cache_sittings {
    struct cache_sitting *items; // by start, then by the order of the sites; no more than
                                 // CACHE_SITTINGS_MAX, the first ones
    int count;
};

// Sittings that end after `from_ms` and start before `to_ms`, at `site` (NULL: at every site).
MUST_USE enum err cache_sittings(struct cache *c, struct arena *a, const struct site_code *site,
                                 int64_t from_ms, int64_t to_ms, struct cache_sittings *out);

MUST_USE enum err cache_sitting(struct cache *c, struct arena *a, struct sitting_id id,
                                struct cache_sitting *out);

// Today's queue of this site and who is called, as the centre told it last.
struct cache_queue {
    bool is_known;
    struct feed_queue queue;
    struct feed_call *calls; // at most CACHE_CALLS_MAX, the latest first
    int call_count;
};

MUST_USE enum err cache_queue(struct cache *c, struct arena *a, struct cache_queue *out);

// The State Council's list as far as it was imported.
MUST_USE enum err cache_workdays(struct cache *c, struct workday_list *out);

// A booking as this kiosk knows it: made here, or made elsewhere for this site.
struct cache_booking {
    struct booking_id id;
    struct ticket_code code;
    enum booking_state state;
    int seat;           // 0 for a wish
    int64_t planned_ms; // 0 for a wish
    struct cache_sitting at;
};

// What this kiosk wrote about a booking wins until the feed has seen it; from then on the centre's word
// does. Of a booking whose sitting is not known nothing can be shown: ERR_NOT_FOUND.
//
// By code and PIN. ERR_NOT_FOUND for an unknown code and for a wrong PIN alike; the caller counts the
// tries (booking_tries_check). Works without a line.
MUST_USE enum err cache_lookup(struct cache *c, struct arena *a, const struct ticket_code *code,
                               const struct ticket_pin *pin, struct cache_booking *out);
MUST_USE enum err cache_booking(struct cache *c, struct arena *a, struct booking_id id,
                                struct cache_booking *out);

#endif
