ALTER TABLE seat ADD COLUMN recall BIGINT NOT NULL DEFAULT 0 -- its owner is asked to give it back
    CHECK (recall = 0 OR (recall = 1 AND owner IS NOT NULL));
CREATE INDEX booking_to_come ON booking (sitting) WHERE state = 'confirmed';
ALTER TABLE enrolment ADD COLUMN role TEXT NOT NULL DEFAULT 'desk' -- what the device says it is
    CHECK (role IN ('desk', 'display'));

-- Who waits at a site on a day: a walk-in number, or a booking that checked in.
CREATE TABLE queue_entry (
    site TEXT NOT NULL REFERENCES site (code),
    day BIGINT NOT NULL,
    name TEXT NOT NULL, -- "A037", or the booking's id
    booking TEXT UNIQUE REFERENCES booking (id),
    sitting TEXT REFERENCES sitting (id), -- of the booking
    planned_ms BIGINT NOT NULL,
    arrived_ms BIGINT NOT NULL,
    has_priority BIGINT NOT NULL CHECK (has_priority IN (0, 1)),
    state TEXT NOT NULL CHECK (state IN ('waiting', 'called', 'missed', 'served', 'left')),
    calls BIGINT NOT NULL CHECK (calls BETWEEN 0 AND 3),
    called_by TEXT REFERENCES sitting (id), -- whose desk
    called_ms BIGINT NOT NULL, -- the first of these calls
    rung_ms BIGINT NOT NULL,   -- the last
    done_ms BIGINT NOT NULL,
    PRIMARY KEY (site, day, name),
    CHECK ((booking IS NULL) = (sitting IS NULL)),
    CHECK (state <> 'called' OR (called_by IS NOT NULL AND calls > 0))
);
-- A desk has one person called at a time.
CREATE UNIQUE INDEX queue_one_a_desk ON queue_entry (called_by) WHERE state = 'called';
