#include "app/settings.h"

#include "base/log.h"

#include <unistd.h>

#define NOTO             "/usr/share/fonts/opentype/noto/NotoSansCJK-"
#define WINDOW_WIDTH_PX  1080
#define WINDOW_HEIGHT_PX 1920
#define DIAGONAL_IN_MIN  10
#define DIAGONAL_IN_MAX  99

enum key {
#define SETTING(id, section, name, type, fallback, min, max) KEY_##id,
#include "app/settings.def"
#undef SETTING
    KEY_COUNT
};

static const struct conf_key keys[KEY_COUNT] = {
#define SETTING(id, section, name, type, fallback, min, max) \
    [KEY_##id] = {section, name, CONF_##type, fallback, min, max},
#include "app/settings.def"
#undef SETTING
};

static enum err wrong(const char *what)
{
    log_error("configuration: %s", what);
    return ERR_BAD_INPUT;
}

static const char *text_or_null(const struct conf *c, enum key key)
{
    const char *text = conf_text(c, key);
    return text[0] ? text : NULL;
}

// The assets of the installation where there is one, else those the program was built with.
static const char *assets_of(const struct conf *c)
{
    if (conf_is_given(c, KEY_ASSETS)) return conf_text(c, KEY_ASSETS);
    return access(LY_ASSETS_INSTALLED "/icons", R_OK) == 0 ? LY_ASSETS_INSTALLED : LY_ASSETS_BUILT;
}

// Inches with at most one decimal, as they stand on a panel's data sheet: 21.5.
static bool parse_inches(struct str text, double *inches)
{
    struct str rest = text;
    int64_t whole = 0;
    int64_t tenth = 0;
    struct str before = str_cut(&rest, '.');
    if (!str_to_int(before, DIAGONAL_IN_MIN, DIAGONAL_IN_MAX, &whole)) return false;
    if (rest.ptr && (rest.len != 1 || !str_to_int(rest, 0, 9, &tenth))) return false;
    *inches = (double)whole + (double)tenth / 10;
    return true;
}

static enum err read_panel(struct settings *s)
{
    const struct conf *c = &s->conf;
    if (!parse_inches(str_from_z(conf_text(c, KEY_DIAGONAL)), &s->panel.diagonal_in)) {
        return wrong("[panel] diagonal_in: a length in inches such as 21.5");
    }
    s->panel.view_mm = (int)conf_int(c, KEY_VIEW);
    s->panel.mount_bottom_mm = (int)conf_int(c, KEY_MOUNT);
    int64_t width_px = conf_int(c, KEY_WIDTH);
    int64_t height_px = conf_int(c, KEY_HEIGHT);
    bool fullscreen = conf_bool(c, KEY_FULLSCREEN);
    if (fullscreen != (width_px == 0 && height_px == 0)) {
        return wrong("[panel] a window needs width and height, fullscreen takes the display's");
    }
    if (!fullscreen && (width_px < PLATFORM_SIDE_PX_MIN || height_px < PLATFORM_SIDE_PX_MIN)) {
        return wrong("[panel] width and height: a window has 320 pixels or more a side");
    }
    int64_t degrees = conf_int(c, KEY_ROTATE);
    if (degrees % 90 != 0) return wrong("[panel] rotate: 0, 90, 180 or 270");
    s->platform = (struct platform_options){
        .title = "Lvyue",
        .width_px = fullscreen ? WINDOW_WIDTH_PX : (int)width_px,
        .height_px = fullscreen ? WINDOW_HEIGHT_PX : (int)height_px,
        .fullscreen = fullscreen,
        .turn = (enum platform_turn)(degrees / 90),
        .assets = assets_of(c),
        .font_medium = conf_text(c, KEY_FONT_MEDIUM),
        .font_bold = conf_text(c, KEY_FONT_BOLD),
        .font_fallback = text_or_null(c, KEY_FONT_RARE),
    };
    return ERR_OK;
}

// Plain http never leaves this machine: what visitors leave is sealed, but not what is told of it.
static bool is_safe_url(struct str url)
{
    static const char *const own[] = {"127.0.0.1", "localhost", "[::1]"};
    int64_t port = 0;
    if (str_starts(url, STR("https://"))) return true;
    if (!str_starts(url, STR("http://"))) return false;
    struct str rest = str_sub(url, 7, url.len);
    struct str host = str_cut(&rest, '/');
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
        struct str name = str_from_z(own[i]);
        if (!str_starts(host, name)) continue;
        struct str after = str_sub(host, name.len, host.len);
        if (after.len == 0) return true;
        return after.ptr[0] == ':' && str_to_int(str_sub(after, 1, after.len), 1, 65535, &port);
    }
    return false;
}

static enum err read_rest(struct settings *s)
{
    const struct conf *c = &s->conf;
    s->keeper = (struct keeper_config){
        .data_dir = conf_text(c, KEY_DATA),
        .spool_dir = text_or_null(c, KEY_SPOOL),
        .centre_url = conf_text(c, KEY_URL),
        .ca_file = text_or_null(c, KEY_CA_FILE),
        .pin_key = text_or_null(c, KEY_PIN_KEY),
        .seed_spread_ms = conf_int(c, KEY_SPREAD) * 1000,
    };
    if (!is_safe_url(str_from_z(s->keeper.centre_url)))
        return wrong("[centre] url: https, or http to this very machine");
    s->printer = conf_text(c, KEY_PRINTER);
    s->allows_tree = conf_bool(c, KEY_TREE);
    struct str folders[] = {str_from_z(conf_text(c, KEY_DATA)),
                            str_from_z(conf_text(c, KEY_SPOOL))};
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        if (folders[i].len > SETTINGS_PATH_BYTES_MAX)
            return wrong("[kiosk] a folder's name is too long");
    }
    return ERR_OK;
}

enum err settings_load(struct settings *s, const char *path)
{
    *s = (struct settings){0};
    enum err e = conf_load(&s->conf, path, keys, KEY_COUNT);
    if (!e) e = read_rest(s);
    if (!e) e = read_panel(s);
    struct conf_demo_keys clock = {KEY_DEMO, KEY_START, KEY_SINCE};
    if (!e) e = conf_demo_offset(&s->conf, clock, &s->demo_offset_ms);
    return e;
}

void settings_deinit(struct settings *s)
{
    conf_deinit(&s->conf);
    *s = (struct settings){0};
}
