#include "model/workday.h"

#include <string.h>

#define WORKDAY_LOOK_AHEAD_DAYS 31

// The index of the first entry at or after `day`.
static int find(const struct workday_list *list, int day)
{
    int low = 0;
    int high = list->count;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (list->entries[middle].day < day) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static const struct workday_entry *entry_of(const struct workday_list *list, int day)
{
    int at = find(list, day);
    return at < list->count && list->entries[at].day == day ? &list->entries[at] : NULL;
}

bool workday_put(struct workday_list *list, struct workday_entry entry)
{
    int at = find(list, entry.day);
    if (at < list->count && list->entries[at].day == entry.day) {
        list->entries[at] = entry;
        return true;
    }
    if (list->count == WORKDAY_ENTRIES_MAX) return false;
    memmove(&list->entries[at + 1], &list->entries[at],
            sizeof(list->entries[0]) * (size_t)(list->count - at));
    list->entries[at] = entry;
    list->count++;
    return true;
}

bool workday_is_working(const struct workday_list *list, int day)
{
    const struct workday_entry *entry = entry_of(list, day);
    return entry ? !entry->is_off : date_weekday(day) <= FRIDAY;
}

bool workday_is_off(const struct workday_list *list, int day)
{
    const struct workday_entry *entry = entry_of(list, day);
    return entry && entry->is_off;
}

bool workday_is_make_up(const struct workday_list *list, int day)
{
    const struct workday_entry *entry = entry_of(list, day);
    return entry && !entry->is_off;
}

bool workday_has_year(const struct workday_list *list, int year)
{
    if (year < DATE_YEAR_MIN || year > DATE_YEAR_MAX) return false;
    int first = date_to_day((struct date){year, 1, 1});
    int at = find(list, first);
    return at < list->count && date_from_day(list->entries[at].day).year == year;
}

int workday_next(const struct workday_list *list, int day)
{
    for (int ahead = 0; ahead < WORKDAY_LOOK_AHEAD_DAYS; ahead++) {
        if (workday_is_working(list, day + ahead)) return day + ahead;
    }
    return day;
}
