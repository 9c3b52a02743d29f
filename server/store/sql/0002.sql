ALTER TABLE seat ADD COLUMN recall BIGINT NOT NULL DEFAULT 0 -- its owner is asked to give it back
    CHECK (recall = 0 OR (recall = 1 AND owner IS NOT NULL));
CREATE INDEX booking_to_come ON booking (sitting) WHERE state = 'confirmed';
