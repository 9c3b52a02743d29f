#include "harness/metrics.h"
#include "harness/test.h"

#include "ui/widgets.h"

#include <stdlib.h>
#include <string.h>

enum { ID_A = 1, ID_B, ID_REGION };

struct fixture {
    struct made_up_metrics metrics;
    struct arena frame, scratch;
    struct draw_list draw;
    struct ui ui;
    int64_t now_ms;
};

static const struct rect place_a = {48, 300, 400, 104};
static const struct rect place_b = {600, 300, 400, 104};

static int setup(void **state)
{
    struct fixture *f = test_calloc(1, sizeof(*f));
    made_up_init(&f->metrics);
    arena_init(&f->frame, 65536);
    arena_init(&f->scratch, 65536);
    struct theme theme;
    theme_init(&theme, (struct panel){1080, 1920, 21.5, 600, 0});
    ui_init(&f->ui, theme, &f->metrics.metrics, &f->scratch);
    f->now_ms = 10000;
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    arena_deinit(&f->frame);
    arena_deinit(&f->scratch);
    test_free(f);
    return 0;
}

static struct button button_a(void)
{
    return (struct button){.id = ID_A, .rect = place_a, .label = STR("现在取号")};
}

static void begin(struct fixture *f)
{
    draw_begin(&f->draw, (struct rect){0, 0, 1080, 1920});
    arena_rewind(&f->frame, 0);
    ui_begin(&f->ui, &f->draw, &f->frame, f->now_ms);
}

// One frame with both buttons; bit 0: A was tapped, bit 1: B was.
static unsigned frame(struct fixture *f)
{
    begin(f);
    struct button a = button_a(), b = button_a();
    b.id = ID_B;
    b.rect = place_b;
    unsigned tapped = button(&f->ui, &a) ? 1 : 0;
    if (button(&f->ui, &b)) tapped |= 2;
    ui_end(&f->ui);
    return tapped;
}

static unsigned touch(struct fixture *f, enum ui_phase phase, int x, int y)
{
    ui_pointer(&f->ui, (struct ui_touch){1, phase, x, y});
    return frame(f);
}

static unsigned tap(struct fixture *f, int x, int y)
{
    unsigned tapped = touch(f, UI_DOWN, x, y);
    f->now_ms += 60;
    return tapped | touch(f, UI_UP, x, y);
}

static void a_touch_acts_when_it_is_lifted_inside(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(touch(f, UI_DOWN, 60, 320), 0);
    assert_true(f->draw.nodes[0].states & STATE_PRESSED);
    assert_false(f->draw.nodes[1].states & STATE_PRESSED);
    assert_int_equal(touch(f, UI_UP, 60, 320), 1);
    assert_false(f->draw.nodes[0].states & STATE_PRESSED);
    assert_int_equal(frame(f), 0);
}

static void a_finger_that_slides_off_or_far_does_nothing(void **state)
{
    struct fixture *f = *state;
    static const struct {
        int to_x, to_y;
        unsigned tapped;
    } rows[] = {
        {60 + 32, 320, 1}, // 32 px are 7.9 mm
        {60 + 33, 320, 0}, // 8.2 mm, still inside
        {60, 299, 0},      // outside, though near
        {60, 405, 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        f->now_ms += 1000;
        touch(f, UI_DOWN, 60, 320);
        touch(f, UI_MOVE, rows[i].to_x, rows[i].to_y);
        assert_int_equal(touch(f, UI_UP, rows[i].to_x, rows[i].to_y), rows[i].tapped);
    }
    // Coming back does not heal it.
    f->now_ms += 1000;
    touch(f, UI_DOWN, 60, 320);
    touch(f, UI_MOVE, 200, 320);
    touch(f, UI_MOVE, 60, 320);
    assert_int_equal(touch(f, UI_UP, 60, 320), 0);
}

static void a_second_finger_does_not_count(void **state)
{
    struct fixture *f = *state;
    touch(f, UI_DOWN, 60, 320);
    assert_false(ui_pointer(&f->ui, (struct ui_touch){2, UI_DOWN, 620, 320}));
    assert_false(ui_pointer(&f->ui, (struct ui_touch){2, UI_UP, 620, 320}));
    assert_int_equal(touch(f, UI_UP, 60, 320), 1);
}

static void a_cancelled_touch_is_forgotten(void **state)
{
    struct fixture *f = *state;
    touch(f, UI_DOWN, 60, 320);
    assert_int_equal(touch(f, UI_CANCEL, 60, 320), 0);
    assert_int_equal(f->draw.nodes[0].states, 0);
    f->now_ms += 1000;
    assert_int_equal(tap(f, 60, 320), 1);
}

static void a_target_answers_once_in_250_ms_and_a_key_once_in_50(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(tap(f, 60, 320), 1);
    f->now_ms += 249;
    assert_int_equal(ui_wait_ms(&f->ui, 60, 320, f->now_ms), 1);
    assert_int_equal(ui_wait_ms(&f->ui, 620, 320, f->now_ms), 0);
    assert_int_equal(tap(f, 60, 320), 0);
    assert_int_equal(tap(f, 620, 320), 2);
    f->now_ms += 250;
    assert_int_equal(tap(f, 60, 320), 1);

    f->now_ms += 1000;
    for (int i = 0, expected = 1; i < 3; i++, expected = !expected) {
        struct button key = button_a();
        key.look = BUTTON_KEY;
        ui_pointer(&f->ui, (struct ui_touch){1, UI_DOWN, 60, 320});
        begin(f);
        button(&f->ui, &key);
        ui_end(&f->ui);
        ui_pointer(&f->ui, (struct ui_touch){1, UI_UP, 60, 320});
        begin(f);
        assert_int_equal(button(&f->ui, &key), expected);
        ui_end(&f->ui);
        f->now_ms += i == 0 ? 49 : 1;
    }
}

static void new_targets_are_guarded_for_400_ms_after_a_page_change(void **state)
{
    struct fixture *f = *state;
    // The page before had A; A stays where it is, B is new.
    begin(f);
    struct button a = button_a();
    button(&f->ui, &a);
    ui_end(&f->ui);
    ui_page_changed(&f->ui, f->now_ms);
    frame(f);
    assert_int_equal(ui_wait_ms(&f->ui, 620, 320, f->now_ms), UI_GUARD_MS);
    assert_int_equal(ui_wait_ms(&f->ui, 60, 320, f->now_ms), 0);
    f->now_ms += 100;
    assert_int_equal(tap(f, 620, 320), 0);
    assert_int_equal(tap(f, 60, 320), 1);
    f->now_ms += 299 - 120;
    assert_int_equal(tap(f, 620, 320), 0);
    f->now_ms += 1;
    assert_int_equal(tap(f, 620, 320), 2);
}

static void a_touch_that_began_on_the_page_before_acts_on_nothing(void **state)
{
    struct fixture *f = *state;
    touch(f, UI_DOWN, 60, 320);
    ui_page_changed(&f->ui, f->now_ms);
    assert_int_equal(touch(f, UI_UP, 60, 320), 0);
}

static void what_is_not_available_says_so_and_does_not_answer(void **state)
{
    struct fixture *f = *state;
    struct button b = button_a();
    b.states = STATE_DISABLED;
    b.second = STR("还差 1 位");
    for (int i = 0; i < 2; i++) {
        ui_pointer(&f->ui, (struct ui_touch){1, i ? UI_UP : UI_DOWN, 60, 320});
        begin(f);
        assert_false(button(&f->ui, &b));
        ui_end(&f->ui);
    }
    assert_int_equal(f->draw.nodes[0].states, STATE_DISABLED);
    assert_str(f->draw.nodes[0].value, "还差 1 位");
    bool dashed = false;
    for (int i = 0; i < f->draw.command_count; i++) {
        dashed |= f->draw.commands[i].dashed;
    }
    assert_true(dashed);
}

static void what_can_be_pressed_has_an_edge_below_it(void **state)
{
    struct fixture *f = *state;
    frame(f);
    const struct draw_command *edge = &f->draw.commands[0], *face = &f->draw.commands[1];
    assert_int_equal(edge->rect.y, place_a.y + 6);
    assert_int_equal(face->rect.y, place_a.y);
    touch(f, UI_DOWN, 60, 320);
    face = &f->draw.commands[0];
    assert_int_equal(face->rect.y, place_a.y + 6);
    assert_int_equal(face->color, theme_color_in(THEME_LIGHT, COLOR_Q100));
}

static void a_region_follows_the_finger_and_drops_the_button_under_it(void **state)
{
    struct fixture *f = *state;
    static const int ys[] = {800, 790, 700, 650};
    static const int moved[] = {0, 0, 100, 50};
    for (int i = 0; i < 4; i++) {
        ui_pointer(&f->ui, (struct ui_touch){1, i ? UI_MOVE : UI_DOWN, 100, ys[i]});
        begin(f);
        int by = ui_drag_px(&f->ui, ID_REGION, (struct rect){0, 500, 1080, 600});
        struct button a = button_a();
        a.rect.y = 750;
        assert_false(button(&f->ui, &a));
        ui_end(&f->ui);
        assert_int_equal(by, moved[i]);
    }
    assert_int_equal(touch(f, UI_UP, 100, 650), 0);
}

static void the_focus_walks_and_enter_acts(void **state)
{
    struct fixture *f = *state;
    frame(f);
    ui_key_press(&f->ui, UI_KEY_NEXT);
    frame(f);
    frame(f);
    assert_true(f->draw.nodes[0].states & STATE_FOCUSED);
    ui_key_press(&f->ui, UI_KEY_NEXT);
    frame(f);
    ui_key_press(&f->ui, UI_KEY_ENTER);
    assert_int_equal(frame(f), 2);
    ui_key_press(&f->ui, UI_KEY_NEXT);
    frame(f);
    ui_key_press(&f->ui, UI_KEY_ENTER);
    assert_int_equal(frame(f), 1);
}

static void every_part_of_a_grid_lies_in_it_and_gaps_are_kept(void **state)
{
    struct fixture *f = *state;
    begin(f);
    struct grid g = {{37, 290, 984, 555}, 8, 5, 12, 12};
    for (int i = 0; i < 40; i++) {
        struct rect r = grid_cell(&f->ui, &g, i);
        assert_true(rect_eq(rect_cut_to(r, g.rect), r));
        assert_true(r.w >= THEME_TARGET_DP_MIN && r.h >= THEME_TARGET_DP_MIN);
        if (i % 8 == 0) continue;
        struct rect before = grid_cell(&f->ui, &g, i - 1);
        assert_int_equal(r.x - before.x - before.w, 12);
    }
    ui_end(&f->ui);
}

static void words_that_do_not_fit_are_reported(void **state)
{
    struct fixture *f = *state;
    begin(f);
    struct label l = {.rect = {0, 0, 200, 60}, .text = STR("汾阳市公共"), .type = TYPE_M};
    label(&f->ui, &l);
    l.rect.w = 220;
    label(&f->ui, &l);
    l.rect.w = 100;
    l.rect.h = 200;
    l.lines_max = 3;
    label(&f->ui, &l);
    l.lines_max = 2;
    label(&f->ui, &l);
    ui_end(&f->ui);
    assert_false(f->draw.nodes[0].text_fits);
    assert_true(f->draw.nodes[1].text_fits);
    assert_true(f->draw.nodes[2].text_fits);
    assert_false(f->draw.nodes[3].text_fits);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_touch_acts_when_it_is_lifted_inside),
        T(a_finger_that_slides_off_or_far_does_nothing),
        T(a_second_finger_does_not_count),
        T(a_cancelled_touch_is_forgotten),
        T(a_target_answers_once_in_250_ms_and_a_key_once_in_50),
        T(new_targets_are_guarded_for_400_ms_after_a_page_change),
        T(a_touch_that_began_on_the_page_before_acts_on_nothing),
        T(what_is_not_available_says_so_and_does_not_answer),
        T(what_can_be_pressed_has_an_edge_below_it),
        T(a_region_follows_the_finger_and_drops_the_button_under_it),
        T(the_focus_walks_and_enter_acts),
        T(every_part_of_a_grid_lies_in_it_and_gaps_are_kept),
        T(words_that_do_not_fit_are_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
