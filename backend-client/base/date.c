#include "base/date.h"

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

bool date_is_valid(struct date d)
{
    if (d.year < DATE_YEAR_MIN || d.year > DATE_YEAR_MAX) return false;
    if (d.month < 1 || d.month > 12) return false;
    return d.day >= 1 && d.day <= month_days(d.year, d.month);
}

static int floor_div(int a, int b)
{
    return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

// Years are counted from 1 March, so that the leap day is the last of its year.
int date_to_day(struct date d)
{
    CHECK(date_is_valid(d));
    int year = d.month > 2 ? d.year : d.year - 1;
    int month = d.month > 2 ? d.month - 3 : d.month + 9;
    int era = floor_div(year, 400);
    int year_of_era = year - era * 400;
    int day_of_year = (153 * month + 2) / 5 + d.day - 1;
    int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

struct date date_from_day(int day)
{
    int shifted = day + 719468;
    int era = floor_div(shifted, 146097);
    int day_of_era = shifted - era * 146097;
    int year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int month = (5 * day_of_year + 2) / 153;
    struct date d = {.year = year_of_era + era * 400,
                     .month = month < 10 ? month + 3 : month - 9,
                     .day = day_of_year - (153 * month + 2) / 5 + 1};
    if (d.month <= 2) d.year++;
    return d;
}

enum weekday date_weekday(int day)
{
    int from_monday = (day + 3) % 7; // 1970-01-01 was a Thursday
    if (from_monday < 0) from_monday += 7;
    return (enum weekday)(from_monday + 1);
}

int date_day_from_ms(int64_t ms)
{
    int64_t local = ms + DATE_ZONE_MS;
    int64_t day = local / DATE_DAY_MS - (local % DATE_DAY_MS < 0);
    return (int)day;
}

int date_minute_from_ms(int64_t ms)
{
    int64_t in_day = ms + DATE_ZONE_MS - (int64_t)date_day_from_ms(ms) * DATE_DAY_MS;
    return (int)(in_day / DATE_MINUTE_MS);
}

int64_t date_ms(int day, int minute)
{
    return (int64_t)day * DATE_DAY_MS + (int64_t)minute * DATE_MINUTE_MS - DATE_ZONE_MS;
}

bool date_parse(struct str s, int *day)
{
    if (s.len != 10 || s.ptr[4] != '-' || s.ptr[7] != '-') return false;
    int64_t year = 0;
    int64_t month = 0;
    int64_t in_month = 0;
    if (!str_to_int(str_sub(s, 0, 4), 0, 9999, &year)) return false;
    if (!str_to_int(str_sub(s, 5, 2), 0, 99, &month)) return false;
    if (!str_to_int(str_sub(s, 8, 2), 0, 99, &in_month)) return false;
    struct date d = {(int)year, (int)month, (int)in_month};
    if (!date_is_valid(d)) return false;
    *day = date_to_day(d);
    return true;
}

struct str date_iso(struct arena *a, int day)
{
    struct date d = date_from_day(day);
    return str_printf(a, "%04d-%02d-%02d", d.year, d.month, d.day);
}

bool date_parse_minute(struct str s, int *minute)
{
    size_t colon = str_find(s, STR(":"), 0);
    if (colon == SIZE_MAX || colon < 1 || colon > 2 || s.len - colon != 3) return false;
    int64_t hours = 0;
    int64_t minutes = 0;
    if (!str_to_int(str_sub(s, 0, colon), 0, 24, &hours)) return false;
    if (!str_to_int(str_sub(s, colon + 1, 2), 0, 59, &minutes)) return false;
    if (hours == 24 && minutes > 0) return false;
    *minute = (int)(hours * 60 + minutes);
    return true;
}

struct str date_hhmm(struct arena *a, int minute)
{
    return str_printf(a, "%d:%02d", minute / 60, minute % 60);
}
