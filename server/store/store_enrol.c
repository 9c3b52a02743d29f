// Enrolment (RFC 8628 in shape): a kiosk asks and shows a code, staff type the code, the kiosk polls.
#include "crypt/hash.h"
#include "store/store_own.h"

#include <string.h>

#define USER_CODE_CHARS 8
#define LEFTOVER_MS     (60 * DATE_MINUTE_MS) // an answered enrolment can be polled so long after

// Consonants only: no code spells a word, none is misread.
static const char alphabet[] = "BCDFGHJKLMNPQRSTVWXZ";

static const char SWEEP[] = "DELETE FROM enrolment WHERE expires_ms < $1";
static const char FORGET[] = "DELETE FROM enrolment WHERE sign_key = $1 AND kiosk IS NULL";
static const char LIVE[] = "SELECT count(*) FROM enrolment WHERE kiosk IS NULL AND expires_ms > $1";
static const char ADD[] =
    "INSERT INTO enrolment (device_hash, user_code, sign_key, model, role, inc, expires_ms, "
    "letter) VALUES ($1, $2, $3, $4, $5, $6, $7, '')";
static const char BY_CODE[] = "SELECT device_hash, sign_key, model, inc, role FROM enrolment "
                              "WHERE user_code = $1 AND kiosk IS NULL AND expires_ms > $2";
static const char ANSWER[] =
    "UPDATE enrolment SET kiosk = $2, letter = $3 WHERE device_hash = $1 AND kiosk IS NULL";
static const char WAITING[] =
    "SELECT user_code, model, sign_key, expires_ms FROM enrolment "
    "WHERE kiosk IS NULL AND expires_ms > $1 ORDER BY expires_ms LIMIT $2";
static const char POLL[] = "SELECT e.kiosk, e.letter, e.expires_ms, k.site FROM enrolment e "
                           "LEFT JOIN kiosk k ON k.id = e.kiosk WHERE e.device_hash = $1";
static const char KIOSK_BY_KEY[] = "SELECT id FROM kiosk WHERE sign_key = $1";
static const char KEY_REVOKED[] =
    "SELECT count(*) FROM kiosk WHERE sign_key = $1 AND state = 'revoked'";
static const char INC_KNOWN[] = "SELECT count(*) FROM incarnation WHERE id = $1";
static const char KIOSK_ADD[] =
    "INSERT INTO kiosk (id, site, sign_key, role, state, model, enrolled_ms, last_seen_ms) "
    "VALUES ($1, $2, $3, $4, 'active', $5, $6, $6)";
static const char KIOSK_MOVE[] =
    "UPDATE kiosk SET site = $2, role = $3, state = 'active', model = $4 WHERE id = $1";

struct asked {
    struct str device_hash;
    struct str key;
    struct str model;
    struct inc_id inc;
    enum store_role role;
};

static void user_code_new(struct env *env, char out[10])
{
    int at = 0;
    for (int i = 0; i < USER_CODE_CHARS; i++) {
        if (i == USER_CODE_CHARS / 2) out[at++] = '-';
        out[at++] = alphabet[env_random_below(env, sizeof(alphabet) - 1)];
    }
    out[at] = '\0';
}

// As staff type it: blanks, hyphens and small letters are forgiven.
static bool user_code_parse(struct str typed, char out[10])
{
    int count = 0;
    char code[10] = {0};
    for (size_t i = 0; i < typed.len; i++) {
        char c = typed.ptr[i];
        if (c == ' ' || c == '-') continue;
        if (c >= 'a' && c <= 'z') c = (char)(c - 'a' + 'A');
        if (c == '\0' || !strchr(alphabet, c) || count == USER_CODE_CHARS) return false;
        code[count < USER_CODE_CHARS / 2 ? count : count + 1] = c;
        count++;
    }
    code[USER_CODE_CHARS / 2] = '-';
    memcpy(out, code, sizeof(code));
    return count == USER_CODE_CHARS;
}

// The database does not hold what a poll must bring.
static struct str device_hash(struct arena *a, struct str device_code)
{
    struct crypt_hash hash = crypt_sha256(device_code);
    return crypt_hash_str(a, &hash);
}

enum err store_enrol_start(struct store *s, const struct store_enrol_ask *ask,
                           struct store_enrol_codes *codes, enum store_enrol *answer)
{
    unsigned char secret[32];
    char key[65];
    int64_t now = store_now(s);
    int64_t live = 0;
    int64_t revoked = 0;
    hex_from_bytes(ask->key.bytes, sizeof(ask->key.bytes), key);
    enum err e = db_run(s->db, DB_QUERY(SWEEP, DB_INT(now - LEFTOVER_MS)), NULL);
    if (!e) e = db_run(s->db, DB_QUERY(FORGET, DB_TEXT(str_from_z(key))), NULL);
    if (!e) e = db_one_int(s->db, DB_QUERY(LIVE, DB_INT(now)), &live);
    if (!e) e = db_one_int(s->db, DB_QUERY(KEY_REVOKED, DB_TEXT(str_from_z(key))), &revoked);
    if (e) return e;
    *answer = live >= STORE_ENROL_LIVE_MAX ? STORE_ENROL_CROWDED : STORE_ENROL_OK;
    if (revoked > 0) *answer = STORE_ENROL_REVOKED;
    if (*answer != STORE_ENROL_OK) return ERR_OK;
    env_random(s->env, secret, sizeof(secret));
    hex_from_bytes(secret, sizeof(secret), codes->device_code);
    memory_wipe(secret, sizeof(secret));
    user_code_new(s->env, codes->user_code);
    codes->expires_s = STORE_ENROL_MS / 1000;
    struct str hash = device_hash(&s->scratch, str_from_z(codes->device_code));
    return db_run(s->db,
                  DB_QUERY(ADD, DB_TEXT(hash), DB_TEXT(str_from_z(codes->user_code)),
                           DB_TEXT(str_from_z(key)), DB_TEXT(ask->model),
                           DB_TEXT(str_from_z(store_role_code(ask->role))),
                           DB_TEXT(id_str(&ask->inc.id)), DB_INT(now + STORE_ENROL_MS)),
                  NULL);
}

static enum err asked_get(struct store *s, const char *code, struct asked *out)
{
    struct db_rows row;
    enum err e =
        db_one(&row, s->db, DB_QUERY(BY_CODE, DB_TEXT(str_from_z(code)), DB_INT(store_now(s))));
    if (e) return e;
    out->device_hash = db_text(&row, 0, &s->scratch);
    out->key = db_text(&row, 1, &s->scratch);
    out->model = db_text(&row, 2, &s->scratch);
    out->inc.id = db_id(&row, 3);
    struct str role = db_text_borrow(&row, 4);
    if (!row.err && !store_role_parse(role, &out->role)) store_column_bad(&row, "role");
    return db_rows_close(&row);
}

// The kiosk that has this key already; `is_known` is false where there is none.
static enum err known_get(struct store *s, struct str key, struct store_kiosk *out, bool *is_known)
{
    struct db_rows row;
    *is_known = false;
    enum err e = db_one(&row, s->db, DB_QUERY(KIOSK_BY_KEY, DB_TEXT(key)));
    if (e) return e == ERR_NOT_FOUND ? ERR_OK : e;
    struct id kiosk = db_id(&row, 0);
    e = db_rows_close(&row);
    if (!e) e = store_kiosk_get(s, kiosk, out);
    *is_known = !e;
    return e;
}

static enum err kiosk_add(struct store *s, const struct asked *asked, struct store_kiosk *kiosk)
{
    kiosk->id = id_new(s->env);
    return db_run(s->db,
                  DB_QUERY(KIOSK_ADD, DB_TEXT(id_str(&kiosk->id)),
                           DB_TEXT(site_code_str(&kiosk->site)), DB_TEXT(asked->key),
                           DB_TEXT(str_from_z(store_role_code(kiosk->role))), DB_TEXT(asked->model),
                           DB_INT(store_now(s))),
                  NULL);
}

static enum err kiosk_move(struct store *s, const struct asked *asked,
                           const struct store_kiosk *kiosk)
{
    return db_run(
        s->db,
        DB_QUERY(KIOSK_MOVE, DB_TEXT(id_str(&kiosk->id)), DB_TEXT(site_code_str(&kiosk->site)),
                 DB_TEXT(str_from_z(store_role_code(kiosk->role))), DB_TEXT(asked->model)),
        NULL);
}

// May a new life of a kiosk begin with this file? A life that is over, or another's, does not begin
// again: its seats and its log are its own.
static enum err check_life(struct store *s, const struct asked *asked,
                           const struct store_kiosk *kiosk, enum store_enrol *answer)
{
    int64_t is_known = 0;
    char letter = 'A';
    enum err e = db_one_int(s->db, DB_QUERY(INC_KNOWN, DB_TEXT(id_str(&asked->inc.id))), &is_known);
    if (!e && kiosk->role == STORE_ROLE_DESK) e = store_letter_choose(s, kiosk->site, &letter);
    *answer = is_known ? STORE_ENROL_REVOKED : letter ? STORE_ENROL_OK : STORE_ENROL_NO_LETTER;
    return e;
}

// A refusal comes before the first change.
static enum err approve(struct store *s, const struct asked *asked, struct store_kiosk *kiosk,
                        struct store_enrolled *out)
{
    struct store_kiosk known = {0};
    bool is_known;
    enum err e = known_get(s, asked->key, &known, &is_known);
    if (e) return e;
    if (is_known && known.state == STORE_KIOSK_REVOKED) {
        out->answer = STORE_ENROL_REVOKED;
        return ERR_OK;
    }
    // A file that is enrolled again for the same place goes on with its life; else a new one begins.
    bool goes_on = is_known && id_eq(known.inc.id, asked->inc.id) &&
                   site_code_eq(known.site, kiosk->site) && known.role == kiosk->role;
    char letter = known.letter;
    out->answer = STORE_ENROL_OK;
    if (!goes_on) e = check_life(s, asked, kiosk, &out->answer);
    if (e || out->answer != STORE_ENROL_OK) return e;
    kiosk->id = known.id;
    e = is_known ? kiosk_move(s, asked, kiosk) : kiosk_add(s, asked, kiosk);
    enum store_begin_inc begun = STORE_INC_BEGUN;
    if (!e && !goes_on) e = store_inc_begin(s, kiosk, asked->inc, &begun, &letter);
    CHECK(e || begun == STORE_INC_BEGUN);
    *out = (struct store_enrolled){STORE_ENROL_OK, kiosk->id, kiosk->site, letter};
    return e;
}

enum err store_enrol_approve(struct store *s, struct str user_code, struct site_code site,
                             struct str actor, struct store_enrolled *out)
{
    char code[10];
    struct asked asked;
    struct site found;
    struct store_kiosk kiosk = {.site = site};
    *out = (struct store_enrolled){.answer = STORE_ENROL_UNKNOWN};
    if (!user_code_parse(user_code, code)) return ERR_OK;
    enum err e = asked_get(s, code, &asked);
    if (e) return e == ERR_NOT_FOUND ? ERR_OK : e;
    e = store_site_get(s, site, &s->scratch, &found);
    if (e == ERR_NOT_FOUND) out->answer = STORE_ENROL_NO_SITE;
    if (e) return e == ERR_NOT_FOUND ? ERR_OK : e;
    kiosk.role = asked.role;
    e = approve(s, &asked, &kiosk, out);
    if (e || out->answer != STORE_ENROL_OK) return e;
    s->journal_is_due = true;
    struct str letter = {&out->letter, out->letter ? 1 : 0};
    e = db_run(
        s->db,
        DB_QUERY(ANSWER, DB_TEXT(asked.device_hash), DB_TEXT(id_str(&out->kiosk)), DB_TEXT(letter)),
        NULL);
    struct store_audit audit = {actor, STR("enrol"), id_str(&out->kiosk), site_code_str(&site)};
    return e ? e : store_audit(s, &audit);
}

enum err store_enrols(struct store *s, struct store_enrol_waiting *out, int *count)
{
    struct db_rows rows;
    db_rows_open(&rows, s->db,
                 DB_QUERY(WAITING, DB_INT(store_now(s)), DB_INT(STORE_ENROL_LIVE_MAX)));
    for (*count = 0; *count < STORE_ENROL_LIVE_MAX && db_rows_next(&rows); (*count)++) {
        struct store_enrol_waiting *w = &out[*count];
        store_hex_column(&rows, 0, w->user_code, sizeof(w->user_code) - 1);
        store_hex_column(&rows, 1, w->model, sizeof(w->model) - 1);
        struct str key = db_text_borrow(&rows, 2);
        if (!rows.err && !hex_to_bytes(key, w->key.bytes, sizeof(w->key.bytes)))
            store_column_bad(&rows, "key");
        w->expires_ms = db_int(&rows, 3);
    }
    return db_rows_close(&rows);
}

enum err store_enrol_poll(struct store *s, struct str device_code, struct store_enrolled *out)
{
    struct db_rows row;
    size_t mark = arena_mark(&s->scratch);
    *out = (struct store_enrolled){.answer = STORE_ENROL_UNKNOWN};
    enum err e =
        db_one(&row, s->db, DB_QUERY(POLL, DB_TEXT(device_hash(&s->scratch, device_code))));
    arena_rewind(&s->scratch, mark);
    if (e) return e == ERR_NOT_FOUND ? ERR_OK : e;
    out->kiosk = db_id(&row, 0);
    if (!id_is_none(out->kiosk)) {
        struct str letter = db_text_borrow(&row, 1);
        out->answer = STORE_ENROL_OK;
        out->letter = letter.len == 1 ? letter.ptr[0] : 0;
        out->site = store_site_column(&row, 3);
    } else if (db_int(&row, 2) > store_now(s)) {
        out->answer = STORE_ENROL_PENDING;
    }
    return db_rows_close(&row);
}
