-- What this kiosk owns, has promised and owes. The triggers turn a mistake of the program into an
-- aborted transaction: a seat sold twice or an operation lost would be found by a visitor.

-- One row: where this life of the file stands. base: the log up to here has been forgotten.
CREATE TABLE self (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    inc TEXT NOT NULL CHECK (length(inc) = 32),
    gen TEXT,
    site TEXT NOT NULL,
    op_seq BIGINT NOT NULL,
    op_hash TEXT NOT NULL CHECK (length(op_hash) = 64),
    acked BIGINT NOT NULL,
    safe BIGINT NOT NULL,
    applied BIGINT NOT NULL CHECK (applied >= 0),
    base_seq BIGINT NOT NULL,
    base_hash TEXT NOT NULL CHECK (length(base_hash) = 64),
    pos_county BIGINT NOT NULL CHECK (pos_county >= 0),
    pos_site BIGINT NOT NULL CHECK (pos_site >= 0),
    pos_device BIGINT NOT NULL CHECK (pos_device >= 0),
    floor_ms BIGINT NOT NULL,
    letter TEXT NOT NULL CHECK (length(letter) <= 1),
    ticket_day BIGINT NOT NULL,
    ticket_number BIGINT NOT NULL CHECK (ticket_number BETWEEN 0 AND 999),
    ticket_small BIGINT NOT NULL CHECK (ticket_small IN (0, 1)),
    CHECK (0 <= base_seq AND base_seq <= safe AND safe <= acked AND acked <= op_seq)
);

-- The operation log, hash-chained. What the centre answered stands beside each.
CREATE TABLE op (
    seq BIGINT PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE CHECK (length(hash) = 64),
    kind TEXT NOT NULL,
    booking TEXT,
    bytes TEXT NOT NULL CHECK (length(bytes) <= 4096),
    outcome TEXT,
    verdict TEXT,
    seat BIGINT,
    epoch BIGINT,
    next_seat BIGINT
);

CREATE TRIGGER self_stays BEFORE DELETE ON self
BEGIN SELECT RAISE(ABORT, 'a life of the file does not end'); END;

CREATE TRIGGER self_is_one_life BEFORE UPDATE OF inc ON self WHEN NEW.inc <> OLD.inc
BEGIN SELECT RAISE(ABORT, 'another life needs another file'); END;

CREATE TRIGGER self_follows_the_log BEFORE UPDATE OF op_seq, op_hash ON self
WHEN EXISTS (SELECT 1 FROM op WHERE seq > NEW.op_seq)
    OR (NEW.op_seq = OLD.op_seq AND NEW.op_hash <> OLD.op_hash)
    OR (NEW.op_seq <> OLD.op_seq
        AND NOT EXISTS (SELECT 1 FROM op WHERE seq = NEW.op_seq AND hash = NEW.op_hash))
BEGIN SELECT RAISE(ABORT, 'the log says otherwise'); END;

CREATE TRIGGER self_base_is_logged BEFORE UPDATE OF base_seq, base_hash ON self
WHEN (NEW.base_seq <> OLD.base_seq OR NEW.base_hash <> OLD.base_hash)
    AND NOT EXISTS (SELECT 1 FROM op WHERE seq = NEW.base_seq AND hash = NEW.base_hash)
BEGIN SELECT RAISE(ABORT, 'only what is logged is forgotten'); END;

CREATE TRIGGER self_cursor_forward BEFORE UPDATE OF pos_county, pos_site, pos_device ON self
WHEN (NEW.pos_county < OLD.pos_county AND NEW.pos_county <> 0)
    OR (NEW.pos_site < OLD.pos_site AND NEW.pos_site <> 0)
    OR (NEW.pos_device < OLD.pos_device AND NEW.pos_device <> 0)
BEGIN SELECT RAISE(ABORT, 'a cursor goes forward, or back to the start'); END;

CREATE TRIGGER op_contiguous BEFORE INSERT ON op
WHEN NEW.seq <> 1 + max((SELECT op_seq FROM self), (SELECT coalesce(max(seq), 0) FROM op))
BEGIN SELECT RAISE(ABORT, 'a gap in the log'); END;

CREATE TRIGGER op_append_only BEFORE UPDATE OF seq, hash, kind, booking, bytes ON op
BEGIN SELECT RAISE(ABORT, 'the log is only added to'); END;

CREATE TRIGGER op_kept_until_safe BEFORE DELETE ON op
WHEN OLD.seq > (SELECT min(base_seq, safe) FROM self)
BEGIN SELECT RAISE(ABORT, 'not safe at the centre yet'); END;

-- Sittings as the centre tells them. One that it tells no longer is `gone`, and kept while something
-- of ours hangs on it.
CREATE TABLE sitting (
    id TEXT PRIMARY KEY,
    site TEXT NOT NULL,
    counsellor TEXT NOT NULL,
    start_ms BIGINT NOT NULL,
    end_ms BIGINT NOT NULL,
    seat_minutes BIGINT NOT NULL,
    seat_count BIGINT NOT NULL,
    topics BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'closing', 'closed')),
    desk TEXT NOT NULL,
    gone BIGINT NOT NULL CHECK (gone IN (0, 1))
);
CREATE INDEX sitting_by_site ON sitting (site, start_ms);
CREATE INDEX sitting_by_start ON sitting (start_ms);
CREATE INDEX sitting_by_end ON sitting (end_ms);

-- The seats this life of the file owns, with the booking on each.
CREATE TABLE held (
    sitting TEXT NOT NULL,
    seat BIGINT NOT NULL CHECK (seat BETWEEN 1 AND 50),
    epoch BIGINT NOT NULL CHECK (epoch >= 0),
    booking TEXT UNIQUE,
    PRIMARY KEY (sitting, seat)
);

-- The seats it gave back, and under which epoch.
CREATE TABLE given (
    sitting TEXT NOT NULL,
    seat BIGINT NOT NULL CHECK (seat BETWEEN 1 AND 50),
    epoch BIGINT NOT NULL CHECK (epoch >= 0),
    PRIMARY KEY (sitting, seat)
);

CREATE TRIGGER held_no_return_from_the_dead BEFORE INSERT ON held
WHEN EXISTS (SELECT 1 FROM given g
             WHERE g.sitting = NEW.sitting AND g.seat = NEW.seat AND g.epoch >= NEW.epoch)
BEGIN SELECT RAISE(ABORT, 'this seat was given back'); END;

CREATE TRIGGER held_epoch_rises BEFORE UPDATE OF epoch ON held
WHEN NEW.epoch < OLD.epoch OR (NEW.epoch > OLD.epoch AND OLD.booking IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'an epoch rises, and only while the seat is free'); END;

CREATE TRIGGER held_stays_where_it_is BEFORE UPDATE OF sitting, seat ON held
WHEN NEW.sitting <> OLD.sitting OR NEW.seat <> OLD.seat
BEGIN SELECT RAISE(ABORT, 'a seat does not move'); END;

CREATE TRIGGER held_is_sold_once BEFORE UPDATE OF booking ON held
WHEN OLD.booking IS NOT NULL AND NEW.booking IS NOT NULL AND NEW.booking <> OLD.booking
BEGIN SELECT RAISE(ABORT, 'this seat is sold'); END;

-- Two days after the sitting nobody comes any more.
CREATE TRIGGER held_kept_while_sold BEFORE DELETE ON held
WHEN OLD.booking IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM sitting s, self
                    WHERE s.id = OLD.sitting AND s.end_ms < self.floor_ms - 172800000)
BEGIN SELECT RAISE(ABORT, 'this seat is sold'); END;

CREATE TRIGGER given_is_not_held BEFORE INSERT ON given
WHEN EXISTS (SELECT 1 FROM held h
             WHERE h.sitting = NEW.sitting AND h.seat = NEW.seat AND h.epoch <= NEW.epoch)
BEGIN SELECT RAISE(ABORT, 'this seat is still held'); END;

CREATE TRIGGER given_epoch_rises BEFORE UPDATE ON given WHEN NEW.epoch < OLD.epoch
BEGIN SELECT RAISE(ABORT, 'an epoch rises'); END;

-- Bookings made, cancelled or checked in here. Codes may meet by chance: the PIN decides.
CREATE TABLE booking (
    id TEXT PRIMARY KEY,
    sitting TEXT,
    seat BIGINT NOT NULL CHECK (seat BETWEEN 0 AND 50),
    basis TEXT NOT NULL CHECK (basis IN ('pool', 'right')),
    is_foreign BIGINT NOT NULL CHECK (is_foreign IN (0, 1)),
    sold_seq BIGINT NOT NULL,
    op_seq BIGINT NOT NULL,
    code TEXT NOT NULL,
    pin_hash TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('asked', 'confirmed', 'checked_in', 'served', 'no_show',
                                         'cancelled', 'refused', 'displaced', 'wish'))
);
-- A seat of the pool is not ours to guard: the centre may have freed and sold it again.
CREATE UNIQUE INDEX booking_one_a_seat ON booking (sitting, seat)
    WHERE basis = 'right' AND is_foreign = 0 AND state IN ('confirmed', 'checked_in');
CREATE INDEX booking_by_sitting ON booking (sitting);
CREATE INDEX booking_by_code ON booking (code);
CREATE INDEX booking_asked ON booking (op_seq) WHERE state = 'asked';

-- Bookings at this site as the centre knows them.
CREATE TABLE site_booking (
    id TEXT PRIMARY KEY,
    sitting TEXT,
    seat BIGINT NOT NULL,
    code TEXT NOT NULL,
    pin_hash TEXT NOT NULL,
    state TEXT NOT NULL
);
CREATE INDEX site_booking_by_sitting ON site_booking (sitting);
CREATE INDEX site_booking_by_code ON site_booking (code);

CREATE TABLE site (
    code TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    full_name TEXT NOT NULL,
    phone TEXT NOT NULL,
    place BIGINT NOT NULL
);

CREATE TABLE counsellor (id TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL);

CREATE TABLE avail (sitting TEXT PRIMARY KEY, pool BIGINT NOT NULL, elsewhere BIGINT NOT NULL);

CREATE TABLE workday (day BIGINT PRIMARY KEY, is_off BIGINT NOT NULL);

-- Single values: 'release' and 'pin_key' as the centre tells them.
CREATE TABLE fact (name TEXT PRIMARY KEY, number BIGINT NOT NULL, text TEXT NOT NULL);

-- Rows of kinds that a newer centre tells: kept for the program that will know them.
CREATE TABLE feed_other (
    stream BIGINT NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (stream, kind, key)
);
