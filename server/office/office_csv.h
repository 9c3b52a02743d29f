// Tables as spreadsheets save them (RFC 4180): commas, quotes, CRLF or LF, a byte order mark or none.
// Every cell knows where it stands, so a mistake in it can be pointed at.
#ifndef OFFICE_OFFICE_CSV_H
#define OFFICE_OFFICE_CSV_H

#include "office/office_report.h"

#define CSV_COLUMNS_MAX    40
#define CSV_ROWS_MAX       5000
#define CSV_CELL_BYTES_MAX 4096
#define CSV_ARENA_BYTES    (OFFICE_FILE_BYTES_MAX + (size_t)8 * 1024 * 1024)

struct csv_cell {
    struct str text; // without quotes; lives in the arena or in the bytes that were read
    int line;
    int column;
};

struct csv_row {
    struct csv_cell *cells;
    int count;
};

struct csv_table {
    struct csv_row *rows; // the first is the head; blank lines are left out
    int count;
};

// The whole file as a table in `a` (CSV_ARENA_BYTES suffices). Mistakes of the form go to `report`; a
// row that has one (or is shorter or longer than the head) is left out and the others are read, so that
// all that is wrong is told at once. False where there is no row to go on with.
MUST_USE bool csv_read(struct arena *a, struct str bytes, struct csv_table *out,
                       struct office_report *report);

// Where the columns with these names stand in the head; -1 for one that is not there. A name that
// stands twice is a mistake.
void csv_find_columns(const struct csv_table *table, const struct str *names, int count, int *where,
                      struct office_report *report);

// The head lacks this column.
void csv_blame_missing(struct str name, struct office_report *report);

#endif
