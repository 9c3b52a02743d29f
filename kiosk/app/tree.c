// What the tree socket asks for, done as a visitor would do it: by events of the platform.
#include "app/app.h"

static struct app *app_of(struct access_app *tree)
{
    return (struct app *)(void *)tree;
}

static const struct draw_list *tree_list(struct access_app *tree)
{
    return &app_of(tree)->list;
}

static struct str tree_screen(struct access_app *tree)
{
    return str_from_z(stage_screen(&app_of(tree)->stage));
}

static int64_t tree_frame(struct access_app *tree)
{
    return app_of(tree)->frame_count;
}

static bool tree_is_settled(struct access_app *tree)
{
    struct app *a = app_of(tree);
    return !a->owes_frame && !stage_is_waiting(&a->stage) && platform_is_quiet(a->platform);
}

static int64_t tree_guard_ms(struct access_app *tree, int x, int y)
{
    struct app *a = app_of(tree);
    return ui_wait_ms(&a->stage.ui, x, y, env_mono_ms(&a->env.env));
}

static void tree_tap(struct access_app *tree, int x, int y)
{
    platform_post_tap(app_of(tree)->platform, x, y);
}

static void tree_type(struct access_app *tree, struct str text)
{
    platform_post_text(app_of(tree)->platform, text);
}

static void tree_scan(struct access_app *tree, struct str text)
{
    platform_post_scan(app_of(tree)->platform, text);
}

static bool tree_key(struct access_app *tree, struct str name)
{
    enum platform_key key = platform_key_named(name);
    if (key == PLATFORM_KEY_NONE) return false;
    platform_post_key(app_of(tree)->platform, key);
    return true;
}

static bool tree_back(struct access_app *tree)
{
    struct app *a = app_of(tree);
    if (a->stage.depth <= 1) return false;
    platform_post_key(a->platform, PLATFORM_KEY_ESCAPE);
    return true;
}

static enum err tree_shot(struct access_app *tree, const char *path)
{
    return platform_shot(app_of(tree)->platform, path);
}

static void tree_wake(struct access_app *tree)
{
    platform_wake(app_of(tree)->platform);
}

void app_tree_init(struct app *a)
{
    static const struct access_app_ops ops = {
        .list = tree_list,
        .screen = tree_screen,
        .frame = tree_frame,
        .is_settled = tree_is_settled,
        .guard_ms = tree_guard_ms,
        .tap = tree_tap,
        .type = tree_type,
        .scan = tree_scan,
        .key = tree_key,
        .back = tree_back,
        .shot = tree_shot,
        .wake = tree_wake,
    };
    a->tree.ops = &ops;
}
