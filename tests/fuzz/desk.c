#include "fuzz/desk.h"

#include "crypt/base64.h"
#include "fuzz/fuzz.h"
#include "fuzz/rewind.h"
#include "wire/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/eventfd.h>

#define INPUT_BYTES ((size_t)64 * 1024 * 1024)
#define BODY_MAX    4000000
#define WAITERS_MAX 64
#define AUTHORITY   "centre:8470"

static struct desk desk;
static struct polls polls;
static struct desk_answer given; // by http_complete
static struct buf given_body;
static struct world_env ground;
static struct str dumped; // the last desk_dump, and when it was taken
static int64_t dumped_changes;

// ---- What stands in for the listener and the writer's thread

struct http_ticket http_suspend(struct request *request, enum http_keep keep)
{
    (void)keep;
    EXPECT(!request->is_suspended);
    request->is_suspended = true;
    return (struct http_ticket){1, 1};
}

static void give(const struct reply *reply)
{
    buf_clear(&given_body);
    buf_add(&given_body, reply->body);
    EXPECT(buf_err(&given_body) == ERR_OK);
    given = (struct desk_answer){
        .status = reply->status, .body = buf_str(&given_body), .type = reply->type};
}

bool http_complete(struct http *http, struct http_ticket ticket, const struct reply *reply)
{
    (void)http;
    (void)ticket;
    give(reply);
    return true;
}

enum err writer_submit(struct writer *w, const struct writer_command *command)
{
    struct writer_command c = *command;
    (void)w;
    c.err = store_begin(desk.world->store);
    if (!c.err) c.err = store_command_begin(desk.world->store);
    if (!c.err) c.err = store_command_end(desk.world->store, c.run(desk.world->store, &c));
    enum err e = store_commit(desk.world->store, ERR_OK);
    if (!c.err) c.err = e;
    if (c.done) c.done(&c, c.err);
    return ERR_OK;
}

enum err writer_run(struct writer *w, store_work_fn *work, void *context)
{
    (void)w;
    return store_transact(desk.world->store, work, context);
}

// ---- The world

static void find_seats(struct desk *d)
{
    struct db *db = store_db(d->world->store);
    struct db_rows row;
    struct db_value own = DB_TEXT(id_str(&d->kiosk.inc.id));
    static const char RIGHT[] =
        "SELECT sitting, no, epoch FROM seat WHERE owner = $1 ORDER BY sitting, no LIMIT 1";
    static const char POOL[] =
        "SELECT p.sitting, p.no, o.no FROM seat p JOIN seat o ON o.sitting = p.sitting "
        "WHERE p.owner IS NULL AND o.owner = $1 ORDER BY p.sitting, p.no, o.no LIMIT 1";
    EXPECT(db_one(&row, db, DB_QUERY(RIGHT, own)) == ERR_OK, "no seat is the kiosk's");
    d->right_sitting.id = db_id(&row, 0);
    d->right_seat = (int)db_int(&row, 1);
    d->right_epoch = db_int(&row, 2);
    EXPECT(db_rows_close(&row) == ERR_OK);
    own = DB_TEXT(id_str(&d->other.inc.id));
    EXPECT(db_one(&row, db, DB_QUERY(POOL, own)) == ERR_OK, "no pool beside the other's seats");
    d->pool_sitting.id = db_id(&row, 0);
    d->pool_seat = (int)db_int(&row, 1);
    d->other_seat = (int)db_int(&row, 2);
    EXPECT(db_rows_close(&row) == ERR_OK);
}

// The first kiosk of a site is given all that may be given; the second gets what it gives back.
static void share_seats(struct desk *d)
{
    static const char OWNED[] = "SELECT sitting, no, epoch FROM seat WHERE owner = $1 "
                                "ORDER BY sitting, no DESC LIMIT 2";
    struct op ops[2] = {{.kind = OP_RETURN}, {.kind = OP_RETURN}};
    struct db_rows rows;
    struct op_result result;
    db_rows_open(&rows, store_db(d->world->store),
                 DB_QUERY(OWNED, DB_TEXT(id_str(&d->other.inc.id))));
    for (int i = 0; i < 2 && db_rows_next(&rows); i++) {
        ops[i].sitting.id = db_id(&rows, 0);
        ops[i].seat = (int)db_int(&rows, 1);
        ops[i].epoch = db_int(&rows, 2);
    }
    EXPECT(db_rows_close(&rows) == ERR_OK);
    for (int i = 0; i < 2; i++) {
        EXPECT(world_push(d->world, &d->other, ops[i], "", &result) == ERR_OK);
        EXPECT(result.outcome == OP_OK, "a seat is not taken back");
    }
}

// Of two days at one site: what is looked through after each input is small.
static void few_sittings(struct world *w)
{
    struct store_import import;
    struct roster_rule rule = world_rule(0);
    rule.to_day = world_today(w) + 1;
    EXPECT(world_roster(w, &rule, 1, &import) == ERR_OK);
}

static void open_api(struct desk *d)
{
    static struct fs fs;
    fs_system_init(&fs);
    arena_init(&polls.memory, WAITERS_MAX * sizeof(struct poll_entry) + alignof(max_align_t));
    polls.entries = arena_array(&polls.memory, struct poll_entry, WAITERS_MAX);
    polls.wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    pthread_mutex_init(&polls.lock, NULL);
    polls.env = &d->world->env.env;
    d->api = (struct api){.env = &d->world->env.env,
                          .fs = &fs,
                          .polls = &polls,
                          .readers = {d->world->store},
                          .dir = d->world->dir};
    EXPECT(store_meta(d->world->store, &d->api.meta) == ERR_OK);
    polls.gen = d->api.meta.gen;
    d->api.box = seal_key_pair_from_seed((const unsigned char[32]){7});
    auth_init(&d->api.auth, d->api.env);
}

static void take_away(void)
{
    store_close(desk.world->reader);
    store_close(desk.world->store);
}

struct desk *desk_open(void)
{
    struct desk *d = &desk;
    EXPECT(crypt_init() == ERR_OK);
    static struct world_driver driver;
    driver = world_sqlite;
    void *state = &driver;
    world_setup(&state);
    d->world = state;
    atexit(take_away);
    world_init(d->world);
    few_sittings(d->world);
    world_enrol(d->world, 0, STORE_ROLE_DESK, &d->other);
    world_seen(d->world, &d->other);
    world_minute(d->world);
    share_seats(d);
    world_enrol(d->world, 0, STORE_ROLE_DESK, &d->kiosk);
    world_seen(d->world, &d->kiosk);
    world_minute(d->world);
    find_seats(d);
    open_api(d);
    arena_init(&d->memory, API_ARENA_BYTES);
    arena_init(&d->input, INPUT_BYTES);
    buf_init(&given_body, BODY_MAX);
    ground = d->world->env;
    rewind_begin(store_db(d->world->store));
    d->world->driver->drop(d->world); // its files live as long as they are open
    return d;
}

void desk_back(struct desk *d)
{
    rewind_back(store_db(d->world->store));
    d->world->env = ground;
    memset(d->api.auth.rates, 0, sizeof(d->api.auth.rates));
    atomic_store(&d->api.asked_ms, 0);
    polls.count = 0;
    d->seq = 0;
    d->hash = (struct crypt_hash){{0}};
    arena_rewind(&d->input, 0);
    dumped = (struct str){0};
}

// ---- Asking

void desk_add_field(struct desk_ask *ask, const char *name, struct str value)
{
    if (ask->field_count < DESK_FIELDS_MAX)
        ask->fields[ask->field_count++] = (struct desk_field){str_from_z(name), value};
}

static struct str field_of(const void *source, const char *name, int index)
{
    const struct desk_ask *ask = source;
    for (int i = 0; i < ask->field_count; i++) {
        struct str own = ask->fields[i].name;
        bool is_it = own.len == strlen(name) && strncasecmp(own.ptr, name, own.len) == 0;
        if (is_it && index-- == 0) return ask->fields[i].value;
    }
    return (struct str){0};
}

static struct str lower(struct arena *a, struct str s)
{
    char *out = arena_array(a, char, s.len + 1);
    for (size_t i = 0; i < s.len; i++) {
        out[i] = (char)(s.ptr[i] >= 'A' && s.ptr[i] <= 'Z' ? s.ptr[i] + 32 : s.ptr[i]);
    }
    return (struct str){out, s.len};
}

void desk_sign(struct desk *d, struct desk_ask *ask, struct str created)
{
    struct arena *a = &d->input;
    struct str query = ask->target;
    struct str path = str_cut(&query, '?');
    struct crypt_hash hash = crypt_sha256(ask->body);
    struct str text = base64_text(a, hash.bytes, sizeof(hash.bytes));
    struct str digest = str_printf(a, "sha-256=:%.*s:", STR_ARG(text));
    struct str host = field_of(ask, "Host", 0);
    struct str params = str_printf(a,
                                   "(\"@method\" \"@authority\" \"@path\" \"@query\" "
                                   "\"content-digest\" \"x-kiosk-inc\");created=%.*s;keyid=\"%s\";"
                                   "alg=\"ed25519\";tag=\"kiosk1\"",
                                   STR_ARG(created), d->kiosk.kiosk.hex);
    struct str authority = lower(a, host);
    struct buf base;
    buf_init(&base, BODY_MAX);
    buf_addf(&base, "\"@method\": %.*s\n\"@authority\": ", STR_ARG(ask->method));
    buf_add(&base, authority);
    buf_addf(&base, "\n\"@path\": %.*s\n\"@query\": ?%.*s\n", STR_ARG(path), STR_ARG(query));
    buf_addf(&base, "\"content-digest\": %.*s\n\"x-kiosk-inc\": %s\n", STR_ARG(digest),
             d->kiosk.inc.id.hex);
    buf_addf(&base, "\"@signature-params\": %.*s", STR_ARG(params));
    struct crypt_signature signature = crypt_sign(&d->kiosk.keys, buf_str(&base));
    buf_deinit(&base);
    text = base64_text(a, signature.bytes, sizeof(signature.bytes));
    desk_add_field(ask, "Content-Digest", digest);
    desk_add_field(ask, "X-Kiosk-Inc", id_str(&d->kiosk.inc.id));
    desk_add_field(ask, "Signature-Input", str_printf(a, "k=%.*s", STR_ARG(params)));
    desk_add_field(ask, "Signature", str_printf(a, "k=:%.*s:", STR_ARG(text)));
}

// What the listener does with a request (http_answer.c), without its bytes.
static void pass(struct desk *d, struct request *request, struct reply *reply)
{
    struct router router = api_router(&d->api);
    const struct route *route = router_find(&router, request, reply);
    if (!route) return;
    if (request->body.len > route->body_max) {
        reply_problem(reply, NULL, PROBLEM_BODY_TOO_LARGE, NULL);
        return;
    }
    if (router_admits(&router, route, request, reply))
        router_answer(&router, route, request, reply);
}

void desk_ask(struct desk *d, const struct desk_ask *ask, struct desk_answer *out)
{
    struct reply reply = {0};
    bool is_post = str_eq_z(ask->method, "POST");
    bool is_known = is_post || str_eq_z(ask->method, "GET") || str_eq_z(ask->method, "HEAD");
    arena_rewind(&d->memory, 0);
    given = (struct desk_answer){0};
    struct request request = {.method = is_post ? HTTP_POST : HTTP_GET,
                              .target = ask->target,
                              .query = ask->target,
                              .body = ask->body,
                              .arena = &d->memory,
                              .field = field_of,
                              .field_source = ask};
    request.path = str_cut(&request.query, '?');
    if (is_known && http_target_is_normal(ask->target)) {
        pass(d, &request, &reply);
    } else {
        reply_problem(&reply, NULL, PROBLEM_MALFORMED_HTTP, NULL);
    }
    EXPECT(request.is_suspended || reply.status, "no answer");
    if (!request.is_suspended) {
        EXPECT(!reply.has_file, "nothing is published here");
        give(&reply);
    }
    *out = given;
}

void desk_say(struct desk *d, const char *method, const char *target, struct str body,
              struct desk_answer *out)
{
    struct desk_ask ask = {
        .method = str_from_z(method), .target = str_from_z(target), .body = body};
    desk_add_field(&ask, "Host", STR(AUTHORITY));
    desk_sign(d, &ask, str_printf(&d->input, "%lld", (long long)DESK_CREATED_S));
    desk_ask(d, &ask, out);
}

// ---- Holding the answer against what is promised

static const char *const problems[] = {
#define PROBLEM(id, name, status, title) name,
#include "http/problem.def"
#undef PROBLEM
};

void desk_expect_known(const struct desk_answer *answer)
{
    struct json_value *document = NULL;
    struct json_mistake mistake = {0};
    struct json_reader r;
    bool is_problem = answer->type && strstr(answer->type, "problem");
    EXPECT(is_problem == (answer->status >= 400), "%d of type %s", answer->status,
           answer->type ? answer->type : "none");
    if (answer->body.len == 0) return;
    EXPECT(json_parse(answer->body, &document, NULL) == ERR_OK, "the answer is no JSON: %.*s",
           STR_ARG(answer->body));
    if (is_problem) {
        json_read(&r, document, &mistake);
        struct str type = json_get_text(&r, "type", 4, 64);
        bool is_known = false;
        for (size_t i = 0; i < sizeof(problems) / sizeof(problems[0]); i++) {
            is_known = is_known || str_eq_z(str_sub(type, 3, SIZE_MAX), problems[i]);
        }
        EXPECT(is_known && str_starts(type, STR("/e/")), "type %.*s", STR_ARG(type));
        EXPECT(json_get_int(&r, "status", 400, 599) == answer->status);
        EXPECT(json_get_text(&r, "title", 1, 200).len > 0 && !mistake.reason);
    }
    json_free(document);
    EXPECT(answer->status < 500 || answer->status == 503, "%d: %.*s", answer->status,
           STR_ARG(answer->body));
}

bool desk_is_problem(const struct desk_answer *answer, enum problem p)
{
    struct str name = str_from_z(problem_name(p));
    size_t at = str_find(answer->body, STR("\"type\":\"/e/"), 0);
    return answer->status == problem_status(p) && at != SIZE_MAX &&
           str_starts(str_sub(answer->body, at + 11, SIZE_MAX), name);
}

#define ALL(columns, table) "SELECT coalesce(group_concat(" columns ", ' '), '') FROM " table
static const char *const dumps[] = {
    ALL("id || state || last_op_seq || last_op_hash || heard || letter", "incarnation"),
    ALL("id || state || site || coalesce(sitting, '') || seat || code || topic", "booking"),
    ALL("sitting || no || coalesce(owner, '') || epoch || coalesce(booking, '') || recall", "seat"),
    ALL("inc || seq || hash || outcome || verdict || seat || epoch || next_seat", "op_result"),
    ALL("site || day || letter || number || inc || at_ms", "ticket"),
    ALL("stream || seq", "feed_head"),
    ALL("id || state || site", "kiosk"),
    ALL("device_hash || user_code || model || inc", "enrolment"),
    ALL("seq || hash", "audit"),
};

struct str desk_dump(struct desk *d)
{
    int64_t changes = 0;
    struct buf out;
    EXPECT(db_one_int(store_db(d->world->store), DB_QUERY("SELECT total_changes()"), &changes) ==
           ERR_OK);
    if (changes == dumped_changes && dumped.len > 0) return dumped; // not a row was touched
    dumped_changes = changes;
    buf_init(&out, INPUT_BYTES / 8);
    for (size_t i = 0; i < sizeof(dumps) / sizeof(dumps[0]); i++) {
        struct db_rows row;
        EXPECT(db_one(&row, store_db(d->world->store), DB_QUERY(dumps[i])) == ERR_OK);
        buf_add(&out, db_text_borrow(&row, 0));
        buf_add_z(&out, "\n");
        EXPECT(db_rows_close(&row) == ERR_OK);
    }
    dumped = str_copy(&d->input, buf_str(&out));
    buf_deinit(&out);
    return dumped;
}

static void tell(void *context, struct str line)
{
    (void)context;
    EXPECT(false, "%.*s", STR_ARG(line));
}

void desk_expect_sound(struct desk *d)
{
    int violations = 0;
    EXPECT(store_check(d->world->store, tell, NULL, &violations) == ERR_OK);
}
