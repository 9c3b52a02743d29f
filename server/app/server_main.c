// lvyue-server --config FILE
#include "app/serve.h"
#include "app/settings.h"
#include "base/log.h"

#include <errno.h>
#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>

static const char usage[] = "usage: lvyue-server --config FILE\n"
                            "The centre of the service, on 127.0.0.1 and DIR/admin.sock.\n";

// Signals arrive only here: every other thread has them blocked, so none is interrupted.
static enum err wait_for_end(struct serve *s, const sigset_t *signals)
{
    int got = 0;
    do {
        int64_t ms = serve_keep_time(s);
        if (ms == SERVE_GIVE_UP) return ERR_CORRUPT;
        struct timespec wait = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = ms % 1000 * 1000000};
        got = sigtimedwait(signals, NULL, &wait);
    } while (got < 0 && (errno == EAGAIN || errno == EINTR));
    log_info("stopping: signal %d", got);
    return ERR_OK;
}

static enum err serve(struct data_dir *dir, const struct conf *conf)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGPIPE); // a peer that is gone is an error of its socket, not of ours
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    sigdelset(&signals, SIGPIPE);

    struct arena arena;
    arena_init(&arena, sizeof(struct serve) + 64);
    struct serve *s = arena_new(&arena, struct serve);
    struct serve_config config = {.port = (int)conf_int(conf, SETTING_PORT),
                                  .worker_count = (int)conf_int(conf, SETTING_WORKERS),
                                  .connection_max = (int)conf_int(conf, SETTING_CONNECTIONS_MAX)};
    enum err e = serve_start(s, dir, &config);
    if (!e && serve_keep_time(s) == SERVE_GIVE_UP) e = ERR_CORRUPT;
    if (!e) {
        log_info("listening on 127.0.0.1:%d", http_port(&s->http));
        e = wait_for_end(s, &signals);
    }
    serve_stop(s);
    arena_deinit(&arena);
    return e;
}

static const char *config_path(int argc, char **argv)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'}, {"help", no_argument, NULL, 'h'}, {0}};
    const char *path = NULL;
    for (;;) {
        // NOLINTNEXTLINE(concurrency-mt-unsafe): no thread has been started yet
        int got = getopt_long(argc, argv, "", options, NULL);
        if (got == -1) break;
        if (got != 'c') return NULL;
        path = optarg;
    }
    return optind == argc ? path : NULL;
}

int main(int argc, char **argv)
{
    const char *path = config_path(argc, argv);
    if (!path) {
        fputs(usage, stderr);
        return 2;
    }
    struct conf conf = {0};
    struct env_system env;
    struct data_dir dir;
    enum err e = settings_load(&conf, path, &env);
    if (!e) e = crypt_init();
    if (!e)
        e = data_dir_init(&dir, conf_text(&conf, SETTING_DATA), conf_text(&conf, SETTING_DATABASE),
                          conf_text(&conf, SETTING_JOURNAL), &env.env);
    if (!e) e = serve(&dir, &conf);
    conf_deinit(&conf);
    return e ? 1 : 0;
}
