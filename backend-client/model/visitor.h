// What a visitor may leave: a surname with 先生 or 女士, and a phone number or none. The least that
// lets a person be called (个人信息保护法, articles 6 and 19); no ID number, no address, no free text.
#ifndef MODEL_VISITOR_H
#define MODEL_VISITOR_H

#include "base/str.h"
#include "model/verdict.h"

#define VISITOR_SURNAME_CHARS_MAX 4 // compound surnames have two characters, a few have more
#define VISITOR_SURNAME_BYTES_MAX 16
#define VISITOR_PHONE_DIGITS      11
#define VISITOR_CONTACT_DAYS      90 // what was left is erased so long after the sitting

enum visitor_title { VISITOR_MR, VISITOR_MS };

// Mobile numbers of the mainland: 1, then 3 to 9, then nine digits. No operator tables: they age.
enum verdict visitor_check_phone(struct str phone);

// Han characters only, one to four.
enum verdict visitor_check_surname(struct str surname);

struct str visitor_title_words(enum visitor_title title);
struct str visitor_mask_phone(struct arena *a, struct str phone);  // 138****5678; CHECKs the phone
struct str visitor_mask_name(struct arena *a, struct str surname); // the surname and *

#endif
