// The words of statute.def, and small recognisers made of them: numerals, blanks, written dates.
#ifndef RELEASE_WORDS_H
#define RELEASE_WORDS_H

#include "base/str.h"

enum word {
#define WORD(name, text) WORD_##name,
#include "release/statute.def"
#undef WORD
    WORD_COUNT
};

struct str word_text(enum word w);

// Takes the word off the front; false leaves `rest` as it was.
bool word_take(struct str *rest, enum word w);

// Takes numerals (Chinese or ASCII digits) off the front and counts them.
size_t words_take_numerals(struct str *rest);

// The bytes of the one blank character at the start, or end; 0 where there is none.
size_t words_blank_start(struct str s);
size_t words_blank_end(struct str s);

// A date as officials write it: 2021, year word, 8, month word, 20, day word. WORDS_DATE_WRONG: it has
// the form and names no day of the calendar. `rest` moves behind it only on WORDS_DATE.
enum words_date { WORDS_NO_DATE, WORDS_DATE, WORDS_DATE_WRONG };
enum words_date words_take_date(struct str *rest, int *day);

#endif
