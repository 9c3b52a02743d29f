// Where one kiosk keeps what it knows, held by one program at a time.
#ifndef APP_PLACE_H
#define APP_PLACE_H

#include "base/err.h"
#include "base/str.h"
#include "cache/cache_key.h"

#define PLACE_PATH_BYTES_MAX 256

struct place {
    struct cache_lock lock;           // fd -1: not held
    char spool[PLACE_PATH_BYTES_MAX]; // in memory: slips on their way to the printer
};

// Makes both folders (0700) where they are missing and takes DATA/lock. `spool` NULL: a folder below
// /dev/shm that is named after the data folder. ERR_BUSY where another program has the lock, ERR_AUTH
// where the spool is somebody else's; both logged. Close it in every case.
MUST_USE enum err place_open(struct place *p, const char *data, const char *spool);
void place_close(struct place *p);

#endif
