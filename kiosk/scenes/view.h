// The snapshot that all screens show: sites and the sittings of this week and of the days that can
// be booked. Read from the cache when something changed there or a minute went by, so that drawing
// never asks a database.
#ifndef SCENES_VIEW_H
#define SCENES_VIEW_H

#include "cache/cache.h"

#define VIEW_BYTES_MAX (8u << 20)

struct view {
    bool is_ready; // own site and roster are known
    struct arena arena;
    struct site site; // the one this kiosk stands in
    struct cache_sites sites;
    struct cache_sittings sittings; // from Monday of this week to the end of the horizon
    struct workday_list workdays;
    struct cache_queue queue; // of this site, today
    int64_t change;           // keeper_status.change it was read at
    int64_t minute;           // civil minute since 1970 it was read in
};

void view_init(struct view *v);
void view_deinit(struct view *v);

// Reads again; on an error the old picture stays.
void view_read(struct view *v, struct cache *cache, int64_t now_ms);

void view_forget(struct view *v); // until view_read nothing is known

const struct site *view_site(const struct view *v, struct site_code code); // NULL: unknown
const struct cache_sitting *view_sitting(const struct view *v, struct sitting_id id); // or NULL
bool view_is_own(const struct view *v, const struct cache_sitting *s);

// At `site`: the sitting that runs now, the first that starts later, the one that takes walk-ins
// now; NULL where there is none.
const struct cache_sitting *view_on(const struct view *v, struct site_code site, int64_t now_ms);
const struct cache_sitting *view_next(const struct view *v, struct site_code site, int64_t now_ms);
const struct cache_sitting *view_walkin(const struct view *v, int64_t now_ms);

// The next sitting at another site that is today or later and can be booked, soonest first.
const struct cache_sitting *view_elsewhere(const struct view *v, int64_t now_ms);

// Does anybody sit at `site` on `day` (from `from_ms` on)? The first sitting, or NULL.
const struct cache_sitting *view_first_on_day(const struct view *v, struct site_code site, int day,
                                              int64_t from_ms);

// Today's queue, where it is known and this kiosk is in touch with the centre: an old number of people
// waiting is worse than none. NULL otherwise.
const struct feed_queue *view_queue(const struct view *v, bool is_online, int64_t now_ms);

// Until one who comes now is called, by what the centre told.
int view_wait_minutes(const struct feed_queue *q);

int view_sites_today(const struct view *v, int64_t now_ms); // that have somebody now or later today

#endif
