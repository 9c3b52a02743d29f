#include "ui/theme.h"

#include "base/check.h"

#include <math.h>

// The reference panel: 21.5 inches of 1080 x 1920, read at 600 mm.
#define REFERENCE_MM_PER_PX    0.2479
#define REFERENCE_VIEW_MM      600
#define REFERENCE_SHORT_DP     1080
#define REFERENCE_LONG_DP      1920
#define REFERENCE_REACH_DP_MIN 1580 // a page without its header
#define MM_PER_INCH            25.4

static const uint32_t colors[COLOR_COUNT][2] = {
#define COLOR(token, light, contrast) [COLOR_##token] = {light, contrast},
#include "ui/theme.def"
#undef COLOR
};

static const struct {
    int dp, large_dp, line_percent;
} types[TYPE_COUNT] = {
#define TYPE(name, dp, large_dp, line_percent) [TYPE_##name] = {dp, large_dp, line_percent},
#include "ui/types.def"
#undef TYPE
};

void theme_init(struct theme *t, struct panel panel)
{
    CHECK(panel.width_px > 0 && panel.height_px > 0);
    *t = (struct theme){.mode = THEME_LIGHT, .mm_per_px = REFERENCE_MM_PER_PX};
    double short_px = fmin(panel.width_px, panel.height_px);
    double long_px = fmax(panel.width_px, panel.height_px);
    double k_fits = fmin(short_px / REFERENCE_SHORT_DP, long_px / REFERENCE_LONG_DP);
    if (panel.diagonal_in <= 0) {
        t->mm_per_px = REFERENCE_MM_PER_PX / k_fits;
    } else {
        double diagonal_px = hypot(panel.width_px, panel.height_px);
        t->mm_per_px = panel.diagonal_in * MM_PER_INCH / diagonal_px;
    }
    int view_mm = panel.view_mm > 0 ? panel.view_mm : REFERENCE_VIEW_MM;
    double k_true = REFERENCE_MM_PER_PX / t->mm_per_px * view_mm / REFERENCE_VIEW_MM;
    // A panel given as 21.5 inches measures 0.24793 mm a pixel; within 1 % of what fits is what fits.
    t->k = k_true > k_fits * 0.99 ? k_fits : k_true;
    int reach_px = theme_mm(t, THEME_REACH_MM - panel.mount_bottom_mm);
    bool is_limit = panel.mount_bottom_mm > 0 && reach_px < panel.height_px;
    // Mounted so high that a page does not fit below the line, as much as it needs is used.
    int least_px = theme_px(t, REFERENCE_REACH_DP_MIN);
    if (is_limit) t->reach_px = reach_px > least_px ? reach_px : least_px;
}

uint32_t theme_color_in(enum theme_mode mode, enum theme_color token)
{
    CHECK(token < COLOR_COUNT);
    return colors[token][mode == THEME_CONTRAST];
}

uint32_t theme_color(const struct theme *t, enum theme_color token)
{
    return theme_color_in(t->mode, token);
}

int theme_px(const struct theme *t, int dp)
{
    int px = (int)lround(dp * t->k);
    return px == 0 && dp > 0 ? 1 : px;
}

int theme_mm(const struct theme *t, int mm)
{
    return (int)lround(mm / t->mm_per_px);
}

int theme_text_px(const struct theme *t, enum theme_type type)
{
    CHECK(type < TYPE_COUNT);
    return theme_px(t, t->large ? types[type].large_dp : types[type].dp);
}

int theme_line_px(const struct theme *t, enum theme_type type)
{
    return (theme_text_px(t, type) * types[type].line_percent + 50) / 100;
}

static double channel(uint32_t value)
{
    double c = value / 255.0;
    return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double luminance(uint32_t color)
{
    return 0.2126 * channel(color >> 16 & 0xFF) + 0.7152 * channel(color >> 8 & 0xFF) +
           0.0722 * channel(color & 0xFF);
}

double theme_contrast(uint32_t a, uint32_t b)
{
    double la = luminance(a), lb = luminance(b);
    return (fmax(la, lb) + 0.05) / (fmin(la, lb) + 0.05);
}
