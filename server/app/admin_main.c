// lvyue-admin COMMAND (--data DIR | --config FILE) …
#include "app/admin_content.h"
#include "app/admin_link.h"
#include "app/admin_move.h"
#include "app/admin_restore.h"
#include "app/settings.h"
#include "base/log.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define COUNTY "141182"

static const char usage[] =
    "usage: lvyue-admin COMMAND (--data DIR | --config FILE) [--json] ...\n"
    "  init [--county CODE]              make the data folder, its keys and its database\n"
    "  import-sites FILE                 code,name[,full_name,phone]\n"
    "  import-holidays FILE...           the State Council's notices, a year a file\n"
    "  import-roster FILE [--dry-run]    the whole roster of the county\n"
    "  import-laws FOLDER                statutes and cases (*.md), for the next release\n"
    "  publish [--articles FOLDER]       make, sign and put in force the next release\n"
    "  enrol CODE SITE                   take in the kiosk or display that shows CODE\n"
    "  kiosks                            site, letter, state, last seen, operations\n"
    "  suspend KIOSK                     it sells nothing until it is resumed\n"
    "  resume KIOSK\n"
    "  retire KIOSK                      write a kiosk off for good: it wipes what it has\n"
    "  bookings [--site CODE] [--day YYYY-MM-DD]\n"
    "  tasks [--site CODE]               whose visitor must be called\n"
    "  queue SITE                        who came today, and what became of them\n"
    "  call SITE [--desk DESK]           the next one, to the desk that is on\n"
    "  call-again SITE [--desk DESK]     once more; after three calls: missed\n"
    "  served SITE [--desk DESK]         the one who was called is done\n"
    "  missed SITE [--desk DESK]         did not come\n"
    "  call-back SITE NUMBER             one who was missed waits again\n"
    "  prefer SITE NUMBER                gives priority to a walk-in\n"
    "  check                             hold the data against its rules\n"
    "  backup FILE                       a verified copy of the database\n"
    "  backup-begin, backup-end          around a copy that PostgreSQL makes\n"
    "  restore [FILE] [--without-journal]  a stopped centre from a backup; kiosks tell the rest\n"
    "  move --to CONNINFO                a stopped centre's data to PostgreSQL\n"
    "  keys                              the public keys\n";

struct cli {
    const char *command;
    char *const *words; // behind the command
    int word_count;
    const char *data;
    const char *config;
    const char *county;
    const char *articles;
    const char *site;
    const char *day;
    const char *desk;
    const char *to;
    bool is_json;
    bool is_dry;
    bool without_journal;
    struct data_dir dir;
    int imported; // summed up over several files
    int refused;
    bool has_total;
    bool failed;
};

enum {
    OPTION_DATA = 256,
    OPTION_CONFIG,
    OPTION_COUNTY,
    OPTION_ARTICLES,
    OPTION_SITE,
    OPTION_DAY,
    OPTION_DESK,
    OPTION_TO,
    OPTION_JSON,
    OPTION_DRY_RUN,
    OPTION_WITHOUT_JOURNAL
};

static bool take_option(struct cli *cli, int option, const char *value)
{
    switch (option) {
    case OPTION_DATA: cli->data = value; return true;
    case OPTION_CONFIG: cli->config = value; return true;
    case OPTION_COUNTY: cli->county = value; return true;
    case OPTION_ARTICLES: cli->articles = value; return true;
    case OPTION_SITE: cli->site = value; return true;
    case OPTION_DAY: cli->day = value; return true;
    case OPTION_DESK: cli->desk = value; return true;
    case OPTION_TO: cli->to = value; return true;
    case OPTION_JSON: cli->is_json = true; return true;
    case OPTION_DRY_RUN: cli->is_dry = true; return true;
    case OPTION_WITHOUT_JOURNAL: cli->without_journal = true; return true;
    default: return false;
    }
}

static bool read_line(struct cli *cli, int argc, char **argv)
{
    static const struct option options[] = {
        {"data", required_argument, NULL, OPTION_DATA},
        {"config", required_argument, NULL, OPTION_CONFIG},
        {"county", required_argument, NULL, OPTION_COUNTY},
        {"articles", required_argument, NULL, OPTION_ARTICLES},
        {"site", required_argument, NULL, OPTION_SITE},
        {"day", required_argument, NULL, OPTION_DAY},
        {"desk", required_argument, NULL, OPTION_DESK},
        {"to", required_argument, NULL, OPTION_TO},
        {"json", no_argument, NULL, OPTION_JSON},
        {"dry-run", no_argument, NULL, OPTION_DRY_RUN},
        {"without-journal", no_argument, NULL, OPTION_WITHOUT_JOURNAL},
        {0}};
    for (;;) {
        // NOLINTNEXTLINE(concurrency-mt-unsafe): no thread has been started yet
        int got = getopt_long(argc, argv, "", options, NULL);
        if (got == -1) break;
        if (!take_option(cli, got, optarg)) return false;
    }
    if (optind >= argc || (cli->data == NULL) == (cli->config == NULL)) return false;
    cli->command = argv[optind];
    cli->words = &argv[optind + 1];
    cli->word_count = argc - optind - 1;
    return true;
}

// ---- What was answered

static void print_line(struct cli *cli, struct str line)
{
    struct json_value *document = NULL;
    struct json_mistake mistake = {0};
    struct json_reader r;
    if (json_parse(line, &document, NULL)) return;
    json_read(&r, document, &mistake);
    if (json_has(&r, "end")) {
        if (!json_get_bool(&r, "ok")) cli->failed = true;
    } else if (json_has(&r, "imported")) {
        cli->imported += (int)json_get_int(&r, "imported", 0, INT32_MAX);
        cli->refused += (int)json_get_int(&r, "refused", 0, INT32_MAX);
        cli->has_total = true;
    } else {
        struct str shown = cli->is_json ? line : json_get_text(&r, "text", 0, SIZE_MAX);
        printf("%.*s\n", STR_ARG(shown));
    }
    json_free(document);
}

static void print_total(const struct cli *cli)
{
    if (!cli->has_total) return;
    printf(cli->is_json ? "{\"imported\":%d,\"refused\":%d}\n" : "%d imported, %d refused\n",
           cli->imported, cli->refused);
}

static enum err ask(struct cli *cli, const struct admin_ask *question)
{
    struct buf lines;
    buf_init(&lines, ADMIN_REPLY_BYTES_MAX);
    enum err e = admin_link_run(&cli->dir, cli->command, question, &lines);
    struct str rest = buf_str(&lines);
    while (!e && rest.len > 0) {
        print_line(cli, str_cut(&rest, '\n'));
    }
    buf_deinit(&lines);
    return e;
}

// ---- Commands

static struct str name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return str_from_z(slash ? slash + 1 : path);
}

static enum err send_file(struct cli *cli, const char *path)
{
    struct buf bytes;
    struct admin_ask question = {
        .args = {[ADMIN_FILE] = name_of(path),
                 [ADMIN_DRY_RUN] = str_from_z(cli->is_dry ? "yes" : NULL)}};
    buf_init(&bytes, OFFICE_FILE_BYTES_MAX);
    enum err e = buf_read_file(&bytes, path);
    if (e == ERR_NOT_FOUND) log_error("%s: there is no such file", path);
    question.body = buf_str(&bytes);
    if (!e) e = ask(cli, &question);
    buf_deinit(&bytes);
    return e;
}

static enum err run_import(struct cli *cli)
{
    enum err e = ERR_OK;
    for (int i = 0; i < cli->word_count && !e; i++) {
        e = send_file(cli, cli->words[i]);
    }
    return e;
}

static enum err run_init(struct cli *cli)
{
    struct str county = str_from_z(cli->county ? cli->county : COUNTY);
    if (county.len != SITE_COUNTY_DIGITS || !str_is_digits(county)) {
        log_error("a county's code has six digits");
        return ERR_BAD_INPUT;
    }
    enum err e = data_dir_make(&cli->dir, county);
    if (e == ERR_BUSY) log_error("%s: another process has it open", cli->dir.path);
    if (e == ERR_CONFLICT) log_error("%s: there is a centre already", cli->dir.path);
    return e;
}

static void print_content(const struct cli *cli, const struct admin_content_told *told)
{
    printf(cli->is_json ? "{\"imported\":%d,\"refused\":%d}\n" : "%d imported, %d refused\n",
           told->imported, told->refused);
}

static enum err run_import_laws(struct cli *cli)
{
    struct admin_content_told told;
    struct admin_content c = {&cli->dir, cli->is_json};
    enum err e = admin_import_laws(&c, cli->words[0], &told);
    if (told.refused > 0) cli->failed = true;
    if (e) told.imported = 0; // the stock of before stands
    // The last line is that of every import, also where it broke off; scripts read it.
    if (cli->is_json) {
        printf("{\"imported\":%d,\"refused\":%d,\"articles\":%lld}\n", told.imported, told.refused,
               (long long)told.articles);
    } else {
        printf("%lld articles\n%d imported, %d refused\n", (long long)told.articles, told.imported,
               told.refused);
    }
    return e;
}

static enum err run_publish(struct cli *cli)
{
    struct admin_content_told told;
    struct admin_content c = {&cli->dir, cli->is_json};
    struct admin_ask question = {0};
    enum err e = admin_publish(&c, cli->articles, &told);
    if (told.refused > 0) {
        print_content(cli, &told);
        cli->failed = true;
        return e;
    }
    if (e) return e;
    cli->command = "release";
    return ask(cli, &question);
}

static enum err run_keys(struct cli *cli)
{
    struct admin_content c = {&cli->dir, cli->is_json};
    return admin_keys(&c);
}

static enum err run_enrol(struct cli *cli)
{
    struct admin_ask question = {
        .args = {
            [ADMIN_CODE] = str_from_z(cli->words[0]), [ADMIN_SITE] = str_from_z(cli->words[1])}};
    return ask(cli, &question);
}

static enum err run_on_kiosk(struct cli *cli)
{
    struct admin_ask question = {.args = {[ADMIN_KIOSK] = str_from_z(cli->words[0])}};
    return ask(cli, &question);
}

static enum err run_plain(struct cli *cli)
{
    struct admin_ask question = {
        .args = {[ADMIN_SITE] = str_from_z(cli->site), [ADMIN_DAY] = str_from_z(cli->day)}};
    return ask(cli, &question);
}

static enum err run_queue(struct cli *cli)
{
    struct admin_ask question = {
        .args = {[ADMIN_SITE] = str_from_z(cli->words[0]),
                 [ADMIN_TICKET] = str_from_z(cli->word_count > 1 ? cli->words[1] : NULL),
                 [ADMIN_DESK] = str_from_z(cli->desk)}};
    return ask(cli, &question);
}

// The server may stand in another folder than whoever asks.
static enum err run_backup(struct cli *cli)
{
    char here[ADMIN_ARG_BYTES_MAX];
    char whole[2 * ADMIN_ARG_BYTES_MAX];
    const char *path = cli->words[0];
    bool is_whole = path[0] == '/';
    if (!is_whole && !getcwd(here, sizeof(here))) {
        log_error("the name of this folder is too long");
        return ERR_TOO_BIG;
    }
    int len = is_whole ? snprintf(whole, sizeof(whole), "%s", path)
                       : snprintf(whole, sizeof(whole), "%s/%s", here, path);
    if (len < 0 || len > ADMIN_ARG_BYTES_MAX) {
        log_error("%s: too long", path);
        return ERR_TOO_BIG;
    }
    struct admin_ask question = {.args = {[ADMIN_FILE] = str_from_z(whole)}};
    return ask(cli, &question);
}

// A journal that another configuration left in the folder would be an older one.
static enum err run_restore(struct cli *cli)
{
    if (!cli->config) {
        log_error("restore needs --config FILE: it says where the journal lies");
        return ERR_BAD_INPUT;
    }
    struct admin_restore r = {.dir = &cli->dir,
                              .file = cli->word_count > 0 ? cli->words[0] : NULL,
                              .without_journal = cli->without_journal,
                              .is_json = cli->is_json};
    return admin_restore(&r);
}

static enum err run_move(struct cli *cli)
{
    if (!cli->to) {
        log_error("move needs --to CONNINFO");
        return ERR_BAD_INPUT;
    }
    return admin_move(&cli->dir, cli->to, cli->is_json);
}

static const struct {
    const char *name;
    enum err (*run)(struct cli *cli);
    int words_min;
    int words_max;
} commands[] = {
    {"init", run_init, 0, 0},
    {"import-sites", run_import, 1, 1},
    {"import-holidays", run_import, 1, 50},
    {"import-roster", run_import, 1, 1},
    {"import-laws", run_import_laws, 1, 1},
    {"publish", run_publish, 0, 0},
    {"enrol", run_enrol, 2, 2},
    {"kiosks", run_plain, 0, 0},
    {"suspend", run_on_kiosk, 1, 1},
    {"resume", run_on_kiosk, 1, 1},
    {"retire", run_on_kiosk, 1, 1},
    {"bookings", run_plain, 0, 0},
    {"queue", run_queue, 1, 1},
    {"call", run_queue, 1, 1},
    {"call-again", run_queue, 1, 1},
    {"served", run_queue, 1, 1},
    {"missed", run_queue, 1, 1},
    {"call-back", run_queue, 2, 2},
    {"prefer", run_queue, 2, 2},
    {"tasks", run_plain, 0, 0},
    {"check", run_plain, 0, 0},
    {"backup", run_backup, 1, 1},
    {"backup-begin", run_plain, 0, 0},
    {"backup-end", run_plain, 0, 0},
    {"restore", run_restore, 0, 1},
    {"move", run_move, 0, 0},
    {"keys", run_keys, 0, 0},
};

static enum err open_dir(struct cli *cli, struct env_system *env)
{
    struct conf conf = {0};
    enum err e = crypt_init();
    env_system_init(env, 0);
    if (!e && cli->config) e = settings_load(&conf, cli->config, env);
    if (!e && !cli->config) e = data_dir_init(&cli->dir, cli->data, "", "", &env->env);
    if (!e && cli->config) {
        e = data_dir_init(&cli->dir, conf_text(&conf, SETTING_DATA),
                          conf_text(&conf, SETTING_DATABASE), conf_text(&conf, SETTING_JOURNAL),
                          &env->env);
    }
    conf_deinit(&conf);
    return e;
}

static int run(struct cli *cli, enum err (*command)(struct cli *cli))
{
    struct env_system env;
    enum err e = open_dir(cli, &env);
    if (!e) e = command(cli);
    if (!e) print_total(cli);
    if (fflush(stdout) != 0) {
        log_error("the answer could not be printed: %s", log_errno());
        return 1;
    }
    return e || cli->failed ? 1 : 0;
}

int main(int argc, char **argv)
{
    struct cli cli = {0};
    if (read_line(&cli, argc, argv)) {
        for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
            if (strcmp(cli.command, commands[i].name) != 0) continue;
            if (cli.word_count < commands[i].words_min || cli.word_count > commands[i].words_max)
                break;
            return run(&cli, commands[i].run);
        }
    }
    fputs(usage, stderr);
    return 2;
}
