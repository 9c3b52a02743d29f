#include "release/statute.h"

#include "base/date.h"
#include "release/words.h"

#include <string.h>

#define MARKER     "<!-- INFO END -->"

// How many of the last paragraphs are searched for the day from which the law applies.
#define LAST_PARAS 6

struct parser {
    struct arena *arena;
    struct str rest; // what was not read yet
    int line;        // number of the line read last
    int head_lines;  // above the marker, without titles
    struct content_doc *doc;
    struct content_event *events;
    struct content_para *paras;
    size_t paras_max;
    struct content_mistake *mistake;
};

static bool wrong(struct parser *p, enum content_fault fault, int column)
{
    *p->mistake = (struct content_mistake){fault, column ? p->line : 0, column};
    return false;
}

static struct str next_line(struct parser *p)
{
    p->line++;
    return str_cut(&p->rest, '\n');
}

bool statute_article_split(struct str line, struct str *label, struct str *text)
{
    struct str rest = line;
    if (!word_take(&rest, WORD_ORDINAL)) return false;
    if (words_take_numerals(&rest) == 0) return false;
    if (!word_take(&rest, WORD_ARTICLE)) return false;
    struct str inserted = rest;
    if (word_take(&inserted, WORD_INSERTED) && words_take_numerals(&inserted) > 0) rest = inserted;
    *label = str_sub(line, 0, line.len - rest.len);
    *text = content_trim(rest);
    return true;
}

// `# text` gives its level and text; 0 for other lines. An empty heading has an empty text.
static int heading_split(struct str line, struct str *text)
{
    int level = 0;
    while ((size_t)level < line.len && line.ptr[level] == '#') {
        level++;
    }
    if (level == 0 || level > 6) return 0;
    *text = content_trim(str_sub(line, (size_t)level, SIZE_MAX));
    return level;
}

static bool add_title(struct parser *p, struct str text)
{
    struct content_doc *doc = p->doc;
    if (text.len == 0) return true;
    if (text.len + doc->part.len > CONTENT_TITLE_BYTES_MAX) return wrong(p, FAULT_TITLE_LONG, 1);
    if (doc->title.len == 0) {
        doc->title = text;
    } else if (doc->part.len == 0) {
        doc->part = text;
    } else {
        doc->part = str_printf(p->arena, "%.*s %.*s", STR_ARG(doc->part), STR_ARG(text));
    }
    return true;
}

static bool add_event(struct parser *p, struct str line)
{
    struct content_doc *doc = p->doc;
    struct str text = line;
    int day = CONTENT_DAY_NONE;
    switch (words_take_date(&text, &day)) {
    case WORDS_DATE_WRONG: return wrong(p, FAULT_BAD_DATE, 1);
    case WORDS_DATE:
    case WORDS_NO_DATE: break;
    }
    text = content_trim(text);
    if (++p->head_lines > CONTENT_EVENTS_MAX) return wrong(p, FAULT_HEAD_LONG, 1);
    if (day == CONTENT_DAY_NONE && doc->event_count > 0) {
        struct content_event *last = &p->events[doc->event_count - 1];
        if (last->text.len + line.len > CONTENT_EVENT_BYTES_MAX)
            return wrong(p, FAULT_HEAD_LONG, 1);
        last->text = str_printf(p->arena, "%.*s%.*s", STR_ARG(last->text), STR_ARG(line));
        return true;
    }
    p->events[doc->event_count++] = (struct content_event){day, text};
    return true;
}

static bool has_marker(struct str rest)
{
    while (rest.ptr) {
        if (str_eq_z(content_trim(str_cut(&rest, '\n')), MARKER)) return true;
    }
    return false;
}

static bool parse_head(struct parser *p)
{
    while (p->rest.ptr) {
        struct str line = content_trim(next_line(p));
        struct str text;
        if (str_eq_z(line, MARKER)) {
            if (p->doc->title.len == 0) return wrong(p, FAULT_NO_TITLE, 1);
            return true;
        }
        if (line.len == 0) continue;
        bool good = heading_split(line, &text) ? add_title(p, text) : add_event(p, line);
        // Without the marker the whole law was read as its head, and what seemed wrong there is not.
        if (!good) return has_marker(p->rest) ? false : wrong(p, FAULT_NO_MARKER, 1);
    }
    return wrong(p, FAULT_NO_MARKER, 1);
}

static void add_para(struct parser *p, struct content_para para)
{
    CHECK(p->doc->para_count < p->paras_max);
    p->paras[p->doc->para_count++] = para;
}

static void parse_line(struct parser *p, struct str raw)
{
    struct content_para para = {.kind = PARA_TEXT};
    if (statute_article_split(raw, &para.label, &para.text)) {
        para.kind = PARA_ARTICLE;
        p->doc->article_count++;
        add_para(p, para);
        return;
    }
    para.text = content_trim(raw);
    if (para.text.len == 0) return;
    if (str_starts(para.text, STR("<!--")) && str_ends(para.text, STR("-->"))) return;
    struct str heading;
    para.level = heading_split(para.text, &heading);
    if (para.level > 0) {
        para.kind = PARA_HEADING;
        para.text = heading;
        if (heading.len == 0) return;
    }
    add_para(p, para);
}

static bool parse_body(struct parser *p)
{
    size_t lines = 1;
    for (size_t i = 0; i < p->rest.len; i++) {
        lines += p->rest.ptr[i] == '\n';
    }
    p->paras_max = lines;
    p->paras = arena_array(p->arena, struct content_para, lines);
    while (p->rest.ptr) {
        parse_line(p, next_line(p));
    }
    p->doc->paras = p->paras;
    return p->doc->para_count > 0 ? true : wrong(p, FAULT_NO_TEXT, 0);
}

// The folder of the path, and the date in brackets before `.md`. No date in the name is fine.
static bool parse_path(struct parser *p, struct str path)
{
    size_t slash = path.len;
    while (slash > 0 && path.ptr[slash - 1] != '/') {
        slash--;
    }
    p->doc->category = str_sub(path, 0, slash > 0 ? slash - 1 : 0);
    struct str name = str_sub(path, slash, SIZE_MAX);
    if (str_ends(name, STR(".md"))) name = str_sub(name, 0, name.len - 3);
    struct str wide = word_text(WORD_CLOSE_WIDE);
    if (str_ends(name, STR(")"))) {
        name = str_sub(name, 0, name.len - 1);
    } else if (str_ends(name, wide)) {
        name = str_sub(name, 0, name.len - wide.len);
    } else {
        return true;
    }
    if (name.len < 11) return true;
    struct str date = str_sub(name, name.len - 10, SIZE_MAX);
    struct str before = str_sub(name, 0, name.len - 10);
    if (!str_ends(before, STR("(")) && !str_ends(before, word_text(WORD_OPEN_WIDE))) return true;
    if (date_parse(date, &p->doc->day)) return true;
    return date.ptr[4] == '-' && date.ptr[7] == '-' ? wrong(p, FAULT_NAME_DATE, 0) : true;
}

// The day in `自…起施行`, anywhere in the text.
static int force_day_in(struct str text)
{
    struct str from = word_text(WORD_FROM);
    for (size_t at = str_find(text, from, 0); at != SIZE_MAX; at = str_find(text, from, at + 1)) {
        struct str rest = str_sub(text, at + from.len, SIZE_MAX);
        int day = CONTENT_DAY_NONE;
        if (words_take_date(&rest, &day) == WORDS_DATE &&
            str_starts(rest, word_text(WORD_FORCE_SINCE)))
            return day;
    }
    return CONTENT_DAY_NONE;
}

static int later(int a, int b)
{
    return a > b ? a : b;
}

static void find_days(struct content_doc *doc)
{
    int last_event = CONTENT_DAY_NONE;
    int force = CONTENT_DAY_NONE;
    for (size_t i = 0; i < doc->event_count; i++) {
        const struct content_event *event = &doc->events[i];
        if (str_find(event->text, word_text(WORD_FORCE), 0) == SIZE_MAX) {
            last_event = later(last_event, event->day);
            continue;
        }
        int named = force_day_in(event->text);
        force = later(force, named != CONTENT_DAY_NONE ? named : event->day);
    }
    size_t first = doc->para_count > LAST_PARAS ? doc->para_count - LAST_PARAS : 0;
    for (size_t i = first; i < doc->para_count; i++) {
        if (doc->paras[i].kind == PARA_ARTICLE)
            force = later(force, force_day_in(doc->paras[i].text));
    }
    if (doc->day == CONTENT_DAY_NONE)
        doc->day = last_event != CONTENT_DAY_NONE ? last_event : force;
    doc->force_day = later(doc->day, force);
}

static enum content_kind kind_of(const struct content_doc *doc)
{
    struct str folder = doc->category;
    struct str top = str_cut(&folder, '/');
    bool is_law = doc->article_count > 0 || doc->day != CONTENT_DAY_NONE;
    if (!is_law || str_eq_z(top, content_kind_chinese(CONTENT_CASE))) return CONTENT_CASE;
    return CONTENT_STATUTE;
}

bool statute_parse(struct arena *a, struct str path, struct str bytes, struct content_doc *out,
                   struct content_mistake *mistake)
{
    CHECK(path.len <= CONTENT_PATH_BYTES_MAX);
    if (!content_check_bytes(bytes, mistake)) return false;
    *out = (struct content_doc){.day = CONTENT_DAY_NONE, .force_day = CONTENT_DAY_NONE};
    struct parser p = {.arena = a, .rest = bytes, .doc = out, .mistake = mistake};
    p.events = arena_array(a, struct content_event, CONTENT_EVENTS_MAX);
    if (!parse_path(&p, path) || !parse_head(&p) || !parse_body(&p)) return false;
    out->events = p.events;
    find_days(out);
    out->kind = kind_of(out);
    content_find_chapters(a, out);
    return true;
}
