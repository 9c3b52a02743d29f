// What is played over the disk until the power goes: steps of a program's real write path, always the
// same ones, so that what the database holds after each of them is known from a first play.
#ifndef CRASH_STORY_H
#define CRASH_STORY_H

#include "base/err.h"
#include "crypt/hash.h"

#define STORY_STEPS_MAX 16

enum story_sync { STORY_SYNC_FULL, STORY_SYNC_NORMAL };

struct story_step {
    const char *name;
    bool twice; // what a program does again when it does not know whether it was done
};

struct story {
    const char *name;
    const struct story_step *steps;
    int step_count;
    void (*begin)(struct story *s); // a folder and a clock of its own
    void (*end)(struct story *s);
    void (*fill)(struct story *s);        // an empty database becomes one with something to sell
    void (*warm)(struct story *s, int n); // one small write more, the n-th
    enum err (*open)(struct story *s);
    void (*close)(struct story *s);
    enum err (*step)(struct story *s, int step);
    struct crypt_hash (*dump)(struct story *s); // all the database holds
    bool (*is_sound)(struct story *s);          // quick_check, the hash chain, the invariants
    enum story_sync sync;
    int warmed; // small writes before the story
};

struct story *story_kiosk(void);
struct story *story_centre(void);

// The hash of what these questions answer, one text each; zeros where one is not answered.
struct db;
struct crypt_hash story_dump(struct db *db, const char *const *questions, int count);
enum err story_set_sync(struct story *s, struct db *db);

#endif
