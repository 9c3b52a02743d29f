#include "cache/cache_spool.h"

#include "base/buf.h"
#include "base/log.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define SUFFIX          ".slip"
#define HALF            ".tmp" // what a killed writer leaves
#define SLIP_BYTES_MAX  160
#define FOLDER_ROWS_MAX 1024 // looked at; more in it is not of our making
#define FIELDS          6
#define SLIP_NAME_ROOM  (ID_HEX_BYTES + sizeof(SUFFIX HALF))

struct names {
    char z[CACHE_SPOOL_MAX][SLIP_NAME_ROOM];
    int count;
};

static enum err path_of(char path[FS_PATH_BYTES_MAX], const char *dir, const char *name)
{
    int len = snprintf(path, FS_PATH_BYTES_MAX, "%s/%s", dir, name);
    if (len >= 0 && len < FS_PATH_BYTES_MAX) return ERR_OK;
    log_error("%.80s: the path is too long", dir);
    return ERR_TOO_BIG;
}

static enum err make_folder(const char *dir)
{
    if (mkdir(dir, 0700) == 0 || errno == EEXIST) return ERR_OK;
    log_error("%s: cannot make the folder: %s", dir, log_errno());
    return ERR_IO;
}

static bool is_slip(const char *name, struct str suffix)
{
    struct id id;
    struct str text = str_from_z(name);
    return text.len == ID_HEX_BYTES + suffix.len && str_ends(text, suffix) &&
           id_parse(str_sub(text, 0, ID_HEX_BYTES), &id);
}

static enum err list_names(const char *dir, struct str suffix, struct names *out)
{
    out->count = 0;
    DIR *folder = opendir(dir);
    if (!folder && errno == ENOENT) return ERR_OK;
    if (!folder) {
        log_error("%s: cannot list: %s", dir, log_errno());
        return ERR_IO;
    }
    for (int i = 0; i < FOLDER_ROWS_MAX && out->count < CACHE_SPOOL_MAX; i++) {
        // NOLINTNEXTLINE(concurrency-mt-unsafe): this directory stream is this function's alone
        const struct dirent *entry = readdir(folder);
        if (!entry) break;
        if (!is_slip(entry->d_name, suffix)) continue;
        snprintf(out->z[out->count++], SLIP_NAME_ROOM, "%.41s", entry->d_name);
    }
    closedir(folder);
    return ERR_OK;
}

enum err cache_spool_put(struct fs *fs, const char *dir, const struct cache_slip *slip)
{
    struct names names;
    char name[SLIP_NAME_ROOM];
    char path[FS_PATH_BYTES_MAX];
    char line[SLIP_BYTES_MAX];
    enum err e = make_folder(dir);
    if (!e) e = list_names(dir, STR(SUFFIX), &names);
    if (e) return e;
    if (names.count >= CACHE_SPOOL_MAX) {
        log_error("%s: too many slips wait for the printer", dir);
        return ERR_FULL;
    }
    snprintf(name, sizeof(name), "%s" SUFFIX, slip->booking.id.hex);
    e = path_of(path, dir, name);
    if (e) return e;
    int len =
        snprintf(line, sizeof(line), "%s %s %s %s %d %lld\n", slip->booking.id.hex, slip->code.z,
                 slip->pin.z, slip->sitting.id.hex, slip->seat, (long long)slip->planned_ms);
    CHECK(len > 0 && (size_t)len < sizeof(line));
    e = fs_replace(fs, path, (struct str){line, (size_t)len}, 0600);
    memory_wipe(line, sizeof(line));
    return e;
}

static bool parse(struct str line, struct cache_slip *out)
{
    struct str field[FIELDS];
    struct str rest = str_trim(line);
    int64_t seat = 0;
    for (int i = 0; i < FIELDS; i++) {
        field[i] = str_cut(&rest, ' ');
    }
    bool fits = !rest.ptr && id_parse(field[0], &out->booking.id) &&
                ticket_code_parse(field[1], &out->code) && ticket_pin_parse(field[2], &out->pin) &&
                id_parse(field[3], &out->sitting.id) &&
                str_to_int(field[4], 0, SITTING_SEATS_MAX, &seat) &&
                str_to_int(field[5], 0, INT64_MAX, &out->planned_ms);
    out->seat = (int)seat;
    return fits;
}

static int compare(const void *a, const void *b)
{
    const struct cache_slip *x = a;
    const struct cache_slip *y = b;
    return str_compare(id_str(&x->booking.id), id_str(&y->booking.id));
}

static enum err remove_halves(struct fs *fs, const char *dir)
{
    struct names names;
    char path[FS_PATH_BYTES_MAX];
    enum err e = list_names(dir, STR(SUFFIX HALF), &names);
    for (int i = 0; i < names.count && !e; i++) {
        e = path_of(path, dir, names.z[i]);
        if (!e) e = fs_remove(fs, path);
    }
    return e;
}

enum err cache_spool_list(struct fs *fs, const char *dir, struct cache_slips *out)
{
    struct names names = {.count = 0};
    char path[FS_PATH_BYTES_MAX];
    struct buf text;
    *out = (struct cache_slips){0};
    enum err e = remove_halves(fs, dir);
    if (!e) e = list_names(dir, STR(SUFFIX), &names);
    buf_init(&text, SLIP_BYTES_MAX);
    for (int i = 0; i < names.count && !e; i++) {
        e = path_of(path, dir, names.z[i]);
        if (e) break;
        buf_clear(&text);
        enum err unread = buf_read_file(&text, path);
        if (!unread && parse(buf_str(&text), &out->items[out->count])) {
            out->count++;
            continue;
        }
        log_error("%s: not a slip; removed", path);
        e = fs_remove(fs, path);
    }
    if (text.bytes) memory_wipe(text.bytes, text.room);
    buf_deinit(&text);
    qsort(out->items, (size_t)out->count, sizeof(out->items[0]), compare);
    return e;
}

enum err cache_spool_drop(struct fs *fs, const char *dir, struct booking_id booking)
{
    char name[SLIP_NAME_ROOM];
    char path[FS_PATH_BYTES_MAX];
    snprintf(name, sizeof(name), "%s" SUFFIX, booking.id.hex);
    enum err e = path_of(path, dir, name);
    return e ? e : fs_remove(fs, path);
}
