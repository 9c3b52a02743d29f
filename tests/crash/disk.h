// A disk in memory under SQLite, as a VFS: what has been written since the last flush of a file may be
// lost in parts, out of order and torn at 512 bytes when the power goes. Names of files are kept as
// unix keeps them: one made is certain after the first flush of its file, one removed comes back where
// the folder was not flushed. One disk a program, one thread.
//
// A change is a write, a truncation, a flush or a removal. The count begins with disk_load.
#ifndef CRASH_DISK_H
#define CRASH_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum disk_flush { DISK_FLUSH_HONEST, DISK_FLUSH_LIES }; // LIES: says it is done and does nothing

enum disk_fault {
    DISK_FAULT_NONE,
    DISK_FAULT_READ,  // EIO
    DISK_FAULT_SHORT, // EIO, a part was read
    DISK_FAULT_WRITE, // EIO, a part was written
    DISK_FAULT_FULL,  // ENOSPC, a part was written
    DISK_FAULT_FLUSH, // EIO, and what was not flushed is dropped for ever in parts, as Linux does
    DISK_FAULTS,
};

const char *disk_fault_name(enum disk_fault fault);

void disk_mount(void); // becomes SQLite's default

// All files as they are, as if everything had been flushed; disk_load takes any number of times what
// disk_save answered. No file may be open.
struct disk_image;
struct disk_image *disk_save(void);
void disk_load(const struct disk_image *image, uint64_t seed, enum disk_flush flush);
void disk_image_free(struct disk_image *image);

int64_t disk_changes(void);
int64_t disk_calls(enum disk_fault kind); // calls so far that such a fault could have met
size_t disk_file_bytes(const char *suffix);

// The n-th change does not happen, nor does anything after it; 0: never.
void disk_cut_at(int64_t n);
bool disk_is_cut(void);
const char *disk_cut_what(void); // what the cut met: "wal write", "db flush", …

// The n-th call of its kind fails once.
void disk_fail_at(int64_t n, enum disk_fault fault);
enum disk_fault disk_last_fault(void); // the one that has been met; NONE: not yet

// Power comes back; all files are closed. Nothing is cut or fails any more.
void disk_power_on(void);

#endif
