#include "http/http.h"

#include "base/log.h"
#include "http/http_call.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define OTHER_FILES_MAX 256 // descriptors that are no connections

struct http_call *call_take(struct http *http)
{
    pthread_mutex_lock(&http->lock);
    struct http_call *call = http->free_calls;
    if (call) {
        http->free_calls = call->next_free;
        call->state = CALL_NAMED;
        http->in_use++;
    }
    pthread_mutex_unlock(&http->lock);
    return call;
}

void call_give_memory(struct http_call *call)
{
    struct http *http = call->http;
    buf_deinit(&call->body);
    if (!call->arena.bytes) return;
    arena_wipe(&call->arena, 0); // it held what a person typed
    pthread_mutex_lock(&http->lock);
    http->arenas[http->arena_idle++] = call->arena;
    http->arena_out--;
    pthread_mutex_unlock(&http->lock);
    call->arena = (struct arena){0};
}

void call_give(struct http_call *call)
{
    struct http *http = call->http;
    if (call->response) MHD_destroy_response(call->response);
    call->response = NULL;
    call_give_memory(call);
    pthread_mutex_lock(&http->lock);
    call->state = CALL_FREE;
    call->generation++;
    if (call->generation == 0) call->generation = 1; // 0 is "none"
    call->next_free = http->free_calls;
    http->free_calls = call;
    http->in_use--;
    if (http->stopping && http->in_use == 0) eventfd_write(http->drained, 1);
    pthread_mutex_unlock(&http->lock);
}

bool call_take_arena(struct http_call *call)
{
    struct http *http = call->http;
    pthread_mutex_lock(&http->lock);
    bool granted = http->arena_out < HTTP_ARENAS_MAX;
    if (granted) http->arena_out++;
    if (granted && http->arena_idle > 0) call->arena = http->arenas[--http->arena_idle];
    pthread_mutex_unlock(&http->lock);
    if (granted && !call->arena.bytes) arena_init(&call->arena, http->config.arena_bytes);
    return granted;
}

// The library would unescape paths in place; we read what was sent.
static size_t leave_escaped(void *context, struct MHD_Connection *connection, char *text)
{
    (void)context;
    (void)connection;
    return strlen(text);
}

static bool worker_start(struct http *http, int listener, unsigned connection_max, bool is_local)
{
    struct http_worker *w = &http->workers[http->worker_count];
    *w = (struct http_worker){.http = http, .index = http->worker_count, .is_local = is_local};
    w->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, answer_turn, w,
        MHD_OPTION_LISTEN_SOCKET, listener, MHD_OPTION_CONNECTION_LIMIT, connection_max,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HTTP_CONNECTION_BYTES,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)HTTP_IDLE_S, MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_URI_LOG_CALLBACK, answer_named, w, MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped,
        NULL, MHD_OPTION_NOTIFY_COMPLETED, answer_ended, w, MHD_OPTION_END);
    if (!w->daemon) {
        log_error("http: cannot start a worker: %s", log_errno());
        close(listener);
        return false;
    }
    http->worker_count++;
    return true;
}

static int listen_tcp(int port, int *bound_port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    int on = 1;
    if (fd >= 0) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (fd >= 0 && bind(fd, (struct sockaddr *)&address, len) == 0 && listen(fd, SOMAXCONN) == 0 &&
        getsockname(fd, (struct sockaddr *)&address, &len) == 0) {
        *bound_port = ntohs(address.sin_port);
        return fd;
    }
    log_error("http: cannot listen on 127.0.0.1:%d: %s", port, log_errno());
    if (fd >= 0) close(fd);
    return -1;
}

static int listen_local(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof(address.sun_path)) {
        log_error("http: %s: longer than a socket's name may be", path);
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    struct stat st;
    if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode)) unlink(path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    // On Linux the file takes the socket's mode, so it is never open to others, not even for a moment.
    if (fd >= 0 && fchmod(fd, 0600) == 0 &&
        bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
        listen(fd, HTTP_LOCAL_CONNECTIONS) == 0)
        return fd;
    log_error("http: cannot listen on %s: %s", path, log_errno());
    if (fd >= 0) close(fd);
    return -1;
}

static void raise_file_limit(int connection_max)
{
    struct rlimit limit;
    rlim_t want = (rlim_t)connection_max + OTHER_FILES_MAX;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= want) return;
    limit.rlim_cur = want < limit.rlim_max ? want : limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < want) {
        log_warn("http: the system allows %llu files, fewer than the connections configured",
                 (unsigned long long)limit.rlim_cur);
    }
}

static void make_calls(struct http *http)
{
    http->call_count = (uint32_t)(http->config.connection_max + HTTP_LOCAL_CONNECTIONS);
    size_t bytes = sizeof(struct http_call) * http->call_count;
    arena_init(&http->memory, bytes + alignof(struct http_call));
    http->calls = arena_array(&http->memory, struct http_call, http->call_count);
    for (uint32_t i = http->call_count; i-- > 0;) {
        struct http_call *call = &http->calls[i];
        *call = (struct http_call){.http = http, .next_free = http->free_calls, .generation = 1};
        http->free_calls = call;
    }
}

static bool start_tcp(struct http *http)
{
    const struct http_config *config = &http->config;
    int listener = listen_tcp(config->port, &http->port);
    if (listener < 0) return false;
    unsigned each = (unsigned)(config->connection_max / config->worker_count);
    for (int i = 0; i < config->worker_count; i++) {
        // Each worker owns its copy of the listener.
        int own = i + 1 < config->worker_count ? fcntl(listener, F_DUPFD_CLOEXEC, 0) : listener;
        if (own >= 0 && worker_start(http, own, each ? each : 1, false)) continue;
        if (own != listener) close(listener);
        return false;
    }
    return true;
}

enum err http_start(struct http *http, const struct http_config *config,
                    const struct router *router)
{
    CHECK(config->worker_count >= 1 && config->worker_count <= HTTP_WORKERS_MAX);
    CHECK(config->connection_max >= config->worker_count);
    CHECK(config->connection_max <= HTTP_CONNECTIONS_MAX && config->arena_bytes > 0);
    *http = (struct http){.router = router, .config = *config};
    http->drained = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (http->drained < 0) {
        log_error("http: cannot make an event: %s", log_errno());
        *http = (struct http){0};
        return ERR_IO;
    }
    pthread_mutex_init(&http->lock, NULL);
    raise_file_limit(config->connection_max);
    make_calls(http);
    bool started = !config->on_tcp || start_tcp(http);
    if (started && config->socket_path) {
        int listener = listen_local(config->socket_path);
        started = listener >= 0 && worker_start(http, listener, HTTP_LOCAL_CONNECTIONS, true);
    }
    if (started) return ERR_OK;
    http_stop(http, 0);
    return ERR_IO;
}

int http_port(const struct http *http)
{
    return http->port;
}

static void end_waiting(struct http *http)
{
    struct reply reply;
    reply_problem(&reply, NULL, PROBLEM_STOPPING, NULL);
    for (uint32_t i = 0; i < http->call_count; i++) {
        pthread_mutex_lock(&http->lock);
        struct http_ticket ticket = {i, http->calls[i].generation};
        pthread_mutex_unlock(&http->lock);
        http_complete(http, ticket, &reply); // false for all that do not wait
    }
}

void http_stop(struct http *http, int grace_ms)
{
    if (!http->calls) return;
    for (int i = 0; i < http->worker_count; i++) {
        http->workers[i].listener = MHD_quiesce_daemon(http->workers[i].daemon);
    }
    pthread_mutex_lock(&http->lock);
    http->stopping = true;
    bool busy = http->in_use > 0;
    pthread_mutex_unlock(&http->lock);
    end_waiting(http);
    struct pollfd drained = {.fd = http->drained, .events = POLLIN};
    if (busy) poll(&drained, 1, grace_ms);
    for (int i = 0; i < http->worker_count; i++) {
        MHD_stop_daemon(http->workers[i].daemon);
        int listener = http->workers[i].listener;
        if (listener >= 0) close(listener); // not before: its thread may still look at it
    }
    CHECK(http->in_use == 0); // every call ended with its connection
    for (int i = 0; i < http->arena_idle; i++) {
        arena_deinit(&http->arenas[i]);
    }
    if (http->config.socket_path) unlink(http->config.socket_path);
    close(http->drained);
    pthread_mutex_destroy(&http->lock);
    arena_deinit(&http->memory);
    *http = (struct http){0};
}
