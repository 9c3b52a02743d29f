#include "scenes/say.h"

#include "scenes/when.h"

// More than two do not fit beside the drawing.
#define TOPICS_SAID 2

static const struct {
    struct str title, second;
    enum draw_image icon;
} tiles[TOPIC_COUNT] = {
#define TOPIC_TILE(id, title, second, icon) \
    [TOPIC_##id] = {{title, sizeof(title) - 1}, {second, sizeof(second) - 1}, IMAGE_##icon},
#include "scenes/topics.def"
#undef TOPIC_TILE
};

struct str topic_tile_title(enum topic t)
{
    return tiles[t].title;
}

struct str topic_tile_second(enum topic t)
{
    return tiles[t].second;
}

enum draw_image topic_tile_icon(enum topic t)
{
    return tiles[t].icon;
}

// ---- Words

struct str say_person(struct stage *s, const struct cache_sitting *c)
{
    return TEXT_FILL(s->ui.frame, PERSON, c->counsellor.name,
                     counsellor_kind_name(c->counsellor.kind));
}

struct str say_topics(struct stage *s, unsigned topics)
{
    if (topics == TOPICS_ALL || topics == 0) return TEXT(TOPICS_ALL);
    struct str out = STR("");
    int count = 0;
    for (int t = 0; t < TOPIC_COUNT; t++) {
        if (!topics_have(topics, (enum topic)t)) continue;
        if (++count > TOPICS_SAID) continue;
        out = str_printf(s->ui.frame, "%.*s%.*s%.*s", STR_ARG(out),
                         STR_ARG(out.len ? TEXT(LIST_COMMA) : out), STR_ARG(tiles[t].title));
    }
    if (count <= TOPICS_SAID) return out;
    return TEXT_FILL(s->ui.frame, TOPICS_MORE_SAID, out, text_number(s->ui.frame, count));
}

struct str say_desk(struct stage *s, struct str desk)
{
    if (!str_is_digits(desk)) return desk;
    return TEXT_FILL(s->ui.frame, DESK, desk);
}

// The counsellor where the roster names no desk.
struct str say_call_desk(struct stage *s, struct sitting_id by)
{
    const struct cache_sitting *c = view_sitting(&s->view, by);
    if (!c) return TEXT(DISPLAY_DESK);
    return c->sitting.desk.len ? say_desk(s, c->sitting.desk) : say_person(s, c);
}

struct str say_ahead(struct stage *s, int ahead, int minutes)
{
    struct arena *a = s->ui.frame;
    if (ahead == 0) return TEXT(QUEUE_AHEAD_NONE);
    return TEXT_FILL(a, QUEUE_AHEAD, text_number(a, ahead), text_number(a, minutes));
}

struct str say_site(const struct stage *s, struct site_code code)
{
    const struct site *site = view_site(&s->view, code);
    return site ? site->name : STR("");
}

struct str say_site_full(const struct stage *s, struct site_code code)
{
    const struct site *site = view_site(&s->view, code);
    return site ? site->full_name : STR("");
}

struct str say_name(struct stage *s)
{
    struct str surname = str_from_z(s->visit.surname);
    if (!surname.len || !s->visit.has_title) return STR("");
    struct str title = visitor_title_words(s->visit.title);
    return str_printf(s->ui.frame, "%.*s%.*s", STR_ARG(surname), STR_ARG(title));
}

struct str say_when(struct stage *s, int64_t planned_ms)
{
    int today = date_day_from_ms(stage_now_ms(s));
    struct arena *a = s->ui.frame;
    return TEXT_FILL(a, DAY_TIME, when_day(a, date_day_from_ms(planned_ms), today),
                     when_clock(a, planned_ms));
}

struct str say_seats(struct stage *s, const struct offer *offer)
{
    switch (offer->kind) {
    case OFFER_NONE: return TEXT(SEATS_NONE);
    case OFFER_WISH: return TEXT(SEATS_WISH);
    case OFFER_POOL:
    case OFFER_RIGHT: break;
    }
    return TEXT_FILL(s->ui.frame, SEATS_FREE, text_number(s->ui.frame, offer->free_count));
}

struct str say_pages(struct stage *s, int page, int pages)
{
    struct arena *a = s->ui.frame;
    struct str n = text_number(a, page), of = text_number(a, pages);
    return s->ui.theme.large ? TEXT_FILL(a, PAGE_OF_SHORT, n, of) : TEXT_FILL(a, PAGE_OF, n, of);
}

struct offer stage_offer(struct stage *s, const struct cache_sitting *c)
{
    struct offer o =
        offer_choose(&c->sitting, &c->avail, c->rights, stage_is_online(s), stage_now_ms(s));
    // Who has a seat does not give it up for a wish.
    if (s->visit.is_moving && o.kind == OFFER_WISH)
        return (struct offer){.kind = OFFER_NONE, .verdict = VERDICT_NO_LINE};
    return o;
}

struct visit_slip stage_slip(struct stage *s, enum visit_slip_kind kind,
                             const struct keeper_answer *answer)
{
    struct visit_slip slip = {.kind = kind,
                              .booking = answer->booking,
                              .code = answer->code,
                              .pin = answer->pin,
                              .name = say_name(s),
                              .planned_ms = answer->planned_ms,
                              .made_ms = stage_now_ms(s),
                              .letter = answer->letter,
                              .number = answer->number};
    const struct cache_sitting *c = view_sitting(&s->view, answer->sitting);
    const struct site *site = c ? view_site(&s->view, c->sitting.site) : &s->view.site;
    if (site) {
        slip.site = site->full_name;
        slip.phone = site->phone;
    }
    if (c) slip.desk = c->sitting.desk;
    return slip;
}

// ---- Steps

static int step_number(const struct visit *v, enum book_step step)
{
    bool own_step = v->sitting_was_step || !v->has_sitting;
    if (v->is_moving) return step == STEP_CONFIRM ? 2 : 1;
    switch (step) {
    case STEP_TOPIC: return own_step && v->sitting_first ? 2 : 1;
    case STEP_SITTING: return v->sitting_first ? 1 : 2;
    case STEP_WHO: return own_step ? 3 : 2;
    case STEP_CONFIRM: return own_step ? 4 : 3;
    }
    return 1;
}

void say_step(struct stage *s, struct rect *body, enum book_step step, struct str title)
{
    struct ui *ui = &s->ui;
    const struct visit *v = &s->visit;
    int steps = v->is_moving ? 2 : v->sitting_was_step || !v->has_sitting ? 4 : 3;
    int number = step_number(v, step);
    struct step_header h = {.rect = cut_top(ui, body, ui->theme.large ? 134 : 112),
                            .title = title,
                            .counter = TEXT_FILL(ui->frame, STEP, text_number(ui->frame, number),
                                                 text_number(ui->frame, steps)),
                            .step = number,
                            .steps = steps};
    step_header(ui, &h);
    cut_top(ui, body, 22);
}

static bool told_who(const struct visit *v)
{
    if (!v->surname[0] || !v->has_title) return false;
    return v->phone_declined || visitor_check_phone(str_from_z(v->phone)) == VERDICT_OK;
}

bool sitting_takes_topic(const struct sitting *sitting, const struct visit *v)
{
    if (!v->has_topic || v->topic == TOPIC_OTHER || sitting->topics == 0) return true;
    return topics_have(sitting->topics, v->topic);
}

void stage_next_step(struct stage *s)
{
    const struct visit *v = &s->visit;
    if (v->editing) {
        s->visit.editing = false;
        stage_pop(s);
    } else if (!v->has_topic && !v->is_moving) {
        stage_push(s, SCENE_TOPIC);
    } else if (!v->has_sitting) {
        stage_push(s, SCENE_SITTING);
    } else if (!told_who(v) && !v->is_moving) {
        stage_push(s, SCENE_WHO);
    } else {
        stage_push(s, SCENE_CONFIRM);
    }
}
