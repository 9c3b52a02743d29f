#include "model/ticket.h"

#include <string.h>

// ISO 7064 MOD 11,10: hybrid, one check digit 0 … 9. Catches every single wrong digit and nearly every
// swap of neighbours.
static char check_digit(const char *digits, int count)
{
    int product = 10;
    for (int i = 0; i < count; i++) {
        int sum = (product + (digits[i] - '0')) % 10;
        if (sum == 0) sum = 10;
        product = sum * 2 % 11;
    }
    return (char)('0' + (11 - product) % 10);
}

struct ticket_code ticket_code_new(struct env *env)
{
    struct ticket_code code = {0};
    for (int i = 0; i < TICKET_CODE_DIGITS - 1; i++) {
        code.z[i] = (char)('0' + env_random_below(env, 10));
    }
    code.z[TICKET_CODE_DIGITS - 1] = check_digit(code.z, TICKET_CODE_DIGITS - 1);
    return code;
}

struct ticket_pin ticket_pin_new(struct env *env)
{
    struct ticket_pin pin = {0};
    for (int i = 0; i < TICKET_PIN_DIGITS; i++) {
        pin.z[i] = (char)('0' + env_random_below(env, 10));
    }
    return pin;
}

// Exactly `count` digits into `out`, with single blanks or hyphens allowed between them.
static bool digits_of(struct str s, char *out, int count)
{
    int found = 0;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        bool is_gap = (c == ' ' || c == '-') && found > 0 && i + 1 < s.len;
        if (is_gap) continue;
        if (c < '0' || c > '9' || found == count) return false;
        out[found++] = c;
    }
    return found == count;
}

bool ticket_code_parse(struct str s, struct ticket_code *out)
{
    struct ticket_code code = {0};
    if (!digits_of(s, code.z, TICKET_CODE_DIGITS)) return false;
    if (code.z[TICKET_CODE_DIGITS - 1] != check_digit(code.z, TICKET_CODE_DIGITS - 1)) return false;
    *out = code;
    return true;
}

bool ticket_pin_parse(struct str s, struct ticket_pin *out)
{
    struct ticket_pin pin = {0};
    if (!digits_of(s, pin.z, TICKET_PIN_DIGITS)) return false;
    *out = pin;
    return true;
}

struct str ticket_code_spaced(struct arena *a, const struct ticket_code *code)
{
    return str_printf(a, "%.4s %.4s", code->z, code->z + 4);
}

struct str ticket_qr(struct arena *a, const struct ticket_code *code, const struct ticket_pin *pin)
{
    return str_printf(a, "LY1:%s:%s", code->z, pin->z);
}

bool ticket_qr_parse(struct str s, struct ticket_code *code, struct ticket_pin *pin)
{
    struct str rest = str_trim(s);
    if (rest.len > TICKET_QR_BYTES_MAX) return false;
    if (!str_eq_z(str_cut(&rest, ':'), "LY1")) return false;
    struct str digits = str_cut(&rest, ':');
    struct ticket_code found;
    struct ticket_pin secret;
    if (!ticket_code_parse(digits, &found) || !ticket_pin_parse(rest, &secret)) return false;
    *code = found;
    *pin = secret;
    return true;
}

struct str ticket_walkin(struct arena *a, char letter, int number)
{
    CHECK(number >= 1 && number <= TICKET_NUMBER_MAX);
    return str_printf(a, "%c%03d", letter, number);
}
