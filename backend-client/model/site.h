// Where people sit: the hall and the stations of a county. A site is named by the 9-digit code of its
// town or street (GB/T 10114 style division code); the first six digits are its county.
#ifndef MODEL_SITE_H
#define MODEL_SITE_H

#include "base/str.h"

#define SITE_CODE_DIGITS      9
#define SITE_COUNTY_DIGITS    6
#define SITE_NAME_CHARS_MAX   16
#define SITE_FULL_CHARS_MAX   40
#define SITE_PHONE_CHARS_MAX  20
#define SITE_COUNTY_SITES_MAX 200 // sites of one county

struct site_code {
    char z[SITE_CODE_DIGITS + 1];
};

struct site {
    struct site_code code;
    struct str name;      // short, for headers and boards
    struct str full_name; // for slips
    struct str phone;     // of the site; may be empty
    int order;            // place in the site file, from 0: the order of the board
};

MUST_USE bool site_code_parse(struct str s, struct site_code *out); // nine digits exactly
bool site_code_eq(struct site_code a, struct site_code b);
struct str site_code_str(const struct site_code *code); // borrowed
struct str site_county(const struct site_code *code);   // its first six digits, borrowed

#endif
