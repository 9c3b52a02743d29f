// Times as a clerk says them: 今天, 后天, 周四, 11月26日 星期四, 8:30 到 11:30. All live in `a`.
#ifndef SCENES_WHEN_H
#define SCENES_WHEN_H

#include "base/date.h"

struct str when_clock(struct arena *a, int64_t ms);         // 9:42
struct str when_date(struct arena *a, int day);             // 11月26日
struct str when_full_date(struct arena *a, int day);        // 2026年11月26日
struct str when_date_and_weekday(struct arena *a, int day); // 11月26日 星期四
struct str when_day(struct arena *a, int day, int today); // 今天, 明天, 后天, 周四, 12月3日
struct str when_day_part(int64_t ms);                     // 上午, 下午
struct str when_span(struct arena *a, int64_t from_ms, int64_t to_ms); // 8:30 到 11:30
struct str when_weekday(int day);                                      // 周四
struct str when_day_of_month(struct arena *a, int day);                // 26日

#endif
