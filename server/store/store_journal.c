// What the centre did of its own accord, outside of the database: who its kiosks are, and who sits where
// and when. A restored database has forgotten that as well, and no kiosk can tell it.
//
// The file is the latest state of a few tables, not a list of events: it is written anew, whole, before
// each commit that changes them. A commit that then fails leaves a file that is ahead by rows nobody
// was ever told of. One JSON object a line: a head, a row of a table each, and a last line with their
// number and the hash of all lines before it.
#include "base/fs.h"
#include "base/log.h"
#include "store/store_own.h"
#include "wire/json.h"

#include <string.h>

#define FILE_BYTES_MAX STORE_JOURNAL_BYTES_MAX
#define TEXT_BYTES_MAX 4096
#define COLUMNS_MAX    16
#define MODE           0640

struct table {
    const char *name;
    const char *types; // of its columns: t text, n number, r text that may be NULL
    const char *read;
    bool has_since; // $1 of `read` is where the file begins
    const char *put;
};

// In this order a row comes after those it refers to; lives that are over come before those that go on,
// because a kiosk has one at a time.
static const struct table tables[] = {
    {"site", "ttttn", "SELECT code, name, full_name, phone, place FROM site ORDER BY place, code",
     false,
     "INSERT INTO site (code, name, full_name, phone, place) VALUES ($1, $2, $3, $4, $5) "
     "ON CONFLICT (code) DO UPDATE SET name = excluded.name, full_name = excluded.full_name, "
     "phone = excluded.phone, place = excluded.place"},
    {"workday", "nn", "SELECT day, is_off FROM workday ORDER BY day", false,
     "INSERT INTO workday (day, is_off) VALUES ($1, $2) "
     "ON CONFLICT (day) DO UPDATE SET is_off = excluded.is_off"},
    {"counsellor", "ttt", "SELECT id, name, kind FROM counsellor ORDER BY id", false,
     "INSERT INTO counsellor (id, name, kind) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING"},
    {"roster_rule", "ntttrnnnnnnnnnnt",
     "SELECT no, kind, site, counsellor, instead_of, weekday, every_weeks, nth, from_day, to_day, "
     "start_minute, end_minute, seat_minutes, seats, topics, desk FROM roster_rule ORDER BY no",
     false,
     "INSERT INTO roster_rule (no, kind, site, counsellor, instead_of, weekday, every_weeks, nth, "
     "from_day, to_day, start_minute, end_minute, seat_minutes, seats, topics, desk) "
     "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)"},
    {"kiosk", "ttttttnn",
     "SELECT id, site, sign_key, role, state, model, enrolled_ms, last_seen_ms FROM kiosk "
     "ORDER BY id",
     false,
     "INSERT INTO kiosk (id, site, sign_key, role, state, model, enrolled_ms, last_seen_ms) "
     "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO UPDATE SET "
     "site = excluded.site, role = excluded.role, state = excluded.state, model = excluded.model"},
    {"incarnation", "tttttnn",
     "SELECT id, kiosk, site, letter, state, begun_ms, ended_ms FROM incarnation "
     "ORDER BY CASE WHEN state = 'active' THEN 1 ELSE 0 END, id",
     false,
     "INSERT INTO incarnation (id, kiosk, site, letter, state, last_op_seq, last_op_hash, heard, "
     "marked, safe, begun_ms, ended_ms) VALUES ($1, $2, $3, $4, $5, 0, "
     "'0000000000000000000000000000000000000000000000000000000000000000', 0, 0, 0, $6, $7) "
     "ON CONFLICT (id) DO UPDATE SET state = excluded.state, ended_ms = excluded.ended_ms"},
    {"sitting", "ttttnnnnntt",
     "SELECT id, site, rostered, counsellor, start_ms, end_ms, seat_minutes, seats, topics, desk, "
     "state FROM sitting WHERE end_ms > $1 ORDER BY start_ms, id",
     true,
     "INSERT INTO sitting (id, site, rostered, counsellor, start_ms, end_ms, seat_minutes, seats, "
     "topics, desk, state, recovers) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1) "
     "ON CONFLICT (id) DO UPDATE SET counsellor = excluded.counsellor, end_ms = excluded.end_ms, "
     "seat_minutes = excluded.seat_minutes, seats = excluded.seats, topics = excluded.topics, "
     "desk = excluded.desk, state = excluded.state"},
    {"release_current", "nn", "SELECT version, set_ms FROM release_current", false,
     "INSERT INTO release_current (one, version, set_ms) VALUES (1, $1, $2) "
     "ON CONFLICT (one) DO UPDATE SET version = excluded.version, set_ms = excluded.set_ms "
     "WHERE release_current.version < excluded.version"},
};

#define TABLE_COUNT (sizeof(tables) / sizeof(tables[0]))

static const char MARK[] = "UPDATE sitting SET recovers = 1 WHERE id = $1";
static const char RULES_DROP[] = "DELETE FROM roster_rule";
static const char LIFE_IS_OVER[] =
    "SELECT count(*) FROM incarnation WHERE id = $1 AND state <> 'active'";

// ---- Writing

static void row_write(struct buf *out, const struct table *t, struct db_rows *rows)
{
    struct json_writer w;
    json_write_begin(&w, out);
    json_write_object(&w, NULL);
    json_write_text(&w, "table", str_from_z(t->name));
    json_write_array(&w, "row");
    for (int i = 0; t->types[i]; i++) {
        if (t->types[i] == 'n') json_write_int(&w, NULL, db_int(rows, i));
        if (t->types[i] == 't') json_write_text(&w, NULL, db_text_borrow(rows, i));
        if (t->types[i] == 'r')
            json_write_text(&w, NULL, db_is_null(rows, i) ? STR("") : db_text_borrow(rows, i));
    }
    json_write_array_end(&w);
    json_write_object_end(&w);
    if (json_write_end(&w)) store_column_bad(rows, "value");
    buf_add_z(out, "\n");
}

static enum err table_write(struct store *s, const struct table *t, int64_t since_ms,
                            struct buf *out, int64_t *count)
{
    struct db_rows rows;
    struct db_value since = DB_INT(since_ms);
    db_rows_open(&rows, s->db, (struct db_query){t->read, &since, t->has_since ? 1 : 0});
    while (db_rows_next(&rows)) {
        row_write(out, t, &rows);
        (*count)++;
    }
    return db_rows_close(&rows);
}

struct head {
    int64_t no;
    int64_t since_ms;
    struct id lost;
};

static void head_write(struct buf *out, const struct store_meta *meta, const struct head *head)
{
    struct json_writer w;
    json_write_begin(&w, out);
    json_write_object(&w, NULL);
    json_write_int(&w, "journal", head->no);
    json_write_text(&w, "county", str_from_z(meta->county));
    json_write_id(&w, "gen", &meta->gen);
    json_write_int(&w, "since_ms", head->since_ms);
    json_write_id(&w, "data_key", &meta->data_key_id);
    json_write_id(&w, "lost", &head->lost);
    json_write_object_end(&w);
    enum err e = json_write_end(&w);
    CHECK(!e || e == ERR_TOO_BIG);
    buf_add_z(out, "\n");
}

enum err store_journal_number(struct store *s, int64_t *no)
{
    struct str text;
    *no = 0;
    enum err e = store_meta_get(s, STR("journal"), &s->scratch, &text);
    if (!e && !str_to_int(text, 0, INT64_MAX - 1, no)) e = ERR_CORRUPT;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err store_journal_lost(struct store *s, struct id *out)
{
    struct str text = {0};
    *out = (struct id){0};
    enum err e = store_meta_get(s, STR("journal_lost"), &s->scratch, &text);
    if (!e && !id_parse(text, out)) e = ERR_CORRUPT;
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err number_next(struct store *s, int64_t *no)
{
    enum err e = store_journal_number(s, no);
    (*no)++;
    struct str next = str_printf(&s->scratch, "%lld", (long long)*no);
    // Before anything is read for the file: of two instances the second waits here, and then sees what the
    // first did.
    return e ? e : store_meta_put(s, STR("journal"), next);
}

static enum err all_write(struct store *s, struct buf *out)
{
    struct store_meta meta;
    int64_t count = 0;
    struct head head = {.since_ms = store_now(s) - STORE_JOURNAL_DAYS * DATE_DAY_MS};
    enum err e = number_next(s, &head.no);
    if (!e) e = store_meta(s, &meta);
    if (!e) e = store_journal_lost(s, &head.lost);
    if (e) return e;
    head_write(out, &meta, &head);
    for (size_t i = 0; !e && i < TABLE_COUNT; i++) {
        e = table_write(s, &tables[i], head.since_ms, out, &count);
    }
    char hex[CRYPT_HASH_HEX_BYTES + 1];
    struct crypt_hash hash = crypt_sha256(buf_str(out));
    crypt_hash_hex(&hash, hex);
    buf_addf(out, "{\"rows\":%lld,\"hash\":\"%s\"}\n", (long long)count, hex);
    return e ? e : buf_err(out);
}

enum err store_journal_write(struct store *s)
{
    struct buf out;
    if (!s->journal_is_due || !s->journal_path) return ERR_OK;
    buf_init(&out, FILE_BYTES_MAX);
    enum err e = all_write(s, &out);
    if (!e) e = fs_replace(s->fs, s->journal_path, buf_str(&out), MODE);
    if (e) log_error("%s: the journal cannot be kept: %s", s->journal_path, err_text(e));
    buf_deinit(&out);
    return e;
}

// ---- Reading

// Cuts the last line off.
static struct str last_line(struct str *text)
{
    size_t start = text->len > 0 ? text->len - 1 : 0;
    while (start > 0 && text->ptr[start - 1] != '\n') {
        start--;
    }
    struct str line = str_sub(*text, start, SIZE_MAX);
    *text = str_sub(*text, 0, start);
    return line;
}

static bool is_whole(struct str lines, struct str end)
{
    struct json_value *document = NULL;
    struct json_mistake mistake = {0};
    struct json_reader r;
    struct crypt_hash told;
    if (json_parse(end, &document, NULL)) return false;
    json_read(&r, document, &mistake);
    bool is_hash = crypt_hash_parse(
        json_get_text(&r, "hash", CRYPT_HASH_HEX_BYTES, CRYPT_HASH_HEX_BYTES), &told);
    json_free(document);
    struct crypt_hash hash = crypt_sha256(lines);
    return is_hash && !mistake.reason && crypt_hash_eq(&hash, &told);
}

bool store_journal_open(struct str text, struct store_journal *out)
{
    struct json_value *document = NULL;
    struct json_mistake mistake = {0};
    struct json_reader r;
    struct str end = last_line(&text);
    *out = (struct store_journal){0};
    if (!is_whole(text, end)) return false;
    if (json_parse(str_cut(&text, '\n'), &document, NULL)) return false;
    json_read(&r, document, &mistake);
    out->no = json_get_int(&r, "journal", 1, JSON_INT_MAX);
    out->gen = json_get_id(&r, "gen");
    out->data_key_id = json_get_id(&r, "data_key");
    if (json_has(&r, "lost")) out->lost = json_get_id(&r, "lost");
    out->since_ms = json_get_int(&r, "since_ms", -JSON_INT_MAX, JSON_INT_MAX);
    struct str county = json_get_text(&r, "county", SITE_COUNTY_DIGITS, SITE_COUNTY_DIGITS);
    if (!mistake.reason) memcpy(out->county, county.ptr, county.len);
    json_free(document);
    out->lines = text;
    return !mistake.reason;
}

struct row {
    const struct table *table;
    struct json_value *document;
    struct db_value values[COLUMNS_MAX];
    int count;
};

static void values_read(struct row *row, const struct json_array *items)
{
    for (size_t i = 0; i < items->count; i++) {
        bool is_number = row->table->types[i] == 'n';
        struct db_value *v = &row->values[i];
        if (is_number) *v = DB_INT(json_item_int(items, i, -JSON_INT_MAX, JSON_INT_MAX));
        if (!is_number) *v = DB_TEXT(json_item_text(items, i, 0, TEXT_BYTES_MAX));
        if (row->table->types[i] == 'r' && v->text.len == 0) *v = DB_NULL;
    }
    row->count = (int)items->count;
}

static bool row_read(struct str line, struct row *row)
{
    struct json_mistake mistake = {0};
    struct json_reader r;
    struct json_array items;
    *row = (struct row){0};
    if (json_parse(line, &row->document, NULL)) return false;
    json_read(&r, row->document, &mistake);
    struct str name = json_get_text(&r, "table", 1, 64);
    for (size_t i = 0; i < TABLE_COUNT; i++) {
        if (str_eq_z(name, tables[i].name)) row->table = &tables[i];
    }
    size_t columns = row->table ? strlen(row->table->types) : 0;
    json_get_array(&r, "row", columns, columns, &items);
    if (row->table) values_read(row, &items);
    return row->table && !mistake.reason;
}

// A life that is over, and was not yet so in the database, might have sold what nobody else knows. A call
// display, which has no letter, sells nothing.
static enum err look_for_loss(struct store *s, const struct row *row, bool *has_lost)
{
    bool is_over = strcmp(row->table->name, "incarnation") == 0 && row->values[3].text.len > 0 &&
                   !str_eq_z(row->values[4].text, "active");
    int64_t is_known = 1;
    enum err e = ERR_OK;
    if (is_over) e = db_one_int(s->db, (struct db_query){LIFE_IS_OVER, row->values, 1}, &is_known);
    if (is_known == 0) *has_lost = true;
    return e;
}

static enum err row_put(struct store *s, const struct row *row, bool *has_lost)
{
    enum err e = look_for_loss(s, row, has_lost);
    return e ? e : db_run(s->db, (struct db_query){row->table->put, row->values, row->count}, NULL);
}

static enum err row_mark(struct store *s, const struct row *row, bool *has_lost)
{
    (void)has_lost;
    if (strcmp(row->table->name, "sitting") != 0) return ERR_OK;
    return db_run(s->db, (struct db_query){MARK, row->values, 1}, NULL);
}

static enum err each_row(struct store *s, struct str lines, bool *has_lost,
                         enum err (*fn)(struct store *s, const struct row *row, bool *has_lost))
{
    enum err e = ERR_OK;
    while (!e && lines.len > 0) {
        struct row row;
        e = row_read(str_cut(&lines, '\n'), &row) ? fn(s, &row, has_lost) : ERR_BAD_INPUT;
        json_free(row.document);
    }
    return e;
}

enum err store_journal_mark(struct store *s, const struct store_journal *j)
{
    bool ignored = false;
    return each_row(s, j->lines, &ignored, row_mark);
}

enum err store_journal_replay(struct store *s, const struct store_journal *j, bool *has_lost)
{
    enum err e = db_run(s->db, DB_QUERY(RULES_DROP), NULL);
    struct str no = str_printf(&s->scratch, "%lld", (long long)j->no);
    if (!e) e = store_meta_put(s, STR("journal"), no);
    return e ? e : each_row(s, j->lines, has_lost, row_put);
}
