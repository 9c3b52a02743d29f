// The call display: who is called to which desk, who is next, who was called. It has no visitor:
// nothing can be pressed, and a person is a number, or a planned time with a surname and a star.
#include "scenes/say.h"
#include "scenes/when.h"

#define FRESH_MS    60000 // an older call is shown, but rings no more
#define BLINKS      3
#define BLINK_MS    1000
#define OTHERS_MAX  2 // desks besides the one that called last
#define BAR_DP      132
#define FOOT_DP     120
#define SIDE_DP     720
#define PORTRAIT_DP 900
#define ROW_DP      92
#define HEAD_DP     72
#define PAD_DP      48

struct display {
    int64_t rung_ms; // civil time of the last call that rang
    int64_t from_ms; // elapsed time since which the panel blinks
    bool blinks;
};

// ---- Ringing

static void ring(struct stage *s, struct display *d)
{
    const struct cache_queue *q = &s->view.queue;
    if (q->call_count == 0 || q->calls[0].at_ms <= d->rung_ms) return;
    d->rung_ms = q->calls[0].at_ms;
    if (stage_now_ms(s) - d->rung_ms >= FRESH_MS) return;
    d->blinks = true;
    d->from_ms = s->ui.now_ms;
    if (s->config.bell) s->config.bell->ring(s->config.bell);
}

// Lit and paper in turn, lit at last; nothing moves after that.
static bool is_lit(struct stage *s, struct display *d)
{
    int64_t passed_ms = s->ui.now_ms - d->from_ms;
    if (!d->blinks || passed_ms >= BLINKS * BLINK_MS) {
        d->blinks = false;
        return true;
    }
    stage_soon(s, s->ui.now_ms + BLINK_MS / 2 - passed_ms % (BLINK_MS / 2));
    return passed_ms % BLINK_MS >= BLINK_MS / 2;
}

// ---- Words

static struct str place_words(struct stage *s, const struct queue_place *p)
{
    if (p->ticket[0]) return str_from_z(p->ticket);
    return TEXT_FILL(s->ui.frame, DISPLAY_BOOKED, when_clock(s->ui.frame, p->planned_ms));
}

// ---- Parts

static void bar(struct stage *s, struct rect r)
{
    struct ui *ui = &s->ui;
    int64_t now_ms = stage_now_ms(s);
    bool wide = layout_is_landscape(ui);
    draw_fill(ui->draw, r, ui_color(ui, COLOR_Q900), 0);
    r = inset_xy(ui, r, PAD_DP, 0);
    icon(ui, cut_left(ui, &r, 84), 76, IMAGE_MARK, COLOR_WHITE);
    cut_left(ui, &r, 24);
    label(ui, &(struct label){.rect = cut_right(ui, &r, 210),
                              .text = when_clock(ui->frame, now_ms),
                              .type = TYPE_XL,
                              .ink = COLOR_WHITE,
                              .align = ALIGN_RIGHT});
    label(ui,
          &(struct label){.rect = cut_right(ui, &r, wide ? 480 : 340),
                          .text = wide ? when_date_and_weekday(ui->frame, date_day_from_ms(now_ms))
                                       : when_date(ui->frame, date_day_from_ms(now_ms)),
                          .type = TYPE_L,
                          .ink = COLOR_WHITE,
                          .align = ALIGN_RIGHT});
    label(ui, &(struct label){.rect = r,
                              .text = wide ? TEXT_FILL(ui->frame, DISPLAY_TITLE, s->view.site.name)
                                           : s->view.site.name,
                              .type = TYPE_L,
                              .ink = COLOR_WHITE,
                              .role = ROLE_HEADING,
                              .may_shrink = true});
}

static void foot(struct stage *s, struct rect r)
{
    struct ui *ui = &s->ui;
    const struct cache_sitting *on = view_on(&s->view, s->view.site.code, stage_now_ms(s));
    const struct feed_queue *q = view_queue(&s->view, stage_is_online(s), stage_now_ms(s));
    draw_fill(ui->draw, r, ui_color(ui, COLOR_Q900), 0);
    r = inset_xy(ui, r, PAD_DP, 0);
    icon(ui, cut_left(ui, &r, 84), 64, on ? IMAGE_LAMP_ON : IMAGE_LAMP_OFF, COLOR_X500);
    cut_left(ui, &r, 20);
    if (q || stage_is_online(s)) {
        label(ui, &(struct label){.rect = cut_right(ui, &r, 300),
                                  .text = TEXT_FILL(ui->frame, DISPLAY_WAITING,
                                                    text_number(ui->frame, q ? q->waiting : 0)),
                                  .type = TYPE_L,
                                  .ink = COLOR_WHITE,
                                  .align = ALIGN_RIGHT,
                                  .role = ROLE_STATUS});
    } else {
        label(ui, &(struct label){.rect = cut_right(ui, &r, 420),
                                  .text = TEXT(DISPLAY_OFFLINE),
                                  .type = TYPE_L,
                                  .ink = COLOR_WHITE,
                                  .align = ALIGN_RIGHT,
                                  .role = ROLE_STATUS});
    }
    struct str who = TEXT(NOBODY_NOW);
    if (on) {
        who = TEXT_FILL(ui->frame, DISPLAY_ON, say_person(s, on),
                        when_clock(ui->frame, on->sitting.end_ms));
    }
    label(ui, &(struct label){
                  .rect = r, .text = who, .type = TYPE_L, .ink = COLOR_WHITE, .may_shrink = true});
}

static void to_desk(struct stage *s, struct rect r, struct sitting_id by)
{
    struct ui *ui = &s->ui;
    draw_fill(ui->draw, r, ui_color(ui, COLOR_Q700), ui_dp(ui, 20));
    r = inset_xy(ui, r, 44, 0);
    icon(ui, cut_left(ui, &r, 110), 108, IMAGE_PLACE, COLOR_ON_Q700);
    cut_left(ui, &r, 30);
    label(ui, &(struct label){.rect = r,
                              .text = TEXT_FILL(ui->frame, DISPLAY_TO, say_call_desk(s, by)),
                              .type = TYPE_PLACE,
                              .ink = COLOR_ON_Q700,
                              .may_shrink = true,
                              .role = ROLE_STATUS});
}

static void called(struct stage *s, struct rect r, const struct feed_call *call)
{
    struct ui *ui = &s->ui;
    chip(ui, cut_top(ui, &r, 88), CHIP_LIT, IMAGE_BELL, TEXT(DISPLAY_NOW));
    label(ui, &(struct label){.rect = cut_bottom(ui, &r, 96),
                              .text = TEXT(DISPLAY_AGAIN),
                              .type = TYPE_L,
                              .ink = COLOR_INK2,
                              .may_shrink = true});
    cut_bottom(ui, &r, 12);
    to_desk(s, cut_bottom(ui, &r, 216), call->by);
    struct label name = {
        .text = call->name, .type = TYPE_PLACE, .align = ALIGN_RIGHT, .role = ROLE_STATUS};
    if (call->name.len > 0) {
        name.rect = cut_right(ui, &r, 320);
        label(ui, &name);
        cut_right(ui, &r, 20);
    }
    label(ui, &(struct label){.rect = r,
                              .text = place_words(s, &call->place),
                              .type = TYPE_CALL,
                              .may_shrink = true,
                              .role = ROLE_STATUS});
}

static void nobody(struct stage *s, struct rect r)
{
    bool hears = stage_is_online(s);
    label(&s->ui, &(struct label){.rect = r,
                                  .text = hears ? TEXT(DISPLAY_NOBODY) : TEXT(DISPLAY_OFFLINE_HOW),
                                  .type = TYPE_DATE,
                                  .align = ALIGN_CENTER,
                                  .lines_max = 2,
                                  .role = ROLE_STATUS});
}

// ---- The list beside

static void head(struct ui *ui, struct rect *r, struct str text)
{
    label(ui, &(struct label){.rect = cut_top(ui, r, HEAD_DP), .text = text, .type = TYPE_L});
}

struct row {
    struct str place, name, desk;
    enum theme_color ink;
};

static void row_draw(struct ui *ui, struct rect *rest, const struct row *row)
{
    struct rect r = cut_top(ui, rest, ROW_DP);
    line_across(ui, cut_bottom(ui, &r, 4));
    if (row->desk.len > 0) {
        label(ui, &(struct label){.rect = cut_right(ui, &r, 220),
                                  .text = row->desk,
                                  .type = TYPE_L,
                                  .ink = COLOR_Q700,
                                  .align = ALIGN_RIGHT,
                                  .may_shrink = true});
    }
    if (row->name.len > 0) {
        label(ui, &(struct label){.rect = cut_right(ui, &r, 130),
                                  .text = row->name,
                                  .type = TYPE_XL,
                                  .ink = row->ink});
    }
    label(ui,
          &(struct label){
              .rect = r, .text = row->place, .type = TYPE_XL, .ink = row->ink, .may_shrink = true});
}

static void others(struct stage *s, struct rect *r)
{
    const struct cache_queue *q = &s->view.queue;
    if (q->call_count < 2) return;
    head(&s->ui, r, TEXT(DISPLAY_ALSO));
    for (int i = 1; i < q->call_count && i <= OTHERS_MAX; i++) {
        struct row row = {place_words(s, &q->calls[i].place), q->calls[i].name,
                          say_call_desk(s, q->calls[i].by), COLOR_INK};
        row_draw(&s->ui, r, &row);
    }
}

static void places(struct stage *s, struct rect *r, enum text_id title,
                   const struct queue_place *list, int count, enum theme_color ink)
{
    if (count == 0) return;
    head(&s->ui, r, text_of(title));
    for (int i = 0; i < count; i++) {
        struct row row = {.place = place_words(s, &list[i]), .ink = ink};
        row_draw(&s->ui, r, &row);
    }
}

static void side(struct stage *s, struct rect r)
{
    const struct feed_queue *q = view_queue(&s->view, stage_is_online(s), stage_now_ms(s));
    draw_fill(s->ui.draw, r, ui_color(&s->ui, COLOR_CARD), 0);
    r = inset_xy(&s->ui, r, PAD_DP, 16);
    if (!q) return;
    others(s, &r);
    places(s, &r, TEXT_DISPLAY_NEXT, q->next, q->next_count, COLOR_INK);
    bool has_room = s->view.queue.call_count < 2 || !layout_is_landscape(&s->ui);
    if (has_room) places(s, &r, TEXT_DISPLAY_LAST, q->last, q->last_count, COLOR_INK2);
}

static void display_frame(struct stage *s, void *state, const struct page *page)
{
    struct display *d = state;
    struct ui *ui = &s->ui;
    struct rect rest = page->canvas;
    bar(s, cut_top(ui, &rest, BAR_DP));
    foot(s, cut_bottom(ui, &rest, FOOT_DP));
    struct rect list = page->is_landscape ? cut_right(ui, &rest, SIDE_DP) : rest;
    struct rect panel = page->is_landscape ? rest : cut_top(ui, &list, PORTRAIT_DP);
    // What an old call was is no answer to who is called now.
    const struct feed_queue *q = view_queue(&s->view, stage_is_online(s), stage_now_ms(s));
    bool has_call = q && s->view.queue.call_count > 0;
    if (has_call) ring(s, d);
    bool lit = has_call && is_lit(s, d);
    draw_fill(ui->draw, panel, ui_color(ui, lit ? COLOR_X100 : COLOR_CARD), 0);
    struct rect rule = page->is_landscape ? cut_left(ui, &list, 4) : cut_top(ui, &list, 4);
    draw_fill(ui->draw, rule, ui_color(ui, COLOR_X600), 0);
    panel = inset_xy(ui, panel, PAD_DP + 16, 40);
    if (has_call) {
        called(s, panel, &s->view.queue.calls[0]);
    } else {
        nobody(s, panel);
    }
    side(s, list);
}

const struct scene_type display_scene = {
    .state_size = sizeof(struct display), .is_bare = true, .frame = display_frame};
