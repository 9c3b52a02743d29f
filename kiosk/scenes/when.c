#include "scenes/when.h"

#include "scenes/text.h"

#define NOON_MINUTE 720

struct str when_clock(struct arena *a, int64_t ms)
{
    return date_hhmm(a, date_minute_from_ms(ms));
}

struct str when_date(struct arena *a, int day)
{
    struct date d = date_from_day(day);
    return TEXT_FILL(a, DATE, text_number(a, d.month), text_number(a, d.day));
}

struct str when_full_date(struct arena *a, int day)
{
    struct date d = date_from_day(day);
    return TEXT_FILL(a, FULL_DATE, text_number(a, d.year), text_number(a, d.month),
                     text_number(a, d.day));
}

struct str when_weekday(int day)
{
    return text_of((enum text_id)(TEXT_WEEKDAY_1 + (int)date_weekday(day) - MONDAY));
}

struct str when_date_and_weekday(struct arena *a, int day)
{
    struct date d = date_from_day(day);
    int index = (int)date_weekday(day) - MONDAY;
    return TEXT_FILL(a, DATE_WEEKDAY, text_number(a, d.month), text_number(a, d.day),
                     text_of((enum text_id)(TEXT_LONG_WEEKDAY_1 + index)));
}

struct str when_day(struct arena *a, int day, int today)
{
    switch (day - today) {
    case 0: return TEXT(TODAY);
    case 1: return TEXT(TOMORROW);
    case 2: return TEXT(DAY_AFTER);
    default: break;
    }
    int sunday = today - (int)date_weekday(today) + SUNDAY;
    if (day > today && day <= sunday + 7) {
        return day <= sunday ? when_weekday(day) : TEXT_FILL(a, NEXT_WEEKDAY, when_weekday(day));
    }
    return when_date(a, day);
}

struct str when_day_part(int64_t ms)
{
    return date_minute_from_ms(ms) < NOON_MINUTE ? TEXT(MORNING) : TEXT(AFTERNOON);
}

struct str when_span(struct arena *a, int64_t from_ms, int64_t to_ms)
{
    return TEXT_FILL(a, SPAN, when_clock(a, from_ms), when_clock(a, to_ms));
}

struct str when_day_of_month(struct arena *a, int day)
{
    return TEXT_FILL(a, DAY_OF_MONTH, text_number(a, date_from_day(day).day));
}
