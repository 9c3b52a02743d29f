// One document, read by pages or by the finger: chapters at the left, the text at the right. A page
// ends on a whole line; the finger may stop anywhere.
#include "scenes/say.h"

#include "scenes/when.h"

enum { ID_UP = 1, ID_DOWN, ID_TEXT, ID_RAIL, ID_CHAPTERS = 20 };

#define LINES_MAX             130000 // of 4 MB in large text
#define RAIL_DP               272
#define RAIL_WIDE_DP          360
#define RAIL_SHOWN_MAX        24
#define CHAPTERS_MAX          480 // that the rail leads to
#define SPOKEN_BYTES_MAX      4096
#define PARAGRAPH_GAP_PERCENT 30 // of a line
#define BAR_DP                14

enum line_kind { LINE_TEXT, LINE_ARTICLE, LINE_HEADING, LINE_ITEM, LINE_ITEM_MORE };

struct reader_line {
    struct str text; // slice of the document
    int y;           // of its upper edge, from the beginning of the text
    unsigned char kind;
};

struct law_reader {
    const struct manifest_file *file; // that is laid out
    int width_px, size_px;            // for which
    struct reader_line *lines;        // live in the stage's states, as long as the scene
    int count;
    int height_px;               // of all
    int chapter_y[CHAPTERS_MAX]; // where each chapter begins
    int chapter_count;
    int offset_px;   // what of the text is above the page
    int rail_first;  // the first chapter shown in the rail
    bool rail_moved; // by hand: it does not follow the text for now
    bool by_finger;  // the text stands where a finger left it, not on a page's first line
};

static struct text_font font_of(const struct ui *ui, enum line_kind kind)
{
    bool bold = kind == LINE_ARTICLE || kind == LINE_HEADING;
    return (struct text_font){.size_px = theme_text_px(&ui->theme, TYPE_M),
                              .weight = bold ? DRAW_BOLD : DRAW_MEDIUM};
}

// Items of a list stand in by one character, behind a small square.
static int indent_of(const struct ui *ui, enum line_kind kind)
{
    bool item = kind == LINE_ITEM || kind == LINE_ITEM_MORE;
    return item ? theme_text_px(&ui->theme, TYPE_M) : 0;
}

static int line_height(const struct ui *ui)
{
    return theme_text_px(&ui->theme, TYPE_M) * 155 / 100;
}

// ---- Layout, once for a document and a width

static void put(struct ui *ui, struct law_reader *r, struct str text, enum line_kind kind)
{
    struct text_line lines[64];
    while (text.ptr && text.len) {
        int width_px = r->width_px - indent_of(ui, kind);
        int count = text_wrap(&ui->text, &text, font_of(ui, kind), width_px, lines, 64);
        for (int i = 0; i < count && r->count < LINES_MAX; i++) {
            r->lines[r->count++] =
                (struct reader_line){lines[i].text, r->height_px, (unsigned char)kind};
            r->height_px += line_height(ui);
            if (kind == LINE_ITEM) kind = LINE_ITEM_MORE;
        }
    }
    r->height_px += line_height(ui) * PARAGRAPH_GAP_PERCENT / 100;
}

static void paragraph(struct ui *ui, struct law_reader *r, const struct content_para *p)
{
    switch (p->kind) {
    case PARA_HEADING:
        r->height_px += line_height(ui) / 2;
        put(ui, r, p->text, LINE_HEADING);
        return;
    case PARA_ARTICLE:
        r->height_px += line_height(ui) * PARAGRAPH_GAP_PERCENT / 100;
        put(ui, r, p->label, LINE_ARTICLE);
        if (p->text.len) put(ui, r, p->text, LINE_TEXT);
        return;
    case PARA_ITEM: put(ui, r, p->text, LINE_ITEM); return;
    case PARA_TEXT:
    case PARA_ROW: put(ui, r, p->text, LINE_TEXT); return;
    }
}

static void lay_out(struct stage *s, struct law_reader *r, int width_px)
{
    struct ui *ui = &s->ui;
    const struct content_doc *doc = &s->library.doc;
    int size_px = theme_text_px(&ui->theme, TYPE_M);
    if (r->file == s->library.open && r->width_px == width_px && r->size_px == size_px) return;
    // Another width or size: the reader stays at about the same place.
    int64_t place = r->height_px ? (int64_t)r->offset_px * 1000 / r->height_px : 0;
    r->file = s->library.open;
    r->width_px = width_px;
    r->size_px = size_px;
    r->count = r->height_px = r->chapter_count = 0;
    size_t chapter = 0;
    for (size_t i = 0; i < doc->para_count && r->count < LINES_MAX; i++) {
        while (chapter < doc->chapter_count && doc->chapters[chapter].para_index == i) {
            if (r->chapter_count < CHAPTERS_MAX) r->chapter_y[r->chapter_count++] = r->height_px;
            chapter++;
        }
        paragraph(ui, r, &doc->paras[i]);
    }
    r->offset_px = (int)(place * r->height_px / 1000);
}

// ---- Moving

static int offset_most(const struct law_reader *r, int view_px)
{
    return r->height_px > view_px ? r->height_px - view_px : 0;
}

static void move_to(struct law_reader *r, int offset_px, int view_px)
{
    int most = offset_most(r, view_px);
    r->offset_px = offset_px < 0 ? 0 : offset_px > most ? most : offset_px;
    r->rail_moved = false;
    r->by_finger = false;
}

// The first line whose upper edge is at `y` or below.
static int line_at(const struct law_reader *r, int y)
{
    int low = 0, high = r->count;
    while (low < high) {
        int middle = (low + high) / 2;
        if (r->lines[middle].y < y) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

// Where the page after the one at `at_px` begins: with the first line that is not whole on it.
static int next_page_px(const struct law_reader *r, int at_px, int view_px, int line_px)
{
    int line = line_at(r, at_px + view_px - line_px + 1);
    int next_px = line < r->count ? r->lines[line].y : r->height_px;
    int most_px = offset_most(r, view_px);
    return next_px < most_px ? next_px : most_px;
}

// The number of the page that shows `offset_px` at its top or above, counted as 下一页 turns them.
static int page_number(const struct law_reader *r, int offset_px, int view_px, int line_px)
{
    int at_px = 0;
    for (int page = 1; page <= r->count; page++) {
        int next_px = next_page_px(r, at_px, view_px, line_px);
        if (next_px > offset_px || next_px <= at_px) return page;
        at_px = next_px;
    }
    return 1;
}

static void page_down(struct law_reader *r, int view_px, int line_px)
{
    move_to(r, next_page_px(r, r->offset_px, view_px, line_px), view_px);
}

static void page_up(struct law_reader *r, int view_px, int line_px)
{
    int line = line_at(r, r->offset_px - view_px + line_px - 1);
    if (line < r->count) move_to(r, r->offset_px > view_px ? r->lines[line].y : 0, view_px);
}

static int chapter_now(const struct law_reader *r)
{
    int now = -1;
    for (int i = 0; i < r->chapter_count; i++) {
        if (r->chapter_y[i] <= r->offset_px + r->size_px) now = i;
    }
    return now;
}

// ---- Drawing

static void head(struct stage *s, struct rect r)
{
    struct ui *ui = &s->ui;
    const struct content_doc *doc = &s->library.doc;
    struct arena *a = ui->frame;
    struct rect title = cut_top(ui, &r, ui->theme.large ? 120 : 92);
    label(ui, &(struct label){.rect = title,
                              .text = doc->title,
                              .type = TYPE_XL,
                              .may_shrink = true,
                              .role = ROLE_HEADING});
    struct str second = doc->part;
    if (doc->day != CONTENT_DAY_NONE) {
        second = when_full_date(a, doc->day);
        if (doc->part.len) second = TEXT_FILL(a, PERSON, doc->part, second);
    }
    if (doc->article_count) {
        second = TEXT_FILL(a, LAW_HEAD, second, text_number(a, (int64_t)doc->article_count));
    }
    if (!second.len) second = doc->category;
    label(ui,
          &(struct label){
              .rect = r, .text = second, .type = TYPE_S, .ink = COLOR_INK2, .may_shrink = true});
}

static void text_lines(struct stage *s, const struct law_reader *r, struct rect view)
{
    struct ui *ui = &s->ui;
    int line_px = line_height(ui);
    draw_clip(ui->draw, view);
    struct draw_node *n = draw_node(ui->draw, ROLE_TEXT, view, s->library.doc.title);
    n->text_px = r->size_px;
    n->ink = ui_color(ui, COLOR_INK);
    n->ground = ui_color(ui, COLOR_CARD);
    int first = line_at(r, r->offset_px - line_px + 1);
    size_t said = 0;
    char *words = arena_array(ui->frame, char, SPOKEN_BYTES_MAX);
    for (int i = first; i < r->count && r->lines[i].y < r->offset_px + view.h; i++) {
        const struct reader_line *line = &r->lines[i];
        struct text_font font = font_of(ui, (enum line_kind)line->kind);
        int indent = indent_of(ui, (enum line_kind)line->kind);
        struct rect box = {view.x + indent, view.y + line->y - r->offset_px, view.w - indent,
                           line_px};
        if (!r->by_finger && box.y + line_px > view.y + view.h)
            break; // a page ends on a whole line
        bool title = line->kind == LINE_ARTICLE || line->kind == LINE_HEADING;
        enum theme_color ink = title ? COLOR_Q700 : COLOR_INK;
        if (line->kind == LINE_ITEM) {
            struct rect place = {view.x, box.y, indent, line_px};
            draw_fill(ui->draw, centered(ui, place, 12, 12), ui_color(ui, COLOR_Q700), 0);
        }
        draw_text(ui->draw, box,
                  (struct draw_text){.text = line->text,
                                     .size_px = font.size_px,
                                     .weight = font.weight,
                                     .color = ui_color(ui, ink)});
        for (size_t k = 0; k < line->text.len && said < SPOKEN_BYTES_MAX; k++) {
            words[said++] = line->text.ptr[k];
        }
    }
    // The tree hears what is on the page, up to its buffer and never within a character.
    struct str spoken = {words, said};
    while (spoken.len && !str_utf8_valid(spoken)) {
        spoken.len--;
    }
    n->value = spoken;
    draw_unclip(ui->draw);
}

static int rail_entry_height(struct stage *s, int width, struct str title)
{
    struct ui *ui = &s->ui;
    struct label l = {
        .rect = {0, 0, width, 0}, .text = title, .type = TYPE_S, .bold = true, .lines_max = 4};
    int h = label_height_px(ui, &l) + ui_dp(ui, 24);
    int least = ui_dp(ui, 92);
    return h > least ? h : least;
}

static void rail(struct stage *s, struct law_reader *r, struct rect area, int view_px)
{
    struct ui *ui = &s->ui;
    const struct content_doc *doc = &s->library.doc;
    int now = chapter_now(r);
    if (!r->rail_moved && now >= 0) r->rail_first = now > 1 ? now - 1 : 0;
    int moved = ui_drag_px(ui, ID_RAIL, area);
    int step = ui_dp(ui, 92);
    if (moved > step / 3 && r->rail_first + 1 < r->chapter_count) r->rail_first++;
    if (moved < -step / 3 && r->rail_first > 0) r->rail_first--;
    if (moved) r->rail_moved = true;
    draw_fill(ui->draw, area, ui_color(ui, COLOR_SUNKEN), 0);
    int width = area.w - ui_dp(ui, 46);
    struct rect rest = area;
    for (int i = r->rail_first; i < r->chapter_count && i < r->rail_first + RAIL_SHOWN_MAX; i++) {
        struct str title = doc->chapters[i].title;
        int h = rail_entry_height(s, width, title);
        if (h > rest.h) break;
        struct rect entry = cut_top_px(&rest, h);
        unsigned press =
            ui_press(ui, ID_CHAPTERS + (uint32_t)(i - r->rail_first), entry, UI_PRESS_BUTTON);
        bool chosen = i == now;
        enum theme_color fill = press & UI_PRESS_HELD ? COLOR_Q100
                                : chosen              ? COLOR_CARD
                                                      : COLOR_SUNKEN;
        enum theme_color ink = press & UI_PRESS_HELD ? COLOR_ON_Q100
                               : chosen              ? COLOR_Q700
                                                     : COLOR_INK;
        draw_fill(ui->draw, entry, ui_color(ui, fill), 0);
        struct rect in = entry;
        struct rect edge = cut_bottom(ui, &in, 6);
        draw_fill(ui->draw, edge, ui_color(ui, COLOR_CTL), 0);
        struct rect bar = cut_left(ui, &in, BAR_DP);
        if (chosen) draw_fill(ui->draw, bar, ui_color(ui, COLOR_Q700), 0);
        struct draw_node *n = draw_node(ui->draw, ROLE_ROW, entry, title);
        n->states = chosen ? STATE_CHOSEN : 0;
        n->text_px = theme_text_px(&ui->theme, TYPE_S);
        n->ink = ui_color(ui, ink);
        n->ground = ui_color(ui, fill);
        label_draw(ui,
                   &(struct label){.rect = inset_xy(ui, in, 12, 0),
                                   .text = title,
                                   .type = TYPE_S,
                                   .ink = ink,
                                   .bold = true,
                                   .lines_max = 4},
                   NULL);
        if (press & UI_PRESS_TAPPED) {
            move_to(r, r->chapter_y[i], view_px);
        }
    }
}

static void pages_row(struct stage *s, struct law_reader *r, struct rect row, int view_px)
{
    struct ui *ui = &s->ui;
    int line_px = line_height(ui), most = offset_most(r, view_px);
    bool at_end = r->offset_px >= most;
    int pages = page_number(r, most, view_px, line_px);
    int page = page_number(r, r->offset_px, view_px, line_px);
    struct button up = {.id = ID_UP,
                        .rect = row_of(ui, row, 3, 20, 0),
                        .label = TEXT(PAGE_UP),
                        .icon = ui->theme.large ? IMAGE_NONE : IMAGE_PAGE_UP,
                        .states = r->offset_px == 0 ? STATE_DISABLED : 0};
    struct button down = {.id = ID_DOWN,
                          .rect = row_of(ui, row, 3, 20, 2),
                          .look = at_end ? BUTTON_PLAIN : BUTTON_MAIN,
                          .label = TEXT(PAGE_DOWN),
                          .icon = ui->theme.large ? IMAGE_NONE : IMAGE_PAGE_DOWN,
                          .states = at_end ? STATE_DISABLED : 0};
    if (button(ui, &up)) page_up(r, view_px, line_px);
    label(ui, &(struct label){.rect = row_of(ui, row, 3, 20, 1),
                              .text = say_pages(s, page, pages),
                              .type = TYPE_S,
                              .align = ALIGN_CENTER,
                              .role = ROLE_STATUS});
    if (button(ui, &down)) page_down(r, view_px, line_px);
}

static void law_reader_frame(struct stage *s, void *state, const struct page *page)
{
    struct law_reader *r = state;
    struct ui *ui = &s->ui;
    if (!s->library.open) { // another release came
        stage_pop(s);
        return;
    }
    struct rect body = page->body;
    head(s, cut_top(ui, &body, ui->theme.large ? 200 : 152));
    struct rect low = cut_bottom(ui, &body, ui->theme.large ? 130 : 116);
    low.h -= ui_dp(ui, 8);
    cut_bottom(ui, &body, 20);
    int paper_w = page->is_landscape ? page->footer.x : page->canvas.w;
    struct rect paper = {page->canvas.x, body.y, paper_w, body.h};
    draw_fill(ui->draw, paper, ui_color(ui, COLOR_CARD), 0);
    bool has_rail = s->library.doc.chapter_count > 1 && !ui->theme.large;
    struct rect view = paper;
    struct rect rail_area = {0};
    if (has_rail) {
        rail_area = cut_left(ui, &view, page->is_landscape ? RAIL_WIDE_DP : RAIL_DP);
        cut_left(ui, &view, 36);
    } else {
        cut_left(ui, &view, layout_margin_dp(ui));
    }
    cut_right(ui, &view, layout_margin_dp(ui));
    view = inset_xy(ui, view, 0, 10);
    int widest = theme_text_px(&ui->theme, TYPE_M) * 24;
    if (view.w > widest) view.w = widest; // longer lines are hard to follow
    lay_out(s, r, view.w);
    int moved = ui_drag_px(ui, ID_TEXT, view);
    if (moved) {
        move_to(r, r->offset_px + moved, view.h);
        r->by_finger = true;
    }
    text_lines(s, r, view);
    if (has_rail) rail(s, r, rail_area, view.h);
    pages_row(s, r, low, view.h);
}

static void law_reader_enter(struct stage *s, void *state)
{
    struct law_reader *r = state;
    r->lines = arena_array(&s->states, struct reader_line, LINES_MAX);
}

const struct scene_type law_reader_scene = {
    .state_size = sizeof(struct law_reader), .enter = law_reader_enter, .frame = law_reader_frame};
