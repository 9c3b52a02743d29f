#include "harness/test.h"

#include "draw/draw.h"

#include <string.h>

static struct draw_list list;
static const struct rect canvas = {0, 0, 200, 100};

static void rectangles_are_cut_and_joined(void **state)
{
    (void)state;
    struct rect a = {10, 10, 20, 20};
    assert_true(
        rect_eq(rect_cut_to(a, (struct rect){20, 0, 50, 15}), (struct rect){20, 10, 10, 5}));
    assert_true(rect_is_empty(rect_cut_to(a, (struct rect){30, 10, 5, 5})));
    assert_true(rect_eq(rect_union(a, (struct rect){0, 0, 1, 1}), (struct rect){0, 0, 30, 30}));
    assert_true(rect_eq(rect_union(a, (struct rect){500, 500, 0, 9}), a));
    assert_true(rect_eq(rect_inset(a, 4), (struct rect){14, 14, 12, 12}));
}

static void a_rectangle_has_its_first_pixel_and_not_the_one_after_its_last(void **state)
{
    (void)state;
    struct rect r = {10, 10, 20, 20};
    assert_true(rect_has(r, 10, 10));
    assert_true(rect_has(r, 29, 29));
    assert_false(rect_has(r, 30, 29));
    assert_false(rect_has(r, 29, 30));
    assert_false(rect_has(r, 9, 10));
}

static void what_paints_nothing_adds_no_command(void **state)
{
    (void)state;
    struct rect none = {5, 5, 0, 9};
    draw_begin(&list, canvas);
    draw_fill(&list, none, 0, 0);
    draw_rule(&list, canvas, 0, 0, 0);
    draw_dashed(&list, none, 0, 0, 3);
    draw_image(&list, canvas, IMAGE_NONE, 0);
    draw_bitmap(&list, canvas, (struct draw_bits){0});
    draw_text(&list, canvas, (struct draw_text){.size_px = 44});
    draw_end(&list);
    assert_int_equal(list.command_count, 0);
}

static void commands_differ_when_any_part_of_them_does(void **state)
{
    (void)state;
    static const unsigned char dots[2] = {0x80, 0x01};
    static const unsigned char other[2] = {0x80, 0x03};
    const struct draw_command a = {
        .kind = DRAW_TEXT, .rect = canvas, .text = STR("abc"), .size_px = 44, .bits = {dots, 8, 2}};
    struct draw_command b[11];
    for (size_t i = 0; i < sizeof b / sizeof *b; i++)
        b[i] = a;
    b[0].kind = DRAW_FILL;
    b[1].rect.y++;
    b[2].color++;
    b[3].radius++;
    b[4].width++;
    b[5].dashed = true;
    b[6].image = IMAGE_HOME;
    b[7].text = STR("abd");
    b[8].size_px++;
    b[9].weight = DRAW_BOLD;
    b[10].bits.bytes = other;
    assert_true(draw_command_eq(&a, &a));
    for (size_t i = 0; i < sizeof b / sizeof *b; i++)
        assert_false(draw_command_eq(&a, &b[i]));
    // The same text elsewhere in memory is the same text.
    char copy[] = "abc";
    struct draw_command c = a;
    c.text = str_from_z(copy);
    assert_true(draw_command_eq(&a, &c));
}

static void a_frame_prints_one_line_a_command_and_a_widget(void **state)
{
    (void)state;
    static const unsigned char dots[2] = {0x80, 0x01};
    draw_begin(&list, canvas);
    draw_fill(&list, canvas, 0xF5F0E6, 0);
    draw_clip(&list, (struct rect){10, 10, 50, 50});
    draw_dashed(&list, (struct rect){10, 10, 40, 20}, 0x7C7566, 16, 3);
    draw_unclip(&list);
    draw_image(&list, (struct rect){1, 2, 48, 48}, IMAGE_HOME, 0x1D4E5A);
    draw_bitmap(&list, (struct rect){0, 0, 8, 2}, (struct draw_bits){dots, 8, 2});
    struct draw_text text = {.text = STR("说\"不\"\n"), .size_px = 44, .weight = DRAW_BOLD};
    draw_text(&list, (struct rect){3, 4, 90, 53}, text);
    struct draw_node *n = draw_node(&list, ROLE_BUTTON, (struct rect){3, 4, 90, 53}, STR("返回"));
    n->states = STATE_DISABLED | STATE_MAIN;
    n->text_px = 44;
    n->ground = 0xFFFFFF;
    n->text_fits = false;
    draw_node(&list, ROLE_TEXT, canvas, STR("a"))->value = STR("b");
    draw_end(&list);
    struct buf out;
    buf_init(&out, 4096);
    draw_print(&list, &out);
    assert_str(buf_str(&out), "frame 0,0 200x100\n"
                              "fill 0,0 200x100 #F5F0E6 r0\n"
                              "clip 10,10 50x50\n"
                              "dashed 10,10 40x20 #7C7566 r16 w3\n"
                              "unclip\n"
                              "image 1,2 48x48 #1D4E5A icons/home.svg\n"
                              "bitmap 0,0 8x2 8x2 sum 0f3961ba\n"
                              "text 3,4 90x53 #000000 44px bold \"说\\\"不\\\"\\x0a\"\n"
                              "node button \"返回\" 3,4 90x53 disabled main 44px #000000 on #FFFFFF"
                              " overflows\n"
                              "node text \"a\" 0,0 200x100 value \"b\"\n");
    buf_deinit(&out);
}

static void every_state_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (unsigned a = 1; a < DRAW_STATES_END; a <<= 1) {
        for (unsigned b = 1; b < a; b <<= 1)
            assert_string_not_equal(draw_state_name((enum draw_state)a),
                                    draw_state_name((enum draw_state)b));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rectangles_are_cut_and_joined),
        cmocka_unit_test(a_rectangle_has_its_first_pixel_and_not_the_one_after_its_last),
        cmocka_unit_test(what_paints_nothing_adds_no_command),
        cmocka_unit_test(commands_differ_when_any_part_of_them_does),
        cmocka_unit_test(a_frame_prints_one_line_a_command_and_a_widget),
        cmocka_unit_test(every_state_has_a_name_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
