#include "app/clock.h"

#include "base/date.h"
#include "base/log.h"

static bool parse_start(struct str text, int64_t *ms)
{
    int day = 0;
    int minute = 0;
    struct str date = str_cut(&text, 'T');
    if (!text.ptr || !date_parse(date, &day) || !date_parse_minute(text, &minute)) return false;
    *ms = date_ms(day, minute);
    return true;
}

enum err clock_init(struct env_system *env, const struct conf *conf, const struct clock_keys *keys)
{
    struct str start = str_from_z(conf_text(conf, keys->start));
    int64_t since_ms = conf_int(conf, keys->since);
    int64_t start_ms = 0;
    env_system_init(env, 0);
    if (start.len == 0 && !conf_is_given(conf, keys->since)) return ERR_OK;
    if (!conf_bool(conf, keys->demo)) {
        log_error("[demo] start and since need demo = yes");
        return ERR_BAD_INPUT;
    }
    if (!parse_start(start, &start_ms) || since_ms == 0) {
        log_error("[demo] start is written 2026-03-04T08:40 and needs since in milliseconds");
        return ERR_BAD_INPUT;
    }
    env_system_init(env, start_ms - since_ms);
    return ERR_OK;
}
