// The suite on SQLite.
#include "store/world.h"

int main(void)
{
    struct world_driver driver = world_sqlite;
    return suite_all(&driver);
}
