// What it is about, so that the right person sits there. No words of one's own are asked for.
#include "scenes/say.h"

enum { ID_TOPICS = 1, ID_MORE = 50 };

#define TOPICS_LARGE 6

struct topic_page {
    int page; // large text shows six at a time
};

static void choose(struct stage *s, enum topic topic)
{
    struct visit *v = &s->visit;
    v->has_topic = true;
    v->topic = topic;
    const struct cache_sitting *c = v->has_sitting ? view_sitting(&s->view, v->sitting) : NULL;
    if (v->editing && c && !sitting_takes_topic(&c->sitting, v)) {
        v->has_sitting = false;
        stage_swap(s, SCENE_SITTING);
        return;
    }
    stage_next_step(s);
}

static void topic_frame(struct stage *s, void *state, const struct page *page)
{
    struct topic_page *t = state;
    struct ui *ui = &s->ui;
    bool large = ui->theme.large, wide = page->is_landscape;
    struct rect body = page->body;
    say_step(s, &body, STEP_TOPIC, large ? TEXT(TOPIC_TITLE_SHORT) : TEXT(TOPIC_TITLE));
    int count = large ? TOPICS_LARGE : TOPIC_COUNT;
    int first = large ? t->page * TOPICS_LARGE : 0;
    if (large) {
        struct rect more = cut_bottom(ui, &body, 140);
        more.h -= ui_dp(ui, 8);
        struct button b = {.id = ID_MORE,
                           .rect = more,
                           .label = t->page ? TEXT(TOPICS_BEFORE) : TEXT(TOPICS_MORE)};
        if (button(ui, &b)) t->page = !t->page;
        cut_bottom(ui, &body, 24);
    } else {
        notice(ui, cut_bottom(ui, &body, 93), NOTICE_NEWS, IMAGE_PRIVACY, TEXT(TOPIC_PRIVACY));
        cut_bottom(ui, &body, 30);
    }
    int columns = wide && !large ? 3 : 2;
    if (wide && large) columns = 3;
    struct grid g = {body, columns, count / columns, 24, 24};
    for (int i = 0; i < count; i++) {
        enum topic topic = (enum topic)(first + i);
        bool chosen = s->visit.has_topic && s->visit.topic == topic;
        struct button b = {.id = ID_TOPICS + (uint32_t)(first + i),
                           .rect = grid_cell(ui, &g, i),
                           .look = BUTTON_TILE,
                           .label = topic_tile_title(topic),
                           .second = large ? STR("") : topic_tile_second(topic),
                           .spoken = topic_name(topic),
                           .icon = topic_tile_icon(topic),
                           .states = chosen ? STATE_CHOSEN : 0};
        if (button(ui, &b)) choose(s, topic);
    }
}

const struct scene_type topic_scene = {.state_size = sizeof(struct topic_page),
                                       .frame = topic_frame};
