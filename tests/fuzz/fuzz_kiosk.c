// What a hostile centre, or a line that tears, may tell a kiosk. An input is one event a line: a message
// ("hello JSON", "answer FROM JSON", "page JSON") or what a visitor does ("sell N SITTING SEAT", "ask N
// SITTING SEAT", "cancel N", "checkin N", "ticket", "give SITTING SEAT", "start", "sweep"). $gen, $from
// and $to make a page that follows; $sitting is one with seats of this kiosk's.
//
// Promised, after each event: what could not be read or did not fit changed nothing; the log is only
// added to and its chain is whole; a seat that was sold here stays sold until the log says why not, and
// never for a page that had not seen the sale; the answers of `never` hold; and in the end the next honest
// page is merged and the next visitor gets a number.
#include "fuzz/fuzz.h"
#include "fuzz/rewind.h"
#include "harness/cache_world.h"

#include "cache/cache_file.h"
#include "sync/sync_stage.h"
#include "wire/wire_feed.h"
#include "wire/wire_hello.h"
#include "wire/wire_op.h"
#include "wire/wire_row.h"

#define ARENA_BYTES ((size_t)64 * 1024 * 1024)
#define EVENTS_MAX  60
#define SOLD_MAX    64
#define BOOKINGS    100

static struct kiosk *k;
static struct ledger *l;
static struct sync_stage stage;
static struct arena arena; // of one input
static struct ledger_self self;
static struct str dumped; // the last dump, and when it was taken
static int64_t dumped_changes;
static bool is_used[BOOKINGS]; // no two sales have one id

// A seat with a booking on it.
struct sold {
    struct id sitting;
    int seat;
    struct id booking;
};

struct state {
    struct sold sold[SOLD_MAX];
    int sold_count;
    struct str all;
};

static void drop_files(void)
{
    cache_ledger_close(k->disk);
    sync_stage_deinit(&stage);
}

// NOLINTNEXTLINE(readability-identifier-naming)
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    arena_init(&arena, ARENA_BYTES);
    k = kiosk_new(1);
    l = &k->disk->ledger;
    kiosk_fill(k, l);
    sync_stage_init(&stage, SYNC_STAGE_ROWS_MAX, SYNC_STAGE_BYTES_MAX);
    rewind_begin(k->disk->db);
    kiosk_remove(k->dir); // its files live as long as they are open
    atexit(drop_files);
    return 0;
}

// ---- What stands in the file

#define ALL(columns, table) "SELECT coalesce(group_concat(" columns ", ' '), '') FROM " table
static const char *const dumps[] = {
    ALL("inc || gen || site || op_seq || acked || safe || applied || pos_county || pos_site || "
        "pos_device || floor_ms || letter || ticket_day || ticket_number",
        "self"),
    ALL("seq || hash || bytes || coalesce(outcome, '')", "op"),
    ALL("sitting || seat || epoch || coalesce(booking, '') || recall", "held"),
    ALL("sitting || seat || epoch", "given"),
    ALL("id || coalesce(sitting, '') || seat || state || sold_seq || op_seq", "booking"),
    ALL("id || state || start_ms || end_ms || gone", "sitting"),
    ALL("id || state", "site_booking"),
    ALL("name || number || text", "fact"),
    ALL("stream || key || body", "feed_other"),
};

static struct str dump(void)
{
    int64_t changes = 0;
    struct buf out;
    EXPECT(db_one_int(k->disk->db, DB_QUERY("SELECT total_changes()"), &changes) == ERR_OK);
    if (changes == dumped_changes && dumped.len > 0) return dumped; // not a row was touched
    dumped_changes = changes;
    buf_init(&out, ARENA_BYTES / 8);
    for (size_t i = 0; i < sizeof(dumps) / sizeof(dumps[0]); i++) {
        struct db_rows row;
        EXPECT(db_one(&row, k->disk->db, DB_QUERY(dumps[i])) == ERR_OK);
        buf_add(&out, db_text_borrow(&row, 0));
        buf_add_z(&out, "\n");
        EXPECT(db_rows_close(&row) == ERR_OK);
    }
    dumped = str_copy(&arena, buf_str(&out));
    buf_deinit(&out);
    return dumped;
}

static void look(struct state *s)
{
    struct db_rows rows;
    s->sold_count = 0;
    db_rows_open(&rows, k->disk->db,
                 DB_QUERY("SELECT sitting, seat, booking FROM held WHERE booking IS NOT NULL"));
    while (s->sold_count < SOLD_MAX && db_rows_next(&rows)) {
        struct sold *sold = &s->sold[s->sold_count++];
        *sold = (struct sold){db_id(&rows, 0), (int)db_int(&rows, 1), db_id(&rows, 2)};
    }
    EXPECT(db_rows_close(&rows) == ERR_OK);
    s->all = dump();
    self = kiosk_self(l);
}

// What no row may ever answer.
static const char *const never[] = {
    // heard, but no answer is stored
    "SELECT count(*) FROM op, self WHERE seq <= acked AND outcome IS NULL",
    // promised from the pool before the centre has said yes
    "SELECT count(*) FROM booking b JOIN op o ON o.seq = b.sold_seq WHERE b.basis = 'pool' "
    "AND b.state = 'confirmed' AND coalesce(o.outcome, 'refused') = 'refused'",
    // withdrawn, and confirmed all the same
    "SELECT count(*) FROM booking b JOIN op o ON o.booking = b.id AND o.kind = 'cancel' "
    "AND o.seq > b.sold_seq WHERE b.state = 'confirmed'",
    // cleared on the word of a page that had not seen the sale
    "SELECT count(*) FROM booking b JOIN op o ON o.booking = b.id AND o.seq > b.sold_seq "
    "WHERE instr(o.bytes, '\"learned\"') > 0 AND b.sold_seq > (SELECT applied FROM self)",
    // owned under an epoch that was given back
    "SELECT count(*) FROM held h JOIN given g ON g.sitting = h.sitting AND g.seat = h.seat "
    "WHERE g.epoch >= h.epoch",
};

static void expect_never(void)
{
    for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++) {
        int64_t count = -1;
        EXPECT(db_one_int(k->disk->db, DB_QUERY(never[i]), &count) == ERR_OK);
        EXPECT(count == 0, "%lld of: %s", (long long)count, never[i]);
    }
}

// Sold by an operation of ours, and not by anything the log has said since.
static void expect_still_sold(const struct sold *sold, int64_t seq_before)
{
    struct ledger_right right;
    int64_t why = 0;
    EXPECT(l->ops->begin(l) == ERR_OK);
    enum err e = l->ops->right_get(l, (struct sitting_id){sold->sitting}, sold->seat, &right);
    EXPECT(l->ops->end(l, ERR_OK) == ERR_OK);
    if (!e && id_eq(right.booking.id, sold->booking)) return;
    EXPECT(
        db_one_int(k->disk->db,
                   DB_QUERY("SELECT (SELECT count(*) FROM op WHERE seq > $1 AND instr(bytes, $2) "
                            "> 0) + (SELECT count(*) = 0 FROM booking WHERE id = $2)",
                            DB_INT(seq_before), DB_TEXT(id_str(&sold->booking))),
                   &why) == ERR_OK);
    EXPECT(why > 0, "seat %d was sold, and is not any more", sold->seat);
}

static void expect_whole(const struct state *before, bool has_changed, bool is_sweep)
{
    static struct state after;
    int64_t seq_before = self.op_seq;
    int64_t acked_before = self.acked;
    bool is_new = false;
    look(&after);
    EXPECT(has_changed || str_eq(before->all, after.all), "refused, and something changed");
    EXPECT(self.op_seq >= seq_before && self.acked >= acked_before, "the log went back");
    EXPECT(cache_chain_check(k->disk->db, &k->env.env, &is_new) == ERR_OK && !is_new);
    expect_never();
    for (int i = 0; !is_sweep && i < before->sold_count; i++) {
        expect_still_sold(&before->sold[i], seq_before);
    }
}

// ---- What the centre says, as keeper_talk.c hears it

// True where the ledger may have changed. Nothing but a mistake of the centre's may be wrong.
static bool is_merged(enum err e)
{
    EXPECT(!e || e == ERR_BAD_INPUT || e == ERR_CONFLICT || e == ERR_TOO_BIG, "%s", err_text(e));
    return !e;
}

static bool hear_hello(struct json_value *document)
{
    struct json_mistake mistake = {0};
    struct wire_hello_reply reply;
    enum sync_hello_fate fate = SYNC_HELLO_STALE;
    if (wire_hello_reply_parse(document, &reply, &mistake)) return false;
    struct sync_hello hello = {.gen = reply.gen,
                               .wants_report = reply.wants_report,
                               .acked = reply.acked,
                               .site = reply.site,
                               .letter = reply.letter,
                               .safe = reply.safe,
                               .now_ms = reply.now_ms};
    enum err e = sync_hear_hello(l, &hello, &fate);
    return is_merged(e) && fate == SYNC_HELLO_HEARD;
}

static bool hear_answer(struct json_value *document, int64_t from)
{
    struct json_mistake mistake = {0};
    struct sync_decided decided[OP_BATCH_MAX];
    int count = 0;
    struct wire_answer *wire = arena_new(&arena, struct wire_answer);
    if (wire_answer_parse(document, &arena, wire, &mistake)) return false;
    struct sync_answer answer = {.gen = wire->gen,
                                 .from = from,
                                 .acked = wire->acked,
                                 .safe = wire->safe,
                                 .results = wire->results,
                                 .count = wire->count};
    enum err e = sync_hear_answer(l, &answer, kiosk_time(k->env.now_ms), decided, &count);
    EXPECT(count >= 0 && count <= wire->count);
    return is_merged(e);
}

static bool hear_page(struct json_value *document)
{
    struct json_mistake mistake = {0};
    struct feed_page page;
    struct feed_page complete;
    bool is_complete = false;
    enum sync_page_fate fate = SYNC_PAGE_STALE;
    enum err e = wire_page_parse(document, &arena, &page, &mistake);
    if (!e) e = sync_stage_add(&stage, &page, &is_complete, &complete);
    if (e) return is_merged(e);
    if (!is_complete) return false;
    e = sync_hear_page(l, &complete, kiosk_time(k->env.now_ms), &fate);
    bool is_next = memcmp(&complete.from, &self.position, sizeof(self.position)) == 0 &&
                   id_eq(complete.gen, self.gen);
    EXPECT(is_next || e || fate != SYNC_PAGE_MERGED, "merged where it does not follow");
    sync_stage_clear(&stage);
    return is_merged(e) && fate == SYNC_PAGE_MERGED;
}

static struct str position(int64_t more)
{
    int64_t c = self.position.seq[FEED_COUNTY] + more;
    int64_t s = self.position.seq[FEED_SITE_STREAM] + more;
    int64_t d = self.position.seq[FEED_DEVICE] + more;
    return str_printf(&arena, "{\"c\":%lld,\"s\":%lld,\"d\":%lld}", (long long)c, (long long)s,
                      (long long)d);
}

static bool hear(struct str kind, struct str text)
{
    int64_t from = 0;
    struct json_value *document = NULL;
    struct id sitting = kiosk_id('a', 0);
    const struct fuzz_word words[] = {{"gen", id_str(&self.gen)},
                                      {"from", position(0)},
                                      {"to", position(1)},
                                      {"sitting", id_str(&sitting)},
                                      {"seq", str_printf(&arena, "%lld", (long long)self.op_seq)}};
    if (str_eq_z(kind, "answer") && !str_to_int(str_cut(&text, ' '), 0, JSON_INT_MAX, &from))
        return false;
    text = fuzz_fill_in(&arena, text, words, sizeof(words) / sizeof(words[0]));
    if (json_parse(text, &document, NULL)) return false;
    bool has_changed = false;
    if (str_eq_z(kind, "hello")) has_changed = hear_hello(document);
    if (str_eq_z(kind, "answer")) has_changed = hear_answer(document, from);
    if (str_eq_z(kind, "page")) has_changed = hear_page(document);
    json_free(document);
    return has_changed;
}

// ---- What a visitor does

static int number(struct str *rest, int max)
{
    int64_t n = 0;
    return str_to_int(str_cut(rest, ' '), 0, max, &n) ? (int)n : 0;
}

static enum err touch(struct str kind, struct str rest, struct sync_now now)
{
    int n = number(&rest, BOOKINGS - 1);
    int sitting = number(&rest, KIOSK_SITTINGS - 1);
    int seat = number(&rest, SITTING_SEATS_MAX);
    struct sync_sale sale = kiosk_sale(n, sitting, seat > 0 ? seat : 1);
    sale.code = (struct ticket_code){"12345672"}; // with its right check digit
    struct ledger_booking booking = {
        .id = sale.booking, .sitting = sale.sitting, .seat = sale.seat};
    enum verdict verdict;
    char letter;
    int given;
    bool more;
    bool withdrawn;
    bool is_sale = str_eq_z(kind, "sell") || str_eq_z(kind, "ask");
    if (is_sale && is_used[n]) return ERR_NOT_FOUND;
    is_used[n] = is_used[n] || is_sale;
    if (str_eq_z(kind, "sell")) return sync_book_right(l, &sale, now, &verdict);
    if (str_eq_z(kind, "ask")) return sync_book_pool(l, &sale, now, &verdict);
    if (str_eq_z(kind, "cancel")) return sync_cancel(l, &booking, OP_WHY_VISITOR, now, &verdict);
    if (str_eq_z(kind, "checkin")) return sync_checkin(l, &booking, now, &verdict);
    if (str_eq_z(kind, "giveup")) return sync_give_up(l, sale.booking, now, &withdrawn);
    if (str_eq_z(kind, "again")) return sync_ask_again(l, sale.booking, now, &withdrawn);
    if (str_eq_z(kind, "give")) return sync_return(l, sale.sitting, sale.seat, now);
    if (str_eq_z(kind, "ticket")) return sync_walkin(l, now, &verdict, &letter, &given);
    if (str_eq_z(kind, "start")) return sync_start(l, now);
    return str_eq_z(kind, "sweep") ? cache_ledger_sweep(k->disk, now.ms, &more) : ERR_OK;
}

static void event(struct str line)
{
    static struct state before;
    look(&before);
    struct str kind = str_cut(&line, ' ');
    bool is_told = str_eq_z(kind, "hello") || str_eq_z(kind, "answer") || str_eq_z(kind, "page");
    bool has_changed = is_told && hear(kind, line);
    if (!is_told) {
        enum err e = touch(kind, line, kiosk_time(k->env.now_ms));
        EXPECT(!e || e == ERR_NOT_FOUND || e == ERR_CONFLICT, "%s", err_text(e));
        has_changed = !e;
    }
    expect_whole(&before, has_changed, str_eq_z(kind, "sweep"));
}

// A position that the centre has told to be the last there can be is believed.
static bool is_at_the_end(void)
{
    bool is_end = self.ticket_number >= TICKET_NUMBER_MAX;
    for (int s = 0; s < FEED_STREAMS; s++) {
        is_end = is_end || self.position.seq[s] >= JSON_INT_MAX;
    }
    return is_end || self.letter == '\0';
}

static void expect_alive(void)
{
    int64_t at = self.position.seq[FEED_COUNTY];
    int64_t seq = self.op_seq;
    if (is_at_the_end()) return;
    event(STR("page {\"gen\":\"$gen\",\"from\":$from,\"to\":$to,\"more\":false,\"applied\":0,"
              "\"rows\":[]}"));
    EXPECT(self.position.seq[FEED_COUNTY] == at + 1, "the next page is not merged");
    event(STR("ticket"));
    EXPECT(self.op_seq == seq + 1, "the next visitor gets no number");
}

// NOLINTNEXTLINE(readability-identifier-naming)
int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t count)
{
    if (count > FUZZ_BYTES_MAX) return 0;
    struct str rest = {(const char *)bytes, count};
    rewind_back(k->disk->db);
    sync_stage_clear(&stage);
    k->env.now_ms = KIOSK_NOW_MS;
    memset(is_used, 0, sizeof(is_used));
    self = kiosk_self(l);
    arena_rewind(&arena, 0);
    dumped = (struct str){0};
    for (int i = 0; rest.ptr && i < EVENTS_MAX && arena_free_bytes(&arena) > ARENA_BYTES / 2; i++) {
        event(str_cut(&rest, '\n'));
    }
    expect_alive();
    return 0;
}
