// What all targets share. The log is silent here: a hostile input is logged by the thousand.
#include "fuzz/fuzz.h"

#include "base/log.h"

#include <string.h>

void log_error(const char *format, ...)
{
    (void)format;
}

void log_warn(const char *format, ...)
{
    (void)format;
}

void log_info(const char *format, ...)
{
    (void)format;
}

const char *log_errno(void)
{
    return "";
}

static const struct fuzz_word *word_at(struct str text, const struct fuzz_word *words, int count)
{
    for (int i = 0; i < count; i++) {
        if (str_starts(text, str_from_z(words[i].name))) return &words[i];
    }
    return NULL;
}

struct str fuzz_fill_in(struct arena *a, struct str text, const struct fuzz_word *words, int count)
{
    size_t longest = 1;
    for (int i = 0; i < count; i++) {
        if (words[i].text.len > longest) longest = words[i].text.len;
    }
    size_t dollars = 0;
    for (size_t i = 0; i < text.len; i++) {
        dollars += text.ptr[i] == '$';
    }
    char *out = arena_array(a, char, text.len + dollars * longest + 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len;) {
        struct str rest = str_sub(text, i + 1, SIZE_MAX);
        const struct fuzz_word *word = text.ptr[i] == '$' ? word_at(rest, words, count) : NULL;
        if (word) {
            if (word->text.len > 0) memcpy(out + len, word->text.ptr, word->text.len);
            len += word->text.len;
            i += 1 + strlen(word->name);
        } else {
            out[len++] = text.ptr[i++];
        }
    }
    return (struct str){out, len};
}
