#include "store/world.h"

#include "wire/wire_op.h"

#include <stdio.h>
#include <string.h>

#define ARENA_BYTES (8 * 1024 * 1024)

static int64_t now_ms(struct env *env)
{
    return ((struct world_env *)env)->now_ms;
}

// splitmix64: the same seed gives the same ids in every run.
static void fill(struct env *env, void *bytes, size_t count)
{
    struct world_env *me = (struct world_env *)env;
    unsigned char *out = bytes;
    for (size_t i = 0; i < count; i++) {
        uint64_t z = (me->seed += UINT64_C(0x9E3779B97F4A7C15));
        z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
        out[i] = (unsigned char)(z ^ (z >> 31));
    }
}

static const struct env_ops env_ops = {now_ms, now_ms, fill};

static struct store *open_store(struct world *w, enum db_access access)
{
    struct store_setup setup = {
        .access = access, .env = &w->env.env, .fs = &w->fs, .journal = w->journal};
    memset(setup.keys.data.bytes, 1, CRYPT_KEY_BYTES);
    memset(setup.keys.phone.bytes, 2, CRYPT_KEY_BYTES);
    memset(setup.keys.pins.bytes, 3, CRYPT_KEY_BYTES);
    memset(setup.keys.data_key_id.hex, 'd', ID_HEX_BYTES);
    struct store *store = NULL;
    struct db *db = w->driver->open(w, access);
    assert_int_equal(store_open(&w->arena, db, &setup, &store), ERR_OK);
    return store;
}

void world_env_init(struct world_env *env)
{
    struct date monday = {2026, 3, 2};
    *env = (struct world_env){{&env_ops}, date_ms(date_to_day(monday), 8 * 60), 7};
}

static struct world *make(const struct world_driver *driver, bool is_second, const char *journal)
{
    struct world *w = test_calloc(1, sizeof(*w));
    w->driver = driver;
    w->is_second = is_second;
    w->journal = journal;
    fs_system_init(&w->fs);
    world_env_init(&w->env);
    arena_init(&w->arena, ARENA_BYTES);
    w->driver->make(w);
    w->store = open_store(w, DB_WRITER);
    w->reader = open_store(w, DB_READER);
    return w;
}

void world_close(struct world *w)
{
    store_close(w->reader);
    store_close(w->store);
    w->driver->drop(w);
    arena_deinit(&w->arena);
    test_free(w);
}

struct world *world_beside(struct world *w, const char *journal)
{
    struct world *beside = make(w->driver, true, journal);
    beside->env.now_ms = w->env.now_ms;
    beside->env.seed = w->env.seed + 1;
    return beside;
}

void world_keep_journal(struct world *w, const char *path)
{
    w->journal = path;
    store_close(w->store);
    w->store = open_store(w, DB_WRITER);
}

int world_setup(void **state)
{
    *state = make(*state, false, NULL);
    return 0;
}

int world_teardown(void **state)
{
    world_close(*state);
    return 0;
}

struct site_code world_site(int index)
{
    static const char *const codes[] = {"141182000", "141182001"};
    struct site_code code;
    assert_true(site_code_parse(str_from_z(codes[index]), &code));
    return code;
}

struct counsellor world_counsellor(int index)
{
    static const char *const names[] = {"武志明", "张德胜", "赵丽娟"};
    struct counsellor c = {.name = str_from_z(names[index]), .kind = COUNSELLOR_ATTORNEY};
    c.id = store_counsellor_id(c.name, c.kind);
    return c;
}

struct roster_rule world_rule(int index)
{
    struct date from = {2026, 1, 1};
    return (struct roster_rule){.kind = ROSTER_WORKDAYS,
                                .site = world_site(index),
                                .counsellor = world_counsellor(index).id,
                                .from_day = date_to_day(from),
                                .to_day = ROSTER_DAY_OPEN,
                                .start_minute = 8 * 60 + 30,
                                .end_minute = 11 * 60 + 30,
                                .seat_minutes = 30,
                                .seat_count = 6,
                                .topics = TOPICS_ALL,
                                .desk = STR("1号窗口")};
}

int world_today(const struct world *w)
{
    return date_day_from_ms(w->env.now_ms);
}

static enum err roster_in(struct world *w, const struct roster_rule *rules, int count,
                          struct store_import *out)
{
    struct counsellor all[] = {world_counsellor(0), world_counsellor(1), world_counsellor(2)};
    struct store_roster roster = {all, 3, rules, count};
    return store_roster_replace(w->store, &roster, STR("clerk"), out);
}

enum err world_roster(struct world *w, const struct roster_rule *rules, int count,
                      struct store_import *out)
{
    enum err e = store_begin(w->store);
    return e ? e : store_commit(w->store, roster_in(w, rules, count, out));
}

void world_init(struct world *w)
{
    struct site sites[] = {{.code = world_site(0), .name = STR("政务大厅")},
                           {.code = world_site(1), .name = STR("文峰街道")}};
    struct roster_rule rules[] = {world_rule(0), world_rule(1)};
    struct store_import import = {0};
    assert_int_equal(store_begin(w->store), ERR_OK);
    enum err e = store_init(w->store, STR("141182"));
    if (!e) e = store_sites_import(w->store, sites, 2, STR("clerk"), &import);
    if (!e) e = roster_in(w, rules, 2, &import);
    assert_int_equal(store_commit(w->store, e), ERR_OK);
    assert_int_equal(import.imported, 2);
}

struct sitting_id world_sitting(struct world *w, int site, int day, int start_minute)
{
    struct site_code code = world_site(site);
    struct sitting_id id = {0};
    struct db_rows row;
    enum err e =
        db_one(&row, store_db(w->store),
               DB_QUERY("SELECT id FROM sitting WHERE site = $1 AND start_ms = $2",
                        DB_TEXT(site_code_str(&code)), DB_INT(date_ms(day, start_minute))));
    if (e == ERR_NOT_FOUND) return id;
    assert_int_equal(e, ERR_OK);
    id.id = db_id(&row, 0);
    assert_int_equal(db_rows_close(&row), ERR_OK);
    return id;
}

enum err world_enrol_try(struct world *w, int site, enum store_role role, struct world_kiosk *out,
                         struct store_enrolled *answer)
{
    struct store_enrol_codes codes;
    enum store_enrol started = STORE_ENROL_PENDING;
    *answer = (struct store_enrolled){.answer = STORE_ENROL_PENDING};
    *out = (struct world_kiosk){.keys = crypt_key_pair_new(&w->env.env)};
    out->inc.id = id_new(&w->env.env);
    struct store_enrol_ask ask = {out->keys.public_key, STR("box"), out->inc, role};
    enum err e = store_begin(w->store);
    if (e) return e;
    e = store_enrol_start(w->store, &ask, &codes, &started);
    if (!e) {
        assert_int_equal(started, STORE_ENROL_OK);
        e = store_enrol_approve(w->store, str_from_z(codes.user_code), world_site(site),
                                STR("admin"), answer);
    }
    e = store_commit(w->store, e);
    if (e || answer->answer != STORE_ENROL_OK) return e;
    struct store_enrolled polled = {0};
    e = store_enrol_poll(w->store, str_from_z(codes.device_code), &polled);
    if (e) return e;
    assert_int_equal(polled.answer, STORE_ENROL_OK);
    assert_true(id_eq(polled.kiosk, answer->kiosk));
    out->kiosk = answer->kiosk;
    out->letter = answer->letter;
    return ERR_OK;
}

void world_enrol(struct world *w, int site, enum store_role role, struct world_kiosk *out)
{
    struct store_enrolled answer = {0};
    assert_int_equal(world_enrol_try(w, site, role, out, &answer), ERR_OK);
    assert_int_equal(answer.answer, STORE_ENROL_OK);
}

struct op world_book(struct world *w, struct sitting_id sitting, int seat, enum op_basis basis,
                     int64_t epoch)
{
    struct op op = {.kind = OP_BOOK,
                    .at_ms = w->env.now_ms,
                    .sitting = sitting,
                    .seat = seat,
                    .epoch = epoch,
                    .basis = basis,
                    .code = ticket_code_new(&w->env.env),
                    .sealed = STR("AAAA")};
    op.booking.id = id_new(&w->env.env);
    memset(op.pin_hash.hex, 'a', sizeof(op.pin_hash.hex) - 1);
    return op;
}

// The operation as it is numbered.
static enum err push(struct world *w, const struct world_kiosk *kiosk, struct op op,
                     const char *phone, int64_t had_epoch, struct op_result *result)
{
    char bytes[OP_BYTES_MAX];
    struct centre_push_reply *reply = test_calloc(1, sizeof(*reply));
    struct centre_op pushed = {.op = op, .had_epoch = had_epoch};
    pushed.bytes = (struct str){bytes, wire_op_write(&op, bytes, sizeof(bytes))};
    struct store_contact contact = {.surname = STR("王"),
                                    .title = VISITOR_MS,
                                    .phone = str_from_z(phone),
                                    .topic = TOPIC_MONEY};
    struct centre_push push = {
        .inc = kiosk->inc, .heard = 0, .from = op.seq, .ops = &pushed, .count = 1};
    size_t mark = arena_mark(&w->arena);
    enum err e = store_begin(w->store);
    if (!e) {
        e = store_contact_seal(w->store, op.booking, &contact, &w->arena, &pushed.contact);
        if (!e) e = store_command_begin(w->store);
        if (!e)
            e = store_command_end(w->store,
                                  centre_push(store_centre(w->store), &push, w->env.now_ms, reply));
        e = store_commit(w->store, e);
    }
    arena_rewind(&w->arena, mark);
    if (!e) {
        assert_int_equal(reply->status, CENTRE_PUSHED);
        if (result) *result = reply->results[0];
    }
    test_free(reply);
    return e;
}

enum err world_push(struct world *w, struct world_kiosk *kiosk, struct op op, const char *phone,
                    struct op_result *result)
{
    op.seq = kiosk->seq + 1;
    enum err e = push(w, kiosk, op, phone, 0, result);
    if (!e) kiosk->seq++;
    return e;
}

struct op_result world_push_again(struct world *w, struct world_kiosk *kiosk, struct op op,
                                  int64_t had_epoch)
{
    struct op_result result = {0};
    assert_int_equal(push(w, kiosk, op, "", had_epoch, &result), ERR_OK);
    return result;
}

void world_seen(struct world *w, const struct world_kiosk *kiosk)
{
    assert_int_equal(store_begin(w->store), ERR_OK);
    assert_int_equal(store_commit(w->store, store_kiosk_seen(w->store, kiosk->kiosk)), ERR_OK);
}

void world_minute(struct world *w)
{
    assert_int_equal(store_begin(w->store), ERR_OK);
    assert_int_equal(store_commit(w->store, store_minute(w->store)), ERR_OK);
}

int64_t world_count(struct world *w, const char *sql)
{
    int64_t n = -1;
    assert_int_equal(db_one_int(store_db(w->store), DB_QUERY(sql), &n), ERR_OK);
    return n;
}

enum err world_sql(struct world *w, const char *sql)
{
    return db_run(store_db(w->store), DB_QUERY(sql), NULL);
}

static void print(void *context, struct str line)
{
    (void)context;
    print_message("violation: %.*s\n", STR_ARG(line));
}

static void ignore(void *context, struct str line)
{
    (void)context;
    assert_true(line.len > 0);
}

void world_is_sound(struct world *w)
{
    int violations = -1;
    assert_int_equal(store_check(w->reader, print, NULL, &violations), ERR_OK);
    assert_int_equal(violations, 0);
}

int world_violations(struct world *w)
{
    int violations = -1;
    assert_int_equal(store_check(w->reader, ignore, NULL, &violations), ERR_OK);
    return violations;
}

int suite_all(struct world_driver *driver)
{
    int failed = suite_walls(driver);
    failed += suite_feed(driver);
    failed += suite_roster(driver);
    failed += suite_kiosk(driver);
    failed += suite_booking(driver);
    failed += suite_minute(driver);
    failed += suite_queue(driver);
    failed += suite_recovery(driver);
    failed += suite_check(driver);
    failed += suite_faults(driver);
    return failed;
}
