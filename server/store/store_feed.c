#include "base/log.h"
#include "store/store_own.h"

#include <string.h>

#define ROW_EXTRA_BYTES 128 // what a row costs on the wire besides its key and value

static const char APPLIED[] = "SELECT last_op_seq FROM incarnation WHERE id = $1";
static const char HEAD[] = "SELECT seq FROM feed_head WHERE stream = $1";
static const char HEADS[] = "SELECT stream, seq FROM feed_head "
                            "WHERE stream NOT LIKE 'd:%' OR EXISTS (SELECT 1 FROM incarnation "
                            "WHERE id = substr(feed_head.stream, 3) AND state = 'active') "
                            "ORDER BY stream LIMIT $1";
// Whoever starts at 0 has nothing that could be dead.
static const char ROWS[] = "SELECT kind, key, seq, dead, body FROM feed_row "
                           "WHERE stream = $1 AND seq > $2 AND (dead = 0 OR $2 > 0) "
                           "ORDER BY seq LIMIT $3";

static struct str stream_of(struct arena *a, enum feed_stream stream, struct inc_id *inc,
                            struct site_code *site)
{
    switch (stream) {
    case FEED_COUNTY: return store_stream(a, stream, site_county(site));
    case FEED_SITE_STREAM: return store_stream(a, stream, site_code_str(site));
    case FEED_DEVICE: return store_stream(a, stream, id_str(&inc->id));
    }
    return STR("");
}

static enum err head_of(struct store *s, struct str stream, int64_t *seq)
{
    *seq = 0;
    enum err e = db_one_int(s->db, DB_QUERY(HEAD, DB_TEXT(stream)), seq);
    return e == ERR_NOT_FOUND ? ERR_OK : e; // nothing was ever said in it
}

enum err store_feed_heads(struct store *s, struct inc_id inc, struct site_code site,
                          struct feed_position *out)
{
    size_t mark = arena_mark(&s->scratch);
    enum err e = ERR_OK;
    for (int i = 0; !e && i < FEED_STREAMS; i++) {
        struct str stream = stream_of(&s->scratch, (enum feed_stream)i, &inc, &site);
        e = head_of(s, stream, &out->seq[i]);
    }
    arena_rewind(&s->scratch, mark);
    return e;
}

enum err store_heads(struct store *s, struct store_head *out, int max, int *count)
{
    struct db_rows rows;
    db_rows_open(&rows, s->db, DB_QUERY(HEADS, DB_INT(max)));
    for (*count = 0; *count < max && db_rows_next(&rows); (*count)++) {
        store_hex_column(&rows, 0, out[*count].stream, sizeof(out->stream) - 1);
        out[*count].seq = db_int(&rows, 1);
    }
    return db_rows_close(&rows);
}

// What is left of a page, and the last whole number in it.
struct filling {
    struct store_feed_page *page;
    struct arena *a;
    size_t bytes; // of rows already in the page
    int whole_count;
    size_t whole_bytes;
};

static bool fits(const struct filling *f, size_t bytes)
{
    return f->page->count < FEED_PAGE_ROWS_MAX && f->bytes + bytes <= FEED_PAGE_BYTES_MAX;
}

// Takes the rows of one stream as far as whole numbers fit; `to` is where the page then stands.
static enum err take(struct store *s, struct filling *f, enum feed_stream stream, struct str name,
                     int64_t head)
{
    struct store_feed_page *page = f->page;
    int64_t whole = page->from.seq[stream];
    int64_t at = whole;
    bool is_cut = false;
    struct db_rows rows;
    db_rows_open(&rows, s->db,
                 DB_QUERY(ROWS, DB_TEXT(name), DB_INT(whole), DB_INT(FEED_PAGE_ROWS_MAX + 1)));
    f->whole_count = page->count;
    f->whole_bytes = f->bytes;
    while (!is_cut && db_rows_next(&rows)) {
        int64_t seq = db_int(&rows, 2);
        if (seq != at) { // all rows before this one belong to numbers that are whole
            whole = at;
            f->whole_count = page->count;
            f->whole_bytes = f->bytes;
            at = seq;
        }
        size_t bytes =
            db_text_borrow(&rows, 1).len + db_text_borrow(&rows, 4).len + ROW_EXTRA_BYTES;
        is_cut = !fits(f, bytes);
        if (is_cut) break;
        f->bytes += bytes;
        page->rows[page->count++] = (struct store_feed_row){.stream = stream,
                                                            .kind = db_text(&rows, 0, f->a),
                                                            .key = db_text(&rows, 1, f->a),
                                                            .seq = seq,
                                                            .is_dead = db_int(&rows, 3) != 0,
                                                            .value = db_text(&rows, 4, f->a)};
    }
    page->to.seq[stream] = is_cut ? whole : head;
    if (is_cut) {
        page->count = f->whole_count;
        f->bytes = f->whole_bytes;
        page->more = true;
    }
    return db_rows_close(&rows);
}

static enum err fill(struct store *s, const struct store_feed_ask *ask, struct arena *a,
                     struct store_feed_page *page)
{
    struct inc_id inc = ask->inc;
    struct site_code site = ask->site;
    struct feed_position heads;
    struct filling f = {.page = page, .a = a};
    enum err e =
        db_one_int(s->db, DB_QUERY(APPLIED, DB_TEXT(id_str(&ask->inc.id))), &page->applied);
    if (!e) e = store_feed_heads(s, ask->inc, ask->site, &heads);
    for (int i = 0; !e && i < FEED_STREAMS; i++) {
        if (ask->from.seq[i] > heads.seq[i]) page->answer = STORE_FEED_AHEAD;
    }
    if (e || page->answer == STORE_FEED_AHEAD) return e;
    page->to = page->from;
    for (int i = 0; !e && i < FEED_STREAMS; i++) {
        if (page->from.seq[i] == heads.seq[i]) continue;
        // After a cut the streams behind wait for the next page.
        if (page->more) break;
        struct str name = stream_of(&s->scratch, (enum feed_stream)i, &inc, &site);
        e = take(s, &f, (enum feed_stream)i, name, heads.seq[i]);
    }
    return e;
}

enum err store_feed_read(struct store *s, const struct store_feed_ask *ask, struct arena *a,
                         struct store_feed_page *out)
{
    size_t mark = arena_mark(&s->scratch);
    *out = (struct store_feed_page){.answer = STORE_FEED_PAGE, .from = ask->from};
    enum err e = db_begin(s->db, DB_READ);
    if (!e) e = db_end(s->db, fill(s, ask, a, out));
    arena_rewind(&s->scratch, mark);
    return e;
}
