#include "base/log.h"
#include "cache/cache_column.h"
#include "cache/cache_file.h"

#include <string.h>

static const char self_select[] =
    "SELECT inc, gen, site, op_seq, op_hash, acked, safe, applied, pos_county, pos_site, "
    "pos_device, floor_ms, letter, ticket_day, ticket_number, ticket_small, new_gen, "
    "report_seq FROM self";
static const char self_update[] =
    "UPDATE self SET inc = $1, gen = $2, site = $3, op_seq = $4, op_hash = $5, acked = $6, "
    "safe = $7, applied = $8, pos_county = $9, pos_site = $10, pos_device = $11, "
    "floor_ms = $12, letter = $13, ticket_day = $14, ticket_number = $15, ticket_small = $16, "
    "new_gen = $17, report_seq = $18";
static const char op_insert[] =
    "INSERT INTO op (seq, hash, kind, booking, bytes) VALUES ($1, $2, $3, $4, $5)";
static const char op_select[] = "SELECT hash, kind, booking, bytes FROM op WHERE seq = $1";
static const char op_update[] = "UPDATE op SET outcome = $2, verdict = $3, seat = $4, epoch = $5, "
                                "next_seat = $6 WHERE seq = $1";
static const char right_select[] =
    "SELECT sitting, seat, epoch, booking, recall FROM held WHERE sitting = $1 AND seat = $2";
static const char right_update[] =
    "UPDATE held SET epoch = $3, booking = $4, recall = $5 WHERE sitting = $1 AND seat = $2";
static const char rights_select[] = "SELECT sitting, seat, epoch, booking, recall FROM held "
                                    "ORDER BY sitting, seat LIMIT $1";
static const char right_count[] = "SELECT count(*) FROM held";
static const char right_insert[] =
    "INSERT INTO held (sitting, seat, epoch, booking, recall) VALUES ($1, $2, $3, $4, $5)";
static const char right_delete[] = "DELETE FROM held WHERE sitting = $1 AND seat = $2";
static const char given_select[] = "SELECT epoch FROM given WHERE sitting = $1 AND seat = $2";
static const char given_upsert[] =
    "INSERT INTO given (sitting, seat, epoch) VALUES ($1, $2, $3) "
    "ON CONFLICT (sitting, seat) DO UPDATE SET epoch = excluded.epoch";
static const char booking_select[] =
    "SELECT id, sitting, seat, basis, is_foreign, sold_seq, op_seq, code, pin_hash, state, "
    "instead_of FROM booking WHERE id = $1";
static const char booking_upsert[] =
    "INSERT INTO booking (id, sitting, seat, basis, is_foreign, sold_seq, op_seq, code, pin_hash, "
    "state, instead_of) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) "
    "ON CONFLICT (id) DO UPDATE SET "
    "sitting = excluded.sitting, seat = excluded.seat, basis = excluded.basis, "
    "is_foreign = excluded.is_foreign, sold_seq = excluded.sold_seq, op_seq = excluded.op_seq, "
    "code = excluded.code, pin_hash = excluded.pin_hash, state = excluded.state, "
    "instead_of = excluded.instead_of";
static const char asked_select[] =
    "SELECT id FROM booking WHERE state = 'asked' ORDER BY op_seq LIMIT $1";
static const char sitting_select[] =
    "SELECT " CACHE_SITTING_COLUMNS " FROM sitting s WHERE s.id = $1 AND s.gone = 0";
static const char idle_select[] =
    "SELECT h.sitting, h.seat, h.epoch, h.booking, h.recall FROM held h "
    "LEFT JOIN sitting s ON s.id = h.sitting AND s.gone = 0 "
    "WHERE h.booking IS NULL AND (h.recall = 1 OR s.state <> 'open') "
    "ORDER BY h.sitting, h.seat LIMIT $1";

static struct db *of(struct ledger *l)
{
    return ((struct cache_ledger *)l)->db;
}

enum err cache_refused(enum err e, const char *what)
{
    if (e == ERR_CONFLICT) log_error("cache: the database refused to %s", what);
    return e;
}

static enum err ledger_begin(struct ledger *l)
{
    return db_begin(of(l), DB_WRITE);
}

static enum err ledger_end(struct ledger *l, enum err e)
{
    return db_end(of(l), e);
}

static enum err self_get(struct ledger *l, struct ledger_self *out)
{
    struct db_rows row;
    enum err e = db_one(&row, of(l), DB_QUERY(self_select));
    if (e) return e;
    char letter[2];
    *out = (struct ledger_self){.inc.id = db_id(&row, 0), .gen = db_id(&row, 1)};
    cache_column_text(&row, 2, out->site.z, sizeof(out->site.z));
    out->op_seq = db_int(&row, 3);
    out->op_hash = cache_column_hash(&row, 4);
    out->acked = db_int(&row, 5);
    out->safe = db_int(&row, 6);
    out->applied = db_int(&row, 7);
    out->position.seq[FEED_COUNTY] = db_int(&row, 8);
    out->position.seq[FEED_SITE_STREAM] = db_int(&row, 9);
    out->position.seq[FEED_DEVICE] = db_int(&row, 10);
    out->floor_ms = db_int(&row, 11);
    cache_column_text(&row, 12, letter, sizeof(letter));
    out->letter = letter[0];
    out->ticket_day = cache_column_int(&row, 13, 0, INT32_MAX);
    out->ticket_number = cache_column_int(&row, 14, 0, TICKET_NUMBER_MAX);
    out->ticket_small = db_int(&row, 15) != 0;
    out->new_gen = db_id(&row, 16);
    out->report_seq = db_int(&row, 17);
    return db_rows_close(&row);
}

static enum err self_put(struct ledger *l, const struct ledger_self *self)
{
    char hash[CRYPT_HASH_HEX_BYTES + 1];
    struct str letter = {&self->letter, self->letter != 0};
    int64_t changed = 0;
    crypt_hash_hex(&self->op_hash, hash);
    enum err e = db_run(of(l),
                        DB_QUERY(self_update, DB_ID(&self->inc.id), DB_ID(&self->gen),
                                 DB_TEXT(str_from_z(self->site.z)), DB_INT(self->op_seq),
                                 DB_TEXT(str_from_z(hash)), DB_INT(self->acked), DB_INT(self->safe),
                                 DB_INT(self->applied), DB_INT(self->position.seq[FEED_COUNTY]),
                                 DB_INT(self->position.seq[FEED_SITE_STREAM]),
                                 DB_INT(self->position.seq[FEED_DEVICE]), DB_INT(self->floor_ms),
                                 DB_TEXT(letter), DB_INT(self->ticket_day),
                                 DB_INT(self->ticket_number), DB_INT(self->ticket_small),
                                 DB_ID(&self->new_gen), DB_INT(self->report_seq)),
                        &changed);
    if (!e && changed != 1) e = ERR_CORRUPT;
    return cache_refused(e, "move the positions");
}

static enum err op_add(struct ledger *l, int64_t seq, const struct ledger_op *op)
{
    char hash[CRYPT_HASH_HEX_BYTES + 1];
    crypt_hash_hex(&op->hash, hash);
    enum err e =
        db_run(of(l),
               DB_QUERY(op_insert, DB_INT(seq), DB_TEXT(str_from_z(hash)),
                        DB_TEXT(str_from_z(op_kind_code(op->kind))), DB_ID(&op->booking.id),
                        DB_TEXT(((struct str){op->bytes, op->len}))),
               NULL);
    return cache_refused(e, "add to the log");
}

static enum err op_get(struct ledger *l, int64_t seq, struct ledger_op *out)
{
    struct db_rows row;
    enum err e = db_one(&row, of(l), DB_QUERY(op_select, DB_INT(seq)));
    if (e) return e;
    out->hash = cache_column_hash(&row, 0);
    out->kind = op_kind_parse(db_text_borrow(&row, 1));
    out->booking.id = db_id(&row, 2);
    struct str bytes = db_text_borrow(&row, 3);
    out->len = bytes.len;
    if (bytes.len > sizeof(out->bytes)) {
        cache_column_bad(&row, 3);
    } else if (bytes.len > 0) {
        memcpy(out->bytes, bytes.ptr, bytes.len);
    }
    return db_rows_close(&row);
}

static enum err op_answer(struct ledger *l, const struct op_result *result)
{
    int64_t changed = 0;
    struct str verdict = str_from_z(verdict_code(result->verdict));
    enum err e =
        db_run(of(l),
               DB_QUERY(op_update, DB_INT(result->seq),
                        DB_TEXT(str_from_z(op_outcome_code(result->outcome))), DB_TEXT(verdict),
                        DB_INT(result->seat), DB_INT(result->epoch), DB_INT(result->next_seat)),
               &changed);
    if (!e && changed == 0) e = ERR_NOT_FOUND;
    return cache_refused(e, "keep an answer");
}

static struct ledger_right right_of(struct db_rows *row)
{
    struct ledger_right right = {.sitting.id = db_id(row, 0)};
    right.seat = cache_column_int(row, 1, 1, SITTING_SEATS_MAX);
    right.epoch = db_int(row, 2);
    right.booking.id = db_id(row, 3);
    right.is_recalled = db_int(row, 4) != 0;
    return right;
}

static enum err right_get(struct ledger *l, struct sitting_id sitting, int seat,
                          struct ledger_right *out)
{
    struct db_rows row;
    enum err e = db_one(&row, of(l), DB_QUERY(right_select, DB_ID(&sitting.id), DB_INT(seat)));
    if (e) return e;
    *out = right_of(&row);
    return db_rows_close(&row);
}

static enum err right_put(struct ledger *l, const struct ledger_right *right)
{
    int64_t count = 0;
    int64_t changed = 0;
    const struct db_value values[] = {DB_ID(&right->sitting.id), DB_INT(right->seat),
                                      DB_INT(right->epoch), DB_ID(&right->booking.id),
                                      DB_INT(right->is_recalled)};
    struct db_query query = {.sql = right_update, .params = values, .count = 5};
    enum err e = db_run(of(l), query, &changed);
    if (e || changed > 0) return cache_refused(e, "change a seat");
    e = db_one_int(of(l), DB_QUERY(right_count), &count);
    if (!e && count >= LEDGER_RIGHTS_MAX) {
        log_error("cache: more seats than a kiosk may own");
        return ERR_TOO_BIG;
    }
    query.sql = right_insert;
    if (!e) e = db_run(of(l), query, NULL);
    return cache_refused(e, "own a seat");
}

static enum err right_drop(struct ledger *l, struct sitting_id sitting, int seat)
{
    int64_t changed = 0;
    enum err e = db_run(of(l), DB_QUERY(right_delete, DB_ID(&sitting.id), DB_INT(seat)), &changed);
    if (!e && changed == 0) e = ERR_NOT_FOUND;
    return cache_refused(e, "give up a seat");
}

static enum err given_get(struct ledger *l, struct sitting_id sitting, int seat, int64_t *epoch)
{
    enum err e = db_one_int(of(l), DB_QUERY(given_select, DB_ID(&sitting.id), DB_INT(seat)), epoch);
    if (e != ERR_NOT_FOUND) return e;
    *epoch = 0;
    return ERR_OK;
}

static enum err given_put(struct ledger *l, struct sitting_id sitting, int seat, int64_t epoch)
{
    enum err e = db_run(
        of(l), DB_QUERY(given_upsert, DB_ID(&sitting.id), DB_INT(seat), DB_INT(epoch)), NULL);
    return cache_refused(e, "note a seat as given back");
}

static enum err booking_get(struct ledger *l, struct booking_id id, struct ledger_booking *out)
{
    struct db_rows row;
    enum err e = db_one(&row, of(l), DB_QUERY(booking_select, DB_ID(&id.id)));
    if (e) return e;
    *out = (struct ledger_booking){.id.id = db_id(&row, 0), .sitting.id = db_id(&row, 1)};
    out->seat = cache_column_int(&row, 2, 0, SITTING_SEATS_MAX);
    struct str basis = db_text_borrow(&row, 3);
    if (!row.err && !op_basis_parse(basis, &out->basis)) cache_column_bad(&row, 3);
    out->is_foreign = db_int(&row, 4) != 0;
    out->sold_seq = db_int(&row, 5);
    out->op_seq = db_int(&row, 6);
    cache_column_text(&row, 7, out->code.z, sizeof(out->code.z));
    cache_column_text(&row, 8, out->pin_hash.hex, sizeof(out->pin_hash.hex));
    out->state = cache_column_state(&row, 9);
    out->instead_of.id = db_id(&row, 10);
    return db_rows_close(&row);
}

static enum err booking_put(struct ledger *l, const struct ledger_booking *b)
{
    enum err e = db_run(
        of(l),
        DB_QUERY(booking_upsert, DB_ID(&b->id.id), DB_ID(&b->sitting.id), DB_INT(b->seat),
                 DB_TEXT(str_from_z(op_basis_code(b->basis))), DB_INT(b->is_foreign),
                 DB_INT(b->sold_seq), DB_INT(b->op_seq), DB_TEXT(str_from_z(b->code.z)),
                 DB_TEXT(str_from_z(b->pin_hash.hex)),
                 DB_TEXT(str_from_z(booking_state_code(b->state))), DB_ID(&b->instead_of.id)),
        NULL);
    return cache_refused(e, "keep a booking");
}

static enum err asked(struct ledger *l, struct booking_id *out, int *count)
{
    struct db_rows rows;
    *count = 0;
    db_rows_open(&rows, of(l), DB_QUERY(asked_select, DB_INT(LEDGER_ASKED_MAX)));
    while (db_rows_next(&rows)) {
        out[(*count)++].id = db_id(&rows, 0);
    }
    return db_rows_close(&rows);
}

static enum err sitting_get(struct ledger *l, struct sitting_id id, struct sitting *out)
{
    struct db_rows row;
    enum err e = db_one(&row, of(l), DB_QUERY(sitting_select, DB_ID(&id.id)));
    if (e) return e;
    cache_column_sitting(&row, 0, NULL, out);
    return db_rows_close(&row);
}

static enum err idle_rights(struct ledger *l, struct ledger_right *out, int max, int *count)
{
    struct db_rows rows;
    *count = 0;
    db_rows_open(&rows, of(l), DB_QUERY(idle_select, DB_INT(max)));
    while (db_rows_next(&rows)) {
        out[(*count)++] = right_of(&rows);
    }
    return db_rows_close(&rows);
}

static enum err rights(struct ledger *l, struct ledger_right *out, int *count)
{
    struct db_rows rows;
    *count = 0;
    db_rows_open(&rows, of(l), DB_QUERY(rights_select, DB_INT(LEDGER_RIGHTS_MAX)));
    while (db_rows_next(&rows)) {
        out[(*count)++] = right_of(&rows);
    }
    return db_rows_close(&rows);
}

static enum err row_put(struct ledger *l, const struct feed_row *row)
{
    return cache_refused(cache_row_put(of(l), row), "keep a row of the feed");
}

static enum err rows_drop(struct ledger *l, enum feed_stream stream)
{
    return cache_refused(cache_rows_drop(of(l), stream), "forget a stream");
}

const struct ledger_ops cache_ledger_ops = {
    .begin = ledger_begin,
    .end = ledger_end,
    .self_get = self_get,
    .self_put = self_put,
    .op_add = op_add,
    .op_get = op_get,
    .op_answer = op_answer,
    .right_get = right_get,
    .right_put = right_put,
    .right_drop = right_drop,
    .given_get = given_get,
    .given_put = given_put,
    .booking_get = booking_get,
    .booking_put = booking_put,
    .asked = asked,
    .sitting_get = sitting_get,
    .idle_rights = idle_rights,
    .rights = rights,
    .row_put = row_put,
    .rows_drop = rows_drop,
};
