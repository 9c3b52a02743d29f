#include "harness/test.h"

#include "access/access.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

// ---- A program that only remembers what it was told

struct fake {
    struct access_app app;
    struct env env;
    struct draw_list list;
    int64_t now_ms, guard_until_ms;
    int64_t frame;
    bool settled;
    bool nowhere_back, shot_fails;
    char did[256];
    const char *screen;
    int wake_pipe[2];
};

static struct fake fake;
static struct arena arena;
static struct access *tree;
static char folder[] = "/tmp/lvyue-tree-XXXXXX";
static char path[64];

static struct fake *of(struct access_app *app)
{
    return (struct fake *)app;
}

static void did(struct fake *f, const char *what, struct str text)
{
    snprintf(f->did, sizeof f->did, "%s %.*s", what, STR_ARG(text));
    f->settled = false; // its events are still to be taken
}

static const struct draw_list *fake_list(struct access_app *app)
{
    return &of(app)->list;
}

static struct str fake_screen(struct access_app *app)
{
    return str_from_z(of(app)->screen);
}

static int64_t fake_frame(struct access_app *app)
{
    return of(app)->frame;
}

static bool fake_settled(struct access_app *app)
{
    return of(app)->settled;
}

static int64_t fake_guard(struct access_app *app, int x, int y)
{
    (void)x, (void)y;
    return of(app)->guard_until_ms - of(app)->now_ms;
}

static void fake_tap(struct access_app *app, int x, int y)
{
    char at[32];
    snprintf(at, sizeof at, "%d,%d", x, y);
    did(of(app), "tap", str_from_z(at));
}

static void fake_type(struct access_app *app, struct str text)
{
    did(of(app), "type", text);
}

static void fake_scan(struct access_app *app, struct str text)
{
    did(of(app), "scan", text);
}

static bool fake_key(struct access_app *app, struct str name)
{
    if (!str_eq_z(name, "enter")) return false;
    did(of(app), "key", name);
    return true;
}

static bool fake_back(struct access_app *app)
{
    if (of(app)->nowhere_back) return false;
    did(of(app), "back", STR(""));
    return true;
}

static enum err fake_shot(struct access_app *app, const char *file)
{
    snprintf(of(app)->did, sizeof of(app)->did, "shot %s", file);
    return of(app)->shot_fails ? ERR_IO : ERR_OK;
}

static void fake_wake(struct access_app *app)
{
    assert_int_equal(write(of(app)->wake_pipe[1], "!", 1), 1);
}

static const struct access_app_ops fake_ops = {
    .list = fake_list,
    .screen = fake_screen,
    .frame = fake_frame,
    .is_settled = fake_settled,
    .guard_ms = fake_guard,
    .tap = fake_tap,
    .type = fake_type,
    .scan = fake_scan,
    .key = fake_key,
    .back = fake_back,
    .shot = fake_shot,
    .wake = fake_wake,
};

static int64_t fake_now(struct env *env)
{
    return ((struct fake *)((char *)env - offsetof(struct fake, env)))->now_ms;
}

static const struct env_ops fake_env = {.now_ms = fake_now, .mono_ms = fake_now};

static void node(enum draw_role role, struct rect r, const char *label, unsigned states)
{
    draw_node(&fake.list, role, r, str_from_z(label))->states = states;
}

static int setup(void **state)
{
    (void)state;
    fake = (struct fake){.app = {&fake_ops}, .env = {&fake_env}, .settled = true, .frame = 7};
    fake.screen = "home";
    fake.now_ms = 1000;
    draw_begin(&fake.list, (struct rect){0, 0, 1080, 1920});
    node(ROLE_HEADING, (struct rect){0, 0, 1080, 132}, "政务大厅", 0);
    node(ROLE_BUTTON, (struct rect){100, 200, 200, 100}, "现在取号", STATE_MAIN);
    node(ROLE_BUTTON, (struct rect){100, 400, 200, 100}, "改", 0);
    node(ROLE_ROW, (struct rect){0, 600, 1080, 100}, "确认 #1", 0);
    node(ROLE_BUTTON, (struct rect){800, 600, 200, 100}, "改", STATE_DISABLED | STATE_CHOSEN);
    node(ROLE_BUTTON, (struct rect){100, 800, 200, 100}, "盖住", 0);
    node(ROLE_BUTTON, (struct rect){0, 750, 1080, 400}, "对话", 0);
    node(ROLE_BUTTON, (struct rect){100, 1900, 200, 100}, "外面", 0);
    fake.list.nodes[1].text_px = 68;
    fake.list.nodes[1].ink = 0xFFFFFF;
    fake.list.nodes[1].ground = 0x1D4E5A;
    fake.list.nodes[1].value = STR("免费，\"不用\"身份证");
    assert_int_equal(pipe(fake.wake_pipe), 0);
    snprintf(folder, sizeof folder, "/tmp/lvyue-tree-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/tree", folder);
    arena_init(&arena, 1 << 20);
    return access_open(&arena, path, &fake.app, &fake.env, &tree);
}

static int teardown(void **state)
{
    (void)state;
    access_close(tree);
    arena_deinit(&arena);
    close(fake.wake_pipe[0]);
    close(fake.wake_pipe[1]);
    assert_int_equal(rmdir(folder), 0); // the socket is gone
    return 0;
}

// ---- A client

static int client_open(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    snprintf(name.sun_path, sizeof name.sun_path, "%s", path);
    assert_int_equal(connect(fd, (struct sockaddr *)&name, sizeof name), 0);
    return fd;
}

static void client_say(int fd, const char *line)
{
    assert_int_equal(send(fd, line, strlen(line), MSG_NOSIGNAL), (ssize_t)strlen(line));
}

// Sleeps until the socket's thread has a request for the program.
static void await_wake(void)
{
    struct pollfd p = {.fd = fake.wake_pipe[0], .events = POLLIN};
    assert_int_equal(poll(&p, 1, 5000), 1);
    char byte;
    assert_int_equal(read(fake.wake_pipe[0], &byte, 1), 1);
}

// Reads until the line with "end".
static void client_hear(int fd, char *reply, size_t room)
{
    size_t count = 0;
    reply[0] = '\0';
    while (!strstr(reply, "\"end\":true}\n")) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        assert_int_equal(poll(&p, 1, 5000), 1);
        ssize_t n = read(fd, reply + count, room - 1 - count);
        assert_true(n > 0);
        count += (size_t)n;
        reply[count] = '\0';
    }
}

static bool has_reply(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    return poll(&p, 1, 0) == 1;
}

static void one_frame(void)
{
    fake.settled = true;
    fake.frame++;
    access_step(tree);
}

static char reply[64 * 1024];

static void ask(int fd, const char *line)
{
    client_say(fd, line);
    await_wake();
    access_step(tree);
}

#define OK_8 "{\"ok\":true,\"screen\":\"home\",\"frame\":8,\"end\":true}\n"
#define OK_7 "{\"ok\":true,\"screen\":\"home\",\"frame\":7,\"end\":true}\n"

static void the_tree_tells_every_widget_in_order(void **state)
{
    (void)state;
    int fd = client_open();
    ask(fd, "tree\n");
    client_hear(fd, reply, sizeof reply);
    struct str rest = str_from_z(reply);
    assert_str(str_cut(&rest, '\n'), "{\"screen\":\"home\",\"frame\":7}");
    assert_str(str_cut(&rest, '\n'),
               "{\"role\":\"heading\",\"label\":\"政务大厅\",\"value\":\"\",\"state\":[],"
               "\"rect\":[0,0,1080,132],\"spoken\":\"政务大厅\",\"text_px\":0,\"ink\":\"#000000\","
               "\"ground\":\"#000000\",\"fits\":true}");
    assert_str(str_cut(&rest, '\n'),
               "{\"role\":\"button\",\"label\":\"现在取号\",\"value\":\"免费，\\\"不用\\\"身份证\","
               "\"state\":[\"main\"],\"rect\":[100,200,200,100],"
               "\"spoken\":\"现在取号 免费，\\\"不用\\\"身份证\",\"text_px\":68,"
               "\"ink\":\"#FFFFFF\",\"ground\":\"#1D4E5A\",\"fits\":true}");
    for (int i = 2; i < fake.list.node_count; i++) {
        struct str line = str_cut(&rest, '\n');
        assert_true(str_starts(line, STR("{\"role\":")));
        if (i == 4) assert_true(str_find(line, STR("[\"disabled\",\"chosen\"]"), 0) != SIZE_MAX);
    }
    assert_str(rest, OK_7);
    close(fd);
}

static void an_action_is_answered_after_the_frame_that_shows_it(void **state)
{
    (void)state;
    static const struct {
        const char *line, *did;
    } rows[] = {
        {"tap 现在取号\n", "tap 200,250"}, {"tap 现在取号\r\n", "tap 200,250"},
        {"tap 改\n", "tap 200,450"},       {"tap 改 #1\n", "tap 200,450"},
        {"tap 确认 #1\n", "tap 540,650"},  {"tap @5,1919\n", "tap 5,1919"},
        {"type 张 伟\n", "type 张 伟"},    {"scan FYZ1:A\n", "scan FYZ1:A"},
        {"key enter\n", "key enter"},      {"back\n", "back "},
    };
    int fd = client_open();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fake.frame = 7;
        ask(fd, rows[i].line);
        assert_string_equal(fake.did, rows[i].did);
        access_step(tree); // a frame is painted, but a write is still pending
        assert_false(has_reply(fd));
        one_frame();
        client_hear(fd, reply, sizeof reply);
        assert_string_equal(reply, OK_8);
    }
    close(fd);
}

static void what_cannot_be_done_says_why_and_does_nothing(void **state)
{
    (void)state;
    char long_text[ACCESS_TEXT_BYTES_MAX + 16];
    memset(long_text, 'a', sizeof long_text);
    snprintf(long_text, sizeof long_text, "type ");
    long_text[5] = 'a';
    long_text[sizeof long_text - 2] = '\n';
    long_text[sizeof long_text - 1] = '\0';
    const char *const rows[][2] = {
        {"tap 没有\n", "no-label"},
        {"tap 政务大厅\n", "no-label"},
        {"tap 改 #3\n", "no-label"},
        {"tap 改 #0\n", "no-label"},
        {"tap 改 #2\n", "disabled"},
        {"tap 盖住\n", "covered"},
        {"tap 外面\n", "covered"},
        {"tap @1080,5\n", "bad-request"},
        {"tap @-1,5\n", "bad-request"},
        {"tap @5\n", "bad-request"},
        {"tap \n", "bad-request"},
        {"tap\n", "bad-request"},
        {"\n", "bad-request"},
        {"trees\n", "bad-request"},
        {"tree now\n", "bad-request"},
        {"key fire\n", "bad-request"},
        {"type \n", "bad-request"},
        {"scan 汾阳\n", "bad-request"},
        {"type \xff\xfe\n", "bad-request"},
        {"shot a.jpg\n", "bad-request"},
        {"wait home\n", "bad-request"},
        {"wait home 60001\n", "bad-request"},
        {long_text, "bad-request"},
    };
    int fd = client_open();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ask(fd, rows[i][0]);
        client_hear(fd, reply, sizeof reply);
        char expected[80];
        snprintf(expected, sizeof expected, "{\"ok\":false,\"why\":\"%s\",\"end\":true}\n",
                 rows[i][1]);
        assert_string_equal(reply, expected);
        assert_string_equal(fake.did, "");
    }
    fake.nowhere_back = true;
    ask(fd, "back\n");
    client_hear(fd, reply, sizeof reply);
    assert_non_null(strstr(reply, "\"disabled\""));
    close(fd);
}

static void a_tap_waits_the_guard_out_and_is_not_swallowed(void **state)
{
    (void)state;
    int fd = client_open();
    fake.guard_until_ms = fake.now_ms + 400;
    ask(fd, "tap 现在取号\n");
    assert_string_equal(fake.did, "");
    assert_int_equal(access_due_ms(tree), fake.now_ms + 400);
    fake.now_ms += 399;
    access_step(tree);
    assert_string_equal(fake.did, "");
    fake.now_ms += 1;
    access_step(tree);
    assert_string_equal(fake.did, "tap 200,250");
    one_frame();
    client_hear(fd, reply, sizeof reply);
    assert_string_equal(reply, OK_8);
    assert_int_equal(access_due_ms(tree), ACCESS_NEVER_MS);
    close(fd);
}

static void an_effect_that_never_shows_ends_in_a_timeout(void **state)
{
    (void)state;
    int fd = client_open();
    ask(fd, "tap 改\n");
    assert_int_equal(access_due_ms(tree), fake.now_ms + ACCESS_PATIENCE_MS);
    fake.now_ms += ACCESS_PATIENCE_MS - 1;
    access_step(tree);
    assert_false(has_reply(fd));
    fake.now_ms += 1;
    access_step(tree);
    client_hear(fd, reply, sizeof reply);
    assert_string_equal(reply, "{\"ok\":false,\"why\":\"timeout\",\"end\":true}\n");
    close(fd);
}

static void waiting_for_a_screen_ends_when_it_comes_or_in_time(void **state)
{
    (void)state;
    int fd = client_open();
    ask(fd, "wait confirm 500\n");
    assert_false(has_reply(fd));
    fake.screen = "confirm";
    one_frame();
    client_hear(fd, reply, sizeof reply);
    assert_non_null(strstr(reply, "\"screen\":\"confirm\",\"frame\":8"));
    ask(fd, "wait home 500\n");
    assert_int_equal(access_due_ms(tree), fake.now_ms + 500);
    fake.now_ms += 500;
    access_step(tree);
    client_hear(fd, reply, sizeof reply);
    assert_non_null(strstr(reply, "\"timeout\""));
    close(fd);
}

static void a_shot_is_taken_of_the_settled_frame(void **state)
{
    (void)state;
    int fd = client_open();
    fake.settled = false;
    ask(fd, "shot /tmp/a b.png\n");
    assert_string_equal(fake.did, "");
    one_frame();
    client_hear(fd, reply, sizeof reply);
    assert_string_equal(fake.did, "shot /tmp/a b.png");
    assert_string_equal(reply, OK_8);
    fake.shot_fails = true;
    ask(fd, "shot c.png\n");
    client_hear(fd, reply, sizeof reply);
    assert_non_null(strstr(reply, "\"failed\""));
    close(fd);
}

static void requests_sent_together_are_answered_one_by_one(void **state)
{
    (void)state;
    int fd = client_open();
    ask(fd, "tap 改\nkey enter\n");
    assert_string_equal(fake.did, "tap 200,450");
    one_frame();
    client_hear(fd, reply, sizeof reply);
    await_wake();
    access_step(tree);
    assert_string_equal(fake.did, "key enter");
    one_frame();
    client_hear(fd, reply, sizeof reply);
    close(fd);
}

static void two_clients_do_not_act_at_once(void **state)
{
    (void)state;
    int b = client_open(); // looked at first
    int a = client_open();
    ask(a, "tap 改\n");
    ask(b, "tap 现在取号\n");
    assert_string_equal(fake.did, "tap 200,450");
    one_frame();
    client_hear(a, reply, sizeof reply);
    assert_string_equal(fake.did, "tap 200,450");
    access_step(tree);
    assert_string_equal(fake.did, "tap 200,250");
    one_frame();
    client_hear(b, reply, sizeof reply);
    close(a);
    close(b);
}

static void a_line_without_end_is_refused_and_hung_up_on(void **state)
{
    (void)state;
    int fd = client_open();
    char text[ACCESS_LINE_BYTES_MAX];
    memset(text, 'a', sizeof text);
    assert_int_equal(send(fd, text, sizeof text, MSG_NOSIGNAL), sizeof text);
    await_wake();
    access_step(tree);
    client_hear(fd, reply, sizeof reply);
    assert_non_null(strstr(reply, "bad-request"));
    assert_int_equal(read(fd, reply, sizeof reply), 0);
    close(fd);
    // Its place is free again.
    fd = client_open();
    ask(fd, "tree\n");
    client_hear(fd, reply, sizeof reply);
    close(fd);
}

static void a_fifth_client_is_hung_up_on(void **state)
{
    (void)state;
    int fds[ACCESS_CLIENTS_MAX];
    for (int i = 0; i < ACCESS_CLIENTS_MAX; i++) {
        fds[i] = client_open();
        ask(fds[i], "tree\n");
        client_hear(fds[i], reply, sizeof reply);
    }
    int fifth = client_open();
    char byte;
    assert_int_equal(read(fifth, &byte, 1), 0);
    close(fifth);
    for (int i = 0; i < ACCESS_CLIENTS_MAX; i++)
        close(fds[i]);
}

static void the_socket_is_its_owners_alone_and_replaces_a_dead_one(void **state)
{
    (void)state;
    struct stat s;
    assert_int_equal(lstat(path, &s), 0);
    assert_true(S_ISSOCK(s.st_mode));
    assert_int_equal(s.st_mode & 0777, 0600);
    access_close(tree);
    int dead = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    snprintf(name.sun_path, sizeof name.sun_path, "%s", path);
    assert_int_equal(bind(dead, (struct sockaddr *)&name, sizeof name), 0);
    close(dead);
    assert_int_equal(access_open(&arena, path, &fake.app, &fake.env, &tree), ERR_OK);
    close(client_open());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(the_tree_tells_every_widget_in_order),
        TEST(an_action_is_answered_after_the_frame_that_shows_it),
        TEST(what_cannot_be_done_says_why_and_does_nothing),
        TEST(a_tap_waits_the_guard_out_and_is_not_swallowed),
        TEST(an_effect_that_never_shows_ends_in_a_timeout),
        TEST(waiting_for_a_screen_ends_when_it_comes_or_in_time),
        TEST(a_shot_is_taken_of_the_settled_frame),
        TEST(requests_sent_together_are_answered_one_by_one),
        TEST(two_clients_do_not_act_at_once),
        TEST(a_line_without_end_is_refused_and_hung_up_on),
        TEST(a_fifth_client_is_hung_up_on),
        TEST(the_socket_is_its_owners_alone_and_replaces_a_dead_one),
#undef TEST
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
