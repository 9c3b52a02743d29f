// A bitmap as ESC/POS, the language of receipt printers: initialise, raster bands, feed, cut. Raster
// always: a printer's own Chinese font lacks the rare characters of names.
#ifndef DEVICES_ESCPOS_H
#define DEVICES_ESCPOS_H

#include "base/buf.h"
#include "draw/draw.h"

#define ESCPOS_BAND_ROWS_MAX 128 // what the smallest printer buffers take

// Appends the whole slip. Read buf_err(out) after.
void escpos_add_slip(struct draw_bits bits, struct buf *out);

// What to send to ask for the paper sensor (DLE EOT 4), and what its one byte says.
#define ESCPOS_ASK_PAPER "\x10\x04\x04"
bool escpos_paper_is_out(unsigned char status);
bool escpos_is_status(unsigned char status); // has the fixed bits of an answer

#endif
