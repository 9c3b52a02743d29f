// The accessible tree over a Unix socket: for assistive devices, tests and the tour. A client sends
// one request a line and gets JSON lines, the last with "end":true:
//
//   tree                  {screen,frame}, then one line a widget in reading order
//   tap LABEL [#N]        the N-th pressable widget of exactly that label
//   tap @X,Y              a place of the canvas
//   type TEXT · scan TEXT · key NAME · back
//   shot FILE.png         the frame as it is on the screen
//   wait SCREEN MS        until that screen is there
//
// A widget's line has role, label, value, state, rect and spoken, and for checks text_px, ink,
// ground and fits. An action is answered only after the frame that shows its effect is painted and
// no write is pending, with {ok:true,screen,frame,end:true}, or with {ok:false,why:…,end:true}: no-label,
// disabled, covered, bad-request, timeout, failed.
//
// A tap is a real one: it goes down and up in the middle of the widget, through the same events as a
// finger's. Where the screen would ignore it (the guard after a page change), it waits.
//
// Threads: one of its own reads and writes the sockets; what a request does happens in access_step,
// on the UI thread. The socket belongs to the user alone (0600).
#ifndef ACCESS_ACCESS_H
#define ACCESS_ACCESS_H

#include "base/env.h"
#include "draw/draw.h"

#define ACCESS_CLIENTS_MAX     4
#define ACCESS_LINE_BYTES_MAX  1024
#define ACCESS_TEXT_BYTES_MAX  200
#define ACCESS_REPLY_BYTES_MAX (1u << 20)
#define ACCESS_PATIENCE_MS     10000 // for a frame that shows an effect; then "timeout"
#define ACCESS_WAIT_MS_MAX     60000
#define ACCESS_NEVER_MS        INT64_MAX

struct access;

// The program, as functions given to this layer; UI thread unless said otherwise.
struct access_app;

struct access_app_ops {
    const struct draw_list *(*list)(struct access_app *app); // the frame on the screen
    struct str (*screen)(struct access_app *app);            // its name in scenes.def
    int64_t (*frame)(struct access_app *app);                // its number; counts painted frames
    // Every event posted was taken, the frame on the screen shows what it did, and no write is
    // pending.
    bool (*is_settled)(struct access_app *app);
    // How long a touch at x, y would still be ignored; 0: it counts now.
    int64_t (*guard_ms)(struct access_app *app, int x, int y);
    // These post events and return at once.
    void (*tap)(struct access_app *app, int x, int y);
    void (*type)(struct access_app *app, struct str text);
    void (*scan)(struct access_app *app, struct str text); // printable ASCII
    bool (*key)(struct access_app *app, struct str name);  // false: no such key
    bool (*back)(struct access_app *app);                  // false: there is nowhere to go
    MUST_USE enum err (*shot)(struct access_app *app, const char *path);
    void (*wake)(struct access_app *app); // any thread: have access_step called
};

struct access_app {
    const struct access_app_ops *ops; // every op is mandatory
};

// Lives in `arena`; keeps `app` and `env`. A dead socket at `path` is replaced. ERR_IO, logged.
MUST_USE enum err access_open(struct arena *arena, const char *path, struct access_app *app,
                              struct env *env, struct access **out);
void access_close(struct access *a); // NULL leaves quietly

// Goes on with what was asked. Call it after every frame, after a wake and when it is due.
void access_step(struct access *a);
int64_t access_due_ms(const struct access *a); // on the monotonic clock; ACCESS_NEVER_MS

#endif
