// An article of legal knowledge as an editor writes it: Markdown, parsed by md4c into paragraphs.
//
//   # title                     the first line
//   > 栏目: column               optional, the next one; the document's category
//   the text: headings, paragraphs, lists, tables, emphasis (shown plain), links to http and https
//
// A link keeps its words and gets its address behind them in brackets, for a kiosk opens no pages.
// HTML, pictures and other links are refused, each with its line where md4c knows it.
#ifndef RELEASE_ARTICLE_H
#define RELEASE_ARTICLE_H

#include "release/content.h"

#define ARTICLE_BYTES_MAX   (512 * 1024)
#define ARTICLE_ARENA_BYTES ((size_t)12 * 1024 * 1024)

// The document lives in `a` (at least ARTICLE_ARENA_BYTES free) and in `bytes`. `day` is the day of
// this version; the file names none.
MUST_USE bool article_parse(struct arena *a, struct str bytes, int day, struct content_doc *out,
                            struct content_mistake *mistake);

#endif
