// Slips of confirmed bookings that have not left the printer yet: one small file each, in a folder that
// lies in memory (tmpfs), because a PIN stands in it and a stolen disk must not tell it. A program that
// is killed finds them again at its next start; a machine that loses power does not, and the visitor
// has the code and PIN on the screen. The visitor's name is not kept.
#ifndef CACHE_CACHE_SPOOL_H
#define CACHE_CACHE_SPOOL_H

#include "base/fs.h"
#include "model/booking.h"
#include "model/ticket.h"

#define CACHE_SPOOL_MAX 64

struct cache_slip {
    struct booking_id booking;
    struct ticket_code code;
    struct ticket_pin pin;
    struct sitting_id sitting;
    int seat; // 0 for a wish
    int64_t planned_ms;
};

struct cache_slips {
    struct cache_slip items[CACHE_SPOOL_MAX];
    int count;
};

// Makes the folder where it is missing (0700). ERR_FULL with CACHE_SPOOL_MAX slips in it: the printer
// has long been dead. Files have mode 0600.
MUST_USE enum err cache_spool_put(struct fs *fs, const char *dir, const struct cache_slip *slip);

// What a stop of the program left, by booking. Removes what cannot be read. Wipe it after use.
MUST_USE enum err cache_spool_list(struct fs *fs, const char *dir, struct cache_slips *out);

// Fine when it is gone already.
MUST_USE enum err cache_spool_drop(struct fs *fs, const char *dir, struct booking_id booking);

#endif
