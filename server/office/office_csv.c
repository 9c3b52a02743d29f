#include "office/office_csv.h"

#include <string.h>

struct reader {
    struct arena *arena;
    struct office_report *report;
    struct str rest;
    int line;
    int column;
    int broken; // records left out so far
};

static void blame(struct reader *r, enum office_fault fault, int line, int column)
{
    office_report_add(r->report,
                      (struct office_mistake){.fault = fault, .line = line, .column = column});
}

// Moves over `len` bytes of one line.
static void advance(struct reader *r, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (((unsigned char)r->rest.ptr[i] & 0xc0) != 0x80) r->column++;
    }
    r->rest = str_sub(r->rest, len, SIZE_MAX);
}

static void next_line(struct reader *r, size_t len)
{
    r->rest = str_sub(r->rest, len, SIZE_MAX);
    r->line++;
    r->column = 1;
}

// The length of the line end at the front; 0 where there is none.
static size_t line_end(struct str s)
{
    if (str_starts(s, STR("\r\n"))) return 2;
    return str_starts(s, STR("\n")) ? 1 : 0;
}

static bool ends_bare_cell(char c)
{
    return c == ',' || c == '"' || c == '\r' || c == '\n';
}

static bool bare_cell(struct reader *r, struct csv_cell *cell)
{
    size_t len = 0;
    while (len < r->rest.len && !ends_bare_cell(r->rest.ptr[len]))
        len++;
    cell->text = str_sub(r->rest, 0, len);
    advance(r, len);
    if (str_starts(r->rest, STR("\""))) {
        blame(r, OFFICE_QUOTE, r->line, r->column);
        return false;
    }
    if (str_starts(r->rest, STR("\r")) && line_end(r->rest) == 0) {
        blame(r, OFFICE_LINE_END, r->line, r->column);
        return false;
    }
    return true;
}

// A cell in quotes may hold commas, line ends and, doubled, quotes.
static bool quoted_cell(struct reader *r, struct csv_cell *cell)
{
    char *text = arena_array(r->arena, char, CSV_CELL_BYTES_MAX);
    size_t mark = arena_mark(r->arena);
    size_t len = 0;
    advance(r, 1);
    while (r->rest.len > 0) {
        if (r->rest.ptr[0] == '"' && !str_starts(r->rest, STR("\"\""))) break;
        if (len == CSV_CELL_BYTES_MAX) {
            blame(r, OFFICE_TOO_LONG, cell->line, cell->column);
            return false;
        }
        text[len++] = r->rest.ptr[0];
        if (r->rest.ptr[0] == '\n') {
            next_line(r, 1);
        } else {
            advance(r, r->rest.ptr[0] == '"' ? 2 : 1);
        }
    }
    cell->text = (struct str){text, len};
    arena_rewind(r->arena, mark - CSV_CELL_BYTES_MAX + len);
    bool is_closed = r->rest.len > 0;
    if (is_closed) advance(r, 1);
    bool is_end = r->rest.len == 0 || r->rest.ptr[0] == ',' || line_end(r->rest) > 0;
    if (is_closed && is_end) return true;
    blame(r, OFFICE_QUOTE, cell->line, cell->column);
    return false;
}

// One record. False where its form is broken; then it was not read to its end.
static bool read_row(struct reader *r, struct csv_cell *cells, int *count)
{
    for (*count = 0;;) {
        struct csv_cell cell = {.line = r->line, .column = r->column};
        bool quoted = str_starts(r->rest, STR("\""));
        if (!(quoted ? quoted_cell(r, &cell) : bare_cell(r, &cell))) return false;
        if (*count == CSV_COLUMNS_MAX || cell.text.len > CSV_CELL_BYTES_MAX) {
            blame(r, OFFICE_TOO_LONG, cell.line, cell.column);
            return false;
        }
        if (!quoted) cell.text = str_trim(cell.text);
        cells[(*count)++] = cell;
        if (!str_starts(r->rest, STR(","))) break;
        advance(r, 1);
    }
    if (r->rest.len > 0) next_line(r, line_end(r->rest));
    return true;
}

static bool is_control(uint32_t c)
{
    return (c < ' ' && c != '\t' && c != '\r' && c != '\n') || c == 0x7f;
}

// Text without damage and without control characters; else says where the first one stands. `r` is
// a copy that holds just the record.
static bool check_text(struct reader r)
{
    while (r.rest.len > 0) {
        struct str rest = r.rest;
        uint32_t c = str_utf8_next(&rest);
        size_t len = r.rest.len - rest.len;
        bool is_broken = c == 0xfffd && len == 1;
        if (is_broken || is_control(c)) {
            blame(&r, is_broken ? OFFICE_BROKEN_TEXT : OFFICE_TEXT_BAD, r.line, r.column);
            return false;
        }
        if (c == '\n') {
            next_line(&r, len);
        } else {
            advance(&r, len);
        }
    }
    return true;
}

static bool is_blank(const struct csv_cell *cells, int count)
{
    for (int i = 0; i < count; i++) {
        if (cells[i].text.len > 0) return false;
    }
    return true;
}

// The record that began at `start` is not to be used; reading goes on with the line below its first.
static void skip_row(struct reader *r, const struct reader *start)
{
    size_t end = str_find(start->rest, STR("\n"), 0);
    *r = *start;
    next_line(r, end == SIZE_MAX ? r->rest.len : end + 1);
}

// The next record that is sound in itself. False at the end, and where the head is not sound.
static bool next_row(struct reader *r, bool is_head, struct csv_cell *cells, int *count)
{
    while (r->rest.len > 0) {
        struct reader start = *r;
        struct reader text = start;
        size_t mark = arena_mark(r->arena);
        bool has_form = read_row(r, cells, count);
        if (!has_form) skip_row(r, &start);
        text.rest.len = start.rest.len - r->rest.len;
        bool is_sound = check_text(text) && has_form;
        if (is_sound && !is_blank(cells, *count)) return true;
        arena_rewind(r->arena, mark);
        if (!is_sound && (is_head || ++r->broken == CSV_ROWS_MAX)) return false;
    }
    return false;
}

static void read_rows(struct reader *r, struct csv_table *out)
{
    struct csv_cell cells[CSV_COLUMNS_MAX];
    int count = 0;
    while (next_row(r, out->count == 0, cells, &count)) {
        if (out->count == CSV_ROWS_MAX) {
            blame(r, OFFICE_TOO_MANY, cells[0].line, 1);
            return;
        }
        if (out->count > 0 && count != out->rows[0].count) {
            blame(r, OFFICE_COLUMN_COUNT, cells[0].line, 1);
            continue;
        }
        struct csv_row row = {arena_array(r->arena, struct csv_cell, (size_t)count), count};
        memcpy(row.cells, cells, sizeof(cells[0]) * (size_t)count);
        out->rows[out->count++] = row;
    }
}

bool csv_read(struct arena *a, struct str bytes, struct csv_table *out,
              struct office_report *report)
{
    struct reader r = {.arena = a, .report = report, .rest = bytes, .line = 1, .column = 1};
    *out = (struct csv_table){.rows = arena_array(a, struct csv_row, CSV_ROWS_MAX)};
    if (bytes.len > OFFICE_FILE_BYTES_MAX) {
        blame(&r, OFFICE_TOO_LONG, 0, 0);
        return false;
    }
    struct str mark = STR("\xEF\xBB\xBF");
    if (str_starts(r.rest, mark)) r.rest = str_sub(r.rest, mark.len, SIZE_MAX);
    int before = report->count;
    read_rows(&r, out);
    bool is_told = report->count > before;
    if (!is_told && out->count <= 1) blame(&r, OFFICE_EMPTY_FILE, 0, 0); // a head alone is nothing
    return out->count > 1;
}

void csv_find_columns(const struct csv_table *table, const struct str *names, int count, int *where,
                      struct office_report *report)
{
    const struct csv_row *head = &table->rows[0];
    for (int n = 0; n < count; n++) {
        where[n] = -1;
        for (int i = 0; i < head->count; i++) {
            if (!str_eq(head->cells[i].text, names[n])) continue;
            struct office_mistake twice = {.fault = OFFICE_COLUMN_TWICE,
                                           .line = head->cells[i].line,
                                           .column = head->cells[i].column,
                                           .name = names[n]};
            if (where[n] >= 0) office_report_add(report, twice);
            where[n] = i;
        }
    }
}

void csv_blame_missing(struct str name, struct office_report *report)
{
    office_report_add(report,
                      (struct office_mistake){
                          .fault = OFFICE_COLUMN_MISSING, .line = 1, .column = 1, .name = name});
}
