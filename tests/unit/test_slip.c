#include "harness/test.h"

#include "devices/escpos.h"
#include "devices/qr.h"
#include "devices/slip.h"
#include "platform/platform.h"

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOTO "/usr/share/fonts/opentype/noto/NotoSansCJK-"
#define CODE "FYZ1:01J9Z3K4M5N6P7Q8R9S0T1V2W3:7F"

extern char **environ;

static struct arena arena;
static struct env_system env;
static struct platform *platform;

static int setup(void **state)
{
    (void)state;
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    arena_init(&arena, 16u << 20);
    env_system_init(&env, 0);
    struct platform_options options = {.title = "Lvyue",
                                       .width_px = 360,
                                       .height_px = 640,
                                       .assets = LY_ASSETS,
                                       .font_medium = NOTO "Medium.ttc",
                                       .font_bold = NOTO "Bold.ttc"};
    return platform_open(&arena, &options, &env.env, &platform);
}

static int teardown(void **state)
{
    (void)state;
    platform_close(platform);
    arena_deinit(&arena);
    return 0;
}

static struct slip booking_slip(void)
{
    struct slip s = {0};
    slip_add(&s, SLIP_TITLE, STR("汾阳市公共法律服务"));
    slip_add(&s, SLIP_CENTER, STR("预约小票"));
    slip_add(&s, SLIP_RULE, STR(""));
    slip_add(&s, SLIP_CENTER, STR("预约号"));
    slip_add(&s, SLIP_NUMBER, STR("4821 7730"));
    slip_add(&s, SLIP_STRONG, STR("11月26日 星期四 9:40"));
    slip_add(&s, SLIP_ROW, STR("三泉镇公共法律服务工作站（镇政府东侧一楼，便民服务大厅三号窗口）"));
    slip_add(&s, SLIP_ROW, STR("任女士　免费"));
    slip_add(&s, SLIP_ROW, STR("签到密码 482 913"));
    slip_add(&s, SLIP_NOTE, STR("本站电话 0358-0000000"));
    slip_add(&s, SLIP_DASHES, STR(""));
    s.qr = STR(CODE);
    slip_add_beside(&s, SLIP_ROW, STR("到站扫这里"));
    slip_add_beside(&s, SLIP_ROW, STR("就能签到"));
    slip_add_beside(&s, SLIP_STRONG, STR("9:10 到 9:50"));
    return s;
}

static struct draw_bits make(const struct slip *s)
{
    struct draw_bits bits = {0};
    assert_int_equal(
        slip_make(s, platform_metrics(platform), platform_painter(platform), &arena, &bits),
        ERR_OK);
    return bits;
}

static bool dot(struct draw_bits bits, int x, int y)
{
    int bytes_a_row = (bits.width_px + 7) / 8;
    return bits.bytes[y * bytes_a_row + x / 8] & (0x80 >> (x % 8));
}

static int ink(struct draw_bits bits, struct rect r)
{
    int count = 0;
    for (int y = r.y; y < r.y + r.h; y++) {
        for (int x = r.x; x < r.x + r.w; x++)
            count += dot(bits, x, y);
    }
    return count;
}

static void no_ink_is_cut_off_at_the_sides(void **state)
{
    (void)state;
    struct slip s = booking_slip();
    struct draw_bits bits = make(&s);
    assert_int_equal(bits.width_px, SLIP_WIDTH_PX);
    assert_int_equal(ink(bits, (struct rect){0, 0, 8, bits.height_px}), 0);
    assert_int_equal(ink(bits, (struct rect){SLIP_WIDTH_PX - 8, 0, 8, bits.height_px}), 0);
    assert_int_equal(ink(bits, (struct rect){0, bits.height_px - 8, SLIP_WIDTH_PX, 8}), 0);
    assert_in_range(ink(bits, (struct rect){0, 0, SLIP_WIDTH_PX, bits.height_px}), 20000, 120000);
}

static void a_long_line_wraps_and_keeps_numbers_whole(void **state)
{
    (void)state;
    struct slip shorter = {0};
    struct slip longer = {0};
    slip_add(&shorter, SLIP_ROW, STR("一二三四五六七八九十一二"));
    slip_add(&longer, SLIP_ROW, STR("一二三四五六七八九十一二 0358-0000000"));
    int one = make(&shorter).height_px - 48;
    int two = make(&longer).height_px - 48;
    assert_int_equal(two, 2 * one);
    // The number went down as a whole: the first line ends where the Han do.
    assert_int_equal(ink(make(&longer), (struct rect){24 + 13 * 36, 24, 60, one}), 0);
}

static void a_slip_too_long_is_refused(void **state)
{
    (void)state;
    struct slip s = {0};
    for (int i = 0; i < SLIP_LINES_MAX; i++)
        slip_add(&s, SLIP_NUMBER, STR("00000000 00000000"));
    struct draw_bits bits;
    assert_int_equal(
        slip_make(&s, platform_metrics(platform), platform_painter(platform), &arena, &bits),
        ERR_TOO_BIG);
}

static void the_code_is_at_least_version_3_with_four_clear_modules(void **state)
{
    (void)state;
    struct draw_bits code;
    assert_int_equal(qr_make(&arena, STR("A"), &code), ERR_OK);
    assert_int_equal(code.width_px, 29 + 2 * QR_QUIET_MODULES);
    assert_int_equal(code.height_px, code.width_px);
    int side = code.width_px;
    assert_int_equal(ink(code, (struct rect){0, 0, side, 4}), 0);
    assert_int_equal(ink(code, (struct rect){0, 0, 4, side}), 0);
    assert_int_equal(ink(code, (struct rect){0, side - 4, side, 4}), 0);
    assert_int_equal(ink(code, (struct rect){side - 4, 0, 4, side}), 0);
    assert_int_equal(ink(code, (struct rect){4, 4, 7, 1}), 7); // a finder's upper edge
}

static void texts_that_cannot_be_a_code_are_refused(void **state)
{
    (void)state;
    struct draw_bits code;
    char text[QR_TEXT_BYTES_MAX + 1];
    memset(text, 'a', sizeof text);
    assert_int_equal(qr_make(&arena, (struct str){text, QR_TEXT_BYTES_MAX}, &code), ERR_OK);
    assert_true(code.width_px <= QR_MODULES_MAX);
    assert_int_equal(qr_make(&arena, (struct str){text, sizeof text}, &code), ERR_TOO_BIG);
    assert_int_equal(qr_make(&arena, STR(""), &code), ERR_BAD_INPUT);
    assert_int_equal(qr_make(&arena, STR("a\0b"), &code), ERR_BAD_INPUT);
}

// ---- Read back by another program

// What `zbarimg` reads in the picture; false where it is not installed.
static bool zbar_read(const char *picture, char *text, size_t room)
{
    int out[2];
    assert_int_equal(pipe(out), 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    posix_spawn_file_actions_addclose(&actions, out[0]);
    char *const argv[] = {(char[]){"zbarimg"}, (char[]){"-q"}, (char[]){"--raw"}, strdup(picture),
                          NULL};
    pid_t pid = 0;
    int failed = posix_spawnp(&pid, "zbarimg", &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    free(argv[3]);
    close(out[1]);
    size_t count = 0;
    ssize_t n = 0;
    while (!failed && count < room - 1 && (n = read(out[0], text + count, room - 1 - count)) > 0)
        count += (size_t)n;
    text[count] = '\0';
    close(out[0]);
    int status = 0;
    if (!failed) waitpid(pid, &status, 0);
    return !failed && WEXITSTATUS(status) != 127;
}

static void write_picture(const char *path, struct draw_bits bits)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    fprintf(f, "P4\n%d %d\n", bits.width_px, bits.height_px);
    assert_int_equal(fwrite(bits.bytes, 1, draw_bits_bytes(bits), f), draw_bits_bytes(bits));
    fclose(f);
}

static void the_code_on_the_slip_reads_back(void **state)
{
    (void)state;
    struct slip s = booking_slip();
    char path[] = "/tmp/lvyue-slip-XXXXXX.pbm";
    int fd = mkstemps(path, 4);
    assert_true(fd >= 0);
    close(fd);
    write_picture(path, make(&s));
    char text[256];
    bool read = zbar_read(path, text, sizeof text);
    unlink(path);
    if (!read) skip();
    assert_string_equal(text, CODE "\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_ink_is_cut_off_at_the_sides),
        cmocka_unit_test(a_long_line_wraps_and_keeps_numbers_whole),
        cmocka_unit_test(a_slip_too_long_is_refused),
        cmocka_unit_test(the_code_is_at_least_version_3_with_four_clear_modules),
        cmocka_unit_test(texts_that_cannot_be_a_code_are_refused),
        cmocka_unit_test(the_code_on_the_slip_reads_back),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
