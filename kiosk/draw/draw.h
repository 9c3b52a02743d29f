// A frame as a list of commands, and beside it the accessible tree. A screen is a function of state:
// scenes call widgets, widgets add commands here, `platform` paints the list and `access` tells the
// tree. Nothing in this layer knows SDL, fonts or files, so a test compares frames as text.
//
// All coordinates are pixels of the logical canvas, already scaled from dp. Texts and pixels are
// borrowed from the frame's arena or from what outlives the frame. Pools are fixed: a frame that does
// not fit is a bug.
#ifndef DRAW_DRAW_H
#define DRAW_DRAW_H

#include "base/buf.h"
#include "base/str.h"

#define DRAW_COMMANDS_MAX 4096
#define DRAW_NODES_MAX    512
#define DRAW_CLIPS_MAX    8

// ---- Values. A colour is 0xRRGGBB.

struct rect {
    int x, y, w, h;
};

bool rect_has(struct rect r, int x, int y);
bool rect_is_empty(struct rect r);
struct rect rect_cut_to(struct rect r, struct rect bounds); // the part of `r` within `bounds`
struct rect rect_union(struct rect a, struct rect b);       // an empty one counts as nothing
struct rect rect_inset(struct rect r, int by);
bool rect_eq(struct rect a, struct rect b);

enum draw_weight { DRAW_MEDIUM, DRAW_BOLD };

// Ids of pictures: the rows of images.def, files in assets/icons. Icons are alpha masks tinted with a
// colour; drawings keep their own colours.
enum draw_image {
    IMAGE_NONE,
#define IMAGE(id, file, kind) IMAGE_##id,
#include "draw/images.def"
#undef IMAGE
    IMAGE_COUNT
};

// ---- Commands

enum draw_kind {
    DRAW_FILL,   // rect, color, radius: a filled rounded rectangle
    DRAW_RULE,   // rect, color, radius, width, dashed: its outline, drawn inside the rect
    DRAW_TEXT,   // rect.x, rect.y = left end of the line box; rect.w, rect.h = its measured size
                 // Painted from rect.x, its em in the middle of rect.h, whatever rect.w says.
    DRAW_IMAGE,  // rect, image, color (tint; ignored by drawings)
    DRAW_BITMAP, // rect, bits: one bit a pixel, scaled to fill the rect; black on white
    DRAW_CLIP,   // rect: until the matching DRAW_UNCLIP nothing outside is painted
    DRAW_UNCLIP,
};

// One bit a pixel, rows padded to whole bytes, most significant bit left, 1 = black.
struct draw_bits {
    const unsigned char *bytes;
    int width_px, height_px;
};

size_t draw_bits_bytes(struct draw_bits bits); // how many `bytes` it has

struct draw_command {
    enum draw_kind kind;
    struct rect rect;
    uint32_t color;
    int radius; // DRAW_FILL, DRAW_RULE
    int width;  // DRAW_RULE: thickness
    bool dashed;
    enum draw_image image;
    struct str text;
    int size_px;    // DRAW_TEXT: em size
    int spacing_px; // DRAW_TEXT: added after each character
    enum draw_weight weight;
    struct draw_bits bits;
};

// ---- The accessible tree

enum draw_role {
#define ROLE(id, name, press) ROLE_##id,
#include "draw/roles.def"
#undef ROLE
};

enum draw_state {
    STATE_DISABLED = 1 << 0,
    STATE_CHOSEN = 1 << 1,
    STATE_FOCUSED = 1 << 2,
    STATE_PRESSED = 1 << 3,
    STATE_BUSY = 1 << 4,
    STATE_ERROR = 1 << 5,
    STATE_MAIN = 1 << 6, // the one main button
};

#define DRAW_STATES_END (1U << 7) // one past the highest bit

// A widget as a reader, a test or an assistive device meets it. In reading order.
struct draw_node {
    enum draw_role role;
    struct str label;
    struct str value;
    struct str spoken; // empty: label, then value
    unsigned states;   // bits of enum draw_state
    struct rect rect;
    int text_px;          // em size of its text, 0 without; tests check it (T1)
    uint32_t ink, ground; // of its text, for contrast (T2)
    bool text_fits;       // the measured text lies within the widget (T11)
};

// ---- A frame

struct draw_list {
    struct draw_command commands[DRAW_COMMANDS_MAX];
    int command_count;
    struct draw_node nodes[DRAW_NODES_MAX];
    int node_count;
    int clip_depth;
    struct rect canvas;
};

void draw_begin(struct draw_list *d, struct rect canvas); // empties it
void draw_end(const struct draw_list *d);                 // CHECKs that clips are balanced

// Each adds one command. What paints nothing (an empty rectangle, an empty text, IMAGE_NONE) adds
// none. A clip works within the clips around it.
void draw_fill(struct draw_list *d, struct rect r, uint32_t c, int radius);
void draw_rule(struct draw_list *d, struct rect r, uint32_t c, int radius, int width);
void draw_dashed(struct draw_list *d, struct rect r, uint32_t c, int radius, int width);
void draw_image(struct draw_list *d, struct rect r, enum draw_image image, uint32_t tint);
void draw_bitmap(struct draw_list *d, struct rect r, struct draw_bits bits);
void draw_clip(struct draw_list *d, struct rect r);
void draw_unclip(struct draw_list *d);

struct draw_text {
    struct str text;
    int size_px;
    enum draw_weight weight;
    uint32_t color;
    int spacing_px;
};

void draw_text(struct draw_list *d, struct rect line_box, struct draw_text text);

struct draw_node *draw_node(struct draw_list *d, enum draw_role role, struct rect r,
                            struct str label); // fill in the rest; dies with the frame

// Do two commands paint the same pixels?
bool draw_command_eq(const struct draw_command *a, const struct draw_command *b);

// The frame as lines of text, for golden tests: one command a line, then one node a line.
void draw_print(const struct draw_list *d, struct buf *out);

const char *draw_role_name(enum draw_role role);
bool draw_role_is_pressable(enum draw_role role);
const char *draw_state_name(enum draw_state state); // of one bit
const char *draw_image_file(enum draw_image image); // "icons/home.svg", below the assets folder
bool draw_image_is_drawing(enum draw_image image);  // has colours of its own

// ---- Measuring, given to `ui` as a value (the painter has the fonts; tests have a made-up one)

struct draw_metrics;

struct draw_metrics_ops {
    int (*advance)(struct draw_metrics *m, uint32_t character, int size_px, enum draw_weight w);
    bool (*has_glyph)(struct draw_metrics *m, uint32_t character);
};

struct draw_metrics {
    const struct draw_metrics_ops *ops; // every op is mandatory; called on the UI thread only
};

// ---- Painting for paper, given to `devices` as a value (the painter has the fonts; tests have a
// made-up one)

struct draw_painter;

struct draw_painter_ops {
    // Fills `bytes`, draw_bits_bytes of the list's canvas, with its picture: dark pixels are 1. The
    // canvas begins at 0,0 and is at most 1024 px wide. White where nothing is painted.
    void (*paint)(struct draw_painter *p, const struct draw_list *d, unsigned char *bytes);
};

struct draw_painter {
    const struct draw_painter_ops *ops; // every op is mandatory; called on the UI thread only
};

#endif
