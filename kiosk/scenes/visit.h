// What one visitor has told the kiosk, until it goes home: then it is overwritten. The only place
// where a name, a phone number, a code or a PIN stands in the screens' memory.
#ifndef SCENES_VISIT_H
#define SCENES_VISIT_H

#include "cache/cache.h"
#include "keeper/keeper.h"

enum visit_list { LIST_LAWS, LIST_GUIDES };

struct visit {
    bool has_topic;
    enum topic topic;
    bool has_sitting;
    struct sitting_id sitting;
    bool sitting_was_step; // chosen on a page of its own, so it counts as a step
    bool sitting_first;    // before the topic (from the week board)
    bool editing;          // a step was opened from the confirmation: going on leads back to it
    bool is_moving;        // another seat for `booking`, whose visitor the centre knows already
    struct site_code only_site; // the sitting page shows this site only; empty: all
    int only_day;               // and this day only; 0: all

    char surname[VISITOR_SURNAME_BYTES_MAX + 1];
    bool has_title;
    enum visitor_title title;
    char phone[VISITOR_PHONE_DIGITS + 1];
    bool phone_declined; // 不留电话 was chosen

    struct keeper_answer answer; // of the booking, wish or walk-in that was made
    struct ticket_code code;     // of the booking being looked at
    struct ticket_pin pin;
    struct booking_id booking;

    enum visit_list list; // which contents are listed
};

enum visit_slip_kind { SLIP_BOOKING, SLIP_WISH, SLIP_WALKIN };

// What a slip says. Neutral: no topic, no phone.
struct visit_slip {
    enum visit_slip_kind kind;
    struct booking_id booking;
    struct ticket_code code;
    struct ticket_pin pin; // empty: none is known
    struct str name;       // "任女士"; empty: none
    struct str site;       // full name
    struct str phone;      // of the site
    struct str desk;
    int64_t planned_ms; // 0: none
    int64_t made_ms;
    char letter; // walk-in
    int number;
};

#endif
