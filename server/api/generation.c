#include "api/generation.h"

#include "base/buf.h"
#include "base/log.h"

#include <stdio.h>

#define LINE_BYTES_MAX (ID_HEX_BYTES + 32)
#define MODE           0640

struct expected {
    struct id gen;
    int64_t turn;
};

static enum err path_of(const char *dir, char path[FS_PATH_BYTES_MAX])
{
    int len = snprintf(path, FS_PATH_BYTES_MAX, "%s/" GENERATION_FILE, dir);
    return len > 0 && len < FS_PATH_BYTES_MAX ? ERR_OK : ERR_TOO_BIG;
}

static bool parse(struct str line, struct expected *out)
{
    struct str turn = str_trim(line);
    *out = (struct expected){0};
    if (!id_parse(str_cut(&turn, ' '), &out->gen)) return false;
    return turn.len == 0 || str_to_int(turn, 0, INT64_MAX - 1, &out->turn);
}

static enum err read_expected(const char *dir, struct expected *out)
{
    char path[FS_PATH_BYTES_MAX];
    struct buf text;
    enum err e = path_of(dir, path);
    if (e) return e;
    buf_init(&text, LINE_BYTES_MAX);
    e = buf_read_file(&text, path);
    if (!e && !parse(buf_str(&text), out)) e = ERR_BAD_INPUT;
    buf_deinit(&text);
    if (e) log_error("%s: cannot be read: %s", path, err_text(e));
    return e ? ERR_CORRUPT : ERR_OK;
}

enum err generation_check(const char *dir, struct store *store, struct store_meta *meta)
{
    struct expected expected;
    enum err e = store_meta(store, meta);
    if (e == ERR_NOT_FOUND) log_error("%s holds no county yet: run lvyue-admin init", dir);
    if (!e) e = read_expected(dir, &expected);
    if (e) return e;
    bool is_same = id_eq(expected.gen, meta->gen);
    if (is_same && meta->turn >= expected.turn) return ERR_OK;
    if (is_same) {
        log_error(
            "%s: the database is older than what kiosks have seen (turn %lld, expected %lld): "
            "it was put back from a backup or a copy, and seats sold since would be sold "
            "again. It is not opened. lvyue-admin restore begins the recovery.",
            dir, (long long)meta->turn, (long long)expected.turn);
    } else {
        log_error(
            "%s: the database is of generation %s, the folder expects another one: it was put "
            "back from a backup, or a restore was cut off. It is not opened. lvyue-admin restore "
            "begins the recovery.",
            dir, meta->gen.hex);
    }
    return ERR_CORRUPT;
}

enum err generation_expected(const char *dir, struct id *out)
{
    struct expected expected;
    enum err e = read_expected(dir, &expected);
    *out = e ? (struct id){0} : expected.gen;
    return e == ERR_CORRUPT ? ERR_OK : e;
}

enum err generation_next(struct store *store, void *context)
{
    enum err e = store_turn_next(store);
    return e ? e : store_meta(store, context);
}

enum err generation_write(struct fs *fs, const char *dir, const struct store_meta *meta)
{
    char path[FS_PATH_BYTES_MAX];
    char line[LINE_BYTES_MAX];
    snprintf(line, sizeof(line), "%s %lld\n", meta->gen.hex, (long long)meta->turn);
    enum err e = path_of(dir, path);
    return e ? e : fs_replace(fs, path, str_from_z(line), MODE);
}
