// The roster as clerks write it: one rule a row, the columns known by their names in word.def. The
// reader knows nobody's id: people are numbered within the file, and whoever stores the roster gives
// them their lasting ids.
#ifndef OFFICE_OFFICE_ROSTER_H
#define OFFICE_OFFICE_ROSTER_H

#include "model/roster.h"
#include "office/office_csv.h"
#include "office/office_sites.h"

#define ROSTER_PEOPLE_MAX 500
#define ROSTER_CLASH_DAYS 370 // how far ahead two places at once are looked for

struct office_person {
    struct counsellor_id id; // within the file: office_person_id(index)
    struct str name;
    enum counsellor_kind kind;
};

struct office_roster {
    struct roster_rule *rules; // counsellor and instead_of are ids within the file
    int *lines;                // where each rule stands
    int count;
    struct office_person *people;
    int people_count;
};

// What a row is checked against.
struct office_roster_ground {
    const struct office_sites *sites;
    const struct workday_list *workdays;
    int today; // two places at once are looked for from here on
};

struct counsellor_id office_person_id(int index);
int office_person_index(struct counsellor_id id); // CHECKs that it is one of these

// `report` says what is wrong; `out` is good where it counts no mistake.
void office_roster_read(struct arena *a, struct str bytes,
                        const struct office_roster_ground *ground, struct office_roster *out,
                        struct office_report *report);

#endif
