// The things on a page, each one call: it draws itself and adds its node to the accessible tree. What
// has a thick bottom edge can be pressed; what has none cannot. A state is always a shape or a word,
// never a colour alone.
//
// Texts are borrowed until the frame is painted: they come from text.def, from what outlives the
// frame, or from `ui->frame`.
#ifndef UI_WIDGETS_H
#define UI_WIDGETS_H

#include "ui/layout.h"

// ---- Text

enum align { ALIGN_LEFT, ALIGN_CENTER, ALIGN_RIGHT };
enum valign { VALIGN_MIDDLE, VALIGN_TOP, VALIGN_BOTTOM };

struct label {
    struct rect rect;
    struct str text;
    enum theme_type type;
    enum theme_color ink;
    bool bold; // sizes from TYPE_L up always are
    enum align align;
    enum valign valign;
    int lines_max; // 0: one line, cut off with an ellipsis where it does not fit
    int spacing_dp;
    bool may_shrink;     // one line: a smaller type of the scale where this one is too wide
    enum draw_role role; // ROLE_SCREEN (zero) stands for ROLE_TEXT
    struct str spoken;
};

#define LABEL_LINES_MAX 24

// Draws the text and adds a node. Answers the rectangle that the text took.
struct rect label(struct ui *ui, const struct label *l);

// The same without a node, for texts that belong to a widget. `*fits` is cleared where it had to be
// cut; NULL: it belongs to the node added last, which then says so.
struct rect label_draw(struct ui *ui, const struct label *wanted, bool *fits);

int label_width_px(struct ui *ui, const struct label *l);  // of its text on one line
int label_height_px(struct ui *ui, const struct label *l); // wrapped to rect.w, `lines_max` obeyed

// What the ground is at a place: the colour of the last fill there.
uint32_t ground_at(const struct ui *ui, struct rect r);

// ---- Buttons

enum button_look {
    BUTTON_PLAIN,  // 104 high, label in TYPE_L
    BUTTON_MAIN,   // the one dark button of the page, label in TYPE_XL
    BUTTON_SMALL,  // within cards: label in TYPE_M
    BUTTON_DANGER, // red words and a picture
    BUTTON_TILE,   // picture left, title and second line
    BUTTON_ROW,    // a tile over the whole width, with a chevron
    BUTTON_KEY,    // a key of a pad
    BUTTON_KEY_FUNCTION,
};

struct button {
    uint32_t id;
    struct rect rect; // without the edge, which lies below it
    enum button_look look;
    struct str label;
    struct str second; // second line; with STATE_DISABLED the reason, unless the label says it
    struct str value;  // for the tree only
    struct str spoken;
    enum draw_image icon;
    unsigned states;     // STATE_DISABLED, STATE_CHOSEN, STATE_BUSY
    enum draw_role role; // ROLE_SCREEN (zero): ROLE_BUTTON, or ROLE_KEY for keys
};

bool button(struct ui *ui, const struct button *b); // true in the one frame in which it was tapped

// A segmented choice. Answers the index that is chosen now.
#define TABS_MAX 4
struct tabs {
    uint32_t id; // of the first; the next ones follow
    struct rect rect;
    struct str labels[TABS_MAX];
    int count;
    int chosen;
};

int tabs(struct ui *ui, const struct tabs *t);

// ---- Surfaces

enum card_look {
    CARD_PLAIN,
    CARD_LIT,     // somebody is there
    CARD_UNLIT,   // nobody is
    CARD_CHOSEN,  // important, confirmed
    CARD_PENDING, // dashed: not yet certain
    CARD_REFUSED,
};

void card(struct ui *ui, struct rect r, enum card_look look);
void page_ground(struct ui *ui, const struct page *page);

// A card that can be pressed as a whole; the contents are drawn over it afterwards, moved down by
// `*pressed_dy` (pixels) while it is held.
struct card_button {
    uint32_t id;
    struct rect rect;
    bool ruled; // 4 dp rule: one's own, important
    bool disabled;
    struct str label, value, spoken;
};

bool card_button(struct ui *ui, const struct card_button *c, int *pressed_dy);

// ---- Smaller things

enum chip_look { CHIP_LIT, CHIP_UNLIT, CHIP_DONE, CHIP_PENDING, CHIP_REFUSED };

// At the left end of `r`, as wide as its words. Answers its rectangle.
struct rect chip(struct ui *ui, struct rect r, enum chip_look look, enum draw_image image,
                 struct str text);

struct step_header {
    struct rect rect;
    struct str title;
    struct str counter; // "step 2 of 4" in words
    int step, steps;    // from 1
};

void step_header(struct ui *ui, const struct step_header *h);

enum notice_look { NOTICE_NEWS, NOTICE_ATTENTION };

void notice(struct ui *ui, struct rect r, enum notice_look look, enum draw_image image,
            struct str text);

// Picture and words on one line, as on the duty card.
void fact(struct ui *ui, struct rect r, enum draw_image image, struct str text);

// A row of a confirmation sheet: label, value, second line; with `change` words a button.
struct sheet_row {
    uint32_t id; // of the button; 0: none
    struct rect rect;
    struct str label, value, second, change;
    bool last; // no rule below
};

bool sheet_row(struct ui *ui, const struct sheet_row *row);

// Seats as squares: filled = free, outlined = taken. Nothing where there are more than 8.
void seat_squares(struct ui *ui, struct rect r, int free_count, int seat_count);

// Windows of all sites, small: who is there now, later today, not today.
enum window_light { WINDOW_DARK, WINDOW_HALF, WINDOW_LIT };

void window_small(struct ui *ui, struct rect r, enum window_light light);
void window_big(struct ui *ui, struct rect r, enum window_light light);

// Over the page, above the footer.
void toast(struct ui *ui, struct rect r, struct str text);

void icon(struct ui *ui, struct rect r, int dp, enum draw_image image, enum theme_color tint);
void line_across(struct ui *ui, struct rect r); // a rule of 2 dp in the middle of `r`

#endif
