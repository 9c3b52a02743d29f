#include "devices/port.h"

#include "base/log.h"
#include "devices/escpos.h"
#include "devices/printer.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define NAME_BYTES_MAX     (PRINTER_KEY_BYTES_MAX + 16) // of a file
#define PATH_BYTES_MAX     (PORT_TARGET_BYTES_MAX + 1 + NAME_BYTES_MAX)
#define PBM_HEAD_BYTES_MAX 32
#define LOG_NAME           "slips.log"
#define MODE_OWN           0600
#define STATUS_READS_MAX   16 // bytes of unasked-for status in front of the answer

// ---- Spec

static bool copy_z(char *to, size_t room, struct str s)
{
    if (!s.len || s.len >= room) return false;
    memcpy(to, s.ptr, s.len);
    to[s.len] = '\0';
    return true;
}

static bool parse_tcp(struct str rest, struct port *p)
{
    struct str host = str_cut(&rest, ':');
    int64_t number = 0;
    return rest.ptr && str_to_int(rest, 1, 65535, &number) &&
           copy_z(p->target, sizeof p->target, host) && copy_z(p->service, sizeof p->service, rest);
}

enum err port_parse(struct str spec, struct port *out)
{
    struct port p = {.stop_fd = -1};
    struct str rest = spec;
    struct str kind = str_cut(&rest, ':');
    bool good = false;
    if (str_eq(spec, STR("none"))) {
        good = true;
    } else if (str_eq(kind, STR("file"))) {
        p.kind = PORT_FILE;
        good = copy_z(p.target, sizeof p.target, rest);
    } else if (str_eq(kind, STR("usblp"))) {
        p.kind = PORT_USBLP;
        good = copy_z(p.target, sizeof p.target, rest);
    } else if (str_eq(kind, STR("tcp"))) {
        p.kind = PORT_TCP;
        good = parse_tcp(rest, &p);
    }
    fs_system_init(&p.fs);
    if (!good) {
        log_error("printer \"%.*s\": not file:DIR, usblp:PATH, tcp:HOST:PORT or none",
                  STR_ARG(spec));
        return ERR_BAD_INPUT;
    }
    *out = p;
    return ERR_OK;
}

// ---- Files

static bool replace(struct port *p, const char *name, struct str bytes)
{
    char path[PATH_BYTES_MAX];
    int len = snprintf(path, sizeof path, "%s/%s", p->target, name);
    CHECK(len > 0 && (size_t)len < sizeof path);
    return fs_replace(&p->fs, path, bytes, MODE_OWN) == ERR_OK;
}

static bool write_stream(struct port *p, const struct port_slip *slip)
{
    char name[NAME_BYTES_MAX];
    snprintf(name, sizeof name, "%.*s.escpos", STR_ARG(slip->key));
    return replace(p, name, slip->stream);
}

static bool write_picture(struct port *p, const struct port_slip *slip)
{
    char name[NAME_BYTES_MAX];
    snprintf(name, sizeof name, "%.*s.pbm", STR_ARG(slip->key));
    struct buf picture;
    buf_init(&picture, draw_bits_bytes(slip->bits) + PBM_HEAD_BYTES_MAX);
    buf_addf(&picture, "P4\n%d %d\n", slip->bits.width_px, slip->bits.height_px);
    buf_add(&picture, (struct str){(const char *)slip->bits.bytes, draw_bits_bytes(slip->bits)});
    CHECK(!picture.overflowed);
    bool written = replace(p, name, buf_str(&picture));
    buf_deinit(&picture);
    return written;
}

static bool has_line(struct str lines, struct str key)
{
    while (lines.ptr) {
        if (str_eq(str_cut(&lines, '\n'), key)) return true;
    }
    return false;
}

// The log is the whole truth of what was printed: it is read, and replaced in one step.
static bool write_line(struct port *p, struct str key)
{
    char path[PATH_BYTES_MAX];
    snprintf(path, sizeof path, "%s/" LOG_NAME, p->target);
    struct buf log;
    buf_init(&log, PORT_LOG_BYTES_MAX);
    enum err e = buf_read_file(&log, path);
    bool is_known = !e && has_line(buf_str(&log), key);
    bool written = is_known;
    if ((!e || e == ERR_NOT_FOUND) && !is_known) {
        buf_addf(&log, "%.*s\n", STR_ARG(key));
        written = buf_err(&log) == ERR_OK && replace(p, LOG_NAME, buf_str(&log));
    }
    buf_deinit(&log);
    return written;
}

static enum port_outcome print_file(struct port *p, const struct port_slip *slip)
{
    bool written = write_picture(p, slip) && write_stream(p, slip) && write_line(p, slip->key);
    if (written) return PORT_PRINTED;
    log_error("printer folder %s: a slip is missing", p->target);
    return PORT_FAILED;
}

// ---- Devices

// False after PORT_WAIT_MS, on a dead device, and when asked to stop.
static bool ready(const struct port *p, int fd, short what)
{
    struct pollfd fds[2] = {{.fd = fd, .events = what}, {.fd = p->stop_fd, .events = POLLIN}};
    int n = poll(fds, 2, PORT_WAIT_MS);
    return n > 0 && !fds[1].revents && (fds[0].revents & what);
}

static bool send_all(const struct port *p, int fd, struct str bytes)
{
    while (bytes.len) {
        if (!ready(p, fd, POLLOUT)) return false;
        ssize_t n = p->kind == PORT_TCP ? send(fd, bytes.ptr, bytes.len, MSG_NOSIGNAL)
                                        : write(fd, bytes.ptr, bytes.len);
        if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (n <= 0) return false;
        bytes = str_sub(bytes, (size_t)n, bytes.len);
    }
    return true;
}

enum paper { PAPER_UNKNOWN, PAPER_THERE, PAPER_OUT };

static enum paper ask_paper(const struct port *p, int fd)
{
    if (!send_all(p, fd, STR(ESCPOS_ASK_PAPER))) return PAPER_UNKNOWN;
    for (int i = 0; i < STATUS_READS_MAX && ready(p, fd, POLLIN); i++) {
        unsigned char status = 0;
        if (read(fd, &status, 1) != 1) return PAPER_UNKNOWN;
        if (!escpos_is_status(status)) continue;
        return escpos_paper_is_out(status) ? PAPER_OUT : PAPER_THERE;
    }
    return PAPER_UNKNOWN;
}

static int open_tcp(const struct port *p)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    if (getaddrinfo(p->target, p->service, &hints, &found)) return -1;
    int fd = socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    bool connected = fd >= 0 && !connect(fd, found->ai_addr, found->ai_addrlen);
    if (fd >= 0 && !connected && errno == EINPROGRESS && ready(p, fd, POLLOUT)) {
        int failed = 0;
        socklen_t bytes = sizeof failed;
        connected = !getsockopt(fd, SOL_SOCKET, SO_ERROR, &failed, &bytes) && !failed;
    }
    freeaddrinfo(found);
    if (connected) return fd;
    if (fd >= 0) close(fd);
    return -1;
}

static enum port_outcome print_device(const struct port *p, const struct port_slip *slip)
{
    int fd = p->kind == PORT_TCP ? open_tcp(p)
                                 : open(p->target, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) {
        log_error("printer %s: %s", p->target, log_errno());
        return PORT_FAILED;
    }
    enum paper paper = ask_paper(p, fd);
    bool sent = paper != PAPER_OUT && send_all(p, fd, slip->stream);
    if (sent) paper = ask_paper(p, fd);
    close(fd);
    if (paper == PAPER_OUT) return PORT_PAPER_OUT;
    if (sent && (paper == PAPER_THERE || p->kind == PORT_USBLP)) return PORT_PRINTED;
    log_error("printer %s: %s", p->target, sent ? "no answer" : "does not take the slip");
    return PORT_FAILED;
}

enum port_outcome port_print(struct port *p, const struct port_slip *slip)
{
    switch (p->kind) {
    case PORT_NONE: break;
    case PORT_FILE: return print_file(p, slip);
    case PORT_USBLP:
    case PORT_TCP: return print_device(p, slip);
    }
    return PORT_FAILED;
}
