// One line of a kiosk's operation log, and the centre's answer to it.
//
// The log is ordered and hash-chained per incarnation (one life of a kiosk's database): (incarnation,
// seq) is the idempotency key, hash(n) = SHA-256(hash(n-1) || the exact bytes sent). The centre answers
// every operation for good; a refusal is a result, never an error, so nothing blocks the log.
#ifndef MODEL_OP_H
#define MODEL_OP_H

#include "model/booking.h"
#include "model/ticket.h"

#define OP_BYTES_MAX        4096 // of one operation as sent
#define OP_BATCH_MAX        64   // operations of one request
#define OP_PIN_HASH_BYTES   16
#define OP_SEALED_CHARS_MAX 512 // base64 of the sealed box
#define OP_UNSENT_MAX       20000

struct inc_id {
    struct id id;
};

// BLAKE2b-128 keyed with the site's PIN key over booking id and PIN: any kiosk of the site can check a
// PIN, nobody reads it.
struct pin_hash {
    char hex[2 * OP_PIN_HASH_BYTES + 1];
};

enum op_kind {
#define OP(id, code) OP_##id,
#include "model/op.def"
#undef OP
    OP_KIND_UNKNOWN // of a newer kiosk; answered with unknown-kind
};

enum op_basis {
    OP_POOL,  // the centre owns the seat and decides
    OP_RIGHT, // this incarnation owns (seat, epoch): never refused (rule P1)
};

enum op_trust { OP_TRUST_SYNCED, OP_TRUST_CARRIED, OP_TRUST_UNKNOWN }; // of the kiosk's clock

enum op_why {
    OP_WHY_VISITOR, // asked for with code and PIN
    OP_WHY_LEARNED, // the centre had cleared it; written so that the log alone explains later sales
    OP_WHY_UNANSWERED, // no answer while the visitor waited, or an answer that came too late
    OP_WHY_MOVED,      // it has moved to a seat of the pool
};

struct op {
    enum op_kind kind;
    int64_t seq;
    int64_t at_ms; // the kiosk's civil time
    enum op_trust trust;
    struct booking_id booking;    // book, move, cancel, checkin, request
    struct booking_id instead_of; // move: the booking that goes for it
    struct sitting_id sitting;    // book, move, return, request
    int seat;                     // book, move, return
    int64_t epoch;                // book and move with OP_RIGHT, return
    enum op_basis basis;          // book, move
    enum op_why why;              // cancel
    struct ticket_code code;      // book, move, request
    struct pin_hash pin_hash;     // book, move, request
    struct str sealed;            // book, request: base64 of a box only the centre opens; borrowed
    int day;                      // ticket: civil day
    char letter;                  // ticket: A … Z, small while the clock is not trusted
    int number;                   // ticket: 1 … 999
};

enum op_outcome { OP_OK, OP_OK_WARN, OP_REFUSED };

struct op_result {
    int64_t seq;
    enum op_outcome outcome;
    enum verdict verdict; // why refused, or what the warning is; VERDICT_OK otherwise
    int seat;             // of a pool sale: what was had
    int64_t epoch;
    int next_seat; // with slot-full: the lowest free pool seat of the sitting now, 0 = none
};

const char *op_kind_code(enum op_kind kind); // CHECKs that it is known
enum op_kind op_kind_parse(struct str code); // OP_KIND_UNKNOWN for what we do not know
const char *op_basis_code(enum op_basis basis);
const char *op_trust_code(enum op_trust trust);
const char *op_why_code(enum op_why why);
const char *op_outcome_code(enum op_outcome outcome); // "ok", "ok+warn", "refused"
MUST_USE bool op_basis_parse(struct str code, enum op_basis *out);
MUST_USE bool op_trust_parse(struct str code, enum op_trust *out);
MUST_USE bool op_why_parse(struct str code, enum op_why *out);
MUST_USE bool op_outcome_parse(struct str code, enum op_outcome *out);

#endif
