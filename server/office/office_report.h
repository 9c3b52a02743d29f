// What is wrong with a file that staff gave us, told so that they can mend all of it at once: every
// mistake with line, column and the column's name. A file with a mistake changes nothing at all.
#ifndef OFFICE_OFFICE_REPORT_H
#define OFFICE_OFFICE_REPORT_H

#include "base/buf.h"
#include "base/str.h"

#define OFFICE_MISTAKES_MAX     200   // are listed; more are only counted
#define OFFICE_LINES_MAX        65536 // mistakes in lines past these count as a row each
#define OFFICE_FILE_BYTES_MAX   ((size_t)8 * 1024 * 1024)
#define OFFICE_REPORT_BYTES_MAX ((size_t)256 * 1024)

enum office_fault {
    OFFICE_FINE = 0,
#define OFFICE_FAULT(id, code, words) OFFICE_##id,
#include "office/fault.def"
#undef OFFICE_FAULT
};

enum office_word {
#define OFFICE_WORD(id, word) OFFICE_WORD_##id,
#include "office/word.def"
#undef OFFICE_WORD
};

const char *office_fault_code(enum office_fault fault); // English
struct str office_fault_words(enum office_fault fault); // Chinese
struct str office_word(enum office_word word);

struct office_mistake {
    enum office_fault fault;
    int line;        // from 1; 0: it is about the whole file, or the file has no lines
    int column;      // in characters from 1, as editors count
    struct str name; // of the table's column or the document's member; may be empty
};

struct office_report {
    struct office_mistake list[OFFICE_MISTAKES_MAX];
    int listed;
    int count; // all of them
    int rows;  // lines with a mistake, each once; the file as a whole counts as one
    unsigned char line_is_bad[OFFICE_LINES_MAX / 8];
};

// Keeps `mistake.name`.
void office_report_add(struct office_report *r, struct office_mistake mistake);

// One line: "roster.csv:3:11: 站点: unknown-site 没有这个站点".
void office_mistake_text(const struct office_mistake *mistake, struct str file, struct buf *out);

#endif
