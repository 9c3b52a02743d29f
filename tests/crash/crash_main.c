// Power cuts at uniformly chosen writes, and what must be left after each:
//
//     lvyue-crash [--cuts N] [--seed S] [--synchronous full|normal] [--flush honest|lies]
//
// A story (story.h) is played until the cut; one play in four meets a disk error before. Then the power
// comes back, and the database must hold exactly what it held after the last step that was reported as
// done, or after the one under way; the rest of the story, played on, must lead to the same end. Exits
// with 1 where anything was lost.
#include "base/check.h"
#include "base/str.h"
#include "crash/disk.h"
#include "crash/story.h"
#include "crypt/sign.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLACES      8 // places in the log at which a story begins
#define CHANGES_MAX 4000
#define FRAME_BYTES 4120
#define LOG_FRAMES  1000 // after so many SQLite copies the log into the database
#define WARM_MAX    2000
#define FAULT_EVERY 4

struct options {
    int64_t cuts;
    int64_t seed;
    enum story_sync sync;
    enum disk_flush flush;
};

// A database from which the story is played, and what a play without a cut does.
struct place {
    struct disk_image *image;
    int warmed;
    struct crypt_hash dumps[STORY_STEPS_MAX + 1]; // before the first step, after each
    int64_t ends[STORY_STEPS_MAX + 1];            // changes of the disk up to there
    int64_t calls[DISK_FAULTS];
    int hits[CHANGES_MAX]; // cuts by the change they fell on
};

struct tally {
    int64_t cuts, late, faults, lost, broken;
    struct {
        char what[32];
        int64_t count;
    } by_what[16];
};

static uint64_t dice;

static uint64_t below(uint64_t n)
{
    dice = dice * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (dice >> 11) % n;
}

// ---- Places

static int warm_up(struct story *s, int frames)
{
    int n = 0;
    s->close(s); // the log begins anew
    CHECK(s->open(s) == ERR_OK);
    while (n < WARM_MAX && disk_file_bytes("-wal") < (size_t)frames * FRAME_BYTES) {
        s->warm(s, ++n);
    }
    return n;
}

static void play_through(struct story *s, struct place *p)
{
    disk_load(p->image, below(UINT64_MAX), DISK_FLUSH_HONEST);
    CHECK(s->open(s) == ERR_OK);
    p->dumps[0] = s->dump(s);
    p->ends[0] = disk_changes();
    for (int i = 0; i < s->step_count; i++) {
        CHECK(s->step(s, i) == ERR_OK);
        p->dumps[i + 1] = s->dump(s);
        CHECK(!crypt_hash_eq(&p->dumps[i + 1], &(struct crypt_hash){{0}}));
        p->ends[i + 1] = disk_changes();
    }
    CHECK(s->is_sound(s) && disk_changes() < CHANGES_MAX - 1);
    for (int f = 0; f < DISK_FAULTS; f++) {
        p->calls[f] = disk_calls((enum disk_fault)f);
    }
    s->close(s);
}

// The first place has a fresh log. In the others it is so full that it is copied within the story.
static void make_place(struct story *s, struct place *p, int frames)
{
    *p = (struct place){0};
    disk_load(NULL, below(UINT64_MAX), DISK_FLUSH_HONEST);
    CHECK(s->open(s) == ERR_OK);
    s->fill(s);
    p->warmed = s->warmed = warm_up(s, frames);
    p->image = disk_save();
    s->close(s);
    play_through(s, p);
}

static void note_cut(struct tally *t, struct place *p, int64_t at)
{
    p->hits[at]++;
    t->cuts++;
    if (!disk_is_cut()) {
        t->late++;
        return;
    }
    for (size_t i = 0; i < sizeof(t->by_what) / sizeof(t->by_what[0]); i++) {
        if (t->by_what[i].count == 0)
            snprintf(t->by_what[i].what, sizeof(t->by_what[i].what), "%s", disk_cut_what());
        if (strcmp(t->by_what[i].what, disk_cut_what()) != 0) continue;
        t->by_what[i].count++;
        return;
    }
}

// ---- One cut

static void set_fault(struct tally *t, const struct place *p)
{
    enum disk_fault kind = (enum disk_fault)(1 + below(DISK_FAULTS - 1));
    disk_fail_at((int64_t)(1 + below((uint64_t)p->calls[kind])), kind);
    t->faults++;
}

// After an error of the disk the same step goes through.
static enum err try_again(struct story *s, struct tally *t, int step)
{
    enum err e = s->step(s, step);
    if (!e || disk_is_cut()) return e;
    printf("  %s: “%s” does not go on after a %s\n", s->name, s->steps[step].name,
           disk_fault_name(disk_last_fault()));
    t->broken++;
    return e;
}

// Steps up to the cut; answers how many were reported as done.
static int play(struct story *s, struct tally *t)
{
    int done = 0;
    while (done < s->step_count) {
        enum err e = s->step(s, done);
        if (e && !disk_is_cut()) {
            CHECK(disk_last_fault() != DISK_FAULT_NONE);
            e = try_again(s, t, done);
        }
        if (e) return done;
        done++;
        if (disk_is_cut()) return done;
    }
    return done;
}

// How far the story has come as the database says it; -1: to no point at which it may stand.
static int find(struct story *s, const struct place *p, int reported)
{
    struct crypt_hash left = s->dump(s);
    if (reported < s->step_count && crypt_hash_eq(&left, &p->dumps[reported + 1]))
        return reported + 1;
    return crypt_hash_eq(&left, &p->dumps[reported]) ? reported : -1;
}

static bool plays_on(struct story *s, const struct place *p, int reported, int found)
{
    int from = reported < s->step_count && s->steps[reported].twice ? reported : found;
    for (int i = from; i < s->step_count; i++) {
        if (s->step(s, i)) return false;
    }
    struct crypt_hash left = s->dump(s);
    return crypt_hash_eq(&left, &p->dumps[s->step_count]) && s->is_sound(s);
}

static void complain(struct tally *t, const struct story *s, int64_t at, int reported,
                     const char *what)
{
    t->broken++;
    printf("  %s, cut at change %" PRId64 " (%s) after %d reported steps: %s\n", s->name, at,
           disk_cut_what(), reported, what);
}

static void cut_once(struct story *s, struct place *p, const struct options *o, struct tally *t)
{
    disk_load(p->image, below(UINT64_MAX), o->flush);
    s->warmed = p->warmed;
    if (s->open(s)) abort();
    int64_t at = 1 + (int64_t)below((uint64_t)p->ends[s->step_count] + 1);
    if (below(FAULT_EVERY) == 0) set_fault(t, p);
    disk_cut_at(at);
    int reported = play(s, t);
    note_cut(t, p, at);
    s->close(s);
    disk_power_on();
    if (s->open(s)) {
        complain(t, s, at, reported, "the database does not open");
        s->close(s);
        return;
    }
    int found = s->is_sound(s) ? find(s, p, reported) : -1;
    if (!s->is_sound(s)) {
        complain(t, s, at, reported, "the database is damaged");
    } else if (found < 0) {
        t->lost++;
        if (t->lost <= 3) complain(t, s, at, reported, "what was reported as done is lost");
    } else if (!plays_on(s, p, reported, found)) {
        complain(t, s, at, reported, "the story does not go on");
    }
    s->close(s);
}

// ---- All of them

static void print_steps(const struct story *s, const struct place *places)
{
    for (int i = 0; i < s->step_count; i++) {
        int64_t cuts = 0;
        int64_t writes = 0;
        int64_t hit = 0;
        for (int n = 0; n < PLACES; n++) {
            for (int64_t c = places[n].ends[i] + 1; c <= places[n].ends[i + 1]; c++) {
                writes++;
                cuts += places[n].hits[c];
                hit += places[n].hits[c] > 0;
            }
        }
        printf("  %-24s %6" PRId64 " cuts on %5" PRId64 " of %5" PRId64 " changes\n",
               s->steps[i].name, cuts, hit, writes);
    }
}

// The first step of every story is a booking on a right; over all places, by the change within it.
static int64_t print_booking(const struct story *s, const struct place *places)
{
    int64_t most = 0;
    int64_t missed = 0;
    for (int n = 0; n < PLACES; n++) {
        int64_t count = places[n].ends[1] - places[n].ends[0];
        if (count > most) most = count;
    }
    printf("  cuts on the 1st, 2nd, … change of “%s”:\n   ", s->steps[0].name);
    for (int64_t c = 1; c <= most; c++) {
        int64_t cuts = 0;
        for (int n = 0; n < PLACES; n++) {
            if (places[n].ends[0] + c <= places[n].ends[1])
                cuts += places[n].hits[places[n].ends[0] + c];
        }
        missed += cuts == 0;
        printf("%s%" PRId64, c % 24 == 0 ? "\n    " : " ", cuts);
    }
    printf("\n  %" PRId64 " of %" PRId64 " changes of a booking were never cut\n", missed, most);
    return missed;
}

static bool run_story(struct story *s, const struct options *o)
{
    struct place *places = calloc(PLACES, sizeof(*places));
    struct tally t = {0};
    CHECK(places);
    s->sync = o->sync;
    s->begin(s);
    make_place(s, &places[0], 0);
    int frames = (int)(places[0].ends[s->step_count] / 2) + 1; // each is two writes
    for (int i = 1; i < PLACES; i++) {
        int left = 1 + (int)below((uint64_t)frames);
        make_place(s, &places[i], LOG_FRAMES - left);
    }
    for (int64_t i = 0; i < o->cuts / 2; i++) {
        cut_once(s, &places[i % PLACES], o, &t);
    }
    printf("%s: %" PRId64 " cuts (%" PRId64 " after the last write), %" PRId64
           " plays with a disk error, %" PRId64 " lost, %" PRId64 " broken\n",
           s->name, t.cuts, t.late, t.faults, t.lost, t.broken);
    for (size_t i = 0; i < sizeof(t.by_what) / sizeof(t.by_what[0]) && t.by_what[i].count; i++) {
        printf("  %-24s %6" PRId64 "\n", t.by_what[i].what, t.by_what[i].count);
    }
    print_steps(s, places);
    int64_t missed = print_booking(s, places);
    disk_load(NULL, 1, DISK_FLUSH_HONEST);
    s->end(s);
    for (int i = 0; i < PLACES; i++) {
        disk_image_free(places[i].image);
    }
    free(places);
    printf("%s: %" PRId64 " cuts lost what was reported, %" PRId64 " changes never cut\n\n",
           s->name, t.lost, missed);
    return t.lost == 0 && t.broken == 0;
}

static int usage(void)
{
    fprintf(stderr, "lvyue-crash [--cuts N] [--seed S] [--synchronous full|normal] "
                    "[--flush honest|lies]\n");
    return 2;
}

int main(int argc, char **argv)
{
    static const struct option known[] = {{"cuts", required_argument, NULL, 'c'},
                                          {"seed", required_argument, NULL, 's'},
                                          {"synchronous", required_argument, NULL, 'y'},
                                          {"flush", required_argument, NULL, 'f'},
                                          {NULL, 0, NULL, 0}};
    struct options o = {.cuts = 10000, .seed = 1};
    int c;
    while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
        struct str text = str_from_z(optarg ? optarg : "");
        bool fine = c != '?';
        if (c == 'c') fine = str_to_int(text, 2, INT32_MAX, &o.cuts);
        if (c == 's') fine = str_to_int(text, 1, INT64_MAX, &o.seed);
        if (c == 'y') fine = str_eq_z(text, "full") || str_eq_z(text, "normal");
        if (c == 'f') fine = str_eq_z(text, "honest") || str_eq_z(text, "lies");
        if (!fine) return usage();
        if (c == 'y' && str_eq_z(text, "normal")) o.sync = STORY_SYNC_NORMAL;
        if (c == 'f' && str_eq_z(text, "lies")) o.flush = DISK_FLUSH_LIES;
    }
    if (optind != argc) return usage();
    CHECK(crypt_init() == ERR_OK);
    dice = (uint64_t)o.seed;
    disk_mount();
    printf("seed %" PRId64 "\n", o.seed);
    bool kiosk_is_whole = run_story(story_kiosk(), &o);
    bool centre_is_whole = run_story(story_centre(), &o);
    return kiosk_is_whole && centre_is_whole ? 0 : 1;
}
