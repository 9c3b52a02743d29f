-- A centre that was put back from a backup learns again what kiosks hold (core/centre.h).
ALTER TABLE incarnation ADD COLUMN reported BIGINT NOT NULL DEFAULT 1 -- 0: since then it has not yet
    CHECK (reported IN (0, 1));
ALTER TABLE sitting ADD COLUMN recovers BIGINT NOT NULL DEFAULT 0 -- waits for what kiosks know of it
    CHECK (recovers IN (0, 1));
-- Perhaps sold by a kiosk whose last word will never come: not on sale.
ALTER TABLE seat ADD COLUMN quarantined BIGINT NOT NULL DEFAULT 0
    CHECK (quarantined = 0 OR (quarantined = 1 AND is_open = 0));
CREATE INDEX sitting_recovering ON sitting (recovers) WHERE recovers = 1;
