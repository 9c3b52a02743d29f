// What a kiosk says: sealed boxes, the log's chain, signed requests.
#include "bench.h"

#include "crypt/base64.h"
#include "crypt/request.h"
#include "release/release.h"
#include "wire/wire_contact.h"

#include <stdio.h>
#include <string.h>

#define SEATS_FEW    10
#define SITTINGS_MAX 16384
#define PHONE        INT64_C(13000000000)

static void kiosk_of_line(struct str line, struct bench_kiosk *k)
{
    unsigned char seed[CRYPT_SEED_BYTES];
    struct str id = str_cut(&line, ' ');
    struct str inc = str_cut(&line, ' ');
    struct str key = str_cut(&line, ' ');
    *k = (struct bench_kiosk){0};
    if (!id_parse(id, &k->id) || !id_parse(inc, &k->inc.id) ||
        !hex_to_bytes(key, seed, sizeof(seed)) || !site_code_parse(line, &k->site))
        bench_fail("DIR/kiosks");
    k->keys = crypt_key_pair_from_seed(seed);
}

static void load_kiosks(struct bench *b, struct bench_county *c)
{
    struct buf text;
    struct data_path path = data_dir_join(&b->dir, "kiosks");
    buf_init(&text, 16 * 1024 * 1024);
    bench_must(buf_read_file(&text, path.z), path.z);
    c->kiosks = arena_array(b->arena, struct bench_kiosk, BENCH_KIOSKS_MAX);
    struct str rest = buf_str(&text);
    while (rest.len > 0 && c->kiosk_count < BENCH_KIOSKS_MAX) {
        kiosk_of_line(str_cut(&rest, '\n'), &c->kiosks[c->kiosk_count++]);
    }
    buf_deinit(&text);
}

static void load_sittings(struct bench *b, struct bench_county *c, struct store *s)
{
    static const char sql[] = "SELECT id, seats FROM sitting ORDER BY start_ms, id";
    struct db_rows rows;
    c->sittings = arena_array(b->arena, struct bench_sitting, SITTINGS_MAX);
    db_rows_open(&rows, store_db(s), DB_QUERY(sql));
    while (db_rows_next(&rows) && c->sitting_count < SITTINGS_MAX) {
        struct bench_sitting sitting = {{db_id(&rows, 0)}, (int)db_int(&rows, 1)};
        if (sitting.seats < SEATS_FEW) {
            c->rare = sitting.id;
        } else {
            c->sittings[c->sitting_count++] = sitting;
        }
    }
    bench_must(db_rows_close(&rows), "sittings");
}

void bench_county_load(struct bench *b, struct bench_county *c)
{
    struct arena memory;
    struct store *store;
    struct store_meta meta;
    struct seal_key_pair box;
    struct data_path keys = data_dir_join(&b->dir, DATA_DIR_KEYS);
    *c = (struct bench_county){.phone = PHONE};
    bench_must(release_box_load(keys.z, &box), "box");
    bench_must(data_dir_store_open(&b->dir, DB_READER, &memory, &store), "open");
    bench_must(store_meta(store, &meta), "meta");
    c->gen = meta.gen;
    c->box = box.public_key;
    load_kiosks(b, c);
    load_sittings(b, c, store);
    for (int i = 0; i < c->kiosk_count; i++) {
        struct bench_kiosk *k = &c->kiosks[i];
        bench_must(store_feed_heads(store, k->inc, k->site, &k->at), "heads");
    }
    data_dir_store_close(&memory, store);
}

struct op bench_sale(struct bench *b, struct bench_county *c, const struct bench_kiosk *k)
{
    struct buf plain;
    struct seal_box box;
    struct op op = {.kind = OP_BOOK, .at_ms = env_now_ms(b->env), .basis = OP_POOL};
    op.booking.id = id_new(b->env);
    op.code = ticket_code_new(b->env);
    memset(op.pin_hash.hex, 'a', sizeof(op.pin_hash.hex) - 1);
    struct wire_contact contact = {.booking = op.booking,
                                   .inc = k->inc,
                                   .phone = str_printf(b->arena, "%lld", (long long)c->phone++),
                                   .surname = STR("王"),
                                   .title = VISITOR_MS,
                                   .topic = TOPIC_MONEY};
    buf_init(&plain, SEAL_PLAIN_BYTES_MAX);
    bench_must(wire_contact_write(&contact, &plain), "contact");
    bench_must(seal_close(b->env, &c->box, buf_str(&plain), &box), "seal");
    buf_deinit(&plain);
    op.sealed = base64_text(b->arena, box.bytes, sizeof(box.bytes));
    return op;
}

static struct str request(struct bench *b, const struct bench_kiosk *k, const char *method,
                          struct str target, struct str body, struct arena *a)
{
    struct request_signature s;
    struct str query = target;
    struct str path = str_cut(&query, '?');
    struct str host = str_printf(a, "127.0.0.1:%lld", (long long)bench_int(b, "port", 0));
    struct request_parts parts = {.method = str_from_z(method),
                                  .authority = host,
                                  .path = path,
                                  .query = query,
                                  .content_digest = request_digest(a, body),
                                  .inc = id_str(&k->inc.id),
                                  .keyid = id_str(&k->id),
                                  .created_s = env_now_ms(b->env) / 1000};
    bench_must(request_sign(&k->keys, &parts, &s), "sign");
    return str_printf(a,
                      "%s %.*s HTTP/1.1\r\nHost: %.*s\r\nContent-Digest: %.*s\r\n"
                      "X-Kiosk-Inc: %s\r\nSignature-Input: %s\r\nSignature: %s\r\n"
                      "Content-Length: %zu\r\n\r\n%.*s",
                      method, STR_ARG(target), STR_ARG(host), STR_ARG(parts.content_digest),
                      k->inc.id.hex, s.input, s.signature, body.len, STR_ARG(body));
}

struct str bench_push(struct bench *b, struct bench_county *c, struct bench_kiosk *k,
                      struct op *ops, int count, struct arena *a)
{
    struct buf body;
    struct wire_batch *batch = arena_new(a, struct wire_batch);
    batch->gen = c->gen;
    batch->from = k->seq + 1;
    batch->prev = crypt_hash_str(a, &k->chain);
    batch->count = count;
    for (int i = 0; i < count; i++) {
        char bytes[OP_BYTES_MAX];
        ops[i].seq = ++k->seq;
        struct str line = {bytes, wire_op_write(&ops[i], bytes, sizeof(bytes))};
        batch->ops[i] = str_copy(a, line);
        k->chain = crypt_chain(&k->chain, line);
    }
    buf_init(&body, BENCH_REPLY_MAX);
    bench_must(wire_batch_write(batch, &body), "batch");
    struct str text = request(b, k, "POST", STR("/v1/d/ops"), buf_str(&body), a);
    buf_deinit(&body);
    return text;
}

struct str bench_poll(struct bench *b, const struct bench_county *c, const struct bench_kiosk *k,
                      int wait_s, struct arena *a)
{
    struct str target =
        str_printf(a, "/v1/d/feed?c=%lld&s=%lld&d=%lld&gen=%s&heard=0&wait=%d",
                   (long long)k->at.seq[FEED_COUNTY], (long long)k->at.seq[FEED_SITE_STREAM],
                   (long long)k->at.seq[FEED_DEVICE], c->gen.hex, wait_s);
    return request(b, k, "GET", target, STR(""), a);
}

void bench_position(struct str page, struct feed_position *at)
{
    static const char *const names[FEED_STREAMS] = {
        [FEED_COUNTY] = "c", [FEED_SITE_STREAM] = "s", [FEED_DEVICE] = "d"};
    struct json_value *document = NULL;
    struct json_mistake mistake = {0};
    struct json_reader r;
    struct json_reader to;
    bench_must(json_parse(page, &document, NULL), "page");
    json_read(&r, document, &mistake);
    json_get_object(&r, "to", &to);
    for (int i = 0; i < FEED_STREAMS; i++) {
        at->seq[i] = json_get_int(&to, names[i], 0, JSON_INT_MAX);
    }
    bench_must(json_mistake_err(&mistake), "page");
    json_free(document);
}
