// A slip of paper: lines of text and a QR code, laid out for a roll of 80 mm (576 dots at 203 dpi)
// and turned into black and white. The same bitmap is shown on the screen and printed, so what a
// visitor sees is what comes out.
//
// Who fills it decides what stands on it; by the rules of the service that is a surname with a form
// of address and never a topic. Texts are borrowed until slip_make has answered.
#ifndef DEVICES_SLIP_H
#define DEVICES_SLIP_H

#include "draw/draw.h"

#define SLIP_WIDTH_PX      576
#define SLIP_HEIGHT_PX_MAX 1600
#define SLIP_MARGIN_PX     24 // no ink to its left and right
#define SLIP_LINES_MAX     28
#define SLIP_BESIDE_MAX    4

enum slip_kind {
    SLIP_TITLE,  // Bold, centred
    SLIP_CENTER, // Medium, centred
    SLIP_NUMBER, // Bold, large, centred: the number one writes down
    SLIP_STRONG, // Bold, from the left
    SLIP_ROW,    // Medium, from the left
    SLIP_NOTE,   // Medium, small, from the left
    SLIP_RULE,   // a line across; no text
    SLIP_DASHES, // a dashed line across; no text
};

struct slip_line {
    enum slip_kind kind;
    struct str text; // wraps where it is too long
};

struct slip {
    struct slip_line lines[SLIP_LINES_MAX];
    int line_count;
    struct str qr;                            // empty: none. It follows the lines.
    struct slip_line beside[SLIP_BESIDE_MAX]; // to the right of the QR code
    int beside_count;
};

void slip_add(struct slip *s, enum slip_kind kind, struct str text); // CHECKs the count
void slip_add_beside(struct slip *s, enum slip_kind kind, struct str text);

// The list (emptied first; any canvas) and its bitmap, both of which live in `arena`: a list is
// about 650 KB. ERR_TOO_BIG when the slip would be too long or its QR text does not fit,
// ERR_BAD_INPUT on a damaged QR text. UI thread only, for `metrics` and `painter` are.
MUST_USE enum err slip_make(const struct slip *s, struct draw_metrics *metrics,
                            struct draw_painter *painter, struct arena *arena,
                            struct draw_bits *out);

#endif
