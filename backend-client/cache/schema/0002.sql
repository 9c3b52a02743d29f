ALTER TABLE held ADD COLUMN recall BIGINT NOT NULL DEFAULT 0 -- the centre asks for it back
    CHECK (recall IN (0, 1));
ALTER TABLE booking ADD COLUMN instead_of TEXT; -- the booking that goes once this one is confirmed

-- Who is called to which desk now, and the boards' lines of the queue (kind 'next' or 'last').
CREATE TABLE call (
    by TEXT PRIMARY KEY, -- the sitting
    ticket TEXT NOT NULL,
    planned_ms BIGINT NOT NULL,
    name TEXT NOT NULL,
    calls BIGINT NOT NULL,
    at_ms BIGINT NOT NULL
);

CREATE TABLE queue (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    day BIGINT NOT NULL,
    waiting BIGINT NOT NULL,
    desks BIGINT NOT NULL,
    minutes_each BIGINT NOT NULL
);

CREATE TABLE queue_line (
    kind TEXT NOT NULL CHECK (kind IN ('next', 'last')),
    place BIGINT NOT NULL,
    ticket TEXT NOT NULL,
    planned_ms BIGINT NOT NULL,
    PRIMARY KEY (kind, place)
);
