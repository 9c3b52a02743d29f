// Content for kiosks and for any plain cache: files named by their hash never change. What may be
// asked for is spelled out; nothing else of the disk can be named.
#include "api/api.h"
#include "base/log.h"
#include "release/blob.h"
#include "release/manifest.h"
#include "release/names.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOREVER    "public, max-age=31536000, immutable"
#define SMALL_MAX  ROOT_BYTES_MAX // what may change is small and hashed at each request
#define JSON_TYPE  "application/json"
#define BYTES_TYPE "application/octet-stream"

struct content_file {
    char path[FS_PATH_BYTES_MAX];
    bool is_forever;
    struct crypt_hash hash; // where is_forever: of the content, or of the name that stands for it
    const char *type;
};

// "NAME.0123456789abcdef.minisig" is the signature of NAME: takes the tail off.
static bool take_signature(struct str *name)
{
    struct str tail = STR(".minisig");
    size_t key_bytes = MINISIG_KEY_ID_HEX_BYTES;
    if (!str_ends(*name, tail) || name->len < tail.len + key_bytes + 2) return false;
    struct str key = str_sub(*name, name->len - tail.len - key_bytes, key_bytes);
    unsigned char id[MINISIG_KEY_ID_BYTES];
    if (!hex_to_bytes(key, id, sizeof(id))) return false;
    if (name->ptr[name->len - tail.len - key_bytes - 1] != '.') return false;
    *name = str_sub(*name, 0, name->len - tail.len - key_bytes - 1);
    return true;
}

static bool is_root(struct str name)
{
    int64_t version = 0;
    if (!str_starts(name, STR("root.")) || !str_ends(name, STR(".json")) || name.len < 11)
        return false;
    return str_to_int(str_sub(name, 5, name.len - 10), 1, RELEASE_VERSION_MAX, &version);
}

// "u/FROM-TO.manifest" and "u/FROM-TO.files" (release/update.h): what is called so never changes.
static bool is_frame(struct str name)
{
    struct crypt_hash hash;
    if (!str_starts(name, STR("u/"))) return false;
    struct str rest = str_sub(name, 2, SIZE_MAX);
    struct str from = str_cut(&rest, '-');
    struct str to = str_cut(&rest, '.');
    return crypt_hash_parse(from, &hash) && crypt_hash_parse(to, &hash) &&
           (str_eq_z(rest, "manifest") || str_eq_z(rest, "files"));
}

// False for a name that is none of content's.
static bool find(const char *dir, struct str name, struct content_file *out)
{
    struct str whole = name;
    bool is_signature = take_signature(&name);
    bool is_manifest = str_starts(name, STR("m/")) && str_ends(name, STR(".json")) &&
                       crypt_hash_parse(str_sub(name, 2, name.len - 7), &out->hash);
    bool is_blob = !is_signature && str_starts(name, STR("b/")) &&
                   crypt_hash_parse(str_sub(name, 2, SIZE_MAX), &out->hash);
    bool is_update = !is_signature && is_frame(name);
    if (!is_manifest && !is_blob && !is_update && !is_root(name) &&
        !str_eq_z(name, RELEASE_TIMESTAMP_NAME))
        return false;
    if (is_update) out->hash = crypt_sha256(name);
    out->is_forever = is_blob || is_update || (is_manifest && !is_signature);
    out->type = is_blob || is_update || is_signature ? BYTES_TYPE : JSON_TYPE;
    int len = is_blob ? snprintf(out->path, sizeof(out->path), "%s", blob_path(dir, &out->hash).z)
                      : snprintf(out->path, sizeof(out->path), "%s/%.*s", dir, STR_ARG(whole));
    return len > 0 && (size_t)len < sizeof(out->path);
}

static bool open_file(const struct content_file *f, int *fd, uint64_t *bytes)
{
    struct stat st;
    *fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (*fd < 0) {
        if (errno != ENOENT) log_error("content: %s: %s", f->path, log_errno());
        return false;
    }
    if (fstat(*fd, &st) == 0 && S_ISREG(st.st_mode)) {
        *bytes = (uint64_t)st.st_size;
        return true;
    }
    close(*fd);
    return false;
}

static struct str tag_of(struct arena *a, const struct crypt_hash *hash)
{
    return str_printf(a, "\"%.*s\"", STR_ARG(crypt_hash_str(a, hash)));
}

// RFC 9110 13.1.2, for the form caches send: one or more strong tags, or '*'.
static bool is_known(const struct request *request, struct str tag)
{
    struct str field = request_field(request, "If-None-Match");
    return field.ptr && (str_eq_z(field, "*") || str_find(field, tag, 0) != SIZE_MAX);
}

enum range { RANGE_WHOLE, RANGE_PART, RANGE_BEYOND };

// One range (RFC 9110 14.2). What is not understood is ignored, as the RFC wants.
static enum range read_range(const struct request *request, struct str tag, uint64_t bytes,
                             struct reply *reply)
{
    struct str field = request_field(request, "Range");
    struct str condition = request_field(request, "If-Range");
    int64_t first = 0;
    int64_t last = (int64_t)bytes - 1;
    if (!field.ptr || !str_starts(field, STR("bytes="))) return RANGE_WHOLE;
    if (condition.ptr && !str_eq(condition, tag)) return RANGE_WHOLE;
    struct str rest = str_sub(field, 6, SIZE_MAX);
    struct str from = str_cut(&rest, '-');
    if (!rest.ptr) return RANGE_WHOLE;
    if (from.len == 0) { // the last so many bytes
        int64_t tail = 0;
        if (!str_to_int(rest, 0, INT64_MAX, &tail)) return RANGE_WHOLE;
        if (tail == 0) return RANGE_BEYOND;
        first = tail < (int64_t)bytes ? (int64_t)bytes - tail : 0;
    } else {
        if (!str_to_int(from, 0, INT64_MAX, &first)) return RANGE_WHOLE;
        if (rest.len > 0 && (!str_to_int(rest, 0, INT64_MAX, &last) || last < first))
            return RANGE_WHOLE;
        if (last >= (int64_t)bytes) last = (int64_t)bytes - 1;
    }
    if (first >= (int64_t)bytes) return RANGE_BEYOND;
    reply->file_from = (uint64_t)first;
    reply->file_bytes = (uint64_t)(last - first + 1);
    return RANGE_PART;
}

static void reply_file(struct request *request, struct reply *reply, int fd, uint64_t bytes,
                       struct str tag)
{
    reply->status = 200;
    reply->file_bytes = bytes;
    switch (read_range(request, tag, bytes, reply)) {
    case RANGE_WHOLE: break;
    case RANGE_PART:
        reply->status = 206;
        reply_add_field(reply, "Content-Range",
                        str_printf(request->arena, "bytes %llu-%llu/%llu",
                                   (unsigned long long)reply->file_from,
                                   (unsigned long long)(reply->file_from + reply->file_bytes - 1),
                                   (unsigned long long)bytes));
        break;
    case RANGE_BEYOND:
        close(fd);
        reply->status = 416;
        reply->cache = NULL;
        reply_add_field(reply, "Content-Range",
                        str_printf(request->arena, "bytes */%llu", (unsigned long long)bytes));
        return;
    }
    reply->has_file = true;
    reply->file = fd;
}

static enum err reply_small(struct request *request, struct reply *reply,
                            const struct content_file *f)
{
    struct buf bytes;
    buf_init(&bytes, SMALL_MAX);
    enum err e = buf_read_file(&bytes, f->path);
    if (!e) {
        struct crypt_hash hash = crypt_sha256(buf_str(&bytes));
        struct str tag = tag_of(request->arena, &hash);
        reply->status = is_known(request, tag) ? 304 : 200;
        reply->cache = "no-cache";
        if (reply->status == 200) reply->body = str_copy(request->arena, buf_str(&bytes));
        reply_add_field(reply, "ETag", tag);
    }
    buf_deinit(&bytes);
    return e;
}

enum err api_content(void *context, struct request *request, struct reply *reply)
{
    struct api *api = context;
    struct content_file f;
    struct str dir = str_printf(request->arena, "%s/" API_CONTENT_DIR, api->dir);
    if (!find(str_to_z(request->arena, dir), request->params[0], &f)) return ERR_NOT_FOUND;
    reply->type = f.type;
    if (!f.is_forever) return reply_small(request, reply, &f);
    int fd = -1;
    uint64_t bytes = 0;
    struct str tag = tag_of(request->arena, &f.hash);
    if (!open_file(&f, &fd, &bytes)) return ERR_NOT_FOUND;
    reply->cache = FOREVER;
    reply_add_field(reply, "ETag", tag);
    reply_add_field(reply, "Accept-Ranges", STR("bytes"));
    if (!is_known(request, tag)) {
        reply_file(request, reply, fd, bytes, tag);
        return ERR_OK;
    }
    close(fd);
    reply->status = 304;
    return ERR_OK;
}
