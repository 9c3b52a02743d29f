// It did not work out: somebody was faster, a limit, or no answer came in time. What to do comes at
// once: two other sittings, or being called.
#include "scenes/say.h"
#include "scenes/when.h"

enum { ID_RETRY = 1, ID_LIST, ID_OTHERS = 10 };

#define OTHERS_MAX 2

static bool is_other(struct stage *s, const struct cache_sitting *c)
{
    if (id_eq(c->sitting.id.id, s->visit.sitting.id)) return false;
    if (!sitting_takes_topic(&c->sitting, &s->visit)) return false;
    struct offer offer = stage_offer(s, c);
    return offer.kind == OFFER_POOL || offer.kind == OFFER_RIGHT;
}

// Another sitting does not help where the phone has booked enough.
static bool others_help(enum verdict v)
{
    return v != VERDICT_LIMIT_TOPIC && v != VERDICT_LIMIT_PHONE;
}

static void others(struct stage *s, struct rect r)
{
    struct ui *ui = &s->ui;
    struct arena *a = ui->frame;
    int shown = 0;
    for (int i = 0; i < s->view.sittings.count && shown < OTHERS_MAX; i++) {
        const struct cache_sitting *c = &s->view.sittings.items[i];
        if (!is_other(s, c)) continue;
        if (r.h < ui_dp(ui, THEME_TARGET_DP_MIN)) break;
        struct offer offer = stage_offer(s, c);
        struct rect place = cut_top(ui, &r, ui->theme.large ? 190 : 150);
        cut_top(ui, &r, 28);
        struct str what =
            TEXT_FILL(a, SITE_SPAN, say_when(s, sitting_seat_ms(&c->sitting, offer.seat)),
                      say_site(s, c->sitting.site));
        struct button b = {.id = ID_OTHERS + (uint32_t)shown,
                           .rect = place,
                           .look = BUTTON_ROW,
                           .label = what,
                           .second = TEXT_FILL(a, PERSON, c->counsellor.name, say_seats(s, &offer)),
                           .icon = IMAGE_CALENDAR};
        shown++;
        if (!button(ui, &b)) continue;
        s->visit.sitting = c->sitting.id;
        stage_pop(s); // the confirmation shows the new one
    }
    if (shown) return;
    label(ui, &(struct label){.rect = cut_top(ui, &r, 100),
                              .text = TEXT(NO_SITTINGS),
                              .type = TYPE_M,
                              .lines_max = 2});
}

// A move that did not work out has cost nothing, and that comes first.
static struct str title(const struct stage *s, bool unanswered)
{
    if (s->visit.is_moving) return TEXT(MOVE_REFUSED_TITLE);
    return unanswered ? TEXT(UNANSWERED_TITLE) : TEXT(REFUSED_TITLE);
}

static void refused_frame(struct stage *s, void *state, const struct page *page)
{
    (void)state;
    struct ui *ui = &s->ui;
    const struct keeper_answer *answer = &s->visit.answer;
    bool unanswered = answer->outcome == KEEPER_UNANSWERED;
    struct rect body = page->body;
    struct rect box = cut_top(ui, &body, page->is_landscape ? 260 : ui->theme.large ? 380 : 300);
    card(ui, box, CARD_REFUSED);
    struct rect in = inset_xy(ui, box, 42, 30);
    struct rect head = cut_top(ui, &in, 110);
    icon(ui, cut_left(ui, &head, 96), 96, unanswered ? IMAGE_HOURGLASS : IMAGE_WARNING, COLOR_R700);
    cut_left(ui, &head, 24);
    label(ui,
          &(struct label){
              .rect = head, .text = title(s, unanswered), .type = TYPE_XL, .role = ROLE_HEADING});
    label(ui, &(struct label){.rect = in,
                              .text = !unanswered          ? verdict_words(answer->verdict)
                                      : s->visit.is_moving ? TEXT(MOVE_UNANSWERED_WHY)
                                                           : TEXT(UNANSWERED_WHY),
                              .type = TYPE_M,
                              .lines_max = 2,
                              .role = ROLE_ALERT});
    cut_top(ui, &body, 36);
    struct rect low = cut_bottom(ui, &body, 148);
    low.h -= ui_dp(ui, 8);
    cut_bottom(ui, &body, 24);
    bool again = unanswered || answer->verdict == VERDICT_SITTING_FULL ||
                 answer->verdict == VERDICT_TRY_AGAIN;
    if (others_help(answer->verdict)) {
        label(ui, &(struct label){.rect = cut_top(ui, &body, ui->theme.large ? 110 : 84),
                                  .text = TEXT(OTHERS_TITLE),
                                  .type = TYPE_L});
        cut_top(ui, &body, 10);
        others(s, body);
    }
    bool has_next = answer->next_seat > 0;
    struct button list = {.id = ID_LIST,
                          .rect = again ? row_of(ui, low, 2, 24, 0) : low,
                          .label = again ? TEXT(OTHER_TIMES) : TEXT(BACK_TO_FORM)};
    struct button retry = {.id = ID_RETRY,
                           .rect = row_of(ui, low, 2, 24, 1),
                           .look = BUTTON_MAIN,
                           .label = has_next ? TEXT(NEXT_SEAT) : TEXT(TRY_AGAIN)};
    if (button(ui, &list)) {
        if (again) {
            s->visit.editing = true;
            stage_swap(s, SCENE_SITTING);
        } else {
            stage_pop(s);
        }
    }
    if (again && button(ui, &retry)) stage_pop(s);
}

const struct scene_type refused_scene = {.frame = refused_frame};
