#include "scenes/slip_view.h"

#define PIN_GROUP 3

struct str slip_pin(struct stage *s, const struct ticket_pin *pin)
{
    struct str digits = str_from_z(pin->z);
    struct arena *a = s->ui.frame;
    struct str spaced = str_printf(a, "%.*s %.*s", STR_ARG(str_sub(digits, 0, PIN_GROUP)),
                                   STR_ARG(str_sub(digits, PIN_GROUP, PIN_GROUP)));
    return TEXT_FILL(a, PIN, spaced);
}

void slip_number(struct stage *s, struct rect r, struct str name, const struct visit_slip *slip)
{
    struct ui *ui = &s->ui;
    label(ui, &(struct label){.rect = cut_top(ui, &r, ui->theme.large ? 80 : 62),
                              .text = name,
                              .type = TYPE_M});
    struct str number = slip->kind == SLIP_WALKIN
                            ? ticket_walkin(ui->frame, slip->letter, slip->number)
                            : ticket_code_spaced(ui->frame, &slip->code);
    label(ui, &(struct label){.rect = cut_top(ui, &r, ui->theme.large ? 126 : 108),
                              .text = number,
                              .type = TYPE_XXL,
                              .role = ROLE_STATUS});
    if (!slip->pin.z[0]) return;
    label(ui, &(struct label){.rect = r, .text = slip_pin(s, &slip->pin), .type = TYPE_L});
}

void slip_view(struct stage *s, struct rect r, const struct visit_slip *slip)
{
    struct ui *ui = &s->ui;
    struct draw_bits bits = s->paper.bits;
    if (!bits.bytes) {
        card(ui, r, CARD_CHOSEN);
        struct rect in = inset(ui, r, 48);
        slip_number(s, cut_top(ui, &in, 320), TEXT(CODE), slip);
        return;
    }
    int w = ui_dp(ui, 700), h = (int)((int64_t)w * bits.height_px / bits.width_px);
    if (w > r.w || h > r.h) {
        h = r.h;
        w = (int)((int64_t)h * bits.width_px / bits.height_px);
        if (w > r.w) {
            w = r.w;
            h = (int)((int64_t)w * bits.height_px / bits.width_px);
        }
    }
    struct rect paper = {r.x + (r.w - w) / 2, r.y, w, h};
    draw_bitmap(ui->draw, paper, bits);
    draw_rule(ui->draw, rect_inset(paper, -ui_dp(ui, 3)), ui_color(ui, COLOR_CTL), 0, ui_dp(ui, 3));
    struct draw_node *n = draw_node(ui->draw, ROLE_IMAGE, paper, TEXT(SLIP_PICTURE));
    struct str code = ticket_code_spaced(ui->frame, &slip->code);
    n->value = TEXT_FILL(ui->frame, SLIP_TREE, code, slip_pin(s, &slip->pin));
}
