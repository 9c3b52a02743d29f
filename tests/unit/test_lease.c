#include "harness/test.h"

#include "model/lease.h"

#include <stdio.h>
#include <string.h>

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

// Seats are letters: p the pool's, a b c a kiosk's, A B C one that it is asked for.
static int seats_of(const char *text, struct lease_seat *out)
{
    int count = 0;
    for (; text[count] != '\0'; count++) {
        char c = text[count];
        bool is_recalled = c >= 'A' && c <= 'Z';
        int owner = is_recalled ? c - 'A' : c - 'a';
        out[count] = (struct lease_seat){
            .seat = count + 1, .owner = c == 'p' ? LEASE_POOL : owner, .is_recalled = is_recalled};
    }
    return count;
}

static void carry_out(char *text, const struct lease_move *moves, int count)
{
    for (int i = 0; i < count; i++) {
        char *c = &text[moves[i].seat];
        *c = (char)(moves[i].to == LEASE_POOL ? *c - 'a' + 'A' : moves[i].to + 'a');
    }
}

struct row {
    const char *has;
    const char *near; // a capital letter: not heard of lately
    int turn, recalls_max;
    const char *becomes;
};

static void expect(const struct row *row)
{
    struct lease_seat seats[LEASE_SEATS_MAX];
    struct lease_kiosk kiosks[LEASE_KIOSKS_MAX];
    struct lease_move moves[LEASE_SEATS_MAX];
    char text[LEASE_SEATS_MAX + 1];
    struct lease_half_day day = {.seats = seats,
                                 .kiosks = kiosks,
                                 .kiosk_count = (int)strlen(row->near),
                                 .turn = row->turn,
                                 .recalls_max = row->recalls_max};
    for (int i = 0; i < day.kiosk_count; i++) {
        kiosks[i] = (struct lease_kiosk){row->near[i] == 'n', 100};
    }
    day.seat_count = seats_of(row->has, seats);
    snprintf(text, sizeof(text), "%s", row->has);
    carry_out(text, moves, lease_plan(&day, moves));
    assert_string_equal(text, row->becomes);
    // Once it has come about, nothing moves any more.
    seats_of(text, seats);
    day.recalls_max = 0;
    assert_int_equal(lease_plan(&day, moves), 0);
}

static void a_quarter_stays_in_the_pool_and_the_rest_is_split_evenly(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"", "nn", 0, 9, ""},
        {"p", "nn", 0, 9, "p"},
        {"pp", "nn", 0, 9, "pa"},
        {"pp", "nn", 1, 9, "pb"}, // the odd one is not always the first one's
        {"pppp", "", 0, 9, "pppp"},
        {"pppp", "n", 0, 9, "paaa"},
        {"pppppp", "nn", 0, 9, "pababa"},
        {"pppppppp", "nn", 0, 9, "ppbababa"},
        {"pppppp", "nnn", 0, 9, "pbacba"},
        {"ppppaa", "nn", 0, 9, "pabbaa"}, // who has fewer is served first
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        expect(&rows[i]);
    }
}

static void a_silent_kiosk_is_given_nothing_and_asked_for_nothing(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"pppp", "N", 0, 9, "pppp"},
        {"pppp", "Nn", 0, 9, "pbbb"},
        {"paaaaaa", "Nn", 0, 9, "paaaaaa"},
        {"paaaaaa", "nN", 0, 9, "paaaaaa"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        expect(&rows[i]);
    }
}

static void the_richest_is_asked_for_what_the_poor_lack_and_no_more(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"paaaaaa", "nn", 0, 9, "paaaaAA"},
        {"paaaaaa", "nn", 0, 1, "paaaaaA"}, // within the limit of an hour
        {"paaaaaa", "nn", 0, 0, "paaaaaa"},
        {"paaaaAA", "nn", 0, 9, "paaaaAA"}, // they are on their way
        {"paaab", "nn", 0, 9, "paaAb"},
        {"paab", "nn", 0, 9, "paab"}, // would only change who is poor
        {"paaaabb", "nn", 0, 9, "paaaabb"},
        {"paaaaab", "nnn", 0, 9, "paaAAAb"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        expect(&rows[i]);
    }
}

static void who_has_all_it_may_have_is_passed_over(void **state)
{
    (void)state;
    struct lease_seat seats[4];
    struct lease_move moves[4];
    const struct lease_kiosk kiosks[2] = {{true, 1}, {true, 0}};
    const struct lease_half_day day = {
        .seats = seats, .seat_count = seats_of("pppp", seats), .kiosks = kiosks, .kiosk_count = 2};
    assert_int_equal(lease_plan(&day, moves), 1);
    assert_int_equal(moves[0].seat, 3);
    assert_int_equal(moves[0].to, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_quarter_stays_in_the_pool_and_the_rest_is_split_evenly),
        cmocka_unit_test(a_silent_kiosk_is_given_nothing_and_asked_for_nothing),
        cmocka_unit_test(the_richest_is_asked_for_what_the_poor_lack_and_no_more),
        cmocka_unit_test(who_has_all_it_may_have_is_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
