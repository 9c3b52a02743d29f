// The way from lvyue-admin to the centre: through DIR/admin.sock where a server runs, else with the
// database in its own hands. The command is the same function either way (api/admin.h).
#ifndef APP_ADMIN_LINK_H
#define APP_ADMIN_LINK_H

#include "api/admin.h"
#include "app/data_dir.h"

// The lines of the answer go to `lines` (ADMIN_REPLY_BYTES_MAX). ERR_BUSY, logged: a process that does
// not answer holds the folder. What the command itself refused stands in the lines.
MUST_USE enum err admin_link_run(struct data_dir *dir, const char *command,
                                 const struct admin_ask *ask, struct buf *lines);

#endif
