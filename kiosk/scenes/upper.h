// What stands above the reach line of a high panel, under the header of every page: who sits where
// today. To be seen from anywhere, never to be touched.
#ifndef SCENES_UPPER_H
#define SCENES_UPPER_H

#include "scenes/scene.h"

void upper_draw(struct stage *s, struct rect r); // nothing where `r` is empty

#endif
