// The plain driver of a fuzz target: replays a folder of inputs, then mutates them for some seconds.
//
//   fuzz_NAME CORPUS [--seconds N] [--seed N] [--current FILE] [--mutant NAME]
//
// FILE always holds the input under way, so it is there after whatever ended the process; a good end
// removes it.
#include "fuzz/fuzz.h"

#include "base/buf.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#ifdef LYVUE_SIM
#    include "sim/sim.h"
#endif

#define FILES_MAX 1000
#define HANG_S    60 // no input takes so long

struct driver {
    const char *corpus;
    const char *current_path; // NULL: kept nowhere
    const char *mutant;
    int64_t seconds;
    int64_t seed;
    struct buf files[FILES_MAX];
    int file_count;
    unsigned char *current; // its length, then its bytes
};

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool load(struct driver *d)
{
    static char *names[FILES_MAX];
    int count = 0;
    DIR *dir = opendir(d->corpus);
    for (struct dirent *at; dir && (at = readdir(dir)) && count < FILES_MAX;) {
        if (at->d_name[0] != '.') names[count++] = strdup(at->d_name);
    }
    if (dir) closedir(dir);
    qsort(names, (size_t)count, sizeof(names[0]), by_name);
    for (int i = 0; i < count; i++) {
        char path[4096];
        snprintf(path, sizeof(path), "%s/%s", d->corpus, names[i]);
        buf_init(&d->files[i], FUZZ_BYTES_MAX);
        if (buf_read_file(&d->files[i], path)) return false;
        free(names[i]);
    }
    d->file_count = count;
    return count > 0;
}

static bool map_current(struct driver *d)
{
    size_t room = sizeof(uint64_t) + FUZZ_BYTES_MAX;
    int fd = -1;
    int flags = MAP_PRIVATE | MAP_ANONYMOUS;
    if (d->current_path) {
        fd = open(d->current_path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
        if (fd < 0 || ftruncate(fd, (off_t)room) != 0) return false;
        flags = MAP_SHARED;
    }
    void *at = mmap(NULL, room, PROT_READ | PROT_WRITE, flags, fd, 0);
    if (fd >= 0) close(fd);
    if (at == MAP_FAILED) return false;
    d->current = at;
    return true;
}

// The target gets memory of exactly that size, so that one byte past it is noticed.
static void run(struct driver *d, size_t count)
{
    uint64_t len = count;
    memcpy(d->current, &len, sizeof(len));
    unsigned char *bytes = malloc(count > 0 ? count : 1);
    if (!bytes) abort();
    memcpy(bytes, d->current + sizeof(len), count);
    alarm(HANG_S);
    LLVMFuzzerTestOneInput(bytes, count);
    alarm(0);
    free(bytes);
}

static void mutate(struct driver *d, uint64_t *random)
{
    unsigned char *bytes = d->current + sizeof(uint64_t);
    struct str a = buf_str(&d->files[*random % (unsigned)d->file_count]);
    struct str b = buf_str(&d->files[(*random >> 20) % (unsigned)d->file_count]);
    size_t count = a.len;
    if (count > 0) memcpy(bytes, a.ptr, count);
    if ((*random >> 40) % 4 == 0) count = fuzz_cross(a, b, bytes, FUZZ_BYTES_MAX, random);
    run(d, fuzz_mutate(bytes, count, FUZZ_BYTES_MAX, random));
}

static int64_t now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

static void work(struct driver *d)
{
    for (int i = 0; i < d->file_count; i++) {
        struct str text = buf_str(&d->files[i]);
        if (text.len > 0) memcpy(d->current + sizeof(uint64_t), text.ptr, text.len);
        run(d, text.len);
    }
    int64_t count = 0;
    int64_t end_s = now_s() + d->seconds;
    for (uint64_t random = (uint64_t)d->seed; now_s() < end_s; count++) {
        // Every input has a seed of its own, so none hangs on the ones before it.
        random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        uint64_t own = random ^ random >> 29;
        mutate(d, &own);
    }
    printf("%d kept inputs and %lld made from seed %lld: no promise was broken\n", d->file_count,
           (long long)count, (long long)d->seed);
}

static bool read_args(struct driver *d, int argc, char **argv)
{
    *d = (struct driver){.corpus = argc > 1 ? argv[1] : NULL, .seed = 1};
    bool good = argc > 1 && argc % 2 == 0;
    for (int i = 2; good && i + 1 < argc; i += 2) {
        struct str value = str_from_z(argv[i + 1]);
        if (strcmp(argv[i], "--seconds") == 0) {
            good = str_to_int(value, 0, 1000000, &d->seconds);
        } else if (strcmp(argv[i], "--seed") == 0) {
            good = str_to_int(value, 0, INT64_MAX, &d->seed);
        } else if (strcmp(argv[i], "--current") == 0) {
            d->current_path = argv[i + 1];
        } else if (strcmp(argv[i], "--mutant") == 0) {
            d->mutant = argv[i + 1];
        } else {
            good = false;
        }
    }
    return good;
}

static bool choose_mutant(const char *name)
{
    if (!name) return true;
#ifdef LYVUE_SIM
    enum mutant m;
    if (mutant_find(name, &m)) {
        mutant_choose(m);
        return true;
    }
#endif
    return false;
}

int main(int argc, char **argv)
{
    static struct driver d;
    if (!read_args(&d, argc, argv) || !choose_mutant(d.mutant)) {
        fprintf(stderr, "fuzz_NAME CORPUS [--seconds N] [--seed N] [--current FILE] "
                        "[--mutant NAME]\n");
        return 2;
    }
    if (!load(&d) || !map_current(&d)) {
        fprintf(stderr, "%s: no inputs, or %s cannot be written\n", d.corpus,
                d.current_path ? d.current_path : "memory");
        return 2;
    }
    LLVMFuzzerInitialize(&argc, &argv);
    work(&d);
    if (d.current_path) unlink(d.current_path);
    for (int i = 0; i < d.file_count; i++) {
        buf_deinit(&d.files[i]);
    }
    return 0;
}
