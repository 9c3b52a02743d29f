#include "harness/test.h"

#include "devices/escpos.h"
#include "devices/port.h"
#include "devices/printer.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#define WIDTH  576
#define HEIGHT 300

static unsigned char dots[WIDTH / 8 * HEIGHT];
static const struct draw_bits bits = {dots, WIDTH, HEIGHT};
static char folder[64];

static int setup(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof dots; i++)
        dots[i] = (unsigned char)(i * i / 7 + i);
    snprintf(folder, sizeof folder, "/tmp/lvyue-slips-XXXXXX");
    assert_non_null(mkdtemp(folder));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    return rmdir(folder);
}

static void in_folder(const char *name, char *out, size_t room)
{
    snprintf(out, room, "%s/%s", folder, name);
}

// ---- A printer's reading of the stream, written from its manual and not from the encoder

struct paper {
    unsigned char rows[HEIGHT + 64][WIDTH / 8];
    int row_count, feed_lines, cuts, resets;
};

static bool paper_read(struct paper *p, const unsigned char *s, size_t count)
{
    size_t i = 0;
    while (i < count) {
        const unsigned char *at = s + i;
        size_t left = count - i;
        if (left >= 2 && at[0] == 0x1B && at[1] == '@') {
            p->resets++;
            i += 2;
        } else if (left >= 3 && at[0] == 0x1B && at[1] == 'd') {
            p->feed_lines += at[2];
            i += 3;
        } else if (left >= 4 && at[0] == 0x1D && at[1] == 'V' && at[2] == 66) {
            p->cuts++;
            i += 4;
        } else if (left >= 8 && !memcmp(at, "\x1Dv0\0", 4)) {
            int row_bytes = at[4] + at[5] * 256;
            int rows = at[6] + at[7] * 256;
            size_t bytes = (size_t)row_bytes * (size_t)rows;
            if (row_bytes != WIDTH / 8 || rows > 128 || left < 8 + bytes) return false;
            memcpy(p->rows[p->row_count], at + 8, bytes);
            p->row_count += rows;
            i += 8 + bytes;
        } else {
            return false;
        }
    }
    return true;
}

static struct paper paper;

static void a_printer_gets_the_very_bitmap(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 1 << 20);
    escpos_add_slip(bits, &out);
    assert_int_equal(buf_err(&out), ERR_OK);
    paper = (struct paper){0};
    assert_true(paper_read(&paper, (unsigned char *)out.bytes, out.len));
    buf_deinit(&out);
    assert_int_equal(paper.row_count, HEIGHT);
    assert_memory_equal(paper.rows, dots, sizeof dots);
    assert_int_equal(paper.resets, 1);
    assert_int_equal(paper.cuts, 1);
    assert_true(paper.feed_lines >= 3);
}

static void a_status_is_told_from_other_bytes(void **state)
{
    (void)state;
    assert_true(escpos_is_status(0x12));
    assert_true(escpos_is_status(0x72));
    assert_false(escpos_is_status(0x13));
    assert_false(escpos_is_status(0x00));
    assert_false(escpos_paper_is_out(0x12));
    assert_false(escpos_paper_is_out(0x1E)); // near its end: still there
    assert_true(escpos_paper_is_out(0x72));
}

static void only_known_printers_are_accepted(void **state)
{
    (void)state;
    static const struct {
        const char *spec;
        enum err err;
        enum port_kind kind;
    } rows[] = {
        {"none", ERR_OK, PORT_NONE},
        {"file:/var/slips", ERR_OK, PORT_FILE},
        {"usblp:/dev/usb/lp0", ERR_OK, PORT_USBLP},
        {"tcp:192.0.2.7:9100", ERR_OK, PORT_TCP},
        {"tcp:192.0.2.7", ERR_BAD_INPUT, PORT_NONE},
        {"tcp:192.0.2.7:0", ERR_BAD_INPUT, PORT_NONE},
        {"tcp:192.0.2.7:65536", ERR_BAD_INPUT, PORT_NONE},
        {"tcp::9100", ERR_BAD_INPUT, PORT_NONE},
        {"file:", ERR_BAD_INPUT, PORT_NONE},
        {"file", ERR_BAD_INPUT, PORT_NONE},
        {"none:", ERR_BAD_INPUT, PORT_NONE},
        {"cups:x", ERR_BAD_INPUT, PORT_NONE},
        {"", ERR_BAD_INPUT, PORT_NONE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct port p = {0};
        assert_int_equal(port_parse(str_from_z(rows[i].spec), &p), rows[i].err);
        if (!rows[i].err) assert_int_equal(p.kind, rows[i].kind);
    }
}

// ---- The thread and its queue

struct bell {
    struct printer_waker waker;
    int pipe[2];
};

static void ring(struct printer_waker *w)
{
    struct bell *b = (struct bell *)w;
    assert_int_equal(write(b->pipe[1], "!", 1), 1);
}

static struct bell bell;
static struct arena arena;

static struct printer *open_printer(const char *spec)
{
    struct printer *p = NULL;
    bell = (struct bell){.waker = {ring}};
    assert_int_equal(pipe(bell.pipe), 0);
    arena_init(&arena, 1 << 16);
    assert_int_equal(printer_open(&arena, str_from_z(spec), &bell.waker, &p), ERR_OK);
    return p;
}

static void close_printer(struct printer *p)
{
    printer_close(p);
    arena_deinit(&arena);
    close(bell.pipe[0]);
    close(bell.pipe[1]);
}

static struct printer_result await(struct printer *p)
{
    struct printer_result r = {0};
    struct pollfd wait = {.fd = bell.pipe[0], .events = POLLIN};
    assert_int_equal(poll(&wait, 1, 10000), 1);
    char byte;
    assert_int_equal(read(bell.pipe[0], &byte, 1), 1);
    assert_true(printer_result(p, &r));
    return r;
}

static void expect_slip(const char *key)
{
    struct buf b;
    char name[64];
    char path[128];
    buf_init(&b, 1 << 20);
    snprintf(name, sizeof name, "%s.escpos", key);
    in_folder(name, path, sizeof path);
    assert_int_equal(buf_read_file(&b, path), ERR_OK);
    paper = (struct paper){0};
    assert_true(paper_read(&paper, (unsigned char *)b.bytes, b.len));
    assert_memory_equal(paper.rows, dots, sizeof dots);
    unlink(path);
    snprintf(name, sizeof name, "%s.pbm", key);
    in_folder(name, path, sizeof path);
    buf_clear(&b);
    assert_int_equal(buf_read_file(&b, path), ERR_OK);
    assert_true(str_starts(buf_str(&b), STR("P4\n576 300\n")));
    assert_memory_equal(b.bytes + 11, dots, sizeof dots);
    unlink(path);
    buf_deinit(&b);
}

static void expect_log(const char *lines)
{
    struct buf b;
    char path[128];
    buf_init(&b, 1 << 20);
    in_folder("slips.log", path, sizeof path);
    assert_int_equal(buf_read_file(&b, path), ERR_OK);
    assert_str(buf_str(&b), lines);
    buf_deinit(&b);
}

// The second is another start of the program that does not know that the slip is out.
static void a_slip_printed_again_is_one_file_and_one_line(void **state)
{
    (void)state;
    static const char *const keys[] = {"48217730", "4821773", "48217730", "2026-03-04-A037"};
    char spec[80];
    snprintf(spec, sizeof spec, "file:%s", folder);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        struct printer *p = open_printer(spec);
        for (int again = 0; again < 2; again++) {
            int job = 0;
            assert_int_equal(printer_put(p, bits, str_from_z(keys[i]), &job), ERR_OK);
            struct printer_result r = await(p);
            assert_int_equal(r.job, job);
            assert_int_equal(r.outcome, PRINTER_PRINTED);
        }
        close_printer(p);
    }
    expect_log("48217730\n4821773\n2026-03-04-A037\n");
    expect_slip("48217730");
    expect_slip("4821773");
    expect_slip("2026-03-04-A037");
    char path[128];
    in_folder("slips.log", path, sizeof path);
    unlink(path);
}

static void a_folder_that_is_not_there_fails_and_says_so(void **state)
{
    (void)state;
    struct printer *p = open_printer("file:/nonexistent/slips");
    int job = 0;
    assert_int_equal(printer_put(p, bits, STR("A1"), &job), ERR_OK);
    assert_int_equal(await(p).outcome, PRINTER_FAILED);
    close_printer(p);
}

static void without_a_printer_no_slip_is_taken(void **state)
{
    (void)state;
    struct printer *p = open_printer("none");
    int job = 0;
    assert_false(printer_is_there(p));
    assert_int_equal(printer_put(p, bits, STR("A1"), &job), ERR_NOT_FOUND);
    close_printer(p);
}

static void the_queue_is_bounded_until_results_are_fetched(void **state)
{
    (void)state;
    struct printer *p = open_printer("file:/nonexistent/slips");
    int job = 0;
    for (int i = 0; i < PRINTER_JOBS_MAX; i++)
        assert_int_equal(printer_put(p, bits, STR("A1"), &job), ERR_OK);
    assert_int_equal(printer_put(p, bits, STR("A1"), &job), ERR_FULL);
    for (int i = 1; i <= PRINTER_JOBS_MAX; i++)
        assert_int_equal(await(p).job, i); // in order, each once
    struct printer_result r;
    assert_false(printer_result(p, &r));
    assert_int_equal(printer_put(p, bits, STR("A1"), &job), ERR_OK);
    close_printer(p);
}

// ---- A network printer

struct network {
    int listener;                 // or -1, and
    int line;                     // the master side of a terminal
    const unsigned char *answers; // one status for each question; 0: hangs up
    size_t taken;
    unsigned char bytes[1 << 16];
};

static struct network network;

static bool ends_in_question(const struct network *n)
{
    return n->taken >= 3 && !memcmp(n->bytes + n->taken - 3, ESCPOS_ASK_PAPER, 3);
}

static void *serve(void *from)
{
    struct network *n = from;
    int fd = n->listener >= 0 ? accept(n->listener, NULL, NULL) : n->line;
    ssize_t got = 0;
    while ((got = read(fd, n->bytes + n->taken, 1)) > 0) {
        n->taken += (size_t)got;
        if (!ends_in_question(n)) continue;
        unsigned char status = *n->answers++;
        if (!status) break;
        n->taken -= 3;
        if (write(fd, &status, 1) != 1) break;
    }
    if (n->listener >= 0) close(fd);
    return NULL;
}

static void a_network_printer_has_printed_only_when_it_says_so(void **state)
{
    (void)state;
    static const struct {
        unsigned char answers[3];
        enum printer_outcome outcome;
        bool sent;
    } rows[] = {
        {{0x12, 0x12, 0}, PRINTER_PRINTED, true},
        {{0x72, 0}, PRINTER_PAPER_OUT, false},
        {{0x12, 0x72, 0}, PRINTER_PAPER_OUT, true},
        {{0x12, 0, 0}, PRINTER_FAILED, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        network = (struct network){.answers = rows[i].answers};
        network.listener = socket(AF_INET, SOCK_STREAM, 0);
        struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
        socklen_t bytes = sizeof at;
        assert_int_equal(bind(network.listener, (struct sockaddr *)&at, sizeof at), 0);
        assert_int_equal(listen(network.listener, 1), 0);
        assert_int_equal(getsockname(network.listener, (struct sockaddr *)&at, &bytes), 0);
        pthread_t thread;
        assert_int_equal(pthread_create(&thread, NULL, serve, &network), 0);
        char spec[64];
        snprintf(spec, sizeof spec, "tcp:127.0.0.1:%d", ntohs(at.sin_port));
        struct printer *p = open_printer(spec);
        int job = 0;
        assert_int_equal(printer_put(p, bits, STR("A1"), &job), ERR_OK);
        assert_int_equal(await(p).outcome, rows[i].outcome);
        close_printer(p);
        pthread_join(thread, NULL);
        close(network.listener);
        if (!rows[i].sent) continue;
        paper = (struct paper){0};
        size_t question = rows[i].answers[1] ? 0 : 3;
        assert_true(paper_read(&paper, network.bytes, network.taken - question));
        assert_memory_equal(paper.rows, dots, sizeof dots);
    }
}

// A raw terminal behaves as /dev/usb/lp0 does: bytes both ways, no connection.
static void a_usb_printer_without_paper_says_so(void **state)
{
    (void)state;
    static const struct {
        unsigned char answers[3];
        enum printer_outcome outcome;
    } rows[] = {{{0x12, 0x12, 0}, PRINTER_PRINTED}, {{0x72, 0}, PRINTER_PAPER_OUT}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        network = (struct network){.listener = -1, .answers = rows[i].answers};
        int slave = -1;
        char name[64];
        struct termios raw;
        assert_int_equal(openpty(&network.line, &slave, name, NULL, NULL), 0);
        assert_int_equal(tcgetattr(slave, &raw), 0);
        cfmakeraw(&raw);
        assert_int_equal(tcsetattr(slave, TCSANOW, &raw), 0);
        pthread_t thread;
        assert_int_equal(pthread_create(&thread, NULL, serve, &network), 0);
        char spec[80];
        snprintf(spec, sizeof spec, "usblp:%s", name);
        struct printer *p = open_printer(spec);
        int job = 0;
        assert_int_equal(printer_put(p, bits, STR("A1"), &job), ERR_OK);
        assert_int_equal(await(p).outcome, rows[i].outcome);
        close_printer(p);
        assert_int_equal(write(slave, ESCPOS_ASK_PAPER, 3), 3); // ends the other thread
        pthread_join(thread, NULL);
        close(slave);
        close(network.line);
        if (rows[i].outcome != PRINTER_PRINTED) continue;
        paper = (struct paper){0};
        assert_true(paper_read(&paper, network.bytes, network.taken - 3));
        assert_memory_equal(paper.rows, dots, sizeof dots);
    }
}

static void closing_does_not_wait_for_a_printer_that_hangs(void **state)
{
    (void)state;
    // A listener that never accepts: the connection stands, and nobody answers.
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t bytes = sizeof at;
    assert_int_equal(bind(listener, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&at, &bytes), 0);
    char spec[64];
    snprintf(spec, sizeof spec, "tcp:127.0.0.1:%d", ntohs(at.sin_port));
    struct printer *p = open_printer(spec);
    int job = 0;
    assert_int_equal(printer_put(p, bits, STR("A1"), &job), ERR_OK);
    struct pollfd connected = {.fd = listener, .events = POLLIN};
    assert_int_equal(poll(&connected, 1, 5000), 1);
    close_printer(p);
    close(listener);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_printer_gets_the_very_bitmap),
        cmocka_unit_test(a_status_is_told_from_other_bytes),
        cmocka_unit_test(only_known_printers_are_accepted),
        cmocka_unit_test(a_slip_printed_again_is_one_file_and_one_line),
        cmocka_unit_test(a_folder_that_is_not_there_fails_and_says_so),
        cmocka_unit_test(without_a_printer_no_slip_is_taken),
        cmocka_unit_test(the_queue_is_bounded_until_results_are_fetched),
        cmocka_unit_test(a_network_printer_has_printed_only_when_it_says_so),
        cmocka_unit_test(a_usb_printer_without_paper_says_so),
        cmocka_unit_test(closing_does_not_wait_for_a_printer_that_hangs),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
