// POST /v1/d/report: the seats a kiosk owns, told to a centre that was restored from a backup.
// {"gen","op_seq","rights":[{"sitting","seat","epoch"}]} answers {"gen"}.
#ifndef WIRE_WIRE_REPORT_H
#define WIRE_WIRE_REPORT_H

#include "model/feed.h"
#include "wire/json.h"

#define WIRE_REPORT_RIGHTS_MAX 2000

struct wire_report {
    struct id gen;
    int64_t op_seq;                  // the last operation the rights include
    const struct feed_right *rights; // of each: sitting, seat, epoch
    int count;
};

MUST_USE enum err wire_report_write(const struct wire_report *report, struct buf *out);
// The rights live in `a`.
MUST_USE enum err wire_report_parse(struct json_value *document, struct arena *a,
                                    struct wire_report *out, struct json_mistake *mistake);

MUST_USE enum err wire_reported_write(const struct id *gen, struct buf *out);
MUST_USE enum err wire_reported_parse(struct json_value *document, struct id *gen,
                                      struct json_mistake *mistake);

#endif
