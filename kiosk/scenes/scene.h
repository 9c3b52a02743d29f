// A scene is one screen: zeroed state and functions that the stage calls. Scenes never call each
// other; they ask the stage to go somewhere and it goes there between two frames. The stage draws
// what is the same everywhere (header, footer, notices), keeps the snapshot of the cache that all
// screens show, and ends a visit that nobody continues.
//
// Threads: the main thread only. Nothing here waits: reading is a few milliseconds of a local
// database, writing is asked of the keeper and answered later.
#ifndef SCENES_SCENE_H
#define SCENES_SCENE_H

#include "keeper/keeper.h"
#include "scenes/library.h"
#include "scenes/paper.h"
#include "scenes/text.h"
#include "scenes/view.h"
#include "scenes/visit.h"
#include "ui/widgets.h"

#define STAGE_DEPTH_MAX        12
#define STAGE_STATES_BYTES_MAX (6u << 20) // the reader keeps the lines of a statute
#define STAGE_FRAME_BYTES      (1u << 20) // of the arena given to stage_frame, at least
#define STAGE_IDLE_MS          90000
#define STAGE_IDLE_LARGE_MS    180000 // large text: who reads slowly gets twice the time
#define STAGE_WARNING_MS       30000
#define STAGE_TOAST_MS         4000
#define STAGE_FRAMES_MAX       4 // frames drawn for one event until the picture is still

enum scene_id {
#define SCENE(id, name, help) SCENE_##id,
#include "scenes/scenes.def"
#undef SCENE
    SCENE_COUNT
};

struct stage;

struct scene_type {
    size_t state_size;                               // zeroed memory, made on enter, wiped on leave
    bool is_bare;                                    // without header and footer
    void (*enter)(struct stage *stage, void *state); // may be NULL
    void (*frame)(struct stage *stage, void *state, const struct page *page);
    // The keeper's answer to what this scene asked. May be NULL in scenes that ask nothing.
    void (*answer)(struct stage *stage, void *state, const struct keeper_answer *answer);
    // A slip was scanned. NULL: the stage opens the booking itself.
    void (*scan)(struct stage *stage, void *state, const struct ticket_code *code,
                 const struct ticket_pin *pin);
};

// Rings for a new call. The program gives it: sound is the machine's.
struct stage_bell {
    void (*ring)(struct stage_bell *bell);
};

struct stage_config {
    struct cache *cache; // NULL until the keeper has made the file
    struct keeper *keeper;
    struct env *env;
    struct draw_metrics *metrics;
    struct draw_painter *painter; // for slips; NULL: no pictures of them
    const char *content_dir;      // the keeper's folder of releases; NULL: no content
    struct printer *printer;      // NULL: this kiosk prints nothing
    struct panel panel;
    bool is_display;         // a call display instead of a kiosk
    struct stage_bell *bell; // NULL: silent
};

struct stage_level {
    enum scene_id id;
    void *state;
    size_t mark;   // in `states`
    int64_t token; // of the last request to the keeper, 0: none is open
};

enum stage_request { STAGE_STAY, STAGE_PUSH, STAGE_SWAP, STAGE_POP, STAGE_HOME, STAGE_FINISH };

struct stage {
    struct stage_config config;
    struct ui ui;
    struct view view;
    struct library library;
    struct paper paper;
    struct visit visit;         // what this visitor told us; wiped when the stage goes home
    struct booking_tries tries; // wrong PINs at this kiosk; not of one visitor
    struct arena scratch;       // line breaking
    struct arena states;
    struct stage_level stack[STAGE_DEPTH_MAX];
    int depth;
    enum stage_request request;
    enum scene_id request_id;
    int64_t token;     // the last one given
    int64_t touch_ms;  // elapsed time of the last touch
    int64_t warned_ms; // when the idle warning appeared
    int64_t toast_ms;  // 0: none
    struct str toast;
    struct keeper_status status;
    int64_t next_ms; // elapsed time at which the picture changes by itself
};

// Lives as long as the process. Keeps what `config` points to.
void stage_init(struct stage *s, const struct stage_config *config);
void stage_deinit(struct stage *s);

// The cache is there now (it is made by the keeper's first start), or it is another database's; NULL:
// it is being made. Keeps it. What was under way named things of the one before, so it ends here.
void stage_set_cache(struct stage *s, struct cache *cache);

// The canvas is another one; text size and contrast stay as the visitor chose them.
void stage_resize(struct stage *s, int width_px, int height_px);

// ---- Events; each is followed by stage_frame.

bool stage_touch(struct stage *s, struct ui_touch touch); // true: a frame is needed
void stage_key(struct stage *s, enum ui_key key);
void stage_type(struct stage *s, char character);
void stage_scan(struct stage *s, struct str text);
void stage_back(struct stage *s);
void stage_wake(struct stage *s); // the keeper or the printer has news

// Draws the picture of now into `draw`, whose canvas is set. Texts live in `frame`, which it
// wipes: painting is done before the next call. Answers the elapsed time at which to call again
// if nothing happens before.
int64_t stage_frame(struct stage *s, struct draw_list *draw, struct rect canvas,
                    struct arena *frame);

const char *stage_screen(const struct stage *s); // name of the scene on top, as in scenes.def
bool stage_is_waiting(const struct stage *s);    // for an answer of the keeper

// ---- For scenes. Requests; the last one in a frame wins.

void stage_push(struct stage *s, enum scene_id id);
void stage_swap(struct stage *s, enum scene_id id); // in the place of the one on top
void stage_pop(struct stage *s);
void stage_home(struct stage *s);                     // forgets the visit
void stage_finish(struct stage *s, enum scene_id id); // the way is done: home lies below `id`

// Asks the keeper in the name of the scene on top; its answer comes to that scene's `answer`. Fills
// in the token. False: busy, nothing was asked (a toast says so).
bool stage_ask(struct stage *s, struct keeper_request *request);

// Prints what `slip` says. A toast says how it went; with stage_print_unasked only that it failed, for
// the page says the rest.
void stage_print(struct stage *s, const struct visit_slip *slip);
void stage_print_unasked(struct stage *s, const struct visit_slip *slip);

// Nobody has to print this booking's slip any more: it is out, or stands on the screen and no paper
// comes of itself. The keeper's spool forgets it.
void stage_slip_out(struct stage *s, struct booking_id booking);

// Draws again at this elapsed time, for what moves by itself. In `frame` only.
void stage_soon(struct stage *s, int64_t at_ms);

void stage_toast(struct stage *s, struct str text); // text that outlives the frame

int64_t stage_now_ms(struct stage *s); // civil time
bool stage_is_online(const struct stage *s);
enum scene_id stage_below(const struct stage *s); // the scene under the one on top

#define SCENE(id, name, help) extern const struct scene_type name##_scene;
#include "scenes/scenes.def"
#undef SCENE

struct str scene_help(enum scene_id id); // what the screen is for

#endif
