// The end of the cable: where the bytes of a slip go. Every wait is bounded, and ends early when
// `stop_fd` becomes readable. Printer thread only.
#ifndef DEVICES_PORT_H
#define DEVICES_PORT_H

#include "base/fs.h"
#include "draw/draw.h"

#define PORT_TARGET_BYTES_MAX 200
#define PORT_WAIT_MS          5000       // for a printer that takes or answers nothing
#define PORT_LOG_BYTES_MAX    (4u << 20) // of a folder's slips.log: some 100,000 slips

enum port_kind {
    PORT_NONE,  // "none"
    PORT_FILE,  // "file:DIR": KEY.escpos, KEY.pbm, and a line "KEY" in DIR/slips.log
    PORT_USBLP, // "usblp:/dev/usb/lp0"
    PORT_TCP,   // "tcp:HOST:9100"
};

struct port {
    enum port_kind kind;
    char target[PORT_TARGET_BYTES_MAX + 1]; // folder, device or host
    char service[8];                        // PORT_TCP: the port's number
    struct fs fs;                           // PORT_FILE
    int stop_fd;
};

MUST_USE enum err port_parse(struct str spec, struct port *out); // ERR_BAD_INPUT, logged

enum port_outcome { PORT_PRINTED, PORT_FAILED, PORT_PAPER_OUT };

struct port_slip {
    struct draw_bits bits;
    struct str stream; // the same as ESC/POS
    struct str key;
};

// Printed means: the printer answered that it has paper after it took all bytes. A USB printer that
// never answers counts as printed once it took them; a network printer does not (a print server
// takes bytes for a printer that is switched off). A file counts once its line is on the disk; the same
// slip again (its visitor wants another, or the program died before it knew) is the same file and no
// second line.
enum port_outcome port_print(struct port *p, const struct port_slip *slip);

#endif
