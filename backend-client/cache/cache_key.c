#include "cache/cache_key.h"

#include "base/buf.h"
#include "base/log.h"
#include "crypt/hash.h"
#include "crypt/secret_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define GROUPS       5
#define GROUP_DIGITS 4

static enum err path_of(char path[FS_PATH_BYTES_MAX], const char *dir, const char *name)
{
    int len = snprintf(path, FS_PATH_BYTES_MAX, "%s/%s", dir, name);
    if (len >= 0 && len < FS_PATH_BYTES_MAX) return ERR_OK;
    log_error("%.80s: the path is too long", dir);
    return ERR_TOO_BIG;
}

enum err cache_lock_take(struct cache_lock *lock, const char *data_dir)
{
    char path[FS_PATH_BYTES_MAX];
    enum err e = path_of(path, data_dir, "lock");
    if (e) return e;
    if (mkdir(data_dir, 0700) != 0 && errno != EEXIST) {
        log_error("%s: cannot make the folder: %s", data_dir, log_errno());
        return ERR_IO;
    }
    int fd = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0) {
        log_error("%s: cannot open: %s", path, log_errno());
        return ERR_IO;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        log_error("%s: another program has this kiosk open", data_dir);
        close(fd);
        return ERR_BUSY;
    }
    lock->fd = fd;
    return ERR_OK;
}

void cache_lock_release(struct cache_lock *lock)
{
    if (lock->fd >= 0) close(lock->fd);
    lock->fd = -1;
}

enum err cache_device_key(struct fs *fs, const char *data_dir, struct env *env,
                          struct crypt_key_pair *out)
{
    char path[FS_PATH_BYTES_MAX];
    unsigned char seed[CRYPT_SEED_BYTES];
    enum err e = path_of(path, data_dir, "device.key");
    if (e) return e;
    e = secret_file_read(path, seed, sizeof(seed));
    if (e == ERR_NOT_FOUND) {
        *out = crypt_key_pair_new(env);
        crypt_key_pair_seed(out, seed);
        e = secret_file_write(fs, path, seed, sizeof(seed));
        if (!e) log_info("%s: a new device key was made", path);
    } else if (!e) {
        *out = crypt_key_pair_from_seed(seed);
    }
    memory_wipe(seed, sizeof(seed));
    if (e) memory_wipe(out, sizeof(*out));
    return e;
}

void cache_fingerprint(const struct crypt_public_key *key, char text[CACHE_FINGERPRINT_BYTES])
{
    struct crypt_hash hash =
        crypt_sha256((struct str){(const char *)key->bytes, sizeof(key->bytes)});
    char *at = text;
    for (int group = 0; group < GROUPS; group++) {
        // Four bytes a group: 2^32 is so much more than 10^4 that every number is as likely.
        const unsigned char *b = &hash.bytes[GROUP_DIGITS * group];
        uint32_t n = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
        snprintf(at, GROUP_DIGITS + 1, "%04u", (unsigned)(n % 10000));
        at += GROUP_DIGITS;
        *at++ = group + 1 < GROUPS ? ' ' : '\0';
    }
}

enum err cache_kiosk_id_get(const char *data_dir, struct id *out)
{
    char path[FS_PATH_BYTES_MAX];
    struct buf text;
    enum err e = path_of(path, data_dir, "kiosk.id");
    if (e) return e;
    buf_init(&text, ID_HEX_BYTES + 1);
    e = buf_read_file(&text, path);
    if (!e && !id_parse(str_trim(buf_str(&text)), out)) {
        log_error("%s: not the name of a kiosk", path);
        e = ERR_CORRUPT;
    }
    buf_deinit(&text);
    return e;
}

enum err cache_kiosk_id_put(struct fs *fs, const char *data_dir, struct id id)
{
    char path[FS_PATH_BYTES_MAX];
    char line[ID_HEX_BYTES + 2];
    enum err e = path_of(path, data_dir, "kiosk.id");
    if (e) return e;
    snprintf(line, sizeof(line), "%s\n", id.hex);
    return fs_replace(fs, path, (struct str){line, ID_HEX_BYTES + 1}, 0600);
}
