// The one error type of every layer. Zero is success, so `if (e) return e;` reads well.
// The place that first sees an error logs it with what it knows; everyone above only passes it on.
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "base/check.h"

enum err {
    ERR_OK = 0,
#define ERR(name, text) ERR_##name,
#include "base/err.def"
#undef ERR
};

// English text for logs; never shown to a visitor. Never NULL.
const char *err_text(enum err e);

#endif
