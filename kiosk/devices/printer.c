#include "devices/printer.h"

#include "base/log.h"
#include "devices/escpos.h"
#include "devices/port.h"
#include "devices/slip.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define BITS_BYTES_MAX   (SLIP_WIDTH_PX / 8 * SLIP_HEIGHT_PX_MAX)
#define STREAM_BYTES_MAX (BITS_BYTES_MAX + 1024)

enum job_state { JOB_FREE, JOB_WAITING, JOB_PRINTING, JOB_DONE };

struct job {
    enum job_state state;
    int number;
    int width_px, height_px;
    struct buf bits;
    char key[PRINTER_KEY_BYTES_MAX + 1];
    enum printer_outcome outcome;
};

struct printer {
    struct port port;
    struct printer_waker *waker;
    pthread_t thread;
    bool started;
    int stop_pipe[2];
    int last_number; // of the jobs given out

    pthread_mutex_t lock; // guards what follows; never held while printing
    pthread_cond_t changed;
    struct job jobs[PRINTER_JOBS_MAX];
    bool stop;
};

static struct job *oldest(struct printer *p, enum job_state state)
{
    struct job *found = NULL;
    for (int i = 0; i < PRINTER_JOBS_MAX; i++) {
        struct job *j = &p->jobs[i];
        if (j->state == state && (!found || j->number < found->number)) found = j;
    }
    return found;
}

static void job_free(struct job *j)
{
    buf_deinit(&j->bits);
    *j = (struct job){0};
}

// ---- The printer's thread

static enum printer_outcome print(struct printer *p, const struct job *j)
{
    struct draw_bits bits = {(const unsigned char *)j->bits.bytes, j->width_px, j->height_px};
    struct buf stream;
    buf_init(&stream, STREAM_BYTES_MAX);
    escpos_add_slip(bits, &stream);
    CHECK(!stream.overflowed);
    struct port_slip slip = {bits, buf_str(&stream), str_from_z(j->key)};
    enum port_outcome outcome = port_print(&p->port, &slip);
    buf_deinit(&stream);
    static const enum printer_outcome told[] = {
        [PORT_PRINTED] = PRINTER_PRINTED,
        [PORT_FAILED] = PRINTER_FAILED,
        [PORT_PAPER_OUT] = PRINTER_PAPER_OUT,
    };
    return told[outcome];
}

static void *run(void *printer)
{
    struct printer *p = printer;
    pthread_mutex_lock(&p->lock);
    while (!p->stop) {
        struct job *j = oldest(p, JOB_WAITING);
        if (!j) {
            pthread_cond_wait(&p->changed, &p->lock);
            continue;
        }
        j->state = JOB_PRINTING; // the other thread leaves it alone until it is done
        pthread_mutex_unlock(&p->lock);
        enum printer_outcome outcome = print(p, j);
        pthread_mutex_lock(&p->lock);
        j->outcome = outcome;
        j->state = JOB_DONE;
        p->waker->wake(p->waker);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

// Signals are the main thread's.
static int start_quietly(pthread_t *thread, struct printer *p)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(thread, NULL, run, p);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed;
}

// ---- The other side

enum err printer_open(struct arena *arena, struct str spec, struct printer_waker *waker,
                      struct printer **out)
{
    struct port port;
    enum err e = port_parse(spec, &port);
    if (e) return e;
    struct printer *p = arena_new(arena, struct printer);
    *p = (struct printer){.port = port, .waker = waker, .stop_pipe = {-1, -1}};
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->changed, NULL);
    *out = p;
    if (port.kind == PORT_NONE) return ERR_OK;
    bool failed = pipe(p->stop_pipe) != 0;
    p->port.stop_fd = p->stop_pipe[0];
    failed = failed || start_quietly(&p->thread, p) != 0;
    if (failed) {
        log_error("printer thread: %s", log_errno());
        printer_close(p);
        *out = NULL;
        return ERR_IO;
    }
    p->started = true;
    return ERR_OK;
}

void printer_close(struct printer *p)
{
    if (!p) return;
    if (p->started) {
        pthread_mutex_lock(&p->lock);
        p->stop = true;
        pthread_cond_signal(&p->changed);
        pthread_mutex_unlock(&p->lock);
        close(p->stop_pipe[1]); // its reader sees the end, which ends any wait
        p->stop_pipe[1] = -1;
        pthread_join(p->thread, NULL);
    }
    for (int i = 0; i < PRINTER_JOBS_MAX; i++)
        job_free(&p->jobs[i]);
    for (int i = 0; i < 2; i++) {
        if (p->stop_pipe[i] >= 0) close(p->stop_pipe[i]);
    }
    pthread_cond_destroy(&p->changed);
    pthread_mutex_destroy(&p->lock);
    *p = (struct printer){0};
}

bool printer_is_there(const struct printer *p)
{
    return p->port.kind != PORT_NONE;
}

// It becomes the name of a file.
static bool is_plain(struct str key)
{
    for (size_t i = 0; i < key.len; i++) {
        char c = key.ptr[i];
        bool plain =
            (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-';
        if (!plain) return false;
    }
    return key.len > 0 && key.len <= PRINTER_KEY_BYTES_MAX;
}

static void job_fill(struct job *j, struct draw_bits bits, struct str key)
{
    buf_init(&j->bits, BITS_BYTES_MAX);
    buf_add(&j->bits, (struct str){(const char *)bits.bytes, draw_bits_bytes(bits)});
    j->width_px = bits.width_px;
    j->height_px = bits.height_px;
    memcpy(j->key, key.ptr, key.len);
    j->key[key.len] = '\0';
}

enum err printer_put(struct printer *p, struct draw_bits bits, struct str key, int *job)
{
    CHECK(bits.bytes && draw_bits_bytes(bits) <= BITS_BYTES_MAX);
    CHECK(is_plain(key));
    if (!printer_is_there(p)) return ERR_NOT_FOUND;
    pthread_mutex_lock(&p->lock);
    struct job *j = oldest(p, JOB_FREE);
    if (j) {
        job_fill(j, bits, key);
        j->number = ++p->last_number;
        j->state = JOB_WAITING;
        *job = j->number;
        pthread_cond_signal(&p->changed);
    }
    pthread_mutex_unlock(&p->lock);
    return j ? ERR_OK : ERR_FULL;
}

bool printer_result(struct printer *p, struct printer_result *out)
{
    pthread_mutex_lock(&p->lock);
    struct job *j = oldest(p, JOB_DONE);
    if (j) {
        *out = (struct printer_result){j->number, j->outcome};
        job_free(j);
    }
    pthread_mutex_unlock(&p->lock);
    return j != NULL;
}
