#include "net/net.h"

#include "base/log.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum err net_init(struct net *net, const struct net_config *config)
{
    *net = (struct net){.config = *config};
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        log_error("net: curl does not start");
        return ERR_NET;
    }
    net->multi = curl_multi_init();
    CHECK(net->multi);
    for (size_t i = 0; i < NET_REQUESTS_MAX; i++) {
        net->slots[i].generation = 1;
    }
    return ERR_OK;
}

// Back to idle, whatever it was; older tokens of the slot name nothing any more.
static void recycle(struct net *net, struct net_slot *slot)
{
    if (slot->easy) {
        curl_multi_remove_handle(net->multi, slot->easy);
        curl_easy_cleanup(slot->easy);
    }
    curl_slist_free_all(slot->fields);
    buf_deinit(&slot->body);
    buf_deinit(&slot->head);
    uint32_t generation = slot->generation + 1;
    *slot = (struct net_slot){.generation = generation ? generation : 1};
}

void net_deinit(struct net *net)
{
    if (!net->multi) return;
    for (size_t i = 0; i < NET_REQUESTS_MAX; i++) {
        recycle(net, &net->slots[i]);
    }
    curl_multi_cleanup(net->multi);
    curl_global_cleanup();
    *net = (struct net){0};
}

// Anything but the count given ends the request.
static size_t take_body(char *bytes, size_t size, size_t count, void *context)
{
    struct net_slot *slot = context;
    size_t len = size * count;
    struct str piece = {bytes, len};
    if (len > slot->body_bytes_max - slot->body_bytes) {
        slot->err = ERR_TOO_BIG;
        return 0;
    }
    slot->body_bytes += len;
    if (slot->sink) {
        slot->err = slot->sink(slot->sink_context, piece);
    } else {
        buf_add(&slot->body, piece);
    }
    return slot->err ? 0 : len;
}

static size_t take_head(char *bytes, size_t size, size_t count, void *context)
{
    struct net_slot *slot = context;
    struct str line = {bytes, size * count};
    if (str_starts(line, STR("HTTP/"))) buf_clear(&slot->head); // after a 100
    buf_add(&slot->head, line);
    if (buf_err(&slot->head) == ERR_OK) return line.len;
    slot->err = ERR_TOO_BIG;
    return 0;
}

static enum err add_field(struct net_slot *slot, const struct net_field *field)
{
    char line[NET_FIELD_BYTES_MAX];
    for (size_t i = 0; i < field->value.len; i++) {
        if (field->value.ptr[i] == '\r' || field->value.ptr[i] == '\n') return ERR_BAD_INPUT;
    }
    int len = snprintf(line, sizeof(line), "%s: %.*s", field->name, STR_ARG(field->value));
    if (len < 0 || (size_t)len >= sizeof(line)) return ERR_TOO_BIG;
    struct curl_slist *longer = curl_slist_append(slot->fields, line);
    CHECK(longer);
    slot->fields = longer;
    return ERR_OK;
}

static enum err add_fields(struct net_slot *slot, const struct net_request *request)
{
    CHECK(request->field_count <= NET_FIELDS_MAX);
    enum err e = ERR_OK;
    for (int i = 0; i < request->field_count && !e; i++) {
        e = add_field(slot, &request->fields[i]);
    }
    // curl would wait for a "100 Continue" before larger bodies.
    struct curl_slist *longer = curl_slist_append(slot->fields, "Expect:");
    CHECK(longer);
    slot->fields = longer;
    return e;
}

// What a peer, the environment or a configuration file must not change.
static void set_bounds(CURL *easy, const struct net_config *config, int deadline_ms)
{
    int connect_ms = deadline_ms < NET_CONNECT_MS_MAX ? deadline_ms : NET_CONNECT_MS_MAX;
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)deadline_ms);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)connect_ms);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT,
                     1L); // does not wait for a name that is being looked up
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    if (config->ca_file) curl_easy_setopt(easy, CURLOPT_CAINFO, config->ca_file);
    if (config->pinned_keys) curl_easy_setopt(easy, CURLOPT_PINNEDPUBLICKEY, config->pinned_keys);
}

static void set_request(struct net_slot *slot, const struct net_request *request)
{
    CURL *easy = slot->easy;
    curl_easy_setopt(easy, CURLOPT_URL, request->url);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L); // signatures cover the path as we wrote it
    if (request->socket_path)
        curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, request->socket_path);
    if (request->method == NET_POST) {
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.len);
        curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, request->body.ptr ? request->body.ptr : "");
    }
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, slot->fields);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "lvyue");
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, slot);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_head);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, slot);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, slot);
}

static struct net_slot *idle_slot(struct net *net)
{
    for (size_t i = 0; i < NET_REQUESTS_MAX; i++) {
        if (net->slots[i].state == NET_IDLE) return &net->slots[i];
    }
    return NULL;
}

static bool is_ours(const char *url)
{
    struct str s = str_from_z(url);
    return str_starts(s, STR("http://")) || str_starts(s, STR("https://"));
}

enum err net_start(struct net *net, const struct net_request *request, struct net_token *out)
{
    CHECK(request->deadline_ms > 0 && request->reply_bytes_max > 0);
    if (!is_ours(request->url)) {
        log_error("net: a URL is neither http nor https");
        return ERR_BAD_INPUT;
    }
    struct net_slot *slot = idle_slot(net);
    if (!slot) return ERR_BUSY;
    slot->easy = curl_easy_init();
    CHECK(slot->easy);
    slot->body_bytes_max = request->reply_bytes_max;
    slot->sink = request->sink;
    slot->sink_context = request->sink_context;
    buf_init(&slot->body, request->reply_bytes_max);
    buf_init(&slot->head, NET_HEAD_BYTES_MAX);
    enum err e = add_fields(slot, request);
    if (e) {
        log_error("net: a request field is not of the allowed form");
        recycle(net, slot);
        return e;
    }
    set_bounds(slot->easy, &net->config, request->deadline_ms);
    set_request(slot, request);
    slot->state = NET_RUNNING;
    CURLMcode rc = curl_multi_add_handle(net->multi, slot->easy);
    CHECK(rc == CURLM_OK);
    *out = (struct net_token){(uint32_t)(slot - net->slots), slot->generation};
    return ERR_OK;
}

void net_cancel(struct net *net, struct net_token token)
{
    CHECK(token.slot < NET_REQUESTS_MAX);
    struct net_slot *slot = &net->slots[token.slot];
    if (slot->generation == token.generation && slot->state == NET_RUNNING) recycle(net, slot);
}

void net_poll(struct net *net, int wait_ms)
{
    int running = 0;
    int before = 0;
    for (size_t i = 0; i < NET_REQUESTS_MAX; i++) {
        before += net->slots[i].state == NET_RUNNING;
    }
    CURLMcode rc = curl_multi_perform(net->multi, &running);
    // What has ended already is not kept waiting.
    if (rc == CURLM_OK && running == before) {
        rc = curl_multi_poll(net->multi, NULL, 0, wait_ms, NULL);
        if (rc == CURLM_OK) rc = curl_multi_perform(net->multi, &running);
    }
    if (rc != CURLM_OK) log_error("net: %s", curl_multi_strerror(rc));
}

void net_wakeup(struct net *net)
{
    curl_multi_wakeup(net->multi);
}

// The part of a URL that may stand in a log.
static int origin_bytes(const char *url)
{
    const char *host = strstr(url, "://");
    return (int)(host ? (size_t)(host + 3 - url) + strcspn(host + 3, "/?#@") : 0);
}

static enum err outcome(struct net_slot *slot, CURLcode code)
{
    if (slot->err) return slot->err;
    if (code == CURLE_OK) return ERR_OK;
    const char *url = NULL;
    curl_easy_getinfo(slot->easy, CURLINFO_EFFECTIVE_URL, &url);
    url = url ? url : "";
    log_warn("net: %.*s: %s", origin_bytes(url), url, curl_easy_strerror(code));
    return ERR_NET;
}

bool net_next_done(struct net *net, struct net_reply *out)
{
    for (size_t i = 0; i < NET_REQUESTS_MAX; i++) {
        if (net->slots[i].state == NET_DELIVERED) recycle(net, &net->slots[i]);
    }
    int left = 0;
    CURLMsg *message = curl_multi_info_read(net->multi, &left);
    if (!message || message->msg != CURLMSG_DONE) return false;
    struct net_slot *slot = NULL;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&slot);
    long status = 0;
    curl_easy_getinfo(message->easy_handle, CURLINFO_RESPONSE_CODE, &status);
    enum err e = outcome(slot, message->data.result);
    *out = (struct net_reply){.token = {(uint32_t)(slot - net->slots), slot->generation}, .err = e};
    if (!e) {
        out->status = (int)status;
        out->body = buf_str(&slot->body);
        out->head = buf_str(&slot->head);
    }
    slot->state = NET_DELIVERED;
    return true;
}

struct str net_reply_field(const struct net_reply *reply, const char *name)
{
    struct str rest = reply->head;
    while (rest.ptr) {
        struct str value = str_cut(&rest, '\n');
        struct str key = str_cut(&value, ':');
        if (!value.ptr || key.len != strlen(name)) continue;
        if (strncasecmp(key.ptr, name, key.len) == 0) return str_trim(value);
    }
    return (struct str){0};
}
