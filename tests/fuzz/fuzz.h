// What a fuzz target is: one function over bytes (libFuzzer's own name for it) that hands them to the
// real code and holds what came of it against promises. A promise broken ends the process; so does a
// sanitizer. Built with -DLY_FUZZ=ON libFuzzer drives it, led by coverage; else driver.c does, which
// replays the corpus and mutates for some seconds. Both change bytes by fuzz_mutate.
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>

#define FUZZ_BYTES_MAX 300000 // of one input: past the largest body

// NOLINTNEXTLINE(readability-identifier-naming)
int LLVMFuzzerInitialize(int *argc, char ***argv); // once, before the first input
// NOLINTNEXTLINE(readability-identifier-naming)
int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t count);

// Says what was promised and, in further words, how it was broken; and aborts.
#define EXPECT(cond, ...)                                                      \
    do {                                                                       \
        if (!(cond)) {                                                         \
            fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #cond); \
            fprintf(stderr, " " __VA_ARGS__);                                  \
            fprintf(stderr, "\n");                                             \
            abort();                                                           \
        }                                                                      \
    } while (0)

// Lines of an input, of which more than this are not looked at.
#define FUZZ_LINES_MAX 400

// `text` with each "$name" replaced; names that nobody knows stay. Lives in `a`.
struct fuzz_word {
    const char *name;
    struct str text;
};
struct str fuzz_fill_in(struct arena *a, struct str text, const struct fuzz_word *words, int count);

// Changes `count` bytes in place a little, at random but with a taste for what JSON and the protocol
// are made of; answers how many there are now, at most `bytes_max`.
size_t fuzz_mutate(unsigned char *bytes, size_t count, size_t bytes_max, uint64_t *random);

// One of the two is another's beginning followed by the other's end, cut between lines.
size_t fuzz_cross(struct str a, struct str b, unsigned char *out, size_t bytes_max,
                  uint64_t *random);

#endif
