#include "access/request.h"

#include "access/access.h"

static const struct request bad = {.kind = REQUEST_BAD};

static bool is_printable_ascii(struct str s)
{
    CHECK(s.ptr || s.len == 0);
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] < ' ' || s.ptr[i] > '~') return false;
    }
    return true;
}

static struct request parse_tap(struct str rest)
{
    if (!str_starts(rest, STR("@"))) return (struct request){REQUEST_TAP_LABEL, .text = rest};
    struct str y = str_sub(rest, 1, rest.len);
    struct str x = str_cut(&y, ',');
    int64_t at_x = 0;
    int64_t at_y = 0;
    if (!str_to_int(x, 0, 100000, &at_x) || !str_to_int(y, 0, 100000, &at_y)) return bad;
    return (struct request){REQUEST_TAP_AT, .x = (int)at_x, .y = (int)at_y};
}

static struct request parse_wait(struct str rest)
{
    struct str screen = str_cut(&rest, ' ');
    int64_t ms = 0;
    if (!screen.len || !str_to_int(rest, 0, ACCESS_WAIT_MS_MAX, &ms)) return bad;
    return (struct request){REQUEST_WAIT, .text = screen, .wait_ms = ms};
}

static struct request parse_text(enum request_kind kind, struct str rest)
{
    if (!rest.len || rest.len > ACCESS_TEXT_BYTES_MAX) return bad;
    return (struct request){kind, .text = rest};
}

struct request request_parse(struct str line)
{
    if (!str_utf8_valid(line)) return bad;
    struct str rest = line;
    struct str verb = str_cut(&rest, ' ');
    bool alone = rest.ptr == NULL;
    if (str_eq_z(verb, "tree") && alone) return (struct request){.kind = REQUEST_TREE};
    if (str_eq_z(verb, "back") && alone) return (struct request){.kind = REQUEST_BACK};
    if (!rest.len) return bad;
    if (str_eq_z(verb, "tap")) return parse_tap(rest);
    if (str_eq_z(verb, "type")) return parse_text(REQUEST_TYPE, rest);
    if (str_eq_z(verb, "scan") && is_printable_ascii(rest)) return parse_text(REQUEST_SCAN, rest);
    if (str_eq_z(verb, "key")) return parse_text(REQUEST_KEY, rest);
    if (str_eq_z(verb, "wait")) return parse_wait(rest);
    if (str_eq_z(verb, "shot") && str_ends(rest, STR(".png")))
        return (struct request){REQUEST_SHOT, .text = rest};
    return bad;
}

// ---- Finding a widget

// The `nth` (from 1) pressable widget with that label; -1 where there is none.
static int find_nth(const struct draw_list *d, struct str label, int64_t nth)
{
    for (int i = 0; i < d->node_count; i++) {
        const struct draw_node *n = &d->nodes[i];
        if (draw_role_is_pressable(n->role) && str_eq(n->label, label) && --nth == 0) return i;
    }
    return -1;
}

static int find_label(const struct draw_list *d, struct str label)
{
    int exact = find_nth(d, label, 1);
    if (exact >= 0) return exact;
    struct str mark = STR(" #");
    size_t at = str_find(label, mark, 0);
    size_t last = SIZE_MAX;
    while (at != SIZE_MAX) { // the label itself may have one
        last = at;
        at = str_find(label, mark, at + 1);
    }
    int64_t nth = 0;
    if (last == SIZE_MAX) return -1;
    if (!str_to_int(str_sub(label, last + mark.len, label.len), 1, DRAW_NODES_MAX, &nth)) return -1;
    return find_nth(d, str_sub(label, 0, last), nth);
}

// Later widgets lie over earlier ones.
static int topmost_at(const struct draw_list *d, int x, int y)
{
    for (int i = d->node_count - 1; i >= 0; i--) {
        if (draw_role_is_pressable(d->nodes[i].role) && rect_has(d->nodes[i].rect, x, y)) return i;
    }
    return -1;
}

enum request_found request_find(const struct draw_list *d, struct str label, int *x, int *y)
{
    int i = find_label(d, label);
    if (i < 0) return FOUND_NONE;
    const struct draw_node *n = &d->nodes[i];
    if (n->states & STATE_DISABLED) return FOUND_DISABLED;
    int middle_x = n->rect.x + n->rect.w / 2;
    int middle_y = n->rect.y + n->rect.h / 2;
    if (!rect_has(d->canvas, middle_x, middle_y)) return FOUND_COVERED;
    if (topmost_at(d, middle_x, middle_y) != i) return FOUND_COVERED;
    *x = middle_x;
    *y = middle_y;
    return FOUND;
}
