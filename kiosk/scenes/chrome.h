// What every page has: the header above, the six cells of the footer, a toast over it.
#ifndef SCENES_CHROME_H
#define SCENES_CHROME_H

#include "scenes/scene.h"

// Ids of the footer's targets; scenes number theirs below.
#define CHROME_ID_FIRST 0xF000

void chrome_header(struct stage *s, const struct page *page);
void chrome_footer(struct stage *s, const struct page *page);
void chrome_toast(struct stage *s, const struct page *page, struct str text);

#endif
