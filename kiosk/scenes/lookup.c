// One's own booking, by code and PIN or by holding the slip before the scanner. Works without a line.
#include "input/keypad.h"
#include "scenes/scene.h"

enum { ID_CODE = 1, ID_PIN, ID_FIND, ID_PAD = 20 };

struct lookup {
    char code[TICKET_CODE_DIGITS + 1];
    char pin[TICKET_PIN_DIGITS + 1];
    bool at_pin;
    enum verdict wrong; // why the last try found nothing
};

static void find(struct stage *s, struct lookup *l, const struct ticket_code *code,
                 const struct ticket_pin *pin)
{
    struct booking_tries *tries = &s->tries;
    int64_t mono_ms = env_mono_ms(s->config.env);
    l->wrong = booking_tries_check(tries, mono_ms);
    if (l->wrong) return;
    struct cache_booking found;
    CHECK(s->config.cache); // without one the page that says "starting" lies over all
    enum err e = cache_begin(s->config.cache);
    if (!e) {
        e = cache_lookup(s->config.cache, s->ui.frame, code, pin, &found);
        cache_end(s->config.cache);
    }
    if (e && e != ERR_NOT_FOUND) {
        stage_toast(s, TEXT(BUSY_TRY_AGAIN)); // the machinery failed: no try is counted
        return;
    }
    if (e) {
        booking_tries_wrong(tries, mono_ms);
        l->wrong = VERDICT_NOT_FOUND;
        return;
    }
    s->visit.code = *code;
    s->visit.pin = *pin;
    s->visit.booking = found.id;
    memory_wipe(l->pin, sizeof(l->pin));
    stage_push(s, SCENE_MY_BOOKING);
}

static void fields(struct stage *s, struct lookup *l, struct rect *body)
{
    struct ui *ui = &s->ui;
    bool bad = l->wrong != VERDICT_OK;
    bool large = ui->theme.large;
    for (int i = 0; i < 2; i++) {
        struct rect r = cut_top(ui, body, large ? 120 : 104);
        cut_top(ui, body, 24);
        struct rect name = cut_left(ui, &r, large ? 260 : 220);
        label(ui, &(struct label){.rect = name,
                                  .text = i ? TEXT(PIN_FIELD) : TEXT(CODE),
                                  .type = TYPE_M,
                                  .bold = true});
        struct digit_field f = {.id = i ? ID_PIN : ID_CODE,
                                .rect = r,
                                .label = i ? TEXT(PIN_FIELD) : TEXT(CODE),
                                .digits = i ? l->pin : l->code,
                                .groups = {i ? 3 : 4, i ? 3 : 4},
                                .active = l->at_pin == (i == 1),
                                .error = bad};
        if (digit_field(ui, &f)) {
            l->at_pin = i == 1;
            ui->acted = true;
        }
    }
    struct rect line = cut_top(ui, body, large ? 84 : 66);
    label(ui, &(struct label){.rect = line,
                              .text = bad ? verdict_words(l->wrong) : TEXT(LOOKUP_WHERE),
                              .type = TYPE_S,
                              .ink = bad ? COLOR_R700 : COLOR_INK2,
                              .bold = bad,
                              .role = bad ? ROLE_ALERT : ROLE_TEXT});
    cut_top(ui, body, 12);
}

static void pad(struct stage *s, struct lookup *l, struct rect r)
{
    struct keypad k = {.id = ID_PAD, .rect = r, .clear = TEXT(CLEAR), .erase = TEXT(ERASE)};
    bool changed = l->at_pin ? keypad(&s->ui, &k, l->pin, TICKET_PIN_DIGITS)
                             : keypad(&s->ui, &k, l->code, TICKET_CODE_DIGITS);
    if (!changed) return;
    l->wrong = VERDICT_OK;
    if (str_from_z(l->code).len == TICKET_CODE_DIGITS && !l->at_pin) l->at_pin = true;
}

static void find_button(struct stage *s, struct lookup *l, struct rect r)
{
    size_t code_len = str_from_z(l->code).len, pin_len = str_from_z(l->pin).len;
    int left = TICKET_CODE_DIGITS + TICKET_PIN_DIGITS - (int)code_len - (int)pin_len;
    struct button b = {
        .id = ID_FIND, .rect = r, .look = BUTTON_MAIN, .label = TEXT(FIND), .icon = IMAGE_SEARCH};
    if (left > 0) {
        b.look = BUTTON_PLAIN;
        b.label = TEXT_FILL(s->ui.frame, MISSING_DIGITS, text_number(s->ui.frame, left));
        b.icon = IMAGE_NONE;
        b.states = STATE_DISABLED;
    }
    if (!button(&s->ui, &b)) return;
    struct ticket_code code;
    struct ticket_pin pin;
    if (!ticket_code_parse(str_from_z(l->code), &code)) {
        l->wrong = VERDICT_NOT_FOUND; // a digit is wrong: no try is counted
    } else if (ticket_pin_parse(str_from_z(l->pin), &pin)) {
        find(s, l, &code, &pin);
    }
}

static void lookup_frame(struct stage *s, void *state, const struct page *page)
{
    struct lookup *l = state;
    struct ui *ui = &s->ui;
    struct rect body = page->body;
    label(ui, &(struct label){.rect = cut_top(ui, &body, 112),
                              .text = TEXT(LOOKUP_TITLE),
                              .type = TYPE_XL,
                              .role = ROLE_HEADING});
    cut_top(ui, &body, 12);
    if (page->is_landscape) {
        struct columns c = layout_columns(ui, body);
        struct rect low = cut_bottom(ui, &c.left, 148);
        low.h -= ui_dp(ui, 8);
        fields(s, l, &c.left);
        notice(ui, cut_top(ui, &c.left, ui->theme.large ? 180 : 150), NOTICE_NEWS, IMAGE_QR,
               TEXT(LOOKUP_SCAN));
        cut_bottom(ui, &c.right, 6);
        pad(s, l, c.right);
        find_button(s, l, low);
        return;
    }
    struct rect low = cut_bottom(ui, &body, 148);
    low.h -= ui_dp(ui, 8);
    cut_bottom(ui, &body, 30);
    fields(s, l, &body);
    notice(ui, cut_bottom(ui, &body, ui->theme.large ? 170 : 93), NOTICE_NEWS, IMAGE_QR,
           TEXT(LOOKUP_SCAN));
    cut_bottom(ui, &body, 30);
    if (body.h > ui_dp(ui, 640)) body.h = ui_dp(ui, 640);
    pad(s, l, body);
    find_button(s, l, low);
}

static void lookup_scan(struct stage *s, void *state, const struct ticket_code *code,
                        const struct ticket_pin *pin)
{
    struct lookup *l = state;
    l->at_pin = false;
    find(s, l, code, pin);
}

const struct scene_type lookup_scene = {
    .state_size = sizeof(struct lookup), .frame = lookup_frame, .scan = lookup_scan};
