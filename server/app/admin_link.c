#include "app/admin_link.h"

#include "api/generation.h"
#include "base/log.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define HEAD_BYTES_MAX 16384

// ERR_NOT_FOUND: nobody listens there.
static enum err reach(const struct data_dir *dir, int *fd)
{
    struct data_path path = data_dir_join(dir, DATA_DIR_SOCKET);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path.z) >= sizeof(address.sun_path)) return ERR_NOT_FOUND; // nor can the server
    memcpy(address.sun_path, path.z, strlen(path.z) + 1);
    *fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (*fd >= 0 && connect(*fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
        return ERR_OK;
    bool is_absent = errno == ENOENT || errno == ECONNREFUSED;
    if (!is_absent) log_error("%s: %s", path.z, log_errno());
    if (*fd >= 0) close(*fd);
    return is_absent ? ERR_NOT_FOUND : ERR_IO;
}

static enum err send_all(int fd, struct str bytes)
{
    while (bytes.len > 0) {
        ssize_t sent = send(fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) {
            log_error("the server ended the connection: %s", log_errno());
            return ERR_IO;
        }
        bytes = str_sub(bytes, (size_t)sent, SIZE_MAX);
    }
    return ERR_OK;
}

// RFC 3986: what is not unreserved travels as %XX.
static void add_escaped(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '.' || c == '_';
        if (plain) {
            buf_add(out, (struct str){&s.ptr[i], 1});
        } else {
            buf_addf(out, "%%%02X", c);
        }
    }
}

static enum err send_ask(int fd, const char *command, const struct admin_ask *ask)
{
    struct buf head;
    buf_init(&head, HEAD_BYTES_MAX);
    buf_addf(&head, "POST " ADMIN_PATH "%s", command);
    bool is_first = true;
    for (int i = 0; i < ADMIN_ARG_COUNT; i++) {
        if (ask->args[i].len == 0) continue;
        buf_addf(&head, "%c%s=", is_first ? '?' : '&', admin_arg_name((enum admin_arg)i));
        add_escaped(&head, ask->args[i]);
        is_first = false;
    }
    buf_addf(&head,
             " HTTP/1.1\r\nHost: localhost\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n",
             ask->body.len);
    enum err e = buf_err(&head);
    if (!e) e = send_all(fd, buf_str(&head));
    if (!e) e = send_all(fd, ask->body);
    buf_deinit(&head);
    return e;
}

static enum err receive(int fd, struct buf *all)
{
    char piece[65536];
    for (;;) {
        ssize_t got = recv(fd, piece, sizeof(piece), 0);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) log_error("no answer from the server: %s", log_errno());
        if (got < 0) return ERR_IO;
        if (got == 0) return buf_err(all);
        buf_add(all, (struct str){piece, (size_t)got});
        if (all->overflowed) return ERR_TOO_BIG;
    }
}

// Our own server sends a body in one piece, its end is the end of the connection.
static enum err read_answer(struct str all, struct buf *lines)
{
    size_t end = str_find(all, STR("\r\n\r\n"), 0);
    if (end == SIZE_MAX || !str_starts(all, STR("HTTP/1.1 "))) {
        log_error("the server's answer is not whole");
        return ERR_IO;
    }
    struct str body = str_sub(all, end + 4, SIZE_MAX);
    if (!str_starts(all, STR("HTTP/1.1 200 "))) {
        log_error("the server refuses: %.*s", STR_ARG(body));
        return ERR_IO;
    }
    buf_add(lines, body);
    return buf_err(lines);
}

static enum err ask_server(int fd, const char *command, const struct admin_ask *ask,
                           struct buf *lines)
{
    struct buf all;
    buf_init(&all, ADMIN_REPLY_BYTES_MAX + HEAD_BYTES_MAX);
    enum err e = send_ask(fd, command, ask);
    if (!e) e = receive(fd, &all);
    if (!e) e = read_answer(buf_str(&all), lines);
    buf_deinit(&all);
    return e;
}

static enum err write_self(void *context, store_work_fn *work, void *work_context)
{
    return store_transact(context, work, work_context);
}

static enum err run_self(struct data_dir *dir, const char *command, const struct admin_ask *ask,
                         struct buf *lines)
{
    struct arena arena;
    struct store *store = NULL;
    struct store_meta meta;
    struct admin_reply reply;
    enum err e = data_dir_store_open(dir, DB_WRITER, &arena, &store);
    if (e) return e;
    struct admin admin = {.env = dir->env,
                          .reader = store,
                          .write = write_self,
                          .write_context = store,
                          .fs = &dir->fs,
                          .dir = dir->path};
    e = generation_check(dir->path, store, &meta);
    if (!e) {
        admin_reply_init(&reply);
        e = admin_run(&admin, str_from_z(command), ask, &reply);
        if (!e) buf_add(lines, buf_str(&reply.lines));
        admin_reply_deinit(&reply);
    }
    data_dir_store_close(&arena, store);
    return e ? e : buf_err(lines);
}

enum err admin_link_run(struct data_dir *dir, const char *command, const struct admin_ask *ask,
                        struct buf *lines)
{
    int fd = -1;
    enum err e = reach(dir, &fd);
    if (!e) {
        e = ask_server(fd, command, ask, lines);
        close(fd);
    }
    if (e != ERR_NOT_FOUND) return e;
    e = data_dir_lock(dir, "lock", &fd);
    if (e == ERR_BUSY)
        log_error("%s: a server that starts or stops holds it; try again", dir->path);
    if (e) return e;
    e = run_self(dir, command, ask, lines);
    close(fd);
    return e;
}
