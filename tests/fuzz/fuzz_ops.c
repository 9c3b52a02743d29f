// Operations of an enrolled kiosk, as the centre reads them. An input is operations, one a line; "--"
// ends a batch. $n is the number due, $right and $pool are sittings, $epoch that of the kiosk's seat.
//
// Promised: each batch is answered; what is answered is numbered, of known outcome and reason, and the
// chain's end; said again it is answered alike and changes nothing; what is refused as a whole changes
// nothing; the centre's invariants hold; and what comes behind a bad operation is done.
#include "fuzz/desk.h"
#include "fuzz/fuzz.h"
#include "wire/wire_op.h"

#include <stdlib.h>
#include <string.h>

#define BATCHES_MAX 6 // each is said twice, and a kiosk has 20 requests at once

struct lines {
    struct str ops[FUZZ_LINES_MAX];
    int count;
};

static struct desk *d;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    d = desk_open();
    return 0;
}

static struct str number(int64_t n)
{
    return str_printf(&d->input, "%lld", (long long)n);
}

static struct str fill_in(struct str line, int64_t seq)
{
    const struct fuzz_word words[] = {{"n", number(seq)},
                                      {"right", id_str(&d->right_sitting.id)},
                                      {"pool", id_str(&d->pool_sitting.id)},
                                      {"seat", number(d->right_seat)},
                                      {"free", number(d->pool_seat)},
                                      {"taken", number(d->other_seat)},
                                      {"epoch", number(d->right_epoch)},
                                      {"letter", (struct str){&d->kiosk.letter, 1}},
                                      {"foreign", (struct str){&d->other.letter, 1}}};
    return fuzz_fill_in(&d->input, line, words, sizeof(words) / sizeof(words[0]));
}

// False where the texts cannot stand in JSON at all.
static bool write_batch(const struct lines *batch, struct buf *out)
{
    struct json_writer w;
    json_write_begin(&w, out);
    json_write_object(&w, NULL);
    json_write_id(&w, "gen", &d->api.meta.gen);
    json_write_int(&w, "heard", 0);
    json_write_int(&w, "from", d->seq + 1);
    json_write_bytes(&w, "prev", d->hash.bytes, sizeof(d->hash.bytes));
    json_write_array(&w, "ops");
    for (int i = 0; i < batch->count; i++) {
        json_write_text(&w, NULL, batch->ops[i]);
    }
    json_write_array_end(&w);
    json_write_object_end(&w);
    return json_write_end(&w) == ERR_OK;
}

static struct crypt_hash chain(const struct lines *batch)
{
    struct crypt_hash hash = d->hash;
    for (int i = 0; i < batch->count; i++) {
        struct crypt_stream s;
        crypt_stream_init(&s);
        crypt_stream_add(&s, (struct str){(char *)hash.bytes, sizeof(hash.bytes)});
        crypt_stream_add(&s, batch->ops[i]);
        hash = crypt_stream_end(&s);
    }
    return hash;
}

static struct op_result expect_result(const struct json_array *results, int i)
{
    struct json_reader r;
    struct op_result result = {0};
    json_item_object(results, (size_t)i, &r);
    int64_t seq = json_get_int(&r, "seq", d->seq + i + 1, d->seq + i + 1);
    EXPECT(seq == d->seq + i + 1, "the answer to operation %d is another's", i);
    EXPECT(op_outcome_parse(json_get_text(&r, "outcome", 1, 16), &result.outcome));
    if (json_has(&r, "why"))
        EXPECT(verdict_parse(json_get_text(&r, "why", 1, 32), &result.verdict));
    EXPECT((result.verdict == VERDICT_OK) == (result.outcome == OP_OK), "a reason without a no");
    return result;
}

// Who owns (seat, epoch) is never refused its sale; the rest of what is held against single answers is
// what the mutants of the centre's guards would break.
static void expect_rules(struct str op, int64_t seq, struct op_result result)
{
    struct op known;
    struct arena *a = &d->input;
    if (op.len > OP_BYTES_MAX) {
        EXPECT(result.verdict == VERDICT_OP_TOO_LARGE, "%zu bytes are taken", op.len);
        return;
    }
    EXPECT(result.verdict != VERDICT_OP_TOO_LARGE);
    bool is_none = wire_op_parse(op, a, &known) != ERR_OK || known.seq != seq;
    EXPECT(is_none == (result.verdict == VERDICT_OP_MALFORMED), "%.*s", STR_ARG(op));
    if (is_none) return;
    char own = d->kiosk.letter;
    bool is_own = known.letter == own || known.letter == own - 'A' + 'a';
    if (known.kind == OP_TICKET) EXPECT(is_own == (result.outcome != OP_REFUSED));
    if (known.kind == OP_CANCEL) EXPECT(result.outcome != OP_REFUSED, "a cancel is refused");
    if (known.kind == OP_KIND_UNKNOWN) EXPECT(result.verdict == VERDICT_UNKNOWN_KIND);
}

static void expect_taken(const struct lines *batch, const struct desk_answer *answer)
{
    struct json_value *document = NULL;
    struct json_mistake mistake = {0};
    struct json_reader r;
    struct json_array results;
    unsigned char told[CRYPT_HASH_BYTES];
    struct crypt_hash own = chain(batch);
    EXPECT(json_parse(answer->body, &document, NULL) == ERR_OK);
    json_read(&r, document, &mistake);
    EXPECT(json_get_int(&r, "acked", 0, JSON_INT_MAX) == d->seq + batch->count);
    json_get_bytes(&r, "acked_hash", told, sizeof(told));
    EXPECT(memcmp(told, own.bytes, sizeof(told)) == 0, "the chain ends elsewhere");
    json_get_array(&r, "results", 0, OP_BATCH_MAX, &results);
    EXPECT(!mistake.reason && (int)results.count == batch->count);
    for (int i = 0; i < batch->count; i++) {
        expect_rules(batch->ops[i], d->seq + i + 1, expect_result(&results, i));
    }
    json_free(document);
}

static void push(const struct lines *batch)
{
    struct desk_answer answer;
    struct buf body;
    buf_init(&body, 2 * FUZZ_BYTES_MAX);
    struct str before = desk_dump(d);
    if (!write_batch(batch, &body) || body.len > 262144) {
        buf_deinit(&body);
        return;
    }
    desk_say(d, "POST", "/v1/d/ops", buf_str(&body), &answer);
    desk_expect_known(&answer);
    struct str first = str_copy(&d->input, answer.body);
    int status = answer.status;
    struct str after = desk_dump(d);
    if (status == 200) {
        expect_taken(batch, &answer);
        desk_say(d, "POST", "/v1/d/ops", buf_str(&body), &answer);
        EXPECT(answer.status == 200 && str_eq(first, answer.body), "said again: %.*s",
               STR_ARG(answer.body));
        EXPECT(str_eq(after, desk_dump(d)), "said again it changed something");
        d->hash = chain(batch);
        d->seq += batch->count;
    } else {
        EXPECT(str_eq(before, after), "refused with %d, and something changed", status);
        EXPECT(batch->count > OP_BATCH_MAX, "%d operations: %.*s", batch->count, STR_ARG(first));
    }
    buf_deinit(&body);
}

static void push_all(struct str rest)
{
    static struct lines batch;
    int batches = 0;
    int lines = 0;
    batch.count = 0;
    while (rest.ptr && batches < BATCHES_MAX && lines++ < FUZZ_LINES_MAX) {
        struct str line = str_cut(&rest, '\n');
        bool is_end = str_eq_z(line, "--");
        if (!is_end && line.len > 0) {
            batch.ops[batch.count] = fill_in(line, d->seq + batch.count + 1);
            batch.count++;
        }
        if (rest.ptr && !is_end) continue;
        push(&batch);
        batch.count = 0;
        batches++;
    }
}

// Whatever came before, the log goes on.
static void expect_alive(void)
{
    struct lines last = {.count = 1};
    struct str ticket = STR("{\"seq\":$n,\"at\":1,\"trust\":\"synced\",\"kind\":\"ticket\","
                            "\"day\":999999,\"letter\":\"$letter\",\"number\":998}");
    last.ops[0] = fill_in(ticket, d->seq + 1);
    int64_t seq = d->seq;
    push(&last);
    EXPECT(d->seq == seq + 1, "the log is blocked");
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t count)
{
    if (count > FUZZ_BYTES_MAX) return 0;
    desk_back(d);
    push_all((struct str){(const char *)bytes, count});
    expect_alive();
    desk_expect_sound(d);
    return 0;
}
