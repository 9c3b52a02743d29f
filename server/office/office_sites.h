// The file of a county's sites: `code,name[,full_name,phone]`, further columns ignored. The order of
// the rows is the order of the board.
#ifndef OFFICE_OFFICE_SITES_H
#define OFFICE_OFFICE_SITES_H

#include "model/site.h"
#include "office/office_csv.h"

struct office_sites {
    struct site *list; // texts and list live in the arena or the bytes that were read
    int count;
    bool has_full_name; // the file has that column; without it what is known stays
    bool has_phone;
};

// Every code must begin with `county` (6 digits). `report` says what is wrong; `out` is good where it
// counts no mistake.
void office_sites_read(struct arena *a, struct str bytes, struct str county,
                       struct office_sites *out, struct office_report *report);

#endif
