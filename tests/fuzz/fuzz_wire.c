// Every message of the protocol, read from hostile JSON. The first line of an input names the message.
//
// Promised: a reader says yes or says what is wrong; what it has taken writes out, reads back and
// writes out again the same; a document that is no message of ours writes out as it reads.
#include "fuzz/fuzz.h"
#include "wire/wire_contact.h"
#include "wire/wire_feed.h"
#include "wire/wire_hello.h"
#include "wire/wire_op.h"
#include "wire/wire_row.h"

#include <string.h>

#define ARENA_BYTES ((size_t)64 * 1024 * 1024)

static struct arena arena;

// What a reader read last, so that the writer has it.
struct message {
    struct op op;
    struct wire_contact contact;
    struct wire_batch batch;
    struct wire_answer answer;
    struct wire_hello hello;
    struct wire_hello_reply hello_reply;
    struct wire_enrol enrol;
    struct wire_enrol_reply enrol_reply;
    struct wire_enrolled enrolled;
    struct str device_code;
    struct feed_page page;
};

typedef enum err read_fn(struct json_value *document, struct message *m,
                         struct json_mistake *mistake);
typedef enum err write_fn(const struct message *m, struct buf *out);

static enum err read_batch(struct json_value *document, struct message *m,
                           struct json_mistake *mistake)
{
    return wire_batch_parse(document, &arena, &m->batch, mistake);
}

static enum err write_batch(const struct message *m, struct buf *out)
{
    return wire_batch_write(&m->batch, out);
}

static enum err read_answer(struct json_value *document, struct message *m,
                            struct json_mistake *mistake)
{
    return wire_answer_parse(document, &arena, &m->answer, mistake);
}

static enum err write_answer(const struct message *m, struct buf *out)
{
    return wire_answer_write(&m->answer, out);
}

static enum err read_hello(struct json_value *document, struct message *m,
                           struct json_mistake *mistake)
{
    return wire_hello_parse(document, &arena, &m->hello, mistake);
}

static enum err write_hello(const struct message *m, struct buf *out)
{
    return wire_hello_write(&m->hello, out);
}

static enum err read_hello_reply(struct json_value *document, struct message *m,
                                 struct json_mistake *mistake)
{
    return wire_hello_reply_parse(document, &m->hello_reply, mistake);
}

static enum err write_hello_reply(const struct message *m, struct buf *out)
{
    return wire_hello_reply_write(&m->hello_reply, out);
}

static enum err read_enrol(struct json_value *document, struct message *m,
                           struct json_mistake *mistake)
{
    return wire_enrol_parse(document, &arena, &m->enrol, mistake);
}

static enum err write_enrol(const struct message *m, struct buf *out)
{
    return wire_enrol_write(&m->enrol, out);
}

static enum err read_enrol_reply(struct json_value *document, struct message *m,
                                 struct json_mistake *mistake)
{
    return wire_enrol_reply_parse(document, &arena, &m->enrol_reply, mistake);
}

static enum err write_enrol_reply(const struct message *m, struct buf *out)
{
    return wire_enrol_reply_write(&m->enrol_reply, out);
}

static enum err read_enrol_poll(struct json_value *document, struct message *m,
                                struct json_mistake *mistake)
{
    return wire_enrol_poll_parse(document, &arena, &m->device_code, mistake);
}

static enum err write_enrol_poll(const struct message *m, struct buf *out)
{
    return wire_enrol_poll_write(m->device_code, out);
}

static enum err read_enrolled(struct json_value *document, struct message *m,
                              struct json_mistake *mistake)
{
    return wire_enrolled_parse(document, &m->enrolled, mistake);
}

static enum err write_enrolled(const struct message *m, struct buf *out)
{
    return wire_enrolled_write(&m->enrolled, out);
}

static enum err read_page(struct json_value *document, struct message *m,
                          struct json_mistake *mistake)
{
    return wire_page_parse(document, &arena, &m->page, mistake);
}

// Only known kinds: what others hold is kept as it came.
static enum err write_page(const struct message *m, struct buf *out)
{
    const struct feed_page *page = &m->page;
    struct wire_page_writer w;
    struct wire_page_head head = {.gen = page->gen,
                                  .from = page->from,
                                  .to = page->to,
                                  .more = page->more,
                                  .applied = page->applied};
    wire_page_begin(&w, &head, out);
    enum err e = ERR_OK;
    for (int i = 0; i < page->count && !e; i++) {
        const struct feed_row *row = &page->rows[i];
        struct buf value;
        if (row->kind == FEED_KIND_UNKNOWN) continue;
        buf_init(&value, FEED_ROW_BYTES_MAX);
        if (!row->is_dead) e = wire_row_value_write(row, &value);
        EXPECT(!e, "a row that was read cannot be written");
        e = wire_page_row(&w, row, str_from_z(feed_kind_code(row->kind)), buf_str(&value));
        buf_deinit(&value);
    }
    EXPECT(!e);
    return wire_page_end(&w);
}

static const struct {
    const char *name;
    read_fn *read;
    write_fn *write;
} messages[] = {{"batch", read_batch, write_batch},
                {"answer", read_answer, write_answer},
                {"hello", read_hello, write_hello},
                {"hello-reply", read_hello_reply, write_hello_reply},
                {"enrol", read_enrol, write_enrol},
                {"enrol-reply", read_enrol_reply, write_enrol_reply},
                {"enrol-poll", read_enrol_poll, write_enrol_poll},
                {"enrolled", read_enrolled, write_enrolled},
                {"page", read_page, write_page}};

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    arena_init(&arena, ARENA_BYTES);
    return 0;
}

// Reads `text` and writes what was read; false where the reader says no.
static bool turn(size_t kind, struct str text, struct buf *out)
{
    struct json_value *document = NULL;
    struct json_mistake mistake = {0};
    struct message *m = arena_new(&arena, struct message);
    if (json_parse(text, &document, NULL)) return false;
    enum err e = messages[kind].read(document, m, &mistake);
    json_free(document);
    EXPECT((e == ERR_BAD_INPUT) == (mistake.reason != NULL), "%d without a word", (int)e);
    EXPECT(!e || e == ERR_BAD_INPUT || e == ERR_TOO_BIG);
    if (e) return false;
    e = messages[kind].write(m, out);
    EXPECT(!e, "what was read as %s cannot be written", messages[kind].name);
    return true;
}

static void read_and_write(size_t kind, struct str text)
{
    struct buf first;
    struct buf second;
    buf_init(&first, 8 * FUZZ_BYTES_MAX);
    buf_init(&second, 8 * FUZZ_BYTES_MAX);
    if (turn(kind, text, &first)) {
        EXPECT(turn(kind, buf_str(&first), &second), "%s is not read back: %.*s",
               messages[kind].name, STR_ARG(buf_str(&first)));
        EXPECT(str_eq(buf_str(&first), buf_str(&second)), "%.*s\nbecomes %.*s",
               STR_ARG(buf_str(&first)), STR_ARG(buf_str(&second)));
    }
    buf_deinit(&first);
    buf_deinit(&second);
}

static void read_op(struct str text)
{
    char first[OP_BYTES_MAX];
    char second[OP_BYTES_MAX];
    struct op op;
    if (text.len > OP_BYTES_MAX || wire_op_parse(text, &arena, &op)) return;
    if (op.kind == OP_KIND_UNKNOWN) return;
    size_t len = wire_op_write(&op, first, sizeof(first));
    EXPECT(wire_op_parse((struct str){first, len}, &arena, &op) == ERR_OK, "%.*s", (int)len, first);
    EXPECT(wire_op_write(&op, second, sizeof(second)) == len && memcmp(first, second, len) == 0,
           "%.*s", (int)len, first);
}

static void read_contact(struct str text)
{
    struct wire_contact contact;
    struct buf out;
    if (wire_contact_parse(text, &arena, &contact)) return;
    buf_init(&out, FUZZ_BYTES_MAX);
    EXPECT(wire_contact_write(&contact, &out) == ERR_OK);
    EXPECT(wire_contact_parse(buf_str(&out), &arena, &contact) == ERR_OK);
    buf_deinit(&out);
}

static void read_json(struct str text)
{
    struct json_value *document = NULL;
    struct json_fault fault = {0};
    struct json_writer w;
    struct buf first;
    if (json_parse(text, &document, &fault)) {
        EXPECT(fault.why, "refused without a word");
        return;
    }
    buf_init(&first, 8 * FUZZ_BYTES_MAX);
    json_write_begin(&w, &first);
    json_write_value(&w, NULL, document);
    EXPECT(json_write_end(&w) == ERR_OK);
    json_free(document);
    EXPECT(json_parse(buf_str(&first), &document, &fault) == ERR_OK, "%s", fault.why);
    json_free(document);
    buf_deinit(&first);
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t count)
{
    struct str text = {(const char *)bytes, count};
    struct str name = str_cut(&text, '\n');
    arena_rewind(&arena, 0);
    for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
        if (str_eq_z(name, messages[i].name)) read_and_write(i, text);
    }
    if (str_eq_z(name, "op")) read_op(text);
    if (str_eq_z(name, "contact")) read_contact(text);
    if (str_eq_z(name, "json")) read_json(text);
    return 0;
}
