#include "input/surnames.h"

#include "base/check.h"

#define ROWS(a)             ((int)(sizeof(a) / sizeof((a)[0])))

#define SURNAME(characters) {characters, sizeof(characters) - 1},
static const struct str common[] = {
#include "input/surnames.def"
};

static const struct str more[] = {
#include "input/surnames_more.def"
};
#undef SURNAME

_Static_assert(sizeof(common) / sizeof(common[0]) == SURNAMES_FIRST, "the first page is full");

int surname_pages(const struct surname_grid *g)
{
    int per_page = g->columns * g->rows;
    int count = g->list == SURNAMES_COMMON ? ROWS(common) : ROWS(more);
    return (count + per_page - 1) / per_page;
}

static bool key(struct ui *ui, const struct surname_grid *g, int place, struct rect r,
                struct str surname)
{
    bool is_chosen = g->chosen.len && str_eq(g->chosen, surname);
    return button(ui, &(struct button){.id = g->id + (uint32_t)place,
                                       .rect = r,
                                       .look = BUTTON_KEY,
                                       .label = surname,
                                       .states = is_chosen ? STATE_CHOSEN : 0});
}

enum surname_tap surname_grid(struct ui *ui, const struct surname_grid *g, struct str *out)
{
    enum surname_tap tap = SURNAME_NONE;
    struct grid grid = {g->rect, g->columns, g->rows, 12, 18};
    int per_page = g->columns * g->rows;
    CHECK(per_page <= SURNAMES_IDS - 2);
    bool has_other = g->list == SURNAMES_COMMON;
    const struct str *list = has_other ? common : more;
    int count = has_other ? ROWS(common) : ROWS(more);
    int first = g->page * per_page;
    int places = has_other ? per_page - 2 : per_page;
    for (int i = 0; i < places && first + i < count; i++) {
        if (!key(ui, g, i, grid_cell(ui, &grid, i), list[first + i])) continue;
        *out = list[first + i];
        tap = SURNAME_CHOSEN;
    }
    if (!has_other) return tap;
    struct rect wide =
        rect_union(grid_cell(ui, &grid, per_page - 2), grid_cell(ui, &grid, per_page - 1));
    struct button other = {.id = g->id + SURNAMES_IDS - 1,
                           .rect = wide,
                           .look = BUTTON_KEY_FUNCTION,
                           .label = g->other};
    return button(ui, &other) ? SURNAME_OTHER : tap;
}
