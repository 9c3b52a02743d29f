#include "office/office_report.h"

static const struct {
    const char *code;
    struct str words;
} faults[] = {
#define OFFICE_FAULT(id, code_z, words_z) [OFFICE_##id] = {code_z, {words_z, sizeof(words_z) - 1}},
#include "office/fault.def"
#undef OFFICE_FAULT
};

static const struct str words[] = {
#define OFFICE_WORD(id, word_z) [OFFICE_WORD_##id] = {word_z, sizeof(word_z) - 1},
#include "office/word.def"
#undef OFFICE_WORD
};

const char *office_fault_code(enum office_fault fault)
{
    CHECK(fault != OFFICE_FINE);
    return faults[fault].code;
}

struct str office_fault_words(enum office_fault fault)
{
    return faults[fault].words;
}

struct str office_word(enum office_word word)
{
    return words[word];
}

void office_report_add(struct office_report *r, struct office_mistake mistake)
{
    if (r->listed < OFFICE_MISTAKES_MAX) r->list[r->listed++] = mistake;
    r->count++;
    bool is_far = mistake.line >= OFFICE_LINES_MAX;
    unsigned char bit = (unsigned char)(1u << mistake.line % 8);
    unsigned char *byte = &r->line_is_bad[is_far ? 0 : mistake.line / 8];
    if (!is_far && *byte & bit) return;
    if (!is_far) *byte |= bit;
    r->rows++;
}

void office_mistake_text(const struct office_mistake *mistake, struct str file, struct buf *out)
{
    buf_add(out, file);
    if (mistake->line > 0) buf_addf(out, ":%d:%d", mistake->line, mistake->column);
    buf_add_z(out, ": ");
    if (mistake->name.len > 0) {
        buf_add(out, mistake->name);
        buf_add_z(out, ": ");
    }
    buf_add_z(out, office_fault_code(mistake->fault));
    buf_add_z(out, " ");
    buf_add(out, office_fault_words(mistake->fault));
}
