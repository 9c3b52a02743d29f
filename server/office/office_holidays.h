// The State Council's yearly notice on holidays as a file: {"year","days":[{"name","date",
// "isOffDay"}]}. Unknown members are ignored, a year without a notice yet has an empty list, and a
// file may hold days of the years beside it.
#ifndef OFFICE_OFFICE_HOLIDAYS_H
#define OFFICE_OFFICE_HOLIDAYS_H

#include "model/workday.h"
#include "office/office_report.h"

#define HOLIDAY_DAYS_MAX 120 // of one file

struct office_holiday {
    struct workday_entry entry;
    struct str name; // lives in the arena
};

struct office_holidays {
    int year;
    struct office_holiday days[HOLIDAY_DAYS_MAX];
    int count;
};

// `report` says what is wrong; `out` is good where it counts no mistake.
void office_holidays_read(struct arena *a, struct str bytes, struct office_holidays *out,
                          struct office_report *report);

#endif
