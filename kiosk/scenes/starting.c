// Before the kiosk knows its site and the roster, and when the centre has stopped it: what staff must
// do. Nothing can be booked here.
#include "scenes/scene.h"

static enum text_id headline(enum keeper_link link)
{
    switch (link) {
    case KEEPER_STARTING: return TEXT_START_TITLE;
    case KEEPER_ENROLLING: return TEXT_START_ENROL;
    case KEEPER_ONLINE: return TEXT_START_LOADING;
    case KEEPER_OFFLINE: return TEXT_START_OFFLINE;
    case KEEPER_STOPPED_BY_CENTRE: return TEXT_START_STOPPED;
    }
    return TEXT_START_TITLE;
}

static enum text_id advice(enum keeper_link link)
{
    switch (link) {
    case KEEPER_STARTING:
    case KEEPER_ONLINE: return TEXT_START_WAIT;
    case KEEPER_ENROLLING: return TEXT_START_ENROL_HOW;
    case KEEPER_OFFLINE: return TEXT_START_OFFLINE_HOW;
    case KEEPER_STOPPED_BY_CENTRE: return TEXT_START_STOPPED_HOW;
    }
    return TEXT_START_WAIT;
}

static void starting_frame(struct stage *s, void *state, const struct page *page)
{
    (void)state;
    struct ui *ui = &s->ui;
    struct rect body = page->body;
    cut_top(ui, &body, 60);
    label(ui, &(struct label){.rect = cut_top(ui, &body, 120),
                              .text = text_of(headline(s->status.link)),
                              .type = TYPE_XL,
                              .role = ROLE_HEADING});
    label(ui, &(struct label){.rect = cut_top(ui, &body, 220),
                              .text = text_of(advice(s->status.link)),
                              .type = TYPE_M,
                              .valign = VALIGN_TOP,
                              .lines_max = 3});
    if (s->status.link != KEEPER_ENROLLING) return;
    struct rect box = cut_top(ui, &body, 360);
    card(ui, box, CARD_CHOSEN);
    struct rect in = inset(ui, box, 36);
    label(ui, &(struct label){.rect = cut_top(ui, &in, 150),
                              .text = str_from_z(s->status.user_code),
                              .type = TYPE_DATE,
                              .align = ALIGN_CENTER,
                              .role = ROLE_STATUS});
    label(ui, &(struct label){.rect = cut_top(ui, &in, 60),
                              .text = TEXT(START_FINGERPRINT),
                              .type = TYPE_S,
                              .ink = COLOR_INK2,
                              .align = ALIGN_CENTER});
    label(ui, &(struct label){.rect = cut_top(ui, &in, 70),
                              .text = str_from_z(s->status.fingerprint),
                              .type = TYPE_M,
                              .bold = true,
                              .align = ALIGN_CENTER});
}

const struct scene_type starting_scene = {.frame = starting_frame};
