// What the files of the disk share. Internal to `disk`.
#ifndef CRASH_DISK_OWN_H
#define CRASH_DISK_OWN_H

#include "crash/disk.h"

#define DISK_NAMES_MAX 8
#define DISK_OPEN_MAX  16
#define DISK_PATH_MAX  128
#define DISK_SECTOR    512
#define DISK_SHM_MAX   64
#define DISK_SHM_BYTES 32768

struct disk_bytes {
    unsigned char *at;
    size_t len;
    size_t room;
};

// One change of a file that is not flushed yet.
struct disk_change {
    bool is_truncation;
    size_t offset; // of a truncation: the new length
    struct disk_bytes bytes;
};

// A file without its name.
struct disk_node {
    struct disk_bytes now;
    struct disk_bytes kept; // flushed
    struct disk_change *changes;
    size_t count;
    size_t room;
    struct disk_node *next; // of all there are
};

struct disk_name {
    char path[DISK_PATH_MAX];
    struct disk_node *now;  // NULL: no such file
    struct disk_node *kept; // what the name leads to on the disk
    unsigned char *shm[DISK_SHM_MAX];
};

struct disk {
    struct disk_name names[DISK_NAMES_MAX];
    struct disk_node *nodes;
    uint64_t state; // of its dice
    enum disk_flush flush;
    int64_t changes;
    int64_t cut_at;
    bool is_cut;
    char cut_what[32];
    enum disk_fault fault;
    int64_t fault_at;
    bool has_failed;
    int64_t calls[DISK_FAULTS];
};

extern struct disk the_disk;

void *disk_alloc(void *old, size_t bytes);
void disk_write_bytes(struct disk_bytes *b, size_t offset, const void *data, size_t len);
void disk_truncate_bytes(struct disk_bytes *b, size_t len);
struct disk_node *disk_node_new(void);
struct disk_name *disk_name_find(const char *path, bool make);
void disk_note(struct disk_node *node, bool is_truncation, size_t offset, const void *data,
               size_t len);
void disk_settle(struct disk_node *node, bool drops); // flushes; or loses a part for ever
uint64_t disk_random(void);
uint64_t disk_random_below(uint64_t below);
int disk_open_count(void);
void disk_reset_salts(void); // SQLite draws its own random numbers anew from this disk

#endif
