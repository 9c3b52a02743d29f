// lvyue-admin restore [FILE]: a centre whose database is older than what kiosks have seen.
//
// With FILE that backup becomes the database; the one at hand is set aside, never deleted. Without, the
// database stays as it stands: it is a server's, and its own tools put it back, or somebody copied a
// file. Either way the journal is put in, a new generation begins, and kiosks tell what was forgotten.
// Cut off in the middle it is run again.
#ifndef APP_ADMIN_RESTORE_H
#define APP_ADMIN_RESTORE_H

#include "app/data_dir.h"

struct admin_restore {
    struct data_dir *dir;
    const char *file;     // NULL: none
    bool without_journal; // it is lost: what nobody owns afterwards stays unsold
    bool is_json;
};

// The server must not run. What is wrong is logged.
MUST_USE enum err admin_restore(const struct admin_restore *r);

#endif
