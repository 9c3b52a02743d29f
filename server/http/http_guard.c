#include "http/http_call.h"

#include <string.h>
#include <strings.h>

// RFC 9110 5.6.2: the bytes a field name is made of. A blank before the colon is not one.
static bool is_token(const char *name, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        char c = name[i];
        bool alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!alnum && (c == '\0' || !strchr("!#$%&'*+-.^_`|~", c))) return false;
    }
    return len > 0;
}

static bool is_value(const char *value, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)value[i];
        if ((c < ' ' && c != '\t') || c == 0x7f) return false;
    }
    return true;
}

static enum MHD_Result take_field(void *context, enum MHD_ValueKind kind, const char *name,
                                  size_t name_bytes, const char *value, size_t value_bytes)
{
    (void)kind;
    struct head *head = context;
    head->field_count++;
    if (!is_token(name, name_bytes) || !is_value(value, value_bytes)) head->is_bad = true;
    if (head->is_bad) return MHD_NO;
    if (strcasecmp(name, "Host") == 0) head->host_count++;
    if (strcasecmp(name, "Transfer-Encoding") == 0) head->is_bad = true;
    if (strcasecmp(name, "Content-Length") == 0) {
        head->length_count++;
        head->length = (struct str){value, value_bytes};
    }
    return MHD_YES;
}

static bool method_of(const char *name, struct request *request)
{
    request->method = strcmp(name, "POST") == 0 ? HTTP_POST : HTTP_GET;
    return request->method == HTTP_POST || strcmp(name, "GET") == 0 || strcmp(name, "HEAD") == 0;
}

bool guard_head(struct http_call *call, const char *method, int64_t *body_bytes)
{
    struct head head = {0};
    MHD_get_connection_values_n(call->connection, MHD_HEADER_KIND, take_field, &head);
    *body_bytes = 0;
    if (head.is_bad || head.field_count > HTTP_FIELDS_MAX) return false;
    if (head.host_count > 1 || head.length_count > 1) return false;
    if (head.length_count && !str_is_digits(head.length)) return false;
    if (head.length_count && !str_to_int(head.length, 0, INT64_MAX, body_bytes)) return false;
    if (!method_of(method, &call->request)) return false;
    return http_target_is_normal(call->request.target);
}
