// The slip printer, on a thread of its own: the screen never waits for paper. Jobs lie in a bounded
// queue and are printed in order, once; the outcome of each comes back through printer_result after
// the waker was called. A printer that fails is ordinary: the number and the QR code are on the
// screen anyway.
//
// Threads: all functions on one thread (the UI's).
#ifndef DEVICES_PRINTER_H
#define DEVICES_PRINTER_H

#include "draw/draw.h"

#define PRINTER_JOBS_MAX      16 // waiting, printing and told of, together
#define PRINTER_KEY_BYTES_MAX 64

struct printer;

enum printer_outcome { PRINTER_PRINTED, PRINTER_FAILED, PRINTER_PAPER_OUT };

struct printer_result {
    int job;
    enum printer_outcome outcome;
};

struct printer_waker {
    // Called on the printer's thread when there is a result. Must not block.
    void (*wake)(struct printer_waker *w);
};

// `spec` is "file:DIR", "usblp:PATH", "tcp:HOST:PORT" or "none". Lives in `arena`, keeps `waker`.
// ERR_BAD_INPUT on another spec.
MUST_USE enum err printer_open(struct arena *arena, struct str spec, struct printer_waker *waker,
                               struct printer **out);
void printer_close(struct printer *p); // what is being printed is given up within seconds

bool printer_is_there(const struct printer *p); // false with "none": offer no slip

// Copies the bitmap and the key: a public text that names the slip in a folder, never a name or a
// phone number, of ASCII letters, digits and hyphens. `job` comes back in the result. ERR_FULL when too many wait, ERR_NOT_FOUND
// without a printer.
MUST_USE enum err printer_put(struct printer *p, struct draw_bits bits, struct str key, int *job);

bool printer_result(struct printer *p, struct printer_result *out); // the oldest not yet told

#endif
