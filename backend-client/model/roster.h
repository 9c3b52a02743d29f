// The roster (排班): rules that say who sits where and when, and their exceptions. Pure: rules and a
// day in, the sittings of that day out.
//
// A weekday rule (weekly, every n weeks, n-th or last weekday of the month) does not sit on the State
// Council's days off. A workday rule follows the working days, make-up workdays included. A one-off
// always sits. A leave takes a counsellor's sittings away; a substitute sits in for somebody, on leave
// or not.
#ifndef MODEL_ROSTER_H
#define MODEL_ROSTER_H

#include "model/sitting.h"
#include "model/workday.h"

#define ROSTER_RULES_MAX        4000 // of one county
#define ROSTER_DAY_SITTINGS_MAX 400  // of one county on one day
#define ROSTER_EVERY_WEEKS_MAX  8
#define ROSTER_DAY_OPEN         INT32_MAX // `to_day` of a rule without an end

enum roster_kind {
    ROSTER_WEEKLY,     // every `every_weeks` weeks on `weekday`, counted from the week of from_day
    ROSTER_NTH,        // the `nth` `weekday` of each month; nth 0: the last
    ROSTER_WORKDAYS,   // every working day
    ROSTER_ONCE,       // on from_day
    ROSTER_LEAVE,      // does not sit, at `site` or (empty code) anywhere
    ROSTER_SUBSTITUTE, // `counsellor` sits in for `instead_of` at `site`
};

struct roster_rule {
    enum roster_kind kind;
    struct site_code site;
    struct counsellor_id counsellor;
    struct counsellor_id instead_of; // ROSTER_SUBSTITUTE
    enum weekday weekday;
    int every_weeks;
    int nth;
    int from_day;
    int to_day;       // inclusive
    int start_minute; // of the day; for a leave 0 … 1440 where the whole day is meant
    int end_minute;
    int seat_minutes;
    int seat_count;
    unsigned topics;
    struct str desk;
};

// A sitting that the roster plans. `rostered` is whom the rule names: with site, day and start it is
// the sitting's identity, which a substitute does not change.
struct roster_sitting {
    struct site_code site;
    struct counsellor_id rostered;
    struct counsellor_id counsellor;
    int day;
    int start_minute;
    int end_minute;
    int seat_minutes;
    int seat_count;
    unsigned topics;
    struct str desk; // borrowed from the rule
};

enum roster_fault {
    ROSTER_FINE = 0,
    ROSTER_DATES_SWAPPED, // to before from
    ROSTER_TIMES_BAD,     // end not after start, or off the 10-minute grid
    ROSTER_SEATS_BAD,     // none or too many
    ROSTER_SEATS_DO_NOT_FIT,
    ROSTER_EVERY_BAD,
    ROSTER_NTH_BAD,
    ROSTER_TOPICS_BAD,
};

// Is the rule sound by itself?
enum roster_fault roster_check(const struct roster_rule *rule);

// How many seats fit between the two times.
int roster_seats_that_fit(int start_minute, int end_minute, int seat_minutes);

// Does this rule (not a leave, not a substitute) sit on `day`?
bool roster_sits(const struct roster_rule *rule, const struct workday_list *workdays, int day);

// The sittings of `day` by start, then by site. At most `max` are written; the answer is how many
// there are, so more than `max` means that they did not fit.
int roster_day(const struct roster_rule *rules, int count, const struct workday_list *workdays,
               int day, struct roster_sitting *out, int max);

#endif
