#include "access/reply.h"

#include "wire/json.h"

#include <stdio.h>

#define SPOKEN_BYTES_MAX (64 * 1024)

static void line_begin(struct json_writer *w, struct buf *out)
{
    json_write_begin(w, out);
    json_write_object(w, NULL);
}

static bool line_end(struct json_writer *w)
{
    json_write_object_end(w);
    buf_add_z(w->out, "\n");
    return !json_write_end(w) && !w->out->overflowed;
}

void reply_no(struct buf *out, const char *why)
{
    struct json_writer w;
    buf_clear(out);
    line_begin(&w, out);
    json_write_bool(&w, "ok", false);
    json_write_text(&w, "why", str_from_z(why));
    json_write_bool(&w, "end", true);
    CHECK(line_end(&w));
}

static bool ok_line(struct buf *out, struct reply_place place)
{
    struct json_writer w;
    line_begin(&w, out);
    json_write_bool(&w, "ok", true);
    json_write_text(&w, "screen", place.screen);
    json_write_int(&w, "frame", place.frame);
    json_write_bool(&w, "end", true);
    return line_end(&w);
}

void reply_ok(struct buf *out, struct reply_place place)
{
    if (!ok_line(out, place)) reply_no(out, "failed");
}

static void write_rect(struct json_writer *w, struct rect r)
{
    json_write_array(w, "rect");
    json_write_int(w, NULL, r.x);
    json_write_int(w, NULL, r.y);
    json_write_int(w, NULL, r.w);
    json_write_int(w, NULL, r.h);
    json_write_array_end(w);
}

static void write_color(struct json_writer *w, const char *member, uint32_t color)
{
    char text[sizeof "#RRGGBB"];
    snprintf(text, sizeof text, "#%06X", color & 0xFFFFFF);
    json_write_text(w, member, str_from_z(text));
}

// What a reader says of it: its own words where it has some, else its label and its value (draw.h).
static void write_spoken(struct json_writer *w, const struct draw_node *n)
{
    struct buf said;
    if (n->spoken.len > 0) {
        json_write_text(w, "spoken", n->spoken);
        return;
    }
    buf_init(&said, SPOKEN_BYTES_MAX);
    buf_add(&said, n->label);
    if (n->label.len > 0 && n->value.len > 0) buf_add_z(&said, " ");
    buf_add(&said, n->value);
    json_write_text(w, "spoken", buf_err(&said) ? n->label : buf_str(&said));
    if (said.bytes) memory_wipe(said.bytes, said.len); // a visitor may have typed it
    buf_deinit(&said);
}

static bool node_line(struct buf *out, const struct draw_node *n)
{
    struct json_writer w;
    line_begin(&w, out);
    json_write_text(&w, "role", str_from_z(draw_role_name(n->role)));
    json_write_text(&w, "label", n->label);
    json_write_text(&w, "value", n->value);
    json_write_array(&w, "state");
    for (unsigned bit = 1; bit < DRAW_STATES_END; bit <<= 1) {
        if (n->states & bit)
            json_write_text(&w, NULL, str_from_z(draw_state_name((enum draw_state)bit)));
    }
    json_write_array_end(&w);
    write_rect(&w, n->rect);
    write_spoken(&w, n);
    json_write_int(&w, "text_px", n->text_px);
    write_color(&w, "ink", n->ink);
    write_color(&w, "ground", n->ground);
    json_write_bool(&w, "fits", n->text_fits);
    return line_end(&w);
}

void reply_tree(struct buf *out, struct reply_place place, const struct draw_list *d)
{
    struct json_writer w;
    line_begin(&w, out);
    json_write_text(&w, "screen", place.screen);
    json_write_int(&w, "frame", place.frame);
    bool good = line_end(&w);
    for (int i = 0; i < d->node_count && good; i++)
        good = node_line(out, &d->nodes[i]);
    good = good && ok_line(out, place);
    if (!good) reply_no(out, "failed");
}
