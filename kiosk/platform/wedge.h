// Tells a scanner from fingers. A scanner that pretends to be a keyboard types at least six
// characters less than 35 ms apart and ends with Enter or with silence; people do not (measured: gaps
// of 1 to 8 ms). Until it is certain, characters are held back, for at most the 35 ms that a person
// needs for the next one. Pure: times come in.
#ifndef PLATFORM_WEDGE_H
#define PLATFORM_WEDGE_H

#include "base/str.h"

#define WEDGE_BYTES_MAX   255
#define WEDGE_CHARS_MIN   6
#define WEDGE_GAP_MS      35
#define WEDGE_SILENCE_MS  120
#define WEDGE_NOTHING_DUE INT64_MAX

enum wedge_said { WEDGE_NOTHING, WEDGE_TYPED, WEDGE_SCANNED };

struct wedge {
    char bytes[WEDGE_BYTES_MAX + 1];
    size_t count;
    int64_t last_ms;
};

// What the held characters were, now that `text` comes at `now_ms`; then holds `text`. Takes ASCII
// only: ask wedge_flush first for anything else. The answer's text goes to `out`, of
// WEDGE_BYTES_MAX + 1 bytes, ended by NUL.
enum wedge_said wedge_add(struct wedge *w, struct str text, int64_t now_ms, char *out);

// Enter or Tab was pressed. WEDGE_SCANNED: the key belongs to the scan.
enum wedge_said wedge_end(struct wedge *w, int64_t now_ms, char *out);

// Time went by.
enum wedge_said wedge_due(struct wedge *w, int64_t now_ms, char *out);
int64_t wedge_due_ms(const struct wedge *w); // when to ask wedge_due

// Gives up what is held, as typed.
enum wedge_said wedge_flush(struct wedge *w, char *out);

#endif
