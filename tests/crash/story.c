#include "crash/story.h"

#include "db/db.h"

#define DUMP_BYTES ((size_t)8 * 1024 * 1024)

struct crypt_hash story_dump(struct db *db, const char *const *questions, int count)
{
    struct crypt_hash all = {{0}};
    struct arena arena;
    enum err e = ERR_OK;
    arena_init(&arena, DUMP_BYTES);
    for (int i = 0; i < count && !e; i++) {
        struct str text = {0};
        e = db_one_text(db, (struct db_query){.sql = questions[i]}, &arena, &text);
        all = crypt_chain(&all, text);
    }
    arena_deinit(&arena);
    return e ? (struct crypt_hash){{0}} : all;
}

enum err story_set_sync(struct story *s, struct db *db)
{
    if (s->sync == STORY_SYNC_FULL) return ERR_OK; // the product's own
    return db_run(db, (struct db_query){.sql = "PRAGMA synchronous = NORMAL"}, NULL);
}
