// A slip on the screen: the very bitmap that is printed, as large as it fits. The tree gets its number
// and PIN as words.
#ifndef SCENES_SLIP_VIEW_H
#define SCENES_SLIP_VIEW_H

#include "scenes/scene.h"

// Draws the slip held by the stage's paper; without a picture of it, its number in large letters.
void slip_view(struct stage *s, struct rect r, const struct visit_slip *slip);

struct str slip_pin(struct stage *s, const struct ticket_pin *pin); // 密码 123 456

// The slip's number for a card of its own: label, number, PIN.
void slip_number(struct stage *s, struct rect r, struct str name, const struct visit_slip *slip);

#endif
