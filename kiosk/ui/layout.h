// Where things lie. A page is cut, never computed: take a strip off a side, share the rest, lay a
// grid. Lengths are given in dp; what remains after cutting takes whatever the panel has more.
#ifndef UI_LAYOUT_H
#define UI_LAYOUT_H

#include "ui/ui.h"

// Take a strip off a side of `r`. A strip that is higher than `r` is all of it.
struct rect cut_top(const struct ui *ui, struct rect *r, int dp);
struct rect cut_bottom(const struct ui *ui, struct rect *r, int dp);
struct rect cut_left(const struct ui *ui, struct rect *r, int dp);
struct rect cut_right(const struct ui *ui, struct rect *r, int dp);

// The same with pixels, for lengths that were measured.
struct rect cut_top_px(struct rect *r, int px);
struct rect cut_left_px(struct rect *r, int px);

struct rect inset(const struct ui *ui, struct rect r, int dp);
struct rect inset_xy(const struct ui *ui, struct rect r, int x_dp, int y_dp);

// A rectangle of this size in the middle of `r`.
struct rect centered(const struct ui *ui, struct rect r, int w_dp, int h_dp);

// `count` equal parts of `r` with gaps between; `index` from 0.
struct rect row_of(const struct ui *ui, struct rect r, int count, int gap_dp, int index);
struct rect column_of(const struct ui *ui, struct rect r, int count, int gap_dp, int index);

struct grid {
    struct rect rect;
    int columns, rows;
    int gap_x_dp, gap_y_dp;
};

struct rect grid_cell(const struct ui *ui, const struct grid *g, int index); // row by row

// The frame of every page: header above, six footer cells below (landscape: right), body between.
struct page {
    struct rect canvas;
    struct rect header;
    struct rect footer;
    struct rect body;      // with its margins taken off
    struct rect upper;     // below the header, out of reach: to be seen only; empty elsewhere
    struct rect reachable; // the canvas below the reach line
    bool is_landscape;
};

struct page layout_page(const struct ui *ui);
struct rect layout_footer_cell(const struct ui *ui, const struct page *page, int index); // 0 … 5

// Landscape: the body's two columns, left the answer and the dark button, right the choices.
struct columns {
    struct rect left, right;
};

struct columns layout_columns(const struct ui *ui, struct rect body);

bool layout_is_landscape(const struct ui *ui);
int layout_margin_dp(const struct ui *ui);

#endif
