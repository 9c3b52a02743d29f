// The content thread: pulls signed releases from the centre, verifies them step by step, and switches
// when a release is here whole. Its own thread, its own files, so that no booking waits behind it; what
// it has stays when the centre is gone. Internal to `keeper`.
#ifndef KEEPER_KEEPER_CONTENT_H
#define KEEPER_KEEPER_CONTENT_H

#include "base/err.h"
#include "crypt/seal.h"

struct keeper;
struct keeper_content;

MUST_USE enum err keeper_content_start(struct keeper_content **out, struct keeper *k);
void keeper_content_stop(struct keeper_content *c); // only asks; NULL is fine
void keeper_content_join(struct keeper_content *c); // waits and frees; NULL is fine

// There may be something new: the kiosk is online again, or the feed told of a release. Any thread.
void keeper_content_nudge(struct keeper_content *c);

// The key to which personal data are sealed, out of the trusted root; false before the first. Any thread.
bool keeper_content_box(struct keeper_content *c, struct seal_public_key *out);
int64_t keeper_content_version(
    struct keeper_content *c); // of the release shown, 0: none. Any thread.

#endif
