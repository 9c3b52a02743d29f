#include "office/office_rule.h"

#include "office/office_report.h"

static bool take(struct str *rest, enum office_word w)
{
    struct str word = office_word(w);
    if (!str_starts(*rest, word)) return false;
    *rest = str_sub(*rest, word.len, SIZE_MAX);
    return true;
}

static bool take_digit(struct str *rest, int min, int max, int *out)
{
    int64_t n = 0;
    if (rest->len == 0 || !str_to_int(str_sub(*rest, 0, 1), min, max, &n)) return false;
    *out = (int)n;
    *rest = str_sub(*rest, 1, SIZE_MAX);
    return true;
}

// "week" and a weekday, and nothing behind it.
static bool ends_with_weekday(struct str rest, enum weekday *out)
{
    if (!take(&rest, OFFICE_WORD_WEEK)) return false;
    for (int d = MONDAY; d <= SUNDAY; d++) {
        enum office_word w = (enum office_word)(OFFICE_WORD_MONDAY + d - MONDAY);
        if (!str_eq(rest, office_word(w))) continue;
        *out = (enum weekday)d;
        return true;
    }
    return false;
}

static bool monthly(struct str rest, struct roster_rule *rule)
{
    rule->kind = ROSTER_NTH;
    rule->nth = 0;
    bool is_last = take(&rest, OFFICE_WORD_LAST);
    if (!is_last && !(take(&rest, OFFICE_WORD_NTH) && take_digit(&rest, 1, 5, &rule->nth)))
        return false;
    return take(&rest, OFFICE_WORD_PIECE) && ends_with_weekday(rest, &rule->weekday);
}

static bool weekly(struct str rest, struct roster_rule *rule)
{
    rule->kind = ROSTER_WEEKLY;
    rule->every_weeks = 1;
    if (take_digit(&rest, 2, ROSTER_EVERY_WEEKS_MAX, &rule->every_weeks) &&
        !take(&rest, OFFICE_WORD_WEEK))
        return false;
    return ends_with_weekday(rest, &rule->weekday);
}

bool office_rule_parse(struct str words, struct roster_rule *rule)
{
    static const struct {
        enum office_word word;
        enum roster_kind kind;
    } whole[] = {{OFFICE_WORD_ONCE, ROSTER_ONCE},
                 {OFFICE_WORD_LEAVE, ROSTER_LEAVE},
                 {OFFICE_WORD_SUBSTITUTE, ROSTER_SUBSTITUTE},
                 {OFFICE_WORD_WORKDAYS, ROSTER_WORKDAYS}};
    for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
        if (!str_eq(words, office_word(whole[i].word))) continue;
        rule->kind = whole[i].kind;
        return true;
    }
    if (take(&words, OFFICE_WORD_OF_MONTH)) return monthly(words, rule);
    return take(&words, OFFICE_WORD_EVERY) && weekly(words, rule);
}
