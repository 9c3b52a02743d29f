#include "cache/cache_column.h"
#include "cache/cache_file.h"
#include "cache/cache_key.h"

static const char of_the_site[] =
    "SELECT id, sitting, seat, code, pin_hash, state FROM site_booking"
    " WHERE id = $1";

enum err cache_ledger_find(struct cache_ledger *l, struct booking_id id, struct ledger_booking *out)
{
    struct db_rows row;
    enum err e = l->ledger.ops->booking_get(&l->ledger, id, out);
    if (e != ERR_NOT_FOUND) return e;
    e = db_one(&row, l->db, DB_QUERY(of_the_site, DB_ID(&id.id)));
    if (e) return e;
    *out = (struct ledger_booking){
        .id.id = db_id(&row, 0), .sitting.id = db_id(&row, 1), .is_foreign = true};
    out->seat = cache_column_int(&row, 2, 0, SITTING_SEATS_MAX);
    cache_column_text(&row, 3, out->code.z, sizeof(out->code.z));
    cache_column_text(&row, 4, out->pin_hash.hex, sizeof(out->pin_hash.hex));
    out->state = cache_column_state(&row, 5);
    return db_rows_close(&row);
}

enum err cache_ledger_renew(struct cache_ledger *l, struct arena *arena, const char *data_dir,
                            struct env *env)
{
    struct fs fs;
    struct cache_ledger *fresh = NULL;
    fs_system_init(&fs);
    cache_ledger_close(l);
    enum err e = cache_quarantine(&fs, data_dir, env);
    if (!e) e = cache_ledger_open(arena, data_dir, env, &fresh);
    if (!e) *l = *fresh;
    return e;
}

enum err cache_ledger_wipe(struct cache_ledger *l, struct arena *arena, const char *data_dir,
                           struct env *env)
{
    struct fs fs;
    struct cache_ledger *fresh = NULL;
    fs_system_init(&fs);
    cache_ledger_close(l);
    enum err e = cache_wipe(&fs, data_dir);
    if (!e) e = cache_ledger_open(arena, data_dir, env, &fresh);
    if (!e) *l = *fresh;
    return e;
}
