#include "release/article.h"

#include "base/buf.h"
#include "release/words.h"

#include <md4c.h>
#include <string.h>

#define PARAS_MAX 8000
#define DEPTH_MAX 32

// md4c calls back for every block, span and piece of text. Paragraphs are gathered in `text` and
// closed when their block ends; a callback that answers other than 0 stops the parser.
struct reader {
    struct arena *arena;
    struct buf text; // the paragraph in the making
    struct content_para *paras;
    size_t para_count;
    size_t total_bytes;       // a short reference can stand for a long address, again and again
    struct content_para open; // kind and level of the one in the making
    int item_depth;
    struct str source;
    enum content_fault fault;
    const char *fault_at; // in the source; NULL: not known
};

static bool is_in(struct str source, const char *at)
{
    return (uintptr_t)at >= (uintptr_t)source.ptr &&
           (uintptr_t)at < (uintptr_t)source.ptr + source.len;
}

static int refuse(struct reader *r, enum content_fault fault)
{
    r->fault = fault;
    return -1; // md4c loses positive answers on their way up
}

// A text with escapes in it is the parser's own copy, and nobody knows its place.
static int refuse_at(struct reader *r, enum content_fault fault, const char *at)
{
    if (is_in(r->source, at)) r->fault_at = at;
    return refuse(r, fault);
}

static void begin(struct reader *r, enum content_para_kind kind, int level)
{
    r->open = (struct content_para){.kind = kind, .level = level};
    buf_clear(&r->text);
}

// Ends the paragraph in the making; one without text leaves no trace.
static int end(struct reader *r)
{
    struct str text = content_trim(buf_str(&r->text));
    if (buf_err(&r->text)) return refuse(r, FAULT_TOO_BIG);
    if (text.len > 0) {
        if (text.len > CONTENT_LINE_BYTES_MAX) return refuse(r, FAULT_LINE_LONG);
        if (r->para_count == PARAS_MAX) return refuse(r, FAULT_LINES);
        if (r->total_bytes + text.len > CONTENT_BYTES_MAX) return refuse(r, FAULT_TOO_BIG);
        r->total_bytes += text.len;
        r->open.text = str_copy(r->arena, text);
        r->paras[r->para_count++] = r->open;
    }
    begin(r, r->item_depth > 0 ? PARA_ITEM : PARA_TEXT, 0);
    return 0;
}

static int enter_block(MD_BLOCKTYPE type, void *detail, void *user)
{
    struct reader *r = user;
    switch (type) {
    case MD_BLOCK_HTML: r->fault = FAULT_HTML; return 0; // its text comes next and has a place
    case MD_BLOCK_H: {
        const MD_BLOCK_H_DETAIL *h = detail;
        begin(r, PARA_HEADING, (int)h->level);
        return 0;
    }
    case MD_BLOCK_LI:
        if (end(r)) return -1; // the words of the outer item stand before the inner list
        if (++r->item_depth > DEPTH_MAX) return refuse(r, FAULT_MARKDOWN);
        begin(r, PARA_ITEM, 0);
        return 0;
    case MD_BLOCK_TR: begin(r, PARA_ROW, 0); return 0;
    case MD_BLOCK_P:
    case MD_BLOCK_CODE: begin(r, r->item_depth > 0 ? PARA_ITEM : PARA_TEXT, 0); return 0;
    default: return 0;
    }
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *user)
{
    (void)detail;
    struct reader *r = user;
    switch (type) {
    case MD_BLOCK_LI: r->item_depth--; return end(r);
    case MD_BLOCK_H:
    case MD_BLOCK_TR:
    case MD_BLOCK_P:
    case MD_BLOCK_CODE: return end(r);
    case MD_BLOCK_TD:
    case MD_BLOCK_TH: buf_add_z(&r->text, "  "); return 0;
    default: return 0;
    }
}

static int enter_span(MD_SPANTYPE type, void *detail, void *user)
{
    struct reader *r = user;
    if (type == MD_SPAN_IMG) {
        const MD_SPAN_IMG_DETAIL *picture = detail;
        return refuse_at(r, FAULT_PICTURE, picture->src.text);
    }
    if (type != MD_SPAN_A) return 0;
    const MD_SPAN_A_DETAIL *a = detail;
    struct str address = {a->href.text, a->href.size};
    bool is_web = str_starts(address, STR("https://")) || str_starts(address, STR("http://"));
    return is_web ? 0 : refuse_at(r, FAULT_LINK, address.ptr);
}

static int leave_span(MD_SPANTYPE type, void *detail, void *user)
{
    struct reader *r = user;
    if (type != MD_SPAN_A) return 0;
    const MD_SPAN_A_DETAIL *a = detail;
    struct str address = {a->href.text, a->href.size};
    if (str_ends(buf_str(&r->text), address)) return 0; // a bare address is its own words
    buf_add_z(&r->text, " (");
    buf_add(&r->text, address);
    buf_add_z(&r->text, ")");
    return 0;
}

static int on_text(MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE size, void *user)
{
    struct reader *r = user;
    switch (type) {
    case MD_TEXT_HTML:
        if (!is_in(r->source, text)) return 0; // an indent of the parser's own
        return refuse_at(r, FAULT_HTML, text);
    case MD_TEXT_NULLCHAR: return refuse(r, FAULT_NUL);
    case MD_TEXT_BR: buf_add_z(&r->text, " "); return 0;
    case MD_TEXT_SOFTBR: return 0; // Chinese has no blank where a line was wrapped
    case MD_TEXT_NORMAL:
    case MD_TEXT_ENTITY:
    case MD_TEXT_CODE:
    case MD_TEXT_LATEXMATH: break;
    }
    for (MD_SIZE i = 0; i < size; i++) {
        bool is_blank = text[i] == '\n' || text[i] == '\t' || text[i] == '\r';
        buf_add(&r->text, is_blank ? STR(" ") : (struct str){text + i, 1});
    }
    return 0;
}

static struct content_mistake place(struct str source, enum content_fault fault, const char *at)
{
    struct content_mistake mistake = {fault, 0, 0};
    if (!at) return mistake;
    struct str before = {source.ptr, (size_t)(at - source.ptr)};
    struct str line = {0};
    while (mistake.line == 0 || before.ptr) {
        line = str_cut(&before, '\n');
        mistake.line++;
    }
    mistake.column = (int)str_utf8_count(line) + 1;
    return mistake;
}

// Takes `# title` and the optional column line off the front; false without a title.
static bool read_front(struct str *rest, struct content_doc *doc, struct content_mistake *mistake)
{
    struct str line = content_trim(str_cut(rest, '\n'));
    if (str_starts(line, STR("#"))) doc->title = content_trim(str_sub(line, 1, SIZE_MAX));
    if (doc->title.len == 0 || doc->title.ptr[0] == '#') {
        *mistake = (struct content_mistake){FAULT_NO_TITLE, 1, 1};
        return false;
    }
    if (doc->title.len > CONTENT_TITLE_BYTES_MAX) {
        *mistake = (struct content_mistake){FAULT_TITLE_LONG, 1, 1};
        return false;
    }
    struct str after = *rest;
    for (int blank = 0; blank < 3 && after.ptr; blank++) {
        line = content_trim(str_cut(&after, '\n'));
        if (line.len > 0) break;
    }
    if (!str_starts(line, STR(">"))) return true;
    line = content_trim(str_sub(line, 1, SIZE_MAX));
    if (!word_take(&line, WORD_COLUMN)) return true;
    if (!word_take(&line, WORD_COLON_WIDE) && str_starts(line, STR(":")))
        line = str_sub(line, 1, SIZE_MAX);
    doc->category = content_trim(line);
    *rest = after;
    return true;
}

bool article_parse(struct arena *a, struct str bytes, int day, struct content_doc *out,
                   struct content_mistake *mistake)
{
    if (!content_check_bytes(bytes, mistake)) return false;
    if (bytes.len > ARTICLE_BYTES_MAX) {
        *mistake = (struct content_mistake){FAULT_TOO_BIG, 0, 0};
        return false;
    }
    *out = (struct content_doc){.kind = CONTENT_ARTICLE, .day = day, .force_day = day};
    struct str rest = bytes;
    if (!read_front(&rest, out, mistake)) return false;
    struct reader r = {.arena = a, .source = bytes};
    r.paras = arena_array(a, struct content_para, PARAS_MAX);
    buf_init(&r.text, CONTENT_LINE_BYTES_MAX);
    begin(&r, PARA_TEXT, 0);
    const MD_PARSER parser = {
        .flags = MD_FLAG_TABLES | MD_FLAG_PERMISSIVEURLAUTOLINKS,
        .enter_block = enter_block,
        .leave_block = leave_block,
        .enter_span = enter_span,
        .leave_span = leave_span,
        .text = on_text,
    };
    int stopped = rest.ptr ? md_parse(rest.ptr, (MD_SIZE)rest.len, &parser, &r) : 0;
    buf_deinit(&r.text);
    if (stopped || r.fault || r.para_count == 0) {
        enum content_fault fault = r.fault ? r.fault : stopped ? FAULT_MARKDOWN : FAULT_NO_TEXT;
        *mistake = place(bytes, fault, r.fault_at);
        return false;
    }
    out->paras = r.paras;
    out->para_count = r.para_count;
    content_find_chapters(a, out);
    return true;
}
