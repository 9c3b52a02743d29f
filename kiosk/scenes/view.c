#include "scenes/view.h"

void view_init(struct view *v)
{
    *v = (struct view){0};
    arena_init(&v->arena, VIEW_BYTES_MAX);
}

void view_deinit(struct view *v)
{
    arena_deinit(&v->arena);
}

static enum err read_all(struct view *v, struct cache *cache, int64_t now_ms)
{
    int today = date_day_from_ms(now_ms);
    int monday = today - (int)date_weekday(today) + MONDAY;
    enum err e = cache_own_site(cache, &v->arena, &v->site);
    if (!e) e = cache_sites(cache, &v->arena, &v->sites);
    if (!e) {
        e = cache_sittings(cache, &v->arena, NULL, date_ms(monday, 0),
                           date_ms(today + SITTING_HORIZON_DAYS + 1, 0), &v->sittings);
    }
    if (!e) e = cache_workdays(cache, &v->workdays);
    if (!e) e = cache_queue(cache, &v->arena, &v->queue);
    return e;
}

void view_read(struct view *v, struct cache *cache, int64_t now_ms)
{
    if (cache_begin(cache)) return;
    arena_rewind(&v->arena, 0);
    struct view old = *v;
    v->sites = (struct cache_sites){0};
    v->sittings = (struct cache_sittings){0};
    v->queue = (struct cache_queue){0};
    v->is_ready = read_all(v, cache, now_ms) == ERR_OK;
    if (!v->is_ready) {
        // What lay in the arena is gone: show nothing rather than half of it.
        v->sites = (struct cache_sites){0};
        v->sittings = (struct cache_sittings){0};
        v->queue = (struct cache_queue){0};
        v->site = (struct site){.code = old.site.code};
    }
    cache_end(cache);
}

void view_forget(struct view *v)
{
    arena_rewind(&v->arena, 0);
    *v = (struct view){.arena = v->arena};
}

const struct site *view_site(const struct view *v, struct site_code code)
{
    for (int i = 0; i < v->sites.count; i++) {
        if (site_code_eq(v->sites.items[i].code, code)) return &v->sites.items[i];
    }
    return NULL;
}

const struct cache_sitting *view_sitting(const struct view *v, struct sitting_id id)
{
    for (int i = 0; i < v->sittings.count; i++) {
        if (id_eq(v->sittings.items[i].sitting.id.id, id.id)) return &v->sittings.items[i];
    }
    return NULL;
}

bool view_is_own(const struct view *v, const struct cache_sitting *s)
{
    return site_code_eq(s->sitting.site, v->site.code);
}

const struct cache_sitting *view_on(const struct view *v, struct site_code site, int64_t now_ms)
{
    for (int i = 0; i < v->sittings.count; i++) {
        const struct cache_sitting *s = &v->sittings.items[i];
        if (site_code_eq(s->sitting.site, site) && sitting_is_on(&s->sitting, now_ms)) return s;
    }
    return NULL;
}

const struct cache_sitting *view_next(const struct view *v, struct site_code site, int64_t now_ms)
{
    for (int i = 0; i < v->sittings.count; i++) {
        const struct cache_sitting *s = &v->sittings.items[i];
        if (site_code_eq(s->sitting.site, site) && sitting_find_next(&s->sitting, 1, now_ms) == 0) {
            return s;
        }
    }
    return NULL;
}

const struct cache_sitting *view_walkin(const struct view *v, int64_t now_ms)
{
    for (int i = 0; i < v->sittings.count; i++) {
        const struct cache_sitting *s = &v->sittings.items[i];
        if (view_is_own(v, s) && sitting_takes_walkins(&s->sitting, now_ms)) return s;
    }
    return NULL;
}

const struct cache_sitting *view_elsewhere(const struct view *v, int64_t now_ms)
{
    for (int i = 0; i < v->sittings.count; i++) {
        const struct cache_sitting *s = &v->sittings.items[i];
        if (view_is_own(v, s) || s->sitting.state != SITTING_OPEN) continue;
        if (s->sitting.end_ms > now_ms) return s;
    }
    return NULL;
}

const struct cache_sitting *view_first_on_day(const struct view *v, struct site_code site, int day,
                                              int64_t from_ms)
{
    for (int i = 0; i < v->sittings.count; i++) {
        const struct cache_sitting *s = &v->sittings.items[i];
        if (site_code_eq(s->sitting.site, site) && s->sitting.end_ms > from_ms &&
            date_day_from_ms(s->sitting.start_ms) == day && s->sitting.state != SITTING_CLOSED) {
            return s;
        }
    }
    return NULL;
}

int view_sites_today(const struct view *v, int64_t now_ms)
{
    int count = 0, today = date_day_from_ms(now_ms);
    for (int i = 0; i < v->sites.count; i++) {
        if (view_first_on_day(v, v->sites.items[i].code, today, now_ms)) count++;
    }
    return count;
}

const struct feed_queue *view_queue(const struct view *v, bool is_online, int64_t now_ms)
{
    bool is_current = v->queue.is_known && v->queue.queue.day == date_day_from_ms(now_ms);
    return is_online && is_current ? &v->queue.queue : NULL;
}

int view_wait_minutes(const struct feed_queue *q)
{
    return queue_wait_minutes(q->waiting, q->desks > 0 ? q->desks : 1, q->minutes_each);
}
