// The numbers a visitor holds.
//
// Booking code: seven random digits and a check digit (ISO 7064, MOD 11,10), shown 4-4. It is a name,
// not a key: looking up needs the six-digit PIN too. The QR of a slip holds "LY1:<code>:<pin>".
// Walk-in number: the kiosk's letter and three digits, A001 … A999, new every day; while the kiosk's
// clock is not trusted the letter is written small, so that two days cannot collide.
#ifndef MODEL_TICKET_H
#define MODEL_TICKET_H

#include "base/env.h"
#include "base/str.h"

#define TICKET_CODE_DIGITS  8
#define TICKET_PIN_DIGITS   6
#define TICKET_NUMBER_MAX   999
#define TICKET_QR_BYTES_MAX 24

struct ticket_code {
    char z[TICKET_CODE_DIGITS + 1];
};

struct ticket_pin {
    char z[TICKET_PIN_DIGITS + 1];
};

struct ticket_code ticket_code_new(struct env *env);
struct ticket_pin ticket_pin_new(struct env *env);

// Digits with a right check digit; blanks and hyphens between them are forgiven.
MUST_USE bool ticket_code_parse(struct str s, struct ticket_code *out);
MUST_USE bool ticket_pin_parse(struct str s, struct ticket_pin *out);
struct str ticket_code_spaced(struct arena *a, const struct ticket_code *code); // "1234 5678"

struct str ticket_qr(struct arena *a, const struct ticket_code *code, const struct ticket_pin *pin);
MUST_USE bool ticket_qr_parse(struct str s, struct ticket_code *code, struct ticket_pin *pin);

// A walk-in number. `letter` A … Z, `number` 1 … 999.
struct str ticket_walkin(struct arena *a, char letter, int number);

#endif
