#include "app/place.h"

#include "base/log.h"
#include "crypt/hash.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define MODE_OWN_DIR 0700
#define NAME_BYTES   16 // hex digits of the data folder's hash in the spool's name

static enum err make_dir(const char *path)
{
    if (mkdir(path, MODE_OWN_DIR) == 0 || errno == EEXIST) return ERR_OK;
    log_error("%s: %s", path, log_errno());
    return ERR_IO;
}

// The same folder has the same spool, whatever way it is written.
static enum err name_spool(struct place *p, const char *data)
{
    char path[PATH_MAX];
    if (!realpath(data, path)) {
        log_error("%s: %s", data, log_errno());
        return ERR_IO;
    }
    struct crypt_hash hash = crypt_sha256(str_from_z(path));
    char hex[CRYPT_HASH_HEX_BYTES + 1];
    crypt_hash_hex(&hash, hex);
    snprintf(p->spool, sizeof(p->spool), "/dev/shm/lvyue-%.*s", NAME_BYTES, hex);
    return ERR_OK;
}

// /dev/shm is everybody's: what lies there under our name must be ours, for slips carry a PIN.
static enum err check_spool(const char *path)
{
    struct stat s;
    if (lstat(path, &s)) {
        log_error("%s: %s", path, log_errno());
        return ERR_IO;
    }
    if (S_ISDIR(s.st_mode) && s.st_uid == geteuid() && !(s.st_mode & (S_IWGRP | S_IWOTH))) {
        return ERR_OK;
    }
    log_error("%s: not a folder that only this user can write to", path);
    return ERR_AUTH;
}

enum err place_open(struct place *p, const char *data, const char *spool)
{
    *p = (struct place){.lock = {-1}};
    enum err e = make_dir(data);
    if (!e) e = cache_lock_take(&p->lock, data);
    if (e) return e;
    if (spool) {
        int len = snprintf(p->spool, sizeof(p->spool), "%s", spool);
        CHECK(len > 0 && (size_t)len < sizeof(p->spool)); // the same
    } else {
        e = name_spool(p, data);
    }
    if (!e) e = make_dir(p->spool);
    return e ? e : check_spool(p->spool);
}

void place_close(struct place *p)
{
    cache_lock_release(&p->lock);
}
