// Kiosks and the lives of their files.
#include "base/log.h"
#include "store/store_own.h"

#include <string.h>

#define KIOSK_COLUMNS                                                            \
    "k.id, k.site, k.role, k.state, k.sign_key, k.last_seen_ms, k.model, i.id, " \
    "coalesce(i.letter, ''), coalesce(i.last_op_seq, 0), coalesce(i.heard, 0), " \
    "coalesce(i.safe, 0), coalesce(i.reported, 1) "                              \
    "FROM kiosk k LEFT JOIN incarnation i ON i.kiosk = k.id AND i.state = 'active' "

static const char GET[] = "SELECT " KIOSK_COLUMNS "WHERE k.id = $1";
static const char ALL[] = "SELECT " KIOSK_COLUMNS "ORDER BY k.site, coalesce(i.letter, ''), k.id";
static const char SEEN[] = "UPDATE kiosk SET last_seen_ms = $2 WHERE id = $1";
static const char STATE[] = "UPDATE kiosk SET state = $2 WHERE id = $1 AND state = $3";
static const char REVOKE[] = "UPDATE kiosk SET state = 'revoked' WHERE id = $1 AND state <> "
                             "'revoked'";
static const char INC_RETIRE[] = "UPDATE incarnation SET state = 'retired', ended_ms = $2 "
                                 "WHERE kiosk = $1 AND state = 'active'";
static const char INC_OWING[] = "SELECT count(*) FROM incarnation WHERE kiosk = $1 "
                                "AND state = 'active' AND reported = 0";
static const char INC_OF[] = "SELECT kiosk, state FROM incarnation WHERE id = $1";
static const char INC_ADD[] =
    "INSERT INTO incarnation (id, kiosk, site, letter, state, last_op_seq, last_op_hash, heard, "
    "marked, safe, begun_ms, ended_ms, reported) VALUES ($1, $2, $3, $4, 'active', 0, $5, 0, 0, 0, "
    "$6, 0, CASE WHEN $4 <> '' AND EXISTS (SELECT 1 FROM server_meta WHERE name = 'recovering' "
    "AND value = '1') THEN 0 ELSE 1 END)";
static const char LETTERS_TAKEN[] = "SELECT letter FROM incarnation WHERE site = $1 "
                                    "AND letter <> '' AND (state = 'active' OR ended_ms > $2)";

static const char *const roles[] = {[STORE_ROLE_DESK] = "desk", [STORE_ROLE_DISPLAY] = "display"};
static const char *const states[] = {[STORE_KIOSK_ACTIVE] = "active",
                                     [STORE_KIOSK_SUSPENDED] = "suspended",
                                     [STORE_KIOSK_REVOKED] = "revoked"};

const char *store_role_code(enum store_role role)
{
    return roles[role];
}

bool store_role_parse(struct str code, enum store_role *out)
{
    for (int i = STORE_ROLE_DESK; i <= STORE_ROLE_DISPLAY; i++) {
        if (!str_eq_z(code, roles[i])) continue;
        *out = (enum store_role)i;
        return true;
    }
    return false;
}

const char *store_kiosk_state_code(enum store_kiosk_state state)
{
    return states[state];
}

static void kiosk_of_row(struct db_rows *rows, struct store_kiosk *out)
{
    *out = (struct store_kiosk){.id = db_id(rows, 0),
                                .site = store_site_column(rows, 1),
                                .last_seen_ms = db_int(rows, 5),
                                .inc.id = db_id(rows, 7),
                                .last_op = db_int(rows, 9),
                                .heard = db_int(rows, 10),
                                .safe = db_int(rows, 11),
                                .owes_report = db_int(rows, 12) == 0};
    bool is_known = store_role_parse(db_text_borrow(rows, 2), &out->role);
    struct str state = db_text_borrow(rows, 3);
    for (int i = STORE_KIOSK_ACTIVE; i <= STORE_KIOSK_REVOKED; i++) {
        if (str_eq_z(state, states[i])) out->state = (enum store_kiosk_state)i;
    }
    struct str key = db_text_borrow(rows, 4);
    is_known = is_known && hex_to_bytes(key, out->key.bytes, sizeof(out->key.bytes));
    store_hex_column(rows, 6, out->model, sizeof(out->model) - 1);
    struct str letter = db_text_borrow(rows, 8);
    if (letter.len == 1) out->letter = letter.ptr[0];
    if (!is_known) store_column_bad(rows, "kiosk");
}

enum err store_kiosk_get(struct store *s, struct id kiosk, struct store_kiosk *out)
{
    struct db_rows row;
    enum err e = db_one(&row, s->db, DB_QUERY(GET, DB_TEXT(id_str(&kiosk))));
    if (e) return e;
    kiosk_of_row(&row, out);
    return db_rows_close(&row);
}

enum err store_kiosks(struct store *s, store_kiosk_fn *fn, void *context)
{
    struct db_rows rows;
    enum err e = ERR_OK;
    db_rows_open(&rows, s->db, DB_QUERY(ALL));
    while (!e && db_rows_next(&rows)) {
        struct store_kiosk kiosk;
        kiosk_of_row(&rows, &kiosk);
        if (!rows.err) e = fn(context, &kiosk);
    }
    enum err closed = db_rows_close(&rows);
    return e ? e : closed;
}

static enum err run_on_one(struct store *s, struct db_query query)
{
    int64_t changed = 0;
    enum err e = db_run(s->db, query, &changed);
    return !e && changed == 0 ? ERR_NOT_FOUND : e;
}

enum err store_kiosk_seen(struct store *s, struct id kiosk)
{
    return run_on_one(s, DB_QUERY(SEEN, DB_TEXT(id_str(&kiosk)), DB_INT(store_now(s))));
}

static enum err turn(struct store *s, struct id kiosk, enum store_kiosk_state from,
                     enum store_kiosk_state to, struct store_audit audit)
{
    s->journal_is_due = true;
    enum err e =
        run_on_one(s, DB_QUERY(STATE, DB_TEXT(id_str(&kiosk)), DB_TEXT(str_from_z(states[to])),
                               DB_TEXT(str_from_z(states[from]))));
    return e ? e : store_audit(s, &audit);
}

enum err store_kiosk_suspend(struct store *s, struct id kiosk, struct str actor)
{
    struct store_audit audit = {actor, STR("suspend"), id_str(&kiosk), STR("")};
    return turn(s, kiosk, STORE_KIOSK_ACTIVE, STORE_KIOSK_SUSPENDED, audit);
}

enum err store_kiosk_resume(struct store *s, struct id kiosk, struct str actor)
{
    struct store_audit audit = {actor, STR("resume"), id_str(&kiosk), STR("")};
    return turn(s, kiosk, STORE_KIOSK_SUSPENDED, STORE_KIOSK_ACTIVE, audit);
}

static enum err inc_retire(struct store *s, struct id kiosk)
{
    int64_t owing = 0;
    s->journal_is_due = true;
    enum err e = db_one_int(s->db, DB_QUERY(INC_OWING, DB_TEXT(id_str(&kiosk))), &owing);
    struct db_query retire = DB_QUERY(INC_RETIRE, DB_TEXT(id_str(&kiosk)), DB_INT(store_now(s)));
    if (!e) e = db_run(s->db, retire, NULL);
    // What one that has reported owns is known, and stays its own.
    return e || owing == 0 ? e : centre_write_off(&s->centre);
}

enum err store_kiosk_retire(struct store *s, struct id kiosk, struct str actor)
{
    struct store_audit audit = {actor, STR("retire"), id_str(&kiosk), STR("")};
    enum err e = run_on_one(s, DB_QUERY(REVOKE, DB_TEXT(id_str(&kiosk))));
    if (!e) e = inc_retire(s, kiosk);
    return e ? e : store_audit(s, &audit);
}

// ---- Incarnations

enum err store_letter_choose(struct store *s, struct site_code site, char *out)
{
    bool taken[26] = {false};
    struct db_rows rows;
    db_rows_open(&rows, s->db,
                 DB_QUERY(LETTERS_TAKEN, DB_TEXT(site_code_str(&site)),
                          DB_INT(store_now(s) - STORE_LETTER_REST_MS)));
    while (db_rows_next(&rows)) {
        struct str letter = db_text_borrow(&rows, 0);
        if (letter.len == 1 && letter.ptr[0] >= 'A' && letter.ptr[0] <= 'Z')
            taken[letter.ptr[0] - 'A'] = true;
    }
    enum err e = db_rows_close(&rows);
    *out = 0;
    for (int i = 0; i < 26 && *out == 0; i++) {
        if (!taken[i]) *out = (char)('A' + i);
    }
    return e;
}

enum err store_pin_key_tell(struct store *s, struct site_code site, struct inc_id inc)
{
    struct crypt_key key = store_pin_key(s, site);
    struct feed_row row = {.stream = FEED_DEVICE, .kind = FEED_PIN_KEY};
    hex_from_bytes(key.bytes, sizeof(key.bytes), row.value.pin_key.hex);
    enum err e = store_tell(s, id_str(&inc.id), &row);
    memory_wipe(&key, sizeof(key));
    memory_wipe(&row, sizeof(row));
    return e;
}

static enum err inc_add(struct store *s, const struct store_kiosk *kiosk, struct inc_id inc,
                        char letter)
{
    char hash[CRYPT_HASH_HEX_BYTES + 1];
    struct crypt_hash none = {0};
    crypt_hash_hex(&none, hash);
    struct str letters = {&letter, letter ? 1 : 0};
    return db_run(s->db,
                  DB_QUERY(INC_ADD, DB_TEXT(id_str(&inc.id)), DB_TEXT(id_str(&kiosk->id)),
                           DB_TEXT(site_code_str(&kiosk->site)), DB_TEXT(letters),
                           DB_TEXT(str_from_z(hash)), DB_INT(store_now(s))),
                  NULL);
}

enum err store_inc_begin(struct store *s, const struct store_kiosk *kiosk, struct inc_id inc,
                         enum store_begin_inc *answer, char *letter)
{
    bool is_desk = kiosk->role == STORE_ROLE_DESK;
    *answer = STORE_INC_BEGUN;
    *letter = 0;
    enum err e = is_desk ? store_letter_choose(s, kiosk->site, letter) : ERR_OK;
    if (!e && is_desk && *letter == 0) {
        *answer = STORE_INC_NO_LETTER;
        return ERR_OK;
    }
    if (!e) e = inc_retire(s, kiosk->id);
    if (!e) e = inc_add(s, kiosk, inc, *letter);
    if (!e && is_desk) e = store_pin_key_tell(s, kiosk->site, inc);
    if (!e) e = store_kiosk_seen(s, kiosk->id); // it has just asked for this
    if (!e && is_desk) e = centre_lease(&s->centre, kiosk->site, store_now(s), NULL);
    struct store_audit audit = {STR("server"), STR("incarnation"), id_str(&kiosk->id),
                                id_str(&inc.id)};
    return e ? e : store_audit(s, &audit);
}

enum err store_hello(struct store *s, struct id kiosk, struct inc_id inc, enum store_hello *answer,
                     struct store_kiosk *out)
{
    struct db_rows row;
    enum err e = store_kiosk_get(s, kiosk, out);
    if (e) return e;
    if (id_eq(out->inc.id, inc.id)) {
        *answer = STORE_HELLO_OK;
        return store_kiosk_seen(s, kiosk);
    }
    e = db_one(&row, s->db, DB_QUERY(INC_OF, DB_TEXT(id_str(&inc.id))));
    if (!e) { // known, but not this kiosk's life of today
        *answer = STORE_HELLO_RETIRED;
        return db_rows_close(&row);
    }
    if (e != ERR_NOT_FOUND) return e;
    enum store_begin_inc begun;
    char letter;
    e = store_inc_begin(s, out, inc, &begun, &letter);
    if (e) return e;
    *answer = begun == STORE_INC_BEGUN ? STORE_HELLO_NEW : STORE_HELLO_NO_LETTER;
    e = store_kiosk_seen(s, kiosk);
    return e ? e : store_kiosk_get(s, kiosk, out);
}
