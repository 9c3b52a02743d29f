#include "wire/wire_op.h"

#include <string.h>

#define HASH_HEX_BYTES 64

static void write_slip(struct json_writer *w, const struct op *op)
{
    json_write_id(w, "sitting", &op->sitting.id);
    json_write_text(w, "code", str_from_z(op->code.z));
    json_write_text(w, "pin_h", str_from_z(op->pin_hash.hex));
}

static void write_seat(struct json_writer *w, const struct op *op)
{
    json_write_id(w, "booking", &op->booking.id);
    json_write_text(w, "basis", str_from_z(op_basis_code(op->basis)));
    json_write_int(w, "seat", op->seat);
    if (op->basis == OP_RIGHT) json_write_int(w, "epoch", op->epoch);
}

static void write_members(struct json_writer *w, const struct op *op)
{
    switch (op->kind) {
    case OP_BOOK:
        write_seat(w, op);
        write_slip(w, op);
        json_write_text(w, "sealed", op->sealed);
        break;
    case OP_MOVE:
        write_seat(w, op);
        json_write_id(w, "instead_of", &op->instead_of.id);
        write_slip(w, op);
        break;
    case OP_WISH:
        json_write_id(w, "booking", &op->booking.id);
        write_slip(w, op);
        json_write_text(w, "sealed", op->sealed);
        break;
    case OP_CANCEL:
        json_write_id(w, "booking", &op->booking.id);
        json_write_text(w, "why", str_from_z(op_why_code(op->why)));
        break;
    case OP_CHECKIN: json_write_id(w, "booking", &op->booking.id); break;
    case OP_TICKET:
        json_write_int(w, "day", op->day);
        json_write_text(w, "letter", (struct str){&op->letter, 1});
        json_write_int(w, "number", op->number);
        break;
    case OP_RETURN:
        json_write_id(w, "sitting", &op->sitting.id);
        json_write_int(w, "seat", op->seat);
        json_write_int(w, "epoch", op->epoch);
        break;
    case OP_KIND_UNKNOWN: CHECK(false); break;
    }
}

size_t wire_op_write(const struct op *op, char *bytes, size_t bytes_max)
{
    struct buf out;
    struct json_writer w;
    buf_init(&out, bytes_max);
    json_write_begin(&w, &out);
    json_write_object(&w, NULL);
    json_write_int(&w, "seq", op->seq);
    json_write_int(&w, "at", op->at_ms);
    json_write_text(&w, "trust", str_from_z(op_trust_code(op->trust)));
    json_write_text(&w, "kind", str_from_z(op_kind_code(op->kind)));
    write_members(&w, op);
    json_write_object_end(&w);
    CHECK(json_write_end(&w) == ERR_OK);
    size_t len = out.len;
    memcpy(bytes, out.bytes, len);
    buf_deinit(&out);
    return len;
}

// A member that must be one of our codes.
#define PARSE_CODE(r, member, parse, out)                                          \
    do {                                                                           \
        if (!parse(json_get_text(r, member, 1, 32), out) && !(r)->mistake->reason) \
            *(r)->mistake = (struct json_mistake){member, "not a known word"};     \
    } while (0)

static void read_pin_hash(struct json_reader *r, struct pin_hash *out)
{
    unsigned char bytes[OP_PIN_HASH_BYTES];
    json_get_bytes(r, "pin_h", bytes, sizeof(bytes));
    if (!r->mistake->reason) hex_from_bytes(bytes, sizeof(bytes), out->hex);
}

static void read_slip(struct json_reader *r, struct op *op)
{
    op->booking.id = json_get_id(r, "booking");
    op->sitting.id = json_get_id(r, "sitting");
    struct str code = json_get_text(r, "code", TICKET_CODE_DIGITS, TICKET_CODE_DIGITS);
    if (!ticket_code_parse(code, &op->code) && !r->mistake->reason)
        *r->mistake = (struct json_mistake){"code", "wrong check digit"};
    read_pin_hash(r, &op->pin_hash);
}

static void read_sealed(struct json_reader *r, struct arena *a, struct op *op)
{
    op->sealed = str_copy(a, json_get_text(r, "sealed", 0, OP_SEALED_CHARS_MAX));
}

static void read_seat(struct json_reader *r, struct op *op)
{
    PARSE_CODE(r, "basis", op_basis_parse, &op->basis);
    op->seat = (int)json_get_int(r, "seat", 1, SITTING_SEATS_MAX);
    if (op->basis == OP_RIGHT) op->epoch = json_get_int(r, "epoch", 0, JSON_INT_MAX);
}

static void read_ticket(struct json_reader *r, struct op *op)
{
    op->day = (int)json_get_int(r, "day", 0, 1000000);
    struct str letter = json_get_text(r, "letter", 1, 1);
    op->letter = letter.len == 1 ? letter.ptr[0] : 'A';
    bool is_letter =
        (op->letter >= 'A' && op->letter <= 'Z') || (op->letter >= 'a' && op->letter <= 'z');
    if (!is_letter && !r->mistake->reason)
        *r->mistake = (struct json_mistake){"letter", "not a letter"};
    op->number = (int)json_get_int(r, "number", 1, TICKET_NUMBER_MAX);
}

static void read_members(struct json_reader *r, struct arena *a, struct op *op)
{
    switch (op->kind) {
    case OP_BOOK:
        read_seat(r, op);
        read_slip(r, op);
        read_sealed(r, a, op);
        break;
    case OP_MOVE:
        read_seat(r, op);
        op->instead_of.id = json_get_id(r, "instead_of");
        read_slip(r, op);
        break;
    case OP_WISH:
        read_slip(r, op);
        read_sealed(r, a, op);
        break;
    case OP_CANCEL:
        op->booking.id = json_get_id(r, "booking");
        PARSE_CODE(r, "why", op_why_parse, &op->why);
        break;
    case OP_CHECKIN: op->booking.id = json_get_id(r, "booking"); break;
    case OP_TICKET: read_ticket(r, op); break;
    case OP_RETURN:
        op->sitting.id = json_get_id(r, "sitting");
        op->seat = (int)json_get_int(r, "seat", 1, SITTING_SEATS_MAX);
        op->epoch = json_get_int(r, "epoch", 0, JSON_INT_MAX);
        break;
    case OP_KIND_UNKNOWN: break;
    }
}

enum err wire_op_parse(struct str bytes, struct arena *a, struct op *out)
{
    struct json_value *document = NULL;
    struct json_mistake mistake = {0};
    struct json_reader r;
    enum err e = json_parse(bytes, &document, NULL);
    if (e) return e;
    *out = (struct op){0};
    json_read(&r, document, &mistake);
    out->seq = json_get_int(&r, "seq", 1, JSON_INT_MAX);
    out->at_ms = json_get_int(&r, "at", 0, JSON_INT_MAX);
    PARSE_CODE(&r, "trust", op_trust_parse, &out->trust);
    out->kind = op_kind_parse(json_get_text(&r, "kind", 1, 32));
    read_members(&r, a, out);
    json_free(document);
    return json_mistake_err(&mistake);
}

// Beside the operations, because what is hashed are their bytes alone.
static void write_had(struct json_writer *w, const struct wire_batch *batch)
{
    bool has_any = false;
    for (int i = 0; i < batch->count; i++) {
        if (batch->had_epoch[i] == 0) continue;
        if (!has_any) json_write_array(w, "had");
        has_any = true;
        json_write_object(w, NULL);
        json_write_int(w, "seq", batch->from + i);
        json_write_int(w, "epoch", batch->had_epoch[i]);
        json_write_object_end(w);
    }
    if (has_any) json_write_array_end(w);
}

static void read_had(struct json_reader *r, struct wire_batch *out)
{
    struct json_array had;
    if (!json_has(r, "had")) return;
    json_get_array(r, "had", 0, OP_BATCH_MAX, &had);
    for (size_t i = 0; i < had.count; i++) {
        struct json_reader item;
        json_item_object(&had, i, &item);
        int64_t last = out->from + (out->count > 0 ? out->count - 1 : 0);
        int64_t seq = json_get_int(&item, "seq", out->from, last);
        int64_t epoch = json_get_int(&item, "epoch", 1, JSON_INT_MAX);
        if (!r->mistake->reason && out->count > 0) out->had_epoch[seq - out->from] = epoch;
    }
}

enum err wire_batch_write(const struct wire_batch *batch, struct buf *out)
{
    struct json_writer w;
    json_write_begin(&w, out);
    json_write_object(&w, NULL);
    json_write_id(&w, "gen", &batch->gen);
    json_write_int(&w, "heard", batch->heard);
    json_write_int(&w, "from", batch->from);
    json_write_text(&w, "prev", batch->prev);
    json_write_array(&w, "ops");
    for (int i = 0; i < batch->count; i++) {
        json_write_text(&w, NULL, batch->ops[i]);
    }
    json_write_array_end(&w);
    write_had(&w, batch);
    json_write_object_end(&w);
    return json_write_end(&w);
}

enum err wire_batch_parse(struct json_value *document, struct arena *a, struct wire_batch *out,
                          struct json_mistake *mistake)
{
    struct json_reader r;
    struct json_array ops;
    *out = (struct wire_batch){0};
    json_read(&r, document, mistake);
    out->gen = json_get_id(&r, "gen");
    out->heard = json_get_int(&r, "heard", 0, JSON_INT_MAX);
    out->from = json_get_int(&r, "from", 1, JSON_INT_MAX);
    out->prev = str_copy(a, json_get_text(&r, "prev", HASH_HEX_BYTES, HASH_HEX_BYTES));
    json_get_array(&r, "ops", 0, SIZE_MAX, &ops);
    if (!mistake->reason && ops.count > OP_BATCH_MAX) return ERR_TOO_BIG;
    out->count = mistake->reason ? 0 : (int)ops.count;
    for (int i = 0; i < out->count; i++) {
        out->ops[i] = str_copy(a, json_item_text(&ops, (size_t)i, 0, SIZE_MAX));
    }
    read_had(&r, out);
    return json_mistake_err(mistake);
}

static void write_result(struct json_writer *w, const struct op_result *result)
{
    json_write_object(w, NULL);
    json_write_int(w, "seq", result->seq);
    json_write_text(w, "outcome", str_from_z(op_outcome_code(result->outcome)));
    if (result->verdict != VERDICT_OK)
        json_write_text(w, "why", str_from_z(verdict_code(result->verdict)));
    if (result->seat > 0) {
        json_write_int(w, "seat", result->seat);
        json_write_int(w, "epoch", result->epoch);
    }
    if (result->next_seat > 0) json_write_int(w, "next", result->next_seat);
    json_write_object_end(w);
}

enum err wire_answer_write(const struct wire_answer *answer, struct buf *out)
{
    struct json_writer w;
    json_write_begin(&w, out);
    json_write_object(&w, NULL);
    json_write_id(&w, "gen", &answer->gen);
    json_write_int(&w, "acked", answer->acked);
    json_write_text(&w, "acked_hash", answer->acked_hash);
    json_write_int(&w, "safe", answer->safe);
    json_write_array(&w, "results");
    for (int i = 0; i < answer->count; i++) {
        write_result(&w, &answer->results[i]);
    }
    json_write_array_end(&w);
    json_write_object_end(&w);
    return json_write_end(&w);
}

static void read_result(const struct json_array *results, size_t i, struct op_result *out)
{
    struct json_reader r;
    json_item_object(results, i, &r);
    out->seq = json_get_int(&r, "seq", 1, JSON_INT_MAX);
    PARSE_CODE(&r, "outcome", op_outcome_parse, &out->outcome);
    // A newer centre may have more reasons than we have words for: then it is simply full.
    if (json_has(&r, "why") && !verdict_parse(json_get_text(&r, "why", 1, 32), &out->verdict))
        out->verdict = VERDICT_SITTING_FULL;
    if (json_has(&r, "seat")) {
        out->seat = (int)json_get_int(&r, "seat", 1, SITTING_SEATS_MAX);
        out->epoch = json_get_int(&r, "epoch", 0, JSON_INT_MAX);
    }
    if (json_has(&r, "next")) out->next_seat = (int)json_get_int(&r, "next", 1, SITTING_SEATS_MAX);
}

enum err wire_answer_parse(struct json_value *document, struct arena *a, struct wire_answer *out,
                           struct json_mistake *mistake)
{
    struct json_reader r;
    struct json_array results;
    *out = (struct wire_answer){0};
    json_read(&r, document, mistake);
    out->gen = json_get_id(&r, "gen");
    out->acked = json_get_int(&r, "acked", 0, JSON_INT_MAX);
    out->acked_hash = str_copy(a, json_get_text(&r, "acked_hash", HASH_HEX_BYTES, HASH_HEX_BYTES));
    out->safe = json_get_int(&r, "safe", 0, JSON_INT_MAX);
    json_get_array(&r, "results", 0, OP_BATCH_MAX, &results);
    out->count = (int)results.count;
    for (size_t i = 0; i < results.count; i++) {
        read_result(&results, i, &out->results[i]);
    }
    return json_mistake_err(mistake);
}
