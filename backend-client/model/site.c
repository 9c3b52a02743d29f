#include "model/site.h"

#include <string.h>

bool site_code_parse(struct str s, struct site_code *out)
{
    if (s.len != SITE_CODE_DIGITS || !str_is_digits(s)) return false;
    memcpy(out->z, s.ptr, SITE_CODE_DIGITS);
    out->z[SITE_CODE_DIGITS] = '\0';
    return true;
}

bool site_code_eq(struct site_code a, struct site_code b)
{
    return strcmp(a.z, b.z) == 0;
}

struct str site_code_str(const struct site_code *code)
{
    return str_from_z(code->z);
}

struct str site_county(const struct site_code *code)
{
    return str_sub(site_code_str(code), 0, SITE_COUNTY_DIGITS);
}
