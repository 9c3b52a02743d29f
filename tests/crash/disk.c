// Files and names of the disk, and what is left of them after a cut.
#include "crash/disk.h"

#include "base/check.h"
#include "crash/disk_own.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct disk the_disk;

struct disk_image {
    struct {
        char path[DISK_PATH_MAX];
        struct disk_bytes bytes;
    } files[DISK_NAMES_MAX];
    int count;
};

const char *disk_fault_name(enum disk_fault fault)
{
    static const char *const names[] = {"no fault",    "read error", "short read",
                                        "write error", "no space",   "flush error"};
    return names[fault];
}

void *disk_alloc(void *old, size_t bytes)
{
    void *got = realloc(old, bytes > 0 ? bytes : 1);
    CHECK(got);
    return got;
}

uint64_t disk_random(void) // splitmix64
{
    uint64_t z = the_disk.state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

uint64_t disk_random_below(uint64_t below)
{
    return disk_random() % below;
}

void disk_truncate_bytes(struct disk_bytes *b, size_t len)
{
    if (len > b->room) {
        b->room = 2 * len;
        b->at = disk_alloc(b->at, b->room);
    }
    if (len > b->len) memset(b->at + b->len, 0, len - b->len);
    b->len = len;
}

void disk_write_bytes(struct disk_bytes *b, size_t offset, const void *data, size_t len)
{
    if (offset + len > b->len) disk_truncate_bytes(b, offset + len);
    if (len > 0) memcpy(b->at + offset, data, len);
}

static void copy_bytes(struct disk_bytes *to, const struct disk_bytes *from)
{
    disk_truncate_bytes(to, 0);
    disk_write_bytes(to, 0, from->at, from->len);
}

struct disk_node *disk_node_new(void)
{
    struct disk_node *node = disk_alloc(NULL, sizeof(*node));
    *node = (struct disk_node){.next = the_disk.nodes};
    the_disk.nodes = node;
    return node;
}

struct disk_name *disk_name_find(const char *path, bool make)
{
    struct disk_name *unused = NULL;
    for (int i = 0; i < DISK_NAMES_MAX; i++) {
        struct disk_name *name = &the_disk.names[i];
        if (strcmp(name->path, path) == 0) return name;
        if (!unused && name->path[0] == '\0') unused = name;
    }
    if (!make) return NULL;
    CHECK(unused && strlen(path) < DISK_PATH_MAX);
    snprintf(unused->path, sizeof(unused->path), "%s", path);
    return unused;
}

void disk_note(struct disk_node *node, bool is_truncation, size_t offset, const void *data,
               size_t len)
{
    if (node->count == node->room) {
        node->room = node->room ? 2 * node->room : 64;
        node->changes = disk_alloc(node->changes, node->room * sizeof(*node->changes));
    }
    struct disk_change *c = &node->changes[node->count++];
    *c = (struct disk_change){.is_truncation = is_truncation, .offset = offset};
    disk_write_bytes(&c->bytes, 0, data, len);
}

static void forget_changes(struct disk_node *node)
{
    for (size_t i = 0; i < node->count; i++) {
        free(node->changes[i].bytes.at);
    }
    node->count = 0;
}

// ---- What the platter takes of changes that were not flushed

// A truncation, or the part of a write that lies in one sector.
struct piece {
    const struct disk_change *change;
    size_t skip;
    size_t len;
};

struct pieces {
    struct piece *all;
    size_t count;
};

static struct pieces cut_up(const struct disk_node *node)
{
    struct pieces p = {0};
    size_t room = node->count;
    for (size_t i = 0; i < node->count; i++) {
        room += node->changes[i].bytes.len / DISK_SECTOR + 2;
    }
    p.all = disk_alloc(NULL, room * sizeof(*p.all));
    for (size_t i = 0; i < node->count; i++) {
        const struct disk_change *c = &node->changes[i];
        if (c->is_truncation) p.all[p.count++] = (struct piece){c, 0, 0};
        for (size_t at = 0; at < c->bytes.len;) {
            size_t len = DISK_SECTOR - (c->offset + at) % DISK_SECTOR;
            if (len > c->bytes.len - at) len = c->bytes.len - at;
            p.all[p.count++] = (struct piece){c, at, len};
            at += len;
        }
    }
    return p;
}

static void apply(struct disk_bytes *to, const struct piece *piece)
{
    const struct disk_change *c = piece->change;
    if (c->is_truncation) {
        disk_truncate_bytes(to, c->offset);
    } else {
        disk_write_bytes(to, c->offset + piece->skip, c->bytes.at + piece->skip, piece->len);
    }
}

// Either the first so many in order, or any of them in any order.
static void lose(struct disk_node *node)
{
    static const unsigned percents[] = {0, 10, 50, 90, 100};
    struct pieces p = cut_up(node);
    bool in_order = disk_random_below(3) == 0;
    uint64_t first = disk_random_below(p.count + 1);
    unsigned percent = percents[disk_random_below(sizeof(percents) / sizeof(percents[0]))];
    for (size_t i = p.count; i > 1 && !in_order; i--) {
        size_t other = disk_random_below(i);
        struct piece swap = p.all[i - 1];
        p.all[i - 1] = p.all[other];
        p.all[other] = swap;
    }
    for (size_t i = 0; i < p.count; i++) {
        bool is_kept = in_order ? i < first : disk_random_below(100) < percent;
        if (is_kept) apply(&node->kept, &p.all[i]);
    }
    free(p.all);
}

void disk_settle(struct disk_node *node, bool drops)
{
    if (drops) {
        lose(node);
    } else {
        copy_bytes(&node->kept, &node->now);
    }
    forget_changes(node);
}

void disk_power_on(void)
{
    CHECK(disk_open_count() == 0);
    for (int i = 0; i < DISK_NAMES_MAX; i++) {
        struct disk_name *name = &the_disk.names[i];
        for (int r = 0; r < DISK_SHM_MAX; r++) {
            free(name->shm[r]);
            name->shm[r] = NULL;
        }
        bool is_new_name = name->now != name->kept && disk_random_below(2) == 0;
        if (is_new_name) name->kept = name->now;
        name->now = name->kept;
        if (!name->now) continue;
        disk_settle(name->now, true);
        copy_bytes(&name->now->now, &name->now->kept);
    }
    the_disk.is_cut = false;
    the_disk.cut_at = 0;
    the_disk.fault = DISK_FAULT_NONE;
    the_disk.has_failed = false;
}

// ---- Images

static void clear(void)
{
    CHECK(disk_open_count() == 0);
    while (the_disk.nodes) {
        struct disk_node *node = the_disk.nodes;
        the_disk.nodes = node->next;
        forget_changes(node);
        free(node->changes);
        free(node->now.at);
        free(node->kept.at);
        free(node);
    }
    for (int i = 0; i < DISK_NAMES_MAX; i++) {
        for (int r = 0; r < DISK_SHM_MAX; r++) {
            free(the_disk.names[i].shm[r]);
        }
    }
    the_disk = (struct disk){0};
}

struct disk_image *disk_save(void)
{
    struct disk_image *image = disk_alloc(NULL, sizeof(*image));
    *image = (struct disk_image){0};
    for (int i = 0; i < DISK_NAMES_MAX; i++) {
        const struct disk_name *name = &the_disk.names[i];
        if (!name->now) continue;
        snprintf(image->files[image->count].path, DISK_PATH_MAX, "%s", name->path);
        copy_bytes(&image->files[image->count++].bytes, &name->now->now);
    }
    return image;
}

void disk_load(const struct disk_image *image, uint64_t seed, enum disk_flush flush)
{
    clear();
    the_disk.state = seed;
    the_disk.flush = flush;
    disk_reset_salts();
    for (int i = 0; image && i < image->count; i++) {
        struct disk_name *name = disk_name_find(image->files[i].path, true);
        name->now = name->kept = disk_node_new();
        copy_bytes(&name->now->now, &image->files[i].bytes);
        copy_bytes(&name->now->kept, &image->files[i].bytes);
    }
}

void disk_image_free(struct disk_image *image)
{
    for (int i = 0; i < image->count; i++) {
        free(image->files[i].bytes.at);
    }
    free(image);
}

// ---- Asked and set by the test

int64_t disk_changes(void)
{
    return the_disk.changes;
}

int64_t disk_calls(enum disk_fault kind)
{
    return the_disk.calls[kind];
}

size_t disk_file_bytes(const char *suffix)
{
    for (int i = 0; i < DISK_NAMES_MAX; i++) {
        const struct disk_name *name = &the_disk.names[i];
        size_t len = strlen(name->path);
        size_t tail = strlen(suffix);
        if (name->now && len >= tail && strcmp(name->path + len - tail, suffix) == 0)
            return name->now->now.len;
    }
    return 0;
}

void disk_cut_at(int64_t n)
{
    the_disk.cut_at = n;
}

bool disk_is_cut(void)
{
    return the_disk.is_cut;
}

const char *disk_cut_what(void)
{
    return the_disk.cut_what;
}

void disk_fail_at(int64_t n, enum disk_fault fault)
{
    the_disk.fault = fault;
    the_disk.fault_at = the_disk.calls[fault] + n;
    the_disk.has_failed = false;
}

enum disk_fault disk_last_fault(void)
{
    return the_disk.has_failed ? the_disk.fault : DISK_FAULT_NONE;
}
