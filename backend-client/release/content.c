#include "release/content.h"

#include "release/words.h"

#include <string.h>

const char *content_kind_word(enum content_kind kind)
{
    static const char *const words[] = {
#define CONTENT(name, word, chinese) word,
#include "release/content.def"
#undef CONTENT
    };
    CHECK((unsigned)kind < CONTENT_KIND_COUNT);
    return words[kind];
}

const char *content_kind_chinese(enum content_kind kind)
{
    static const char *const words[] = {
#define CONTENT(name, word, chinese) chinese,
#include "release/content.def"
#undef CONTENT
    };
    CHECK((unsigned)kind < CONTENT_KIND_COUNT);
    return words[kind];
}

bool content_kind_parse(struct str word, enum content_kind *out)
{
    for (int i = 0; i < CONTENT_KIND_COUNT; i++) {
        if (!str_eq_z(word, content_kind_word((enum content_kind)i))) continue;
        *out = (enum content_kind)i;
        return true;
    }
    return false;
}

const char *content_status_word(enum content_status status)
{
    static const char *const words[] = {
#define STATUS(name, word, chinese) word,
#include "release/status.def"
#undef STATUS
    };
    CHECK((unsigned)status < CONTENT_STATUS_COUNT);
    return words[status];
}

const char *content_status_chinese(enum content_status status)
{
    static const char *const words[] = {
#define STATUS(name, word, chinese) chinese,
#include "release/status.def"
#undef STATUS
    };
    CHECK((unsigned)status < CONTENT_STATUS_COUNT);
    return words[status];
}

bool content_status_parse(struct str word, enum content_status *out)
{
    for (int i = 0; i < CONTENT_STATUS_COUNT; i++) {
        if (!str_eq_z(word, content_status_word((enum content_status)i))) continue;
        *out = (enum content_status)i;
        return true;
    }
    return false;
}

const char *content_fault_text(enum content_fault fault)
{
    switch (fault) {
    case FAULT_NONE: return "nothing is wrong";
#define FAULT(name, english, chinese) \
    case FAULT_##name:                \
        return english;
#include "release/fault.def"
#undef FAULT
    }
    return "";
}

const char *content_fault_chinese(enum content_fault fault)
{
    switch (fault) {
    case FAULT_NONE: return "";
#define FAULT(name, english, chinese) \
    case FAULT_##name:                \
        return chinese;
#include "release/fault.def"
#undef FAULT
    }
    return "";
}

static bool wrong(struct content_mistake *mistake, enum content_fault fault, int line, int column)
{
    *mistake = (struct content_mistake){fault, line, column};
    return false;
}

// Tabs and the carriage return of a Windows line end are blanks; the rest of C0, DEL and C1 is not
// text.
static bool is_control(uint32_t c)
{
    return (c < 0x20 && c != '\t' && c != '\r') || (c >= 0x7f && c <= 0x9f);
}

static bool check_line(struct str line, int number, struct content_mistake *mistake)
{
    if (line.len > CONTENT_LINE_BYTES_MAX) return wrong(mistake, FAULT_LINE_LONG, number, 1);
    struct str rest = line;
    int column = 0;
    while (rest.len > 0) {
        size_t before = rest.len;
        uint32_t c = str_utf8_next(&rest);
        column++;
        if (c == 0) return wrong(mistake, FAULT_NUL, number, column);
        if (c == 0xfffd && before - rest.len == 1)
            return wrong(mistake, FAULT_UTF8, number, column);
        if (is_control(c)) return wrong(mistake, FAULT_CONTROL, number, column);
    }
    return true;
}

bool content_check_bytes(struct str bytes, struct content_mistake *mistake)
{
    if (bytes.len == 0) return wrong(mistake, FAULT_EMPTY, 0, 0);
    if (bytes.len > CONTENT_BYTES_MAX) return wrong(mistake, FAULT_TOO_BIG, 0, 0);
    struct str rest = bytes;
    for (int number = 1; rest.ptr; number++) {
        if (number > CONTENT_LINES_MAX) return wrong(mistake, FAULT_LINES, number, 1);
        if (!check_line(str_cut(&rest, '\n'), number, mistake)) return false;
    }
    return true;
}

struct str content_trim(struct str s)
{
    struct str out = s;
    for (size_t n = words_blank_start(out); n > 0; n = words_blank_start(out)) {
        out = str_sub(out, n, SIZE_MAX);
    }
    for (size_t n = words_blank_end(out); n > 0; n = words_blank_end(out)) {
        out = str_sub(out, 0, out.len - n);
    }
    return out;
}

void content_find_chapters(struct arena *a, struct content_doc *doc)
{
    size_t count = 0;
    for (size_t i = 0; i < doc->para_count; i++) {
        count += doc->paras[i].kind == PARA_HEADING;
    }
    struct content_chapter *chapters = arena_array(a, struct content_chapter, count);
    size_t next = 0;
    for (size_t i = 0; i < doc->para_count; i++) {
        const struct content_para *p = &doc->paras[i];
        if (p->kind != PARA_HEADING) continue;
        chapters[next++] = (struct content_chapter){p->level, p->text, i};
    }
    doc->chapters = chapters;
    doc->chapter_count = count;
}
