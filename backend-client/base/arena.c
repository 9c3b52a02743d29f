#include "base/arena.h"

#include "base/check.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void arena_init(struct arena *a, size_t bytes_max)
{
    CHECK(bytes_max > 0);
    *a = (struct arena){.bytes = malloc(bytes_max), .bytes_max = bytes_max};
    CHECK(a->bytes);
}

void arena_deinit(struct arena *a)
{
    if (a->bytes) arena_wipe(a, 0);
    free(a->bytes);
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
