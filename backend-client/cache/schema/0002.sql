ALTER TABLE held ADD COLUMN recall BIGINT NOT NULL DEFAULT 0 -- the centre asks for it back
    CHECK (recall IN (0, 1));
ALTER TABLE booking ADD COLUMN instead_of TEXT; -- the booking that goes once this one is confirmed
