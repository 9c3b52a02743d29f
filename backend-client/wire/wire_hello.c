#include "wire/wire_hello.h"

#include "wire/wire_feed.h"

#define WAIT_S_MAX   50
#define SPREAD_S_MAX 3600

enum err wire_hello_write(const struct wire_hello *hello, struct buf *out)
{
    struct json_writer w;
    json_write_begin(&w, out);
    json_write_object(&w, NULL);
    json_write_id(&w, "inc_id", &hello->inc.id);
    json_write_text(&w, "app", hello->app);
    json_write_id(&w, "gen", &hello->gen);
    json_write_int(&w, "op_seq", hello->op_seq);
    json_write_object(&w, "pos");
    for (int s = 0; s < FEED_STREAMS; s++) {
        json_write_int(&w, wire_stream_letter((enum feed_stream)s), hello->position.seq[s]);
    }
    json_write_object_end(&w);
    json_write_int(&w, "heard", hello->heard);
    json_write_int(&w, "unsent", hello->unsent);
    json_write_int(&w, "content", hello->content);
    json_write_object(&w, "clock");
    json_write_int(&w, "wall_ms", hello->wall_ms);
    json_write_text(&w, "trust", str_from_z(op_trust_code(hello->trust)));
    json_write_object_end(&w);
    json_write_object_end(&w);
    return json_write_end(&w);
}

enum err wire_hello_parse(struct json_value *document, struct arena *a, struct wire_hello *out,
                          struct json_mistake *mistake)
{
    struct json_reader r;
    struct json_reader inner;
    *out = (struct wire_hello){0};
    json_read(&r, document, mistake);
    out->inc.id = json_get_id(&r, "inc_id");
    out->app = str_copy(a, json_get_text(&r, "app", 0, WIRE_APP_BYTES_MAX));
    if (json_has(&r, "gen")) out->gen = json_get_id(&r, "gen");
    out->op_seq = json_get_int(&r, "op_seq", 0, JSON_INT_MAX);
    json_get_object(&r, "pos", &inner);
    for (int s = 0; s < FEED_STREAMS; s++) {
        out->position.seq[s] =
            json_get_int(&inner, wire_stream_letter((enum feed_stream)s), 0, JSON_INT_MAX);
    }
    out->heard = json_get_int(&r, "heard", 0, JSON_INT_MAX);
    out->unsent = json_get_int(&r, "unsent", 0, JSON_INT_MAX);
    out->content = json_get_int(&r, "content", 0, JSON_INT_MAX);
    json_get_object(&r, "clock", &inner);
    out->wall_ms = json_get_int(&inner, "wall_ms", -JSON_INT_MAX, JSON_INT_MAX);
    if (!op_trust_parse(json_get_text(&inner, "trust", 1, 16), &out->trust) && !mistake->reason)
        *mistake = (struct json_mistake){"trust", "not a known word"};
    return json_mistake_err(mistake);
}

enum err wire_hello_reply_write(const struct wire_hello_reply *reply, struct buf *out)
{
    struct json_writer w;
    json_write_begin(&w, out);
    json_write_object(&w, NULL);
    json_write_id(&w, "gen", &reply->gen);
    json_write_text(&w, "site", site_code_str(&reply->site));
    json_write_text(&w, "letter", (struct str){&reply->letter, reply->letter ? 1 : 0});
    json_write_int(&w, "acked", reply->acked);
    json_write_int(&w, "safe", reply->safe);
    json_write_int(&w, "now_ms", reply->now_ms);
    json_write_object(&w, "poll");
    json_write_int(&w, "wait_s", reply->wait_s);
    json_write_int(&w, "spread_s", reply->spread_s);
    json_write_object_end(&w);
    if (reply->wants_report) json_write_bool(&w, "report", true);
    json_write_object_end(&w);
    return json_write_end(&w);
}

static struct site_code read_site(struct json_reader *r)
{
    struct site_code site = {0};
    struct str code = json_get_text(r, "site", SITE_CODE_DIGITS, SITE_CODE_DIGITS);
    if (!site_code_parse(code, &site) && !r->mistake->reason)
        *r->mistake = (struct json_mistake){"site", "not a site code"};
    return site;
}

enum err wire_hello_reply_parse(struct json_value *document, struct wire_hello_reply *out,
                                struct json_mistake *mistake)
{
    struct json_reader r;
    struct json_reader poll;
    *out = (struct wire_hello_reply){0};
    json_read(&r, document, mistake);
    out->gen = json_get_id(&r, "gen");
    out->site = read_site(&r);
    struct str letter = json_get_text(&r, "letter", 0, 1);
    out->letter = letter.len == 1 ? letter.ptr[0] : '\0';
    if (out->letter != '\0' && (out->letter < 'A' || out->letter > 'Z') && !mistake->reason)
        *mistake = (struct json_mistake){"letter", "not a capital letter"};
    out->acked = json_get_int(&r, "acked", 0, JSON_INT_MAX);
    out->safe = json_get_int(&r, "safe", 0, JSON_INT_MAX);
    out->now_ms = json_get_int(&r, "now_ms", 0, JSON_INT_MAX);
    json_get_object(&r, "poll", &poll);
    out->wait_s = json_get_int(&poll, "wait_s", 0, WAIT_S_MAX);
    out->spread_s = json_get_int(&poll, "spread_s", 0, SPREAD_S_MAX);
    if (json_has(&r, "report")) out->wants_report = json_get_bool(&r, "report");
    return json_mistake_err(mistake);
}

enum err wire_enrol_write(const struct wire_enrol *enrol, struct buf *out)
{
    struct json_writer w;
    json_write_begin(&w, out);
    json_write_object(&w, NULL);
    json_write_text(&w, "sign_pk", enrol->sign_key);
    json_write_text(&w, "model", enrol->model);
    json_write_text(&w, "app", enrol->app);
    json_write_id(&w, "inc_id", &enrol->inc.id);
    if (enrol->is_display) json_write_text(&w, "role", STR("display"));
    json_write_object_end(&w);
    return json_write_end(&w);
}

static struct str read_key(struct json_reader *r, const char *member, struct arena *a)
{
    unsigned char bytes[WIRE_KEY_HEX_BYTES / 2];
    char *hex = arena_array(a, char, WIRE_KEY_HEX_BYTES + 1);
    json_get_bytes(r, member, bytes, sizeof(bytes));
    if (!r->mistake->reason) hex_from_bytes(bytes, sizeof(bytes), hex);
    return (struct str){hex, r->mistake->reason ? 0 : WIRE_KEY_HEX_BYTES};
}

enum err wire_enrol_parse(struct json_value *document, struct arena *a, struct wire_enrol *out,
                          struct json_mistake *mistake)
{
    struct json_reader r;
    *out = (struct wire_enrol){0};
    json_read(&r, document, mistake);
    out->sign_key = read_key(&r, "sign_pk", a);
    out->model = str_copy(a, json_get_text(&r, "model", 0, WIRE_MODEL_BYTES_MAX));
    out->app = str_copy(a, json_get_text(&r, "app", 0, WIRE_APP_BYTES_MAX));
    out->inc.id = json_get_id(&r, "inc_id");
    static const char *const roles[] = {"desk", "display"};
    if (json_has(&r, "role")) out->is_display = json_get_choice(&r, "role", roles, 2) == 1;
    return json_mistake_err(mistake);
}

enum err wire_enrol_reply_write(const struct wire_enrol_reply *reply, struct buf *out)
{
    struct json_writer w;
    json_write_begin(&w, out);
    json_write_object(&w, NULL);
    json_write_text(&w, "device_code", reply->device_code);
    json_write_text(&w, "user_code", reply->user_code);
    json_write_int(&w, "expires_in", reply->expires_s);
    json_write_int(&w, "interval", reply->interval_s);
    json_write_object_end(&w);
    return json_write_end(&w);
}

enum err wire_enrol_reply_parse(struct json_value *document, struct arena *a,
                                struct wire_enrol_reply *out, struct json_mistake *mistake)
{
    struct json_reader r;
    *out = (struct wire_enrol_reply){0};
    json_read(&r, document, mistake);
    out->device_code = read_key(&r, "device_code", a);
    out->user_code =
        str_copy(a, json_get_text(&r, "user_code", WIRE_USER_CODE_BYTES, WIRE_USER_CODE_BYTES));
    out->expires_s = json_get_int(&r, "expires_in", 1, 3600);
    out->interval_s = json_get_int(&r, "interval", 0, 60);
    return json_mistake_err(mistake);
}

enum err wire_enrol_poll_write(struct str device_code, struct buf *out)
{
    struct json_writer w;
    json_write_begin(&w, out);
    json_write_object(&w, NULL);
    json_write_text(&w, "device_code", device_code);
    json_write_object_end(&w);
    return json_write_end(&w);
}

enum err wire_enrol_poll_parse(struct json_value *document, struct arena *a,
                               struct str *device_code, struct json_mistake *mistake)
{
    struct json_reader r;
    json_read(&r, document, mistake);
    *device_code = read_key(&r, "device_code", a);
    return json_mistake_err(mistake);
}

enum err wire_enrolled_write(const struct wire_enrolled *enrolled, struct buf *out)
{
    struct json_writer w;
    json_write_begin(&w, out);
    json_write_object(&w, NULL);
    json_write_text(&w, "state", enrolled->is_pending ? STR("pending") : STR("enrolled"));
    if (!enrolled->is_pending) {
        json_write_id(&w, "kiosk", &enrolled->kiosk);
        json_write_text(&w, "site", site_code_str(&enrolled->site));
    }
    json_write_object_end(&w);
    return json_write_end(&w);
}

enum err wire_enrolled_parse(struct json_value *document, struct wire_enrolled *out,
                             struct json_mistake *mistake)
{
    static const char *const states[] = {"pending", "enrolled"};
    struct json_reader r;
    *out = (struct wire_enrolled){0};
    json_read(&r, document, mistake);
    out->is_pending = json_get_choice(&r, "state", states, 2) == 0;
    if (!out->is_pending) {
        out->kiosk = json_get_id(&r, "kiosk");
        out->site = read_site(&r);
    }
    return json_mistake_err(mistake);
}
