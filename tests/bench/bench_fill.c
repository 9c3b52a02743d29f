// A county to measure with: sites, a roster that fills the second week of sales, kiosks. All of it
// goes through the store's own operations in this process, because ten thousand enrolments by hand
// are not what is measured. What the kiosks must remember is left in DIR/kiosks.
#include "bench.h"

#include <stdio.h>

#define COUNTY         "141182"
#define FIRST_DAY      8 // from today: seats of the first week would be handed to kiosks
#define DAY_COUNT      7
#define SITTINGS_A_DAY 2
#define MORNING        (8 * 60)
#define AFTERNOON      (13 * 60)
#define SEATS          SITTING_SEATS_MAX
#define SEAT_MINUTES   5
#define RARE_SEATS     5
#define KIOSKS_AT_ONCE 64 // of one transaction
#define DESKS_AT_SITE  25 // the rest are displays: a site has 26 letters

struct filling {
    struct bench *b;
    struct store *store;
    int site_count;
    struct crypt_key_pair *pairs;
    FILE *out;
};

static struct site_code site_of(int index)
{
    struct site_code code;
    char text[24];
    snprintf(text, sizeof(text), COUNTY "%03d", index);
    CHECK(site_code_parse(str_from_z(text), &code));
    return code;
}

static struct roster_rule rule_of(int site, struct counsellor_id who, int day, int start_minute)
{
    return (struct roster_rule){.kind = ROSTER_ONCE,
                                .site = site_of(site),
                                .counsellor = who,
                                .from_day = day,
                                .to_day = day,
                                .start_minute = start_minute,
                                .end_minute = start_minute + SEATS * SEAT_MINUTES,
                                .seat_minutes = SEAT_MINUTES,
                                .seat_count = SEATS,
                                .topics = TOPICS_ALL};
}

static enum err fill_county(struct store *s, void *context)
{
    struct filling *f = context;
    struct arena *a = f->b->arena;
    struct site *sites = arena_array(a, struct site, (size_t)f->site_count);
    struct counsellor *counsellors = arena_array(a, struct counsellor, (size_t)f->site_count);
    size_t rule_max = (size_t)f->site_count * DAY_COUNT * SITTINGS_A_DAY;
    struct roster_rule *rules = arena_array(a, struct roster_rule, rule_max);
    struct store_roster roster = {counsellors, f->site_count, rules, 0};
    struct store_import import = {0};
    int first = date_day_from_ms(env_now_ms(f->b->env)) + FIRST_DAY;
    for (int i = 0; i < f->site_count; i++) {
        struct str name = str_printf(a, "站点%d", i);
        sites[i] = (struct site){.code = site_of(i), .name = name, .full_name = name};
        counsellors[i] =
            (struct counsellor){.name = str_printf(a, "律师%d", i), .kind = COUNSELLOR_ATTORNEY};
        counsellors[i].id = store_counsellor_id(counsellors[i].name, counsellors[i].kind);
        for (int n = 0; n < DAY_COUNT * SITTINGS_A_DAY; n++) {
            int start_minute = n % SITTINGS_A_DAY ? AFTERNOON : MORNING;
            rules[roster.rule_count++] =
                rule_of(i, counsellors[i].id, first + n / SITTINGS_A_DAY, start_minute);
        }
    }
    rules[0].seat_count = RARE_SEATS;
    enum err e = store_sites_import(s, sites, f->site_count, STR("bench"), &import);
    if (!e && import.refused) e = ERR_BAD_INPUT;
    if (!e) e = store_roster_replace(s, &roster, STR("bench"), &import);
    return !e && import.refused ? ERR_BAD_INPUT : e;
}

static enum err enrol(struct filling *f, int index)
{
    struct crypt_key_pair pair = crypt_key_pair_new(f->b->env);
    bool is_desk = index / f->site_count < DESKS_AT_SITE;
    struct store_enrol_ask ask = {pair.public_key,
                                  STR("bench"),
                                  {id_new(f->b->env)},
                                  is_desk ? STORE_ROLE_DESK : STORE_ROLE_DISPLAY};
    struct store_enrol_codes codes;
    struct store_enrolled told;
    enum store_enrol answer;
    char seed[2 * CRYPT_SEED_BYTES + 1];
    unsigned char bytes[CRYPT_SEED_BYTES];
    enum err e = store_enrol_start(f->store, &ask, &codes, &answer);
    if (!e)
        e = store_enrol_approve(f->store, str_from_z(codes.user_code),
                                site_of(index % f->site_count), STR("bench"), &told);
    if (e || told.answer != STORE_ENROL_OK) return e ? e : ERR_BAD_INPUT;
    crypt_key_pair_seed(&pair, bytes);
    hex_from_bytes(bytes, sizeof(bytes), seed);
    fprintf(f->out, "%s %s %s %s\n", told.kiosk.hex, ask.inc.id.hex, seed, told.site.z);
    return ERR_OK;
}

void bench_fill(struct bench *b)
{
    struct arena memory;
    struct filling f = {.b = b, .site_count = (int)bench_int(b, "sites", 20)};
    int kiosk_count = (int)bench_int(b, "kiosks", 1000);
    struct data_path path = data_dir_join(&b->dir, "kiosks");
    bench_must(data_dir_make(&b->dir, STR(COUNTY)), "make");
    bench_must(data_dir_store_open(&b->dir, DB_WRITER, &memory, &f.store), "open");
    f.out = fopen(path.z, "w");
    if (!f.out) bench_fail(path.z);
    bench_must(store_transact(f.store, fill_county, &f), "county");
    for (int i = 0; i < kiosk_count;) {
        enum err e = store_begin(f.store);
        for (int n = 0; !e && n < KIOSKS_AT_ONCE && i < kiosk_count; n++) {
            e = enrol(&f, i++);
        }
        bench_must(store_commit(f.store, e), "kiosks");
    }
    fclose(f.out);
    data_dir_store_close(&memory, f.store);
    printf("{\"kiosks\":%d}\n", kiosk_count);
}
