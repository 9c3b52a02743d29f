// A lifetime with a name: everything pushed into an arena dies together, by rewind or wipe.
//
// An arena has a fixed capacity. Inputs are bounded before they are stored, so a full arena is a
// bug and arena_push never returns NULL. Memory comes zeroed. A large arena is address space: it costs
// the pages that were used, so a generous capacity is free. One thread at a time.
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdalign.h>
#include <stddef.h>

struct arena {
    unsigned char *bytes; // owned
    size_t used_bytes;
    size_t told_bytes; // written since the last wipe; beyond `used_bytes` it was rewound
    size_t bytes_max;
};

void arena_init(struct arena *a, size_t bytes_max);
void arena_deinit(struct arena *a); // wipes first; leaves quietly on a zeroed arena

void *arena_push(struct arena *a, size_t bytes, size_t align);
#define arena_new(a, type)          ((type *)arena_push((a), sizeof(type), alignof(type)))
#define arena_array(a, type, count) ((type *)arena_push((a), sizeof(type) * (count), alignof(type)))

size_t arena_mark(const struct arena *a);
void arena_rewind(struct arena *a, size_t mark); // forgets what came after
// The same, overwritten so that nothing can be read, nor of what was rewound since the last time.
void arena_wipe(struct arena *a, size_t mark);

size_t arena_free_bytes(const struct arena *a);

// Overwrites memory in a way the compiler keeps. For what a visitor typed.
void memory_wipe(void *bytes, size_t count);

#endif
