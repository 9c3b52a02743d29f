#include "draw/draw.h"

#include <string.h>

// ---- Values

bool rect_has(struct rect r, int x, int y)
{
    return x >= r.x && y >= r.y && x - r.x < r.w && y - r.y < r.h;
}

bool rect_is_empty(struct rect r)
{
    return r.w <= 0 || r.h <= 0;
}

static int min_int(int a, int b)
{
    return a < b ? a : b;
}

static int max_int(int a, int b)
{
    return a > b ? a : b;
}

struct rect rect_cut_to(struct rect r, struct rect bounds)
{
    int x = max_int(r.x, bounds.x);
    int y = max_int(r.y, bounds.y);
    int right = min_int(r.x + r.w, bounds.x + bounds.w);
    int bottom = min_int(r.y + r.h, bounds.y + bounds.h);
    if (right <= x || bottom <= y) return (struct rect){x, y, 0, 0};
    return (struct rect){x, y, right - x, bottom - y};
}

struct rect rect_union(struct rect a, struct rect b)
{
    if (rect_is_empty(a)) return b;
    if (rect_is_empty(b)) return a;
    int x = min_int(a.x, b.x);
    int y = min_int(a.y, b.y);
    int right = max_int(a.x + a.w, b.x + b.w);
    int bottom = max_int(a.y + a.h, b.y + b.h);
    return (struct rect){x, y, right - x, bottom - y};
}

struct rect rect_inset(struct rect r, int by)
{
    return (struct rect){r.x + by, r.y + by, r.w - 2 * by, r.h - 2 * by};
}

bool rect_eq(struct rect a, struct rect b)
{
    return a.x == b.x && a.y == b.y && a.w == b.w && a.h == b.h;
}

// ---- Commands

void draw_begin(struct draw_list *d, struct rect canvas)
{
    d->command_count = 0;
    d->node_count = 0;
    d->clip_depth = 0;
    d->canvas = canvas;
}

void draw_end(const struct draw_list *d)
{
    CHECK(d->clip_depth == 0);
}

static struct draw_command *command_add(struct draw_list *d, enum draw_kind kind, struct rect r)
{
    CHECK(d->command_count < DRAW_COMMANDS_MAX);
    struct draw_command *c = &d->commands[d->command_count++];
    *c = (struct draw_command){.kind = kind, .rect = r};
    return c;
}

void draw_fill(struct draw_list *d, struct rect r, uint32_t c, int radius)
{
    if (rect_is_empty(r)) return;
    struct draw_command *fill = command_add(d, DRAW_FILL, r);
    fill->color = c;
    fill->radius = radius;
}

void draw_rule(struct draw_list *d, struct rect r, uint32_t c, int radius, int width)
{
    if (rect_is_empty(r) || width <= 0) return;
    struct draw_command *rule = command_add(d, DRAW_RULE, r);
    rule->color = c;
    rule->radius = radius;
    rule->width = width;
}

void draw_dashed(struct draw_list *d, struct rect r, uint32_t c, int radius, int width)
{
    if (rect_is_empty(r) || width <= 0) return;
    draw_rule(d, r, c, radius, width);
    d->commands[d->command_count - 1].dashed = true;
}

void draw_image(struct draw_list *d, struct rect r, enum draw_image image, uint32_t tint)
{
    if (rect_is_empty(r) || image == IMAGE_NONE) return;
    struct draw_command *c = command_add(d, DRAW_IMAGE, r);
    c->image = image;
    c->color = tint;
}

void draw_bitmap(struct draw_list *d, struct rect r, struct draw_bits bits)
{
    if (rect_is_empty(r) || bits.width_px <= 0 || bits.height_px <= 0) return;
    command_add(d, DRAW_BITMAP, r)->bits = bits;
}

void draw_clip(struct draw_list *d, struct rect r)
{
    CHECK(d->clip_depth < DRAW_CLIPS_MAX);
    d->clip_depth++;
    command_add(d, DRAW_CLIP, r);
}

void draw_unclip(struct draw_list *d)
{
    CHECK(d->clip_depth > 0);
    d->clip_depth--;
    command_add(d, DRAW_UNCLIP, (struct rect){0});
}

void draw_text(struct draw_list *d, struct rect line_box, struct draw_text text)
{
    if (!text.text.len) return;
    CHECK(text.size_px > 0);
    struct draw_command *c = command_add(d, DRAW_TEXT, line_box);
    c->text = text.text;
    c->size_px = text.size_px;
    c->weight = text.weight;
    c->color = text.color;
    c->spacing_px = text.spacing_px;
}

struct draw_node *draw_node(struct draw_list *d, enum draw_role role, struct rect r,
                            struct str label)
{
    CHECK(d->node_count < DRAW_NODES_MAX);
    struct draw_node *n = &d->nodes[d->node_count++];
    *n = (struct draw_node){.role = role, .rect = r, .label = label, .text_fits = true};
    return n;
}

size_t draw_bits_bytes(struct draw_bits bits)
{
    return (size_t)((bits.width_px + 7) / 8) * (size_t)bits.height_px;
}

static bool bits_eq(struct draw_bits a, struct draw_bits b)
{
    if (a.width_px != b.width_px || a.height_px != b.height_px) return false;
    return !a.bytes == !b.bytes && (!a.bytes || !memcmp(a.bytes, b.bytes, draw_bits_bytes(a)));
}

bool draw_command_eq(const struct draw_command *a, const struct draw_command *b)
{
    return a->kind == b->kind && rect_eq(a->rect, b->rect) && a->color == b->color &&
           a->radius == b->radius && a->width == b->width && a->dashed == b->dashed &&
           a->image == b->image && a->size_px == b->size_px && a->spacing_px == b->spacing_px &&
           a->weight == b->weight && str_eq(a->text, b->text) && bits_eq(a->bits, b->bits);
}

// ---- Tables

enum role_press { STILL, PRESSABLE };

struct role_row {
    const char *name;
    enum role_press press;
};

static const struct role_row role_rows[] = {
#define ROLE(id, name, press) [ROLE_##id] = {name, press},
#include "draw/roles.def"
#undef ROLE
};

const char *draw_role_name(enum draw_role role)
{
    CHECK((size_t)role < sizeof role_rows / sizeof *role_rows);
    return role_rows[role].name;
}

bool draw_role_is_pressable(enum draw_role role)
{
    CHECK((size_t)role < sizeof role_rows / sizeof *role_rows);
    return role_rows[role].press == PRESSABLE;
}

const char *draw_state_name(enum draw_state state)
{
    static const struct {
        enum draw_state state;
        const char *name;
    } rows[] = {
        {STATE_DISABLED, "disabled"}, {STATE_CHOSEN, "chosen"}, {STATE_FOCUSED, "focused"},
        {STATE_PRESSED, "pressed"},   {STATE_BUSY, "busy"},     {STATE_ERROR, "error"},
        {STATE_MAIN, "main"},
    };
    size_t i = 0;
    while (i < sizeof rows / sizeof *rows && rows[i].state != state)
        i++;
    CHECK(i < sizeof rows / sizeof *rows);
    return rows[i].name;
}

enum image_kind { ICON, DRAWING };

struct image_row {
    const char *file;
    enum image_kind kind;
};

static const struct image_row image_rows[IMAGE_COUNT] = {
#define IMAGE(id, file, kind) [IMAGE_##id] = {"icons/" file, kind},
#include "draw/images.def"
#undef IMAGE
};

const char *draw_image_file(enum draw_image image)
{
    CHECK(image > IMAGE_NONE && image < IMAGE_COUNT);
    return image_rows[image].file;
}

bool draw_image_is_drawing(enum draw_image image)
{
    CHECK(image > IMAGE_NONE && image < IMAGE_COUNT);
    return image_rows[image].kind == DRAWING;
}

// ---- As text

static void print_rect(struct rect r, struct buf *out)
{
    buf_addf(out, " %d,%d %dx%d", r.x, r.y, r.w, r.h);
}

// In quotes, one line, whatever it holds.
static void print_str(struct str s, struct buf *out)
{
    buf_add_z(out, " \"");
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (c == '"' || c == '\\') {
            buf_addf(out, "\\%c", c);
        } else if ((unsigned char)c < ' ' || c == 0x7F) {
            buf_addf(out, "\\x%02x", (unsigned)(unsigned char)c);
        } else {
            buf_add(out, (struct str){s.ptr + i, 1});
        }
    }
    buf_add_z(out, "\"");
}

// FNV-1a: a bitmap is told by its sum, so a golden text changes when a dot does.
static uint32_t bits_sum(struct draw_bits bits)
{
    uint32_t sum = 2166136261U;
    size_t count = bits.bytes ? draw_bits_bytes(bits) : 0;
    for (size_t i = 0; i < count; i++)
        sum = (sum ^ bits.bytes[i]) * 16777619U;
    return sum;
}

static const char *kind_name(const struct draw_command *c)
{
    static const char *const names[] = {
        [DRAW_FILL] = "fill",     [DRAW_RULE] = "rule",     [DRAW_TEXT] = "text",
        [DRAW_IMAGE] = "image",   [DRAW_BITMAP] = "bitmap", [DRAW_CLIP] = "clip",
        [DRAW_UNCLIP] = "unclip",
    };
    return c->dashed ? "dashed" : names[c->kind];
}

static void print_command(const struct draw_command *c, struct buf *out)
{
    buf_add_z(out, kind_name(c));
    if (c->kind != DRAW_UNCLIP) print_rect(c->rect, out);
    switch (c->kind) {
    case DRAW_FILL: buf_addf(out, " #%06X r%d", c->color, c->radius); break;
    case DRAW_RULE: buf_addf(out, " #%06X r%d w%d", c->color, c->radius, c->width); break;
    case DRAW_TEXT:
        buf_addf(out, " #%06X %dpx %s", c->color, c->size_px,
                 c->weight == DRAW_BOLD ? "bold" : "medium");
        if (c->spacing_px) buf_addf(out, " +%d", c->spacing_px);
        print_str(c->text, out);
        break;
    case DRAW_IMAGE: buf_addf(out, " #%06X %s", c->color, draw_image_file(c->image)); break;
    case DRAW_BITMAP:
        buf_addf(out, " %dx%d sum %08x", c->bits.width_px, c->bits.height_px, bits_sum(c->bits));
        break;
    case DRAW_CLIP:
    case DRAW_UNCLIP: break;
    }
    buf_add_z(out, "\n");
}

static void print_node(const struct draw_node *n, struct buf *out)
{
    buf_addf(out, "node %s", draw_role_name(n->role));
    print_str(n->label, out);
    print_rect(n->rect, out);
    if (n->value.len) {
        buf_add_z(out, " value");
        print_str(n->value, out);
    }
    if (n->spoken.len) {
        buf_add_z(out, " spoken");
        print_str(n->spoken, out);
    }
    for (unsigned bit = 1; bit < DRAW_STATES_END; bit <<= 1) {
        if (n->states & bit) buf_addf(out, " %s", draw_state_name((enum draw_state)bit));
    }
    if (n->text_px) buf_addf(out, " %dpx #%06X on #%06X", n->text_px, n->ink, n->ground);
    if (!n->text_fits) buf_add_z(out, " overflows");
    buf_add_z(out, "\n");
}

void draw_print(const struct draw_list *d, struct buf *out)
{
    buf_add_z(out, "frame");
    print_rect(d->canvas, out);
    buf_add_z(out, "\n");
    for (int i = 0; i < d->command_count; i++)
        print_command(&d->commands[i], out);
    for (int i = 0; i < d->node_count; i++)
        print_node(&d->nodes[i], out);
}
