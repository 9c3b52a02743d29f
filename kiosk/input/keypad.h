// Digits: the pad of a telephone, 3 x 4, and the field they go to. A keyboard or scanner types into
// the same field.
#ifndef INPUT_KEYPAD_H
#define INPUT_KEYPAD_H

#include "ui/widgets.h"

#define KEYPAD_IDS        12 // ids a pad takes, from `id` on
#define KEYPAD_DIGITS_MAX 16
#define KEYPAD_GROUPS_MAX 4

struct keypad {
    uint32_t id;
    struct rect rect;
    struct str clear; // words of the key that empties the field
    struct str erase; // of the key that takes the last digit away, for the tree
};

// Acts on `digits`, NUL-terminated, at most `digits_max` of them. True where they changed.
bool keypad(struct ui *ui, const struct keypad *k, char *digits, int digits_max);

struct digit_field {
    uint32_t id; // 0: not pressable
    struct rect rect;
    struct str label; // for the tree
    const char *digits;
    int groups[KEYPAD_GROUPS_MAX]; // 3, 4, 4: how they are set apart
    bool active;                   // digits go here now
    bool error;
};

bool digit_field(struct ui *ui, const struct digit_field *f); // true: was tapped

#endif
