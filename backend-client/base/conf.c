#include "base/conf.h"

#include "base/date.h"
#include "base/log.h"

#include <ini.h>
#include <stdio.h>
#include <string.h>

#define CONF_BYTES_MAX 65536

struct reader {
    struct conf *conf;
    const char *path;
    FILE *file;
    int line; // of the last text read; the library does not tell its handler
    int mistakes;
};

static const char *mistake_in(const struct conf_key *key, struct str value)
{
    int64_t number = 0;
    switch (key->type) {
    case CONF_TEXT: return NULL;
    case CONF_INT:
        return str_to_int(value, key->min, key->max, &number) ? NULL : "not a number in its range";
    case CONF_BOOL:
        return str_eq_z(value, "yes") || str_eq_z(value, "no") ? NULL : "neither yes nor no";
    }
    return NULL;
}

static int take(void *user, const char *section, const char *name, const char *value)
{
    struct reader *r = user;
    int line = r->line;
    struct conf *c = r->conf;
    for (size_t i = 0; i < c->count; i++) {
        const struct conf_key *key = &c->keys[i];
        if (strcmp(key->section, section) != 0 || strcmp(key->name, name) != 0) continue;
        const char *why = c->values[i] ? "given twice" : mistake_in(key, str_from_z(value));
        if (why) {
            log_error("%s:%d: [%s] %s: %s", r->path, line, section, name, why);
            r->mistakes++;
        } else {
            c->values[i] = str_to_z(&c->arena, str_from_z(value));
        }
        return 1;
    }
    log_error("%s:%d: [%s] %s: no such setting", r->path, line, section, name);
    r->mistakes++;
    return 1;
}

static char *next_line(char *text, int bytes_max, void *user)
{
    struct reader *r = user;
    r->line++;
    return fgets(text, bytes_max, r->file);
}

enum err conf_load(struct conf *c, const char *path, const struct conf_key *keys, size_t count)
{
    CHECK(count <= CONF_KEYS_MAX);
    *c = (struct conf){.keys = keys, .count = count};
    struct reader reader = {.conf = c, .path = path, .file = fopen(path, "re")};
    if (!reader.file) {
        log_error("%s: cannot read: %s", path, log_errno());
        return ERR_NOT_FOUND;
    }
    arena_init(&c->arena, CONF_BYTES_MAX);
    int line = ini_parse_stream(next_line, &reader, take, &reader);
    fclose(reader.file);
    if (line > 0) log_error("%s:%d: not a line of the form key = value", path, line);
    for (size_t i = 0; i < count; i++) {
        if (c->values[i] || keys[i].fallback) continue;
        log_error("%s: [%s] %s: must be given", path, keys[i].section, keys[i].name);
        reader.mistakes++;
    }
    if (line == 0 && reader.mistakes == 0) return ERR_OK;
    conf_deinit(c);
    return ERR_BAD_INPUT;
}

void conf_deinit(struct conf *c)
{
    arena_deinit(&c->arena);
    *c = (struct conf){0};
}

bool conf_is_given(const struct conf *c, size_t key)
{
    CHECK(key < c->count);
    return c->values[key] != NULL;
}

static const char *value_of(const struct conf *c, size_t key, enum conf_type type)
{
    CHECK(key < c->count && c->keys[key].type == type);
    return c->values[key] ? c->values[key] : c->keys[key].fallback;
}

const char *conf_text(const struct conf *c, size_t key)
{
    return value_of(c, key, CONF_TEXT);
}

int64_t conf_int(const struct conf *c, size_t key)
{
    int64_t number = 0;
    CHECK(str_to_int(str_from_z(value_of(c, key, CONF_INT)), INT64_MIN, INT64_MAX, &number));
    return number;
}

bool conf_bool(const struct conf *c, size_t key)
{
    return strcmp(value_of(c, key, CONF_BOOL), "yes") == 0;
}

// ---- The clock of a demonstration

static bool parse_start(struct str text, int64_t *ms)
{
    int day = 0;
    int minute = 0;
    struct str date = str_cut(&text, 'T');
    if (!text.ptr || !date_parse(date, &day) || !date_parse_minute(text, &minute)) return false;
    *ms = date_ms(day, minute);
    return true;
}

enum err conf_demo_offset(const struct conf *c, struct conf_demo_keys keys, int64_t *offset_ms)
{
    int64_t start_ms = 0;
    struct str start = str_from_z(conf_text(c, keys.start));
    int64_t since_ms = conf_int(c, keys.since);
    *offset_ms = 0;
    if (start.len == 0 && !conf_is_given(c, keys.since)) return ERR_OK;
    if (!conf_bool(c, keys.demo)) {
        log_error("[demo] start and since need demo = yes");
        return ERR_BAD_INPUT;
    }
    if (!parse_start(start, &start_ms) || since_ms <= 0) {
        log_error("[demo] start is written 2026-03-04T08:40, with since in real milliseconds");
        return ERR_BAD_INPUT;
    }
    *offset_ms = start_ms - since_ms;
    return ERR_OK;
}
