// lvyue-keeper-load DATA SPOOL URL SLIPS DEMO_OFFSET_MS ASKS: the kiosk's real keeper without a screen,
// under a load no visitor makes: so many requests wait at any time. What it promises is printed as a
// line "ID CODE" in SLIPS, flushed, before the keeper hears that the slip is out. It ends by being
// killed. For tests/e2e/kill_loop.py.
#include "base/env.h"
#include "base/log.h"
#include "base/str.h"
#include "cache/cache.h"
#include "crypt/hash.h"
#include "keeper/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LIVE_MAX      64 // bookings that are remembered to be cancelled
#define SEATS_MAX     256
#define ARENA_BYTES   ((size_t)16 * 1024 * 1024)
#define IDLE_MS       200
#define HORIZON_MS    (7 * DATE_DAY_MS)
#define IS_CANCEL_OF  2 // one request in so many, once something is live
#define IS_WALK_IN_OF 6

struct seat {
    struct sitting_id sitting;
    int seat;
};

struct load {
    struct keeper_wake wake; // first
    struct env_system env;
    struct keeper *keeper;
    struct cache *cache;
    struct arena arena;
    const char *data;
    int bell[2];
    int slips;
    int64_t asks;
    int waiting;
    struct booking_id live[LIVE_MAX];
    int live_count;
    struct seat seats[SEATS_MAX];
    int seat_count;
    char code_told[10];
};

static void ring(struct keeper_wake *wake)
{
    struct load *l = (struct load *)wake;
    ssize_t written = write(l->bell[1], "!", 1);
    CHECK(written == 1 || errno == EAGAIN);
}

// Seats of its own that were free a moment ago.
static void find_seats(struct load *l)
{
    struct site own;
    struct cache_sittings sittings = {0};
    int64_t now_ms = keeper_now_ms(l->keeper);
    arena_rewind(&l->arena, 0);
    if (!l->cache && cache_open(&l->cache, l->data)) return;
    if (cache_begin(l->cache)) return;
    enum err e = cache_own_site(l->cache, &l->arena, &own);
    if (!e)
        e = cache_sittings(l->cache, &l->arena, &own.code, now_ms, now_ms + HORIZON_MS, &sittings);
    cache_end(l->cache);
    if (e) return;
    for (int i = 0; i < sittings.count; i++) {
        const struct cache_sitting *s = &sittings.items[i];
        for (int seat = 1; seat <= SITTING_SEATS_MAX; seat++) {
            bool is_free = s->rights >> (seat - 1) & 1;
            if (!is_free || l->seat_count == SEATS_MAX) continue;
            l->seats[l->seat_count++] = (struct seat){s->sitting.id, seat};
        }
    }
}

static bool pick_seat(struct load *l, struct keeper_request *request)
{
    if (l->seat_count == 0) find_seats(l);
    if (l->seat_count == 0) return false;
    uint32_t at = env_random_below(&l->env.env, (uint32_t)l->seat_count);
    request->sitting = l->seats[at].sitting;
    request->offer = (struct offer){.kind = OFFER_RIGHT, .seat = l->seats[at].seat};
    l->seats[at] = l->seats[--l->seat_count];
    return true;
}

static bool ask_one(struct load *l)
{
    struct keeper_request request = {.ask = KEEPER_WALKIN, .topic = TOPIC_MONEY};
    uint32_t dice = env_random_below(&l->env.env, IS_CANCEL_OF * IS_WALK_IN_OF);
    bool is_cancel = l->live_count == LIVE_MAX || (l->live_count > 0 && dice % IS_CANCEL_OF == 0);
    if (is_cancel) {
        request.ask = KEEPER_CANCEL;
        request.booking = l->live[--l->live_count];
    } else if (dice % IS_WALK_IN_OF != 1 && pick_seat(l, &request)) {
        request.ask = KEEPER_BOOK;
        snprintf(request.visitor.surname, sizeof(request.visitor.surname), "王");
    }
    if (!keeper_ask(l->keeper, &request)) return false;
    l->waiting++;
    return true;
}

static void print_slip(struct load *l, const struct keeper_answer *a)
{
    char line[ID_HEX_BYTES + 16];
    int len = snprintf(line, sizeof(line), "%s %s\n", a->booking.id.hex, a->code.z);
    CHECK(len > 0 && write(l->slips, line, (size_t)len) == len); // the file is opened O_SYNC
    struct keeper_request printed = {.ask = KEEPER_SLIP_PRINTED, .booking = a->booking};
    if (keeper_ask(l->keeper, &printed) && l->live_count < LIVE_MAX)
        l->live[l->live_count++] = a->booking;
}

static void hear(struct load *l)
{
    struct keeper_answer a;
    while (keeper_next_answer(l->keeper, &a)) {
        l->waiting--;
        if (a.outcome == KEEPER_FAILED) log_error("a request failed");
        if (a.ask == KEEPER_BOOK && a.outcome == KEEPER_DONE) print_slip(l, &a);
    }
}

// What the runs before this one printed last, so that their seats are given free some day.
static void remember(struct load *l, const char *path)
{
    char line[ID_HEX_BYTES + 16];
    FILE *slips = fopen(path, "r");
    CHECK(slips);
    for (int i = 0; fgets(line, sizeof(line), slips); i++) {
        struct str id = {line, ID_HEX_BYTES};
        if (!id_parse(id, &l->live[i % LIVE_MAX].id)) continue; // the last line may be torn
        if (l->live_count < LIVE_MAX) l->live_count++;
    }
    CHECK(fclose(slips) == 0);
}

static void tell(struct load *l, const struct keeper_status *status)
{
    if (status->link != KEEPER_ENROLLING || strcmp(l->code_told, status->user_code) == 0) return;
    snprintf(l->code_told, sizeof(l->code_told), "%s", status->user_code);
    printf("%s\n", status->user_code);
    fflush(stdout);
}

static void run(struct load *l)
{
    struct keeper_answer kept;
    struct keeper_status status;
    char bytes[64];
    while (keeper_next_spooled(l->keeper, &kept)) {
        print_slip(l, &kept);
    }
    for (;;) {
        struct pollfd bell = {.fd = l->bell[0], .events = POLLIN};
        keeper_status(l->keeper, &status);
        tell(l, &status);
        bool may_ask = status.link != KEEPER_ENROLLING && status.trust != OP_TRUST_UNKNOWN;
        bool asked = may_ask && l->waiting < l->asks && ask_one(l);
        int ready = poll(&bell, 1, asked ? 0 : IDLE_MS);
        CHECK(ready >= 0 || errno == EINTR);
        if (ready > 0 && read(l->bell[0], bytes, sizeof(bytes)) < 0) CHECK(errno == EAGAIN);
        hear(l);
    }
}

int main(int argc, char **argv)
{
    static struct load l = {.wake = {ring}};
    int64_t offset_ms = 0;
    if (argc != 7 || !str_to_int(str_from_z(argv[5]), INT64_MIN / 2, INT64_MAX / 2, &offset_ms) ||
        !str_to_int(str_from_z(argv[6]), 0, KEEPER_QUEUE_MAX / 2, &l.asks)) {
        fprintf(stderr, "lvyue-keeper-load DATA SPOOL URL SLIPS DEMO_OFFSET_MS ASKS\n");
        return 2;
    }
    CHECK(crypt_init() == ERR_OK && pipe(l.bell) == 0);
    CHECK(fcntl(l.bell[0], F_SETFL, O_NONBLOCK) == 0 && fcntl(l.bell[1], F_SETFL, O_NONBLOCK) == 0);
    l.slips = open(argv[4], O_WRONLY | O_APPEND | O_CREAT | O_SYNC | O_CLOEXEC, 0600);
    CHECK(l.slips >= 0);
    l.data = argv[1];
    remember(&l, argv[4]);
    env_system_init(&l.env, offset_ms);
    arena_init(&l.arena, ARENA_BYTES);
    struct keeper_config config = {
        .data_dir = argv[1], .spool_dir = argv[2], .centre_url = argv[3], .seed_spread_ms = 100};
    if (keeper_start(&l.keeper, &config, &l.env.env, &l.wake)) return 1;
    run(&l);
}
