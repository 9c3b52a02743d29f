// lvyue-kiosk --config FILE [--display] [--tree SOCKET]: the screens of one kiosk, or a call display. Ends with 0 when it was asked
// to stop, 1 when something failed (which is logged), 2 on arguments it does not know.
#include "app/app.h"

#include "base/log.h"

#include <getopt.h>
#include <malloc.h>
#include <stdio.h>

#define FREED_BYTE 0xA5

struct arguments {
    const char *config;
    const char *tree; // NULL: none
    bool is_display;
    bool version;
};

static bool parse(int argc, char **argv, struct arguments *out)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},
        {"display", no_argument, NULL, 'd'},
        {"tree", required_argument, NULL, 't'},
        {"version", no_argument, NULL, 'v'},
        {0},
    };
    *out = (struct arguments){0};
    int found = 0;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): no thread has been started yet
    while ((found = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (found == 'c') {
            out->config = optarg;
        } else if (found == 't') {
            out->tree = optarg;
        } else if (found == 'd') {
            out->is_display = true;
        } else if (found == 'v') {
            out->version = true;
        } else {
            return false;
        }
    }
    return optind == argc && (out->config || out->version);
}

static enum err run(const struct arguments *arguments)
{
    struct settings settings;
    enum err e = settings_load(&settings, arguments->config);
    if (!e && arguments->tree && !settings.allows_tree) {
        log_error("--tree is refused: %s does not say [test] tree = yes", arguments->config);
        e = ERR_AUTH;
    }
    settings.keeper.is_display = arguments->is_display;
    if (!e) {
        struct arena arena; // the program's state is larger than a stack frame should be
        arena_init(&arena, sizeof(struct app) + alignof(struct app));
        e = app_run(arena_new(&arena, struct app), &settings, arguments->tree);
        arena_deinit(&arena);
    }
    settings_deinit(&settings);
    return e;
}

int main(int argc, char **argv)
{
    struct arguments arguments;
    if (!parse(argc, argv, &arguments)) {
        fputs("usage: lvyue-kiosk --config FILE [--display] [--tree SOCKET]\n"
              "       lvyue-kiosk --version\n",
              stderr);
        return 2;
    }
    if (arguments.version) {
        puts("lvyue-kiosk " LY_VERSION);
        return 0;
    }
    // What libraries give back, the text of a QR code say, does not stay readable.
    // NOLINTNEXTLINE(concurrency-mt-unsafe): no thread has been started yet
    mallopt(M_PERTURB, FREED_BYTE);
    stopper_block();
    return run(&arguments) ? 1 : 0;
}
