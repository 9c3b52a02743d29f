// What the configuration file says, checked and in the form the parts want. deploy/kiosk.conf.example
// explains every key.
#ifndef APP_SETTINGS_H
#define APP_SETTINGS_H

#include "base/conf.h"
#include "base/env.h"
#include "keeper/keeper.h"
#include "platform/platform.h"
#include "ui/theme.h"

#define SETTINGS_PATH_BYTES_MAX 150 // of a folder

struct settings {
    struct conf conf;                 // the texts below live in it
    struct keeper_config keeper;      // without the spool's folder where the file names none
    struct platform_options platform; // a panel of 0 pixels: the display's
    struct panel panel;               // without its pixels, which the window decides
    const char *printer;
    bool allows_tree;
    int64_t demo_offset_ms; // of the civil clock
};

// Logs every mistake. ERR_NOT_FOUND without a file, ERR_BAD_INPUT where it does not hold together. To
// be let go in every case.
MUST_USE enum err settings_load(struct settings *s, const char *path);
void settings_deinit(struct settings *s);

#endif
