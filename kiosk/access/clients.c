#include "access/clients.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define FDS_MAX (2 + ACCESS_CLIENTS_MAX)

static enum client_state state_get(struct clients *c, const struct client *client)
{
    pthread_mutex_lock(&c->lock);
    enum client_state state = client->state;
    pthread_mutex_unlock(&c->lock);
    return state;
}

static void state_set(struct clients *c, struct client *client, enum client_state state)
{
    pthread_mutex_lock(&c->lock);
    client->state = state;
    pthread_mutex_unlock(&c->lock);
}

// ---- The sockets' thread

static void client_drop(struct clients *c, struct client *client)
{
    close(client->fd);
    memory_wipe(client->bytes, sizeof client->bytes);
    buf_deinit(&client->reply);
    client->count = 0;
    client->fd = -1;
    state_set(c, client, CLIENT_FREE);
}

// Hands over the first line, if one is whole.
static void client_ask(struct clients *c, struct client *client)
{
    const char *end = memchr(client->bytes, '\n', client->count);
    bool too_long = !end && client->count == sizeof client->bytes;
    if (!end && !too_long) return;
    client->is_last = too_long;
    client->line_bytes = too_long ? 0 : (size_t)(end - client->bytes);
    state_set(c, client, CLIENT_ASKED);
    c->app->ops->wake(c->app);
}

static void client_read(struct clients *c, struct client *client)
{
    ssize_t n = recv(client->fd, client->bytes + client->count,
                     sizeof client->bytes - client->count, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n <= 0) {
        client_drop(c, client);
        return;
    }
    client->count += (size_t)n;
    client_ask(c, client);
}

static void client_send(struct clients *c, struct client *client)
{
    struct str rest = str_sub(buf_str(&client->reply), client->sent, client->reply.len);
    ssize_t n = send(client->fd, rest.ptr, rest.len, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n <= 0) {
        client_drop(c, client);
        return;
    }
    client->sent += (size_t)n;
    if (client->sent < client->reply.len) return;
    if (client->is_last) {
        client_drop(c, client);
        return;
    }
    size_t used = client->line_bytes + 1;
    memmove(client->bytes, client->bytes + used, client->count - used);
    client->count -= used;
    memory_wipe(client->bytes + client->count, used);
    memory_wipe(client->reply.bytes, client->reply.len);
    state_set(c, client, CLIENT_READING);
    client_ask(c, client); // the next request may have come with it
}

static void client_accept(struct clients *c)
{
    int fd = accept(c->listener, NULL, NULL);
    if (fd < 0) return;
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    for (int i = 0; i < ACCESS_CLIENTS_MAX; i++) {
        struct client *client = &c->list[i];
        if (state_get(c, client) != CLIENT_FREE) continue;
        client->fd = fd;
        client->count = 0;
        buf_init(&client->reply, ACCESS_REPLY_BYTES_MAX);
        state_set(c, client, CLIENT_READING);
        return;
    }
    close(fd); // all places are taken
}

static void wait_for(struct clients *c, struct pollfd *fds)
{
    fds[0] = (struct pollfd){.fd = c->pipe[0], .events = POLLIN};
    fds[1] = (struct pollfd){.fd = c->listener, .events = POLLIN};
    for (int i = 0; i < ACCESS_CLIENTS_MAX; i++) {
        struct client *client = &c->list[i];
        struct pollfd *p = &fds[2 + i];
        *p = (struct pollfd){.fd = -1};
        switch (state_get(c, client)) {
        case CLIENT_READING: *p = (struct pollfd){.fd = client->fd, .events = POLLIN}; break;
        case CLIENT_ANSWERED: *p = (struct pollfd){.fd = client->fd, .events = POLLOUT}; break;
        case CLIENT_FREE:
        case CLIENT_ASKED: break;
        }
    }
    poll(fds, FDS_MAX, -1);
}

static void *run(void *clients)
{
    struct clients *c = clients;
    struct pollfd fds[FDS_MAX];
    for (;;) {
        wait_for(c, fds);
        char woken[16];
        if (fds[0].revents && read(c->pipe[0], woken, sizeof woken) == 0) return NULL;
        if (fds[1].revents) client_accept(c);
        for (int i = 0; i < ACCESS_CLIENTS_MAX; i++) {
            if (!fds[2 + i].revents) continue;
            if (fds[2 + i].events == POLLIN) client_read(c, &c->list[i]);
            if (fds[2 + i].events == POLLOUT) client_send(c, &c->list[i]);
        }
    }
}

// ---- The UI's side

bool client_has_asked(struct clients *c, const struct client *client)
{
    return state_get(c, client) == CLIENT_ASKED;
}

struct str client_line(const struct client *client)
{
    struct str line = {client->bytes, client->line_bytes};
    return str_ends(line, STR("\r")) ? str_sub(line, 0, line.len - 1) : line;
}

void client_answer(struct clients *c, struct client *client)
{
    client->sent = 0;
    state_set(c, client, CLIENT_ANSWERED);
    // A full pipe wakes the thread as well.
    ssize_t n = write(c->pipe[1], "!", 1);
    (void)n;
}

// ---- Life

static enum err listen_at(struct clients *c, const char *path)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    size_t bytes = strlen(path);
    if (bytes >= sizeof name.sun_path) {
        log_error("tree socket %s: the name is too long", path);
        return ERR_TOO_BIG;
    }
    memcpy(name.sun_path, path, bytes);
    struct stat there;
    if (!lstat(path, &there) && S_ISSOCK(there.st_mode)) unlink(path);
    c->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    // On Linux the mode of the unbound socket is the mode of its name.
    bool open = c->listener >= 0 && !fchmod(c->listener, 0600) &&
                !bind(c->listener, (const struct sockaddr *)&name, sizeof name);
    if (open) memcpy(c->path, path, bytes + 1); // ours to remove
    if (open && !listen(c->listener, ACCESS_CLIENTS_MAX)) return ERR_OK;
    log_error("tree socket %s: %s", path, log_errno());
    return ERR_IO;
}

// Signals are the main thread's.
static enum err thread_start(struct clients *c)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    if (pipe(c->pipe)) {
        log_error("tree socket: %s", log_errno());
        return ERR_IO;
    }
    for (int i = 0; i < 2; i++) {
        fcntl(c->pipe[i], F_SETFD, FD_CLOEXEC);
        fcntl(c->pipe[i], F_SETFL, O_NONBLOCK);
    }
    pthread_sigmask(SIG_SETMASK, &all, &before);
    c->started = pthread_create(&c->thread, NULL, run, c) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (c->started) return ERR_OK;
    log_error("tree socket: no thread");
    return ERR_IO;
}

enum err clients_open(struct clients *c, const char *path, struct access_app *app)
{
    *c = (struct clients){.app = app, .listener = -1, .pipe = {-1, -1}};
    pthread_mutex_init(&c->lock, NULL);
    enum err e = listen_at(c, path);
    if (!e) e = thread_start(c);
    if (e) clients_close(c);
    return e;
}

void clients_close(struct clients *c)
{
    if (c->pipe[1] >= 0) close(c->pipe[1]);
    if (c->started) pthread_join(c->thread, NULL);
    if (c->pipe[0] >= 0) close(c->pipe[0]);
    for (int i = 0; i < ACCESS_CLIENTS_MAX; i++) {
        if (c->list[i].state != CLIENT_FREE) client_drop(c, &c->list[i]);
    }
    if (c->listener >= 0) close(c->listener);
    if (c->path[0]) unlink(c->path);
    pthread_mutex_destroy(&c->lock);
    *c = (struct clients){.listener = -1, .pipe = {-1, -1}};
}
