// A random sequence of commands does the same on SQLite and on PostgreSQL: the same answers, and at the
// end the same rows in every table. The seed is printed, and repeats a run when it is given.
#include "store/world.h"

#include "base/buf.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define STEPS        400
#define LOOK_EVERY   20
#define KIOSKS_MAX   6
#define BOOKINGS_MAX 512
#define SIDES        2

static uint64_t seed;

// What the two sides have in common; each command runs on both.
struct pair {
    struct world *sides[SIDES];
    struct world_kiosk kiosks[KIOSKS_MAX][SIDES];
    int sites[KIOSKS_MAX];
    int kiosk_count;
    struct booking_id bookings[BOOKINGS_MAX];
    int booking_count;
    uint64_t dice;
    int outcomes[3]; // how many operations came out so
};

static int64_t below(struct pair *p, int64_t n)
{
    uint64_t z = (p->dice += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (int64_t)((z ^ (z >> 31)) % (uint64_t)n);
}

static void look(struct pair *p)
{
    struct store_total totals[SIDES][STORE_TABLES_MAX];
    int counts[SIDES];
    for (int i = 0; i < SIDES; i++) {
        assert_int_equal(store_totals(p->sides[i]->reader, totals[i], &counts[i]), ERR_OK);
    }
    assert_int_equal(counts[0], counts[1]);
    assert_true(counts[0] > 10);
    for (int t = 0; t < counts[0]; t++) {
        if (memcmp(&totals[0][t], &totals[1][t], sizeof(totals[0][t])) == 0) continue;
        fail_msg("table %s differs: %" PRId64 " rows and %" PRId64, totals[0][t].table,
                 totals[0][t].row_count, totals[1][t].row_count);
    }
}

// ---- Commands

static void enrol(struct pair *p)
{
    struct store_enrolled told[SIDES];
    int site = (int)below(p, 2);
    enum store_role role = below(p, 6) == 0 ? STORE_ROLE_DISPLAY : STORE_ROLE_DESK;
    if (p->kiosk_count == KIOSKS_MAX) return;
    for (int i = 0; i < SIDES; i++) {
        enum err e =
            world_enrol_try(p->sides[i], site, role, &p->kiosks[p->kiosk_count][i], &told[i]);
        assert_int_equal(e, ERR_OK);
    }
    assert_int_equal(told[0].answer, told[1].answer);
    assert_true(id_eq(told[0].kiosk, told[1].kiosk));
    assert_int_equal(told[0].letter, told[1].letter);
    p->sites[p->kiosk_count] = site;
    if (told[0].answer == STORE_ENROL_OK && role == STORE_ROLE_DESK) p->kiosk_count++;
}

static struct op op_of(struct pair *p, struct world *w, int site, const int64_t *dice)
{
    int day = world_today(w) + (int)(dice[0] % 15);
    struct sitting_id sitting = world_sitting(w, site, day, 510);
    struct op op = world_book(w, sitting, 1 + (int)(dice[1] % 6), dice[2] % 2 ? OP_RIGHT : OP_POOL,
                              1 + dice[3] % 3);
    switch (dice[4] % 8) {
    case 0: op.kind = OP_WISH; break;
    case 1: op.kind = OP_RETURN; break;
    case 2:
        op = (struct op){.kind = OP_TICKET,
                         .at_ms = op.at_ms,
                         .day = world_today(w),
                         .letter = 'A',
                         .number = 1 + (int)(dice[5] % 40)};
        break;
    case 3:
    case 4:
        op = (struct op){.kind = dice[5] % 2 ? OP_CANCEL : OP_CHECKIN, .at_ms = op.at_ms};
        op.booking.id = p->bookings[dice[6] % BOOKINGS_MAX].id;
        if (id_is_none(op.booking.id)) op.booking.id = id_new(&w->env.env);
        break;
    default: break;
    }
    return op;
}

static void push(struct pair *p)
{
    static const char *const phones[] = {"", "13800001111", "13800002222", "13800003333"};
    struct op_result told[SIDES] = {{0}};
    enum err errs[SIDES];
    int64_t dice[7];
    if (p->kiosk_count == 0) return;
    int k = (int)below(p, p->kiosk_count);
    const char *phone = phones[below(p, 4)];
    for (int i = 0; i < 7; i++) {
        dice[i] = below(p, 1 << 20);
    }
    struct op op = {0};
    for (int i = 0; i < SIDES; i++) {
        op = op_of(p, p->sides[i], p->sites[k], dice);
        op.letter = op.kind == OP_TICKET ? p->kiosks[k][i].letter : 0;
        errs[i] = world_push(p->sides[i], &p->kiosks[k][i], op, phone, &told[i]);
    }
    assert_int_equal(errs[0], errs[1]);
    assert_memory_equal(&told[0], &told[1], sizeof(told[0]));
    if (!errs[0]) p->outcomes[told[0].outcome]++;
    if (!errs[0] && op.kind == OP_BOOK) p->bookings[p->booking_count++ % BOOKINGS_MAX] = op.booking;
}

static void roster(struct pair *p)
{
    struct store_import told[SIDES];
    int64_t seats = 3 + below(p, 5);
    int64_t minutes = below(p, 4) == 0 ? 20 : 30;
    bool clashes = below(p, 5) == 0;
    for (int i = 0; i < SIDES; i++) {
        struct roster_rule rules[] = {world_rule(0), world_rule(1)};
        rules[0].seat_count = (int)seats;
        rules[1].seat_minutes = (int)minutes;
        if (clashes) rules[1].counsellor = rules[0].counsellor;
        assert_int_equal(world_roster(p->sides[i], rules, 2, &told[i]), ERR_OK);
    }
    assert_int_equal(told[0].refused, told[1].refused);
    assert_int_equal(told[0].imported, told[1].imported);
}

static enum err night(struct store *s, void *context)
{
    return store_nightly(s, context);
}

static void later(struct pair *p)
{
    bool did[SIDES];
    int64_t ms = below(p, 3) == 0 ? DATE_DAY_MS : below(p, 6 * 60) * DATE_MINUTE_MS;
    for (int i = 0; i < SIDES; i++) {
        p->sides[i]->env.now_ms += ms;
        assert_int_equal(store_transact(p->sides[i]->store, night, &did[i]), ERR_OK);
    }
    assert_int_equal(did[0], did[1]);
}

// A command that fails after it has written, beside one that does not.
static void half(struct pair *p)
{
    struct world_kiosk *k = p->kiosk_count > 0 ? p->kiosks[below(p, p->kiosk_count)] : NULL;
    if (!k) return;
    for (int i = 0; i < SIDES; i++) {
        struct store *s = p->sides[i]->store;
        assert_int_equal(store_begin(s), ERR_OK);
        assert_int_equal(store_command_begin(s), ERR_OK);
        assert_int_equal(store_kiosk_suspend(s, k[i].kiosk, STR("staff")), ERR_OK);
        assert_int_equal(store_command_end(s, ERR_TOO_BIG), ERR_TOO_BIG);
        assert_int_equal(store_command_begin(s), ERR_OK);
        assert_int_equal(store_command_end(s, store_kiosk_seen(s, k[i].kiosk)), ERR_OK);
        assert_int_equal(store_commit(s, ERR_OK), ERR_OK);
    }
}

// ---- What staff read

static enum err list(void *context, const struct store_booking *b)
{
    struct buf *text = context;
    buf_addf(text, "%s %s %d %s %" PRId64 " %.*s %.*s\n", b->id.id.hex, b->site.z, b->seat,
             booking_state_code(b->state), b->planned_ms, STR_ARG(b->name), STR_ARG(b->phone));
    return ERR_OK;
}

static void read_lists(struct pair *p)
{
    struct buf lists[SIDES];
    struct store_booking_filter filter = {.site = world_site((int)below(p, 2))};
    for (int i = 0; i < SIDES; i++) {
        buf_init(&lists[i], 1 << 20);
        assert_int_equal(store_bookings(p->sides[i]->reader, &filter, list, &lists[i]), ERR_OK);
    }
    assert_true(str_eq(buf_str(&lists[0]), buf_str(&lists[1])));
    for (int i = 0; i < SIDES; i++) {
        buf_deinit(&lists[i]);
    }
}

static void step(struct pair *p)
{
    int64_t which = below(p, 100);
    if (which < 4) {
        enrol(p);
    } else if (which < 80) {
        push(p);
    } else if (which < 85) {
        roster(p);
    } else if (which < 90) {
        later(p);
    } else if (which < 95) {
        half(p);
    } else {
        read_lists(p);
    }
}

static void the_two_databases_do_the_same(void **state)
{
    static struct pair pair; // large
    const struct world_driver *const drivers[SIDES] = {&world_sqlite, &world_postgres};
    (void)state;
    pair = (struct pair){.dice = seed};
    for (int i = 0; i < SIDES; i++) {
        struct world_driver driver = *drivers[i];
        void *side = &driver;
        world_setup(&side);
        pair.sides[i] = side;
        pair.sides[i]->driver = drivers[i];
        world_init(pair.sides[i]);
    }
    for (int n = 0; n < STEPS; n++) {
        step(&pair);
        if (n % LOOK_EVERY == 0) look(&pair);
    }
    look(&pair);
    print_message("ok %d, warned %d, refused %d\n", pair.outcomes[OP_OK], pair.outcomes[OP_OK_WARN],
                  pair.outcomes[OP_REFUSED]);
    assert_true(pair.outcomes[OP_OK] > 0 && pair.outcomes[OP_REFUSED] > 0);
    for (int i = 0; i < SIDES; i++) {
        void *side = pair.sides[i];
        world_is_sound(pair.sides[i]);
        world_teardown(&side);
    }
}

int main(int argc, char **argv)
{
    int64_t given = 0;
    struct env_system env;
    if (argc < 2 || argc > 3 ||
        (argc == 3 && !str_to_int(str_from_z(argv[2]), 1, INT64_MAX, &given))) {
        fprintf(stderr, "usage: test_store_equal CONNINFO [SEED]\n");
        return 2;
    }
    env_system_init(&env, 0);
    if (given == 0) given = 1 + (int64_t)env_random_below(&env.env, 1000000000);
    seed = (uint64_t)given;
    printf("seed %" PRIu64 "\n", seed);
    fflush(stdout);
    world_postgres_use(argv[1]);
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_two_databases_do_the_same)};
    return cmocka_run_group_tests_name("store equal", tests, NULL, NULL);
}
