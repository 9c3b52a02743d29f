#include "base/arena.h"

#include "base/check.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define MAPPED_BYTES_MIN ((size_t)64 * 1024)

// Not malloc's for large ones: where it is told to overwrite what is freed (M_PERTURB), it also writes
// to all that it hands out, and every page would be there from the start.
static void *reserve(size_t bytes)
{
    if (bytes < MAPPED_BYTES_MIN) return malloc(bytes);
    void *room = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return room == MAP_FAILED ? NULL : room;
}

void arena_init(struct arena *a, size_t bytes_max)
{
    CHECK(bytes_max > 0);
    *a = (struct arena){.bytes = reserve(bytes_max), .bytes_max = bytes_max};
    CHECK(a->bytes);
}

void arena_deinit(struct arena *a)
{
    if (a->bytes) arena_wipe(a, 0);
    if (a->bytes_max >= MAPPED_BYTES_MIN) {
        CHECK(munmap(a->bytes, a->bytes_max) == 0);
    } else {
        free(a->bytes);
    }
    *a = (struct arena){0};
}

void *arena_push(struct arena *a, size_t bytes, size_t align)
{
    CHECK(a->bytes);
    CHECK(align > 0 && (align & (align - 1)) == 0);
    size_t start = (a->used_bytes + align - 1) & ~(align - 1);
    CHECK(start <= a->bytes_max && bytes <= a->bytes_max - start);
    a->used_bytes = start + bytes;
    if (a->told_bytes < a->used_bytes) a->told_bytes = a->used_bytes;
    return memset(a->bytes + start, 0, bytes);
}

size_t arena_mark(const struct arena *a)
{
    return a->used_bytes;
}

void arena_rewind(struct arena *a, size_t mark)
{
    CHECK(mark <= a->used_bytes);
    a->used_bytes = mark;
}

void arena_wipe(struct arena *a, size_t mark)
{
    CHECK(mark <= a->used_bytes);
    memory_wipe(a->bytes + mark, a->told_bytes - mark);
    a->used_bytes = mark;
    a->told_bytes = mark;
}

size_t arena_free_bytes(const struct arena *a)
{
    return a->bytes_max - a->used_bytes;
}

void memory_wipe(void *bytes, size_t count)
{
    if (count > 0) explicit_bzero(bytes, count);
}
