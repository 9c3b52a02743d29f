#include "app/settings.h"

#include "app/clock.h"
#include "base/log.h"
#include "http/http.h"

static const struct conf_key keys[SETTING_COUNT] = {
    {"server", "data", CONF_TEXT, NULL, 0, 0},
    {"server", "database", CONF_TEXT, "", 0, 0},
    {"server", "journal", CONF_TEXT, "", 0, 0},
    {"server", "port", CONF_INT, "8470", 0, 65535}, // 0: a free one
    {"server", "workers", CONF_INT, "2", 1, HTTP_WORKERS_MAX},
    {"server", "connections_max", CONF_INT, "4000", HTTP_WORKERS_MAX, HTTP_CONNECTIONS_MAX},
    CLOCK_CONF_KEYS,
};

enum err settings_load(struct conf *conf, const char *path, struct env_system *env)
{
    struct conf_demo_keys clock = {SETTING_DEMO, SETTING_START, SETTING_SINCE};
    enum err e = conf_load(conf, path, keys, SETTING_COUNT);
    if (e == ERR_NOT_FOUND) log_error("%s: there is no such file", path);
    return e ? e : clock_init(env, conf, clock);
}
