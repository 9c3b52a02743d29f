// Requests as the centre's guards and handlers meet them: an input is a request line, fields, an empty
// line and a body; "====" begins the next one. A field "Sign: SECONDS" adds a true signature of the
// kiosk over what stands before it, made by another hand than ours (desk_sign).
//
// Promised: every answer is a success or a known problem; a path that is signed is served only where
// each of the four fields stands once, the signature is right when it is computed anew, and the digest
// is the body's; what is refused changes nothing; and the next honest question is answered.
#include "crypt/base64.h"
#include "fuzz/desk.h"
#include "fuzz/fuzz.h"

#include <string.h>
#include <strings.h>

#define ASKS_MAX 12

static struct desk *d;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    d = desk_open();
    return 0;
}

static struct str fill_in(struct str text)
{
    const struct fuzz_word words[] = {{"inc", id_str(&d->kiosk.inc.id)},
                                      {"other", id_str(&d->other.inc.id)},
                                      {"kiosk", id_str(&d->kiosk.kiosk)},
                                      {"gen", id_str(&d->api.meta.gen)}};
    return fuzz_fill_in(&d->input, text, words, sizeof(words) / sizeof(words[0]));
}

static struct str value_of(const struct desk_ask *ask, const char *name, int *count)
{
    struct str found = {0};
    *count = 0;
    for (int i = 0; i < ask->field_count; i++) {
        struct str own = ask->fields[i].name;
        if (own.len != strlen(name) || strncasecmp(own.ptr, name, own.len) != 0) continue;
        if ((*count)++ == 0) found = ask->fields[i].value;
    }
    return found;
}

// The request that the kiosk would have signed, had it meant this one.
static void expect_signed(const struct desk_ask *ask)
{
    static const char *const names[] = {"Content-Digest", "X-Kiosk-Inc", "Signature-Input",
                                        "Signature"};
    struct str values[4];
    int count = 0;
    struct desk_ask again = {.method = ask->method, .target = ask->target, .body = ask->body};
    if (str_eq_z(ask->method, "HEAD")) again.method = STR("GET");
    for (int i = 0; i < 4; i++) {
        values[i] = value_of(ask, names[i], &count);
        EXPECT(count == 1, "%s stands %d times", names[i], count);
    }
    struct str created = str_sub(values[2], str_find(values[2], STR(";created="), 0) + 9, SIZE_MAX);
    desk_add_field(&again, "Host", value_of(ask, "Host", &count));
    desk_sign(d, &again, str_cut(&created, ';'));
    bool is_hello = str_starts(ask->target, STR("/v1/d/hello"));
    for (int i = 0; i < 4; i++) {
        struct str own = again.fields[i + 1].value;
        bool is_new_life = is_hello && !str_eq(values[1], again.fields[2].value);
        EXPECT(is_new_life || str_eq(values[i], own), "%s: %.*s", names[i], STR_ARG(values[i]));
    }
}

static bool read_ask(struct str text, struct desk_ask *ask)
{
    *ask = (struct desk_ask){0};
    struct str line = str_cut(&text, '\n');
    ask->method = str_cut(&line, ' ');
    ask->target = fill_in(line);
    size_t end = str_starts(text, STR("\n")) ? 0 : str_find(text, STR("\n\n"), 0);
    ask->body = end == SIZE_MAX ? (struct str){0} : fill_in(str_sub(text, end + 2, SIZE_MAX));
    struct str head = str_sub(text, 0, end);
    bool is_sent = !str_eq_z(ask->method, "") && ask->field_count < HTTP_FIELDS_MAX;
    while (head.ptr && is_sent && ask->field_count < HTTP_FIELDS_MAX - 4) {
        struct str value = str_cut(&head, '\n');
        struct str name = str_cut(&value, ':');
        value = fill_in(str_trim(value));
        if (str_eq_z(name, "Sign")) {
            desk_sign(d, ask, value);
        } else if (name.len > 0) {
            ask->fields[ask->field_count++] = (struct desk_field){name, value};
        }
    }
    return is_sent;
}

static bool is_signed_path(struct str target)
{
    return str_starts(target, STR("/v1/d/"));
}

static void ask_one(struct str text)
{
    struct desk_ask ask;
    struct desk_answer answer;
    if (!read_ask(text, &ask)) return;
    struct str before = desk_dump(d);
    desk_ask(d, &ask, &answer);
    bool is_waiting = answer.status == 0;
    if (!is_waiting) desk_expect_known(&answer);
    bool is_served = is_waiting || answer.status < 400;
    if (is_served && is_signed_path(ask.target)) expect_signed(&ask);
    bool may_change = is_served || desk_is_problem(&answer, PROBLEM_OP_FORK);
    if (!may_change) EXPECT(str_eq(before, desk_dump(d)), "%d changed something", answer.status);
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t count)
{
    if (count > FUZZ_BYTES_MAX) return 0;
    struct str rest = {(const char *)bytes, count};
    struct desk_answer answer;
    desk_back(d);
    for (int i = 0; i < ASKS_MAX && rest.ptr; i++) {
        size_t end = str_find(rest, STR("\n====\n"), 0);
        ask_one(str_sub(rest, 0, end == SIZE_MAX ? SIZE_MAX : end + 1));
        rest = end == SIZE_MAX ? (struct str){0} : str_sub(rest, end + 6, SIZE_MAX);
    }
    desk_say(d, "GET", "/healthz", (struct str){0}, &answer);
    EXPECT(answer.status == 200, "the centre does not answer any more: %d", answer.status);
    desk_expect_sound(d);
    return 0;
}
