// The server's configuration file, which lvyue-admin reads too: both must have the same data folder
// and the same clock.
#ifndef APP_SETTINGS_H
#define APP_SETTINGS_H

#include "base/conf.h"
#include "base/env.h"

enum setting {
    SETTING_DATA,
    SETTING_DATABASE,
    SETTING_JOURNAL,
    SETTING_PORT,
    SETTING_WORKERS,
    SETTING_CONNECTIONS_MAX,
    SETTING_DEMO,
    SETTING_START,
    SETTING_SINCE,
    SETTING_COUNT
};

// The file's values, and the clock they ask for. To be given back with conf_deinit in every case.
MUST_USE enum err settings_load(struct conf *conf, const char *path, struct env_system *env);

#endif
