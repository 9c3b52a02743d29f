#include "harness/test.h"

#include "ui/theme.h"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

struct pair {
    enum theme_color ink, ground;
    double at_least;
};

static void text_on_its_grounds_is_readable_in_the_light_theme(void **state)
{
    (void)state;
    static const struct pair pairs[] = {
        {COLOR_INK, COLOR_CARD, 15.2},     {COLOR_INK, COLOR_PAGE, 13.7},
        {COLOR_INK, COLOR_X100, 14.1},     {COLOR_INK, COLOR_Q100, 12.5},
        {COLOR_INK, COLOR_SUNKEN, 12.1},   {COLOR_INK, COLOR_X200, 12.0},
        {COLOR_INK, COLOR_Q200, 9.9},      {COLOR_ON_X500, COLOR_X500, 8.1},
        {COLOR_INK2, COLOR_CARD, 8.9},     {COLOR_INK2, COLOR_X100, 8.2},
        {COLOR_INK2, COLOR_PAGE, 8.0},     {COLOR_INK2, COLOR_Q100, 7.3},
        {COLOR_INK2, COLOR_SUNKEN, 7.1},   {COLOR_ON_Q700, COLOR_QEDGE, 16.1},
        {COLOR_WHITE, COLOR_Q900, 13.2},   {COLOR_ON_Q700, COLOR_Q700, 9.1},
        {COLOR_ON_R700, COLOR_R700, 8.9},  {COLOR_Q200, COLOR_Q900, 8.4},
        {COLOR_X200, COLOR_Q900, 10.2},    {COLOR_Q700, COLOR_CARD, 8.9},
        {COLOR_Q700, COLOR_X100, 8.2},     {COLOR_Q700, COLOR_PAGE, 8.0},
        {COLOR_Q700, COLOR_Q100, 7.3},     {COLOR_Q700, COLOR_SUNKEN, 7.1},
        {COLOR_X800, COLOR_CARD, 9.4},     {COLOR_X800, COLOR_X100, 8.6},
        {COLOR_X800, COLOR_X200, 7.4},     {COLOR_R700, COLOR_CARD, 8.7},
        {COLOR_R700, COLOR_PAGE, 7.8},     {COLOR_R700, COLOR_R100, 7.2},
        {COLOR_ON_Q100, COLOR_Q100, 12.5}, {COLOR_INK3, COLOR_CARD, 6.5},
        {COLOR_INK3, COLOR_PAGE, 5.8},     {COLOR_INK3, COLOR_SUNKEN, 5.1},
    };
    for (size_t i = 0; i < ROWS(pairs); i++) {
        double ratio = theme_contrast(theme_color_in(THEME_LIGHT, pairs[i].ink),
                                      theme_color_in(THEME_LIGHT, pairs[i].ground));
        if (ratio < pairs[i].at_least) fail_msg("row %zu: %f", i, ratio);
    }
}

static void borders_and_pictures_stand_out_from_the_ground(void **state)
{
    (void)state;
    static const struct pair pairs[] = {
        {COLOR_CTL, COLOR_CARD, 3},   {COLOR_CTL, COLOR_X100, 3},  {COLOR_CTL, COLOR_PAGE, 3},
        {COLOR_CTL, COLOR_SUNKEN, 3}, {COLOR_X600, COLOR_CARD, 3}, {COLOR_X600, COLOR_X100, 3},
        {COLOR_X600, COLOR_PAGE, 3},  {COLOR_Q500, COLOR_CARD, 3}, {COLOR_Q500, COLOR_PAGE, 3},
        {COLOR_X500, COLOR_Q900, 3},
    };
    for (size_t i = 0; i < ROWS(pairs); i++) {
        for (enum theme_mode mode = THEME_LIGHT; mode <= THEME_CONTRAST; mode++) {
            double ratio = theme_contrast(theme_color_in(mode, pairs[i].ink),
                                          theme_color_in(mode, pairs[i].ground));
            if (ratio < pairs[i].at_least) fail_msg("row %zu: %f", i, ratio);
        }
    }
}

static void high_contrast_text_is_at_least_12_to_1(void **state)
{
    (void)state;
    static const struct pair pairs[] = {
        {COLOR_INK, COLOR_PAGE, 12},     {COLOR_INK, COLOR_SUNKEN, 12},
        {COLOR_INK2, COLOR_SUNKEN, 12},  {COLOR_INK3, COLOR_CARD, 12},
        {COLOR_ON_Q700, COLOR_Q700, 12}, {COLOR_ON_Q700, COLOR_QEDGE, 12},
        {COLOR_ON_Q100, COLOR_Q100, 12}, {COLOR_ON_X500, COLOR_X500, 12},
        {COLOR_ON_X500, COLOR_X200, 12}, {COLOR_Q700, COLOR_CARD, 12},
        {COLOR_Q700, COLOR_SUNKEN, 12},  {COLOR_X800, COLOR_CARD, 12},
        {COLOR_R700, COLOR_CARD, 12},    {COLOR_ON_R700, COLOR_R700, 12},
        {COLOR_Q200, COLOR_Q900, 12},    {COLOR_X200, COLOR_Q900, 12},
        {COLOR_WHITE, COLOR_Q900, 12},
    };
    for (size_t i = 0; i < ROWS(pairs); i++) {
        double ratio = theme_contrast(theme_color_in(THEME_CONTRAST, pairs[i].ink),
                                      theme_color_in(THEME_CONTRAST, pairs[i].ground));
        if (ratio < pairs[i].at_least) fail_msg("row %zu: %f", i, ratio);
    }
}

static void letters_keep_their_angle_on_every_panel(void **state)
{
    (void)state;
    static const struct {
        struct panel panel;
        int k_percent;
        int body_px, body_large_px;
    } rows[] = {
        {{1080, 1920, 21.5, 600, 0}, 100, 44, 59}, {{1080, 1920, 0, 0, 0}, 100, 44, 59},
        {{1080, 1920, 23.8, 610, 0}, 92, 40, 54},  {{1080, 1920, 27, 650, 0}, 86, 38, 51},
        {{1080, 1920, 32, 715, 0}, 80, 35, 47},    {{1920, 1080, 21.5, 600, 0}, 100, 44, 59},
        {{800, 600, 0, 0, 0}, 42, 18, 25},         {{2160, 3840, 21.5, 600, 0}, 200, 88, 118},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct theme t;
        theme_init(&t, rows[i].panel);
        assert_int_equal((int)(t.k * 100 + 0.5), rows[i].k_percent);
        assert_int_equal(theme_text_px(&t, TYPE_M), rows[i].body_px);
        t.large = true;
        assert_int_equal(theme_text_px(&t, TYPE_M), rows[i].body_large_px);
        // 0.7 degrees of capital height: 10 mm at 600 mm, nearer panels in proportion.
        int view_mm = rows[i].panel.view_mm ? rows[i].panel.view_mm : 600;
        t.large = false;
        double mm = theme_text_px(&t, TYPE_S) * t.mm_per_px;
        assert_true(mm > 10.0 * view_mm / 600 || i == 6);
    }
}

static void a_high_panel_is_touched_below_1220_mm(void **state)
{
    (void)state;
    static const struct {
        struct panel panel;
        int reach_px; // 0: no limit
    } rows[] = {
        {{1080, 1920, 21.5, 600, 740}, 0},  {{1080, 1920, 27, 650, 0}, 0},
        {{1080, 1920, 27, 650, 700}, 1670}, {{1080, 1920, 32, 715, 700}, 1409},
        {{1080, 1920, 32, 715, 900}, 1265}, // mounted too high: as low as a page goes
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct theme t;
        theme_init(&t, rows[i].panel);
        assert_int_equal(t.reach_px, rows[i].reach_px);
    }
}

static void a_length_of_some_dp_is_at_least_a_pixel(void **state)
{
    (void)state;
    struct theme t;
    theme_init(&t, (struct panel){320, 240, 0, 0, 0});
    assert_int_equal(theme_px(&t, 1), 1);
    assert_int_equal(theme_px(&t, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_on_its_grounds_is_readable_in_the_light_theme),
        cmocka_unit_test(borders_and_pictures_stand_out_from_the_ground),
        cmocka_unit_test(high_contrast_text_is_at_least_12_to_1),
        cmocka_unit_test(letters_keep_their_angle_on_every_panel),
        cmocka_unit_test(a_high_panel_is_touched_below_1220_mm),
        cmocka_unit_test(a_length_of_some_dp_is_at_least_a_pixel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
