#include "base/err.h"

static const char *const texts[] = {
    [ERR_OK] = "ok",
#define ERR(name, text) [ERR_##name] = text,
#include "base/err.def"
#undef ERR
};

const char *err_text(enum err e)
{
    return texts[e];
}
