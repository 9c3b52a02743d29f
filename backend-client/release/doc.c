#include "release/doc.h"

#include "base/date.h"

#include <string.h>

#define HEAD "lvyue-doc 1"

static void add_line(struct buf *out, const char *tag, struct str value)
{
    buf_add_z(out, tag);
    buf_add_z(out, "\t");
    buf_add(out, value);
    buf_add_z(out, "\n");
}

static void add_day(struct buf *out, int day)
{
    if (day == CONTENT_DAY_NONE) return;
    struct date d = date_from_day(day);
    buf_addf(out, "%04d-%02d-%02d", d.year, d.month, d.day);
}

static void add_day_line(struct buf *out, const char *tag, int day)
{
    if (day == CONTENT_DAY_NONE) return;
    buf_add_z(out, tag);
    buf_add_z(out, "\t");
    add_day(out, day);
    buf_add_z(out, "\n");
}

static void add_para(struct buf *out, const struct content_para *p)
{
    switch (p->kind) {
    case PARA_TEXT: add_line(out, "p", p->text); break;
    case PARA_ITEM: add_line(out, "i", p->text); break;
    case PARA_ROW: add_line(out, "r", p->text); break;
    case PARA_HEADING: {
        char tag[] = {'h', (char)('0' + p->level), '\0'};
        add_line(out, tag, p->text);
        break;
    }
    case PARA_ARTICLE:
        buf_add_z(out, "a\t");
        buf_add(out, p->label);
        buf_add_z(out, "\t");
        buf_add(out, p->text);
        buf_add_z(out, "\n");
        break;
    }
}

void doc_write(const struct content_doc *doc, struct buf *out)
{
    buf_add_z(out, HEAD "\n");
    add_line(out, "kind", str_from_z(content_kind_word(doc->kind)));
    add_line(out, "title", doc->title);
    if (doc->part.len > 0) add_line(out, "part", doc->part);
    add_line(out, "category", doc->category);
    add_day_line(out, "date", doc->day);
    add_day_line(out, "force", doc->force_day);
    for (size_t i = 0; i < doc->event_count; i++) {
        buf_add_z(out, "event\t");
        add_day(out, doc->events[i].day);
        buf_add_z(out, "\t");
        buf_add(out, doc->events[i].text);
        buf_add_z(out, "\n");
    }
    buf_add_z(out, "text\n");
    for (size_t i = 0; i < doc->para_count; i++) {
        add_para(out, &doc->paras[i]);
    }
    buf_add_z(out, "end\n");
}

static bool take_tag(struct str line, const char *tag, struct str *value)
{
    size_t len = strlen(tag);
    if (line.len <= len || memcmp(line.ptr, tag, len) != 0 || line.ptr[len] != '\t') return false;
    *value = str_sub(line, len + 1, SIZE_MAX);
    return true;
}

static bool read_event(struct content_doc *doc, struct content_event *events, struct str value)
{
    struct str rest = value;
    struct str date = str_cut(&rest, '\t');
    struct content_event event = {CONTENT_DAY_NONE, rest};
    if (doc->event_count == CONTENT_EVENTS_MAX) return false;
    if (date.len > 0 && !date_parse(date, &event.day)) return false;
    events[doc->event_count++] = event;
    return true;
}

// Everything up to the line `text`; an unknown tag is damage.
static bool read_head(struct arena *a, struct str *rest, struct content_doc *doc)
{
    struct content_event *events = arena_array(a, struct content_event, CONTENT_EVENTS_MAX);
    doc->events = events;
    bool has_kind = false;
    if (!str_eq_z(str_cut(rest, '\n'), HEAD)) return false;
    while (rest->ptr) {
        struct str line = str_cut(rest, '\n');
        struct str value;
        bool good = false;
        if (str_eq_z(line, "text")) return has_kind && doc->title.len > 0;
        if (take_tag(line, "kind", &value)) {
            good = has_kind = content_kind_parse(value, &doc->kind);
        } else if (take_tag(line, "title", &doc->title) || take_tag(line, "part", &doc->part) ||
                   take_tag(line, "category", &doc->category)) {
            good = true;
        } else if (take_tag(line, "date", &value)) {
            good = date_parse(value, &doc->day);
        } else if (take_tag(line, "force", &value)) {
            good = date_parse(value, &doc->force_day);
        } else if (take_tag(line, "event", &value)) {
            good = read_event(doc, events, value);
        }
        if (!good) return false;
    }
    return false;
}

static bool read_para(struct str line, struct content_para *out)
{
    *out = (struct content_para){.kind = PARA_TEXT};
    if (line.len < 2) return false;
    char tag = line.ptr[0];
    if (line.ptr[1] == '\t') {
        out->text = str_sub(line, 2, SIZE_MAX);
        if (tag == 'i') out->kind = PARA_ITEM;
        if (tag == 'r') out->kind = PARA_ROW;
        if (tag != 'a') return tag == 'p' || tag == 'i' || tag == 'r';
        out->kind = PARA_ARTICLE;
        out->label = str_cut(&out->text, '\t');
        return out->label.len > 0 && out->text.ptr;
    }
    if (tag != 'h' || line.len < 4 || line.ptr[2] != '\t') return false;
    out->kind = PARA_HEADING;
    out->level = line.ptr[1] - '0';
    out->text = str_sub(line, 3, SIZE_MAX);
    return out->level >= 1 && out->level <= 6;
}

static bool read_body(struct arena *a, struct str *rest, struct content_doc *doc)
{
    size_t lines = 0;
    for (struct str left = *rest; left.ptr; lines++) {
        str_cut(&left, '\n');
    }
    if (lines == 0 || lines > CONTENT_LINES_MAX + 2) return false;
    struct content_para *paras = arena_array(a, struct content_para, lines);
    doc->paras = paras;
    while (rest->ptr) {
        struct str line = str_cut(rest, '\n');
        if (str_eq_z(line, "end")) return rest->ptr && rest->len == 0;
        if (doc->para_count == lines) return false;
        struct content_para *p = &paras[doc->para_count];
        if (!read_para(line, p)) return false;
        doc->article_count += p->kind == PARA_ARTICLE;
        doc->para_count++;
    }
    return false;
}

enum err doc_open(struct arena *a, struct str bytes, struct content_doc *out)
{
    size_t mark = arena_mark(a);
    *out = (struct content_doc){.day = CONTENT_DAY_NONE, .force_day = CONTENT_DAY_NONE};
    struct str rest = bytes;
    bool good = bytes.len <= DOC_BYTES_MAX && str_utf8_valid(bytes) && read_head(a, &rest, out) &&
                read_body(a, &rest, out);
    if (!good) {
        *out = (struct content_doc){0};
        arena_rewind(a, mark);
        return ERR_CORRUPT;
    }
    content_find_chapters(a, out);
    return ERR_OK;
}
