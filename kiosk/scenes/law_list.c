// What can be read: laws, cases, articles, or the guides. Laws are many, so first come their fields.
#include "scenes/say.h"

#include "scenes/when.h"

enum { ID_TABS = 1, ID_UP = 10, ID_DOWN, ID_ROWS = 20 };

#define FIELDS_MAX     60
#define ROWS_MAX       12
// Shelves with more titles than this are entered by field.
#define TITLES_AT_ONCE 40

struct law_list {
    int tab;
    int page;
    bool has_field;
    int field;
};

static const enum library_shelf shelves[3] = {SHELF_LAWS, SHELF_CASES, SHELF_ARTICLES};

struct field {
    struct str name;
    int count;
};

static int fields_of(const struct manifest_file *const *files, int count, struct field *out)
{
    int fields = 0;
    for (int i = 0; i < count; i++) {
        int at = 0;
        while (at < fields && !str_eq(out[at].name, files[i]->category)) {
            at++;
        }
        if (at == FIELDS_MAX) continue;
        if (at == fields) out[fields++] = (struct field){files[i]->category, 0};
        out[at].count++;
    }
    return fields;
}

// What the page lists: fields or titles.
struct listing {
    const struct manifest_file **files;
    int file_count;
    struct field fields[FIELDS_MAX];
    int field_count; // 0: titles are listed
};

static void listing_make(struct stage *s, const struct law_list *p, enum library_shelf shelf,
                         struct listing *out)
{
    struct str none = STR("");
    out->files = arena_array(s->ui.frame, const struct manifest_file *, LIBRARY_LIST_MAX);
    out->file_count = library_list(&s->library, shelf, none, out->files, LIBRARY_LIST_MAX);
    out->field_count = 0;
    if (out->file_count <= TITLES_AT_ONCE) return;
    int count = fields_of(out->files, out->file_count, out->fields);
    if (!p->has_field) {
        out->field_count = count;
        return;
    }
    struct str field = p->field < count ? out->fields[p->field].name : none;
    out->file_count = library_list(&s->library, shelf, field, out->files, LIBRARY_LIST_MAX);
}

static void open_file(struct stage *s, const struct manifest_file *file)
{
    if (library_open(&s->library, file)) {
        stage_push(s, SCENE_LAW_READER);
    } else {
        stage_toast(s, TEXT(LAW_NOT_HERE));
    }
}

static void field_row(struct stage *s, struct law_list *p, struct rect r, uint32_t id,
                      const struct listing *l, int index)
{
    struct ui *ui = &s->ui;
    struct button b = {
        .id = id,
        .rect = r,
        .look = BUTTON_ROW,
        .label = l->fields[index].name.len ? l->fields[index].name : TEXT(OTHER_LAWS),
        .second = TEXT_FILL(ui->frame, LAW_COUNT, text_number(ui->frame, l->fields[index].count)),
        .icon = IMAGE_CHAPTERS};
    if (ui->theme.large) b.second = STR("");
    if (!button(ui, &b)) return;
    p->has_field = true;
    p->field = index;
    p->page = 0;
    ui_page_changed(ui, ui->now_ms);
}

static void file_row(struct stage *s, struct rect r, uint32_t id, const struct manifest_file *f)
{
    struct ui *ui = &s->ui;
    struct arena *a = ui->frame;
    struct str title = f->title;
    if (f->part.len) title = TEXT_FILL(a, SITE_SPAN, f->title, f->part);
    struct button b = {.id = id,
                       .rect = r,
                       .look = BUTTON_ROW,
                       .label = title,
                       .icon = f->kind == CONTENT_STATUTE ? IMAGE_LAW_BOOK
                               : f->kind == CONTENT_CASE  ? IMAGE_CASES
                                                          : IMAGE_GUIDE};
    struct label probe = {.text = title, .type = TYPE_L};
    bool is_short = label_width_px(ui, &probe) < r.w - ui_dp(ui, 230);
    if (!is_short) b.icon = IMAGE_NONE; // room for the whole title
    if (is_short && f->day != CONTENT_DAY_NONE && !ui->theme.large && f->kind != CONTENT_ARTICLE) {
        b.second = when_full_date(a, f->day);
    }
    if (button(ui, &b)) open_file(s, f);
}

static void pages_row(struct stage *s, struct law_list *p, struct rect r, int pages)
{
    struct ui *ui = &s->ui;
    struct rect counter = row_of(ui, r, 3, 20, 1);
    struct button up = {.id = ID_UP,
                        .rect = row_of(ui, r, 3, 20, 0),
                        .label = TEXT(PAGE_UP),
                        .icon = ui->theme.large ? IMAGE_NONE : IMAGE_PAGE_UP,
                        .states = p->page == 0 ? STATE_DISABLED : 0};
    struct button down = {.id = ID_DOWN,
                          .rect = row_of(ui, r, 3, 20, 2),
                          .label = TEXT(PAGE_DOWN),
                          .icon = ui->theme.large ? IMAGE_NONE : IMAGE_PAGE_DOWN,
                          .states = p->page + 1 >= pages ? STATE_DISABLED : 0};
    if (button(ui, &up)) p->page--;
    label(ui, &(struct label){.rect = counter,
                              .text = say_pages(s, p->page + 1, pages),
                              .type = TYPE_S,
                              .align = ALIGN_CENTER});
    if (button(ui, &down)) p->page++;
}

static void rows(struct stage *s, struct law_list *p, struct rect r, const struct listing *l)
{
    struct ui *ui = &s->ui;
    int count = l->field_count ? l->field_count : l->file_count;
    struct rect low = cut_bottom(ui, &r, ui->theme.large ? 130 : 110);
    low.h -= ui_dp(ui, 6);
    cut_bottom(ui, &r, 24);
    int columns = layout_is_landscape(ui) && !ui->theme.large ? 2 : 1;
    int pitch = ui_dp(ui, ui->theme.large ? 206 : 164), gap = 24;
    int lines = (r.h + ui_dp(ui, gap)) / pitch;
    if (lines < 1) lines = 1;
    if (lines * columns > ROWS_MAX) lines = ROWS_MAX / columns;
    int per_page = lines * columns, pages = (count + per_page - 1) / per_page;
    if (p->page >= pages) p->page = pages > 0 ? pages - 1 : 0;
    struct grid g = {cut_top_px(&r, lines * pitch - ui_dp(ui, gap)), columns, lines, 24, gap};
    for (int i = 0; i < per_page && p->page * per_page + i < count; i++) {
        struct rect place = grid_cell(ui, &g, i);
        uint32_t id = ID_ROWS + (uint32_t)i;
        int index = p->page * per_page + i;
        if (l->field_count) {
            field_row(s, p, place, id, l, index);
        } else {
            file_row(s, place, id, l->files[index]);
        }
    }
    if (count == 0) {
        label(ui, &(struct label){.rect = g.rect,
                                  .text = TEXT(LAW_NONE),
                                  .type = TYPE_M,
                                  .align = ALIGN_CENTER,
                                  .lines_max = 2,
                                  .role = ROLE_STATUS});
    }
    if (pages > 1) pages_row(s, p, low, pages);
}

// Opens at the first shelf that has something.
static void law_list_enter(struct stage *s, void *state)
{
    struct law_list *p = state;
    const struct manifest_file *first;
    library_refresh(&s->library, s->status.content_version, date_day_from_ms(stage_now_ms(s)));
    for (int i = 2; i >= 0; i--) {
        if (library_list(&s->library, shelves[i], STR(""), &first, 1)) p->tab = i;
    }
}

static void law_list_frame(struct stage *s, void *state, const struct page *page)
{
    struct law_list *p = state;
    struct ui *ui = &s->ui;
    library_refresh(&s->library, s->status.content_version, date_day_from_ms(stage_now_ms(s)));
    bool guides = s->visit.list == LIST_GUIDES;
    struct rect body = page->body;
    label(ui, &(struct label){.rect = cut_top(ui, &body, 112),
                              .text = guides ? TEXT(TILE_GUIDES) : TEXT(TILE_LAWS),
                              .type = TYPE_XL,
                              .role = ROLE_HEADING});
    cut_top(ui, &body, 10);
    if (!guides) {
        struct tabs t = {.id = ID_TABS,
                         .rect = cut_top(ui, &body, ui->theme.large ? 112 : 92),
                         .labels = {TEXT(TAB_LAWS), TEXT(TAB_CASES), TEXT(TAB_ARTICLES)},
                         .count = 3,
                         .chosen = p->tab};
        int chosen = tabs(ui, &t);
        bool again = ui->last_id == ID_TABS + (uint32_t)p->tab && ui->last_ms == ui->now_ms;
        // The tab of the field that is open leads back to the fields.
        if (chosen != p->tab || again) *p = (struct law_list){.tab = chosen};
        cut_top(ui, &body, 30);
    }
    struct listing l;
    listing_make(s, p, guides ? SHELF_GUIDES : shelves[p->tab], &l);
    rows(s, p, body, &l);
}

const struct scene_type law_list_scene = {
    .state_size = sizeof(struct law_list), .enter = law_list_enter, .frame = law_list_frame};
