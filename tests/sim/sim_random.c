#include "sim/sim.h"

// splitmix64: small, fast, and the same everywhere.
static uint64_t next(struct sim_random *r)
{
    r->state += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t z = r->state;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

uint32_t sim_roll(struct sim_random *r, uint32_t below)
{
    return (uint32_t)(next(r) >> 32) % below;
}

bool sim_chance(struct sim_random *r, int per_mille)
{
    return (int)sim_roll(r, 1000) < per_mille;
}

struct id sim_id(struct sim_random *r)
{
    uint64_t bits[2] = {next(r), next(r)};
    struct id id;
    hex_from_bytes((const unsigned char *)bits, sizeof(bits), id.hex);
    return id;
}
