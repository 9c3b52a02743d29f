// lvyue-admin move: the data of a stopped centre from its file into an empty PostgreSQL database.
//
// The same generation goes on: nothing is lost, so no kiosk has anything to recover. All tables are
// carried over in one transaction and compared on both sides; then the invariants are checked. The
// turn of the generation is raised over there only, and the file is renamed: from then on it does not
// open again, neither by accident nor under its old name. Whatever fails before that leaves the file
// as the centre's database.
#ifndef APP_ADMIN_MOVE_H
#define APP_ADMIN_MOVE_H

#include "app/data_dir.h"

#define ADMIN_MOVED "centre.db.moved" // what the file is called then

// Says what came of it; what went wrong is logged.
MUST_USE enum err admin_move(struct data_dir *dir, const char *to, bool is_json);

#endif
