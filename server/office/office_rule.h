// The words of the column that says when a rule sits ("every second Wednesday" in Chinese).
#ifndef OFFICE_OFFICE_RULE_H
#define OFFICE_OFFICE_RULE_H

#include "model/roster.h"

// Fills kind, weekday, every_weeks and nth. False for words that are no rule.
MUST_USE bool office_rule_parse(struct str words, struct roster_rule *rule);

#endif
