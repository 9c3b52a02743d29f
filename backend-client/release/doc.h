// The compiled form of a document: what a release carries and a kiosk opens without parsing Markdown.
// Lines of text, each with one tag, a tab and its value, in a fixed order, so the same document is
// always the same bytes (and the same name in a store of hashes):
//
//   lvyue-doc 1 · kind · title · [part] · category · [date] · [force] · event… · text ·
//   h1…h6 | a NUMBER | p | i | r … · end
#ifndef RELEASE_DOC_H
#define RELEASE_DOC_H

#include "base/buf.h"
#include "release/content.h"

#define DOC_BYTES_MAX   (6 * 1024 * 1024)
#define DOC_ARENA_BYTES ((size_t)6 * 1024 * 1024) // the most that doc_open takes

void doc_write(const struct content_doc *doc, struct buf *out);

// Slices `bytes`, which must live as long as the document; arrays live in `a`. A 100,000 character
// statute opens in about a millisecond. ERR_CORRUPT (not logged: the caller knows the file's name)
// for anything that doc_write does not write.
MUST_USE enum err doc_open(struct arena *a, struct str bytes, struct content_doc *out);

#endif
