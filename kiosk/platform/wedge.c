#include "platform/wedge.h"

#include <string.h>

static enum wedge_said take(struct wedge *w, enum wedge_said what, char *out)
{
    memcpy(out, w->bytes, w->count);
    out[w->count] = '\0';
    memory_wipe(w->bytes, sizeof w->bytes);
    w->count = 0;
    return what;
}

enum wedge_said wedge_flush(struct wedge *w, char *out)
{
    if (!w->count) return WEDGE_NOTHING;
    return take(w, WEDGE_TYPED, out);
}

enum wedge_said wedge_add(struct wedge *w, struct str text, int64_t now_ms, char *out)
{
    CHECK(text.len <= WEDGE_BYTES_MAX);
    bool late = now_ms - w->last_ms >= WEDGE_GAP_MS;
    enum wedge_said said = WEDGE_NOTHING;
    if (w->count && (late || w->count + text.len > WEDGE_BYTES_MAX)) said = wedge_flush(w, out);
    memcpy(w->bytes + w->count, text.ptr, text.len);
    w->count += text.len;
    w->last_ms = now_ms;
    return said;
}

enum wedge_said wedge_end(struct wedge *w, int64_t now_ms, char *out)
{
    bool quick = now_ms - w->last_ms < WEDGE_GAP_MS;
    if (w->count >= WEDGE_CHARS_MIN && quick) return take(w, WEDGE_SCANNED, out);
    return wedge_flush(w, out);
}

int64_t wedge_due_ms(const struct wedge *w)
{
    if (!w->count) return WEDGE_NOTHING_DUE;
    return w->last_ms + (w->count >= WEDGE_CHARS_MIN ? WEDGE_SILENCE_MS : WEDGE_GAP_MS);
}

enum wedge_said wedge_due(struct wedge *w, int64_t now_ms, char *out)
{
    if (now_ms < wedge_due_ms(w)) return WEDGE_NOTHING;
    return take(w, w->count >= WEDGE_CHARS_MIN ? WEDGE_SCANNED : WEDGE_TYPED, out);
}
