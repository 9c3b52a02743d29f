// Bytes on a connection, as the real listener meets them, with the real routes behind it. An input is
// what one peer sends before it says that it is done.
//
// Promised: every answer is whole, of the library's own refusals or a known one of ours; a head that two
// programs could read differently is served by neither; nothing that follows a refused head is taken for
// a request; and the next peer is served.
#include "fuzz/fuzz.h"
#include "store/world.h"

#include "api/api.h"
#include "wire/json.h"

#include <arpa/inet.h>
#include <poll.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANSWER_BYTES_MAX 2000000
#define WAIT_MS          20000
#define SILENT_MS        100
#define WAVE             8 // inputs between two looks at whether the next peer is served

static struct world *world;
static struct api api;
static struct router router;
static struct http http;
static struct writer writer;
static struct polls polls; // nobody without a key waits
static char answer[ANSWER_BYTES_MAX];
static size_t answer_len;
static unsigned turn;

static void stop(void)
{
    writer_stop(&writer);
    http_stop(&http, 1000);
    writer_deinit(&writer);
    auth_deinit(&api.auth);
    void *state = world;
    world_teardown(&state);
}

// NOLINTNEXTLINE(readability-identifier-naming)
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    static struct world_driver driver;
    static struct fs fs;
    (void)argc;
    (void)argv;
    driver = world_sqlite;
    void *state = &driver;
    EXPECT(crypt_init() == ERR_OK);
    world_setup(&state);
    world = state;
    world_init(world);
    fs_system_init(&fs);
    api = (struct api){.env = &world->env.env,
                       .fs = &fs,
                       .http = &http,
                       .writer = &writer,
                       .polls = &polls,
                       .readers = {world->reader},
                       .dir = world->dir};
    EXPECT(store_meta(world->reader, &api.meta) == ERR_OK);
    auth_init(&api.auth, api.env);
    EXPECT(writer_start(&writer, world->store, api.env, NULL, NULL) == ERR_OK);
    router = api_router(&api);
    struct http_config config = {.on_tcp = true,
                                 .worker_count = 1,
                                 .connection_max = HTTP_CONNECTIONS_MAX,
                                 .arena_bytes = API_ARENA_BYTES};
    EXPECT(http_start(&http, &config, &router) == ERR_OK);
    atexit(stop);
    return 0;
}

// ---- One peer

// From an address of its own, so that no run is out of ports.
static int dial(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in own = {.sin_family = AF_INET,
                              .sin_addr.s_addr = htonl(0x7f000002 + turn++ % 60000)};
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)http_port(&http)),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    EXPECT(bind(fd, (struct sockaddr *)&own, sizeof(own)) == 0);
    EXPECT(connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0);
    return fd;
}

static bool receive(int fd)
{
    EXPECT(answer_len < sizeof(answer));
    ssize_t n = recv(fd, answer + answer_len, sizeof(answer) - answer_len, 0);
    if (n > 0) answer_len += (size_t)n;
    return n > 0;
}

// Sends and reads at once, as neither side waits for the other to be done. The library does not always
// notice that a peer is done sending; one that falls silent has said what it had to say.
static bool talk(struct str text, bool is_done)
{
    int fd = dial();
    size_t sent = 0;
    bool is_open = true;
    bool is_silent = false;
    answer_len = 0;
    while (is_open && !is_silent) {
        bool is_sent = sent == text.len;
        struct pollfd at = {.fd = fd, .events = (short)(POLLIN | (is_sent ? 0 : POLLOUT))};
        is_silent = poll(&at, 1, is_sent && is_done ? SILENT_MS : WAIT_MS) == 0;
        if (at.revents & POLLOUT) {
            ssize_t n = send(fd, text.ptr + sent, text.len - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
            sent = n > 0 ? sent + (size_t)n : text.len;
            if (sent == text.len && is_done) shutdown(fd, SHUT_WR);
        }
        if (at.revents & (POLLIN | POLLHUP | POLLERR)) is_open = receive(fd);
    }
    close(fd);
    return !is_silent;
}

// ---- Holding the answers against what is promised

static const char *const problems[] = {
#define PROBLEM(id, name, status, title) name,
#include "http/problem.def"
#undef PROBLEM
};

static bool is_known(struct str type)
{
    bool is = false;
    for (size_t i = 0; i < sizeof(problems) / sizeof(problems[0]); i++) {
        is = is || str_eq_z(type, problems[i]);
    }
    return is;
}

// The first line of a head that begins with `name`, after the one at `from`; its place, or SIZE_MAX.
static size_t find_field(struct str head, const char *name, size_t from)
{
    for (size_t at = str_find(head, STR("\n"), from); at != SIZE_MAX;
         at = str_find(head, STR("\n"), at + 1)) {
        struct str line = str_sub(head, at + 1, strlen(name));
        if (line.len == strlen(name) && strncasecmp(line.ptr, name, line.len) == 0) return at;
    }
    return SIZE_MAX;
}

static struct str value_of(struct str head, const char *name)
{
    size_t at = find_field(head, name, 0);
    if (at == SIZE_MAX) return (struct str){0};
    struct str line = str_sub(head, at + 1 + strlen(name), SIZE_MAX);
    return str_trim(str_cut(&line, '\n'));
}

struct told {
    int64_t status;
    struct str problem; // its name; empty: none
    bool is_success;
};

static struct str problem_in(struct str body, int64_t status)
{
    size_t at = str_find(body, STR("\"type\":\"/e/"), 0);
    EXPECT(at != SIZE_MAX, "%lld without a type: %.*s", (long long)status, STR_ARG(body));
    struct str type = str_sub(body, at + 11, SIZE_MAX);
    type = str_cut(&type, '"');
    EXPECT(is_known(type), "%.*s", STR_ARG(type));
    return type;
}

// Takes one answer off `rest`. Of an answer to HEAD there is no body.
static struct told take(struct str *rest)
{
    struct told told = {0};
    EXPECT(str_starts(*rest, STR("HTTP/1.")), "%.*s", STR_ARG(str_sub(*rest, 0, 200)));
    EXPECT(str_to_int(str_sub(*rest, 9, 3), 100, 599, &told.status));
    size_t end = str_find(*rest, STR("\r\n\r\n"), 0);
    EXPECT(end != SIZE_MAX, "half a head");
    struct str head = str_sub(*rest, 0, end + 2);
    *rest = str_sub(*rest, end + 4, SIZE_MAX);
    if (told.status < 200) return told; // goes on
    int64_t length = 0;
    struct str said = value_of(head, "Content-Length:");
    EXPECT(!said.ptr || str_to_int(said, 0, ANSWER_BYTES_MAX, &length));
    bool is_bodiless = rest->len == 0 || str_starts(*rest, STR("HTTP/1."));
    struct str body = is_bodiless ? (struct str){0} : str_sub(*rest, 0, (size_t)length);
    EXPECT(is_bodiless || body.len == (size_t)length, "half a body");
    *rest = str_sub(*rest, body.len, SIZE_MAX);
    told.is_success = told.status < 400;
    bool is_ours = str_starts(value_of(head, "Content-Type:"), STR("application/problem+json"));
    if (is_ours && body.len > 0) told.problem = problem_in(body, told.status);
    // 500 is the library's for what it has no room for; ours would be a fault of the machine.
    EXPECT(!is_ours || told.status < 500 || told.status == 503, "%lld", (long long)told.status);
    return told;
}

// A whole answer stands at the beginning: the rest may have been on its way still.
static bool is_complete(struct str text)
{
    size_t end = str_find(text, STR("\r\n\r\n"), 0);
    if (end == SIZE_MAX) return false;
    int64_t length = 0;
    struct str said = value_of(str_sub(text, 0, end + 2), "Content-Length:");
    if (said.ptr && !str_to_int(said, 0, ANSWER_BYTES_MAX, &length))
        return true; // a broken promise
    return text.len - end - 4 >= (size_t)length || text.len == end + 4;
}

// RFC 9112: what two programs may cut differently.
static bool is_ambiguous(struct str text)
{
    while (text.len > 0 && strchr("\r\n", text.ptr[0])) {
        text = str_sub(text, 1, SIZE_MAX);
    }
    size_t end = str_find(text, STR("\n\r\n"), 0);
    size_t other = str_find(text, STR("\n\n"), 0);
    struct str head = str_sub(text, 0, end < other ? end + 1 : other);
    static const char *const twice[] = {"host:", "content-length:"};
    for (int i = 0; i < 2; i++) {
        size_t at = find_field(head, twice[i], 0);
        if (at != SIZE_MAX && find_field(head, twice[i], at + 1) != SIZE_MAX) return true;
    }
    return find_field(head, "transfer-encoding:", 0) != SIZE_MAX;
}

static void expect_served(void)
{
    struct str rest = STR("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT(talk(rest, false), "the listener says nothing");
    rest = (struct str){answer, answer_len};
    EXPECT(answer_len > 0 && take(&rest).status == 200, "the next peer is not served");
}

// NOLINTNEXTLINE(readability-identifier-naming)
int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t count)
{
    if (count > FUZZ_BYTES_MAX) return 0;
    struct str text = {(const char *)bytes, count};
    bool is_whole = talk(text, true);
    struct str rest = {answer, answer_len};
    bool is_over = false;
    for (int i = 0; rest.len > 0 && (is_whole || is_complete(rest)); i++) {
        struct told told = take(&rest);
        EXPECT(!is_over, "after a refused head comes another answer");
        is_over = str_eq_z(told.problem, "malformed-http");
        bool is_refused = !told.is_success && (told.problem.len == 0 || is_over);
        EXPECT(i > 0 || is_refused || !is_ambiguous(text), "an ambiguous head is looked into");
    }
    if (answer_len == 0 || turn % WAVE == 0) expect_served();
    return 0;
}
