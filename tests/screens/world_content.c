#include "screens/world_content.h"

#include "release/article.h"
#include "release/release.h"
#include "release/statute.h"
#include "screens/world.h"

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define STATUTE_ARTICLES 60
#define CHAPTER_ARTICLES 12

void world_remove_dir(const char *dir)
{
    char rm[] = "rm", flag[] = "-rf", path[64];
    snprintf(path, sizeof(path), "%s", dir);
    char *argv[] = {rm, flag, path, NULL};
    pid_t pid = 0;
    assert_int_equal(posix_spawnp(&pid, rm, NULL, NULL, argv, environ), 0);
    waitpid(pid, NULL, 0);
}

static const char *const numerals[] = {"零", "一", "二", "三", "四", "五",
                                       "六", "七", "八", "九", "十"};

static struct str han_number(struct arena *a, int n)
{
    if (n <= 10) return str_from_z(numerals[n]);
    const char *ones = n % 10 ? numerals[n % 10] : "";
    return str_printf(a, "%s十%s", n < 20 ? "" : numerals[n / 10], ones);
}

static struct str statute_source(struct arena *a, const char *title)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_addf(&b,
             "# %s\n\n2025年12月27日 第十四届全国人民代表大会常务委员会通过\n\n<!-- INFO END -->\n",
             title);
    for (int i = 1; i <= STATUTE_ARTICLES; i++) {
        if (i % CHAPTER_ARTICLES == 1) {
            struct str n = han_number(a, i / CHAPTER_ARTICLES + 1);
            buf_addf(&b, "\n## 第%.*s章 劳动合同的履行和变更\n", STR_ARG(n));
        }
        struct str n = han_number(a, i);
        buf_addf(
            &b,
            "\n第%.*s条 用人单位应当按照劳动合同约定和国家规定，向劳动者及时足额支付劳动报酬。\n\n",
            STR_ARG(n));
        buf_addf(
            &b,
            "用人单位拖欠或者未足额支付劳动报酬的，劳动者可以依法向当地人民法院申请支付令，人民法院应当依法发出支付令。\n");
    }
    struct str out = str_copy(a, buf_str(&b));
    buf_deinit(&b);
    return out;
}

static void add_statute(struct release_draft *draft, struct arena *a, const char *path,
                        const char *title)
{
    struct content_doc doc;
    struct content_mistake mistake = {0};
    if (!statute_parse(a, str_from_z(path), statute_source(a, title), &doc, &mistake)) {
        fail_msg("%s: %s in line %d", path, content_fault_text(mistake.fault), mistake.line);
    }
    assert_int_equal(release_draft_add(draft, str_from_z(path), &doc), ERR_OK);
}

static void add_article(struct release_draft *draft, struct arena *a, const char *path,
                        const char *source)
{
    struct content_doc doc;
    struct content_mistake mistake = {0};
    assert_true(article_parse(a, str_from_z(source), WORLD_TODAY, &doc, &mistake));
    assert_int_equal(release_draft_add(draft, str_from_z(path), &doc), ERR_OK);
}

void world_content(struct world *w)
{
    struct fs fs;
    struct release_draft draft;
    struct arena a;
    fs_system_init(&fs);
    arena_init(&a, 64u << 20);
    snprintf(w->content_dir, sizeof(w->content_dir), "./screens-XXXXXX");
    assert_non_null(mkdtemp(w->content_dir));
    assert_int_equal(release_draft_init(&draft, &fs, w->content_dir), ERR_OK);
    add_statute(&draft, &a, "社会法/劳动合同法(2025-12-27).md", "中华人民共和国劳动合同法");
    add_statute(&draft, &a, "民法商法/个人独资企业法(2025-12-27).md",
                "中华人民共和国个人独资企业和合伙企业登记管理若干问题的规定");
    add_article(
        &draft, &a, "guides/legal-aid.md",
        "# 请不起律师，怎么申请法律援助\n\n> 栏目：办事指南\n\n法律援助是国家出钱，派律师帮您，一分钱不收。\n\n"
        "## 要等几天\n\n收到申请后 7 天内答复。\n\n## 到哪里办\n\n到司法局的法律援助中心。\n");
    add_article(
        &draft, &a, "articles/iou.md",
        "# 借条怎么写才管用\n\n> 栏目：普法\n\n写清借多少、什么时候还，签上名字按上手印。\n");
    struct manifest m;
    struct crypt_hash hash;
    bool changed = false;
    struct release_terms terms = {STR("0.1"), w->civil_ms, NULL};
    assert_int_equal(release_draft_finish(&draft, &terms, &m, &hash, &changed), ERR_OK);
    release_draft_deinit(&draft);
    struct str current = str_printf(&a, "%s/current", w->content_dir);
    struct str hex = str_printf(&a, "%.*s\n", STR_ARG(crypt_hash_str(&a, &hash)));
    assert_int_equal(fs_write(&fs, current.ptr, 0, hex, 0644), ERR_OK);
    w->status.content_version = 1;
    arena_deinit(&a);
}
