// How to call this visitor, and a phone number or none. Everything here is wiped when the visit ends.
#include "input/keypad.h"
#include "input/surnames.h"
#include "scenes/say.h"

enum {
    ID_MR = 1,
    ID_MS,
    ID_NO_PHONE,
    ID_NEXT,
    ID_PAGE,
    ID_PAD = 20,
    ID_SURNAMES = 100,
};

// Large text asks on two pages.
struct who {
    int page;
};

static void surname_keep(struct visit *v, struct str surname)
{
    CHECK(surname.len < sizeof(v->surname));
    memory_wipe(v->surname, sizeof(v->surname));
    for (size_t i = 0; i < surname.len; i++) {
        v->surname[i] = surname.ptr[i];
    }
}

static void surnames(struct stage *s, struct rect r, int columns, int rows)
{
    struct str surname;
    struct surname_grid g = {.id = ID_SURNAMES,
                             .rect = r,
                             .columns = columns,
                             .rows = rows,
                             .chosen = str_from_z(s->visit.surname),
                             .other = TEXT(SURNAME_OTHER)};
    switch (surname_grid(&s->ui, &g, &surname)) {
    case SURNAME_NONE: break;
    case SURNAME_CHOSEN: surname_keep(&s->visit, surname); break;
    case SURNAME_OTHER: stage_push(s, SCENE_SURNAMES); break;
    }
}

static void titles(struct stage *s, struct rect buttons, struct rect words)
{
    struct ui *ui = &s->ui;
    struct visit *v = &s->visit;
    static const enum visitor_title order[2] = {VISITOR_MR, VISITOR_MS};
    for (int i = 0; i < 2; i++) {
        bool chosen = v->has_title && v->title == order[i];
        struct button b = {.id = ID_MR + (uint32_t)i,
                           .rect = row_of(ui, buttons, 2, 24, i),
                           .label = visitor_title_words(order[i]),
                           .states = chosen ? STATE_CHOSEN : 0};
        if (!button(ui, &b)) continue;
        v->has_title = true;
        v->title = order[i];
    }
    struct str name = say_name(s);
    if (!name.len) name = str_from_z(v->surname);
    label(ui, &(struct label){.rect = words,
                              .text = TEXT_FILL(ui->frame, YOU_ARE, name),
                              .type = TYPE_M,
                              .bold = true,
                              .role = ROLE_STATUS});
}

// Words and buttons on one line.
static void titles_row(struct stage *s, struct rect r)
{
    struct rect buttons = cut_right(&s->ui, &r, s->ui.theme.large ? 560 : 524);
    titles(s, buttons, r);
}

// What is asked for can only become a wish: then staff must be able to call.
static bool needs_phone(struct stage *s)
{
    const struct cache_sitting *c =
        s->visit.has_sitting ? view_sitting(&s->view, s->visit.sitting) : NULL;
    return c && stage_offer(s, c).kind == OFFER_WISH;
}

static void phone_field(struct stage *s, struct rect r)
{
    struct ui *ui = &s->ui;
    struct rect name = cut_left(ui, &r, ui->theme.large ? 240 : 190);
    label(ui, &(struct label){.rect = column_of(ui, name, 2, 0, 0),
                              .text = TEXT(PHONE),
                              .type = TYPE_S,
                              .bold = true,
                              .valign = VALIGN_BOTTOM});
    label(ui, &(struct label){.rect = column_of(ui, name, 2, 0, 1),
                              .text = needs_phone(s) ? TEXT(PHONE_FOR_WISH) : TEXT(PHONE_OPTIONAL),
                              .type = TYPE_S,
                              .ink = COLOR_INK2,
                              .valign = VALIGN_TOP});
    size_t len = str_from_z(s->visit.phone).len;
    bool bad = len == VISITOR_PHONE_DIGITS &&
               visitor_check_phone(str_from_z(s->visit.phone)) != VERDICT_OK;
    // What no mobile number begins with shows before all is typed.
    bad = bad || (len >= 1 && s->visit.phone[0] != '1') ||
          (len >= 2 && (s->visit.phone[1] < '3' || s->visit.phone[1] > '9'));
    struct digit_field f = {.rect = r,
                            .label = TEXT(PHONE),
                            .digits = s->visit.phone,
                            .groups = {3, 4, 4},
                            .active = true,
                            .error = bad};
    digit_field(ui, &f);
}

// What is still missing, as the words of the button; empty: nothing.
static struct str missing(struct stage *s, bool phone_too)
{
    const struct visit *v = &s->visit;
    if (!v->surname[0]) return TEXT(MISSING_SURNAME);
    if (!v->has_title) return TEXT(MISSING_TITLE);
    if (!phone_too || (v->phone_declined && !needs_phone(s))) return STR("");
    size_t len = str_from_z(v->phone).len;
    if (len == 0) return TEXT(MISSING_PHONE);
    if (len < VISITOR_PHONE_DIGITS) {
        int left = VISITOR_PHONE_DIGITS - (int)len;
        return TEXT_FILL(s->ui.frame, MISSING_DIGITS, text_number(s->ui.frame, left));
    }
    if (visitor_check_phone(str_from_z(v->phone))) return TEXT(PHONE_WRONG);
    return STR("");
}

static void go_on(struct stage *s, bool with_phone)
{
    if (!with_phone) memory_wipe(s->visit.phone, sizeof(s->visit.phone));
    s->visit.phone_declined = !with_phone;
    stage_next_step(s);
}

static bool next_button(struct stage *s, struct rect r, struct str why_not)
{
    struct button b = {.id = ID_NEXT,
                       .rect = r,
                       .look = why_not.len ? BUTTON_PLAIN : BUTTON_MAIN,
                       .label = why_not.len ? why_not : TEXT(NEXT),
                       .states = why_not.len ? STATE_DISABLED : 0};
    return button(&s->ui, &b);
}

static void side(struct stage *s, struct rect r)
{
    struct ui *ui = &s->ui;
    bool large = ui->theme.large;
    int high = large ? 130 : 104;
    struct rect next = cut_bottom(ui, &r, high);
    cut_bottom(ui, &r, 24);
    struct rect decline = cut_bottom(ui, &r, high);
    cut_bottom(ui, &r, 24);
    // What is kept, why and how long is said in every size (个人信息保护法, article 17).
    bool is_low = large || r.h < 4 * theme_line_px(&ui->theme, TYPE_S);
    struct str why_kept = is_low ? TEXT(PHONE_WHY_SHORT) : TEXT(PHONE_WHY);
    struct str days = text_number(ui->frame, VISITOR_CONTACT_DAYS);
    notice(ui, r, NOTICE_NEWS, IMAGE_NONE, text_fill(ui->frame, why_kept, &days, 1));
    struct str why = missing(s, false);
    if (!why.len && needs_phone(s)) why = verdict_words(VERDICT_PHONE_NEEDED);
    struct button none = {.id = ID_NO_PHONE,
                          .rect = decline,
                          .look = large ? BUTTON_SMALL : BUTTON_PLAIN,
                          .label = TEXT(NO_PHONE),
                          .value = why,
                          .states = why.len ? STATE_DISABLED : 0};
    if (button(ui, &none)) go_on(s, false);
    if (next_button(s, next, missing(s, true))) go_on(s, true);
}

static void pad(struct stage *s, struct rect r)
{
    struct keypad k = {.id = ID_PAD, .rect = r, .clear = TEXT(CLEAR), .erase = TEXT(ERASE)};
    if (keypad(&s->ui, &k, s->visit.phone, VISITOR_PHONE_DIGITS)) s->visit.phone_declined = false;
}

static void phone_part(struct stage *s, struct rect r)
{
    struct ui *ui = &s->ui;
    phone_field(s, cut_top(ui, &r, ui->theme.large ? 128 : 108));
    cut_top(ui, &r, 18);
    cut_bottom(ui, &r, 6);
    struct rect right = cut_right(ui, &r, r.w > ui_dp(ui, 960) ? 340 : 300);
    cut_right(ui, &r, 20);
    pad(s, r);
    side(s, right);
}

static void who_large(struct stage *s, struct who *w, struct rect body)
{
    struct ui *ui = &s->ui;
    if (w->page) {
        phone_part(s, body);
        return;
    }
    struct rect side = body;
    if (layout_is_landscape(ui)) {
        struct columns c = layout_columns(ui, body);
        body = c.left;
        body.h -= ui_dp(ui, 6);
        side = c.right;
    }
    struct rect next = cut_bottom(ui, &side, 130);
    next.h -= ui_dp(ui, 8);
    cut_bottom(ui, &side, 24);
    struct rect row = cut_bottom(ui, &side, 120);
    cut_bottom(ui, &side, 30);
    if (layout_is_landscape(ui)) {
        titles(s, row, cut_bottom(ui, &side, 120));
        surnames(s, body, 8, 5);
    } else {
        titles_row(s, row);
        surnames(s, side, 8, 5);
    }
    if (next_button(s, next, missing(s, false))) w->page = 1;
}

static void who_frame(struct stage *s, void *state, const struct page *page)
{
    struct who *w = state;
    struct ui *ui = &s->ui;
    struct rect body = page->body;
    if (ui->theme.large) {
        say_step(s, &body, STEP_WHO, TEXT(WHO_TITLE));
        who_large(s, w, body);
        return;
    }
    say_step(s, &body, STEP_WHO, TEXT(WHO_TITLE));
    if (page->is_landscape) {
        struct columns c = layout_columns(ui, body);
        struct rect name_row = cut_bottom(ui, &c.left, 106);
        name_row.h -= ui_dp(ui, 6);
        cut_bottom(ui, &c.left, 24);
        surnames(s, c.left, 8, 5);
        titles_row(s, name_row);
        phone_part(s, c.right);
        return;
    }
    struct rect names = cut_top(ui, &body, 560);
    surnames(s, names, 8, 5);
    cut_top(ui, &body, 26);
    titles_row(s, cut_top(ui, &body, 100));
    cut_top(ui, &body, 30);
    phone_part(s, body);
}

const struct scene_type who_scene = {.state_size = sizeof(struct who), .frame = who_frame};
