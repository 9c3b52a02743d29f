// The suite on PostgreSQL.
#include "store/world.h"

#include <stdio.h>

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: test_store_pg CONNINFO (tests/e2e/postgres.py gives one)\n");
        return 2;
    }
    world_postgres_use(argv[1]);
    struct world_driver driver = world_postgres;
    return suite_all(&driver);
}
