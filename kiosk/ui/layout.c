#include "ui/layout.h"

#include "base/check.h"

#define MARGIN_DP           48
#define MARGIN_LARGE_DP     40
#define MARGIN_LANDSCAPE_DP 40
#define BODY_PADDING_DP     22
#define HEADER_DP           132
#define HEADER_LARGE_DP     150
#define HEADER_LANDSCAPE_DP 120
#define FOOTER_DP           156
#define FOOTER_LARGE_DP     184
#define FOOTER_COLUMN_DP    200
#define COLUMN_GAP_DP       32
#define FOOTER_CELLS        6

static int at_most(int value, int limit)
{
    int v = value < limit ? value : limit;
    return v > 0 ? v : 0;
}

struct rect cut_top_px(struct rect *r, int px)
{
    int h = at_most(px, r->h);
    struct rect strip = {r->x, r->y, r->w, h};
    r->y += h;
    r->h -= h;
    return strip;
}

struct rect cut_left_px(struct rect *r, int px)
{
    int w = at_most(px, r->w);
    struct rect strip = {r->x, r->y, w, r->h};
    r->x += w;
    r->w -= w;
    return strip;
}

struct rect cut_top(const struct ui *ui, struct rect *r, int dp)
{
    return cut_top_px(r, ui_dp(ui, dp));
}

struct rect cut_left(const struct ui *ui, struct rect *r, int dp)
{
    return cut_left_px(r, ui_dp(ui, dp));
}

struct rect cut_bottom(const struct ui *ui, struct rect *r, int dp)
{
    int h = at_most(ui_dp(ui, dp), r->h);
    r->h -= h;
    return (struct rect){r->x, r->y + r->h, r->w, h};
}

struct rect cut_right(const struct ui *ui, struct rect *r, int dp)
{
    int w = at_most(ui_dp(ui, dp), r->w);
    r->w -= w;
    return (struct rect){r->x + r->w, r->y, w, r->h};
}

struct rect inset(const struct ui *ui, struct rect r, int dp)
{
    return rect_inset(r, ui_dp(ui, dp));
}

struct rect inset_xy(const struct ui *ui, struct rect r, int x_dp, int y_dp)
{
    int x = ui_dp(ui, x_dp), y = ui_dp(ui, y_dp);
    return (struct rect){r.x + x, r.y + y, r.w - 2 * x, r.h - 2 * y};
}

struct rect centered(const struct ui *ui, struct rect r, int w_dp, int h_dp)
{
    int w = ui_dp(ui, w_dp), h = ui_dp(ui, h_dp);
    return (struct rect){r.x + (r.w - w) / 2, r.y + (r.h - h) / 2, w, h};
}

// Where part `index` of `count` begins when `length` is shared; parts differ by one pixel at most.
static int share(int length, int count, int gap, int index)
{
    return (length + gap) * index / count;
}

struct rect row_of(const struct ui *ui, struct rect r, int count, int gap_dp, int index)
{
    CHECK(index >= 0 && index < count);
    int gap = ui_dp(ui, gap_dp);
    int from = share(r.w, count, gap, index), to = share(r.w, count, gap, index + 1) - gap;
    return (struct rect){r.x + from, r.y, to - from, r.h};
}

struct rect column_of(const struct ui *ui, struct rect r, int count, int gap_dp, int index)
{
    CHECK(index >= 0 && index < count);
    int gap = ui_dp(ui, gap_dp);
    int from = share(r.h, count, gap, index), to = share(r.h, count, gap, index + 1) - gap;
    return (struct rect){r.x, r.y + from, r.w, to - from};
}

struct rect grid_cell(const struct ui *ui, const struct grid *g, int index)
{
    struct rect row = column_of(ui, g->rect, g->rows, g->gap_y_dp, index / g->columns);
    return row_of(ui, row, g->columns, g->gap_x_dp, index % g->columns);
}

bool layout_is_landscape(const struct ui *ui)
{
    return ui->draw->canvas.w > ui->draw->canvas.h;
}

int layout_margin_dp(const struct ui *ui)
{
    if (layout_is_landscape(ui)) return MARGIN_LANDSCAPE_DP;
    return ui->theme.large ? MARGIN_LARGE_DP : MARGIN_DP;
}

struct page layout_page(const struct ui *ui)
{
    struct page p = {.canvas = ui->draw->canvas, .is_landscape = layout_is_landscape(ui)};
    struct rect rest = p.canvas;
    bool large = ui->theme.large;
    if (p.is_landscape) {
        p.footer = cut_right(ui, &rest, FOOTER_COLUMN_DP);
        p.header = cut_top(ui, &rest, large ? HEADER_LARGE_DP : HEADER_LANDSCAPE_DP);
    } else {
        p.header = cut_top(ui, &rest, large ? HEADER_LARGE_DP : HEADER_DP);
        p.footer = cut_bottom(ui, &rest, large ? FOOTER_LARGE_DP : FOOTER_DP);
    }
    p.reachable = p.canvas;
    if (ui->theme.reach_px > 0 && !p.is_landscape) {
        cut_top_px(&p.reachable, p.canvas.h - ui->theme.reach_px);
        p.upper = cut_top_px(&rest, p.reachable.y - rest.y);
    }
    p.body = inset_xy(ui, rest, layout_margin_dp(ui), BODY_PADDING_DP);
    return p;
}

struct rect layout_footer_cell(const struct ui *ui, const struct page *page, int index)
{
    if (page->is_landscape) return column_of(ui, page->footer, FOOTER_CELLS, 0, index);
    return row_of(ui, page->footer, FOOTER_CELLS, 0, index);
}

struct columns layout_columns(const struct ui *ui, struct rect body)
{
    struct columns c;
    int gap = ui_dp(ui, COLUMN_GAP_DP);
    c.left = cut_left_px(&body, (body.w - gap) * 880 / (880 + 728));
    cut_left_px(&body, gap);
    c.right = body;
    return c;
}
