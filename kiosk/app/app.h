// The program: its parts, built in order and undone in reverse, and the loop on the main thread:
//
//   platform_wait(until the screens or the tree are due) → the event goes to the stage → stage_frame
//   → platform_paint, which paints what differs → access_step
//
// Nothing is polled: what other threads have (the keeper, the printer, the tree's clients, a signal)
// they announce with platform_wake.
#ifndef APP_APP_H
#define APP_APP_H

#include "access/access.h"
#include "app/place.h"
#include "app/settings.h"
#include "app/stopper.h"
#include "scenes/scene.h"

#define APP_PARTS_BYTES_MAX (4u << 20) // parts that live as long as the program

struct app_keeper_bell {
    struct keeper_wake wake; // first
    struct platform *platform;
};

struct app_call_bell {
    struct stage_bell bell; // first
    struct platform *platform;
};

struct app_printer_bell {
    struct printer_waker waker; // first
    struct platform *platform;
};

// The screens' clock: civil time as the centre knows it, the rest as the machine does.
struct app_clock {
    struct env env; // first
    struct env *machine;
    struct keeper *keeper;
};

struct app {
    struct access_app tree; // first: what the tree socket asks for
    const struct settings *settings;
    struct env_system env;
    struct place place;
    struct arena parts;
    struct arena frame;
    struct platform *platform;
    struct app_call_bell call_bell;
    struct app_printer_bell printer_bell;
    struct printer *printer;
    struct app_keeper_bell keeper_bell;
    struct keeper_config keeper_config;
    char content_dir[PLACE_PATH_BYTES_MAX];
    struct keeper *keeper; // NULL: not started
    struct app_clock clock;
    struct cache *cache; // NULL until the keeper has made the file
    int64_t cache_life;  // keeper_status.life before it was opened
    struct stage stage;
    bool has_stage;
    struct draw_list list; // what is on the screen
    int64_t due_ms;        // when the picture changes by itself
    int64_t frame_count;   // painted ones
    bool owes_frame;
    struct access *access;
    struct stopper stopper;
};

// Runs until SIGTERM, SIGINT or the end of the window. Keeps `settings`. `tree_path` NULL: no tree
// socket. Whatever it answers, everything is undone.
MUST_USE enum err app_run(struct app *a, const struct settings *settings, const char *tree_path);

// What the tree socket may do, in tree.c.
void app_tree_init(struct app *a);

#endif
