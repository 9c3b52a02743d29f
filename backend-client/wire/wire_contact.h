// What a visitor leaves, as the plain text inside an operation's sealed box:
// {"v":1,"booking","inc","phone","addr","topic"}; `addr` is the form of address in words, surname and
// title, and empty where there is none, as `phone` is. The operation's number is not in it, because
// the box is closed before the log has given one. The PIN is never in it.
#ifndef WIRE_WIRE_CONTACT_H
#define WIRE_WIRE_CONTACT_H

#include "model/op.h"
#include "model/visitor.h"
#include "wire/json.h"

#define WIRE_CONTACT_VERSION 1

struct wire_contact {
    struct booking_id booking; // of the operation around it
    struct inc_id inc;         // that wrote it
    struct str phone;          // empty: none
    struct str surname;        // empty: none
    enum visitor_title title;
    enum topic topic;
};

// One line that fits into a sealed box (crypt/seal.h). Whoever calls wipes `out` after use.
MUST_USE enum err wire_contact_write(const struct wire_contact *contact, struct buf *out);

// Texts of `out` live in `a`. ERR_BAD_INPUT where it is not of this form, or the rules of
// model/visitor.h refuse phone or surname.
MUST_USE enum err wire_contact_parse(struct str plain, struct arena *a, struct wire_contact *out);

#endif
