#include "release/pack.h"

#include "base/log.h"

#include <zstd.h>

#define LEVEL          19
#define LEVEL_LARGE    6 // for a first load: level 19 would take half a minute
#define LARGE_BYTES    ((size_t)8 * 1024 * 1024)
#define CHUNK_BYTES    16384
#define WINDOW_LOG_MAX 27 // 128 MiB: the largest content twice

// The window must reach over the base and the content, or the patch could not point back.
static int window_log(size_t bytes)
{
    int log = 10;
    while (log < WINDOW_LOG_MAX && ((size_t)1 << log) < bytes) {
        log++;
    }
    return log;
}

static enum err compress(ZSTD_CCtx *c, struct str bytes, struct str base, struct buf *out)
{
    int level = bytes.len > LARGE_BYTES ? LEVEL_LARGE : LEVEL;
    ZSTD_CCtx_setParameter(c, ZSTD_c_compressionLevel, level);
    ZSTD_CCtx_setParameter(c, ZSTD_c_contentSizeFlag, 1);
    ZSTD_CCtx_setPledgedSrcSize(c, bytes.len);
    if (base.len > 0) {
        ZSTD_CCtx_setParameter(c, ZSTD_c_windowLog, window_log(base.len + bytes.len));
        ZSTD_CCtx_refPrefix(c, base.ptr, base.len);
    }
    ZSTD_inBuffer in = {bytes.ptr, bytes.len, 0};
    size_t left = 1;
    while (left > 0) {
        char chunk[CHUNK_BYTES];
        ZSTD_outBuffer to = {chunk, sizeof(chunk), 0};
        left = ZSTD_compressStream2(c, &to, &in, ZSTD_e_end);
        if (ZSTD_isError(left)) {
            log_error("zstd cannot compress: %s", ZSTD_getErrorName(left));
            return ERR_IO;
        }
        buf_add(out, (struct str){chunk, to.pos});
    }
    return buf_err(out);
}

enum err pack_add(struct str bytes, struct str base, struct buf *out)
{
    ZSTD_CCtx *c = ZSTD_createCCtx();
    CHECK(c);
    enum err e = compress(c, bytes, base, out);
    ZSTD_freeCCtx(c);
    return e;
}

static enum err decompress(ZSTD_DCtx *d, struct str frame, size_t bytes_max, struct buf *out)
{
    ZSTD_inBuffer in = {frame.ptr, frame.len, 0};
    size_t start = out->len;
    size_t left = 1;
    while (left > 0) {
        char chunk[CHUNK_BYTES];
        ZSTD_outBuffer to = {chunk, sizeof(chunk), 0};
        size_t before = in.pos;
        left = ZSTD_decompressStream(d, &to, &in);
        if (ZSTD_isError(left)) return ERR_CORRUPT;
        if (left > 0 && to.pos == 0 && in.pos == before) return ERR_CORRUPT; // cut off
        buf_add(out, (struct str){chunk, to.pos});
        if (buf_err(out) || out->len - start > bytes_max) return ERR_TOO_BIG;
    }
    return in.pos == in.size ? ERR_OK : ERR_CORRUPT;
}

enum err pack_open(struct str frame, struct str base, size_t bytes_max, struct buf *out)
{
    ZSTD_DCtx *d = ZSTD_createDCtx();
    CHECK(d);
    ZSTD_DCtx_setParameter(d, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
    if (base.len > 0) ZSTD_DCtx_refPrefix(d, base.ptr, base.len);
    enum err e = decompress(d, frame, bytes_max, out);
    ZSTD_freeDCtx(d);
    return e;
}
