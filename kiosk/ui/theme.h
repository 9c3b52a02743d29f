// Every colour and size of the kiosk, in one table each. Sizes are dp: 1 dp is one pixel of the
// 21.5-inch reference panel read at 600 mm; k turns dp into pixels of the panel that is there, so
// that letters keep their angle and fingers their millimetres. Large text has sizes of its own and
// the page reflows; nothing is ever zoomed.
//
// Sources: EN 301 549 5.1.4 (0.7 degrees of capital height), WCAG 2.2 (contrast), Colle & Hiszem
// 2004 (20 mm targets).
#ifndef UI_THEME_H
#define UI_THEME_H

#include <stdbool.h>
#include <stdint.h>

#define THEME_TARGET_DP_MIN 81   // 20 mm: no touchable thing is smaller, both ways
#define THEME_REACH_MM      1220 // above the floor, from a wheelchair (EN 301 549, 8.3)
#define THEME_GAP_DP_MIN    12   // between two targets that do not touch

enum theme_color {
#define COLOR(token, light, contrast) COLOR_##token,
#include "ui/theme.def"
#undef COLOR
    COLOR_COUNT
};

enum theme_type {
#define TYPE(name, dp, large_dp, line_percent) TYPE_##name,
#include "ui/types.def"
#undef TYPE
    TYPE_COUNT
};

enum theme_mode { THEME_LIGHT, THEME_CONTRAST };

// The panel as the configuration gives it: displays lie about their size.
struct panel {
    int width_px, height_px;
    double diagonal_in; // 0: the reference panel
    int view_mm;        // reading distance; 0: the reference distance
    int mount_bottom_mm; // the lower edge above the floor; 0: unknown, everything counts as reachable
};

struct theme {
    enum theme_mode mode;
    bool large;
    double k;         // pixels a dp
    double mm_per_px; // of the panel
    int reach_px;     // nothing to be touched lies higher above the lower edge; 0: no limit
};

void theme_init(struct theme *t, struct panel panel); // light, normal text

uint32_t theme_color(const struct theme *t, enum theme_color token);
uint32_t theme_color_in(enum theme_mode mode, enum theme_color token);

int theme_px(const struct theme *t, int dp); // rounded; at least 1 for a dp that is not 0
int theme_mm(const struct theme *t, int mm); // pixels of a length on the glass
int theme_text_px(const struct theme *t, enum theme_type type); // em size
int theme_line_px(const struct theme *t, enum theme_type type); // line box of that type

// The contrast of two colours by WCAG 2, 1.0 … 21.0.
double theme_contrast(uint32_t a, uint32_t b);

#endif
