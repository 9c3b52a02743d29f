// What a consultation is about: a fixed list, so that nobody has to type and nothing personal is
// written down. A set of topics is a bit mask.
#ifndef MODEL_TOPIC_H
#define MODEL_TOPIC_H

#include "base/str.h"

enum topic {
#define TOPIC(id, code, name, examples, class, aid, sensitive) TOPIC_##id,
#include "model/topic.def"
#undef TOPIC
};

#define TOPIC_COUNT (TOPIC_OTHER + 1)

enum topic_class {
    TOPIC_CLASS_CIVIL,
    TOPIC_CLASS_CRIMINAL,
    TOPIC_CLASS_ADMINISTRATIVE,
    TOPIC_CLASS_OTHER
};

#define TOPICS_ALL ((1u << TOPIC_COUNT) - 1)

const char *topic_code(enum topic t);
struct str topic_name(enum topic t);     // Chinese
struct str topic_examples(enum topic t); // Chinese, one line
enum topic_class topic_class(enum topic t);
bool topic_has_legal_aid(enum topic t);
bool topic_is_sensitive(enum topic t);
MUST_USE bool topic_parse(struct str code, enum topic *out);
MUST_USE bool topic_from_name(struct str name,
                              enum topic *out); // also by the words before its "，"

bool topics_have(unsigned topics, enum topic t);

#endif
