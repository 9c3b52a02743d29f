#include "model/roster.h"

#include <string.h>

#define DAY_MINUTES 1440

static bool on_grid(int minute)
{
    return minute >= 0 && minute <= DAY_MINUTES && minute % SITTING_GRANULE_MINUTES == 0;
}

int roster_seats_that_fit(int start_minute, int end_minute, int seat_minutes)
{
    return seat_minutes > 0 && end_minute > start_minute
               ? (end_minute - start_minute) / seat_minutes
               : 0;
}

static bool is_plan(enum roster_kind kind)
{
    return kind != ROSTER_LEAVE && kind != ROSTER_SUBSTITUTE;
}

enum roster_fault roster_check(const struct roster_rule *rule)
{
    if (rule->to_day < rule->from_day) return ROSTER_DATES_SWAPPED;
    if (rule->kind == ROSTER_SUBSTITUTE) return ROSTER_FINE;
    if (!on_grid(rule->start_minute) || !on_grid(rule->end_minute)) return ROSTER_TIMES_BAD;
    if (rule->end_minute <= rule->start_minute) return ROSTER_TIMES_BAD;
    if (!is_plan(rule->kind)) return ROSTER_FINE;
    bool minutes_fine = rule->seat_minutes >= SITTING_SEAT_MINUTES_MIN &&
                        rule->seat_minutes <= SITTING_SEAT_MINUTES_MAX;
    if (!minutes_fine || rule->seat_count < 1 || rule->seat_count > SITTING_SEATS_MAX)
        return ROSTER_SEATS_BAD;
    if (rule->seat_count >
        roster_seats_that_fit(rule->start_minute, rule->end_minute, rule->seat_minutes))
        return ROSTER_SEATS_DO_NOT_FIT;
    if (rule->topics == 0 || (rule->topics & ~TOPICS_ALL) != 0) return ROSTER_TOPICS_BAD;
    if (rule->kind == ROSTER_WEEKLY &&
        (rule->every_weeks < 1 || rule->every_weeks > ROSTER_EVERY_WEEKS_MAX))
        return ROSTER_EVERY_BAD;
    if (rule->kind == ROSTER_NTH && (rule->nth < 0 || rule->nth > 5)) return ROSTER_NTH_BAD;
    return ROSTER_FINE;
}

static int monday_of(int day)
{
    return day - (date_weekday(day) - MONDAY);
}

static bool is_nth(int day, int nth)
{
    struct date d = date_from_day(day);
    if (nth > 0) return (d.day - 1) / 7 + 1 == nth;
    return date_from_day(day + 7).month != d.month;
}

bool roster_sits(const struct roster_rule *rule, const struct workday_list *workdays, int day)
{
    if (day < rule->from_day || day > rule->to_day) return false;
    bool on_weekday = date_weekday(day) == rule->weekday && !workday_is_off(workdays, day);
    switch (rule->kind) {
    case ROSTER_WEEKLY: {
        int weeks = (monday_of(day) - monday_of(rule->from_day)) / 7;
        return on_weekday && weeks % rule->every_weeks == 0;
    }
    case ROSTER_NTH: return on_weekday && is_nth(day, rule->nth);
    case ROSTER_WORKDAYS: return workday_is_working(workdays, day);
    case ROSTER_ONCE: return day == rule->from_day;
    case ROSTER_LEAVE:
    case ROSTER_SUBSTITUTE: return false;
    }
    return false;
}

static bool is_away(const struct roster_rule *leave, const struct roster_sitting *s)
{
    if (leave->kind != ROSTER_LEAVE || !id_eq(leave->counsellor.id, s->counsellor.id)) return false;
    if (leave->site.z[0] != '\0' && !site_code_eq(leave->site, s->site)) return false;
    if (s->day < leave->from_day || s->day > leave->to_day) return false;
    return leave->start_minute < s->end_minute && s->start_minute < leave->end_minute;
}

static bool stands_in(const struct roster_rule *rule, const struct roster_sitting *s)
{
    return rule->kind == ROSTER_SUBSTITUTE && site_code_eq(rule->site, s->site) &&
           id_eq(rule->instead_of.id, s->rostered.id) && s->day >= rule->from_day &&
           s->day <= rule->to_day;
}

// The exceptions, substitutes first: a substitute sits although the one he stands in for is away.
static bool still_sits(const struct roster_rule *rules, int count, struct roster_sitting *s)
{
    for (int i = 0; i < count; i++) {
        if (stands_in(&rules[i], s)) s->counsellor = rules[i].counsellor;
    }
    for (int i = 0; i < count; i++) {
        if (is_away(&rules[i], s)) return false;
    }
    return true;
}

static int order(const struct roster_sitting *a, const struct roster_sitting *b)
{
    if (a->start_minute != b->start_minute) return a->start_minute - b->start_minute;
    int by_site = strcmp(a->site.z, b->site.z);
    return by_site != 0 ? by_site : strcmp(a->rostered.id.hex, b->rostered.id.hex);
}

// Insertion keeps the day sorted; a day has few sittings.
static void insert(struct roster_sitting *out, int count, struct roster_sitting s)
{
    int at = count;
    while (at > 0 && order(&out[at - 1], &s) > 0) {
        out[at] = out[at - 1];
        at--;
    }
    out[at] = s;
}

int roster_day(const struct roster_rule *rules, int count, const struct workday_list *workdays,
               int day, struct roster_sitting *out, int max)
{
    int found = 0;
    for (int i = 0; i < count; i++) {
        const struct roster_rule *r = &rules[i];
        if (!roster_sits(r, workdays, day)) continue;
        struct roster_sitting s = {.site = r->site,
                                   .rostered = r->counsellor,
                                   .counsellor = r->counsellor,
                                   .day = day,
                                   .start_minute = r->start_minute,
                                   .end_minute = r->end_minute,
                                   .seat_minutes = r->seat_minutes,
                                   .seat_count = r->seat_count,
                                   .topics = r->topics,
                                   .desk = r->desk};
        if (!still_sits(rules, count, &s)) continue;
        if (found < max) insert(out, found, s);
        found++;
    }
    return found;
}
