#include "harness/test.h"

#include "platform/paint.h"
#include "platform/turn.h"
#include "platform/wedge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOTO "/usr/share/fonts/opentype/noto/NotoSansCJK-"
#define W    400
#define H    500

static struct draw_list list;
static struct painter painter;
static struct painter fresh;
static uint32_t pixels[W * H];
static uint32_t expected[W * H];
static const struct rect whole = {0, 0, W, H};
static struct canvas canvas = {pixels, W, {0, 0, W, H}, {0, 0, W, H}};

static int setup(void **state)
{
    (void)state;
    struct paint_fonts fonts = {NOTO "Medium.ttc", NOTO "Bold.ttc", NULL};
    assert_int_equal(painter_init(&painter, fonts, LY_ASSETS), ERR_OK);
    assert_int_equal(painter_init(&fresh, fonts, LY_ASSETS), ERR_OK);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    painter_deinit(&painter);
    painter_deinit(&fresh);
    return 0;
}

static uint32_t at(int x, int y)
{
    return pixels[y * W + x] & 0xFFFFFF;
}

static int advance(const char *text, int size_px, enum draw_weight weight)
{
    struct draw_metrics *m = &painter.glyphs.metrics;
    struct str rest = str_from_z(text);
    int x = 0;
    while (rest.len)
        x += m->ops->advance(m, str_utf8_next(&rest), size_px, weight);
    return x;
}

static struct frame_change paint(void)
{
    struct frame_change change;
    draw_end(&list);
    painter_paint(&painter, &canvas, &list, &change);
    return change;
}

static char kept[64][32];
static int kept_count;

static const char *keep_text(const char *z)
{
    snprintf(kept[kept_count], sizeof *kept, "%s", z);
    return kept[kept_count++];
}

static void begin(uint32_t ground)
{
    kept_count = 0;
    draw_begin(&list, whole);
    draw_fill(&list, whole, ground, 0);
}

// Keeps a copy until the next frame.
static void label(int x, int y, const char *z, uint32_t color)
{
    const char *text = keep_text(z);
    draw_text(&list, (struct rect){x, y, advance(text, 44, DRAW_MEDIUM), 60},
              (struct draw_text){.text = str_from_z(text), .size_px = 44, .color = color});
}

static void a_frame_equal_to_the_last_paints_nothing(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        begin(0xF5F0E6);
        draw_fill(&list, (struct rect){20, 20, 100, 80}, 0x1D4E5A, 16);
        label(30, 30, "汾阳", 0xFFFFFF);
        struct frame_change change = paint();
        assert_int_equal(change.count, i == 0 ? 1 : 0);
        assert_true(rect_is_empty(change.moved));
    }
}

static void colours_stand_where_they_were_asked_for(void **state)
{
    (void)state;
    begin(0xF5F0E6);
    draw_fill(&list, (struct rect){20, 20, 100, 80}, 0x1D4E5A, 16);
    draw_rule(&list, (struct rect){200, 20, 100, 80}, 0x8A241A, 0, 4);
    draw_clip(&list, (struct rect){0, 200, 50, 50});
    draw_fill(&list, (struct rect){0, 180, 100, 100}, 0x123456, 0);
    draw_unclip(&list);
    paint();
    assert_int_equal(at(0, 0), 0xF5F0E6);
    assert_int_equal(at(70, 60), 0x1D4E5A);
    assert_int_equal(at(20, 20), 0xF5F0E6);  // outside the round corner
    assert_int_equal(at(36, 20), 0x1D4E5A);  // where the straight side begins
    assert_int_equal(at(119, 60), 0x1D4E5A); // the last column, and the one after
    assert_int_equal(at(120, 60), 0xF5F0E6);
    assert_int_equal(at(203, 60), 0x8A241A);
    assert_int_equal(at(204, 60), 0xF5F0E6); // a rule is hollow
    assert_int_equal(at(49, 200), 0x123456);
    assert_int_equal(at(50, 200), 0xF5F0E6); // clipped
    assert_int_equal(at(20, 199), 0xF5F0E6);
}

static int ink_count(struct rect r, uint32_t color)
{
    int count = 0;
    for (int y = r.y; y < r.y + r.h; y++) {
        for (int x = r.x; x < r.x + r.w; x++)
            count += at(x, y) == color;
    }
    return count;
}

static void text_lies_in_the_middle_of_its_line_box(void **state)
{
    (void)state;
    begin(0xFFFFFF);
    draw_text(&list, (struct rect){20, 100, 100, 80},
              (struct draw_text){.text = STR("国"), .size_px = 80, .weight = DRAW_BOLD});
    paint();
    int top = 100;
    int bottom = 180;
    while (ink_count((struct rect){0, top, W, 1}, 0) == 0)
        top++;
    while (ink_count((struct rect){0, bottom - 1, W, 1}, 0) == 0)
        bottom--;
    assert_in_range(abs((top - 100) - (180 - bottom)), 0, 4);
    assert_in_range(bottom - top, 62, 78);
}

static void digits_are_equally_wide_and_han_are_square(void **state)
{
    (void)state;
    for (int size = 33; size <= 112; size += 11) {
        for (int c = '1'; c <= '9'; c++)
            assert_int_equal(advance((char[]){(char)c, 0}, size, DRAW_BOLD),
                             advance("0", size, DRAW_BOLD));
        assert_int_equal(advance("国", size, DRAW_MEDIUM), size);
        assert_int_equal(advance("，", size, DRAW_MEDIUM), size);
    }
}

static void rare_characters_of_names_are_there(void **state)
{
    (void)state;
    struct draw_metrics *m = &painter.glyphs.metrics;
    struct str rest = STR("䶮㛃·𬱖堃");
    while (rest.len)
        assert_true(m->ops->has_glyph(m, str_utf8_next(&rest)));
    assert_false(m->ops->has_glyph(m, 0x10FFFD));
}

static void every_picture_can_be_painted_and_touches_no_edge(void **state)
{
    (void)state;
    for (int i = IMAGE_NONE + 1; i < IMAGE_COUNT; i++) {
        begin(0xFFFFFF);
        draw_image(&list, (struct rect){100, 100, 96, 96}, (enum draw_image)i, 0x000000);
        paint();
        int painted = 96 * 96 - ink_count((struct rect){100, 100, 96, 96}, 0xFFFFFF);
        assert_true(painted > 100);
        assert_int_equal(ink_count((struct rect){99, 99, 98, 1}, 0xFFFFFF), 98);
    }
}

// ---- Painting a difference is painting the whole

static uint32_t seed = 20260304;

static int below(int n)
{
    seed = seed * 1664525 + 1013904223;
    return (int)((seed >> 8) % (uint32_t)n);
}

static void random_command(int at_y)
{
    struct rect r = {below(W), at_y + below(200), 8 + below(150), 8 + below(90)};
    uint32_t color = (uint32_t)below(0x1000000);
    static const char *const words[] = {"汾阳", "预约 12", "民法典第一条"};
    switch (below(6)) {
    case 0: draw_fill(&list, r, color, 0); break;
    case 1: draw_fill(&list, r, color, below(20)); break;
    case 2: draw_rule(&list, r, color, below(20), 1 + below(5)); break;
    case 3: draw_dashed(&list, r, color, below(20), 1 + below(5)); break;
    case 4: label(r.x - 40, r.y, words[below(3)], color); break;
    default:
        draw_image(&list, (struct rect){r.x, r.y, 48, 48}, (enum draw_image)(1 + below(60)), color);
        break;
    }
}

// Some commands, a clip with lines that scroll, and some more. What `keep` names is the same in
// neighbouring frames, so that there is something to recognise.
static void random_list(uint32_t keep, int scroll, int changed_line)
{
    seed = keep;
    begin(below(4) ? 0xF5F0E6 : 0x14343D);
    if (below(4) == 0) draw_begin(&list, whole); // without a ground
    int count = below(8);
    for (int i = 0; i < count; i++)
        random_command(-50);
    draw_clip(&list, (struct rect){20, 120, 300, 250});
    if (below(2)) draw_fill(&list, (struct rect){20, 120, 300, 250}, 0xFFFCF6, 0);
    for (int i = 0; i < 12; i++) {
        char line[32];
        snprintf(line, sizeof line, "%d 条 %d", i, i == changed_line ? 100000000 : below(3));
        label(30, 120 + i * 62 - scroll, line, 0x1B2527);
    }
    draw_unclip(&list);
    count = below(6);
    for (int i = 0; i < count; i++)
        random_command(100);
}

static void a_difference_painted_gives_the_whole_frame(void **state)
{
    (void)state;
    int moves = 0;
    int64_t painted_px = 0;
    for (int i = 0; i < 400; i++) {
        uint32_t keep = (uint32_t)(i / 8) * 977 + 5;
        int scroll = i % 8 < 6 ? (i % 8) * 37 - (i % 3) * 90 : 0;
        random_list(keep, scroll, i % 5);
        seed = (uint32_t)i * 31 + 7;
        int extra = below(3);
        for (int k = 0; k < extra; k++)
            random_command(150);
        struct frame_change change = paint();
        moves += !rect_is_empty(change.moved);
        for (int k = 0; k < change.count; k++)
            painted_px += (int64_t)change.rects[k].w * change.rects[k].h;
        struct canvas other = {expected, W, whole, whole};
        painter_forget(&fresh);
        painter_paint(&fresh, &other, &list, &change);
        assert_memory_equal(pixels, expected, sizeof pixels);
    }
    assert_in_range(moves, 20, 400); // the moves were really taken
    assert_true(painted_px < (int64_t)W * H * 400 * 3 / 4);
}

static void scrolled_text_paints_only_the_band_that_came_into_view(void **state)
{
    (void)state;
    for (int scroll = 0; scroll <= 20; scroll += 10) {
        begin(0xFFFFFF);
        draw_clip(&list, (struct rect){0, 100, W, 300});
        for (int i = 0; i < 9; i++)
            label(30, 100 + i * 60 - scroll, (char[]){(char)('a' + i), 'b', 0}, 0x000000);
        draw_unclip(&list);
        struct frame_change change = paint();
        if (scroll == 0) continue;
        assert_true(rect_eq(change.moved, (struct rect){0, 100, W, 300}));
        assert_int_equal(change.moved_by, -10);
        assert_int_equal(change.count, 1);
        assert_true(rect_eq(change.rects[0], (struct rect){0, 390, W, 10}));
    }
}

// ---- Paper

static void paper_is_black_where_the_list_is_dark(void **state)
{
    (void)state;
    static unsigned char bytes[10 * 70];
    draw_begin(&list, (struct rect){0, 0, 80, 70});
    draw_fill(&list, (struct rect){8, 60, 8, 10}, 0x000000, 0);
    draw_fill(&list, (struct rect){24, 60, 8, 10}, 0xEEEEEE, 0);
    draw_end(&list);
    memset(bytes, 0xAA, sizeof bytes);
    painter.one_bit.ops->paint(&painter.one_bit, &list, bytes);
    for (int y = 0; y < 70; y++) {
        for (int i = 0; i < 10; i++)
            assert_int_equal(bytes[y * 10 + i], i == 1 && y >= 60 ? 0xFF : 0);
    }
}

// ---- Turned panels

static void a_touch_on_a_turned_panel_comes_back_to_its_pixel(void **state)
{
    (void)state;
    static const int first[][2] = {{0, 0}, {H - 1, 0}, {W - 1, H - 1}, {0, W - 1}};
    for (int by = TURN_0; by <= TURN_270; by++) {
        struct turn t = {(enum platform_turn)by, W, H};
        for (int i = 0; i < 50; i++) {
            int x = i * 7 % W;
            int y = i * 11 % H;
            int window_x = 0;
            int window_y = 0;
            int back_x = 0;
            int back_y = 0;
            turn_to_window(&t, x, y, &window_x, &window_y);
            turn_to_canvas(&t, window_x, window_y, &back_x, &back_y);
            assert_int_equal(back_x, x);
            assert_int_equal(back_y, y);
            if (i > 0) continue;
            assert_int_equal(window_x, first[by][0]);
            assert_int_equal(window_y, first[by][1]);
        }
    }
}

static void a_turned_copy_puts_each_pixel_in_its_place(void **state)
{
    (void)state;
    for (int i = 0; i < W * H; i++)
        pixels[i] = (uint32_t)i;
    for (int by = TURN_90; by <= TURN_270; by++) {
        struct turn t = {(enum platform_turn)by, W, H};
        struct canvas to = {expected, by == TURN_180 ? W : H, {0}, {0}};
        turn_copy(&t, &canvas, &to, whole);
        for (int i = 0; i < W * H; i += 97) {
            int x = 0;
            int y = 0;
            turn_to_window(&t, i % W, i / W, &x, &y);
            assert_int_equal(expected[y * to.stride_px + x], i);
        }
    }
    painter_forget(&painter);
}

// ---- Scanners

struct keystroke {
    const char *text; // "\n": Enter; "": time goes by
    int64_t ms;
};

static void run_keys(const struct keystroke *keys, char *said, size_t room)
{
    struct wedge w = {0};
    said[0] = '\0';
    for (; keys->text; keys++) {
        char out[WEDGE_BYTES_MAX + 1] = "";
        enum wedge_said what;
        if (keys->text[0] == '\n') {
            what = wedge_end(&w, keys->ms, out);
        } else if (!keys->text[0]) {
            what = wedge_due(&w, keys->ms, out);
        } else {
            what = wedge_add(&w, str_from_z(keys->text), keys->ms, out);
        }
        size_t len = strlen(said);
        if (what != WEDGE_NOTHING)
            snprintf(said + len, room - len, "%s%s;", what == WEDGE_SCANNED ? "scan " : "type ",
                     out);
    }
}

static void six_quick_characters_are_a_scan_and_five_are_typing(void **state)
{
    (void)state;
    static const struct {
        struct keystroke keys[10];
        const char *said;
    } rows[] = {
        {{{"F", 0}, {"Y", 2}, {"Z1", 4}, {":", 8}, {"A", 9}, {"\n", 10}}, "scan FYZ1:A;"},
        {{{"a", 0}, {"b", 2}, {"c", 4}, {"d", 8}, {"e", 9}, {"\n", 10}}, "type abcde;"},
        {{{"a", 0}, {"bcde", 34}, {"f", 68}, {"", 187}}, ""},
        {{{"a", 0}, {"bcde", 34}, {"f", 68}, {"", 188}}, "scan abcdef;"},
        {{{"a", 0}, {"bcde", 35}, {"f", 69}, {"\n", 70}}, "type a;type bcdef;"},
        {{{"a", 0}, {"", 34}}, ""},
        {{{"a", 0}, {"", 35}}, "type a;"},
        {{{"abcdef", 0}, {"\n", 35}}, "type abcdef;"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char said[128];
        run_keys(rows[i].keys, said, sizeof said);
        assert_string_equal(said, rows[i].said);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_equal_to_the_last_paints_nothing),
        cmocka_unit_test(colours_stand_where_they_were_asked_for),
        cmocka_unit_test(text_lies_in_the_middle_of_its_line_box),
        cmocka_unit_test(digits_are_equally_wide_and_han_are_square),
        cmocka_unit_test(rare_characters_of_names_are_there),
        cmocka_unit_test(every_picture_can_be_painted_and_touches_no_edge),
        cmocka_unit_test(a_difference_painted_gives_the_whole_frame),
        cmocka_unit_test(scrolled_text_paints_only_the_band_that_came_into_view),
        cmocka_unit_test(paper_is_black_where_the_list_is_dark),
        cmocka_unit_test(a_touch_on_a_turned_panel_comes_back_to_its_pixel),
        cmocka_unit_test(a_turned_copy_puts_each_pixel_in_its_place),
        cmocka_unit_test(six_quick_characters_are_a_scan_and_five_are_typing),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
