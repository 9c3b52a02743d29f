// Slips: what stands on them, their picture and their way to the printer. The picture is the very
// bitmap that is printed, so the screen shows what comes out. Words are neutral: a surname with a
// form of address, never a topic, never a phone number of the visitor.
//
// One slip is held at a time; its picture dies when the next is made or the visit ends.
#ifndef SCENES_PAPER_H
#define SCENES_PAPER_H

#include "devices/printer.h"
#include "devices/slip.h"
#include "scenes/visit.h"

#define PAPER_BYTES_MAX (1536u << 10) // a slip's draw list and its bitmap

struct paper_job {
    int job;
    struct booking_id booking; // none: a walk-in number
};

struct paper {
    struct draw_metrics *metrics; // kept
    struct draw_painter *painter; // kept; NULL: no pictures of slips
    struct printer *printer;      // kept; NULL: no printer
    struct arena arena;
    struct draw_bits bits; // of the slip held
    struct paper_job jobs[PRINTER_JOBS_MAX];
    int job_count;
};

void paper_init(struct paper *p);
void paper_deinit(struct paper *p);

bool paper_can_print(const struct paper *p);

// Lays out and paints the slip. False: there is no picture of it (no painter, or it failed).
bool paper_make(struct paper *p, const struct visit_slip *slip);

// Makes the slip and hands it to the printer. False: it will not come.
bool paper_print(struct paper *p, const struct visit_slip *slip);

// One outcome of the printer, with the booking it was for. False: none.
bool paper_result(struct paper *p, enum printer_outcome *outcome, struct booking_id *booking);

void paper_forget(struct paper *p); // overwrites the slip held

#endif
