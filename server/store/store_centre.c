// The store that `core` decides over, in SQL.
#include "base/log.h"
#include "store/store_own.h"

#include <string.h>

static const char INC_GET[] =
    "SELECT id, site, state, last_op_seq, last_op_hash, heard, coalesce((SELECT k.last_seen_ms "
    "FROM kiosk k WHERE k.id = incarnation.kiosk AND k.state = 'active'), 0), letter, reported "
    "FROM incarnation WHERE id = $1 @FOR_UPDATE@";
static const char INC_PUT[] =
    "UPDATE incarnation SET state = $2, last_op_seq = $3, last_op_hash = $4, heard = $5, "
    "reported = $7, ended_ms = CASE WHEN $2 = 'active' OR ended_ms > 0 THEN ended_ms ELSE $6 END WHERE id = $1";
static const char KIOSKS_ACTIVE[] =
    "SELECT i.id, k.last_seen_ms FROM incarnation i JOIN kiosk k ON k.id = i.kiosk "
    "WHERE i.site = $1 AND i.state = 'active' AND i.letter <> '' AND k.state = 'active' "
    "ORDER BY i.letter LIMIT $2";
static const char ANSWER_GET[] = "SELECT hash, outcome, verdict, seat, epoch, next_seat "
                                 "FROM op_result WHERE inc = $1 AND seq = $2";
static const char ANSWER_ADD[] =
    "INSERT INTO op_result (inc, seq, hash, kind, outcome, verdict, seat, epoch, next_seat, "
    "applied_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
static const char SITTING_GET[] = "SELECT " STORE_SITTING_COLUMNS " FROM sitting WHERE id = $1";
static const char SITTINGS[] =
    "SELECT " STORE_SITTING_COLUMNS " FROM sitting "
    "WHERE site = $1 AND end_ms > $2 AND start_ms < $3 ORDER BY start_ms, id LIMIT $4";
static const char SEATS[] = "SELECT no, owner, epoch, booking, is_open, recall, quarantined "
                            "FROM seat "
                            "WHERE sitting = $1 ORDER BY no";
static const char SEAT_GET[] = "SELECT no, owner, epoch, booking, is_open, recall, quarantined "
                               "FROM seat "
                               "WHERE sitting = $1 AND no = $2";
static const char SEAT_CHANGE[] =
    "UPDATE seat SET owner = $3, epoch = $4, booking = $5, is_open = $6, recall = $11, "
    "quarantined = $13 WHERE sitting = $1 AND no = $2 AND coalesce(owner, '') = $7 AND epoch = $8 "
    "AND coalesce(booking, '') = $9 AND is_open = $10 AND recall = $12 AND quarantined = $14";
static const char TICKET_ADD[] =
    "INSERT INTO ticket (site, day, letter, number, inc, at_ms) VALUES ($1, $2, $3, $4, $5, $6) "
    "ON CONFLICT (site, day, letter, number) DO NOTHING";

static const char *const inc_states[] = {[CENTRE_INC_ACTIVE] = "active",
                                         [CENTRE_INC_RETIRED] = "retired",
                                         [CENTRE_INC_FORKED] = "forked"};

static struct store *self(struct centre_store *centre)
{
    return (struct store *)centre;
}

static enum err inc_get(struct centre_store *centre, struct inc_id inc, struct centre_inc *out)
{
    struct db_rows row;
    enum err e = db_one(&row, self(centre)->db, DB_QUERY(INC_GET, DB_TEXT(id_str(&inc.id))));
    if (e) return e;
    *out = (struct centre_inc){.inc.id = db_id(&row, 0),
                               .site = store_site_column(&row, 1),
                               .last_seq = db_int(&row, 3),
                               .last_hash = store_hash_column(&row, 4),
                               .heard = db_int(&row, 5),
                               .seen_ms = db_int(&row, 6),
                               .has_reported = db_int(&row, 8) != 0};
    struct str letter = db_text_borrow(&row, 7);
    if (letter.len == 1) out->letter = letter.ptr[0];
    struct str state = db_text_borrow(&row, 2);
    bool is_known = false;
    for (int i = CENTRE_INC_ACTIVE; i <= CENTRE_INC_FORKED; i++) {
        if (!str_eq_z(state, inc_states[i])) continue;
        out->state = (enum centre_inc_state)i;
        is_known = true;
    }
    if (!is_known) store_column_bad(&row, "state of an incarnation");
    return db_rows_close(&row);
}

static enum err inc_put(struct centre_store *centre, const struct centre_inc *inc)
{
    struct store *s = self(centre);
    char hash[CRYPT_HASH_HEX_BYTES + 1];
    int64_t changed = 0;
    crypt_hash_hex(&inc->last_hash, hash);
    enum err e = db_run(s->db,
                        DB_QUERY(INC_PUT, DB_TEXT(id_str(&inc->inc.id)),
                                 DB_TEXT(str_from_z(inc_states[inc->state])), DB_INT(inc->last_seq),
                                 DB_TEXT(str_from_z(hash)), DB_INT(inc->heard),
                                 DB_INT(store_now(s)), DB_INT(inc->has_reported)),
                        &changed);
    if (!e && changed == 0) e = ERR_NOT_FOUND;
    if (e || inc->state != CENTRE_INC_FORKED) return e;
    s->journal_is_due = true;
    struct store_audit audit = {STR("server"), STR("fork"), id_str(&inc->inc.id), STR("")};
    return store_audit(s, &audit);
}

static enum err kiosks_active(struct centre_store *centre, struct site_code site,
                              struct centre_kiosk *out, int *count)
{
    struct db_rows rows;
    struct db_query query =
        DB_QUERY(KIOSKS_ACTIVE, DB_TEXT(site_code_str(&site)), DB_INT(CENTRE_KIOSKS_MAX));
    db_rows_open(&rows, self(centre)->db, query);
    for (*count = 0; db_rows_next(&rows); (*count)++) {
        out[*count] = (struct centre_kiosk){{db_id(&rows, 0)}, db_int(&rows, 1)};
    }
    return db_rows_close(&rows);
}

static enum err answer_get(struct centre_store *centre, struct inc_id inc, int64_t seq,
                           struct crypt_hash *hash, struct op_result *out)
{
    struct db_rows row;
    enum err e =
        db_one(&row, self(centre)->db, DB_QUERY(ANSWER_GET, DB_TEXT(id_str(&inc.id)), DB_INT(seq)));
    if (e) return e;
    *hash = store_hash_column(&row, 0);
    *out = (struct op_result){.seq = seq,
                              .seat = (int)db_int(&row, 3),
                              .epoch = db_int(&row, 4),
                              .next_seat = (int)db_int(&row, 5)};
    bool is_known = op_outcome_parse(db_text_borrow(&row, 1), &out->outcome);
    struct str verdict = db_text_borrow(&row, 2);
    is_known = is_known && (str_eq_z(verdict, "ok") || verdict_parse(verdict, &out->verdict));
    if (!is_known) store_column_bad(&row, "answer");
    return db_rows_close(&row);
}

static enum err answer_add(struct centre_store *centre, struct inc_id inc, const struct op *op,
                           struct crypt_hash hash, const struct op_result *result)
{
    struct store *s = self(centre);
    char hex[CRYPT_HASH_HEX_BYTES + 1];
    crypt_hash_hex(&hash, hex);
    struct str kind =
        op->kind == OP_KIND_UNKNOWN ? STR("unknown") : str_from_z(op_kind_code(op->kind));
    return db_run(s->db,
                  DB_QUERY(ANSWER_ADD, DB_TEXT(id_str(&inc.id)), DB_INT(op->seq),
                           DB_TEXT(str_from_z(hex)), DB_TEXT(kind),
                           DB_TEXT(str_from_z(op_outcome_code(result->outcome))),
                           DB_TEXT(str_from_z(verdict_code(result->verdict))), DB_INT(result->seat),
                           DB_INT(result->epoch), DB_INT(result->next_seat), DB_INT(store_now(s))),
                  NULL);
}

static enum err sitting_get(struct centre_store *centre, struct sitting_id id, struct sitting *out)
{
    struct store *s = self(centre);
    struct db_rows row;
    enum err e = db_one(&row, s->db, DB_QUERY(SITTING_GET, DB_TEXT(id_str(&id.id))));
    if (e) return e;
    store_sitting_of_row(&row, &s->scratch, out);
    return db_rows_close(&row);
}

static enum err sittings(struct centre_store *centre, struct site_code site, int64_t from_ms,
                         int64_t to_ms, struct sitting *out, int *count)
{
    struct store *s = self(centre);
    struct db_rows rows;
    struct db_query query = DB_QUERY(SITTINGS, DB_TEXT(site_code_str(&site)), DB_INT(from_ms),
                                     DB_INT(to_ms), DB_INT(CENTRE_GRANT_SITTINGS_MAX));
    db_rows_open(&rows, s->db, query);
    for (*count = 0; db_rows_next(&rows); (*count)++) {
        store_sitting_of_row(&rows, &s->scratch, &out[*count]);
    }
    return db_rows_close(&rows);
}

static enum centre_seat_state seat_state_of(bool is_open, bool is_quarantined)
{
    if (is_quarantined) return CENTRE_SEAT_QUARANTINED;
    return is_open ? CENTRE_SEAT_OPEN : CENTRE_SEAT_CLOSED;
}

static struct centre_seat seat_of_row(struct db_rows *rows, struct sitting_id sitting)
{
    return (struct centre_seat){.sitting = sitting,
                                .seat = (int)db_int(rows, 0),
                                .owner.id = db_id(rows, 1),
                                .epoch = db_int(rows, 2),
                                .booking.id = db_id(rows, 3),
                                .is_recalled = db_int(rows, 5) != 0,
                                .state = seat_state_of(db_int(rows, 4) != 0, db_int(rows, 6) != 0)};
}

static enum err seats(struct centre_store *centre, struct sitting_id id, struct centre_seat *out,
                      int *count)
{
    struct db_rows rows;
    db_rows_open(&rows, self(centre)->db, DB_QUERY(SEATS, DB_TEXT(id_str(&id.id))));
    // The schema allows numbers up to SITTING_SEATS_MAX, each once.
    for (*count = 0; *count < SITTING_SEATS_MAX && db_rows_next(&rows); (*count)++) {
        out[*count] = seat_of_row(&rows, id);
    }
    return db_rows_close(&rows);
}

static enum err seat_get(struct centre_store *centre, struct sitting_id id, int seat,
                         struct centre_seat *out)
{
    struct db_rows row;
    enum err e =
        db_one(&row, self(centre)->db, DB_QUERY(SEAT_GET, DB_TEXT(id_str(&id.id)), DB_INT(seat)));
    if (e) return e;
    *out = seat_of_row(&row, id);
    return db_rows_close(&row);
}

static enum err seat_change(struct centre_store *centre, const struct centre_seat *from,
                            const struct centre_seat *to)
{
    int64_t changed = 0;
    enum err e =
        db_run(self(centre)->db,
               DB_QUERY(SEAT_CHANGE, DB_TEXT(id_str(&to->sitting.id)), DB_INT(to->seat),
                        DB_ID(&to->owner.id), DB_INT(to->epoch), DB_ID(&to->booking.id),
                        DB_INT(to->state == CENTRE_SEAT_OPEN), DB_TEXT(id_str(&from->owner.id)),
                        DB_INT(from->epoch), DB_TEXT(id_str(&from->booking.id)),
                        DB_INT(from->state == CENTRE_SEAT_OPEN), DB_INT(to->is_recalled),
                        DB_INT(from->is_recalled), DB_INT(to->state == CENTRE_SEAT_QUARANTINED),
                        DB_INT(from->state == CENTRE_SEAT_QUARANTINED)),
               &changed);
    return !e && changed == 0 ? ERR_CONFLICT : e;
}

static enum err ticket_add(struct centre_store *centre, const struct centre_ticket *t,
                           struct inc_id source)
{
    struct str letter = {&t->letter, 1};
    int64_t changed = 0;
    enum err e = db_run(self(centre)->db,
                        DB_QUERY(TICKET_ADD, DB_TEXT(site_code_str(&t->site)), DB_INT(t->day),
                                 DB_TEXT(letter), DB_INT(t->number), DB_TEXT(id_str(&source.id)),
                                 DB_INT(t->at_ms)),
                        &changed);
    if (!e && changed == 0) e = ERR_CONFLICT;
    return e ? e : store_queue_ticket(self(centre), t);
}

static enum err feed_put(struct centre_store *centre, struct str stream_key,
                         const struct feed_row *row)
{
    return store_tell(self(centre), stream_key, row);
}

const struct centre_store_ops store_centre_ops = {
    .inc_get = inc_get,
    .inc_put = inc_put,
    .kiosks_active = kiosks_active,
    .answer_get = answer_get,
    .answer_add = answer_add,
    .sitting_get = sitting_get,
    .sittings = sittings,
    .seats = seats,
    .seat_get = seat_get,
    .seat_change = seat_change,
    .booking_get = store_booking_get,
    .booking_add = store_booking_add,
    .booking_state = store_booking_state,
    .phone_open = store_phone_open,
    .contact_carry = store_contact_carry,
    .ticket_add = ticket_add,
    .sitting_recovers = store_sitting_recovers,
    .sitting_recovered = store_sitting_recovered,
    .sittings_recovering = store_sittings_recovering,
    .recovery_get = store_recovery_get,
    .recovery_put = store_recovery_put,
    .feed_put = feed_put,
};
