#include "devices/qr.h"

#include "base/log.h"

#include <qrencode.h>

#define VERSION_MIN 3

static void copy_modules(const QRcode *code, unsigned char *bytes, int bytes_a_row)
{
    for (int y = 0; y < code->width; y++) {
        unsigned char *row = bytes + (ptrdiff_t)(y + QR_QUIET_MODULES) * bytes_a_row;
        for (int x = 0; x < code->width; x++) {
            int at = x + QR_QUIET_MODULES;
            if (code->data[y * code->width + x] & 1)
                row[at / 8] |= (unsigned char)(0x80 >> (at % 8));
        }
    }
}

enum err qr_make(struct arena *arena, struct str text, struct draw_bits *out)
{
    if (text.len > QR_TEXT_BYTES_MAX) return ERR_TOO_BIG;
    if (!text.len || str_find(text, (struct str){"", 1}, 0) != SIZE_MAX) return ERR_BAD_INPUT;
    size_t mark = arena_mark(arena);
    const char *z = str_to_z(arena, text);
    QRcode *code = QRcode_encodeString8bit(z, VERSION_MIN, QR_ECLEVEL_M);
    arena_wipe(arena, mark);
    if (!code) {
        log_error("QR code: %s", log_errno());
        return ERR_TOO_BIG;
    }
    int side = code->width + 2 * QR_QUIET_MODULES;
    int bytes_a_row = (side + 7) / 8;
    unsigned char *bytes = arena_push(arena, (size_t)bytes_a_row * (size_t)side, 1);
    copy_modules(code, bytes, bytes_a_row);
    memory_wipe(code->data, (size_t)code->width * (size_t)code->width); // it says the PIN
    QRcode_free(code);
    *out = (struct draw_bits){bytes, side, side};
    return ERR_OK;
}
