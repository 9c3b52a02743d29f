// Working days: Monday to Friday, except where the State Council's yearly notice on holidays says
// otherwise. The notice names days off and make-up workdays (a Sunday can be a working day). A year
// without a notice falls back to Monday to Friday, and whoever shows it says so.
#ifndef MODEL_WORKDAY_H
#define MODEL_WORKDAY_H

#include "base/date.h"

#define WORKDAY_ENTRIES_MAX    800 // about twenty years of notices
#define WORKDAY_NAME_CHARS_MAX 20

struct workday_entry {
    int day;
    bool is_off; // false: a make-up workday
};

// Sorted by day, no day twice. The zeroed list is empty.
struct workday_list {
    struct workday_entry entries[WORKDAY_ENTRIES_MAX];
    int count;
};

// Puts `entry` in its place; a day that is there already takes the new word. False where full.
MUST_USE bool workday_put(struct workday_list *list, struct workday_entry entry);

bool workday_is_working(const struct workday_list *list, int day);
bool workday_is_off(const struct workday_list *list, int day);     // named as a day off
bool workday_is_make_up(const struct workday_list *list, int day); // named as a workday
bool workday_has_year(const struct workday_list *list, int year);  // any day of it is named

// The working day on or after `day`; looks at most a month ahead (no holiday is that long).
int workday_next(const struct workday_list *list, int day);

#endif
