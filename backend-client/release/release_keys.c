#include "release/release.h"

#include "base/date.h"
#include "base/log.h"
#include "crypt/secret_file.h"

#include <stdio.h>
#include <string.h>

#define KEY_COUNT (RELEASE_ROOT_KEYS + 2)

static const struct {
    const char *name;
    enum release_role role;
} key_files[KEY_COUNT] = {
    {"root-1", ROLE_ROOT},     {"root-2", ROLE_ROOT},         {"root-3", ROLE_ROOT},
    {"content", ROLE_CONTENT}, {"timestamp", ROLE_TIMESTAMP},
};

static enum err key_path(const char *keys, const char *name, char path[FS_PATH_BYTES_MAX])
{
    int len = snprintf(path, FS_PATH_BYTES_MAX, "%s/%s.key", keys, name);
    return len > 0 && len < FS_PATH_BYTES_MAX ? ERR_OK : ERR_TOO_BIG;
}

static enum err load_seed(const char *keys, const char *name, unsigned char seed[CRYPT_SEED_BYTES])
{
    char path[FS_PATH_BYTES_MAX];
    enum err e = key_path(keys, name, path);
    return e ? e : secret_file_read(path, seed, CRYPT_SEED_BYTES);
}

static enum err make_seed(struct fs *fs, struct env *env, const char *keys, const char *name,
                          unsigned char seed[CRYPT_SEED_BYTES])
{
    char path[FS_PATH_BYTES_MAX];
    enum err e = key_path(keys, name, path);
    if (e) return e;
    env_random(env, seed, CRYPT_SEED_BYTES);
    return secret_file_write(fs, path, seed, CRYPT_SEED_BYTES);
}

enum err release_key_load(const char *keys, const char *name, struct crypt_key_pair *out)
{
    unsigned char seed[CRYPT_SEED_BYTES];
    enum err e = load_seed(keys, name, seed);
    if (!e) *out = crypt_key_pair_from_seed(seed);
    memory_wipe(seed, sizeof(seed));
    return e;
}

enum err release_box_load(const char *keys, struct seal_key_pair *out)
{
    unsigned char seed[CRYPT_SEED_BYTES];
    enum err e = load_seed(keys, "box", seed);
    if (!e) *out = seal_key_pair_from_seed(seed);
    memory_wipe(seed, sizeof(seed));
    return e;
}

static enum err store_root(struct fs *fs, const char *dir, const struct root *root,
                           const struct crypt_key_pair pairs[KEY_COUNT])
{
    struct buf bytes;
    char path[FS_PATH_BYTES_MAX];
    buf_init(&bytes, ROOT_BYTES_MAX);
    enum err e = root_write(root, &bytes);
    int len = snprintf(path, sizeof(path), "%s/root.1.json", dir);
    if (!e && (len < 0 || (size_t)len >= sizeof(path))) e = ERR_TOO_BIG;
    if (!e) e = fs_replace(fs, path, buf_str(&bytes), 0640);
    for (size_t i = 0; i < KEY_COUNT && !e; i++) {
        if (key_files[i].role == ROLE_ROOT) e = release_sign(fs, dir, "root.1.json", &pairs[i]);
    }
    buf_deinit(&bytes);
    return e;
}

enum err release_keys_make(struct fs *fs, struct env *env, const char *keys, const char *dir)
{
    struct root root = {
        .version = 1,
        .expires_ms = env_now_ms(env) + RELEASE_ROOT_DAYS * DATE_DAY_MS,
        .thresholds =
            {[ROLE_ROOT] = RELEASE_ROOT_THRESHOLD, [ROLE_CONTENT] = 1, [ROLE_TIMESTAMP] = 1},
    };
    unsigned char seed[CRYPT_SEED_BYTES];
    struct crypt_key_pair pairs[KEY_COUNT];
    enum err e = load_seed(keys, "box", seed); // written last
    if (e == ERR_OK) {
        log_error("%s: there are keys already", keys);
        memory_wipe(seed, sizeof(seed));
        return ERR_CONFLICT;
    }
    if (e != ERR_NOT_FOUND) return e;
    e = fs_make_dir(fs, dir);
    if (!e) e = fs_make_dir(fs, keys);
    for (size_t i = 0; i < KEY_COUNT && !e; i++) {
        e = make_seed(fs, env, keys, key_files[i].name, seed);
        pairs[i] = crypt_key_pair_from_seed(seed);
        root.keys[root.key_count++] = (struct root_key){key_files[i].role, pairs[i].public_key};
    }
    if (!e) env_random(env, seed, sizeof(seed));
    struct seal_key_pair box = seal_key_pair_from_seed(seed);
    root.box = box.public_key;
    char path[FS_PATH_BYTES_MAX];
    if (!e) e = store_root(fs, dir, &root, pairs);
    if (!e) e = key_path(keys, "box", path);
    if (!e) e = secret_file_write(fs, path, seed, sizeof(seed));
    memory_wipe(seed, sizeof(seed));
    memory_wipe(pairs, sizeof(pairs));
    memory_wipe(&box, sizeof(box));
    return e;
}
