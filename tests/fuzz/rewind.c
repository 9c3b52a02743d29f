#include "fuzz/rewind.h"

#include "fuzz/fuzz.h"

static const struct db_driver *below;
static struct db_driver above;

static enum err control(struct db *db, enum db_control c)
{
    switch (c) {
    case DB_CONTROL_BEGIN_READ:
    case DB_CONTROL_BEGIN_WRITE: return below->script(db, "SAVEPOINT turn");
    case DB_CONTROL_COMMIT: return below->script(db, "RELEASE turn");
    case DB_CONTROL_ROLLBACK: return below->script(db, "ROLLBACK TO turn; RELEASE turn");
    case DB_CONTROL_SAVEPOINT:
    case DB_CONTROL_RELEASE:
    case DB_CONTROL_UNDO: break;
    }
    return below->control(db, c);
}

void rewind_begin(struct db *db)
{
    below = db->driver;
    above = *below;
    above.control = control;
    EXPECT(below->control(db, DB_CONTROL_BEGIN_WRITE) == ERR_OK);
    EXPECT(below->script(db, "SAVEPOINT ground") == ERR_OK);
    db->driver = &above;
}

void rewind_back(struct db *db)
{
    EXPECT(!db->in_transaction, "a transaction was left open");
    EXPECT(below->script(db, "ROLLBACK TO ground") == ERR_OK);
}
