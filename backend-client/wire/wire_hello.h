// Greetings: POST /v1/d/hello at the start and after every answer that says the centre does not know
// where we stand, and the two steps of enrolment (RFC 8628 in shape).
#ifndef WIRE_WIRE_HELLO_H
#define WIRE_WIRE_HELLO_H

#include "model/feed.h"
#include "wire/json.h"

#define WIRE_KEY_HEX_BYTES   64
#define WIRE_APP_BYTES_MAX   32
#define WIRE_MODEL_BYTES_MAX 64
#define WIRE_USER_CODE_BYTES 9 // "BCDF-GHJK"

struct wire_hello {
    struct inc_id inc;
    struct str app; // version of the program
    struct id gen;  // none before the first
    int64_t op_seq;
    struct feed_position position;
    int64_t heard;
    int64_t unsent;
    int64_t wall_ms;
    enum op_trust trust;
    int64_t content; // version of the release on the screens
};

struct wire_hello_reply {
    struct id gen;
    struct site_code site;
    char letter; // 0 for a display
    int64_t acked;
    int64_t safe;
    int64_t now_ms;
    int64_t wait_s;   // how long a feed request may hang
    int64_t spread_s; // first retry after a broken connection lies within
    // "report":true, else left out: the centre was restored and lacks this kiosk's report.
    bool wants_report;
};

MUST_USE enum err wire_hello_write(const struct wire_hello *hello, struct buf *out);
MUST_USE enum err wire_hello_parse(struct json_value *document, struct arena *a,
                                   struct wire_hello *out, struct json_mistake *mistake);
MUST_USE enum err wire_hello_reply_write(const struct wire_hello_reply *reply, struct buf *out);
MUST_USE enum err wire_hello_reply_parse(struct json_value *document, struct wire_hello_reply *out,
                                         struct json_mistake *mistake);

// POST /v1/enrol
struct wire_enrol {
    struct str sign_key; // Ed25519 public key, 64 hex digits
    struct str model;
    struct str app;
    struct inc_id inc;
    bool is_display; // "role":"display"; left out by a kiosk with a counter
};

struct wire_enrol_reply {
    struct str device_code; // secret of this enrolment, 64 hex digits
    struct str user_code;   // what staff type, "BCDF-GHJK"
    int64_t expires_s;
    int64_t interval_s;
};

MUST_USE enum err wire_enrol_write(const struct wire_enrol *enrol, struct buf *out);
MUST_USE enum err wire_enrol_parse(struct json_value *document, struct arena *a,
                                   struct wire_enrol *out, struct json_mistake *mistake);
MUST_USE enum err wire_enrol_reply_write(const struct wire_enrol_reply *reply, struct buf *out);
MUST_USE enum err wire_enrol_reply_parse(struct json_value *document, struct arena *a,
                                         struct wire_enrol_reply *out,
                                         struct json_mistake *mistake);

// POST /v1/enrol/poll {"device_code"} answers {"state":"pending"} or the enrolled kiosk.
struct wire_enrolled {
    bool is_pending;
    struct id kiosk;
    struct site_code site;
};

MUST_USE enum err wire_enrol_poll_write(struct str device_code, struct buf *out);
MUST_USE enum err wire_enrol_poll_parse(struct json_value *document, struct arena *a,
                                        struct str *device_code, struct json_mistake *mistake);
MUST_USE enum err wire_enrolled_write(const struct wire_enrolled *enrolled, struct buf *out);
MUST_USE enum err wire_enrolled_parse(struct json_value *document, struct wire_enrolled *out,
                                      struct json_mistake *mistake);

#endif
