#include "devices/escpos.h"

#define FEED_LINES   4
#define PAPER_OUT    0x60 // bits 5 and 6: the paper end sensor
#define STATUS_FIXED 0x93 // bits 0, 1, 4 and 7 of every answer
#define STATUS_VALUE 0x12

static void add_bytes(struct buf *out, const unsigned char *bytes, size_t count)
{
    buf_add(out, (struct str){(const char *)bytes, count});
}

void escpos_add_slip(struct draw_bits bits, struct buf *out)
{
    int bytes_a_row = (bits.width_px + 7) / 8;
    add_bytes(out, (const unsigned char[]){0x1B, '@'}, 2);
    for (int y = 0; y < bits.height_px; y += ESCPOS_BAND_ROWS_MAX) {
        int rows = bits.height_px - y;
        if (rows > ESCPOS_BAND_ROWS_MAX) rows = ESCPOS_BAND_ROWS_MAX;
        const unsigned char head[] = {0x1D,
                                      'v',
                                      '0',
                                      0,
                                      (unsigned char)(bytes_a_row & 0xFF),
                                      (unsigned char)(bytes_a_row >> 8),
                                      (unsigned char)(rows & 0xFF),
                                      (unsigned char)(rows >> 8)};
        add_bytes(out, head, sizeof head);
        add_bytes(out, bits.bytes + (ptrdiff_t)y * bytes_a_row, (size_t)rows * (size_t)bytes_a_row);
    }
    add_bytes(out, (const unsigned char[]){0x1B, 'd', FEED_LINES}, 3);
    add_bytes(out, (const unsigned char[]){0x1D, 'V', 66, 0}, 4);
}

bool escpos_is_status(unsigned char status)
{
    return (status & STATUS_FIXED) == STATUS_VALUE;
}

bool escpos_paper_is_out(unsigned char status)
{
    return (status & PAPER_OUT) != 0;
}
