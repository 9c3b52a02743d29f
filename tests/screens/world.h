// A kiosk without a machine: the cache and the keeper as the screens see them, made by the test; a
// clock that stands still until it is told to go; fingers that touch what the accessible tree shows.
//
// The functions of cache/cache.h and keeper/keeper.h are those of world.c here, by linking.
#ifndef SCREENS_WORLD_H
#define SCREENS_WORLD_H

#include "harness/metrics.h"
#include "harness/test.h"

#include "scenes/scene.h"

#define WORLD_SITTINGS_MAX 120
#define WORLD_ASKED_MAX    32
#define WORLD_SITES        15

// 2026-03-04, a Wednesday.
#define WORLD_TODAY        date_to_day((struct date){2026, 3, 4})

struct world {
    struct env env; // first
    int64_t civil_ms, mono_ms;
    uint32_t seed;

    struct site sites[WORLD_SITES];
    int own; // index of the site the kiosk stands in
    bool has_roster;
    struct cache_sitting sittings[WORLD_SITTINGS_MAX];
    int sitting_count;
    struct cache_queue queue;
    struct cache_booking booking; // found by code and PIN below
    struct ticket_code code;
    struct ticket_pin pin;
    enum err lookup_error; // of the database

    struct keeper_status status;
    struct keeper_request asked[WORLD_ASKED_MAX]; // everything that was asked
    int asked_count;
    bool queue_is_full;
    struct keeper_answer answers[WORLD_ASKED_MAX];
    int answer_count;
    struct keeper_answer spooled[2];
    int spooled_count;

    struct stage_bell bell;
    bool is_display;
    int rings;
    char content_dir[64]; // empty: no content
    struct made_up_metrics metrics;
    struct stage stage;
    struct draw_list draw;
    struct arena frame;
    struct rect canvas;
    double diagonal_in; // of the panel; 0: the reference
    int view_mm, mount_bottom_mm;
    int64_t next_ms;
};

int world_setup(void **state); // for cmocka: portrait, 9:00, the hall, somebody on duty
int world_teardown(void **state);

// Makes a release of laws, a case and guides in a folder of its own, before world_open.
void world_content(struct world *w);

// Adds a sitting of `site` (index) on today + `in_days`, counsellor `who` (index of five).
struct cache_sitting *world_sitting(struct world *w, int site, int in_days, int minute, int who);
void world_open(struct world *w, int width_px, int height_px, bool large); // starts the stage
void world_frame(struct world *w);
void world_pass(struct world *w, int64_t ms); // time goes by, then a frame

const struct draw_node *world_find(struct world *w, const char *label); // NULL: not there
bool world_says(struct world *w, const char *part);                     // in any label or value
// Touches what has this label, after the guard. Fails the test where it is not there or disabled.
void world_tap(struct world *w, const char *label);
void world_type(struct world *w, const char *digits);
void world_answer(struct world *w, struct keeper_answer answer); // to the last request
struct keeper_request *world_last(struct world *w);              // request; fails without one
void world_expect_screen(struct world *w, const char *name);

// Compares the frame with tests/screens/golden/NAME.txt. A program that was started with
// --write-golden writes it instead: look at the picture, then at the difference, then commit.
void world_arguments(int argc, char **argv);
void world_expect_golden(struct world *w, const char *name);

// What every screen owes to old eyes and large fingers (EN 301 549, WCAG 2.2): prints what is wrong,
// answers how much.
int world_audit(struct world *w, const char *name);

#endif
