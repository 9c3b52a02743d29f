// The value of one row of the state feed as JSON: what the centre stores beside the row's key and what
// travels as its "v".
#ifndef WIRE_WIRE_ROW_H
#define WIRE_WIRE_ROW_H

#include "model/feed.h"
#include "wire/json.h"

// The value of a living row of a known kind, added to `out`.
MUST_USE enum err wire_row_value_write(const struct feed_row *row, struct buf *out);

// Reads `value` into row->value by row->kind; an unknown kind is left alone. Texts live in `a`.
void wire_row_value_read(struct json_reader *r, struct arena *a, struct feed_row *row);

// The key of a row, made from its value. Lives in `a`, or in the row.
struct str wire_row_key(const struct feed_row *row, struct arena *a);

#endif
