// One statute (or case) as a Markdown file in the layout of the public collections of Chinese law:
//
//   # title                      one line; a second `#` line names the part of a code kept in files
//   2021年8月20日 … 通过          dated events; a line without a date continues the one before
//   <!-- INFO END -->            required
//   ## 第一章 …                   headings of any level; empty ones are ignored
//   第一条 …                      an article, with the paragraphs up to the next one
//
// An article is a line that matches, from its very first byte,
//     ^第[零〇○一二三四五六七八九十百千0-9]+条
// whatever follows; `之` and numerals behind it (第一百二十条之一) belong to its number. The number of
// articles found is the number of such lines below the marker, neither more nor less.
// Comments such as <!-- FORCE BREAK --> are skipped. Lists and tables stay text, a line a paragraph.
//
// The day of a version comes from the file name, `law(2021-08-20).md` or with wide brackets, else from
// the last dated event. It applies from the latest of: that day, an event that says 施行, and the day
// that one of the last articles names (本法自…起施行).
//
// A file below a folder that bears the Chinese word of CASE is a case, and so is one with neither
// articles nor a day: a reply of the supreme court has no articles, but it has a day.
#ifndef RELEASE_STATUTE_H
#define RELEASE_STATUTE_H

#include "release/content.h"

// `path` is relative to the folder of the collection, `category/…/name.md`; the category is its
// folder. The document lives in `a` (at least STATUTE_ARENA_BYTES free) and in `path` and `bytes`.
#define STATUTE_ARENA_BYTES ((size_t)8 * 1024 * 1024)

MUST_USE bool statute_parse(struct arena *a, struct str path, struct str bytes,
                            struct content_doc *out, struct content_mistake *mistake);

// Whether the line begins an article; its number (with 之…) and the text behind it are slices.
bool statute_article_split(struct str line, struct str *label, struct str *text);

#endif
