// A mutant is a deliberate one-line bug, named in tests/sim/mutants.def, with which the simulator
// proves that it would notice the loss of a guard. In every product MUTANT(name) is the constant 0
// and disappears; `model`, `sync` and `core` are compiled a second time for lvyue-sim, where it reads
// the table chosen at start. It stands in conditions only.
#ifndef BASE_MUTANT_H
#define BASE_MUTANT_H

#ifdef LYVUE_SIM
enum mutant {
    MUTANT_NONE,
#    define MUTANT_ROW(id, name, what) MUTANT_##id,
#    include "sim/mutants.def"
#    undef MUTANT_ROW
    MUTANT_COUNT
};

int mutant_is_on(enum mutant m);
#    ifdef LYVUE_COVERAGE // branches of the products are counted, not those of their bugs
#        define MUTANT(id) 0
#    else
#        define MUTANT(id) mutant_is_on(MUTANT_##id)
#    endif
#else
#    define MUTANT(id) 0
#endif

#endif
