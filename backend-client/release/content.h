// A document that citizens read: a statute, a case or an article of legal knowledge, as a flat list
// of paragraphs. What stands in Markdown is parsed once, at the centre; a kiosk never sees Markdown.
//
// Days are those of base/date.h. All text is UTF-8.
#ifndef RELEASE_CONTENT_H
#define RELEASE_CONTENT_H

#include "base/err.h"
#include "base/str.h"

#include <limits.h>

#define CONTENT_BYTES_MAX       (4 * 1024 * 1024) // of a source file and of a compiled one
#define CONTENT_LINE_BYTES_MAX  (64 * 1024)
#define CONTENT_LINES_MAX       40000
#define CONTENT_TITLE_BYTES_MAX 600
#define CONTENT_EVENTS_MAX      256  // lines above the marker
#define CONTENT_EVENT_BYTES_MAX 8192 // of one that is continued over several lines
#define CONTENT_PATH_BYTES_MAX  400
#define CONTENT_DAY_NONE        INT_MIN

enum content_kind {
#define CONTENT(name, word, chinese) CONTENT_##name,
#include "release/content.def"
#undef CONTENT
    CONTENT_KIND_COUNT
};

enum content_status {
#define STATUS(name, word, chinese) CONTENT_##name,
#include "release/status.def"
#undef STATUS
    CONTENT_STATUS_COUNT
};

enum content_fault {
    FAULT_NONE,
#define FAULT(name, english, chinese) FAULT_##name,
#include "release/fault.def"
#undef FAULT
};

// Where a source file is wrong. Lines and columns count from 1; columns are characters, as editors
// count them, and the column of a damaged byte is that byte's. 0: it is about the whole file.
struct content_mistake {
    enum content_fault fault;
    int line;
    int column;
};

enum content_para_kind {
    PARA_TEXT,
    PARA_HEADING, // `level` 1 … 6
    PARA_ARTICLE, // the first paragraph of an article; those that follow are PARA_TEXT
    PARA_ITEM,    // of a list
    PARA_ROW,     // of a table, cells joined
};

struct content_para {
    enum content_para_kind kind;
    int level;
    struct str label; // of an article: its number as written
    struct str text;
};

struct content_chapter {
    int level;
    struct str title;
    size_t para_index; // of its heading
};

struct content_event {
    int day; // CONTENT_DAY_NONE: a note without a date
    struct str text;
};

// Arrays and joined texts live in the arena of the function that filled it; other texts are slices
// of the bytes given to it.
struct content_doc {
    enum content_kind kind;
    struct str title;
    struct str part;     // second title line: a part of a code that is kept in several files
    struct str category; // the folder; an article's column
    int day;             // of this version; CONTENT_DAY_NONE where nothing says it
    int force_day;       // from when it applies; never before `day`
    const struct content_event *events;
    size_t event_count;
    const struct content_para *paras;
    size_t para_count;
    const struct content_chapter *chapters;
    size_t chapter_count;
    size_t article_count;
};

const char *content_kind_word(enum content_kind kind);
const char *content_kind_chinese(enum content_kind kind);
MUST_USE bool content_kind_parse(struct str word, enum content_kind *out);
const char *content_status_word(enum content_status status);
const char *content_status_chinese(enum content_status status);
MUST_USE bool content_status_parse(struct str word, enum content_status *out);
const char *content_fault_text(enum content_fault fault);    // English, without file and line
const char *content_fault_chinese(enum content_fault fault); // for the console

// What every source must be, whatever stands in it: not empty, not too big, UTF-8 without control
// characters, lines of bounded length and number. False fills `mistake`.
MUST_USE bool content_check_bytes(struct str bytes, struct content_mistake *mistake);

// Without blanks at both ends, the wide, no-break and zero-width ones too.
struct str content_trim(struct str s);

// Gives `doc` its chapters: one for each heading among its paragraphs.
void content_find_chapters(struct arena *a, struct content_doc *doc);

#endif
