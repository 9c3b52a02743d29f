// Civil dates of the one time zone the service knows: UTC+8, no daylight saving. A day is a number
// (days since 1970-01-01), so next week is day + 7; a time of day is minutes since midnight. No libc
// time, no locale.
#ifndef BASE_DATE_H
#define BASE_DATE_H

#include "base/str.h"

#define DATE_ZONE_MS   (INT64_C(8) * 3600 * 1000)
#define DATE_DAY_MS    (INT64_C(24) * 3600 * 1000)
#define DATE_MINUTE_MS INT64_C(60000)
#define DATE_YEAR_MIN  1900
#define DATE_YEAR_MAX  2999

enum weekday { MONDAY = 1, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY };

struct date {
    int year;
    int month; // 1 … 12
    int day;   // 1 … 31
};

bool date_is_valid(struct date d); // a day of the calendar, within the years above
int date_to_day(struct date d);    // CHECKs that it is valid
struct date date_from_day(int day);
enum weekday date_weekday(int day);

int date_day_from_ms(int64_t ms);    // the civil day at that instant
int date_minute_from_ms(int64_t ms); // minutes since its midnight, 0 … 1439
int64_t date_ms(int day, int minute);

// "2026-03-04"
MUST_USE bool date_parse(struct str s, int *day);
struct str date_iso(struct arena *a, int day);

// "8:40", "08:40", up to "24:00"
MUST_USE bool date_parse_minute(struct str s, int *minute);
struct str date_hhmm(struct arena *a, int minute); // "8:40", as clerks write it

#endif
