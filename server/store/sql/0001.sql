-- The centre's data. Words that SQLite and PostgreSQL share: TEXT and BIGINT. Ids are 32 hex digits,
-- times are UTC milliseconds (_ms), days count from 1970-01-01 in UTC+8, hashes are 64 hex digits.
-- What must never happen is a wall here, whatever the program believes.

CREATE TABLE server_meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE site (
    code TEXT PRIMARY KEY CHECK (length(code) = 9),
    name TEXT NOT NULL CHECK (length(name) > 0),
    full_name TEXT NOT NULL,
    phone TEXT NOT NULL,
    place BIGINT NOT NULL CHECK (place >= 0)
);

CREATE TABLE workday (
    day BIGINT PRIMARY KEY,
    is_off BIGINT NOT NULL CHECK (is_off IN (0, 1))
);

CREATE TABLE release_current (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    version BIGINT NOT NULL CHECK (version > 0),
    set_ms BIGINT NOT NULL
);

-- Kiosks. A kiosk is its key; an incarnation is one life of its database file.

CREATE TABLE kiosk (
    id TEXT PRIMARY KEY CHECK (length(id) = 32),
    site TEXT NOT NULL REFERENCES site (code),
    sign_key TEXT NOT NULL UNIQUE CHECK (length(sign_key) = 64),
    role TEXT NOT NULL CHECK (role IN ('desk', 'display')),
    state TEXT NOT NULL CHECK (state IN ('active', 'suspended', 'revoked')),
    model TEXT NOT NULL,
    enrolled_ms BIGINT NOT NULL,
    last_seen_ms BIGINT NOT NULL
);

CREATE TABLE incarnation (
    id TEXT PRIMARY KEY CHECK (length(id) = 32),
    kiosk TEXT NOT NULL REFERENCES kiosk (id),
    site TEXT NOT NULL REFERENCES site (code),
    -- The letter of its walk-in numbers; a display has none.
    letter TEXT NOT NULL CHECK (letter IN ('', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M',
        'N', 'O', 'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z')),
    state TEXT NOT NULL CHECK (state IN ('active', 'retired', 'forked')),
    last_op_seq BIGINT NOT NULL CHECK (last_op_seq >= 0),
    last_op_hash TEXT NOT NULL CHECK (length(last_op_hash) = 64),
    heard BIGINT NOT NULL CHECK (heard >= 0 AND heard <= last_op_seq),
    marked BIGINT NOT NULL CHECK (marked >= 0 AND marked <= last_op_seq),
    safe BIGINT NOT NULL CHECK (safe >= 0 AND safe <= marked),
    begun_ms BIGINT NOT NULL,
    ended_ms BIGINT NOT NULL -- 0 while active
);
CREATE UNIQUE INDEX incarnation_one_active ON incarnation (kiosk) WHERE state = 'active';
CREATE UNIQUE INDEX incarnation_letter ON incarnation (site, letter)
    WHERE state = 'active' AND letter <> '';

CREATE TABLE enrolment (
    device_hash TEXT PRIMARY KEY CHECK (length(device_hash) = 64),
    user_code TEXT NOT NULL UNIQUE CHECK (length(user_code) = 9),
    sign_key TEXT NOT NULL CHECK (length(sign_key) = 64),
    model TEXT NOT NULL,
    inc TEXT NOT NULL CHECK (length(inc) = 32),
    expires_ms BIGINT NOT NULL,
    kiosk TEXT REFERENCES kiosk (id), -- once approved
    letter TEXT NOT NULL
);

-- Who sits where and when.

CREATE TABLE counsellor (
    id TEXT PRIMARY KEY CHECK (length(id) = 32),
    name TEXT NOT NULL CHECK (length(name) > 0),
    kind TEXT NOT NULL
);

CREATE TABLE roster_rule (
    no BIGINT PRIMARY KEY, -- its row in the import
    kind TEXT NOT NULL
        CHECK (kind IN ('weekly', 'nth', 'workdays', 'once', 'leave', 'substitute')),
    site TEXT NOT NULL, -- empty: a leave everywhere
    counsellor TEXT NOT NULL REFERENCES counsellor (id),
    instead_of TEXT REFERENCES counsellor (id),
    weekday BIGINT NOT NULL,
    every_weeks BIGINT NOT NULL,
    nth BIGINT NOT NULL,
    from_day BIGINT NOT NULL,
    to_day BIGINT NOT NULL,
    start_minute BIGINT NOT NULL,
    end_minute BIGINT NOT NULL,
    seat_minutes BIGINT NOT NULL,
    seats BIGINT NOT NULL,
    topics BIGINT NOT NULL,
    desk TEXT NOT NULL,
    CHECK (to_day >= from_day)
);

CREATE TABLE sitting (
    id TEXT PRIMARY KEY CHECK (length(id) = 32),
    site TEXT NOT NULL REFERENCES site (code),
    rostered TEXT NOT NULL REFERENCES counsellor (id), -- whom the rule names
    counsellor TEXT NOT NULL REFERENCES counsellor (id),
    start_ms BIGINT NOT NULL,
    end_ms BIGINT NOT NULL,
    seat_minutes BIGINT NOT NULL CHECK (seat_minutes BETWEEN 5 AND 240),
    seats BIGINT NOT NULL CHECK (seats BETWEEN 1 AND 50),
    topics BIGINT NOT NULL,
    desk TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'closing', 'closed')),
    UNIQUE (site, rostered, start_ms),
    CHECK (end_ms > start_ms),
    CHECK (start_ms % 600000 = 0 AND end_ms % 600000 = 0)
);
CREATE INDEX sitting_by_site ON sitting (site, start_ms);
CREATE INDEX sitting_by_start ON sitting (start_ms);

-- A counsellor is in one place at a time: each 10-minute stretch of an open sitting is taken once.
CREATE TABLE counsellor_tick (
    counsellor TEXT NOT NULL REFERENCES counsellor (id),
    tick BIGINT NOT NULL, -- start_ms / 600000
    sitting TEXT NOT NULL REFERENCES sitting (id),
    PRIMARY KEY (counsellor, tick)
);
CREATE INDEX counsellor_tick_by_sitting ON counsellor_tick (sitting);

-- Bookings. A live one holds its seat alone.

CREATE TABLE booking (
    id TEXT PRIMARY KEY CHECK (length(id) = 32),
    site TEXT NOT NULL REFERENCES site (code),
    sitting TEXT REFERENCES sitting (id), -- NULL: a cancel that came before its booking
    seat BIGINT NOT NULL CHECK (seat BETWEEN 0 AND 50), -- 0: a wish, or such a cancel
    state TEXT NOT NULL CHECK (state IN ('confirmed', 'checked_in', 'served', 'no_show',
                                         'cancelled', 'displaced', 'wish')),
    code TEXT NOT NULL,
    pin_hash TEXT NOT NULL,
    topic TEXT NOT NULL,
    phone_mac TEXT NOT NULL, -- empty: no phone
    contact TEXT,            -- AEAD under the data key, bound to id; NULL: none, or kept no longer
    data_key TEXT NOT NULL,
    source_inc TEXT REFERENCES incarnation (id),
    source_op BIGINT,
    made_ms BIGINT NOT NULL,
    changed_ms BIGINT NOT NULL,
    CHECK (state NOT IN ('confirmed', 'checked_in', 'served', 'no_show')
           OR (sitting IS NOT NULL AND seat > 0)),
    CHECK ((source_inc IS NULL) = (source_op IS NULL))
);
CREATE UNIQUE INDEX booking_live_seat ON booking (sitting, seat)
    WHERE state IN ('confirmed', 'checked_in', 'served', 'no_show');
CREATE UNIQUE INDEX booking_from_op ON booking (source_inc, source_op)
    WHERE source_inc IS NOT NULL;
CREATE INDEX booking_by_phone ON booking (phone_mac) WHERE phone_mac <> '';
CREATE INDEX booking_by_sitting ON booking (sitting);

-- A seat has one owner: the pool (NULL) or one incarnation. Only the owner sells it.
CREATE TABLE seat (
    sitting TEXT NOT NULL REFERENCES sitting (id),
    no BIGINT NOT NULL CHECK (no BETWEEN 1 AND 50),
    owner TEXT REFERENCES incarnation (id),
    epoch BIGINT NOT NULL CHECK (epoch >= 0),
    booking TEXT UNIQUE REFERENCES booking (id),
    is_open BIGINT NOT NULL CHECK (is_open IN (0, 1)),
    PRIMARY KEY (sitting, no)
);
CREATE INDEX seat_by_owner ON seat (owner) WHERE owner IS NOT NULL;

-- The answer to each operation of a kiosk, for good: told again, it gets the same one.
CREATE TABLE op_result (
    inc TEXT NOT NULL REFERENCES incarnation (id),
    seq BIGINT NOT NULL CHECK (seq > 0),
    hash TEXT NOT NULL CHECK (length(hash) = 64),
    kind TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('ok', 'ok+warn', 'refused')),
    verdict TEXT NOT NULL,
    seat BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    next_seat BIGINT NOT NULL,
    applied_ms BIGINT NOT NULL,
    PRIMARY KEY (inc, seq)
);

CREATE TABLE ticket (
    site TEXT NOT NULL REFERENCES site (code),
    day BIGINT NOT NULL,
    letter TEXT NOT NULL CHECK (length(letter) = 1),
    number BIGINT NOT NULL CHECK (number BETWEEN 1 AND 999),
    inc TEXT NOT NULL REFERENCES incarnation (id),
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (site, day, letter, number)
);

-- The state feed: the latest version of each key. A number rises under the row lock of its stream.

CREATE TABLE feed_head (
    stream TEXT PRIMARY KEY,
    seq BIGINT NOT NULL CHECK (seq > 0)
);

CREATE TABLE feed_row (
    stream TEXT NOT NULL REFERENCES feed_head (stream),
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    seq BIGINT NOT NULL CHECK (seq > 0),
    dead BIGINT NOT NULL CHECK (dead IN (0, 1)),
    body TEXT NOT NULL,
    PRIMARY KEY (stream, kind, key)
);
CREATE INDEX feed_row_by_seq ON feed_row (stream, seq);

-- What was done by whom. hash = SHA-256(prev_hash || the row's text); a fork of the chain is refused.
CREATE TABLE audit (
    seq BIGINT PRIMARY KEY CHECK (seq > 0),
    at_ms BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    detail TEXT NOT NULL,
    prev_hash TEXT NOT NULL UNIQUE,
    hash TEXT NOT NULL UNIQUE
);
