// The feed: one number a stream and transaction, pages that never split one, nothing of what failed.
#include "store/world.h"

#include <pthread.h>
#include <string.h>

static enum err tell_workday(struct world *w, int day)
{
    struct workday_entry entry = {day, true};
    struct store_import import;
    return store_workdays_import(w->store, &entry, 1, STR("clerk"), &import);
}

static int64_t county_head(struct world *w)
{
    struct feed_position at;
    struct inc_id none = {0};
    assert_int_equal(store_feed_heads(w->reader, none, world_site(0), &at), ERR_OK);
    return at.seq[FEED_COUNTY];
}

static void the_commands_of_one_transaction_share_a_number(void **state)
{
    struct world *w = *state;
    world_init(w);
    int64_t head = county_head(w);
    assert_int_equal(store_begin(w->store), ERR_OK);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(store_command_begin(w->store), ERR_OK);
        assert_int_equal(store_command_end(w->store, tell_workday(w, 30000 + i)), ERR_OK);
    }
    // Nobody sees a number before the commit.
    assert_int_equal(county_head(w), head);
    assert_int_equal(store_commit(w->store, ERR_OK), ERR_OK);
    assert_int_equal(county_head(w), head + 1);
    assert_int_equal(world_count(w, "SELECT count(DISTINCT seq) FROM feed_row "
                                    "WHERE kind = 'workday'"),
                     1);
}

static void a_failed_command_takes_its_rows_with_it(void **state)
{
    struct world *w = *state;
    world_init(w);
    int64_t head = county_head(w);
    assert_int_equal(store_begin(w->store), ERR_OK);
    assert_int_equal(store_command_begin(w->store), ERR_OK);
    assert_int_equal(store_command_end(w->store, tell_workday(w, 30000)), ERR_OK);
    assert_int_equal(store_command_begin(w->store), ERR_OK);
    // The same key again and another one: both words of the failed command must go.
    struct workday_entry entries[] = {{30000, false}, {30001, true}};
    struct store_import import;
    assert_int_equal(store_workdays_import(w->store, entries, 2, STR("clerk"), &import), ERR_OK);
    assert_int_equal(store_command_end(w->store, ERR_CONFLICT), ERR_CONFLICT);
    assert_int_equal(store_commit(w->store, ERR_OK), ERR_OK);
    assert_int_equal(county_head(w), head + 1);
    assert_int_equal(world_count(w, "SELECT count(*) FROM feed_row WHERE kind = 'workday'"), 1);
    assert_int_equal(world_count(w, "SELECT count(*) FROM feed_row WHERE kind = 'workday' "
                                    "AND body LIKE '%true%'"),
                     1);
    world_is_sound(w);
}

static void a_transaction_that_fails_tells_nothing(void **state)
{
    struct world *w = *state;
    world_init(w);
    int64_t head = county_head(w);
    assert_int_equal(store_begin(w->store), ERR_OK);
    assert_int_equal(tell_workday(w, 30000), ERR_OK);
    assert_int_equal(store_commit(w->store, ERR_IO), ERR_IO);
    assert_int_equal(county_head(w), head);
    // Nor does it leak into the one after.
    assert_int_equal(store_begin(w->store), ERR_OK);
    assert_int_equal(store_commit(w->store, ERR_OK), ERR_OK);
    assert_int_equal(county_head(w), head);
}

static void what_has_not_changed_is_not_told_again(void **state)
{
    struct world *w = *state;
    struct store_import import;
    struct roster_rule rules[] = {world_rule(0), world_rule(1)};
    world_init(w);
    int64_t head = county_head(w);
    assert_int_equal(world_roster(w, rules, 2, &import), ERR_OK);
    assert_int_equal(import.imported, 2);
    assert_int_equal(county_head(w), head);
}

// Reads all there is from `at` on and counts rows; every page keeps the promises of a page.
static int read_all(struct world *w, struct world_kiosk *kiosk, struct feed_position *at,
                    int *pages)
{
    struct store_feed_page *page = test_calloc(1, sizeof(*page));
    int rows = 0;
    bool more = true;
    for (*pages = 0; more && *pages < 100; (*pages)++) {
        size_t mark = arena_mark(&w->arena);
        struct store_feed_ask ask = {kiosk->inc, world_site(0), *at};
        assert_int_equal(store_feed_read(w->reader, &ask, &w->arena, page), ERR_OK);
        assert_int_equal(page->answer, STORE_FEED_PAGE);
        assert_memory_equal(&page->from, at, sizeof(*at));
        size_t bytes = 0;
        for (int i = 0; i < page->count; i++) {
            const struct store_feed_row *row = &page->rows[i];
            assert_true(row->seq > at->seq[row->stream]);
            assert_true(row->seq <= page->to.seq[row->stream]);
            bytes += row->value.len;
        }
        assert_true(bytes <= FEED_PAGE_BYTES_MAX);
        rows += page->count;
        more = page->more;
        *at = page->to;
        arena_rewind(&w->arena, mark);
    }
    test_free(page);
    return rows;
}

static void pages_give_every_row_once_and_never_split_a_number(void **state)
{
    struct world *w = *state;
    struct world_kiosk kiosk;
    struct workday_entry entries[700];
    struct store_import import;
    struct feed_position at = {{0}};
    int pages = 0;
    world_init(w);
    world_enrol(w, 0, STORE_ROLE_DESK, &kiosk);
    for (int i = 0; i < 700; i++) {
        entries[i] = (struct workday_entry){40000 + i, true};
    }
    assert_int_equal(store_begin(w->store), ERR_OK);
    enum err e = store_workdays_import(w->store, entries, 700, STR("clerk"), &import);
    assert_int_equal(store_commit(w->store, e), ERR_OK);
    assert_int_equal(import.imported, 700);
    int64_t told = world_count(w, "SELECT count(*) FROM feed_row");
    assert_true(told > FEED_PAGE_ROWS_MAX);
    assert_int_equal(read_all(w, &kiosk, &at, &pages), told);
    assert_true(pages > 1);
    assert_int_equal(read_all(w, &kiosk, &at, &pages), 0);
    assert_int_equal(world_count(w, "SELECT max(n) FROM (SELECT count(*) AS n FROM feed_row "
                                    "GROUP BY stream, seq) AS numbers"),
                     STORE_SEQ_ROWS_MAX);
}

static void a_page_counts_bytes_too(void **state)
{
    struct world *w = *state;
    struct world_kiosk kiosk;
    struct feed_position at = {{0}};
    int pages = 0;
    world_init(w);
    world_enrol(w, 0, STORE_ROLE_DESK, &kiosk);
    // A hundred rows of ten thousand bytes, two to a number.
    char body[10000];
    memset(body, 'x', sizeof(body));
    struct db_query add =
        DB_QUERY("INSERT INTO feed_row (stream, kind, key, seq, dead, body) "
                 "SELECT 'c:141182', 'big', CAST(k.tick AS TEXT), 1000 + k.tick % 50, 0, $1 "
                 "FROM counsellor_tick k GROUP BY k.tick LIMIT 100",
                 DB_TEXT(((struct str){body, sizeof(body)})));
    assert_int_equal(db_run(store_db(w->store), add, NULL), ERR_OK);
    assert_int_equal(world_sql(w, "UPDATE feed_head SET seq = 2000 WHERE stream = 'c:141182'"),
                     ERR_OK);
    int64_t told = world_count(w, "SELECT count(*) FROM feed_row");
    assert_int_equal(read_all(w, &kiosk, &at, &pages), told);
    assert_true(pages >= 2);
}

// A kiosk that reads as fast as it can while the centre writes. It runs beside the test, so it only
// counts; the test looks at the counts afterwards.
struct follower {
    struct store *reader;
    struct store_feed_ask ask;
    int64_t until; // the last number
    int rows;
    int broken; // pages that failed, or rows that were told too late
};

static void *follow(void *context)
{
    struct follower *f = context;
    struct arena arena;
    arena_init(&arena, 2 * FEED_PAGE_BYTES_MAX);
    struct store_feed_page *page = arena_new(&arena, struct store_feed_page);
    size_t mark = arena_mark(&arena);
    for (int i = 0; i < 1000000 && f->ask.from.seq[FEED_COUNTY] < f->until; i++) {
        arena_rewind(&arena, mark);
        bool is_read = store_feed_read(f->reader, &f->ask, &arena, page) == ERR_OK;
        if (!is_read) f->broken++;
        for (int k = 0; is_read && k < page->count; k++) {
            if (page->rows[k].seq <= f->ask.from.seq[page->rows[k].stream]) f->broken++;
        }
        if (!is_read) continue;
        f->rows += page->count;
        f->ask.from = page->to;
    }
    arena_deinit(&arena);
    return NULL;
}

static void a_reader_beside_the_writer_misses_nothing(void **state)
{
    struct world *w = *state;
    struct world_kiosk kiosk;
    pthread_t thread;
    world_init(w);
    world_enrol(w, 0, STORE_ROLE_DESK, &kiosk);
    struct follower f = {.reader = w->reader,
                         .ask = {.inc = kiosk.inc, .site = world_site(0)},
                         .until = county_head(w) + 100};
    assert_int_equal(pthread_create(&thread, NULL, follow, &f), 0);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(store_begin(w->store), ERR_OK);
        struct feed_row row = {
            .stream = FEED_COUNTY, .kind = FEED_WORKDAY, .value.workday = {50000 + i, true}};
        struct centre_store *centre = store_centre(w->store);
        enum err e = centre->ops->feed_put(centre, STR("141182"), &row);
        assert_int_equal(store_commit(w->store, e), ERR_OK);
    }
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(f.broken, 0);
    assert_int_equal(f.rows, world_count(w, "SELECT count(*) FROM feed_row"));
}

static void whoever_starts_anew_is_not_told_of_the_dead(void **state)
{
    struct world *w = *state;
    struct world_kiosk kiosk;
    struct store_import import;
    struct roster_rule rules[] = {world_rule(0)};
    struct feed_position from_start = {{0}};
    struct feed_position at = {{0}};
    int pages = 0;
    world_init(w);
    world_enrol(w, 0, STORE_ROLE_DESK, &kiosk);
    read_all(w, &kiosk, &at, &pages);
    assert_int_equal(world_roster(w, rules, 1, &import), ERR_OK);
    int64_t dead = world_count(w, "SELECT count(*) FROM feed_row WHERE dead = 1");
    assert_true(dead > 0);
    // Another site's seats were in the pool and nobody had them: a sitting and its free seats go.
    assert_int_equal(read_all(w, &kiosk, &at, &pages), dead);
    assert_int_equal(read_all(w, &kiosk, &from_start, &pages),
                     world_count(w, "SELECT count(*) FROM feed_row WHERE dead = 0"));
}

static void a_reader_past_the_head_is_told_so(void **state)
{
    struct world *w = *state;
    struct world_kiosk kiosk;
    struct store_feed_page *page = test_calloc(1, sizeof(*page));
    world_init(w);
    world_enrol(w, 0, STORE_ROLE_DESK, &kiosk);
    for (int stream = 0; stream < FEED_STREAMS; stream++) {
        struct store_feed_ask ask = {.inc = kiosk.inc, .site = world_site(0)};
        ask.from.seq[stream] = 100000;
        assert_int_equal(store_feed_read(w->reader, &ask, &w->arena, page), ERR_OK);
        assert_int_equal(page->answer, STORE_FEED_AHEAD);
    }
    struct store_feed_ask nobody = {.site = world_site(0)};
    nobody.inc.id = id_new(&w->env.env);
    assert_int_equal(store_feed_read(w->reader, &nobody, &w->arena, page), ERR_NOT_FOUND);
    test_free(page);
}

static void a_page_says_which_operation_it_includes(void **state)
{
    struct world *w = *state;
    struct world_kiosk kiosk;
    struct store_feed_page *page = test_calloc(1, sizeof(*page));
    world_init(w);
    world_enrol(w, 0, STORE_ROLE_DESK, &kiosk);
    struct sitting_id sitting = world_sitting(w, 0, world_today(w) + 1, 510);
    for (int i = 0; i < 2; i++) {
        struct store_feed_ask ask = {.inc = kiosk.inc, .site = world_site(0)};
        assert_int_equal(store_feed_read(w->reader, &ask, &w->arena, page), ERR_OK);
        assert_int_equal(page->applied, i);
        struct op op = world_book(w, sitting, 1, OP_POOL, 0);
        assert_int_equal(world_push(w, &kiosk, op, "", NULL), ERR_OK);
    }
    test_free(page);
}

static enum err do_retire(struct store *s, void *context)
{
    return store_kiosk_retire(s, *(const struct id *)context, STR("admin"));
}

static void heads_name_every_stream_that_may_be_read(void **state)
{
    struct world *w = *state;
    struct world_kiosk kiosk;
    struct store_head heads[8];
    int count = 0;
    world_init(w);
    world_enrol(w, 0, STORE_ROLE_DESK, &kiosk);
    assert_int_equal(store_heads(w->reader, heads, 8, &count), ERR_OK);
    assert_int_equal(count, 2);
    assert_string_equal(heads[0].stream, "c:141182");
    assert_true(strncmp(heads[1].stream, "d:", 2) == 0 &&
                strcmp(heads[1].stream + 2, kiosk.inc.id.hex) == 0);
    assert_int_equal(store_heads(w->reader, heads, 1, &count), ERR_OK);
    assert_int_equal(count, 1);
    assert_int_equal(store_transact(w->store, do_retire, &kiosk.kiosk), ERR_OK);
    assert_int_equal(store_heads(w->reader, heads, 8, &count), ERR_OK);
    for (int i = 0; i < count; i++) {
        assert_true(strncmp(heads[i].stream, "d:", 2) != 0);
    }
    assert_true(count > 0);
}

int suite_feed(struct world_driver *driver)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(the_commands_of_one_transaction_share_a_number),
        WORLD_TEST(a_failed_command_takes_its_rows_with_it),
        WORLD_TEST(a_transaction_that_fails_tells_nothing),
        WORLD_TEST(what_has_not_changed_is_not_told_again),
        WORLD_TEST(pages_give_every_row_once_and_never_split_a_number),
        WORLD_TEST(a_page_counts_bytes_too),
        WORLD_TEST(a_reader_beside_the_writer_misses_nothing),
        WORLD_TEST(whoever_starts_anew_is_not_told_of_the_dead),
        WORLD_TEST(a_reader_past_the_head_is_told_so),
        WORLD_TEST(a_page_says_which_operation_it_includes),
        WORLD_TEST(heads_name_every_stream_that_may_be_read),
    };
    return cmocka_run_group_tests_name("store feed", tests, NULL, NULL);
}
