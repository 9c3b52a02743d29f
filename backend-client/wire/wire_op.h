// Operations and their answers as JSON: the bodies of POST /v1/d/ops and its reply.
//
// An operation travels as a JSON string inside the batch: what is hashed and stored is exactly the
// bytes that were sent, so no second writing can change them.
#ifndef WIRE_WIRE_OP_H
#define WIRE_WIRE_OP_H

#include "model/op.h"
#include "wire/json.h"

// One operation as the line of the log; answers its length. CHECKs that it fits: every member is
// bounded well below `bytes_max`.
size_t wire_op_write(const struct op *op, char *bytes, size_t bytes_max);

// The texts of `out` live in `a`. ERR_BAD_INPUT where it is not an operation; one of an unknown kind is
// one, with OP_KIND_UNKNOWN and its seq.
MUST_USE enum err wire_op_parse(struct str bytes, struct arena *a, struct op *out);

// {"gen","heard","from","prev","ops":["…"],"had":[{"seq","epoch"}]}
struct wire_batch {
    struct id gen;
    int64_t heard;
    int64_t from;
    struct str prev; // hash before the first operation, hex
    struct str ops[OP_BATCH_MAX];
    // Told again to a restored centre: the epoch this pool sale was answered with; 0: it was not.
    int64_t had_epoch[OP_BATCH_MAX];
    int count;
};

MUST_USE enum err wire_batch_write(const struct wire_batch *batch, struct buf *out);
// ERR_TOO_BIG, without a mistake, where there are more than OP_BATCH_MAX. An operation may be longer
// than OP_BYTES_MAX: it is for the centre to refuse that one alone.
MUST_USE enum err wire_batch_parse(struct json_value *document, struct arena *a,
                                   struct wire_batch *out, struct json_mistake *mistake);

// {"gen","acked","acked_hash","safe","results":[{"seq","outcome","why","seat","epoch","next"}]}
struct wire_answer {
    struct id gen;
    int64_t acked;
    struct str acked_hash; // hex
    int64_t safe;
    struct op_result results[OP_BATCH_MAX];
    int count;
};

MUST_USE enum err wire_answer_write(const struct wire_answer *answer, struct buf *out);
MUST_USE enum err wire_answer_parse(struct json_value *document, struct arena *a,
                                    struct wire_answer *out, struct json_mistake *mistake);

#endif
