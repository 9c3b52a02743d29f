#include "scenes/upper.h"

#include "scenes/say.h"
#include "scenes/when.h"

#define ROWS_MAX 6

static void head(struct stage *s, struct rect r)
{
    struct ui *ui = &s->ui;
    int count = view_sites_today(&s->view, stage_now_ms(s));
    struct str words =
        count ? TEXT_FILL(ui->frame, SITES_TODAY, text_number(ui->frame, count)) : TEXT(SITES_NONE);
    label(ui, &(struct label){.rect = r, .text = words, .type = TYPE_L, .may_shrink = true});
}

static void row(struct stage *s, struct rect r, const struct cache_sitting *c)
{
    struct ui *ui = &s->ui;
    bool on = sitting_is_on(&c->sitting, stage_now_ms(s));
    line_across(ui, cut_top(ui, &r, 2));
    icon(ui, cut_left(ui, &r, 64), 52, on ? IMAGE_LAMP_ON : IMAGE_LAMP_OFF, COLOR_Q700);
    cut_left(ui, &r, 16);
    struct str when = on ? TEXT(NOW) : when_span(ui->frame, c->sitting.start_ms, c->sitting.end_ms);
    label(ui, &(struct label){.rect = cut_right(ui, &r, ui->theme.large ? 420 : 330),
                              .text = when,
                              .type = TYPE_M,
                              .bold = true,
                              .align = ALIGN_RIGHT,
                              .may_shrink = true});
    label(ui, &(struct label){.rect = cut_left(ui, &r, ui->theme.large ? 400 : 300),
                              .text = say_site(s, c->sitting.site),
                              .type = TYPE_M,
                              .bold = true,
                              .may_shrink = true});
    if (ui->theme.large) return;
    label(ui,
          &(struct label){.rect = r, .text = say_person(s, c), .type = TYPE_M, .may_shrink = true});
}

void upper_draw(struct stage *s, struct rect r)
{
    struct ui *ui = &s->ui;
    if (rect_is_empty(r)) return;
    struct rect in = inset_xy(ui, r, layout_margin_dp(ui), 16);
    int row_dp = ui->theme.large ? 100 : 76;
    if (in.h < ui_dp(ui, row_dp)) return;
    head(s, cut_top(ui, &in, ui->theme.large ? 110 : 92));
    int64_t now_ms = stage_now_ms(s), end_ms = date_ms(date_day_from_ms(now_ms) + 1, 0);
    int shown = 0;
    for (int i = 0; i < s->view.sittings.count && shown < ROWS_MAX; i++) {
        const struct cache_sitting *c = &s->view.sittings.items[i];
        bool today = c->sitting.end_ms > now_ms && c->sitting.start_ms < end_ms;
        if (!today || c->sitting.state != SITTING_OPEN) continue;
        if (in.h < ui_dp(ui, row_dp)) break;
        row(s, cut_top(ui, &in, row_dp), c);
        shown++;
    }
}
