// Further surnames, by sound. Typing any name comes with the input methods.
#include "input/surnames.h"

#include "scenes/say.h"

enum { ID_UP = 1, ID_DOWN, ID_GRID = 100 };

#define COLUMNS 6

struct surnames {
    int page;
};

static void choose(struct stage *s, struct str surname)
{
    struct visit *v = &s->visit;
    CHECK(surname.len < sizeof(v->surname));
    memory_wipe(v->surname, sizeof(v->surname));
    for (size_t i = 0; i < surname.len; i++) {
        v->surname[i] = surname.ptr[i];
    }
    stage_pop(s);
}

static void surnames_frame(struct stage *s, void *state, const struct page *page)
{
    struct surnames *p = state;
    struct ui *ui = &s->ui;
    struct rect body = page->body;
    label(ui, &(struct label){.rect = cut_top(ui, &body, 112),
                              .text = TEXT(SURNAMES_TITLE),
                              .type = TYPE_XL,
                              .role = ROLE_HEADING});
    notice(ui, cut_top(ui, &body, ui->theme.large ? 178 : 93), NOTICE_NEWS, IMAGE_INFO,
           TEXT(SURNAMES_NOTE));
    cut_top(ui, &body, 30);
    struct rect low = cut_bottom(ui, &body, 126);
    low.h -= ui_dp(ui, 6);
    cut_bottom(ui, &body, 30);
    bool wide = page->is_landscape;
    struct surname_grid g = {.id = ID_GRID,
                             .rect = body,
                             .list = SURNAMES_MORE,
                             .columns = wide ? 10 : COLUMNS,
                             .rows = wide ? 4 : 8,
                             .page = p->page,
                             .chosen = str_from_z(s->visit.surname)};
    struct str surname;
    if (surname_grid(ui, &g, &surname) == SURNAME_CHOSEN) choose(s, surname);
    int pages = surname_pages(&g);
    struct button up = {.id = ID_UP,
                        .rect = row_of(ui, low, 2, 24, 0),
                        .label = TEXT(PAGE_UP),
                        .icon = IMAGE_PAGE_UP,
                        .states = p->page == 0 ? STATE_DISABLED : 0};
    struct button down = {.id = ID_DOWN,
                          .rect = row_of(ui, low, 2, 24, 1),
                          .label = TEXT(PAGE_DOWN),
                          .icon = IMAGE_PAGE_DOWN,
                          .states = p->page + 1 >= pages ? STATE_DISABLED : 0};
    if (button(ui, &up)) p->page--;
    if (button(ui, &down)) p->page++;
}

const struct scene_type surnames_scene = {.state_size = sizeof(struct surnames),
                                          .frame = surnames_frame};
