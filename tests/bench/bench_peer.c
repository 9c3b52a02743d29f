// What the databases could do at best: the very statements of the bookings, recorded from the store
// while it books, and played again on a fresh copy with nothing around them: no HTTP, no signatures,
// no boxes, no decisions. `dir` is the copy that is recorded on, `fresh` the one that is measured.
#include "bench.h"

#include "db/db_driver.h"

#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#define STATEMENTS_MAX 1000000
#define TEXTS_MAX      64
#define CLIENTS        8

struct statement {
    const char *sql; // of the store's, so the pointer is its name
    struct db_value *params;
    int count;
    int transaction;
};

// A driver that keeps what passes through it. The driver comes first, so a database leads back to it.
struct recorder {
    struct db_driver driver;
    const struct db_driver *below;
    struct arena *arena;
    struct statement *statements;
    int count;
    int transaction;
};

static enum err record(struct db_rows *rows, const struct db_query *query)
{
    union {
        const struct db_driver *driver;
        struct recorder *recorder;
    } me = {.driver = rows->db->driver};
    struct recorder *r = me.recorder;
    CHECK(r->count < STATEMENTS_MAX);
    struct statement *s = &r->statements[r->count++];
    *s =
        (struct statement){.sql = query->sql, .count = query->count, .transaction = r->transaction};
    s->params = arena_array(r->arena, struct db_value, (size_t)query->count + 1);
    for (int i = 0; i < query->count; i++) {
        s->params[i] = query->params[i];
        s->params[i].text = str_copy(r->arena, query->params[i].text);
    }
    return r->below->rows_open(rows, query);
}

struct peer {
    struct bench *b;
    struct bench_county county;
    struct recorder recorder;
    int group; // bookings of a transaction
    int batch; // of one kiosk
    int bookings;
    int sitting;
    int seat;
};

static enum err book(struct peer *p, struct store *s, struct bench_kiosk *k)
{
    struct arena *a = p->b->arena;
    struct centre_op *ops = arena_array(a, struct centre_op, (size_t)p->batch);
    struct centre_push_reply *told = arena_new(a, struct centre_push_reply);
    struct store_contact contact = {.surname = STR("王"), .title = VISITOR_MS};
    struct centre_push push = {k->inc, 0, k->seq + 1, ops, p->batch};
    for (int i = 0; i < p->batch; i++) {
        char bytes[OP_BYTES_MAX];
        if (p->seat == p->county.sittings[p->sitting].seats) {
            p->seat = 0;
            p->sitting++;
        }
        if (p->sitting == p->county.sitting_count) bench_fail("more bookings than seats");
        ops[i].op = bench_sale(p->b, &p->county, k);
        ops[i].op.sitting = p->county.sittings[p->sitting].id;
        ops[i].op.seat = ++p->seat;
        ops[i].op.seq = ++k->seq;
        ops[i].bytes =
            str_copy(a, (struct str){bytes, wire_op_write(&ops[i].op, bytes, sizeof(bytes))});
        contact.phone = str_printf(a, "%lld", (long long)p->county.phone);
        enum err e = store_contact_seal(s, ops[i].op.booking, &contact, a, &ops[i].contact);
        if (e) return e;
    }
    enum err e = centre_push(store_centre(s), &push, env_now_ms(p->b->env), told);
    for (int i = 0; !e && i < p->batch; i++) {
        if (told->results[i].outcome != OP_OK) bench_fail("a free seat was not sold");
    }
    return e ? e : store_kiosk_seen(s, k->id);
}

static void record_all(struct peer *p)
{
    struct arena memory;
    struct store *s;
    struct recorder *r = &p->recorder;
    int kiosk = 0;
    bench_must(data_dir_store_open(&p->b->dir, DB_WRITER, &memory, &s), "open");
    struct db *db = store_db(s);
    *r = (struct recorder){.driver = *db->driver, .below = db->driver, .arena = p->b->arena};
    r->statements = arena_array(r->arena, struct statement, STATEMENTS_MAX);
    r->driver.rows_open = record;
    for (int done = 0; done < p->bookings; done += p->group) {
        enum err e = store_begin(s);
        db->driver = &r->driver; // what begins and ends a transaction is no statement of it
        for (int n = 0; !e && n < p->group; n += p->batch) {
            e = book(p, s, &p->county.kiosks[kiosk++ % p->county.kiosk_count]);
        }
        bench_must(store_commit(s, e), "bookings");
        db->driver = r->below;
        r->transaction++;
    }
    data_dir_store_close(&memory, s);
}

static enum err play(struct db *db, const struct statement *s)
{
    return db_run(db, (struct db_query){.sql = s->sql, .params = s->params, .count = s->count},
                  NULL);
}

static int64_t play_sqlite(struct peer *p)
{
    struct arena memory;
    struct store *s;
    struct data_dir fresh;
    struct recorder *r = &p->recorder;
    bench_must(data_dir_init(&fresh, bench_text(p->b, "fresh", ""), "", "", p->b->env), "fresh");
    bench_must(data_dir_store_open(&fresh, DB_WRITER, &memory, &s), "open");
    int64_t begun_us = bench_us();
    for (int i = 0; i < r->count;) {
        int transaction = r->statements[i].transaction;
        enum err e = db_begin(store_db(s), DB_WRITE);
        for (; !e && i < r->count && r->statements[i].transaction == transaction; i++) {
            e = play(store_db(s), &r->statements[i]);
        }
        bench_must(db_end(store_db(s), e), "play");
    }
    int64_t us = bench_us() - begun_us;
    data_dir_store_close(&memory, s);
    return us;
}

// ---- PostgreSQL: clients that send a transaction whole and then hear all its answers

struct client {
    PGconn *conn;
    const char *texts[TEXTS_MAX];
    int text_count;
    int transaction; // under way, or the next one
    int at;          // its first statement
    bool is_done;
};

static Oid type_of(const struct db_value *v)
{
    return v->kind == DB_KIND_INT ? 20 : v->kind == DB_KIND_TEXT ? 25 : 0; // int8, text, unknown
}

static void pg_must(bool good, const struct client *c)
{
    if (good) return;
    fputs(PQerrorMessage(c->conn), stderr);
    bench_fail("postgres");
}

static int text_of(struct peer *p, struct client *c, const struct statement *s)
{
    Oid types[DB_PARAMS_MAX];
    char name[16];
    struct buf expanded;
    for (int i = 0; i < c->text_count; i++) {
        if (c->texts[i] == s->sql) return i;
    }
    CHECK(c->text_count < TEXTS_MAX);
    for (int i = 0; i < s->count; i++) {
        types[i] = type_of(&s->params[i]);
    }
    snprintf(name, sizeof(name), "p%d", c->text_count);
    buf_init(&expanded, DB_SQL_BYTES_MAX);
    const char *sql = db_expand(p->recorder.below, s->sql, &expanded);
    pg_must(PQsendPrepare(c->conn, name, sql, s->count, types), c);
    buf_deinit(&expanded);
    c->texts[c->text_count] = s->sql;
    return c->text_count++;
}

static void send_statement(struct peer *p, struct client *c, const struct statement *s)
{
    char name[16];
    char numbers[DB_PARAMS_MAX][24];
    const char *values[DB_PARAMS_MAX];
    int lengths[DB_PARAMS_MAX];
    int formats[DB_PARAMS_MAX];
    snprintf(name, sizeof(name), "p%d", text_of(p, c, s));
    for (int i = 0; i < s->count; i++) {
        const struct db_value *v = &s->params[i];
        snprintf(numbers[i], sizeof(numbers[i]), "%lld", (long long)v->i);
        values[i] = v->kind == DB_KIND_INT    ? numbers[i]
                    : v->kind == DB_KIND_TEXT ? v->text.ptr
                                              : NULL;
        lengths[i] = (int)v->text.len;
        formats[i] = v->kind == DB_KIND_TEXT;
    }
    pg_must(PQsendQueryPrepared(c->conn, name, s->count, values, lengths, formats, 0), c);
}

// The client's next transaction: every CLIENTS-th is its own.
static void send_next(struct peer *p, struct client *c)
{
    const struct recorder *r = &p->recorder;
    while (c->at < r->count && r->statements[c->at].transaction != c->transaction) {
        c->at++;
    }
    c->is_done = c->at == r->count;
    if (c->is_done) return;
    for (int i = c->at; i < r->count && r->statements[i].transaction == c->transaction; i++) {
        send_statement(p, c, &r->statements[i]);
    }
    pg_must(PQpipelineSync(c->conn), c); // commits
    pg_must(PQflush(c->conn) >= 0, c);
    c->transaction += CLIENTS;
}

// Takes what has come; after the last answer of a transaction the next one goes out.
static void hear(struct peer *p, struct client *c)
{
    pg_must(PQconsumeInput(c->conn), c);
    while (!c->is_done && !PQisBusy(c->conn)) {
        PGresult *result = PQgetResult(c->conn);
        ExecStatusType status = result ? PQresultStatus(result) : PGRES_COMMAND_OK;
        PQclear(result);
        bool is_good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
        pg_must(is_good || status == PGRES_PIPELINE_SYNC, c);
        if (status == PGRES_PIPELINE_SYNC) send_next(p, c);
    }
}

static void open_client(struct peer *p, struct client *c, int index)
{
    *c = (struct client){.transaction = index};
    c->conn = PQconnectdb(bench_text(p->b, "fresh", ""));
    pg_must(PQstatus(c->conn) == CONNECTION_OK && PQenterPipelineMode(c->conn), c);
    pg_must(PQsetnonblocking(c->conn, 1) == 0, c);
}

static int64_t play_postgres(struct peer *p)
{
    struct client clients[CLIENTS];
    struct pollfd fds[CLIENTS];
    int open = CLIENTS;
    for (int i = 0; i < CLIENTS; i++) {
        open_client(p, &clients[i], i);
        fds[i] = (struct pollfd){.fd = PQsocket(clients[i].conn)};
    }
    int64_t begun_us = bench_us();
    for (int i = 0; i < CLIENTS; i++) {
        send_next(p, &clients[i]);
    }
    while (open > 0) {
        open = 0;
        for (int i = 0; i < CLIENTS; i++) {
            bool has_more = !clients[i].is_done && PQflush(clients[i].conn) > 0;
            fds[i].events = (short)(clients[i].is_done ? 0 : POLLIN | (has_more ? POLLOUT : 0));
            open += !clients[i].is_done;
        }
        if (open > 0 && poll(fds, CLIENTS, -1) < 0) bench_fail("poll");
        for (int i = 0; i < CLIENTS; i++) {
            if (fds[i].revents) hear(p, &clients[i]);
        }
    }
    int64_t us = bench_us() - begun_us;
    for (int i = 0; i < CLIENTS; i++) {
        PQfinish(clients[i].conn);
    }
    return us;
}

void bench_peer(struct bench *b)
{
    struct peer p = {.b = b,
                     .group = (int)bench_int(b, "group", 64),
                     .batch = (int)bench_int(b, "batch", 16),
                     .bookings = (int)bench_int(b, "bookings", 6400)};
    bench_county_load(b, &p.county);
    record_all(&p);
    int64_t us = p.b->dir.database[0] ? play_postgres(&p) : play_sqlite(&p);
    printf("{\"confirmed\":%d,\"statements\":%d,\"us\":%lld}\n", p.bookings, p.recorder.count,
           (long long)us);
}
