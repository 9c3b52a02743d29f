#include "cache/ledger.h"
